"""`--cors-origins`: pages of these origins may read what the server answers, and no others."""

import pytest

from problem import assert_problem
from sample import a_name, a_post, draft, found, made

ALLOWED = ["https://a.example", "https://b.example"]
OTHERS = ["https://c.example", "http://a.example", "https://a.example:8443", "https://a.example.evil.example",
          "https://sub.a.example", "https://a.exampl", "null", "*", "", "https://a.example,https://b.example"]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def page(start_module_server):
    """A client of a server that knows two origins."""
    with start_module_server("--cors-origins", ",".join(ALLOWED)).client() as client:
        yield client


def from_page(origin: str, **headers: str) -> dict:
    return {"Origin": origin} | headers


def listed(response, name: str) -> set[str]:
    return {each.strip().lower() for each in response.headers.get(name, "").split(",")} - {""}


def cors_headers(response) -> dict:
    return {name: value for name, value in response.headers.items() if name.lower().startswith("access-control-")}


def assert_readable(response, origin: str) -> None:
    assert response.headers.get("Access-Control-Allow-Origin") == origin
    assert "origin" in listed(response, "Vary")


@pytest.mark.parametrize("origin", ALLOWED)
def test_an_allowed_origin_is_answered(page, origin):
    response = page.get("/posts", headers=from_page(origin))
    found(response)
    assert_readable(response, origin)


@pytest.mark.parametrize("origin", OTHERS)
def test_another_origin_is_not(page, origin):
    response = page.get("/posts", headers=from_page(origin))
    found(response)
    assert not cors_headers(response)
    assert "origin" in listed(response, "Vary"), "or a cache gives this answer to an allowed origin"


def test_without_an_origin_the_answer_still_varies_by_it(page):
    response = page.get("/posts")
    assert not cors_headers(response)
    assert "origin" in listed(response, "Vary")


def test_a_write_is_answered_to_its_page(page):
    response = page.post("/posts", json=draft(), headers=from_page(ALLOWED[1]))
    made(response)
    assert_readable(response, ALLOWED[1])
    assert "location" in listed(response, "Access-Control-Expose-Headers")


def test_an_answer_that_was_not_modified_is_too(page):
    tag = page.get("/votes/5").headers["ETag"]
    response = page.get("/votes/5", headers=from_page(ALLOWED[0], **{"If-None-Match": tag}))
    assert response.status_code == 304
    assert_readable(response, ALLOWED[0])


def preflight(client, origin: str, path: str = "/posts", method: str = "POST", headers: str = "content-type"):
    return client.options(path, headers=from_page(origin, **{"Access-Control-Request-Method": method,
                                                             "Access-Control-Request-Headers": headers}))


@pytest.mark.parametrize("origin", ALLOWED)
@pytest.mark.parametrize("method, path", [
    ("POST", "/posts"), ("DELETE", "/posts/1"), ("PUT", "/votes/1/voters/ada"), ("PATCH", "/users/ada/karma")])
def test_a_preflight_names_what_is_allowed(page, origin, method, path):
    response = preflight(page, origin, path, method, "authorization, content-type, idempotency-key")
    assert response.status_code in (200, 204)
    assert_readable(response, origin)
    assert method.lower() in listed(response, "Access-Control-Allow-Methods")
    assert {"authorization", "content-type", "idempotency-key"} <= listed(response, "Access-Control-Allow-Headers")


@pytest.mark.parametrize("origin", OTHERS)
def test_a_preflight_of_another_origin_allows_nothing(page, origin):
    response = preflight(page, origin)
    assert response.status_code < 500
    assert not cors_headers(response)


def test_a_preflight_changes_nothing(page):
    post = a_post(page)
    preflight(page, ALLOWED[0], f"/posts/{post['id']}", "DELETE")
    assert found(page.get(f"/posts/{post['id']}")) == post


ERRORS = {
    "malformed": (400, "POST", "/posts", {"data": b"{", "headers": JSON}), "no such object": (404, "GET", "/users/nobody", {}),
    "no such path": (404, "GET", "/nowhere", {}), "another method": (405, "PATCH", "/posts", {}),
    "too large": (413, "POST", "/posts", {"data": b"x" * 1_100_000, "headers": JSON}),
    "another type": (415, "POST", "/posts", {"data": b"{}", "headers": {"Content-Type": "text/plain"}}),
    "out of bounds": (422, "GET", "/posts?limit=0", {}),
    "a large head": (431, "GET", "/posts", {"headers": {"X-Large": "x" * 20_000}}),
}


@pytest.mark.parametrize("status, method, path, options", ERRORS.values(), ids=ERRORS)
def test_an_error_can_be_read_by_the_page_too(page, status, method, path, options):
    # The origin first, so that it is read before what is wrong.
    headers = from_page(ALLOWED[0], **options.get("headers", {}))
    response = page.request(method, path, **options | {"headers": headers})
    assert_problem(response, status)
    assert_readable(response, ALLOWED[0])


def test_a_conflict_can_be_read_too(page):
    name, body = a_name(), {"post_id": 5, "direction": "up"}
    made(page.post(f"/votes?user={name}", json=body))
    response = page.post(f"/votes?user={name}", json=body, headers=from_page(ALLOWED[0]))
    assert_problem(response, 409)
    assert_readable(response, ALLOWED[0])


def test_a_page_can_read_when_to_come_again(start_server):
    server = start_server("--cors-origins", ALLOWED[0], settings={"limits": "on", "read-limit": "0.01,1"})
    with server.client() as api:
        headers = from_page(ALLOWED[0], **{"X-Forwarded-For": "203.0.113.7"})
        found(api.get("/posts", headers=headers))
        response = api.get("/posts", headers=headers)
    assert_problem(response, 429)
    assert_readable(response, ALLOWED[0])
    assert "retry-after" in listed(response, "Access-Control-Expose-Headers")


def test_all_origins_may_be_allowed(start_server):
    with start_server("--cors-origins", "*").client() as api:
        for origin in ("https://a.example", "https://c.example"):
            assert api.get("/posts", headers=from_page(origin)).headers["Access-Control-Allow-Origin"] in (origin, "*")


def test_credentials_are_never_allowed_to_all_origins(start_server):
    """Cookies are not used, so no page needs them."""
    with start_server("--cors-origins", "*").client() as api:
        assert "Access-Control-Allow-Credentials" not in preflight(api, ALLOWED[0]).headers


@pytest.mark.parametrize("method, path", [("GET", "/posts"), ("GET", "/nowhere"), ("GET", "/posts?limit=0"), ("DELETE", "/posts")])
def test_without_the_option_there_are_no_such_headers(api, method, path):
    assert not cors_headers(api.request(method, path, headers=from_page(ALLOWED[0])))
    assert not cors_headers(preflight(api, ALLOWED[0], path.partition("?")[0], method))
