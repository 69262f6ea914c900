"""What operators watch: `/metrics`, `/healthz`, `/readyz`."""

import time
from contextlib import ExitStack

import pytest

from exposition import buckets, read, value
from problem import assert_problem
from sample import a_message, a_name, a_post, a_user, a_vote, an_address, draft, found, made
from wire import Wire, message

REQUESTS = "stoa_http_requests_total"
DURATION = "stoa_http_request_duration_seconds"
CONNECTIONS = "stoa_http_connections"
SERVICES = ["posts", "votes", "users", "messages"]


@pytest.fixture(scope="module")
def quiet(start_module_server):
    """A server that nobody but these tests asks anything."""
    return start_module_server()


@pytest.fixture
def quiet_api(quiet):
    with quiet.client() as client:
        yield client


def metrics(server) -> dict:
    with server.site() as site:
        response = site.get("/metrics")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return read(response.text)


def grows_to(server, promised: float, name: str, **labels: str) -> None:
    """Threads count for themselves and may tell a little later."""
    deadline = time.monotonic() + 3
    while (came := value(metrics(server), name, **labels)) != promised:
        if time.monotonic() > deadline:
            pytest.fail(f"promised {promised} for {name} {labels}, came {came}")
        time.sleep(0.05)


def test_every_metric_says_what_it_is(quiet):
    families = metrics(quiet)
    for name, family in families.items():
        assert name.startswith("stoa_") and family.help, name
        assert family.kind == "counter" if name.endswith("_total") else family.kind in ("gauge", "histogram"), name


@pytest.mark.parametrize("method, path, pattern, status, classed", [
    ("GET", "/posts", "/api/v1/posts", 200, "2xx"), ("GET", "/posts?limit=3", "/api/v1/posts", 200, "2xx"),
    ("GET", "/posts/9007199254740991", "/api/v1/posts/{id}", 404, "4xx"),
    ("GET", "/votes/7/voters/ada", "/api/v1/votes/{post_id}/voters/{username}", 404, "4xx"),
    ("POST", "/users", "/api/v1/users", 415, "4xx"), ("GET", "/votes?post_ids=0", "/api/v1/votes", 422, "4xx")])
def test_requests_are_counted_by_method_pattern_and_status(quiet, quiet_api, method, path, pattern, status, classed):
    labels = {"method": method, "path": pattern, "status": classed}
    before = value(metrics(quiet), REQUESTS, **labels)
    for _ in range(3):
        assert quiet_api.request(method, path).status_code == status
    grows_to(quiet, before + 3, REQUESTS, **labels)


def test_what_succeeds_and_what_fails_are_counted_apart(quiet, quiet_api):
    labels = {"method": "POST", "path": "/api/v1/posts"}
    before = metrics(quiet)
    made(quiet_api.post("/posts", json=draft()))
    assert_problem(quiet_api.post("/posts", json=draft(title="")), 422)
    for status in ("2xx", "4xx"):
        grows_to(quiet, value(before, REQUESTS, status=status, **labels) + 1, REQUESTS, status=status, **labels)


@pytest.mark.parametrize("method, path", [("GET", "/nowhere-{}"), ("GET", "/posts/x{}"), ("GET", "/users/{}"), ("X{}", "/posts")])
def test_what_a_client_makes_up_makes_no_new_series(quiet, quiet_api, method, path):
    name = a_name().replace("_", "").replace("-", "")
    quiet_api.request(method.format(name), path.format(name))  # Series of this pattern may be new once,
    metrics(quiet)  # and that of the metrics themselves.
    before = {name: set(family.samples) for name, family in metrics(quiet).items()}
    for _ in range(10):
        made_up = a_name().replace("_", "").replace("-", "")
        quiet_api.request(method.format(made_up), path.format(made_up))
    assert {name: set(family.samples) for name, family in metrics(quiet).items()} == before


def test_an_unknown_path_is_counted(quiet, quiet_api):
    def of_clients(families) -> float:
        return value(families, REQUESTS) - value(families, REQUESTS, path="/metrics")

    before = of_clients(metrics(quiet))
    assert_problem(quiet_api.get("/nowhere"), 404)
    deadline = time.monotonic() + 3
    while of_clients(metrics(quiet)) != before + 1:
        assert time.monotonic() < deadline, "a request for an unknown path was not counted"
        time.sleep(0.05)


