"""What a root folder holds, seen from outside."""

import hashlib
import os
import pathlib
import re
import subprocess

ELF = b"\x7fELF"


def files(root):
    return [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]


def elf_files(root):
    return [path for path in files(root) if path.read_bytes()[:4] == ELF]


def needed_by(file):
    listed = _readelf("--dynamic", file)
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", listed))


def hardening(program):
    """Which of Debian's measures it has."""
    header, segments, dynamic = (_readelf(option, program) for option in ("--file-header", "--segments", "--dynamic"))
    symbols = _readelf("--dyn-syms", program)
    return {
        "position independent": re.search(r"Type:\s+DYN", header) is not None,
        "stack not executable": re.search(r"GNU_STACK.*\n?.*RW ", segments) is not None,
        "relocations read-only": "GNU_RELRO" in segments,
        "bound at start": re.search(r"FLAGS.*\bNOW\b", dynamic) is not None,
        "stack protector": "__stack_chk_fail" in symbols,
        "no search path of its own": not re.search(r"\((RPATH|RUNPATH)\)", dynamic),
        "stripped": ".symtab" not in _readelf("--sections", program),
    }


def fortified(program):
    return bool(re.search(r"__\w+_chk@", _readelf("--dyn-syms", program).replace("__stack_chk_fail", "")))


def snapshot(root):
    """Every name with its mode, owner, time and content."""
    return {str(path.relative_to(root)): _fingerprint(path) for path in sorted(root.rglob("*"))}


def resolve(root, path):
    """The file that `path` is, to somebody for whom `root` is /."""
    current = pathlib.PurePosixPath("/")
    parts = list(pathlib.PurePosixPath(path).parts[1:])
    while parts:
        step = current / parts.pop(0)
        outside = root / step.relative_to("/")
        if outside.is_symlink():
            parts = list(pathlib.PurePosixPath(os.path.normpath(current / os.readlink(outside))).parts[1:]) + parts
            current = pathlib.PurePosixPath("/")
        else:
            current = step
    return root / current.relative_to("/")


def _fingerprint(path):
    about = path.lstat()
    content = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return about.st_mode, about.st_uid, about.st_gid, about.st_mtime_ns, content


def _readelf(option, file):
    return subprocess.run(["readelf", "--wide", option, file], check=True, capture_output=True, text=True).stdout
