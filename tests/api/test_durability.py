"""What was acknowledged is there after the process was killed at any moment."""

import itertools
import threading
import time

import pytest
import requests

from sample import a_message, a_name, a_post, a_user, a_vote, draft, found, made

ENOUGH = 40


def write_until_killed(server, write, acknowledged: list) -> threading.Thread:
    def work():
        with server.client() as api:
            for n in itertools.count():
                try:
                    acknowledged.append(write(api, n))
                except requests.RequestException:  # The kill; what it cut off was not acknowledged.
                    return

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def kill_under_load(server, writers: dict) -> dict:
    """Kills the server while all writers write, starts it again, and gives what each had been told is done."""
    done = {name: [] for name in writers}
    threads = [write_until_killed(server, write, done[name]) for name, write in writers.items()]
    deadline = time.monotonic() + 20
    while min(map(len, done.values())) < ENOUGH:
        assert time.monotonic() < deadline, {name: len(objects) for name, objects in done.items()}
        assert all(thread.is_alive() for thread in threads), "a writer ended before the kill"
        time.sleep(0.01)
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    return done


@pytest.mark.parametrize("again", [1, 2])
def test_everything_acknowledged_survives_a_kill(fresh_server, again):
    with fresh_server.client() as api:
        ada, bob = a_user(api)["username"], a_user(api)["username"]

    def vote_twice(api, n):
        vote = a_vote(api, n % 5 + 1)
        return found(api.put(f"/votes/{vote['post_id']}/voters/{vote['username']}", json={"direction": "down"}))

    def post_and_delete(api, n):
        return found(api.delete(f"/posts/{a_post(api)['id']}"))["id"]

    done = kill_under_load(fresh_server, {
        "posts": lambda api, n: a_post(api, title=f"Number {n}"),
        "votes": vote_twice,
        "users": lambda api, n: a_user(api),
        "messages": lambda api, n: a_message(api, ada, bob, f"Number {n}"),
        "deleted": post_and_delete,
        "karma": lambda api, n: found(api.patch(f"/users/{ada}/karma", json={"delta": 1}))["karma"],
    })

    with fresh_server.client() as api:
        for post in done["posts"]:
            assert found(api.get(f"/posts/{post['id']}")) == post
        for vote in done["votes"]:
            assert found(api.get(f"/votes/{vote['post_id']}/voters/{vote['username']}")) == vote
        for user in done["users"]:
            assert found(api.get(f"/users/{user['username']}")) == user
        for message in done["messages"]:
            assert found(api.get(f"/messages/{message['id']}?user={bob}")) == message
        for post_id in done["deleted"]:
            assert api.get(f"/posts/{post_id}").status_code == 404
        # The one change in flight may have been stored before its answer was cut off.
        assert 0 <= found(api.get(f"/users/{ada}"))["karma"] - done["karma"][-1] <= 1

        downvotes = sum(found(api.get(f"/votes/{post_id}"))["downvotes"] for post_id in range(1, 6))
        assert 0 <= downvotes - len(done["votes"]) <= 1


def test_ids_are_not_given_again_after_a_kill(fresh_server):
    with fresh_server.client() as api:
        posts = [a_post(api)["id"] for _ in range(3)]
        found(api.delete(f"/posts/{posts[-1]}"))
    fresh_server.kill()
    fresh_server.start()
    with fresh_server.client() as api:
        assert a_post(api)["id"] > max(posts)


def test_a_replay_is_known_after_a_kill(fresh_server):
    body, headers = draft(), {"Idempotency-Key": a_name()}
    with fresh_server.client() as api:
        post = made(api.post("/posts", json=body, headers=headers))
    fresh_server.kill()
    fresh_server.start()
    with fresh_server.client() as api:
        assert made(api.post("/posts", json=body, headers=headers)) == post


def test_a_cursor_is_good_after_a_restart(fresh_server):
    with fresh_server.client() as api:
        posts = [a_post(api)["id"] for _ in range(3)]
        following = found(api.get("/posts?limit=2"))["next"]
    fresh_server.stop()
    fresh_server.start()
    with fresh_server.client() as api:
        assert [post["id"] for post in found(api.get(following.removeprefix("/api/v1")))["items"]] == posts[:1]
