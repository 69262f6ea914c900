"""Who may do what: every operation of the contract by every kind of caller, as the table in rights.py says."""

import re

import pytest

from accounts import NEW_PASSWORD, PASSWORD, Caller, an_account, plain, the_admin, user_write, write
from problem import assert_json, assert_problem
from rights import KINDS, ROWS, WITHOUT_VALID_TOKEN, World
from sample import a_message, a_name, a_post_id, an_address, found, items, made

CASES = {f"{name} | {kind}": (row, kind) for name, row in ROWS.items() for kind in (*KINDS, *WITHOUT_VALID_TOKEN)
         if row.expected(kind)}
REFUSED = {name: (row, kind) for name, (row, kind) in CASES.items() if row.method != "GET" and row.expected(kind) >= 400}

every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)


@pytest.fixture
def world(secure):
    return World(secure)


@pytest.mark.parametrize("row, kind", CASES.values(), ids=CASES)
def test_an_operation_is_for_those_who_may(world, row, kind):
    response = row.call(world.caller(kind, row), world)
    if row.expected(kind) >= 400:
        assert_problem(response, row.expected(kind))
        assert ("WWW-Authenticate" in response.headers) == (response.status_code == 401)
    else:
        assert response.status_code == row.expected(kind), response.text
        assert_json(response)


