"""A site is backed up under load, destroyed and restored: what was acknowledged before the backup began is there, once,
and nothing is there that nobody sent. Prints what was lost (the recovery point) and how long it took to be back (the
recovery time). Then backups, restores and upkeep that are killed at one moment after the other."""

import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from cluster_load import karma
from conftest import BINARY, Server
from ledger import Ledger, top_must_agree
from sample import a_post, found
from waiting import karma_has_settled
from writers import LIVES, Load

POSTS, VOTES_EACH = 26_717, 26
LARGE_SITE = Path(__file__).parents[2] / "bench/large_site.py"


class Recorded(Ledger):
    """Knows all that a thing has been, one after the other, and so what it may be in a copy of some moment."""

    def __init__(self):
        super().__init__()
        self.authors: dict[str, list[int]] = {}  # and their posts, which others vote on

    def enter(self, thing):
        thing.been = [thing.may_be]
        thing.mark = 0
        return super().enter(thing)

    def ask(self, api, request) -> bool:
        try:
            return super().ask(api, request)
        finally:
            request.thing.been.append(request.thing.may_be)

    def things(self) -> list:
        return [thing for group in list(self.groups.values()) for thing in list(group)]

    def mark(self) -> int:
        """A copy is begun now. How much was done until then."""
        for thing in self.things():
            thing.mark = len(thing.been) - 1
        return self.outcomes["done"]

    def take_for_the_copy(self) -> None:
        """Each thing may be what it was when that was begun, or what it became since."""
        for thing in self.things():
            thing.may_be = [state for may_be in thing.been[thing.mark:] for state in may_be]
        self.unanswered.clear()  # nobody knows of it any more


def run(*arguments) -> str:
    ended = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def karma_must_add_up(server, ledger: Recorded) -> None:
    with server.client() as api:
        assert karma_has_settled(server, 120), server.tail()
        for author, posts in ledger.authors.items():
            tallies = {post: found(api.get(f"/votes/{post}")) for post in posts}
            for post, tally in tallies.items():
                has_votes = tally["upvotes"] + tally["downvotes"] > 0
                assert not has_votes or found(api.get(f"/posts/{post}")), "a vote is there, and its post is not"
            user = api.get(f"/users/{author}")
            earned = sum(tally["score"] for tally in tallies.values())
            assert (user.json()["karma"] if user.status_code == 200 else 0) == earned, (author, user.text, earned)


class Files:
    """The site's data are in its folder."""

    def __init__(self, tmp_path):
        self.folder = tmp_path / "data"
        self.place = ["--data", self.folder]
        self.server = Server(self.folder)

    def fill(self) -> None:
        self.server.start().stop()
        subprocess.run([sys.executable, LARGE_SITE, self.folder, str(POSTS), str(VOTES_EACH)], check=True, timeout=120)

    def destroy(self) -> None:
        shutil.rmtree(self.folder)


class Database(Files):
    """They are in a database, of which the keys alone are not."""

    def __init__(self, tmp_path, postgres):
        super().__init__(tmp_path)
        self.postgres = postgres
        self.use(postgres.create_database())

    def use(self, uri: str) -> None:
        self.uri = uri
        self.place = ["--data", self.folder, "--database", uri]
        self.server = Server(self.folder, settings={"database": uri})

    def fill(self) -> None:
        files = Files(self.folder.parent)
        files.fill()
        run("migrate-data", "--data", self.folder, "--to", self.uri)
        for file in self.folder.glob("*.db*"):
            file.unlink()

    def destroy(self) -> None:
        super().destroy()
        self.postgres.drop_database(self.uri)
        self.use(self.postgres.create_database())


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_what_was_acknowledged_before_a_backup_survives_the_loss_of_everything(tmp_path, request, engine):
    site = Files(tmp_path) if engine == "sqlite" else Database(tmp_path, request.getfixturevalue("postgres"))
    site.fill()
    server, ledger = site.server.start(), Recorded()
    load = Load(server, ledger, [*LIVES, karma] * 2)
    load.go_on(60)

    steps = list(load.steps)
    acknowledged, begun = ledger.mark(), time.monotonic()
    told = run("backup", *site.place, tmp_path / "backups")
    backed_up = time.monotonic()
    assert all(now > before for before, now in zip(steps, load.steps, strict=True)), "writers wait for a backup"
    load.go_on(30)
    server.kill()
    lost = time.monotonic()
    load.join()
    done = ledger.outcomes["done"]
    numbers = [thing.known("id") for thing in ledger.things() if thing.known("id")]
    site.destroy()

    destroyed = time.monotonic()
    (backup,) = (tmp_path / "backups").iterdir()
    run("restore", *site.place, backup)
    restored = time.monotonic()
    server = site.server.start()
    back = time.monotonic()
    try:
        ledger.take_for_the_copy()
        with server.client() as api:
            things = ledger.check(api)
            top_must_agree(api)
            karma_must_add_up(server, ledger)
            assert a_post(api)["id"] > max(numbers), "a number that was told is never given to something else"
    finally:
        server.stop()
    run("check", *site.place)
    print(f"\n{engine}: {POSTS} posts with {POSTS * VOTES_EACH} votes, {things} things of a load beside\n{told}"
          f"backup: {backed_up - begun:.1f} s while {sum(load.steps) - sum(steps)} steps of writers went on\n"
          f"RPO: {lost - begun:.1f} s from the begin of the backup to the loss: "
          f"of {done} acknowledged writes at most the last {done - acknowledged}\n"
          f"RTO: {back - destroyed:.1f} s: restore, with the backup's check, {restored - destroyed:.1f} s, "
          f"start {back - restored:.1f} s")


