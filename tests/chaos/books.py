"""Compares what three parties wrote down of the same run: the callers, the server, the providers.

Callers: chaos-load's line for each call, with the route that the server told it. Server: /metrics and its log. Providers:
the simulators' request logs and nginx's. Every request names the call it belongs to, so that they are compared call by
call, not in sums only.

Exact: calls by policy and code, attempts by target and outcome, failovers (callers = metrics = server's log); every
attempt that had an answer has a request with that status in the log of the provider or of the nginx before it; every
attempt that was served has an answer that the provider sent to its end, or was killed while it did.

Bounded, for what no log can know:
- An attempt without an answer may have reached nobody: a dead provider logs nothing. At most one request each is missing.
- A request that died without a byte of an answer may have come again on a fresh connection, within the same attempt
  (transport/pooled_http_client.cc): at most one more, and only if a provider's log has one that was not answered.
"""

import collections
import json
import re

CALL = re.compile(r"call (\d+):")
METRIC = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
# What nginx says itself when the simulator behind it is gone.
NGINX_OWN = (502, 504)


def read_lines(paths):
    """(objects, torn lines): a process that is killed may leave half a line behind, as its last."""
    objects, torn = [], 0
    for path in paths:
        if not path.exists():
            continue
        for line in path.read_text(errors="replace").splitlines():
            try:
                objects.append(json.loads(line))
            except json.JSONDecodeError:
                torn += 1
    return objects, torn


def metrics(text):
    """{name: {frozenset of labels: value}}"""
    found = collections.defaultdict(dict)
    for line in text.splitlines():
        match = METRIC.match(line)
        if match:
            name, labels, value = match.groups()
            found[name][frozenset(LABEL.findall(labels or ""))] = float(value)
    return found


def _by(series, *labels):
    """A counter's values by these labels; zeros left out."""
    counts = collections.Counter()
    for key, value in series.items():
        names = dict(key)
        counts[tuple(names.get(label, "") for label in labels)] += int(value)
    return +counts


class Requests:
    """The requests of one provider, by call."""

    def __init__(self):
        self.statuses = collections.defaultdict(collections.Counter)  # call: {status: requests}
        self.whole = collections.Counter()       # call: answers sent to their last byte
        self.unfinished = collections.Counter()  # call: answers whose end was not logged: killed meanwhile
        self.unanswered = collections.Counter()  # call: requests that may have had no byte of an answer
        self.proxy_own = collections.defaultdict(collections.Counter)  # call: {status: answers that nginx made itself}

    def lines(self, call):
        return sum(self.statuses[call].values()) if call in self.statuses else 0


def requests_of(starts, proxied=()):
    """`starts`: each start's log of a simulator; `proxied`: nginx's log of those requests, if it stands before it."""
    requests = Requests()
    for lines in starts:
        ends = {line["seq"]: line for line in lines if "done_ms" in line}
        for line in lines:
            found = CALL.search(line.get("body", ""))
            if found:
                _note(requests, int(found[1]), line, ends.get(line["seq"]), bool(proxied))
    for line in proxied:
        found = CALL.search(line["body"])
        if found and line["status"] in NGINX_OWN:
            requests.proxy_own[int(found[1])][line["status"]] += 1
    return requests


def _note(requests, call, line, end, behind_proxy):
    requests.statuses[call][line["status"]] += 1
    requests.unfinished[call] += end is None
    requests.whole[call] += end is not None and not end["peer_closed"] and line["fault"] in ("ok", "slow")
    # Whoever leaves nginx alone is nginx, which may have died; whoever leaves a simulator without one is the server itself.
    requests.unanswered[call] += end is None or line["fault"] == "reset" or (behind_proxy and end["peer_closed"])


def outcomes(calls):
    counts = collections.Counter()
    for call in calls:
        counts.update((attempt["endpoint"], attempt["outcome"]) for attempt in call["attempts"])
    return counts


def failovers(calls):
    counts = collections.Counter()
    for call in calls:
        for one, next_one in zip(call["attempts"], call["attempts"][1:]):
            if one["endpoint"] != next_one["endpoint"]:
                counts[one["endpoint"], next_one["endpoint"], one["outcome"]] += 1
    return counts


