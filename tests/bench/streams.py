#!/usr/bin/env python3
"""Measures what streaming through Spillway costs, beside reading the same bytes and throwing them away.

Two questions, in interleaved bouts of one run. Through: streams as fast as they come, CPU a token of
spillway-server against that of bench-direct, which reads the same streams from the same spillway-sim and drops
them. First token: streams at a fixed rate with a pause between tokens, the time to the first token through Spillway
less that without it. Exits 0 when every stream of every bout came whole, 1 when one did not, 2 when something could
not be started, 3 when the machine was never quiet enough. Times and ratios are reported, never judged.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import bench
import measure
import processes
import subjects
from bouts import CallsFailed, own_cpu_seconds
from processes import BenchError

FAST, PACED = "fast", "paced"
STALL_SECONDS = 8  # how long callers do not read; longer than it takes to open a thousand connections


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin-dir", type=pathlib.Path, default=bench.DEFAULT_BIN_DIR)
    parser.add_argument("--rounds", type=int, default=7, help="quiet bouts wanted of each kind (default 7)")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a bout (default 3)")
    parser.add_argument("--tokens", type=int, default=20000, help="tokens of a fast stream")
    parser.add_argument("--in-flight", type=int, default=4, help="fast streams at a time")
    parser.add_argument("--rate", type=float, default=100, help="paced streams a second")
    parser.add_argument("--pause-ms", type=int, default=5, help="between two of the 20 tokens of a paced stream")
    parser.add_argument("--stalled", type=int, default=1000, help="callers that stop reading, for the memory they hold")
    parser.add_argument("--max-others", type=float, default=0.2, help="as bench.py's")
    parser.add_argument("--no-pin", action="store_true", help="let the kernel place every process")
    parser.add_argument("--output", type=pathlib.Path, help="write the result here as JSON")
    options = parser.parse_args(argv)
    options.bin_dir = options.bin_dir.resolve()
    return options


def simulator_command(options, directory, ports):
    def personality(name, script):
        return ["--openai", f"{name}=127.0.0.1:{ports[name]},tls,{script}"]
    return [options.bin_dir / "spillway-sim", "--ca-out", directory / "certificate.pem", "--log-entries", 0,
            *personality(FAST, f"fault=ok:tokens={options.tokens}"),
            *personality(PACED, f"fault=ok:tokens=20:pause_ms={options.pause_ms}")]


def server_config(directory, port, ports):
    certificate = directory / "certificate.pem"
    endpoints = "".join(f'  - {{name: {name}, provider: sim, url: "https://127.0.0.1:{ports[name]}/v1", '
                        f'api_key: {{env: BENCH_API_KEY}}, tls: {{ca_file: "{certificate}"}}}}\n' for name in ports)
    policies = "".join(f"  - {{name: {name}, model: {name}, "
                       f"production: {{failover: {{targets: [{{endpoint: {name}, model: {name}}}]}}}}}}\n"
                       for name in ports)
    return (f'server: {{grpc: {{address: "127.0.0.1:{port}"}}, '
            f'admin: {{address: "127.0.0.1:{processes.free_port()}"}}}}\n'
            f"providers: [{{name: sim, api: openai, models: [{', '.join(ports)}]}}]\n"
            f"endpoints:\n{endpoints}policies:\n{policies}")


class StreamBench:
    """The simulator and the server, up and running, and the bouts they are put through."""

    def __init__(self, options, directory, stack, server_cpu, load_cpu):
        self._options, self._load_cpu, self._server_cpu = options, load_cpu, server_cpu
        self._directory = directory
        if load_cpu is not None:
            os.sched_setaffinity(0, {load_cpu})
        self._ports = {name: processes.free_port() for name in (FAST, PACED)}
        self._simulator = stack.enter_context(processes.Process(
            "simulator", simulator_command(options, directory, self._ports), directory, self._ports[FAST], load_cpu))
        self._simulator.await_listening()
        port = processes.free_port()
        config = directory / "spillway.yaml"
        config.write_text(server_config(directory, port, self._ports))
        self._server = stack.enter_context(processes.Process(
            "spillway", [options.bin_dir / "spillway-server", "--config", config], directory, port, server_cpu))
        self._server.await_listening()

    def _run(self, command, cpu):
        try:
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                                  timeout=self._options.seconds + 60, preexec_fn=processes.pinned(cpu))
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BenchError(f"{command[0]}: {error}") from error
        self._server.check_alive()
        if done.returncode not in (0, 1) or not done.stdout:
            raise BenchError(f"{command[0]}: {done.stderr.strip()}\n{self._server.log_tail()}")
        result = json.loads(done.stdout)
        if done.returncode != 0 or result["ok"] == 0:
            raise CallsFailed(f"{result['failed']} of {result['sent']} streams failed: {result['faults']}\n"
                              f"the end of the server's log:\n{self._server.log_tail()}")
        return result

    def direct(self, name, *flags):
        # On the server's CPU: it does the server's work.
        command = [self._options.bin_dir / "bench-direct", "--target", f"127.0.0.1:{self._ports[name]}",
                   "--ca", self._directory / "certificate.pem", "--seconds", self._options.seconds, *flags]
        return self._run(command, self._server_cpu)

    def through(self, name, *flags):
        before = self._server.cpu_seconds()
        result = self._run([self._options.bin_dir / "bench-load", "--streamed", "--target",
                            f"127.0.0.1:{self._server.port}", "--model", name,
                            "--seconds", self._options.seconds, *flags], self._load_cpu)
        return result | {"cpu_seconds": self._server.cpu_seconds() - before}

    def heat(self, name, direct_flags, flags):
        """One bout of each, one after the other, and the cores that others took meanwhile."""
        own = [self._simulator, self._server]
        before, children = [process.cpu_seconds() for process in own], own_cpu_seconds()
        machine, start = measure.machine_cpu_seconds(), time.monotonic()
        bouts = {"direct": self.direct(name, *direct_flags), "spillway": self.through(name, *flags)}
        used = sum(process.cpu_seconds() - cpu for process, cpu in zip(own, before)) + own_cpu_seconds() - children
        others = max(0.0, measure.machine_cpu_seconds() - machine - used) / (time.monotonic() - start)
        self._server.forget_log()
        return bouts, others

    def memory_kib(self):
        return measure.memory_kib(self._server.pid)

    def stalled_kib(self, callers):
        """What callers that stop reading make the server hold, each, while their streams have more to say."""
        before = self.memory_kib()
        command = [self._options.bin_dir / "bench-load", "--streamed", "--stalled", "--model", FAST, "--target",
                   f"127.0.0.1:{self._server.port}", "--connections", min(10, callers), "--in-flight", callers,
                   "--count", callers, "--drain-seconds", STALL_SECONDS]
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              preexec_fn=processes.pinned(self._load_cpu)) as generator:
            samples = []
            while generator.poll() is None:
                samples.append(self.memory_kib())
                time.sleep(0.1)
            errors = generator.communicate()[1]
        if generator.returncode != 0:
            raise CallsFailed(f"callers that do not read: {errors.strip() or 'a call ended'}\n{self._server.log_tail()}")
        # The last second: everything that could be sent was.
        late = samples[-12:-2] or samples
        return {"callers": callers, "each_kib": (max(late) - before) / callers, "grew_kib": late[-1] - late[0]}


def tokens_per_core_second(bout, tokens):
    return bout["ok"] * tokens / bout["cpu_seconds"]


def quiet_heats(running, options):
    """({kind: [bouts, …]}, how many were dropped): three times as many as wanted at most."""
    busy = ["--in-flight", options.in_flight]
    paced = ["--rate", options.rate]
    # bench-direct has a thread for each stream that may be under way.
    kinds = {FAST: (busy, busy), PACED: ([*paced, "--in-flight", 128], paced)}
    kept, dropped = {kind: [] for kind in kinds}, 0
    for index in range(3 * options.rounds):
        for kind, (direct_flags, flags) in kinds.items():
            if len(kept[kind]) == options.rounds:
                continue
            bouts, others = running.heat(kind, direct_flags, flags)
            quiet = others <= options.max_others
            kept[kind] += [bouts] if quiet else []
            dropped += not quiet
            print(f"round {index + 1}, {kind}: others {others:.2f} cores{'' if quiet else ', dropped'}", file=sys.stderr)
    return kept, dropped


def summarise(options, kept, dropped, stalled):
    fast = [{name: tokens_per_core_second(bout, options.tokens) for name, bout in bouts.items()} for bouts in kept[FAST]]
    result = {"machine": measure.describe_machine(),
              "settings": {key: getattr(options, key) for key in ("seconds", "tokens", "in_flight", "rate", "pause_ms")}
              | {"dropped_heats": dropped, "quiet_heats": {kind: len(heats) for kind, heats in kept.items()}},
              "tokens_per_core_second": {name: measure.summary(heat[name] for heat in fast) for name in ("spillway", "direct")},
              "ratio": measure.summary(heat["direct"] / heat["spillway"] for heat in fast),
              "stalled": stalled, "first_token_us": {}}
    for percentile in ("p50", "p99"):
        firsts = [{name: bout["first_us"][percentile] for name, bout in bouts.items()} for bouts in kept[PACED]]
        result["first_token_us"][percentile] = {
            "direct": measure.summary(heat["direct"] for heat in firsts),
            "spillway": measure.summary(heat["spillway"] for heat in firsts),
            "added": measure.summary(heat["spillway"] - heat["direct"] for heat in firsts)}
    return result


def table(result):
    def figure(values, decimals):
        return f"{values['median']:,.{decimals}f} ({values['q1']:,.{decimals}f} to {values['q3']:,.{decimals}f})"
    lines = ["| | reading and dropping | through Spillway | |", "| --- | ---: | ---: | ---: |"]
    rates = result["tokens_per_core_second"]
    lines.append(f"| tokens a second and core | {figure(rates['direct'], 0)} | {figure(rates['spillway'], 0)} | "
                 f"{figure(result['ratio'], 1)}x the CPU |")
    for percentile, of in result["first_token_us"].items():
        lines.append(f"| first token, {percentile} us | {figure(of['direct'], 0)} | {figure(of['spillway'], 0)} | "
                     f"added {figure(of['added'], 0)} |")
    stalled = result["stalled"]
    lines.append(f"\n{stalled['callers']:,} callers that do not read: {stalled['each_kib']:.0f} KiB each, "
                 f"{stalled['grew_kib']:,} KiB more after another second")
    return "\n".join(lines)


def run(options):
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-bench-")))
        running = StreamBench(options, directory, stack, *bench.choose_cpus(options))
        running.through(FAST, "--in-flight", 1)
        kept, dropped = quiet_heats(running, options)
        if any(not heats for heats in kept.values()):
            return None
        return summarise(options, kept, dropped, running.stalled_kib(options.stalled))


def main(argv):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    options = parse_arguments(argv)
    try:
        result = run(options)
    except CallsFailed as error:
        print(f"streams: {error}", file=sys.stderr)
        return 1
    except BenchError as error:
        print(f"streams: {error}", file=sys.stderr)
        return 2
    if result is None:
        print("streams: never quiet enough for a heat of each kind", file=sys.stderr)
        return 3
    print(table(result))
    if options.output:
        options.output.write_text(json.dumps(result, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
