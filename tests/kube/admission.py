"""What the API server itself says of the chart: of its objects, of its pods' security, of what the operators' types ask for."""

import pathlib

import yaml

from processes import ClusterError
from release import CHART


def install_types(kube, folders):
    """Custom resource definitions, as their projects publish them."""
    files = sorted(path for folder in folders for path in pathlib.Path(folder).glob("*.yaml"))
    if not files:
        raise ClusterError(f"no definitions in {folders}")
    kube.kubectl("apply", "--server-side", *(part for path in files for part in ("-f", path)))
    kube.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
    return f"{len(files)} definitions"


def restricted_namespace(name):
    """Pods that are not `restricted` are refused, and what would make such pods is warned of."""
    label = "pod-security.kubernetes.io"
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {
        f"{label}/enforce": "restricted", f"{label}/warn": "restricted", f"{label}/audit": "restricted"}}}


def dry_run_all_values(kube):
    """Every ci/*-values.yaml, as the API server would take it; its warnings count."""
    files = sorted((CHART / "ci").glob("*-values.yaml"))
    if not files:
        raise ClusterError(f"no values in {CHART / 'ci'}")
    for values in files:
        text = kube.helm("template", "trial", CHART, "--values", values, "--validate")
        try:
            with _Accounts(kube, text):
                kube.apply(text, "--dry-run=server", "--warnings-as-errors")
        except ClusterError as error:
            raise ClusterError(f"{values.name}: {error}") from error
    return f"{len(files)} files of values"


class _Accounts:
    """The ServiceAccounts of the pods of `helm test`, without which not even a dry run takes a pod."""

    def __init__(self, kube, text):
        objects = [found for found in yaml.safe_load_all(text) if found]
        self._kube = kube
        self._names = {found["spec"].get("serviceAccountName", "default") for found in objects if found["kind"] == "Pod"} - {"default"}

    def __enter__(self):
        for name in self._names:
            self._kube.kubectl("create", "serviceaccount", name)

    def __exit__(self, *_):
        for name in self._names:
            self._kube.kubectl("delete", "serviceaccount", name)


def refuses_a_pod_that_is_not_restricted(kube):
    """That the checks above can fail."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "careless"},
           "spec": {"containers": [{"name": "careless", "image": "spillway.example/spillway:trial"}]}}
    try:
        kube.apply(pod, "--dry-run=server")
    except ClusterError as error:
        if "violates PodSecurity" in str(error):
            return "refused"
        raise
    raise ClusterError("a pod without a security context was let in")
