"""The servers that can be measured, by name, and the upstream they all call.

A subject is a function (Context, port) -> command line of a server that answers spillway.v1
RouterService/Chat for the model MODEL on 127.0.0.1:port, in plain text, by calling the upstream. To add
one, write its function and name it in SUBJECTS.
"""

import dataclasses
import pathlib
import subprocess
import textwrap
import urllib.request

import processes

HERE = pathlib.Path(__file__).resolve().parent
MODEL = "gpt-4o"


@dataclasses.dataclass
class Context:
    """What a subject may need to know."""

    directory: pathlib.Path  # scratch, emptied after the run
    bin_dir: pathlib.Path
    server: pathlib.Path  # spillway-server
    server_config: str | None  # a configuration file to use in place of the generated one
    upstream_port: int = 0
    failing_port: int = 0  # the upstream again, where every call fails
    status_port: int = 0  # the upstream again, where it says what it was asked
    questions: int = 0  # asked there

    @property
    def certificate(self):
        return self.directory / "certificate.pem"

    @property
    def certificate_key(self):
        return self.directory / "key.pem"


def null_router(context, port, *extra):
    return [context.bin_dir / "bench-null-router", "--listen", f"127.0.0.1:{port}",
            "--upstream", f"127.0.0.1:{context.upstream_port}", "--ca", context.certificate, *extra]


def null_router_without_upstream(context, port):
    return null_router(context, port, "--exchanges", "0")


def null_router_with_two_exchanges(context, port):
    return null_router(context, port, "--exchanges", "2")


def spillway(context, port, first_url_prefix="", config=None):
    """Failover over two endpoints at the upstream; the first answers, unless its URL says otherwise."""
    if config is not None:
        text = pathlib.Path(config).read_text()
        for name, value in {"@PORT@": port, "@ADMIN_PORT@": processes.free_port(),
                            "@UPSTREAM_PORT@": context.upstream_port,
                            "@CA_FILE@": context.certificate}.items():
            text = text.replace(name, str(value))
    else:
        text = spillway_config(context, port, first_url_prefix)
    path = context.directory / f"spillway-{port}.yaml"
    path.write_text(text)
    return [context.server, "--config", path]


def spillway_config(context, port, first_url_prefix):
    base = f"https://127.0.0.1:{context.upstream_port}"
    tls = f'{{ca_file: "{context.certificate}", server_name: localhost}}'
    return textwrap.dedent(f"""\
        server:
          grpc: {{address: "127.0.0.1:{port}"}}
          admin: {{address: "127.0.0.1:{processes.free_port()}"}}
        providers:
          - {{name: upstream, api: openai, models: [{MODEL}]}}
        endpoints:
          - {{name: first, provider: upstream, url: "{base}{first_url_prefix}/v1",
             api_key: {{env: BENCH_API_KEY}}, tls: {tls}}}
          - {{name: second, provider: upstream, url: "{base}/v1",
             api_key: {{env: BENCH_API_KEY}}, tls: {tls}}}
        policies:
          - name: bench
            model: {MODEL}
            production:
              failover:
                targets:
                  - {{endpoint: first, model: {MODEL}}}
                  - {{endpoint: second, model: {MODEL}}}
            request_timeout: 30s
        """)


SUBJECTS = {
    # The yardstick.
    "null": null_router,
    # The same once more, to see what a ratio of 1 looks like here.
    "null-again": null_router,
    # gRPC alone: a call is answered without an upstream.
    "echo": null_router_without_upstream,
    # Two upstream exchanges a call: what a failover may cost.
    "null-twice": null_router_with_two_exchanges,
    "spillway": lambda context, port: spillway(context, port, config=context.server_config),
    # Every call fails over: its first target answers 503, and failures are not remembered.
    "spillway-failover": lambda context, port: spillway(context, port, first_url_prefix="/overloaded"),
}


def start_upstream(context, cpu):
    """nginx with a certificate of its own; returns its process."""
    make_certificate(context.directory)
    context.upstream_port, context.failing_port, context.status_port = (processes.free_port() for _ in range(3))
    # Quotes and backslashes end nginx's string, and a dollar begins a variable.
    answer = (HERE / "answer.json").read_text()
    if any(c in answer for c in "'\\$"):
        raise RuntimeError("answer.json must hold no single quote, backslash or dollar")
    text = (HERE / "nginx.conf").read_text()
    for name, value in {"@DIR@": context.directory, "@PORT@": context.upstream_port,
                        "@FAILING_PORT@": context.failing_port, "@STATUS_PORT@": context.status_port,
                        "@ANSWER@": answer.strip()}.items():
        text = text.replace(name, str(value))
    path = context.directory / "nginx.conf"
    path.write_text(text)
    command = [processes.find_tool("nginx"), "-c", path, "-p", context.directory,
               "-e", context.directory / "nginx-error.log"]
    return processes.Process("nginx", command, context.directory, context.upstream_port, cpu)


def upstream_counts(context):
    """(connections taken, requests answered) by the upstream so far, this question left out."""
    with urllib.request.urlopen(f"http://127.0.0.1:{context.status_port}/", timeout=10) as answer:
        accepted, _, requests = (int(word) for word in answer.read().split(b"\n")[2].split())
    context.questions += 1
    return accepted - context.questions, requests - context.questions


def make_certificate(directory):
    subprocess.run(
        [processes.find_tool("openssl"), "req", "-x509", "-newkey", "ec",
         "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", directory / "key.pem", "-out", directory / "certificate.pem"],
        check=True, capture_output=True, timeout=30)
