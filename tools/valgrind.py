"""The real server under valgrind's memcheck: no memory error, nothing lost, nothing that grows with the calls.

Starts spillway-sim and the server, has mixed-calls make WARM_UP calls, counts what the heap holds, has it make CALLS more with
reloads in between, and counts again. What a call leaves behind is there CALLS times; pools, caches and series of metrics are
full after the warm-up. Ends with 1, and the places in the code, if a place of allocation holds GROWTH more blocks than before.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUPPRESSIONS = ROOT / "tools" / "valgrind.supp"
WARM_UP = 200
CALLS = 1000
CALLS_PER_RELOAD = 100
# Of one place of allocation, over CALLS calls of ten kinds: half a block for each call of one kind.
GROWTH = CALLS // 10 // 2
FOUND = 99
KINDS = ["definitely lost", "indirectly lost", "possibly lost", "still reachable"]

CONFIG = """
server:
  grpc: {{address: "127.0.0.1:0"}}
  openai: {{address: "127.0.0.1:0"}}
  admin: {{address: "127.0.0.1:0", grpc_address: "127.0.0.1:0"}}
providers:
  - {{name: openai, api: openai}}
  - {{name: anthropic, api: anthropic}}
  - {{name: gemini, api: gemini}}
endpoints:
  - {{name: good, provider: openai, url: "https://{good}/v1", api_key: {{env: KEY}}, tls: {{ca_file: "{ca}"}}}}
  - {{name: other, provider: anthropic, url: "http://{other}", api_key: {{env: {other_key}}}}}
  - {{name: shaky, provider: gemini, url: "http://{shaky}/v1beta", api_key: {{env: KEY}}}}
  - {{name: broken, provider: openai, url: "http://{broken}/v1", api_key: {{env: KEY}}}}
policies:
  - {{name: whole, model: whole, production: {{failover: {{targets: [{{endpoint: good, model: m}}]}}}}}}
  - name: shaky
    model: shaky
    production: {{failover: {{targets: [{{endpoint: shaky, model: m}}, {{endpoint: other, model: m}}]}}}}
  - name: ailing
    model: ailing
    production: {{failover: {{targets: [{{endpoint: shaky, model: n}}, {{endpoint: good, model: m}}]}}}}
    suspend_duration: {suspend_duration}
  - {{name: broken, model: broken, production: {{failover: {{targets: [{{endpoint: broken, model: m}}]}}}}}}
"""
FAULTS = ["overloaded", "rate_limited:retry_after=1", "reset", "bad_gateway", "cut:after=0", "garbage"]


def fail(message):
    sys.exit(f"./dev valgrind: {message}")


def wait_for(what, seconds, look):
    """What `look` returns, once that is something."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    fail(f"{what}: not within {seconds} s")


def start_simulator(binary, directory):
    ports, ca = directory / "ports.json", directory / "ca.pem"
    faults = ",".join(f"fault={fault}" for fault in FAULTS)
    process = subprocess.Popen(
        [binary, "--openai", "good,tls,tokens=20", "--anthropic", "other,tokens=20", "--gemini", f"shaky,{faults},then=cycle",
         "--openai", "broken,tokens=20,fault=cut:after=5", "--log-entries", "0", "--ca-out", ca, "--ports-out", ports],
        stderr=subprocess.DEVNULL)
    wait_for("spillway-sim", 10, lambda: ports.exists() or None)
    return process, json.loads(ports.read_text()) | {"ca": ca}


