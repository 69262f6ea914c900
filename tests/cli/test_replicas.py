"""`--database-replicas`: reads go to replicas, but who has written reads that. What befalls replicas is in tests/faults."""

from conftest import Server
from program import assert_refused, run
from replicated import a_stranger, an_author, posted, reads_go_to_the_replica, seen_by
from sample import a_post
from waiting import until

pytest_plugins = ["replicated_fixtures"]


def test_strangers_read_from_the_replica_and_who_has_written_reads_that_at_every_process(pair):
    here, there = pair
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


def test_every_answer_to_a_write_has_the_cookie_and_no_other(pair):
    stranger, author = a_stranger(pair[0]), an_author(pair[0])
    for refused in (stranger.post("/posts", json={}), author.post("/posts", json={}), author.delete("/posts/987654321")):
        assert refused.status_code >= 400
        assert refused.cookies["stoa-written"]
    for read in (author.get("/posts"), author.get("/posts/987654321"), author.options("/posts")):
        assert "Set-Cookie" not in read.headers


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
