"""Turns quiet heats into a result: medians with quartiles, and each subject against the first.

A heat is one bout of each subject, {name: bout}; heats come by kind, {"closed": [heat, …], "open": […]}.
"""

import measure

# What is said of a subject: title, key, kind of the bout, figure in it, decimals.
FIGURES = [
    ("CPU us/call, closed", "cpu_us_per_call", "closed", lambda bout: bout["cpu_us"], 1),
    ("calls/s, closed", "calls_per_second", "closed", lambda bout: bout["calls_per_second"], 0),
    ("cores, closed", "server_cores", "closed", lambda bout: bout["server_cores"], 2),
    ("CPU us/call, open", "open_cpu_us_per_call", "open", lambda bout: bout["cpu_us"], 1),
    ("p50 us, open", "open_p50_us", "open", lambda bout: bout["latency_us"]["p50"], 0),
    ("p99 us, open", "open_p99_us", "open", lambda bout: bout["latency_us"]["p99"], 0),
    ("p99.9 us, open", "open_p99.9_us", "open", lambda bout: bout["latency_us"]["p99.9"], 0),
    ("p99 send lag us", "open_send_lag_p99_us", "open", lambda bout: bout["send_lag_us"]["p99"], 0),
]

# What is said of a subject and the first: key, the figure's key above, how the two combine.
COMPARISONS = [
    ("cpu_ratio", "cpu_us_per_call", lambda a, b: a / b),
    ("open_cpu_ratio", "open_cpu_us_per_call", lambda a, b: a / b),
    ("added_p50_us", "open_p50_us", lambda a, b: a - b),
    ("added_p99_us", "open_p99_us", lambda a, b: a - b),
]


def progress(index, kind, heat, names, others, quiet):
    """A heat's CPU ratios in words."""
    first = heat[names[0]]["cpu_us"]
    ratios = "".join(f"{name} {heat[name]['cpu_us'] / first:.2f}x, " for name in names[1:])
    return f"round {index}, {kind}: {ratios}others {others:.2f} cores{'' if quiet else ', dropped'}"


def summarise(options, heats, dropped, memory):
    first = options.names[0]
    values = {name: {key: [read(heat[name]) for heat in heats[kind]] for _, key, kind, read, _ in FIGURES}
              for name in options.names}
    calls = sum(bout["ok"] for kind in heats.values() for heat in kind for bout in heat.values())
    settings = {key: getattr(options, key)
                for key in ("seconds", "in_flight", "rate", "connections", "max_others")}
    return {
        "machine": measure.describe_machine(),
        "settings": settings | {"pinned": not options.no_pin, "calls": calls, "dropped_heats": dropped,
                                "quiet_heats": {kind: len(quiet) for kind, quiet in heats.items()}},
        "yardstick": first,
        "subjects": {name: {key: measure.summary(of) for key, of in values[name].items()}
                     | {"memory": memory[name]} for name in options.names},
        "against_yardstick": {name: comparison(values[name], values[first]) for name in options.names[1:]},
    }


def comparison(values, yardstick):
    """Within each heat, so that the machine's drift from one to the next falls out."""
    return {key: measure.summary(combine(a, b) for a, b in zip(values[figure], yardstick[figure]))
            for key, figure, combine in COMPARISONS}


def table(result):
    settings = result["settings"]
    quiet = settings["quiet_heats"]
    lines = [
        f"{quiet['closed']} closed and {quiet['open']} open bouts of {settings['seconds']:g} s each, medians "
        f"[quartiles]; {settings['dropped_heats']} times dropped for other processes",
        f"{settings['in_flight']} in flight closed, {settings['rate']:g} calls/s open, "
        f"{settings['connections']} connection(s), {'pinned' if settings['pinned'] else 'not pinned'}; "
        f"{settings['calls']} calls, none failed",
        f"{result['machine']['cpu']}, {result['machine']['cpus']} CPUs, Linux {result['machine']['kernel']}",
        "",
        f"{'':<20}" + "".join(f"{name:>26}" for name in result["subjects"]),
    ]
    for title, key, _, _, digits in FIGURES:
        cells = (spread(values[key], digits) for values in result["subjects"].values())
        lines.append(f"{title:<20}" + "".join(f"{cell:>26}" for cell in cells))
    for title, key in [("RSS idle", "idle_kib"), ("RSS loaded", "loaded_kib"), ("RSS peak", "peak_kib")]:
        cells = (f"{values['memory'][key] / 1024:.1f} MiB" for values in result["subjects"].values())
        lines.append(f"{title:<20}" + "".join(f"{cell:>26}" for cell in cells))
    for name, against in result["against_yardstick"].items():
        lines += ["", f"{name} against {result['yardstick']}: CPU {spread(against['cpu_ratio'], 3)}x closed, "
                  f"{spread(against['open_cpu_ratio'], 3)}x open; added p50 "
                  f"{spread(against['added_p50_us'], 0)} us, p99 {spread(against['added_p99_us'], 0)} us"]
    return "\n".join(lines)


def spread(values, digits):
    return f"{values['median']:.{digits}f} [{values['q1']:.{digits}f} {values['q3']:.{digits}f}]"
