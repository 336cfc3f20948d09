"""What the programs call: simulated providers, and servers with TLS and a caller's key before them."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "chaos"))
from daemon import Daemon  # noqa: E402

KEY = "clients-test-0123456789abcdef"
PROVIDER_KEY = "sk-clients-test"
QUESTION_ANSWER = "This is a test!"
# Names that no program can know but from the server.
MODEL = "model-of-the-day"
FAILING_MODEL = "model-of-yesterday"
STEADY_MODEL = "model-of-always"
# What a plain server has as well: the model that documentation asks for.
PAGE_MODEL = "gpt-4o"
RETRY_AFTER = 60

# Name, API, what each request meets, the path of the endpoint's URL.
PROVIDERS = (
    ("busy", "openai", "overloaded", "/v1"),
    ("willing", "azure_openai", "ok", ""),
    ("limited", "openai", f"rate_limited:retry_after={RETRY_AFTER}", "/v1"),
    ("down", "openai", "overloaded", "/v1"),
    ("steady", "openai", "ok:delay_ms=10", "/v1"),
)
ROUTES = {
    MODEL: (("busy", "gpt-large"), ("willing", "gpt-small")),
    FAILING_MODEL: (("limited", "gpt-large"), ("down", "gpt-small")),
    STEADY_MODEL: (("steady", "gpt-large"),),
}


class StageError(Exception):
    """Nothing can be tested; the message says why."""


def make_certificate(directory):
    """For localhost and 127.0.0.1, and the authority that vouches for it: rustls takes none that is both."""
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    authority = ["-subj", "/CN=spillway-clients-authority", "-keyout", directory / "ca-key.pem", "-out", directory / "ca.pem"]
    server = ["-subj", "/CN=spillway-clients", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
              "-addext", "basicConstraints=critical,CA:FALSE", "-CA", directory / "ca.pem", "-CAkey", directory / "ca-key.pem",
              "-keyout", directory / "key.pem", "-out", directory / "certificate.pem"]
    for arguments in (authority, server):
        done = subprocess.run(request + arguments, capture_output=True, text=True)
        if done.returncode != 0:
            raise StageError(f"openssl: {done.stderr}")


def free_port():
    """Below the ports that the system gives to clients, so that nobody takes it while its server is away."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as line:
        limit = int(line.read().split()[0])
    while True:
        port = random.randrange(10_000, limit)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def await_that(what, check, seconds=20):
    limit = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > limit:
            raise StageError(f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return found


class Providers:
    def __init__(self, bin_dir, directory, stack):
        config = {"control": "127.0.0.1:0", "personalities": [
            {"name": name, "api": api, "tls": True, "api_key": PROVIDER_KEY, "script": {"steps": [step], "then": "repeat"}}
            for name, api, step, _ in PROVIDERS]}
        (directory / "sim.json").write_text(json.dumps(config))
        daemon = stack.enter_context(Daemon("spillway-sim", directory))
        daemon.start([bin_dir / "spillway-sim", "--config", directory / "sim.json", "--ca-out", directory / "providers.pem",
                      "--ports-out", directory / "ports.json"])

        def listening():
            daemon.check_alive()
            return (directory / "ports.json").exists()

        await_that("spillway-sim listens", listening)
        self.addresses = json.loads((directory / "ports.json").read_text())

    def requests(self, name):
        with urllib.request.urlopen(f"http://{self.addresses['control']}/log?personality={name}", timeout=10) as answer:
            return json.load(answer)


def server_config(directory, addresses, grpc_port, admin_port, plain):
    """JSON is YAML, too. `plain`: as the demo's, without TLS and keys."""

    def endpoint(name, api, _, path):
        version = {"api_version": "2024-10-21"} if api == "azure_openai" else {}
        return {"name": name, "provider": f"provider-of-{name}", "url": f"https://{addresses[name]}{path}",
                "api_key": {"env": "CLIENTS_PROVIDER_KEY"}, "tls": {"ca_file": str(directory / "providers.pem")}} | version

    def policy(model, targets):
        return {"name": f"policy-of-{model}", "model": model, "request_timeout": "10s",
                "production": {"failover": {"targets": [{"endpoint": name, "model": own} for name, own in targets]}}}

    tls = {"tls": {"cert_file": str(directory / "certificate.pem"), "key_file": str(directory / "key.pem")}}
    callers = [{"name": "tests", "key_sha256": hashlib.sha256(KEY.encode()).hexdigest(), "environment": "production"}]
    routes = ROUTES | ({PAGE_MODEL: ROUTES[MODEL]} if plain else {})
    return ({} if plain else {"callers": callers}) | {
        "server": {"grpc": {"address": f"127.0.0.1:{grpc_port}"} | ({} if plain else tls),
                   "admin": {"address": f"127.0.0.1:{admin_port}"}, "shutdown_delay": "500ms"},
        "providers": [{"name": f"provider-of-{name}", "api": api} for name, api, _, _ in PROVIDERS],
        "endpoints": [endpoint(*provider) for provider in PROVIDERS],
        "policies": [policy(model, targets) for model, targets in routes.items()]}


class Server:
    """Comes back at the same ports."""

    def __init__(self, name, bin_dir, directory, providers, stack, plain=False):
        self.grpc_port, self.admin_port = free_port(), free_port()
        self._program, self._config = bin_dir / "spillway-server", directory / f"{name}.json"
        config = server_config(directory, providers.addresses, self.grpc_port, self.admin_port, plain)
        self._config.write_text(json.dumps(config))
        self._daemon = stack.enter_context(Daemon(name, directory, {"CLIENTS_PROVIDER_KEY": PROVIDER_KEY}))
        self.start()

    def start(self):
        self._daemon.start([self._program, "--config", self._config])
        await_that(f"{self._daemon.name} serves", self._serves)

    def _serves(self):
        self._daemon.check_alive()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/readyz", timeout=5) as answer:
            return answer.status == 200
        return False

    def restart(self):
        self._daemon.signal(signal.SIGTERM)
        if (code := self._daemon.wait(30)) != 0:
            raise StageError(f"a server's exit code is {code}")
        self.start()

    def crash(self):
        """And comes back."""
        self._daemon.kill()
        self.start()

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=10) as answer:
            return answer.read().decode()

    def calls(self):
        """Since it started."""
        found = re.findall(r"^spillway_calls_total\{.*\} (\S+)$", self.metrics(), re.MULTILINE)
        return sum(float(value) for value in found)


def environment(directory, model, **more):
    """What a program sees: nobody's proxies, keys or settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"SPILLWAY_KEY": KEY, "SPILLWAY_CA": str(directory / "ca.pem"), "MODEL": model} | more
