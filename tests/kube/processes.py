"""Programs of the cluster: each in the background with a log of its own, and commands that must succeed."""

import os
import pathlib
import subprocess
import time


class ClusterError(Exception):
    """The trial cannot go on, or something is not as promised; the message says what."""


class EndedError(ClusterError):
    """A program of the cluster's ended by itself: no use in waiting on."""


def run(command, timeout=120, stderr=subprocess.PIPE, **more):
    """Standard output of a command that must succeed; with subprocess.STDOUT, its errors too."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False, timeout=timeout, **more)
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{' '.join(command)}: not done after {timeout} s") from error
    if done.returncode != 0:
        raise ClusterError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr or ''}")
    return done.stdout


def wait_until(what, condition, seconds=60, interval=0.2):
    """The first answer of `condition` that is true. What it raises counts as no; the last of it is in the message."""
    limit = time.monotonic() + seconds
    while True:
        error = None
        try:
            if answer := condition():
                return answer
        except EndedError:
            raise
        except (ClusterError, OSError) as problem:
            error = problem
        if time.monotonic() > limit:
            raise ClusterError(f"not after {seconds} s: {what}" + (f"\n{error}" if error else ""))
        time.sleep(interval)


class Processes:
    """Leaving ends them, the last one first."""

    def __init__(self, logs: pathlib.Path):
        self._logs = logs
        self._running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for _, process in reversed(self._running):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name, command, environment=None):
        with open(self._logs / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=os.environ | (environment or {}), start_new_session=True)
        self._running.append((name, process))
        return process

    def check(self):
        """Raises if one has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                raise EndedError(f"{name} ended with {process.returncode}:\n{self.tail(name)}")

    def tail(self, name, lines=15):
        text = (self._logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])
