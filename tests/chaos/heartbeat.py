"""How long the machine has stood still: what a thread that only sleeps sees of it."""

import threading
import time

BEAT = 0.05  # seconds


class Heartbeat(threading.Thread):
    """From `with` to its end; `longest` is the most seconds that a beat came late."""

    def __init__(self):
        super().__init__(daemon=True)
        self.longest = 0.0
        self._ended = threading.Event()

    def run(self):
        due = time.monotonic() + BEAT
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            now = time.monotonic()
            self.longest = max(self.longest, now - due)
            due = now + BEAT

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.join()
