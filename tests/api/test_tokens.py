"""Tokens: how they are given, what is in them, which are refused and why, and how a session ends."""

import hashlib
import hmac
import json
import math
import re
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts import (PASSWORD, ROLES, SESSION, Caller, an_account, claims, crafted, decoded, encoded, expired, forged, head,
                      log_in, plain, private_keys, published_keys, refusal, sign_up, signed, unsigned, write)
from problem import assert_problem
from sample import a_name, found, made


@pytest.fixture
def ada(secure):
    return an_account(secure)


def assert_refused(response) -> None:
    assert_problem(response, 401)
    assert re.fullmatch(r'Bearer realm="stoa", error="invalid_token", error_description="[^"\\]+"',
                        response.headers["WWW-Authenticate"])


# Logging in.

def test_logging_in_gives_a_session_with_its_place_and_its_members(secure):
    name = sign_up(secure)["username"]
    response = plain(secure).post("/tokens", json={"username": name, "password": PASSWORD})
    session = made(response)
    assert set(session) == SESSION
    assert session["token_type"] == "Bearer" and session["expires_in"] == 900
    assert session["access_token"] != session["refresh_token"]
    assert response.headers["Location"] == f"/api/v1/tokens/{claims(session['access_token'])['sid']}"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ROLES)
def test_an_access_token_says_who_calls_and_until_when(secure, role):
    account = an_account(secure, role)
    header, payload, now = head(account.token), claims(account.token), time.time()
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": private_keys(secure)[0]["kid"]}
    assert payload == {"iss": "stoa", "aud": "stoa", "sub": account.username, "role": role, "sid": account.session,
                       "iat": payload["iat"], "nbf": payload["nbf"], "exp": payload["iat"] + 900, "jti": payload["jti"]}
    assert now - 60 < payload["nbf"] <= payload["iat"] <= now + 1
    assert claims(log_in(secure, account.username).token)["jti"] != payload["jti"]


def test_a_name_logs_in_without_regard_to_case_and_is_called_as_at_first(secure):
    name = sign_up(secure, username="A" + a_name())["username"]
    for written in (name.upper(), name.lower()):
        assert claims(log_in(secure, written).token)["sub"] == name


@pytest.mark.parametrize("body, faults", [
    ({}, ["/username", "/password"]), ({"username": "ada"}, ["/password"]), ({"password": PASSWORD}, ["/username"]),
    ({"username": 5, "password": None}, ["/username", "/password"]),
    ({"username": "", "password": ""}, ["/username", "/password"]),
    ({"username": "a" * 1025, "password": "p" * 1025}, ["/username", "/password"]),
    ({"username": "ada", "password": PASSWORD, "colour": "red"}, ["/colour"])],
    ids=["none", "no password", "no username", "types", "empty", "too long", "unknown"])
def test_all_faults_of_a_log_in_are_reported_at_once(secure, body, faults):
    assert_problem(plain(secure).post("/tokens", json=body), 422, pointer=faults)


@pytest.mark.parametrize("body, faults", [
    ({}, "/refresh_token"), ({"refresh_token": 5}, "/refresh_token"),
    ({"refresh_token": "x", "colour": "red"}, "/colour")], ids=str)
def test_all_faults_of_a_renewal_are_reported_at_once(secure, body, faults):
    assert_problem(plain(secure).post("/tokens/refresh", json=body), 422, pointer=faults)


def test_every_refused_log_in_is_refused_in_the_same_words(secure):
    name, gone = sign_up(secure)["username"], an_account(secure)
    found(gone.delete(f"/users/{gone.username}"))
    attempts = [(name, PASSWORD + "!"), (name, PASSWORD.upper()), (name, "p"), (name, "p" * 1024), (a_name(), PASSWORD),
                ("no name at all", PASSWORD), ("a" * 1024, PASSWORD), (gone.username, PASSWORD)]
    answers = []
    for attempt in attempts:
        response = refusal(secure, *attempt)
        assert_problem(response, 401)
        passing = {"X-Request-Id", "traceparent", "Date"}
        answers.append((response.content, {key: value for key, value in response.headers.items() if key not in passing}))
    assert answers == [answers[0]] * len(attempts)


