#!/usr/bin/env python3
"""Measures what a routing decision costs, in time and in heap allocations, and prints it as tables.

Runs decision-bench and keeps the fastest repetition of each decision: the same instructions run each
time, so whatever differs was added by something else. Times are reported, never judged. Exits 1 when
a decision went otherwise than meant, 2 when decision-bench could not be run.
"""

import sys

import google_benchmark
from google_benchmark import markdown

TARGETS = [1, 10, 100, 1000]
POLICIES = [1, 10, 100, 1000, 10000]

# What is decided: key in the benchmarks' names, words.
DECISIONS = [
    ("serve", "all are healthy, the first attempt serves"),
    ("serve_suspended", "nine in ten are suspended, the first attempt serves"),
    ("fail_over", "the first attempt fails, the second serves"),
    ("fail_probe", "a probe fails and suspends its target anew, the second attempt serves"),
    ("explain", "Route: the whole order is explained"),
]
ROUTES = [
    ("failover", "`failover`"),
    ("round_robin", "`round_robin`"),
    ("weighted", "`weighted`"),
    ("nested", "`weighted` of `failover`s of five"),
]
AMONG_POLICIES = [
    ("serve_one_policy", "calls ask for one of them"),
    ("serve_every_policy", "calls ask for all of them, at random"),
]


def cell(values):
    if values is None:
        return ""
    ns = values["ns"]
    time = f"{ns:,.0f} ns" if ns < 10_000 else f"{ns / 1000:,.0f} us"
    return f"{time}, {values['allocations']:.2g}" if values["allocations"] < 10 else \
        f"{time}, {values['allocations']:,.0f}"


def tables(results):
    parts = []
    for key, words in DECISIONS:
        rows = [[name] + [cell(results.get(f"{key}/{route}/targets:{targets}")) for targets in TARGETS]
                for route, name in ROUTES]
        head = [words] + [f"{targets:,} target{'s' if targets > 1 else ''}" for targets in TARGETS]
        parts.append(markdown(head, [row for row in rows if any(row[1:])]))
    head = ["healthy failovers of two"] + [f"{policies:,} polic{'ies' if policies > 1 else 'y'}"
                                           for policies in POLICIES]
    rows = [[words] + [cell(results[f"{key}/policies:{policies}"]) for policies in POLICIES]
            for key, words in AMONG_POLICIES]
    parts.append(markdown(head, rows))
    parts.append("\n".join(growth(results)))
    return "\n\n".join(parts)


def growth(results):
    """What the number of policies does to the time, in words."""
    fewest, most = POLICIES[0], POLICIES[-1]
    for key, words in AMONG_POLICIES:
        ratio = results[f"{key}/policies:{most}"]["ns"] / results[f"{key}/policies:{fewest}"]["ns"]
        yield f"{most:,} policies against {fewest}, where {words}: {ratio:.2f}x the time"


def main(argv):
    return google_benchmark.main(argv, description=__doc__.splitlines()[0], program="decision-bench",
                                 name="decisions", tables=tables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
