"""The kinds of users of a community, how many there are of each, and what they do."""

import random

from locust import task

from .member import Member, nonce
from .talker import Talker
from .told import GONE


class Reader(Member):
    """Looks at lists, opens a few posts, and looks at who wrote them."""

    weight = 50
    pause = 2.0
    etags: dict[int, str]

    def arrive(self) -> None:
        self.etags = {}
        super().arrive()

    @task(5)
    def reads_the_newest(self) -> None:
        self.reads_some(self.newest(pages=random.choice([1, 1, 1, 2, 3])))

    @task(5)
    def reads_a_community(self) -> None:
        self.reads_some(self.newest(random.choice(self.communities)))

    @task(3)
    def reads_the_top(self) -> None:
        tallies = self.ask("GET", "/votes/top?limit=25", right=in_order)["items"]
        posts = [tally["post_id"] for tally in tallies]
        gone = set(self.told.deleted)
        found = self.ask("GET", "/posts?ids={ids}", ids=",".join(map(str, posts)))["items"]
        order = [post["id"] for post in found]
        if order != [post for post in posts if post in set(order)]:
            self.fail("GET", "/posts?ids={ids}", "another order than was asked for")
        if set(posts) - set(order) - self.told.deleting or set(order) & gone:
            self.fail("GET", "/posts?ids={ids}", "a post is missing, or one that was deleted is there")
        self.wait()
        self.reads_some(found)

    @task(1)
    def reads_the_tallies_of_a_page(self) -> None:
        posts = [post["id"] for post in self.newest(random.choice(self.communities))]
        if posts:
            self.ask("GET", "/votes?post_ids={ids}", ids=",".join(map(str, posts)), right=lambda answer: (
                in_order(answer) or ({tally["post_id"] for tally in answer["items"]} != set(posts) and "other posts")))

    @task(1)
    def looks_for_messages(self) -> None:
        self.box("inbox")

    def reads_some(self, posts: list[dict]) -> None:
        for post in random.sample(posts, min(len(posts), random.choice([0, 1, 1, 2, 3]))):
            self.wait()
            read = self.open(post["id"], self.etags.get(post["id"]))
            if read:
                self.etags[post["id"]] = read.headers["ETag"]
            self.tally(post["id"])
            if random.random() < 0.2:
                self.profile(post["username"])


class Voter(Member):
    """Votes on what others posted, changes its mind, now and then takes a vote back or votes twice."""

    weight = 20
    pause = 1.5
    voted: list[int]

    def arrive(self) -> None:
        self.voted = []
        super().arrive()

    @task(8)
    def votes(self) -> None:
        posts = self.newest(random.choice([None, *self.communities]))
        for post in random.sample(posts, min(len(posts), 3)):
            self.wait()
            if self.open(post["id"]):
                self.votes_on(post["id"])

    @task(3)
    def votes_on_the_top(self) -> None:
        tallies = self.ask("GET", "/votes/top?limit=25", right=in_order)["items"]
        for tally in random.sample(tallies, min(len(tallies), 2)):
            self.wait()
            self.votes_on(tally["post_id"])

    @task(3)
    def changes_its_mind(self) -> None:
        if self.voted:
            self.votes_on(random.choice(self.voted))

    def votes_on(self, post: int) -> None:
        self.voted.append(post)
        vote = self.told.vote(post, self.name)
        direction = "up" if random.random() < 0.8 else "down"
        if vote.is_sure and vote.value is None and random.random() < 0.9:
            self.ask("POST", "/votes", {"post_id": post, "direction": direction}, fine=(201,), key=nonce(),
                     doubt=lambda: vote.may_be(direction))
            vote.is_now(direction)
        elif vote.is_sure and vote.value and random.random() < 0.3:
            self.ask("POST", "/votes", {"post_id": post, "direction": direction}, fine=(409,))
        elif vote.is_sure and vote.value and random.random() < 0.4:
            self.ask("DELETE", "/votes/{post}/voters/{name}", post=post, name=self.name,
                     doubt=lambda: vote.may_be(None))
            vote.is_now(None)
        else:
            self.ask("PUT", "/votes/{post}/voters/{name}", {"direction": direction}, post=post, name=self.name,
                     doubt=lambda: vote.may_be(direction))
            vote.is_now(direction)
        if random.random() < 0.3:
            self.ask("GET", "/votes/{post}/voters/{name}", post=post, name=self.name, fine=(200, 404),
                     right=lambda answer: None if vote.allows(answer.body.get("direction")) else "another vote")


