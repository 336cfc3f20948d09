#!/usr/bin/env python3
"""A real Prometheus scrapes the server while its providers misbehave: in every way that there is a failure for, so that every
rule and every query of the dashboard has something to show. Run by ctest (label prometheus)."""

import contextlib
import hashlib
import json
import math
import re
import shutil
import subprocess
import time
import unittest

import scene

KEY = "production-key"
KEYS = {"GOOD": "sk-good", "BAD": "sk-bad"}
# Long enough for a rate of each query.
SECONDS = 14
RATE_INTERVAL = "12s"

PERSONALITIES = {"well": "tokens=20,key=sk-good", "sick": "tokens=20", "choppy": "tokens=20", "strict": "", "silent": "fault=silence",
                 "locked": "key=sk-good", "fast": "tokens=20"}
SCRIPTS = {
    "sick": ["overloaded", "rate_limited", "quota", "server_error", "garbage", "cut", "model_not_found", "silence", "ok"],
    "choppy": [{"fault": "stall", "after": 3}, "silence_after_head", {"fault": "cut", "after": 5}, "ok"],
    "strict": ["context_length", "content_filter", "invalid_request"]}


def config(addresses, dead):
    def endpoint(name, key="GOOD", **more):
        address = dead if name == "dead" else addresses[name]
        return {"name": name, "provider": "openai", "url": f"http://{address}/v1", "api_key": {"env": key}} | more

    def policy(name, *targets, **settings):
        targets = [{"endpoint": endpoint, "model": model} for endpoint, model in targets]
        return {"name": name, "model": name, "production": {"failover": {"targets": targets}}, "same_target_retries": 0} | settings

    return {
        "server": {"grpc": {"address": "127.0.0.1:0"}, "openai": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
                   "metrics": {"gen_ai": True}},
        "callers": [{"name": "app", "key_sha256": hashlib.sha256(KEY.encode()).hexdigest()}],
        "providers": [{"name": "openai", "api": "openai"}],
        "endpoints": [endpoint("well"), endpoint("sick"), endpoint("choppy"), endpoint("strict"), endpoint("silent"),
                      endpoint("locked", "BAD"), endpoint("dead"), endpoint("fast", primary=True)],
        "policies": [policy("ill", ("sick", "m"), ("well", "m"), request_timeout="0.4s"),
                     policy("choppy", ("choppy", "m"), ("well", "m"), first_token_timeout="0.3s", stream_idle_timeout="0.3s"),
                     policy("strict", ("strict", "m")),
                     policy("silent", ("silent", "m")),
                     # Everything that it has is out.
                     policy("doomed", ("dead", "m"), ("locked", "m"), suspend_duration="2s", max_suspend_duration="2s"),
                     # Comes back, and fails again.
                     policy("ailing", ("sick", "n"), ("well", "m"), request_timeout="0.4s", suspend_duration="0.5s", max_suspend_duration="0.5s")]}


def finite(values):
    return [value for value in values if math.isfinite(value)]


class ScrapeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        directory = scene.temporary_directory(stack)
        cls.simulator = scene.Simulator(stack, directory, PERSONALITIES)
        for name, steps in SCRIPTS.items():
            cls.simulator.play(name, {"steps": steps, "then": "cycle"})
        cls.config = config(cls.simulator.addresses, f"127.0.0.1:{scene.closed_port(stack)}")
        cls.server = scene.Server(stack, directory, cls.config, KEYS)
        cls.prometheus = scene.Prometheus(stack, directory, cls.server.admin)
        cls.misbehave()

    @classmethod
    def misbehave(cls):
        """Rounds of calls for SECONDS, each with every failure in it."""
        server, begun, rounds = cls.server, time.monotonic(), 0
        while time.monotonic() < begun + SECONDS or rounds < 6:
            rounds += 1
            for _ in SCRIPTS["sick"]:
                server.post("ill", KEY)
            for _ in SCRIPTS["choppy"]:
                server.post("choppy", KEY, stream=True)
            for _ in SCRIPTS["strict"]:
                server.post("strict", KEY)
            for model in ("doomed", "ailing", "of-the-primary-endpoint"):
                server.post(model, KEY)
            server.leave("silent", KEY)
            server.spillway("chat", "--model", "silent", "--timeout", "300ms", "hello", key=KEY)
            server.spillway("chat", "--model", "ill", "hello", key="nobody's")
            cls.config["policies"][0]["request_timeout"] = f"{0.4 + rounds / 1000}s"
            server.write_config(cls.config)
        server.write_config("not: [a, configuration")
        scene.wait_for("a rejected reload", lambda: server.lines("config_rejected"))
        # Prometheus has it all, and has thought about it: what is recorded, and then what rests on that.
        cls.prometheus.wait_for_scrapes("spillway_config_last_reload_successful == 0", 1)
        cls.prometheus.wait_for_scrapes('ALERTS{alertname="SpillwayReloadFailed"}', 3)

    def active(self):
        """(alert, state, labels) of the alerts that are pending or firing."""
        return [(rule["name"], alert["state"], alert["labels"]) for rule in self.prometheus.rules() if rule["type"] == "alerting"
                for alert in rule["alerts"]]

    def test_promtool_has_nothing_to_say_about_the_exposition(self):
        self.assertEqual(scene.promtool("check", "metrics", text=self.server.metrics()), (0, ""))

    def test_every_failure_there_is_has_been_seen(self):
        header = (scene.ROOT / "router" / "failure.cc").read_text()
        failures = set(re.findall(r'\{Failure::k\w+, "(\w+)"', header))
        self.assertEqual(len(failures), 17)
        outcomes = {labels["outcome"] for labels, value in self.prometheus.query("spillway_attempts_total > 0")}
        self.assertEqual(outcomes, failures | {"ok"})

    def test_no_rule_fails_and_every_recording_has_data(self):
        rules = self.prometheus.rules()
        self.assertGreater(len(rules), 30)
        for rule in rules:
            with self.subTest(rule["name"]):
                self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""))
                if rule["type"] != "recording":
                    continue
                samples = self.prometheus.query(rule["name"])
                self.assertTrue(samples)
                self.assertTrue(finite(value for _, value in samples), samples)
                self.assertTrue(all(labels["job"] == scene.JOB and labels["namespace"] == scene.NAMESPACE for labels, _ in samples))

    def test_those_alerts_are_up_that_should_be(self):
        firing = {"SpillwayCredentialsRefused", "SpillwayQuotaExhausted"}
        pending = {"SpillwayPolicyHasNoTarget", "SpillwayCallsFailing", "SpillwayCallsFailingSlowly", "SpillwayFailoverRateHigh",
                   "SpillwayEndpointBurnsBudgetFast", "SpillwayEndpointBurnsBudgetSlowly", "SpillwayTargetOut",
                   "SpillwayReloadFailed"}
        # A scrape that took too long adds that the instance is gone, until the next one.
        scene.wait_for("these alerts and no others", lambda: {name for name, _, _ in self.active()} == firing | pending)
        states = {name: state for name, state, _ in self.active()}
        self.assertEqual({states[name] for name in firing}, {"firing"})
        # On a slow machine its minute may be over.
        pending.remove("SpillwayPolicyHasNoTarget")
        self.assertEqual({states[name] for name in pending}, {"pending"})

    def test_they_name_who_is_to_blame_and_nobody_else(self):
        def named(alert, *labels):
            return {tuple(found[label] for label in labels) for name, _, found in self.active() if name == alert}

        self.assertEqual(named("SpillwayPolicyHasNoTarget", "policy", "environment"), {("doomed", "production")})
        self.assertEqual(named("SpillwayCredentialsRefused", "endpoint"), {("locked",)})
        self.assertEqual(named("SpillwayQuotaExhausted", "endpoint"), {("sick",)})
        self.assertLessEqual(named("SpillwayEndpointBurnsBudgetFast", "endpoint"), {("sick",), ("choppy",), ("dead",), ("locked",)})
        self.assertNotIn(("strict",), named("SpillwayCallsFailing", "policy"))
        self.assertNotIn(("silent",), named("SpillwayCallsFailing", "policy"))

    def test_their_words_have_no_gaps(self):
        for rule in self.prometheus.rules():
            for alert in rule.get("alerts", []):
                for text in alert["annotations"].values():
                    self.assertNotRegex(text, r"<no value>|<error|[{}]|/ | of \.|NaN", (rule["name"], text))

    def expressions(self):
        """(where, expression) of each query of the dashboard, as Grafana would send it with everything selected."""
        dashboard = json.loads(scene.DASHBOARD.read_text())
        for panel in dashboard["panels"]:
            for target in panel.get("targets", []):
                yield f"{panel['title']} {target['refId']}", self.chosen(target["expr"])
        for annotation in dashboard["annotations"]["list"]:
            yield f"annotation {annotation['name']}", self.chosen(annotation["expr"])

    @staticmethod
    def chosen(expression):
        for variable, value in {"namespace": ".*", "job": ".*", "instance": ".*", "__rate_interval": RATE_INTERVAL,
                                "__interval": RATE_INTERVAL}.items():
            expression = re.sub(rf"\${variable}\b", value, expression)
        return expression

    def test_every_query_of_the_dashboard_has_data(self):
        expressions = list(self.expressions())
        self.assertGreater(len(expressions), 40)
        for where, expression in expressions:
            with self.subTest(where):
                self.assertNotIn("$", expression)
                series = self.prometheus.query_range(expression, SECONDS)
                self.assertTrue(any(finite(values) for _, values in series), expression)

    def test_the_legends_of_the_dashboard_name_labels_that_there_are(self):
        for panel in json.loads(scene.DASHBOARD.read_text())["panels"]:
            for target in panel.get("targets", []):
                series = self.prometheus.query_range(self.chosen(target["expr"]), SECONDS)
                there = {label for labels, _ in series for label in labels}
                self.assertLessEqual(set(re.findall(r"{{(\w+)}}", target["legendFormat"])), there, panel["title"])

    def test_the_variables_of_the_dashboard_have_values(self):
        expected = {"namespace": [scene.NAMESPACE], "job": [scene.JOB], "instance": [self.prometheus.INSTANCE]}
        found = {}
        for variable in json.loads(scene.DASHBOARD.read_text())["templating"]["list"]:
            if variable["type"] == "datasource":
                continue
            selector, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()
            found[variable["name"]] = self.prometheus.ask(f"label/{label}/values", **{"match[]": self.chosen(selector)})
        self.assertEqual(found, expected)

    @unittest.skipUnless(shutil.which("jq"), "jq is not installed")
    def test_the_commands_of_the_alerts_page_find_something_in_the_log(self):
        page = (scene.ROOT / "docs" / "alerts.md").read_text()
        commands = re.findall(r"\bjq (-\w) '([^']+)'", page)
        self.assertGreater(len(commands), 5)
        for flag, program in commands:
            with self.subTest(program):
                program = program.replace("POLICY", "choppy").replace("ENDPOINT", "sick")
                done = subprocess.run(["jq", flag, program], input="".join(self.server.log()), capture_output=True, text=True,
                                      check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                found = [line for line in done.stdout.splitlines() if line != "null"]
                self.assertTrue(found)
                # Fields that there are not would be null in all of them.
                if flag == "-c" and found[0].startswith("{"):
                    for field in json.loads(found[0]):
                        self.assertTrue(any(json.loads(line)[field] is not None for line in found), field)

    def test_a_scrape_is_no_larger_than_the_page_says(self):
        """Seven policies of ten targets, of which most have streamed or failed, with the conventions' metrics."""
        (_, samples), = self.prometheus.query("max(scrape_samples_scraped)")
        self.assertLess(samples, 40 + 7 * 22 + 10 * (40 + 70) + 8 * 3 + 17 * 10 * 18)

    def test_z_a_server_that_is_lost_is_missed(self):
        """The last one: it ends the server."""
        self.server.kill()
        scene.wait_for("the alerts", lambda: {"SpillwayInstanceDown", "SpillwayAbsent"} <= {name for name, _, _ in self.active()})


class DashboardTest(unittest.TestCase):
    """What needs no server."""

    def setUp(self):
        self.dashboard = json.loads(scene.DASHBOARD.read_text())
        self.panels = self.dashboard["panels"]

    def test_no_two_panels_lie_on_each_other(self):
        taken = {}
        for panel in self.panels:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24)
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, (panel["title"], taken.get((x, y))))
                    taken[x, y] = panel["title"]

    def test_every_panel_has_a_name_a_number_and_a_unit_and_asks_the_chosen_source(self):
        self.assertEqual(len({panel["id"] for panel in self.panels}), len(self.panels))
        self.assertEqual(len({panel["title"] for panel in self.panels}), len(self.panels))
        for panel in self.panels:
            if panel["type"] == "row":
                continue
            with self.subTest(panel["title"]):
                sources = [panel["datasource"]] + [target["datasource"] for target in panel["targets"]]
                self.assertTrue(all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources))
                for target in panel["targets"]:
                    for variable in ("namespace", "job", "instance"):
                        self.assertEqual(target["expr"].count(f'{variable}=~"${variable}"'), target["expr"].count('instance=~'))
                if panel["type"] in ("timeseries", "stat"):
                    self.assertIn(panel["fieldConfig"]["defaults"]["unit"],
                                  ("none", "reqps", "cps", "s", "percentunit", "bytes"))


if __name__ == "__main__":
    scene.run_tests()
