#!/usr/bin/env python3
"""Tests of decision-bench and what reads it: every decision is as meant, none allocates more than it may.

Run by ctest (label bench) with --bin-dir. No test asserts that something was fast.
"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

import decisions
import google_benchmark

BIN_DIR = google_benchmark.DEFAULT_BIN_DIR


class DecisionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.results = google_benchmark.run(BIN_DIR / "decision-bench", repetitions=1, min_seconds=0.001)

    def allocations(self, *decided):
        """{name: allocations} of all sizes of these decisions."""
        found = {name: of["allocations"] for name, of in self.results.items() if name.split("/")[0] in decided}
        self.assertTrue(found)
        return found

    def test_a_call_to_healthy_targets_does_not_allocate(self):
        decided = self.allocations("serve", "fail_over", "serve_one_policy", "serve_every_policy")
        self.assertEqual(decided, dict.fromkeys(decided, 0))

    def test_a_call_that_passes_targets_over_allocates_once_at_most(self):
        for name, allocations in self.allocations("serve_suspended").items():
            self.assertLessEqual(allocations, 1, name)

    def test_allocations_do_not_grow_with_the_number_of_policies(self):
        for key, _ in decisions.AMONG_POLICIES:
            fewest, most = (self.results[f"{key}/policies:{policies}"]["allocations"]
                            for policies in (decisions.POLICIES[0], decisions.POLICIES[-1]))
            self.assertEqual(fewest, most, key)
        print("\n".join(decisions.growth(self.results)))

    def test_allocations_are_counted(self):
        explained = self.allocations("explain")
        self.assertGreater(explained["explain/failover/targets:1"], 0)
        # Each candidate that a call would try costs at least one.
        self.assertGreaterEqual(explained["explain/failover/targets:1000"], 1000)

    def test_every_figure_is_in_the_tables(self):
        shown = [word for line in decisions.tables(self.results).splitlines() if line.startswith("| ")
                 for word in line.split("|")[2:] if " ns, " in word or " us, " in word]
        self.assertEqual(len(shown), len(self.results))


class RunnerTest(unittest.TestCase):
    def run_with(self, script):
        """(exit code, stderr) of a run on a decision-bench that is this shell script."""
        with tempfile.TemporaryDirectory() as directory:
            program = pathlib.Path(directory) / "decision-bench"
            if script is not None:
                program.write_text(f"#!/bin/sh\n{script}\n")
                program.chmod(0o755)
            with contextlib.redirect_stderr(io.StringIO()) as stderr:
                code = decisions.main(["--bin-dir", directory])
            return code, stderr.getvalue()

    def test_a_decision_that_went_otherwise_fails_the_run(self):
        result = {"benchmarks": [{"name": "serve/failover/targets:1", "run_type": "iteration",
                                  "error_occurred": True, "error_message": "went otherwise"}]}
        self.assertEqual(self.run_with(f"echo '{json.dumps(result)}'"),
                         (1, "decisions: serve/failover/targets:1: went otherwise\n"))

    def test_a_program_that_fails_or_is_not_there_is_an_error_of_its_own(self):
        self.assertEqual(self.run_with("echo no such flag >&2; exit 2"),
                         (2, "decisions: decision-bench exited with 2: no such flag\n"))
        self.assertEqual(self.run_with(None)[0], 2)


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
