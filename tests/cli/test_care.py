"""What the commands that care for data refuse, in words that say what to do, and leave as it was: files that are lost, links
that lead elsewhere, programs that are reading."""

import os
import shutil
import sqlite3
import struct
import subprocess
import time
from contextlib import closing
from functools import partial

import pytest

from conftest import BINARY, SECURE
from exposition import read
from moved_site import alter
from program import assert_refused, environment, run, served
from saved import MANY_POSTS, SERVICES, backed_up, contents, manifest, restored, verified

pytest_plugins = ["saved_fixtures"]
pytestmark = pytest.mark.sqlite(reason="about the files")


# A file that is lost.

@pytest.mark.parametrize("command", ["backup", "check", "migrate", "vacuum", "migrate-data"])
@pytest.mark.parametrize("lost", SERVICES)
def test_a_service_s_file_that_is_lost_is_told(folder, tmp_path, lost, command):
    for file in folder.glob(f"{lost}.db*"):
        file.unlink()
    more = {"backup": [tmp_path / "backups"], "migrate-data": ["--to", "postgresql:///none"]}.get(command, [])
    assert_refused(run(command, "--data", folder, *more), f"{lost}.db' is lost", f"{lost}.lock", code=1)
    assert not list((tmp_path / "backups").glob("*")) and not (folder / f"{lost}.db").exists()


def test_a_service_whose_data_were_moved_away_is_missed_by_nobody(folder, tmp_path):
    for file in folder.glob("votes.*"):
        file.unlink()
    backup = backed_up(folder, tmp_path / "backups")
    assert {path.name for path in backup.glob("*.db")} == {"posts.db", "messages.db", "users.db"}


def test_a_folder_of_one_service_is_that_still_when_it_was_replaced(start_server, tmp_path):
    server = start_server(service="posts")
    server.stop()
    backup = backed_up(server.data, tmp_path / "backups")
    restored(backup, server.data, "--replace")
    (before,) = server.data.parent.glob(f"{server.data.name}.before-*")
    for folder in (before, server.data):
        backed_up(folder, tmp_path / "backups")


# Links, of which root could be led to what others may not read.

def test_a_backup_reads_no_keys_through_a_link(folder, tmp_path):
    (folder / "keys.json").rename(tmp_path / "secret")
    (folder / "keys.json").symlink_to(tmp_path / "secret")
    done = run("backup", "--data", folder, tmp_path / "backups")
    assert done.returncode == 1 and "keys.json' is a symbolic link" in done.stderr
    assert not list((tmp_path / "backups").iterdir())


def test_a_backup_reads_no_database_through_a_link(folder, tmp_path):
    (folder / "posts.db").rename(tmp_path / "secret.db")
    (folder / "posts.db").symlink_to(tmp_path / "secret.db")
    done = run("backup", "--data", folder, tmp_path / "backups")
    assert done.returncode == 1 and "posts.db': it is a symbolic link" in done.stderr
    assert not list((tmp_path / "backups").iterdir())
    assert not list(tmp_path.glob("secret.db-*")), "nor is anything made beside what it leads to"


