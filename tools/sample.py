#!/usr/bin/python3
"""Fills a running Stoa server with a small community that reads like one: members, posts, votes, karma, messages.

Where the server asks for tokens (`auth = required`), all members get one password, which you choose: type it on the terminal,
or give it as one line of standard input. Each member then acts with a token of its own. Karma is for admins and services to
give: it is left out unless the environment variable STOA_TOKEN holds the token of one.

Running this again within a day, with the same password, changes nothing: each POST and PATCH of what must not be there twice
carries an Idempotency-Key, and all else says how things should be, not by how much they should change.

Exit status: 0 filled, 1 the server refused something, 2 wrong command line or unfit password, 3 no Stoa server there.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from getpass import getpass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sample_texts import CONVERSATIONS, LEAVERS, POSTS, REGRETTED, USERS, Post

SEED = "stoa"  # one generator for each step (SEED + its name), so that changing one step leaves the others as they were
KEYS_LAST = timedelta(hours=23)  # the server keeps an Idempotency-Key for 24 hours


class Trouble(Exception):
    """Why the sample can't be put there, and what to do about it."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class Answer(NamedTuple):
    """What the server said; `retry_after` is 0 where it names no time."""

    status: int
    body: dict[str, Any]
    retry_after: int
    token_refused: bool


class Server:
    """The API at one address, over one connection that is kept open, and who is logged in there."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.address = address
        self.base = parts.path.rstrip("/") + "/api/v1"
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.connection = kind(parts.hostname or "", parts.port, timeout=30)
        self.password = ""  # every member's; stays empty where the server asks for no tokens
        self.tokens: dict[str, str] = {}

    def asks_for_tokens(self) -> bool:
        """Nobody's inbox is refused: for want of a token (`auth = required`), or of a name (`auth = open`)."""
        answer = self._answer("GET", path := "/messages?box=inbox&limit=1")
        if answer.status not in (401, 422):
            raise Trouble(explain(answer, f"GET {path}"))
        return answer.status == 401

    def log_in(self, name: str) -> None:
        if self.password:
            why = {401: f"The server does not take this password for {name}. It must be the same as the first time."}
            made = self.ask("POST", "/tokens", {"username": name, "password": self.password}, why=why)
            self.tokens[name] = made["access_token"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, *, by: str = "", token: str = "", key: str = "",
            fine: tuple[int, ...] = (), why: Mapping[int, str] = {}) -> Any:
        """The JSON that answers what the member `by` asks, or whoever the token is of. None for a refusal in `fine`: then it
        is so already, or was never there. `why` has words for refusals of the whole request."""
        if by and not self.password:
            path += f"?user={by}"
        answer = self._answer(method, path, body, key, token or self.tokens.get(by, ""))
        if answer.token_refused and by in self.tokens and not token:  # it has run out
            self.log_in(by)
            answer = self._answer(method, path, body, key, self.tokens[by])
        if answer.status < 300:
            return answer.body
        if answer.status in fine:
            return None
        raise Trouble(explain(answer, f"{method} {path}", why))

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None, key: str = "", token: str = "") -> Answer:
        """Waits as long as it is told to, up to ten times and ten minutes in all."""
        answer = self._send(method, path, body, key, token)
        for _ in range(10):
            if answer.status not in (429, 503) or not answer.retry_after:
                break
            time.sleep(min(answer.retry_after, 60))
            answer = self._send(method, path, body, key, token)
        return answer

    def _send(self, method: str, path: str, body: dict[str, Any] | None, key: str, token: str) -> Answer:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        if key:
            headers["Idempotency-Key"] = f"sample-{key}"
        if token:
            headers["Authorization"] = f"Bearer {ascii(token)[1:-1]}"  # of anything odd the server says that it is no token
        for last_try in (False, True):  # a kept connection may have been closed meanwhile; every request may be sent twice
            try:
                self.connection.request(method, self.base + path, data, headers)
                response = self.connection.getresponse()
                body = json.loads(response.read())
                after = response.getheader("Retry-After", "")
                token_refused = 'error="invalid_token"' in response.getheader("WWW-Authenticate", "")
                seconds = int(after) if after.isdecimal() else 0
                return Answer(response.status, body if isinstance(body, dict) else {}, seconds, token_refused)
            except ValueError:
                raise Trouble(f"What answers at {self.address} is not a Stoa server: no JSON for {method} {path}.", 3) from None
            except (OSError, HTTPException) as error:
                self.connection.close()
                if last_try or isinstance(error, ConnectionRefusedError):
                    todo = "Start it with `make run`, or say where it is with --to URL."
                    raise Trouble(f"No server answers at {self.address} ({error}). {todo}", 3) from None
        raise AssertionError("both tries either answer or raise")


