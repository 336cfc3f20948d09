"""The schema refuses what cannot be meant, and names it."""

import json
import unittest

import yaml

import helm

FREE = {"config", "resources", "affinity", "podSecurityContext", "securityContext", "behavior", "fallback", "authenticationRef"}


def with_value(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


def sections():
    """The path of every mapping whose keys are the chart's own."""
    found = [()]

    def walk(schema, path):
        for key, inner in schema.get("properties", {}).items():
            if inner.get("additionalProperties") is False:
                found.append(path + (key,))
                walk(inner, path + (key,))

    walk(json.loads((helm.CHART / "values.schema.json").read_text()), ())
    return found


def label_maps():
    found = []

    def walk(schema, path):
        for key, inner in schema.get("properties", {}).items():
            if isinstance(inner.get("additionalProperties"), dict):
                found.append(path + (key,))
            walk(inner, path + (key,))

    walk(json.loads((helm.CHART / "values.schema.json").read_text()), ())
    return found


class Schema(unittest.TestCase):
    def test_an_unknown_key_is_refused_at_every_level(self):
        self.assertGreater(len(sections()), 25)
        for path in sections():
            with self.subTest(path):
                said = helm.failure(with_value(path + ("tpyo",), 1))
                self.assertIn("additional properties 'tpyo' not allowed", said)
                self.assertIn(f"at '{''.join('/' + key for key in path)}'", said)

    def test_only_what_is_kubernetes_or_the_server_s_own_is_free(self):
        def walk(schema, path):
            for key, inner in schema.get("properties", {}).items():
                if inner.get("type") == "object" and path + (key,) != ("global",):
                    closed = inner.get("additionalProperties")
                    self.assertTrue(
                        closed is False or isinstance(closed, dict) or {key, *path} & FREE, ".".join(path + (key,))
                    )
                walk(inner, path + (key,))

        walk(json.loads((helm.CHART / "values.schema.json").read_text()), ())

    def test_a_label_that_is_no_text_is_refused(self):
        self.assertGreater(len(label_maps()), 12)
        for path in label_maps():
            with self.subTest(path):
                self.assertIn("want string", helm.failure(with_value(path + ("key",), 1)))

    def test_a_value_of_another_type_or_out_of_range_is_refused(self):
        for path, value, said in (
            ("replicas", "three", "got string, want integer"),
            ("replicas", -1, "minimum"),
            ("ports.grpc", 0, "minimum"),
            ("ports.openai", 65536, "maximum"),
            ("ports.admin", "9901", "got string, want integer"),
            ("image.digest", "latest", "does not match pattern"),
            ("image.repository", "spillway:1.0", "does not match pattern"),
            ("image.tag", "a:b", "does not match pattern"),
            ("image.pullPolicy", "Sometimes", "value must be one of"),
            ("logFormat", "xml", "value must be one of"),
            ("probes.type", "tcp", "value must be one of"),
            ("service.type", "ExternalName", "value must be one of"),
            ("updateStrategy.type", "Rolling", "value must be one of"),
            ("existingSecret", {"name": "x"}, "want string"),
            ("existingSecret", "Not_A_Name", "does not match pattern"),
            ("existingSecretEnv", "yes please", "want boolean"),
            ("config", "server: {}", "want object"),
            ("config.policies", {"name": "x"}, "want array"),
            ("shutdown.graceSeconds", 0, "minimum"),
            ("shutdown.delaySeconds", 301, "maximum"),
            ("terminationGracePeriodSeconds", "45s", "want null or integer"),
            ("podDisruptionBudget.minAvailable", "half", "does not match pattern"),
            ("serviceMonitor.interval", "15 seconds", "does not match pattern"),
            ("keda.serverAddress", "prometheus:9090", "does not match pattern"),
            ("keda.minReplicas", 0, "minimum"),
            ("extraEnv", [{"value": "x"}], "missing property 'name'"),
            ("topologySpreadConstraints", [{"maxSkew": 1}], "missing properties"),
        ):
            with self.subTest(path, value=value):
                text = helm.failure(with_value(path.split("."), value))
                self.assertIn(said, text)
                self.assertIn("/" + path.replace(".", "/"), text)

    def test_a_chart_above_may_share_its_globals(self):
        self.assertTrue(helm.render({"global": {"imageRegistry": "x"}}).has("Deployment"))

    def test_every_ci_file_is_taken_by_lint(self):
        for file in helm.CI_FILES:
            with self.subTest(file.name):
                values = yaml.safe_load(file.read_text())
                out = helm._helm(values, (), "lint", "--strict", str(helm.CHART))
                self.assertIn("0 chart(s) failed", out)


if __name__ == "__main__":
    unittest.main()
