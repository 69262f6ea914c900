"""What every simulated user does: signs up, logs in, renews the session, looks around, and notes what it was told."""

import json
import random
import secrets
import time
from dataclasses import dataclass
from itertools import count

import gevent
from locust.contrib.fasthttp import FastHttpUser
from locust.exception import RescheduleTask, StopUser

from .told import ABSENT, ACTIVE, Account, Fact, Told, parties

TITLES = ["What are you reading this week?", "A small thing I built over the weekend", "Größe und Œuvre: 日本語 👩‍🚀",
          "Is it just me, or has this got better?", "I was wrong about this for ten years"]
SENTENCES = ["It took me a while to see it.", "Nobody had told me.", "I'd do it again.", "Почему бы и нет?",
             "¿Qué os parece?"]

numbers = count(1)


@dataclass(slots=True)
class Answer:
    status: int
    body: dict
    headers: object

    def __getitem__(self, member: str):
        return self.body[member]


@dataclass(slots=True)
class Session:
    id: str
    token: str
    refresh_token: str
    renew_at: float


def nonce() -> str:
    return secrets.token_hex(6)


class Member(FastHttpUser):
    abstract = True
    told: Told  # one for all users
    communities: list[str]
    think = 1.0  # what all think times are multiplied with
    pause = 2.0  # seconds that this kind of user thinks, on average
    leave_within = 2.0  # seconds in which all go at the end, as people don't log out in the same moment
    network_timeout = connection_timeout = 30.0
    account: Account | None = None
    session: Session | None = None

    def wait_time(self) -> float:
        return self.think * (0.2 + min(random.expovariate(1 / self.pause), 5 * self.pause))

    def on_start(self) -> None:
        try:
            self.arrive()
        except RescheduleTask:
            raise StopUser from None

    def arrive(self) -> None:
        self.sign_up(type(self).__name__.lower())
        self.log_in()
        self.told.residents.append(self.name)

    def on_stop(self) -> None:
        gevent.sleep(random.uniform(0, self.leave_within))
        try:
            if self.session:
                self.log_out()
        except RescheduleTask:
            pass

    @property
    def name(self) -> str:
        return self.account.username

    def __init__(self, environment):
        super().__init__(environment)
        self.client.client.cookiejar = None  # the API sets none, and looking for them takes a good part of the time

    def ask(self, method: str, template: str, body: dict | None = None, *, fine=(200,), right=None, doubt=None,
            key=None, headers=None, anonymous=False, **parts) -> Answer:
        """One request. A status that is not FINE is a failure and the end of the task, a sentence from RIGHT about what
        is wrong with the answer a failure alone. DOUBT is called if nobody can know whether it was done."""
        headers = dict(headers or {})
        if self.session and not anonymous:
            if time.monotonic() > self.session.renew_at:
                self.renew()
            headers["Authorization"] = f"Bearer {self.session.token}"
        if key:
            headers["Idempotency-Key"] = key
        try:
            with self.client.request(method, "/api/v1" + template.format(**parts), name=template, json=body,
                                     headers=headers, catch_response=True, allow_redirects=False) as response:
                answer = Answer(response.status_code, {}, response.headers)
                wrong = self.read(answer, response, fine) or (right and right(answer))
                if wrong:
                    response.failure(wrong)
                else:
                    response.success()
        except BaseException:
            # The user was stopped in the middle: nobody knows whether it was done, nor whether the session stands.
            self.session = None
            if doubt:
                doubt()
            raise
        if doubt and answer.status not in fine and (answer.status == 0 or answer.status >= 500):
            doubt()
        if wrong and answer.status not in fine:
            raise RescheduleTask
        return answer

    @staticmethod
    def read(answer: Answer, response, fine) -> str | None:
        """What is wrong with an answer whatever was asked."""
        if answer.status == 0:
            return f"no answer: {response.error!r}"
        if response.text:
            try:
                answer.body = json.loads(response.text)
            except ValueError:
                return f"{answer.status} with a body that is no JSON"
        if answer.status not in fine:
            return f"{answer.status} instead of {' or '.join(map(str, fine))}: {answer.body.get('detail')}"
        return None

    # Accounts and sessions.

    def sign_up(self, stem: str) -> None:
        name = f"{stem[:9]}_{next(numbers):05}"
        account = Account(name, Fact(f"correct horse {nonce()}"), Fact(f"{name}@example.org"), Fact(ABSENT))
        self.told.accounts[name] = account
        self.ask("POST", "/users", {"username": name, "email": account.email.value, "password": account.password.value},
                 fine=(201,), doubt=lambda: account.state.may_be(ACTIVE), anonymous=True,
                 right=lambda user: None if (user["username"], user["karma"]) == (name, 0) else "another user")
        account.state.is_now(ACTIVE)
        self.account = account

    def log_in(self) -> None:
        asked = time.monotonic()
        body = {"username": self.name, "password": self.account.password.value}
        answer = self.ask("POST", "/tokens", body, fine=(201,), anonymous=True)
        self.keep(answer.headers["Location"].rpartition("/")[2], answer, asked)

    def keep(self, session: str, answer: Answer, asked: float) -> None:
        renew_at = asked + answer["expires_in"] * 0.6
        self.session = Session(session, answer["access_token"], answer["refresh_token"], renew_at)

    def renew(self) -> None:
        session, asked = self.session, time.monotonic()
        self.session = None  # a refresh token works once: what was not answered is lost
        try:
            body = {"refresh_token": session.refresh_token}
            answer = self.ask("POST", "/tokens/refresh", body, fine=(201,), anonymous=True)
        except RescheduleTask:
            self.log_in()
            return
        self.keep(session.id, answer, asked)

    def log_out(self) -> None:
        self.ask("DELETE", "/tokens/{session}", session=self.session.id)
        refresh_token, self.session = self.session.refresh_token, None
        if random.random() < 0.2:
            self.ask("POST", "/tokens/refresh", {"refresh_token": refresh_token}, fine=(401,))

    # Looking around.

    def newest(self, community: str | None = None, pages: int = 1) -> list[dict]:
        """The newest posts of all, or of a community."""
        def right(answer):
            items = answer["items"]
            if community and any(post["community"] != community for post in items):
                return "a post of another community"
            return "a post twice" if len({post["id"] for post in items}) < len(items) else None

        # Whoever was told that a post is gone must not find it in a list asked for afterwards.
        gone = set(self.told.deleted) if random.random() < 0.05 else set()
        template = "/posts?community={community}&limit=25" if community else "/posts?limit=25"
        answer = self.ask("GET", template, right=right, **({"community": community} if community else {}))
        posts = answer["items"]
        while pages > 1 and answer["next"]:
            pages -= 1
            self.wait()
            before = posts[-1]["id"]
            page = answer["next"].partition("?")[2]
            answer = self.ask("GET", "/posts?{page}", page=page, right=lambda answer: (
                "a post twice" if any(post["id"] == before for post in answer["items"]) else None))
            posts += answer["items"]
        if any(post["id"] in gone for post in posts):
            self.fail("GET", template, "a post that was deleted is listed")
        return posts

    def open(self, post: int, etag: str | None = None) -> Answer | None:
        """A post, or none if somebody has just deleted it."""
        gone = post in self.told.deleted
        known = self.told.posts.get(post) or self.told.old_posts.get(post, {})

        def right(answer):
            if answer.status == 404:
                return None if post in self.told.deleting else "404, but nobody deleted it"
            if gone:
                return f"{answer.status}, but its deletion was acknowledged before"
            return None if answer.status == 304 or answer.body | known == answer.body else "another post than was made"

        answer = self.ask("GET", "/posts/{post}", post=post, fine=(200, 304, 404) if etag else (200, 404), right=right,
                          headers={"If-None-Match": etag} if etag else {})
        return answer if answer.status == 200 else None

    def tally(self, post: int) -> dict:
        return self.ask("GET", "/votes/{post}", post=post, right=lambda tally: None if (
            tally["score"] == tally["upvotes"] - tally["downvotes"]) else "a score that is not its votes").body

    def profile(self, name: str) -> None:
        self.ask("GET", "/users/{name}", name=name, right=lambda user: None if (
            ("email" in user.body) == (name == self.name)) else "an email for the wrong eyes, or none for its owner's")

    def box(self, box: str) -> list[dict]:
        """The newest messages of one of the own boxes, of which each must belong there."""
        def right(answer):
            for found in answer["items"]:
                message = self.told.messages.get(found["id"])
                if self.name not in parties(found, box):
                    return "a message in a wrong box"
                if message and not message.copies[self.name].kept.allows(True):
                    return "a message that was deleted"
                if message and not message.copies[self.name].flag.allows(found["flag"]):
                    return "a message with another flag"
            return None

        return self.ask("GET", "/messages?box={box}", box=box, right=right)["items"]

    # What several kinds of users write.

    def creates(self, community: str) -> dict:
        title = f"{random.choice(TITLES)} ({nonce()})"
        text = " ".join(random.choices(SENTENCES, k=random.choice([0, 1, 3, 10, 40])))
        body = {"title": title, "text": text, "community": community}
        if not text:
            body["url"] = f"https://example.org/{nonce()}"
        own = body | {"username": self.name}
        post = self.ask("POST", "/posts", body, fine=(201,), key=nonce(),
                        doubt=lambda: self.told.posts_in_doubt.add(title),
                        right=lambda made: None if made.body | own == made.body else "another post").body
        self.told.posts[post["id"]] = post
        return post

    def deletes(self, post: int) -> None:
        """An own post, or any as a moderator; of all who do it at once, one is told that it was done."""
        self.told.deleting.add(post)
        answer = self.ask("DELETE", "/posts/{post}", post=post, fine=(200, 404),
                          doubt=lambda: self.told.deletions_in_doubt.add(post))
        if answer.status == 404:
            self.told.found_gone.add(post)
            return
        if post in self.told.deleted:
            self.fail("DELETE", "/posts/{post}", "200 to two who deleted the same post")
        self.told.deleted.add(post)

    def fail(self, method: str, template: str, wrong: str) -> None:
        """A fault of an answer that only what came later shows."""
        self.environment.stats.log_error(method, template, wrong)
