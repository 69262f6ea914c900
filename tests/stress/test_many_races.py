"""Races and replays of fifty at once, again and again: what can be had once is had once, and the counts add up."""

import random
import secrets
from collections import Counter
from contextlib import contextmanager

from accounts import an_account, renew, the_admin
from crowd import good_traffic
from problem import assert_problem
from racers import counted, one_winner, racers, request
from sample import a_community, a_message, a_name, a_post, a_post_id, a_vote, an_address, draft, found, items, made
from unharmed import PROMPT, unharmed

RACERS, ROUNDS, KEYS, SEED = 50, 60, 40, 20


@contextmanager
def a_race():
    """A server and the function that races; somebody is to be served well meanwhile, in a community of their own."""
    with unharmed() as server:
        good = an_account(server)
        community, done = a_community(), []
        with racers(server, RACERS) as race, \
                good_traffic(lambda: done.append(a_post(good, username=good.username, community=community)["id"]),
                             PROMPT):
            yield server, race
        assert all_posts(good, community) == sorted(done, reverse=True), "every good post was expected, once"


def all_posts(caller, community: str) -> list[int]:
    """The ids of a list's every page."""
    ids, path = [], f"/posts?community={community}&limit=100"
    while path:
        page = found(caller.get(path))
        ids += [post["id"] for post in page["items"]]
        path = page["next"] and page["next"].removeprefix("/api/v1")
    return ids


def test_a_name_and_an_address_are_given_once():
    with a_race() as (server, race):
        nobody, admin = type(the_admin(server))(server), the_admin(server)
        for _ in range(ROUNDS):
            name, address = a_name(), an_address()
            spellings = [name, name.upper(), name.title(), name.lower()]
            sign_ups = [{"username": spellings[n % 4], "email": an_address(), "password": "correct horse battery"}
                        for n in range(RACERS)]
            winner = one_winner(race([request(nobody, "POST", "/users", body) for body in sign_ups]), 201, 409).json()
            assert found(admin.get(f"/users/{name}")) == winner
            same_address = [{"username": a_name(), "email": [address, address.upper()][n % 2],
                             "password": "correct horse battery"} for n in range(RACERS)]
            winner = one_winner(race([request(nobody, "POST", "/users", body) for body in same_address]), 201,
                                409).json()
            taken = [body["username"] for body in same_address
                     if admin.get(f"/users/{body['username']}").status_code == 200]
            assert taken == [winner["username"]], "one account was expected to have the address"


def test_a_vote_is_given_once_and_withdrawn_once():
    with a_race() as (server, race):
        ada = an_account(server)
        for _ in range(ROUNDS):
            post = a_post_id()
            place = f"/votes/{post}/voters/{ada.username}"
            votes = [request(ada, "POST", "/votes", {"post_id": post, "direction": ["up", "down"][n % 2]})
                     for n in range(RACERS)]
            vote = one_winner(race(votes), 201, 409).json()
            up = int(vote["direction"] == "up")
            assert found(ada.get(f"/votes/{post}")) == {"post_id": post, "upvotes": up, "downvotes": 1 - up,
                                                        "score": 2 * up - 1}
            for reply in race([request(ada, "PUT", place, {"direction": ["up", "down"][n % 2]})
                               for n in range(RACERS)]):
                found(reply)
            tally = found(ada.get(f"/votes/{post}"))
            assert tally["upvotes"] + tally["downvotes"] == 1, "one vote was expected"
            one_winner(race([request(ada, "DELETE", place)] * RACERS), 200, 404)
            assert found(ada.get(f"/votes/{post}"))["score"] == 0


def test_a_refresh_token_works_once_and_used_again_ends_its_session():
    with a_race() as (server, race):
        for _ in range(ROUNDS):
            ada = an_account(server)
            replies = race([request(ada, "POST", "/tokens/refresh", {"refresh_token": ada.refresh_token})] * RACERS)
            newest = one_winner(replies, 201, 401).json()["refresh_token"]
            assert_problem(renew(server, newest), 401)


