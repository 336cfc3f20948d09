"""One run of the comparison with peers: fresh instances first, then rounds of bouts, until there are enough or time is up."""

import json
import sys
import time

import gateways
import measure
import peer_programs
import peer_report
import peer_trials
from bouts import CallsFailed
from peer_bouts import PeerBouts
from processes import BenchError

# What must not change when a run is taken up again.
SETTINGS = ("seconds", "in_flight", "rate", "silent", "max_others", "no_pin")
# A quiet bout is tried for so often, then done without.
TRIES = 3


def new_result(options):
    return {"machine": measure.describe_machine(), "settings": {key: getattr(options, key) for key in SETTINGS},
            "sittings": 0, "dropped": 0, "programs": {}, "left_out": {}, "failed": {}, "rates": {}, "memory": {},
            "silent": {}, "start": {}, "rounds": []}


def load_result(options):
    if not (options.resume and options.output is not None and options.output.exists()):
        return new_result(options)
    result = json.loads(options.output.read_text())
    if result["settings"] != new_result(options)["settings"]:
        raise BenchError(f"--resume: {options.output} was measured with other settings: {result['settings']}")
    return result


class Run:
    """One sitting. What it finds goes into `result`, which is written whenever there is more."""

    def __init__(self, options, result, instances, stack):
        self._options, self._result = options, result
        self._instances, self._bouts = instances, PeerBouts(options, instances, stack)
        self._names = list(options.names)
        for name in self._names:  # of an earlier sitting
            result["left_out"].pop(name, None)
            result["failed"].pop(name, None)

    def run(self):
        self._result["sittings"] += 1
        self._prepare_programs()
        deadline = time.monotonic() + self._options.minutes * 60
        self._trials()
        for name, why in self._bouts.start(self._names).items():
            self._leave_out(name, why)
        for name in self._servers():
            self._memory(name, "idle_kib")
        self._choose_rates()
        self._rounds(deadline)
        for name in self._servers():
            self._memory(name, "loaded_kib")
        self._bouts.stop()
        self._save()

    def _servers(self):
        return [name for name in self._names if name != gateways.DIRECT]

    def _prepare_programs(self):
        """Installs what is missing before anything is timed."""
        for name in self._servers():
            program = gateways.gateway_of(name).program
            try:
                peer_programs.ensure(program, self._options.install)
                if program is not None and program not in self._result["programs"]:
                    self._result["programs"][program] = peer_programs.PROGRAMS[program].version()
            except peer_programs.Missing as error:
                self._leave_out(name, str(error))

    def _leave_out(self, name, why):
        print(f"peers: {name} is left out: {why}", file=sys.stderr)
        self._result["left_out"][name] = why
        self._names.remove(name)

    def _trials(self):
        for name in [name for name in self._servers() if not name.endswith(gateways.FAILING)]:
            for key, trial in (("silent", self._silent), ("start", self._starts)):
                if name in self._result[key]:
                    continue
                try:
                    self._result[key][name] = trial(name)
                    print(f"{name}, {key}: {self._result[key][name]}", file=sys.stderr)
                except (BenchError, CallsFailed) as error:
                    print(f"peers: {name}: no figure ({key}): {error}", file=sys.stderr)
            self._save()

    def _silent(self, name):
        return peer_trials.silent_kib(self._instances, name, self._options.silent) if self._options.silent else None

    def _starts(self, name):
        times = []
        # Whoever needs long to start differs less from one time to the next.
        while len(times) < self._options.starts and (sum(times) < 15 or len(times) < 2):
            times.append(peer_trials.start_seconds(self._instances, name))
        return times

    def _memory(self, name, key):
        self._result["memory"].setdefault(name, {})[key] = self._bouts.memory_kib(name)

    def _choose_rates(self):
        for name in self._servers():
            try:
                rate = self._bouts.rate_for(name)
                self._result["rates"].setdefault(name, rate)
            except (CallsFailed, BenchError) as error:
                self._fail(name, error)

    def _rounds(self, deadline):
        longest = 0
        while len(self._result["rounds"]) < self._options.rounds:
            begun = time.monotonic()
            if begun + longest > deadline:
                print(f"peers: time is up after {len(self._result['rounds'])} rounds", file=sys.stderr)
                break
            self._result["rounds"].append(self._round(len(self._result["rounds"])))
            longest = max(longest, time.monotonic() - begun)
            self._save()

    def _round(self, index):
        # Every other round goes backwards, so that no subject always follows the same other.
        round_ = {}
        for name in list(self._names) if index % 2 == 0 else self._names[::-1]:
            try:
                round_[name] = self._direct() if name == gateways.DIRECT else self._subject(name)
            except (CallsFailed, BenchError) as error:
                self._fail(name, error)
        self._names = [name for name in self._names if name not in self._result["failed"]]
        print(peer_report.progress(index + 1, round_), file=sys.stderr)
        return round_

    def _subject(self, name):
        seconds = self._options.seconds
        return {"closed": self._quiet(lambda: self._bouts.closed(name, seconds)),
                "open": self._quiet(lambda: self._bouts.open(name, seconds, self._result["rates"][name]))}

    def _direct(self):
        """At every rate that somebody has: waking up takes longer at a lower one."""
        seconds, rates = self._options.seconds, sorted({self._result["rates"][name] for name in self._servers()})
        found = {"closed": self._quiet(lambda: self._bouts.closed(gateways.DIRECT, seconds))}
        for rate in rates:
            found[f"open {rate}"] = self._quiet(lambda rate=rate: self._bouts.open(gateways.DIRECT, seconds, rate))
        return found

    def _quiet(self, bout):
        """The bout's figures, or None when it was never quiet."""
        for _ in range(TRIES):
            found = bout()
            if found["others"] <= self._options.max_others:
                return peer_report.figures(found)
            self._result["dropped"] += 1
        return None

    def _fail(self, name, error):
        print(f"peers: {error}", file=sys.stderr)
        self._result["failed"][name] = str(error).splitlines()[0]
        if name in self._names:
            self._names.remove(name)

    def _save(self):
        if self._options.output is not None:
            self._options.output.write_text(json.dumps(self._result, indent=1) + "\n")
