"""Says in Markdown how a run went, and whether what is promised held."""

import collections

import faults
from svg import percentile

KINDS = (("unary", "unary"), ("stream", "streams with `allow_reset`"), ("plain_stream", "plain streams"))
# A caller may only see these.
GOOD = {"unary": {"whole"}, "stream": {"whole"}, "plain_stream": {"whole", "broken"}}


def broken_promises(calls):
    """Calls that ended as none may."""
    return [call for call in calls if call["verdict"] not in GOOD[call["kind"]]]


def _ms(values, percent):
    value = percentile(values, percent)
    return "" if value is None else f"{value:,.0f}"


def _table(head, rows):
    """The first column is words, the others are numbers."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return lines + ["| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row) + " |" for row in rows]


def calls_table(calls):
    rows = []
    for kind, words in KINDS:
        ours = [call for call in calls if call["kind"] == kind]
        verdicts = collections.Counter(call["verdict"] for call in ours)
        ms = [call["ms"] for call in ours]
        rows.append([words, len(ours), verdicts["whole"], verdicts["broken"], verdicts["failed"],
                     verdicts["truncated"] + verdicts["wrong"], sum(len(call["attempts"]) > 1 for call in ours),
                     sum(call["resets"] > 0 for call in ours), _ms(ms, 50), _ms(ms, 99), _ms(ms, 100)])
    return _table(["calls", "sent", "whole", "broken off, said so", "failed", "wrong or truncated", "of these failed over",
                   "started over", "p50 ms", "p99 ms", "max ms"], rows)


def faults_table(made):
    rows = []
    for name, kind in faults.KINDS.items():
        ours = [fault for fault in made if fault.kind == name]
        if ours:
            rows.append([name, kind.means, len(ours), f"{sum(fault.end - fault.begin for fault in ours):.0f}"])
    lines = _table(["fault", "what it is", "times", "seconds"], rows)
    lines[1] = "| --- | --- | ---: | ---: |"
    return lines


def targets_table(reconciled, calls):
    failures = collections.defaultdict(collections.Counter)
    for call in calls:
        for attempt in call["attempts"]:
            failures[attempt["endpoint"]][attempt["outcome"]] += 1
    rows = []
    for one in reconciled:
        counts = failures[one.endpoint]
        worst = ", ".join(f"{name} {count:,}" for name, count in counts.most_common() if name != "ok")
        rows.append([one.endpoint, one.attempts, counts["ok"], worst, one.requests, one.never_arrived, one.proxy_own, one.resent,
                     "yes" if not one.differences else f"{len(one.differences)} calls differ"])
    lines = _table(["target", "attempts", "ok", "failed", "requests logged", "never arrived", "nginx's own answer", "sent again",
                    "every call adds up"], rows)
    lines[1] = "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- |"
    return lines


def books_table(pages):
    parties = ("callers", "metrics", "server's log")
    rows = [[page.what, *(page.totals.get(party, "") for party in parties), "yes" if not page.differences() else "NO"]
            for page in pages]
    return _table(["", *parties, "each is equal"], rows)


def render(run):
    """`run`: see chaos.py."""
    sick = sum((fault.end - fault.begin) * len(fault.targets) for fault in run.made) / (run.seconds * len(run.names))
    lines = [f"{run.seconds:g} s, {run.rate:g} calls a second, seed {run.seed}: {len(run.made)} faults; a target was sick for "
             f"{sick:.0%} of the time, on average.", ""]
    lines += calls_table(run.calls) + [""]
    lines += books_table(run.pages) + [""]
    lines += targets_table(run.reconciled, run.calls) + [""]
    lines += faults_table(run.made) + [""]
    lines.append(f"The server: {run.memory[0] / 1024:.0f} MiB after the first second, {run.memory[1] / 1024:.0f} MiB after the last; "
                 f"{run.descriptors[0]} and {run.descriptors[1]} descriptors; ended with exit code {run.exit_code}.")
    return "\n".join(lines) + "\n"