def test_a_key_that_fifty_replay_at_once_makes_one_object():
    with a_race() as (server, race):
        ada, bob, admin = an_account(server), an_account(server), the_admin(server)
        karma = 0
        for _ in range(KEYS):
            community, post = a_community(), a_post_id()
            bodies = {"/posts": draft(username=ada.username, community=community),
                      "/messages": {"to": bob.username, "contents": community},
                      "/votes": {"post_id": post, "direction": "up"}}
            for path, body in bodies.items():
                key = secrets.token_hex(16)
                first = replayed(race([request(ada, "POST", path, body, key=key)] * RACERS), 201)
                assert made(ada.post(path, json=body,
                                     headers={"Idempotency-Key": key})) == first, "the first answer was expected again"
            key = secrets.token_hex(16)
            replayed(race([request(admin, "PATCH", f"/users/{bob.username}/karma", {"delta": 7}, key=key)] * RACERS),
                     200)
            karma += 7
            assert len(all_posts(ada, community)) == 1, "one post was expected"
            assert found(ada.get(f"/votes/{post}"))["score"] == 1, "one vote was expected"
        assert len(items(bob.get("/messages?box=inbox&limit=100"))) == KEYS, "one message for each key was expected"
        assert found(admin.get(f"/users/{bob.username}"))["karma"] == karma, "each change was expected to count once"


def replayed(replies, status: int) -> dict:
    """The one answer, which all had whom it did not find in flight."""
    answers = [reply.json() for reply in replies if reply.status_code == status]
    assert answers and all(answer == answers[0] for answer in answers), counted(replies)
    for reply in replies:
        if reply.status_code != status:
            assert_problem(reply, 409)
    return answers[0]


def test_a_key_with_fifty_bodies_makes_the_first_alone():
    with a_race() as (server, race):
        ada = an_account(server)
        for _ in range(KEYS):
            community, key = a_community(), secrets.token_hex(16)
            bodies = [{"title": f"Number {n}", "text": "", "community": community} for n in range(RACERS)]
            replies = race([request(ada, "POST", "/posts", body, key=key) for body in bodies])
            winners = [reply.json() for reply in replies if reply.status_code == 201]
            assert len(winners) == 1, f"one post was expected: {counted(replies)}"
            for reply in replies:
                if reply.status_code != 201:
                    assert_problem(reply, (409, 422))
            assert all_posts(ada, community) == [winners[0]["id"]]


def test_deletions_among_reads_and_votes_add_up():
    """Posts are deleted while they are read and voted on; each ends as what was acknowledged last."""
    rng = random.Random(SEED)
    with a_race() as (server, race):
        voters = [an_account(server) for _ in range(RACERS)]
        author = an_account(server)
        for _ in range(ROUNDS):
            post = a_post(author, username=author.username)["id"]
            a_vote(author, post, author.username)
            kinds = ["delete"] * 5 + rng.choices(["read", "list", "vote", "withdraw", "tally"], k=RACERS - 5)
            rng.shuffle(kinds)
            replies = race([act(voter if kind not in ("delete", "withdraw") else author, kind, post) for voter,
                            kind in zip(voters, kinds, strict=True)])
            outcome = Counter((kind, reply.status_code) for kind, reply in zip(kinds, replies, strict=True))
            assert outcome["delete", 200] == 1 and outcome["delete", 404] == 4, f"one deletion was expected: {outcome}"
            promised = {("read", 200), ("read", 404), ("list", 200), ("vote", 201), ("vote", 409), ("withdraw", 200),
                        ("withdraw", 404), ("tally", 200),
                        ("delete", 200), ("delete", 404)}
            assert set(outcome) <= promised, f"{promised} were expected: {outcome}"
            assert outcome["withdraw", 200] <= 1
            assert_problem(author.get(f"/posts/{post}"), 404)
            # The tally is another service's, and stays: of the votes taken, and the author's until it was withdrawn.
            votes = outcome["vote", 201] + 1 - outcome["withdraw", 200]
            assert found(author.get(f"/votes/{post}"))["upvotes"] == votes, f"{votes} votes were expected: {outcome}"


