#!/usr/bin/env python3
"""Runs a program in a root folder as a container runtime does in a pod that is restricted as far as Kubernetes can: the root is
read-only, the user is 65532 without a group beside its own, there are no capabilities and no way to new ones, and the program is
process 1 of its own process, mount, IPC and host name namespaces. (What is missing of a runtime: a seccomp profile, and cgroups.)

    container.py ROOT [--volume SOURCE:TARGET[:ro]]… -- PROGRAM [ARGUMENT]…

Needs root. The environment is handed on, and so are signals to stop or to reload; the exit code is the program's (128 + N: killed
by signal N). The network is the caller's.
"""

import argparse
import ctypes
import os
import signal
import sys

USER = 65532
NEWNS, NEWUTS, NEWIPC, NEWPID = 0x20000, 0x4000000, 0x8000000, 0x20000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 1, 24, 38, 47, 4
DEVICES = ["full", "null", "random", "urandom", "zero"]
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source, target, kind, flags, options=None):
    arguments = [text if text is None else os.fsencode(text) for text in (source, target, kind)]
    _check(_libc.mount(*arguments, ctypes.c_ulong(flags), options), f"mounting {source} at {target}")


def _bind(source, target, flags):
    """Flags of a bind mount count only when it is mounted once more."""
    _mount(source, target, None, BIND | REC)
    _mount(None, target, None, BIND | REMOUNT | flags)


def _furnish(root, volumes):
    """The mounts that a runtime adds. The root must have a place for each."""
    _mount(None, "/", None, REC | PRIVATE)
    _bind(root, root, RDONLY | NOSUID | NODEV)
    _mount("proc", f"{root}/proc", "proc", NOSUID | NODEV | NOEXEC)
    _mount("sysfs", f"{root}/sys", "sysfs", RDONLY | NOSUID | NODEV | NOEXEC)
    _mount("tmpfs", f"{root}/dev", "tmpfs", NOSUID, b"mode=755")
    for name in DEVICES:
        open(f"{root}/dev/{name}", "x").close()
        _mount(f"/dev/{name}", f"{root}/dev/{name}", None, BIND)
    for volume in volumes:
        source, target, *read_only = volume.split(":")
        _bind(source, root + target, NOSUID | NODEV | (RDONLY if read_only else 0))


def _give_up_privileges():
    last = int(open("/proc/sys/kernel/cap_last_cap").read())
    for capability in range(last + 1):
        _check(_libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), f"dropping capability {capability}")
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "dropping ambient capabilities")
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "forbidding new privileges")


def _become(root, volumes, command):
    """In process 1 of the new namespaces. Does not return."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "asking to die with the parent")
    _furnish(root, volumes)
    os.chroot(root)
    os.chdir("/")
    _give_up_privileges()
    os.execv(command[0], command)


def run(root, volumes, command):
    _check(_libc.unshare(NEWNS | NEWUTS | NEWIPC | NEWPID), "making namespaces")
    child = os.fork()
    if child == 0:
        try:
            _become(root, volumes, command)
        except OSError as error:
            print(f"container.py: {error}", file=sys.stderr)
        os._exit(125)
    for handed_on in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(handed_on, lambda number, _: os.kill(child, number))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root")
    parser.add_argument("--volume", action="append", default=[])
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    sys.exit(run(os.path.realpath(arguments.root), arguments.volume, arguments.command))


if __name__ == "__main__":
    main()
