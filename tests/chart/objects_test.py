"""What each option makes of the objects."""

import json
import pathlib
import shutil
import tempfile
import unittest

import yaml

import helm

DEFAULT = helm.render()
TLS = {"tls": {"grpc": {"existingSecret": "grpc-tls"}}}
POLICIES = {"config": {"policies": [helm.policy()]}}


def containers(pod):
    return pod.get("initContainers", []) + pod["containers"]


class PodTemplate(unittest.TestCase):
    """What rolls the pods, and what does not."""

    def same(self, before, after):
        self.assertEqual(helm.render(before).pod(), helm.render(after).pod())

    def other(self, before, after):
        before, after = helm.render(before), helm.render(after)
        self.assertNotEqual(before.checksum(), after.checksum())

    def server(self, **sections):
        return {"config": {"server": sections}}

    def test_an_edited_configuration_does_not_change_it(self):
        after = {"config": {"policies": [helm.policy(suspend_duration="10s")]}}
        self.assertNotEqual(helm.render(POLICIES).config_text(), helm.render(after).config_text())
        self.same(POLICIES, after)
        self.same({}, {"config": {"callers": [{"name": "a", "key_sha256": "ab" * 32}]}})
        self.same({}, self.server(limits={"max_calls_in_flight": 5}))
        self.same({}, self.server(metrics={"gen_ai": True}))
        key = {"name": "ann", "key_sha256": "cd" * 32}
        self.same(self.server(admin={"keys": []}), self.server(admin={"keys": [key]}))

    def test_a_setting_that_needs_a_restart_changes_it(self):
        self.other({}, self.server(grpc={"max_connections": 5}))
        self.other({}, self.server(grpc={"max_connection_age": "1m"}))
        self.other({"ports": {"openai": 8080}}, {"ports": {"openai": 8080}, **self.server(openai={"idle_timeout": "9s"})})
        self.other({}, self.server(admin={"grpc_address": "127.0.0.1:9902"}))
        self.other({}, {"listenHost": "[::]"})

    def test_a_setting_that_the_chart_has_never_heard_of_changes_it(self):
        self.other({}, self.server(something={"new": True}))

    def test_whether_a_listener_has_a_certificate_changes_it_and_which_does_not(self):
        for section, more in (("grpc", {}), ("openai", {"address": "0.0.0.0:8080"})):
            ports = {"ports": {"openai": 8080}} if section == "openai" else {}
            none = {**ports, **self.server(**{section: more})}
            one, two = (
                {**ports, **self.server(**{section: {**more, "tls": {"cert_file": f"/{x}.crt", "key_file": "/k"}}})} for x in "ab"
            )
            self.other(none, one)
            self.assertEqual(helm.render(one).checksum(), helm.render(two).checksum())

    def test_whether_clients_are_asked_for_certificates_changes_it(self):
        asked = {"tls": {"grpc": {"existingSecret": "grpc-tls", "clientCa": True}}}
        self.other(TLS, asked)

    def test_times_of_shutting_down_change_the_grace_period_alone(self):
        before, after = helm.render(), helm.render(self.server(shutdown_grace="60s"))
        self.assertEqual(before.checksum(), after.checksum())

    def test_a_secret_that_is_the_environment_changes_it(self):
        self.same({"existingSecret": "a"}, {"existingSecret": "a", "test": {"model": "x"}})
        self.assertEqual(helm.render({"existingSecret": "a"}).checksum(), helm.render({"existingSecret": "b"}).checksum())
        self.other({"existingSecret": "a"}, {"existingSecret": "a", "existingSecretEnv": True})
        self.other(*({"existingSecret": name, "existingSecretEnv": True} for name in "ab"))

    def test_the_chart_s_version_is_not_in_it(self):
        self.assertNotIn("0.1.0", json.dumps(DEFAULT.pod()["metadata"]))

    def test_no_checksum_of_the_configuration(self):
        self.assertEqual(list(DEFAULT.pod()["metadata"]["annotations"]), ["checksum/needs-restart"])

    def test_mounts_are_folders(self):
        """Kubernetes never brings a subPath up to date."""
        for file in helm.CI_FILES:
            for mount in helm.rendered_file(file).server()["volumeMounts"]:
                self.assertNotIn("subPath", mount)
                self.assertTrue(mount["readOnly"])


class Stopping(unittest.TestCase):
    def parts(self, objects):
        seconds = {"s": 1, "m": 60, "h": 3600}
        server = objects.config()["server"]
        sleep = objects.server().get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        delay, grace = (
            int(text[:-1]) * seconds[text[-1]] if text else 0
            for text in (server.get("shutdown_delay"), server["shutdown_grace"])
        )
        return sleep, delay, grace, objects.pod()["spec"]["terminationGracePeriodSeconds"]

    def test_the_grace_adds_up(self):
        for values, wanted in (
            ({}, (5, 5, 30, 45)),
            ({"shutdown": {"preStopSleepSeconds": 1, "delaySeconds": 2, "graceSeconds": 3, "marginSeconds": 4}}, (1, 2, 3, 10)),
            ({"shutdown": {"preStopSleepSeconds": 0, "delaySeconds": 0}}, (0, 0, 30, 35)),
            ({"config": {"server": {"shutdown_grace": "5m"}}}, (5, 5, 300, 315)),
            ({"config": {"server": {"shutdown_grace": "1h", "shutdown_delay": "2m"}}}, (5, 120, 3600, 3730)),
            ({"terminationGracePeriodSeconds": 45}, (5, 5, 30, 45)),
            ({"terminationGracePeriodSeconds": 400}, (5, 5, 30, 400)),
        ):
            with self.subTest(values):
                self.assertEqual(self.parts(helm.render(values)), wanted)

    def test_parts_of_seconds_are_rounded_up(self):
        objects = helm.render({"config": {"server": {"shutdown_grace": "1500ms", "shutdown_delay": "0.5s"}}})
        self.assertEqual(objects.pod()["spec"]["terminationGracePeriodSeconds"], 5 + 1 + 2 + 5)

    def test_in_every_ci_file(self):
        for file in helm.CI_FILES:
            if "existing" not in file.name:
                sleep, delay, grace, whole = self.parts(helm.rendered_file(file))
                self.assertGreaterEqual(whole, sleep + delay + grace + 5)

    def test_nobody_sleeps_for_no_time(self):
        self.assertNotIn("lifecycle", helm.render({"shutdown": {"preStopSleepSeconds": 0}}).server())


