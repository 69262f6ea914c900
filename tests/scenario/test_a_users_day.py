"""A day in a user's life, through all services, from the outside."""

import pytest

from accounts import PASSWORD, Caller, an_account, log_in, plain, refusal, renew, sign_up
from gateway import Gateway, a_site
from problem import assert_problem
from sample import a_community, a_name, an_address, draft, found, items, made
from waiting import until


@pytest.fixture(scope="module", params=[False, True], ids=["one process", "a process for each service"])
def gateway(request, start_module_server, tmp_path_factory):
    front = Gateway(a_site(start_module_server, request.param), tmp_path_factory.mktemp("gateway"))
    try:
        yield front.start()
    finally:
        front.stop()


def post(caller, **members) -> dict:
    body = draft(**members)
    del body["username"]
    return made(caller.post("/posts", json=body))


def vote(caller, post_id: int, direction: str = "up") -> dict:
    return made(caller.post("/votes", json={"post_id": post_id, "direction": direction}))


def top(site) -> list[int]:
    return [tally["post_id"] for tally in found(plain(site).get("/votes/top?limit=100"))["items"]]


def sorted_by_score(site, ids: list[int]) -> list[int]:
    asked = ",".join(map(str, ids))
    return [tally["post_id"] for tally in items(plain(site).get(f"/votes?post_ids={asked}"))]


def karma(caller, name: str) -> int:
    return found(caller.get(f"/users/{name}"))["karma"]


def test_a_newcomers_first_day(gateway):
    # Others are there already, and have posted.
    neighbours = [an_account(gateway) for _ in range(3)]
    community = a_community()
    theirs = [post(neighbour, community=community) for neighbour in neighbours]

    # She signs up, with a password, and logs in.
    name = a_name()
    user = sign_up(gateway, username=name)
    assert (user["username"], user["email"], user["karma"]) == (name, an_address(name), 0)
    assert refusal(gateway, name, "not my password").status_code == 401
    ada = log_in(gateway, name)

    # She posts, and finds it in its community, among all, and by its address.
    mine = post(ada, community=community, title="Hello from a newcomer")
    assert mine["username"] == name
    newest = found(plain(gateway).get(f"/posts?community={community}&limit=2"))
    assert [summary["id"] for summary in newest["items"]] == [mine["id"], theirs[-1]["id"]]
    assert "text" not in newest["items"][0] and "url" not in newest["items"][0]
    with gateway.site() as site:  # what comes next, as the list itself says
        assert [summary["id"] for summary in found(site.get(newest["next"]))["items"]] == [theirs[1]["id"], theirs[0]["id"]]
    assert mine["id"] in [summary["id"] for summary in found(plain(gateway).get("/posts?limit=100"))["items"]]
    assert found(plain(gateway).get(f"/posts/{mine['id']}")) == mine

    # She votes on others' posts, once on each, and changes her mind on one.
    for their in theirs:
        vote(ada, their["id"])
    assert_problem(ada.post("/votes", json={"post_id": theirs[0]["id"], "direction": "down"}), 409)
    found(ada.put(f"/votes/{theirs[0]['id']}/voters/{name}", json={"direction": "down"}))
    assert found(ada.get(f"/votes/{theirs[0]['id']}/voters/{name}"))["direction"] == "down"
    assert found(plain(gateway).get(f"/votes/{theirs[0]['id']}"))["score"] == -1

    # Her own post rises, and so does she.
    for neighbour in neighbours:
        vote(neighbour, mine["id"])
    assert found(plain(gateway).get(f"/votes/{mine['id']}")) == {"post_id": mine["id"], "upvotes": 3, "downvotes": 0, "score": 3}
    ranked = top(gateway)
    assert ranked.index(mine["id"]) < ranked.index(theirs[1]["id"]) < ranked.index(theirs[0]["id"])
    ids = [theirs[0]["id"], theirs[1]["id"], mine["id"]]
    assert sorted_by_score(gateway, ids) == [mine["id"], theirs[1]["id"], theirs[0]["id"]]
    vote(ada, mine["id"])  # which her karma does not see
    assert until(lambda: karma(ada, name) == 3, 15), karma(ada, name)
    assert [until(lambda: karma(ada, each.username) == each_is, 15) for each, each_is in zip(neighbours, (-1, 1, 1))]
    assert_problem(ada.patch(f"/users/{name}/karma", json={"delta": 1}), 403)

    # She writes to a neighbour, who keeps it; to nobody she can't.
    friend = neighbours[0]
    sent = made(ada.post("/messages", json={"to": friend.username, "contents": "Thank you for the warm welcome!"}))
    assert_problem(ada.post("/messages", json={"to": a_name(), "contents": "Anybody there?"}), 409)
    assert sent["id"] in [message["id"] for message in items(friend.get("/messages?box=inbox"))]
    assert found(friend.put(f"/messages/{sent['id']}/favorite"))["flag"] == "favorite"
    assert [message["id"] for message in items(friend.get("/messages?box=favorites"))] == [sent["id"]]
    assert found(ada.get(f"/messages/{sent['id']}"))["flag"] is None, "a favorite is one's own"
    assert_problem(neighbours[1].get(f"/messages/{sent['id']}"), 404)
    found(ada.delete(f"/messages/{sent['id']}"))
    assert_problem(ada.get(f"/messages/{sent['id']}"), 404)
    found(friend.get(f"/messages/{sent['id']}"))

    # She changes her email, but not to a neighbour's.
    assert found(ada.put(f"/users/{name}/email", json={"email": an_address(f"{name}.new")}))["email"] == an_address(f"{name}.new")
    assert_problem(ada.put(f"/users/{name}/email", json={"email": friend.email}), 409)
    assert "email" not in found(plain(gateway).get(f"/users/{name}")), "it is nobody else's business"

    # She deletes her post: it is gone for everyone; nobody else could have.
    assert_problem(friend.delete(f"/posts/{mine['id']}"), 403)
    found(ada.delete(f"/posts/{mine['id']}"))
    assert_problem(ada.delete(f"/posts/{mine['id']}"), 404)
    assert_problem(plain(gateway).get(f"/posts/{mine['id']}"), 404)
    assert mine["id"] not in [summary["id"] for summary in found(plain(gateway).get(f"/posts?community={community}"))["items"]]

    # She logs out; what she had cannot be renewed.
    found(ada.delete(f"/tokens/{ada.session}"))
    assert renew(gateway, ada.refresh_token).status_code == 401

    # She leaves for good. Her name stays taken.
    ada = log_in(gateway, name)
    found(ada.delete(f"/users/{name}"))
    assert_problem(plain(gateway).get(f"/users/{name}"), 404)
    assert refusal(gateway, name).status_code == 401
    assert_problem(plain(gateway).post("/users", json={"username": name.upper(), "email": an_address(), "password": PASSWORD}), 409)


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/api/v1/nowhere", "/"])
def test_the_gateway_shows_nothing_but_the_api(gateway, path):
    with gateway.site() as site:
        response = site.get(path)
    assert response.status_code == 404
    assert response.json()["status"] == 404


def test_without_a_token_nothing_is_written(gateway):
    nobody = Caller(gateway)
    for path, body in (("/posts", {"title": "A", "text": "", "community": "cpp"}), ("/votes", {"post_id": 1, "direction": "up"}),
                       ("/messages", {"to": "ada", "contents": "Hello"})):
        assert_problem(nobody.post(path, json=body), 401)
