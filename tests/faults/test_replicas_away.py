"""Replicas that are far behind, away, or refuse what they are asked: nobody who has written is told of less, and no read fails."""

import time
from concurrent.futures import ThreadPoolExecutor

from conftest import Server, free_port
from exposition import read, value
from postgres import PostgreSQL
from replicated import a_stranger, an_author, posted, reads_go_to_the_replica, seen_by
from sample import found, made
from waiting import until

pytest_plugins = ["replicated_fixtures"]


def test_an_old_cookie_lets_its_bearer_read_from_the_replica_and_a_token_without_one_does_not(pair):
    author = an_author(pair[0])
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    old = {"Cookie": "stoa-written=1700000000000"}

    def with_the_old_cookie_alone_it_is_not_there() -> bool:
        post = posted(author)
        assert seen_by(author, post)
        author.cookies.clear()
        assert seen_by(author, post)
        return author.get(f"/posts/{post['id']}", headers=old).status_code == 404

    assert until(with_the_old_cookie_alone_it_is_not_there, 30)


def behind(server) -> float:
    with server.site() as site:
        return value(read(site.get("/metrics").text), "stoa_database_replica_behind_seconds", service="posts")


def test_what_is_too_far_behind_is_not_read(pair, replica):
    author = an_author(pair[0])
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    replica.sql("select pg_wal_replay_pause()")
    assert until(lambda: replica.sql("select pg_get_wal_replay_pause_state()").strip() == "paused", 20)
    assert until(lambda: all(seen_by(a_stranger(pair[0]), posted(author)) for _ in range(20)), 20)
    assert all(seen_by(a_stranger(pair[0]), posted(author)) for _ in range(20))
    assert until(lambda: behind(pair[0]) > 6, 20), "metrics tell of it"
    replica.sql("select pg_wal_replay_resume()")
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    assert until(lambda: behind(pair[0]) < 3, 20)


def test_votes_on_posts_that_the_replica_does_not_have_yet_move_karma(pair):
    author, voter = an_author(pair[0]), an_author(pair[0])
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    for _ in range(4):
        post = posted(author)
        made(voter.post("/votes", json={"post_id": post["id"], "direction": "up"}))
    assert until(lambda: found(author.get(f"/users/{post['username']}"))["karma"] == 4, 20)


def test_one_replica_is_not_taken_for_another(tmp_path, primary, replica):
    """What the first had seen the second has not."""
    uri = primary.create_database()
    with PostgreSQL(free_port(), {"recovery_min_apply_delay": "1h"}, of=primary) as far_behind:
        both = f"127.0.0.1:{replica.port},127.0.0.1:{far_behind.port}"
        settings = {"database": uri, "auth": "required", "threads": 1,
                    "database-replicas": replica.uri(uri.rpartition("/")[2]).replace(f"127.0.0.1:{replica.port}", both)}
        server = Server(tmp_path / "data", settings=settings).start()
        author = an_author(server)
        first = posted(author)
        # A connection begins at either; from the one that is far behind it goes on to the other after a while.
        assert until(lambda: reads_go_to_the_replica(server, author), 40)
        assert until(lambda: seen_by(a_stranger(server), first), 20)
        replica.stop()
        for _ in range(100):
            assert seen_by(a_stranger(server), first) and seen_by(author, first)
            time.sleep(0.03)
        replica.start()
        server.stop()


def test_what_a_replica_refuses_is_read_from_the_primary(tmp_path, primary, replica):
    """By a role that may do nothing there."""
    primary.sql("create role stranger login")
    uri = primary.create_database()
    settings = {"database": uri, "database-replicas": replica.uri(uri.rpartition("/")[2], "stranger"), "auth": "required"}
    server = Server(tmp_path / "data", settings=settings).start()
    author = an_author(server)
    post = posted(author)
    asked = "select count(*) from pg_stat_activity where usename = 'stranger'"
    assert until(lambda: int(replica.sql(asked)) > 0, 20)
    strangers = [a_stranger(server) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        for _ in range(20):
            answers = list(pool.map(lambda client: client.get(f"/posts/{post['id']}").status_code, strangers))
            answers += pool.map(lambda client: client.get("/posts").status_code, strangers)
            assert set(answers) == {200}
            time.sleep(0.2)
    assert "ERROR:" in replica.log.read_text()
    server.stop()


def test_no_read_fails_while_the_replica_is_away(pair, replica):
    author = an_author(pair[0])
    post = posted(author)
    made(author.post("/votes", json={"post_id": post["id"], "direction": "up"}))
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    assert until(lambda: seen_by(a_stranger(pair[0]), post), 20)
    replica.stop()
    for _ in range(200):
        stranger = a_stranger(pair[0])
        assert found(stranger.get(f"/posts/{post['id']}")) == post
        assert found(stranger.get(f"/votes/{post['id']}"))["upvotes"] == 1
    assert pair[0].ready()
    replica.start()
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)


def test_reads_go_on_at_the_replica_while_the_primary_is_away(pair, primary):
    author = an_author(pair[0])
    post = posted(author)
    assert until(lambda: reads_go_to_the_replica(pair[0], author), 20)
    assert until(lambda: seen_by(a_stranger(pair[0]), post), 20)
    primary.stop()
    try:
        for _ in range(20):
            assert seen_by(a_stranger(pair[0]), post) and seen_by(author, post)
    finally:
        primary.start()
    assert until(pair[0].ready, 20)
