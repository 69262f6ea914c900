"""Many clients at once: what can be had once is had once, and what is acknowledged is counted."""

import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from problem import assert_problem
from sample import a_community, a_message, a_name, a_post, a_post_id, a_user, a_vote, an_address, draft, found, items

RACERS = 12


@pytest.fixture
def race(processes):
    """Runs `act(api, n)` for each racer at the same moment, each on a connection of its own, to all processes of the site, and gives
    what they got."""

    def run(act, racers: int = RACERS) -> list:
        barrier = Barrier(racers)

        def one(n: int):
            with processes[n % len(processes)].client() as api:
                found(api.get("/votes/1"))  # The connection stands before the start.
                barrier.wait(timeout=20)
                return act(api, n)

        with ThreadPoolExecutor(racers) as pool:
            return list(pool.map(one, range(racers)))

    return run


def assert_one_winner(responses, won: int, lost: int):
    winners = [response for response in responses if response.status_code == won]
    assert len(winners) == 1, Counter(response.status_code for response in responses)
    for response in responses:
        if response is not winners[0]:
            assert_problem(response, lost)
    return winners[0]


def test_a_name_is_won_by_one(api, race):
    name = a_name()
    winner = assert_one_winner(race(lambda api, n: api.post("/users", json={"username": name, "email": an_address()})), 201, 409)
    assert found(api.get(f"/users/{name}")) == winner.json()


def test_an_address_is_won_by_one_new_user(race):
    email = an_address()
    assert_one_winner(race(lambda api, n: api.post("/users", json={"username": a_name(), "email": email})), 201, 409)


def test_an_address_is_won_by_one_who_changes_to_it(api, race):
    names = [a_user(api)["username"] for _ in range(RACERS)]
    email = an_address()
    assert_one_winner(race(lambda api, n: api.put(f"/users/{names[n]}/email", json={"email": email})), 200, 409)
    assert [found(api.get(f"/users/{name}"))["email"] for name in names].count(email) == 1


def test_a_vote_is_given_once(api, race):
    body = {"post_id": a_post_id(), "username": a_name()}
    responses = race(lambda api, n: api.post("/votes", json=body | {"direction": ["up", "down"][n % 2]}))
    winner = assert_one_winner(responses, 201, 409).json()
    tally = found(api.get(f"/votes/{body['post_id']}"))
    assert (tally["upvotes"], tally["downvotes"]) == ((1, 0) if winner["direction"] == "up" else (0, 1))


def test_a_vote_is_withdrawn_once(api, race):
    vote = a_vote(api, a_post_id())
    place = f"/votes/{vote['post_id']}/voters/{vote['username']}"
    assert_one_winner(race(lambda api, n: api.delete(place)), 200, 404)
    assert found(api.get(f"/votes/{vote['post_id']}"))["upvotes"] == 0


def test_a_vote_set_by_many_at_once_is_one_vote(api, race):
    place = f"/votes/{a_post_id()}"
    for response in race(lambda api, n: api.put(f"{place}/voters/ada", json={"direction": ["up", "down"][n % 2]})):
        found(response)
    tally = found(api.get(place))
    last = found(api.get(f"{place}/voters/ada"))["direction"]
    assert (tally["upvotes"], tally["downvotes"]) == ((1, 0) if last == "up" else (0, 1))


def test_a_tally_counts_every_acknowledged_vote(api, race):
    post_ids = [a_post_id(), a_post_id()]

    def vote_and_reconsider(api, n):
        """Each racer's own votes, and what stays of them: changes, withdrawals and second thoughts included."""
        kept = Counter()
        for turn in range(8):
            post_id, voter, direction = post_ids[turn % 2], a_name(), ["up", "down"][(n + turn) % 3 == 0]
            a_vote(api, post_id, voter, direction)
            place = f"/votes/{post_id}/voters/{voter}"
            if turn % 4 == 1:
                found(api.delete(place))
                continue
            if turn % 4 == 2:
                direction = found(api.put(place, json={"direction": "down"}))["direction"]
            kept[post_id, direction] += 1
        return kept

    kept = sum(race(vote_and_reconsider), Counter())
    listed = items(api.get(f"/votes?post_ids={post_ids[0]},{post_ids[1]}"))
    for tally in (*listed, *(found(api.get(f"/votes/{post_id}")) for post_id in post_ids)):
        up, down = kept[tally["post_id"], "up"], kept[tally["post_id"], "down"]
        assert (tally["upvotes"], tally["downvotes"], tally["score"]) == (up, down, up - down)


