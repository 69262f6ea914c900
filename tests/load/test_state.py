"""The check that ends a load can fail: of whatever the users were told, one thing that is otherwise is found."""

from collections.abc import Callable

import pytest

from accounts import an_account, the_admin
from load.api import Api
from load.state import check, faults_of_order
from load.told import ACTIVE, GONE, Account, Fact, Told
from sample import a_community, a_name, an_address, found, made
from waiting import until


def told_of(caller, name: str, password: str) -> Account:
    return Account(name, Fact(password), Fact(caller.email), Fact(ACTIVE))


@pytest.fixture(scope="module")
def community(start_module_secure):
    """A server on which something of everything was done, and the admin's token."""
    server = start_module_secure()
    admin = the_admin(server)
    return server, admin


def a_told_story(server, admin) -> Told:
    """Two people do something of everything, and are told what comes of it."""
    told, api = Told(), Api(server.url)
    told.old_accounts = {account["username"]: account for account in api.pages("/accounts", admin.token)}
    told.old_posts = {post["id"]: post for post in api.pages("/posts")}
    told.old_tallies = {tally["post_id"]: (tally["upvotes"], tally["downvotes"]) for tally in api.pages("/votes/top")}
    ada, bob, gone = (an_account(server, username=name, password="correct horse", email=an_address(name))
                      for name in (a_name(), a_name(), a_name()))
    for person in (ada, bob, gone):
        told.accounts[person.username] = told_of(person, person.username, "correct horse")
    found(gone.delete(f"/users/{gone.username}"))
    told.accounts[gone.username].state.is_now(GONE)
    found(admin.patch(f"/users/{ada.username}/karma", json={"delta": 3}))
    told.accounts[ada.username].karma = 3

    for _ in range(3):
        post = made(ada.post("/posts", json={"title": a_name(), "text": "", "community": a_community()}))
        told.posts[post["id"]] = post
    told.deleted.add(post["id"])
    found(ada.delete(f"/posts/{post['id']}"))
    for person, direction in ((ada, "up"), (bob, "down")):
        made(person.post("/votes", json={"post_id": post["id"], "direction": direction}))
        told.vote(post["id"], person.username).is_now(direction)
    made(bob.post("/votes", json={"post_id": a_post(told)["id"], "direction": "up"}))
    told.vote(a_post(told)["id"], bob.username).is_now("up")
    assert until(lambda: found(ada.get(f"/users/{ada.username}"))["karma"] == 4, 15)

    for sender, recipient in ((ada, bob), (bob, ada), (ada, bob)):
        told.sent(made(sender.post("/messages", json={"to": recipient.username, "contents": a_name()})))
    first, second, third = told.messages.values()
    number = first.answer["id"]
    found(bob.put(f"/messages/{number}/favorite"))
    first.copies[bob.username].flag.is_now("favorite")
    first.read_at.is_now(found(bob.put(f"/messages/{number}/read"))["read_at"])
    found(bob.delete(f"/messages/{third.answer['id']}"))
    third.copies[bob.username].kept.is_now(False)
    return told


@pytest.fixture
def told(community) -> Told:
    return a_told_story(*community)


def faults(community, told: Told) -> list[str]:
    server, admin = community
    return check(Api(server.url), told, lambda: admin.token, lambda _: None)[0]


def ada(told: Told) -> Account:
    return next(account for account in told.accounts.values() if account.karma)


def bob(told: Told) -> Account:
    return list(told.accounts.values())[1]


def gone(told: Told) -> Account:
    return list(told.accounts.values())[2]


def a_post(told: Told) -> dict:
    return next(post for post in told.posts.values() if post["id"] not in told.deleted)


def an_old(told: Told) -> dict:
    return next(iter(told.old_accounts.values()))


def vote(told: Told) -> Fact:
    return next(iter(told.votes.values()))


def message(told: Told, number: int = 0):
    return list(told.messages.values())[number]


