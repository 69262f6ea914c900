"""Commands on a data folder: to whom they talk, and what they leave alone."""

import fcntl
import json
import os
import socket
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

import pytest

from conftest import SECURE
from program import assert_refused, run, served

pytestmark = pytest.mark.sqlite(reason="about the locks and the files of a folder")

PASSWORD = "correct horse battery\n"
FORTY_DAYS = 40 * 86_400_000


def create(folder, name: str) -> None:
    ended = run("user", "create", name, "--email", f"{name}@example.org", "--data", folder, given=PASSWORD)
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def folder(tmp_path):
    """A data folder on which a server has run, and somebody's account."""
    data = tmp_path / "data"
    with served(data, settings=SECURE):
        create(data, "ada")
    return data


def test_a_folder_in_use_by_who_can_not_be_asked_is_told_and_no_token_goes_to_an_old_address(folder):
    """A server ran there once; by now somebody else may listen at its address."""
    port = int((folder / "users.url").read_text().rsplit(":", 1)[1])
    heard = []
    with socket.create_server(("127.0.0.1", port)) as stranger, (folder / "users.lock").open("r+") as lock:
        stranger.settimeout(0.1)
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(str(os.getpid()))
        lock.truncate()
        lock.flush()
        listening = threading.Event()

        def listen():
            while not listening.is_set():
                try:
                    with stranger.accept()[0] as connection:
                        heard.append(connection.recv(65536))
                except TimeoutError:
                    pass

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            assert_refused(run("user", "list", "--data", folder), str(folder), "in use", code=1)
        finally:
            listening.set()
            thread.join()
    assert not heard


def test_a_command_forgets_nobody(folder):
    """When to forget is the server's to say, and it may have been told another time than the usual."""
    assert run("user", "deactivate", "ada", "--data", folder).returncode == 0
    with sqlite3.connect(folder / "users.db") as users:
        users.execute("update users set deactivated_at = deactivated_at - ?", (FORTY_DAYS,))
    for _ in range(2):
        listed = run("user", "list", "--json", "--data", folder).stdout.splitlines()
        assert [json.loads(line)["email"] for line in listed] == ["ada@example.org"]


def test_an_import_uses_the_keys_that_it_is_told(folder, tmp_path):
    keys = tmp_path / "elsewhere.json"
    (folder / "keys.json").rename(keys)
    post = tmp_path / "cpp.csv"
    post.write_text("id,created_utc,title,ups,downs,score,is_self,selftext,url\n1h8dgv,1374764446.0,A,2,1,1,True,B,\n")
    ended = run("import", "reddit-csv", post, "--data", folder, STOA_KEYS=str(keys))
    assert ended.returncode == 0, ended.stderr
    assert not (folder / "keys.json").exists()


def test_a_server_that_starts_while_somebody_looks_is_not_refused(folder):
    looking = threading.Event()

    def look():
        while not looking.is_set():
            with (folder / "users.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)
                fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.001)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        with served(folder, settings=SECURE) as server:
            assert server.ready()
    finally:
        looking.set()
        thread.join()


@pytest.fixture
def reachable():
    """A folder that everybody may go through, as nobody may through pytest's."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_what_root_makes_in_a_folder_belongs_to_the_owner_of_the_folder(reachable):
    """Whose server could not use it otherwise."""
    if os.geteuid() != 0:
        pytest.skip("takes root")
    folder = reachable / "data"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    create(folder, "ada")
    assert run("keys", "rotate", "--data", folder).returncode == 0
    assert {path.name: path.stat().st_uid for path in folder.iterdir() if path.stat().st_uid != 12345} == {}
    assert (folder / "keys.json").exists() and (folder / "users.db").exists()


def test_root_follows_no_link_that_the_owner_of_a_folder_has_laid(reachable):
    if os.geteuid() != 0:
        pytest.skip("takes root")
    folder, victim = reachable / "data", reachable / "victim"
    folder.mkdir()
    create(folder, "ada")
    os.chown(folder, 12345, 12345)
    for file in folder.iterdir():
        os.chown(file, 12345, 12345)
    victim.write_text("root's alone")
    victim.chmod(0o600)
    (folder / "users.lock").unlink()
    (folder / "users.lock").symlink_to(victim)
    for command in (("vacuum",), ("check",), ("migrate",), ("user", "list")):
        run(*command, "--data", folder)
        assert victim.read_text() == "root's alone" and victim.stat().st_uid == 0


def test_a_command_on_a_wrong_folder_makes_nothing(tmp_path):
    for command in (("user", "list"), ("user", "role", "ada", "admin"), ("user", "deactivate", "ada")):
        assert_refused(run(*command, "--data", tmp_path / "nowhere"), "there is no database", "--data", code=1)
        assert not (tmp_path / "nowhere").exists()