def test_a_log_in_is_refused_in_the_same_time_for_an_unknown_name_and_a_wrong_password(start_server):
    server = start_server(settings={"auth": "required", "password-memory": 32768, "password-passes": 2})
    known, unknown, impossible = sign_up(server)["username"], a_name(), "no name at all"

    def seconds(username: str) -> float:
        started = time.perf_counter()
        assert refusal(server, username, PASSWORD + "!").status_code == 401
        return time.perf_counter() - started

    def alike() -> bool:
        return max(least.values()) < 1.4 * min(least.values())

    # In turn, and the least of several: the rest is what else the machine does.
    least = dict.fromkeys((known, unknown, impossible), math.inf)
    for tries in range(40):
        least = {name: min(so_far, seconds(name)) for name, so_far in least.items()}
        if tries > 5 and alike():
            break
    assert least[known] > 0.01, "too fast for a hash"
    assert alike(), least


# Which tokens are accepted.

HONEST = {
    "as given": {},
    "an hour longer": {"payload": {"exp": time.time_ns() // 10**9 + 3600}},
    "with a claim more": {"payload": {"colour": "red"}},
    "ended within the leeway": {"payload": {"exp": -15}},
    "begun within the leeway": {"payload": {"nbf": 15}},
}
SHORT = {name: {"without": [name]} for name in ("iss", "aud", "sub", "role", "exp", "nbf", "iat", "sid")}
DISHONEST = SHORT | {
    "ended": {"payload": {"exp": -60}},
    "not begun": {"payload": {"nbf": 60}},
    "of another issuer": {"payload": {"iss": "agora"}},
    "for another audience": {"payload": {"aud": "agora"}},
    "for nobody": {"payload": {"sub": ""}},
    "of no role": {"payload": {"role": "king"}},
    "of a role that is no text": {"payload": {"role": ["admin"]}},
    "ending at a text": {"payload": {"exp": "4102444800"}},
    "without kid": {"without": ["kid"]},
    "of an unknown kid": {"header": {"kid": "another"}},
    "of a kid that is a path": {"header": {"kid": "../../keys.json"}},
    "of a kid that is no text": {"header": {"kid": 5}},
    "without typ": {"without": ["typ"]},
    "of another typ": {"header": {"typ": "JWT"}},
    "with crit": {"header": {"crit": ["exp"]}},
    "with an empty crit": {"header": {"crit": []}},
    "of HS256": {"header": {"alg": "HS256"}},
    "of none, well signed": {"header": {"alg": "none"}},
    "of no alg": {"without": ["alg"]},
}


def relative(changes: dict) -> dict:
    """Small times are seconds from now."""
    payload = {name: int(time.time()) + value if type(value) is int and abs(value) < 1000 else value
               for name, value in changes.get("payload", {}).items()}
    return changes | {"payload": payload}


@pytest.mark.parametrize("changes", HONEST.values(), ids=HONEST)
def test_a_token_of_the_servers_key_is_accepted(secure, ada, changes):
    made(write(Caller(secure, crafted(ada, **relative(changes)))))


@pytest.mark.parametrize("changes", DISHONEST.values(), ids=DISHONEST)
def test_a_well_signed_token_is_refused_for_what_it_says(secure, ada, changes):
    assert_refused(write(Caller(secure, crafted(ada, **relative(changes)))))


def with_public_key(ada) -> str:
    """Signed as HS256 with what everybody knows as the secret."""
    key = next(key for key in published_keys(ada.server) if key["kid"] == head(ada.token)["kid"])
    return signed(head(ada.token) | {"alg": "HS256"}, claims(ada.token),
                  lambda content: hmac.new(decoded(key["x"]), content, hashlib.sha256).digest())


def with_own_key(ada) -> str:
    """Brings the key along that it wants to be checked with."""
    key = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(key.public_key().public_bytes_raw())}
    return crafted(ada, header={"jwk": jwk}, key=key)


def piecewise(change):
    return lambda ada: ".".join(change(*ada.token.split(".")))


def flipped(part: str) -> str:
    data = bytearray(decoded(part))
    data[len(data) // 2] ^= 1
    return encoded(bytes(data))


def promoted(payload: str) -> str:
    return encoded(json.loads(decoded(payload)) | {"role": "admin"})


BROKEN = {
    "expired": expired,
    "another key's signature": forged,
    "alg none": unsigned,
    "alg none in another case": lambda ada: signed(head(ada.token) | {"alg": "nOnE"}, claims(ada.token), lambda _: b""),
    "alg none with the old signature": piecewise(
        lambda top, payload, signature: [encoded(json.loads(decoded(top)) | {"alg": "none"}), payload, signature]),
    "HS256 with the public key": with_public_key,
    "a key of its own": with_own_key,
    "another role": piecewise(lambda top, payload, signature: [top, promoted(payload), signature]),
    "a bit of the signature": piecewise(lambda top, payload, signature: [top, payload, flipped(signature)]),
    "half a signature": piecewise(lambda top, payload, signature: [top, payload, signature[:43]]),
    "a signature too long": piecewise(lambda top, payload, signature: [top, payload, encoded(decoded(signature) + b"\0")]),
    "no signature": piecewise(lambda top, payload, signature: [top, payload, ""]),
    "two parts": piecewise(lambda top, payload, signature: [top, payload]),
    "four parts": piecewise(lambda top, payload, signature: [top, payload, signature, signature]),
    "padding": lambda ada: ada.token + "=",
    "the other base64": piecewise(lambda top, payload, signature: [top, payload, signature[:-1] + "+"]),
    "no JSON": piecewise(lambda top, payload, signature: [top, encoded(b"sub=ada"), signature]),
    "a list": piecewise(lambda top, payload, signature: [encoded(b"[]"), payload, signature]),
    "a word": lambda ada: "nonsense",
    "a refresh token": lambda ada: ada.refresh_token,
    "16,000 letters": lambda ada: "a" * 16_000,
    "nested too deep": lambda ada: f"{encoded(b'[' * 3000)}.{encoded(b'[' * 3000)}.{'a' * 86}",
}


@pytest.mark.parametrize("token", BROKEN.values(), ids=BROKEN)
def test_a_token_that_the_server_did_not_sign_so_is_refused(secure, ada, token):
    broken = token(ada)
    assert broken != ada.token
    response = write(Caller(secure, broken))
    if broken.startswith("aaaa"):
        assert_problem(response, (401, 431))
    else:
        assert_refused(response)
        assert broken not in response.text


@pytest.mark.parametrize("path", ["/posts", "/posts/1", "/votes/top", "/votes/5", "/users/nobody-here"])
def test_a_bad_token_is_refused_where_none_is_needed(secure, ada, path):
    assert Caller(secure).get(path).status_code == ada.get(path).status_code != 401
    for bad in (expired(ada), forged(ada), unsigned(ada), "nonsense"):
        assert_refused(Caller(secure, bad).get(path))


@pytest.mark.parametrize("header", [None, "Basic YWRhOnNlY3JldA==", 'Digest username="ada"', "Bearertoken"], ids=str)
def test_no_token_where_one_is_needed_is_no_error_of_a_token(secure, header):
    response = write(Caller(secure, headers={"Authorization": header} if header else {}))
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="stoa"'


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_read_without_regard_to_case(secure, ada, scheme):
    made(write(Caller(secure, headers={"Authorization": f"{scheme} {ada.token}"})))