class Probes(unittest.TestCase):
    def kinds(self, values):
        server = helm.render(values).server()
        probes = (server["startupProbe"], server["readinessProbe"], server["livenessProbe"])
        return tuple(
            f"grpc:{p['grpc']['port']}" if "grpc" in p else f"{p['httpGet']['path']}:{p['httpGet']['port']}" for p in probes
        )

    def test_grpc_where_there_is_no_tls(self):
        self.assertEqual(self.kinds({}), ("grpc:50051", "grpc:50051", "/livez:admin"))
        self.assertEqual(self.kinds({"ports": {"grpc": 6000}, "probes": {"type": "grpc"}})[1], "grpc:6000")

    def test_http_where_there_is(self):
        http = ("/livez:admin", "/readyz:admin", "/livez:admin")
        own = {"cert_file": "/a.crt", "key_file": "/a.key"}
        for values in (
            TLS, {"config": {"server": {"grpc": {"tls": own}}}}, {"probes": {"type": "http"}},
            {"existingConfigMap": {"name": "x"}, "config": None, **TLS},
        ):  # fmt: skip
            with self.subTest(values):
                self.assertEqual(self.kinds(values), http)

    def test_their_times(self):
        server = helm.render({"probes": {"readiness": {"periodSeconds": 7}, "startup": {"failureThreshold": 9}}}).server()
        self.assertEqual(server["readinessProbe"]["periodSeconds"], 7)
        self.assertEqual(server["startupProbe"]["failureThreshold"], 9)
        self.assertEqual(server["livenessProbe"]["timeoutSeconds"], 5)


class Security(unittest.TestCase):
    """The Pod Security Standard `restricted`, of every pod; no token, no key."""

    def pods(self):
        for file in helm.CI_FILES:
            for one in helm.rendered_file(file).all:
                if one["kind"] == "Deployment":
                    yield file, one["spec"]["template"]["spec"]
                elif one["kind"] == "Pod":
                    yield file, one["spec"]

    def test_restricted(self):
        seen = 0
        for file, pod in self.pods():
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            self.assertGreater(pod["securityContext"]["runAsUser"], 0)
            for host in ("hostNetwork", "hostPID", "hostIPC"):
                self.assertNotIn(host, pod)
            for volume in pod.get("volumes", []):
                self.assertLessEqual(set(volume) - {"name"}, {"configMap", "secret"}, file)
            for container in containers(pod):
                if container["image"].startswith("busybox"):
                    continue
                context = container["securityContext"]
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertIs(context["runAsNonRoot"], True)
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertIn("resources", container)
                seen += 1
        self.assertGreater(seen, 10)

    def test_the_defaults_are_restricted(self):
        self.assertEqual(DEFAULT.pod()["spec"]["securityContext"]["runAsUser"], 65532)

    def test_no_token(self):
        self.assertIs(DEFAULT.find("ServiceAccount")["automountServiceAccountToken"], False)
        for file, pod in self.pods():
            wanted = "full" in file.name and "topologySpreadConstraints" in pod
            self.assertIs(pod["automountServiceAccountToken"], wanted)

    def test_no_secret_is_made(self):
        for file in helm.CI_FILES:
            self.assertNotIn("Secret", helm.rendered_file(file).kinds())

    def test_service_links_are_off(self):
        for _, pod in self.pods():
            self.assertIs(pod["enableServiceLinks"], False)


class Pods(unittest.TestCase):
    def test_the_image(self):
        for image, wanted in (
            ({}, "spillway:0.1.0"),
            ({"repository": "r.example:5000/x/spillway", "tag": "1.2"}, "r.example:5000/x/spillway:1.2"),
            ({"tag": "1.2", "digest": "sha256:" + "a" * 64}, "spillway@sha256:" + "a" * 64),
        ):
            self.assertEqual(helm.render({"image": image}).server()["image"], wanted)

    def test_the_log_for_people(self):
        self.assertEqual(DEFAULT.server()["args"], ["--config", "/etc/spillway/config/config.yaml"])
        self.assertEqual(helm.render({"logFormat": "text"}).server()["args"][2:], ["--log-format", "text"])

    def test_keys_are_files_and_environment_only_if_wanted(self):
        server = helm.render({"existingSecret": "keys"}).server()
        self.assertNotIn("envFrom", server)
        self.assertIn({"name": "secrets", "mountPath": "/etc/spillway/secrets", "readOnly": True}, server["volumeMounts"])
        server = helm.render({"existingSecret": "keys", "existingSecretEnv": True}).server()
        self.assertEqual(server["envFrom"], [{"secretRef": {"name": "keys"}}])

    def test_what_is_extra_is_there(self):
        full = helm.rendered_file(helm.CHART / "ci/full-values.yaml")
        values = yaml.safe_load((helm.CHART / "ci/full-values.yaml").read_text())
        pod, server = full.pod()["spec"], full.server()
        self.assertEqual(server["env"], values["extraEnv"])
        self.assertEqual(server["envFrom"], values["extraEnvFrom"])
        self.assertIn(values["extraVolumes"][0], pod["volumes"])
        self.assertIn(values["extraVolumeMounts"][0], server["volumeMounts"])
        self.assertIn(values["extraContainers"][0], pod["containers"])
        self.assertEqual(pod["initContainers"], values["initContainers"])
        for name in ("nodeSelector", "tolerations", "affinity", "priorityClassName", "imagePullSecrets"):
            self.assertEqual(pod[name], values[name])
        self.assertEqual(server["resources"]["limits"], values["resources"]["limits"])
        self.assertEqual(full.find("ConfigMap", "rel-llm-extra")["data"], {"release": "rel"})
        self.assertTrue(full.has("ConfigMap", "rel-text"))
        self.assertEqual(full.pod()["metadata"]["labels"]["example.com/mesh"], "off")
        self.assertEqual(full.pod()["metadata"]["annotations"]["example.com/scrape"], "false")
        for one in full.all:
            if not one["metadata"]["name"].endswith(("-extra", "-text")):
                self.assertEqual(one["metadata"]["labels"]["team"], "platform", one["kind"])

    def test_the_cpu_is_not_limited(self):
        self.assertEqual(DEFAULT.server()["resources"]["limits"], {"memory": "1Gi"})

    def test_they_are_spread(self):
        spread = DEFAULT.pod()["spec"]["topologySpreadConstraints"]
        self.assertEqual([one["topologyKey"] for one in spread], ["kubernetes.io/hostname", "topology.kubernetes.io/zone"])
        for one in spread:
            self.assertEqual(one["whenUnsatisfiable"], "ScheduleAnyway")
            self.assertEqual(one["labelSelector"]["matchLabels"], DEFAULT.find("Deployment")["spec"]["selector"]["matchLabels"])
        own = helm.rendered_file(helm.CHART / "ci/full-values.yaml").pod()["spec"]["topologySpreadConstraints"]
        self.assertEqual(own[1]["labelSelector"], {"matchLabels": {"app": "other"}})
        self.assertNotIn("matchLabelKeys", own[1])
        self.assertNotIn("topologySpreadConstraints", helm.render({"topologySpreadConstraints": []}).pod()["spec"])

    def test_one_more_then_one_less(self):
        spec = DEFAULT.find("Deployment")["spec"]
        self.assertEqual(spec["strategy"], {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}})
        self.assertEqual((spec["replicas"], spec["minReadySeconds"], spec["revisionHistoryLimit"]), (2, 35, 10))
        recreate = helm.render({"updateStrategy": {"type": "Recreate"}}).find("Deployment")["spec"]
        self.assertEqual(recreate["strategy"], {"type": "Recreate"})

    def test_the_account(self):
        self.assertEqual(DEFAULT.pod()["spec"]["serviceAccountName"], helm.NAME)
        for account, name, made in (
            ({"name": "x"}, "x", True), ({"create": False}, "default", False), ({"create": False, "name": "x"}, "x", False),
        ):  # fmt: skip
            objects = helm.render({"serviceAccount": account})
            self.assertEqual((objects.pod()["spec"]["serviceAccountName"], objects.has("ServiceAccount")), (name, made))


