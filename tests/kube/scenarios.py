"""The life of a release, in order: each step finds what the last one left. A step returns what there is to say of it."""

import contextlib
import copy
import json
import re
import subprocess

import yaml

import inside
from processes import ClusterError, wait_until
from release import TESTS, Load, Release, metric

NAMESPACE = "trial"


def expect(what, found, wanted):
    if found != wanted:
        raise ClusterError(f"{what}: {found}, not {wanted}")


class Life:
    def __init__(self, kube, command):
        self.kube = kube
        self.release = Release(kube, command, NAMESPACE)
        self.values = yaml.safe_load((TESTS / "values.yaml").read_text())
        self._before = None

    def _load(self):
        return Load("--target", self.release.headless)

    def _target_of_chat(self, endpoint):
        self.values = copy.deepcopy(self.values)
        self.values["config"]["policies"][0]["production"]["failover"]["targets"][0]["endpoint"] = endpoint

    def _await_served_by(self, model, wanted, seconds=90):
        wait_until(f"every pod has {model} served by {wanted}", lambda: self.release.served_by(model) == {wanted}, seconds)

    def simulated_providers_are_up(self):
        self.kube.apply((TESTS / "manifests" / "providers.yaml").read_text())
        self.kube.kubectl("rollout", "status", "deployment/providers", "--timeout=60s")
        self._before = self._everything()

    def helm_installs_and_pods_are_ready_by_their_probes(self):
        self.release.helm_to("install", self.values)
        expect("ready pods", len(self.release.ready_pods()), 2)
        for pod in self.release.pods():
            container = pod["spec"]["containers"][0]
            expect("readiness probe", container["readinessProbe"].get("grpc"), {"port": 50051, "service": ""})
            expect("restarts", pod["status"]["containerStatuses"][0]["restartCount"], 0)
        expect("who serves", self.release.chat("chat"), "first")
        return inside.check_confinement(len(self.release.pods()))

    def helm_test_makes_a_chat(self):
        out = self.kube.helm("test", Release.NAME, "--timeout", "120s", timeout=150, stderr=subprocess.STDOUT)
        suites = re.findall(r"^TEST SUITE: +(\S+)$", out, re.M)
        if not {"spillway-test-chat", "spillway-test-release"} <= set(suites):
            raise ClusterError(f"tests that are missing: {out}")
        if "This is a test!" not in out:
            raise ClusterError(f"no answer of the Chat: {out}")
        expect("tests that succeeded", len(re.findall(r"^Phase: +Succeeded$", out, re.M)), len(suites))

    def an_edited_policy_is_live_in_the_same_pods(self):
        pods, hashes = self.release.identity(), self.release.config_hashes()
        self._target_of_chat("second")
        with self._load() as load:
            self.release.helm_to("upgrade", self.values)
            self._await_served_by("chat", "second")
        expect("pods", self.release.identity(), pods)
        after = self.release.config_hashes()
        expect("hashes in force", len(set(after.values())), 1)
        if set(after.values()) & set(hashes.values()):
            raise ClusterError(f"the hash is as before: {after}")
        return f"{load.calls} calls"

    def _with_a_mistake(self):
        broken = copy.deepcopy(self.values)
        broken["config"]["policies"][0]["production"]["failover"]["targets"][0]["endpoint"] = "nowhere"
        return broken

    def an_upgrade_with_a_mistake_fails_where_it_is_looked_at_first(self):
        before = self.kube.get("configmap", "spillway")["data"]
        try:
            self.release.helm_to("upgrade", self._with_a_mistake() | {"checkConfig": {"enabled": True}})
        except ClusterError as error:
            if "nowhere" not in str(error):
                raise ClusterError(f"helm does not say what the mistake is: {error}") from error
        else:
            raise ClusterError("helm upgrade took a configuration with a mistake")
        expect("the configuration", self.kube.get("configmap", "spillway")["data"], before)
        self.release.helm_to("upgrade", self.values | {"checkConfig": {"enabled": True}})

    def a_configuration_with_a_mistake_changes_nothing(self):
        pods, hashes = self.release.identity(), self.release.config_hashes()
        with self._load() as load:
            self.release.helm_to("upgrade", self._with_a_mistake())
            wait_until("every pod has rejected it", lambda: all(
                metric(pod, 'spillway_config_reloads_total{result="rejected"}') > 0 for pod in self.release.pods()), 90)
        expect("pods", self.release.identity(), pods)
        expect("hashes", self.release.config_hashes(), hashes)
        expect("who serves", self.release.served_by("chat"), {"second"})
        return f"{load.calls} calls"

    def helm_rolls_the_policy_back(self):
        pods = self.release.identity()
        self._target_of_chat("first")
        with self._load() as load:
            self.kube.helm("rollback", Release.NAME, "1", "--wait", "--timeout", "120s", timeout=150)
            self._await_served_by("chat", "first")
        expect("pods", self.release.identity(), pods)
        return f"{load.calls} calls"

    def a_key_rotated_in_its_secret_is_live_in_the_same_pods(self):
        pods = self.release.identity()
        expect("before", self.release.served_by("rotated"), {"<UNAVAILABLE>"})
        with self._load() as load:
            self.kube.kubectl("patch", "secret", "provider-keys", "--patch", '{"stringData": {"third": "sk-third-renewed"}}')
            self._await_served_by("rotated", "third")
        expect("pods", self.release.identity(), pods)
        return f"{load.calls} calls"

    def a_change_that_needs_a_restart_rolls_without_a_lost_call(self):
        """With the chart's own `minReadySeconds`, for clients as they come."""
        changed = copy.deepcopy(self.values)
        del changed["minReadySeconds"]
        changed["config"]["server"] = {"grpc": {"max_connections": 500}}
        by_service = Load("--target", self.release.service, "--plain")
        return self._rolls(lambda: self.release.helm_to("upgrade", changed), self._load(), by_service)

    def helm_rolls_the_restart_back_without_a_lost_call(self):
        """Fast again: for clients that look the name up more often than gRPC does by itself."""
        load = Load("--target", self.release.headless, "--look-up-ms", "5000")
        return self._rolls(lambda: self.kube.helm("rollback", Release.NAME, "--wait", "--timeout", "180s", timeout=200), load)

    def _rolls(self, change, *loads):
        old = {uid for uid, _ in self.release.identity()}
        with contextlib.ExitStack() as stack:
            watch = stack.enter_context(inside.Watch(self.release))
            for load in loads:
                stack.enter_context(load)
            change()
            wait_until("the old pods are gone", lambda: not old & {pod["metadata"]["uid"] for pod in
                                                                   self.kube.items("pods", Release.SERVER)}, 180)
        expect("ready pods", len(self.release.ready_pods()), 2)
        expect("fewest ready pods", watch.fewest_ready, 2)
        expect("most pods that are to stay", watch.most, 3)
        return ", ".join(f"{load.calls} calls" for load in loads)

    def it_scales_up_and_down_without_a_lost_call(self):
        with self._load() as load:
            for count in (4, 2):
                self.values["replicas"] = count
                self.release.helm_to("upgrade", self.values)
                wait_until(f"{count} pods", lambda: len(self.kube.items("pods", Release.SERVER)) == count, 90)
                expect("ready pods", len(self.release.ready_pods()), count)
        return f"{load.calls} calls"

    def an_autoscaler_takes_over_as_many_pods_as_there_are(self):
        """Kubernetes would take a number that disappears from a release for 1. This autoscaler has no metrics, and so sets none itself."""
        three = self.values | {"replicas": 3}
        with self._load() as load:
            self.release.helm_to("upgrade", three)
            expect("ready pods", len(self.release.ready_pods()), 3)
            with inside.Watch(self.release) as watch:
                self.release.helm_to("upgrade", three | {"autoscaling": {"enabled": True, "minReplicas": 2}})
                expect("replicas", self.kube.get("deployment", "spillway")["spec"]["replicas"], 3)
                wait_until("the autoscaler has had a look", lambda: self.kube.get("hpa", "spillway")
                           .get("status", {}).get("conditions"), 90)
                # Once more, from a release that says so itself.
                self.release.helm_to("upgrade", three | {"autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 8}})
                expect("replicas", self.kube.get("deployment", "spillway")["spec"]["replicas"], 3)
            expect("fewest ready pods", watch.fewest_ready, 3)
            expect("most pods that are to stay", watch.most, 3)
            self.release.helm_to("upgrade", self.values)
            wait_until("2 pods", lambda: len(self.kube.items("pods", Release.SERVER)) == 2, 90)
            expect("ready pods", len(self.release.ready_pods()), 2)
        return f"{load.calls} calls"

    def a_pod_is_deleted_without_a_lost_call(self):
        with self._load() as load:
            gone = self.release.pods()[0]["metadata"]["name"]
            self.kube.kubectl("delete", "pod", gone, "--wait", "--timeout=90s")
            wait_until("two are ready again", lambda: len(self.release.ready_pods()) == 2)
        return f"{load.calls} calls"

    def one_pod_at_a_time_may_be_evicted(self):
        with self._load() as load:
            first, second = [pod["metadata"]["name"] for pod in self.release.pods()]
            self._evict(first)
            try:
                self._evict(second)
            except ClusterError as error:
                if "disruption budget" not in str(error):
                    raise
            else:
                raise ClusterError("both pods were evicted at once")
            wait_until("two are ready again", lambda: len(self.release.ready_pods()) == 2)
            wait_until("the first is gone", lambda: len(self.kube.items("pods", Release.SERVER)) == 2, 90)
        return f"{load.calls} calls"

    def _evict(self, pod):
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": NAMESPACE}}
        self.kube.kubectl("create", "--raw", f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}/eviction", "-f", "-",
                          input=json.dumps(eviction))

    def a_server_that_is_killed_is_started_again_in_its_pod(self):
        pods = self.release.identity()
        inside.kill_one_server()

        def restarted():
            now = self.release.identity()
            return {uid for uid, _ in now} == {uid for uid, _ in pods} and sum(count for _, count in now) == 1

        expect("restarts before", sum(count for _, count in pods), 0)
        wait_until("its container has been restarted", restarted)
        wait_until("two are ready again", lambda: len(self.release.ready_pods()) == 2)
        expect("who serves", self.release.served_by("chat"), {"first"})

    def helm_uninstalls_and_nothing_is_left(self):
        self.kube.helm("uninstall", Release.NAME, "--wait", "--timeout", "120s", timeout=150)
        wait_until("nothing is left", lambda: self._everything() == self._before, 90)

    def _everything(self):
        """Every object of the namespace, of whatever kind, but the records of what happened."""
        kinds = self.kube.kubectl("api-resources", "--namespaced", "--verbs=list", "--output=name").split()
        kinds = [kind for kind in kinds if kind.split(".")[0] != "events"]
        found = self.kube.get(",".join(kinds))["items"]
        return sorted(f"{item['kind']}/{item['metadata']['name']}" for item in found)


# In order.
STEPS = (
    Life.simulated_providers_are_up,
    Life.helm_installs_and_pods_are_ready_by_their_probes,
    Life.helm_test_makes_a_chat,
    Life.an_edited_policy_is_live_in_the_same_pods,
    Life.an_upgrade_with_a_mistake_fails_where_it_is_looked_at_first,
    Life.a_configuration_with_a_mistake_changes_nothing,
    Life.helm_rolls_the_policy_back,
    Life.a_key_rotated_in_its_secret_is_live_in_the_same_pods,
    Life.a_change_that_needs_a_restart_rolls_without_a_lost_call,
    Life.helm_rolls_the_restart_back_without_a_lost_call,
    Life.it_scales_up_and_down_without_a_lost_call,
    Life.an_autoscaler_takes_over_as_many_pods_as_there_are,
    Life.a_pod_is_deleted_without_a_lost_call,
    Life.one_pod_at_a_time_may_be_evicted,
    Life.a_server_that_is_killed_is_started_again_in_its_pod,
    Life.helm_uninstalls_and_nothing_is_left,
)
