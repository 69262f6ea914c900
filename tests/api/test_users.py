"""Users: what each operation promises, and each bound."""

import pytest

from problem import assert_problem
from sample import a_name, a_user, an_address, assert_now, found, made

# A local part of 64, and labels of at most 63, fill the 254 characters.
LONG_DOMAIN = ".".join(["d" * 63, "d" * 63, "d" * 57, "org"])

ACCEPTED = {
    "username of 3": lambda: ("username", a_name()[-3:]),
    "username of 20": lambda: ("username", a_name().rjust(20, "a")),
    "username of every kind": lambda: ("username", "A-z" + a_name()[-9:]),
    "email of 254": lambda: ("email", f"{a_name().rjust(64, 'a')}@{LONG_DOMAIN}"),
    "email with a tag": lambda: ("email", f"{a_name()}+stoa@mail.example.org"),
    "email with dots": lambda: ("email", f"{a_name()}.a.b@example.co.uk"),
}

BAD_EMAILS = {
    "empty": "",
    "of 255": f"{'a' * 64}@{LONG_DOMAIN.replace('.org', 'd.org')}",
    "without at": "ada.example.org",
    "without local part": "@example.org",
    "without domain": "ada@",
    "with two ats": "ada@b@example.org",
    "two of them": "ada@example.org,bob@example.org",
    "two of them with a space": "ada@example.org bob@example.org",
    "with a name": "Ada <ada@example.org>",
    "with a space": "ada l@example.org",
    "with a line end": "ada@example.org\n",
    "with a header": "ada@example.org\r\nBcc: bob@example.org",
    "a number": 5,
    "null": None,
    "a list": ["ada@example.org"],
}

REFUSED = {
    "username of 2": ("username", "ad"),
    "username of 21": ("username", "a" * 21),
    "username empty": ("username", ""),
    "username with a space": ("username", "ada l"),
    "username with a dot": ("username", "ada.l"),
    "username with a line end": ("username", "ada\n"),
    "username with a letter that is not ASCII": ("username", "zoë"),
    "username a number": ("username", 12345),
    "username null": ("username", None),
    "password of 7": ("password", "p" * 7),
    "password of 7 code points": ("password", "🔑" * 7),
    "password of 129": ("password", "p" * 129),
    "password empty": ("password", ""),
    "password a number": ("password", 1234567890),
    "member unknown": ("colour", "red"),
    "member only the service sets": ("karma", 100),
} | {f"email {what}": ("email", value) for what, value in BAD_EMAILS.items()}

PASSWORD = "correct horse battery"


def account(**members) -> dict:
    name = a_name()
    return {"username": name, "email": an_address(name)} | members


def test_a_new_user_is_answered_with_its_place_and_its_members(api, site):
    body = account()
    response = api.post("/users", json=body | {"password": PASSWORD})
    user = made(response)
    assert set(user) == {"username", "email", "karma", "created_at"}
    assert user == body | {"karma": 0, "created_at": user["created_at"]}
    assert_now(user["created_at"])
    assert response.headers["Location"] == f"/api/v1/users/{body['username']}"
    assert found(site.get(response.headers["Location"])) == user


def test_a_user_needs_no_password_in_open_mode(api):
    assert a_user(api)["karma"] == 0


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
def test_a_member_at_its_bound_is_kept(api, case):
    member, value = case()
    user = made(api.post("/users", json=account(**{member: value})))
    assert user[member] == value
    assert found(api.get(f"/users/{user['username']}")) == user


@pytest.mark.parametrize("password", ["p" * 8, "p" * 128, "🔑" * 8, "🔑" * 128, " " * 8],
                         ids=["8", "128", "8 code points", "128 code points", "spaces"])
def test_a_password_at_its_bound_is_accepted(api, password):
    user = a_user(api, password=password)
    assert_password(api, user, password)


@pytest.mark.parametrize("member, value", REFUSED.values(), ids=REFUSED)
def test_a_member_beyond_its_bound_is_refused_by_name(api, member, value):
    assert_problem(api.post("/users", json=account(**{member: value})), 422, pointer=f"/{member}")


def test_all_faults_of_a_user_are_reported_at_once(api):
    assert_problem(api.post("/users", json={}), 422, pointer=["/username", "/email"])
    assert_problem(api.post("/users", json={"username": "?", "email": "?", "password": "?", "colour": 1}), 422,
                   pointer=["/username", "/email", "/password", "/colour"])


def test_a_name_is_given_once_without_regard_to_case(api):
    user = a_user(api)
    for name in (user["username"], user["username"].upper()):
        assert_problem(api.post("/users", json=account(username=name)), 409)


def test_an_address_is_given_once_without_regard_to_case(api):
    user = a_user(api)
    for email in (user["email"], user["email"].upper()):
        assert_problem(api.post("/users", json=account(email=email)), 409)


def test_a_user_is_found_without_regard_to_case_and_named_as_at_first(api):
    user = a_user(api, username="A" + a_name())
    for name in (user["username"].upper(), user["username"].lower()):
        assert found(api.get(f"/users/{name}")) == user


def test_an_address_is_shown_to_its_user_and_to_no_other(api):
    user, other = a_user(api), a_user(api)
    name = user["username"]
    assert found(api.get(f"/users/{name}?user={name}")) == user
    assert found(api.get(f"/users/{name}?user={name.upper()}")) == user
    hidden = found(api.get(f"/users/{name}?user={other['username']}"))
    assert hidden == {member: user[member] for member in ("username", "karma", "created_at")}


