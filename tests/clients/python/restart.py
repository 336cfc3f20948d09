"""Calls two servers over one channel until stdin ends, and says how many calls failed. See ../README.md."""

import os
import sys
import threading

import grpc

from main import DEADLINE, SERVICE_CONFIG, metadata, request
from spillway.v1 import router_pb2_grpc

CALLERS = 4


def connect(servers):
    """As a headless service's name would: several addresses, one name in their certificates."""
    with open(os.environ["SPILLWAY_CA"], "rb") as ca:
        credentials = grpc.ssl_channel_credentials(ca.read())
    options = [
        ("grpc.service_config", SERVICE_CONFIG.read_text()),
        ("grpc.default_authority", "localhost"),
    ]
    return grpc.secure_channel(f"ipv4:{servers}", credentials, options)


class Caller(threading.Thread):
    def __init__(self, stub, over):
        super().__init__()
        self.stub, self.over = stub, over
        self.calls, self.failures = 0, []

    def run(self):
        while not self.over.is_set():
            self.calls += 1
            try:
                self.stub.Chat(request(os.environ["MODEL"]), timeout=DEADLINE, metadata=metadata())
            except grpc.RpcError as error:
                self.failures.append(f"failure: {error.code().name} {error.details()}")


def main(servers):
    over = threading.Event()
    with connect(servers) as channel:
        stub = router_pb2_grpc.RouterServiceStub(channel)
        callers = [Caller(stub, over) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        sys.stdin.read()
        over.set()
        for caller in callers:
            caller.join()
    failures = [failure for caller in callers for failure in caller.failures]
    print("calls:", sum(caller.calls for caller in callers))
    print("failed:", len(failures))
    for failure in failures:
        print(failure)


if __name__ == "__main__":
    main(sys.argv[1])
