"""Everything that runs: simulated providers, nginx before some of them, the server; and what is done to them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import typing
import urllib.error
import urllib.request

import faults
from daemon import ChaosError, Daemon, await_listening, children, free_ports

# Callers' connections do not grow old: GOAWAYs are a part of the run.
MAX_CONNECTION_AGE = "10s"
KEY = "sk-chaos-0000000000000000"


class Target(typing.NamedTuple):
    name: str
    api: str
    model: str
    # Of the endpoint's URL.
    path: str
    # Whether nginx does its TLS.
    fronted: bool = False


TARGETS = (Target("alpha", "openai", "gpt-4o", "/v1"),
           Target("beta", "anthropic", "claude-sonnet-4-5", "", fronted=True),
           Target("gamma", "gemini", "gemini-2.5-flash", "/v1beta"),
           Target("delta", "bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", "", fronted=True))
NAMES = tuple(target.name for target in TARGETS)
FRONTED = tuple(target.name for target in TARGETS if target.fronted)

# By the model that callers ask for, which is also the policy's name. A leaf's second name is the model's variant: a target
# of its own, so that what one policy knows of it the other does not.
ROUTES = {
    "chaos-failover": lambda leaf: {"failover": {"targets": [leaf("alpha"), leaf("beta"), leaf("gamma"), leaf("delta")]}},
    "chaos-nested": lambda leaf: {"weighted": {"targets": [
        {"weight": 3, "round_robin": {"targets": [leaf("delta"), leaf("alpha")]}},
        {"weight": 1, "failover": {"targets": [leaf("gamma"), leaf("beta")]}}]}},
    # Remembers nothing: every call meets whatever is the matter.
    "chaos-forgetful": lambda leaf: {"round_robin": {"targets": [leaf(name, "-mini") for name in NAMES]}},
}
POLICIES = {name: NAMES for name in ROUTES}

# RECOVERY and LONGEST_CALL of schedule.py follow from these.
TIMEOUTS = {"request_timeout": "1s", "first_token_timeout": "1s", "stream_idle_timeout": "0.5s"}
MEMORY = {"suspend_duration": "1s", "max_suspend_duration": "1.5s"}
SETTINGS = {"chaos-failover": TIMEOUTS | MEMORY, "chaos-nested": TIMEOUTS | MEMORY, "chaos-forgetful": TIMEOUTS}


def find_tool(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise ChaosError(f"{name} is not installed")
    return path


def make_certificate(directory):
    """For 127.0.0.1, and its own authority: certificate.pem, key.pem."""
    command = [find_tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-days", "2", "-subj", "/CN=spillway-chaos", "-addext", "subjectAltName=IP:127.0.0.1",
               "-keyout", directory / "key.pem", "-out", directory / "certificate.pem"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ChaosError(f"openssl: {done.stderr}")
    (directory / "key.pem").chmod(0o644)  # nginx's worker is another user when root starts it


def server_config(directory, ports, server_ports):
    """spillway.yaml; JSON is YAML, too."""
    certificate = {"cert_file": str(directory / "certificate.pem"), "key_file": str(directory / "key.pem")}
    models = {target.name: target.model for target in TARGETS}

    def leaf(name, variant=""):
        return {"endpoint": name, "model": models[name] + variant}

    return {
        "server": {"grpc": {"address": f"127.0.0.1:{server_ports[0]}", "tls": certificate,
                            "max_connection_age": MAX_CONNECTION_AGE},
                   "admin": {"address": f"127.0.0.1:{server_ports[1]}"}},
        "providers": [{"name": target.name, "api": target.api} for target in TARGETS],
        "endpoints": [{"name": target.name, "provider": target.name,
                       "url": f"https://127.0.0.1:{ports[target.name]}{target.path}", "api_key": {"env": "CHAOS_KEY"},
                       "tls": {"ca_file": certificate["cert_file"]}} for target in TARGETS],
        "policies": [{"name": name, "model": name, "production": route(leaf)} | SETTINGS[name]
                     for name, route in ROUTES.items()]}


class Provider:
    """A target's simulator. Every start has a log of its own, so that only a last line can be torn."""

    def __init__(self, target, options, directory, stack, ports):
        self.target, self._options, self._directory = target, options, directory
        self.port, self.upstream, self._control = ports
        self.logs = []
        self._daemon = stack.enter_context(Daemon(target.name, directory))

    def start(self):
        target, listen = self.target, self.upstream if self.target.fronted else self.port
        self.logs.append(self._directory / f"{target.name}-{len(self.logs) + 1}.jsonl")
        self._daemon.start([
            self._options.bin_dir / "spillway-sim", f"--{target.api}",
            f"{target.name}=127.0.0.1:{listen},key={KEY},fault={faults.WELL}" + ("" if target.fronted else ",tls"),
            "--control", f"127.0.0.1:{self._control}", "--cert", self._directory / "certificate.pem",
            "--key", self._directory / "key.pem", "--log-entries", 0, "--log-file", self.logs[-1]])
        await_listening(self._control, self._daemon.check_alive)

    def run_script(self, script):
        request = urllib.request.Request(f"http://127.0.0.1:{self._control}/personalities/{self.target.name}/script",
                                         data=script.encode(), method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=5):
                pass
        except urllib.error.HTTPError as error:
            raise ChaosError(f"{self.target.name}: {script}: {error.read().decode()}") from error
        except OSError as error:
            raise ChaosError(f"{self.target.name} does not take a script: {error}") from error

    def begin(self, fault):
        if fault.script is not None:
            self.run_script(fault.script)
        elif fault.kind == "black hole":
            self._daemon.signal(signal.SIGSTOP)
        else:
            self._daemon.kill()
            if fault.kind == "restarted":
                self.start()

    def end(self, fault):
        if fault.script is not None:
            self.run_script(faults.WELL)
        elif fault.kind == "black hole":
            self._daemon.signal(signal.SIGCONT)
        elif fault.kind == "killed":
            self.start()


