"""Writers for all four services: each leads things through their lives and notes in a ledger what it was told."""

import itertools
import threading
import time
from contextlib import contextmanager

import requests

from ledger import Ledger, Request
from sample import a_community, a_name, a_post_id
from things import Message, Post, User, Vote


def with_(**members):
    """A change of some members of what is there."""
    return lambda state: state and state | members


def made(body: dict, **members):
    return lambda _: body | members


def more_karma(delta: int):
    return lambda state: state | {"karma": state["karma"] + delta}


def gone(_):
    return None


class Writer:
    """What one writer needs: things in groups of its own, so that it alone changes them."""

    def __init__(self, ledger: Ledger, api):
        self.ledger, self.api = ledger, api

    def ask(self, *request, again: bool = False, **members) -> bool:
        done = self.ledger.ask(self.api, Request(*request, key=a_name() if again else None, **members))
        if not done:
            time.sleep(0.02)  # Who is refused does not come again at once.
        return done


def posts(writer: Writer):
    community = a_community()
    for n in itertools.count():
        # Some need many pages of the database, so that half of one could be written.
        post = writer.ledger.enter(Post(community, "Text. " * (6_000 if n % 4 == 0 else 3)))
        done = writer.ask(post, "POST", "/posts", made(post.body), body=post.body, again=n % 3 == 0)
        yield
        if done and n % 3 == 1:
            writer.ask(post, "DELETE", f"/posts/{post.known('id')}", gone)
            yield


def votes(writer: Writer):
    post_ids = [a_post_id() for _ in range(3)]
    for n in itertools.count():
        vote = writer.ledger.enter(Vote(post_ids[n % 3]))
        up = vote.body | {"direction": "up"}
        done = writer.ask(vote, "POST", "/votes", made(up), body=up, again=n % 3 == 0)
        yield
        if done and n % 2:
            done = writer.ask(vote, "PUT", vote.path, with_(direction="down"), body={"direction": "down"})
            yield
        if done and n % 5 == 0:
            writer.ask(vote, "DELETE", vote.path, gone)
            yield


def users(writer: Writer):
    for n in itertools.count():
        user = writer.ledger.enter(User())
        done = writer.ask(user, "POST", "/users", made(user.body, karma=0), body=user.body, again=n % 2 == 0)
        yield
        for delta in (1, 10, -3):
            if not done:
                break
            done = writer.ask(user, "PATCH", f"{user.group}/karma", more_karma(delta), body={"delta": delta},
                              again=delta == 10)
            yield
        if done and n % 4 == 0:
            writer.ask(user, "DELETE", user.group, gone)
            yield


def messages(writer: Writer):
    while True:
        pair = [writer.ledger.enter(User()) for _ in range(2)]
        there = [writer.ask(user, "POST", "/users", made(user.body, karma=0), body=user.body) for user in pair]
        yield
        if all(there):
            break
    sender, reader = (user.body["username"] for user in pair)
    for n in itertools.count():
        message = writer.ledger.enter(Message(sender, reader))
        new = made(message.body, sent="plain", received="plain", read=False)
        done = writer.ask(message, "POST", "/messages", new, body=message.body, again=n % 3 == 0)
        yield
        path = f"/messages/{message.known('id')}"
        if done and n % 2:
            done = writer.ask(message, "PUT", f"{path}/favorite?user={sender}", with_(sent="favorite"))
            yield
        if done and n % 3:
            done = writer.ask(message, "PUT", f"{path}/read?user={reader}", with_(read=True))
            yield
        if done and n % 4 == 0:
            done = writer.ask(message, "DELETE", f"{path}?user={sender}", with_(sent=None))
            yield
        if done and n % 8 == 0:
            writer.ask(message, "DELETE", f"{path}?user={reader}", gone)
            yield


LIVES = [posts, votes, users, messages]


class Load:
    """Two writers for each service, until ended or cut off."""

    def __init__(self, server, ledger: Ledger, lives=tuple(LIVES) * 2):
        self.server, self.ledger, self.ending, self.faults = server, ledger, threading.Event(), []
        self.steps = [0] * len(lives)
        self.threads = [threading.Thread(target=self.work, args=(life, n)) for n, life in enumerate(lives)]
        for thread in self.threads:
            thread.start()

    def work(self, life, n: int) -> None:
        try:
            with self.server.client() as api:
                for _ in life(Writer(self.ledger, api)):
                    self.steps[n] += 1
                    if self.ending.is_set():
                        return
        except requests.RequestException:
            return  # What the ledger holds in doubt.
        except Exception as fault:  # Told by the thread that waits for this one.
            self.faults.append(fault)

    def go_on(self, steps: int, seconds: float = 30) -> None:
        """Until every writer has taken so many more steps."""
        goals = [step + steps for step in self.steps]
        deadline = time.monotonic() + seconds
        while any(step < goal for step, goal in zip(self.steps, goals, strict=True)):
            assert not self.faults, self.faults[0]
            cut_off = not all(thread.is_alive() for thread in self.threads)
            assert not cut_off, f"a writer was cut off; the server ended with {self.server.process.poll()}"
            assert time.monotonic() < deadline, f"wanted {goals}, came {self.steps}"
            time.sleep(0.005)

    def until_nothing_is_done(self, seconds: float = 30) -> None:
        """Until every writer is refused time and again."""
        deadline = time.monotonic() + seconds
        done = None
        while done != (done := self.ledger.outcomes["done"]):
            assert time.monotonic() < deadline, f"writes are done still: {self.ledger.outcomes}"
            self.go_on(5)

    def end(self) -> None:
        self.ending.set()
        self.join()

    def join(self) -> None:
        """Waits for writers that have been cut off."""
        for thread in self.threads:
            thread.join(timeout=60)
            assert not thread.is_alive(), "a writer hangs"
        if self.faults:
            raise self.faults[0]


@contextmanager
def under_load(server, steps: int):
    """A load of which every writer has taken so many steps; it ends with the block."""
    load = Load(server, Ledger())
    try:
        load.go_on(steps)
        yield load
    finally:
        load.end()
