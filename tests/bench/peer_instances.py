"""Instances of gateways, the upstream they share, and the calls they are sent.

Every instance has one CPU, generator and upstreams have the other.
"""

import json
import os
import subprocess

import gateways
import processes
import subjects
from bouts import CallsFailed
from processes import BenchError

# Of the answer's text: a gateway may write the answer anew, but not another one.
EXPECTED = "print the label we send you"
# LiteLLM takes ten seconds alone, and everybody starts at once.
START_SECONDS = 120


class Instances:
    def __init__(self, options, directory, stack, server_cpu, load_cpu):
        self._options, self._directory = options, directory
        self._server_cpu, self._load_cpu = server_cpu, load_cpu
        if load_cpu is not None:
            os.sched_setaffinity(0, {load_cpu})
        self.context = subjects.Context(directory, options.bin_dir, options.server, None)
        self.upstream = stack.enter_context(subjects.start_upstream(self.context, load_cpu))
        self.upstream.await_listening()
        self._places = 0

    def place(self, name, primary, secondary):
        """A folder and a port for a new instance."""
        self._places += 1
        directory = self._directory / f"{name}-{self._places}"
        directory.mkdir()
        directory.chmod(0o777)  # nginx's worker is another user when root starts it
        return gateways.Place(self.context, directory, processes.free_port(), primary, secondary)

    def subject_place(self, name):
        good = self.context.upstream_port
        return self.place(name, self.context.failing_port if name.endswith(gateways.FAILING) else good, good)

    def start(self, stack, name, gateway, place):
        """Starts an instance without waiting for it. It ends with the stack."""
        return stack.enter_context(processes.Process(name, gateway.command(place), place.directory, place.port,
                                                     self._server_cpu, gateway.environment(place)))

    def beside(self, stack, name, command, port=0):
        """Starts something that is not measured, on the generator's CPU."""
        return stack.enter_context(processes.Process(name, command, self._directory, port, self._load_cpu))

    def load_command(self, gateway, place, *flags):
        """The generator's command line. Without a gateway: straight to the upstream."""
        port = self.context.upstream_port if gateway is None else place.port
        command = [self._options.bin_dir / "bench-load", "--target", f"127.0.0.1:{port}", *flags]
        if gateway is None or not gateway.grpc:
            command += ["--http", "--expect", EXPECTED]
        if gateway is None:
            command += ["--ca", self.context.certificate]
        for header in gateway.headers(place) if gateway is not None else []:
            command += ["--header", header]
        return [str(part) for part in command]

    def generator(self, command):
        """The generator in the background; its output is to be read."""
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                preexec_fn=processes.pinned(self._load_cpu))

    def generate(self, name, command, process):
        """One run of the generator; raises unless every call succeeded."""
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS + 60,
                                  preexec_fn=processes.pinned(self._load_cpu))
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BenchError(f"{name}: the generator: {error}") from error
        log = ""
        if process is not None:
            process.check_alive()
            log = f"; the end of its log:\n{process.log_tail()}"
        if done.returncode not in (0, 1):
            raise BenchError(f"{name}: {done.stderr.strip()}{log}")
        result = json.loads(done.stdout)
        if done.returncode != 0 or result["failed"] != 0 or result["ok"] == 0:
            raise CallsFailed(f"{name}: {result['failed']} of {result['sent']} calls failed: {result['faults']}{log}")
        return result
