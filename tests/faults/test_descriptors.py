"""File descriptors run out: who is connected is served, and who comes later is as soon as others go."""

import time
from contextlib import ExitStack
from pathlib import Path
from resource import RLIMIT_NOFILE, prlimit

import pytest

from ledger import must_be_kept
from sample import found
from waiting import until
from wire import Wire, message
from writers import under_load

ROOM = 12  # for connections, beside what is open at the start
READ = message("GET", "/api/v1/posts")


@pytest.fixture
def load(start_server):
    with under_load(start_server(settings={"log-level": "warn"}), 2) as load:
        yield load


def descriptors(server) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def seconds_of_cpu(server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.fixture
def crowd(load):
    """More connections than there are descriptors for; it may go."""
    server = load.server
    limit = descriptors(server) + ROOM
    prlimit(server.process.pid, RLIMIT_NOFILE, (limit, limit))
    with ExitStack() as connections:
        for _ in range(2 * ROOM):
            connections.enter_context(Wire(server))
        assert until(lambda: descriptors(server) == limit, 10), descriptors(server)
        yield connections


def test_who_is_connected_is_served_and_nothing_is_lost(load, crowd):
    load.go_on(20)
    crowd.close()
    load.go_on(20)
    load.end()
    assert set(load.ledger.outcomes) == {"done"}, load.ledger.outcomes
    must_be_kept(load.server, load.ledger)


def test_new_connections_are_served_when_others_go(load, crowd):
    with Wire(load.server) as late:
        late.send(READ)
        crowd.close()
        found(late.reply())


def test_the_log_tells_it_in_few_words_and_nobody_spins(load, crowd):
    load.end()
    before, spent = len(load.server.log.read_text().splitlines()), seconds_of_cpu(load.server)
    time.sleep(3)  # The time that is looked at.
    lines = load.server.log.read_text().splitlines()
    assert any("Too many open files" in line for line in lines), load.server.tail()
    assert len(lines) - before < 100, load.server.tail()
    assert seconds_of_cpu(load.server) - spent < 1
