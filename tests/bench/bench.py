#!/usr/bin/env python3
"""Measures what Spillway costs against the null router, in interleaved bouts of one run. See README.md.

Exits 0 when every call of every bout succeeded, 1 when one failed, 2 when something could not be
started or set up, 3 when the machine was never quiet enough. Times and ratios are reported, never judged.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import sys
import tempfile

import measure
import report
import subjects
from bouts import Bench, CallsFailed
from processes import BenchError

DEFAULT_BIN_DIR = subjects.HERE.parent.parent / "build" / "bin"


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin-dir", type=pathlib.Path, default=DEFAULT_BIN_DIR,
                        help="where bench-load and bench-null-router are (default: build/bin)")
    parser.add_argument("--server", type=pathlib.Path, help="spillway-server (default: the one in --bin-dir)")
    parser.add_argument("--config", help="configuration of the subject `spillway` in place of the generated "
                        "one; @PORT@, @ADMIN_PORT@, @UPSTREAM_PORT@ and @CA_FILE@ are filled in")
    parser.add_argument("--subjects", default="null,spillway",
                        help="comma-separated, the yardstick first: " + ", ".join(subjects.SUBJECTS))
    parser.add_argument("--self-test", action="store_true",
                        help="the null router against itself: the ratio should be about 1")
    parser.add_argument("--rounds", type=int, help="quiet bouts wanted of each subject and kind "
                        "(default 7)")
    parser.add_argument("--seconds", type=float, help="length of a bout (default 3)")
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 s, where not given otherwise")
    parser.add_argument("--in-flight", type=int, default=32, help="closed loop: calls at a time")
    parser.add_argument("--rate", type=float, default=1000, help="open loop: calls a second")
    parser.add_argument("--connections", type=int, default=1, help="connections of the generator")
    parser.add_argument("--header", action="append", default=[], help="request header, 'name: value'")
    parser.add_argument("--max-others", type=float, default=0.2,
                        help="a bout in which other processes took more cores than this is dropped, with "
                        "those it would be compared to")
    parser.add_argument("--no-pin", action="store_true", help="let the kernel place every process")
    parser.add_argument("--output", type=pathlib.Path, help="write the result here as JSON")
    options = parser.parse_args(argv)
    options.rounds = options.rounds or (3 if options.quick else 7)
    options.seconds = options.seconds or (1.0 if options.quick else 3.0)
    options.server = (options.server or options.bin_dir / "spillway-server").resolve()
    options.bin_dir = options.bin_dir.resolve()
    options.names = ["null", "null-again"] if options.self_test else options.subjects.split(",")
    for name in options.names:
        if name not in subjects.SUBJECTS:
            parser.error(f"--subjects: no subject {name!r}; there are {', '.join(subjects.SUBJECTS)}")
    if len(set(options.names)) != len(options.names):
        parser.error("--subjects: a subject is named twice")
    return options


def choose_cpus(options):
    """(CPU of the servers, CPU of generator and upstream); None lets the kernel place them."""
    allowed = sorted(os.sched_getaffinity(0))
    if options.no_pin:
        return None, None
    if len(allowed) < 2:
        print("warning: one CPU only, generator and upstream share it with the servers", file=sys.stderr)
    return allowed[0], allowed[min(1, len(allowed) - 1)]


def quiet_heats(bench, options):
    """Heats of both kinds until enough were quiet, three times as many as wanted at most.

    Returns ({kind: [heat, …]}, how many were dropped).
    """
    kinds = {"closed": ["--in-flight", options.in_flight], "open": ["--rate", options.rate]}
    kept, dropped = {kind: [] for kind in kinds}, 0
    for index in range(3 * options.rounds):
        # Every other round goes backwards, so that no subject always follows the same other.
        names = options.names if index % 2 == 0 else options.names[::-1]
        for kind, flags in kinds.items():
            if len(kept[kind]) == options.rounds:
                continue
            heat = bench.heat(names, *flags)
            others = max(bout["others"] for bout in heat.values())
            quiet = others <= options.max_others
            kept[kind] += [heat] if quiet else []
            dropped += not quiet
            print(report.progress(index + 1, kind, heat, options.names, others, quiet), file=sys.stderr)
    return kept, dropped


def run(options):
    with contextlib.ExitStack() as stack:
        scratch = tempfile.TemporaryDirectory(prefix="spillway-bench-")
        directory = pathlib.Path(stack.enter_context(scratch))
        directory.chmod(0o755)  # nginx's worker is another user when root starts it
        bench = Bench(options, directory, stack, *choose_cpus(options))
        for name in options.names:
            bench.load(name, "--count", 1, "--in-flight", 1)
        idle = {name: measure.memory_kib(server.pid) for name, server in bench.servers.items()}
        for name in options.names:
            bench.load(name, "--seconds", 0.5, "--in-flight", options.in_flight)
        heats, dropped = quiet_heats(bench, options)
        memory = {name: {"idle_kib": idle[name], "loaded_kib": measure.memory_kib(server.pid),
                         "peak_kib": measure.memory_kib(server.pid, "VmHWM")}
                  for name, server in bench.servers.items()}
    return report.summarise(options, heats, dropped, memory) if all(heats.values()) else None


def main(argv):
    options = parse_arguments(argv)
    # So that a polite end, too, takes the servers and the scratch directory with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        result = run(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except CallsFailed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if result is None:
        print(f"bench: other processes took more than {options.max_others:g} cores all the time: "
              "nothing to report", file=sys.stderr)
        return 3
    print(report.table(result))
    if options.output is not None:
        options.output.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
