"""What a server was asked to do, what it said of it, and whether that is what is there.

Each thing (a post, a vote, a user, a message) is known by all that it may be: one state once the server has told it,
more while an answer is missing. So an answer narrows, one that does not come widens, a refusal changes nothing, and
what is there must be one of them, whole. See things.py for the states.
"""

import subprocess
import threading
from collections import Counter
from dataclasses import dataclass, field

import requests

from conftest import BINARY
from problem import assert_problem
from sample import found

DONE = {200, 201}
# What the contract says was not done; also of a key in flight, which is asked for again.
REFUSED = {409, 429, 503}


@dataclass
class Request:
    """One change of a thing; `change` gives what becomes of a state."""

    thing: object
    method: str
    path: str
    change: object
    body: dict | None = None
    key: str | None = None
    before: list = field(default_factory=list)  # what the thing may have been when it was sent

    def send(self, api):
        headers = {"Idempotency-Key": self.key} if self.key else {}
        return api.request(self.method, self.path, json=self.body, headers=headers)


class Ledger:
    def __init__(self):
        self.groups: dict[str, list] = {}  # what a list or a sum of the server is about
        self.unanswered: list[Request] = []  # those with a key, which may be sent again
        self.outcomes = Counter()
        self.refusals: list[requests.Response] = []
        self.lock = threading.Lock()

    def enter(self, thing):
        with self.lock:
            self.groups.setdefault(thing.group, []).append(thing)
        return thing

    def ask(self, api, request: Request) -> bool:
        """Whether it was done. If not, its thing must be left alone: what has a key is sent again in the end."""
        thing, before = request.thing, request.thing.may_be
        request.before, would_be = before, [request.change(state) for state in before]
        try:
            response = request.send(api)
        except requests.RequestException:
            self.doubt(request, before + would_be, "cut off")
            raise
        if response.status_code in DONE:
            thing.narrow(would_be, response.json() if request.method != "DELETE" else {})
            self.count("done")
            return True
        assert_problem(response, REFUSED | {500})
        with self.lock:
            self.refusals.append(response)
        may_be = before if response.status_code in REFUSED else before + would_be
        self.doubt(request, may_be, response.status_code)
        return False

    def doubt(self, request: Request, may_be: list, outcome) -> None:
        request.thing.may_be = may_be
        self.count(outcome)
        if request.key:
            with self.lock:
                self.unanswered.append(request)

    def count(self, outcome) -> None:
        with self.lock:
            self.outcomes[outcome] += 1

    def settle(self, api) -> None:
        """Sends again what has a key, until it is answered; then its effect is there once."""
        for request in self.unanswered:
            response = request.send(api)
            assert response.status_code in DONE, f"{request}: {response.status_code} {response.text}"
            request.thing.narrow([request.change(state) for state in request.before], response.json())
            self.count("done again")
        self.unanswered.clear()

    def check(self, api, groups=None) -> int:
        """That all of these groups' things are as told, or as they may be; how many there were."""
        groups = list(self.groups if groups is None else groups)
        for group in groups:
            things, reading = self.groups[group], Reading(api)
            for thing in things:
                actual = thing.read(reading)
                assert any(fits(state, actual) for state in thing.may_be), f"told: {thing.may_be}\nthere: {actual}"
                thing.may_be = [actual]
            things[0].add_up(things, reading)
        return sum(len(self.groups[group]) for group in groups)


@dataclass
class Reading:
    """The lists of one moment at which nobody writes, each read once."""

    api: object
    lists: dict[str, list] = field(default_factory=dict)

    def get(self, path: str):
        response = self.api.get(path)
        return None if response.status_code == 404 else found(response)

    def all(self, path: str) -> list:
        if path not in self.lists:
            self.lists[path], place = [], path + "&limit=100"
            while place:
                page = found(self.api.get(place.removeprefix("/api/v1")))
                self.lists[path] += page["items"]
                place = page["next"]
        return self.lists[path]


def fits(told, actual) -> bool:
    """Whether what is there is what was told, which may be less than all of it."""
    if told is None or actual is None:
        return told is actual
    return told.items() <= actual.items()


def top_must_agree(api) -> None:
    """The list of the best is in its order, and each tally in it is what the post's own report says."""
    best = found(api.get("/votes/top?limit=100"))["items"]
    order = [(-tally["score"], -tally["post_id"]) for tally in best]
    assert order == sorted(order), best
    for tally in best[:20]:
        assert found(api.get(f"/votes/{tally['post_id']}")) == tally


def must_be_sound(server) -> None:
    """Nobody must use the folder."""
    ended = subprocess.run([BINARY, "check", "--data", server.data], text=True, capture_output=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def must_be_there(server, ledger: Ledger, groups=None) -> None:
    """Nothing is lost before what was not answered is sent again, nor is anything done twice then."""
    with server.client() as api:
        ledger.check(api, groups)
        sent_again = {request.thing.group for request in ledger.unanswered}
        ledger.settle(api)
        ledger.check(api, sent_again)


def must_be_kept(server, ledger: Ledger) -> None:
    """The same of everything; then the server ends, and its folder is looked at without it."""
    must_be_there(server, ledger)
    with server.client() as api:
        top_must_agree(api)
    print(f"{sum(map(len, ledger.groups.values()))} things; requests by outcome: {dict(ledger.outcomes)}")
    server.stop()
    must_be_sound(server)
