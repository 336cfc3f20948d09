"""Turns the rounds of a comparison into Markdown tables: medians [quartiles], and ratios taken within each round.

A round is {subject: {"closed": figures, "open": figures}}; those of the direct call are "closed" and "open RATE". A bout
that was never quiet is None, and then missing from its round.
"""

import gateways
import measure
import peer_programs

NULL, DOOR, DIRECT, FAILING = "null", "door", gateways.DIRECT, gateways.FAILING
# Below this share of its core, the server was not what limited the calls a second.
SATURATED = 0.9


def figures(bout):
    """What is kept of a bout."""
    kept = {key: bout[key] for key in ("ok", "calls_per_second", "others", "exchanges", "connections")}
    kept |= {key: bout[key] for key in ("cpu_us", "cores") if key in bout}
    return kept | {"p50": bout["latency_us"]["p50"], "p99": bout["latency_us"]["p99"],
                   "lag_p99": bout["send_lag_us"]["p99"]}


def progress(index, round_):
    cpu = ", ".join(f"{name} {bouts['closed']['cpu_us']:.0f}" for name, bouts in round_.items()
                    if name != DIRECT and bouts["closed"])
    return f"round {index}, CPU us a call: {cpu}"


def any_quiet(result):
    return any(bout for round_ in result["rounds"] for bouts in round_.values() for bout in bouts.values())


class Rounds:
    """Figures of the rounds, as medians."""

    def __init__(self, result):
        self._rounds, self._rates = result["rounds"], result["rates"]

    def _bout(self, round_, name, kind):
        return round_.get(name, {}).get(kind)

    def of(self, name, kind, key):
        """None: there is no quiet bout."""
        bouts = [self._bout(round_, name, kind) for round_ in self._rounds]
        return summary(bout[key] for bout in bouts if bout)

    def pairs(self, name, kind, key, combine, other, other_kind=None):
        """`combine` of the subject's figure and the other's, in the rounds that have both."""
        found = []
        for round_ in self._rounds:
            mine, theirs = self._bout(round_, name, kind), self._bout(round_, other, other_kind or kind)
            if mine and theirs:
                found.append(combine(mine[key], theirs[key]))
        return summary(found)

    def ratio(self, name, other):
        return self.pairs(name, "closed", "cpu_us", lambda a, b: a / b, other)

    def added(self, name, key):
        return self.pairs(name, "open", key, lambda a, b: a - b, DIRECT, f"open {self._rates.get(name)}")

    def calls_per_second(self, name):
        found, cores = self.of(name, "closed", "calls_per_second"), self.of(name, "closed", "cores") if name != DIRECT else None
        limited = cores is not None and cores["median"] < SATURATED
        return ("at least " if limited else "") + cell(found)


def summary(values):
    values = list(values)
    return measure.summary(values) if values else None


def cell(values, digits=0, suffix=""):
    if values is None:
        return ""
    low, high = (f"{values[key]:,.{digits}f}" for key in ("q1", "q3"))
    return f"{values['median']:,.{digits}f}{suffix} [{low} {high}]"


def ratio_cell(values):
    digits = 2 if values is not None and values["median"] < 10 else 0
    return cell(values, digits, "x")


def title(name):
    return "direct call" if name == DIRECT else gateways.gateway_of(name).title


