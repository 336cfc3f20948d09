#!/usr/bin/env python3
"""Tests of the benchmark of streams: that a stream which does not come whole fails it, and figures add up.

Run by ctest (label bench) with --bin-dir. No test asserts that something was fast.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import bench
import processes
import streams

BIN_DIR = bench.DEFAULT_BIN_DIR


class SummaryTest(unittest.TestCase):
    def test_the_ratio_is_cpu_a_token_against_reading_and_dropping(self):
        bout = {"ok": 10, "cpu_seconds": 2.0}
        self.assertEqual(streams.tokens_per_core_second(bout, 100), 500)


class RunTest(unittest.TestCase):
    SHORT = ["--rounds", "1", "--seconds", "0.3", "--tokens", "20000", "--rate", "50", "--pause-ms", "1", "--max-others", "99",
             "--stalled", "5"]

    def setUp(self):
        affinity = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, affinity)

    def run_streams(self, *arguments):
        with tempfile.TemporaryDirectory() as directory:
            output = pathlib.Path(directory) / "result.json"
            code = streams.main(["--bin-dir", str(BIN_DIR), *self.SHORT, "--output", str(output), *arguments])
            return code, json.loads(output.read_text()) if output.exists() else None

    def test_every_figure_is_there(self):
        code, result = self.run_streams()
        self.assertEqual(code, 0)
        self.assertGreater(result["ratio"]["median"], 0)
        self.assertGreater(result["tokens_per_core_second"]["spillway"]["median"], 0)
        self.assertGreater(result["stalled"]["each_kib"], 0)
        self.assertEqual(list(result["first_token_us"]), ["p50", "p99"])
        self.assertGreater(result["first_token_us"]["p50"]["direct"]["median"], 0)

    def test_a_machine_never_quiet_gives_no_result(self):
        self.assertEqual(self.run_streams("--max-others", "-1"), (3, None))

    def test_a_stream_that_breaks_off_fails_the_run(self):
        command = streams.simulator_command
        streams.simulator_command = lambda *of: [str(part).replace("fault=ok:", "fault=cut:after=3:") for part in command(*of)]
        self.addCleanup(setattr, streams, "simulator_command", command)
        self.assertEqual(self.run_streams(), (1, None))

    def test_a_server_that_is_not_there_is_a_setup_error(self):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copy(BIN_DIR / "spillway-sim", directory)
            self.assertEqual(self.run_streams("--bin-dir", directory), (2, None))


class DirectTest(unittest.TestCase):
    def test_nobody_listening_is_an_error_of_its_own(self):
        with tempfile.NamedTemporaryFile() as ca:
            done = subprocess.run([BIN_DIR / "bench-direct", "--target", f"127.0.0.1:{processes.free_port()}", "--ca", ca.name],
                                  capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
