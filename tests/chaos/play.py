"""One run: the schedule is played to targets under load, and everybody's books are read."""

import contextlib
import subprocess
import sys
import time

import books
import schedule
import stage
from daemon import ChaosError, Daemon
from heartbeat import Heartbeat

CALL_TIMEOUT = 20  # seconds


class Run:
    """What was done and what came of it: filled in by and by, read by report and svg."""

    def __init__(self, options):
        self.seconds, self.seed, self.rate = options.seconds, options.seed, options.rate
        self.names = stage.NAMES
        self.planned = schedule.make(options.seed, options.seconds, stage.NAMES, stage.FRONTED)
        self.made = []      # faults, with the times at which they were
        self.latest = 0.0   # the most that a fault's end came late
        self.stalled = 0.0  # the longest that the machine stood still, seconds
        self.calls, self.pages, self.reconciled = [], [], []
        self.memory, self.descriptors, self.exit_code = [], [], None
        self.notes = []


def load_command(options, directory, running):
    command = [options.bin_dir / "chaos-load", "--target", f"127.0.0.1:{running.grpc_port}", "--rate", options.rate,
               "--seconds", options.seconds, "--seed", options.seed, "--timeout", CALL_TIMEOUT,
               "--ca", directory / "certificate.pem", "--calls", directory / "calls.jsonl"]
    for model in stage.ROUTES:
        command += ["--model", model]
    return command


def await_ready(load):
    """When its first call is due."""
    limit = time.monotonic() + 20
    while b'"ready"' not in load.log_path.read_bytes():
        load.check_alive()
        if time.monotonic() > limit:
            raise ChaosError(f"chaos-load does not begin:\n{load.log_tail()}")
        time.sleep(0.005)
    return time.monotonic()


def sleep_until(moment, *daemons):
    while time.monotonic() < moment:
        for daemon in daemons:
            daemon.check_alive()
        time.sleep(max(0.0, min(0.2, moment - time.monotonic())))


def play(run, running, load, start):
    """Does everything that is planned, each at its time."""
    events = sorted([(fault.end, 0, fault) for fault in run.planned] + [(fault.begin, 1, fault) for fault in run.planned])
    begun = {}
    for moment, is_begin, fault in events:
        sleep_until(start + moment, running.server, load)
        at = time.monotonic() - start
        if is_begin:
            print(f"{at:6.1f} s  {' and '.join(fault.targets)}: {fault.kind}", file=sys.stderr, flush=True)
            running.begin(fault)
            begun[fault] = at
        else:
            running.end(fault)
            ended = time.monotonic() - start
            run.latest = max(run.latest, ended - fault.end)
            run.made.append(fault._replace(begin=begun.pop(fault), end=ended))


def sample(run, server):
    run.memory.append(server.memory_kib())
    run.descriptors.append(server.descriptors())


def settled_metrics(running):
    """Once the server, too, has seen the end of every call."""
    for _ in range(50):
        text = running.metrics()
        scraped = books.metrics(text)
        if sum(scraped["spillway_calls_in_flight"].values()) == 0:
            break
        time.sleep(0.1)
    (running.directory / "metrics.txt").write_text(text)
    return scraped


def close_books(run, running, scraped):
    """Reads everybody's; the server and nginx have ended, so that theirs are whole."""
    run.calls, torn = books.read_lines([running.directory / "calls.jsonl"])
    if torn:
        run.notes.append(f"{torn} lines of chaos-load cannot be read")
    server_log, _ = books.read_lines([running.server.log_path])
    run.pages = books.pages(run.calls, scraped, server_log)
    proxied, _ = books.read_lines([running.proxy.access_log])
    for name, provider in running.providers.items():
        requests = books.requests_of([books.read_lines([path])[0] for path in provider.logs],
                                     [line for line in proxied if line["port"] == provider.port])
        run.reconciled.append(books.reconcile(name, run.calls, requests))


def execute(options, directory, run):
    with contextlib.ExitStack() as stack:
        running = stage.Stage(options, directory, stack)
        load = stack.enter_context(Daemon("chaos-load", directory))
        load.start(load_command(options, directory, running))
        start = await_ready(load)
        sleep_until(start + 1, running.server, load)
        sample(run, running.server)
        with Heartbeat() as heartbeat:
            play(run, running, load, start)
            try:
                code = load.wait(max(0.0, start + options.seconds - time.monotonic()) + CALL_TIMEOUT + 10)
            except subprocess.TimeoutExpired as error:
                raise ChaosError("chaos-load does not end") from error
        run.stalled = heartbeat.longest
        if code not in (0, 1):
            raise ChaosError(f"chaos-load ended with exit code {code}:\n{load.log_tail()}")
        running.server.check_alive()
        sample(run, running.server)
        scraped = settled_metrics(running)
        run.exit_code = running.server.end(seconds=35)
        running.proxy.stop()
        close_books(run, running, scraped)