# What is told otherwise than it was, and what the sentence about it says.
FALSEHOODS: dict[str, tuple[Callable[[Told], object], str]] = {
    "a post that was never made": (lambda told: told.posts.update({10**9: a_post(told) | {"id": 10**9}}),
                                   "nobody deleted it"),
    "a post that nobody made": (lambda told: told.posts.pop(a_post(told)["id"]), "nobody was told that it was made"),
    "a post with another text": (lambda told: a_post(told).update(text="Hello"), "but it was made as"),
    "a post with another title": (lambda told: a_post(told).update(title="Hello"), "is listed as"),
    "a deletion that was not done": (lambda told: told.deleted.add(a_post(told)["id"]), "deletion was acknowledged"),
    "a deletion that nobody was told of": (lambda told: told.deleted.clear(), "nobody deleted it"),
    "a post found gone that nobody deleted": (lambda told: told.found_gone.add(10**9), "answered 404"),
    "a vote that was never cast": (lambda told: told.vote(a_post(told)["id"], ada(told).username).is_now("up"),
                                   "up was acknowledged"),
    "a vote the other way": (lambda told: vote(told).is_now("down"), "down was acknowledged"),
    "a vote that was withdrawn": (lambda told: vote(told).is_now(None), "None was acknowledged"),
    "a vote that is counted for nobody": (lambda told: told.votes.popitem(), "the votes acknowledged make 0 and 0"),
    "an old vote that is gone": (lambda told: told.old_tallies.update({10**9: (1, 0)}), "acknowledged make 1 and 0"),
    "more karma": (lambda told: setattr(ada(told), "karma", 40), "was given 40 by hand"),
    "no karma of a vote": (lambda told: told.votes.clear(), "and 0 by votes"),
    "another email": (lambda told: ada(told).email.is_now("ada@example.com"), "ada@example.com was acknowledged"),
    "another password": (lambda told: ada(told).password.is_now("battery staple"), "can't log in"),
    "another role": (lambda told: setattr(ada(told), "role", "admin"), "ought to have admin"),
    "an account that left": (lambda told: ada(told).state.is_now(GONE), "but deactivated was acknowledged"),
    "an account that came back": (lambda told: gone(told).state.is_now(ACTIVE), "but active was acknowledged"),
    "an account that was never made": (lambda told: told.accounts.update(eve=Account(
        "eve", Fact("correct horse"), Fact("eve@example.org"), Fact(ACTIVE))), "is absent"),
    "an account that nobody made": (lambda told: told.accounts.pop(gone(told).username), "told that it was made"),
    "an old account that changed": (lambda told: an_old(told).update(email="x"), "'email': 'x'"),
    "an old account with other karma": (lambda told: an_old(told).update(karma=77), "was given 77"),
    "an old account that is gone": (lambda told: told.old_accounts.update(eve={}), "no longer there"),
    "a message that was never sent": (lambda told: told.sent(message(told).answer | {"id": 10**9}), "was not deleted"),
    "a message of nobody's in a box": (lambda told: told.messages.popitem(), "nobody was told that it belongs there"),
    "a message in another's box": (lambda told: message(told).copies.pop(bob(told).username), "is in the inbox box of"),
    "a message with other contents": (lambda told: message(told).answer.update(contents="Hello"), "but was sent as"),
    "a message that was not read": (lambda told: message(told).read_at.is_now(None), "was read at None"),
    "a favorite that is none": (lambda told: message(told, 1).copies[ada(told).username].flag.is_now("favorite"),
                                "is favorite"),
    "a deleted message in a box": (lambda told: message(told, 1).copies[ada(told).username].kept.is_now(False),
                                   "its deletion was acknowledged"),
    "a message in no box": (lambda told: message(told, 2).copies[bob(told).username].kept.is_now(True),
                            "but was not deleted"),
}


def test_what_is_as_it_was_told_has_no_fault(community, told):
    assert faults(community, told) == []


@pytest.mark.parametrize("falsify, words", FALSEHOODS.values(), ids=FALSEHOODS)
def test_what_is_otherwise_than_it_was_told_is_found(community, told, falsify, words):
    falsify(told)
    found_out = faults(community, told)
    assert any(words in fault for fault in found_out), found_out


def test_whatever_was_never_answered_may_be_done_or_not(community, told):
    told.vote(a_post(told)["id"], ada(told).username).may_be("up")
    told.vote(a_post(told)["id"], bob(told).username).may_be("down")
    vote(told).possible = (None, *vote(told).possible)
    told.posts_in_doubt.add(told.posts.pop(a_post(told)["id"])["title"])
    told.deletions_in_doubt |= told.deleted | {a_post(told)["id"]}
    told.deleted.clear()
    ada(told).karma_in_doubt += [5, -3]
    ada(told).karma = 0 + 5
    ada(told).password.may_be("battery staple")
    message(told).copies[bob(told).username].kept.may_be(False)
    message(told, 1).copies[ada(told).username].flag.may_be("favorite")
    last = told.messages.popitem()[1]
    told.messages_in_doubt |= {last.answer["contents"], "never arrived"}
    assert faults(community, told) == []


@pytest.mark.parametrize("scores, wrong", [
    ([(1, 5), (2, 4)], 1), ([(2, 4), (2, 5)], 1), ([(2, 4), (2, 4)], 1), ([(2, 5), (2, 4), (1, 9)], 0)], ids=str)
def test_another_order_than_by_score_is_found(scores, wrong):
    tallies = [{"score": score, "post_id": post} for score, post in scores]
    assert len(list(faults_of_order(tallies, "a list"))) == wrong
