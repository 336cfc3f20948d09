"""Runs a program of Google Benchmark whose benchmarks count allocations, and makes tables of what it says.

The fastest repetition counts: the same instructions run each time, so whatever differs was added by something
else.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import measure

DEFAULT_BIN_DIR = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "bin"


class BenchError(Exception):
    pass


class WentOtherwise(Exception):
    pass


def run(program, repetitions, min_seconds):
    """{name: figures} of every benchmark, see `figures`."""
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={min_seconds}",
               f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true"]
    try:
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    except OSError as error:
        raise BenchError(str(error)) from error
    if done.returncode != 0:
        raise BenchError(f"{program.name} exited with {done.returncode}: {done.stderr.strip()}")
    bouts = {}
    # In the order in which the program registered them.
    for bout in sorted(json.loads(done.stdout)["benchmarks"], key=lambda bout: bout.get("family_index", 0)):
        if bout.get("error_occurred"):
            raise WentOtherwise(f"{bout['name']}: {bout['error_message']}")
        if bout["run_type"] == "iteration":
            bouts.setdefault(bout["run_name"], []).append(bout)
    return {name: figures(of) for name, of in bouts.items()}


def figures(bouts):
    """The fastest repetition's time, how much longer the median took, the fewest allocations; the bytes worked on."""
    times = [bout["cpu_time"] for bout in bouts]
    of = {"ns": min(times), "median_over_fastest": statistics.median(times) / min(times),
          "allocations": min(bout["allocations"] for bout in bouts)}
    return of | ({"bytes": bouts[0]["bytes"]} if "bytes" in bouts[0] else {})


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


def main(argv, description, program, name, tables):
    """Runs `program` and prints what `tables` makes of its results; `name` is the runner's. Exit codes: 1 when
    something went otherwise than meant, 2 when the program could not be run."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin-dir", type=pathlib.Path, default=DEFAULT_BIN_DIR,
                        help=f"where {program} is (default: build/bin)")
    parser.add_argument("--repetitions", type=int, default=9, help="of each measurement (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.1,
                        help="length of a repetition (default %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, help="write the figures here as JSON")
    options = parser.parse_args(argv)
    try:
        results = run(options.bin_dir / program, options.repetitions, options.seconds)
    except BenchError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except WentOtherwise as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    machine = measure.describe_machine()
    above = sorted(of["median_over_fastest"] for of in results.values())
    print(f"time, heap allocations; the fastest of {options.repetitions} repetitions of {options.seconds:g} s "
          f"of CPU time, in random order\nthe median repetition took {above[len(above) // 2] - 1:.0%} longer, "
          f"where it was worst {above[-1] - 1:.0%}\n{machine['cpu']}, {machine['cpus']} CPUs\n")
    print(tables(results))
    if options.output is not None:
        options.output.write_text(json.dumps({"machine": machine, name: results}, indent=2) + "\n")
    return 0
