"""The image at work: a simulated provider and the server, each in a container of its own, and the command beside them."""

import json
import pathlib
import subprocess
import sys
import time
import urllib.request

CONTAINER = [sys.executable, str(pathlib.Path(__file__).with_name("container.py"))]
BUNDLE = "etc/ssl/certs/ca-certificates.crt"
KEY = "sk-of-the-image-test"
ADMIN = "http://127.0.0.1:9901"
PROVIDER_NAME = "provider.test"
PATIENCE_S = 15

CONFIG = f"""
server:
  admin: {{address: "0.0.0.0:9901"}}
  grpc:
    address: "0.0.0.0:50051"
    tls: {{cert_file: /etc/spillway/tls/tls.crt, key_file: /etc/spillway/tls/tls.key}}
providers:
  - {{name: openai, api: openai, models: [gpt-4o]}}
endpoints:
  - name: by-file
    provider: openai
    url: "https://localhost:18441/v1"
    api_key: {{file: /etc/spillway/secrets/provider}}
    tls: {{ca_file: /etc/spillway/tls/provider.crt}}
  - name: by-system
    provider: openai
    url: "https://localhost:18441/v1"
    api_key: {{file: /etc/spillway/secrets/provider}}
  - name: by-dns
    provider: openai
    url: "http://{PROVIDER_NAME}:18442/v1"
    api_key: {{file: /etc/spillway/secrets/provider}}
policies:
""" + "".join(f"""
  - name: {name}
    model: {name}
    production: {{failover: {{targets: [{{endpoint: {name}, model: gpt-4o}}]}}}}
    request_timeout: 5s
""" for name in ("by-file", "by-system", "by-dns"))


class Scene:
    """Everything lies in `work`. `trusting`: the system's authorities are the test's own."""

    def __init__(self, root, sim_root, work, trusting=True):
        self.root, self._sim_root, self._work, self._trusting = root, sim_root, work, trusting
        self._running = []
        for name in ("config", "secrets", "tls", "scratch"):
            (work / name).mkdir()
        (work / "scratch").chmod(0o777)
        (work / "config/config.yaml").write_text(CONFIG)
        (work / "secrets/provider").write_text(KEY + "\n")
        (work / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1\n")
        self._make_certificate()

    def _make_certificate(self):
        """The listener's: its own authority."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=spillway", "-addext", "subjectAltName=DNS:localhost", "-keyout", self._work / "tls/tls.key", "-out",
             self._work / "tls/tls.crt"], check=True, capture_output=True)
        (self._work / "tls/tls.key").chmod(0o644)  # The server is another user.

    def container(self, root, *command, volumes=()):
        """The command line that runs `command` in `root`."""
        mounts = [f"--volume={self._work}/resolv.conf:/etc/resolv.conf:ro"]
        return [*CONTAINER, str(root), *mounts, *(f"--volume={volume}" for volume in volumes), "--", *command]

    def start(self):
        simulator = ["/usr/bin/spillway-sim", "--openai", f"secure=127.0.0.1:18441,tls,model=gpt-4o,key={KEY}", "--openai",
                     f"plain=127.0.0.1:18442,model=gpt-4o,key={KEY}", "--ca-out", "/tmp/ca.pem", "--ports-out", "/tmp/ports.json"]
        self._run("sim", self.container(self._sim_root, *simulator, volumes=[f"{self._work}/scratch:/tmp"]))
        authority = self._work / "scratch/ca.pem"
        self._await("the simulator", (self._work / "scratch/ports.json").exists)
        (self._work / "tls/provider.crt").write_text(authority.read_text())
        (self._work / "bundle.crt").write_text(authority.read_text() + (self._work / "tls/tls.crt").read_text())
        self.server = self._run("server", self.container(self.root, "/usr/bin/spillway-server", *self.arguments,
                                                         volumes=self.volumes))
        self._await("the server", lambda: self.events("serving"))

    # As the image's own.
    arguments = ["--config", "/etc/spillway/config/config.yaml"]

    @property
    def volumes(self):
        mine = [f"{self._work}/{name}:/etc/spillway/{name}:ro" for name in ("config", "secrets", "tls")]
        return mine + [f"{self._work}/bundle.crt:/{BUNDLE}:ro"] * self._trusting

    def _run(self, name, command):
        with open(self._work / f"{name}.log", "w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self._running.append(process)
        return process

    def _await(self, what, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline or any(process.poll() is not None for process in self._running):
                logs = "".join(log.read_text() for log in self._work.glob("*.log"))
                raise AssertionError(f"{what} did not come up:\n{logs}")
            time.sleep(0.02)

    def events(self, name):
        lines = [line for line in (self._work / "server.log").read_text().splitlines() if line.startswith("{")]
        return [event for event in map(json.loads, lines) if event["event"] == name]

    def chat(self, model, *flags):
        """The image's own command, in a container of its own. Returns what subprocess.run does."""
        command = ["/usr/bin/spillway", "chat", "--server", "localhost:50051", "--timeout", "10s", "--model", model, *flags, "Hi"]
        return subprocess.run(self.container(self.root, *command, volumes=self.volumes), capture_output=True, text=True)

    def get(self, path):
        with urllib.request.urlopen(ADMIN + path, timeout=5) as answer:
            return answer.status, answer.read().decode()

    def server_pid(self):
        """As this side of its namespace knows it."""
        pid = self.server.pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text())

    def stop(self):
        for process in reversed(self._running):
            if process.poll() is None:
                process.terminate()
            process.wait(PATIENCE_S)
