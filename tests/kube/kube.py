"""kubectl and helm, as somebody who installs the chart would type them."""

import copy
import json
import os

import yaml

from processes import run, wait_until


class Kube:
    """In one namespace, as the user of one kubeconfig."""

    def __init__(self, kubectl, helm, kubeconfig, home, namespace="default"):
        self._kubectl, self._helm, self._namespace = kubectl, helm, namespace
        # Helm's caches and settings are nobody else's.
        self._environment = os.environ | {"KUBECONFIG": str(kubeconfig), "HOME": str(home)}
        for name in [name for name in self._environment if name.startswith(("HELM_", "XDG_"))]:
            del self._environment[name]

    def within(self, namespace):
        """The same in another."""
        other = copy.copy(self)
        other._namespace = namespace
        return other

    def kubectl(self, *arguments, **more):
        return run([self._kubectl, "--namespace", self._namespace, *arguments], env=self._environment, **more)

    def helm(self, *arguments, **more):
        return run([self._helm, "--namespace", self._namespace, *arguments], env=self._environment, **more)

    def apply(self, objects, *flags):
        """`objects`: text, or what yaml.safe_dump takes."""
        text = objects if isinstance(objects, str) else yaml.safe_dump(objects)
        return self.kubectl("apply", "--server-side", "-f", "-", *flags, input=text)

    def get(self, *arguments):
        return json.loads(self.kubectl("get", "--output=json", *arguments))

    def items(self, kind, selector=None):
        return self.get(kind, *(["--selector", selector] if selector else []))["items"]

    def pods(self, selector):
        """Those that nobody has told to go."""
        return [pod for pod in self.items("pods", selector) if "deletionTimestamp" not in pod["metadata"]]

    def await_gone(self, kind, selector, seconds=90):
        wait_until(f"no {kind} of {selector} left", lambda: not self.items(kind, selector), seconds)


def is_ready(pod):
    return any(condition["type"] == "Ready" and condition["status"] == "True"
               for condition in pod.get("status", {}).get("conditions", []))


def names(objects):
    return sorted(found["metadata"]["name"] for found in objects)
