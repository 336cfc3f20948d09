#!/usr/bin/env python3
"""docs/metrics.md and docs/alerts.md against a server that really runs, both ways: what is exposed is on the page, what is on
the page is exposed. Run by ctest (label prometheus)."""

import contextlib
import json
import re
import subprocess
import unittest

import scene
import series_test

PAGE = (scene.ROOT / "docs" / "metrics.md").read_text()
ALERTS_PAGE = (scene.ROOT / "docs" / "alerts.md").read_text()


def rows(columns):
    """The cells of each row of the page's tables of so many columns whose first cell is code."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == columns:
            yield cells


def documented():
    """name -> (type, labels, {label: its closed list of values})."""
    found = {}
    for name, kind, _, labels, _ in rows(5):
        lists = {label: set(re.findall(r"`(\w+)`", values)) for label, values in re.findall(r"`(\w+)` \(([^)]*)\)", labels)}
        # Neither the lists nor what stands behind a colon are labels.
        names = re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)|:[^,]*", "", labels))
        found[name.strip("`")] = (kind, set(names), lists)
    return found


def documented_buckets():
    found = {}
    for names, bounds, _ in rows(3):
        for name in re.findall(r"`(\w+)`", names):
            found[name] = [float(bound) for bound in re.findall(r"[\d.]+", bounds)]
    return found


class Exposition:
    def __init__(self, text):
        self.types = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
        self.labels, self.values, self.bounds = {}, {}, {}
        for line in text.splitlines():
            sample = re.match(r"(\w+)(?:{(.*)})? ", line)
            if line.startswith("#") or sample is None:
                continue
            family = self.family(sample[1])
            for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or ""):
                if label == "le":
                    self.bounds.setdefault(family, set()).add(float(value))
                else:
                    self.labels.setdefault(family, set()).add(label)
                    self.values.setdefault((family, label), set()).add(value)

    def family(self, sample):
        base = re.sub(r"_(bucket|sum|count)$", "", sample)
        return base if self.types.get(base) == "histogram" else sample


class MetricsPageTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.exposed = Exposition(cls.scrape(stack, gen_ai=True))
        with contextlib.ExitStack() as stack:
            cls.plain = Exposition(cls.scrape(stack, gen_ai=False))

    @staticmethod
    def scrape(stack, gen_ai):
        """Of a server that has served, refused, failed over and suspended."""
        directory = scene.temporary_directory(stack)
        simulator = scene.Simulator(stack, directory, {"well": "", "sick": "fault=overloaded"})
        config = series_test.config(simulator.addresses)
        config["server"]["metrics"]["gen_ai"] = gen_ai
        config["policies"][1]["suspend_duration"] = "0.05s"
        server = scene.Server(stack, directory, config, {"KEY": "sk-well"})
        subprocess.run([scene.BIN_DIR / "random-calls", "--grpc", f"127.0.0.1:{server.grpc}", "--door", str(server.door), "--calls",
                        str(series_test.WARM_UP)], check=True, timeout=60)
        return server.metrics()

    def test_each_metric_has_a_row_and_each_row_a_metric_of_its_type(self):
        self.assertEqual({name: row[0] for name, row in documented().items()}, self.exposed.types)

    def test_each_has_the_labels_of_its_row(self):
        for name, (_, labels, _) in documented().items():
            self.assertEqual(self.exposed.labels.get(name, set()), labels, name)

    def test_the_lists_of_values_are_whole(self):
        found = 0
        for name, (_, _, lists) in documented().items():
            for label, values in lists.items():
                found += 1
                self.assertLessEqual(self.exposed.values[name, label] - {""}, values, (name, label))
        self.assertGreater(found, 10)

    def test_the_buckets_are_those_of_the_page(self):
        bounds = {name: sorted(bounds - {float("inf")}) for name, bounds in self.exposed.bounds.items()}
        self.assertEqual(documented_buckets(), bounds)

    def test_the_conventions_metrics_are_there_only_if_asked_for_and_change_no_other(self):
        conventional = {name for name in self.exposed.types if name.startswith("gen_ai_")}
        self.assertEqual(len(conventional), 3)
        self.assertEqual(set(self.plain.types), set(self.exposed.types) - conventional)

    def test_each_panel_of_the_dashboard_is_on_the_page_in_its_row(self):
        expected, row = {}, None
        for panel in json.loads(scene.DASHBOARD.read_text())["panels"]:
            if panel["type"] == "row":
                row = expected.setdefault(panel["title"], [])
            else:
                row.append(panel["title"])
        table = PAGE.partition("## The dashboard")[2]
        found = {name: panels.split("; ") for name, panels in re.findall(r"^\| (.+?) \| (.+) \|$", table, re.MULTILINE)}
        self.assertEqual({name: panels for name, panels in found.items() if name not in ("row", "---")}, expected)

    def test_each_recording_rule_is_on_the_page(self):
        recorded = set(re.findall(r"record: (\S+)", scene.RULES.read_text()))
        section = PAGE.partition("## Recording rules")[2].partition("\n## ")[0]
        named = set()
        for line in section.splitlines():
            base = None
            for name in re.findall(r"`([^`]*:[^`]*)`", line.partition(" | ")[0]):
                base = name if base is None or not name.startswith("…") else base
                named.add(name if not name.startswith("…") else re.sub(r":[^:]*$", "", base) + name.strip("…"))
        self.assertEqual(named, recorded)

    def test_the_alerts_page_names_no_metric_that_there_is_not(self):
        names = set(re.findall(r"\b(?:spillway|process)_\w+\b", ALERTS_PAGE))
        self.assertGreater(len(names), 5)
        self.assertEqual({name for name in names if self.exposed.family(name) not in self.exposed.types}, set())


if __name__ == "__main__":
    scene.run_tests()
