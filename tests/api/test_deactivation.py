"""Deactivation: gone for everyone at once, back if an admin says so in time, afterwards forgotten; the name stays taken."""

import time

import pytest

from accounts import PASSWORD, Account, Caller, an_account, log_in, plain, refusal, renew, sign_up, the_admin, user_write
from problem import assert_problem
from sample import a_message, a_name, an_address, assert_now, found, items
from waiting import until

ACCOUNT = {"username", "email", "karma", "created_at", "role", "deactivated_at"}
NEW = "staple battery horse"

# Every operation of an admin on one user.
OPERATIONS = {
    "retrieve": ("GET", "/users/{}", None),
    "update email": ("PUT", "/users/{}/email", {"email": "new-{}@example.org"}),
    "change password": ("PUT", "/users/{}/password", {"new": NEW}),
    "change role": ("PUT", "/accounts/{}/role", {"role": "moderator"}),
    "change karma": ("PATCH", "/users/{}/karma", {"delta": 1}),
    "deactivate": ("DELETE", "/users/{}", None),
}


@pytest.fixture
def ada(secure):
    return an_account(secure)


@pytest.fixture
def admin(secure):
    return the_admin(secure)


@pytest.fixture(scope="module")
def forgetful(start_module_secure):
    """A server that forgets who is deactivated at once."""
    return start_module_secure("--forget-after", "0")


def accounts(server) -> list[dict]:
    """All pages of the list that admins see."""
    admin, site, path, listed = the_admin(server), server.site(), "/api/v1/accounts?limit=100", []
    while path:
        page = found(site.get(path, headers={"Authorization": f"Bearer {admin.token}"}))
        listed += page["items"]
        path = page["next"]
    return listed


def account(server, name: str) -> dict:
    return next(each for each in accounts(server) if each["username"] == name)


def deactivated(server, **members) -> Account:
    user = an_account(server, **members)
    found(user.delete(f"/users/{user.username}"))
    return user


def forgotten(server, **members) -> Account:
    user = deactivated(server, **members)
    assert until(lambda: account(server, user.username)["email"] is None, 20)
    return user


def reactivate(server, name: str):
    return the_admin(server).post(f"/accounts/{name}/reactivation")


# Gone.

def test_deactivation_answers_the_user_as_it_was(ada):
    user = found(ada.get(f"/users/{ada.username}"))
    assert found(ada.delete(f"/users/{ada.username}")) == user


@pytest.mark.parametrize("by_admin", [False, True], ids=["by itself", "by an admin"])
@pytest.mark.parametrize("method, path, body", OPERATIONS.values(), ids=OPERATIONS)
def test_a_deactivated_user_is_not_found_by_any_operation(secure, ada, admin, method, path, body, by_admin):
    found((admin if by_admin else ada).delete(f"/users/{ada.username}"))
    body = body and {member: value.format(ada.username) if isinstance(value, str) else value for member, value in body.items()}
    for name in (ada.username, ada.username.upper()):
        assert_problem(admin.request(method, path.format(name), json=body), 404)
    assert_problem(plain(secure).get(f"/users/{ada.username}"), 404)


def test_who_is_deactivated_is_given_no_token_and_writes_nothing_as_a_user(secure, ada):
    found(ada.delete(f"/users/{ada.username}"))
    assert_problem(refusal(secure, ada.username), 401)
    assert_problem(renew(secure, ada.refresh_token), 401)
    assert_problem(user_write(ada), 401)
    assert_problem(ada.delete(f"/tokens/{ada.session}"), 404)


def test_nobody_writes_to_who_is_deactivated_but_old_messages_stay(secure, ada):
    bob = an_account(secure)
    old = a_message(bob, bob.username, ada.username)
    found(ada.delete(f"/users/{ada.username}"))
    assert_problem(bob.post("/messages", json={"to": ada.username, "contents": "Hello"}), 409)
    assert items(bob.get("/messages?box=sent")) == [old]


def test_the_name_and_address_of_who_is_deactivated_stay_taken(secure, ada):
    found(ada.delete(f"/users/{ada.username}"))
    assert_taken(secure, ada)


def assert_taken(server, gone) -> None:
    for name, email in ((gone.username, an_address()), (gone.username.upper(), an_address()),
                        (a_name(), gone.email), (a_name(), gone.email.upper())):
        body = {"username": name, "email": email, "password": PASSWORD}
        assert_problem(plain(server).post("/users", json=body), 409)
    other = an_account(server)
    for email in (gone.email, gone.email.upper()):
        assert_problem(other.put(f"/users/{other.username}/email", json={"email": email}), 409)


def test_admins_see_who_is_deactivated_in_the_list_of_accounts(secure, ada):
    before = account(secure, ada.username)
    assert set(before) == ACCOUNT
    assert before | {"username": ada.username, "email": ada.email, "karma": 0, "role": "member", "deactivated_at": None} == before
    found(ada.delete(f"/users/{ada.username}"))
    after = account(secure, ada.username)
    assert_now(after["deactivated_at"])
    assert after | {"deactivated_at": None} == before