# Interrupted.

@pytest.fixture
def small(tmp_path):
    """A site's folder, large enough that copies take a while."""
    site = Server(tmp_path / "data")
    site.start().stop()
    subprocess.run([sys.executable, LARGE_SITE, site.data, "2000", "5"], check=True, timeout=60)
    return site.data


# The calls by which something becomes durable, takes its place or is thrown away.
CALLS = ["fsync", "fdatasync", "rename", "renameat2", "unlink", "mkdir", "write", "pwrite64"]


def killed_at(call: str, number: int, command: list, log) -> bool:
    """Runs a command that is killed when it makes such a call for so many times; whether it came to that."""
    kill = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    ended = subprocess.run([*kill, BINARY, *command], capture_output=True, text=True, timeout=120)
    assert ended.returncode in (0, -9, 137), ended.stdout + ended.stderr
    return ended.returncode != 0


def moments(call: str):
    """Each of the first calls, then fewer and fewer."""
    number = 1
    while number < 100_000:
        yield number
        number += 1 if number < 16 else number


def every_kill(command, log):
    """Kills the command at one moment after the other, and gives word after each."""
    for call in CALLS:
        for number in moments(call):
            if not killed_at(call, number, command(), log):
                break
            yield f"{call} {number}"


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(small, tmp_path):
    place, kills = tmp_path / "backups", 0
    for moment in every_kill(lambda: ["backup", "--data", small, place], tmp_path / "trace"):
        kills += 1
        for whole in place.glob("[!.]*"):
            run("verify-backup", whole)
            shutil.rmtree(whole)
    print(f"killed {kills} times, last at {moment}")
    assert kills > 30
    shutil.rmtree(place)
    run("backup", "--data", small, place)
    assert len(list(place.iterdir())) == 1, "what was left is removed"


def posts_in(folder) -> int:
    with closing(sqlite3.connect(folder / "posts.db")) as database:
        return database.execute("select count(*) from posts").fetchone()[0]


def test_a_restore_that_is_killed_leaves_the_old_data_or_the_restored(small, tmp_path):
    run("backup", "--data", small, tmp_path / "backups")
    (backup,) = (tmp_path / "backups").iterdir()
    old = tmp_path / "old"
    Server(old).start().stop()
    subprocess.run([sys.executable, LARGE_SITE, old, "50", "2"], check=True, timeout=60)
    folder, outcomes = tmp_path / "site/data", {50: 0, 2000: 0}

    def command():
        shutil.rmtree(folder.parent, ignore_errors=True)
        shutil.copytree(old, folder)
        return ["restore", "--data", folder, "--replace", backup]

    for moment in every_kill(command, tmp_path / "trace"):
        posts = posts_in(folder)
        outcomes[posts] += 1
        run("check", "--data", folder)
        if posts == 2000:
            assert [posts_in(before) for before in folder.parent.glob("data.before-*")] == [50], moment
        else:
            run("restore", "--data", folder, "--replace", backup)
            assert posts_in(folder) == 2000 and not list(folder.parent.glob(".data.restoring*")), moment
    print(f"killed: {outcomes[50]} times the old data were there, {outcomes[2000]} times the restored")
    assert min(outcomes.values()) > 0


@pytest.mark.parametrize("command", ["migrate", "vacuum"])
def test_upkeep_that_is_killed_leaves_files_that_are_whole(small, tmp_path, command):
    copies = tmp_path / "copies"
    with closing(sqlite3.connect(small / "users.db")) as database, database:
        database.execute("alter table users drop column earned_version")
        database.execute("delete from schema_migrations where name like '%004%'")

    def made_again():
        shutil.rmtree(copies, ignore_errors=True)
        shutil.copytree(small, copies)
        if command == "vacuum":
            run("migrate", "--data", copies)
        return [command, "--data", copies]

    for moment in every_kill(made_again, tmp_path / "trace"):
        run("migrate", "--data", copies)
        run(command, "--data", copies)
        assert posts_in(copies) == 2000, moment
        run("check", "--data", copies)
        assert not list(copies.glob("*.vacuumed")) and not list(copies.glob("*.new")), moment
