#!/usr/bin/env python3
"""run.py BUILD_DIR LANGUAGE [restart]: what the ctest entries of README.md run."""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import stage
import workshop
from languages import LANGUAGES

RESTARTS, CRASHES = 6, 4


def expected_output():
    """A regular expression for each line; the languages spell codes and numbers their own way."""
    (first, first_model), (second, second_model) = stage.ROUTES[stage.MODEL]
    served = rf"served by: provider-of-{second} {second_model}"
    (limited, limited_model), (down, down_model) = stage.ROUTES[stage.FAILING_MODEL]
    answer = re.escape(stage.QUESTION_ANSWER)
    return [
        rf"route: {first}/{first_model}",
        rf"candidate: {first}/{first_model}: \S.*",
        rf"candidate: {second}/{second_model}: \S.*",
        rf"chat: {answer}", served,
        rf"stream: {answer}", served,
        r"failed: (UNAVAILABLE|Unavailable) ALL_TARGETS_FAILED",
        # What is left of RETRY_AFTER by then.
        r"retry in: ((5\d(\.\d+)?)|(60(\.0+)?)) s",
        rf"attempt: {limited}/{limited_model}: FAILURE_RATE_LIMITED 429",
        rf"attempt: {down}/{down_model}: FAILURE_OVERLOADED 503"]


class Scene(unittest.TestCase):
    folder: pathlib.Path
    bin_dir: pathlib.Path

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-clients-")))
        stage.make_certificate(self.directory)
        self.providers = stage.Providers(self.bin_dir, self.directory, stack)
        self.server = lambda name: stage.Server(name, self.bin_dir, self.directory, self.providers, stack)


class ProgramTest(Scene):
    def run_it(self, **environment):
        server = self.server("server")
        return subprocess.run([self.folder / "run", f"localhost:{server.grpc_port}"], cwd=self.folder, timeout=90,
                              env=stage.environment(self.directory, **environment), capture_output=True, text=True)

    def test_it_prints_what_the_server_said(self):
        done = self.run_it(model=stage.MODEL, FAILING_MODEL=stage.FAILING_MODEL)
        told = f"stdout:\n{done.stdout}\nstderr:\n{done.stderr}"
        self.assertEqual(done.returncode, 0, told)
        lines, expected = done.stdout.splitlines(), expected_output()
        self.assertEqual(len(lines), len(expected), told)
        for line, pattern in zip(lines, expected):
            self.assertRegex(line, rf"^{pattern}$", told)
        # Spillway has tried what there was to try: the channel's own retries did not call again.
        for name, _ in stage.ROUTES[stage.FAILING_MODEL]:
            self.assertEqual(len(self.providers.requests(name)), 1, f"requests to {name}")

    def test_it_fails_if_a_call_fails(self):
        done = self.run_it(model=stage.FAILING_MODEL)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertTrue(done.stderr)

    def test_it_fails_if_the_call_that_should_fail_does_not(self):
        done = self.run_it(model=stage.MODEL, FAILING_MODEL=stage.STEADY_MODEL)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertIn("stream: ", done.stdout)

    def test_it_fails_without_the_key_that_the_server_knows(self):
        done = self.run_it(model=stage.MODEL, SPILLWAY_KEY="another-key-0123456789")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("route:", done.stdout)


class RestartTest(Scene):
    """A client so configured loses no call."""

    def test_when_servers_restart(self):
        self.check(RESTARTS, lambda server: server.restart())

    def test_when_servers_crash(self):
        # The calls that are under way then are what the retry policy is for.
        self.check(CRASHES, lambda server: server.crash())

    def check(self, times, let_go):
        servers = [self.server(f"server-{n}") for n in (1, 2)]
        addresses = ",".join(f"127.0.0.1:{server.grpc_port}" for server in servers)
        program = subprocess.Popen([self.folder / "restart", addresses], cwd=self.folder, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=stage.environment(self.directory, stage.STEADY_MODEL))
        self.addCleanup(program.kill)

        def await_call(server):
            self.assertIsNone(program.poll(), "the program has ended")
            stage.await_that("it calls each server", lambda: server.calls() > 0)

        for server in servers:
            await_call(server)
        for n in range(times):
            let_go(servers[n % 2])
            await_call(servers[n % 2])
        output, errors = program.communicate(timeout=60)
        told = f"stdout:\n{output}\nstderr:\n{errors}"
        self.assertEqual(program.returncode, 0, told)
        self.assertRegex(output, r"(?m)^failed: 0$", told)
        calls = re.search(r"(?m)^calls: (\d+)$", output)
        self.assertIsNotNone(calls, told)
        self.assertGreaterEqual(int(calls[1]), 200)
        print(f"{calls[1]} calls, and servers were gone {times} times; no call failed", flush=True)


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[1] not in LANGUAGES or arguments[2:] not in ([], ["restart"]):
        sys.exit(f"usage: run.py BUILD_DIR {'|'.join(LANGUAGES)} [restart]")
    build_dir, name = pathlib.Path(arguments[0]).resolve(), arguments[1]
    language, case = LANGUAGES[name], RestartTest if arguments[2:] else ProgramTest
    if shutil.which("openssl") is None:
        workshop.skip("no openssl: apt-get install openssl")
    folder, code = workshop.prepare(name, build_dir)
    if code == workshop.SKIPPED:
        workshop.skip(f"the tools of {name} are not here", language.may_be_missing)
    if code != 0:
        sys.exit(f"run.py: {name}: prepare.sh's exit code is {code}")
    Scene.folder, Scene.bin_dir = folder, build_dir / "bin"
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(case)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main(sys.argv[1:])
