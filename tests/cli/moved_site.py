"""A site to be moved to another engine: its folder, all that its server answered, and a look at the rows on both sides."""

import json
import sqlite3
from contextlib import closing

from accounts import an_account, plain, the_admin
from conftest import SECURE
from program import following, served
from sample import found, made
from waiting import karma_has_settled

SERVICES = ["posts", "votes", "users", "messages"]
# What a form in between would take for something of its own, if it were not careful.
ODD = ["\\N", "\\.", "a\\tb\tc\\", "line\nline\r\nline\r", "\ufeffmarked", "🦉👩‍👩‍👧", "é e\u0301", '"quoted", \'both\'', "{1,2}", "-", " kept "]


def alter(folder, service, *statements):
    with closing(sqlite3.connect(folder / f"{service}.db")) as database, database:
        for statement in statements:
            database.execute(*statement) if isinstance(statement, tuple) else database.execute(statement)


class Site:
    """A data folder with something of everything, whose server has ended, and what it answered."""

    def __init__(self, folder):
        self.folder = folder
        with served(folder, settings=SECURE) as server:
            self.admin = the_admin(server)
            self.ada, self.bob, self.left = (an_account(server) for _ in range(3))
            self.people = [self.ada, self.bob, self.admin]
            self.posts = [made(self.ada.post("/posts", json={"title": f"No {i}", "text": text, "community": f"odd{i % 3}"}))["id"]
                          for i, text in enumerate(["", *ODD])]
            for person, post in ((self.ada, 0), (self.bob, 0), (self.bob, 1), (self.admin, 1), (self.bob, 2)):
                made(person.post("/votes", json={"post_id": self.posts[post], "direction": "up"}))
            found(self.bob.put(f"/votes/{self.posts[1]}/voters/{self.bob.username}", json={"direction": "down"}))
            found(self.bob.delete(f"/votes/{self.posts[2]}/voters/{self.bob.username}"))
            self.letters = [made(self.ada.post("/messages", json={"to": self.bob.username, "contents": text}))["id"] for text in ODD]
            found(self.bob.put(f"/messages/{self.letters[0]}/read"))
            found(self.bob.put(f"/messages/{self.letters[1]}/favorite"))
            found(self.ada.delete(f"/messages/{self.letters[2]}"))
            for person in (self.ada, self.bob):
                found(person.delete(f"/messages/{self.letters[-1]}"))
            found(self.left.delete(f"/users/{self.left.username}"))
            self.asked = {"json": {"title": "Once", "text": "", "community": "keys"}, "headers": {"Idempotency-Key": "k" * 20}}
            self.first = made(self.ada.post("/posts", **self.asked))
            self.deleted = made(self.ada.post("/posts", json={"title": "Gone", "text": "", "community": "odd1"}))["id"]
            found(self.ada.delete(f"/posts/{self.deleted}"))
            assert karma_has_settled(server)
            self.answers = self.all_answers(server)
        every_character = "".join(map(chr, [*range(1, 0xD800), *range(0xE000, 0x30000)])) + "\U0010ffff"
        alter(folder, "messages", ("insert into messages (sender, recipient, sent_at, contents) values ('x', 'y', 0, ?)", [every_character]))

    def all_answers(self, server) -> dict:
        """To every question that can be asked of it, by each who may: status and body."""
        public = [*(f"/posts/{post}" for post in [*self.posts, self.deleted]), *(f"/votes/{post}" for post in self.posts),
                  *(f"/votes/{post}/voters/{person.username}" for post in self.posts for person in self.people),
                  *(f"/users/{person.username}" for person in [*self.people, self.left]),
                  "/posts?limit=5", "/posts?community=odd1", "/votes/top?limit=2", f"/votes?post_ids={','.join(map(str, self.posts))}",
                  f"/posts?ids={','.join(map(str, self.posts))}"]
        own = ["/messages?box=inbox&limit=3", "/messages?box=sent", "/messages?box=favorites",
               *(f"/messages/{letter}" for letter in self.letters)]
        answers = {path: self.pages(server, path) for path in public}
        for person in self.people:
            answers |= {(person.username, path): self.pages(server, path, person) for path in [*own, f"/users/{person.username}"]}
        return answers | {"/accounts": self.pages(server, "/accounts?limit=2", self.admin)}

    @staticmethod
    def pages(server, path, person=None) -> list:
        """An answer, and those of the pages that follow, if it is a list."""
        asked = person.at(server).get if person else plain(server).get
        pages = []
        while path:
            answer = asked(path)
            pages.append((answer.status_code, answer.json()))
            path = (following(answer.json().get("next")) or "").removeprefix("/api/v1")
        return pages


def assert_same_rows(folder, postgres, uri):
    """Looks by other means than the program's own."""
    for service in SERVICES:
        with closing(sqlite3.connect(folder / f"{service}.db")) as database:
            tables = [name for name, in database.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%' "
                                                         "and name <> 'schema_migrations'")]
            for table in tables:
                columns = ", ".join(f'"{row[1]}"' for row in database.execute(f"pragma table_info({table})"))
                rows = sorted(json.dumps(row) for row in database.execute(f"select {columns} from {table}"))
                # In hex: psql leaves out characters that it does not like.
                copied = postgres.sql(f"select encode(convert_to(json_build_array({columns})::text, 'UTF8'), 'hex') from {table}", uri, service)
                assert sorted(json.dumps(json.loads(bytes.fromhex(line))) for line in copied.split()) == rows, (service, table)
