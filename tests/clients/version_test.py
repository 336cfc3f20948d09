#!/usr/bin/env python3
"""The programs, the metrics, the chart, the image and the changelog are of one version: CMakeLists.txt's.
version_test.py BUILD_DIR; run by ctest (label clients)."""

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import stage
from workshop import SOURCE_DIR

BIN_DIR = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE_DIR / "build").resolve() / "bin"


def find(path, pattern):
    """Every match of the pattern's group."""
    return re.findall(pattern, (SOURCE_DIR / path).read_text(), re.MULTILINE)


(VERSION,) = find("CMakeLists.txt", r"^project\(spillway VERSION (\d+\.\d+\.\d+) ")


class VersionTest(unittest.TestCase):
    def test_the_programs_say_it(self):
        for program in ("spillway", "spillway-server"):
            done = subprocess.run([BIN_DIR / program, "--version"], check=True, capture_output=True, text=True)
            self.assertIn(done.stdout, (f"{program} {VERSION}\n", f"{VERSION}\n"))

    def test_the_metrics_say_it(self):
        with contextlib.ExitStack() as stack:
            directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-version-")))
            stage.make_certificate(directory)
            providers = stage.Providers(BIN_DIR, directory, stack)
            metrics = stage.Server("server", BIN_DIR, directory, providers, stack).metrics()
        self.assertEqual(re.findall(r"^spillway_build_info\{(.*)\} 1$", metrics, re.MULTILINE), [f'version="{VERSION}"'])

    def test_the_chart_says_it(self):
        self.assertEqual(find("helm/spillway/Chart.yaml", r'^(?:version|appVersion): "?([^"\n]*)"?$'), [VERSION] * 2)

    def test_the_image_says_it(self):
        versions = find("Dockerfile", r"^ARG VERSION=(.*)$")
        self.assertTrue(versions)
        self.assertEqual(set(versions), {VERSION})

    def test_a_release_is_in_the_changelog(self):
        tags = subprocess.run(["git", "tag", "--points-at", "HEAD", "--list", "v[0-9]*"], cwd=SOURCE_DIR, check=True,
                              capture_output=True, text=True).stdout.split()
        releases = find("CHANGELOG.md", r"^## (\d+\.\d+\.\d+)\b")
        for tag in tags:
            self.assertEqual(tag.partition("-")[0], f"v{VERSION}")
            if "-" not in tag:
                self.assertEqual(releases[:1], [VERSION])
        # What is being made is not older than what has been released.
        as_numbers = [tuple(map(int, version.split("."))) for version in [VERSION, *releases]]
        self.assertEqual(as_numbers, sorted(as_numbers, reverse=True))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
