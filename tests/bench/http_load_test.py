#!/usr/bin/env python3
"""Tests of `bench-load --http`: that it takes every answer HTTP allows, and calls nothing a success that is none.

Run by ctest (label bench) with --bin-dir.
"""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import bench
import processes
import subjects
from bench_test import HAVE_TOOLS
from scripted_server import ScriptedServer, answer

BIN_DIR = bench.DEFAULT_BIN_DIR
CHUNKED = (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
           b"5;part=1\r\nhello\r\n6\r\n there\r\n0\r\nx-checksum: 1\r\n\r\n")


def load(port, *flags):
    """(exit code, result) of one run of the generator."""
    done = subprocess.run([BIN_DIR / "bench-load", "--http", "--target", f"127.0.0.1:{port}", *map(str, flags)],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout else None


class HttpLoadTest(unittest.TestCase):
    def load(self, script, *flags, pieces=0):
        with ScriptedServer(script, pieces) as server:
            code, result = load(server.port, *flags)
            return code, result, server

    def check_fault(self, script, fault, *flags):
        code, result, _ = self.load(script, "--count", 3, "--in-flight", 1, *flags)
        self.assertEqual((code, result["ok"], result["faults"]), (1, 0, {fault: 3}))

    def test_sends_a_chat_completion_and_the_headers_it_is_told(self):
        _, _, server = self.load(lambda _: answer(), "--count", 1, "--in-flight", 1, "--model", "m", "--header", "X-One: 1 2")
        line, headers, body = server.requests[0]
        self.assertEqual(line, "POST /v1/chat/completions HTTP/1.1")
        self.assertEqual((headers["content-type"], headers["x-one"]), ("application/json", "1 2"))
        self.assertEqual(json.loads(body)["model"], "m")

    def test_every_call_is_counted_in_both_loops(self):
        for flags, connections in ((["--in-flight", 4, "--connections", 4], 4), (["--rate", 2000, "--connections", 8], 8)):
            code, result, server = self.load(lambda _: answer(), "--count", 200, *flags)
            self.assertEqual((code, result["sent"], result["ok"], result["failed"]), (0, 200, 200, 0))
            self.assertEqual((len(server.requests), server.connections), (200, connections))

    def test_an_answer_cut_anywhere_is_the_same_answer(self):
        until_close = (b"HTTP/1.1 200 OK\r\n\r\nhello there", True)
        interim = b"HTTP/1.1 100 Continue\r\n\r\n" + answer()
        for told in (answer(), CHUNKED, until_close, interim):
            for pieces in (0, 1, 7):
                code, result, _ = self.load(lambda _, told=told: told, "--count", 3, "--in-flight", 1, "--expect-bytes", 11,
                                            "--expect", "lo the", pieces=pieces)
                self.assertEqual((code, result["ok"], result["faults"]), (0, 3, {}), (told, pieces))

    def test_a_connection_ended_between_calls_is_opened_anew(self):
        for told in ((answer(), True), answer(headers=b"Connection: close\r\n")):
            # Slowly: a call that leaves while the end is under way is lost, as it would be to any client.
            code, result, server = self.load(lambda _, told=told: told, "--count", 4, "--rate", 2, "--connections", 1)
            self.assertEqual((code, result["ok"], server.connections), (0, 4, 4), told)

    def test_another_status_is_a_failure(self):
        self.check_fault(lambda _: answer(status="500 Internal Server Error"), "http 500")
        self.check_fault(lambda _: answer(status="204 No Content", body=b""), "http 204")

    def test_another_body_is_a_failure(self):
        self.check_fault(lambda _: answer(), "another body", "--expect", "hello you")
        self.check_fault(lambda _: answer(), "body of 11 bytes", "--expect-bytes", 12)
        self.check_fault(lambda _: answer(body=b""), "body of 0 bytes")

    def test_an_answer_that_breaks_off_is_a_failure(self):
        for told in (answer()[:-1], answer()[:20], CHUNKED[:-1], b""):
            self.check_fault(lambda _, told=told: (told, True), "connection ended")

    def test_what_is_no_answer_is_a_failure(self):
        for told in (b"SSH-2.0-OpenSSH\r\n", answer(headers=b"Content-Length: 3\r\n"), answer() + b"x",
                     CHUNKED.replace(b"\r\n6\r\n", b"\r\nsix\r\n"), answer(headers=b"nonsense\r\n")):
            self.check_fault(lambda _, told=told: told, "malformed answer")

    def test_one_failure_among_many_is_told(self):
        code, result, _ = self.load(lambda n: answer(status="503 Busy") if n == 5 else answer(), "--count", 20, "--in-flight", 1)
        self.assertEqual((code, result["ok"], result["faults"]), (1, 19, {"http 503": 1}))

    def test_silence_ends_at_the_hard_stop(self):
        code, result, _ = self.load(lambda _: b"", "--count", 3, "--in-flight", 3, "--connections", 3, "--drain-seconds", 0.3)
        self.assertEqual((code, result["faults"]), (1, {"unfinished": 3}))

    def test_calls_that_wait_for_a_connection_count_from_when_they_were_due(self):
        # One connection, which the first call holds; nine others are due meanwhile.
        def slow(number):
            if number == 0:
                time.sleep(0.3)
            return answer()
        code, result, _ = self.load(slow, "--count", 10, "--rate", 1000, "--connections", 1)
        self.assertEqual((code, result["ok"]), (0, 10))
        self.assertGreater(result["latency_us"]["p50"], 250_000)

    def test_waits_for_the_server_to_listen_when_told(self):
        port = processes.free_port()
        self.assertEqual(load(port, "--count", 1), (2, None))
        command = [BIN_DIR / "bench-load", "--http", "--target", f"127.0.0.1:{port}", "--count", "1", "--wait-seconds", "30"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as generator:
            time.sleep(0.2)
            begun = time.monotonic()
            with contextlib.closing(socket.create_server(("127.0.0.1", port))) as listener:
                listener.accept()[0].close()
                connection = listener.accept()[0]
                connection.recv(65536)
                connection.sendall(answer())
                result = json.loads(generator.communicate(timeout=60)[0])
                connection.close()
        self.assertEqual((generator.returncode, result["ok"]), (0, 1))
        self.assertGreater(result["first_success_s"], begun)


@unittest.skipUnless(HAVE_TOOLS, "nginx or openssl is missing: TLS is not tested")
class TlsTest(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)
        self.context = subjects.Context(directory, BIN_DIR, BIN_DIR / "spillway-server", None)
        stack.enter_context(subjects.start_upstream(self.context, None)).await_listening()
        self.before = subjects.upstream_counts(self.context)

    def check_counts(self, connections, requests):
        counts = subjects.upstream_counts(self.context)
        self.assertEqual((counts[0] - self.before[0], counts[1] - self.before[1]), (connections, requests))

    def test_every_call_is_answered_over_tls(self):
        code, result = load(self.context.upstream_port, "--ca", self.context.certificate, "--count", 50, "--in-flight", 4,
                            "--connections", 4, "--expect", "print the label we send you")
        self.assertEqual((code, result["ok"]), (0, 50))
        self.check_counts(4, 50)

    def test_the_failing_upstream_fails_every_call_and_keeps_its_connections(self):
        code, result = load(self.context.failing_port, "--ca", self.context.certificate, "--count", 5, "--in-flight", 1)
        self.assertEqual((code, result["faults"]), (1, {"http 500": 5}))
        self.check_counts(1, 5)

    def test_another_authority_is_not_trusted(self):
        with tempfile.TemporaryDirectory() as other:
            subjects.make_certificate(pathlib.Path(other))
            code, result = load(self.context.upstream_port, "--ca", pathlib.Path(other) / "certificate.pem", "--count", 1)
        self.assertEqual((code, result), (2, None))


if __name__ == "__main__":
    if "--bin-dir" in sys.argv:
        at = sys.argv.index("--bin-dir")
        BIN_DIR = pathlib.Path(sys.argv[at + 1]).resolve()
        del sys.argv[at:at + 2]
    unittest.main()
