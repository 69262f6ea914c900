"""Votes: what each operation promises, and each bound."""

import pytest

from problem import assert_problem
from sample import BIGGEST_ID, NO_IDS, a_name, a_post_id, a_vote, assert_now, found, items, made

VOTE = {"post_id", "username", "direction", "created_at"}

REFUSED = {
    "post_id of 0": ("post_id", 0),
    "post_id negative": ("post_id", -1),
    "post_id of 2^53": ("post_id", 2**53),
    "post_id of 10^30": ("post_id", 10**30),
    "post_id a fraction": ("post_id", 1.5),
    "post_id a string": ("post_id", "5"),
    "post_id null": ("post_id", None),
    "post_id true": ("post_id", True),
    "direction unknown": ("direction", "sideways"),
    "direction in capitals": ("direction", "UP"),
    "direction empty": ("direction", ""),
    "direction a number": ("direction", 1),
    "direction null": ("direction", None),
    "username of 2": ("username", "ad"),
    "username of 21": ("username", "a" * 21),
    "username with a space": ("username", "ada l"),
    "username a number": ("username", 12345),
    "member unknown": ("weight", 2),
}


def ballot(**members) -> dict:
    return {"post_id": a_post_id(), "direction": "up", "username": a_name()} | members


def tally(api, post_id: int) -> tuple:
    counted = found(api.get(f"/votes/{post_id}"))
    assert set(counted) == {"post_id", "upvotes", "downvotes", "score"}
    assert counted["post_id"] == post_id
    assert counted["score"] == counted["upvotes"] - counted["downvotes"]
    return counted["upvotes"], counted["downvotes"]


@pytest.mark.parametrize("direction, counted", [("up", (1, 0)), ("down", (0, 1))])
def test_a_new_vote_is_answered_with_its_place_and_counted(api, site, direction, counted):
    body = ballot(direction=direction)
    response = api.post("/votes", json=body)
    vote = made(response)
    assert set(vote) == VOTE
    assert vote | body == vote
    assert_now(vote["created_at"])
    assert response.headers["Location"] == f"/api/v1/votes/{body['post_id']}/voters/{body['username']}"
    assert found(site.get(response.headers["Location"])) == vote
    assert tally(api, body["post_id"]) == counted


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_second_vote_of_a_user_on_a_post_is_a_conflict(api, direction):
    body = ballot()
    made(api.post("/votes", json=body))
    assert_problem(api.post("/votes", json=body | {"direction": direction}), 409)
    assert_problem(api.post("/votes", json=body | {"username": body["username"].upper()}), 409)
    assert tally(api, body["post_id"]) == (1, 0)


@pytest.mark.parametrize("post_id", [1.0, BIGGEST_ID])
def test_a_post_id_at_its_bound_is_accepted(api, post_id):
    assert made(api.post("/votes", json=ballot(post_id=post_id)))["post_id"] == post_id


@pytest.mark.parametrize("username", ["ada", "A-z_09".ljust(20, "a")], ids=["3", "20"])
def test_a_voter_of_any_good_length_is_accepted(api, username):
    assert a_vote(api, a_post_id(), username)["username"] == username


@pytest.mark.parametrize("member, value", REFUSED.values(), ids=REFUSED)
def test_a_member_beyond_its_bound_is_refused_by_name(api, member, value):
    assert_problem(api.post("/votes", json=ballot(**{member: value})), 422, pointer=f"/{member}")


@pytest.mark.parametrize("member", ["post_id", "direction", "username"])
def test_a_missing_member_is_refused_by_name(api, member):
    body = ballot()
    del body[member]
    assert_problem(api.post("/votes", json=body), 422, pointer=f"/{member}")


def test_all_faults_of_a_vote_are_reported_at_once(api):
    assert_problem(api.post("/votes", json={"post_id": 0, "direction": "left", "weight": 3, "username": "?"}), 422,
                   pointer=["/post_id", "/direction", "/weight", "/username"])


def test_the_query_names_the_voter_where_the_body_does_not(api):
    body = ballot()
    voter = body.pop("username")
    assert made(api.post(f"/votes?user={voter}", json=body))["username"] == voter


def test_a_vote_can_be_set_and_changed_any_number_of_times(api):
    post_id, voter = a_post_id(), a_name()
    for direction, counted in [("down", (0, 1)), ("down", (0, 1)), ("up", (1, 0)), ("up", (1, 0))]:
        vote = found(api.put(f"/votes/{post_id}/voters/{voter}", json={"direction": direction}))
        assert set(vote) == VOTE
        assert (vote["post_id"], vote["username"], vote["direction"]) == (post_id, voter, direction)
        assert tally(api, post_id) == counted


@pytest.mark.parametrize("body, pointer", [
    ({}, "/direction"), ({"direction": "left"}, "/direction"), ({"direction": None}, "/direction"),
    ({"direction": "up", "weight": 2}, "/weight"), ({"weight": 2}, ["/direction", "/weight"])],
    ids=["missing", "unknown direction", "null", "unknown member", "both"])
def test_a_change_beyond_bounds_is_refused_by_name(api, body, pointer):
    assert_problem(api.put(f"/votes/{a_post_id()}/voters/{a_name()}", json=body), 422, pointer=pointer)