class Names(unittest.TestCase):
    def test_of_the_release_and_the_chart(self):
        for release, values, name in (
            ("rel", {}, "rel-spillway"), ("spillway", {}, "spillway"), ("rel", {"nameOverride": "llm"}, "rel-llm"),
            ("rel", {"fullnameOverride": "gateway"}, "gateway"),
        ):  # fmt: skip
            objects = helm.render(values, release=release)
            self.assertTrue(objects.has("Service", name) and objects.has("Service", name + "-headless"))

    def test_the_longest_fit(self):
        values = {"serviceMonitor": {"enabled": True}, "dashboard": {"enabled": True}, "test": {"throughRelease": True}}
        objects = helm.render({**values, "nameOverride": "n" * 63}, release="r" * 53)
        for one in objects.all:
            self.assertLessEqual(len(one["metadata"]["name"]), 63)

    def test_selectors_pick_the_server_s_pods_alone(self):
        for file in helm.CI_FILES:
            objects = helm.rendered_file(file)
            labels = objects.pod()["metadata"]["labels"]
            for one in objects.all:
                selector = one.get("spec", {}).get("selector")
                if one["kind"] == "Service" and not one["metadata"]["name"].endswith("-test-sim"):
                    self.assertLessEqual(selector.items(), labels.items())
                    for pod in (o for o in objects.all if o["kind"] == "Pod"):
                        self.assertFalse(selector.items() <= pod["metadata"]["labels"].items())

    def test_labels_of_the_user_do_not_break_selectors(self):
        mine = {"app.kubernetes.io/name": "x", "app.kubernetes.io/component": "y"}
        objects = helm.render({"commonLabels": mine, "podLabels": mine})
        selector = objects.find("Deployment")["spec"]["selector"]["matchLabels"]
        self.assertLessEqual(selector.items(), objects.pod()["metadata"]["labels"].items())


class Services(unittest.TestCase):
    def ports(self, objects, name):
        return {p["name"]: (p["port"], p["targetPort"]) for p in objects.find("Service", name)["spec"]["ports"]}

    def test_ports(self):
        values = {"ports": {"grpc": 6000, "openai": 8000, "adminGrpc": 9902},
                  "service": {"ports": {"grpc": 443, "openai": 80}},
                  "config": {"server": {"admin": {"keys": [{"name": "a", "key_sha256": "ab" * 32}]}}}}
        objects = helm.render(values)
        self.assertEqual(self.ports(objects, helm.NAME), {"grpc": (443, "grpc"), "openai": (80, "openai")})
        # A headless Service translates no ports.
        self.assertEqual(
            self.ports(objects, helm.NAME + "-headless"),
            {"grpc": (6000, "grpc"), "openai": (8000, "openai"), "admin-grpc": (9902, "admin-grpc")},
        )
        self.assertEqual(
            {p["name"]: p["containerPort"] for p in objects.server()["ports"]},
            {"grpc": 6000, "openai": 8000, "admin": 9901, "admin-grpc": 9902},
        )
        self.assertEqual(self.ports(DEFAULT, helm.NAME), {"grpc": (50051, "grpc")})

    def test_headless(self):
        spec = DEFAULT.find("Service", helm.NAME + "-headless")["spec"]
        self.assertEqual((spec["clusterIP"], spec["publishNotReadyAddresses"]), ("None", False))
        self.assertFalse(helm.render({"headlessService": {"enabled": False}}).has("Service", helm.NAME + "-headless"))

    def test_what_is_said_of_the_protocol(self):
        for protocol, wanted in (("", None), ("kubernetes.io/h2c", "kubernetes.io/h2c")):
            objects = helm.render({"service": {"appProtocol": {"grpc": protocol}}})
            for name in (helm.NAME, helm.NAME + "-headless"):
                self.assertEqual(objects.find("Service", name)["spec"]["ports"][0].get("appProtocol"), wanted)

    def said(self, **values):
        """Of gRPC and of OpenAI's API, by both Services alike; empty: nothing."""
        objects = helm.render({"ports": {"openai": 8080}, **values})
        main, headless = (
            tuple(p.get("appProtocol", "") for p in objects.find("Service", name)["spec"]["ports"])
            for name in (helm.NAME, helm.NAME + "-headless")
        )
        self.assertEqual(main, headless)
        return main

    def test_the_protocol_of_a_listener_with_tls_is_not_that_of_plain_text(self):
        """A mesh or a gateway would speak plain text to it."""
        self.assertEqual(self.said(), ("grpc", "http"))
        self.assertEqual(self.said(tls={"grpc": {"existingSecret": "x"}}), ("", "http"))
        self.assertEqual(self.said(tls={"openai": {"existingSecret": "x"}}), ("grpc", "https"))
        own = {"cert_file": "/a.crt", "key_file": "/a.key"}
        self.assertEqual(self.said(config={"server": {"grpc": {"tls": own}}}), ("", "http"))
        self.assertEqual(self.said(config={"server": {"openai": {"tls": own}}}), ("grpc", "https"))
        both = {"grpc": {"existingSecret": "x"}, "openai": {"existingSecret": "y"}}
        for theirs, wanted in (("kubernetes.io/h2c", "kubernetes.io/h2c"), ("", ""), (None, "")):
            for tls in ({}, both):
                said = self.said(tls=tls, service={"appProtocol": {"grpc": theirs, "openai": theirs}})
                self.assertEqual(said, (wanted, wanted))

    def test_fields_that_are_passed_on(self):
        spec = helm.rendered_file(helm.CHART / "ci/full-values.yaml").find("Service", "rel-llm")["spec"]
        service = yaml.safe_load((helm.CHART / "ci/full-values.yaml").read_text())["service"]
        for name in ("type", "loadBalancerClass", "loadBalancerSourceRanges", "externalTrafficPolicy",
                     "internalTrafficPolicy", "trafficDistribution"):  # fmt: skip
            self.assertEqual(spec[name], service[name])
            if name != "type":
                self.assertNotIn(name, DEFAULT.find("Service", helm.NAME)["spec"])

    def test_callers_services_have_no_admin_port(self):
        for file in helm.CI_FILES:
            for one in helm.rendered_file(file).all:
                if one["kind"] == "Service" and not one["metadata"]["name"].endswith("-metrics"):
                    self.assertNotIn("admin", [p["name"] for p in one["spec"]["ports"]])


