"""Memory runs out: the server refuses, or ends and comes back; nothing acknowledged is lost."""

import time
from contextlib import ExitStack
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_AS, RLIMIT_CORE, prlimit

import pytest

from ledger import Ledger, must_be_kept
from waiting import until
from wire import Wire, message
from writers import Load

MEBIBYTE = 1 << 20
HOGS = 200
HEAD = message("POST", "/api/v1/posts", "Content-Type: application/json", f"Content-Length: {MEBIBYTE}")


def address_space(server) -> int:
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[0]
    return int(pages) * 4096


def send_large_bodies(server, hogs: ExitStack) -> int:
    """A little of each at a time, so that what is left at last is used to the last bit; how many the server gave up."""
    open_wires, given_up = [hogs.enter_context(Wire(server)) for _ in range(HOGS)], set()
    for piece in [HEAD] + [b" " * (16 << 10)] * 60:
        for wire in open_wires:
            if wire not in given_up:
                try:
                    wire.send(piece)
                except OSError:
                    given_up.add(wire)
    return len(given_up)


@pytest.mark.parametrize("left", [0, 8 * MEBIBYTE, 64 * MEBIBYTE])
def test_nothing_is_lost_when_memory_runs_out(start_server, left):
    server = start_server(settings={"log-level": "warn"})
    load = Load(server, Ledger())
    load.go_on(10)
    prlimit(server.process.pid, RLIMIT_CORE, (0, 0))
    prlimit(server.process.pid, RLIMIT_AS, (address_space(server) + left, RLIM_INFINITY))
    with ExitStack() as hogs:
        given_up = send_large_bodies(server, hogs)
        print(f"{given_up} of {HOGS} given up; requests by outcome: {dict(load.ledger.outcomes)}")
        time.sleep(1)  # The load goes on.
    load.ending.set()
    load.join()
    assert "bad_alloc" in server.log.read_text() or "out of memory" in server.log.read_text(), "there was enough"
    if server.process.poll() is None:
        prlimit(server.process.pid, RLIMIT_AS, (RLIM_INFINITY, RLIM_INFINITY))
    else:
        print(f"it ended with {server.process.poll()}: {server.tail()}")
        server.start()
    assert until(server.ready, 10)
    load = Load(server, load.ledger)
    load.go_on(10)
    load.end()
    must_be_kept(server, load.ledger)
