"""Posts: what each operation promises, and each bound."""

import json

import pytest

from problem import assert_problem
from sample import BIGGEST_ID, NO_IDS, a_community, a_name, a_post, assert_now, draft, found, items, made, unique

POST = {"id", "title", "text", "url", "community", "username", "created_at"}
SUMMARY = POST - {"text", "url"}

ACCEPTED = {
    "title of 1": ("title", "!"),
    "title of 300": ("title", "t" * 300),
    "title of 300 code points beyond the BMP": ("title", "😀" * 300),
    "title with white space around": ("title", "  kept as it is \t"),
    "text of 0": ("text", ""),
    "text of 40,000": ("text", "x" * 40_000),
    "text of 40,000 code points beyond the BMP": ("text", "🦉" * 40_000),
    "text of only white space": ("text", " \n\t"),
    "community of 2": ("community", "de"),
    "community of 32": ("community", "a" * 32),
    "community of every kind": ("community", "a_Z09"),
    "username of 3": ("username", "ada"),
    "username of 20": ("username", "a" * 20),
    "username of every kind": ("username", "A-z_09"),
    "url http": ("url", "http://example.org"),
    "url with all its parts": ("url", "https://user@example.org:8443/a/b%20c?q=1&r=%C3%A4#part"),
    "url of 2,048": ("url", "https://example.org/".ljust(2048, "u")),
}

REFUSED = {
    "title of 0": ("title", ""),
    "title of 301": ("title", "t" * 301),
    "title of spaces": ("title", "   "),
    "title of tabs and line ends": ("title", "\t\r\n"),
    "title of wide white space": ("title", "\u3000\u2003\u00a0"),
    "title a number": ("title", 5),
    "title null": ("title", None),
    "title a list": ("title", ["a"]),
    "title an object": ("title", {"a": 1}),
    "title true": ("title", True),
    "text of 40,001": ("text", "x" * 40_001),
    "text a number": ("text", 1.5),
    "text null": ("text", None),
    "community of 0": ("community", ""),
    "community of 1": ("community", "a"),
    "community of 33": ("community", "a" * 33),
    "community with a plus": ("community", "c++"),
    "community with a hyphen": ("community", "a-b"),
    "community with a letter that is not ASCII": ("community", "köln"),
    "community with a line end": ("community", "cpp\n"),
    "community a number": ("community", 22),
    "username of 2": ("username", "ad"),
    "username of 21": ("username", "a" * 21),
    "username with a space": ("username", "ada l"),
    "username with a line end": ("username", "ada\n"),
    "username with a letter that is not ASCII": ("username", "zoë"),
    "username a number": ("username", 12345),
    "url of 2,049": ("url", "https://example.org/".ljust(2049, "u")),
    "url empty": ("url", ""),
    "url relative": ("url", "/r/cpp"),
    "url without scheme": ("url", "example.org/a"),
    "url of another scheme": ("url", "ftp://example.org/a"),
    "url of a script": ("url", "javascript:alert(1)"),
    "url without host": ("url", "http://"),
    "url with only a path": ("url", "https:///a"),
    "url with a space": ("url", "https://example.org/a b"),
    "url a number": ("url", 80),
    "member unknown": ("colour", "red"),
    "member only the service sets": ("id", 5),
}

TEXTS = {
    "combining": "e\u0301 is not \u00e9",
    "right to left": "שלום עולם",
    "joined": "👩\u200d👩\u200d👧\u200d👦",
    "line ends": "line\r\nline\n",
    "controls": "\u0001\u001f\u007f\u0085",
    "byte order mark": "\ufeffbom",
    "quotes": "\\ \" / <b>&amp;",
    "separators": "\u2028\u2029",
    "last code points": "\U0010ffff\ufffe",
}



def test_a_new_post_is_answered_with_its_place_and_its_members(api, site):
    body = draft(url="https://isocpp.org/std/meetings", community=a_community())
    response = api.post("/posts", json=body)
    post = made(response)
    assert set(post) == POST
    assert post | body == post
    assert type(post["id"]) is int and 0 < post["id"] <= BIGGEST_ID
    assert_now(post["created_at"])
    assert response.headers["Location"] == f"/api/v1/posts/{post['id']}"
    assert found(site.get(response.headers["Location"])) == post


def test_a_post_without_url_has_a_null_url(api):
    assert a_post(api)["url"] is None


def test_a_later_post_has_a_greater_id(api):
    ids = [a_post(api)["id"] for _ in range(5)]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("member, value", ACCEPTED.values(), ids=ACCEPTED)
def test_a_member_at_its_bound_is_kept(api, member, value):
    post = a_post(api, **{member: value})
    assert post[member] == (value.lower() if member == "community" else value)
    assert found(api.get(f"/posts/{post['id']}")) == post


@pytest.mark.parametrize("member, value", REFUSED.values(), ids=REFUSED)
def test_a_member_beyond_its_bound_is_refused_by_name(api, member, value):
    assert_problem(api.post("/posts", json=draft(**{member: value})), 422, pointer=f"/{member}")