def markdown_table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "| --- |" + " ---: |" * (len(header) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def markdown(result):
    rounds = Rounds(result)
    there = {name for round_ in result["rounds"] for name in round_} | set(result["memory"]) | set(result["start"])
    names = [name for name in gateways.subject_names() if name in there and name not in result["failed"]]
    healthy = [name for name in names if not name.endswith(FAILING)]
    parts = [heading(result), ["### At saturation", "", *saturation(result, rounds, healthy)],
             ["### At a fixed rate", "", *fixed_rate(result, rounds, healthy)],
             ["### Failing over", "", *failing_over(result, rounds, [name for name in names if name.endswith(FAILING)])],
             ["### Memory and start", "", *memory(result, [name for name in healthy if name != DIRECT])],
             ["### Versions, and who is missing", "", *versions(result), *oddities(result, rounds)]]
    return "\n\n".join("\n".join(part) for part in parts)


def heading(result):
    settings, machine = result["settings"], result["machine"]
    calls = sum(bout["ok"] for round_ in result["rounds"] for bouts in round_.values() for bout in bouts.values() if bout)
    sittings = f" in {result['sittings']} sittings" if result["sittings"] > 1 else ""
    return [f"{len(result['rounds'])} rounds{sittings}, bouts of {settings['seconds']:g} s, medians [quartiles]; {calls:,} calls; "
            f"{result['dropped']} bouts repeated for other processes; {'not pinned' if settings['no_pin'] else 'pinned'}; "
            f"{machine['cpu']}, {machine['cpus']} CPUs, Linux {machine['kernel']}."]


def saturation(result, rounds, names):
    header = [f"{result['settings']['in_flight']} calls in flight", "CPU us a call", "by null routers", "by Spillway's door",
              "calls/s"]
    return markdown_table(header, [
        [title(name), cell(rounds.of(name, "closed", "cpu_us"), 1) if name != DIRECT else "",
         ratio_cell(rounds.ratio(name, NULL)) if name != DIRECT else "",
         ratio_cell(rounds.ratio(name, DOOR)) if name != DIRECT else "",
         rounds.calls_per_second(name)] for name in names])


def fixed_rate(result, rounds, names):
    rows = []
    if DIRECT in names:
        rows = [[f"direct call, {rate:,} calls/s", f"{rate:,}", "", cell(rounds.of(DIRECT, f"open {rate}", "p50")),
                 cell(rounds.of(DIRECT, f"open {rate}", "p99")), "", ""]
                for rate in sorted(set(result["rates"].values()), reverse=True)]
    rows += [[title(name), f"{result['rates'].get(name, 0):,}", cell(rounds.of(name, "open", "cpu_us"), 0),
              cell(rounds.of(name, "open", "p50")), cell(rounds.of(name, "open", "p99")),
              cell(rounds.added(name, "p50")), cell(rounds.added(name, "p99"))] for name in names if name != DIRECT]
    return markdown_table(["open loop", "calls/s", "CPU us a call", "p50 us", "p99 us", "added p50 us", "added p99 us"], rows)


def failing_over(result, rounds, names):
    header = ["the primary answers 500", "CPU us a call", "by itself, healthy", "by Spillway's door", "calls/s",
              "TLS handshakes a call", "open loop, calls/s", "added p50 us", "added p99 us"]
    return markdown_table(header, [
        [title(name), cell(rounds.of(name, "closed", "cpu_us"), 1), ratio_cell(rounds.ratio(name, name.removesuffix(FAILING))),
         ratio_cell(rounds.ratio(name, DOOR + FAILING)), rounds.calls_per_second(name), handshakes(rounds, name),
         f"{result['rates'].get(name, 0):,}",
         cell(rounds.added(name, "p50")), cell(rounds.added(name, "p99"))] for name in names])


def handshakes(rounds, name):
    """A connection of the upstream is a TLS handshake, full or resumed."""
    found = rounds.of(name, "closed", "connections")
    return f"{found['median']:.2f}" if found else ""


def oddities(result, rounds):
    """Who asked the upstream more or less often than once a call, or twice where the primary fails."""
    found = []
    for name in result["rates"]:
        wanted, exchanges = 2 if name.endswith(FAILING) else 1, rounds.of(name, "closed", "exchanges")
        if exchanges and abs(exchanges["median"] - wanted) > 0.02:
            found.append(f"- {title(name)}{', failing over' if wanted == 2 else ''}: {exchanges['median']:.2f} exchanges with the "
                         f"upstream a call, not {wanted}.")
    return found


def memory(result, names):
    rows = []
    for name in names:
        held, silent = result["memory"].get(name, {}), result["silent"].get(name)
        starts = result["start"].get(name)
        rows.append([title(name)] + [f"{held[key] / 1024:.1f}" if key in held else "" for key in ("idle_kib", "loaded_kib")]
                    + [f"{silent['each_kib']:.1f}" if silent else "",
                       cell(measure.summary(of * 1000 for of in starts)) if starts else ""])
    return markdown_table(["", "RSS MiB, idle", "loaded", f"KiB a call in flight, of {result['settings']['silent']:,}",
                           "start to first answer, ms"], rows)


def versions(result):
    lines = [f"- {gateways.GATEWAYS[name].title}: {version}." for name, version in result["programs"].items()]
    lines += [f"- {title(name)}{', failing over' if name.endswith(FAILING) else ''}: left out, {why.splitlines()[0]}"
              for name, why in result["left_out"].items()]
    lines += [f"- {title(name)}{', failing over' if name.endswith(FAILING) else ''}: left out for failed calls, {why}"
              for name, why in result["failed"].items()]
    return lines + [f"- {name}: not measured. {why}." for name, why in peer_programs.NOT_TO_BE_HAD.items()]
