#!/usr/bin/env python3
"""A caller can create no series: ten thousand calls with models, keys and metadata that are made up, served and refused, by both
fronts, leave the set of series as a hundred others had left it. Run by ctest (label prometheus)."""

import contextlib
import hashlib
import re
import subprocess
import unittest

import scene

# What random_calls.cc knows of this.
CALLERS = {"production": {}, "sandbox": {"environment": "sandbox"}, "narrow": {"models": ["chat"]}}
KINDS = 17
WARM_UP = 6 * KINDS
CALLS = 10_000


def config(addresses):
    def endpoint(name, **more):
        return {"name": name, "provider": "openai", "url": f"http://{addresses[name.partition('-')[0]]}/v1",
                "api_key": {"env": "KEY"}} | more

    def policy(name, *targets):
        return {"name": name, "model": name, "production": {"failover": {"targets": [
            {"endpoint": endpoint, "model": "m"} for endpoint in targets]}}}

    return {
        "server": {"grpc": {"address": "127.0.0.1:0"}, "openai": {"address": "127.0.0.1:0"}, "admin": {"address": "127.0.0.1:0"},
                   "metrics": {"gen_ai": True}},
        "callers": [{"name": name, "key_sha256": hashlib.sha256(f"{name}-key".encode()).hexdigest()} | more
                    for name, more in CALLERS.items()],
        "providers": [{"name": "openai", "api": "openai"}],
        "endpoints": [endpoint("well"), endpoint("sick"), endpoint("well-primary", primary=True),
                      endpoint("well-sandbox", environment="sandbox")],
        "policies": [policy("chat", "well"), policy("shaky", "sick", "well")]}


class SeriesTest(unittest.TestCase):
    def call(self, calls, seed):
        done = subprocess.run([scene.BIN_DIR / "random-calls", "--grpc", f"127.0.0.1:{self.server.grpc}", "--door",
                               str(self.server.door), "--calls", str(calls), "--seed", str(seed)],
                              capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def total(self, text, name):
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))

    def test_ten_thousand_calls_with_everything_made_up_add_no_series(self):
        with contextlib.ExitStack() as stack:
            directory = scene.temporary_directory(stack)
            simulator = scene.Simulator(stack, directory, {"well": "", "sick": "fault=overloaded"})
            self.server = scene.Server(stack, directory, config(simulator.addresses), {"KEY": "sk-well"})
            fresh = self.server.metrics()
            self.call(WARM_UP, seed=1)
            before = self.server.metrics()
            self.call(CALLS, seed=2)
            after = self.server.metrics()
        self.assertEqual(scene.series(after) - scene.series(before), set())
        self.assertEqual(scene.series(before) - scene.series(after), set())
        # A series that is new would have been seen.
        self.assertGreater(len(scene.series(before) - scene.series(fresh)), 20)
        # They have been counted, all but those without a method or a path of a call.
        for name in ("spillway_calls_total", "spillway_attempts_total", "spillway_failovers_total", "spillway_door_requests_total"):
            grown = self.total(after, name) - self.total(before, name)
            self.assertGreaterEqual(grown, CALLS // KINDS, name)
        self.assertGreaterEqual(self.total(after, "spillway_calls_total") - self.total(before, "spillway_calls_total"), CALLS // 2)
        codes = set(re.findall(r'^spillway_calls_total{.*code="(\w+)"', after, re.MULTILINE))
        self.assertLessEqual({"OK", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "INVALID_ARGUMENT"}, codes)
        # What all this is worth nothing without: that there are few to begin with.
        self.assertLess(len(scene.series(after)), 1000)


if __name__ == "__main__":
    scene.run_tests()
