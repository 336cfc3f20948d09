"""Starts and ends the benchmark's processes: pinned, logged to a file, on the loopback, by PID."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

import measure

PR_SET_PDEATHSIG = 1
API_KEY = "sk-bench-0000000000000000000000000000000000000000"
_libc = ctypes.CDLL(None, use_errno=True)


class BenchError(Exception):
    """The benchmark cannot go on; the message says why."""


def find_tool(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise BenchError(f"{name} is not installed")
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(cpu):
    """For preexec_fn: onto one CPU (None: any), and ended with the benchmark, however that ends."""
    def prepare():
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if cpu is not None:
            os.sched_setaffinity(0, {cpu})
    return prepare


class Process:
    """A server in the background. Use as a context manager: leaving ends it."""

    def __init__(self, name, command, directory, port, cpu, environment=None):
        self.name = name
        self.port = port
        self._log_path = directory / f"{name}.log"
        environment = dict(os.environ, BENCH_API_KEY=API_KEY) | (environment or {})
        with open(self._log_path, "ab") as log:  # appending, so that forget_log works
            try:
                self._process = subprocess.Popen(
                    [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    cwd=directory, env=environment, preexec_fn=pinned(cpu))
            except OSError as error:
                raise BenchError(f"{name}: cannot start {command[0]}: {error.strerror}") from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def pid(self):
        return self._process.pid

    def cpu_seconds(self):
        """Of the process and its descendants (nginx's worker)."""
        self.check_alive()
        return sum(measure.cpu_seconds(pid) for pid in [self.pid, *measure.descendants(self.pid)])

    def memory_kib(self):
        """As cpu_seconds; pages that the processes share are counted once."""
        self.check_alive()
        return measure.tree_memory_kib(self.pid)

    def check_alive(self):
        if self._process.poll() is not None:
            raise BenchError(f"{self.name} ended with exit code {self._process.returncode}; "
                             f"the end of its log:\n{self.log_tail()}")

    def log_tail(self):
        with open(self._log_path, "rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 2000))
            return log.read().decode(errors="replace")

    def forget_log(self):
        """Empties the log: a line a call would fill a disk in a long run."""
        os.truncate(self._log_path, 0)

    def await_listening(self, seconds=15):
        limit = time.monotonic() + seconds
        while True:
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError as error:
                if time.monotonic() > limit:
                    raise BenchError(f"{self.name} does not listen on port {self.port} after {seconds} s; "
                                     f"the end of its log:\n{self.log_tail()}") from error
            time.sleep(0.02)
