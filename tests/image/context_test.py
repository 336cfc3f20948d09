#!/usr/bin/env python3
"""What the image is built of, as .dockerignore lets it in and the Dockerfile takes it, is enough for CMake. Run by ctest."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def let_in():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def copied():
    """The sources of COPY, but those from other stages."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


class ContextTest(unittest.TestCase):
    def test_what_is_copied_is_let_in(self):
        self.assertGreater(len(copied()), 10)
        for source in copied():
            with self.subTest(source):
                self.assertTrue((ROOT / source).exists())
                self.assertTrue(any(entry == source or entry.startswith(f"{source}/") or source.startswith(f"{entry}/")
                                    for entry in let_in()))

    def test_cmake_is_content_with_it(self):
        configure = re.search(r"cmake -S \. -B build (.+) &&", DOCKERFILE)[1].split()
        with tempfile.TemporaryDirectory() as folder:
            context = pathlib.Path(folder)
            for entry in let_in():
                target = context / entry
                target.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / entry).is_dir():
                    shutil.copytree(ROOT / entry, target)
                else:
                    shutil.copy(ROOT / entry, target)
            done = subprocess.run(["cmake", "-S", context, "-B", context / "build", *configure], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
