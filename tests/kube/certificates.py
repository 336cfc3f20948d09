"""Certificates in the shape of cert-manager's Secrets, and a release that has them: a second life, after scenarios.Life."""

import base64
import copy
import hashlib
import json
import pathlib
import socket
import ssl
import tempfile
import urllib.error
import urllib.request

from processes import ClusterError, run, wait_until
from release import Release
from scenarios import NAMESPACE, expect

CALLER_KEY = "trial-caller-key"


class Authority:
    """Signs certificates that outlive the trial by a little. `folder`: for its files."""

    def __init__(self, folder):
        self._folder = folder
        run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=trial authority",
             "-keyout", folder / "ca.key", "-out", folder / "ca.crt"])

    def secret(self, name, subject, hosts=()):
        """A Secret's manifest, with a new certificate."""
        key, request, certificate = (self._folder / f"{name}.{end}" for end in ("key", "csr", "crt"))
        run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={subject}", "-keyout", key, "-out", request])
        extensions = self._folder / f"{name}.ext"
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts) if hosts else "")
        run(["openssl", "x509", "-req", "-in", request, "-CA", self._folder / "ca.crt", "-CAkey", self._folder / "ca.key",
             "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", certificate])
        files = {"tls.crt": certificate, "tls.key": key, "ca.crt": self._folder / "ca.crt"}
        return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": {"name": name},
                "data": {file: base64.b64encode(path.read_bytes()).decode() for file, path in files.items()}}


def served_certificate(address, port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection((address, port), timeout=5) as plain, context.wrap_socket(plain) as connection:
        return connection.getpeercert(binary_form=True)


class SecondLife:
    """A release whose listeners have TLS, the gRPC one with client certificates, and which knows its callers by keys, too."""

    def __init__(self, first):
        """`first`: the Life whose simulated providers and values are used."""
        self._life, self._kube, self._release = first, first.kube, first.release
        self._folder = pathlib.Path(tempfile.mkdtemp())
        self._hosts = [f"{Release.NAME}{suffix}.{NAMESPACE}.svc" for suffix in ("", "-headless")]

    def _values(self):
        values = copy.deepcopy(self._life.values)
        values["config"]["callers"] = [{"name": "trial", "environment": "production",
                                        "key_sha256": hashlib.sha256(CALLER_KEY.encode()).hexdigest()}]
        return values | {
            "ports": {"openai": 8443}, "service": {"ports": {"openai": 8443}},
            "tls": {"grpc": {"existingSecret": "server-tls", "clientCa": True}, "openai": {"existingSecret": "server-tls"}},
            "test": {"existingSecret": "caller", "tlsSecret": "client-tls", "throughRelease": True}}

    def helm_installs_it_with_certificates(self):
        self._authority = Authority(self._folder)
        self._kube.apply(self._authority.secret("server-tls", "spillway", self._hosts))
        self._kube.apply(self._authority.secret("client-tls", "caller"))
        self._kube.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "caller"},
                          "stringData": {"SPILLWAY_KEY": CALLER_KEY}})
        self._release.helm_to("install", self._values())
        for pod in self._release.pods():
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if "httpGet" not in pod["spec"]["containers"][0][probe]:
                    raise ClusterError(f"{probe} is not by HTTP, though the gRPC listener has TLS")
        expect("ready pods", len(self._release.ready_pods()), 2)

    def helm_test_makes_a_chat_through_the_release_itself(self):
        self._life.helm_test_makes_a_chat()

    def openai_clients_are_answered_by_the_service(self):
        context = ssl.create_default_context(cafile=self._folder / "ca.crt")
        body = {"model": "chat", "messages": [{"role": "user", "content": "Say this is a test!"}]}
        request = urllib.request.Request(f"https://{self._hosts[0]}:8443/v1/chat/completions", json.dumps(body).encode(), {
            "authorization": f"Bearer {CALLER_KEY}", "content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                text = json.load(answer)["choices"][0]["message"]["content"]
        except urllib.error.URLError as error:
            raise ClusterError(f"{request.full_url}: {error}") from error
        expect("the answer", text, "This is a test!")

    def a_renewed_certificate_is_served_by_the_same_pods(self):
        pods = self._release.identity()
        before = self._served()
        self._kube.apply(self._authority.secret("server-tls", "spillway renewed", self._hosts))
        wait_until("the new one on every pod's listeners", lambda: len(self._served()) == 1 and not self._served() & before, 90)
        expect("pods", self._release.identity(), pods)
        self._life.helm_test_makes_a_chat()

    def _served(self):
        return {served_certificate(pod["status"]["podIP"], port) for pod in self._release.pods() for port in (50051, 8443)}

    def helm_uninstalls_it_and_nothing_is_left(self):
        self._kube.kubectl("delete", "secret", "server-tls", "client-tls", "caller")
        self._life.helm_uninstalls_and_nothing_is_left()


STEPS = (
    SecondLife.helm_installs_it_with_certificates,
    SecondLife.helm_test_makes_a_chat_through_the_release_itself,
    SecondLife.openai_clients_are_answered_by_the_service,
    SecondLife.a_renewed_certificate_is_served_by_the_same_pods,
    SecondLife.helm_uninstalls_it_and_nothing_is_left,
)
