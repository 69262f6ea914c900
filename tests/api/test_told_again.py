"""Answers that are told again: never one from before a write that was answered, whoever asks, on whichever connection."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from sample import a_community, a_name, a_post, a_post_id, a_vote, found, items

READERS = 4


@contextmanager
def everybody_asks(server, *paths: str):
    """Readers on connections of their own, which keep the answers in every thread's mind; gives clients that ask at once."""
    over = threading.Event()

    def ask():
        with server.client() as reader:
            while not over.is_set():
                for path in paths:
                    reader.get(path)

    readers = [threading.Thread(target=ask) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()


@pytest.fixture
def clients(server):
    """One for each of some connections, so that each I/O thread is asked."""
    each = [server.client() for _ in range(6)]
    yield each
    for client in each:
        client.close()


def all_are_told(clients, path: str) -> list:
    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(lambda client: client.get(path), clients))


def test_a_post_is_gone_for_everybody_once_its_deletion_is_answered(server, api, clients):
    community = a_community()
    for _ in range(15):
        post = a_post(api, community=community)
        place, listed = f"/posts/{post['id']}", f"/posts?community={community}"
        with everybody_asks(server, place, listed, f"/posts?ids={post['id']}"):
            found(api.delete(place))
            assert {answer.status_code for answer in all_are_told(clients, place)} == {404}
            for path in (listed, f"/posts?ids={post['id']}"):
                assert not [item for answer in all_are_told(clients, path) for item in items(answer)]


def test_a_new_post_is_in_its_lists_for_everybody_once_it_is_answered(server, api, clients):
    community = a_community()
    lists = f"/posts?community={community}&limit=1", "/posts?limit=100"
    with everybody_asks(server, *lists):
        for _ in range(15):
            post = a_post(api, community=community)
            for path in lists:
                for answer in all_are_told(clients, path):
                    assert post["id"] in [item["id"] for item in found(answer)["items"]]


def test_a_vote_counts_for_everybody_once_it_is_answered(server, api, clients):
    post = a_post_id()
    places = f"/votes/{post}", f"/votes?post_ids={post},{post + 1}"
    with everybody_asks(server, *places):
        for votes in range(1, 16):
            a_vote(api, post, a_name())
            for answer in all_are_told(clients, places[0]):
                assert found(answer)["upvotes"] == votes
            for answer in all_are_told(clients, places[1]):
                assert items(answer)[0] == {"post_id": post, "upvotes": votes, "downvotes": 0, "score": votes}


def test_the_top_is_in_order_for_everybody_once_a_vote_is_answered(start_server):
    server = start_server()
    with server.client() as api, everybody_asks(server, "/votes/top?limit=2"):
        for votes in range(1, 8):
            for post in (1, 2):
                a_vote(api, post, a_name())
                first = items(api.get("/votes/top?limit=2"))[0]
                assert (first["post_id"], first["score"]) == ((1, votes) if post == 1 else (2, votes))
