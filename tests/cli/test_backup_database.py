"""`stoa backup`, `verify-backup` and `restore` of a site on a PostgreSQL database."""

import os
import re
import shutil

import pytest

from accounts import log_in, renew
from conftest import SECURE
from moved_site import assert_same_rows
from program import assert_refused, run, served
from sample import found, made
from saved import a_sound_site, backed_up, manifest, restored, verified

NEW = {"title": "New", "text": "", "community": "odd1"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return a_sound_site(tmp_path_factory.mktemp("site") / "data")


@pytest.fixture(scope="module")
def source(site, postgres):
    """Where that site is now."""
    uri = postgres.create_database()
    done = run("migrate-data", "--to", uri, "--data", site.folder, timeout=120)
    assert done.returncode == 0, done.stderr
    yield uri
    postgres.drop_database(uri)


@pytest.fixture(scope="module")
def good(site, source, tmp_path_factory):
    return backed_up(site.folder, tmp_path_factory.mktemp("backups"), "--database", source)


def test_a_site_goes_on_as_it_was_in_another_database(site, good, postgres, uri, tmp_path):
    assert {path.name for path in good.iterdir()} == {"database.dump", "keys.json", "manifest.json"}
    restored(good, tmp_path / "new", "--database", uri, "--last")
    assert_same_rows(site.folder, postgres, uri)
    with served(tmp_path / "new", settings=SECURE | {"database": uri}) as server:
        assert site.all_answers(server) == site.answers
        assert made(renew(server, site.bob.refresh_token))["access_token"]
        assert made(site.ada.at(server).post("/posts", json=NEW))["id"] == site.deleted + 1
    assert run("check", "--database", uri).returncode == 0


def test_after_a_loss_all_log_in_again_and_no_number_is_given_out_twice(site, good, uri, tmp_path):
    restored(good, tmp_path / "new", "--database", uri)
    with served(tmp_path / "new", settings=SECURE | {"database": uri}) as server:
        assert renew(server, site.ada.refresh_token).status_code == 401
        ada = log_in(server, site.ada.username)
        assert made(ada.post("/posts", json=NEW))["id"] > site.deleted + 1_000_000 - 1
        her = f"/users/{site.ada.username}"
        assert found(ada.get(her))["karma"] == site.answers[her][0][1]["karma"]


def test_it_is_verified_with_the_rows_of_each_table_told(good, source, postgres):
    done = verified(good)
    assert done.returncode == 0 and "database.dump can be read to its end" in done.stdout
    tables = {table["table"]: table["rows"] for table in manifest(good)["files"][0]["tables"]}
    assert tables["posts.posts"] == int(postgres.sql("select count(*) from posts.posts", source))
    assert {name.split(".")[0] for name in tables} == {"posts", "votes", "users", "messages"}


def test_a_dump_that_is_damaged_is_told_and_not_restored(good, postgres, uri, tmp_path):
    bad = shutil.copytree(good, tmp_path / good.name)
    content = bytearray((bad / "database.dump").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (bad / "database.dump").write_bytes(content)
    for done in (verified(bad), run("restore", "--data", tmp_path / "new", "--database", uri, bad)):
        assert done.returncode == 1 and "checksum" in done.stdout
    assert "posts" not in postgres.sql("select nspname from pg_namespace", uri).split()


def test_a_database_that_has_data_is_refused_and_left(good, source, postgres, tmp_path):
    before = postgres.sql("select count(*) from posts.posts", source)
    done = run("restore", "--data", tmp_path / "new", "--database", source, good)
    assert done.returncode == 1 and "has a schema" in done.stderr and "drop schema" in done.stderr
    assert postgres.sql("select count(*) from posts.posts", source) == before
    assert not list(tmp_path.iterdir()), "nor is a copy of the dump left"


def test_a_dump_that_can_t_be_restored_leaves_the_database_empty(good, postgres, uri, tmp_path):
    """Half of it would look like a site."""
    postgres.sql("create function no() returns event_trigger language plpgsql as "
                 "$$ begin raise exception 'no more'; end $$; create event trigger no_index "
                 "on ddl_command_start when tag in ('CREATE INDEX') execute function no()",
                 postgres.uri(uri.rpartition("/")[2], "postgres"))
    done = run("restore", "--data", tmp_path / "new", "--database", uri, good)
    assert done.returncode == 1 and "no more" in done.stderr and "pg_restore has failed" in done.stderr
    assert "posts" not in postgres.sql("select nspname from pg_namespace", uri).split()


def test_no_server_starts_on_one_that_is_restored_by_halves(good, postgres, uri, tmp_path):
    restored(good, tmp_path / "new", "--database", uri)
    postgres.sql("create table posts.filling (table_name text)", uri)
    ended = run("serve", "--data", tmp_path / "new", "--listen", "127.0.0.1:0", "--database", uri)
    assert_refused(ended, "'stoa restore' come to its end", code=1)


def test_keys_that_are_others_are_not_overwritten(good, uri, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new/keys.json").write_text("others")
    done = run("restore", "--data", tmp_path / "new", "--database", uri, good)
    assert done.returncode == 1 and "others than the backup's" in done.stderr
    assert (tmp_path / "new/keys.json").read_text() == "others"


def test_a_backup_of_a_database_takes_one_to_be_restored_to(good, tmp_path):
    assert_refused(run("restore", "--data", tmp_path / "new", good), "--database", code=1)


def test_the_password_is_given_to_pg_dump_but_not_shown_to_others(site, source, tmp_path):
    """Whoever is on the machine sees all arguments."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "pg_dump").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n'
                                   f'echo $PGPASSWORD > {tmp_path}/password\nexec {shutil.which("pg_dump")} "$@"\n')
    (tools / "pg_dump").chmod(0o755)
    with_password = source.replace("stoa@", "stoa:swordfish@")
    backed_up(site.folder, tmp_path / "backups", "--database", with_password, PATH=f"{tools}:{os.environ['PATH']}")
    assert "swordfish" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "swordfish\n"


def test_without_postgresql_s_programs_it_is_told_what_to_install(site, source, good, uri, tmp_path):
    for command in (["backup", "--data", site.folder, "--database", source, tmp_path / "backups"],
                    ["restore", "--data", tmp_path / "new", "--database", uri, good]):
        done = run(*command, PATH=str(tmp_path))
        assert done.returncode == 1 and re.search("pg_(dump|restore).*postgresql-client", done.stderr)
    assert not list((tmp_path / "backups").iterdir())


def test_a_database_without_data_is_told_and_nothing_is_left(uri, tmp_path):
    done = run("backup", "--data", tmp_path, "--database", uri, tmp_path / "backups")
    assert_refused(done, "no data of stoa", code=1)
    assert not list((tmp_path / "backups").iterdir())
