"""Votes move the karma of posts' authors: soon, once, and whatever ends or is away meanwhile."""

import sqlite3
from contextlib import closing

import pytest

from accounts import an_account, sign_up, the_admin
from problem import assert_problem
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
    """It comes to this, and stays for some times as long as a vote takes to move it."""
    assert comes_to(api, name, value), f"promised {value}, is {karma(api, name)}"
    assert not until(lambda: karma(api, name) != value, 1)


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


def test_many_votes_at_once_arrive(fresh_server):
    with fresh_server.client() as api:
        authors = [a_user(api)["username"] for _ in range(3)]
        posts = [a_post_by(api, author) for author in authors for _ in range(80)]
        votes = [{"post_id": post, "direction": "up", "username": "everybody"} for post in posts]
        found(api.post("/imports/votes", json={"votes": votes}))
        for author in authors:
            assert_settled_at(api, author, 80)


def test_who_signs_up_or_comes_back_later_gets_all_with_the_next_vote(secure):
    admin, voters, name = the_admin(secure), [an_account(secure) for _ in range(4)], a_name()
    post = made(admin.post("/posts", json=draft(username=name)))["id"]

    def vote(voter):
        made(voter.post("/votes", json={"post_id": post, "direction": "up"}))

    def has(value):
        return until(lambda: found(admin.get(f"/users/{name}"))["karma"] == value, SOON)

    vote(voters[0])
    sign_up(secure, username=name)
    vote(voters[1])
    assert has(2)
    found(admin.delete(f"/users/{name}"))
    vote(voters[2])
    found(admin.post(f"/accounts/{name}/reactivation"))
    vote(voters[3])
    assert has(4)
    for voter in voters:
        found(voter.delete(f"/votes/{post}/voters/{voter.username}"))
    assert has(0)


def test_what_votes_have_given_is_told_as_a_sum(api, author):
    """So it may be told again, and what was given by hand stays."""
    found(api.patch(f"/users/{author}/karma", json={"delta": 5}))
    for total, value in ((12, 17), (12, 17), (-3, 2), (0, 5)):
        assert found(api.put(f"/users/{author}/karma/votes", json={"total": total}))["karma"] == value
    for total, version, value in ((7, 3, 12), (9, 2, 12), (9, 3, 12), (9, 4, 14), (1, None, 6), (2, 4, 6)):
        sum_ = {"total": total} if version is None else {"total": total, "version": version}
        assert found(api.put(f"/users/{author}/karma/votes", json=sum_))["karma"] == value, sum_
    assert_problem(api.put(f"/users/{author}/karma/votes", json={"total": 2**53}), 422)
    assert_problem(api.put(f"/users/{author}/karma/votes", json={"total": 1, "version": -1}), 422, pointer="/version")
    assert_problem(api.put(f"/users/{a_name()}/karma/votes", json={"total": 1}), 404)


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


@pytest.mark.sqlite(reason="no site on PostgreSQL is older than this")
def test_a_site_that_is_upgraded_gets_the_karma_of_all_its_votes(fresh_server):
    """What came before votes moved karma has none of these tables."""
    with fresh_server.client() as api:
        author = a_user(api)["username"]
        a_vote(api, a_post_by(api, author))
        assert comes_to(api, author, 1)
    fresh_server.stop()
    with closing(sqlite3.connect(fresh_server.data / "votes.db")) as votes, votes:
        votes.executescript("drop table credits; drop table credits_due; drop table earned; "
                            "delete from schema_migrations where name >= 'votes/schema/sqlite/002'")
    with closing(sqlite3.connect(fresh_server.data / "users.db")) as users, users:
        users.execute("update users set karma = 0, earned = 0, earned_version = 0")
    fresh_server.start()
    with fresh_server.client() as api:
        assert_settled_at(api, author, 1)


def test_karma_waits_for_services_that_are_away(start_secure):
    users = start_secure(service="users")
    posts = start_secure("--users-url", users.url, service="posts", beside=users)
    votes = start_secure("--users-url", users.url, "--posts-url", posts.url, "--keys", str(users.data / "keys.json"),
                         service="votes", beside=users)
    author, voter = an_account(users), an_account(users)
    body = draft()
    del body["username"]
    post = made(author.at(posts).post("/posts", json=body))["id"]
    now = lambda: found(author.at(users).get(f"/users/{author.username}"))["karma"]  # noqa: E731

    posts.kill()
    made(voter.at(votes).post("/votes", json={"post_id": post, "direction": "up"}))
    assert until(lambda: "the posts service gives no answer" in votes.log.read_text(), SOON)
    posts.start()
    assert until(lambda: now() == 1, SOON)

    users.kill()
    found(voter.at(votes).put(f"/votes/{post}/voters/{voter.username}", json={"direction": "down"}))
    assert until(lambda: "the users service gives no answer" in votes.log.read_text(), SOON)
    votes.kill()
    votes.start()
    users.start()
    assert until(lambda: now() == -1, SOON)


def test_a_votes_service_without_keys_says_why_no_karma_moves(start_secure):
    users = start_secure(service="users")
    posts = start_secure("--users-url", users.url, service="posts", beside=users)
    votes = start_secure("--users-url", users.url, "--posts-url", posts.url, service="votes", beside=users)
    author, voter = an_account(users), an_account(users)
    body = draft()
    del body["username"]
    post = made(author.at(posts).post("/posts", json=body))["id"]
    made(voter.at(votes).post("/votes", json={"post_id": post, "direction": "up"}))
    assert until(lambda: "votes move no karma" in votes.log.read_text() and "--keys" in votes.log.read_text(), SOON)


def test_a_service_whose_host_is_not_known_keeps_nobody_from_voting(start_server):
    keys = str(start_server(service="users").data / "keys.json")
    votes = start_server("--posts-url", "http://posts.invalid:8081", "--keys", keys, service="votes")
    with votes.client() as api:
        a_vote(api, 5)
    assert until(lambda: "the posts service gives no answer" in votes.log.read_text(), SOON)
