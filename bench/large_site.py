#!/usr/bin/python3
"""Fills the SQLite files of a data folder, made by a server before, for `stoa migrate-data` and the like.

usage: bench/large_site.py FOLDER POSTS VOTES_EACH

A tenth as many users and messages as posts; sizes of texts and a spread of authors as on a real site, all of it the same each time."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

TEXT = "substr(replace(hex(zeroblob(200)), '00', 'Words that somebody wrote, ' || i || ', and more. '), 1, 50 + (i * 7919) % 900)"
HASH = "$argon2id$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g"


def fill(folder, service, *statements):
    with closing(sqlite3.connect(folder / f"{service}.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def each(rows, statement):
    return f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows}) {statement}"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, posts, votes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    users = max(posts // 10, 1)
    fill(folder, "posts", each(posts, f"""
        insert into posts (title, community, username, created_at, text, url)
        select 'A title of some length, number ' || i, 'community' || ((i * 31) % 500), 'user' || ((i * 7919) % {users} + 1),
               1700000000000 + i, {TEXT}, case when i % 2 then 'https://example.org/' || i end from n"""))
    fill(folder, "votes", each(posts, f"""
        insert into votes
        select i, 'user' || ((i * 13 + k) % {users} + 1), 'user' || ((i * 13 + k) % {users} + 1),
               case when (i + k) % 4 then 1 else -1 end, 1700000000000 + i
        from n, (with recursive v(k) as (select 0 union all select k + 1 from v where k < {votes} - 1) select k from v) where true"""),
        "insert into tallies select post_id, sum(direction = 1), sum(direction = -1), sum(direction) from votes group by post_id",
        f"insert into credits select post_id, 'user' || ((post_id * 7919) % {users} + 1), score from tallies",
        """insert into earned (author, total, told, version)
           select author, sum(credited), sum(credited), 1 from credits group by author""")
    fill(folder, "users", each(users, f"""
        insert into users (name, username, address, email, password_hash, karma, created_at, earned, earned_version)
        select 'user' || i, 'User' || i, 'user' || i || '@example.org', 'User' || i || '@example.org', '{HASH}', i % 100,
               1700000000000 + i, 0, 0 from n"""))
    fill(folder, "messages", each(posts // 10, f"""
        insert into messages (sender, recipient, sent_at, contents, read_at)
        select 'user' || (i % {users} + 1), 'user' || ((i * 7) % {users} + 1), 1700000000000 + i, {TEXT},
               case when i % 3 then 1700000000000 end from n"""),
        "insert into copies select sender, id, sender = recipient, 1, null from messages",
        """insert into copies select recipient, id, 1, 0, case when id % 5 = 0 then 1 end from messages
           where sender <> recipient""")


if __name__ == "__main__":
    main()
