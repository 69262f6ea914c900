"""ETags, conditional reads, and what must not be stored."""

import re

import pytest

from operations import OPERATIONS, READS, Operation, a_world
from problem import assert_problem
from sample import a_post, a_user, a_vote, found

PUBLIC = {name: operation for name, operation in READS.items() if not operation.path.startswith("/messages")}
# With the address, which only the user sees, a profile is private.
PUBLIC["retrieve a user"] = Operation("GET", "/users/{author}", query="user={reader}")
PRIVATE = {name: operation for name, operation in OPERATIONS.items() if operation.path.startswith("/messages")}
STRONG = re.compile(r'"[\x21\x23-\x7e]+"')

every_public_read = pytest.mark.parametrize("operation", PUBLIC.values(), ids=PUBLIC)


@pytest.fixture(scope="module")
def world(api):
    return a_world(api)


def tag(api, path: str) -> str:
    response = api.get(path)
    found(response)
    return response.headers["ETag"]


@every_public_read
def test_a_public_read_carries_a_strong_etag_that_stays(api, world, operation):
    path = operation.target(world)
    assert STRONG.fullmatch(tag(api, path))
    assert tag(api, path) == tag(api, path)


@every_public_read
@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', '"other",W/{} , "more"', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_the_client_has_is_not_sent_again(api, world, operation, condition, method):
    path = operation.target(world)
    etag = tag(api, path)
    response = api.request(method, path, headers={"If-None-Match": condition.format(etag)})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag


@every_public_read
@pytest.mark.parametrize("condition", ['"other"', 'W/"other", "more"'])
def test_what_the_client_has_not_is_sent(api, world, operation, condition):
    found(api.get(operation.target(world), headers={"If-None-Match": condition}))


def test_a_wildcard_does_not_hide_that_there_is_nothing(api):
    assert_problem(api.get("/posts/9007199254740991", headers={"If-None-Match": "*"}), 404)


CHANGES = {
    "a vote changes the tally": ("/votes/{post}", lambda api, world: a_vote(api, world["post"])),
    "a vote changes tallies": ("/votes?post_ids={post}", lambda api, world: a_vote(api, world["post"])),
    "karma changes the user": ("/users/{author}?user={reader}", lambda api, world: found(
        api.patch(f"/users/{world['author']}/karma", json={"delta": 5}))),
    "a change of direction changes the vote": ("/votes/{post}/voters/{author}", lambda api, world: found(
        api.put(f"/votes/{world['post']}/voters/{world['author']}", json={"direction": "down"}))),
    "a post changes its community": ("/posts?community={community}",
                                     lambda api, world: a_post(api, community=world["community"])),
    "a post changes the list of all": ("/posts", lambda api, world: a_post(api)),
    "a deletion changes a list by id": ("/posts?ids={post}", lambda api, world: found(api.delete(f"/posts/{world['post']}"))),
}


@pytest.mark.parametrize("path, change", CHANGES.values(), ids=CHANGES)
def test_a_change_makes_another_etag(fresh_world, path, change):
    api, world = fresh_world
    path = path.format(**world)
    before = tag(api, path)
    change(api, world)
    response = api.get(path, headers={"If-None-Match": before})
    found(response)
    assert response.headers["ETag"] != before


@pytest.fixture
def fresh_world(api):
    return api, a_world(api)


def test_a_vote_makes_another_etag_of_the_top(fresh_server):
    with fresh_server.client() as api:
        a_vote(api, 7)
        before = tag(api, "/votes/top")
        a_vote(api, 7)
        assert tag(api, "/votes/top") != before


def test_a_profile_with_its_address_is_not_stored(api):
    name = a_user(api)["username"]
    assert api.get(f"/users/{name}?user={name}").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("operation", PRIVATE.values(), ids=PRIVATE)
def test_what_is_about_messages_is_not_stored(api, operation):
    response = operation.call(api, a_world(api))
    assert response.ok, response.text
    assert response.headers["Cache-Control"] == "no-store"
