"""Values that cannot work together are refused with words that say what to do."""

import unittest

import helm

KEY = {"name": "ann", "key_sha256": "f24b916425337620b2622509fef0adb8af1cd91cd58e9f63ffb090d4b6b97498"}


def server(**sections):
    return {"config": helm.config(server=sections)}


def endpoint(**more):
    return {"config": {"endpoints": [{**helm.ENDPOINT, **more}]}}


class Failures(unittest.TestCase):
    def refused(self, values, *said, bare=False):
        text = helm.failure(values, bare=bare)
        for part in said:
            self.assertIn(part, text)

    def test_no_configuration(self):
        self.refused({}, "config is empty", "A first configuration", bare=True)

    def test_two_configurations(self):
        self.refused({"existingConfigMap": {"name": "x"}}, "config and existingConfigMap.name are both given")

    def test_a_port_that_is_not_the_chart_s(self):
        self.refused(
            server(grpc={"address": "0.0.0.0:6000"}),
            'config.server.grpc.address is "0.0.0.0:6000", but ports.grpc is 50051',
            "leave config.server.grpc.address out",
        )
        self.refused(server(admin={"address": "0.0.0.0:9900"}), "ports.admin is 9901")
        self.refused(
            {"ports": {"openai": 8080}, **server(openai={"address": "0.0.0.0:8000"})}, "ports.openai is 8080"
        )
        self.refused(server(grpc={"address": "0.0.0.0:0"}), "ports.grpc is 50051")

    def test_a_port_that_the_chart_does_not_know_of(self):
        self.refused(server(openai={"address": "0.0.0.0:8080"}), "set ports.openai to 8080")
        self.refused(server(openai={"idle_timeout": "90s"}), "ports.openai is 0")
        self.refused(
            server(admin={"grpc_address": "0.0.0.0:9902", "keys": [KEY]}), "set ports.adminGrpc to 9902"
        )

    def test_an_address_that_the_kubelet_cannot_reach(self):
        for host in ("127.0.0.1", "127.1.2.3", "localhost", "[::1]"):
            self.refused(
                server(grpc={"address": f"{host}:50051"}), "nobody outside the pod can reach", '"0.0.0.0:50051"'
            )
            self.refused(server(admin={"address": f"{host}:9901"}), "nobody outside the pod can reach")
        self.refused(
            {"ports": {"adminGrpc": 9902}, **server(admin={"grpc_address": "127.0.0.1:9902"})},
            "nobody outside the pod can reach",
        )

    def test_one_port_for_two(self):
        self.refused({"ports": {"openai": 50051}}, "ports.grpc and ports.openai are both 50051")

    def test_operators_without_keys(self):
        self.refused({"ports": {"adminGrpc": 9902}}, "config.server.admin.keys", "tls.adminGrpc", "127.0.0.1:9902")
        self.refused(
            {"ports": {"adminGrpc": 9902}, "tls": {"adminGrpc": {"existingSecret": "x"}}}, "give operators keys"
        )

    def test_certificates_for_a_listener_that_is_off(self):
        self.refused({"tls": {"openai": {"existingSecret": "x"}}}, "ports.openai is 0")
        self.refused({"tls": {"adminGrpc": {"existingSecret": "x"}}}, "ports.adminGrpc is 0")

    def test_clients_certificates_without_one_of_the_server_s(self):
        self.refused({"tls": {"grpc": {"clientCa": True}}}, "set tls.grpc.existingSecret")

    def test_a_key_in_the_values(self):
        said = helm.failure(endpoint(api_key="sk-secret"))
        self.assertIn("config.endpoints[0].api_key is a value", said)
        self.assertIn("{file: /etc/spillway/secrets/KEY}", said)
        self.assertNotIn("sk-secret", said)
        self.refused(endpoint(aws={"access_key_id": "AKIA"}), "config.endpoints[0].aws.access_key_id is a value")

    def test_a_key_from_a_variable_that_nothing_sets(self):
        self.refused(
            endpoint(api_key={"env": "OPENAI_KEY"}), "environment variable OPENAI_KEY, which nothing sets"
        )
        self.refused(
            {**endpoint(api_key={"env": "OPENAI_KEY"}), "existingSecret": "keys"}, "or set existingSecretEnv"
        )
        for more in (
            {"existingSecret": "keys", "existingSecretEnv": True},
            {"extraEnv": [{"name": "OPENAI_KEY", "value": "x"}]},
            {"extraEnvFrom": [{"secretRef": {"name": "x"}}]},
        ):
            helm.render({**endpoint(api_key={"env": "OPENAI_KEY"}), **more})

    def test_a_key_from_a_secret_that_is_not_named(self):
        wanted = endpoint(api_key={"file": "/etc/spillway/secrets/openai"})
        self.refused(wanted, "existingSecret is empty", "kubectl create secret")
        helm.render({**wanted, "existingSecret": "keys"})

    def test_the_secret_as_environment_without_a_secret(self):
        self.refused({"existingSecretEnv": True}, "existingSecret is empty")

    def test_a_grace_period_that_cuts_calls_off(self):
        self.refused(
            {"terminationGracePeriodSeconds": 44},
            "is 44, but stopping may take 45 s: 5 of preStop sleep, 5 of shutdown_delay, 30 of shutdown_grace and 5 of margin",
        )

    def test_a_duration_that_is_none(self):
        self.refused(server(shutdown_grace="30"), 'config.server.shutdown_grace: not a duration: "30"')
        self.refused(server(shutdown_delay="1h30m"), "config.server.shutdown_delay: not a duration")

    def test_sections_that_are_none(self):
        self.refused(server(grpc="0.0.0.0:50051"), "config.server.grpc must be a mapping")
        self.refused(server(admin=[1]), "config.server.admin must be a mapping")

    def test_a_probe_that_speaks_no_tls(self):
        self.refused(
            {"probes": {"type": "grpc"}, "tls": {"grpc": {"existingSecret": "x"}}}, "set probes.type to auto or http"
        )

    def test_both_of_what_excludes_each_other(self):
        keda = {"enabled": True, "serverAddress": "http://p:9090"}
        self.refused({"autoscaling": {"enabled": True}, "keda": keda}, "autoscaling and keda are both enabled")
        self.refused(
            {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}, "every pod would be scraped twice"
        )
        self.refused({"podDisruptionBudget": {"minAvailable": 1, "maxUnavailable": 1}}, "give one")
        self.refused({"podDisruptionBudget": {"minAvailable": 0, "maxUnavailable": 0}}, "give one")

    def test_scaling_on_nothing(self):
        self.refused({"autoscaling": {"enabled": True, "callsInFlight": 0}}, "nothing to scale on")
        self.refused({"keda": {"enabled": True}}, "keda.serverAddress is empty")

    def test_more_pods_at_least_than_at_most(self):
        self.refused({"autoscaling": {"enabled": True, "minReplicas": 20}}, "autoscaling.minReplicas is 20, more than")
        self.refused(
            {"keda": {"enabled": True, "serverAddress": "http://p:9090", "minReplicas": 20}},
            "keda.minReplicas is 20, more than",
        )

    def test_an_alert_that_there_is_not(self):
        self.refused(
            {"prometheusRule": {"enabled": True, "disabled": ["SpillwayTpyo"]}},
            'there is no alert "SpillwayTpyo"; there are Spillway',
        )

    def test_a_chat_through_a_release_that_cannot_be_asked(self):
        through = {"test": {"throughRelease": True}}
        caller = {"name": "a", "key_sha256": KEY["key_sha256"]}
        self.refused({**through, "config": {"callers": [caller]}}, "set test.existingSecret")
        self.refused(
            {"existingConfigMap": {"name": "x"}, **through}, "cannot to an existingConfigMap", bare=True
        )
        self.refused({"test": {"throughRelease": True, "enabled": False}}, "test.enabled")
        self.refused({**through, "tls": {"grpc": {"existingSecret": "x", "clientCa": True}}}, "test.tlsSecret")
        self.refused(
            {**through, "config": {"policies": [helm.policy("helm-test")]}},
            "adds `helm-test` to config.policies, which has one already",
        )

    def test_an_older_cluster(self):
        with self.assertRaises(helm.Failed) as caught:
            helm._helm({"config": helm.config()}, (), "template", "rel", str(helm.CHART), "--kube-version", "1.29.9")
        self.assertIn("chart requires kubeVersion: >=1.30.0-0", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
