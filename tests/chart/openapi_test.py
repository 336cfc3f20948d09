"""Every object that a ci file renders is one of Kubernetes' schemas, unknown fields refused.

Kubernetes' come with PyPI's kubernetes-validate, custom resources' are read out of the operators' own Go modules: PROMETHEUS_OPERATOR
and KEDA are the folders of these (tools/chart.sh sets them).
"""

import copy
import functools
import os
import pathlib
import unittest

import jsonschema
import kubernetes_validate
import yaml

import helm

# The oldest that the chart allows, one in between, and the newest that there are schemas for.
VERSIONS = ("1.30", "1.34", "1.37")
CRDS = {
    "ServiceMonitor": ("PROMETHEUS_OPERATOR", "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"),
    "PodMonitor": ("PROMETHEUS_OPERATOR", "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml"),
    "PrometheusRule": ("PROMETHEUS_OPERATOR", "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"),
    "ScaledObject": ("KEDA", "config/crd/bases/keda.sh_scaledobjects.yaml"),
}


def strict(schema):
    """A custom resource's schema as JSON Schema has it, with unknown fields refused."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if out.pop("x-kubernetes-int-or-string", False):
        out.pop("anyOf", None)
        out["type"] = ["integer", "string"]
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            out.setdefault("additionalProperties", False)
    return out


@functools.lru_cache(None)
def custom(kind):
    folder, path = CRDS[kind]
    crd = yaml.load((pathlib.Path(os.environ[folder]) / path).read_text(), Loader=yaml.CSafeLoader)
    assert crd["spec"]["names"]["kind"] == kind
    versions = {v["name"]: v["schema"]["openAPIV3Schema"] for v in crd["spec"]["versions"] if v["served"]}
    out = {}
    for version, schema in versions.items():
        schema = strict(copy.deepcopy(schema))
        # Their schema leaves metadata to the API server; so do we: it is checked below.
        schema["properties"]["metadata"] = {"type": "object"}
        out[f"{crd['spec']['group']}/{version}"] = schema
    return out


def errors(one, version):
    if one["kind"] in CRDS:
        found = custom(one["kind"]).get(one["apiVersion"])
        if found is None:
            return [f"no {one['apiVersion']} of {one['kind']}"]
        like = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": one["metadata"]}
        said = [f"{e.json_path}: {e.message}" for e in jsonschema.Draft202012Validator(found).iter_errors(one)]
        return said + errors(like, version)
    try:
        kubernetes_validate.validate(one, version, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message}"]
    return []


class OpenApi(unittest.TestCase):
    def test_every_object_of_every_ci_file(self):
        kinds = set()
        for file in helm.CI_FILES:
            for one in helm.rendered_file(file).all:
                kinds.add(one["kind"])
                for version in VERSIONS:
                    with self.subTest(file=file.name, kind=one["kind"], name=one["metadata"]["name"], version=version):
                        self.assertEqual(errors(one, version), [])
        self.assertLessEqual(
            set(CRDS) | {"Deployment", "Service", "ConfigMap", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
                         "ServiceAccount", "Pod"}, kinds)  # fmt: skip

    def test_every_object_is_in_the_release_s_namespace_or_extra(self):
        for file in helm.CI_FILES:
            for one in helm.rendered_file(file).all:
                if not one["metadata"]["name"].endswith(("-extra", "-text")):
                    self.assertEqual(one["metadata"]["namespace"], helm.NAMESPACE)

    def test_no_object_is_there_twice(self):
        for file in helm.CI_FILES:
            names = [(o["kind"], o["metadata"]["name"]) for o in helm.rendered_file(file).all]
            self.assertEqual(len(names), len(set(names)))

    def test_a_field_that_there_is_not_is_found_anywhere(self):
        """Else none of the above would mean anything."""
        broken = 0
        for file in helm.CI_FILES:
            for one in helm.rendered_file(file).all:
                if "spec" not in one:
                    continue
                for version in VERSIONS:
                    worse = copy.deepcopy(one)
                    worse["spec"]["tpyo"] = 1
                    self.assertTrue(errors(worse, version), one["kind"])
                    broken += 1
        self.assertGreater(broken, 60)
        pod = copy.deepcopy(helm.rendered_file(helm.CI_FILES[0]).find("Deployment"))
        pod["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"]["prot"] = 1
        self.assertTrue(errors(pod, VERSIONS[0]))
        monitor = copy.deepcopy(helm.rendered_file(helm.CHART / "ci/keda-values.yaml").find("PodMonitor"))
        monitor["spec"]["podMetricsEndpoints"][0]["intervall"] = "1s"
        self.assertTrue(errors(monitor, VERSIONS[0]))
        label = copy.deepcopy(monitor)
        label["metadata"]["lables"] = {}
        self.assertTrue(errors(label, VERSIONS[0]))


if __name__ == "__main__":
    unittest.main()
