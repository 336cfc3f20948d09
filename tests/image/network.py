"""A network of the tests' own: a loopback interface that nobody else is on, and a name server that knows one name."""

import ctypes
import fcntl
import socket
import struct
import threading

NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
A, NXDOMAIN = 1, 3


def enter_own_network():
    """This process, and those that it starts from now on. Needs root."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "making a network namespace")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16sh", b"lo", 0)))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


class NameServer:
    """On 127.0.0.1:53. `name` has the address 127.0.0.1; there is no other."""

    def __init__(self, name):
        self._name = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self.questions = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(512)
            self.questions += 1
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query):
        end = query.index(b"\0", 12) + 5
        name, kind = query[12:end - 4].lower(), struct.unpack("!H", query[end - 4:end - 2])[0]
        known = name == self._name
        records = [struct.pack("!HHHIH", 0xC00C, A, 1, 60, 4) + socket.inet_aton("127.0.0.1")] if known and kind == A else []
        flags = 0x8580 | (0 if known else NXDOMAIN)
        return query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + query[12:end] + b"".join(records)
