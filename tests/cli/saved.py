"""Backups for tests: made and restored by the program."""

import json
import os
from pathlib import Path

from moved_site import Site, alter
from program import run

# Posts enough for a copy to take a while.
MANY_POSTS = ("with recursive n(i) as (select 1 union all select i + 1 from n where i < %d) "
              "insert into posts (title, community, username, created_at, text) "
              "select 'A title', 'c', 'u', i, hex(randomblob(500)) from n")
SERVICES = ["votes", "posts", "messages", "users"]  # in the order in which they are copied


def a_sound_site(folder) -> Site:
    site = Site(folder)
    alter(folder, "messages", "delete from messages where sender = 'x'")  # nobody's, which a check would tell
    return site


def backed_up(data, to, *flags, **variables) -> Path:
    """A backup, made by the program: its folder."""
    before = set(to.iterdir()) if to.exists() else set()
    done = run("backup", "--data", data, to, *flags, timeout=60, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = set(to.iterdir()) - before
    return made


def restored(backup, data, *flags, **variables):
    done = run("restore", "--data", data, backup, *flags, timeout=60, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def verified(backup):
    return run("verify-backup", backup, timeout=60)


def manifest(backup) -> dict:
    return json.loads((backup / "manifest.json").read_text())


def sums_of(backup):
    """The manifest takes the files as they are now: only what is in them can be wrong."""
    told = manifest(backup)
    for file in told["files"]:
        path = backup / file["name"]
        file["bytes"], file["sha256"] = path.stat().st_size, os.popen(f"sha256sum {path}").read().split()[0]
    (backup / "manifest.json").write_text(json.dumps(told))


def contents(folder) -> dict:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