class Scaling(unittest.TestCase):
    HPA = {"autoscaling": {"enabled": True}}
    KEDA = {"keda": {"enabled": True, "serverAddress": "http://p:9090"}}

    def test_either_takes_the_number_of_pods_from_the_deployment(self):
        for values, kind in ((self.HPA, "HorizontalPodAutoscaler"), (self.KEDA, "ScaledObject")):
            objects = helm.render(values)
            self.assertNotIn("replicas", objects.find("Deployment")["spec"])
            target = objects.find(kind)["spec"]["scaleTargetRef"]
            self.assertEqual(target["name"], objects.find("Deployment")["metadata"]["name"])
        self.assertFalse({"HorizontalPodAutoscaler", "ScaledObject"} & DEFAULT.kinds())

    def test_either_begins_with_its_least_and_leaves_as_many_pods_as_there_are(self):
        """Kubernetes would take a number that disappears from a release for 1."""
        least = [helm.merge(self.HPA, {"autoscaling": {"minReplicas": 3}}), helm.merge(self.KEDA, {"keda": {"minReplicas": 3}})]
        for values, there, wanted in (
            *((values, *case) for values in least for case in ((None, 3), (7, 7), (1, 1), (0, 0))),
            ({"replicas": 4}, None, 4), ({"replicas": 4}, 7, 4), ({"replicas": 0}, 7, 0),
        ):  # fmt: skip
            with self.subTest(values, there=there):
                deployment = helm.render_in_cluster(values, there).find("Deployment")
                self.assertEqual(deployment["spec"]["replicas"], wanted)

    def test_on_calls_in_flight(self):
        (metric,) = helm.render(self.HPA).find("HorizontalPodAutoscaler")["spec"]["metrics"]
        self.assertEqual(metric["pods"]["metric"]["name"], "spillway_calls_in_flight")
        self.assertEqual(metric["pods"]["target"], {"type": "AverageValue", "averageValue": "1000"})

    def test_on_the_server_s_cpu(self):
        values = {"autoscaling": {"enabled": True, "callsInFlight": 0, "cpu": 70}}
        (metric,) = helm.render(values).find("HorizontalPodAutoscaler")["spec"]["metrics"]
        self.assertEqual(metric["containerResource"]["container"], helm.render().server()["name"])
        self.assertEqual(metric["containerResource"]["target"]["averageUtilization"], 70)

    def test_on_further_metrics(self):
        spec = helm.rendered_file(helm.CHART / "ci/full-values.yaml").find("HorizontalPodAutoscaler")["spec"]
        self.assertEqual([m["type"] for m in spec["metrics"]], ["Pods", "ContainerResource", "Resource"])
        self.assertEqual((spec["minReplicas"], spec["maxReplicas"]), (3, 30))
        self.assertIn("scaleUp", spec["behavior"])
        self.assertEqual(spec["behavior"]["scaleDown"], {"stabilizationWindowSeconds": 300})

    def test_keda_asks_for_this_release_s_calls(self):
        spec = helm.render(self.KEDA).find("ScaledObject")["spec"]
        (trigger,) = spec["triggers"]
        self.assertEqual(trigger["metadata"]["threshold"], "1000")
        self.assertIn(f'namespace="{helm.NAMESPACE}"', trigger["metadata"]["query"])
        self.assertIn(f'pod=~"{helm.NAME}-', trigger["metadata"]["query"])
        # Else a Prometheus that has lost the pods would have them scaled in.
        self.assertEqual(trigger["metadata"]["ignoreNullValues"], "false")
        self.assertNotIn("fallback", spec)

    def test_keda_as_told(self):
        spec = helm.rendered_file(helm.CHART / "ci/keda-values.yaml").find("ScaledObject")["spec"]
        self.assertEqual(spec["triggers"][0]["metadata"]["query"], 'sum(spillway_calls_in_flight{job="gateway"})')
        self.assertEqual(spec["triggers"][0]["authenticationRef"], {"name": "prometheus"})
        self.assertEqual(spec["triggers"][1]["type"], "cpu")
        self.assertEqual((spec["minReplicaCount"], spec["maxReplicaCount"], spec["pollingInterval"]), (3, 20, 30))
        self.assertEqual(spec["fallback"], {"failureThreshold": 3, "replicas": 6})

    def test_the_budget(self):
        for budget, wanted in (
            ({}, ("maxUnavailable", 1)), ({"maxUnavailable": 0}, ("maxUnavailable", 0)),
            ({"minAvailable": "50%"}, ("minAvailable", "50%")), ({"minAvailable": 0}, ("minAvailable", 0)),
        ):  # fmt: skip
            spec = helm.render({"podDisruptionBudget": budget}).find("PodDisruptionBudget")["spec"]
            self.assertEqual([(k, spec[k]) for k in ("minAvailable", "maxUnavailable") if k in spec], [wanted])
            self.assertEqual(spec["selector"], DEFAULT.find("Deployment")["spec"]["selector"])
        self.assertFalse(helm.render({"podDisruptionBudget": {"enabled": False}}).has("PodDisruptionBudget"))