def test_karma_counts_every_acknowledged_change(api, race):
    name = a_user(api)["username"]
    race(lambda api, n: [found(api.patch(f"/users/{name}/karma", json={"delta": delta})) for delta in (n + 1, -3, 10)])
    assert found(api.get(f"/users/{name}"))["karma"] == sum(n + 1 - 3 + 10 for n in range(RACERS))


def test_a_post_is_deleted_once(api, race):
    post = a_post(api)
    winner = assert_one_winner(race(lambda api, n: api.delete(f"/posts/{post['id']}")), 200, 404)
    assert winner.json() == post


def test_a_user_is_deactivated_once(api, race):
    name = a_user(api)["username"]
    assert_one_winner(race(lambda api, n: api.delete(f"/users/{name}")), 200, 404)


def test_a_message_is_deleted_once_by_each_party(api, race):
    ada, bob = a_user(api)["username"], a_user(api)["username"]
    message = a_message(api, ada, bob)
    responses = race(lambda api, n: api.delete(f"/messages/{message['id']}?user={[ada, bob][n % 2]}"))
    assert_one_winner(responses[::2], 200, 404)
    assert_one_winner(responses[1::2], 200, 404)


def age(post):
    """By which lists are ordered."""
    return post["created_at"], post["id"]


def test_posts_made_at_once_are_all_there(api, race):
    community = a_community()
    posts = sum(race(lambda api, n: [a_post(api, community=community) for _ in range(6)]), [])
    assert len({post["id"] for post in posts}) == len(posts) == RACERS * 6
    listed = items(api.get(f"/posts?community={community}&limit=100"))
    assert [post["id"] for post in listed] == [post["id"] for post in sorted(posts, key=age, reverse=True)]


@pytest.mark.parametrize("path", ["/posts", "/votes", "/messages"])
def test_a_key_sent_by_many_at_once_makes_one_object(api, race, path):
    ada, bob = a_user(api)["username"], a_user(api)["username"]
    post_id, community = a_post_id(), a_community()
    body = {"/posts": draft(username=ada, community=community), "/messages": {"from": ada, "to": bob, "contents": "Once"},
            "/votes": {"post_id": post_id, "direction": "up", "username": ada}}[path]
    key = {"Idempotency-Key": secrets.token_hex(8)}
    responses = race(lambda api, n: api.post(path, json=body, headers=key))

    answers = [response.json() for response in responses if response.status_code == 201]
    assert answers and all(answer == answers[0] for answer in answers)
    for response in responses:
        if response.status_code != 201:
            assert_problem(response, 409)
    made = {"/posts": len(items(api.get(f"/posts?community={community}"))),
            "/votes": found(api.get(f"/votes/{post_id}"))["score"],
            "/messages": len(items(api.get(f"/messages?box=inbox&user={bob}")))}
    assert made[path] == 1


def test_karma_with_a_key_sent_by_many_at_once_changes_once(api, race):
    name = a_user(api)["username"]
    key = {"Idempotency-Key": secrets.token_hex(8)}
    responses = race(lambda api, n: api.patch(f"/users/{name}/karma", json={"delta": 7}, headers=key))
    answers = [found(response) for response in responses if response.status_code != 409]
    assert answers and all(answer["karma"] == 7 for answer in answers)
    assert found(api.get(f"/users/{name}"))["karma"] == 7


def test_a_reader_among_writers_sees_a_list_that_is_in_order_and_whole(api, race):
    community = a_community()
    first = a_post(api, community=community)["id"]

    def read_or_write(api, n):
        for _ in range(6):
            if n % 2:
                a_post(api, community=community)
            else:
                listed = found(api.get(f"/posts?community={community}&limit=100"))["items"]
                assert listed == sorted(listed, key=age, reverse=True) and listed[-1]["id"] == first

    race(read_or_write)
