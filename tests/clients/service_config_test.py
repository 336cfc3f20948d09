#!/usr/bin/env python3
"""A program, or a page of the documentation, that has its own copy of the service config has the same one. Run by ctest
(label clients)."""

import json
import pathlib
import subprocess
import sys
import unittest

SOURCE_DIR = pathlib.Path(__file__).resolve().parent.parent.parent
CONFIG = "examples/clients/service-config.json"
MARK = '"loadBalancingConfig"'
# Tests of single settings, and pages that are about them.
PLACES = ["examples/clients", "docs/clients.md"]


def copies_in(text):
    """Each JSON object of `text` that has MARK as its first member."""
    found, start = [], text.find(MARK)
    while start >= 0:
        value, _ = json.JSONDecoder().raw_decode(text[text.rindex("{", 0, start):])
        found.append(value)
        start = text.find(MARK, start + len(MARK))
    return found


class ServiceConfigTest(unittest.TestCase):
    def test_every_copy_is_the_same(self):
        config = json.loads((SOURCE_DIR / CONFIG).read_text())
        listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *PLACES], cwd=SOURCE_DIR,
                                 check=True, capture_output=True, text=True).stdout
        copies = {path: copies_in((SOURCE_DIR / path).read_text()) for path in listing.splitlines()}
        self.assertEqual(copies[CONFIG], [config])
        self.assertEqual(len(copies["docs/clients.md"]), 1)
        for path, found in copies.items():
            for copy in found:
                self.assertEqual(copy, config, path)

    def test_a_copy_is_found_in_any_code(self):
        code = f'x = {{ a: `{{\n  {MARK}: [{{"round_robin": {{}}}}]}}`, b: 1 }};\nstatic String c = """\n{{{MARK}: 2}}""";'
        self.assertEqual(copies_in(code), [{"loadBalancingConfig": [{"round_robin": {}}]}, {"loadBalancingConfig": 2}])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
