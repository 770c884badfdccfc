#!/usr/bin/env python3
"""What does an XML parser read in a JUnit file?

    junit_oracle.py FILE

Prints one JSON document: the suite's name, its counts, and each case with its class, its name and what it says, "is"
being the name of the element that says it. Exits 1 when the file is not well-formed XML, when an element or an attribute
is none of JUnit's, or when the counts are not those of the cases.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree

ATTRIBUTES = {
    "testsuites": {"tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"classname", "name"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "system-out": set(),
}


def main(path):
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        sys.exit(f"junit_oracle.py: {error}")
    for element in root.iter():
        if set(element.attrib) != ATTRIBUTES.get(element.tag):
            sys.exit(f"junit_oracle.py: <{element.tag}> with {sorted(element.attrib)}")
    [suite] = root
    cases = suite.findall("testcase")
    for counted in (root, suite):
        expected = (len(cases), len(suite.findall("*/failure")), len(suite.findall("*/error")))
        if tuple(int(counted.get(name)) for name in ("tests", "failures", "errors")) != expected:
            sys.exit(f"junit_oracle.py: <{counted.tag}> miscounts")
    print(json.dumps({
        "name": suite.get("name"),
        "properties": {p.get("name"): p.get("value") for p in suite.find("properties")},
        "cases": [{
            "classname": case.get("classname"),
            "name": case.get("name"),
            "says": [{"is": e.tag, "type": e.get("type"), "message": e.get("message"), "text": e.text} for e in case],
        } for case in cases],
    }))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1])
