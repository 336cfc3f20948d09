"""What a Python test of the door asks with_door.mjs's stage for."""

import contextlib
import json
import os
import time
import urllib.request

import httpx2

KEY = "door-sdk-test-0123456789abcdef"
LIMITED_KEY = "door-sdk-test-limited-0123456789"
WRONG_KEY = "not-the-key-0123456789abcdef"
ANSWERED_MODEL = "gpt-4o-2024-08-06"

# What door_tests.mjs asks by questions.mjs.
TEST_QUESTION = "Say this is a test!"
TEST_ANSWER = "This is a test!"
WEATHER_QUESTION = "Use get_weather for Paris."
WEATHER_ARGUMENTS = {"city": "example", "days": 1}
WEATHER_RESULT = "21 degrees"
WEATHER_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
# One red pixel.
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElF"
    "TkSuQmCC"
)

# How a provider may break a stream that has begun.
BREAKS = ("cut:after=2", "cut:after=2:abort=true", "error_event:after=2", "garbage_event:after=2", "no_finish")

_PORTS = json.loads(os.environ["SPILLWAY_SIM_PORTS"])


def _control(path, body=None):
    method = "GET" if body is None else "PUT"
    request = urllib.request.Request(f"http://{_PORTS['control']}{path}", body, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


class Provider:
    """A simulated one."""

    def __init__(self, name):
        self.name = name

    def script(self, steps):
        _control(f"/personalities/{self.name}/script", json.dumps({"steps": steps, "then": "ok"}).encode())

    def requests(self, since=0):
        return _control(f"/log?personality={self.name}&since={since}")

    @contextlib.contextmanager
    def watched(self):
        """Fills the list it gives with the requests made meanwhile. Nobody else may be calling."""
        before = self.requests()
        seen = []
        yield seen
        seen += self.requests(before[-1]["seq"] if before else 0)

    def wait_until_left(self, request):
        """Until the provider has seen the last of `request` leave."""
        patience = time.monotonic() + 5
        while time.monotonic() < patience:
            entry = self.requests(request["seq"] - 1)[0]
            if entry["peer_closed_ms"] is not None:
                return
            assert not entry["done"], "the provider was done before anybody left"
            time.sleep(0.02)
        raise AssertionError("the connection to the provider was not closed")


class Door:
    """The door as the client of that name (one of door_config.mjs) meets it."""

    url = os.environ.get("DOOR_URL")
    key = KEY

    def __init__(self, client):
        self.client = client
        self.first = Provider(f"{client}-first")
        self.second = Provider(f"{client}-second")
        # Fails over from `first` to `second`.
        self.model = f"gpt-4o-{client}"
        # Has only `first`.
        self.lone = f"{self.model}-lone"

    @contextlib.contextmanager
    def meeting(self, *steps):
        """Meanwhile the first provider plays `steps`."""
        self.first.script(list(steps))
        try:
            yield
        finally:
            self.first.script([])

    def http_client(self):
        """One that writes down what went and came, for check_description.mjs."""
        return httpx2.Client(transport=_Recorder(self.client))


class _Recorder(httpx2.BaseTransport):
    def __init__(self, client):
        self._client = client
        self._transport = httpx2.HTTPTransport()

    def handle_request(self, request):
        response = self._transport.handle_request(request)
        record = {"client": self._client, "method": request.method, "path": request.url.path}
        if request.content:
            record["request"] = json.loads(request.content)
        record |= {"status": response.status_code, "type": response.headers.get("content-type")}
        response.stream = _RecordedStream(response.stream, record)
        return response

    def close(self):
        self._transport.close()


class _RecordedStream(httpx2.SyncByteStream):
    def __init__(self, stream, record):
        self._stream = stream
        self._record = record

    def __iter__(self):
        pieces = []
        try:
            for piece in self._stream:
                pieces.append(piece)
                yield piece
        finally:
            answer = b"".join(pieces).decode()
            with open(os.environ["DOOR_EXCHANGES"], "a", encoding="utf-8") as exchanges:
                print(json.dumps(self._record | {"answer": answer}), file=exchanges)

    def close(self):
        self._stream.close()
