#!/usr/bin/env python3
"""Calls Spillway at a steady rate by one gRPC channel, as a caller in the cluster would, until SIGTERM.

Unary calls and streams in turn, by round robin, each answer checked whole. Prints `ready` when it begins, and a JSON object at the
end: how many calls there were, and those that failed and how. Exits 0 when none failed.
"""

import argparse
import concurrent.futures
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the simulated providers say to that.
QUESTION, ANSWER = "Say this is a test!", "This is a test!"
# What docs/operations.md tells callers to have.
SERVICE_CONFIG = {"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": ""}}


def load_messages(directory):
    """Compiles the schema with protoc; the generated modules stay in `directory`."""
    subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={directory}",
                    *(str(path) for path in (ROOT / "proto/spillway/v1").glob("*.proto"))], check=True)
    sys.path.insert(0, str(directory))
    from spillway.v1 import chat_pb2  # pylint: disable=import-error,import-outside-toplevel
    return chat_pb2


class Caller:
    def __init__(self, grpc, messages, options):
        chat = messages
        self._grpc, self._timeout = grpc, options.timeout
        self._request = chat.ChatRequest(model=options.model)
        self._request.messages.add(role=chat.ROLE_USER, content=QUESTION)
        self._streams = not options.plain
        settings = [] if options.plain else [("grpc.service_config", json.dumps(SERVICE_CONFIG)),
                                             ("grpc.dns_min_time_between_resolutions_ms", options.look_up_ms)]
        channel = grpc.insecure_channel(options.target, [*settings, ("grpc.enable_http_proxy", 0)])
        service = "/spillway.v1.RouterService/"
        self._chat = channel.unary_unary(f"{service}Chat", chat.ChatRequest.SerializeToString, chat.ChatResponse.FromString)
        self._stream = channel.unary_stream(f"{service}StreamChat", chat.ChatRequest.SerializeToString,
                                            chat.ChatEvent.FromString)
        self._lock = threading.Lock()
        self.failures = []
        self.calls = 0

    def call(self, number):
        begin = time.time()
        problem = self._problem_of_stream() if self._streams and number % 2 else self._problem_of_unary()
        with self._lock:
            self.calls += 1
            if problem:
                self.failures.append({"at": round(begin, 3), "seconds": round(time.time() - begin, 3), "what": problem})

    def _problem_of_unary(self):
        try:
            answer = self._chat(self._request, timeout=self._timeout)
            return None if answer.choices[0].message.content == ANSWER else f"Chat: {answer}"
        except self._grpc.RpcError as error:
            return f"Chat {error.code().name}: {error.details()}"

    def _problem_of_stream(self):
        text = ""
        try:
            for event in self._stream(self._request, timeout=self._timeout):
                text += event.delta.content
            return None if text == ANSWER else f"StreamChat: {text!r}"
        except self._grpc.RpcError as error:
            return f"StreamChat {error.code().name} after {text!r}: {error.details()}"


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", required=True, help="as gRPC takes it, such as dns:///spillway-headless:50051")
    parser.add_argument("--model", required=True)
    parser.add_argument("--plain", action="store_true", help="unary calls only, by a channel without any settings")
    parser.add_argument("--look-up-ms", type=int, default=30000, help="least time between two look-ups of the name (default: gRPC's)")
    parser.add_argument("--rate", type=float, default=40, help="calls a second (default 40)")
    parser.add_argument("--timeout", type=float, default=15, help="of a call, in seconds (default 15)")
    options = parser.parse_args(argv)
    import grpc  # pylint: disable=import-outside-toplevel
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with tempfile.TemporaryDirectory() as directory:
        caller = Caller(grpc, load_messages(directory), options)
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            print("ready", flush=True)
            due, number = time.monotonic(), 0
            while not stop.wait(max(0, due - time.monotonic())):
                pool.submit(caller.call, number)
                number += 1
                due += 1 / options.rate
    print(json.dumps({"calls": caller.calls, "failures": caller.failures[:20], "failed": len(caller.failures)}))
    return 1 if caller.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