def act(caller, kind: str, post: int) -> bytes:
    place = f"/votes/{post}/voters/{caller.username}"
    return {"delete": lambda: request(caller, "DELETE", f"/posts/{post}"),
            "read": lambda: request(caller, "GET", f"/posts/{post}"),
            "list": lambda: request(caller, "GET", "/posts?limit=10"), "vote": lambda: request(caller, "POST", "/votes",
                                                                                               {"post_id": post,
                                                                                                "direction": "up"}),
            "withdraw": lambda: request(caller, "DELETE", place),
            "tally": lambda: request(caller, "GET", f"/votes/{post}")}[kind]()


def test_who_is_deactivated_while_they_act_is_gone_for_good():
    rng = random.Random(SEED)
    with a_race() as (server, race):
        admin, peer = the_admin(server), an_account(server)
        for _ in range(ROUNDS):
            ada = an_account(server)
            path = f"/users/{ada.username}"
            requests = [request(ada, "DELETE", path), request(admin, "DELETE", path)] * 3
            requests += [request(ada, "PUT", f"{path}/email", {"email": an_address()}) for _ in range(10)]
            requests += [request(admin, "PATCH", f"{path}/karma", {"delta": 1}) for _ in range(10)]
            requests += [request(ada, "POST", "/tokens/refresh", {"refresh_token": ada.refresh_token})]
            requests += [request(peer, "GET", path) for _ in range(RACERS - len(requests))]
            rng.shuffle(requests)
            replies = race(requests)
            assert {reply.status_code for reply in replies} <= {200, 201, 401, 404}, counted(replies)
            deleted = [reply for sent, reply in zip(requests, replies, strict=True) if sent.startswith(b"DELETE")
                       and reply.status_code == 200]
            assert len(deleted) == 1, "one deactivation was expected"
            assert_problem(peer.get(path), 404)
            assert_problem(admin.patch(f"{path}/karma", json={"delta": 1}), 404)
            assert_problem(renew(server, ada.refresh_token), 401)
            assert_problem(plain_log_in(server, ada.username), 401)


def plain_log_in(server, name: str):
    with server.client() as api:
        return api.post("/tokens", json={"username": name, "password": "correct horse battery"})


def test_a_message_that_both_delete_while_it_is_read_goes_once_for_each():
    with a_race() as (server, race):
        ada, bob = an_account(server), an_account(server)
        for _ in range(ROUNDS):
            message = a_message(ada, ada.username, bob.username)["id"]
            path = f"/messages/{message}"
            acts = [(ada, "DELETE", path), (bob, "DELETE", path), (ada, "GET", path), (bob, "PUT", f"{path}/read"),
                    (bob, "PUT", f"{path}/favorite"),
                    (ada, "PUT", f"{path}/favorite"), (bob, "DELETE", f"{path}/read"),
                    (ada, "DELETE", f"{path}/favorite"), (bob, "GET", path),
                    (bob, "GET", "/messages?box=favorites")] * (RACERS // 10)
            replies = race([request(*each) for each in acts])
            assert {reply.status_code for reply in replies} <= {200, 404}, counted(replies)
            for who in (ada, bob):
                deletions = [reply.status_code for each, reply in zip(acts, replies, strict=True)
                             if each == (who, "DELETE", path)]
                assert deletions.count(200) == 1, f"one deletion for each was expected: {deletions}"
                assert_problem(who.get(path), 404)
        for who, box in ((ada, "sent"), (bob, "inbox"), (ada, "favorites"), (bob, "favorites")):
            assert items(who.get(f"/messages?box={box}")) == [], f"an empty {box} was expected"