def test_an_address_can_be_changed_to_a_free_one(api):
    user, email = a_user(api), an_address()
    for _ in range(2):
        assert found(api.put(f"/users/{user['username']}/email", json={"email": email})) == user | {"email": email}
    assert found(api.get(f"/users/{user['username']}"))["email"] == email


def test_the_case_of_an_own_address_can_be_changed(api):
    user = a_user(api)
    email = user["email"].upper()
    assert found(api.put(f"/users/{user['username']}/email", json={"email": email}))["email"] == email


def test_an_address_can_not_be_changed_to_a_taken_one(api):
    user, other = a_user(api), a_user(api)
    for email in (other["email"], other["email"].upper()):
        assert_problem(api.put(f"/users/{user['username']}/email", json={"email": email}), 409)
    assert found(api.get(f"/users/{user['username']}")) == user


@pytest.mark.parametrize("email", BAD_EMAILS.values(), ids=BAD_EMAILS)
def test_an_address_can_not_be_changed_to_a_bad_one(api, email):
    assert_problem(api.put(f"/users/{a_user(api)['username']}/email", json={"email": email}), 422, pointer="/email")


def change_password(api, user, current, new):
    return api.put(f"/users/{user['username']}/password", json={"current": current, "new": new})


def assert_password(api, user, password):
    """Only who knows the current password can set another, so setting the same one tells whether it is right."""
    response = change_password(api, user, password, password)
    found(response)
    assert password not in response.text


def test_a_password_is_changed_by_who_knows_it(api):
    user = a_user(api, password=PASSWORD)
    found(change_password(api, user, PASSWORD, "a new password"))
    assert_problem(change_password(api, user, PASSWORD, "another password"), (401, 403))
    assert_password(api, user, "a new password")


@pytest.mark.parametrize("wrong", [PASSWORD + "!", PASSWORD[:-1], PASSWORD.upper(), "p" * 8, "p" * 128])
def test_a_wrong_password_changes_nothing(api, wrong):
    user = a_user(api, password=PASSWORD)
    assert_problem(change_password(api, user, wrong, "a new password"), (401, 403))
    assert_password(api, user, PASSWORD)


def test_an_account_without_password_has_none_to_change(api):
    response = change_password(api, a_user(api), PASSWORD, "a new password")
    assert_problem(response, range(400, 500))


@pytest.mark.parametrize("new", ["p" * 7, "p" * 129, "", None, 12345678], ids=["7", "129", "empty", "null", "number"])
def test_a_password_can_not_be_changed_to_a_bad_one(api, new):
    user = a_user(api, password=PASSWORD)
    assert_problem(change_password(api, user, PASSWORD, new), 422, pointer="/new")
    assert_password(api, user, PASSWORD)


def test_a_change_of_password_needs_both_passwords(api):
    place = f"/users/{a_user(api)['username']}/password"
    assert_problem(api.put(place, json={}), 422, pointer=["/current", "/new"])
    assert_problem(api.put(place, json={"current": PASSWORD, "new": PASSWORD, "repeat": PASSWORD}), 422, pointer="/repeat")


@pytest.mark.parametrize("delta", [1, -1, 1000, -1000, 1.0])
def test_karma_goes_up_and_down_by_the_delta(api, delta):
    user = a_user(api)
    for times in (1, 2):
        changed = found(api.patch(f"/users/{user['username']}/karma", json={"delta": delta}))
        assert changed == user | {"karma": times * delta}
    assert found(api.get(f"/users/{user['username']}"))["karma"] == 2 * delta


@pytest.mark.parametrize("delta", [0, 1001, -1001, 2**63, 1.5, "1", None, True, [1]], ids=repr)
def test_karma_can_not_change_by_another_delta(api, delta):
    user = a_user(api)
    assert_problem(api.patch(f"/users/{user['username']}/karma", json={"delta": delta}), 422, pointer="/delta")
    assert found(api.get(f"/users/{user['username']}"))["karma"] == 0


def test_a_change_of_karma_needs_a_delta_and_no_more(api):
    place = f"/users/{a_user(api)['username']}/karma"
    assert_problem(api.patch(place, json={}), 422, pointer="/delta")
    assert_problem(api.patch(place, json={"delta": 1, "why": "kind"}), 422, pointer="/why")


def on(api, name):
    """Every operation on one user."""
    return {
        "retrieve": api.get(f"/users/{name}"),
        "update email": api.put(f"/users/{name}/email", json={"email": an_address()}),
        "change password": api.put(f"/users/{name}/password", json={"current": PASSWORD, "new": PASSWORD + "!"}),
        "karma": api.patch(f"/users/{name}/karma", json={"delta": 1}),
        "deactivate": api.delete(f"/users/{name}"),
    }


@pytest.mark.parametrize("name", ["ghost-of-nobody", "ad", "a" * 21, "a.b", "zo%C3%AB", "a%20b"])
def test_an_unknown_or_impossible_name_is_not_found_by_any_operation(api, name):
    for response in on(api, name).values():
        assert_problem(response, 404)


def test_a_deactivated_user_is_not_found_by_any_operation(api):
    user = a_user(api, password=PASSWORD)
    gone = found(api.delete(f"/users/{user['username']}?user={user['username']}"))
    assert gone == user
    for name in (user["username"], user["username"].upper()):
        for response in on(api, name).values():
            assert_problem(response, 404)


def test_the_name_and_address_of_a_deactivated_user_stay_taken(api):
    user, other = a_user(api), a_user(api)
    found(api.delete(f"/users/{user['username']}"))
    assert_problem(api.post("/users", json=account(username=user["username"].upper())), 409)
    assert_problem(api.post("/users", json=account(email=user["email"].upper())), 409)
    assert_problem(api.put(f"/users/{other['username']}/email", json={"email": user["email"]}), 409)
