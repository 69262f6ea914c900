"""`--database-replicas`: reads go to replicas, but who has written reads that."""

import pytest

from accounts import an_account
from conftest import Server, free_port
from postgres import COPIED, PostgreSQL
from program import assert_refused, run
from sample import a_post, found, made
from waiting import until

LAG = 2  # seconds that the replica is behind


@pytest.fixture(scope="module")
def primary():
    with PostgreSQL(free_port(), COPIED) as server:
        yield server


@pytest.fixture
def replica(primary):
    with PostgreSQL(free_port(), {"recovery_min_apply_delay": f"{LAG}s"}, of=primary) as server:
        yield server


@pytest.fixture
def site(tmp_path, primary, replica):
    """Two processes of one site."""
    uri = primary.create_database()
    settings = {"database": uri, "database-replicas": replica.uri(uri.rpartition("/")[2]), "auth": "required"}
    servers = [Server(tmp_path / "data", settings=settings).start()]
    servers.append(Server(tmp_path / "data2", "--keys", str(tmp_path / "data/keys.json"), settings=settings).start())
    yield servers
    for server in servers:
        server.stop()


def seen_by(client, post) -> bool:
    answer = client.get(f"/posts/{post['id']}")
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


def a_stranger(server):
    """Who has neither a token nor a cookie."""
    return server.client()


def an_author(server):
    """Who keeps cookies, and is logged in."""
    client, account = server.client(), an_account(server)
    client.headers["Authorization"] = f"Bearer {account.token}"
    return client


def posted(author) -> dict:
    return made(author.post("/posts", json={"title": "A", "text": "", "community": "cpp"}))


def reads_go_to_the_replica(server, author) -> bool:
    """A new post is not there yet, for a stranger."""
    return not seen_by(a_stranger(server), posted(author))


def test_strangers_read_from_the_replica_and_who_has_written_reads_that_at_every_process(site):
    here, there = site
    author = an_author(here)
    assert until(lambda: reads_go_to_the_replica(here, author) and reads_go_to_the_replica(there, author), 20)
    behind = 0

    def the_author_alone_sees_it() -> bool:
        nonlocal behind
        post = posted(author)
        for server in (there, here):
            author.base = server.client().base
            assert seen_by(author, post)
            assert author.get(f"/posts?ids={post['id']}").json()["items"]
        behind += not seen_by(a_stranger(there), post)
        return behind >= 3

    assert until(the_author_alone_sees_it, 30)
    last = posted(author)
    assert until(lambda: seen_by(a_stranger(there), last), 20)


def test_an_old_cookie_lets_its_bearer_read_from_the_replica_and_a_token_without_one_does_not(site):
    author = an_author(site[0])
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)
    old = {"Cookie": "stoa-written=1700000000000"}

    def with_the_old_cookie_alone_it_is_not_there() -> bool:
        post = posted(author)
        assert seen_by(author, post)
        author.cookies.clear()
        assert seen_by(author, post)
        return author.get(f"/posts/{post['id']}", headers=old).status_code == 404

    assert until(with_the_old_cookie_alone_it_is_not_there, 30)


def test_every_answer_to_a_write_has_the_cookie_and_no_other(site):
    stranger, author = a_stranger(site[0]), an_author(site[0])
    for refused in (stranger.post("/posts", json={}), author.post("/posts", json={}), author.delete("/posts/987654321")):
        assert refused.status_code >= 400
        assert refused.cookies["stoa-written"]
    for read in (author.get("/posts"), author.get("/posts/987654321"), author.options("/posts")):
        assert "Set-Cookie" not in read.headers


def test_what_is_too_far_behind_is_not_read(site, replica):
    author = an_author(site[0])
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)
    replica.sql("select pg_wal_replay_pause()")
    assert until(lambda: replica.sql("select pg_get_wal_replay_pause_state()").strip() == "paused", 20)
    assert until(lambda: seen_by(a_stranger(site[0]), posted(author)), 20)
    for _ in range(3):
        assert seen_by(a_stranger(site[0]), posted(author))
    replica.sql("select pg_wal_replay_resume()")
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)


def test_no_read_fails_while_the_replica_is_away(site, replica):
    author = an_author(site[0])
    post = posted(author)
    made(author.post("/votes", json={"post_id": post["id"], "direction": "up"}))
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)
    assert until(lambda: seen_by(a_stranger(site[0]), post), 20)
    replica.stop()
    for _ in range(200):
        stranger = a_stranger(site[0])
        assert found(stranger.get(f"/posts/{post['id']}")) == post
        assert found(stranger.get(f"/votes/{post['id']}"))["upvotes"] == 1
    assert site[0].ready()
    replica.start()
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)


def test_reads_go_on_at_the_replica_while_the_primary_is_away(site, primary):
    author = an_author(site[0])
    post = posted(author)
    assert until(lambda: reads_go_to_the_replica(site[0], author), 20)
    assert until(lambda: seen_by(a_stranger(site[0]), post), 20)
    primary.stop()
    try:
        for _ in range(20):
            assert seen_by(a_stranger(site[0]), post) and seen_by(author, post)
    finally:
        primary.start()
    assert until(site[0].ready, 20)


def test_a_site_starts_without_its_replicas(tmp_path, primary):
    uri = primary.create_database()
    server = Server(tmp_path / "data", settings={"database": uri, "database-replicas": "postgresql://stoa@127.0.0.1:1/x"}).start()
    with server.client() as client:
        post = a_post(client)
        assert seen_by(a_stranger(server), post)
        assert "Set-Cookie" not in client.get("/posts").headers
    server.stop()


def test_replicas_of_no_database_are_refused(tmp_path, free_address):
    ended = run("serve", "--data", tmp_path, "--listen", free_address, "--database-replicas", "postgresql://stoa@127.0.0.1:1/x")
    assert_refused(ended, "--database-replicas", "--database", code=2)


def test_without_replicas_nobody_gets_a_cookie(fresh_server):
    with fresh_server.client() as client:
        assert "Set-Cookie" not in client.post("/posts", json={}).headers
