#!/usr/bin/env python3
"""Measures what a routing decision costs, in time and in heap allocations, and prints it as tables.

Runs decision-bench and keeps the fastest repetition of each decision: the same instructions run each
time, so whatever differs was added by something else. Times are reported, never judged. Exits 1 when
a decision went otherwise than meant, 2 when decision-bench could not be run.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import measure

DEFAULT_BIN_DIR = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "bin"

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


class BenchError(Exception):
    pass


class WentOtherwise(Exception):
    pass


def run(bin_dir, repetitions, min_seconds):
    """{name: figures} of every benchmark, see `figures`."""
    command = [bin_dir / "decision-bench", "--benchmark_format=json", f"--benchmark_min_time={min_seconds}",
               f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true"]
    try:
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise BenchError(str(error)) from error
    if done.returncode != 0:
        raise BenchError(f"decision-bench exited with {done.returncode}: {done.stderr.strip()}")
    bouts = {}
    for bout in json.loads(done.stdout)["benchmarks"]:
        if bout.get("error_occurred"):
            raise WentOtherwise(f"{bout['name']}: {bout['error_message']}")
        if bout["run_type"] == "iteration":
            bouts.setdefault(bout["run_name"], []).append(bout)
    return {name: figures(of) for name, of in bouts.items()}


def figures(bouts):
    """The fastest repetition's time, how much longer the median took, and the fewest allocations."""
    times = [bout["cpu_time"] for bout in bouts]
    return {"ns": min(times), "median_over_fastest": statistics.median(times) / min(times),
            "allocations": min(bout["allocations"] for bout in bouts)}


def cell(values):
    if values is None:
        return ""
    ns = values["ns"]
    time = f"{ns:,.0f} ns" if ns < 10_000 else f"{ns / 1000:,.0f} us"
    return f"{time}, {values['allocations']:.2g}" if values["allocations"] < 10 else \
        f"{time}, {values['allocations']:,.0f}"


def markdown(head, rows):
    """A table whose columns line up, so that it reads as text, too."""
    lines = [head] + rows
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def text(line):
        first, *others = (cell.ljust(width) if column == 0 else cell.rjust(width)
                          for column, (cell, width) in enumerate(zip(line, widths)))
        return "| " + " | ".join([first, *others]) + " |"

    rule = "| " + " | ".join("-" * width if column == 0 else "-" * (width - 1) + ":"
                             for column, width in enumerate(widths)) + " |"
    return "\n".join([text(head), rule, *map(text, rows)])


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin-dir", type=pathlib.Path, default=DEFAULT_BIN_DIR,
                        help="where decision-bench is (default: build/bin)")
    parser.add_argument("--repetitions", type=int, default=9, help="of each decision (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.1,
                        help="length of a repetition (default %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, help="write the figures here as JSON")
    options = parser.parse_args(argv)
    try:
        results = run(options.bin_dir, options.repetitions, options.seconds)
    except BenchError as error:
        print(f"decisions: {error}", file=sys.stderr)
        return 2
    except WentOtherwise as error:
        print(f"decisions: {error}", file=sys.stderr)
        return 1
    machine = measure.describe_machine()
    above = sorted(of["median_over_fastest"] for of in results.values())
    print(f"time, heap allocations; the fastest of {options.repetitions} repetitions of {options.seconds:g} s "
          f"of CPU time, in random order\nthe median repetition took {above[len(above) // 2] - 1:.0%} longer, "
          f"where it was worst {above[-1] - 1:.0%}\n{machine['cpu']}, {machine['cpus']} CPUs\n")
    print(tables(results))
    if options.output is not None:
        options.output.write_text(json.dumps({"machine": machine, "decisions": results}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