def leave_a_journal(database, victim):
    """As a transaction over two files leaves it that was interrupted: whoever plays it back removes the file that it names
    (sqlite.org/fileformat2.html, "The Rollback Journal")."""
    magic, page, sector = bytes.fromhex("d9d505f920a163d7"), 4096, 512
    name = str(victim).encode()
    header = magic + struct.pack(">5I", 0, 0, database.stat().st_size // page, sector, page)
    end = struct.pack(">I", 0x40000000 // page + 1) + name + struct.pack(">2I", len(name), sum(name)) + magic
    database.with_name(f"{database.name}-journal").write_bytes(header.ljust(sector, b"\0") + end)


def test_no_journal_is_played_back_that_could_name_any_file(folder, backup, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("What nobody else may touch.\n")
    leave_a_journal(folder / "posts.db", victim)
    leave_a_journal(backup / "posts.db", victim)
    run("backup", "--data", folder, tmp_path / "backups")
    verified(backup)
    run("restore", "--data", tmp_path / "new", backup)
    assert victim.exists()


def test_a_backup_of_a_folder_behind_a_link_is_made(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert verified(backed_up(tmp_path / "link", tmp_path / "backups")).returncode == 0


@pytest.mark.parametrize("name", ["keys.json", "posts.db", "manifest.json"])
def test_nothing_is_restored_through_a_link(backup, tmp_path, name):
    (backup / name).rename(tmp_path / "secret")
    (backup / name).symlink_to(tmp_path / "secret")
    for done in (verified(backup), run("restore", "--data", tmp_path / "new", backup)):
        assert done.returncode == 1 and f"{name}' is a symbolic link" in done.stderr
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(".new*"))


def test_nothing_is_waited_for_that_is_no_file(backup, tmp_path):
    (backup / "keys.json").unlink()
    os.mkfifo(backup / "keys.json")
    for done in (verified(backup), run("restore", "--data", tmp_path / "new", backup)):
        assert done.returncode == 1 and "keys.json' is no plain file" in done.stderr


def test_keys_that_stay_are_not_read_through_a_link(saved_site, folder, tmp_path):
    backup = backed_up(saved_site.folder, tmp_path / "backups", "--no-keys")
    (folder / "keys.json").rename(tmp_path / "secret")
    (folder / "keys.json").symlink_to(tmp_path / "secret")
    before = contents(folder)
    done = run("restore", "--data", folder, "--replace", backup)
    assert done.returncode == 1 and "keys.json' is a symbolic link" in done.stderr
    assert contents(folder) == before and not list(tmp_path.glob("data.before*"))


# A restore.

def test_a_bad_backup_changes_nothing_of_what_it_would_replace(backup, folder, tmp_path):
    os.truncate(backup / "votes.db", 4096)
    for lock in folder.glob("*.lock"):
        lock.unlink()
    before = contents(tmp_path)
    assert run("restore", "--data", folder, "--replace", backup).returncode == 1
    assert contents(tmp_path) == before


def test_a_restore_reads_the_backup_once(good, tmp_path):
    """What was verified is what is there, whoever changes the backup meanwhile."""
    log = tmp_path / "trace"
    traced = ["strace", "-f", "-qq", "-o", log, "-e", "trace=open,openat", BINARY, "restore", "--data", tmp_path / "new", good]
    done = subprocess.run(traced, capture_output=True, text=True, timeout=60, env=environment())
    assert done.returncode == 0, done.stderr
    for file in manifest(good)["files"]:
        assert log.read_text().count(f'"{good / file["name"]}"') == 1


def test_a_folder_behind_a_link_is_replaced_where_it_is(saved_site, good, folder, tmp_path):
    (tmp_path / "disk").mkdir()
    real = folder.rename(tmp_path / "disk/data")
    (tmp_path / "data").symlink_to(real)
    alter(real, "posts", "delete from posts")
    done = restored(good, tmp_path / "data", "--replace", "--last")
    assert (tmp_path / "data").readlink() == real and not list(tmp_path.glob("data.before*"))
    (before,) = (tmp_path / "disk").glob("data.before-*")
    assert str(before) in done.stdout
    with served(tmp_path / "data") as server, server.client() as api:
        assert api.get("/posts").json()["items"]


def test_a_link_that_leads_nowhere_is_told(good, tmp_path):
    (tmp_path / "data").symlink_to(tmp_path / "nowhere")
    done = run("restore", "--data", tmp_path / "data", good)
    assert_refused(done, "is a link to", "nowhere", code=1)
    assert (tmp_path / "data").is_symlink()


# What went wrong, and with what.

def test_a_backup_without_room_tells_where_and_of_what(folder, tmp_path):
    alter(folder, "posts", MANY_POSTS % 2_000)
    limited = f'ulimit -f 800; exec "{BINARY}" backup --data "{folder}" "{tmp_path}/backups"'
    done = subprocess.run(["bash", "-c", f"trap '' XFSZ; {limited}"], capture_output=True, text=True, timeout=60,
                          env=environment())
    assert done.returncode == 1
    assert f"no backup was made in '{tmp_path}/backups'" in done.stderr and f"{folder}/posts.db" in done.stderr
    assert ".stoa-backup" not in done.stderr and not list((tmp_path / "backups").iterdir())


def test_a_backup_of_a_damaged_file_names_that_file(folder, tmp_path):
    with closing(sqlite3.connect(folder / "posts.db")) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        size = connection.execute("pragma page_size").fetchone()[0]
    with (folder / "posts.db").open("r+b") as file:
        file.seek(size)  # what tables there are can be read still
        file.write(b"\xff" * ((folder / "posts.db").stat().st_size - size))
    done = run("backup", "--data", folder, tmp_path / "backups")
    assert done.returncode == 1 and f"'{folder}/posts.db' can't be read" in done.stderr
    assert "stoa: no backup was made in" in done.stderr


@pytest.mark.parametrize("command", [["vacuum"], ["migrate", "--back", "--lose-writes"]], ids=["vacuum", "the way back"])
def test_what_can_t_be_done_while_somebody_reads_is_told_so_and_leaves_nothing(folder, command):
    """As a backup does, for as long as it copies."""
    shutil.copy(folder / "posts.db", folder / "posts.db.before-001_posts")
    with closing(sqlite3.connect(folder / "posts.db", isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from posts").fetchone()
        done = run(*command, "--data", folder, timeout=60)
        assert_refused(done, "another program is reading the database", "posts.db'", "again when that has ended", code=1)
        assert not list(folder.glob("*.vacuumed")) and not list(folder.glob("*.undone*"))
    assert run(*command, "--data", folder).returncode == 0


def test_a_vacuum_without_room_leaves_nothing_and_the_file_as_it_was(folder):
    alter(folder, "posts", MANY_POSTS % 2_000)
    limited = f'ulimit -f 1000; exec "{BINARY}" vacuum --data "{folder}"'
    done = subprocess.run(["bash", "-c", f"trap '' XFSZ; {limited}"], capture_output=True, text=True, timeout=60,
                          env=environment())
    assert done.returncode == 1 and "room on the disk" in done.stderr, done.stderr
    assert not list(folder.glob("*.vacuumed*"))
    assert run("check", "--data", folder).returncode == 0


def test_a_check_beside_a_server_says_what_to_do_instead(start_server, tmp_path):
    server = start_server()
    done = run("check", "--data", server.data)
    assert_refused(done, "is in use", "stop that process first", "stoa backup", "stoa verify-backup", code=1)
    assert "--repair" not in done.stderr and len(done.stderr.splitlines()) == 1


# What the server is told is told to these, too.

@pytest.fixture
def configuration(folder, tmp_path):
    """Of a server on that folder, with its keys elsewhere."""
    (folder / "keys.json").rename(tmp_path / "keys")
    file = tmp_path / "stoa.conf"
    file.write_text(f'data = "{folder}"\nkeys = "{tmp_path}/keys"\nmax-body = 5000\nlisten = "127.0.0.1:1"\n')
    return file


@pytest.mark.parametrize("command", ["check", "migrate", "vacuum", "user list", "keys list"])
def test_a_command_takes_the_server_s_configuration(configuration, tmp_path, command):
    done = run(*command.split(), "--config", configuration, folder=tmp_path)
    assert done.returncode == 0 and done.stdout, done.stderr


def test_a_backup_takes_the_server_s_configuration(configuration, folder, tmp_path):
    for given in ({"STOA_CONFIG": str(configuration)}, {"STOA_CONFIG": str(configuration), "STOA_DATA": str(folder)}):
        done = run("backup", tmp_path / "backups", folder=tmp_path, **given)
        assert done.returncode == 0, done.stderr
    for backup in (tmp_path / "backups").iterdir():
        assert (backup / "keys.json").read_bytes() == (tmp_path / "keys").read_bytes()
    done = run("restore", "--config", configuration, "--data", tmp_path / "new", backup)
    assert done.returncode == 0 and (tmp_path / "new/posts.db").exists(), "what is given goes before"


def test_a_configuration_with_a_word_that_no_server_knows_is_refused(configuration, tmp_path):
    with configuration.open("a") as file:
        file.write('date = "elsewhere"\n')
    assert_refused(run("backup", "--config", configuration, tmp_path / "backups"), "'date'", "stoa serve", code=2)


# What is told to who watches.

def age_of_backup(server) -> float:
    with server.site() as site:
        return read(site.get("/metrics").text)["stoa_backup_last_success_timestamp_seconds"].samples.popitem()[1]


def test_a_server_tells_when_its_newest_backup_began(start_server, tmp_path):
    server = start_server()
    assert age_of_backup(server) == 0
    before = int(time.time())
    backup = backed_up(server.data, tmp_path / "backups")
    noted = age_of_backup(server)
    assert before <= noted <= time.time()
    assert run("backup", "--data", server.data, "--keys", "nowhere", tmp_path / "backups").returncode == 1
    assert age_of_backup(server) == noted, "one that failed is none"
    restored(backup, tmp_path / "new")
    with served(tmp_path / "new") as again:
        assert age_of_backup(again) == noted, "what is restored has that backup"


def test_a_backup_whose_time_can_t_be_noted_is_made_and_says_so(folder, tmp_path):
    (folder / "last-backup").unlink(missing_ok=True)
    (folder / "last-backup").mkdir()
    (folder / "last-backup/something").touch()
    done = run("backup", "--data", folder, tmp_path / "backups")
    assert done.returncode == 0 and "the backup's time is not noted" in done.stderr
    assert verified(next((tmp_path / "backups").iterdir())).returncode == 0


def test_a_server_that_finds_no_keys_though_there_are_users_says_what_that_means(folder, tmp_path):
    with served(folder, settings=SECURE) as server:
        assert "keys" not in "".join(line for line in server.log.read_text().splitlines() if " warning " in line)
    (folder / "keys.json").rename(tmp_path / "keys.json")
    with served(folder, settings=SECURE) as server:
        (line,) = (line for line in server.log.read_text().splitlines() if " warning " in line)
        assert "everybody has to log in again" in line and str(folder / "keys.json") in line
    with served(tmp_path / "empty", settings=SECURE) as server:
        assert " warning " not in server.log.read_text(), "a new site has none"


def test_a_server_does_not_begin_anew_where_a_database_is_gone(folder, free_address):
    for file in folder.glob("messages.db*"):
        file.unlink()
    started = partial(run, "serve", "--data", folder, "--listen", free_address)
    assert_refused(started(), f"{folder}/messages.db' is lost", "messages.lock", "Restore a backup", code=1)
    assert not (folder / "messages.db").exists()
    (folder / "messages.lock").unlink()
    with served(folder) as server, server.client() as api:
        assert api.get("/posts").status_code == 200, "whoever says so may go on without it"
