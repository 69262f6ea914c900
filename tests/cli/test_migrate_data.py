"""`stoa migrate-data`: a site on SQLite files goes on, as it was, on PostgreSQL."""

import re
import secrets
import shutil
import signal
import subprocess

import pytest

from accounts import log_in, refusal, renew
from conftest import BINARY, SECURE, Server, free_port
from moved_site import SERVICES, Site, alter, assert_same_rows
from program import assert_refused, environment, run, served
from sample import made
from waiting import until


def migrate(folder, uri, *flags, timeout=120):
    return run("migrate-data", "--from", "sqlite", "--to", uri, "--data", folder, *flags, timeout=timeout)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("site") / "data")


@pytest.fixture
def folder(site, tmp_path):
    """A copy of the site's, to be altered."""
    return shutil.copytree(site.folder, tmp_path / "data")


def contents_of(folder) -> dict:
    files = {path.name: path.read_bytes() for path in folder.glob("*.db*") if not path.name.endswith("-shm")}
    return {name: content for name, content in files.items() if content}


def test_a_site_answers_as_before_and_goes_on(site, postgres, uri):
    before = contents_of(site.folder)
    done = migrate(site.folder, uri)
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents_of(site.folder) == before
    assert_same_rows(site.folder, postgres, uri)

    with served(site.folder, settings=SECURE | {"database": uri}) as server:
        assert site.all_answers(server) == site.answers
        assert log_in(server, site.ada.username).token
        assert refusal(server, site.ada.username, "not her password").status_code == 401
        assert made(renew(server, site.bob.refresh_token))["access_token"]
        again = site.ada.at(server).post("/posts", **site.asked)
        assert (made(again), again.headers["Idempotency-Replayed"]) == (site.first, "true")
        post = made(site.ada.at(server).post("/posts", json={"title": "New", "text": "", "community": "odd1"}))
        assert post["id"] > site.deleted, "no id is ever given out again"
        letter = made(site.ada.at(server).post("/messages", json={"to": site.bob.username, "contents": "New"}))
        assert letter["id"] > max(site.letters)


def test_a_move_that_has_ended_is_only_verified(site, uri):
    assert migrate(site.folder, uri).returncode == 0
    done = migrate(site.folder, uri)
    assert done.returncode == 0 and "already" in done.stdout
    assert "copied" not in done.stdout


def test_each_table_is_told_with_its_rows_and_a_checksum(site, postgres, uri):
    done = migrate(site.folder, uri.replace("stoa@", "stoa:aPassword@"))
    told = dict(re.findall(r"^(\w+ +\w+) +is the same: (\d+) rows .* checksum [0-9a-f]{16}$", done.stdout, re.MULTILINE))
    assert {" ".join(name.split()): int(rows) for name, rows in told.items()} == {
        f"{service} {table}": int(postgres.sql(f"select count(*) from {table}", uri, service))
        for service in SERVICES
        for table in postgres.sql("select tablename from pg_tables where schemaname = current_schema() "
                                  "and tablename not in ('schema_migrations', 'owner', 'limit_rounds')", uri, service).split()}
    assert "aPassword" not in done.stdout + done.stderr


