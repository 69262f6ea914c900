"""Services in processes of their own check tokens alone, with the users service's public keys or a copy of them."""

import json
import subprocess

import pytest

from accounts import (Caller, an_account, crafted, expired, forged, head, key_of, log_in, private_keys, published_keys, renew,
                      unsigned, user_write, write)
from conftest import BINARY
from problem import assert_problem
from sample import a_name, a_post_id, an_address, found, made
from waiting import until

OTHERS = ["posts", "votes", "messages"]
# Other processes look for new keys every 15 seconds.
FETCHED = 20


@pytest.fixture
def users(start_secure):
    return start_secure(service="users")


@pytest.fixture
def beside(start_secure, users):
    """Starts another service's process."""
    def start(service: str, *flags):
        return start_secure("--users-url", users.url, *flags, service=service, beside=users)

    return start


def act(caller, service: str):
    """A write on a service."""
    return {"posts": lambda: write(caller),
            "votes": lambda: caller.post("/votes", json={"post_id": a_post_id(), "direction": "up"}),
            "messages": lambda: caller.post("/messages", json={"to": caller.username, "contents": "To myself"})}[service]()


def rotate(users, *flags) -> None:
    ended = subprocess.run([BINARY, "keys", "rotate", *flags, "--data", users.data], capture_output=True, text=True, timeout=20)
    assert ended.returncode == 0, ended.stderr


def status(caller, server, service: str = "posts") -> int:
    return act(caller.at(server), service).status_code


@pytest.mark.parametrize("service", OTHERS)
def test_a_service_alone_takes_the_users_services_tokens_and_no_others(users, beside, service):
    server, ada = beside(service), an_account(users)
    made(act(ada.at(server), service))
    for bad in (expired(ada), forged(ada), unsigned(ada)):
        assert_problem(act(Caller(server, bad, ada.username), service), 401)
    assert_problem(act(Caller(server, None, ada.username), service), 401)


@pytest.mark.parametrize("service", OTHERS)
def test_a_service_alone_publishes_no_keys(beside, service):
    with beside(service).site() as site:
        assert_problem(site.get("/.well-known/jwks.json"), 404)


def test_tokens_are_taken_without_the_users_service_even_after_a_restart(users, beside):
    posts, ada = beside("posts"), an_account(users)
    made(write(ada.at(posts)))
    users.kill()
    made(write(ada.at(posts)))
    posts.stop()
    posts.start()
    made(write(ada.at(posts)))
    assert_problem(write(Caller(posts, "nonsense")), 401)
    kept = json.loads((posts.data / "posts.jwks.json").read_text())
    assert kept["keys"] and all("d" not in key for key in kept["keys"])


def test_roles_count_in_other_processes_too(users, beside):
    posts = beside("posts")
    ada, moderator, stranger = an_account(users), an_account(users, "moderator"), an_account(users)
    for eraser, answer in ((stranger, 403), (moderator, 200), (ada, 200)):
        post = made(write(ada.at(posts)))["id"]
        assert eraser.at(posts).delete(f"/posts/{post}").status_code == answer


def test_before_it_has_keys_a_process_is_not_ready_and_then_becomes_so_by_itself(start_secure):
    elsewhere = start_secure(service="users")
    ada = an_account(elsewhere)
    elsewhere.stop()

    posts = start_secure("--users-url", elsewhere.url, service="posts", awaited="/healthz", beside=elsewhere)
    assert not posts.ready()
    assert_problem(posts.site().get("/readyz"), 503)
    assert_problem(write(ada.at(posts)), 503)
    assert_problem(Caller(posts, "nonsense").get("/posts"), 503)
    found(Caller(posts).get("/posts"))
    assert_problem(write(Caller(posts)), 401)

    elsewhere.start()
    assert until(posts.ready, 5)
    made(write(ada.at(posts)))


def test_what_is_no_users_service_gives_no_keys(start_secure):
    posts = start_secure("--users-url", "http://127.0.0.1:1", service="posts", awaited="/healthz")
    other = start_secure("--users-url", posts.url, service="votes", awaited="/healthz")
    assert not until(other.ready, 3)
    assert not list(other.data.glob("*.jwks.json"))


def test_a_deactivated_user_is_told_of_by_the_users_service(users, beside):
    messages, ada, bob = beside("messages"), an_account(users), an_account(users)
    made(ada.at(messages).post("/messages", json={"to": bob.username, "contents": "Hello"}))
    found(bob.delete(f"/users/{bob.username}"))
    assert_problem(ada.at(messages).post("/messages", json={"to": bob.username, "contents": "Hello"}), 409)
    assert_problem(ada.at(messages).post("/messages", json={"to": a_name(), "contents": "Hello"}), 409)


# New keys.

def test_a_new_key_is_published_at_once_and_the_old_one_goes_on(users, beside):
    posts, ada = beside("posts"), an_account(users)
    old = head(ada.token)["kid"]
    rotate(users)
    assert until(lambda: len(published_keys(users)) == 2, 3)
    new = next(key["kid"] for key in private_keys(users) if key["kid"] != old)
    assert {key["kid"] for key in published_keys(users)} == {old, new}
    assert head(log_in(users, ada.username).token)["kid"] == old, "it signs only when all processes know it"

    found(user_write(ada))
    made(write(ada.at(posts)))
    early = Caller(users, crafted(ada, header={"kid": new}, key=key_of(users, new)), ada.username)
    found(user_write(early))
    assert until(lambda: status(early, posts) == 201, FETCHED)
    made(write(ada.at(posts)))


def test_old_keys_are_dropped_at_once_if_need_be(users, beside):
    posts, ada = beside("posts"), an_account(users)
    made(write(ada.at(posts)))
    old = head(ada.token)["kid"]
    rotate(users, "--now")
    assert until(lambda: old not in {key["kid"] for key in published_keys(users)}, 3)
    assert_problem(user_write(ada), 401)
    again = log_in(users, ada.username)
    assert head(again.token)["kid"] != old
    found(user_write(again))
    assert until(lambda: status(ada, posts) == 401, FETCHED)
    made(write(again.at(posts)))


def test_after_a_restart_dropped_keys_stay_dropped(users, beside):
    posts, ada = beside("posts"), an_account(users)
    rotate(users, "--now")
    assert until(lambda: user_write(ada).status_code == 401, 3)
    for server in (users, posts):
        server.stop()
    users.start()
    posts.start()
    assert until(lambda: status(ada, posts) == 401, FETCHED)
    assert_problem(user_write(ada), 401)
    made(write(log_in(users, ada.username).at(posts)))


def test_a_session_outlives_the_key_that_signed_its_token(users):
    ada = an_account(users)
    rotate(users, "--now")
    assert until(lambda: user_write(ada).status_code == 401, 3)
    renewed = made(renew(users, ada.refresh_token))
    found(Caller(users, renewed["access_token"]).put(f"/users/{ada.username}/email", json={"email": an_address()}))


def test_two_servers_have_two_keys(users, start_secure):
    other = start_secure(service="users")
    assert {key["x"] for key in published_keys(users)}.isdisjoint(key["x"] for key in published_keys(other))
