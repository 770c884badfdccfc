#!/usr/bin/env python3
"""What does an HTML parser read in a report?

    html_oracle.py FILE

Prints one JSON document: the title, the headings in their order, the texts of the page. Exits 1 when an element is not
closed where it should be, an id is there twice, a link or a label leads nowhere, something could run or load that the
page's own policy does not name, or an attribute could carry a script or a style.
"""
import base64
import hashlib
import html.parser
import json
import re
import sys

VOID = {"br", "hr", "img", "input", "link", "meta"}
FORBIDDEN = {"iframe", "object", "embed", "base", "link", "form", "img", "foreignobject", "animate", "use"}


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.refers, self.headings, self.texts = [], [], [], [], []
        self.title, self.policy, self.inline, self.data = "", "", {"script": [], "style": []}, []
        self.wrong = []

    def start(self, tag, attributes):
        names = [name for name, _ in attributes]
        values = dict(attributes)
        if len(set(names)) != len(names):
            self.wrong.append(f"<{tag}> has an attribute twice: {names}")
        if tag in FORBIDDEN:
            self.wrong.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "src", "srcset", "action", "formaction", "xlink:href"):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name == "href" and not (value.startswith("#") or (tag == "a" and value.startswith("https://"))):
                self.wrong.append(f"<{tag} href={value!r}>")
            if "url(" in (value or "") and not re.fullmatch(r"url\(#[a-z-]+\)", value) and name != "aria-label":
                if name not in ("content", "title"):
                    self.wrong.append(f"<{tag} {name}={value!r}>")
        if "id" in values:
            self.ids.append(values["id"])
        if values.get("href", "").startswith("#"):
            self.refers.append(values["href"][1:])
        for name in ("aria-labelledby", "for", "data-in"):
            if name in values:
                self.refers.append(values[name])
        if tag == "meta" and values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag == "script":
            self.script = values.get("type", "")

    def handle_starttag(self, tag, attributes):
        self.start(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append([int(tag[1]), ""])

    def handle_startendtag(self, tag, attributes):
        self.start(tag, attributes)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_comment(self, text):
        self.wrong.append(f"a comment: {text[:80]}")

    def handle_data(self, text):
        within = self.open[-1] if self.open else ""
        if within == "script" and self.script == "application/json":
            self.data.append(text)
        elif within in self.inline:
            self.inline[within].append(text)
        else:
            if within == "title" and "svg" not in self.open:
                self.title += text
            if any(re.fullmatch(r"h[1-6]", tag) for tag in self.open):
                self.headings[-1][1] += text
            if text.strip():
                self.texts.append(text.strip())


def main(path):
    with open(path, encoding="utf-8", newline="") as file:
        document = file.read()
    reader = Reader()
    reader.feed(document)
    reader.close()
    wrong = reader.wrong + [f"<{tag}> is never closed" for tag in reader.open]
    wrong += [f"id {name} is there twice" for name in set(reader.ids) if reader.ids.count(name) > 1]
    wrong += [f"nothing is called {name}" for name in reader.refers if name not in reader.ids]
    for kind, texts in reader.inline.items():
        if len(texts) != 1:
            wrong.append(f"{len(texts)} of <{kind}>")
        for text in texts:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            if f"{kind}-src 'sha256-{digest}'" not in reader.policy:
                wrong.append(f"the policy does not name the <{kind}>: {reader.policy}")
    if not reader.policy.startswith("default-src 'none'; "):
        wrong.append(f"the policy is not strict: {reader.policy}")
    for data in reader.data:
        json.loads(data)
    levels = [level for level, _ in reader.headings]
    for before, after in zip(levels, levels[1:]):
        if after > before + 1:
            wrong.append(f"a heading of level {after} follows one of level {before}")
    if wrong:
        sys.exit("html_oracle.py: " + "\n".join(wrong[:20]))
    print(json.dumps({"title": reader.title, "headings": reader.headings, "texts": reader.texts}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(sys.argv[1])