class Network(unittest.TestCase):
    def spec(self, **more):
        values = {"networkPolicy": {"enabled": True, **more.pop("networkPolicy", {})}, **more}
        return helm.render(values).find("NetworkPolicy")["spec"]

    def rules(self, rules):
        return {tuple(p["port"] for p in rule.get("ports", [])): rule.get("from", rule.get("to")) for rule in rules}

    def test_off_unless_asked_for(self):
        self.assertFalse(DEFAULT.has("NetworkPolicy"))

    def test_who_may_come_in(self):
        rules = self.rules(self.spec()["ingress"])
        self.assertEqual(set(rules), {("grpc",), ("admin",)})
        self.assertEqual(rules[("grpc",)][0], {"podSelector": {}})
        self.assertEqual(
            rules[("admin",)], [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
        )

    def test_the_tests_pods_may(self):
        peers = self.rules(self.spec(networkPolicy={"callers": []})["ingress"])[("grpc",)]
        pod = DEFAULT.find("Pod", helm.NAME + "-test-release")["metadata"]["labels"]
        self.assertLessEqual(peers[0]["podSelector"]["matchLabels"].items(), pod.items())
        without = self.spec(networkPolicy={"callers": []}, test={"enabled": False})
        self.assertEqual(set(self.rules(without["ingress"])), {("admin",)})

    def test_operators_only_if_named(self):
        ports = {"openai": 8080, "adminGrpc": 9902}
        config = {"server": {"admin": {"keys": [{"name": "a", "key_sha256": "ab" * 32}]}}}
        self.assertEqual(set(self.rules(self.spec(ports=ports, config=config)["ingress"])), {("grpc", "openai"), ("admin",)})
        named = self.spec(ports=ports, config=config, networkPolicy={"operators": [{"podSelector": {}}]})
        self.assertIn(("admin-grpc",), self.rules(named["ingress"]))

    def test_where_to_it_may_go(self):
        spec = self.spec()
        self.assertEqual(spec["policyTypes"], ["Ingress", "Egress"])
        rules = self.rules(spec["egress"])
        self.assertEqual(set(rules), {(53, 53), (443,)})
        self.assertIsNone(rules[(53, 53)])
        self.assertEqual(
            rules[(443,)],
            [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}, {"ipBlock": {"cidr": "::/0", "except": ["fe80::/10"]}}],
        )
        self.assertEqual(set(self.rules(self.spec(networkPolicy={"providerPorts": []})["egress"])), {(53, 53)})

    def test_further_rules(self):
        spec = helm.rendered_file(helm.CHART / "ci/full-values.yaml").find("NetworkPolicy")["spec"]
        self.assertIn((8000,), self.rules(spec["egress"]))
        self.assertIn({"ipBlock": {"cidr": "10.1.0.0/16"}}, [rule["from"][0] for rule in spec["ingress"]])

    def test_to_the_test_s_provider_only_if_there_is_one(self):
        self.assertIn((18080,), self.rules(self.spec(test={"throughRelease": True})["egress"]))
        self.assertNotIn((18080,), self.rules(self.spec()["egress"]))


