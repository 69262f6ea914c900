"""Accounts of servers with `auth = required`: people of each role, their sessions, and tokens that were never given out."""

import base64
import json
import subprocess
import time
from dataclasses import dataclass, field
from functools import cache, partialmethod

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from conftest import BINARY
from sample import a_name, an_address, found, made

PASSWORD = "correct horse battery"
NEW_PASSWORD = "staple battery horse"
ROLES = ["member", "moderator", "admin", "service"]
SESSION = {"access_token", "token_type", "expires_in", "refresh_token"}


@cache
def plain(server):
    """A client without a token."""
    return server.client()


@dataclass
class Caller:
    """Calls a server's API with a token, or with none."""

    server: object
    token: str | None = None
    username: str | None = None
    headers: dict = field(default_factory=dict)

    def request(self, method, path, *, headers=None, **options):
        own = {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        return plain(self.server).request(method, path, headers=own | self.headers | (headers or {}), **options)

    get = partialmethod(request, "GET")
    post = partialmethod(request, "POST")
    put = partialmethod(request, "PUT")
    patch = partialmethod(request, "PATCH")
    delete = partialmethod(request, "DELETE")

    def at(self, server) -> "Caller":
        """The same token shown to another process."""
        return Caller(server, self.token, self.username, self.headers)


@dataclass
class Account(Caller):
    """A caller who has signed up and logged in."""

    email: str | None = None
    refresh_token: str | None = None
    session: str | None = None


def sign_up(server, **members) -> dict:
    """A user as answered, without a session."""
    name = members.pop("username", None) or a_name()
    return made(plain(server).post("/users", json={"username": name, "email": an_address(name), "password": PASSWORD} | members))


def log_in(server, username: str, password: str = PASSWORD, email: str | None = None) -> Account:
    response = plain(server).post("/tokens", json={"username": username, "password": password})
    given = made(response)
    session = response.headers["Location"].removeprefix("/api/v1/tokens/")
    return Account(server, given["access_token"], username, {}, email, given["refresh_token"], session)


def refusal(server, username: str, password: str = PASSWORD, **options):
    """What a log-in is answered that ought to be refused."""
    return plain(server).post("/tokens", json={"username": username, "password": password}, **options)


def an_account(server, role: str = "member", **members) -> Account:
    user = sign_up(server, **members)
    if role != "member":
        found(the_admin(server).put(f"/accounts/{user['username']}/role", json={"role": role}))
    return log_in(server, user["username"], members.get("password", PASSWORD), user["email"])


def the_admin(server) -> Account:
    """The first account of a server, made as its owner makes it; each time with a new session."""
    return log_in(server, first_admin(server.data, server.database))


@cache
def first_admin(data, database: str | None) -> str:
    name = a_name()
    place = ["--data", data] + (["--database", database] if database else [])
    ended = subprocess.run([BINARY, "user", "create", name, "--email", an_address(name), "--admin", *place],
                           input=PASSWORD + "\n", text=True, capture_output=True, timeout=20)
    assert ended.returncode == 0, ended.stderr
    return name


def renew(server, refresh_token: str, **options):
    return plain(server).post("/tokens/refresh", json={"refresh_token": refresh_token}, **options)


def write(caller):
    """Something that any member may do, on a service that asks nobody about sessions."""
    return caller.post("/posts", json={"title": "A", "text": "", "community": "cpp"})


def user_write(caller: Account):
    """Something that any member may do, on the service that knows the sessions."""
    return caller.put(f"/users/{caller.username}/email", json={"email": an_address()})


# Tokens taken apart and put together.

def encoded(data: bytes | dict) -> str:
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def head(token: str) -> dict:
    return json.loads(decoded(token.split(".")[0]))


def claims(token: str) -> dict:
    return json.loads(decoded(token.split(".")[1]))


def private_keys(server) -> list[dict]:
    return json.loads((server.data / "keys.json").read_text())["keys"]


def published_keys(server) -> list[dict]:
    with server.site() as site:
        return found(site.get("/.well-known/jwks.json"))["keys"]


def key_of(server, kid: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(decoded(next(key["d"] for key in private_keys(server) if key["kid"] == kid)))


def signed(header: dict, payload: dict, sign) -> str:
    content = f"{encoded(header)}.{encoded(payload)}"
    return f"{content}.{encoded(sign(content.encode()))}"


def crafted(account: Account, *, header=None, payload=None, without=(), key: Ed25519PrivateKey | None = None) -> str:
    """The account's token with other members in its header and its claims, and a good signature of `key` or the server's own."""
    def changed(original: dict, changes: dict | None) -> dict:
        return {name: value for name, value in (original | (changes or {})).items() if name not in without}

    key = key or key_of(account.server, head(account.token)["kid"])
    return signed(changed(head(account.token), header), changed(claims(account.token), payload), key.sign)


def expired(account: Account) -> str:
    return crafted(account, payload={"exp": int(time.time()) - 60, "iat": int(time.time()) - 960, "nbf": int(time.time()) - 960})


def forged(account: Account) -> str:
    return crafted(account, key=Ed25519PrivateKey.generate())


def unsigned(account: Account) -> str:
    return signed(head(account.token) | {"alg": "none"}, claims(account.token), lambda _: b"")


def public_half(jwk: dict) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(decoded(jwk["x"]))