# What could be other in the database, and what is told of it.
TAMPERED = {
    "a text with one more space": ("posts", "update posts set text = text || ' ' where id = 2", "2: is another"),
    "an empty text for none": ("posts", "update posts set url = '' where id = 3", "3: is another"),
    "a post too few": ("posts", "delete from posts where id = 4", "4: is missing"),
    "a post too many": ("posts", "insert into posts (title, community, username, created_at, text) values ('', '', '', 0, '')",
                        ": should not be there"),
    "a vote turned": ("votes", "update votes set direction = -direction where post_id = 1", "1, "),
    "a user under another name": ("users", "update users set name = 'mallory' where id = 2", "2: is another"),
    "an id that would be given out again": ("posts", "select setval('posts_id_seq', 3)", "would be 4"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_other_in_the_database_is_found_by_its_key(site, postgres, uri, what):
    assert migrate(site.folder, uri).returncode == 0
    service, sql, told = TAMPERED[what]
    postgres.sql(sql, uri, service)
    done = migrate(site.folder, uri)
    assert done.returncode == 1 and "drop schema" in done.stderr
    assert re.search(rf"^{service} +{service} +differs: ", done.stdout, re.MULTILINE) and told in done.stdout, done.stdout
    assert len(re.findall("differs", done.stdout)) == 1


def dump(postgres, uri) -> str:
    """Without the word that is another each time."""
    return re.sub(r"^\\(un)?restrict .*$", "", postgres.dump(uri), flags=re.MULTILINE)


def test_rows_of_another_site_are_refused_and_left(site, postgres, uri, tmp_path):
    with served(tmp_path / "other", settings={"database": uri}) as server, server.client() as api:
        made(api.post("/users", json={"username": "stranger", "email": "stranger@example.org"}))
    before = dump(postgres, uri)
    done = migrate(site.folder, uri)
    assert done.returncode == 1 and "the database has rows already" in done.stderr and "drop schema" in done.stderr
    assert dump(postgres, uri) == before


def test_a_database_that_a_server_only_started_on_is_good(site, postgres, uri, tmp_path):
    """With other keys, even."""
    with served(tmp_path / "other", settings=SECURE | {"database": uri}):
        pass
    assert migrate(site.folder, uri).returncode == 0
    assert_same_rows(site.folder, postgres, uri)
    with served(site.folder, settings=SECURE | {"database": uri}) as server:
        assert log_in(server, site.ada.username).token


def test_a_folder_of_some_services_is_moved(site, folder, postgres, uri):
    for service in ("votes", "messages"):
        for file in folder.glob(f"{service}.*"):
            file.unlink()
    done = migrate(folder, uri)
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()[:-1]} == {"posts", "users"}
    done = migrate(site.folder, uri)
    assert done.returncode == 0, "and the others later"
    assert_same_rows(site.folder, postgres, uri)


class Run:
    """One that goes on by itself."""

    def __init__(self, folder, uri):
        self.process = subprocess.Popen([BINARY, "migrate-data", "--to", uri, "--data", folder], env=environment(),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(signal.SIGKILL)
        self.process.stdout.close()

    def end(self, signal_) -> int:
        self.process.send_signal(signal_)
        self.process.send_signal(signal.SIGCONT)
        return self.process.wait(timeout=20)


@pytest.fixture
def large(folder):
    """A folder that takes a while."""
    alter(folder, "votes",
          "insert into votes with recursive n(i) as (select 1 union all select i + 1 from n where i < 400000) "
          "select 1000 + i, 'ada' || (i % 7), 'ada', 1, i from n")
    return folder


def copied(postgres, uri) -> int:
    """How many votes are there, of a run that has not ended."""
    try:
        return int(postgres.sql("select rows from filling where table_name = 'votes'", uri, "votes") or 0)
    except RuntimeError:  # There is no such table yet, or no longer.
        return 0


def test_a_run_that_is_killed_again_and_again_goes_on_and_doubles_nothing(large, postgres, uri):
    counts = [0]
    for each in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
        with Run(large, uri) as begun:
            assert until(lambda: copied(postgres, uri) > counts[-1], 60, every=0), begun.process.stdout.read()
            assert begun.end(each) == -each
        counts.append(copied(postgres, uri))
    assert counts == sorted(set(counts)) and counts[-1] < 400_000, "each was ended amid the votes"
    assert_refused(run("serve", "--listen", "127.0.0.1:0", "--data", large, "--database", uri), "has not all its rows", "migrate-data", code=1)

    with Run(large, uri) as begun:
        line = next(line for line in begun.process.stdout if line.startswith("votes     votes"))
        assert int(re.search(r"after (\d+) before", line)[1]) >= counts[-1]
        assert next(line for line in begun.process.stdout if "is the same" in line)
        begun.end(signal.SIGKILL)

    done = migrate(large, uri)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_same_rows(large, postgres, uri)
    with served(large, settings=SECURE | {"database": uri}):
        pass


def test_what_was_altered_between_two_runs_is_found_and_no_server_starts_on_it(large, postgres, uri):
    with Run(large, uri) as begun:
        assert until(lambda: copied(postgres, uri) > 0, 60, every=0)
        begun.end(signal.SIGKILL)
    alter(large, "posts", "update posts set title = 'Another' where id = 1")
    for _ in range(2):
        done = migrate(large, uri)
        assert done.returncode == 1 and "1: is another" in done.stdout and "Begin anew" in done.stderr
    assert_refused(run("serve", "posts", "--listen", "127.0.0.1:0", "--data", large, "--database", uri), "migrate-data", code=1)

    postgres.sql("drop schema posts, votes, users, messages cascade", uri)
    assert migrate(large, uri).returncode == 0


def test_two_do_not_move_into_one_database_at_once(site, large, postgres, uri):
    with Run(large, uri) as begun:
        assert until(lambda: copied(postgres, uri) > 0, 60, every=0)
        begun.process.send_signal(signal.SIGSTOP)
        assert_refused(migrate(site.folder, uri), "another 'stoa migrate-data'", code=1)
        assert_refused(migrate(large, uri), "is in use", code=1)


def test_a_character_that_postgresql_can_not_hold_is_told_with_its_row(folder, postgres, uri):
    alter(folder, "messages", "update messages set contents = 'a' || char(0) where id = 2")
    done = migrate(folder, uri)
    assert done.returncode == 1
    for culprit in ("messages", "'contents'", "row 2", "U+0000"):
        assert culprit in done.stderr
    alter(folder, "messages", "update messages set contents = 'a' where id = 2")
    assert migrate(folder, uri).returncode == 0, "and what was mended goes on"
    assert_same_rows(folder, postgres, uri)


def test_a_text_that_is_none_is_refused_by_the_database(folder, uri):
    alter(folder, "posts", "update posts set text = cast(x'61ff' as text) where id = 2")
    done = migrate(folder, uri)
    assert done.returncode == 1 and "posts" in done.stderr and "invalid byte sequence" in done.stderr


def test_an_older_schema_is_refused(folder, uri):
    alter(folder, "votes", "delete from schema_migrations where name like '%versions%'")
    assert_refused(migrate(folder, uri), "older than this program", "start the server", code=1)


def test_a_file_that_is_no_database_is_refused(folder, uri):
    (folder / "posts.db").write_bytes(b"this is no database" * 1_000)
    assert_refused(migrate(folder, uri), "posts.db", "can't be read", code=1)


def test_a_server_that_runs_is_to_be_stopped_first(folder, uri):
    with served(folder):
        assert_refused(migrate(folder, uri), "is in use", "stop that process", code=1)


def test_other_faults_are_told_with_what_to_do(folder, uri, tmp_path):
    assert_refused(migrate(tmp_path / "nowhere", uri), "there is no database in", "--data", code=1)
    assert_refused(migrate(folder, f"postgresql://stoa@127.0.0.1:{free_port()}/none"), "no server of the database lets us in", code=1)
    assert_refused(migrate(folder, f"{uri}{secrets.token_hex(4)}"), "does not exist", code=1)
    assert_refused(migrate(folder, "mysql://stoa@127.0.0.1/x"), "can't read the database's address", code=1)
    assert_refused(run("migrate-data", "--data", folder), "--to", code=2)
    assert_refused(run("migrate-data", "--from", "mysql", "--to", uri, "--data", folder), "--from", code=2)


def test_files_that_were_moved_are_not_taken_for_the_site(folder, uri, tmp_path):
    assert migrate(folder, uri).returncode == 0
    for command in (("user", "list"), ("backup", tmp_path / "backups"), ("check",), ("vacuum",), ("migrate",)):
        ended = run(*command, "--data", folder)
        assert ended.returncode == 1 and "--database" in ended.stderr and "PostgreSQL" in ended.stderr, command
    assert "moved" not in run("check", "--data", folder, "--database", uri).stderr
    # Who starts a server on them goes back to them.
    Server(folder).start().stop()
    ended = run("check", "--data", folder)
    assert "moved" not in ended.stderr and "yes" in ended.stdout
