"""A load on a site: writers that keep a ledger, readers, and what both were answered when."""

import itertools
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from conftest import BINARY
from ledger import DONE, Ledger, must_be_there, top_must_agree
from sample import a_community, a_name, a_post, a_user, a_vote, found
from things import Post, User, Vote
from waiting import karma_has_settled, until
from writers import LIVES, Load, Writer, gone, made, with_

# Between two steps of a writer, and of a reader: the machine has others to serve.
PACE = 0.06
OBJECTS = ("users", "posts", "votes")  # services with something that is public
# 409: a key in flight.
TOLD = DONE | {204, 304, 409}


class SiteLedger(Ledger):
    """A writer goes on when it gets no answer. What came with a key may have been done, whatever is answered: it is sent again."""

    def __init__(self):
        super().__init__()
        self.authors: dict[str, list[int]] = {}  # and their posts, which others vote on

    def ask(self, api, request) -> bool:
        try:
            return super().ask(api, request)
        except requests.RequestException:
            return False  # noted already

    def doubt(self, request, may_be, outcome) -> None:
        if request.key:
            may_be = request.before + [request.change(state) for state in request.before]
        super().doubt(request, may_be, outcome)


class Author(User):
    """Votes move the karma: it is looked at apart."""

    def told(self, answer):
        return {name: value for name, value in answer.items() if name != "karma"}


def karma(writer: Writer):
    """An author whose posts others vote on."""
    while True:
        author = writer.ledger.enter(Author())
        done = writer.ask(author, "POST", "/users", made(author.body), body=author.body, again=True)
        yield
        if done:
            break
    community, posts = a_community(), []
    writer.ledger.authors[author.body["username"]] = posts
    for n in itertools.count():
        if n % 20 == 0 or not posts:
            post = writer.ledger.enter(Post(community, "On karma."))
            post.body["username"] = author.body["username"]
            if writer.ask(post, "POST", "/posts", made(post.body), body=post.body, again=n % 2 == 0):
                posts.append(post.known("id"))
            yield
            continue
        vote = writer.ledger.enter(Vote(posts[-1]))
        up = vote.body | {"direction": "up"}
        done = writer.ask(vote, "POST", "/votes", made(up), body=up, again=n % 2 == 0)
        yield
        if done and n % 3 == 0:
            done = writer.ask(vote, "PUT", vote.path, with_(direction="down"), body={"direction": "down"})
            yield
        if done and n % 5 == 0:
            writer.ask(vote, "DELETE", vote.path, gone)
            yield


def paced(life):
    def slower(writer):
        for _ in life(writer):
            yield
            time.sleep(PACE)
    return slower


class Readers:
    """Two for each public object, which was there before: it is there whenever there is an answer."""

    def __init__(self, site):
        self.site, self.ending, self.faults = site, threading.Event(), []
        with site.client() as api:
            post, user = a_post(api), a_user(api)
            a_vote(api, post["id"])
            objects = {f"/posts/{post['id']}": post, f"/users/{user['username']}": user,
                       f"/votes/{post['id']}": found(api.get(f"/votes/{post['id']}"))}
        self.threads = [threading.Thread(target=self.work, args=each) for each in objects.items() for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def work(self, path: str, expected: dict) -> None:
        with self.site.client() as api:
            while not self.ending.is_set():
                try:
                    response = api.get(path)
                    if response.status_code != 503 and (response.status_code, response.json()) != (200, expected):
                        self.faults.append(f"{path}: {response.status_code} {response.text}")
                except requests.RequestException:
                    pass  # in the record
                time.sleep(PACE)

    def end(self) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join()


@dataclass
class Answered:
    """The record of one load."""

    record: list
    began: float
    ended: float = 0

    def away(self, reads: bool) -> float:
        """The longest that nobody was told anything good by one service, in seconds."""
        services = OBJECTS if reads else {service for service, *_ in self.record}
        return max(self.gap(service, reads) for service in services)

    def gap(self, service: str, reads: bool) -> float:
        good = [ended for of, kind, _, ended, status, _ in list(self.record)
                if of == service and (kind == "read") == reads and status in TOLD]
        times = sorted([self.began, *good, self.ended])
        return max(after - before for before, after in itertools.pairwise(times))

    def failed(self, *kinds: str, since: float = 0) -> list:
        return [each for each in list(self.record) if each[1] in kinds and each[2] >= since and each[4] not in TOLD]

    def writes_again(self, since: float) -> bool:
        """Whether every service has done something that it was asked for after that."""
        return {of for of, kind, began, _, status, _ in list(self.record)
                if kind != "read" and began > since and status in DONE} >= {"posts", "votes", "users", "messages"}

    def slowest(self) -> float:
        return max(ended - began for _, _, began, ended, _, _ in self.record)


class SiteLoad(Load):
    def __init__(self, site):
        site.record.clear()
        self.readers = Readers(site)
        self.answered = Answered(site.record, time.monotonic())
        super().__init__(site, SiteLedger(), [paced(life) for life in (*LIVES, karma) for _ in range(2)])

    def must_write_again(self, seconds: float = 60) -> float:
        """What was asked from now on is done; after how long."""
        now = time.monotonic()
        assert until(lambda: self.answered.writes_again(now), seconds, every=0.05), self.told()
        return time.monotonic() - now

    def last(self, seconds: float) -> None:
        """Goes on so long."""
        time.sleep(seconds)
        assert not self.faults, self.faults[0]

    def end(self) -> None:
        self.readers.ending.set()
        try:
            super().end()
        finally:
            self.readers.end()
            self.answered = Answered(list(self.answered.record), self.answered.began, time.monotonic())

    def told(self) -> str:
        counts = Counter((kind, status) for _, kind, _, _, status, _ in list(self.answered.record) if status not in TOLD)
        return ", ".join(f"{count} {kind} {status}" for (kind, status), count in sorted(counts.items())) or "none"


@contextmanager
def site_under_load(site, name: str, report: list):
    """While the block lasts; afterwards all that was acknowledged must be there, once."""
    load = SiteLoad(site)
    try:
        load.go_on(10, seconds=90)
        yield load
    finally:
        load.end()
        answered = load.answered
        report.append((name, answered.away(reads=False), answered.away(reads=True), answered.slowest(),
                       len(answered.record), load.told()))
    site.cluster.must_become_whole()
    things = must_be_as_told(site, load)
    report[-1] += (things,)


def must_be_sound(site) -> None:
    ended = subprocess.run([BINARY, "check", "--data", site.folder / "data", "--database", site.database], text=True,
                           capture_output=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def must_be_as_told(site, load) -> int:
    """How many things there are."""
    assert not load.readers.faults, load.readers.faults[:3]
    ledger = load.ledger
    must_be_there(site, ledger)
    with site.client() as api:
        top_must_agree(api)
        for process in site.of("votes"):
            assert karma_has_settled(process), process.tail()
        assert any(ledger.authors.values())
        for author, posts in ledger.authors.items():
            earned = sum(found(api.get(f"/votes/{post}"))["score"] for post in posts)
            has = found(api.get(f"/users/{author}"))["karma"]
            assert has == earned, f"{author}: {has} where votes for {posts} make {earned}"
    must_be_sound(site)
    return sum(map(len, ledger.groups.values()))
