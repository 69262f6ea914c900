"""Votes move the karma of posts' authors: soon, once, and whatever ends or is away meanwhile."""

import pytest

from accounts import an_account
from sample import a_name, a_post, a_user, a_vote, draft, found, made
from waiting import until

SOON = 15


def karma(api, name: str) -> int:
    return found(api.get(f"/users/{name}"))["karma"]


def comes_to(api, name: str, value: int, seconds: float = SOON) -> bool:
    return until(lambda: karma(api, name) == value, seconds)


def a_post_by(api, name: str) -> int:
    return a_post(api, username=name)["id"]


@pytest.fixture
def author(api) -> str:
    return a_user(api)["username"]


def assert_settled_at(api, name: str, value: int) -> None:
    """It comes to this, and nothing on the way changes it any more: what is passed on keeps its order, so that a later vote
    that has arrived has nothing before it."""
    later = a_user(api)["username"]
    assert comes_to(api, name, value), f"promised {value}, is {karma(api, name)}"
    a_vote(api, a_post_by(api, later))
    assert comes_to(api, later, 1)
    assert karma(api, name) == value


def test_votes_on_a_post_are_its_author_s_karma(api, author):
    post = a_post_by(api, author)
    for direction in ("up", "up", "up", "down"):
        a_vote(api, post, direction=direction)
    assert_settled_at(api, author, 2)


def test_votes_on_several_posts_add_up(api, author):
    for post in (a_post_by(api, author), a_post_by(api, author)):
        a_vote(api, post)
    assert_settled_at(api, author, 2)


def test_a_changed_vote_moves_karma_by_two_and_a_withdrawn_one_takes_it_back(api, author):
    vote = a_vote(api, a_post_by(api, author))
    place = f"/votes/{vote['post_id']}/voters/{vote['username']}"
    assert comes_to(api, author, 1)
    found(api.put(place, json={"direction": "down"}))
    assert comes_to(api, author, -1)
    found(api.put(place, json={"direction": "down"}))
    assert_settled_at(api, author, -1)
    found(api.delete(place))
    assert_settled_at(api, author, 0)


def test_a_vote_on_one_s_own_post_moves_nothing(api, author):
    post = a_post_by(api, author)
    made(api.post("/votes", json={"post_id": post, "direction": "up", "username": author.upper()}))
    assert_settled_at(api, author, 0)
    a_vote(api, post)
    assert_settled_at(api, author, 1)


def test_karma_given_by_hand_is_kept(api, author):
    found(api.patch(f"/users/{author}/karma", json={"delta": 5}))
    a_vote(api, a_post_by(api, author))
    assert_settled_at(api, author, 6)


def test_a_deleted_post_leaves_its_author_what_it_earned(api, author):
    post = a_post_by(api, author)
    a_vote(api, post)
    assert comes_to(api, author, 1)
    found(api.delete(f"/posts/{post}"))
    a_vote(api, post)
    assert_settled_at(api, author, 1)


def test_more_karma_than_one_change_may_carry_arrives(fresh_server):
    with fresh_server.client() as api:
        author = a_user(api)["username"]
        post = a_post_by(api, author)
        votes = [{"post_id": post, "direction": "up", "username": f"voter{n}"} for n in range(2_500)]
        found(api.post("/imports/votes", json={"votes": votes}))
        assert comes_to(api, author, 2_500)


def test_votes_on_what_nobody_made_hold_up_nothing(fresh_server):
    """Posts that are not there, and authors without an account or with one no longer."""
    with fresh_server.client() as api:
        author, gone = a_user(api)["username"], a_user(api)["username"]
        strangers, leavers = a_post_by(api, a_name()), a_post_by(api, gone)
        found(api.delete(f"/users/{gone}"))
        for post in (strangers, leavers, 123_456_789, a_post_by(api, author)):
            a_vote(api, post)
        assert comes_to(api, author, 1)


def test_with_accounts_too(secure):
    author, voter = an_account(secure), an_account(secure)
    body = draft()
    del body["username"]
    post = made(author.post("/posts", json=body))["id"]
    made(voter.post("/votes", json={"post_id": post, "direction": "up"}))
    assert until(lambda: found(author.get(f"/users/{author.username}"))["karma"] == 1, SOON)


def test_every_vote_is_counted_once_whenever_the_server_is_killed(fresh_server):
    """Killed while karma is on its way to many authors: some have it, and it is not noted yet that they do."""
    with fresh_server.client() as api:
        authors = [a_user(api)["username"] for _ in range(60)]
        posts = [a_post_by(api, author) for author in authors]
    rounds = 5
    for number in range(rounds):
        with fresh_server.client() as api:
            votes = [{"post_id": post, "direction": "up", "username": f"voter{number}"} for post in posts]
            found(api.post("/imports/votes", json={"votes": votes}))
            assert until(lambda: karma(api, authors[10]) > number, SOON, every=0.001)
        fresh_server.kill()
        fresh_server.start()
        with fresh_server.client() as api:
            assert comes_to(api, authors[-1], number + 1)
    with fresh_server.client() as api:
        assert_settled_at(api, authors[0], rounds)
        assert [karma(api, author) for author in authors] == [rounds] * len(authors)


def test_karma_waits_for_services_that_are_away(start_secure):
    users = start_secure(service="users")
    posts = start_secure("--users-url", users.url, service="posts")
    votes = start_secure("--users-url", users.url, "--posts-url", posts.url, "--keys", str(users.data / "keys.json"),
                         service="votes")
    author, voter = an_account(users), an_account(users)
    body = draft()
    del body["username"]
    post = made(author.at(posts).post("/posts", json=body))["id"]
    now = lambda: found(author.at(users).get(f"/users/{author.username}"))["karma"]  # noqa: E731

    posts.kill()
    made(voter.at(votes).post("/votes", json={"post_id": post, "direction": "up"}))
    assert until(lambda: "move no karma until the posts service" in votes.log.read_text(), SOON)
    posts.start()
    assert until(lambda: now() == 1, SOON)

    users.kill()
    found(voter.at(votes).put(f"/votes/{post}/voters/{voter.username}", json={"direction": "down"}))
    assert until(lambda: "move no karma until the users service" in votes.log.read_text(), SOON)
    votes.kill()
    votes.start()
    users.start()
    assert until(lambda: now() == -1, SOON)


def test_a_votes_service_without_keys_says_that_it_moves_no_karma(start_secure):
    server = start_secure(service="votes", awaited="/healthz")
    assert "votes move no karma" in server.log.read_text()
