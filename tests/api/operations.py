"""Every operation of the contract as a row: what holds for all of them is tested by going through the rows."""

from dataclasses import dataclass

from sample import a_community, a_message, a_name, a_post, a_post_id, a_user, a_vote, an_address

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Operation:
    """Names in braces, in the path and in the body, are members of a world."""

    method: str
    path: str
    body: dict | None = None
    query: str = ""
    caller: str = "author"

    def target(self, world: dict, *query: str) -> str:
        named_by_query = self.path.startswith("/messages") and self.body is None
        parts = [self.query, f"user={{{self.caller}}}" if named_by_query else "", *query]
        question = "&".join(filter(None, parts))
        return f"{self.path}?{question}".rstrip("?").format(**world)

    def content(self, world: dict) -> dict | None:
        def fill(value):
            return world[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value

        return self.body and {name: fill(value) for name, value in self.body.items()}

    def call(self, api, world: dict, *query: str, **options):
        if self.body is not None and not {"data", "json"} & set(options):
            options["json"] = self.content(world)
        return api.request(self.method, self.target(world, *query), **options)


OPERATIONS = {
    "create a post": Operation("POST", "/posts", {"title": "A", "text": "", "community": "cpp", "username": "{author}"}),
    "list the posts": Operation("GET", "/posts"),
    "list a community": Operation("GET", "/posts", query="community={community}"),
    "list posts by id": Operation("GET", "/posts", query="ids={post}"),
    "retrieve a post": Operation("GET", "/posts/{post}"),
    "delete a post": Operation("DELETE", "/posts/{post}"),
    "vote": Operation("POST", "/votes", {"post_id": "{unvoted}", "direction": "down", "username": "{author}"}),
    "list tallies": Operation("GET", "/votes", query="post_ids={post},{unvoted}"),
    "list the top": Operation("GET", "/votes/top"),
    "report": Operation("GET", "/votes/{post}"),
    "retrieve a vote": Operation("GET", "/votes/{post}/voters/{author}"),
    "set a vote": Operation("PUT", "/votes/{post}/voters/{author}", {"direction": "down"}),
    "withdraw a vote": Operation("DELETE", "/votes/{post}/voters/{author}"),
    "create a user": Operation("POST", "/users", {"username": "{newcomer}", "email": "{address}"}, caller="newcomer"),
    "retrieve a user": Operation("GET", "/users/{author}"),
    "deactivate a user": Operation("DELETE", "/users/{author}"),
    "update an email": Operation("PUT", "/users/{author}/email", {"email": "{address}"}),
    "change a password": Operation("PUT", "/users/{author}/password", {"current": PASSWORD, "new": PASSWORD + "!"}),
    "set karma from votes": Operation("PUT", "/users/{author}/karma/votes", {"total": 1}),
    "change karma": Operation("PATCH", "/users/{author}/karma", {"delta": 1}),
    "send a message": Operation("POST", "/messages", {"from": "{author}", "to": "{reader}", "contents": "Hello"}),
    "list a box": Operation("GET", "/messages", query="box=inbox"),
    "retrieve a message": Operation("GET", "/messages/{message}"),
    "delete a message": Operation("DELETE", "/messages/{message}"),
    "favorite": Operation("PUT", "/messages/{message}/favorite"),
    "unfavorite": Operation("DELETE", "/messages/{message}/favorite"),
    "mark read": Operation("PUT", "/messages/{message}/read", caller="reader"),
    "mark unread": Operation("DELETE", "/messages/{message}/read", caller="reader"),
}

READS = {name: operation for name, operation in OPERATIONS.items() if operation.method == "GET"}
WRITES_WITH_BODY = {name: operation for name, operation in OPERATIONS.items() if operation.body is not None}


def methods_by_path() -> dict[str, set[str]]:
    allowed: dict[str, set[str]] = {}
    for operation in OPERATIONS.values():
        methods = {operation.method} | ({"HEAD"} if operation.method == "GET" else set())
        allowed.setdefault(operation.path, {"OPTIONS"}).update(methods)
    return allowed


def a_world(api) -> dict:
    """Everything the operations are about, new."""
    author = a_user(api, password=PASSWORD)["username"]
    reader = a_user(api)["username"]
    post = a_post(api, username=author, community=a_community())
    a_vote(api, post["id"], author)
    newcomer = a_name()
    return {"author": author, "reader": reader, "post": post["id"], "community": post["community"],
            "unvoted": a_post_id(), "newcomer": newcomer, "address": an_address(newcomer),
            "message": a_message(api, author, reader)["id"]}
