"""A release of the chart, and what can be asked of it: by Helm, by Kubernetes, by a caller, and by whoever watches it."""

import json
import pathlib
import signal
import subprocess
import sys
import urllib.request

import yaml

from kube import is_ready
from processes import ClusterError

TESTS = pathlib.Path(__file__).resolve().parent
CHART = TESTS.parents[1] / "helm" / "spillway"


class Release:
    NAME = "spillway"
    SERVER = "app.kubernetes.io/instance=spillway,app.kubernetes.io/component=server"

    def __init__(self, kube, command, namespace):
        """`command`: the path of `spillway`."""
        self.kube, self.namespace, self._command = kube, namespace, command

    @property
    def headless(self):
        """As gRPC's clients take it: the name is looked up, and calls go to all its addresses."""
        return f"dns:///{self.NAME}-headless.{self.namespace}.svc.cluster.local:50051"

    @property
    def service(self):
        return f"{self.NAME}.{self.namespace}.svc.cluster.local:50051"

    def helm_to(self, verb, values, *flags):
        """`verb`: install or upgrade; returns once the pods are as they should be."""
        text = yaml.safe_dump(values)
        return self.kube.helm(verb, self.NAME, CHART, "--values", "-", "--wait", "--timeout", "180s", *flags,
                              input=text, timeout=200)

    def pods(self):
        return self.kube.pods(self.SERVER)

    def ready_pods(self):
        return [pod for pod in self.pods() if is_ready(pod)]

    def identity(self):
        """Changes when a pod is replaced, and when its container is restarted."""
        return sorted((pod["metadata"]["uid"], status["restartCount"])
                      for pod in self.pods() for status in pod["status"]["containerStatuses"])

    def config_hashes(self):
        return {pod["metadata"]["name"]: metric(pod, "spillway_config_hash") for pod in self.pods()}

    def chat(self, model, address=None):
        """The endpoint that served, or a failure's status code in angle brackets."""
        server = f"{address}:50051" if address else self.service
        done = subprocess.run([self._command, "chat", "--server", server, "--model", model, "--timeout", "10s", "--json",
                               "Say this is a test!"], capture_output=True, text=True, check=False, timeout=30)
        try:
            answer = json.loads(done.stdout)
        except ValueError as error:
            raise ClusterError(f"spillway chat: {done.stdout}{done.stderr}") from error
        if answer["status"]["code"] != "OK":
            return f"<{answer['status']['code']}>"
        return answer["metadata"]["x-spillway-endpoint"]

    def served_by(self, model):
        """By each pod, asked at its own address: what `chat` says."""
        return {self.chat(model, pod["status"]["podIP"]) for pod in self.pods()}


def metric(pod, name):
    url = f"http://{pod['status']['podIP']}:9901/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    found = [line.split()[-1] for line in lines if line.split()[:1] == [name]]
    if len(found) != 1:
        raise ClusterError(f"{url}: {len(found)} series {name}")
    return float(found[0])


class Load:
    """Calls all the while. Leaving ends it, and fails if a call failed. `arguments` are load.py's."""

    def __init__(self, *arguments):
        self._arguments = arguments
        self.calls = 0

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, TESTS / "load.py", "--model", "chat", *self._arguments],
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self._process.stdout.readline().strip() != "ready":
            raise ClusterError(f"load.py: {self._process.stderr.read()}")
        return self

    def __exit__(self, kind, *_):
        self._process.send_signal(signal.SIGTERM)
        out, problems = self._process.communicate(timeout=60)
        if kind:
            return
        report = json.loads(out)
        self.calls = report["calls"]
        if report["failed"] or self.calls < 100:
            raise ClusterError(f"load.py {' '.join(self._arguments)}: of {report['calls']} calls {report['failed']} failed: "
                               f"{json.dumps(report['failures'], indent=1)}{problems}")
