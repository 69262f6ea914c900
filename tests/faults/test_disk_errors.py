"""Writes and syncs that the disk fails: what is acknowledged is on it, and what is refused is not."""

import time

import pytest

from broken import system_calls
from ledger import must_be_kept
from problem import assert_problem
from sample import a_message, a_post, a_user, a_vote, draft, found
from waiting import until
from writers import under_load

SYNC = ("fdatasync", "error=EIO")
WRITE = ("pwrite64", "error=EIO")
FULL = ("pwrite64", "error=ENOSPC")
# Every third sync of a thread, or every ninth write: many groups fail, and what follows them does not.
NOW_AND_THEN = [("fdatasync", "error=EIO:when=1+3"), ("pwrite64", "error=EIO:when=1+9"),
                ("pwrite64", "error=ENOSPC:when=1+9")]

PAGE, FRAME = 4096, 4096 + 24


@pytest.fixture
def load(start_server):
    with under_load(start_server(settings={"log-level": "warn"}), 5) as load:
        yield load


@pytest.mark.parametrize("error", [SYNC, WRITE, FULL], ids=" ".join)
@pytest.mark.parametrize("end", ["the disk is well again", "a kill"])
def test_nothing_is_acknowledged_while_the_disk_fails(load, error, end):
    ledger, server = load.ledger, load.server
    with system_calls(server, *error):
        load.go_on(2)  # What had been synced before may still be answered.
        done = ledger.outcomes["done"]
        load.go_on(10)
        assert ledger.outcomes["done"] == done
        if end == "a kill":
            server.kill()
            load.join()
    if end == "a kill":
        server.start()
    else:
        assert until(lambda: server.ready(), 10)
        load.go_on(10)
        load.end()
        assert ledger.outcomes["done"] > done
    must_be_kept(server, ledger)


@pytest.mark.parametrize("error", [SYNC, WRITE, FULL], ids=" ".join)
def test_it_is_not_ready_while_the_disk_fails_and_the_log_says_why(load, error):
    server = load.server
    with system_calls(server, *error), server.site() as site:
        load.go_on(3)
        assert_problem(site.get("/readyz"), 503)
        assert found(site.get("/api/v1/posts"))["items"], "reads go on"
    assert ("is full" if error == FULL else "I/O error") in server.log.read_text()


@pytest.mark.parametrize("error", NOW_AND_THEN, ids=" ".join)
@pytest.mark.parametrize("end", ["the disk is well again", "a kill"])
def test_what_is_refused_is_not_there(load, error, end):
    """A group that failed leaves frames in the log. No restart may take them for what was committed."""
    ledger, server = load.ledger, load.server
    with system_calls(server, *error):
        load.go_on(30)
        if end == "a kill":
            server.kill()
            load.join()
    assert ledger.outcomes[503] > 0, ledger.outcomes
    if end == "a kill":
        server.start()
    else:
        load.end()
    must_be_kept(server, ledger)


def test_the_other_services_go_on(start_server):
    server = start_server()
    with server.client() as api, system_calls(server, *SYNC, file=server.data / "posts.db-wal"):
        assert_problem(api.post("/posts", json=draft()), {500, 503})
        name = a_user(api)["username"]
        a_vote(api, 5)
        a_message(api, name, name)


@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_failed_copy_of_the_log_loses_nothing(load, call):
    """The log is copied into the database every 1,000 pages; what can't be copied stays in the log."""
    ledger, server = load.ledger, load.server
    with system_calls(server, call, "error=EIO", file=server.data / "posts.db"):
        assert until(lambda: "checkpoint" in server.log.read_text(), 60), "no copy failed"
        load.go_on(5)
        server.kill()
        load.join()
    assert ledger.outcomes.keys() <= {"done", "cut off"}, ledger.outcomes
    server.start()
    must_be_kept(server, ledger)


def test_a_write_is_not_acknowledged_before_it_is_synced(start_server):
    server = start_server()
    with server.client() as api, system_calls(server, "fdatasync", "delay_enter=300000"):
        begin = time.monotonic()
        a_post(api)
        assert time.monotonic() - begin > 0.29


def half_a_frame(log: bytes) -> bytes:
    return log[-FRAME:][:FRAME // 2]


def a_frame_with_a_wrong_sum(log: bytes) -> bytes:
    """It has the log's own salts, so that only its sum tells."""
    return log[-FRAME:][:24] + bytes(PAGE)


def zeros(_) -> bytes:
    return bytes(FRAME * 3)


@pytest.mark.parametrize("torn", [half_a_frame, a_frame_with_a_wrong_sum, zeros])
def test_a_torn_end_of_the_log_is_not_taken_for_a_write(load, torn):
    load.server.kill()
    load.join()
    logs = list(load.server.data.glob("*.db-wal"))
    assert len(logs) == 4
    for log in logs:
        with log.open("ab") as end:
            end.write(torn(log.read_bytes()))
    load.server.start()
    must_be_kept(load.server, load.ledger)