class Proxy:
    """nginx before the targets that do no TLS themselves."""

    def __init__(self, directory, stack, providers):
        self._directory = directory
        self._ports = [provider.port for provider in providers]
        self.access_log = directory / "nginx-access.jsonl"
        servers = "".join(
            f"  server {{\n    listen 127.0.0.1:{provider.port} ssl;\n    location / {{\n"
            f"      proxy_pass http://127.0.0.1:{provider.upstream};\n    }}\n  }}\n" for provider in providers)
        template = (pathlib.Path(__file__).parent / "nginx.conf").read_text()
        (directory / "nginx.conf").write_text(template.replace("@SERVERS@", servers).replace("@DIR@", str(directory)))
        # By SIGTERM it takes its worker with it.
        self._daemon = stack.enter_context(Daemon("nginx", directory, orphan_signal=signal.SIGTERM))

    def start(self):
        self._daemon.start([find_tool("nginx"), "-e", self._directory / "nginx-error.log", "-p", self._directory,
                            "-c", self._directory / "nginx.conf"])
        for port in self._ports:
            await_listening(port, self._daemon.check_alive)

    def _signal_workers(self, number):
        for child in children(self._daemon.pid):
            os.kill(child, number)

    def begin(self, fault):
        if fault.kind == "proxy killed":
            self._daemon.kill()
        elif fault.kind == "proxy stopped":
            self._signal_workers(signal.SIGSTOP)
        else:
            self._daemon.signal(signal.SIGHUP)

    def end(self, fault):
        if fault.kind == "proxy killed":
            self.start()
        elif fault.kind == "proxy stopped":
            self._signal_workers(signal.SIGCONT)

    def stop(self):
        """Its log is whole then."""
        self._daemon.end(seconds=5)


class Stage:
    def __init__(self, options, directory, stack):
        self.directory = directory
        make_certificate(directory)
        ports = free_ports(3 * len(TARGETS) + 2)
        self.grpc_port, self.admin_port = ports[-2:]
        self.providers = {target.name: Provider(target, options, directory, stack, ports[3 * i:3 * i + 3])
                          for i, target in enumerate(TARGETS)}
        for provider in self.providers.values():
            provider.start()
        self.proxy = Proxy(directory, stack, [self.providers[name] for name in FRONTED])
        self.proxy.start()
        config = server_config(directory, {name: provider.port for name, provider in self.providers.items()},
                               (self.grpc_port, self.admin_port))
        (directory / "spillway.yaml").write_text(json.dumps(config, indent=2))
        self.server = stack.enter_context(Daemon("spillway-server", directory, {"CHAOS_KEY": KEY}))
        self.server.start([options.bin_dir / "spillway-server", "--config", directory / "spillway.yaml"])
        await_listening(self.grpc_port, self.server.check_alive)
        await_listening(self.admin_port, self.server.check_alive)

    def _doer(self, fault):
        return self.proxy if fault.kind in faults.OF_PROXY else self.providers[fault.targets[0]]

    def begin(self, fault):
        self._doer(fault).begin(fault)

    def end(self, fault):
        self._doer(fault).end(fault)

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/metrics", timeout=10) as answer:
            return answer.read().decode()
