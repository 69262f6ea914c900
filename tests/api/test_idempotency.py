"""What a client sends again with the same Idempotency-Key happens once."""

import secrets

import pytest

from operations import OPERATIONS, a_world
from problem import assert_problem
from sample import a_community, a_name, a_user, draft, found, items, made

TAKES_KEY = {name: operation for name, operation in OPERATIONS.items() if operation.method in ("POST", "PATCH")}
# Another body of the same operation, good in itself.
OTHER = {"/posts": {"title": "B"}, "/votes": {"direction": "up"}, "/users": {"email": "other-{}@example.org"},
         "/messages": {"contents": "Hello again"}, "/users/{author}/karma": {"delta": 2}}

every_such_operation = pytest.mark.parametrize("operation", TAKES_KEY.values(), ids=TAKES_KEY)


@pytest.fixture
def world(api):
    return a_world(api)


def key() -> dict:
    return {"Idempotency-Key": secrets.token_urlsafe(16)}


def census(api, world) -> list:
    """All that the operations make or change, as far as this world can see it."""
    return [
        [post for post in found(api.get("/posts?limit=100"))["items"] if post["username"] == world["author"]],
        api.get(f"/votes/{world['unvoted']}").json(),
        api.get(f"/users/{world['author']}").json(),
        api.get(f"/users/{world['newcomer']}").status_code,
        items(api.get(f"/messages?box=inbox&user={world['reader']}")),
    ]


@every_such_operation
def test_a_replay_gives_the_first_answer_and_makes_nothing_new(api, world, operation):
    headers = key()
    first = operation.call(api, world, headers=headers)
    assert first.ok, first.text
    after_first = census(api, world)
    for _ in range(2):
        replay = operation.call(api, world, headers=headers)
        assert (replay.status_code, replay.json()) == (first.status_code, first.json())
        assert replay.headers.get("Location") == first.headers.get("Location")
    assert census(api, world) == after_first


@every_such_operation
def test_the_same_key_with_another_body_is_refused_and_changes_nothing(api, world, operation):
    headers = key()
    assert operation.call(api, world, headers=headers).ok
    after_first = census(api, world)
    other = {name: value.format(world["newcomer"]) if isinstance(value, str) else value
             for name, value in OTHER[operation.path].items()}
    assert_problem(operation.call(api, world, headers=headers, json=operation.content(world) | other), 422)
    assert census(api, world) == after_first


@every_such_operation
@pytest.mark.parametrize("bad", [b"", b"k" * 256, "schlüssel".encode()], ids=["empty", "256", "not ASCII"])
def test_a_key_out_of_bounds_is_refused_and_nothing_is_made(api, world, operation, bad):
    before = census(api, world)
    assert_problem(operation.call(api, world, headers={"Idempotency-Key": bad}), (400, 422))
    assert census(api, world) == before


@pytest.mark.parametrize("size", [1, 255])
def test_a_key_at_its_bound_is_taken(api, size):
    body = draft()
    headers = {"Idempotency-Key": "~" * size}
    assert made(api.post("/posts", json=body, headers=headers)) == made(api.post("/posts", json=body, headers=headers))


def test_without_a_key_the_same_body_makes_another_object(api):
    body = draft()
    assert made(api.post("/posts", json=body))["id"] != made(api.post("/posts", json=body))["id"]


def test_another_key_makes_another_object(api):
    body = draft()
    assert made(api.post("/posts", json=body, headers=key()))["id"] != made(api.post("/posts", json=body, headers=key()))["id"]


def test_the_key_of_another_caller_is_another_key(api):
    headers, body = key(), draft()
    del body["username"]
    ada, grace = (made(api.post(f"/posts?user={name}", json=body, headers=headers)) for name in (a_name(), a_name()))
    assert ada["id"] != grace["id"] and ada["username"] != grace["username"]


def test_a_replay_after_a_deletion_does_not_bring_the_object_back(api):
    headers, body = key(), draft(community=a_community())
    post = made(api.post("/posts", json=body, headers=headers))
    found(api.delete(f"/posts/{post['id']}"))
    assert made(api.post("/posts", json=body, headers=headers)) == post
    assert_problem(api.get(f"/posts/{post['id']}"), 404)
    assert items(api.get(f"/posts?community={body['community']}")) == []


def test_a_replay_of_a_change_of_karma_gives_the_user_as_first_answered(api):
    name = a_user(api)["username"]
    headers = key()
    first = found(api.patch(f"/users/{name}/karma", json={"delta": 5}, headers=headers))
    found(api.patch(f"/users/{name}/karma", json={"delta": 7}))
    assert found(api.patch(f"/users/{name}/karma", json={"delta": 5}, headers=headers)) == first
    assert found(api.get(f"/users/{name}"))["karma"] == 12
