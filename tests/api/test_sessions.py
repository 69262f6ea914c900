"""Sessions: how they are renewed and by what they end, and that nobody reads a secret afterwards."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts import (PASSWORD, SESSION, Caller, an_account, claims, forged, log_in, plain, private_keys, refusal, renew, sign_up,
                      the_admin, user_write, write)
from problem import assert_problem
from sample import a_name, an_address, assert_now, found, made

NEW = "staple battery horse"


@pytest.fixture
def ada(secure):
    return an_account(secure)


def key() -> dict:
    return {"Idempotency-Key": secrets.token_urlsafe(16)}


def assert_ended(session) -> None:
    assert_problem(renew(session.server, session.refresh_token), 401)
    assert_problem(user_write(session), 401)


# Renewal.

def test_a_renewed_session_is_the_same_with_other_tokens(secure, ada):
    response = renew(secure, ada.refresh_token)
    renewed = made(response)
    assert set(renewed) == SESSION
    assert renewed["refresh_token"] != ada.refresh_token
    assert response.headers["Location"] == f"/api/v1/tokens/{ada.session}"
    assert claims(renewed["access_token"])["sid"] == ada.session
    made(write(Caller(secure, renewed["access_token"])))
    found(user_write(Caller(secure, renewed["access_token"], ada.username)))


def test_a_session_is_renewed_again_and_again(secure, ada):
    tokens = [ada.refresh_token]
    for _ in range(5):
        tokens.append(made(renew(secure, tokens[-1]))["refresh_token"])
    assert len(set(tokens)) == 6


@pytest.mark.parametrize("used_again", [0, 1, 2])
def test_a_refresh_token_that_comes_twice_ends_its_session(secure, ada, used_again):
    tokens = [ada.refresh_token]
    for _ in range(3):
        tokens.append(made(renew(secure, tokens[-1]))["refresh_token"])
    assert_problem(renew(secure, tokens[used_again]), 401)
    for token in reversed(tokens):
        assert_problem(renew(secure, token), 401)
    assert_problem(user_write(ada), 401)


def test_of_two_renewals_at_once_one_is_answered_and_the_session_ends(secure):
    for _ in range(10):
        ada = an_account(secure)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: renew(secure, ada.refresh_token), range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [401] * 7
        newest = next(answer.json() for answer in answers if answer.status_code == 201)["refresh_token"]
        assert_problem(renew(secure, newest), 401)


def test_another_session_of_the_user_goes_on(secure, ada):
    other = log_in(secure, ada.username)
    made(renew(secure, ada.refresh_token))
    assert_problem(renew(secure, ada.refresh_token), 401)
    found(user_write(other))
    made(renew(secure, other.refresh_token))


def altered(token: str) -> str:
    return ("A" if token[0] != "A" else "B") + token[1:]


@pytest.mark.parametrize("wrong", [
    lambda ada: altered(ada.refresh_token), lambda ada: ada.refresh_token[:-1], lambda ada: ada.refresh_token + "A",
    lambda ada: ada.token, lambda ada: ada.session, lambda ada: "x", lambda ada: "🔑"],
    ids=["altered", "cut", "longer", "access token", "session", "letter", "symbol"])
def test_what_is_no_refresh_token_is_refused_and_ends_nothing(secure, ada, wrong):
    assert_problem(renew(secure, wrong(ada)), 401)
    made(renew(secure, ada.refresh_token))


def test_a_session_ends_by_itself(start_secure):
    server = start_secure("--session-lifetime", "0.0001")
    ada = an_account(server)
    made(write(ada))
    time.sleep(10)
    assert_problem(renew(server, ada.refresh_token), 401)


# What ends a session.

def test_logging_out_answers_the_session_and_ends_it(secure, ada):
    other = log_in(secure, ada.username)
    gone = found(ada.delete(f"/tokens/{ada.session}"))
    assert gone == {"id": ada.session, "username": ada.username, "created_at": gone["created_at"]}
    assert_now(gone["created_at"])
    assert_ended(ada)
    found(user_write(other))


def test_a_session_that_is_over_or_never_was_is_not_found(secure, ada):
    other = log_in(secure, ada.username)
    found(other.delete(f"/tokens/{ada.session}"))
    for session in (ada.session, altered(other.session), "x", "%F0%9F%94%91"):
        assert_problem(other.delete(f"/tokens/{session}"), 404)


def test_a_renewed_session_is_logged_out_with_its_newest_tokens(secure, ada):
    renewed = made(renew(secure, ada.refresh_token))
    found(Caller(secure, renewed["access_token"]).delete(f"/tokens/{ada.session}"))
    assert_problem(renew(secure, renewed["refresh_token"]), 401)


ENDS = {
    "deactivation": lambda ada, admin: ada.delete(f"/users/{ada.username}"),
    "deactivation by an admin": lambda ada, admin: admin.delete(f"/users/{ada.username}"),
    "another password": lambda ada, admin: ada.put(f"/users/{ada.username}/password", json={"current": PASSWORD, "new": NEW}),
    "another password by an admin": lambda ada, admin: admin.put(f"/users/{ada.username}/password", json={"new": NEW}),
    "another role": lambda ada, admin: admin.put(f"/accounts/{ada.username}/role", json={"role": "moderator"}),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_all_sessions_of_a_user_end_with(secure, ada, end):
    others = [log_in(secure, ada.username) for _ in range(2)]
    stranger = an_account(secure)
    found(end(ada, the_admin(secure)))
    for session in (ada, *others):
        assert_ended(session)
    found(user_write(stranger))
    made(renew(secure, stranger.refresh_token))


@pytest.mark.parametrize("attempt", [
    lambda ada, admin: ada.put(f"/users/{ada.username}/password", json={"current": NEW, "new": NEW}),
    lambda ada, admin: admin.put(f"/accounts/{ada.username}/role", json={"role": "king"}),
    lambda ada, admin: admin.put(f"/users/{ada.username}/password", json={"new": "short"})],
    ids=["password", "role", "password by an admin"])
def test_a_refused_change_ends_nothing(secure, ada, attempt):
    assert attempt(ada, the_admin(secure)).status_code in (401, 403, 422)
    found(user_write(ada))
    made(renew(secure, ada.refresh_token))


def test_after_a_change_of_password_the_new_one_logs_in(secure, ada):
    found(ada.put(f"/users/{ada.username}/password", json={"current": PASSWORD, "new": NEW}))
    assert_problem(refusal(secure, ada.username), 401)
    log_in(secure, ada.username, NEW)


def test_after_a_change_of_role_the_next_token_has_the_new_one(secure, ada):
    account = found(the_admin(secure).put(f"/accounts/{ada.username}/role", json={"role": "moderator"}))
    assert set(account) == {"username", "email", "karma", "created_at", "role", "deactivated_at"}
    assert account["role"] == "moderator" and account["deactivated_at"] is None
    assert claims(log_in(secure, ada.username).token)["role"] == "moderator"


# Idempotency keys.

@pytest.mark.parametrize("path, body", [
    ("/tokens", lambda ada: {"username": ada.username, "password": PASSWORD}),
    ("/tokens/refresh", lambda ada: {"refresh_token": ada.refresh_token})], ids=["log in", "renew"])
def test_with_a_key_the_same_session_is_answered_again(secure, ada, path, body):
    headers, content = key(), body(ada)
    first, *again = (plain(secure).post(path, json=content, headers=headers) for _ in range(3))
    made(first)
    for response in again:
        assert (response.status_code, response.json()) == (201, first.json())
        assert response.headers["Location"] == first.headers["Location"]
    made(renew(secure, first.json()["refresh_token"]))


def test_the_same_key_does_not_log_in_with_another_password(secure, ada):
    headers = key()
    made(plain(secure).post("/tokens", json={"username": ada.username, "password": PASSWORD}, headers=headers))
    assert_problem(refusal(secure, ada.username, NEW, headers=headers), (401, 422))


# Secrets.

@pytest.fixture
def eventful(start_secure):
    """A server after all that has to do with secrets, and the secrets."""
    server, headers = start_secure("--log-level", "debug"), key()
    secret, newer, wrong = (secrets.token_urlsafe(12) for _ in range(3))
    ada = an_account(server, password=secret)
    first = plain(server).post("/tokens", json={"username": ada.username, "password": secret}, headers=headers)
    second = renew(server, first.json()["refresh_token"], headers=key())
    errors = [refusal(server, ada.username, wrong), renew(server, ada.token), renew(server, "nonsense-" + wrong),
              plain(server).post("/users", json={"username": ada.username, "email": an_address(), "password": wrong}),
              plain(server).post("/users", json={"username": "?", "email": "?", "password": wrong, "colour": 1}),
              plain(server).post("/tokens", json={"username": ada.username, "password": [wrong]}),
              plain(server).post("/tokens", data='{"password": "' + wrong, headers={"Content-Type": "application/json"}),
              write(Caller(server, forgery := forged(ada))),
              ada.put(f"/users/{ada.username}/password", json={"current": wrong, "new": newer})]
    assert all(400 <= error.status_code < 500 for error in errors)
    found(ada.put(f"/users/{ada.username}/password", json={"current": secret, "new": newer}))
    errors += [renew(server, second.json()["refresh_token"]), user_write(ada)]
    tokens = [each[name] for each in (first.json(), second.json()) for name in ("access_token", "refresh_token")]
    hidden = [secret, newer, wrong, ada.token, ada.refresh_token, forgery, *tokens, *(each["d"] for each in private_keys(server))]
    return server, errors, [*hidden, "$argon2"]


def assert_without(text: bytes, hidden) -> None:
    for secret in hidden:
        # The signature is what makes an access token one.
        assert secret.encode().rpartition(b".")[2] not in text, secret


def test_no_secret_is_in_the_log(eventful):
    server, _, hidden = eventful
    server.stop()  # Lines are written in one go now and then.
    text = server.log.read_bytes()
    assert b"/api/v1/tokens" in text, "it does log these requests"
    assert_without(text, hidden)


def test_no_secret_is_in_an_error(eventful):
    _, errors, hidden = eventful
    for error in errors:
        assert_without(error.content + repr(error.headers).encode(), hidden)


def test_no_secret_is_in_the_databases(eventful):
    """What is kept of a password is a hash, of a refresh token too, and answers that are kept for a replay are sealed."""
    server, _, hidden = eventful
    for state in ("running", "stopped"):
        content = server.content()
        assert b"argon2id" in content, "the hash of the password is there"
        assert_without(content, hidden[:-1])
        if state == "running":
            server.stop()


def test_a_replay_of_a_log_in_is_answered_after_a_restart(start_secure):
    server, headers = start_secure(), key()
    name = sign_up(server)["username"]
    first = made(plain(server).post("/tokens", json={"username": name, "password": PASSWORD}, headers=headers))
    server.stop()
    server.start()
    assert made(plain(server).post("/tokens", json={"username": name, "password": PASSWORD}, headers=headers)) == first


def test_an_answer_with_tokens_is_not_to_be_stored(secure, ada):
    for response in (plain(secure).post("/tokens", json={"username": ada.username, "password": PASSWORD}),
                     renew(secure, ada.refresh_token)):
        assert response.headers["Cache-Control"] == "no-store"


def test_who_was_made_without_a_password_is_given_no_token_until_there_is_one(secure):
    admin, name = the_admin(secure), a_name()
    made(admin.post("/users", json={"username": name, "email": an_address(name)}))
    for password in ("x", PASSWORD):
        assert_problem(refusal(secure, name, password), 401)
    found(admin.put(f"/users/{name}/password", json={"new": PASSWORD}))
    log_in(secure, name)


def test_signing_up_needs_a_password(secure):
    name = a_name()
    assert_problem(plain(secure).post("/users", json={"username": name, "email": an_address(name)}), 422, pointer="/password")
    assert_problem(plain(secure).post("/users", json={}), 422, pointer=["/username", "/email", "/password"])
    assert_problem(plain(secure).get(f"/users/{name}"), 404)


# What happens while a password is being looked at.

SLOW = {"auth": "required", "password-memory": 131072, "password-passes": 3}


@pytest.fixture
def slow(start_server):
    """A server on which looking at a password takes long enough for something to happen meanwhile."""
    return start_server(settings=SLOW)


def while_logging_in(server, username: str, happen):
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(refusal, server, username)
        time.sleep(0.1)
        happen()
        return coming.result()


def test_whose_role_is_taken_while_logging_in_is_let_in_without_it(slow):
    admin, ada = the_admin(slow), an_account(slow, "moderator")
    answer = while_logging_in(slow, ada.username, lambda: found(
        admin.put(f"/accounts/{ada.username}/role", json={"role": "member"})))
    assert claims(made(answer)["access_token"])["role"] == "member"


def test_who_is_deactivated_while_logging_in_is_not_let_in(slow):
    admin, ada = the_admin(slow), an_account(slow)
    assert_problem(while_logging_in(slow, ada.username, lambda: found(admin.delete(f"/users/{ada.username}"))), 401)


def test_when_hashes_cost_more_than_before_all_who_log_in_at_once_are_let_in(start_secure):
    server = start_secure()
    ada = an_account(server)
    server.stop()
    server.command[server.command.index("--password-passes") + 1] = "3"
    server.start()
    with ThreadPoolExecutor(8) as pool:
        for response in pool.map(lambda _: refusal(server, ada.username), range(8)):
            made(response)


def test_a_log_in_is_not_answered_again_once_the_account_is_gone(secure, ada):
    same = {"headers": key()}
    made(refusal(secure, ada.username, **same))
    found(log_in(secure, ada.username).delete(f"/users/{ada.username}"))
    assert_problem(refusal(secure, ada.username, **same), 401)


def test_a_key_of_nobody_is_no_way_to_try_passwords(secure, ada):
    same = {"headers": key()}
    made(refusal(secure, ada.username, **same))
    assert_problem(refusal(secure, ada.username, "another password", **same), 401)


def test_an_answer_to_a_service_has_no_address(secure, ada):
    answer = found(an_account(secure, "service").patch(f"/users/{ada.username}/karma", json={"delta": 1}))
    assert "email" not in answer and ada.email not in str(answer)
