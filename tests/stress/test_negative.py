"""What nobody may do, tried by the thousand: forged tokens, others' things, what is not there. Nothing comes of it."""

import hashlib
import hmac
import json
import random
import time
from collections import Counter
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts import (Account, Caller, an_account, claims, crafted, decoded, encoded, expired, head, log_in,
                      published_keys, signed, the_admin)
from crowd import good_traffic
from problem import assert_problem
from racers import racers, request
from sample import a_community, a_message, a_post, a_vote, an_address, found, items
from unharmed import PROMPT, unharmed

SEED = 20
TOKENS, ATTEMPTS, BATCH = 12_000, 8000, 40
FOREIGN = Ed25519PrivateKey.generate()
TEXT = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@contextmanager
def a_community_meanwhile(server):
    """Somebody who posts and votes, and must not notice. In the end all of it is there, and nothing else is theirs."""
    good, community, posts = an_account(server), a_community(), []

    def act():
        posts.append(a_post(good, username=good.username, community=community)["id"])
        a_vote(good, posts[-1], good.username)

    with good_traffic(act, PROMPT):
        yield good
    newest = [post["id"] for post in found(good.get(f"/posts?community={community}&limit=100"))["items"]]
    assert newest == sorted(posts, reverse=True)[:100], "every good post was expected to be there"
    for tally in items(good.get("/votes?post_ids=" + ",".join(map(str, posts[-1000:])))):
        assert (tally["upvotes"], tally["downvotes"]) == (1, 0), "each was expected to have its author's vote alone"
    print(f"\n{len(posts)} good posts and votes meanwhile")


class Forger:
    """Tokens that were never given out, or are not good any more."""

    def __init__(self, server, rng: random.Random, mallory: Account, admin: Account):
        self.rng, self.mallory, self.admin = rng, mallory, admin
        key = next(key for key in published_keys(server) if key["kid"] == head(mallory.token)["kid"])
        self.public_bytes = decoded(key["x"])
        self.kinds = [self.a_bit_flipped, self.a_letter_changed, self.cut, self.longer, self.foreign, self.unsigned,
                      self.by_secret, self.own_key,
                      self.ended, self.not_begun, self.parts_of_two, self.promoted, self.of_another_kid, self.noise,
                      self.refresh_token, self.of_another_type]

    def token(self) -> str:
        """A new one."""
        victim = self.rng.choice([self.mallory, self.admin])
        return self.rng.choice(self.kinds)(victim)

    def a_bit_flipped(self, of: Account) -> str:
        parts = of.token.split(".")
        at = self.rng.randrange(3)
        data = bytearray(decoded(parts[at]))
        data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
        parts[at] = encoded(bytes(data))
        return ".".join(parts)

    def a_letter_changed(self, of: Account) -> str:
        at = self.rng.randrange(len(of.token))
        return of.token[:at] + chr(self.rng.choice(TEXT.replace(of.token[at].encode(), b""))) + of.token[at + 1:]

    def cut(self, of: Account) -> str:
        return of.token[:self.rng.randrange(1, len(of.token))]

    def longer(self, of: Account) -> str:
        return of.token + self.rng.choice(["A", "=", ".", ".A", "AAAA", "==", "." + of.token])

    def foreign(self, of: Account) -> str:
        return crafted(of, key=FOREIGN, payload={"jti": str(self.rng.random())})

    def unsigned(self, of: Account) -> str:
        alg = self.rng.choice(["none", "None", "NONE", "nOnE", "", "null"])
        return signed(head(of.token) | {"alg": alg}, claims(of.token) | {"role": "admin"},
                      lambda _: self.rng.choice([b"", b"\0" * 64]))

    def by_secret(self, of: Account) -> str:
        alg, function = self.rng.choice([("HS256", hashlib.sha256), ("HS512", hashlib.sha512)])
        return signed(head(of.token) | {"alg": alg}, claims(of.token),
                      lambda content: hmac.new(self.public_bytes, content, function).digest())

    def own_key(self, of: Account) -> str:
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(FOREIGN.public_key().public_bytes_raw())}
        return crafted(of, header=self.rng.choice([{"jwk": jwk}, {"jku": "http://127.0.0.1:1/keys"}, {"x5c": ["a"]}]),
                       key=FOREIGN)

    def ended(self, of: Account) -> str:
        ago = self.rng.choice([60, 3600, 10**9])
        return self.rng.choice([expired(of), crafted(of, payload={"exp": int(time.time()) - ago})])

    def not_begun(self, of: Account) -> str:
        return crafted(of, payload={"nbf": int(time.time()) + self.rng.choice([60, 3600, 10**9])})

    def parts_of_two(self, of: Account) -> str:
        other = self.admin if of is self.mallory else self.mallory
        mine, theirs = of.token.split("."), other.token.split(".")
        return ".".join([mine[0], mine[1], theirs[2]])

    def promoted(self, of: Account) -> str:
        parts = self.mallory.token.split(".")
        changes = self.rng.choice([{"role": "admin"}, {"sub": self.admin.username}, {"exp": 10**11},
                                   {"role": "service", "sub": "x"}])
        return ".".join([parts[0], encoded(json.dumps(claims(self.mallory.token) | changes).encode()), parts[2]])

    def of_another_kid(self, of: Account) -> str:
        return crafted(of, header={"kid": self.rng.choice(["", "x", "../keys.json", "' OR 1=1 --", "a" * 2000, 5, None,
                                                           [], {}])})

    def noise(self, of: Account) -> str:
        return ".".join("".join(map(chr, self.rng.choices(TEXT, k=self.rng.randrange(1, 200))))
                        for _ in range(self.rng.choice([1, 2, 3, 3, 3, 4])))

    def refresh_token(self, of: Account) -> str:
        return of.refresh_token

    def of_another_type(self, of: Account) -> str:
        return crafted(of, header=self.rng.choice([{"typ": "JWT"}, {"typ": ""}, {"crit": ["exp"]}, {"alg": "EdDSA2"},
                                                   {"alg": ["EdDSA"]}]))


