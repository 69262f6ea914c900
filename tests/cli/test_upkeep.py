"""`stoa migrate` and `stoa vacuum`."""

import sqlite3
from contextlib import closing

import pytest

from conftest import Server
from moved_site import alter
from program import assert_refused, place, run, served
from sample import a_post, a_user, found
from saved import MANY_POSTS

of_files = pytest.mark.sqlite(reason="about the files")


def undo_steps(data):
    """What the users' data were two versions before, or one."""
    if Server.engine.database(data, data):
        Server.engine.alter(data, "users", "drop table owner; "
                                           "delete from schema_migrations where name like '%002_owner%'")
    else:
        alter(data, "users", "alter table users drop column earned_version", "alter table users drop column earned",
              "delete from schema_migrations where name like '%003_earned%' or name like '%004_earned%'")


@pytest.fixture
def older(start_server):
    """The data of a server of an earlier version, which has ended, and a user there."""
    server = start_server()
    with server.client() as api:
        server.user = a_user(api)
    server.stop()
    undo_steps(server.data)
    return server


def migrate(server, *flags):
    return run("migrate", *place(server.data), *flags)


def test_the_steps_that_would_run_are_told_and_nothing_is_changed(older):
    for _ in range(2):
        done = migrate(older, "--dry-run")
        assert done.returncode == 0 and "Nothing was changed" in done.stdout
        assert "would run" in done.stdout and "posts     is up to date" in done.stdout
        assert run("check", *place(older.data)).returncode == 1, "it is older than the program still"


def test_the_steps_run_once(older):
    done = migrate(older)
    assert done.returncode == 0 and "has run" in done.stdout, done.stderr
    done = migrate(older)
    assert done.returncode == 0 and done.stdout.count(" is up to date") == len(done.stdout.splitlines()) == 4
    assert run("check", *place(older.data)).returncode == 0


@of_files
def test_the_way_back_is_what_was_there_before(older):
    before = dump(older.data / "users.db")
    done = migrate(older)
    kept = older.data / "users.db.before-003_earned"
    assert str(kept) in done.stdout and dump(kept) == before
    with older.start().client() as api:
        later = a_user(api)["username"]
    older.stop()
    assert_refused(migrate(older, "--back"), "--lose-writes", code=1)
    done = migrate(older, "--back", "--lose-writes")
    assert done.returncode == 0 and "users.db.undone" in done.stdout and "before" in done.stdout
    assert dump(older.data / "users.db") == before and not kept.exists()
    (undone,) = older.data.glob("users.db.undone-*")
    assert later in dump(undone), "what was written since is not thrown away"
    assert_refused(migrate(older, "--back", "--lose-writes"), "restore a backup", code=1)
    with older.start().client() as api:
        user = found(api.get(f"/users/{older.user['username']}"))
        assert user == older.user, "and a server brings it up to date again"


def dump(file) -> str:
    with closing(sqlite3.connect(file)) as database:
        return "\n".join(database.iterdump())


@of_files
def test_one_copy_is_kept_and_that_of_a_run_that_was_cut_off_is_made_anew(older):
    (older.data / "users.db.before-001_users").write_text("of long ago")
    (older.data / "users.db.before-003_earned").write_text("half")
    (older.data / "users.db.before-003_earned.new").write_text("half")
    assert migrate(older).returncode == 0
    assert [path.name for path in older.data.glob("users.db.before*")] == ["users.db.before-003_earned"]
    assert migrate(older, "--back", "--lose-writes").returncode == 0


@of_files
def test_a_running_server_s_files_are_only_looked_at(start_server):
    server = start_server()
    assert migrate(server, "--dry-run").returncode == 0
    assert migrate(server).returncode == 0, "there is nothing to do"
    assert_refused(migrate(server, "--back", "--lose-writes"), "is in use", code=1)
    assert_refused(run("vacuum", *place(server.data)), "is in use", code=1)


def test_a_later_version_s_data_are_refused(older):
    Server.engine.alter(older.data, "users", "insert into schema_migrations values ('999_later.sql', '', 0)")
    for flags in ([], ["--dry-run"]):
        done = migrate(older, *flags)
        assert done.returncode == 1 and "999_later.sql" in done.stderr and "later one" in done.stderr


@pytest.mark.parametrize("command", ["migrate", "vacuum"])
def test_a_folder_without_data_is_an_error_and_stays_as_it_was(tmp_path, command):
    done = run(command, "--data", tmp_path / "none")
    assert_refused(done, "there is no database in", code=1)
    assert not (tmp_path / "none").exists()


def test_there_is_no_way_back_in_a_database(uri, start_server, tmp_path):
    with served(tmp_path / "data", settings={"database": uri}):
        pass
    assert_refused(run("migrate", "--database", uri, "--back"), "restore a backup", code=1)


@of_files
def test_the_room_of_what_was_deleted_is_given_back(start_server):
    server = start_server()
    with server.client() as api:
        post = a_post(api)
    server.stop()
    file = server.data / "posts.db"
    alter(server.data, "posts", MANY_POSTS % 5_000, "delete from posts where community = 'c'")
    with closing(sqlite3.connect(file)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
    large = file.stat().st_size
    (server.data / "posts.db.vacuumed").write_text("of a run that was cut off")
    done = run("vacuum", *place(server.data))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_size < large / 10
    assert "posts " in done.stdout and " before, " in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(server.data.glob("*.vacuumed"))
    assert run("check", *place(server.data)).returncode == 0
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("select count(*) from sqlite_stat1").fetchone()[0] > 0
    with server.start().client() as api:
        assert found(api.get(f"/posts/{post['id']}")) == post
        assert a_post(api)["id"] > 5_001, "numbers go on"


def test_a_database_is_vacuumed_beside_its_servers(uri, tmp_path, postgres):
    with served(tmp_path / "data", settings={"database": uri}) as server, server.client() as api:
        post = a_post(api)
        done = run("vacuum", "--database", uri)
        assert done.returncode == 0 and done.stdout.count(" before, ") == 4, done.stderr
        rows = postgres.sql("select reltuples from pg_class where oid = 'posts'::regclass", uri, "posts")
        assert rows == "1\n", "the planner knows"
        assert found(api.get(f"/posts/{post['id']}")) == post
