"""An HTTP server that answers exactly the bytes it is told, for tests of the generator."""

import socket
import threading


def answer(body=b"hello there", status="200 OK", headers=b""):
    return b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n" + headers + b"\r\n" + body


class ScriptedServer:
    """Answers the n-th request (from 0, over all connections) with script(n): bytes, or (bytes, True) to close then.

    Use as a context manager. `pieces`: how many bytes go out at a time; 0: all.
    """

    def __init__(self, script, pieces=0):
        self._script, self._pieces = script, pieces
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self.requests = []
        self.connections = 0

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone would not wake the thread.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as incoming:
            while (request := self._read(incoming)) is not None:
                with self._lock:
                    number = len(self.requests)
                    self.requests.append(request)
                told = self._script(number)
                data, closes = told if isinstance(told, tuple) else (told, False)
                step = self._pieces or max(1, len(data))
                for at in range(0, len(data), step):
                    connection.sendall(data[at:at + step])
                if closes:
                    return

    @staticmethod
    def _read(incoming):
        """(request line, {header: value}, body), or None at the connection's end."""
        line = incoming.readline()
        if not line:
            return None
        headers = {}
        while (field := incoming.readline().strip()):
            name, _, value = field.decode().partition(":")
            headers[name.lower()] = value.strip()
        return line.decode().strip(), headers, incoming.read(int(headers.get("content-length", 0)))
