"""That the image works. Run by image_test.py."""

import pathlib
import subprocess
import tempfile
import unittest

import root_checks
from container import USER
from scene import Scene
from subject import SUBJECT, VERSION


class WorkingTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.work.cleanup)
        cls.scene = Scene(SUBJECT.root, SUBJECT.sim_root, pathlib.Path(cls.work.name))
        cls.addClassCleanup(cls.scene.stop)
        cls.scene.start()

    def run_in_root(self, *command, volumes=()):
        return subprocess.run(self.scene.container(SUBJECT.root, *command, volumes=volumes), capture_output=True, text=True)

    def test_the_programs_know_their_version(self):
        self.assertEqual(self.run_in_root("/usr/bin/spillway-server", "--version").stdout, f"{VERSION}\n")
        self.assertEqual(self.run_in_root("/usr/bin/spillway", "--version").stdout, f"spillway {VERSION}\n")

    def test_a_configuration_is_checked(self):
        good = self.run_in_root("/usr/bin/spillway-server", "--check", self.scene.arguments[1], volumes=self.scene.volumes)
        self.assertEqual(good.returncode, 0, good.stderr)
        bad = self.run_in_root("/usr/bin/spillway-server", "--check", "/etc/passwd")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("/etc/passwd", bad.stderr)

    def test_there_is_no_shell(self):
        for shell in ("/bin/sh", "/usr/bin/sh", "/bin/bash", "/bin/busybox"):
            self.assertIn("No such file", self.run_in_root(shell, "-c", ":").stderr)

    def test_probes_are_answered(self):
        self.assertEqual(self.scene.get("/livez")[0], 200)
        self.assertEqual(self.scene.get("/readyz")[0], 200)

    def test_the_server_is_process_1_of_65532_without_any_privilege_in_a_root_that_is_read_only(self):
        pid = self.scene.server_pid()
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
        self.assertEqual(set(status["Uid"].split() + status["Gid"].split()), {str(USER)})
        self.assertEqual(status["NSpid"].split()[-1], "1")
        self.assertEqual(status["Groups"].split(), [])
        self.assertEqual(status["NoNewPrivs"], "1")
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        mounts = pathlib.Path(f"/proc/{pid}/mounts").read_text().splitlines()
        self.assertIn("ro", next(line.split()[3].split(",") for line in mounts if line.split()[1] == "/"))

    def test_a_chat_is_answered_over_tls_on_both_sides(self):
        done = self.scene.chat("by-file", "--tls-ca", "/etc/spillway/tls/tls.crt", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("by-file", done.stdout)

    def test_the_systems_authorities_are_those_of_the_image(self):
        done = self.scene.chat("by-system", "--tls", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("by-system", done.stdout)

    def test_a_provider_is_found_by_dns(self):
        before = SUBJECT.name_server.questions
        done = self.scene.chat("by-dns", "--tls-ca", "/etc/spillway/tls/tls.crt", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(SUBJECT.name_server.questions, before)

    def test_nothing_is_loaded_that_is_not_in_the_image(self):
        self.assertEqual(self.scene.chat("by-dns", "--tls-ca", "/etc/spillway/tls/tls.crt").returncode, 0)
        seen = pathlib.Path(f"/proc/{self.scene.server_pid()}/maps").read_text()
        mapped = {line.split()[5] for line in seen.splitlines() if len(line.split()) > 5 and line.split()[5].startswith("/")}
        inside = {name.removeprefix(str(SUBJECT.root)) for name in mapped}
        self.assertLess({"/usr/bin/spillway-server"}, inside)
        self.assertTrue(any("libcrypto" in name for name in inside), inside)
        for name in inside:
            self.assertTrue((SUBJECT.root / name.lstrip("/")).is_file(), name)


class StoppingTest(unittest.TestCase):
    def test_sigterm_ends_it_with_0_and_nothing_was_written(self):
        before = root_checks.snapshot(SUBJECT.root)
        with tempfile.TemporaryDirectory() as work:
            scene = Scene(SUBJECT.root, SUBJECT.sim_root, pathlib.Path(work))
            self.addCleanup(scene.stop)
            scene.start()
            self.assertEqual(scene.chat("by-file", "--tls-ca", "/etc/spillway/tls/tls.crt").returncode, 0)
            scene.server.terminate()
            self.assertEqual(scene.server.wait(15), 0)
            self.assertEqual(len(scene.events("stopped")), 1)
            scene.stop()
        self.assertEqual(root_checks.snapshot(SUBJECT.root), before)

    def test_a_provider_that_no_authority_of_the_image_vouches_for_is_refused(self):
        with tempfile.TemporaryDirectory() as work:
            scene = Scene(SUBJECT.root, SUBJECT.sim_root, pathlib.Path(work), trusting=False)
            self.addCleanup(scene.stop)
            scene.start()
            done = scene.chat("by-system", "--tls-ca", "/etc/spillway/tls/tls.crt", "--json")
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate", done.stdout + done.stderr)
            scene.stop()