def test_a_vote_can_be_withdrawn_once_and_given_again(api):
    vote = a_vote(api, a_post_id())
    place = f"/votes/{vote['post_id']}/voters/{vote['username']}"
    assert found(api.delete(place)) == vote
    assert_problem(api.delete(place), 404)
    assert_problem(api.get(place), 404)
    assert tally(api, vote["post_id"]) == (0, 0)
    a_vote(api, vote["post_id"], vote["username"], "down")
    assert tally(api, vote["post_id"]) == (0, 1)


def test_a_voter_is_found_without_regard_to_case(api):
    vote = a_vote(api, a_post_id())
    assert found(api.get(f"/votes/{vote['post_id']}/voters/{vote['username'].upper()}")) == vote


def test_who_has_not_voted_has_no_vote(api):
    vote = a_vote(api, a_post_id())
    assert_problem(api.get(f"/votes/{vote['post_id']}/voters/{a_name()}"), 404)
    assert_problem(api.get(f"/votes/{a_post_id()}/voters/{vote['username']}"), 404)


def test_a_post_nobody_voted_on_has_a_tally_of_zeros(api):
    assert tally(api, a_post_id()) == (0, 0)


def test_a_tally_counts_every_voter(api):
    post_id = a_post_id()
    for direction in ["up"] * 3 + ["down"] * 5:
        a_vote(api, post_id, direction=direction)
    assert tally(api, post_id) == (3, 5)


@pytest.mark.parametrize("no_id", NO_IDS)
def test_what_is_no_id_names_no_post(api, no_id):
    voter = f"/votes/{no_id}/voters/{a_name()}"
    assert_problem(api.get(f"/votes/{no_id}"), 404)
    assert_problem(api.get(voter), 404)
    assert_problem(api.delete(voter), 404)
    assert_problem(api.put(voter, json={"direction": "up"}), 404)


@pytest.mark.parametrize("name", ["ad", "a" * 21, "a.b", "zo%C3%AB", "a%20b"])
def test_what_is_no_username_names_no_voter(api, name):
    voter = f"/votes/{a_post_id()}/voters/{name}"
    assert_problem(api.get(voter), 404)
    assert_problem(api.delete(voter), 404)
    assert_problem(api.put(voter, json={"direction": "up"}), 404)


def test_tallies_come_best_first_and_ties_newest_post_first(api):
    base = a_post_id() - 10
    for offset, directions in {1: ["up"], 2: ["up", "up"], 3: ["down"], 4: ["up"], 5: ["up", "down"]}.items():
        for direction in directions:
            a_vote(api, base + offset, direction=direction)
    asked = [base + offset for offset in (3, 1, 6, 5, 4, 2, 1)]
    listed = items(api.get(f"/votes?post_ids={','.join(map(str, asked))}"))
    assert [(each["post_id"] - base, each["score"]) for each in listed] == [(2, 2), (4, 1), (1, 1), (6, 0), (5, 0), (3, -1)]
    assert listed == [found(api.get(f"/votes/{each['post_id']}")) for each in listed]


def test_a_thousand_tallies_can_be_asked_at_once(api):
    listed = items(api.get(f"/votes?post_ids={','.join(map(str, range(1, 1001)))}"))
    assert {each["post_id"] for each in listed} == set(range(1, 1001))
    assert listed == sorted(listed, key=lambda each: (-each["score"], -each["post_id"]))


@pytest.mark.parametrize("ids", ["", "abc", "1,,2", "1,", "0", "-1", "1.5", str(2**53), ",".join(map(str, range(1, 1002)))],
                         ids=["empty", "letters", "gap", "comma last", "zero", "negative", "fraction", "2^53", "1,001 of them"])
def test_what_can_be_no_list_of_ids_is_refused(api, ids):
    assert_problem(api.get(f"/votes?post_ids={ids}"), 422, parameter="post_ids")


def test_tallies_can_not_be_asked_without_ids(api):
    assert_problem(api.get("/votes"), 422, parameter="post_ids")


def test_the_top_list_ranks_all_posts_that_have_votes(fresh_server):
    with fresh_server.client() as api:
        assert items(api.get("/votes/top")) == []
        for post_id, directions in {11: ["up"], 12: ["up", "up"], 13: ["down"], 14: ["up"], 15: ["up"] * 3}.items():
            for direction in directions:
                a_vote(api, post_id, direction=direction)
        listed = items(api.get("/votes/top"))
        assert [each["post_id"] for each in listed] == [15, 12, 14, 11, 13]
        assert listed == [found(api.get(f"/votes/{each['post_id']}")) for each in listed]
        assert [each["post_id"] for each in found(api.get("/votes/top?limit=2"))["items"]] == [15, 12]


def test_the_top_list_follows_every_change_of_a_vote(fresh_server):
    with fresh_server.client() as api:
        def order():
            return [each["post_id"] for each in items(api.get("/votes/top"))]

        for post_id in (1, 2):
            a_vote(api, post_id)
        changing, leaving = a_vote(api, 3), a_vote(api, 3)
        assert order() == [3, 2, 1]
        found(api.delete(f"/votes/3/voters/{leaving['username']}"))
        a_vote(api, 1)
        assert order() == [1, 3, 2]
        found(api.put(f"/votes/3/voters/{changing['username']}", json={"direction": "down"}))
        assert order() == [1, 2, 3]
