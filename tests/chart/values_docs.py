#!/usr/bin/env python3
"""What values.yaml says of each value, for README.md's table and the schema's descriptions.

    values_docs.py --write CHART     writes both anew

values.yaml is where a value is described: the comment above it. A value whose own values have comments is a section, and its
comment is said of the section; any other is documented as a whole.
"""

import copy
import json
import pathlib
import re
import sys

import yaml

BEGIN = "<!-- values: written by `tools/chart.sh --docs` from values.yaml -->"
END = "<!-- end of values -->"
KEY = re.compile(r"^( *)([A-Za-z][A-Za-z0-9]*):(?: |$)")


def comments(text):
    """{('tls', 'grpc'): 'Of the gRPC listener. …'}: the comment right above each key."""
    found, above, path = {}, [], []
    for line in text.splitlines():
        stripped = line.strip()
        key = KEY.match(line)
        if stripped.startswith("#") and not stripped.startswith("# ---"):
            above.append(stripped[1:].strip())
            continue
        if key:
            del path[len(key[1]) // 2 :]
            path.append(key[2])
            if above:
                found[tuple(path)] = " ".join(above)
        above = []
    return found


def documented(chart):
    """[(path, default, comment)] in the file's order; the default of a section is None."""
    text = (chart / "values.yaml").read_text()
    said = comments(text)
    rows = []

    def walk(value, path):
        if isinstance(value, dict) and any(path + (key,) in said for key in value):
            if path:
                rows.append((path, None, said.get(path)))
            for key, inner in value.items():
                walk(inner, path + (key,))
        else:
            rows.append((path, json.dumps(value, ensure_ascii=False), said.get(path)))

    walk(yaml.safe_load(text), ())
    return rows


def table(chart):
    lines = ["| value | default | what |", "| --- | --- | --- |"]
    for path, default, comment in documented(chart):
        shown = "" if default is None else f"`{default}`"
        lines.append(f"| `{'.'.join(path)}` | {shown} | {(comment or '').replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def readme(chart):
    """README.md as it should be."""
    text = (chart / "README.md").read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(chart)}\n\n{END}{after}"


def schema(chart):
    """The schema with a description of each documented value."""
    whole = json.loads((chart / "values.schema.json").read_text())
    for path, _, comment in documented(chart):
        at = whole
        for i, key in enumerate(path):
            at["properties"][key] = copy.deepcopy(at["properties"][key])
            at = at["properties"][key]
        at.pop("description", None)
        if comment:
            at["description"] = comment
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "--write":
        sys.exit(__doc__)
    chart = pathlib.Path(sys.argv[2])
    (chart / "values.schema.json").write_text(schema(chart))
    (chart / "README.md").write_text(readme(chart))


if __name__ == "__main__":
    main()
