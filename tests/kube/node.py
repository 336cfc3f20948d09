"""The one node: containerd, kubelet, kube-proxy and the cluster's DNS, on a network of their own."""

import json
import os
import pathlib

import yaml

import oci_image
from control_plane import ADDRESS, DOMAIN, SERVICES
from processes import run, wait_until

PODS = "10.77.0.0/24"
NAME = "trial"
PAUSE = "spillway.example/pause:1"
TESTS = pathlib.Path(__file__).resolve().parent


def make_network():
    """In our own network namespace: an address for the node. The bridge of the pods comes with the first of them."""
    run(["ip", "link", "set", "lo", "up"])
    run(["ip", "link", "add", "node0", "type", "bridge"])
    run(["ip", "address", "add", f"{ADDRESS}/32", "dev", "node0"])
    run(["ip", "link", "set", "node0", "up"])
    run(["ip", "route", "add", SERVICES, "dev", "node0"])
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


class Node:
    def __init__(self, state, binaries, processes, kubeconfig, cgroup):
        """`kubeconfig`: from a user's name to the file. `cgroup`: under which pods get theirs; it is there."""
        self._state, self._binaries, self._processes = state, binaries, processes
        self._kubeconfig, self._cgroup = kubeconfig, cgroup
        self._socket = state / "containerd.sock"

    def start(self):
        self._start_dns()
        self._start_containerd()
        self._make_pause_image()
        self._start_kubelet()
        self._start_proxy()

    def import_images(self, archive):
        """Pods can then use them."""
        self._ctr("image", "import", "--all-platforms", archive)

    def _ctr(self, *arguments):
        return run(["ctr", "--address", self._socket, "--namespace", "k8s.io", *arguments])

    def _start_dns(self):
        """The Corefile's only zone; whoever asks for another name is told that there is none."""
        corefile = self._state / "Corefile"
        corefile.write_text(f"""
.:53 {{
    bind {ADDRESS}
    errors
    kubernetes {DOMAIN} {{
        kubeconfig {self._kubeconfig('dns')}
        ttl 5
    }}
}}
""")
        self._processes.start("coredns", [self._binaries / "coredns", "-conf", corefile])

    def _start_containerd(self):
        cni = self._state / "cni"
        cni.mkdir()
        (cni / "10-pods.conflist").write_text(json.dumps({
            "cniVersion": "0.4.0", "name": "pods", "plugins": [
                {"type": "bridge", "bridge": "pods0", "isGateway": True, "hairpinMode": True, "ipMasq": False,
                 "ipam": {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}],
                          "dataDir": str(self._state / "addresses")}}]}))
        settings = self._state / "containerd.toml"
        settings.write_text(f"""
version = 2
root = "{self._state}/containerd"
state = "{self._state}/containerd-state"
[grpc]
  address = "{self._socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{self._state}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"
""")
        self._processes.start("containerd", ["containerd", "--config", settings])

        def serving():
            self._processes.check()
            return self._ctr("version")

        wait_until("containerd serves", serving)

    def _make_pause_image(self):
        folder, archive = self._state / "pause", self._state / "pause.tar"
        folder.mkdir()
        run(["gcc", "-static", "-Os", "-o", folder / "pause", TESTS / "pause.c"])
        oci_image.make(archive, [PAUSE], folder, ["/pause"])
        self.import_images(archive)

    def _start_kubelet(self):
        settings = self._state / "kubelet.yaml"
        resolv = self._state / "resolv.conf"
        resolv.write_text(f"nameserver {ADDRESS}\n")
        settings.write_text(yaml.safe_dump({
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
            "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
            "authorization": {"mode": "AlwaysAllow"},
            "containerRuntimeEndpoint": f"unix://{self._socket}",
            "cgroupDriver": "cgroupfs", "cgroupRoot": self._cgroup, "enforceNodeAllocatable": [],
            "clusterDNS": [ADDRESS], "clusterDomain": DOMAIN, "resolvConf": str(resolv),
            "address": ADDRESS, "healthzBindAddress": "127.0.0.1", "failSwapOn": False,
            "volumePluginDir": str(self._state / "volume-plugins"),
            "evictionHard": {"memory.available": "50Mi"}, "imageGCHighThresholdPercent": 100,
            # Files of ConfigMaps and Secrets are written at a pod's next turn; a minute is the default.
            "syncFrequency": "10s"}))
        self._processes.start("kubelet", [
            self._binaries / "kubelet", f"--config={settings}", f"--kubeconfig={self._kubeconfig('node')}",
            f"--root-dir={self._state / 'kubelet'}", f"--hostname-override={NAME}", f"--node-ip={ADDRESS}"])

    def _start_proxy(self):
        settings = self._state / "proxy.yaml"
        settings.write_text(yaml.safe_dump({
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1", "kind": "KubeProxyConfiguration", "mode": "iptables",
            "clientConnection": {"kubeconfig": str(self._kubeconfig("proxy"))}, "hostnameOverride": NAME,
            "clusterCIDR": PODS, "conntrack": {"maxPerCore": 0}, "metricsBindAddress": "127.0.0.1:10249",
            "healthzBindAddress": "127.0.0.1:10256"}))
        self._processes.start("kube-proxy", [self._binaries / "kube-proxy", f"--config={settings}"],
                              {"PATH": f"{os.environ['PATH']}:/usr/sbin"})
