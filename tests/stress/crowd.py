"""Many connections at once, in one thread: each sends when there is room and hears when there is something."""

import re
import selectors
import socket
import struct
import threading
import time
from contextlib import contextmanager

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
CLOSED = (ConnectionResetError, BrokenPipeError)


class Member:
    """One connection. `statuses` are those of the whole answers that came."""

    def __init__(self, server, *, receive_buffer: int | None = None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", server.port))
        self.socket.setblocking(False)
        self.unread = b""
        self.statuses: list[int] = []
        self.ended = False

    def send(self, data: bytes) -> int:
        """How much of it was taken now."""
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except CLOSED:
            self.ended = True
            return 0

    def hear(self) -> int:
        """How many answers have become whole."""
        try:
            data = self.socket.recv(1 << 18)
        except BlockingIOError:
            return 0
        except CLOSED:
            data = b""
        self.ended = not data
        self.unread += data
        before = len(self.statuses)
        at = 0
        while (end := self.unread.find(b"\r\n\r\n", at)) >= 0:
            head = self.unread[at:end + 2]
            assert head.startswith(b"HTTP/1.1 "), f"an answer was expected: {head[:80]}"
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.unread) < whole:
                break
            self.statuses.append(int(head[9:12]))
            at = whole
        self.unread = self.unread[at:]
        return len(self.statuses) - before

    def finish(self) -> None:
        """Says that nothing more comes."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self, *, reset: bool = False) -> None:
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


@contextmanager
def crowd(server, count: int, **options):
    members = []
    try:
        for _ in range(count):
            members.append(Member(server, **options))
        yield members
    finally:
        for member in members:
            member.close()


def listen(members, seconds: float, *, hear=Member.hear, turn=None, every: float = 0.25) -> bool:
    """Calls `hear` where there is something, and `turn` of each now and then, until all are at their end. Whether that
    came in time. A member is at its end when it was closed, or when `hear` gives None."""
    deadline, next_turn = time.monotonic() + seconds, time.monotonic()
    with selectors.DefaultSelector() as ready:
        for member in members:
            ready.register(member.socket, selectors.EVENT_READ, member)
        while ready.get_map() and time.monotonic() < deadline:
            if turn and time.monotonic() >= next_turn:
                for key in list(ready.get_map().values()):
                    turn(key.data)
                next_turn = time.monotonic() + every
            for key, _ in ready.select(0.1):
                if hear(key.data) is None or key.data.ended:
                    ready.unregister(key.fileobj)
        return not ready.get_map()


@contextmanager
def good_traffic(step, at_most: float):
    """Does `step` again and again meanwhile: each must succeed in time. Gives the seconds each took."""
    over, took, faults = threading.Event(), [], []

    def go():
        while not over.wait(0.01):
            begin = time.monotonic()
            try:
                step()
            except Exception as fault:  # Told in the test's own thread.
                faults.append(fault)
                return
            took.append(time.monotonic() - begin)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield took
    finally:
        over.set()
        thread.join()
    assert not faults, f"good requests were expected to succeed meanwhile: {faults[0]!r}"
    assert took, "good requests were expected meanwhile"
    assert max(took) < at_most, f"a good request took {max(took):.2f} s, at most {at_most} were expected"
