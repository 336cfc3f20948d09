#!/usr/bin/env python3
"""Measures what the codecs cost, in time and in heap allocations, beside what their JSON costs alone.

Runs codec-bench. Beside each codec stands the yardstick: the same bytes parsed and written by Boost.JSON, in
the same run; the ratio to it is what carries over to other machines. Times are reported, never judged. Exits 1
when a codec did otherwise than meant, 2 when codec-bench could not be run.
"""

import sys

import google_benchmark
from google_benchmark import markdown

DIRECTIONS = [
    ("encode", "a request written"),
    ("decode", "an answer read"),
    ("answer", "an answer written"),
    ("stream", "a streamed answer read"),
    ("chunks", "a streamed answer written"),
]


def time(ns):
    return f"{ns / 1000:.2f} us" if ns < 10_000 else f"{ns / 1000:,.0f} us"


def kilobytes(size):
    return f"{int(size) // 1000:,} KB"


def exchanges(results, direction):
    """(API and size) of everything measured in that direction, in the program's order."""
    return [name.split("/", 1)[1] for name in results if name.startswith(direction + "/")]


def ratio(results, direction, exchange):
    return results[f"{direction}/{exchange}"]["ns"] / results[f"{direction}_json/{exchange}"]["ns"]


def row(results, direction, exchange):
    codec, alone = results[f"{direction}/{exchange}"], results[f"{direction}_json/{exchange}"]
    api, size = exchange.split("/bytes:")
    return [f"`{api}`, {kilobytes(size)}", time(codec["ns"]), f"{codec['allocations']:,.0f}", time(alone["ns"]),
            f"{alone['allocations']:,.0f}", f"{ratio(results, direction, exchange):.2f}"]


def tables(results):
    return "\n\n".join(
        markdown([words, "codec", "allocations", "JSON alone", "allocations", "ratio"],
                 [row(results, direction, exchange) for exchange in exchanges(results, direction)])
        for direction, words in DIRECTIONS if exchanges(results, direction))


def main(argv):
    return google_benchmark.main(argv, description=__doc__.splitlines()[0], program="codec-bench", name="codecs",
                                 tables=tables)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
