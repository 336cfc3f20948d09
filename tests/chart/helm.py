"""Renders the chart with the real helm, and finds objects in what came of it.

What it runs is named by the environment (tools/chart.sh sets it): HELM, the program; SPILLWAY_SERVER, the server's.
"""

import functools
import json
import os
import pathlib
import subprocess
import tempfile

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


def _helm(values, files, *arguments):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(values if isinstance(values, str) else json.dumps(values))
        file.flush()
        command = [HELM, *arguments, "--values", file.name, "--namespace", NAMESPACE]
        for path in files:
            command += ["--values", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
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


@functools.lru_cache(None)
def rendered_file(path):
    return render(files=[path], bare=True)


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
