"""The ledger notices what it is there for: data that are not as the server told them, or are there by halves."""

import sqlite3
from contextlib import closing

import pytest

from ledger import Ledger
from writers import Load

ONE = "voter = (select min(voter) from votes)"
FALSIFIED = {
    "a post is lost": ("posts", "delete from posts where id = 1"),
    "a post is altered": ("posts", "update posts set text = 'Other words.' where id = 1"),
    "a post is there twice": ("posts", "insert into posts (title, text, community, username, created_at) "
                                       "select title, text, community, username, created_at from posts where id = 1"),
    "a vote is lost": ("votes", f"delete from votes where {ONE}"),
    "a vote is turned": ("votes", f"update votes set direction = -direction where {ONE}"),
    "a tally is wrong": ("votes", "update tallies set upvotes = upvotes + 1"),
    "karma is given twice": ("users", "update users set karma = karma + 1 where karma > 0"),
    "a user is lost": ("users", "update users set deactivated_at = 1"),
    "a message is there for its sender alone": ("messages", "delete from copies where is_received = 1"),
    "a flag is lost": ("messages", "update copies set flag = null where flag = 1"),
}


@pytest.fixture(scope="module")
def written(start_module_server):
    server, ledger = start_module_server(settings={"log-level": "warn"}), Ledger()
    load = Load(server, ledger)
    load.go_on(20)
    load.end()
    with server.client() as api:
        ledger.check(api)
    return server, ledger


@pytest.mark.parametrize("database, change", FALSIFIED.values(), ids=FALSIFIED)
def test_what_was_falsified_is_noticed(written, database, change):
    server, ledger = written
    server.stop()
    file = server.data / f"{database}.db"
    kept = file.read_bytes()
    try:
        with closing(sqlite3.connect(file)) as connection, connection:
            changed = connection.execute(change).rowcount
        assert changed > 0
        server.start()
        with server.client() as api, pytest.raises(AssertionError):
            ledger.check(api)
    finally:
        server.stop()
        file.write_bytes(kept)
        server.start()


def test_what_is_as_it_was_told_is_not_complained_of(written):
    server, ledger = written
    with server.client() as api:
        assert ledger.check(api) > 0
