"""Pages and cursors, for every list that has them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from problem import assert_problem
from sample import a_community, a_message, a_post, a_user, a_vote, found, items


class Posts:
    """The posts of one community."""

    def __init__(self, api):
        self.api = api
        self.community = a_community()
        self.query = f"/posts?community={self.community}"

    def add(self) -> int:
        return a_post(self.api, community=self.community)["id"]

    def remove(self, post_id: int) -> None:
        found(self.api.delete(f"/posts/{post_id}"))


class AllPosts(Posts):
    """The posts of all communities, of which the server must have no others."""

    def __init__(self, api):
        super().__init__(api)
        self.query = "/posts"


class Top:
    """Tallies with equal scores, of which the server must have no others; the newest post comes first."""

    query = "/votes/top"

    def __init__(self, api):
        self.api = api
        self.last = 0

    def add(self) -> int:
        self.last += 1
        a_vote(self.api, self.last, "ada")
        return self.last

    def remove(self, post_id: int) -> None:
        # Out of the reader's sight: behind all others, where an upvote is taken back for a downvote.
        found(self.api.put(f"/votes/{post_id}/voters/ada", json={"direction": "down"}))


class Box:
    def __init__(self, api):
        self.api = api
        self.ada, self.bob = a_user(api)["username"], a_user(api)["username"]
        self.query = f"/messages?box={self.name}&user={self.reader()}"

    def reader(self) -> str:
        return self.bob

    def add(self) -> int:
        return a_message(self.api, self.ada, self.bob)["id"]

    def remove(self, message_id: int) -> None:
        found(self.api.delete(f"/messages/{message_id}?user={self.reader()}"))


class Inbox(Box):
    name = "inbox"


class Sent(Box):
    name = "sent"

    def reader(self) -> str:
        return self.ada


class Favorites(Box):
    name = "favorites"

    def add(self) -> int:
        message_id = super().add()
        found(self.api.put(f"/messages/{message_id}/favorite?user={self.bob}"))
        return message_id


LISTS = [Posts, AllPosts, Top, Inbox, Sent, Favorites]
WHOLE_SERVER = (AllPosts, Top)


@pytest.fixture(params=LISTS, ids=lambda kind: kind.__name__)
def a_list(request):
    name = "fresh_server" if issubclass(request.param, WHOLE_SERVER) else "server"
    with request.getfixturevalue(name).client() as api:
        yield request.param(api)


@pytest.fixture(params=LISTS, ids=lambda kind: kind.__name__)
def any_list(request, api):
    """For requests that come to no items: other tests' may be there."""
    return request.param(api)


def asking(a_list, **parameters) -> str:
    mark = "&" if "?" in a_list.query else "?"
    return a_list.query + mark + "&".join(f"{name}={value}" for name, value in parameters.items())


def key(item: dict) -> int:
    return item.get("id", item.get("post_id"))


def page(a_list, target: str) -> tuple[list[int], str | None]:
    """A page's ids and the URL of the next; `target` as it stands in `next`."""
    listed = found(a_list.api.get(target.removeprefix("/api/v1")))
    assert set(listed) == {"items", "next"}
    return [key(item) for item in listed["items"]], listed["next"]


def rest(a_list, target: str | None) -> list[int]:
    ids = []
    while target:
        assert target.startswith("/api/v1/"), "next must be a path that can be asked for as it is"
        more, target = page(a_list, target)
        ids += more
        assert len(ids) < 1000, "the pages do not come to an end"
    return ids


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
def test_the_pages_together_are_the_list(a_list, limit):
    made = [a_list.add() for _ in range(6)]
    first, following = page(a_list, asking(a_list, limit=limit))
    assert first == made[::-1][:limit]
    assert (following is None) == (limit >= len(made))
    assert first + rest(a_list, following) == made[::-1]


