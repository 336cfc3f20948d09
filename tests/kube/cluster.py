#!/usr/bin/env python3
"""Tries the chart on a cluster of one node that lives for as long as this does. tools/cluster.sh makes the namespaces it runs in.

Exits 0 when everything held, 1 when something did not.
"""

import argparse
import pathlib
import sys
import time

import admission
import certificates
import node
import oci_image
import scenarios
from control_plane import ControlPlane
from kube import Kube, is_ready
from processes import ClusterError, Processes, wait_until

TESTS = pathlib.Path(__file__).resolve().parent


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=pathlib.Path, required=True, help="a folder that is thrown away afterwards")
    parser.add_argument("--cgroup", required=True, help="under which pods get theirs, such as /trial")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="where Kubernetes' binaries are")
    parser.add_argument("--helm", type=pathlib.Path, required=True)
    parser.add_argument("--bin-dir", type=pathlib.Path, required=True, help="where Spillway's programs are")
    parser.add_argument("--types", type=pathlib.Path, action="append", default=[], help="a folder with custom resource definitions")
    parser.add_argument("--root", type=pathlib.Path, help="root folder of the test image")
    parser.add_argument("--layout", type=pathlib.Path, help="in its place: both images, as a folder in OCI's layout")
    parser.add_argument("--keep", action="store_true", help="leave the cluster running until standard input ends")
    return parser.parse_args(argv)


def bring_up(options, processes):
    node.make_network()
    plane = ControlPlane(options.state, options.programs, processes)
    plane.start()
    kube = Kube(options.programs / "kubectl", options.helm, plane.kubeconfig("admin"), options.state)
    kube.apply((TESTS / "manifests" / "cluster.yaml").read_text())
    worker = node.Node(options.state, options.programs, processes, plane.kubeconfig, options.cgroup)
    worker.start()

    def ready():
        processes.check()
        return all(is_ready(found) for found in kube.items("nodes")) and kube.items("nodes")

    wait_until("the node is ready", ready, seconds=120)
    return kube, worker


def import_images(options, worker):
    archive = options.state / "images.tar"
    if options.layout:
        oci_image.pack(archive, options.layout, lambda name: f"spillway.example/{name.split(':')[0]}:trial")
    else:
        names = ["spillway.example/spillway:trial", "spillway.example/spillway-test:trial"]
        oci_image.make(archive, names, options.root, ["/usr/bin/spillway-server"])
    worker.import_images(archive)


def steps(options, kube, worker):
    """What is tried, in order."""
    trial = kube.within(scenarios.NAMESPACE)
    life = scenarios.Life(trial, options.bin_dir / "spillway")
    yield "images", lambda: import_images(options, worker)
    yield "types of prometheus-operator and KEDA", lambda: admission.install_types(kube, options.types)
    yield "a restricted namespace", lambda: trial.apply(admission.restricted_namespace(scenarios.NAMESPACE)) and None
    yield "refuses a pod that is not restricted", lambda: admission.refuses_a_pod_that_is_not_restricted(trial)
    yield "every ci/*-values.yaml, --dry-run=server", lambda: admission.dry_run_all_values(trial)
    for step in scenarios.STEPS:
        yield step.__name__.replace("_", " "), lambda step=step: step(life)
    second = certificates.SecondLife(life)
    for step in certificates.STEPS:
        yield step.__name__.replace("_", " "), lambda step=step: step(second)


def attempt(name, step, processes):
    begin = time.monotonic()
    processes.check()
    try:
        said = step()
    except (ClusterError, OSError) as error:
        print(f"FAILED  {name}\n{error}", flush=True)
        return False
    print(f"ok {time.monotonic() - begin:5.1f} s  {name}{f': {said}' if said else ''}", flush=True)
    return True


def try_everything(options, processes):
    cluster = []
    if not attempt("a cluster", lambda: cluster.extend(bring_up(options, processes)), processes):
        return False
    kube, worker = cluster
    if all(attempt(name, step, processes) for name, step in steps(options, kube, worker)):
        return True
    tell_what_happened(kube, processes)
    return False


def tell_what_happened(kube, processes):
    """For whoever has to find out why a step failed."""
    trial = kube.within(scenarios.NAMESPACE)
    try:
        print(trial.kubectl("get", "pods", "--output=wide"))
        print("\n".join(trial.kubectl("get", "events", "--sort-by=.lastTimestamp").splitlines()[-15:]))
    except ClusterError as error:
        print(error)
    print(processes.tail("kubelet"), flush=True)


def main(argv):
    options = parse_arguments(argv)
    logs = options.state / "logs"
    logs.mkdir()
    begin = time.monotonic()
    with Processes(logs) as processes:
        good = try_everything(options, processes)
        print(f"{'All held' if good else 'It did not hold'}, after {time.monotonic() - begin:.0f} s", flush=True)
        if options.keep:
            print("Left as it is until Enter is pressed. From another terminal:\n"
                  "  nsenter --target $(pgrep -nf tests/kube/cluster.py) --mount --net --pid bash\n"
                  f"  export KUBECONFIG={options.state}/admin.kubeconfig PATH=$PATH:{options.programs}  # logs: {logs}", flush=True)
            sys.stdin.readline()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