@pytest.mark.parametrize("member", ["title", "text", "community", "username"])
def test_a_missing_member_is_refused_by_name(api, member):
    body = draft()
    del body[member]
    assert_problem(api.post("/posts", json=body), 422, pointer=f"/{member}")


def test_all_faults_of_a_post_are_reported_at_once(api):
    body = {"title": " ", "url": "gopher://x", "community": "c", "colour": "red", "username": a_name()}
    assert_problem(api.post("/posts", json=body), 422,
                   pointer=["/title", "/text", "/url", "/community", "/colour"])


def test_a_pointer_escapes_the_name_of_a_member(api):
    assert_problem(api.post("/posts", json=draft(**{"a/b~c": 1})), 422, pointer="/a~1b~0c")


def test_a_fault_in_the_query_and_one_in_the_body_are_both_reported(api):
    assert_problem(api.post("/posts?colour=red", json=draft(title="")), 422, pointer="/title", parameter="colour")


def test_the_query_names_the_author_where_the_body_does_not(api):
    body = draft()
    author = body.pop("username")
    assert made(api.post(f"/posts?user={author}", json=body))["username"] == author


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "raw"])
def test_text_is_kept_byte_for_byte(api, text, escaped):
    body = json.dumps(draft(text=text), ensure_ascii=escaped).encode()
    post = made(api.post("/posts", data=body, headers={"Content-Type": "application/json"}))
    assert found(api.get(f"/posts/{post['id']}"))["text"] == text


@pytest.mark.parametrize("no_id", NO_IDS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_no_id_names_no_post(api, method, no_id):
    assert_problem(api.request(method, f"/posts/{no_id}"), 404)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_post_that_never_was_is_not_found(api, method):
    assert_problem(api.request(method, f"/posts/{BIGGEST_ID}"), 404)


def test_a_deletion_answers_the_post_as_it_was_and_works_once(api):
    post = a_post(api, url="https://example.org/gone")
    assert found(api.delete(f"/posts/{post['id']}?user={post['username']}")) == post
    assert_problem(api.delete(f"/posts/{post['id']}"), 404)
    assert_problem(api.get(f"/posts/{post['id']}"), 404)


def test_a_deleted_post_is_gone_from_every_list(api):
    community = a_community()
    kept, gone = a_post(api, community=community), a_post(api, community=community)
    found(api.delete(f"/posts/{gone['id']}"))
    for query in (f"community={community}", f"ids={gone['id']},{kept['id']}", "limit=1"):
        listed = [post["id"] for post in found(api.get(f"/posts?{query}"))["items"]]
        assert listed == [kept["id"]]


def test_the_posts_of_a_community_come_newest_first_and_without_text(api):
    community = a_community()
    posts = [a_post(api, community=community, title=f"Week {week}") for week in range(4)]
    a_post(api)
    listed = items(api.get(f"/posts?community={community}"))
    assert listed == [{name: post[name] for name in SUMMARY} for post in reversed(posts)]


def test_the_posts_of_all_communities_come_newest_first(fresh_server):
    with fresh_server.client() as api:
        posts = [a_post(api, community=a_community()) for _ in range(5)]
        assert [post["id"] for post in items(api.get("/posts"))] == [post["id"] for post in reversed(posts)]


def test_a_community_is_matched_without_regard_to_case_and_kept_in_lower_case(api):
    community = unique("CPP").upper()
    post = a_post(api, community=community)
    assert post["community"] == community.lower()
    for written in (community, community.lower(), community.title()):
        assert [each["id"] for each in items(api.get(f"/posts?community={written}"))] == [post["id"]]


def test_an_unknown_community_is_an_empty_list(api):
    assert items(api.get(f"/posts?community={a_community()}")) == []


@pytest.mark.parametrize("community", ["a", "a" * 33, "c%2B%2B", ""])
def test_what_can_be_no_community_is_refused(api, community):
    assert_problem(api.get(f"/posts?community={community}"), 422, parameter="community")


def test_posts_by_id_come_in_the_order_asked(api):
    one, two, three = (a_post(api) for _ in range(3))
    found(api.delete(f"/posts/{two['id']}"))
    listed = items(api.get(f"/posts?ids={three['id']},{BIGGEST_ID},{one['id']},{two['id']}"))
    assert listed == [{name: post[name] for name in SUMMARY} for post in (three, one)]


def test_a_hundred_posts_can_be_asked_by_id(api):
    post = a_post(api)
    unknown = [str(BIGGEST_ID - n) for n in range(99)]
    assert [each["id"] for each in items(api.get(f"/posts?ids={','.join([*unknown, str(post['id'])])}"))] == [post["id"]]


@pytest.mark.parametrize("ids", ["", "abc", "1,,2", "1,", ",1", "1;2", "0", "-1", "1.5", str(2**53),
                                 ",".join(map(str, range(1, 102)))],
                         ids=["empty", "letters", "gap", "comma last", "comma first", "semicolon", "zero", "negative",
                              "fraction", "2^53", "101 of them"])
def test_what_can_be_no_list_of_ids_is_refused(api, ids):
    assert_problem(api.get(f"/posts?ids={ids}"), 422, parameter="ids")
