#!/usr/bin/env python3
"""The rules by themselves: promtool takes them, every alert is tested firing and not firing, has a page to turn to, and agrees
with router/failure.cc on whose fault a failure is. Run by ctest (label prometheus)."""

import re
import unittest

import yaml

import scene

TESTS = [scene.ROOT / "tests" / "prometheus" / name for name in ("rules_test.yaml", "rules_days_test.yaml")]
GROUPS = yaml.safe_load(scene.RULES.read_text())["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}


def checks():
    """(alert, whether it is to fire) of each check in the files of promtool."""
    for path in TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for check in test["alert_rule_test"]:
                yield check["alertname"], bool(check.get("exp_alerts"))


def anchors(page):
    """Those of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def blamed_on_callers():
    """The failures that router/failure.cc blames on the request or the caller."""
    table = (scene.ROOT / "router" / "failure.cc").read_text()
    rows = re.findall(r'\{Failure::k\w+, "(\w+)",[^}]*Blame::k(\w+),[^}]*\}', table)
    return len(rows), {name for name, blame in rows if blame in ("Request", "Caller")}


class RulesTest(unittest.TestCase):
    def test_promtool_takes_them(self):
        code, said = scene.promtool("check", "rules", scene.RULES)
        self.assertEqual((code, "SUCCESS" in said), (0, True), said)

    def test_each_fires_when_it_should_and_only_then(self):
        code, said = scene.promtool("test", "rules", *TESTS)
        self.assertEqual(code, 0, said)

    def test_every_alert_is_tested_firing_and_not_firing(self):
        done = set(checks())
        self.assertEqual({alert for alert, _ in done}, set(ALERTS))
        self.assertEqual({alert for alert in ALERTS if (alert, True) not in done}, set(), "never tested firing")
        self.assertEqual({alert for alert in ALERTS if (alert, False) not in done}, set(), "never tested silent")

    def test_every_alert_says_what_it_is_how_bad_and_what_to_do(self):
        page = anchors((scene.ROOT / "docs" / "alerts.md").read_text())
        for name, rule in ALERTS.items():
            with self.subTest(name):
                self.assertRegex(name, "^Spillway[A-Z]")
                self.assertIn(rule["labels"]["severity"], ("critical", "warning"))
                self.assertEqual(set(rule["annotations"]), {"summary", "description", "runbook"})
                file, _, anchor = rule["annotations"]["runbook"].partition("#")
                self.assertEqual((file, anchor), ("docs/alerts.md", name.lower()))
                self.assertIn(anchor, page)

    def test_no_alert_is_explained_that_there_is_not(self):
        explained = re.findall(r"^#+ (Spillway\w+)$", (scene.ROOT / "docs" / "alerts.md").read_text(), re.MULTILINE)
        self.assertEqual(sorted(explained), sorted(ALERTS))

    def test_no_release_is_mixed_with_another(self):
        for rule in RULES:
            for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", rule["expr"]):
                self.assertLessEqual({"namespace", "job"}, set(re.split(r", *", labels)), rule["expr"])

    def test_what_callers_cause_is_what_the_router_blames_on_them(self):
        rows, expected = blamed_on_callers()
        self.assertEqual(rows, 17)
        found = 0
        for rule in RULES:
            for words in re.findall(r'(?:outcome|failure)!~"([^"]*)"', rule["expr"]):
                found += 1
                self.assertEqual(set(words.split("|")) - {"ok"}, expected, rule["expr"])
        self.assertGreaterEqual(found, 4)

    def test_every_recording_is_of_use_to_an_alert(self):
        recorded = {rule["record"] for rule in RULES if "record" in rule}
        used = {name for rule in RULES for name in re.findall(r"spillway:[\w:]+", rule["expr"])}
        self.assertEqual(recorded, used)


if __name__ == "__main__":
    scene.run_tests()
