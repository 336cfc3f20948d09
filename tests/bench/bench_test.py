#!/usr/bin/env python3
"""Tests of the benchmark itself: that its yardstick answers, its generator sees failures, its runner fails.

Run by ctest (label bench) with --bin-dir. No test asserts that something was fast.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import bench
import measure
import processes
import subjects

BIN_DIR = bench.DEFAULT_BIN_DIR
HAVE_TOOLS = all(shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin")
                 for tool in ("nginx", "openssl"))


def load(port, *flags):
    """(exit code, result) of one run of the generator."""
    done = subprocess.run([BIN_DIR / "bench-load", "--target", f"127.0.0.1:{port}", *map(str, flags)],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def await_load(server):
    """Until a generator has been at it for a while."""
    limit = time.monotonic() + 20
    while not has_client(server.port):
        if time.monotonic() > limit:
            raise AssertionError("the generator does not connect")
        time.sleep(0.01)
    time.sleep(0.3)


def has_client(port):
    """Whether somebody on the loopback is connected to that port. (The listener's own sockets may be IPv6's.)"""
    remote = f"0100007F:{port:04X}"
    with open("/proc/net/tcp") as table:
        return any(fields[2] == remote and fields[3] == "01" for fields in map(str.split, table))


class MeasureTest(unittest.TestCase):
    def test_quartiles_of_seven_bouts_are_the_second_and_sixth(self):
        values = measure.summary([7, 1, 6, 2, 5, 3, 4])
        self.assertEqual((values["q1"], values["median"], values["q3"]), (2.5, 4, 5.5))

    def test_one_bout_is_its_own_quartiles(self):
        values = measure.summary([3])
        self.assertEqual((values["q1"], values["median"], values["q3"]), (3, 3, 3))

    def test_cpu_seconds_agrees_with_the_process_itself(self):
        before, own = measure.cpu_seconds(os.getpid()), time.process_time()
        while time.process_time() < own + 0.05:
            pass
        self.assertAlmostEqual(measure.cpu_seconds(os.getpid()) - before, 0.05, delta=0.01)


@unittest.skipUnless(HAVE_TOOLS, "nginx or openssl is missing: the generator is not tested")
class GeneratorTest(unittest.TestCase):
    """Against null routers that use no upstream, or a broken one."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.stack = stack
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.context = subjects.Context(directory, BIN_DIR, BIN_DIR / "spillway-server", None)
        subjects.make_certificate(directory)

    def start(self, exchanges):
        port = processes.free_port()
        command = subjects.null_router(self.context, port, "--exchanges", exchanges)
        server = self.stack.enter_context(
            processes.Process("null", command, self.context.directory, port, None))
        server.await_listening()
        return server

    def test_counts_every_call_in_both_loops(self):
        server = self.start(exchanges=0)
        for mode in (["--in-flight", 4], ["--rate", 5000], ["--in-flight", 9, "--connections", 3]):
            code, result = load(server.port, "--count", 300, *mode)
            self.assertEqual((code, result["sent"], result["ok"], result["failed"]), (0, 300, 300, 0), mode)
            latency = result["latency_us"]
            self.assertLess(0, latency["p50"])
            self.assertEqual(sorted(latency[p] for p in ("p50", "p90", "p99", "p99.9", "max")),
                             [latency[p] for p in ("p50", "p90", "p99", "p99.9", "max")])

    def test_a_reply_of_another_length_is_a_failure(self):
        server = self.start(exchanges=0)
        code, result = load(server.port, "--count", 5, "--expect-bytes", 7)
        self.assertEqual((code, result["ok"], result["failed"]), (1, 0, 5))
        self.assertRegex(next(iter(result["faults"])), r"^message of \d+ bytes$")

    def test_a_failed_rpc_is_not_a_success(self):
        server = self.start(exchanges=0)
        code, result = load(server.port, "--count", 5, "--path", "/spillway.v1.RouterService/Nothing")
        self.assertEqual((code, result["ok"], result["faults"]), (1, 0, {"grpc-status 12": 5}))

    def test_a_dead_upstream_fails_every_call(self):
        self.context.upstream_port = processes.free_port()
        server = self.start(exchanges=1)
        code, result = load(server.port, "--count", 20, "--rate", 1000)
        self.assertEqual((code, result["ok"], result["faults"]), (1, 0, {"grpc-status 14": 20}))

    def test_a_silent_upstream_ends_at_the_hard_stop(self):
        silent = self.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.context.upstream_port = silent.getsockname()[1]
        server = self.start(exchanges=1)
        for mode in (["--in-flight", 3, "--count", 3], ["--rate", 100, "--count", 3],
                     ["--in-flight", 3, "--seconds", 0.1]):
            code, result = load(server.port, "--drain-seconds", 0.3, *mode)
            self.assertEqual((code, result["ok"], result["faults"]), (1, 0, {"unfinished": 3}), mode)

    def test_calls_that_were_due_but_never_sent_are_failures(self):
        silent = self.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.context.upstream_port = silent.getsockname()[1]
        server = self.start(exchanges=1)
        code, result = load(server.port, "--drain-seconds", 0.3, "--in-flight", 3, "--count", 10)
        self.assertEqual((code, result["faults"]), (1, {"unfinished": 3, "unsent": 7}))

    def test_a_server_that_dies_is_a_failure(self):
        server = self.start(exchanges=0)
        command = [BIN_DIR / "bench-load", "--target", f"127.0.0.1:{server.port}", "--seconds", "30"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
            await_load(server)
            os.kill(server.pid, signal.SIGKILL)
            result = json.loads(generator.communicate(timeout=60)[0])
        self.assertEqual(generator.returncode, 1)
        self.assertEqual(list(result["faults"]), ["connection lost"])
        self.assertGreater(result["ok"], 0)

    def test_the_open_loop_shows_a_stall_in_every_call_it_held_up(self):
        server = self.start(exchanges=0)
        command = [BIN_DIR / "bench-load", "--target", f"127.0.0.1:{server.port}", "--rate", "200",
                   "--seconds", "2"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
            await_load(server)
            os.kill(server.pid, signal.SIGSTOP)
            time.sleep(0.6)
            os.kill(server.pid, signal.SIGCONT)
            result = json.loads(generator.communicate(timeout=60)[0])
        self.assertEqual((result["sent"], result["ok"]), (400, 400))
        # Of 400 calls, 80 were due in the stall's first 0.4 s and so waited for at least 0.2 s.
        self.assertGreater(result["latency_us"]["p90"], 150_000)

    def test_nobody_listening_is_an_error_of_its_own(self):
        self.assertEqual(load(processes.free_port(), "--count", 1), (2, None))


@unittest.skipUnless(HAVE_TOOLS, "nginx or openssl is missing: the runner is not tested")
class RunnerTest(unittest.TestCase):
    SHORT = ["--rounds", "1", "--seconds", "0.3"]

    def setUp(self):
        affinity = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, affinity)

    def run_bench(self, *arguments):
        with tempfile.TemporaryDirectory() as directory:
            output = pathlib.Path(directory) / "result.json"
            code = bench.main(["--bin-dir", str(BIN_DIR), *self.SHORT, "--output", str(output), *arguments])
            return code, json.loads(output.read_text()) if output.exists() else None

    def test_the_self_test_compares_two_null_routers(self):
        code, result = self.run_bench("--self-test", "--max-others", "99")
        self.assertEqual(code, 0)
        self.assertEqual(list(result["subjects"]), ["null", "null-again"])
        self.assertGreater(result["against_yardstick"]["null-again"]["cpu_ratio"]["median"], 0)
        self.assertGreater(result["subjects"]["null"]["memory"]["idle_kib"], 0)

    def test_a_machine_never_quiet_gives_no_result(self):
        self.assertEqual(self.run_bench("--self-test", "--max-others", "-1"), (3, None))

    def test_failing_calls_fail_the_run(self):
        def broken(context, port):
            command = subjects.null_router(context, port)
            command[command.index("--upstream") + 1] = f"127.0.0.1:{processes.free_port()}"
            return command
        subjects.SUBJECTS["broken"] = broken
        self.addCleanup(subjects.SUBJECTS.pop, "broken")
        self.assertEqual(self.run_bench("--subjects", "null,broken", "--max-others", "99"), (1, None))

    def test_a_server_that_is_not_there_is_a_setup_error(self):
        self.assertEqual(self.run_bench("--subjects", "null,spillway", "--server", "/nonexistent"), (2, None))


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
