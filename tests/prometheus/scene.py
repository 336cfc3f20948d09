"""What these tests run: simulated providers, the server before them, Prometheus beside it; each on a free port of 127.0.0.1,
in a directory of its own, and ended by its own PID."""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests" / "chaos"))

from daemon import Daemon  # noqa: E402 (found by the line above)

BIN_DIR = ROOT / "build" / "bin"
RULES = ROOT / "helm" / "spillway" / "files" / "rules.yaml"
DASHBOARD = ROOT / "helm" / "spillway" / "files" / "dashboard.json"
SKIPPED = 77
NAMESPACE, JOB = "llm", "spillway"


def run_tests():
    """unittest's main, with --bin-dir; without Debian's Prometheus a skip, but a failure where CI is set."""
    global BIN_DIR
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--bin-dir", type=pathlib.Path, default=BIN_DIR)
    arguments, rest = parser.parse_known_args()
    BIN_DIR = arguments.bin_dir
    if not all(shutil.which(tool) for tool in ("prometheus", "promtool")):
        print("prometheus is not installed: apt-get install prometheus", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") else SKIPPED)
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


def wait_for(what, look, seconds=20):
    """What `look` returns, once that is something."""
    limit = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > limit:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def temporary_directory(stack):
    return pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spillway-prometheus-")))


def closed_port(stack):
    """A port of 127.0.0.1 that nobody listens on, and that nobody else gets meanwhile."""
    holder = stack.enter_context(socket.socket())
    holder.bind(("127.0.0.1", 0))
    return holder.getsockname()[1]


def get(url, seconds=10):
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        return answer.read().decode()


class Simulator:
    """`personalities`: name -> what stands behind `--openai NAME,`."""

    def __init__(self, stack, directory, personalities):
        ports = directory / "ports.json"
        self._daemon = stack.enter_context(Daemon("sim", directory))
        command = [BIN_DIR / "spillway-sim", "--control", "127.0.0.1:0", "--log-entries", 0, "--ports-out", ports]
        for name, parts in personalities.items():
            command += ["--openai", f"{name},{parts}" if parts else name]
        self._daemon.start(command)
        wait_for("spillway-sim", lambda: self._daemon.check_alive() or ports.exists())
        self.addresses = json.loads(ports.read_text())

    def play(self, name, script):
        url = f"http://{self.addresses['control']}/personalities/{name}/script"
        request = urllib.request.Request(url, data=json.dumps(script).encode(), method="PUT")
        with urllib.request.urlopen(request, timeout=5):
            pass


class Server:
    """`config`: a dictionary; JSON is YAML, too. `keys`: environment variables."""

    def __init__(self, stack, directory, config, keys):
        self.config_path = directory / "spillway.yaml"
        self.write_config(config)
        self._daemon = stack.enter_context(Daemon("server", directory, keys))
        self._daemon.start([BIN_DIR / "spillway-server", "--config", self.config_path])
        serving = wait_for("spillway-server", lambda: self.lines("serving"))[0]
        self.grpc, self.door, self.admin = (serving[f"{name}_port"] for name in ("grpc", "openai", "admin"))

    def write_config(self, config):
        text = config if isinstance(config, str) else json.dumps(config)
        other = self.config_path.with_suffix(".new")
        other.write_text(text)
        other.rename(self.config_path)

    def log(self):
        """The whole lines of its log."""
        lines = self._daemon.log_path.read_text().splitlines(keepends=True)
        return [line for line in lines if line.startswith("{") and line.endswith("\n")]

    def lines(self, event):
        """The log's lines of that event, read."""
        self._daemon.check_alive()
        return [json.loads(line) for line in self.log() if f'"event":"{event}"' in line]

    def kill(self):
        self._daemon.kill()

    def metrics(self):
        return get(f"http://127.0.0.1:{self.admin}/metrics")

    def post(self, model, key, stream=False, seconds=10, **members):
        """(HTTP status, body) of a call by the OpenAI-compatible listener; a body that breaks off is what came of it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.door, timeout=seconds)
        try:
            connection.request("POST", "/v1/chat/completions", body=json.dumps(
                {"model": model, "messages": [{"role": "user", "content": "Say this is a test!"}], "stream": stream} | members),
                headers={"authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            try:
                return answer.status, answer.read()
            except http.client.IncompleteRead as broken:
                return answer.status, broken.partial
        finally:
            connection.close()

    def leave(self, model, key):
        """Calls, and hangs up before there is an answer."""
        try:
            self.post(model, key, seconds=0.2)
        except TimeoutError:
            return
        raise AssertionError(f"{model} answered")

    def spillway(self, *arguments, key):
        """The command line's exit code."""
        return subprocess.run([BIN_DIR / "spillway", *arguments, "--server", f"127.0.0.1:{self.grpc}"], timeout=20,
                              env=dict(os.environ, SPILLWAY_KEY=key), capture_output=True, check=False).returncode


def promtool(*arguments, text=None):
    """(exit code, what it said) of promtool."""
    done = subprocess.run(["promtool", *map(str, arguments)], input=text, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


class Prometheus:
    """Scrapes `port` each second, as target `INSTANCE` of (NAMESPACE, JOB), and runs the chart's rules each second. As the
    Prometheus Operator has it: with a label `endpoint` of its own, which docs/metrics.md says to drop."""

    INSTANCE = "spillway-0"

    def __init__(self, stack, directory, port):
        (directory / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": JOB, "static_configs": [{
                "targets": [f"127.0.0.1:{port}"],
                "labels": {"namespace": NAMESPACE, "instance": self.INSTANCE, "endpoint": "admin"}}],
                "relabel_configs": [{"action": "labeldrop", "regex": "endpoint"}]}]}))
        self._daemon = stack.enter_context(Daemon("prometheus", directory))
        self._daemon.start(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
                            "--web.listen-address=127.0.0.1:0", "--log.format=json"])
        self._address = wait_for("prometheus", self._find_address)
        wait_for("prometheus", self._ready)

    def _find_address(self):
        self._daemon.check_alive()
        for line in self._daemon.log_path.read_text().splitlines():
            if '"msg":"Listening on"' in line:
                return json.loads(line)["address"]
        return None

    def _ready(self):
        try:
            return get(f"http://{self._address}/-/ready")
        except OSError:
            return None

    def ask(self, path, **parameters):
        """The `data` of its API's answer."""
        url = f"http://{self._address}/api/v1/{path}?{urllib.parse.urlencode(parameters, doseq=True)}"
        try:
            return json.loads(get(url))["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} {parameters}: {error.read().decode()}") from error

    def query(self, expression):
        """(labels, value) of each sample there is now."""
        return [(sample["metric"], float(sample["value"][1])) for sample in self.ask("query", query=expression)["result"]]

    def query_range(self, expression, seconds):
        """(labels, values) of each series in the last so many seconds, a value a second."""
        now = time.time()
        result = self.ask("query_range", query=expression, start=now - seconds, end=now, step=1)["result"]
        return [(series["metric"], [float(value) for _, value in series["values"]]) for series in result]

    def wait_for_scrapes(self, expression, count):
        """Until so many seconds in a row had an answer."""
        wait_for(expression, lambda: any(len(values) > count for _, values in self.query_range(expression, count)))

    def rules(self):
        return [rule for group in self.ask("rules")["groups"] for rule in group["rules"]]


def series(text):
    """Of an exposition: each series, its labels included, without its value."""
    return {line.rpartition(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}
