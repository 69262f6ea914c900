"""`stoa backup`, `verify-backup` and `restore` of a site on SQLite files."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest

from accounts import log_in, refusal, renew
from conftest import SECURE
from damaged import overwrite
from moved_site import alter
from program import Terminal, assert_refused, run, served
from sample import a_post, a_user, a_vote, found, made
from saved import MANY_POSTS, SERVICES, backed_up, contents, manifest, restored, sums_of, verified
from waiting import karma_has_settled

pytest_plugins = ["saved_fixtures"]
pytestmark = pytest.mark.sqlite(reason="about the files")


# There and back.

def test_a_site_that_was_stopped_before_its_last_backup_goes_on_as_it_was(saved_site, good, tmp_path):
    restored(good, tmp_path / "new", "--last")
    with served(tmp_path / "new", settings=SECURE) as server:
        assert saved_site.all_answers(server) == saved_site.answers
        again = saved_site.ada.at(server).post("/posts", **saved_site.asked)
        assert (made(again), again.headers["Idempotency-Replayed"]) == (saved_site.first, "true")
        post = made(saved_site.ada.at(server).post("/posts", json={"title": "New", "text": "", "community": "odd1"}))
        assert post["id"] == saved_site.deleted + 1, "numbers go on where they were"
        assert made(renew(server, saved_site.bob.refresh_token))["access_token"]
    assert run("check", "--data", tmp_path / "new").returncode == 0


def test_after_a_loss_all_log_in_again_and_no_number_is_given_out_twice(saved_site, good, tmp_path):
    restored(good, tmp_path / "new")
    with served(tmp_path / "new", settings=SECURE) as server:
        assert renew(server, saved_site.ada.refresh_token).status_code == 401
        assert refusal(server, saved_site.ada.username, "not her password").status_code == 401
        ada = log_in(server, saved_site.ada.username)
        post = made(ada.post("/posts", json={"title": "New", "text": "", "community": "odd1"}))
        assert post["id"] > saved_site.deleted + 1_000_000 - 1
        letter = made(ada.post("/messages", json={"to": saved_site.bob.username, "contents": "New"}))
        assert letter["id"] > max(saved_site.letters) + 1_000_000 - 1
    assert run("check", "--data", tmp_path / "new").returncode == 0


def test_who_reads_for_long_holds_up_no_write(start_server):
    """As a copy of a large file does: the log grows meanwhile, and is not waited for to start over."""
    server = start_server()
    with server.client() as api, closing(sqlite3.connect(server.data / "posts.db", isolation_level=None)) as reader:
        a_post(api)
        reader.execute("begin")
        reader.execute("select count(*) from posts").fetchone()
        while (server.data / "posts.db-wal").stat().st_size < 6_000 * 4_096:  # it would have been started over twice
            began = time.monotonic()
            a_post(api, text="A long text. " * 3_000)
            assert time.monotonic() - began < 3


def test_numbers_go_on_later_where_none_was_given_out_before(start_server, tmp_path):
    server = start_server()
    restored(backed_up(server.data, tmp_path / "backups"), tmp_path / "new")
    with served(tmp_path / "new") as again, again.client() as api:
        assert a_post(api)["id"] > 1_000_000


def test_a_running_server_is_backed_up_and_goes_on(start_server, tmp_path):
    server = start_server()
    with server.client() as api:
        before = a_post(api)
        backup = backed_up(server.data, tmp_path / "backups")
        after = a_post(api)
        assert verified(backup).returncode == 0
        restored(backup, tmp_path / "new")
        with served(tmp_path / "new") as again, again.client() as there:
            assert found(there.get(f"/posts/{before['id']}")) == before
            assert there.get(f"/posts/{after['id']}").status_code == 404


def test_karma_is_right_again_whichever_moment_each_file_is_of(start_server, tmp_path):
    """The services' files are copied one after the other: users may know of more than votes have told, or of less."""
    server = start_server()
    with server.client() as api:
        more, less = (a_user(api)["username"] for _ in range(2))
        for author in (more, less):
            post = a_post(api, username=author)["id"]
            for _ in range(3):
                a_vote(api, post)
        assert karma_has_settled(server)
    server.stop()
    for author, karma, version in ((more, 7, "earned_version + 1000"), (less, 0, "0")):
        alter(server.data, "users", f"update users set karma = {karma}, earned = {karma}, earned_version = {version} "
                                    f"where username = '{author}'")
    restored(backed_up(server.data, tmp_path / "backups"), tmp_path / "new")
    with served(tmp_path / "new") as again, again.client() as api:
        assert karma_has_settled(again)
        assert [found(api.get(f"/users/{author}"))["karma"] for author in (more, less)] == [3, 3]


