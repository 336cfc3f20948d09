#!/usr/bin/env python3
"""Measures Spillway beside other gateways and plain proxies, in interleaved bouts of one run. See README.md.

Prints Markdown tables. A peer that is not there is left out, and said so. Exits 0 when every call of every bout
succeeded, 1 when one failed (its subject is then left out), 2 when something of our own could not be started, 3 when
the machine was never quiet enough. Times and ratios are reported, never judged.
"""

import argparse
import contextlib
import json
import pathlib
import resource
import signal
import sys
import tempfile

import bench
import gateways
import peer_programs
import peer_report
import peer_run
from peer_instances import Instances
from processes import BenchError

OWN = ("null", "grpc", "door")
QUICK = {"rounds": 1, "seconds": 0.4, "warm_up": 0.4, "silent": 100, "starts": 1}
FULL = {"rounds": 9, "seconds": 1.2, "warm_up": 2.0, "silent": 1000, "starts": 5}


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", nargs="?", const="all", default="all",
                        help="comma-separated, of " + ", ".join(peer_programs.PROGRAMS) + "; those not there yet are "
                        "installed into .cache/peers; `all` (default) or `none`")
    parser.add_argument("--no-install", dest="install", action="store_false", help="leave out what is not there yet")
    parser.add_argument("--subjects", help="comma-separated, to measure only these: " + ", ".join(gateways.subject_names()))
    parser.add_argument("--bin-dir", type=pathlib.Path, default=bench.DEFAULT_BIN_DIR)
    parser.add_argument("--server", type=pathlib.Path, help="spillway-server (default: the one in --bin-dir)")
    parser.add_argument("--rounds", type=int, help="bouts of each subject and kind, at most (default 9)")
    parser.add_argument("--minutes", type=float, default=11, help="no round begins that would end later (default 11)")
    parser.add_argument("--seconds", type=float, help="length of a bout (default 1.2)")
    parser.add_argument("--warm-up", type=float, help="seconds of load before the first bout (default 2)")
    parser.add_argument("--in-flight", type=int, default=32, help="closed loop: calls at a time")
    parser.add_argument("--rate", type=float, default=1000, help="open loop: calls a second; less for who cannot do it")
    parser.add_argument("--silent", type=int, help="calls in flight to a silent upstream, for the memory of each (default "
                        "1000); 0: not measured")
    parser.add_argument("--starts", type=int, help="starts timed of each (default 5)")
    parser.add_argument("--quick", action="store_true", help="one short bout of everything, to see that it works")
    parser.add_argument("--max-others", type=float, default=0.2, help="a bout in which other processes took more cores "
                        "than this is repeated")
    parser.add_argument("--no-pin", action="store_true", help="let the kernel place every process")
    parser.add_argument("--output", type=pathlib.Path, help="write the result here as JSON, after every round")
    parser.add_argument("--resume", action="store_true", help="go on with the run that --output has")
    parser.add_argument("--report", type=pathlib.Path, help="print the tables of such a file, and measure nothing")
    options = parser.parse_args(argv)
    for key, value in (QUICK if options.quick else FULL).items():
        if getattr(options, key) is None:
            setattr(options, key, value)
    options.bin_dir = options.bin_dir.resolve()
    options.server = (options.server or options.bin_dir / "spillway-server").resolve()
    options.names = choose_subjects(parser, options)
    return options


def choose_subjects(parser, options):
    peers = {"all": list(peer_programs.PROGRAMS), "none": []}.get(options.peers, options.peers.split(","))
    known = gateways.subject_names()
    wanted = options.subjects.split(",") if options.subjects else known
    for name in [*peers, *wanted]:
        if name not in known:
            parser.error(f"no subject {name!r}; there are {', '.join(known)}")
    chosen = [name for name in known if name in wanted
              and (name == gateways.DIRECT or name.removesuffix(gateways.FAILING) in (*OWN, *peers))]
    # Everything is stated beside the direct call.
    return chosen if gateways.DIRECT in chosen else [gateways.DIRECT, *chosen]


def exit_code(result):
    if any(name.removesuffix(gateways.FAILING) in ("null", "grpc") for name in result["left_out"]):
        return 2
    if result["failed"]:
        return 1
    return 0 if peer_report.any_quiet(result) else 3


def main(argv):
    options = parse_arguments(argv)
    if options.report is not None:
        print(peer_report.markdown(json.loads(options.report.read_text())))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # A thousand calls in flight are some thousand descriptors.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        result = peer_run.load_result(options)
        with contextlib.ExitStack() as stack:
            directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-peers-")))
            directory.chmod(0o755)
            peer_run.Run(options, result, Instances(options, directory, stack, *bench.choose_cpus(options)), stack).run()
    except BenchError as error:
        print(f"peers: {error}", file=sys.stderr)
        return 2
    print(peer_report.markdown(result))
    return exit_code(result)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