class Server:
    """spillway-server under memcheck."""

    def __init__(self, directory, places):
        self._config, self._places, self._reloads = directory / "spillway.yaml", places, 0
        self._out, self.report, self._process = directory / "server.log", directory / "valgrind.log", None
        self._prefix = f"--vgdb-prefix={directory}/vgdb"

    def start(self, binary):
        self._write_config()
        with open(self._out, "wb") as out:
            self._process = subprocess.Popen(
                ["valgrind", f"--log-file={self.report}", "--leak-check=full", "--errors-for-leak-kinds=definite",
                 f"--error-exitcode={FOUND}", "--num-callers=30", "--vgdb=yes", self._prefix,
                 f"--suppressions={SUPPRESSIONS}", binary, "--config", self._config],
                stdout=out, env=dict(os.environ, KEY="a-key", OTHER_KEY="another"))
        self._vgdb = ["vgdb", self._prefix, f"--pid={self._process.pid}"]
        serving = wait_for("the server", 120, lambda: self._line("serving"))
        self.grpc, self.door, self.admin = (serving[f"{name}_port"] for name in ("grpc", "openai", "admin"))

    def _line(self, event, number=0):
        """The log's line of that event and number, if there is one."""
        if self._process.poll() is not None:
            fail(f"the server ended with {self._process.returncode}: {self.report.read_text()[-3000:]}")
        lines = [line for line in self._out.read_text().splitlines(keepends=True)
                 if f'"event":"{event}"' in line and line.endswith("\n")]
        return json.loads(lines[number]) if len(lines) > number else None

    def _write_config(self):
        """With each reload an endpoint, and so its client, and a policy are others."""
        odd = self._reloads % 2 == 1
        self._config.write_text(CONFIG.format(**self._places, other_key="KEY" if odd else "OTHER_KEY",
                                              suspend_duration="1s" if odd else "2s"))

    def reload(self):
        self._reloads += 1
        self._write_config()
        self._process.send_signal(signal.SIGHUP)
        wait_for("a reload", 60, lambda: self._line("config_reloaded", self._reloads - 1))

    def _ask(self, command):
        """One of memcheck's monitor commands. A server that sleeps hears it when it wakes: a probe sees to that."""
        with tempfile.TemporaryFile("w+") as out:  # Longer than a pipe holds, and nobody reads meanwhile.
            asking = subprocess.Popen([*self._vgdb, *command.split()], stdout=out, stderr=subprocess.STDOUT)
            while asking.poll() is None:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/livez", timeout=1).read()
                time.sleep(0.1)
            out.seek(0)
            told = out.read()
        if asking.returncode != 0:
            fail(f"vgdb {command}: {told}")
        return told

    def heap(self):
        """What it holds, and the loss records that have grown since it was asked last."""
        return self._ask("leak_check full reachable increased unlimited")

    def end(self):
        """Whatever became of it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=120)


def totals(leaks):
    """(bytes, blocks) of each of KINDS."""
    found = {}
    for kind in KINDS:
        match = re.search(rf"{kind}: ([\d,]+)(?: \([^)]*\))? bytes in ([\d,]+)", leaks)
        found[kind] = tuple(int(group.replace(",", "")) for group in match.groups()) if match else (0, 0)
    return found


def grown(leaks):
    """(blocks more, the record's text) of each place that has grown, the most first."""
    records = []
    for record in re.split(r"\n(?:==\d+== ?)?\s*\n", leaks):
        match = re.search(r"in [\d,]+ \(\+([\d,]+)\) blocks are", record)
        if match:
            records.append((int(match.group(1).replace(",", "")), record))
    return sorted(records, key=lambda record: -record[0])


def make_calls(binary, server, calls):
    done = subprocess.run([binary, "--grpc", f"127.0.0.1:{server.grpc}", "--door", str(server.door), "--calls", str(calls)],
                          check=False, timeout=600)
    if done.returncode != 0:
        fail("calls went wrong")


def rest():
    """Until what ended calls leave behind is gone: suspensions and timers of up to 2 s."""
    time.sleep(3)


def main():
    parser = argparse.ArgumentParser(prog="./dev valgrind", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bin-dir", type=pathlib.Path, default=ROOT / "build" / "bin", help=argparse.SUPPRESS)
    parser.add_argument("--keep", type=pathlib.Path, help="where to put valgrind's own report")
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spillway-valgrind-") as name:
        directory = pathlib.Path(name)
        simulator, places = start_simulator(arguments.bin_dir / "spillway-sim", directory)
        server = Server(directory, places)
        try:
            server.start(arguments.bin_dir / "spillway-server")
            mixed_calls = arguments.bin_dir / "mixed-calls"
            server.reload()
            make_calls(mixed_calls, server, WARM_UP)
            server.reload()
            rest()
            before = totals(server.heap())
            for _ in range(CALLS // CALLS_PER_RELOAD):
                make_calls(mixed_calls, server, CALLS_PER_RELOAD)
                server.reload()
            rest()
            leaks = server.heap()
            code = server.stop()
            report = server.report.read_text()
        finally:
            server.end()
            simulator.terminate()
            simulator.wait()
    if arguments.keep:
        arguments.keep.write_text(report + "\n\nThe heap after the last call:\n" + leaks)
    after, growing = totals(leaks), [record for record in grown(leaks) if record[0] >= GROWTH]
    print(f"\n{'':<18}{f'after {WARM_UP}':>12}{f'after {WARM_UP + CALLS}':>12}{'a call':>12}")
    for what, place in (("bytes in use", 0), ("blocks in use", 1)):
        first, last = (sum(kind[place] for kind in heap.values()) for heap in (before, after))
        print(f"{what:<18}{first:>12,}{last:>12,}{(last - first) / CALLS:>12.3f}")
    print(f"{'definitely lost':<18}{before[KINDS[0]][1]:>12,}{after[KINDS[0]][1]:>12,}")
    print(f"{CALLS // CALLS_PER_RELOAD} reloads between; {time.monotonic() - started:.0f} s in all")
    for blocks, record in growing:
        print(f"\nGrows: {blocks} blocks more after {CALLS} calls\n{record}")
    if code != 0:
        print(f"\nThe server ended with {code}; valgrind says:\n{report}")
    if growing or code != 0 or after[KINDS[0]][1] > 0:
        sys.exit(1)
    print("No memory error, nothing lost, nothing that grows.")


if __name__ == "__main__":
    main()