def test_who_refers_to_others_is_copied_before_them(good):
    """So that a post that is voted on, and a user whose post it is, are in the backup."""
    files = {file["name"]: file["as_of"] for file in manifest(good)["files"]}
    assert list(files) == [f"{service}.db" for service in SERVICES] + ["keys.json"]
    assert list(files.values()) == sorted(files.values())


# What a backup is.

def test_a_backup_is_for_its_owner_alone_and_is_plain_files(saved_site, good):
    names = {*(f"{service}.db" for service in SERVICES), "keys.json", "manifest.json"}
    assert {path.name for path in good.iterdir()} == names
    assert good.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in good.iterdir()} == {0o600}
    with closing(sqlite3.connect(good / "posts.db")) as database:
        assert database.execute("pragma journal_mode").fetchone() == ("delete",)
        rows = database.execute("select count(*) from posts").fetchone()[0]
    noted = {file["name"]: file for file in manifest(good)["files"]}
    assert {"table": "posts", "rows": rows} in noted["posts.db"]["tables"]
    assert "posts/schema/sqlite/001_posts.sql" in noted["posts.db"]["steps"]


def test_keys_that_are_kept_elsewhere_are_found_or_left_out(saved_site, folder, tmp_path):
    keys = (folder / "keys.json").rename(tmp_path / "keys")
    done = run("backup", "--data", folder, tmp_path / "none")
    assert_refused(done, "--keys", "--no-keys", code=1) if not done.stdout else None
    assert done.returncode == 1 and not list((tmp_path / "none").iterdir())
    assert (backed_up(folder, tmp_path / "with", "--keys", keys) / "keys.json").read_bytes() == keys.read_bytes()
    assert not (backed_up(folder, tmp_path / "without", "--no-keys") / "keys.json").exists()


def test_a_folder_of_one_service_is_backed_up(start_server, tmp_path):
    server = start_server(service="posts")
    backup = backed_up(server.data, tmp_path / "backups")
    assert {path.name for path in backup.iterdir()} == {"posts.db", "manifest.json"}
    assert verified(backup).returncode == 0
    restored(backup, tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"posts.db", "last-backup"}


def test_a_folder_without_data_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "none"):
        assert_refused(run("backup", "--data", folder, tmp_path / "backups"), "there is no database in", code=1)
    assert not any((tmp_path / "backups").glob("*"))


def test_what_an_interrupted_run_left_is_removed_and_other_things_are_not(saved_site, tmp_path):
    place = tmp_path / "backups"
    (place / ".stoa-backup.abcdef").mkdir(parents=True)
    (place / ".stoa-backup.abcdef/posts.db").write_text("half")
    (place / "notes").write_text("of the operator")
    made_one = {path.name for path in backed_up(saved_site.folder, place).parent.iterdir()}
    assert "notes" in made_one and len(made_one) == 2


def test_progress_is_told_on_a_terminal_alone(folder, tmp_path):
    alter(folder, "posts", MANY_POSTS % 30_000)
    with Terminal("backup", "--data", folder, tmp_path / "backups") as shown:
        told = "".join(shown.pieces())
    assert "bytes of posts" in told and "left" in told
    done = run("backup", "--data", folder, tmp_path / "others")
    assert done.stderr == "" and "left" not in done.stdout


# What is not good.

def damage(path, offset=5_000):
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)


def rewritten(change):
    """A manifest that says something else."""
    def do(backup):
        told = manifest(backup)
        change(told)
        (backup / "manifest.json").write_text(json.dumps(told))
    return do


def in_the_file(service, sql):
    def do(backup):
        alter(backup, service, sql)
        sums_of(backup)
    return do


