"""`stoa check`: whether the data of a server are whole and add up."""

import re
import sqlite3
from contextlib import closing

import pytest

from conftest import Server
from damaged import overwrite
from exposition import read, value
from problem import assert_problem
from program import place, run
from sample import a_message, a_post, a_user, a_vote, found, items
from waiting import karma_has_settled

of_files = pytest.mark.sqlite(reason="about the files")


@pytest.fixture
def stopped(start_server):
    """A server with something of everything, which has ended."""
    server = start_server()
    with server.client() as api:
        ada, bob = a_user(api)["username"], a_user(api)["username"]
        a_message(api, ada, bob)
        for post in (a_post(api), a_post(api)):
            a_vote(api, post["id"])
            vote = a_vote(api, post["id"])
            found(api.put(f"/votes/{post['id']}/voters/{vote['username']}", json={"direction": "down"}))
    server.stop()
    return server


@pytest.fixture
def data(stopped):
    """The folder of such a server."""
    return stopped.data


def check(data, *flags):
    return run("check", *place(data), *flags)


def alter(data, service, sql):
    Server.engine.alter(data, service, sql)


# What a fault of a disk, of an operator or of the program could leave, whether it can be derived anew, and what is told of it.
ALTERED = {
    "a tally too high": ("votes", "update tallies set upvotes = upvotes + 1 where post_id = 1", True, "post 1: "),
    "a tally whose score is another": ("votes", "update tallies set score = 5 where post_id = 2", True, "post 2: "),
    "a tally lost": ("votes", "delete from tallies where post_id = 1", True, "nothing is kept, "),
    "a tally of no votes": ("votes", "insert into tallies values (77, 1, 0, 1)", True, "post 77: "),
    "a vote lost": ("votes", "delete from votes where post_id = 1 and direction = 1", True, "post 1: "),
    "a vote under another's name": ("votes", "update votes set voter = 'mallory' where post_id = 1 and direction = 1",
                                    False, "mallory"),
    "a community in capitals": ("posts", "update posts set community = 'LOUD' where id = 1", False, "post 1: LOUD"),
    "a user under another's name": ("users", "update users set name = 'mallory' where id = 1", False, ""),
    "an author's karma that nothing gave": ("votes", "insert into earned (author, total) values ('mallory', 7)", True,
                                            "mallory: 7 is kept, 0 credited"),
    "a session of nobody": ("users", "insert into sessions values ('s1', 'nobody', '', 0, 0)", True, "session s1"),
    "a copy of a stranger": ("messages", "update copies set owner = 'mallory' where is_sent = 1", False, "mallory"),
    "a message of nobody": ("messages", "insert into messages (sender, recipient, sent_at, contents) "
                                        "values ('ada', 'bob', 0, 'x')", True, "message 2"),
    "a reference that leads nowhere": ("messages", "insert into copies values ('ada', 99, 0, 1, null)", False, "copies"),
}
# PostgreSQL keeps them itself.
BY_ENGINE = {"a reference that leads nowhere": [pytest.mark.sqlite(reason="nobody but PostgreSQL itself could break one there")]}


def test_sound_data_is_told_to_be_sound(data):
    done = check(data)
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert all(line.endswith(" yes") for line in lines), done.stdout
    assert {line.split()[0] for line in lines} == {"posts", "votes", "users", "messages"}


@pytest.mark.parametrize("what", [pytest.param(name, marks=BY_ENGINE.get(name, ())) for name in ALTERED])
def test_what_does_not_add_up_is_told_and_repaired_if_it_can_be(data, what):
    service, sql, can_be_derived, told = ALTERED[what]
    alter(data, service, sql)

    done = check(data)
    assert done.returncode == 1 and "did not come out well" in done.stderr
    assert re.search(rf"^{service} .* no, \d+ breach", done.stdout, re.MULTILINE), done.stdout
    assert told in done.stdout
    assert check(data).returncode == 1, "a check without --repair changes nothing"

    assert check(data, "--repair").returncode == (0 if can_be_derived else 1)
    assert check(data).returncode == (0 if can_be_derived else 1)


def test_a_repaired_tally_is_what_the_votes_say(stopped):
    alter(stopped.data, "votes", "update tallies set upvotes = 100, score = 100")
    assert check(stopped.data, "--repair").returncode == 0
    with stopped.start().client() as api:
        assert found(api.get("/votes/1")) == {"post_id": 1, "upvotes": 1, "downvotes": 1, "score": 0}