def test_a_new_object_shifts_nothing_that_was_not_read(a_list):
    made = [a_list.add() for _ in range(5)]
    first, following = page(a_list, asking(a_list, limit=2))
    a_list.add()
    second, following = page(a_list, following)
    a_list.add()
    assert first + second + rest(a_list, following) == made[::-1]


def test_an_object_that_goes_shifts_nothing_that_was_not_read(a_list):
    made = [a_list.add() for _ in range(6)]
    first, following = page(a_list, asking(a_list, limit=2))
    a_list.remove(made[5])
    a_list.remove(made[4])
    assert [each for each in rest(a_list, following) if each not in first] == made[3::-1]


def test_a_page_has_25_items_unless_told(a_list):
    made = [a_list.add() for _ in range(26)]
    first, following = page(a_list, a_list.query)
    assert first == made[:0:-1]
    assert rest(a_list, following) == made[:1]


def test_a_page_has_100_items_at_most(a_list):
    made = [a_list.add() for _ in range(101)]
    first, following = page(a_list, asking(a_list, limit=100))
    assert first == made[:0:-1]
    assert rest(a_list, following) == made[:1]


def test_next_keeps_the_other_parameters(a_list):
    for _ in range(3):
        a_list.add()
    asked = asking(a_list, limit=1)
    _, following = page(a_list, asked)
    before, after = (parse_qs(urlsplit(url).query) for url in (asked, following))
    assert after == before | {"cursor": after["cursor"]}
    assert urlsplit(following).path == "/api/v1" + urlsplit(asked).path


def test_an_empty_list_has_no_next(a_list):
    assert page(a_list, a_list.query) == ([], None)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "abc", "", "1.5", "9999999999999999999999", "0x10", "%201"])
def test_a_limit_out_of_bounds_is_refused(any_list, limit):
    assert_problem(any_list.api.get(asking(any_list, limit=limit)), 422, parameter="limit")


@pytest.mark.parametrize("cursor", ["abc", "", "1", "0", "-1", "AAAAAAAAAAAAAAAA", "eyJpZCI6MX0", "%27%20OR%201=1--",
                                    "%F0%9F%98%80", "c" * 2000])
def test_a_made_up_cursor_is_refused(any_list, cursor):
    assert_problem(any_list.api.get(asking(any_list, cursor=cursor)), 422, parameter="cursor")


def test_all_faults_of_a_list_are_reported_at_once(any_list):
    response = any_list.api.get(asking(any_list, limit=0, cursor="x", colour="red"))
    assert_problem(response, 422, parameter=["limit", "cursor", "colour"])


def test_a_limit_given_twice_is_refused(any_list):
    assert_problem(any_list.api.get(asking(any_list, limit=5) + "&limit=5"), 422, parameter="limit")


@pytest.mark.parametrize("path", ["/posts?ids=5", "/votes?post_ids=5"])
def test_what_is_asked_by_id_comes_whole(api, path):
    assert found(api.get(path))["next"] is None


def test_pages_keep_their_order_across_scores(fresh_server):
    with fresh_server.client() as api:
        scores = {1: 3, 2: 0, 3: -2, 4: 3, 5: 1, 6: -2, 7: 1}
        for post_id, score in scores.items():
            for _ in range(abs(score) or 1):
                a_vote(api, post_id, direction="up" if score >= 0 else "down")
        a_vote(api, 2, direction="down")
        seen, target = [], "/votes/top?limit=2"
        while target and len(seen) <= len(scores):
            listed = found(api.get(target.removeprefix("/api/v1")))
            seen += [(tally["post_id"], tally["score"]) for tally in listed["items"]]
            target = listed["next"]
        assert seen == sorted(scores.items(), key=lambda each: (-each[1], -each[0]))


def test_posts_by_id_can_be_many_more_than_a_page(api):
    community = a_community()
    ids = [a_post(api, community=community)["id"] for _ in range(30)]
    assert [post["id"] for post in items(api.get(f"/posts?ids={','.join(map(str, ids))}"))] == ids