class Poster(Member):
    """Writes posts, looks whether they are there, deletes a few of them."""

    weight = 10
    pause = 3.0
    own: list[int]

    def arrive(self) -> None:
        self.own = []
        super().arrive()

    @task(6)
    def posts(self) -> None:
        post = self.creates(random.choice(self.communities))
        self.wait()
        listed = self.newest(post["community"])
        if post["id"] > min((each["id"] for each in listed), default=0) and post["id"] not in self.told.deleting and \
                post["id"] not in [each["id"] for each in listed]:
            self.fail("GET", "/posts?community={community}&limit=25", "an own post is missing")
        self.own.append(post["id"])

    @task(3)
    def looks_at_an_own_post(self) -> None:
        if self.own:
            post = random.choice(self.own)
            self.open(post)
            self.tally(post)

    @task(1)
    def deletes_an_own_post(self) -> None:
        if self.own:
            self.deletes(self.own.pop(random.randrange(len(self.own))))


class Moderator(Member):
    """Reads what is new and deletes what has to go; sometimes another was there before."""

    weight = 3
    pause = 2.0
    waiting: list  # accounts with the role that wait for their user

    def arrive(self) -> None:
        self.account = self.waiting.pop()
        self.log_in()
        self.told.residents.append(self.name)

    @task
    def moderates(self) -> None:
        posts = self.newest()
        for post in random.sample(posts, min(len(posts), 3)):
            self.wait()
            if self.open(post["id"]) and random.random() < 0.15:
                self.deletes(post["id"])
                self.profile(post["username"])
                if random.random() < 0.3:
                    self.ask("DELETE", "/posts/{post}", post=post["id"], fine=(404,))


class Newcomer(Member):
    """Signs up, looks around, begins to take part; some leave for good. Then the next newcomer comes."""

    weight = 5
    pause = 1.0

    def arrive(self) -> None:
        pass  # each time as somebody else

    @task
    def comes(self) -> None:
        self.session = None
        self.sign_up("newcomer")
        if random.random() < 0.2:
            taken = {"username": self.name.upper(), "email": "other@example.org", "password": nonce()}
            self.ask("POST", "/users", taken, fine=(409,), anonymous=True)
        self.log_in()
        for post in self.newest()[:2]:
            self.wait()
            self.open(post["id"])
        self.votes_once()
        self.wait()
        random.choice([self.creates_a_first_post, self.changes_email, self.changes_password, self.deactivates,
                       lambda: None])()
        if self.session:
            self.log_out()

    def votes_once(self) -> None:
        post = random.choice(list(self.told.old_posts))
        vote = self.told.vote(post, self.name)
        self.ask("POST", "/votes", {"post_id": post, "direction": "up"}, fine=(201,), doubt=lambda: vote.may_be("up"))
        vote.is_now("up")

    def creates_a_first_post(self) -> None:
        self.creates(random.choice(self.communities))

    def changes_email(self) -> None:
        email, address = self.account.email, f"{self.name}@new.example.org"
        self.ask("PUT", "/users/{name}/email", {"email": address}, name=self.name, doubt=lambda: email.may_be(address))
        email.is_now(address)

    def changes_password(self) -> None:
        password, new = self.account.password, f"staple battery {nonce()}"
        self.ask("PUT", "/users/{name}/password", {"current": password.value, "new": new}, name=self.name,
                 doubt=lambda: password.may_be(new))
        password.is_now(new)
        self.log_in()  # all sessions have ended

    def deactivates(self) -> None:
        state = self.account.state
        self.ask("DELETE", "/users/{name}", name=self.name, doubt=lambda: state.may_be(GONE))
        state.is_now(GONE)
        self.session = None
        self.ask("GET", "/users/{name}", name=self.name, fine=(404,))


class Keeper(Member):
    """The community's own account: gives karma, for which every request carries a key, and some are sent twice."""

    fixed_count = 1
    pause = 1.0
    waiting: list

    def arrive(self) -> None:
        self.account = self.waiting.pop()
        self.log_in()

    @task
    def gives_karma(self) -> None:
        if not self.told.residents:
            return
        account = self.told.accounts[random.choice(self.told.residents)]
        body, key = {"delta": random.choice([1, 1, 1, 1, -1, 5, 10, -3])}, nonce()
        given = self.ask("PATCH", "/users/{name}/karma", body, name=account.username, key=key,
                         doubt=lambda: account.karma_in_doubt.append(body["delta"])).body
        account.karma += body["delta"]
        if random.random() < 0.1:
            self.ask("PATCH", "/users/{name}/karma", body, name=account.username, key=key,
                     right=lambda user: None if user.body == given else "another answer to the same Idempotency-Key")


KINDS = [Reader, Voter, Poster, Talker, Moderator, Newcomer, Keeper]


def in_order(answer) -> str | None:
    """Best score first, ties newest post first."""
    scores = [(tally["score"], tally["post_id"]) for tally in answer["items"]]
    return None if scores == sorted(set(scores), reverse=True) else "another order than by score"
