"""What a fresh instance of a gateway tells: the memory of calls in flight, and the time from exec to an answer."""

import contextlib
import json
import time

import gateways
import measure
import processes
from peer_instances import START_SECONDS
from processes import BenchError

# Calls in flight before those that are counted: what is made once is made by then.
FIRST_SILENT = 50
# For the last of them to reach the upstream.
REACH_SECONDS = 45
# For what was taken in to be worked off. Garbage collectors may do more, later.
SETTLE_SECONDS = 0.7


def silent_kib(instances, name, calls):
    """What each of `calls` calls in flight to a silent upstream makes a gateway hold."""
    gateway = gateways.gateway_of(name)
    with contextlib.ExitStack() as stack:
        silent = _silent_upstream(instances, stack)
        place = instances.place(name, silent, silent)
        process = instances.start(stack, name, gateway, place)
        process.await_listening(START_SECONDS)
        before = measure.established(silent)
        _hold(instances, stack, gateway, place, FIRST_SILENT)
        _await_established(process, silent, before + FIRST_SILENT)
        first = process.memory_kib()
        _hold(instances, stack, gateway, place, calls)
        _await_established(process, silent, before + FIRST_SILENT + calls)
        return {"calls": calls, "each_kib": (process.memory_kib() - first) / calls}


def _silent_upstream(instances, stack):
    context = instances.context
    port = processes.free_port()
    command = [context.bin_dir / "spillway-sim", "--cert", context.certificate, "--key", context.certificate_key,
               "--log-entries", 0, "--openai", f"silent=127.0.0.1:{port},tls,fault=silence"]
    instances.beside(stack, "silent", command, port).await_listening()
    return port


def _hold(instances, stack, gateway, place, calls):
    """Calls that nobody will answer, until the stack is left."""
    command = instances.load_command(gateway, place, "--count", calls, "--in-flight", calls, "--connections",
                                     min(calls, 10) if gateway.grpc else calls, "--drain-seconds", 100)
    instances.beside(stack, "callers", command)


def _await_established(process, port, wanted):
    limit = time.monotonic() + REACH_SECONDS
    while measure.established(port) < wanted:
        process.check_alive()
        if time.monotonic() > limit:
            raise BenchError(f"{process.name}: {measure.established(port)} of {wanted} calls reached the silent upstream")
        time.sleep(0.05)
    time.sleep(SETTLE_SECONDS)


def start_seconds(instances, name):
    """From exec to the first successful answer."""
    gateway = gateways.gateway_of(name)
    with contextlib.ExitStack() as stack:
        place = instances.subject_place(name)
        command = instances.load_command(gateway, place, "--count", 1, "--in-flight", 1, "--wait-seconds", START_SECONDS)
        # The generator is there first, and asks every millisecond whether anybody listens.
        generator = _first_call(instances, stack, command)
        time.sleep(0.2)
        begun = time.monotonic()
        process = instances.start(stack, name, gateway, place)
        while True:
            output = generator.communicate(timeout=2 * START_SECONDS)[0]
            process.check_alive()
            if generator.returncode == 0:
                return json.loads(output)["first_success_s"] - begun
            if time.monotonic() > begun + START_SECONDS:
                raise BenchError(f"{name}: no call succeeded within {START_SECONDS} s of its start")
            generator = _first_call(instances, stack, command)


def _first_call(instances, stack, command):
    generator = stack.enter_context(instances.generator(command))
    stack.callback(generator.kill)
    return generator