@pytest.mark.parametrize("row, kind", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_changes_nothing(world, row, kind):
    caller = world.caller(kind, row)
    row.call(Caller(world.server, "nonsense"), world)  # Makes what the row names.
    before = world.census()
    assert row.call(caller, world).status_code == row.expected(kind)
    assert world.census() == before
    if "gone" not in world:
        world.assert_sessions_go_on()


# The document.

def shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@pytest.fixture(scope="module")
def described(secure):
    with secure.site() as site:
        paths = found(site.get("/openapi.json"))["paths"]
    return {f"{method.upper()} {shape(path.removeprefix('/api/v1'))}": operation for path, methods in paths.items()
            for method, operation in methods.items() if path.startswith("/api/v1/") and isinstance(operation, dict)}


def of_table() -> dict[str, dict[str, bool]]:
    """By operation and kind, whether some row allows it."""
    allowed: dict[str, dict[str, bool]] = {}
    for row in ROWS.values():
        able = allowed.setdefault(f"{row.method} {shape(row.path)}", dict.fromkeys(KINDS, False))
        for kind in KINDS:
            able[kind] |= row.allows(kind)
    return allowed


def test_every_operation_of_the_document_has_a_row(described):
    assert set(described) == set(of_table())


@pytest.mark.parametrize("operation, allowed", of_table().items(), ids=of_table())
def test_the_document_says_who_may(described, operation, allowed):
    names = {"none": "anonymous", "other": "member"}
    assert described[operation]["x-who-may"] == {names.get(kind, kind): may for kind, may in allowed.items()}
    assert described[operation]["description"].strip()


# Who a body names.

BODIES = {
    "post": ("/posts", "username", {"title": "A", "text": "", "community": "cpp"}),
    "vote": ("/votes", "username", {"direction": "up"}),
    "message": ("/messages", "from", {"contents": "Hello"}),
}

every_body = pytest.mark.parametrize("path, member, body", BODIES.values(), ids=BODIES)


def send(caller, path: str, body: dict, **members):
    """The body with what it needs beside its own members."""
    rest = {"/votes": lambda: {"post_id": a_post_id()}, "/messages": lambda: {"to": an_account(caller.server).username}}
    return caller.post(path, json=body | rest.get(path, dict)() | members)


@every_body
@pytest.mark.parametrize("role", ["member", "moderator", "admin", "service"])
def test_a_body_that_names_nobody_names_the_caller(secure, path, member, body, role):
    caller = an_account(secure, role)
    assert made(send(caller, path, body))[member] == caller.username


@every_body
def test_a_body_may_name_the_caller_in_another_case(secure, path, member, body):
    caller = an_account(secure, username="A" + a_name())
    for written in (caller.username, caller.username.upper(), caller.username.lower()):
        assert made(send(caller, path, body, **{member: written}))[member].lower() == caller.username.lower()


@every_body
@pytest.mark.parametrize("role", ["member", "moderator"])
def test_a_body_can_not_name_somebody_else(secure, path, member, body, role):
    caller = an_account(secure, role)
    for somebody in (an_account(secure).username, a_name(), caller.username[:-1]):
        assert_problem(send(caller, path, body, **{member: somebody}), 403)


@every_body
@pytest.mark.parametrize("role", ["admin", "service"])
def test_a_body_of_an_admin_or_a_service_may_name_somebody_else(secure, path, member, body, role):
    somebody = an_account(secure).username
    assert made(send(an_account(secure, role), path, body, **{member: somebody}))[member] == somebody


@pytest.mark.parametrize("method, body", [("PUT", {"direction": "up"}), ("GET", None), ("DELETE", None)])
def test_a_path_may_name_the_caller_in_another_case(secure, method, body):
    ada, post = an_account(secure), a_post_id()
    made(ada.post("/votes", json={"post_id": post, "direction": "up"}))
    assert found(ada.request(method, f"/votes/{post}/voters/{ada.username.upper()}", json=body))["direction"] == "up"


@every_row
def test_the_query_does_not_name_who_acts(world, row):
    caller = world.able(row)
    assert_problem(row.call(caller, world, f"user={caller.username}"), 422, parameter="user")


# What depends on who asks.

@pytest.mark.parametrize("kind", KINDS)
def test_an_address_is_shown_to_its_user_and_to_admins(world, kind):
    row = ROWS["retrieve a user"]
    user = found(row.call(world.caller(kind, row), world))
    shown = {"username": world["owner"], "email": world.its_owner.email, "karma": 0, "created_at": user["created_at"]}
    if kind not in ("owner", "admin"):
        del shown["email"]
    assert user == shown


def test_what_only_some_may_see_is_not_to_be_stored(world):
    ada, admin = world.its_owner, the_admin(world.server)
    vote = f"/votes/{world['post']}/voters/{ada.username}"
    for response in (ada.get(vote), admin.get(vote), ada.get(f"/users/{ada.username}"), admin.get(f"/users/{ada.username}"),
                     admin.get("/accounts"), ada.get("/messages?box=inbox"), ada.get(f"/messages/{world['received']}")):
        found(response)
        assert response.headers["Cache-Control"] == "no-store"


def test_a_tag_of_the_profile_with_the_address_is_not_that_of_the_one_without(world):
    place, ada = f"/users/{world['owner']}", world.its_owner
    public = plain(world.server).get(place).headers["ETag"]
    answer = ada.get(place, headers={"If-None-Match": public})
    assert found(answer)["email"] == ada.email


def test_a_box_is_the_callers_own(world):
    received = world["received"]
    assert [each["id"] for each in items(world.its_owner.get("/messages?box=inbox"))] == [received]
    for kind in ("other", "moderator", "admin", "service"):
        caller = an_account(world.server, "member" if kind == "other" else kind)
        assert items(caller.get("/messages?box=inbox")) == []
        own = a_message(caller, caller.username, world["owner"])["id"]
        assert [each["id"] for each in items(caller.get("/messages?box=sent"))] == [own]


def test_an_admin_changes_the_own_password_with_the_current_one(secure):
    admin = an_account(secure, "admin")
    place = f"/users/{admin.username}/password"
    assert_problem(admin.put(place, json={"new": NEW_PASSWORD}), 422, pointer="/current")
    assert_problem(admin.put(place, json={"current": NEW_PASSWORD, "new": NEW_PASSWORD}), (401, 403))
    found(admin.put(place, json={"current": PASSWORD, "new": NEW_PASSWORD}))


def test_the_key_of_another_caller_is_another_key(secure):
    headers = {"Idempotency-Key": a_name()}
    posts = [made(an_account(secure).post("/posts", json={"title": "A", "text": "", "community": "cpp"}, headers=headers))
             for _ in range(2)]
    assert posts[0]["id"] != posts[1]["id"] and posts[0]["username"] != posts[1]["username"]


# Roles.

@pytest.mark.parametrize("role", ["king", "", "ADMIN", None, 5, ["admin"]], ids=repr)
def test_there_is_no_other_role(secure, role):
    place = f"/accounts/{an_account(secure).username}/role"
    assert_problem(the_admin(secure).put(place, json={"role": role}), 422, pointer="/role")


def test_a_member_can_not_sign_up_with_a_role(secure):
    name = a_name()
    body = {"username": name, "email": an_address(name), "password": PASSWORD, "role": "admin"}
    assert_problem(plain(secure).post("/users", json=body), 422, pointer="/role")


def test_who_was_an_admin_no_longer_writes_as_one(secure):
    """The old token says so still, and the service that knows the sessions does not believe it."""
    former, ada = an_account(secure, "admin"), an_account(secure)
    found(the_admin(secure).put(f"/accounts/{former.username}/role", json={"role": "member"}))
    name = ada.username
    for refused in (former.put(f"/accounts/{name}/role", json={"role": "admin"}), former.delete(f"/users/{name}"),
                    former.patch(f"/users/{name}/karma", json={"delta": 1}), user_write(former)):
        assert_problem(refused, 401)
    found(ada.get(f"/users/{ada.username}"))


@pytest.mark.parametrize("kind", ["none", "other", "moderator"])
def test_a_message_that_is_not_the_callers_is_as_one_that_is_not(world, kind):
    """The same words, so that nobody counts messages."""
    caller = world.caller(kind, ROWS["retrieve a message sent"])
    there, not_there = (caller.get(f"/messages/{number}") for number in (world["sent"], 2**53 - 1))
    assert there.status_code == not_there.status_code
    assert there.json() | {"instance": ""} == not_there.json() | {"instance": ""}


def test_members_write_and_nobody_else_does(secure):
    made(write(an_account(secure)))
    assert_problem(write(Caller(secure)), 401)
