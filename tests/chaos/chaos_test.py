#!/usr/bin/env python3
"""Tests of what the chaos run rests on: that its schedule is fair, that its books find what does not add up, that its
picture shows what happened. Run by ctest (label chaos)."""

import json
import pathlib
import tempfile
import time
import unittest
import xml.etree.ElementTree
from unittest import mock

import books
import chaos
import faults
import heartbeat
import play
import report
import schedule
import stage
import svg
import verdict
from schedule import Fault


def attempt(endpoint, outcome="ok", http_status=None):
    status = (200 if outcome == "ok" else 0) if http_status is None else http_status
    return {"endpoint": endpoint, "model": "m", "outcome": outcome, "http_status": status, "ms": 1.0}


def call(number, *attempts, verdict="whole", kind="unary", code="OK", due_ms=0.0, ms=10.0):
    served = attempts[-1]["endpoint"] if verdict == "whole" else ""
    return {"call": number, "kind": kind, "model": "p", "due_ms": due_ms, "ms": ms, "code": code, "verdict": verdict,
            "policy": "p", "served_by": served, "resets": 0, "attempts": list(attempts)}


def request(number, seq, status=200, fault="ok"):
    return {"seq": seq, "body": json.dumps({"content": f"call {number}: word3"}), "status": status, "fault": fault}


def end(seq, peer_closed=False):
    return {"seq": seq, "done_ms": 5, "tokens_sent": 3, "peer_closed": peer_closed}


class ScheduleTest(unittest.TestCase):
    def make(self, seed, seconds=60):
        return schedule.make(seed, seconds, stage.NAMES, stage.FRONTED)

    def test_the_same_seed_is_the_same_schedule_and_another_is_another(self):
        self.assertEqual(self.make(7), self.make(7))
        self.assertNotEqual(self.make(7), self.make(8))

    def test_every_call_of_any_seed_finds_a_target_that_is_well_for_as_long_as_it_may_take(self):
        for seed in range(200):
            made = self.make(seed)
            self.assertEqual(schedule.unfair(made, 60, stage.POLICIES), [], f"seed {seed}")
            self.assertEqual(schedule.overlapping(made), [], f"seed {seed}")
            self.assertTrue(all(schedule.LEAD_IN <= fault.begin < fault.end <= 60 for fault in made))

    def test_a_minute_has_every_fault_that_is_asked_for_and_one_of_nginx(self):
        for seed in range(50):
            kinds = {fault.kind for fault in self.make(seed)}
            self.assertLessEqual(set(faults.REQUIRED), kinds)
            self.assertTrue(kinds & set(faults.OF_PROXY))

    def test_ten_minutes_have_every_fault_there_is_and_every_target_is_sick_in_its_turn(self):
        made = self.make(1, 600)
        self.assertEqual({fault.kind for fault in made}, set(faults.KINDS))
        self.assertEqual({target for fault in made for target in fault.targets}, set(stage.NAMES))

    def test_every_fault_is_a_value_and_says_what_the_simulator_shall_do_or_happens_to_a_process(self):
        made = self.make(1, 600)
        self.assertEqual(len(set(made)), len(made))
        for fault in made:
            self.assertEqual(fault.script is None, faults.KINDS[fault.kind].script is None)

    def test_a_schedule_with_nobody_well_is_found_out(self):
        well = [Fault(10, 12, "killed", ("a",)), Fault(30, 32, "killed", ("b",))]
        self.assertEqual(schedule.unfair(well, 60, {"p": ("a", "b")}), [])
        for begin in (10 - schedule.LONGEST_CALL, 12, 12 + schedule.RECOVERY + schedule.LONGEST_CALL - 0.1):
            sick = [well[0], Fault(begin, begin + 2, "killed", ("b",))]
            self.assertEqual(len(schedule.unfair(sick, 60, {"p": ("a", "b")})), 1, begin)

    def test_each_policy_needs_somebody_of_its_own(self):
        sick = [Fault(10, 12, "killed", ("a",))]
        self.assertEqual(schedule.unfair(sick, 60, {"both": ("a", "b")}), [])
        self.assertIn("policy one", schedule.unfair(sick, 60, {"both": ("a", "b"), "one": ("a",)})[0])

    def test_faults_of_one_target_that_meet_are_found_out(self):
        met = [Fault(1, 3, "killed", ("a", "b")), Fault(2, 4, "cut", ("b",)), Fault(3, 5, "cut", ("a",))]
        self.assertEqual(schedule.overlapping(met), [(met[0], met[1])])


