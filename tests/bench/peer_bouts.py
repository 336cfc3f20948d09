"""The subjects, up and running side by side, and the bouts of load each is put through in its turn.

Whoever cannot be started, or fails its first call, is left out with the reason.
"""

import time

import gateways
import measure
import peer_programs
import subjects
from bouts import CallsFailed, own_cpu_seconds
from peer_instances import START_SECONDS
from processes import BenchError

# In the open loop. HTTP/1.1 carries one call at a time on each.
OPEN_CONNECTIONS = 64
# Rates of the open loop, the highest first; and the share of what a subject can do that is asked of it.
RATES = [1000, 500, 200, 100, 50, 20, 10, 5]
SHARE = 0.7


class PeerBouts:
    def __init__(self, options, instances, stack):
        self._options, self._instances, self._stack = options, instances, stack
        self._running = {}  # subject: (process, place)

    def start(self, names):
        """Starts and tries the subjects; returns {subject: why it is left out}."""
        left_out = {}
        for name in names:
            if name == gateways.DIRECT:
                continue
            gateway = gateways.gateway_of(name)
            try:
                peer_programs.ensure(gateway.program, self._options.install)
                place = self._instances.subject_place(name)
                self._running[name] = (self._instances.start(self._stack, name, gateway, place), place)
            except (peer_programs.Missing, BenchError) as error:
                left_out[name] = str(error)
        for name, (process, _) in list(self._running.items()):
            try:
                process.await_listening(START_SECONDS)
                self._load(name, "--count", 1, "--in-flight", 1)
            except (BenchError, CallsFailed) as error:
                left_out[name] = str(error)
                self._running.pop(name)
                process.__exit__()
        return left_out

    def stop(self):
        for process, _ in self._running.values():
            process.__exit__()
        self._running.clear()

    def memory_kib(self, name):
        return self._running[name][0].memory_kib()

    def rate_for(self, name):
        """The highest rate that leaves the subject some air, by a closed loop that warms it up."""
        can_do = self.closed(name, self._options.warm_up)["calls_per_second"]
        return next((rate for rate in RATES if rate <= min(can_do * SHARE, self._options.rate)), RATES[-1])

    def closed(self, name, seconds):
        return self._bout(name, "--in-flight", self._options.in_flight,
                          "--connections", 1 if self._multiplexes(name) else self._options.in_flight,
                          "--seconds", seconds)

    def open(self, name, seconds, rate):
        return self._bout(name, "--rate", rate, "--connections", 1 if self._multiplexes(name) else OPEN_CONNECTIONS,
                          "--seconds", seconds)

    @staticmethod
    def _multiplexes(name):
        return name != gateways.DIRECT and gateways.gateway_of(name).grpc

    def _load(self, name, *flags):
        if name == gateways.DIRECT:
            return self._instances.generate(name, self._instances.load_command(None, None, *flags), None)
        process, place = self._running[name]
        command = self._instances.load_command(gateways.gateway_of(name), place, *flags)
        return self._instances.generate(name, command, process)

    def _bout(self, name, *flags):
        """A run of load, with what it cost: `cpu_us` a call; and `others`, the cores that everybody else took.

        `exchanges` and `connections` are the upstream's, a call: a failover is two exchanges, or it is none.
        """
        process = self._running[name][0] if name in self._running else None
        own = [self._instances.upstream] + ([process] if process else [])
        before, generator = [member.cpu_seconds() for member in own], own_cpu_seconds()
        machine, start = measure.machine_cpu_seconds(), time.monotonic()
        connections, exchanges = subjects.upstream_counts(self._instances.context)
        result = self._load(name, *flags)
        counts = subjects.upstream_counts(self._instances.context)
        elapsed = time.monotonic() - start
        used = [member.cpu_seconds() - cpu for member, cpu in zip(own, before)]
        machine = measure.machine_cpu_seconds() - machine - (own_cpu_seconds() - generator) - sum(used)
        if process is not None:
            process.forget_log()
            result |= {"cpu_us": used[1] * 1e6 / result["ok"], "cores": used[1] / result["seconds"]}
        return result | {"others": max(0.0, machine) / elapsed, "connections": (counts[0] - connections) / result["ok"],
                         "exchanges": (counts[1] - exchanges) / result["ok"]}
