#!/usr/bin/env python3
"""docs/clients.md's first call, in Python, works as it stands: its commands, in an empty folder beside the contract, against
a server without TLS and one with it. Only the addresses and the model's name are others. page_test.py BUILD_DIR; run by ctest (label clients).

page_test.py --print prints the page's commands as a shell script, for a machine that has nothing yet."""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import stage
from workshop import SOURCE_DIR, skip

ADDRESS, TLS_ADDRESS = "127.0.0.1:50051", "spillway.example:50051"
SECTION = "## Python: the first call"


def steps():
    """The section's blocks up to the first output that it shows: shell, and the file that the text names before a block."""
    section = (SOURCE_DIR / "docs" / "clients.md").read_text().partition(SECTION)[2].partition("\n## ")[0]
    found = []
    for match in re.finditer(r"^```(\w*)\n(.*?)^```\n", section, re.DOTALL | re.MULTILINE):
        language, block = match.groups()
        before = section[:match.start()].rstrip().rpartition("\n")[2]
        if language == "sh":
            found.append(block)
        elif named := re.match(r"`([\w.]+)`, ", before):
            found.append(f"cat >{named[1]} <<'END_OF_FILE'\n{block}END_OF_FILE\n")
        elif not language:
            return found, block
    raise AssertionError("the page shows no output")


def script(commands):
    return "set -eu\n" + "\n".join(commands)


def with_tls(program):
    """`program` with the lines that the section has for TLS and a key: each instead of the one that begins as it does."""
    section = (SOURCE_DIR / "docs" / "clients.md").read_text().partition(SECTION)[2].partition("\n## ")[0]
    (block,) = (block for block in re.findall(r"^```python\n(.*?)^```\n", section, re.DOTALL | re.MULTILINE) if TLS_ADDRESS in block)
    for line in block.splitlines():
        start = line.partition(" = ")[0]
        found = [old for old in program.splitlines() if " = " in line and old.startswith(f"{start} = ")]
        program = program.replace(found[0], line) if found else f"{line}\n{program}"
    return program


class PageTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-page-")))
        self.repository = self.directory / "repository"
        shutil.copytree(SOURCE_DIR / "proto", self.repository / "proto")
        stage.make_certificate(self.directory)
        providers = stage.Providers(self.bin_dir, self.directory, stack)
        self.plain = stage.Server("plain", self.bin_dir, self.directory, providers, stack, plain=True)
        self.secure = stage.Server("secure", self.bin_dir, self.directory, providers, stack)

    def check(self, command, output, **options):
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.endswith(output.replace("azure", "provider-of-willing")), done.stdout + done.stderr)

    def test_the_first_call_works_word_for_word(self):
        commands, output = steps()
        self.assertEqual(len(commands), 4)
        self.assertIn("apt-get", commands[0])
        self.assertEqual(script(commands).count(ADDRESS), 1)
        text = script(commands[1:]).replace(ADDRESS, f"127.0.0.1:{self.plain.grpc_port}")
        self.check(["sh"], output, input=text, cwd=self.repository)

        folder = self.repository / "first-call"
        shutil.copy(self.directory / "ca.pem", folder / "ca.pem")
        program = with_tls((folder / "call.py").read_text())
        self.assertEqual(program.count(TLS_ADDRESS), 1)
        (folder / "call.py").write_text(program.replace(TLS_ADDRESS, f"localhost:{self.secure.grpc_port}")
                                        .replace(stage.PAGE_MODEL, stage.MODEL))
        environment = stage.environment(self.directory, stage.MODEL)
        self.check([".venv/bin/python", "call.py"], output, cwd=folder, env=environment)


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        print(script(steps()[0]))
    else:
        # What the page has apt-get install; the rest it has to find itself.
        if subprocess.run(["python3", "-c", "import ensurepip"], capture_output=True).returncode != 0 or not shutil.which("openssl"):
            skip("no openssl, or no venv for python3: apt-get install openssl python3-venv")
        PageTest.bin_dir = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE_DIR / "build").resolve() / "bin"
        unittest.main(argv=sys.argv[:1])