BAD = {
    "a byte that is another": (lambda backup: damage(backup / "posts.db"), "posts.db", "checksum"),
    "other keys": (lambda backup: damage(backup / "keys.json", 10), "keys.json", "checksum"),
    "a file cut short": (lambda backup: os.truncate(backup / "votes.db", 4096), "votes.db", "has 4096 bytes"),
    "a file that is missing": (lambda backup: (backup / "users.db").unlink(), "users.db", "is missing"),
    "no manifest": (lambda backup: (backup / "manifest.json").unlink(), "no backup", "manifest.json"),
    "half a manifest": (lambda backup: os.truncate(backup / "manifest.json", 100), "manifest.json", "take another"),
    "a manifest without a member": (rewritten(lambda told: told.pop("files")), "manifest.json", "take another"),
    "a later format": (rewritten(lambda told: told.update(format=2)), "later version of stoa"),
    "a file from elsewhere": (rewritten(lambda told: told["files"][0].update(name="../posts.db")), "../posts.db"),
    "a tally that is wrong": (in_the_file("votes", "update tallies set upvotes = 7 where post_id = 1"), "every tally",
                              "no, 1 breach"),
    "a row that is lost": (in_the_file("posts", "delete from posts where id = 1"), "posts: 12 rows, 13 noted"),
    "a reference that leads nowhere": (in_the_file("messages", "insert into copies values ('ada', 99, 0, 1, null)"),
                                       "every reference"),
    "a schema of a later version": (in_the_file("posts", "insert into schema_migrations values ('999_x.sql', '', 0)"),
                                    "999_x.sql", "later one"),
    "a page that is broken": (lambda backup: (overwrite(backup / "votes.db", "tallies_by_score"), sums_of(backup)), "the file is whole"),
}


def test_a_good_backup_is_told_to_be_good_and_left_as_it_is(good):
    before = contents(good)
    done = verified(good)
    assert done.returncode == 0 and done.stderr == ""
    assert "The backup is good" in done.stdout and "every tally is what the votes add up to" in done.stdout
    assert contents(good) == before, "nothing is changed, and no log is left beside a file"


@pytest.mark.parametrize("what", BAD)
def test_a_bad_backup_is_told_and_not_restored(backup, tmp_path, what):
    spoil, *culprits = BAD[what]
    spoil(backup)
    before = contents(backup)
    for done in (verified(backup), run("restore", "--data", tmp_path / "new", backup)):
        assert done.returncode == 1 and done.stderr
        for culprit in culprits:
            assert culprit in done.stdout + done.stderr
    assert contents(backup) == before
    assert not (tmp_path / "new").exists() and not any(tmp_path.glob(".new*"))


def older(folder):
    alter(folder, "users", "alter table users drop column earned_version",
          "delete from schema_migrations where name like '%004%'")


def test_a_backup_of_an_older_version_is_good_and_brought_up_to_date(saved_site, folder, tmp_path):
    older(folder)
    backup = backed_up(folder, tmp_path / "backups")
    done = verified(backup)
    assert done.returncode == 0 and "1 steps of the schema will run" in done.stdout
    restored(backup, tmp_path / "new", "--last")
    assert run("check", "--data", tmp_path / "new").returncode == 0
    with served(tmp_path / "new", settings=SECURE) as server:
        assert found(saved_site.ada.at(server).get(f"/posts/{saved_site.posts[0]}"))


# Where something is already.

def test_data_that_are_there_are_replaced_only_if_asked_for_and_kept(saved_site, good, folder, tmp_path):
    alter(folder, "posts", "delete from posts")
    before = contents(folder)
    done = run("restore", "--data", folder, good)
    assert_refused(done, "--replace", code=1)
    assert contents(folder) == before
    done = restored(good, f"{folder}/", "--replace", "--last")
    (kept,) = tmp_path.glob("data.before-*")
    assert str(kept) in done.stdout
    assert {name: content for name, content in contents(kept).items() if name.suffix == ".db"} == \
        {name: content for name, content in before.items() if name.suffix == ".db"}
    with served(folder, settings=SECURE) as server:
        assert saved_site.all_answers(server) == saved_site.answers


def test_nothing_is_restored_under_a_running_server(start_server, good):
    server = start_server()
    with server.client() as api:
        post = a_post(api)
        done = run("restore", "--data", server.data, good, "--replace")
        assert_refused(done, "is in use", "stop that process first", code=1)
        assert found(api.get(f"/posts/{post['id']}")) == post


def test_an_empty_folder_is_filled(good, tmp_path):
    (tmp_path / "new").mkdir()
    restored(good, tmp_path / "new")
    assert (tmp_path / "new/users.db").exists()


def test_root_gives_the_data_to_the_owner_of_the_folder(good, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("takes root")
    (tmp_path / "new").mkdir()
    os.chown(tmp_path / "new", 12345, 12345)
    restored(good, tmp_path / "new")
    assert {path.stat().st_uid for path in [tmp_path / "new", *(tmp_path / "new").iterdir()]} == {12345}


def test_a_backup_of_files_is_not_restored_to_a_database(good, tmp_path):
    done = run("restore", "--data", tmp_path / "new", "--database", "postgresql:///x", good)
    assert_refused(done, "migrate-data", code=1)
