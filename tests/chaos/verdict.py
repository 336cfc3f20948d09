"""Whether what is promised held, in words and as an exit code."""

import sys

import report
import svg

# What RECOVERY of schedule.py has to spare. A fault that ends later than that may leave nobody well.
LATE = 0.4

# A machine that stands still for so long makes targets that are well seem silent: stage.py's policies give them as little
# as 0.5 s.
STALLED = 0.3


def complaints(run):
    """Everything that is not as promised, in words."""
    found = list(run.notes)
    sent = int(run.rate * run.seconds)
    if len(run.calls) != sent:
        found.append(f"{sent} calls were to be made, {len(run.calls)} have ended")
    for call in report.broken_promises(run.calls):
        at = (call["due_ms"] / 1000, (call["due_ms"] + call["ms"]) / 1000)
        meanwhile = ", ".join(f"{'+'.join(fault.targets)} {fault.kind}" for fault in run.made
                              if fault.begin < at[1] and at[0] < fault.end + 1)
        tried = ", ".join(f"{attempt['endpoint']} {attempt['outcome']}" for attempt in call["attempts"])
        found.append(f"call {call['call']} ({call['kind']}, {call['model']}), {at[0]:.2f} s to {at[1]:.2f} s: {call['verdict']}, "
                     f"{call['code']} {call.get('reason', '')} {call.get('message', '')}; tried: {tried}; meanwhile: {meanwhile}")
    for page in run.pages:
        found += page.differences()
    for one in run.reconciled:
        found += one.differences
    if run.exit_code != 0:
        found.append(f"the server ended with exit code {run.exit_code}")
    return found


def judge(run, directory):
    title = f"{run.seconds:g} s, {run.rate:g} calls a second, seed {run.seed}"
    text = report.render(run)
    (directory / "report.md").write_text(text)
    (directory / "timeline.svg").write_text(svg.render(title, run.calls, run.made, run.seconds, run.names))
    print(text)
    found = complaints(run)
    for complaint in found[:20]:
        print(f"chaos: {complaint}", file=sys.stderr)
    if len(found) > 20:
        print(f"chaos: and {len(found) - 20} more", file=sys.stderr)
    if run.latest > LATE:
        print(f"chaos: a fault ended {run.latest:.2f} s late, more than {LATE:g} s: the machine is too slow for the run to say "
              "anything", file=sys.stderr)
        return 2
    if found and run.stalled > STALLED:
        print(f"chaos: the machine stood still for {run.stalled:.2f} s, more than {STALLED:g} s: what failed may be its fault",
              file=sys.stderr)
        return 2
    if found:
        return 1
    broken = sum(call["verdict"] == "broken" for call in run.calls)
    print(f"No call failed, no answer was truncated, all books agree. {broken} plain streams broke off and said so.")
    return 0
