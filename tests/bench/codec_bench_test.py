#!/usr/bin/env python3
"""Tests of codec-bench and what reads it: every codec does as meant, and has its yardstick beside it.

Run by ctest (label bench) with --bin-dir. No test asserts that something was fast.
"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

import codec_bench
import google_benchmark

BIN_DIR = google_benchmark.DEFAULT_BIN_DIR


class CodecsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.results = google_benchmark.run(BIN_DIR / "codec-bench", repetitions=1, min_seconds=0.001)

    def test_both_directions_are_measured_at_the_same_apis_and_sizes(self):
        encoded, decoded = (codec_bench.exchanges(self.results, direction) for direction in ("encode", "decode"))
        self.assertEqual(encoded, decoded)
        self.assertLessEqual({"openai/bytes:1000", "openai/bytes:100000"}, set(encoded))

    def test_exchanges_are_about_as_long_as_their_names_say(self):
        for name, of in self.results.items():
            wanted = int(name.split("/bytes:")[1])
            self.assertLess(abs(of["bytes"] - wanted), wanted / 2, name)

    def test_a_codec_and_its_yardstick_have_the_same_bytes(self):
        for direction, _ in codec_bench.DIRECTIONS:
            for exchange in codec_bench.exchanges(self.results, direction):
                self.assertEqual(self.results[f"{direction}/{exchange}"]["bytes"],
                                 self.results[f"{direction}_json/{exchange}"]["bytes"], exchange)

    def test_codecs_allocate_less_than_a_json_document_would(self):
        for direction, _ in codec_bench.DIRECTIONS:
            for exchange in codec_bench.exchanges(self.results, direction):
                self.assertLess(self.results[f"{direction}/{exchange}"]["allocations"],
                                self.results[f"{direction}_json/{exchange}"]["allocations"], exchange)

    def test_a_long_conversation_costs_openais_encoder_no_further_allocation(self):
        for api in ("openai", "azure_openai"):
            short, long = (self.results[f"encode/{api}/bytes:{size}"]["allocations"] for size in (1000, 100000))
            self.assertEqual(short, long, api)

    def test_a_long_stream_costs_what_its_parts_cost(self):
        for exchange in codec_bench.exchanges(self.results, "stream"):
            api, size = exchange.split("/bytes:")
            if size == "10000000":
                long, short = self.results[f"stream/{exchange}"], self.results[f"stream/{api}/bytes:1000000"]
                self.assertLess(long["allocations"] / long["bytes"], 1.1 * short["allocations"] / short["bytes"], api)

    def test_every_ratio_is_in_the_tables(self):
        rows = [line for line in codec_bench.tables(self.results).splitlines() if line.startswith("| `")]
        self.assertEqual(2 * len(rows), len(self.results))


class TablesTest(unittest.TestCase):
    def test_the_ratio_is_the_codecs_time_over_that_of_its_json(self):
        results = {name: {"ns": ns, "allocations": 3, "bytes": 1000} for name, ns in (
            ("encode/openai/bytes:1000", 500), ("encode_json/openai/bytes:1000", 2000),
            ("decode/openai/bytes:1000", 30000), ("decode_json/openai/bytes:1000", 20000))}
        written, read = codec_bench.tables(results).split("\n\n")
        self.assertEqual(self.cells(written), ["`openai`, 1 KB", "0.50 us", "3", "2.00 us", "3", "0.25"])
        self.assertEqual(self.cells(read), ["`openai`, 1 KB", "30 us", "3", "20 us", "3", "1.50"])

    @staticmethod
    def cells(table):
        return [cell.strip() for cell in table.splitlines()[2].strip("|").split("|")]


class RunnerTest(unittest.TestCase):
    def test_a_codec_that_did_otherwise_fails_the_run(self):
        result = {"benchmarks": [{"name": "decode/openai/bytes:1000", "run_type": "iteration",
                                  "error_occurred": True, "error_message": "otherwise"}]}
        with tempfile.TemporaryDirectory() as directory:
            program = pathlib.Path(directory) / "codec-bench"
            program.write_text(f"#!/bin/sh\necho '{json.dumps(result)}'\n")
            program.chmod(0o755)
            with contextlib.redirect_stderr(io.StringIO()) as stderr:
                self.assertEqual(codec_bench.main(["--bin-dir", directory]), 1)
            self.assertEqual(stderr.getvalue(), "codecs: decode/openai/bytes:1000: otherwise\n")


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
