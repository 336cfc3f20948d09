"""What the API does not tell: how the kernel holds the processes, and what was so in between."""

import os
import pathlib
import signal
import threading

from kube import is_ready
from processes import ClusterError

# Linux' own words in /proc/PID/status, and what `restricted` makes of them.
CONFINED = {"Uid": "65532", "Gid": "65532", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
            "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}


def _processes(name):
    for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == name[:15]:
                yield comm.parent
        except OSError:
            pass  # it ended


def check_confinement(count):
    """Of as many servers as there are pods."""
    found = list(_processes("spillway-server"))
    if len(found) != count:
        raise ClusterError(f"{len(found)} processes spillway-server, not {count}")
    for process in found:
        status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
        state = {key: status[key].split()[0] for key in CONFINED}
        if state != CONFINED:
            raise ClusterError(f"{state}, not {CONFINED}")
        root = next(line.split() for line in (process / "mountinfo").read_text().splitlines() if line.split()[4] == "/")
        if "ro" not in root[5].split(","):
            raise ClusterError(f"the root is not read-only: {root}")
        if (process / "root/var/run/secrets/kubernetes.io").exists():
            raise ClusterError("the server has a ServiceAccount's token")
    return "UID 65532, no capability, seccomp, read-only root, no token"


def kill_one_server():
    """Of those in the trial's own namespace of processes: there are no others to be seen."""
    os.kill(int(next(_processes("spillway-server")).name), signal.SIGKILL)


class Watch:
    """The fewest pods that were ready, and the most that were to stay, while it was entered."""

    def __init__(self, release):
        self._release = release
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.fewest_ready, self.most = 1000, 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()

    def _look(self):
        while not self._end.wait(0.2):
            pods = self._release.pods()
            self.most = max(self.most, len(pods))
            self.fewest_ready = min(self.fewest_ready, sum(map(is_ready, pods)))