def test_thousands_of_forged_tokens_are_refused_one_and_all():
    rng, seen = random.Random(SEED), Counter()
    with unharmed() as server:
        mallory, admin = an_account(server), the_admin(server)
        forger, community = Forger(server, rng, mallory, admin), a_community()
        with a_community_meanwhile(server) as good, racers(server, BATCH) as race:
            deeds = [("POST", "/posts", {"title": "Forged", "text": "", "community": community}),
                     ("POST", "/votes", {"post_id": 77, "direction": "down"}),
                     ("POST", "/messages", {"to": good.username, "contents": "Forged"}),
                     ("GET", "/messages?box=inbox", None), ("GET", "/accounts", None),
                     ("PUT", f"/accounts/{mallory.username}/role", {"role": "admin"}),
                     ("PATCH", f"/users/{mallory.username}/karma", {"delta": 1000}),
                     ("PUT", f"/users/{good.username}/email", {"email": an_address()}),
                     ("DELETE", f"/users/{good.username}", None),
                     ("DELETE", f"/users/{admin.username}", None), ("GET", "/posts", None),
                     ("GET", f"/users/{good.username}", None)]
            for _ in range(TOKENS // BATCH):
                tokens = [forger.token() for _ in range(BATCH)]
                assert not {mallory.token, admin.token} & set(tokens)
                replies = race([request(Caller(server, token), *rng.choice(deeds)) for token in tokens])
                for token, reply in zip(tokens, replies, strict=True):
                    seen[reply.status_code] += 1
                    assert reply.status_code == 401, f"a refusal was expected, {reply.status_code} came: {token}"
                    assert_problem(reply, 401)
                    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
            # Nothing came of it.
            assert items(good.get(f"/posts?community={community}")) == []
            assert found(good.get("/votes/77"))["downvotes"] == 0
            assert items(good.get("/messages?box=inbox")) == []
            assert found(mallory.get(f"/users/{mallory.username}"))["karma"] == 0
            assert claims(log_in(server, mallory.username).token)["role"] == "member"
            found(admin.get(f"/users/{good.username}"))
    print(dict(seen))


def test_thousands_of_attempts_at_what_is_others_or_not_there_change_nothing():
    """Members' tokens are good, but not for this; what is not there can't be had; nobody learns what is private."""
    rng, seen = random.Random(SEED), Counter()
    nowhere = 2**53 - 1
    with unharmed() as server:
        ada, bob = an_account(server), an_account(server)
        post = a_post(ada, username=ada.username)["id"]
        a_vote(ada, post, ada.username)
        message = a_message(ada, ada.username, bob.username)["id"]
        others = [an_account(server) for _ in range(BATCH)]
        user, voter, email = f"/users/{ada.username}", f"/votes/{post}/voters/{ada.username}", {"email": an_address()}
        deeds = [("DELETE", f"/posts/{post}", None, 403), ("PUT", voter, {"direction": "down"}, 403),
                 ("DELETE", voter, None, 403), ("GET", voter, None, 403),
                 ("POST", "/posts", {"title": "A", "text": "", "community": "cpp", "username": ada.username}, 403),
                 ("POST", "/votes", {"post_id": post, "direction": "down", "username": ada.username}, 403),
                 ("POST", "/messages", {"from": ada.username, "to": bob.username, "contents": "Not of ada"}, 403),
                 ("DELETE", user, None, 403), ("PUT", f"{user}/email", email, 403),
                 ("PATCH", f"{user}/karma", {"delta": 1}, 403),
                 ("PUT", f"{user}/password", {"current": "correct horse battery", "new": "staple battery horse"}, 403),
                 ("GET", "/accounts", None, 403), ("PUT", f"/accounts/{ada.username}/role", {"role": "admin"}, 403),
                 ("POST", f"/accounts/{ada.username}/reactivation", None, 403),
                 *((method, f"/messages/{message}{rest}", None, 404) for method, rest in
                   (("GET", ""), ("DELETE", ""), ("PUT", "/favorite"), ("DELETE", "/favorite"), ("PUT", "/read"),
                    ("DELETE", "/read"))),
                 ("DELETE", f"/tokens/{ada.session}", None, 403),
                 ("GET", f"/posts/{nowhere}", None, 404), ("DELETE", f"/posts/{nowhere}", None, 404),
                 ("GET", f"/messages/{nowhere}", None, 404),
                 ("DELETE", f"/messages/{nowhere}", None, 404), ("GET", "/users/nobody-here", None, 404),
                 ("DELETE", "/tokens/nosuchsession", None, 404),
                 ("POST", "/messages", {"to": "nobody-here", "contents": "Hello"}, 409)]

        def state() -> list:
            return [found(caller.get(path)) for caller in (ada, bob) for path in (
                f"/posts/{post}", f"/votes/{post}", user, f"/messages/{message}", "/messages?box=inbox",
                "/messages?box=sent")]

        before = state()
        with a_community_meanwhile(server), racers(server, BATCH) as race:
            for _ in range(ATTEMPTS // BATCH):
                chosen = rng.choices(deeds, k=BATCH)
                replies = race([request(other, *deed[:3]) for other, deed in zip(others, chosen, strict=True)])
                for (method, path, _, status), reply in zip(chosen, replies, strict=True):
                    came = f"{reply.status_code} {reply.text}"
                    assert reply.status_code == status, f"{status} was expected for {method} {path}: {came}"
                    assert_problem(reply, status)
                    assert ada.email not in reply.text, "nobody was expected to learn an address"
                    seen[status] += 1
        assert state() == before, "nothing was expected to change"
        log_in(server, ada.username)
    print(dict(seen))
