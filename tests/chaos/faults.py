"""What can happen to a target: each fault's name, its colour in the picture, and the script that makes it.

A script is what tests/sim/README.md calls one. Faults without one happen to a process: it is killed, stopped, told to
read its configuration again.
"""

import json
import typing

# What a fault is from the outside; the order is that of the legend.
DOWN, SILENT, REFUSING, BROKEN, SLOW, MIXED = "down", "silent", "refusing", "broken", "slow", "mixed"
GROUPS = (DOWN, SILENT, REFUSING, BROKEN, SLOW, MIXED)

# What a target does when nothing is wrong: an answer of half a second, word by word.
WELL = "ok:delay_ms=10:pause_ms=20"


class Kind(typing.NamedTuple):
    group: str
    # In the table.
    means: str
    # random.Random -> script, as text; None: it happens to the process.
    script: typing.Callable | None = None


def _said(text):
    return lambda rng: text


def _cut(rng):
    return f"cut:after={rng.randint(1, 15)}:pause_ms=20:abort={'true' if rng.random() < 0.5 else 'false'}"


def _throttled(rng):
    return rng.choice(["rate_limited:retry_after=1", "rate_limited:retry_after_ms=700", "rate_limited"])


def _storm(rng):
    choices = [{"fault": "reset", "percent": 12}, {"fault": "overloaded", "percent": 12},
               {"fault": "cut", "after": rng.randint(1, 9), "pause_ms": 20, "percent": 12},
               {"fault": "stall", "after": rng.randint(0, 9), "percent": 8},
               {"fault": "garbage_event", "after": 2, "percent": 8}, {"fault": "silence", "percent": 4}]
    return json.dumps({"steps": [{"one_of": choices}], "then": "repeat", "seed": rng.randrange(1 << 30)})


KINDS = {
    "killed": Kind(DOWN, "SIGKILL, started again at the end"),
    "restarted": Kind(DOWN, "SIGKILL, started again at once"),
    "proxy killed": Kind(DOWN, "SIGKILL to nginx, both of its targets with it"),
    "proxy reloaded": Kind(DOWN, "SIGHUP to nginx"),
    "black hole": Kind(SILENT, "SIGSTOP: connections are taken by the kernel, nobody answers"),
    "proxy stopped": Kind(SILENT, "SIGSTOP to nginx's worker"),
    "silence": Kind(SILENT, "requests are read, none is answered", _said("silence")),
    "stall": Kind(SILENT, "answers stop in the middle, the connection stays", lambda rng: f"stall:after={rng.randint(0, 12)}"),
    "pings only": Kind(SILENT, "after some tokens nothing but signs of life",
                       lambda rng: f"stall_pings:after={rng.randint(1, 8)}:pause_ms=20"),
    "late": Kind(SILENT, "answers after 3 s, later than anybody waits", _said("ok:delay_ms=3000")),
    "throttled": Kind(REFUSING, "429, mostly with a Retry-After", _throttled),
    "overloaded": Kind(REFUSING, "503", _said("overloaded")),
    "server error": Kind(REFUSING, "500", _said("server_error")),
    "error in 200": Kind(REFUSING, "200 with an error in it", _said("error_in_200")),
    "cut": Kind(BROKEN, "the connection ends in mid-answer, half of the time with a reset", _cut),
    "reset": Kind(BROKEN, "RST before any byte of an answer", _said("reset")),
    "reset after head": Kind(BROKEN, "RST after the head", _said("reset_after_headers")),
    "garbage": Kind(BROKEN, "bytes that are not HTTP", _said("garbage")),
    "bad JSON": Kind(BROKEN, "half an answer that looks complete to HTTP", _said("bad_json")),
    "garbage event": Kind(BROKEN, "an event that nobody can read", _said("garbage_event:after=6:pause_ms=20")),
    "error event": Kind(BROKEN, "the API's error in mid-stream", _said("error_event:after=6:pause_ms=20")),
    "empty": Kind(BROKEN, "200 with nothing", _said("empty_body")),
    "huge head": Kind(BROKEN, "a header of 128 KiB", _said("oversized_header")),
    "slow": Kind(SLOW, "answers late and in drops, but whole", _said("slow:delay_ms=200:bytes=256:pause_ms=30")),
    "storm": Kind(MIXED, "half of the calls meet one of six faults, by chance", _storm),
}

# Of single targets; what happens to nginx happens to all that stand behind it.
OF_TARGETS = tuple(name for name in KINDS if not name.startswith("proxy"))
OF_PROXY = tuple(name for name in KINDS if name.startswith("proxy"))

# A run that has room for them has all of these.
REQUIRED = ("killed", "restarted", "black hole", "throttled", "cut", "slow", "garbage")
