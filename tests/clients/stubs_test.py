#!/usr/bin/env python3
"""buf.gen.yaml makes stubs in every language. stubs_test.py BUILD_DIR; run by ctest (label clients).

The plugins come with the languages' own programs (.cache/clients) and with Debian's packages. Those of java and rust are
on few machines: they are left out where they are missing."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import workshop
from languages import LANGUAGES

try:
    import yaml
except ImportError:
    workshop.skip("no PyYAML: apt-get install python3-yaml")

SOURCE_DIR = workshop.SOURCE_DIR
BUILD_DIR = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE_DIR / "build").resolve()
# By the language: the folder below its own that has its plugins.
PLUGIN_FOLDERS = {"go": "bin", "typescript": "node_modules/.bin"}
# A file that only the contract's service is the reason for.
SERVICE_STUBS = {
    "cpp": "spillway/v1/router.grpc.pb.h",
    "go": "spillway/v1/router_grpc.pb.go",
    "java": "dev/spillway/v1/RouterServiceGrpc.java",
    "python": "spillway/v1/router_pb2_grpc.py",
    "rust": "spillway.v1.tonic.rs",
    "typescript": "spillway/v1/router.ts",
}


def program_of(plugin):
    return plugin.get("local", "protoc")


def find_buf():
    command = ["bash", "-c", "source tools/common.sh && need_buf"]
    subprocess.run(command, cwd=SOURCE_DIR, check=True)
    return SOURCE_DIR / ".cache" / "buf" / "bin" / "buf"


class StubsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = yaml.safe_load((SOURCE_DIR / "buf.gen.yaml").read_text())
        path = os.environ["PATH"]
        for language in PLUGIN_FOLDERS.keys() & LANGUAGES.keys():
            folder, code = workshop.prepare(language, BUILD_DIR)
            if code == 0:
                path = f"{folder / PLUGIN_FOLDERS[language]}:{path}"
        cls.environment = dict(os.environ) | {"PATH": path}

    def test_every_language_has_its_plugins(self):
        languages = {pathlib.Path(plugin["out"]).name for plugin in self.template["plugins"]}
        self.assertEqual(languages, set(SERVICE_STUBS))

    def test_they_make_the_services_stubs(self):
        path = self.environment["PATH"]
        missing = {pathlib.Path(plugin["out"]).name for plugin in self.template["plugins"]
                   if not shutil.which(program_of(plugin), path=path)}
        wanted = set(SERVICE_STUBS) - missing
        print(f"stubs in {', '.join(sorted(wanted))}; plugins missing for {', '.join(sorted(missing)) or 'none'}", flush=True)
        if "CI" in os.environ:
            self.assertLessEqual(missing, {"java", "rust"})
        plugins = [plugin for plugin in self.template["plugins"] if pathlib.Path(plugin["out"]).name in wanted]
        with tempfile.TemporaryDirectory(prefix="spillway-stubs-") as out:
            template = pathlib.Path(out) / "template.json"  # JSON is YAML, too.
            template.write_text(json.dumps({"version": "v2", "plugins": plugins}))
            done = subprocess.run([find_buf(), "generate", "--template", template, "-o", out], cwd=SOURCE_DIR,
                                  env=self.environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            for language in wanted:
                self.assertTrue((pathlib.Path(out) / "gen" / language / SERVICE_STUBS[language]).is_file(), language)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