def test_accounts_are_listed_newest_first_page_by_page(secure):
    the_admin(secure)  # is among them, and was there before
    names = [sign_up(secure)["username"] for _ in range(5)]
    assert [each["username"] for each in accounts(secure)][:5] == names[::-1]
    first = found(the_admin(secure).get("/accounts?limit=2"))
    assert [each["username"] for each in first["items"]] == names[:2:-1]
    newcomer = sign_up(secure)["username"]
    second = found(Caller(secure, the_admin(secure).token).get(first["next"].removeprefix("/api/v1")))
    assert [each["username"] for each in second["items"]] == names[2:0:-1] and newcomer not in str(second)


@pytest.mark.parametrize("query, parameter", [("limit=0", "limit"), ("limit=101", "limit"), ("cursor=nonsense", "cursor"),
                                              ("colour=red", "colour")])
def test_a_bad_parameter_of_the_list_is_refused_by_name(admin, query, parameter):
    assert_problem(admin.get(f"/accounts?{query}"), 422, parameter=parameter)


# Back.

def test_an_admin_brings_a_user_back_with_all_it_had(secure, ada, admin):
    found(admin.patch(f"/users/{ada.username}/karma", json={"delta": 7}))
    found(ada.put(f"/users/{ada.username}/password", json={"current": PASSWORD, "new": NEW}))
    user = found(admin.get(f"/users/{ada.username}"))
    found(admin.delete(f"/users/{ada.username}"))
    assert found(reactivate(secure, ada.username.upper())) == user
    assert found(admin.get(f"/users/{ada.username}")) == user
    assert account(secure, ada.username)["deactivated_at"] is None
    again = log_in(secure, ada.username, NEW)
    found(user_write(again))


def test_sessions_do_not_come_back_with_their_user(secure, ada):
    found(ada.delete(f"/users/{ada.username}"))
    found(reactivate(secure, ada.username))
    assert_problem(renew(secure, ada.refresh_token), 401)
    assert_problem(user_write(ada), 401)


def test_a_role_comes_back_with_its_user(secure, admin):
    moderator = an_account(secure, "moderator")
    found(admin.delete(f"/users/{moderator.username}"))
    found(reactivate(secure, moderator.username))
    assert account(secure, moderator.username)["role"] == "moderator"


def test_only_who_is_deactivated_can_be_brought_back(secure, ada):
    for name in (ada.username, a_name(), "ad", "a%20b"):
        assert_problem(reactivate(secure, name), 404)
    found(ada.delete(f"/users/{ada.username}"))
    found(reactivate(secure, ada.username))
    assert_problem(reactivate(secure, ada.username), 404)


# Forgotten.

def test_address_and_password_are_forgotten_and_the_name_is_not(forgetful):
    bob = deactivated(forgetful)
    assert until(lambda: account(forgetful, bob.username)["email"] is None, 20)
    left = account(forgetful, bob.username)
    assert set(left) == ACCOUNT and left["username"] == bob.username
    assert_now(left["deactivated_at"])
    assert_problem(refusal(forgetful, bob.username), 401)


def test_who_is_forgotten_stays_gone(forgetful):
    bob = forgotten(forgetful)
    assert_problem(plain(forgetful).get(f"/users/{bob.username}"), 404)
    assert_problem(reactivate(forgetful, bob.username), 404)
    assert_problem(plain(forgetful).get(f"/users/{bob.username}"), 404)


def test_the_name_and_address_of_who_is_forgotten_stay_taken(forgetful):
    assert_taken(forgetful, forgotten(forgetful))


def test_the_address_is_in_nothing_that_is_answered_later(forgetful):
    bob = forgotten(forgetful)
    admin = the_admin(forgetful)
    for caller in (admin, bob, Caller(forgetful)):
        for path in ("/accounts?limit=100", f"/users/{bob.username}", "/messages?box=inbox"):
            assert bob.email not in caller.get(path).text
    assert bob.email not in str(accounts(forgetful))


def test_who_is_not_deactivated_is_not_forgotten(forgetful):
    ada = an_account(forgetful)
    forgotten(forgetful)
    assert found(ada.get(f"/users/{ada.username}"))["email"] == ada.email
    log_in(forgetful, ada.username)


def test_the_address_stays_taken_over_a_restart(start_secure):
    server = start_secure("--forget-after", "0")
    bob = forgotten(server)
    server.stop()
    server.start()
    assert_taken(server, bob)


def test_who_was_brought_back_in_time_is_not_forgotten(start_secure):
    seconds = 6
    server = start_secure("--forget-after", str(seconds / 86400))
    back, gone = deactivated(server), deactivated(server)
    found(reactivate(server, back.username))
    assert account(server, gone.username)["email"] == gone.email, "not yet"
    assert until(lambda: account(server, gone.username)["email"] is None, seconds + 20)
    time.sleep(1)
    assert account(server, back.username)["email"] == back.email
    log_in(server, back.username)


def test_by_default_nobody_is_forgotten_soon(secure, ada):
    found(ada.delete(f"/users/{ada.username}"))
    time.sleep(12)
    assert account(secure, ada.username)["email"] == ada.email
