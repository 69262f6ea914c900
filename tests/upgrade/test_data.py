"""Data of an earlier release: this one has all of them, and goes on with them."""

import secrets
import subprocess

from accounts import NEW_PASSWORD, PASSWORD, Caller, log_in, renew, sign_up, write
from conftest import SECURE
from sample import a_community, a_message, a_name, a_post, a_user, a_vote, an_address, found, items, made
from upgrades import must_be_sound, upgrade
from waiting import karma_has_settled, until

pytest_plugins = ["upgrade_fixtures"]
KEYED = {"Idempotency-Key": secrets.token_urlsafe(16)}


class Things:
    """Something of every kind, in every state; and where it is told."""

    def __init__(self, api):
        self.community = a_community()
        self.author, self.reader = a_user(api)["username"], a_user(api)["username"]
        self.posts = [a_post(api, community=self.community, username=self.author)["id"] for _ in range(3)]
        self.posts.append(a_post(api, community=self.community, username=self.author, text="",
                                 url="https://example.org/suffix-arrays")["id"])
        self.gone = a_post(api, community=self.community, username=self.author)["id"]
        found(api.delete(f"/posts/{self.gone}?user={self.author}"))
        self.voters = [a_name() for _ in range(4)]
        for voter, direction in zip(self.voters, ["up", "up", "down", "up"], strict=True):
            a_vote(api, self.posts[0], voter, direction)
        found(api.put(f"/votes/{self.posts[0]}/voters/{self.voters[0]}", json={"direction": "down"}))
        assert api.delete(f"/votes/{self.posts[0]}/voters/{self.voters[1]}").status_code < 300
        self.messages = [a_message(api, self.author, self.reader)["id"] for _ in range(3)]
        found(api.put(f"/messages/{self.messages[0]}/favorite?user={self.reader}"))
        found(api.put(f"/messages/{self.messages[1]}/read?user={self.reader}"))
        self.keyed = {"title": "Sent twice", "text": "", "community": self.community, "username": self.author}
        self.answer = made(api.post("/posts", json=self.keyed, headers=KEYED))

    def told(self, api) -> dict:
        paths = [*(f"/posts/{post}" for post in self.posts), f"/posts?community={self.community}&limit=100",
                 *(f"/votes/{post}" for post in self.posts), "/votes/top?limit=100",
                 *(f"/votes/{self.posts[0]}/voters/{voter}" for voter in (self.voters[0], *self.voters[2:])),
                 *(f"/messages?box=inbox&user={name}" for name in (self.author, self.reader)),
                 f"/messages?box=favorites&user={self.reader}",
                 *(f"/messages/{message}?user={self.reader}" for message in self.messages)]
        answers = {path: found(api.get(path)) for path in paths}
        # Their karma may move: an earlier release may not have known that votes do that.
        users = {name: found(api.get(f"/users/{name}")) | {"karma": None} for name in (self.author, self.reader)}
        assert api.get(f"/posts/{self.gone}").status_code == 404
        return answers | users


def test_all_that_was_written_is_there_and_goes_on(start_previous, place):
    server = start_previous()
    with server.client() as api:
        things = Things(api)
        before = things.told(api)
    upgrade(server)
    with server.client() as api:
        assert things.told(api) == before
        assert made(api.post("/posts", json=things.keyed, headers=KEYED)) == things.answer, "done once"

        post = a_post(api, community=things.community, username=things.author)
        assert post["id"] > things.answer["id"]
        assert items(api.get(f"/posts?community={things.community}&limit=100"))[0]["id"] == post["id"]
        assert karma_has_settled(server)
        karma = found(api.get(f"/users/{things.author}"))["karma"]
        a_vote(api, things.posts[1], things.reader)
        found(api.put(f"/votes/{things.posts[0]}/voters/{things.voters[3]}", json={"direction": "down"}))
        tally = {"post_id": things.posts[0], "upvotes": 0, "downvotes": 3, "score": -3}
        assert found(api.get(f"/votes/{things.posts[0]}")) == tally
        # One up, and one from up to down.
        assert until(lambda: found(api.get(f"/users/{things.author}"))["karma"] == karma - 1, 20)
        message = a_message(api, things.reader, things.author)
        assert [each["id"] for each in items(api.get(f"/messages?box=inbox&user={things.author}"))] == [message["id"]]
        found(api.put(f"/messages/{things.messages[2]}/favorite?user={things.reader}"))
        assert karma_has_settled(server)
    must_be_sound(server, place)


def test_accounts_sessions_and_roles_hold(start_previous, previous, place):
    server = start_previous(**SECURE)
    admin, where = a_name(), [word for name, value in place.items() for word in (f"--{name}", value)]
    command = ["user", "create", admin, "--email", an_address(admin), "--admin", "--data", server.data, *where]
    subprocess.run([previous, *command], input=PASSWORD + "\n", text=True, check=True, capture_output=True, timeout=20)
    ada, bob = (log_in(server, sign_up(server)["username"]) for _ in range(2))
    found(log_in(server, admin).put(f"/accounts/{ada.username}/role", json={"role": "moderator"}))
    ada = log_in(server, ada.username)
    post = made(write(bob))

    upgrade(server)
    made(write(bob))
    renewed = made(renew(server, bob.refresh_token))
    made(write(Caller(server, renewed["access_token"])))
    found(ada.delete(f"/posts/{post['id']}"))  # what a moderator may
    changed = log_in(server, bob.username)
    answer = changed.put(f"/users/{bob.username}/password", json={"current": PASSWORD, "new": NEW_PASSWORD})
    assert answer.status_code < 300, answer.text
    log_in(server, bob.username, NEW_PASSWORD)
    must_be_sound(server, place)