class Watching(unittest.TestCase):
    def test_off_unless_asked_for(self):
        self.assertFalse({"ServiceMonitor", "PodMonitor", "PrometheusRule"} & DEFAULT.kinds())
        self.assertFalse(DEFAULT.has("Service", helm.NAME + "-metrics"))

    def test_a_service_monitor_finds_its_service_and_no_other(self):
        objects = helm.render({"serviceMonitor": {"enabled": True}})
        spec = objects.find("ServiceMonitor")["spec"]
        selector = spec["selector"]["matchLabels"].items()
        found = [o["metadata"]["name"] for o in objects.all if o["kind"] == "Service" and selector <= o["metadata"]["labels"].items()]
        self.assertEqual(found, [helm.NAME + "-metrics"])
        service = objects.find("Service", found[0])["spec"]
        self.assertEqual([(e["port"], e["path"]) for e in spec["endpoints"]], [(service["ports"][0]["name"], "/metrics")])
        self.assertIs(service["publishNotReadyAddresses"], True)

    def test_a_pod_monitor_finds_the_pods(self):
        objects = helm.render({"podMonitor": {"enabled": True}})
        spec = objects.find("PodMonitor")["spec"]
        self.assertLessEqual(spec["selector"]["matchLabels"].items(), objects.pod()["metadata"]["labels"].items())
        self.assertIn(spec["podMetricsEndpoints"][0]["port"], [p["name"] for p in objects.server()["ports"]])
        self.assertFalse(objects.has("Service", helm.NAME + "-metrics"))

    def test_both_kinds_call_the_job_as_the_deployment_is_called(self):
        for kind, name in (("ServiceMonitor", "serviceMonitor"), ("PodMonitor", "podMonitor")):
            for values in ({}, {"nameOverride": "llm"}, {"fullnameOverride": "gateway"}):
                objects = helm.render({name: {"enabled": True}, **values})
                spec = objects.find(kind)["spec"]
                self.assertEqual(helm.job(spec), objects.find("Deployment")["metadata"]["name"])
                self.assertNotIn("jobLabel", spec)

    def test_what_monitors_are_told(self):
        for file, kind, name, endpoints in (
            ("full", "ServiceMonitor", "serviceMonitor", "endpoints"),
            ("keda", "PodMonitor", "podMonitor", "podMetricsEndpoints"),
        ):
            path = helm.CHART / f"ci/{file}-values.yaml"
            values = yaml.safe_load(path.read_text())[name]
            monitor = helm.rendered_file(path).find(kind)
            endpoint = monitor["spec"][endpoints][0]
            for key in ("interval", "scrapeTimeout", "metricRelabelings"):
                self.assertEqual(endpoint[key], values[key])
            # The operator's own label would rename the one that rules and dashboard go by.
            job = {"targetLabel": "job", "replacement": monitor["metadata"]["name"]}
            # The user's come last, and may call the job otherwise.
            self.assertEqual(endpoint["relabelings"], [{"action": "labeldrop", "regex": "endpoint"}, job, *values["relabelings"]])
            self.assertLessEqual(values["labels"].items(), monitor["metadata"]["labels"].items())
            self.assertEqual(monitor["metadata"]["annotations"], values["annotations"])

    def rules(self, **more):
        spec = helm.render({"prometheusRule": {"enabled": True, **more}}).find("PrometheusRule")["spec"]
        return [rule for group in spec["groups"] for rule in group["rules"]]

    def test_all_rules_as_they_are(self):
        file = yaml.safe_load((helm.CHART / "files/rules.yaml").read_text())
        self.assertEqual(self.rules(), [rule for group in file["groups"] for rule in group["rules"]])

    def test_an_alert_that_is_left_out(self):
        alerts = [rule["alert"] for rule in self.rules() if "alert" in rule]
        self.assertNotIn(alerts[0], [rule.get("alert") for rule in self.rules(disabled=[alerts[0]])])
        left = self.rules(disabled=alerts)
        self.assertTrue(left)
        self.assertTrue(all("record" in rule for rule in left))
        spec = helm.render({"prometheusRule": {"enabled": True, "disabled": alerts}}).find("PrometheusRule")["spec"]
        self.assertTrue(all(group["rules"] for group in spec["groups"]))

    def test_who_is_paged(self):
        for rule in self.rules(alertLabels={"team": "llm"}):
            self.assertEqual(rule.get("labels", {}).get("team"), "llm" if "alert" in rule else None)
            if "alert" in rule:
                self.assertIn("severity", rule["labels"])

    def test_the_dashboard(self):
        objects = helm.render({"dashboard": {"enabled": True, "folder": "LLM"}})
        found = objects.find("ConfigMap", helm.NAME + "-dashboard")
        ((name, text),) = found["data"].items()
        self.assertTrue(name.endswith(".json"))
        self.assertEqual(json.loads(text), json.loads((helm.CHART / "files/dashboard.json").read_text()))
        self.assertEqual(found["metadata"]["annotations"], {"grafana_folder": "LLM"})
        self.assertEqual(found["metadata"]["labels"]["grafana_dashboard"], "1")


