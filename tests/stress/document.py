"""The operations as the program's own OpenAPI document describes them, and something real for each to be about."""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from accounts import Account, an_account, the_admin
from conftest import BINARY
from sample import a_message, a_post, a_vote
from wire import message

SERVICES = ["posts", "votes", "users", "messages"]


@cache
def document() -> dict:
    return json.loads(subprocess.run([BINARY, "openapi"], stdout=subprocess.PIPE, timeout=20, check=True).stdout)


def resolved(value):
    """With every reference replaced by what it names."""
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        target = document()
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return resolved(target)
    return {name: resolved(each) for name, each in value.items()}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    parameters: list
    schema: dict | None
    example: object
    statuses: frozenset

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @property
    def service(self) -> str:
        return next((service for service in SERVICES if f"/{service}" in self.path), "users")

    def named(self, place: str) -> list[dict]:
        """Its parameters in the path, the query or the head; `user` is for open access alone."""
        return [each for each in self.parameters if each["in"] == place and each["name"] != "user"]


def operation(method: str, path: str, described: dict) -> Operation:
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(method.upper(), path, resolved(described.get("parameters", [])), resolved(content.get("schema")),
                     content.get("example"), frozenset(map(int, described["responses"])))


def operations() -> list[Operation]:
    return [operation(method, path, described) for path, methods in document()["paths"].items() for method,
            described in methods.items()]


class World:
    """Somebody who may do anything, and objects that what is asked may name."""

    def __init__(self, server):
        self.server = server
        self.admin: Account = the_admin(server)
        self.member = an_account(server)
        self.post = a_post(self.member, username=self.member.username)["id"]
        a_vote(self.member, self.post, self.member.username)
        self.message = a_message(self.admin, self.admin.username, self.member.username)["id"]
        self.received = a_message(self.member, self.member.username, self.admin.username)["id"]

    def path_values(self, operation: Operation) -> dict[str, str]:
        message_id = self.received if operation.path.endswith("/read") else self.message
        ids = {"messages": message_id, "posts": self.post, "users": self.admin.session}
        return {"id": str(ids.get(operation.service)), "post_id": str(self.post), "username": self.member.username}

    def query_values(self, operation: Operation) -> dict[str, str]:
        known = {"post_ids": str(self.post), "box": "inbox"}
        return {each["name"]: known[each["name"]] for each in operation.named("query") if each.get("required")}

    def request(self, operation: Operation, body: bytes | None = None, *, path: dict | None = None,
                query: str | None = None,
                fields=("Content-Type: application/json",), token: str | None = None) -> bytes:
        """As bytes. What is not given is good; values of the path and the query are sent as they are."""
        target = operation.path.format(**self.path_values(operation) | (path or {}))
        query = urlencode(self.query_values(operation)) if query is None else query
        fields = [f"Authorization: Bearer {token or self.admin.token}", *(fields if body is not None else ())]
        if body is not None:
            fields.append(f"Content-Length: {len(body)}")
        return message(operation.method, target + (f"?{query}" if query else ""), *fields, body=body or b"")

    def body(self, operation: Operation):
        """The document's example; whom it names is there."""
        def fill(value):
            if isinstance(value, list):
                return [fill(each) for each in value]
            if isinstance(value, dict):
                return {name: self.member.username if name in ("username", "to", "from") else fill(each) for name,
                        each in value.items()}
            return value

        return fill(operation.example)
