"""A process in the background that can be killed, stopped and started again. Always by its own PID, never by name."""

import ctypes
import os
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ChaosError(Exception):
    """The run cannot begin, or cannot go on; the message says why."""


def free_ports(count):
    """Below the ports that the system gives to clients, so that nobody takes one while its server is dead."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as line:
        limit = int(line.read().split()[0])
    found, holders = [], []
    try:
        for port in range(limit - 1, 1024, -7):
            holder = socket.socket()
            holders.append(holder)
            try:
                holder.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
            if len(found) == count:
                return found
    finally:
        for holder in holders:
            holder.close()
    raise ChaosError(f"no {count} free ports below {limit}")


def await_listening(port, check, seconds=15):
    """`check` raises if nobody ever will."""
    limit = time.monotonic() + seconds
    while True:
        check()
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError as error:
            if time.monotonic() > limit:
                raise ChaosError(f"nobody listens on port {port} after {seconds} s") from error
        time.sleep(0.005)


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as listing:
            found += [int(child) for child in listing.read().split()]
    return found


def _kill_and_await(pid):
    """Of a process that is not our own child: until it has let go of its sockets."""
    try:
        os.kill(pid, signal.SIGKILL)
        limit = time.monotonic() + 2
        while time.monotonic() < limit:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return
            time.sleep(0.002)
    except (ProcessLookupError, FileNotFoundError):
        pass


def _ends_with_parent(number):
    """For preexec_fn: however the parent ends."""
    return lambda: _libc.prctl(PR_SET_PDEATHSIG, number)


class Daemon:
    """Use as a context manager: leaving ends it. `orphan_signal` is what it gets if we are killed ourselves."""

    def __init__(self, name, directory, environment=None, orphan_signal=signal.SIGKILL):
        self.name = name
        self._directory = directory
        self._orphan_signal = orphan_signal
        self._environment = dict(os.environ) | (environment or {})
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self, command):
        """Standard output and error go to NAME.log, behind what is there. From the main thread only: the process ends
        with the thread that started it."""
        with open(self.log_path, "ab") as log:
            try:
                self._process = subprocess.Popen(
                    [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    cwd=self._directory, env=self._environment, preexec_fn=_ends_with_parent(self._orphan_signal),
                    start_new_session=True)  # Ctrl-C is for us: who ends first is ours to say
            except OSError as error:
                raise ChaosError(f"{self.name}: cannot start {command[0]}: {error.strerror}") from error

    @property
    def log_path(self):
        return self._directory / f"{self.name}.log"

    @property
    def pid(self):
        return self._process.pid

    def log_tail(self):
        with open(self.log_path, "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 2000))
            return log.read().decode(errors="replace")

    def exit_code(self):
        """None: it runs."""
        return self._process.poll()

    def check_alive(self):
        if self.exit_code() is not None:
            raise ChaosError(f"{self.name} ended with exit code {self.exit_code()}; the end of its log:\n{self.log_tail()}")

    def signal(self, number):
        self._process.send_signal(number)

    def kill(self):
        """Whatever it is doing, stopped or not, and its children after it, who might take its place."""
        if self._process is None or self._process.poll() is not None:
            return
        family = children(self.pid)
        self._process.kill()
        self._process.wait()
        for child in family:
            _kill_and_await(child)

    def end(self, seconds):
        """Politely; its exit code, or None if it had to be killed."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def wait(self, seconds):
        return self._process.wait(timeout=seconds)

    def memory_kib(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))