class HelmTest(unittest.TestCase):
    CHAT = helm.NAME + "-test-chat"
    ASK = helm.NAME + "-test-release"

    def ask(self, **values):
        return helm.render(values).find("Pod", self.ASK)["spec"]["containers"][0]

    def test_hooks_are_all_there_is_to_it(self):
        objects = helm.render({"test": {"throughRelease": True}})
        hooks = [o for o in objects.all if "-test-" in o["metadata"]["name"]]
        self.assertEqual(len(hooks), 4)
        for one in hooks:
            self.assertEqual(one["metadata"]["annotations"]["helm.sh/hook"], "test")
            policy = one["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
            self.assertEqual(policy, "before-hook-creation,hook-succeeded")
            said = one["metadata"]["annotations"]["helm.sh/hook-output-log-policy"]
            self.assertEqual(said, "hook-succeeded,hook-failed")
        self.assertFalse(helm.render({"test": {"enabled": False}}).has("Pod"))

    def test_what_pods_need_is_there_before_them(self):
        weights = {
            o["kind"]: int(o["metadata"]["annotations"]["helm.sh/hook-weight"])
            for o in helm.render({"test": {"throughRelease": True}}).all
            if "-test-" in o["metadata"]["name"]
        }
        self.assertLess(max(weights["ConfigMap"], weights["Service"]), weights["Pod"])

    def test_a_chat_by_the_installed_image(self):
        pod = DEFAULT.find("Pod", self.CHAT)["spec"]
        self.assertEqual(pod["restartPolicy"], "Never")
        sim, server = pod["initContainers"]
        (chat,) = pod["containers"]
        self.assertEqual((sim["image"], server["image"], chat["image"]), ("spillway-test:0.1.0", "spillway:0.1.0", "spillway:0.1.0"))
        # Sidecars that have started, and end with the pod.
        for sidecar in (sim, server):
            self.assertEqual(sidecar["restartPolicy"], "Always")
            self.assertIn("startupProbe", sidecar)
        self.assertEqual(chat["command"], ["/usr/bin/spillway", "chat"])

    def test_the_test_s_image(self):
        for values, wanted in (
            ({"image": {"repository": "r/x", "tag": "2"}}, "r/x-test:2"),
            ({"image": {"repository": "r/x", "digest": "sha256:" + "a" * 64}}, "r/x-test:0.1.0"),
            ({"test": {"image": {"repository": "r/y", "tag": "3"}}}, "r/y:3"),
            ({"test": {"image": {"digest": "sha256:" + "b" * 64}}}, "spillway-test@sha256:" + "b" * 64),
        ):
            self.assertEqual(helm.render(values).find("Pod", self.CHAT)["spec"]["initContainers"][0]["image"], wanted)

    def test_the_release_is_asked_about_the_first_policy(self):
        self.assertIn("any-model", self.ask()["args"])
        nothing = {"endpoints": [{**helm.ENDPOINT, "primary": False}]}
        self.assertFalse(helm.render({"config": nothing}).has("Pod", self.ASK))
        policies = [helm.policy("one", "first"), helm.policy("two", "second")]
        asked = self.ask(config={"policies": policies})
        self.assertEqual(asked["command"], ["/usr/bin/spillway", "route"])
        self.assertEqual(asked["args"], ["--server", f"{helm.NAME}.{helm.NAMESPACE}.svc:50051", "--model", "first", "--timeout", "30s"])
        sandbox = {"name": "s", "model": "s", "sandbox": policies[0]["production"]}
        self.assertIn("first", self.ask(config={"policies": [sandbox, policies[0]]})["args"])
        self.assertIn("any-model", self.ask(config={"policies": [helm.policy("any", "*")]})["args"])
        self.assertIn("mine", self.ask(config={"policies": policies}, test={"model": "mine"})["args"])

    def test_strangers_do_not_ask(self):
        callers = {"callers": [{"name": "a", "key_sha256": "ab" * 32}], "policies": [helm.policy()]}
        self.assertFalse(helm.render({"config": callers}).has("Pod", self.ASK))
        asked = self.ask(config=callers, test={"existingSecret": "key"})
        self.assertEqual(asked["env"][0]["valueFrom"]["secretKeyRef"], {"name": "key", "key": "SPILLWAY_KEY"})

    def test_where_a_cluster_has_ipv6_only_nothing_of_it_listens_on_ipv4(self):
        """But on loopback, which every pod has."""
        objects = helm.render({"listenHost": "[::]", "test": {"throughRelease": True}})
        parts = [o for o in objects.all if o["kind"] in ("Pod", "ConfigMap")]
        self.assertLessEqual({self.CHAT, self.ASK}, {o["metadata"]["name"] for o in parts})
        text = json.dumps(parts)
        self.assertNotIn("0.0.0.0:", text)
        for port in (50051, 9901, 18080):
            self.assertIn(f"[::]:{port}", text)

    def test_over_tls(self):
        objects = helm.render({**TLS, **POLICIES})
        asked = objects.find("Pod", self.ASK)["spec"]
        self.assertIn("--tls-ca", asked["containers"][0]["args"])
        self.assertNotIn("--tls-key", asked["containers"][0]["args"])
        (volume,) = asked["volumes"]
        self.assertEqual(volume["secret"]["items"], [{"key": "ca.crt", "path": "ca.crt"}])
        # Without ca.crt in the Secret, the pod would never start, and `helm test` would wait for it.
        self.assertIs(volume["secret"]["optional"], True)
        mutual = {"tls": {"grpc": {"existingSecret": "x", "clientCa": True}}, **POLICIES}
        self.assertFalse(helm.render(mutual).has("Pod", self.ASK))
        args = self.ask(**mutual, test={"tlsSecret": "client"})["args"]
        self.assertIn("--tls-key", args)

    def test_a_certificate_is_shown_where_one_is_asked_for(self):
        """The Secret has none where it is for ca.crt alone."""
        mine = {"test": {"tlsSecret": "client", "model": "gpt-4o"}}
        own = {"cert_file": "/a.crt", "key_file": "/a.key"}
        theirs = {"existingConfigMap": {"name": "x"}, **TLS}
        for values, wanted in (
            (TLS, False),
            ({"tls": {"grpc": {"existingSecret": "x", "clientCa": True}}}, True),
            ({"config": {"server": {"grpc": {"tls": own}}}}, False),
            ({"config": {"server": {"grpc": {"tls": {**own, "client_ca_file": "/ca.crt"}}}}}, True),
            ({"config": None, **theirs}, True),
        ):
            with self.subTest(values):
                args = self.ask(**values, **mine)["args"]
                self.assertEqual(("--tls-cert" in args, "--tls-key" in args), (wanted, wanted))
                self.assertIn("--tls-ca", args)

    def test_a_certificate_that_is_not_shown_makes_no_caller(self):
        caller = {"config": {"callers": [{"name": "a", "san": ["x"], "key_sha256": "ab" * 32}]}, "test": {"tlsSecret": "client"}}
        self.assertFalse(helm.render({**TLS, **caller}).has("Pod", self.ASK))
        self.assertFalse(helm.render(helm.merge(caller, {"config": {"server": {"grpc": {"tls": None}}}})).has("Pod", self.ASK))
        mutual = {"tls": {"grpc": {"existingSecret": "x", "clientCa": True}}}
        self.assertTrue(helm.render({**mutual, **caller}).has("Pod", self.ASK))

    def test_a_chat_through_the_release(self):
        objects = helm.render({"test": {"throughRelease": True}})
        pod = objects.find("Pod", self.ASK)
        service = objects.find("Service", helm.NAME + "-test-sim")["spec"]
        self.assertLessEqual(service["selector"].items(), pod["metadata"]["labels"].items())
        self.assertFalse(service["selector"].items() <= objects.find("Pod", self.CHAT)["metadata"]["labels"].items())
        self.assertIs(service["publishNotReadyAddresses"], True)
        (chat,) = pod["spec"]["containers"]
        self.assertEqual(chat["command"], ["/usr/bin/spillway", "chat"])
        self.assertIn("helm-test", chat["args"])
        self.assertEqual(objects.config()["policies"][0]["model"], "helm-test")


class Check(unittest.TestCase):
    NAME = helm.NAME + "-check"

    def test_off_unless_asked_for(self):
        self.assertFalse(DEFAULT.has("Pod", self.NAME))
        theirs = {"existingConfigMap": {"name": "x"}, "checkConfig": {"enabled": True}}
        self.assertFalse(helm.render(theirs, bare=True).has("Pod", "rel-spillway-check"))

    def test_the_server_looks_at_what_is_to_come_with_all_that_it_will_have(self):
        values = {
            **helm.merge(TLS, POLICIES), "checkConfig": {"enabled": True}, "existingSecret": "keys", "existingSecretEnv": True,
            "extraEnv": [{"name": "A", "value": "b"}],
        }  # fmt: skip
        objects = helm.render(values)
        file, pod = objects.find("ConfigMap", self.NAME), objects.find("Pod", self.NAME)
        self.assertEqual(file["data"]["config.yaml"], objects.config_text())
        (check,) = pod["spec"]["containers"]
        server = objects.server()
        for same in ("image", "env", "envFrom", "volumeMounts", "securityContext", "command"):
            self.assertEqual(check[same], server[same])
        self.assertEqual(check["args"], ["--check", "/etc/spillway/config/config.yaml"])
        volumes = {v["name"]: v for v in pod["spec"]["volumes"]}
        self.assertEqual(volumes.pop("config")["configMap"]["name"], self.NAME)
        for volume in objects.pod()["spec"]["volumes"][1:]:
            self.assertEqual(volumes.pop(volume["name"]), volume)
        self.assertEqual(volumes, {})
        for one in (file, pod):
            self.assertEqual(one["metadata"]["annotations"]["helm.sh/hook"], "pre-upgrade")
            self.assertEqual(one["metadata"]["annotations"]["helm.sh/hook-output-log-policy"], "hook-failed")
            # One that failed goes, too, or `helm uninstall` would leave it.
            policy = one["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
            self.assertEqual(policy, "before-hook-creation,hook-succeeded,hook-failed")


class Umbrella(unittest.TestCase):
    def test_the_chart_is_part_of_another(self):
        with tempfile.TemporaryDirectory() as folder:
            above = pathlib.Path(folder) / "above"
            shutil.copytree(helm.CHART, above / "charts" / "spillway")
            dependency = {"name": "spillway", "version": "0.1.0", "alias": "gateway", "condition": "features.gateway"}
            chart = {"apiVersion": "v2", "name": "above", "version": "1.0.0", "dependencies": [dependency]}
            (above / "Chart.yaml").write_text(json.dumps(chart))
            values = {"features": {"gateway": True}, "global": {"region": "eu"}, "gateway": {"config": helm.config()}}
            objects = helm.render(values, chart=above, bare=True)
            self.assertEqual(objects.find("Deployment")["metadata"]["name"], "rel-gateway")
            self.assertEqual(objects.server()["image"], "spillway:0.1.0")
            values["features"]["gateway"] = False
            self.assertEqual(helm.render(values, chart=above, bare=True).all, [])

    def test_two_of_the_chart_in_one_release_are_two_jobs(self):
        with tempfile.TemporaryDirectory() as folder:
            above = pathlib.Path(folder) / "above"
            shutil.copytree(helm.CHART, above / "charts" / "spillway")
            dependencies = [{"name": "spillway", "version": "0.1.0", "alias": alias} for alias in ("inner", "outer")]
            chart = {"apiVersion": "v2", "name": "above", "version": "1.0.0", "dependencies": dependencies}
            (above / "Chart.yaml").write_text(json.dumps(chart))
            for kind, name in (("ServiceMonitor", "serviceMonitor"), ("PodMonitor", "podMonitor")):
                values = {alias: {"config": helm.config(), name: {"enabled": True}} for alias in ("inner", "outer")}
                objects = helm.render(values, chart=above, bare=True)
                jobs = sorted(helm.job(o["spec"]) for o in objects.all if o["kind"] == kind)
                self.assertEqual(jobs, ["rel-inner", "rel-outer"])


class Notes(unittest.TestCase):
    def test_what_to_type_next(self):
        said = helm.notes({"config": helm.config(policies=[helm.policy()])})
        for part in (
            f"kubectl -n {helm.NAMESPACE} rollout status deployment/{helm.NAME}",
            f"helm test -n {helm.NAMESPACE} {helm.RELEASE}",
            f"kubectl -n {helm.NAMESPACE} exec deployment/{helm.NAME} -- /usr/bin/spillway chat",
            '--server 127.0.0.1:50051 --model gpt-4o "Say this is a test!"',
            f"dns:///{helm.NAME}-headless.{helm.NAMESPACE}.svc:50051",
            '{"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}',
            "whoever reaches the Service may call",
        ):
            self.assertIn(part, said)

    def test_of_every_ci_file(self):
        for file in helm.CI_FILES:
            with self.subTest(file.name):
                said = helm.notes(files=[file])
                self.assertNotIn("<no value>", said)
                self.assertNotIn("\n\n\n", said.strip())

    def test_callers_tls_and_more(self):
        caller = {"callers": [{"name": "a", "key_sha256": "ab" * 32}]}
        said = helm.notes({**TLS, "ports": {"openai": 8443}, "replicas": 1, "config": helm.config(**caller)})
        for part in (f"--server {helm.NAME}.{helm.NAMESPACE}.svc:50051 --tls-ca /etc/spillway/tls/grpc/ca.crt --key", "as OpenAI's base URL", "replicas is 1", "test.existingSecret"):
            self.assertIn(part, said)
        self.assertNotIn("whoever reaches", said)

    def test_not_what_the_network_policy_forbids(self):
        """A server's pod is let out to DNS and providers, not to its own Service."""
        closed = {"networkPolicy": {"enabled": True}, "config": helm.config(policies=[helm.policy()])}
        inside, command = f"exec deployment/{helm.NAME} -- /usr/bin/spillway chat", "  /usr/bin/spillway chat \\\n"
        for values, from_inside in ((closed, True), ({**closed, **TLS, "networkPolicy": {}}, True), ({**closed, **TLS}, False)):
            said = helm.notes(values)
            self.assertEqual((inside in said, command in said), (from_inside, not from_inside))
            self.assertEqual("from a pod that its NetworkPolicy lets in" in said, not from_inside)
            self.assertNotIn("\n\n\n", said.strip())
        self.assertIn("--tls-ca FILE --model gpt-4o", said)
        self.assertIn("as `helm test` does", said)
        for untested in ({"enabled": False}, {"existingSecret": ""}):
            caller = {"callers": [{"name": "a", "key_sha256": "ab" * 32}]}
            said = helm.notes({**closed, **TLS, "config": helm.config(**caller), "test": untested})
            self.assertNotIn("as `helm test` does", said)

    def test_a_model_that_is_served_when_no_test_runs(self):
        through = {"test": {"throughRelease": True}}
        self.assertIn("--model any-model", helm.notes({"config": helm.config(), **through}))
        self.assertIn("--model gpt-4o", helm.notes({"config": helm.config(policies=[helm.policy()]), **through}))

    def test_operators(self):
        admin = {"grpc_address": "127.0.0.1:9902"}
        said = helm.notes({"config": helm.config(server={"admin": admin})})
        self.assertIn("/usr/bin/spillway targets --admin 127.0.0.1:9902\n", said)
        self.assertNotIn("spillway targets", helm.notes({"config": helm.config()}))


if __name__ == "__main__":
    unittest.main()
