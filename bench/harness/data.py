"""The data: a community site's posts and votes, the same each time for the same sizes."""

import http.client
import json
import random
import sqlite3
from datetime import datetime, timezone

from .servers import Failed

BEGIN = 1_767_225_600_000  # 2026-01-01, in milliseconds
COMMUNITIES = 100
WORDS = (
    "the a of and to in is it that for on with as was at by not are but from have or an they which one you were all her "
    "she there would their we him been has when who will no more if out so up said what its about than into them can only "
    "other time new some could these two may first then do any like my now over such our man me even most made after also "
    "did many before must well back through years where much your way down should because long each just state people too "
    "world good library garden bicycle kitchen river mountain winter coffee café naïve jalapeño Zürich München 東京 🙂 "
    "\"quoted\" C++ compiler database question answer today yesterday week reading looking thinking building learning"
).split()


def rows_of_posts(posts, users, seed=1):
    rng = random.Random(seed)
    for number in range(1, posts + 1):
        title = " ".join(rng.choices(WORDS, k=rng.randint(4, 16)))
        # Most texts are short, a few are long.
        text = " ".join(rng.choices(WORDS, k=min(int(rng.lognormvariate(3.8, 0.9)), 1500)))
        if rng.random() < 0.3:
            text = text.replace(" the ", "\n\nthe ")
        url = f"https://example.org/articles/{number}" if rng.random() < 0.3 else None
        community = int(COMMUNITIES * rng.random() ** 2)
        yield (number, title, f"community_{community:02}", f"user{rng.randrange(users):05}", BEGIN + number * 60_000, text, url)


def rows_of_votes(votes, posts, users, seed=2):
    """Some of them twice, as it happens with people: the first counts."""
    rng = random.Random(seed)
    for _ in range(votes):
        # A few posts have most of the votes; the multiplication strews them over the ids.
        post = int(posts * rng.random() ** 2) * 7919 % posts + 1
        voter = f"user{rng.randrange(users):05}"
        yield (post, voter, voter, 1 if rng.random() < 0.8 else -1, BEGIN)


def make_database(path, schema, posts, votes, users):
    """The rivals' file."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.executescript(schema.read_text())
    db.execute("begin")
    db.executemany(
        "insert into posts (id, title, community, username, created_at, text, url) values (?, ?, ?, ?, ?, ?, ?)",
        rows_of_posts(posts, users),
    )
    db.executemany("insert or ignore into votes values (?, ?, ?, ?, ?)", rows_of_votes(votes, posts, users))
    db.execute(
        "insert into tallies select post_id, sum(direction > 0), sum(direction < 0), sum(direction) "
        "from votes group by post_id"
    )
    db.execute("commit")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


def timestamp(milliseconds):
    moment = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


class Client:
    """A connection to Stoa that sends JSON and takes no refusal."""

    def __init__(self, port, token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Content-Type": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def post(self, path, body, expected):
        self.connection.request("POST", f"/api/v1{path}", json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise Failed(f"POST {path}: {answer.status} {content[:500].decode(errors='replace')}")
        return json.loads(content)


def fill(port, token, database, progress):
    """Sends the rivals' data to Stoa, the way one moves here from another site."""
    client = Client(port, token)
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    total = db.execute("select (select count(*) from posts) + (select count(*) from votes)").fetchone()[0]
    done = 0
    posts = db.execute("select id, title, community, username, created_at, text, url from posts order by id")
    while batch := posts.fetchmany(500):
        arrivals = client.post(
            "/imports/posts",
            {
                "posts": [
                    {"source": f"bench/{number}", "title": title, "community": community, "username": username,
                     "created_at": timestamp(created_at), "text": text, "url": url}
                    for number, title, community, username, created_at, text, url in batch
                ]
            },
            200,
        )
        if [arrival["id"] for arrival in arrivals["posts"]] != [row[0] for row in batch]:
            raise Failed("Stoa gave the imported posts other ids than 1, 2, 3…: the rivals' data would differ.")
        done += len(batch)
        progress(f"filling Stoa: {100 * done // total} %")
    votes = db.execute("select post_id, username, direction from votes")
    while batch := votes.fetchmany(5000):
        client.post(
            "/imports/votes",
            {"votes": [{"post_id": post, "username": user, "direction": "up" if direction > 0 else "down"}
                       for post, user, direction in batch]},
            200,
        )
        done += len(batch)
        progress(f"filling Stoa: {100 * done // total} %")
    db.close()