def _logged_calls(server_log):
    return [line for line in server_log if line.get("event") == "call"]


def _logged_outcomes(server_log):
    counts = collections.Counter()
    for line in _logged_calls(server_log):
        counts.update((attempt["endpoint"], attempt.get("failure", "ok")) for attempt in line.get("attempts", []))
    return counts


class Page:
    """One comparison: the same counts as several parties have them."""

    def __init__(self, what, sides):
        self.what = what
        self.sides = sides  # {party: Counter}

    @property
    def totals(self):
        return {party: sum(counts.values()) for party, counts in self.sides.items()}

    def differences(self):
        found = []
        for key in sorted(set().union(*self.sides.values()), key=str):
            values = {party: counts[key] for party, counts in self.sides.items()}
            if len(set(values.values())) > 1:
                named = ", ".join(f"{party} {value}" for party, value in values.items())
                found.append(f"{self.what}, {' '.join(map(str, key))}: {named}")
        return found


def pages(calls, scraped, server_log):
    logged = _logged_calls(server_log)
    return [
        Page("calls by policy and code", {
            "callers": collections.Counter((call["model"], call["code"]) for call in calls),
            "metrics": _by(scraped["spillway_calls_total"], "policy", "code"),
            "server's log": collections.Counter((line.get("policy", ""), line["code"]) for line in logged)}),
        Page("attempts by target and outcome", {
            "callers": outcomes(calls),
            "metrics": _by(scraped["spillway_attempts_total"], "endpoint", "outcome"),
            "server's log": _logged_outcomes(server_log)}),
        Page("failovers by target and failure", {
            "callers": failovers(calls),
            "metrics": _by(scraped["spillway_failovers_total"], "from_endpoint", "to_endpoint", "failure")})]


class Reconciled:
    """One provider's log against the attempts at it."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.attempts = self.requests = self.never_arrived = self.resent = self.proxy_own = 0
        self.differences = []


def reconcile(endpoint, calls, requests):
    """Call by call; see above for what may differ and by how much."""
    sum_of, attempts_of = Reconciled(endpoint), collections.defaultdict(list)
    for call in calls:
        for attempt in call["attempts"]:
            if attempt["endpoint"] == endpoint:
                attempts_of[call["call"]].append(attempt)
    for call in sorted(set(attempts_of) | set(requests.statuses)):
        where = f"{endpoint}, call {call}"
        sum_of.differences += [f"{where}: {what}" for what in _reconcile_call(call, attempts_of.get(call, []), requests, sum_of)]
    return sum_of


def _reconcile_call(call, attempts, requests, sum_of):
    answered = collections.Counter(attempt["http_status"] for attempt in attempts if attempt["http_status"])
    served = sum(attempt["outcome"] == "ok" for attempt in attempts)
    by_proxy = sum((answered & requests.proxy_own[call]).values()) if call in requests.proxy_own else 0
    silent, lines = len(attempts) - sum(answered.values()), requests.lines(call)
    sum_of.attempts += len(attempts)
    sum_of.requests += lines
    sum_of.proxy_own += by_proxy
    sum_of.never_arrived += max(0, len(attempts) - lines)
    sum_of.resent += max(0, lines - len(attempts))
    if len(attempts) - lines > silent + by_proxy:
        yield f"{len(attempts)} attempts, {silent} of them without an answer and {by_proxy} answered by nginx; {lines} requests logged"
    if lines - len(attempts) > requests.unanswered[call]:
        yield f"{lines} requests logged, {requests.unanswered[call]} of them without an answer; {len(attempts)} attempts"
    for status, count in answered.items():
        logged = requests.statuses[call][status] if call in requests.statuses else 0
        logged += requests.proxy_own[call][status] if call in requests.proxy_own else 0
        if count > logged:
            yield f"{count} attempts got status {status}, the provider's log has {logged}"
    if served > requests.whole[call] + requests.unfinished[call]:
        yield f"{served} attempts were served, the provider sent {requests.whole[call]} whole answers"
