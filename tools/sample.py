#!/usr/bin/python3
"""Fills a running Stoa server with a small community that reads like one: members, posts, votes, karma, messages.

The server must trust who a request names (`auth = open`). Running this again within a day changes nothing: each POST and
PATCH carries an Idempotency-Key, and all else says how things should be, not by how much they should change.

Exit status: 0 filled, 1 the server refused something, 2 wrong command line, 3 no Stoa server there.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sample_texts import CONVERSATIONS, LEAVERS, POSTS, REGRETTED, USERS, Post

OPEN = "ARGS='--auth open'"
SEED = "stoa"  # one generator for each step (SEED + its name), so that changing one step leaves the others as they were
KEYS_LAST = timedelta(hours=23)  # the server keeps an Idempotency-Key for 24 hours


class Trouble(Exception):
    """Why the sample can't be put there, and what to do about it."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class Server:
    """The API at one address, over one connection that is kept open."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.address = address
        self.base = parts.path.rstrip("/") + "/api/v1"
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.connection = kind(parts.hostname or "", parts.port, timeout=30)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, key: str = "", fine: tuple[int, ...] = ()) -> Any:
        """The answer's JSON; None for a refusal in `fine`: then it is so already, or was never there."""
        for _ in range(10):
            status, retry_after, answer = self._send(method, path, body, key)
            if status in (429, 503) and retry_after:
                time.sleep(min(retry_after, 60))
            elif status < 300:
                return answer
            elif status in fine:
                return None
            else:
                break
        raise Trouble(explain(status, f"{method} {path}", answer))

    def _send(self, method: str, path: str, body: dict[str, Any] | None, key: str) -> tuple[int, int, dict[str, Any]]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        if key:
            headers["Idempotency-Key"] = f"sample-{key}"
        for last_try in (False, True):  # a kept connection may have been closed meanwhile; every request may be sent twice
            try:
                self.connection.request(method, self.base + path, data, headers)
                response = self.connection.getresponse()
                answer = json.loads(response.read())
                after = response.getheader("Retry-After", "")
                return response.status, int(after) if after.isdecimal() else 0, answer if isinstance(answer, dict) else {}
            except ValueError:
                raise Trouble(f"What answers at {self.address} is not a Stoa server: no JSON for {method} {path}.", 3) from None
            except (OSError, HTTPException) as error:
                self.connection.close()
                if last_try or isinstance(error, ConnectionRefusedError):
                    todo = f"Start it with `make run {OPEN}`, or say where it is with --to URL."
                    raise Trouble(f"No server answers at {self.address} ({error}). {todo}", 3) from None
        raise AssertionError("both tries either answer or raise")


def explain(status: int, request: str, answer: dict[str, Any]) -> str:
    if status in (401, 403):
        return f"The server asks for tokens, and the sample has none. Start it with `make run {OPEN}`."
    if status == 429:
        return "The server lets one caller send too little for this. Start it with `--limits off` too, then run this again."
    faults = [f"{fault.get('pointer') or fault.get('parameter')}: {fault.get('detail')}" for fault in answer.get("errors", [])]
    said = "; ".join([str(answer.get("detail") or answer.get("title") or "no reason given"), *faults])
    return f"The server refused {request} with {status}: {said}."


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
    names = [*USERS, *LEAVERS]
    for done, name in enumerate(names):
        progress.show("members", done, len(names))
        server.ask("POST", "/users", {"username": name, "email": f"{name}@example.org"}, key=f"user-{name}", fine=(409,))
    for name in LEAVERS:
        server.ask("DELETE", f"/users/{name}?user={name}", fine=(404,))


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
        sent = server.ask("POST", "/posts", described(post, community, author), key=f"post-{done}")
        if regretted:
            server.ask("DELETE", f"/posts/{sent['id']}?user={author}", fine=(404,))
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
            path = f"/votes/{post.id}/voters/{name}?user={name}"
            direction = "up" if random.random() < liked else "down"
            withdrawn = random.random() < 0.005
            server.ask("PUT", path, {"direction": direction})
            if withdrawn:
                server.ask("DELETE", path, fine=(404,))
            standing += not withdrawn
    return standing


def give_karma(server: Server, progress: Progress) -> None:
    """The lively have more of it, and a few are in the red."""
    random = Random(SEED + "karma")
    for done, name in enumerate(USERS):
        progress.show("karma", done, len(USERS))
        earned = (3 + 200 // (done + 2)) * random.paretovariate(1.2)
        delta = min(1000, int(earned)) if random.random() < 0.9 else -random.randint(1, 20)
        server.ask("PATCH", f"/users/{name}/karma?user={name}", {"delta": delta}, key=f"karma-{name}")


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
            path = f"/messages/{server.ask('POST', '/messages', message, key=f'message-{done}-{turn}')['id']}"
            fate = random.random()
            if fate < 0.06:
                server.ask("DELETE", f"{path}?user={sender}", fine=(404,))
            elif fate < 0.2:
                server.ask("PUT", f"{path}/favorite?user={recipient}")
            if answered or turn + 1 < len(conversation.lines):
                server.ask("PUT", f"{path}/read?user={recipient}")


def fill(server: Server) -> str:
    """Does everything; gives the summary."""
    server.ask("GET", f"/messages?box=inbox&limit=1&user={next(iter(USERS))}", fine=(404,))  # refused if tokens are asked for
    if already_there(server):
        return f"The sample is at {server.address} already, from more than a day ago: nothing was changed."
    progress = Progress()
    try:
        sign_up(server, progress)
        posts = publish(server, progress)
        votes = vote(server, posts, progress)
        give_karma(server, progress)
        converse(server, posts, progress)
    finally:
        progress.clear()
    lines = sum(len(conversation.lines) for conversation in CONVERSATIONS)
    return (f"{server.address} now has {len(USERS)} members ({len(LEAVERS)} more have left), {len(posts)} posts in {len(POSTS)} "
            f"communities, {votes:,} votes, and {lines} messages in {len(CONVERSATIONS)} conversations.")


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
