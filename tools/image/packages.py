"""What dpkg knows of a file: the package that it came with, its version, its licence."""

import os
import pathlib
import subprocess
import typing

COPYRIGHT = "/usr/share/doc/{}/copyright"


class Package(typing.NamedTuple):
    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    homepage: str


def owners(paths):
    """The names of the packages that these files belong to. dpkg knows some by their names from before /lib became /usr/lib."""
    names = {}
    for path in paths:
        real = os.path.realpath(path)
        names[path] = dict.fromkeys([path, real, real.removeprefix("/usr")])
    wanted = sorted({name for known_as in names.values() for name in known_as})
    # It ends with 1 when it does not know one of them.
    found = subprocess.run(["dpkg-query", "--search", *wanted], capture_output=True, text=True).stdout
    owner_of = {}
    for line in found.splitlines():
        package_names, file = line.rsplit(": ", 1)
        owner_of[file] = package_names.split(",")[0].split(":")[0]
    missing = [path for path, known_as in names.items() if not owner_of.keys() & known_as]
    if missing:
        raise SystemExit(f"these belong to no Debian package: {', '.join(missing)}")
    return {owner_of[name] for known_as in names.values() for name in known_as if name in owner_of}


def package(name):
    fields = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\t${Homepage}"
    return Package(*_query("--show", f"--showformat={fields}", name).split("\t"))


def status(name):
    """Its paragraph in dpkg's own list."""
    return _query("--status", name)


def copyright_file(name):
    path = COPYRIGHT.format(name)
    if not pathlib.Path(path).is_file():
        raise SystemExit(f"{name} has no licence at {path}")
    return path


def _query(*arguments):
    # One package may be installed for several architectures; ours is the first.
    return subprocess.run(["dpkg-query", *arguments], check=True, capture_output=True, text=True).stdout
