"""Calls Spillway: Route, Chat, StreamChat, and a call that fails. README.md says how to run it."""

import os
import sys
from pathlib import Path

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from spillway.v1 import chat_pb2, router_pb2, router_pb2_grpc

SERVICE_CONFIG = Path(__file__).parent.parent / "service-config.json"
DEADLINE = 30  # Seconds.


def connect(server):
    """One channel serves a whole process, from any number of threads."""
    options = [
        ("grpc.service_config", SERVICE_CONFIG.read_text()),
        # Finds out that a server has vanished without a word. The server allows a ping every 5 s.
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        # An answer with images in it is larger than gRPC's 4 MiB.
        ("grpc.max_receive_message_length", 64 << 20),
    ]
    ca = os.environ.get("SPILLWAY_CA")
    if not ca:
        return grpc.insecure_channel(server, options)
    credentials = grpc.ssl_channel_credentials(Path(ca).read_bytes())
    return grpc.secure_channel(server, credentials, options)


def metadata():
    key = os.environ.get("SPILLWAY_KEY")
    return [("authorization", f"Bearer {key}")] if key else []


def request(model):
    question = chat_pb2.Message(role=chat_pb2.ROLE_USER, content="Say this is a test!")
    return chat_pb2.ChatRequest(model=model, messages=[question])


def name(target):
    return f"{target.endpoint}/{target.model}"


def served_by(call):
    headers = dict(call.initial_metadata())
    return f"served by: {headers['x-spillway-provider']} {headers['x-spillway-model']}"


def route(stub, model):
    """What a call would do this instant; calls nobody."""
    answer = stub.Route(router_pb2.RouteRequest(model=model), timeout=DEADLINE, metadata=metadata())
    first = next(candidate for candidate in answer.candidates if candidate.would_try)
    print("route:", name(first.target))
    for candidate in answer.candidates:
        print(f"candidate: {name(candidate.target)}: {candidate.reason}")


def chat(stub, model):
    answer, call = stub.Chat.with_call(request(model), timeout=DEADLINE, metadata=metadata())
    print("chat:", answer.choices[0].message.content)
    print(served_by(call))


def stream(stub, model):
    call = stub.StreamChat(request(model), timeout=DEADLINE, metadata=metadata())
    print("stream: ", end="")
    # The loop raises if the answer breaks off: only its end means that it is whole.
    for event in call:
        print(event.delta.content, end="", flush=True)
    print()
    print(served_by(call))


def fail(stub, model):
    """What the error of a failed call says."""
    try:
        stub.Chat(request(model), timeout=DEADLINE, metadata=metadata())
    except grpc.RpcError as error:
        explain(error)
    else:
        sys.exit(f"{model} should have failed")


def explain(error):
    status = rpc_status.from_call(error)
    if status is None:
        raise error
    found = {}
    for kind in (error_details_pb2.ErrorInfo, error_details_pb2.RetryInfo, chat_pb2.RouteTrace):
        for detail in status.details:
            if detail.Is(kind.DESCRIPTOR):
                found[kind] = kind.FromString(detail.value)
    print("failed:", error.code().name, found[error_details_pb2.ErrorInfo].reason)
    if retry := found.get(error_details_pb2.RetryInfo):
        print("retry in:", retry.retry_delay.ToTimedelta().total_seconds(), "s")
    for attempt in found[chat_pb2.RouteTrace].attempts:
        failure = chat_pb2.Failure.Name(attempt.failure)
        print(f"attempt: {name(attempt.target)}: {failure} {attempt.http_status}")


def main(server):
    model = os.environ.get("MODEL", "gpt-4o")
    failing_model = os.environ.get("FAILING_MODEL")
    with connect(server) as channel:
        stub = router_pb2_grpc.RouterServiceStub(channel)
        route(stub, model)
        chat(stub, model)
        stream(stub, model)
        if failing_model:
            fail(stub, failing_model)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.exit("usage: main.py HOST:PORT"))
