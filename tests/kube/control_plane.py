"""etcd, the API server, the controllers and the scheduler, as processes of their own."""

import secrets
import urllib.error
import urllib.request
import ssl

import yaml

from processes import run, wait_until

ADDRESS = "192.168.77.1"
PORT = 6443
SERVICES = "10.96.0.0/16"
DOMAIN = "cluster.local"

# By the name of the file with its kubeconfig: user and groups, as Kubernetes' own roles know them.
USERS = {
    "admin": ("admin", "system:masters"),
    "controllers": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "proxy": ("system:kube-proxy", ""),
    "dns": ("dns", ""),
    "node": ("system:node:trial", "system:nodes"),
}


class ControlPlane:
    """`state`: a folder that is thrown away afterwards. `binaries`: where Kubernetes' programs are."""

    def __init__(self, state, binaries, processes):
        self._state, self._binaries, self._processes = state, binaries, processes
        self._tokens = {name: secrets.token_hex(16) for name in USERS}

    def kubeconfig(self, name):
        return self._state / f"{name}.kubeconfig"

    def start(self):
        self._make_service_account_keys()
        self._start_etcd()
        self._start_api_server()
        self._write_kubeconfigs()
        self._await_ready()
        self._start_controllers()

    def _make_service_account_keys(self):
        run(["openssl", "genrsa", "-out", self._state / "accounts.key", "2048"])
        run(["openssl", "rsa", "-in", self._state / "accounts.key", "-pubout", "-out", self._state / "accounts.pub"])

    def _start_etcd(self):
        self._processes.start("etcd", [
            "etcd", "--data-dir", self._state / "etcd", "--unsafe-no-fsync",
            "--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379",
            "--listen-peer-urls", "http://127.0.0.1:2380", "--log-level", "warn"])

    def _start_api_server(self):
        tokens = self._state / "tokens.csv"
        tokens.write_text("".join(f'{self._tokens[name]},{user},{user},"{groups}"\n' for name, (user, groups) in USERS.items()))
        self._processes.start("kube-apiserver", [
            self._binaries / "kube-apiserver", "--etcd-servers=http://127.0.0.1:2379",
            f"--bind-address={ADDRESS}", f"--advertise-address={ADDRESS}", f"--secure-port={PORT}",
            f"--cert-dir={self._state / 'pki'}", f"--token-auth-file={tokens}",
            "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
            f"--service-cluster-ip-range={SERVICES}", f"--service-account-issuer=https://kubernetes.default.svc.{DOMAIN}",
            f"--service-account-key-file={self._state / 'accounts.pub'}",
            f"--service-account-signing-key-file={self._state / 'accounts.key'}",
            "--kubelet-preferred-address-types=InternalIP"])

    def _write_kubeconfigs(self):
        authority = self._state / "pki" / "apiserver.crt"  # signed by itself
        wait_until("the API server's certificate", authority.exists)
        for name, token in self._tokens.items():
            self.kubeconfig(name).write_text(yaml.safe_dump({
                "apiVersion": "v1", "kind": "Config", "current-context": "trial",
                "clusters": [{"name": "trial", "cluster": {
                    "server": f"https://{ADDRESS}:{PORT}", "certificate-authority": str(authority)}}],
                "users": [{"name": name, "user": {"token": token}}],
                "contexts": [{"name": "trial", "context": {"cluster": "trial", "user": name}}]}))

    def _await_ready(self):
        context = ssl.create_default_context(cafile=self._state / "pki" / "apiserver.crt")
        request = urllib.request.Request(f"https://{ADDRESS}:{PORT}/readyz",
                                         headers={"Authorization": f"Bearer {self._tokens['admin']}"})

        def ready():
            self._processes.check()
            try:
                with urllib.request.urlopen(request, timeout=5, context=context) as answer:
                    return answer.status == 200
            except urllib.error.URLError:
                return False

        wait_until("the API server is ready", ready, seconds=120)

    def _start_controllers(self):
        self._processes.start("kube-controller-manager", [
            self._binaries / "kube-controller-manager", f"--kubeconfig={self.kubeconfig('controllers')}",
            "--use-service-account-credentials", f"--service-account-private-key-file={self._state / 'accounts.key'}",
            f"--root-ca-file={self._state / 'pki' / 'apiserver.crt'}", "--leader-elect=false",
            "--bind-address=127.0.0.1"])
        self._processes.start("kube-scheduler", [
            self._binaries / "kube-scheduler", f"--kubeconfig={self.kubeconfig('scheduler')}", "--leader-elect=false",
            "--bind-address=127.0.0.1"])
