#!/usr/bin/env python3
"""Makes the image's root folder of built programs: them, the libraries that they load, and what those need at run time.

Runs where the programs were built, on Debian: libraries, licences and the bill of materials come from its packages. The same
packages and programs make the same folder, its times included (SOURCE_DATE_EPOCH).
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess

import packages
import sbom

HERE = pathlib.Path(__file__).resolve().parent
# Whose headers are in the programs, and no library of which is loaded.
COMPILED_IN = ["libboost1.81-dev", "libcli11-dev"]
AUTHORITIES = pathlib.Path("/usr/share/ca-certificates/mozilla")
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
USER = 65532

TEXTS = {
    "/etc/passwd": f"root:x:0:0:root:/:/usr/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/:/usr/sbin/nologin\n",
    "/etc/group": f"root:x:0:\nnonroot:x:{USER}:\n",
    # Without it the C library would ask DNS for localhost before it looks at /etc/hosts.
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    # What a container runtime mounts its own over.
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "/etc/resolv.conf": "",
}
# Where a runtime, and the Helm chart, mount something: a root that is read-only has no room for a new folder.
MOUNT_POINTS = ["/dev", "/etc/spillway/config", "/etc/spillway/secrets", "/etc/spillway/tls", "/proc", "/sys", "/tmp"]


class Root:
    """A folder that is to be somebody's /."""

    def __init__(self, folder):
        self.folder = folder

    def at(self, path):
        inside = self.folder / str(path).lstrip("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        return inside

    def write(self, path, text):
        self.at(path).write_text(text)

    def link(self, path, target):
        inside = self.at(path)
        if not inside.is_symlink():
            inside.symlink_to(target)

    def mirror(self, path):
        """The host's file at the same place, and every symbolic link on the way to it."""
        so_far, parts = pathlib.Path("/"), pathlib.PurePath(path).parts[1:]
        for i, part in enumerate(parts):
            step = so_far / part
            if step.is_symlink():
                self.link(step, os.readlink(step))
                return self.mirror(os.path.normpath(so_far.joinpath(os.readlink(step), *parts[i + 1:])))
            so_far = step
        shutil.copyfile(so_far, self.at(so_far))
        return None

    def settle(self, epoch):
        """Owners, modes and times: nothing in it is anybody's to write but root's, and nothing tells when it was made."""
        for inside in [*self.folder.rglob("*"), self.folder]:
            if not inside.is_symlink():
                runs = inside.is_dir() or inside.parent.name == "bin" or inside.name.startswith("ld-linux")
                inside.chmod(0o755 if runs else 0o644)
            if os.geteuid() == 0:
                os.chown(inside, 0, 0, follow_symlinks=False)
        for inside in [*self.folder.rglob("*"), self.folder]:
            os.utime(inside, (epoch, epoch), follow_symlinks=False)


def libraries_of(program):
    """Every library that it loads, the loader included, by the names that the loader looks for."""
    listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    if "not found" in listed:
        raise SystemExit(f"{program} lacks libraries:\n{listed}")
    return set(re.findall(r"(?:^|\s)(/\S+) \(0x", listed))


def add_programs(root, bin_dir, names):
    """Stripped. Returns the libraries."""
    libraries = set()
    for name in names:
        subprocess.run(["strip", "--strip-all", "--remove-section=.comment", "-o", root.at(f"/usr/bin/{name}"), bin_dir / name],
                       check=True)
        libraries |= libraries_of(bin_dir / name)
    for library in sorted(libraries):
        root.mirror(library)
    return libraries


def add_authorities(root):
    """Mozilla's, as Debian's package has them; none that an operator has added to this machine."""
    bundle = "".join(file.read_text() for file in sorted(AUTHORITIES.glob("*.crt")))
    if bundle.count("BEGIN CERTIFICATE") < 50:
        raise SystemExit(f"{AUTHORITIES} has no authorities")
    root.write(BUNDLE, bundle)
    # Where OpenSSL looks: a file, and a folder.
    root.link("/usr/lib/ssl/cert.pem", BUNDLE)
    root.link("/usr/lib/ssl/certs", "/etc/ssl/certs")


def add_licences(root, names):
    """Each package's, and what they refer to for the text. Returns the packages that these files are of."""
    files, common = [packages.copyright_file(name) for name in names], set()
    for file in files:
        root.mirror(file)
        text = pathlib.Path(file).read_text(errors="replace")
        common |= {found.rstrip(".") for found in re.findall(r"/usr/share/common-licenses/[\w.+-]+", text)}
    for file in sorted(common):
        if pathlib.Path(file).is_file():
            root.mirror(file)
    root.at("/usr/share/doc/spillway/copyright").write_bytes((HERE.parent.parent / "LICENSE").read_bytes())
    return packages.owners(files)


def add_bill(root, version, epoch, libraries):
    """The bill of materials, and the packages as a scanner of vulnerabilities expects them."""
    linked, compiled_in = packages.owners(libraries), set(COMPILED_IN)
    other = packages.owners(["/usr/lib/os-release", str(next(AUTHORITIES.glob("*.crt")))])
    other |= add_licences(root, sorted(linked | compiled_in | other))
    other -= linked | compiled_in
    bill = sbom.document(version, epoch, *([packages.package(name) for name in group] for group in (linked, compiled_in, other)))
    root.write("/usr/share/sbom/spillway.spdx.json", bill)
    root.mirror("/etc/os-release")
    for name in sorted(linked | other):
        root.write(f"/var/lib/dpkg/status.d/{name}", packages.status(name))


def version_of(server):
    return subprocess.run([server, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin-dir", type=pathlib.Path, required=True, help="where the built programs are")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the folder to make; must not exist")
    parser.add_argument("--version", help="what the programs must call themselves")
    parser.add_argument("--with-sim", action="store_true", help="add spillway-sim, for tests")
    arguments = parser.parse_args()

    version = version_of(arguments.bin_dir / "spillway-server")
    if arguments.version not in (None, version):
        raise SystemExit(f"the image is to be {arguments.version}, spillway-server says {version}")
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or 0)
    arguments.out.mkdir(parents=True)
    root = Root(arguments.out)
    libraries = add_programs(root, arguments.bin_dir, ["spillway-server", "spillway"] + ["spillway-sim"] * arguments.with_sim)
    add_authorities(root)
    for path, text in TEXTS.items():
        root.write(path, text)
    for path in MOUNT_POINTS:
        root.at(path).mkdir()
    add_bill(root, version, epoch, libraries)
    root.settle(epoch)


if __name__ == "__main__":
    main()
