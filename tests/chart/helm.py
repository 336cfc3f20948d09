"""Renders the chart with the real helm, and finds objects in what came of it.

What it runs is named by the environment (tools/chart.sh sets it): HELM, the program; SPILLWAY_SERVER, the server's.
"""

import functools
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "spillway"
HELM = os.environ.get("HELM", "helm")
SERVER = os.environ.get("SPILLWAY_SERVER", str(ROOT / "build/bin/spillway-server"))
CI_FILES = sorted((CHART / "ci").glob("*-values.yaml"))

RELEASE = "rel"
NAME = "rel-spillway"
NAMESPACE = "llm"

ENDPOINT = {"name": "openai", "provider": "openai", "url": "https://api.openai.com/v1", "primary": True}


def config(**more):
    """A configuration that a server takes, with more sections."""
    return {"providers": [{"name": "openai", "api": "openai"}], "endpoints": [dict(ENDPOINT)], **more}


def policy(name="chat", model="gpt-4o", **more):
    route = {"failover": {"targets": [{"endpoint": "openai", "model": model}]}}
    return {"name": name, "model": model, "production": route, **more}


def merge(base, more):
    out = dict(base)
    for key, value in more.items():
        out[key] = merge(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


class Failed(Exception):
    """helm refused; its words."""


def _helm(values, files, *arguments, environment=None):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(values if isinstance(values, str) else json.dumps(values))
        file.flush()
        command = [HELM, *arguments, "--values", file.name, "--namespace", NAMESPACE]
        for path in files:
            command += ["--values", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    if done.returncode:
        raise Failed(done.stderr)
    return done.stdout


class Objects:
    """What was rendered."""

    def __init__(self, text):
        self.text = text
        self.all = [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one]

    def find(self, kind, name=None):
        found = [o for o in self.all if o["kind"] == kind and (name is None or o["metadata"]["name"] == name)]
        return found[0] if len(found) == 1 else self._not_one(kind, name, found)

    def _not_one(self, kind, name, found):
        there = [f"{o['kind']} {o['metadata']['name']}" for o in self.all]
        raise AssertionError(f"{len(found)} of {kind} {name or ''}; there are {there}")

    def has(self, kind, name=None):
        return any(o["kind"] == kind and (name is None or o["metadata"]["name"] == name) for o in self.all)

    def kinds(self):
        return {o["kind"] for o in self.all}

    def pod(self):
        return self.find("Deployment")["spec"]["template"]

    def server(self):
        return next(c for c in self.pod()["spec"]["containers"] if c["name"] == "spillway")

    def config_text(self):
        deployment = self.find("Deployment")["metadata"]["name"]
        return self.find("ConfigMap", deployment)["data"]["config.yaml"]

    def config(self):
        return yaml.safe_load(self.config_text())

    def checksum(self):
        return self.pod()["metadata"]["annotations"]["checksum/needs-restart"]


def render(values=None, files=(), release=RELEASE, chart=CHART, bare=False):
    """The chart's objects. Unless `bare`, values are merged over a configuration that will do."""
    if not bare and not files:
        values = merge({"config": config()}, values or {})
    return Objects(_helm(values or {}, files, "template", release, str(chart)))


def _api_server(replicas):
    """One that knows a single kind, and of it NAME's Deployment with so many pods, or none."""
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": NAME, "namespace": NAMESPACE},
                  "spec": {"replicas": replicas}}
    other = {**deployment, "metadata": {"name": "other", "namespace": NAMESPACE}, "spec": {"replicas": 77}}
    answers = {
        "/version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0"},
        "/apis/apps/v1": {"kind": "APIResourceList", "groupVersion": "apps/v1", "resources": [
            {"name": "deployments", "kind": "Deployment", "namespaced": True, "verbs": ["get", "list"]}]},
        f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments": {
            "apiVersion": "apps/v1", "kind": "DeploymentList", "items": [other] + ([] if replicas is None else [deployment])},
    }  # fmt: skip

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # pylint: disable=invalid-name
            answer = answers.get(self.path.split("?")[0])
            body = json.dumps(answer or {"kind": "Status", "status": "Failure", "code": 404}).encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def render_in_cluster(values, replicas):
    """The same as Helm renders it for an install, or for an upgrade where the Deployment has so many pods."""
    values = merge({"config": config()}, values)
    with _api_server(replicas) as server, tempfile.TemporaryDirectory() as home:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        # Nobody's own cluster, nobody's own cache of what a cluster has.
        environment = {**os.environ, "HOME": home, "KUBECONFIG": f"{home}/none"}
        arguments = ("template", RELEASE, str(CHART), "--dry-run=server", "--kube-apiserver", address)
        try:
            return Objects(_helm(values, (), *arguments, environment=environment))
        finally:
            server.shutdown()


@functools.lru_cache(None)
def rendered_file(path):
    return render(files=[path], bare=True)


def job(monitor):
    """What Prometheus calls the targets of a monitor with this spec."""
    (endpoint,) = monitor.get("endpoints") or monitor["podMetricsEndpoints"]
    (found,) = [rule["replacement"] for rule in endpoint["relabelings"] if rule.get("targetLabel") == "job"]
    return found


def failure(values=None, bare=False):
    """What helm says of values that it must refuse."""
    try:
        render(values, bare=bare)
    except Failed as error:
        return " ".join(str(error).split())
    raise AssertionError(f"these values were taken: {values}")


def notes(values=None, files=()):
    """What NOTES.txt says: helm prints it only when it has a cluster, so it is made part of an object."""
    with tempfile.TemporaryDirectory() as folder:
        chart = pathlib.Path(folder) / "spillway"
        subprocess.run(["cp", "-r", str(CHART), str(chart)], check=True)
        text = (chart / "templates/NOTES.txt").read_text()
        (chart / "templates/_notes.tpl").write_text('{{- define "notes" -}}\n' + text + "{{- end -}}\n")
        (chart / "templates/notes.yaml").write_text(
            'kind: Notes\nmetadata: {name: notes}\ntext: |\n  {{- include "notes" . | nindent 2 }}\n'
        )
        return render(values, files, chart=chart).find("Notes")["text"]
