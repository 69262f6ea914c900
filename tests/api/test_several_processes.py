"""Several processes of one site on one database: what is done at one is done at all. (On SQLite the one is all.)"""

import secrets

import pytest

from accounts import NEW_PASSWORD, PASSWORD, an_account, log_in, refusal, renew
from conftest import SECURE
from problem import assert_problem
from sample import a_community, a_message, a_name, a_post, a_user, a_vote, draft, found, items, made
from waiting import until

BURST = 12
SOON = 20


@pytest.fixture
def here(processes):
    with processes[0].client() as api:
        yield api


@pytest.fixture
def there(processes):
    with processes[-1].client() as api:
        yield api


@pytest.fixture
def two(start_server):
    """Two processes of a site of the test's own, with these settings."""

    def start(**settings):
        first = start_server(settings=settings)
        if not first.database:
            return [first, first]
        return [first, start_server("--keys", str(first.data / "keys.json"), settings=settings, beside=first)]

    return start


def test_what_is_made_at_one_is_read_at_the_other_at_once(here, there):
    community = a_community()
    for _ in range(20):
        post = a_post(here, community=community)
        assert found(there.get(f"/posts/{post['id']}")) == post
        assert items(there.get(f"/posts?community={community}&limit=1"))[0]["id"] == post["id"]
        a_vote(there, post["id"])
        assert found(here.get(f"/votes/{post['id']}"))["score"] == 1
        assert found(here.delete(f"/posts/{post['id']}")) == post
        assert_problem(there.get(f"/posts/{post['id']}"), 404)


def test_what_was_read_at_one_is_read_anew_after_the_other_has_changed_it(here, there):
    post = a_post(here)["id"]
    tags = set()
    for score in range(1, 6):
        a_vote(here, post)
        for _ in range(3):
            answer = there.get(f"/votes/{post}")
            assert found(answer)["score"] == score
            tags.add(answer.headers["ETag"])
    assert len(tags) == 5


def test_a_key_means_the_same_at_all(here, there):
    body, key = draft(), {"Idempotency-Key": secrets.token_hex(8)}
    first = here.post("/posts", json=body, headers=key)
    again = there.post("/posts", json=body, headers=key)
    assert made(again) == made(first) and again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert_problem(there.post("/posts", json=body | {"title": "Another"}, headers=key), 422)


def test_votes_at_all_move_karma_once(here, there):
    author = a_user(here)["username"]
    posts = [a_post(here, username=author)["id"] for _ in range(4)]
    for number in range(24):
        a_vote((here, there)[number % 2], posts[number % 4])
    assert until(lambda: found(there.get(f"/users/{author}"))["karma"] == 24, SOON)


def test_a_message_is_of_the_same_parties_at_all(here, there):
    ada, bob = a_user(here)["username"], a_user(there)["username"]
    message = a_message(here, ada, bob)
    place = f"/messages/{message['id']}"
    assert found(there.get(f"{place}?user={bob}")) == message
    found(there.put(f"{place}/favorite?user={bob}"))
    assert [each["id"] for each in items(here.get(f"/messages?box=favorites&user={bob}"))] == [message["id"]]
    found(there.delete(f"{place}?user={bob}"))
    assert_problem(here.get(f"{place}?user={bob}"), 404)
    found(here.get(f"{place}?user={ada}"))


def test_a_session_ends_at_all(two):
    here, there = two(**SECURE)
    account = an_account(here)
    session = log_in(there, account.username)
    newest = made(renew(here, session.refresh_token))["refresh_token"]
    changed = account.at(there).put(f"/users/{account.username}/password", json={"current": PASSWORD, "new": NEW_PASSWORD})
    found(changed)
    for token in (newest, account.refresh_token):
        assert_problem(renew(here, token), 401)
    assert_problem(refusal(here, account.username), 401)
    log_in(here, account.username, NEW_PASSWORD)


def test_a_limit_holds_over_all(two):
    """Soon: what was taken at one is told to the other within a second or two."""
    here, there = two(**{"limits": "on", "write-limit": f"0.01,{BURST}"})
    author, address = a_name(), {"X-Forwarded-For": "203.0.113.9"}

    def may_write(server):
        with server.client() as api:
            status = api.post("/posts", json=draft(username=author), headers=address).status_code
        assert status in (201, 429)
        return status == 201

    assert sum(may_write(here) for _ in range(BURST)) == BURST
    assert not may_write(here)
    assert until(lambda: not may_write(there), SOON)
    with there.client() as api:
        made(api.post("/posts", json=draft(), headers={"X-Forwarded-For": "203.0.113.10"}))


def test_guesses_at_a_password_are_limited_over_all(two):
    here, there = two(**SECURE, **{"limits": "on", "guess-limit": "0.01,4", "login-limit": "1000,1000", "signup-limit": "1000,1000"})
    account = an_account(here)
    address = {"X-Forwarded-For": "203.0.113.11"}
    for _ in range(4):
        assert_problem(refusal(here, account.username, "a wrong guess", headers=address), 401)
    assert_problem(refusal(here, account.username, "a wrong guess", headers=address), 429)
    assert until(lambda: refusal(there, account.username, "a wrong guess", headers=address).status_code == 429, SOON)
