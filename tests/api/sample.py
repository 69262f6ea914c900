"""Makes the users, posts, votes and messages that tests are about. Each is new, so no test sees another's."""

import re
import secrets
from datetime import UTC, datetime

from problem import assert_json

BIGGEST_ID = 2**53 - 1
NO_IDS = ["0", "-1", "+1", "1.5", "1e3", "abc", str(2**53), "99999999999999999999999", "%201"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def unique(stem: str) -> str:
    return f"{stem[:11]}_{secrets.token_hex(4)}"


def a_name() -> str:
    return unique(secrets.choice(["ada", "grace_h", "edsger", "barbara", "linus-t", "margaret", "bjarne", "radia"]))


def an_address(name: str | None = None) -> str:
    return f"{name or a_name()}@example.org"


def a_community() -> str:
    return unique(secrets.choice(["cpp", "compsci", "books", "science", "cooking"]))


def a_post_id() -> int:
    """Votes do not ask whether a post exists, so any number nobody else draws will do."""
    return secrets.randbelow(2**52) + 2**52


def draft(**members) -> dict:
    """The body of a good post."""
    title = secrets.choice(["Herb Sutter's trip report from the Kona meeting", "What made you understand recursion?",
                            "A visual introduction to suffix arrays", "Show: a ray tracer that fits a business card"])
    return {"title": title, "text": "Slides are linked below. What do you think?", "community": "compsci",
            "username": a_name()} | members


def a_post(api, **members) -> dict:
    return made(api.post("/posts", json=draft(**members)))


def a_user(api, **members) -> dict:
    name = members.pop("username", None) or a_name()
    return made(api.post("/users", json={"username": name, "email": an_address(name)} | members))


def a_vote(api, post_id: int, username: str | None = None, direction: str = "up") -> dict:
    return made(api.post("/votes", json={"post_id": post_id, "direction": direction, "username": username or a_name()}))


def a_message(api, sender: str, to: str, contents: str = "Are you coming to the meet-up on Thursday?") -> dict:
    return made(api.post("/messages", json={"from": sender, "to": to, "contents": contents}))


def made(response) -> dict:
    """The object of a 201."""
    assert response.status_code == 201, response.text
    assert_json(response)
    return response.json()


def found(response):
    """The object of a 200."""
    assert response.status_code == 200, response.text
    assert_json(response)
    return response.json()


def items(response) -> list:
    """The items of a list's only page."""
    page = found(response)
    assert set(page) == {"items", "next"}
    assert page["next"] is None, "the list was expected to fit one page"
    return page["items"]


def assert_now(time: str) -> None:
    """RFC 3339 in UTC with milliseconds, and about the present."""
    assert TIME.fullmatch(time), time
    age = datetime.now(UTC) - datetime.fromisoformat(time)
    assert abs(age.total_seconds()) < 60, time
