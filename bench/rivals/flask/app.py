"""Posts and votes with Flask and SQLite, as the authors of a course would write them. DATABASE names the file."""

import json
import os
import sqlite3
import threading
import time
from datetime import datetime, timezone

from flask import Flask, abort, jsonify, request

SUMMARY = "id, title, community, username, created_at"
END_OF_TIME = 2**62

app = Flask(__name__)
app.json.sort_keys = False
local = threading.local()


def database():
    """This thread's connection, opened once; it keeps its prepared statements."""
    if not hasattr(local, "connection"):
        connection = sqlite3.connect(os.environ["DATABASE"], timeout=60, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        local.connection = connection
    return local.connection


def timestamp(milliseconds):
    moment = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


def as_post(row):
    return {**dict(row), "created_at": timestamp(row["created_at"])}


@app.post("/api/v1/posts")
def create_post():
    body = request.get_json()
    row = database().execute(
        "insert into posts (title, text, community, url, username, created_at) values (?, ?, ?, ?, ?, ?) "
        f"returning {SUMMARY}, text, url",
        (body["title"], body["text"], body["community"].lower(), body.get("url"), body["username"], time.time_ns() // 10**6),
    ).fetchall()[0]
    return as_post(row), 201, {"Location": f"/api/v1/posts/{row['id']}"}


@app.get("/api/v1/posts/<int:post_id>")
def get_post(post_id):
    row = database().execute(f"select {SUMMARY}, text, url from posts where id = ?", (post_id,)).fetchone()
    return as_post(row) if row else abort(404)


@app.get("/api/v1/posts")
def list_posts():
    limit = request.args.get("limit", 25, type=int)
    created_at, post_id = map(int, request.args.get("after", f"{END_OF_TIME}.0").split("."))
    where, values, query = "(created_at, id) < (?, ?)", [created_at, post_id, limit + 1], f"limit={limit}"
    if community := request.args.get("community"):
        where, values, query = f"community = ? and {where}", [community.lower(), *values], f"community={community}&{query}"
    rows = database().execute(
        f"select {SUMMARY} from posts where {where} order by created_at desc, id desc limit ?", values
    ).fetchall()
    after = None
    if len(rows) > limit:
        last = rows[limit - 1]
        after = f"/api/v1/posts?{query}&after={last['created_at']}.{last['id']}"
    return jsonify(items=[as_post(row) for row in rows[:limit]], next=after)


@app.post("/api/v1/votes")
def create_vote():
    body = request.get_json()
    username, up, now = body["username"], body["direction"] == "up", time.time_ns() // 10**6
    db = database()
    db.execute("begin immediate")
    try:
        db.execute(
            "insert into votes (post_id, voter, username, direction, created_at) values (?, ?, ?, ?, ?)",
            (body["post_id"], username.lower(), username, 1 if up else -1, now),
        )
        db.execute(
            "insert into tallies values (?1, ?2, 1 - ?2, 2 * ?2 - 1) on conflict do update set "
            "upvotes = upvotes + ?2, downvotes = downvotes + 1 - ?2, score = score + 2 * ?2 - 1",
            (body["post_id"], int(up)),
        )
        db.execute("commit")
    except sqlite3.IntegrityError:
        db.execute("rollback")
        abort(409)
    vote = {"post_id": body["post_id"], "username": username, "direction": body["direction"], "created_at": timestamp(now)}
    return vote, 201, {"Location": f"/api/v1/votes/{body['post_id']}/voters/{username}"}


@app.get("/api/v1/votes/<int:post_id>")
def tally(post_id):
    row = database().execute("select * from tallies where post_id = ?", (post_id,)).fetchone()
    return dict(row) if row else {"post_id": post_id, "upvotes": 0, "downvotes": 0, "score": 0}


@app.get("/api/v1/votes/top")
def top():
    rows = database().execute(
        "select * from tallies order by score desc, post_id desc limit ?", (request.args.get("limit", 25, type=int),)
    )
    return jsonify(items=[dict(row) for row in rows], next=None)


@app.get("/api/v1/votes")
def sort_by_score():
    ids = [int(word) for word in request.args["post_ids"].split(",")]
    rows = database().execute(
        "select value as post_id, ifnull(upvotes, 0) as upvotes, ifnull(downvotes, 0) as downvotes, "
        "ifnull(score, 0) as score from (select distinct value from json_each(?)) "
        "left join tallies on tallies.post_id = value order by score desc, value desc",
        (json.dumps(ids),),
    )
    return jsonify(items=[dict(row) for row in rows], next=None)
