"""The rendered configuration is what was meant, and the real server takes it."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

import helm


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, **more)


class Certificates:
    """A certificate for every file of a listener: its own authority, which will do for --check."""

    made = None

    @classmethod
    def pair(cls):
        if cls.made is None:
            folder = pathlib.Path(tempfile.mkdtemp())
            done = run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", str(folder / "key"), "-out", str(folder / "crt"), "-subj", "/CN=spillway", "-days", "2",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            cls.made = (folder / "crt").read_text(), (folder / "key").read_text()
        return cls.made


def check(text):
    """What `spillway-server --check` says of a file whose mounted files are all there, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name in set(re.findall(r"/etc/spillway/[\w./-]+", text)):
            file = root / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            certificate, key = Certificates.pair()
            file.write_text({".crt": certificate, ".key": key}.get(file.suffix, "dummy-key"))
        path = root / "config.yaml"
        path.write_text(text.replace("/etc/spillway/", f"{root}/etc/spillway/"))
        names = re.findall(r"\benv: (\w+)", text)
        done = run(helm.SERVER, "--check", str(path), env={**os.environ, **dict.fromkeys(names, "dummy-key")})
        return done.returncode, done.stdout + done.stderr


class Config(unittest.TestCase):
    def taken(self, objects):
        code, said = check(objects.config_text())
        self.assertEqual(code, 0, said + objects.config_text())

    def test_a_wrong_one_is_not_taken(self):
        code, said = check("providers: []\n")
        self.assertEqual(code, 1, said)

    def test_the_server_takes_that_of_every_ci_file(self):
        taken = 0
        for file in helm.CI_FILES:
            with self.subTest(file.name):
                objects = helm.rendered_file(file)
                if not yaml.safe_load(file.read_text()).get("existingConfigMap"):
                    self.taken(objects)
                    taken += 1
        self.assertGreaterEqual(taken, 4)

    def test_the_server_takes_that_of_the_test_pod(self):
        text = helm.render().find("ConfigMap", helm.NAME + "-test-chat")["data"]["config.yaml"]
        self.assertEqual(check(text)[0], 0, check(text)[1])

    def test_the_examples_are_taken_as_they_are(self):
        """Less their demo's addresses, authorities and variables, which the chart refuses."""
        files = sorted((helm.ROOT / "examples").glob("*.yaml"))
        self.assertGreaterEqual(len(files), 10)
        for file in files:
            with self.subTest(file.name):
                config = yaml.safe_load(file.read_text())
                config.pop("server", None)
                for endpoint in config["endpoints"]:
                    endpoint.pop("tls", None)
                self.taken(helm.render({"config": config, "extraEnvFrom": [{"secretRef": {"name": "x"}}]}, bare=True))

    def test_listeners_are_written(self):
        server = helm.render({"ports": {"openai": 8080}}).config()["server"]
        self.assertEqual(server["grpc"], {"address": "0.0.0.0:50051"})
        self.assertEqual(server["openai"], {"address": "0.0.0.0:8080"})
        self.assertEqual(server["admin"], {"address": "0.0.0.0:9901"})
        self.assertNotIn("openai", helm.render().config()["server"])
        server = helm.render({"listenHost": "[::]"}).config()["server"]
        self.assertEqual(server["grpc"], {"address": "[::]:50051"})

    def test_listeners_that_are_given_stay(self):
        own = {"grpc": {"address": "[::]:50051", "max_connections": 5}, "admin": {"grpc_address": "127.0.0.1:9902"}}
        objects = helm.render({"config": {"server": own}})
        server = objects.config()["server"]
        self.assertEqual(server["grpc"], own["grpc"])
        self.assertEqual(server["admin"]["grpc_address"], "127.0.0.1:9902")
        self.assertNotIn("admin-grpc", [port["name"] for port in objects.server()["ports"]])
        self.taken(objects)

    def test_empty_sections_are_sections(self):
        self.taken(helm.render("config: {server: {grpc: , admin: {}}, providers: [{name: a, api: openai}], "
                               "endpoints: [{name: a, provider: a, url: 'http://a', primary: true}]}", bare=True))

    def test_certificates_are_where_they_are_mounted(self):
        tls = {name: {"existingSecret": f"{name.lower()}-tls", "clientCa": name != "openai"}
               for name in ("grpc", "openai", "adminGrpc")}
        objects = helm.render({"tls": tls, "ports": {"openai": 8443, "adminGrpc": 9902}})
        server = objects.config()["server"]
        mounts = {m["name"]: m for m in objects.server()["volumeMounts"]}
        volumes = {v["name"]: v for v in objects.pod()["spec"]["volumes"]}
        for written, name, secret in (
            (server["grpc"]["tls"], "tls-grpc", "grpc-tls"),
            (server["openai"]["tls"], "tls-openai", "openai-tls"),
            (server["admin"]["grpc_tls"], "tls-admin-grpc", "admingrpc-tls"),
        ):
            folder = mounts[name]["mountPath"]
            self.assertEqual(written["cert_file"], f"{folder}/tls.crt")
            self.assertEqual(written["key_file"], f"{folder}/tls.key")
            self.assertEqual(volumes[name]["secret"]["secretName"], secret)
            self.assertEqual(written.get("client_ca_file"), None if name == "tls-openai" else f"{folder}/ca.crt")
        self.taken(objects)

    def test_certificates_that_are_given_stay(self):
        own = {"cert_file": "/etc/spillway/mine/a.crt", "key_file": "/etc/spillway/mine/a.key"}
        objects = helm.render({"config": {"server": {"grpc": {"tls": own}}}})
        self.assertEqual(objects.config()["server"]["grpc"]["tls"], own)
        self.assertIn("httpGet", objects.server()["readinessProbe"])
        self.taken(objects)

    def test_values_keep_their_types(self):
        """What is text in the values is text in the file, also where it looks like something else."""
        odd = ["010", "1e3", "0x10", "1_000", "yes", "no", "null", "~", "2024-10-21", "1.0", "true", "a: b", "- x", "#c", " d", "*"]
        big = {"max_message_bytes": 33554432, "max_connections": 1000000}
        parameters = {"temperature": 0.25, "max_completion_tokens": None, "seed": 9007199254740991, "stop": odd, "logprobs": True}
        target = {"endpoint": "openai", "model": "gpt-4o", "parameters": parameters}
        config = {
            "server": {"grpc": big},
            "policies": [{"name": "1e3", "model": "0x10", "production": {"failover": {"targets": [target]}}}],
        }
        objects = helm.render({"config": config})
        rendered = objects.config()
        self.assertEqual(rendered["policies"], config["policies"])
        self.assertEqual({k: rendered["server"]["grpc"][k] for k in big}, big)
        self.taken(objects)

    def test_nothing_in_it_is_a_template(self):
        objects = helm.render({"config": {"policies": [helm.policy(model="{{ .Release.Name }} $x")]}})
        self.assertEqual(objects.config()["policies"][0]["model"], "{{ .Release.Name }} $x")

    def test_an_endpoint_and_a_policy_for_helm_test(self):
        before = helm.render({"config": {"policies": [helm.policy()]}}).config()
        objects = helm.render({"config": {"policies": [helm.policy()]}, "test": {"throughRelease": True}})
        after = objects.config()
        for section in ("providers", "endpoints", "policies"):
            self.assertEqual(after[section][:-1], before[section])
            self.assertEqual(after[section][-1]["name"], "helm-test")
        self.assertEqual(after["endpoints"][-1]["url"], f"http://{helm.NAME}-test-sim.{helm.NAMESPACE}.svc:18080/v1")
        self.assertNotIn("helm-test", helm.render().config_text())
        self.taken(objects)

    def test_no_configuration_of_ours_beside_somebody_else_s(self):
        objects = helm.render({"existingConfigMap": {"name": "theirs", "key": "s.yaml"}, "test": {"enabled": False}}, bare=True)
        self.assertFalse(objects.has("ConfigMap"))
        volume = next(v for v in objects.pod()["spec"]["volumes"] if v["name"] == "config")
        self.assertEqual(volume["configMap"]["name"], "theirs")
        self.assertEqual(objects.server()["args"], ["--config", "/etc/spillway/config/s.yaml"])


if __name__ == "__main__":
    unittest.main()
