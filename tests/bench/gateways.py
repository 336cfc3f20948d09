"""What is compared with Spillway, and how each is made to do the same: a primary, and a second when that fails.

A gateway is started for a pair of upstream ports, (primary, secondary). Whether it is healthy, failing over or
waiting for a silent upstream is a matter of the ports only.
"""

import dataclasses
import json
import pathlib

import peer_programs
import processes
import subjects

CONFIGS = subjects.HERE / "peers"


@dataclasses.dataclass
class Place:
    """Where one instance of a gateway runs."""

    context: subjects.Context
    directory: pathlib.Path  # its own
    port: int
    primary: int
    secondary: int

    def config(self, name, **further):
        """Fills in a file of peers/; returns the path of the result."""
        text = (CONFIGS / name).read_text()
        values = {"DIR": self.directory, "PORT": self.port, "PRIMARY": self.primary, "SECONDARY": self.secondary,
                  "CA_FILE": self.context.certificate, "KEY": processes.API_KEY} | further
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.directory / name
        path.write_text(text)
        return path


class Gateway:
    """One kind of server. `title` is what the tables call it; `program` a key of PROGRAMS, or None for our own."""

    program = None
    grpc = False

    def command(self, place):
        raise NotImplementedError

    def environment(self, place):
        return {}

    def headers(self, place):
        """Request headers the calls need."""
        return []


class NullRouter(Gateway):
    title, grpc = "null router (gRPC)", True

    def command(self, place):
        # It cannot fail over: one upstream is all it knows.
        return [place.context.bin_dir / "bench-null-router", "--listen", f"127.0.0.1:{place.port}",
                "--upstream", f"127.0.0.1:{place.primary}", "--ca", place.context.certificate]


class Spillway(Gateway):
    def __init__(self, grpc):
        self.grpc = grpc
        self.title = "Spillway, gRPC" if grpc else "Spillway, OpenAI door"

    def command(self, place):
        door = f'  openai: {{address: "127.0.0.1:{place.port}"}}'
        config = place.config("spillway.yaml", ADMIN_PORT=processes.free_port(), DOOR="" if self.grpc else door,
                              GRPC_PORT=place.port if self.grpc else processes.free_port())
        return [place.context.server, "--config", config]


class Nginx(Gateway):
    title, program = "nginx", "nginx"

    def command(self, place):
        return [peer_programs.PROGRAMS["nginx"].path, "-c", place.config("nginx.conf"), "-p", place.directory,
                "-e", place.directory / "error.log"]


class Haproxy(Gateway):
    title, program = "haproxy", "haproxy"

    def command(self, place):
        return [peer_programs.PROGRAMS["haproxy"].path, "-db", "-f", place.config("haproxy.cfg")]


class Envoy(Gateway):
    title, program = "Envoy", "envoy"

    def command(self, place):
        return [peer_programs.PROGRAMS["envoy"].path, "-c", place.config("envoy.yaml"), "--concurrency", 1,
                "--use-dynamic-base-id", "--log-level", "error"]


class Portkey(Gateway):
    title, program = "Portkey gateway", "portkey"

    def command(self, place):
        return [peer_programs.node(), peer_programs.PROGRAMS["portkey"].path, "--headless", f"--port={place.port}"]

    def environment(self, place):
        return {"NODE_ENV": "production", "NODE_EXTRA_CA_CERTS": str(place.context.certificate),
                "TRUSTED_CUSTOM_HOSTS": "localhost,127.0.0.1"}

    def headers(self, place):
        # It has no configuration of its own: every call brings it.
        config = {"strategy": {"mode": "fallback"},
                  "targets": [{"provider": "openai", "api_key": processes.API_KEY,
                               "custom_host": f"https://localhost:{port}/v1"}
                              for port in (place.primary, place.secondary)]}
        return [f"x-portkey-config: {json.dumps(config)}"]


class LiteLlm(Gateway):
    title, program = "LiteLLM proxy", "litellm"

    def command(self, place):
        return [peer_programs.PROGRAMS["litellm"].path, "--config", place.config("litellm.yaml"), "--host", "127.0.0.1",
                "--port", place.port, "--num_workers", 1]

    def environment(self, place):
        # Its price list comes from the network otherwise; it has no more than 500 connections with a host; and nobody
        # here checks callers' keys.
        return {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "SSL_CERT_FILE": str(place.context.certificate),
                "AIOHTTP_CONNECTOR_LIMIT": "0", "AIOHTTP_CONNECTOR_LIMIT_PER_HOST": "0",
                "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}


GATEWAYS = {"null": NullRouter(), "grpc": Spillway(grpc=True), "door": Spillway(grpc=False), "nginx": Nginx(),
            "haproxy": Haproxy(), "envoy": Envoy(), "portkey": Portkey(), "litellm": LiteLlm()}

FAILING = "-failing"
# The generator straight to the upstream.
DIRECT = "direct"


def gateway_of(subject):
    return GATEWAYS[subject.removesuffix(FAILING)]


def subject_names():
    """Every subject: each gateway healthy, and failing over where it can."""
    names = [DIRECT]
    for name in GATEWAYS:
        names += [name] if name == "null" else [name, name + FAILING]
    return names
