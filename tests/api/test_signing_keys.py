"""The keys that tokens are signed with: what is published, how they are kept, and for how long they count."""

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts import (Caller, an_account, claims, decoded, encoded, head, log_in, private_keys, public_half, published_keys,
                      renew, sign_up, user_write, write)
from problem import assert_problem
from sample import found, made


def test_the_published_keys_are_public_alone(secure):
    response = secure.site().get("/.well-known/jwks.json")
    assert set(found(response)) == {"keys"}
    for key in found(response)["keys"]:
        assert key["kty"] == "OKP" and key["crv"] == "Ed25519" and len(decoded(key["x"])) == 32
        assert not set(key) - {"kty", "crv", "x", "kid", "alg", "use"}, "only what a reader needs"
    for private in private_keys(secure):
        assert private["d"] not in response.text
        public = Ed25519PrivateKey.from_private_bytes(decoded(private["d"])).public_key().public_bytes_raw()
        assert private["x"] == encoded(public)
    assert {key["kid"] for key in found(response)["keys"]} == {key["kid"] for key in private_keys(secure)}


def test_anyone_can_check_a_token_with_the_published_keys(secure):
    ada = an_account(secure)
    key = next(key for key in published_keys(secure) if key["kid"] == head(ada.token)["kid"])
    content, _, signature = ada.token.rpartition(".")
    public_half(key).verify(decoded(signature), content.encode())
    with pytest.raises(InvalidSignature):
        public_half(key).verify(decoded(signature), content.encode() + b"A")


def test_the_file_of_the_keys_is_its_owners_alone(secure):
    assert (secure.data / "keys.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((secure.data / "keys.json").read_text())["seal"]


def test_tokens_stay_good_over_a_restart(start_secure):
    server = start_secure()
    ada = an_account(server)
    server.stop()
    server.start()
    made(write(ada))
    found(user_write(ada))
    made(renew(server, ada.refresh_token))


def test_the_keys_may_be_kept_elsewhere(start_secure, tmp_path):
    server = start_secure("--keys", tmp_path / "own.json")
    made(write(an_account(server)))
    assert (tmp_path / "own.json").stat().st_mode & 0o777 == 0o600
    assert not (server.data / "keys.json").exists()


def test_a_token_lives_as_long_as_the_server_says(start_secure):
    server = start_secure("--token-lifetime", "60")
    token = log_in(server, sign_up(server)["username"]).token
    assert claims(token)["exp"] - claims(token)["iat"] == 60
    found(Caller(server, token).get("/messages?box=inbox"))


def test_a_token_of_another_server_is_worth_nothing(secure, start_secure):
    stranger = an_account(start_secure())
    made(write(stranger))
    assert_problem(write(stranger.at(secure)), 401)