class BooksTest(unittest.TestCase):
    METRICS = """# HELP spillway_calls_total Calls.
spillway_calls_total{policy="p",environment="production",code="OK"} 2
spillway_attempts_total{endpoint="a",model="m",outcome="ok"} 1
spillway_attempts_total{endpoint="a",model="m",outcome="connect"} 1
spillway_attempts_total{endpoint="b",model="m",outcome="ok"} 1
spillway_attempts_total{endpoint="b",model="m",outcome="stalled"} 0
spillway_failovers_total{policy="p",from_endpoint="a",from_model="m",to_endpoint="b",to_model="m",failure="connect"} 1
"""
    CALLS = [call(1, attempt("a")), call(2, attempt("a", "connect"), attempt("b"))]
    LOG = [{"event": "serving"},
           {"event": "call", "policy": "p", "code": "OK", "attempts": [{"endpoint": "a"}]},
           {"event": "call", "policy": "p", "code": "OK",
            "attempts": [{"endpoint": "a", "failure": "connect"}, {"endpoint": "b"}]}]

    def differences(self, calls=None, text=None, log=None):
        pages = books.pages(calls or self.CALLS, books.metrics(text or self.METRICS), log or self.LOG)
        return [difference for page in pages for difference in page.differences()]

    def reconciled(self, calls, lines, proxied=()):
        return books.reconcile("a", calls, books.requests_of([lines], proxied))

    def test_equal_books_have_nothing_to_say(self):
        self.assertEqual(self.differences(), [])
        pages = books.pages(self.CALLS, books.metrics(self.METRICS), self.LOG)
        self.assertEqual([page.totals["metrics"] for page in pages], [2, 3, 1])

    def test_one_count_that_differs_is_named(self):
        self.assertEqual(self.differences(text=self.METRICS.replace('code="OK"} 2', 'code="OK"} 3')),
                         ["calls by policy and code, p OK: callers 2, metrics 3, server's log 2"])
        self.assertEqual(len(self.differences(text=self.METRICS.replace('"stalled"} 0', '"stalled"} 1'))), 1)
        self.assertEqual(len(self.differences(log=self.LOG[:2])), 3)

    def test_a_request_for_every_attempt_adds_up(self):
        one = self.reconciled([call(1, attempt("a"))], [request(1, 1), end(1)])
        self.assertEqual((one.attempts, one.requests, one.never_arrived, one.resent, one.differences), (1, 1, 0, 0, []))

    def test_an_attempt_without_an_answer_may_have_reached_nobody(self):
        calls = [call(1, attempt("a", "connect"), attempt("b"))]
        self.assertEqual(self.reconciled(calls, []).differences, [])
        self.assertEqual(self.reconciled(calls, []).never_arrived, 1)
        self.assertEqual(self.reconciled(calls, [request(1, 1, 0, "silence"), end(1, True)]).never_arrived, 0)

    def test_an_answer_that_no_provider_gave_is_found_out(self):
        self.assertTrue(self.reconciled([call(1, attempt("a"))], []).differences)
        refused = [call(1, attempt("a", "rate_limited", 429), attempt("b"))]
        self.assertEqual(self.reconciled(refused, [request(1, 1, 429, "rate_limited"), end(1)]).differences, [])
        self.assertEqual(len(self.reconciled(refused, [request(1, 1, 200), end(1)]).differences), 1)

    def test_a_success_whose_answer_was_not_sent_to_its_end_is_found_out(self):
        served = [call(1, attempt("a"))]
        self.assertEqual(len(self.reconciled(served, [request(1, 1, fault="cut"), end(1)]).differences), 1)
        self.assertEqual(len(self.reconciled(served, [request(1, 1), end(1, peer_closed=True)]).differences), 1)
        # Killed between the last byte and the log's line of it.
        self.assertEqual(self.reconciled(served, [request(1, 1)]).differences, [])

    def test_a_request_that_no_caller_knows_of_is_found_out(self):
        self.assertEqual(len(self.reconciled([], [request(1, 1), end(1)]).differences), 1)
        twice = [request(1, 1), end(1), request(1, 2), end(2)]
        self.assertEqual(len(self.reconciled([call(1, attempt("a"))], twice).differences), 1)

    def test_a_request_that_died_without_an_answer_may_come_again(self):
        for first in ([request(1, 1, 0, "reset"), end(1)], [request(1, 1)]):
            one = self.reconciled([call(1, attempt("a"))], [*first, request(1, 2), end(2)])
            self.assertEqual((one.resent, one.differences), (1, []))

    def test_a_peer_that_left_may_have_been_nginx_but_only_where_there_is_one(self):
        lines = [request(1, 1), end(1, peer_closed=True), request(1, 2), end(2)]
        self.assertEqual(len(self.reconciled([call(1, attempt("a"))], lines).differences), 1)
        other = [{"status": 200, "body": "call 2:"}]
        self.assertEqual(self.reconciled([call(1, attempt("a"))], lines, other).differences, [])

    def test_nginx_may_answer_for_a_simulator_that_is_gone_or_that_it_does_not_understand(self):
        calls = [call(1, attempt("a", "server_error", 502), attempt("b"))]
        own = [{"status": 502, "body": "call 1:"}]
        for lines, missing in (([], 1), ([request(1, 1)], 0), ([request(1, 1, fault="oversized_header"), end(1)], 0)):
            one = self.reconciled(calls, lines, own)
            self.assertEqual((one.proxy_own, one.never_arrived, one.resent, one.differences), (1, missing, 0, []))
        self.assertTrue(self.reconciled(calls, []).differences)
        self.assertTrue(self.reconciled(calls, [], [{"status": 504, "body": "call 1:"}]).differences)

    def test_a_torn_last_line_is_left_out(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "log.jsonl"
            path.write_text('{"seq": 1}\n{"seq": 2, "bo')
            self.assertEqual(books.read_lines([path, path.with_name("none")]), ([{"seq": 1}], 1))


class ReportTest(unittest.TestCase):
    def test_only_a_plain_stream_may_break_and_nothing_may_fail(self):
        fine = [call(1, attempt("a")), call(2, attempt("a", "stalled"), verdict="broken", kind="plain_stream")]
        self.assertEqual(report.broken_promises(fine), [])
        for kind, verdict in (("unary", "failed"), ("stream", "broken"), ("plain_stream", "failed"), ("unary", "truncated"),
                              ("plain_stream", "wrong"), ("stream", "truncated")):
            self.assertEqual(len(report.broken_promises([call(3, attempt("a"), verdict=verdict, kind=kind)])), 1)

    def test_a_complaint_says_what_went_on_meanwhile(self):
        run = play.Run(chaos.parse_arguments(["--seconds", "20"]))
        run.rate, run.seconds, run.exit_code = 1, 1, 0
        run.made = [Fault(1, 4, "cut", ("a",)), Fault(7, 8, "killed", ("b",))]
        run.calls = [call(9, attempt("a", "truncated"), verdict="failed", code="UNAVAILABLE", due_ms=2000.0)]
        found = verdict.complaints(run)
        self.assertEqual(len(found), 1)
        self.assertIn("meanwhile: a cut", found[0])
        self.assertNotIn("killed", found[0])


    def test_what_fails_while_the_machine_stands_still_says_nothing(self):
        run = play.Run(chaos.parse_arguments(["--seconds", "20"]))
        run.rate, run.seconds, run.exit_code = 1, 1, 0
        run.memory, run.descriptors = [1024, 1024], [10, 10]
        name = stage.NAMES[0]
        whole, failed = call(1, attempt(name)), call(1, attempt(name, "timeout"), verdict="failed", code="UNAVAILABLE")
        for calls, stalled, code in (([whole], 0.0, 0), ([whole], 5.0, 0), ([failed], 0.1, 1), ([failed], 0.4, 2)):
            run.calls, run.stalled = calls, stalled
            with tempfile.TemporaryDirectory() as directory, mock.patch("builtins.print"):
                self.assertEqual(verdict.judge(run, pathlib.Path(directory)), code, (calls, stalled))

    def test_a_heartbeat_that_is_in_time_is_not_late(self):
        with heartbeat.Heartbeat() as alive:
            time.sleep(4 * heartbeat.BEAT)
        self.assertGreater(alive.longest, 0)

    def test_only_a_run_that_says_nothing_is_followed_by_another(self):
        for codes, tries, expected in (([0], 3, 0), ([1], 3, 1), ([2, 0], 3, 0), ([2, 2, 2], 3, 2), ([2], 1, 2), ([130], 3, 130)):
            options = chaos.parse_arguments(["--tries", str(tries), "--keep", "there"])
            with mock.patch.object(chaos, "once", side_effect=codes) as once:
                self.assertEqual(chaos.tried(options), expected)
            kept = [str(told.args[1]) for told in once.call_args_list]
            self.assertEqual(kept, ["there"] if tries == 1 else [f"there/try-{n + 1}" for n in range(len(codes))])


class SvgTest(unittest.TestCase):
    def test_a_picture_has_every_fault_and_every_target(self):
        made = schedule.make(1, 60, stage.NAMES, stage.FRONTED)
        calls = [call(i, attempt(stage.NAMES[i % 4]), due_ms=i * 20.0) for i in range(3000)]
        text = svg.render("A < B", calls, made, 60, stage.NAMES)
        root = xml.etree.ElementTree.fromstring(text)
        titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
        self.assertEqual(len(titles), sum(len(fault.targets) for fault in made))
        self.assertIn("prefers-color-scheme: dark", text)
        for name in stage.NAMES:
            self.assertIn(f">{name}<", text)

    def test_calls_are_counted_where_they_ended(self):
        slots = svg.bins([call(1, attempt("a"), due_ms=900.0, ms=200.0), call(2, attempt("a"), verdict="failed", due_ms=100.0),
                          call(3, attempt("a"), due_ms=2900.0, ms=5000.0)], 3, ("a",))
        self.assertEqual([slot["served"]["a"] for slot in slots], [0, 1, 1])
        self.assertEqual([slot["failed"] for slot in slots], [1, 0, 0])

    def test_percentiles_are_values_that_were_there(self):
        self.assertEqual(svg.percentile(range(1, 101), 99), 99)
        self.assertEqual(svg.percentile([5], 50), 5)
        self.assertIsNone(svg.percentile([], 50))

    def test_scales_end_at_a_round_number_that_is_no_less(self):
        self.assertEqual([svg.ceiling(value) for value in (0.2, 1, 1.1, 6, 51, 200)], [1, 1, 2, 6, 60, 200])


class PublishTest(unittest.TestCase):
    def test_a_report_takes_the_last_ones_place(self):
        once = chaos.published("head\n<!-- run -->\n<!-- /run -->\ntail\n", "first\n")
        self.assertIn("first", once)
        twice = chaos.published(once, "second\n")
        self.assertNotIn("first", twice)
        self.assertEqual(twice, chaos.published(twice, "second\n"))
        self.assertTrue(twice.startswith("head\n<!-- run -->\n") and twice.endswith("second\n<!-- /run -->\ntail\n"))
        self.assertIn("<!-- run -->\n", chaos.PAGE.read_text())


class OptionsTest(unittest.TestCase):
    def test_a_run_too_short_for_faults_is_refused(self):
        with self.assertRaises(SystemExit) as refused:
            chaos.parse_arguments(["--seconds", "5"])
        self.assertEqual(refused.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