def explain(answer: Answer, request: str, why: Mapping[int, str] = {}) -> str:
    faults = [f"{fault.get('pointer') or fault.get('parameter')}: {fault.get('detail')}" for fault in answer.body.get("errors", [])]
    if answer.status in why and not faults:
        return why[answer.status]
    if answer.status == 429:
        return "The server lets one caller send too little. Start it with `make run ARGS='--limits off'`, then run this again."
    said = "; ".join([str(answer.body.get("detail") or answer.body.get("title") or "no reason given"), *faults])
    return f"The server refused {request} with {answer.status}: {said.rstrip('.')}."


def choose_password() -> str:
    """Reads it from the terminal, or as one line of standard input."""
    try:
        if sys.stdin.isatty():
            password = getpass("Password for the sample's members (8 characters or more): ")
        else:
            password = sys.stdin.buffer.readline().decode().rstrip("\r\n")
        password.encode()
    except (EOFError, UnicodeError):
        password = ""
    if not 8 <= len(password) <= 128:
        raise Trouble("The password needs 8 to 128 characters. Type it on a terminal, or give it as a line of standard input.", 2)
    return password


class Progress:
    """One line that is written over and over, on a terminal only."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def show(self, step: str, done: int, of: int) -> None:
        if self.shown:
            print(f"\r\033[K{step}: {done} of {of}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Sent(NamedTuple):
    """A post that is on the server."""

    id: int
    title: str
    author: str


def speakers(language: str) -> list[str]:
    return [name for name, spoken in USERS.items() if language in ("en", spoken)]


def liveliest_first(names: list[str], random: Random) -> list[str]:
    """All the names in an order by chance, in which the first of USERS tend to come first."""
    place = {name: rank for rank, name in enumerate(USERS)}
    return sorted(names, key=lambda name: random.expovariate(1 / (place[name] + 4)))


def already_there(server: Server) -> bool:
    """Whether a sample stands there that is too old for its keys to be known still."""
    first = server.ask("GET", f"/users/{next(iter(USERS))}", fine=(404,))
    if first is None:
        return False
    return datetime.now(UTC) - datetime.fromisoformat(first["created_at"]) > KEYS_LAST


def sign_up(server: Server, progress: Progress) -> None:
    """Everybody does, and logs in; those who only came to leave do so."""
    names = [*USERS, *LEAVERS]
    password = {"password": server.password} if server.password else {}
    why = {422: "The members have signed up before. The password (and `--auth`) must be the same as the first time."}
    for done, name in enumerate(names):
        progress.show("members", done, len(names))
        account = {"username": name, "email": f"{name}@example.org", **password}
        server.ask("POST", "/users", account, key=f"user-{name}", fine=(409,), why=why)
        if name in USERS:
            server.log_in(name)
        elif server.ask("GET", f"/users/{name}", fine=(404,)):  # who has left can't log in
            server.log_in(name)
            server.ask("DELETE", f"/users/{name}", by=name)


def publish(server: Server, progress: Progress) -> list[Sent]:
    """Posts everything in an order by chance, deletes what was regretted; gives what stands."""
    random = Random(SEED + "posts")
    planned = [(community, post, False) for community, posts in POSTS.items() for post in posts]
    planned += [(community, post, True) for community, post in REGRETTED]
    random.shuffle(planned)
    standing: list[Sent] = []
    for done, (community, post, regretted) in enumerate(planned):
        progress.show("posts", done, len(planned))
        author = liveliest_first(speakers(post.language), random)[0]
        sent = server.ask("POST", "/posts", described(post, community, author), by=author, key=f"post-{done}")
        if regretted:
            server.ask("DELETE", f"/posts/{sent['id']}", by=author, fine=(404,))
        else:
            standing.append(Sent(sent["id"], post.title, author))
    return standing


def described(post: Post, community: str, author: str) -> dict[str, Any]:
    body = {"title": post.title, "text": post.text, "community": community, "username": author}
    return body | ({"url": post.url} if post.url else {})


def vote(server: Server, posts: list[Sent], progress: Progress) -> int:
    """Few posts get most of the votes, most votes are up, and now and then somebody takes one back."""
    random = Random(SEED + "votes")
    standing = 0
    for done, post in enumerate(posts):
        progress.show("votes, post", done, len(posts))
        voters = liveliest_first([name for name in USERS if name != post.author], random)
        liked = random.betavariate(6, 1.5)
        for name in voters[: int(2 * random.paretovariate(0.9))]:
            path = f"/votes/{post.id}/voters/{name}"
            direction = "up" if random.random() < liked else "down"
            withdrawn = random.random() < 0.005
            server.ask("PUT", path, {"direction": direction}, by=name)
            if withdrawn:
                server.ask("DELETE", path, by=name, fine=(404,))
            standing += not withdrawn
    return standing


def give_karma(server: Server, token: str, progress: Progress) -> None:
    """The lively have more of it, and a few are in the red."""
    random = Random(SEED + "karma")
    why = {401: "STOA_TOKEN holds no valid token, or one that has run out. Get a new one, then run this again.",
           403: "STOA_TOKEN holds the token of neither an admin nor a service, and only those give karma."}
    for done, name in enumerate(USERS):
        progress.show("karma", done, len(USERS))
        earned = (3 + 200 // (done + 2)) * random.paretovariate(1.2)
        delta = min(1000, int(earned)) if random.random() < 0.9 else -random.randint(1, 20)
        server.ask("PATCH", f"/users/{name}/karma", {"delta": delta}, by=name, token=token, key=f"karma-{name}", why=why)


def converse(server: Server, posts: list[Sent], progress: Progress) -> None:
    """Two people talk in turns; most messages get read, a few are kept as favorites, a few deleted by one of the two."""
    random = Random(SEED + "messages")
    authors = {post.title: post.author for post in posts}
    for done, conversation in enumerate(CONVERSATIONS):
        progress.show("conversations", done, len(CONVERSATIONS))
        asked = authors.get(conversation.about)
        others = [name for name in liveliest_first(speakers(conversation.language), random) if name != asked]
        pair = (others[0], asked or others[1])
        answered = random.random() < 0.7  # the last message was seen, too
        for turn, line in enumerate(conversation.lines):
            sender, recipient = pair[turn % 2], pair[(turn + 1) % 2]
            message = {"from": sender, "to": recipient, "contents": line}
            sent = server.ask("POST", "/messages", message, by=sender, key=f"message-{done}-{turn}")
            path = f"/messages/{sent['id']}"
            fate = random.random()
            if fate < 0.06:
                server.ask("DELETE", path, by=sender, fine=(404,))
            elif fate < 0.2:
                server.ask("PUT", f"{path}/favorite", by=recipient)
            if answered or turn + 1 < len(conversation.lines):
                server.ask("PUT", f"{path}/read", by=recipient)


def fill(server: Server) -> str:
    """Does everything; gives the summary."""
    with_tokens = server.asks_for_tokens()
    if already_there(server):
        return f"The sample is at {server.address} already, from more than a day ago: nothing was changed."
    token = os.environ.get("STOA_TOKEN", "").strip() if with_tokens else ""
    karma = token or not with_tokens
    server.password = choose_password() if with_tokens else ""
    progress = Progress()
    try:
        sign_up(server, progress)
        if karma:
            give_karma(server, token, progress)
        posts = publish(server, progress)
        votes = vote(server, posts, progress)
        converse(server, posts, progress)
    finally:
        progress.clear()
    lines = sum(len(conversation.lines) for conversation in CONVERSATIONS)
    rest = "" if karma else "\nNo karma was given. To give it, run this again within a day, with an admin's token in STOA_TOKEN."
    return (f"{server.address} now has {len(USERS)} members ({len(LEAVERS)} more have left), {len(posts)} posts in {len(POSTS)} "
            f"communities, {votes:,} votes, and {lines} messages in {len(CONVERSATIONS)} conversations.{rest}")


def address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address like http://127.0.0.1:8080")
    return text.rstrip("/")


def main() -> int:
    about, details = (__doc__ or "").split("\n\n", 1)
    parser = argparse.ArgumentParser(description=about, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", metavar="URL", type=address, default="http://127.0.0.1:8080", help="the server (default: %(default)s)")
    try:
        print(fill(Server(parser.parse_args().to)))
        return 0
    except Trouble as trouble:
        print(f"sample: {trouble}", file=sys.stderr)
        return trouble.exit_status
    except KeyboardInterrupt:
        print("sample: stopped half-way; run it again within a day to go on where it was", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
