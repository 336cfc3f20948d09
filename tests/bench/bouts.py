"""The running benchmark: upstream and subjects, and the bouts of load they are put through."""

import json
import os
import resource
import subprocess
import time

import measure
import processes
import subjects
from processes import BenchError


class CallsFailed(Exception):
    """The generator saw failures; the message names subject and faults."""


class Bench:
    """The upstream and the subjects, up and running, and the bouts between them."""

    def __init__(self, options, directory, stack, server_cpu, load_cpu):
        self._options = options
        self._load_cpu = load_cpu
        if self._load_cpu is not None:
            os.sched_setaffinity(0, {self._load_cpu})
        context = subjects.Context(directory, options.bin_dir, options.server, options.config)
        self._upstream = stack.enter_context(subjects.start_upstream(context, self._load_cpu))
        self._upstream.await_listening()
        self.servers = {}
        for name in options.names:
            port = processes.free_port()
            command = subjects.SUBJECTS[name](context, port)
            self.servers[name] = stack.enter_context(
                processes.Process(name, command, directory, port, server_cpu))
        for server in self.servers.values():
            server.await_listening()

    def load(self, name, *flags):
        """One run of the generator against a subject; raises unless every call succeeded."""
        server = self.servers[name]
        command = [str(self._options.bin_dir / "bench-load"), "--target", f"127.0.0.1:{server.port}",
                   "--model", subjects.MODEL, "--connections", str(self._options.connections)]
        for header in self._options.header:
            command += ["--header", header]
        try:
            done = subprocess.run(command + [str(flag) for flag in flags], capture_output=True, text=True,
                                  timeout=self._options.seconds + 60,
                                  preexec_fn=processes.pinned(self._load_cpu))
        except subprocess.TimeoutExpired as error:
            raise CallsFailed(f"{name}: the generator did not end in time") from error
        except OSError as error:
            raise BenchError(f"cannot start {command[0]}: {error.strerror}") from error
        server.check_alive()
        if done.returncode not in (0, 1):
            raise BenchError(f"{name}: {done.stderr.strip()}\nthe end of its log:\n{server.log_tail()}")
        result = json.loads(done.stdout)
        if done.returncode != 0 or result["failed"] != 0 or result["ok"] == 0:
            raise CallsFailed(f"{name}: {result['failed']} of {result['sent']} calls failed: "
                              f"{result['faults']}\nthe end of its log:\n{server.log_tail()}")
        return result

    def bout(self, name, *flags):
        """As load, with what it cost: `cpu_us` a call, and `others`, the cores other processes took."""
        own = [self._upstream, *self.servers.values()]
        before = [process.cpu_seconds() for process in own]
        generator_before = own_cpu_seconds()
        machine_before = measure.machine_cpu_seconds()
        start = time.monotonic()
        result = self.load(name, "--seconds", self._options.seconds, *flags)
        elapsed = time.monotonic() - start
        machine = measure.machine_cpu_seconds() - machine_before
        used = {process.name: process.cpu_seconds() - cpu for process, cpu in zip(own, before)}
        generator = own_cpu_seconds() - generator_before
        result["cpu_us"] = used[name] * 1e6 / result["ok"]
        result["server_cores"] = used[name] / elapsed
        result["others"] = max(0.0, machine - sum(used.values()) - generator) / elapsed
        return result

    def heat(self, names, *flags):
        """One bout of each subject, one after the other: {name: bout}."""
        bouts = {name: self.bout(name, *flags) for name in names}
        for server in self.servers.values():
            server.forget_log()
        return bouts


def own_cpu_seconds():
    """This process and its ended children, which are the generators."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
