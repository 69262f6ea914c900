"""The things of the four services that a ledger knows: what each may be, how it is read whole, and what it adds up to.

A state is None where it isn't there, else what is known of it. A thing belongs to a group: the list or sum in which the
server tells it once more, which must agree.
"""

from sample import a_name, an_address, draft


class Thing:
    def __init__(self, group: str):
        self.group, self.may_be = group, [None]

    def narrow(self, would_be: list, answer: dict) -> None:
        """The server says that it was done: what would be, so far as the answer agrees, with what it tells beside."""
        told = self.told(answer)
        self.may_be = [state and state | told for state in would_be
                       if all(state and state.get(name, value) == value for name, value in told.items())]
        assert self.may_be, f"answered: {answer}\nwhere it could only become: {would_be}"

    def told(self, answer: dict) -> dict:
        return answer

    def known(self, name: str):
        """A member that is the same in all that it may be, such as its id."""
        return next((state[name] for state in self.may_be if state and name in state), None)

    @staticmethod
    def add_up(things: list, reading) -> None:
        """What the server says of all of a group's things together, once each is known for certain."""


class Post(Thing):
    def __init__(self, community: str, text: str):
        super().__init__(f"/posts?community={community}")
        self.body = draft(title=a_name(), text=text, community=community)

    def read(self, reading):
        listed = [post for post in reading.all(self.group) if post["title"] == self.body["title"]]
        assert len(listed) <= 1, f"there more than once: {listed}"
        if not listed:
            number = self.known("id")
            assert number is None or reading.get(f"/posts/{number}") is None, f"in no list: {self.body}"
            return None
        post = reading.get(f"/posts/{listed[0]['id']}")
        assert post and listed[0].items() <= post.items(), f"listed: {listed[0]}\nby its id: {post}"
        return post

    @staticmethod
    def add_up(things, reading):
        listed = reading.all(things[0].group)
        assert len(listed) == sum(thing.may_be != [None] for thing in things), f"nobody wrote all of these: {listed}"
        assert listed == sorted(listed, key=lambda post: (post["created_at"], post["id"]), reverse=True), "newest first"


class Vote(Thing):
    def __init__(self, post_id: int):
        super().__init__(f"/votes/{post_id}")
        self.body = {"post_id": post_id, "username": a_name()}
        self.path = f"{self.group}/voters/{self.body['username']}"

    def read(self, reading):
        return reading.get(self.path)

    @staticmethod
    def add_up(things, reading):
        directions = [state["direction"] for thing in things for state in thing.may_be if state]
        up, down = directions.count("up"), directions.count("down")
        tally = reading.get(things[0].group)
        assert (tally["upvotes"], tally["downvotes"], tally["score"]) == (up, down, up - down), tally


class User(Thing):
    def __init__(self):
        name = a_name()
        super().__init__(f"/users/{name}")
        self.body = {"username": name, "email": an_address(name)}

    def read(self, reading):
        return reading.get(self.group)


class Message(Thing):
    """What both parties see of it, and the flag of each copy, `sent` and `received`: None where it is deleted."""

    def __init__(self, sender: str, to: str):
        super().__init__(f"/messages?box=sent&user={sender}")
        self.body = {"from": sender, "to": to, "contents": a_name()}

    def told(self, answer):
        return {name: value for name, value in answer.items() if name not in ("flag", "read_at")}

    def read(self, reading):
        boxes = {"sent": self.group, "received": f"/messages?box=inbox&user={self.body['to']}"}
        copies = {}
        for box, path in boxes.items():
            listed = [message for message in reading.all(path) if message["contents"] == self.body["contents"]]
            assert len(listed) <= 1, f"there more than once: {listed}"
            copies[box] = listed[0] if listed else None
            if number := copies[box] and copies[box]["id"] or self.known("id"):
                single = reading.get(f"/messages/{number}?user={path.rpartition('=')[2]}")
                assert single == copies[box], f"in its box: {copies[box]}\nby its id: {single}"
        state = {}
        for box, copy in copies.items():
            assert not copy or all(state.get(name, value) == value for name, value in self.told(copy).items()), copies
            state |= self.told(copy) if copy else {}
            state[box] = copy and (copy["flag"] or "plain")
        read_at = {copy["read_at"] for copy in copies.values() if copy}
        assert len(read_at) <= 1, f"read for one party alone: {copies}"
        return state | {"read": read_at != {None}} if read_at else None

    @staticmethod
    def add_up(things, reading):
        listed = reading.all(things[0].group)
        there = [state for thing in things for state in thing.may_be if state and state["sent"]]
        assert len(listed) == len(there), f"nobody sent all of these: {listed}"