def test_histograms_are_cumulative(quiet, quiet_api):
    for _ in range(5):
        found(quiet_api.get("/posts"))
    families = metrics(quiet)
    histograms = {name: family for name, family in families.items() if family.kind == "histogram"}
    assert DURATION in histograms
    for name, family in histograms.items():
        for labels, series in buckets(family):
            bounds, counts = zip(*series, strict=True)
            assert list(bounds) == sorted(set(bounds)) and bounds[-1] == float("inf")
            assert list(counts) == sorted(counts)
            assert counts[-1] == family.samples[f"{name}_count", labels]
            total = family.samples[f"{name}_sum", labels]
            assert total >= 0 and (total > 0) == (counts[-1] > 0)


def test_the_histogram_has_every_request_of_a_path(quiet, quiet_api):
    labels = {"method": "GET", "path": "/api/v1/votes/top"}
    before = metrics(quiet)
    for _ in range(4):
        found(quiet_api.get("/votes/top"))
    grows_to(quiet, value(before, f"{DURATION}_count", **labels) + 4, f"{DURATION}_count", **labels)
    after = metrics(quiet)
    assert value(after, f"{DURATION}_count", **labels) == value(after, REQUESTS, **labels)
    assert 0 < value(after, f"{DURATION}_sum", **labels) - value(before, f"{DURATION}_sum", **labels) < 4


def test_open_connections_are_counted(quiet):
    with ExitStack() as stack:
        open_now = value(metrics(quiet), CONNECTIONS)
        for _ in range(5):
            found(stack.enter_context(Wire(quiet)).send(message("GET", "/api/v1/votes/5")).reply())
        grows_to(quiet, open_now + 5, CONNECTIONS)
    grows_to(quiet, open_now, CONNECTIONS)


WRITES = {"posts": a_post, "votes": lambda api: a_vote(api, 5), "users": a_user,
          "messages": lambda api: a_message(api, "ada-l", "bob-k")}


@pytest.mark.parametrize("service", SERVICES)
def test_writes_of_a_service_are_counted_and_no_others(start_server, service):
    server = start_server()
    with server.client() as api:
        if service == "messages":
            for name in ("ada-l", "bob-k"):
                a_user(api, username=name)
        before = metrics(server)
        for _ in range(3):
            WRITES[service](api)
        for _ in range(3):
            api.get("/posts")
    after = metrics(server)
    for each in SERVICES:
        grown = value(after, "stoa_database_transactions_total", service=each) - value(
            before, "stoa_database_transactions_total", service=each)
        assert grown == (3 if each == service else 0), each
    commits = value(after, "stoa_database_commits_total", service=service) - value(
        before, "stoa_database_commits_total", service=service)
    assert 1 <= commits <= 3
    assert value(after, "stoa_database_queue") == value(after, "stoa_database_refused_total") == 0


@pytest.mark.parametrize("status, members", [(409, {}), (422, {"email": "nonsense"})])
def test_a_write_that_is_refused_is_none(quiet, quiet_api, status, members):
    taken = a_user(quiet_api)
    before = value(metrics(quiet), "stoa_database_transactions_total", service="users")
    body = {"username": taken["username"], "email": an_address()} | members
    assert_problem(quiet_api.post("/users", json=body), status)
    assert value(metrics(quiet), "stoa_database_transactions_total", service="users") == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_of_one_service_has_the_metrics_of_its_own_alone(start_server, service):
    families = metrics(start_server(service=service))
    database = {dict(labels).get("service") for name, family in families.items() if name.startswith("stoa_database_")
                for _, labels in family.samples}
    paths = {dict(labels)["path"] for _, labels in families[DURATION].samples}
    assert database == {service}
    assert not any(path.startswith(f"/api/v1/{other}") for path in paths for other in SERVICES if other != service)


@pytest.mark.parametrize("path, status", [("/healthz", "alive"), ("/readyz", "ready")])
def test_health_is_one_word(quiet, path, status):
    with quiet.site() as site:
        response = site.get(path)
        assert found(response) == {"status": status}
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_what_is_watched_is_never_from_a_cache(quiet, path):
    with quiet.site() as site:
        response = site.get(path)
    assert response.headers["Cache-Control"] == "no-store" and "ETag" not in response.headers
