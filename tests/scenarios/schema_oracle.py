#!/usr/bin/env python3
"""Does a JSON Schema validator agree with our decoder?

    schema_oracle.py SCHEMA.json CORPUS.jsonl

Each line of the corpus is {"text": ..., "ok": true or false}: a file's text, and the decoder's verdict on it. Exits 0
when python3-jsonschema agrees with all of them; 1 when it disagrees with any, when the corpus is empty, or when the
schema itself is not a valid one; 2 when it cannot run, as without python3-jsonschema.
"""
import json
import re
import sys

try:
    from jsonschema import Draft202012Validator, ValidationError, validators
except ImportError:
    print("schema_oracle.py: needs python3-jsonschema 4.0 or newer", file=sys.stderr)
    sys.exit(2)


def pattern(validator, wanted, instance, schema):
    """As ECMA-262 has it, where a closing $ does not match before a line break; Python's does."""
    if validator.is_type(instance, "string") and not re.search(re.sub(r"\$$", r"\\Z", wanted), instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


def main(schema_path, corpus_path):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = validators.extend(Draft202012Validator, {"pattern": pattern})(schema)

    total = good = disagreements = 0
    with open(corpus_path, encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            errors = list(validator.iter_errors(json.loads(case["text"])))
            total += 1
            good += case["ok"]
            if (not errors) == case["ok"]:
                continue
            disagreements += 1
            why = errors[0].message if errors else "the schema accepts it"
            print(f"decoder says {'good' if case['ok'] else 'bad'}: {case['text']}\n    schema: {why}")
    if total == 0:
        print("schema_oracle.py: the corpus is empty", file=sys.stderr)
        return 1
    print(f"{total} cases, {good} of them good, {disagreements} disagreements")
    return 1 if disagreements else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1], sys.argv[2]))
