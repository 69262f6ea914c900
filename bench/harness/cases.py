"""What is measured, and the goals."""

import random
import sqlite3
from dataclasses import dataclass, field

STATIC, RETURN, FLASK, FASTIFY, GO = "nginx static", "nginx return", "Flask", "Fastify", "Go"
NO_CACHE, NO_GROUPS = "Stoa, no cache", "Stoa, 1 a commit"
RAW_64, RAW_1 = "SQLite, 64 a commit", "SQLite, 1 a commit"


@dataclass
class Case:
    name: str  # a word; names files
    title: str
    path: str  # its answer is what nginx hands out
    goals: dict = field(default_factory=dict)  # rival -> the least ratio
    paths: list = field(default_factory=list)  # asked for in turn in the place of `path`, if there are any
    script: str = "report.lua"

    @property
    def is_write(self):
        return self.script in ("posts.lua", "votes.lua")


def reads(database, seed=3):
    rng = random.Random(seed)
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    posts = db.execute("select max(id) from posts").fetchone()[0]
    # The fixed post is as long as the average one, so that nginx's file stands for the random ones as well.
    size = "length(cast(title as blob)) + length(cast(text as blob)) + ifnull(length(url), 0)"
    average = db.execute(f"select id from posts order by abs({size} - (select avg({size}) from posts)), id").fetchone()[0]
    voted = db.execute("select post_id from tallies order by abs(score - (select avg(score) from tallies)), post_id").fetchone()[0]
    db.close()
    hundred = ",".join(str(rng.randint(1, posts)) for _ in range(100))
    everywhere = [f"/api/v1/posts/{rng.randint(1, posts)}" for _ in range(min(100_000, 2 * posts))]
    fixed = f"/api/v1/posts/{average}"
    return [
        Case("post", "GET /posts/{id}, one id", fixed, {STATIC: 1.2}),
        Case("random", "GET /posts/{id}, random ids", fixed, {STATIC: 1.2}, everywhere, "paths.lua"),
        Case("list", "List of 25, all", "/api/v1/posts?limit=25", {STATIC: 1.0, FASTIFY: 10, FLASK: 25}),
        Case("community", "List of 25, one community", "/api/v1/posts?community=community_20&limit=25", {STATIC: 1.0}),
        Case("top", "Top 25", "/api/v1/votes/top?limit=25", {STATIC: 0.8}),
        Case("sort", "Sort 100 ids by score", f"/api/v1/votes?post_ids={hundred}", {STATIC: 0.5}),
        Case("tally", "Tally of a post", f"/api/v1/votes/{voted}", {STATIC: 1.2}),
    ]


def writes():
    return [
        Case("posts", "POST /posts, durable", "/api/v1/posts", {RAW_64: 0.6, RAW_1: 5, NO_GROUPS: 5}, script="posts.lua"),
        Case("votes", "POST /votes, durable", "/api/v1/votes", {RAW_1: 4, NO_GROUPS: 4}, script="votes.lua"),
    ]


IDLE_MIB = 30
