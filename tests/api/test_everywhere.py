"""What the contract promises of every operation and every path."""

import re

import pytest

from operations import OPERATIONS, READS, WRITES_WITH_BODY, a_world, methods_by_path
from problem import assert_json, assert_problem
from sample import found
from wire import exchange, message

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
BESIDE = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"]

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
every_read = pytest.mark.parametrize("operation", READS.values(), ids=READS)
every_body = pytest.mark.parametrize("operation", WRITES_WITH_BODY.values(), ids=WRITES_WITH_BODY)
every_path = pytest.mark.parametrize("path, methods", methods_by_path().items(), ids=methods_by_path())


@pytest.fixture
def own_world(api):
    """For operations that succeed, and so change what they are about."""
    return a_world(api)


@pytest.fixture(scope="module")
def world(api):
    """For operations that are refused, and so must change nothing."""
    return a_world(api)


@every_operation
def test_it_succeeds_as_json_and_can_be_traced(api, own_world, operation):
    response = operation.call(api, own_world)
    assert response.status_code == (201 if operation.method == "POST" else 200), response.text
    assert_json(response)
    assert response.headers["X-Request-Id"]
    assert TRACEPARENT.fullmatch(response.headers["traceparent"])
    assert ("Location" in response.headers) == (operation.method == "POST")


@every_operation
def test_it_takes_the_name_of_who_acts_in_the_query(api, own_world, operation):
    if "user=" not in operation.target(own_world):
        response = operation.call(api, own_world, f"user={own_world[operation.caller]}")
        assert response.status_code in (200, 201), response.text


@every_operation
def test_an_unknown_and_a_repeated_parameter_are_both_refused(api, world, operation):
    assert_problem(operation.call(api, world, "colour=red"), 422, parameter="colour")
    named_twice = ["user={author}", "user={author}"]
    assert_problem(operation.call(api, world, *named_twice), 422, parameter="user")
    assert_problem(operation.call(api, world, *named_twice, "colour=red"), 422, parameter=["user", "colour"])


@every_operation
def test_its_path_with_a_slash_at_the_end_is_another_path(api, world, operation):
    path, mark, query = operation.target(world).partition("?")
    assert_problem(api.request(operation.method, f"{path}/{mark}{query}", json=operation.content(world)), 404)


@every_read
def test_head_answers_as_get_does_without_the_body(api, world, operation):
    get, head = (api.request(method, operation.target(world)) for method in ("GET", "HEAD"))
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "ETag", "Cache-Control"):
        assert head.headers.get(name) == get.headers.get(name), name
    assert head.headers.get("Content-Length", str(len(get.content))) == str(len(get.content))


@pytest.mark.parametrize("path", ["/posts/9007199254740991", "/nowhere", "/messages/5"])
def test_head_answers_an_error_without_a_body(api, path):
    response = api.head(path)
    assert response.status_code == api.get(path).status_code >= 400
    assert response.content == b""


@every_path
def test_options_answers_the_methods_of_a_path(api, world, path, methods):
    response = api.options(path.format(**world))
    assert response.status_code == 200
    assert allowed(response) == methods
    assert response.content == b""


@every_path
def test_every_other_method_is_refused_with_those_that_work(api, world, path, methods):
    for method in set(METHODS) - methods:
        response = api.request(method, path.format(**world))
        assert_problem(response, 405)
        assert allowed(response) == methods, method


@pytest.mark.parametrize("path", BESIDE)
def test_the_paths_beside_the_api_answer_get_head_and_options(site, path):
    get, head, options = site.get(path), site.head(path), site.options(path)
    assert get.status_code == head.status_code == options.status_code == 200
    assert get.content and not head.content and not options.content
    assert allowed(options) == {"GET", "HEAD", "OPTIONS"}
    refused = site.post(path)
    assert_problem(refused, 405)
    assert allowed(refused) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", [
    "/api", "/api/v1", "/api/v1/", "/api/v2/posts", "/api/v1/post", "/api/v1/Posts", "/api/v1//posts",
    "//api/v1/posts", "/api/v1/posts/1/comments", "/api/v1/votes/1/voters", "/api/v1/users/ada/karma/1",
    "/api/v1/messages/1/archive", "/healthz/", "/favicon.png", "/.env", "/api/v1/posts%2f1"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "BREW"])
def test_an_unknown_path_is_not_found_by_any_method(server, path, method):
    # A bare socket, as requests would tidy such paths up.
    assert_problem(exchange(server, message(method, path, "Content-Length: 0")), 404)


def test_metrics_are_in_the_text_format_of_prometheus(site):
    response = site.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain")
    lines = [line for line in response.text.splitlines() if line and not line.startswith("#")]
    assert any(line.startswith("# TYPE ") for line in response.text.splitlines())
    assert lines and all(re.fullmatch(r"[a-zA-Z_:][\w:]*(\{.*\})? [-+0-9.eEInfNa]+( \d+)?", line) for line in lines)


@every_body
def test_an_unknown_member_is_refused(api, world, operation):
    body = operation.content(world) | {"colour": "red"}
    assert_problem(operation.call(api, world, json=body), 422, pointer="/colour")


@every_body
def test_an_empty_body_can_not_be_read(api, world, operation):
    assert_problem(operation.call(api, world, data=b"", headers={"Content-Type": "application/json"}), 400)


@every_body
@pytest.mark.parametrize("body", ["[]", "null", "5", '"title"', "{", '{"a": 1, "a": 2}', '{"a": "\\u0000"}'])
def test_a_body_that_is_no_good_object_can_not_be_read(api, world, operation, body):
    assert_problem(operation.call(api, world, data=body, headers={"Content-Type": "application/json"}), 400)


@every_body
@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_declared_json_is_refused(api, world, operation, media_type):
    headers = {"Content-Type": media_type} if media_type else {}
    assert_problem(operation.call(api, world, data=b'{"a": 1}', headers=headers), 415)


@pytest.mark.parametrize("status, path", [(200, "/users/{author}"), (404, "/nowhere"), (422, "/posts?limit=0")])
def test_a_request_id_is_taken_over(api, world, status, path):
    response = api.get(path.format(**world), headers={"X-Request-Id": "checkout-7f3a.42"})
    assert response.status_code == status
    assert response.headers["X-Request-Id"] == "checkout-7f3a.42"


def test_a_made_request_id_is_new_each_time(api, world):
    ids = {api.get("/nowhere").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize("status, path", [(200, "/users/{author}"), (404, "/nowhere"), (422, "/posts?limit=0")])
def test_a_trace_is_taken_over(api, world, status, path):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    response = api.get(path.format(**world), headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert response.status_code == status
    assert TRACEPARENT.fullmatch(response.headers["traceparent"])[1] == trace


@pytest.mark.parametrize("traceparent", [
    "nonsense", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"])
def test_a_trace_that_is_none_is_made_anew(api, traceparent):
    response = api.get("/posts", headers={"traceparent": traceparent})
    found(response)
    made = TRACEPARENT.fullmatch(response.headers["traceparent"])
    assert made and made[1] != "4bf92f3577b34da6a3ce929d0e0e4736"


def allowed(response) -> set[str]:
    return {method.strip() for method in response.headers["Allow"].split(",")}
