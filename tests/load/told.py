"""What the users were told: every write the server acknowledged, and every one whose answer never came."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


NOTHING = range(1)  # as karma: 0 to 0
ANYTHING = object()  # a value that the server chose, and never told


class Fact:
    """What stands on the server as far as anybody was told: one value, or several where an answer never came."""

    __slots__ = ("possible",)

    def __init__(self, value):
        self.possible = (value,)

    def is_now(self, value) -> None:
        self.possible = (value,)

    def may_be(self, value) -> None:
        self.possible += (value,)

    def allows(self, value) -> bool:
        return value in self.possible or ANYTHING in self.possible

    @property
    def value(self):
        """What was acknowledged last."""
        return self.possible[0]

    @property
    def is_sure(self) -> bool:
        return len(self.possible) == 1

    def __str__(self) -> str:
        return " or ".join(map(str, self.possible))


ACTIVE, GONE, ABSENT = "active", "deactivated", "absent"


@dataclass(slots=True)
class Account:
    username: str
    password: Fact
    email: Fact
    state: Fact
    role: str = "member"
    karma: int = 0  # given by hand
    karma_in_doubt: list[int] = field(default_factory=list)

    def karma_may_be(self, karma: int, earned: range) -> bool:
        """EARNED is what others' votes have given."""
        below, above = (sum(delta for delta in self.karma_in_doubt if delta * sign > 0) for sign in (-1, 1))
        return self.karma + below + earned[0] <= karma <= self.karma + above + earned[-1]


@dataclass(slots=True)
class Copy:
    """What one of a message's two parties has of it."""

    kept: Fact = field(default_factory=lambda: Fact(True))
    flag: Fact = field(default_factory=lambda: Fact(None))


@dataclass(slots=True)
class Message:
    answer: dict  # as it was sent
    copies: dict[str, Copy]
    read_at: Fact = field(default_factory=lambda: Fact(None))

    def is_as_seen_by(self, name: str, seen: dict) -> bool:
        fixed = all(seen[member] == self.answer[member] for member in ("id", "from", "to", "timestamp", "contents"))
        return fixed and self.copies[name].flag.allows(seen["flag"]) and self.read_at.allows(seen["read_at"])


def parties(message: dict, box: str) -> list[str]:
    """Whose box of this name a message may be in."""
    return {"inbox": [message["to"]], "sent": [message["from"]], "favorites": [message["to"], message["from"]]}[box]


@dataclass
class Told:
    # What was there before the users came.
    old_posts: dict[int, dict] = field(default_factory=dict)
    old_tallies: dict[int, tuple[int, int]] = field(default_factory=dict)
    old_accounts: dict[str, dict] = field(default_factory=dict)

    accounts: dict[str, Account] = field(default_factory=dict)
    residents: list[str] = field(default_factory=list)  # who stay, and can be written to
    posts: dict[int, dict] = field(default_factory=dict)
    posts_in_doubt: set[str] = field(default_factory=set)  # their titles, which are unique
    deleting: set[int] = field(default_factory=set)  # posts that somebody has asked to delete
    deleted: set[int] = field(default_factory=set)  # of them, those for which the server said that it was done
    found_gone: set[int] = field(default_factory=set)  # and those for which it said that there was no such post
    deletions_in_doubt: set[int] = field(default_factory=set)
    votes: dict[tuple[int, str], Fact] = field(default_factory=dict)  # by post and user: up, down or None
    messages: dict[int, Message] = field(default_factory=dict)
    messages_in_doubt: set[str] = field(default_factory=set)  # their contents, which are unique

    def sent(self, answer: dict) -> None:
        self.messages[answer["id"]] = Message(answer, {answer["from"]: Copy(), answer["to"]: Copy()})

    def vote(self, post: int, name: str) -> Fact:
        return self.votes.setdefault((post, name), Fact(None))

    def tallies(self, directions: dict[tuple[int, str], str | None]) -> dict[int, tuple[int, int]]:
        """Of every post that has votes, where the users' are these."""
        ups, downs = (Counter({post: tally[side] for post, tally in self.old_tallies.items()}) for side in (0, 1))
        for (post, _), direction in directions.items():
            ups[post] += direction == "up"
            downs[post] += direction == "down"
        return {post: (ups[post], downs[post]) for post in ups.keys() | downs.keys()}

    def earned(self, directions: dict[tuple[int, str], str | None], authors: dict[int, str]) -> dict[str, range]:
        """The karma that these votes give each author. The own vote gives none; of a post that was deleted nobody can
        say how many of its votes had moved karma by then, so that each may have given or taken one, or nothing."""
        least, most = defaultdict(int), defaultdict(int)
        for (post, voter), direction in directions.items():
            author = authors.get(post)
            if voter != author:
                value = {"up": 1, "down": -1}.get(direction, 0)
                in_doubt = post in self.deleted or post in self.deletions_in_doubt
                least[author] += -1 if in_doubt else value
                most[author] += 1 if in_doubt else value
        return {author: range(least[author], most[author] + 1) for author in least}
