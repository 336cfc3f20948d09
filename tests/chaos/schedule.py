"""Which fault happens to whom and when: the same for the same seed, and always fair.

Fair means: whenever a call begins, one target of each policy is well from RECOVERY before that moment until LONGEST_CALL
after it. So it is neither sick nor still suspended for what it was before, and it stays well until the call has ended,
wherever else that has been meanwhile. `unfair` says where a schedule is not; it shares nothing with what makes one.

Times are seconds since the load's start.
"""

import random
import typing

import faults

# From a fault's end until the target serves again: the last attempts of the sick time fail (2 s: pings instead of
# tokens are borne for four times stream_idle_timeout), then it is suspended (1.5 s), then one probe (0.6 s).
RECOVERY = 4.5
# A call that is as unlucky as it can be: three targets in turn fail it after 2.2 s each, the fourth takes its time.
LONGEST_CALL = 7.5

# So that sums of seconds, which are not exact, leave no gap.
ROUNDING = 0.01

LEAD_IN, LEAD_OUT = 2.0, 6.0
TENURE = (12.0, 22.0)
FAULT_SECONDS = (1.5, 6.0)
# Dead for a moment only; long enough for a slow machine.
RESTART_SECONDS = 1.0
PAUSE_SECONDS = (0.3, 2.0)
PROXY_SECONDS = (1.5, 4.0)
PROXY_EVERY = 12.0
SHORTEST_FOR_ALL = 45


class Fault(typing.NamedTuple):
    begin: float
    end: float
    kind: str
    targets: tuple
    # For the simulator; None: it happens to the process.
    script: str | None = None


def _without(spans, begin, end):
    """The spans, less what lies between begin and end."""
    cut = [(a, min(b, begin)) for a, b in spans] + [(max(a, end), b) for a, b in spans]
    return sorted((a, b) for a, b in cut if b > a)


def _common(spans, others):
    both = [(max(a, c), min(b, d)) for a, b in spans for c, d in others]
    return sorted((a, b) for a, b in both if b > a)


def _free_spans(rng, seconds, targets):
    """{target: [(begin, end), …]} in which it may be sick: one target in turn is kept well, and overlaps with the next."""
    free = {target: [(LEAD_IN, seconds - LEAD_OUT)] for target in targets}
    kept, begin = rng.choice(targets), 0.0
    while begin < seconds:
        end = begin + rng.uniform(*TENURE)
        free[kept] = _without(free[kept], begin - RECOVERY - ROUNDING, end + LONGEST_CALL + ROUNDING)
        kept, begin = rng.choice([target for target in targets if target != kept]), end
    return free


class _Deck:
    """Deals every kind before any comes again."""

    def __init__(self, rng, kinds, first=()):
        self._rng, self._kinds, self._left = rng, list(kinds), list(first)
        self._rng.shuffle(self._left)

    def deal(self):
        if not self._left:
            self._left = list(self._kinds)
            self._rng.shuffle(self._left)
        return self._left.pop()


def _fill(rng, span, lengths, pick):
    """Faults one after another, with pauses, for as long as there is room."""
    made, at = [], span[0] + rng.uniform(0, PAUSE_SECONDS[1])
    while span[1] - at >= lengths[0]:
        length = min(rng.uniform(*lengths), span[1] - at)
        made.append(pick(at, at + length))
        at = made[-1].end + rng.uniform(*PAUSE_SECONDS)
    return made


def _proxy_faults(rng, free, fronted):
    deck = _Deck(rng, faults.OF_PROXY)
    common = free[fronted[0]]
    for target in fronted[1:]:
        common = _common(common, free[target])
    made, last = [], -PROXY_EVERY
    for begin, end in common:
        at = max(begin, last + PROXY_EVERY)
        if end - at < PROXY_SECONDS[0]:
            continue
        length = min(rng.uniform(*PROXY_SECONDS), end - at)
        made.append(Fault(at, at + length, deck.deal(), tuple(fronted)))
        last = at
    return made


def _draw(rng, seconds, targets, fronted):
    free = _free_spans(rng, seconds, targets)
    made = _proxy_faults(rng, free, fronted) if fronted else []
    for fault in made:
        for target in fault.targets:
            free[target] = _without(free[target], fault.begin - PAUSE_SECONDS[0], fault.end + PAUSE_SECONDS[0])
    deck = _Deck(rng, faults.OF_TARGETS, faults.REQUIRED)
    spans = [(span, target) for target in targets for span in free[target]]
    rng.shuffle(spans)  # so that no target always gets the deck's first
    for span, target in spans:
        def pick(begin, end, target=target):
            kind = deck.deal()
            script = faults.KINDS[kind].script
            end = begin + RESTART_SECONDS if kind == "restarted" else end
            return Fault(begin, end, kind, (target,), script(rng) if script else None)
        made += _fill(rng, span, FAULT_SECONDS, pick)
    return sorted(made)


def make(seed, seconds, targets, fronted=()):
    """[Fault, …] in order. A run long enough has every fault of faults.REQUIRED and one of nginx, whatever the seed."""
    for attempt in range(1000):
        rng = random.Random(f"{seed}/{attempt}")
        made = _draw(rng, seconds, list(targets), list(fronted))
        kinds = {fault.kind for fault in made}
        complete = kinds.issuperset(faults.REQUIRED) and (not fronted or kinds.intersection(faults.OF_PROXY))
        if complete or seconds < SHORTEST_FOR_ALL:
            return made
    raise AssertionError("no schedule has every fault: the windows are too small")


def unfair(made, seconds, policies):
    """["policy gpt: nobody is well at 12.3 s", …]: none is as it should be. `policies`: {name: [target, …]}."""
    found = []
    for policy, targets in policies.items():
        nobody = [(0.0, seconds)]
        for target in targets:
            sick = [(fault.begin - LONGEST_CALL, fault.end + RECOVERY) for fault in made if target in fault.targets]
            nobody = _common(nobody, _merged(sick))
        found += [f"policy {policy}: nobody is well for a call that begins between {a:.2f} s and {b:.2f} s" for a, b in nobody]
    return found


def _merged(spans):
    merged = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def overlapping(made):
    """Pairs of faults that meet on one target: each must have ended before the next begins."""
    pairs = []
    for index, one in enumerate(made):
        for other in made[index + 1:]:
            if set(one.targets) & set(other.targets) and one.begin < other.end and other.begin < one.end:
                pairs.append((one, other))
    return pairs