def test_karma_that_is_not_what_votes_have_told_is_found_and_told_again(start_server):
    server = start_server()
    with server.client() as api:
        author = a_user(api)["username"]
        a_vote(api, a_post(api, username=author)["id"])
        assert karma_has_settled(server)
    server.stop()
    assert check(server.data).returncode == 0
    alter(server.data, "users", f"update users set karma = 9, earned = 9 where username = '{author}'")
    done = check(server.data)
    assert done.returncode == 1 and f"{author.lower()}: 9 is kept, 1 was told" in done.stdout
    assert check(server.data, "--repair").returncode == 0
    with server.start().client() as api:
        assert karma_has_settled(server)
        assert found(api.get(f"/users/{author}"))["karma"] == 1


def test_parties_get_the_copies_of_a_message_back(stopped):
    with stopped.start().client() as api:
        message = a_message(api, ada := a_user(api)["username"], bob := a_user(api)["username"])
    stopped.stop()
    alter(stopped.data, "messages", "delete from copies")
    assert check(stopped.data, "--repair").returncode == 0
    with stopped.start().client() as api:
        for box, user in (("sent", ada), ("inbox", bob)):
            assert items(api.get(f"/messages?box={box}&user={user}")) == [message]


@of_files
def test_it_changes_nothing_of_a_file_without_repair(data):
    (data / "posts.db").write_bytes(b"")
    for name in ("wal", "shm"):
        (data / f"posts.db-{name}").unlink(missing_ok=True)
    before = {name: (data / f"{name}.db").read_bytes() for name in ("posts", "votes", "users", "messages")}
    done = check(data)
    assert done.returncode == 1
    assert re.search(r"^posts +the file is whole +no", done.stdout, re.MULTILINE), done.stdout
    assert {name: (data / f"{name}.db").read_bytes() for name in before} == before


@of_files
def test_one_service_that_can_t_be_checked_keeps_none_of_the_others(data):
    alter(data, "posts", "delete from schema_migrations")
    done = check(data)
    assert done.returncode == 1 and "older than this program" in done.stderr
    assert "messages  the file is whole" in done.stdout


@of_files
def test_a_large_site_is_checked_soon(data):
    """What is compared is gone through in order: a comparison of each with each would take hours."""
    with closing(sqlite3.connect(data / "votes.db")) as database, database:
        database.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000) "
                         "insert into votes select 1000 + i, 'ada', 'ada', 1, 0 from n")
        database.execute("insert into tallies select post_id, 1, 0, 1 from votes where post_id > 1000")
        database.execute("insert into credits select post_id, 'author' || (post_id % 5000), 1 from votes where post_id > 1000")
    assert check(data, "--repair").returncode == 0
    assert check(data).returncode == 0


@of_files
@pytest.mark.parametrize("service", ["posts", "votes", "users", "messages"])
def test_a_file_that_is_none_of_a_database_is_told_and_the_others_are_checked(data, service):
    (data / f"{service}.db").write_bytes(b"this is no database" * 1_000)
    for name in ("wal", "shm"):
        (data / f"{service}.db-{name}").unlink(missing_ok=True)
    done = check(data, "--repair")
    assert done.returncode == 1 and "restore a backup" in done.stderr
    verdicts = {line.split()[0]: line for line in done.stdout.splitlines() if "the file is whole" in line}
    assert len(verdicts) == 4
    for name, line in verdicts.items():
        assert ("no, 1 breach" in line) == (name == service), done.stdout


@of_files
def test_a_damaged_page_is_found(data):
    overwrite(data / "votes.db", "tallies_by_score")
    done = check(data)
    assert done.returncode == 1
    assert re.search(r"^votes +the file is whole +no", done.stdout, re.MULTILINE), done.stdout


@of_files
def test_a_server_that_comes_upon_damage_tells_of_it(stopped):
    overwrite(stopped.data / "votes.db", "tallies_by_score")
    stopped.start()
    with stopped.client() as api, stopped.site() as site:
        def damage() -> float:
            return value(read(site.get("/metrics").text), "stoa_database_damage_total", service="votes")

        assert api.get("/posts").status_code == 200 and damage() == 0
        assert_problem(api.get("/votes/top"), 503)
        assert damage() > 0 and stopped.ready()
    stopped.stop()


@of_files
def test_the_data_of_a_running_server_is_left_alone(start_server):
    server = start_server()
    done = check(server.data)
    assert done.returncode == 1 and "is in use" in done.stderr and "stop that process first" in done.stderr
    with server.client() as api:
        a_user(api)


def test_a_service_s_own_folder_is_checked(start_server):
    server = start_server(service="votes")
    server.stop()
    done = check(server.data)
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"votes"}


@of_files
def test_a_folder_without_databases_is_an_error_and_stays_as_it_was(tmp_path):
    done = check(tmp_path)
    assert done.returncode == 1 and "there is no database in" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path / "new").exists() and check(tmp_path / "new").returncode == 1
    assert not (tmp_path / "new").exists()
