"""A connection to the database that is lost, with the answer, at each place within a write: it is done once or not at all, and who asked is told
which, or that it is not known."""

import secrets

import pytest

from conftest import Server
from lossy_proxy import LossyProxy
from problem import assert_problem
from sample import a_post, draft, made

# A post without a key takes two pieces, one with a key five; the last is the commit.
PLAIN, KEYED = (1, 2), range(1, 6)


@pytest.fixture
def site(postgres, uri, tmp_path, cut_at):
    """A server behind such a proxy; and how many posts there are with a title."""
    with LossyProxy(postgres.port, cut_at) as proxy:
        server = Server(tmp_path / "data", "--database-writers", "1", service="posts",
                        settings={"database": uri.replace(f":{postgres.port}/", f":{proxy.port}/"), "threads": 1}).start()
        yield server, proxy, lambda title: int(postgres.sql(f"select count(*) from posts where title = '{title}'", uri, "posts"))
        server.stop()


@pytest.mark.parametrize("cut_at", PLAIN)
def test_a_post_without_a_key_is_made_once_or_not_or_it_is_not_known(site, cut_at):
    server, proxy, count = site
    title = secrets.token_hex(8)
    with server.client() as api:
        answer = api.post("/posts", json=draft(title=title))
        if cut_at == PLAIN[-1]:
            assert "not known" in assert_problem(answer, 500)["detail"]
        else:
            made(answer)
        assert proxy.has_cut and count(title) == 1
        a_post(api)  # and all goes on


@pytest.mark.parametrize("cut_at", KEYED)
def test_a_post_with_a_key_is_made_once_wherever_the_answer_is_lost(site, cut_at):
    server, proxy, count = site
    title, key = secrets.token_hex(8), {"Idempotency-Key": secrets.token_hex(8)}
    with server.client() as api:
        body = draft(title=title)
        first = made(api.post("/posts", json=body, headers=key))
        assert count(title) == 1
        assert made(api.post("/posts", json=body, headers=key)) == first
        assert proxy.has_cut


@pytest.mark.parametrize("cut_at", [4])
def test_the_second_commit_of_a_connection_is_as_the_first(site, cut_at):
    server, proxy, count = site
    title = secrets.token_hex(8)
    with server.client() as api:
        a_post(api)
        assert not proxy.has_cut
        assert "not known" in assert_problem(api.post("/posts", json=draft(title=title)), 500)["detail"]
        assert proxy.has_cut and count(title) == 1
        a_post(api)
