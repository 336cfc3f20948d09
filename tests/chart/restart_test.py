"""The pods' annotation changes exactly when the real server says that a change needs a restart."""

import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import config_test
import helm

KEY = {"name": "ann", "key_sha256": "ab" * 32}
OPERATORS = {"ports": {"adminGrpc": 9902}, "config": {"server": {"admin": {"keys": [KEY]}}}}
DOOR = {"ports": {"openai": 8080}}


def tls(listener, secret="one", client_ca=False):
    return {"tls": {listener: {"existingSecret": secret, "clientCa": client_ca}}}


def own_tls(section, name, **more):
    files = {"cert_file": f"/etc/spillway/{name}/a.crt", "key_file": f"/etc/spillway/{name}/a.key", **more}
    return {"config": {"server": {section: {"tls": files}}}}


def server(**sections):
    return {"config": {"server": sections}}


def both(*values):
    out = {}
    for one in values:
        out = helm.merge(out, one)
    return out


# What was, what is, and whether the server has to be started anew for it.
CHANGES = {
    "a policy": ({}, {"config": {"policies": [helm.policy()]}}, False),
    "callers": ({}, {"config": {"callers": [{**KEY, "name": "shop"}]}}, False),
    "limits": ({}, server(limits={"max_messages": 5}), False),
    "the conventions' metrics": ({}, server(metrics={"gen_ai": True}), False),
    "times of stopping": ({}, server(shutdown_grace="20s", shutdown_delay="15s"), False),
    "an operator's key": (OPERATORS, both(OPERATORS, server(admin={"keys": [{**KEY, "key_sha256": "cd" * 32}]})), False),
    "which certificate": (own_tls("grpc", "one"), own_tls("grpc", "two"), False),
    "which certificate of the door": (both(DOOR, own_tls("openai", "one")), both(DOOR, own_tls("openai", "two")), False),
    "whether the door asks clients for certificates": (
        both(DOOR, own_tls("openai", "one")),
        both(DOOR, own_tls("openai", "one", client_ca_file="/etc/spillway/one/ca.crt")),
        False,
    ),
    "connections": ({}, server(grpc={"max_connections": 5}), True),
    "their age": ({}, server(grpc={"max_connection_age": "1m"}), True),
    "metadata": ({}, server(grpc={"max_metadata_bytes": 4096}), True),
    "the door": ({}, DOOR, True),
    "the door's patience": (DOOR, both(DOOR, server(openai={"idle_timeout": "9s"})), True),
    "an operators' listener": ({}, server(admin={"grpc_address": "127.0.0.1:9902"}), True),
    "a certificate": ({}, tls("grpc"), True),
    "a certificate of the door": (DOOR, both(DOOR, tls("openai")), True),
    "a certificate of the operators'": (OPERATORS, both(OPERATORS, tls("adminGrpc")), True),
    "whether clients are asked for certificates": (tls("grpc"), tls("grpc", client_ca=True), True),
    "whether operators are": (both(OPERATORS, tls("adminGrpc")), both(OPERATORS, tls("adminGrpc", client_ca=True)), True),
}


class Server:
    """A real one in a folder of its own, on ports that are free."""

    def __init__(self, folder, text):
        self._root = pathlib.Path(folder)
        self.write(text)
        self._log = (self._root / "log").open("w+")
        self.process = subprocess.Popen([helm.SERVER, "--config", str(self._root / "config.yaml")], stdout=self._log)

    def write(self, text):
        for name in set(re.findall(r"/etc/spillway/[\w./-]+", text)):
            file = self._root / name.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            certificate, key = config_test.Certificates.pair()
            file.write_text({".crt": certificate, ".key": key}[file.suffix])
        text = text.replace("/etc/spillway/", f"{self._root}/etc/spillway/")
        # In one step: a file that is half written would be read as one.
        whole = self._root / "config.new"
        whole.write_text(re.sub(r"(address: )\S+:\d+", r"\g<1>127.0.0.1:0", text))
        whole.rename(self._root / "config.yaml")

    def event(self, *names):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for line in (self._root / "log").read_text().splitlines():
                if line.endswith("}") and json.loads(line)["event"] in names:
                    return json.loads(line)
            time.sleep(0.05)
        raise AssertionError(f"no {names} in {(self._root / 'log').read_text()}")

    def stop(self):
        self.process.kill()
        self.process.wait()
        self._log.close()


class Restart(unittest.TestCase):
    def test_the_annotation_changes_when_the_server_needs_a_restart_and_only_then(self):
        for what, (before, after, needed) in CHANGES.items():
            with self.subTest(what), tempfile.TemporaryDirectory() as folder:
                before, after = helm.render(before), helm.render(after)
                self.assertNotEqual(before.config_text(), after.config_text())
                running = Server(folder, before.config_text())
                try:
                    running.event("serving")
                    running.write(after.config_text())
                    line = running.event("config_reloaded", "config_unchanged", "config_rejected")
                finally:
                    running.stop()
                self.assertNotEqual(line["event"], "config_rejected", line)
                self.assertEqual(bool(line.get("restart_needed")), needed, line)
                self.assertEqual(before.checksum() != after.checksum(), needed)


if __name__ == "__main__":
    unittest.main()
