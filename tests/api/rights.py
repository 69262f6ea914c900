"""Who may do what: every operation as a row, what each kind of caller is answered, and the objects it is done to."""

from dataclasses import dataclass

from accounts import NEW_PASSWORD, PASSWORD, Account, Caller, an_account, expired, forged, log_in, the_admin, unsigned
from sample import a_community, a_message, a_name, a_post, a_post_id, a_vote, an_address, draft, found, made

KINDS = ["none", "other", "owner", "moderator", "admin", "service"]
WITHOUT_VALID_TOKEN = {"expired": expired, "forged": forged, "unsigned": unsigned}


@dataclass(frozen=True)
class Row:
    """Names in braces are members of a world; `answers` are those of KINDS, in this order."""

    request: str
    answers: str
    body: dict | None = None

    @property
    def method(self) -> str:
        return self.request.split()[0]

    @property
    def path(self) -> str:
        return self.request.split()[1].partition("?")[0]

    def expected(self, kind: str) -> int | None:
        answer = dict(zip(KINDS, self.answers.split(), strict=True)).get(kind, "401")
        return {"y": 200, "own": 200, "made": 201, "-": None}[answer] if not answer.isdigit() else int(answer)

    def allows(self, kind: str) -> bool:
        """Whether this kind of caller may do it to what is the owner's."""
        return dict(zip(KINDS, self.answers.split(), strict=True))[kind] in ("y", "made")

    def call(self, caller, world, query: str = ""):
        def fill(value):
            if isinstance(value, dict):
                return {name: fill(each) for name, each in value.items()}
            if isinstance(value, list):
                return [fill(each) for each in value]
            return world[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value

        target = self.request.split()[1].format_map(world)
        if query:
            target += ("&" if "?" in target else "?") + query
        options = {} if self.body is None else {"json": fill(self.body)}
        return caller.request(self.method, target, **options)


# Columns:                                                       none other owner moderator admin service
PUBLIC, OPEN, SIGN_UP = "y y y y y y", "made made made made made made", "made made made made made made"
MAKES, ACTS, OWN, ADMIN = "401 403 made 403 made made", "401 403 y 403 y y", "401 403 y 403 y 403", "401 403 403 403 y 403"
PARTY, BOX = "401 404 y 404 404 404", "401 own y own own own"

ROWS = {
    "list the posts": Row("GET /posts", PUBLIC),
    "list posts by id": Row("GET /posts?ids={post}", PUBLIC),
    "retrieve a post": Row("GET /posts/{post}", PUBLIC),
    "create a post": Row("POST /posts", MAKES, {"title": "A", "text": "", "community": "{community}", "username": "{owner}"}),
    "delete a post": Row("DELETE /posts/{post}", "401 403 y y y 403"),
    "list tallies": Row("GET /votes?post_ids={post},{unvoted}", PUBLIC),
    "list the top": Row("GET /votes/top", PUBLIC),
    "report": Row("GET /votes/{post}", PUBLIC),
    "vote": Row("POST /votes", MAKES, {"post_id": "{unvoted}", "direction": "up", "username": "{owner}"}),
    "retrieve a vote": Row("GET /votes/{post}/voters/{owner}", ACTS),
    "change a vote": Row("PUT /votes/{post}/voters/{owner}", ACTS, {"direction": "down"}),
    "set a vote": Row("PUT /votes/{unvoted}/voters/{owner}", ACTS, {"direction": "down"}),
    "withdraw a vote": Row("DELETE /votes/{post}/voters/{owner}", ACTS),
    "sign up": Row("POST /users", SIGN_UP, {"username": "{newcomer}", "email": "{address}", "password": PASSWORD}),
    "sign somebody up without a password": Row("POST /users", "422 422 - 422 made made",
                                               {"username": "{newcomer}", "email": "{address}"}),
    "list the accounts": Row("GET /accounts", ADMIN),
    "retrieve a user": Row("GET /users/{owner}", PUBLIC),
    "update an email": Row("PUT /users/{owner}/email", OWN, {"email": "{address}"}),
    "change a password": Row("PUT /users/{owner}/password", OWN, {"current": PASSWORD, "new": NEW_PASSWORD}),
    "change a password without the current": Row("PUT /users/{owner}/password", "401 422 422 422 y 422", {"new": NEW_PASSWORD}),
    "increment karma": Row("PATCH /users/{owner}/karma", "401 403 403 403 y y", {"delta": 1}),
    "set karma from votes": Row("PUT /users/{owner}/karma/votes", "401 403 403 403 y y", {"total": 1}),
    "decrement karma": Row("PATCH /users/{owner}/karma", "401 403 403 403 y y", {"delta": -1}),
    "deactivate a user": Row("DELETE /users/{owner}", OWN),
    "make a moderator": Row("PUT /accounts/{owner}/role", ADMIN, {"role": "moderator"}),
    "make an admin": Row("PUT /accounts/{owner}/role", ADMIN, {"role": "admin"}),
    "reactivate a user": Row("POST /accounts/{gone}/reactivation", ADMIN),
    "log in": Row("POST /tokens", OPEN, {"username": "{owner}", "password": PASSWORD}),
    "renew": Row("POST /tokens/refresh", OPEN, {"refresh_token": "{refresh_token}"}),
    "log out": Row("DELETE /tokens/{session}", OWN),
    "import posts": Row("POST /imports/posts", "401 403 - 403 y y", {"posts": ["{foreign}"]}),
    "import votes": Row("POST /imports/votes", "401 403 - 403 y y",
                        {"votes": [{"post_id": "{unvoted}", "direction": "up", "username": "{owner}"}]}),
    "send a message": Row("POST /messages", MAKES, {"from": "{owner}", "to": "{peer}", "contents": "Hello"}),
    "list the inbox": Row("GET /messages?box=inbox", BOX),
    "list what was sent": Row("GET /messages?box=sent", BOX),
    "list the favorites": Row("GET /messages?box=favorites", BOX),
    "retrieve a message received": Row("GET /messages/{received}", PARTY),
    "retrieve a message sent": Row("GET /messages/{sent}", PARTY),
    "delete a message received": Row("DELETE /messages/{received}", PARTY),
    "delete a message sent": Row("DELETE /messages/{sent}", PARTY),
    "favorite a message received": Row("PUT /messages/{received}/favorite", PARTY),
    "favorite a message sent": Row("PUT /messages/{sent}/favorite", PARTY),
    "unfavorite a message received": Row("DELETE /messages/{received}/favorite", PARTY),
    "unfavorite a message sent": Row("DELETE /messages/{sent}/favorite", PARTY),
    "mark a message read": Row("PUT /messages/{received}/read", PARTY),
    "mark a message unread": Row("DELETE /messages/{received}/read", PARTY),
    "mark an own message read": Row("PUT /messages/{sent}/read", "401 404 403 404 404 404"),
    "mark an own message unread": Row("DELETE /messages/{sent}/read", "401 404 403 404 404 404"),
}


class World(dict):
    """What the operations are about, all of it the owner's, and made when it is first named."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.its_owner = an_account(server)
        self.its_peer = an_account(server)

    def __missing__(self, name: str):
        self[name] = value = getattr(self, name)()
        return value

    def owner(self):
        return self.its_owner.username

    def peer(self):
        return self.its_peer.username

    def gone(self):
        """The owner, deactivated."""
        found(the_admin(self.server).delete(f"/users/{self.its_owner.username}"))
        return self.its_owner.username

    def post(self):
        post = a_post(self.its_owner, username=self["owner"], community=self["community"])["id"]
        a_vote(self.its_owner, post, self["owner"])
        return post

    def received(self):
        return a_message(self.its_peer, self["peer"], self["owner"])["id"]

    def sent(self):
        return a_message(self.its_owner, self["owner"], self["peer"])["id"]

    def refresh_token(self):
        return self.its_owner.refresh_token

    def session(self):
        return self.its_owner.session

    def foreign(self):
        return draft(source=f"elsewhere/{a_name()}", created_at="2020-01-02T03:04:05.678Z", url=None, username=self["owner"],
                     community=self["community"])

    def newcomer(self):
        return a_name()

    def address(self):
        return an_address()

    def community(self):
        return a_community()

    def unvoted(self):
        return a_post_id()

    def caller(self, kind: str, row: Row) -> Caller:
        if kind == "none":
            return Caller(self.server)
        if kind == "owner":
            return self.its_owner
        if kind in WITHOUT_VALID_TOKEN:
            return Caller(self.server, WITHOUT_VALID_TOKEN[kind](self.able(row)))
        return an_account(self.server, "member" if kind == "other" else kind)

    def able(self, row: Row) -> Account:
        """One whose token would be good enough if it were good."""
        return self.its_owner if row.expected("owner") in (200, 201) else the_admin(self.server)

    def census(self) -> list:
        """All that the operations make or change."""
        admin, owner, peer = the_admin(self.server), self.its_owner, self.its_peer
        name = owner.username
        account = next(each for each in found(admin.get("/accounts?limit=100"))["items"] if each["username"] == name) \
            if "gone" in self else admin.get(f"/users/{name}").json()
        boxes = [caller.get(f"/messages?box={box}").json() for caller in (owner, peer) for box in ("inbox", "sent", "favorites")]
        reads = [admin.get(path).json() for path in (
            f"/posts?community={self['community']}", f"/posts/{self['post']}", f"/votes/{self['post']}",
            f"/votes/{self['unvoted']}", f"/votes/{self['post']}/voters/{name}")]
        return [account, boxes, reads, [admin.get(f"/users/{self['newcomer']}").status_code]]

    def assert_sessions_go_on(self) -> None:
        """And the password with them."""
        log_in(self.server, self.its_owner.username)
        made(self.its_owner.post("/tokens/refresh", json={"refresh_token": self.its_owner.refresh_token}))
