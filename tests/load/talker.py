"""The users who write messages to each other."""

import random

from locust import task

from .member import Member, nonce
from .told import ANYTHING


class Talker(Member):
    """Writes to others, reads what they wrote, keeps some of it and deletes some."""

    weight = 12
    pause = 1.5

    @task(5)
    def sends(self) -> None:
        others = [name for name in random.choices(self.told.residents, k=3) if name != self.name]
        if others:
            self.writes_to(others[0])

    def writes_to(self, to: str) -> None:
        contents = f"Did you see this one, too? {nonce()}\n" + "It made my day. " * random.choice([0, 1, 5, 20, 100])
        body, key = {"to": to, "contents": contents}, nonce()
        doubt = lambda: self.told.messages_in_doubt.add(contents)  # noqa: E731
        sent = self.ask("POST", "/messages", body, fine=(201,), key=key, doubt=doubt).body
        self.told.sent(sent)
        if random.random() < 0.05:  # an impatient finger
            self.ask("POST", "/messages", body, fine=(201,), key=key,
                     right=lambda answer: None if answer.body == sent else "another answer to the same Idempotency-Key")

    @task(6)
    def reads_a_box(self) -> None:
        box = random.choice(["inbox", "inbox", "inbox", "sent", "favorites"])
        messages = self.box(box)
        for found in random.sample(messages, min(len(messages), 2)):
            message = self.told.messages.get(found["id"])
            if message:  # else its sender has not been answered yet
                self.wait()
                self.handles(message, message.copies[self.name])
                if box == "inbox" and random.random() < 0.4:
                    self.writes_to(found["from"])

    def handles(self, message, copy) -> None:
        number, received = message.answer["id"], message.answer["to"] == self.name
        changes = {"read": 5 * received, "unread": received, "favorite": 3, "unfavorite": 1, "delete": 1, "look": 3}
        change = random.choices(list(changes), list(changes.values()))[0]
        if change == "look":
            self.ask("GET", "/messages/{message}", message=number, right=lambda seen: None if (
                message.is_as_seen_by(self.name, seen.body) or not received) else "another message than was sent")
        elif change == "delete":
            self.ask("DELETE", "/messages/{message}", message=number, doubt=lambda: copy.kept.may_be(False))
            copy.kept.is_now(False)
        elif change in ("favorite", "unfavorite"):
            flag = "favorite" if change == "favorite" else None
            self.ask("PUT" if flag else "DELETE", "/messages/{message}/favorite", message=number,
                     doubt=lambda: copy.flag.may_be(flag))
            copy.flag.is_now(flag)
        elif change == "read":
            read = self.ask("PUT", "/messages/{message}/read", message=number,
                            doubt=lambda: message.read_at.may_be(ANYTHING))
            message.read_at.is_now(read["read_at"])
        else:
            self.ask("DELETE", "/messages/{message}/read", message=number, doubt=lambda: message.read_at.may_be(None))
            message.read_at.is_now(None)

    @task(1)
    def tries_a_strangers_message(self) -> None:
        number, message = random.choice(list(self.told.messages.items())[-50:] or [(0, None)])
        if message and self.name not in message.copies:
            self.ask("GET", "/messages/{message}", message=number, fine=(404,))
