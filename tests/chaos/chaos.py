#!/usr/bin/env python3
"""Runs the server under a steady load while its targets die, stall, lie and come back, and checks every answer and every book.

docs/chaos.md says what is promised. Exits 0 when it held, 1 when it did not, 2 when the run says nothing: something could
not be started, or the machine was too slow to end faults in time.
"""

import argparse
import pathlib
import shutil
import signal
import sys
import tempfile

import play
import schedule
import stage
import verdict
from daemon import ChaosError

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT_BIN_DIR = ROOT / "build" / "bin"
PAGE, PICTURE = ROOT / "docs" / "chaos.md", "img/chaos.svg"


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="length of the run (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="of the schedule and of the load (default 1)")
    parser.add_argument("--rate", type=float, default=50, help="calls a second (default 50)")
    parser.add_argument("--tries", type=int, default=1, metavar="N",
                        help="runs at most, for as long as one says nothing (exit code 2; default 1)")
    parser.add_argument("--bin-dir", type=pathlib.Path, default=DEFAULT_BIN_DIR)
    parser.add_argument("--keep", type=pathlib.Path, metavar="DIR",
                        help="leave logs, configuration, report.md and timeline.svg there")
    parser.add_argument("--publish", action="store_true", help="put tables and picture of a good run into docs/chaos.md")
    parser.add_argument("--plan", action="store_true", help="print the schedule and do nothing")
    options = parser.parse_args(argv)
    if options.seconds < 15:
        parser.error("--seconds: at least 15, so that there is room for faults")
    if options.tries < 1:
        parser.error("--tries: at least 1")
    options.bin_dir = options.bin_dir.resolve()
    return options


def published(page, text):
    """The page with a run's report in the place of the last one's."""
    before, _, rest = page.partition("<!-- run -->\n")
    _, end, after = rest.partition("<!-- /run -->")
    if not end:
        raise ChaosError(f"{PAGE} has no place for a run")
    return f"{before}<!-- run -->\n![What happened and who answered]({PICTURE})\n\n{text}{end}{after}"


def publish(directory):
    PAGE.write_text(published(PAGE.read_text(), (directory / "report.md").read_text()))
    (PAGE.parent / PICTURE).parent.mkdir(exist_ok=True)
    shutil.copyfile(directory / "timeline.svg", PAGE.parent / PICTURE)


def once(options, keep):
    """A run and its exit code."""
    run = play.Run(options)
    directory = keep or pathlib.Path(tempfile.mkdtemp(prefix="spillway-chaos-"))
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()
    directory.chmod(0o755)  # nginx's worker is another user when root starts it
    code = 2
    try:
        play.execute(options, directory, run)
        code = verdict.judge(run, directory)
        if code == 0 and options.publish:
            publish(directory)
    except ChaosError as error:
        print(f"chaos: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("chaos: stopped", file=sys.stderr)
        code = 130
    finally:
        if keep is None and code in (0, 130):
            shutil.rmtree(directory, ignore_errors=True)
        else:
            print(f"chaos: everything is in {directory}", file=sys.stderr)
    return code


def tried(options):
    """As `once`; a run that says nothing is followed by another, so many times."""
    for number in range(1, options.tries + 1):
        keep = options.keep
        if keep is not None and options.tries > 1:
            keep /= f"try-{number}"
        code = once(options, keep)
        if code != 2:
            break
    return code


def main(argv):
    options = parse_arguments(argv)
    planned = play.Run(options).planned
    unfair = schedule.unfair(planned, options.seconds, stage.POLICIES)
    assert not unfair, unfair
    if options.plan:
        for fault in planned:
            print(f"{fault.begin:6.1f} s to {fault.end:6.1f} s  {' and '.join(fault.targets)}: {fault.kind}"
                  f"{'' if fault.script is None else '  ' + fault.script}")
        return 0
    # So that a polite end, too, takes everything with it, and Ctrl-C does even where a shell has it ignored.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return tried(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
