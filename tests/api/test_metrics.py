"""What operators watch: `/metrics`, `/healthz`, `/readyz`."""

import shutil
import subprocess
import time
from contextlib import ExitStack

import pytest

from accounts import an_account
from conftest import BINARY
from exposition import buckets, read, value
from problem import assert_problem
from sample import a_message, a_name, a_post, a_user, a_vote, an_address, draft, found, made
from waiting import until
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
        assert name.startswith(("stoa_", "process_")) and family.help, name
        assert family.kind == "counter" if name.endswith("_total") else family.kind in ("gauge", "histogram"), name


@pytest.mark.parametrize("method, path, service, operation, status, classed", [
    ("GET", "/posts", "posts", "list_posts", 200, "2xx"), ("GET", "/posts?limit=3", "posts", "list_posts", 200, "2xx"),
    ("HEAD", "/posts", "posts", "list_posts", 200, "2xx"),
    ("GET", "/posts/9007199254740991", "posts", "retrieve_post", 404, "4xx"),
    ("GET", "/votes/7/voters/ada", "votes", "retrieve_vote", 404, "4xx"),
    ("POST", "/users", "users", "create_user", 415, "4xx"),
    ("GET", "/votes?post_ids=0", "votes", "sort_by_score", 422, "4xx"),
    ("GET", "/nowhere", "", "none", 404, "4xx"), ("PATCH", "/posts", "", "none", 405, "4xx")])
def test_requests_are_counted_by_operation_and_status(quiet, quiet_api, method, path, service, operation, status, classed):
    labels = {"service": service, "operation": operation, "status": classed}
    before = value(metrics(quiet), REQUESTS, **labels)
    for _ in range(3):
        assert quiet_api.request(method, path).status_code == status
    grows_to(quiet, before + 3, REQUESTS, **labels)


def test_operations_are_named_as_in_the_openapi_document(quiet):
    with quiet.site() as site:
        paths = found(site.get("/openapi.json"))["paths"]
    promised = {(operation["tags"][0], operation["operationId"]) for methods in paths.values()
                for operation in methods.values() if "operationId" in operation}
    counted = {(dict(labels)["service"], dict(labels)["operation"]) for _, labels in metrics(quiet)[DURATION].samples}
    own = {("", name) for name in ("healthz", "readyz", "metrics", "openapi", "docs", "jwks", "none")}
    assert counted == promised | own


def test_what_succeeds_and_what_fails_are_counted_apart(quiet, quiet_api):
    labels = {"operation": "create_post"}
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
        return value(families, REQUESTS) - value(families, REQUESTS, operation="metrics")

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
    labels = {"operation": "list_top"}
    before = metrics(quiet)
    for _ in range(4):
        found(quiet_api.get("/votes/top"))
    grows_to(quiet, value(before, f"{DURATION}_count", **labels) + 4, f"{DURATION}_count", **labels)
    after = metrics(quiet)
    assert value(after, f"{DURATION}_count", **labels) == value(after, REQUESTS, **labels)
    assert 0 < value(after, f"{DURATION}_sum", **labels) - value(before, f"{DURATION}_sum", **labels) < 4


def test_open_connections_are_counted(quiet):
    """The server has some of its own, to itself, which may come or go meanwhile."""
    def five_come_and_go() -> bool:
        with ExitStack() as stack:
            before = value(metrics(quiet), CONNECTIONS)
            for _ in range(5):
                found(stack.enter_context(Wire(quiet)).send(message("GET", "/api/v1/votes/5")).reply())
            came = until(lambda: value(metrics(quiet), CONNECTIONS) == before + 5, 1)
        return came and until(lambda: value(metrics(quiet), CONNECTIONS) == before, 1)

    assert until(five_come_and_go, 20)


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
    counted = {dict(labels)["service"] for _, labels in families[DURATION].samples}
    assert database == {service} and counted == {service, ""}


def test_the_program_and_its_process_are_told(quiet):
    families = metrics(quiet)
    build = dict(next(iter(families["stoa_build_info"].samples))[1])
    assert build["version"] in program_version() and build["commit"] in program_version()
    assert value(families, "stoa_build_info") == 1
    assert 0 <= time.time() - value(families, "process_start_time_seconds") < 600
    assert value(families, "process_cpu_seconds_total") > 0
    assert value(families, "process_resident_memory_bytes") > 1 << 20
    assert 5 < value(families, "process_open_fds") < value(families, "process_max_fds")
    assert value(families, "process_threads") > 1


def program_version() -> str:
    return subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout


def test_the_space_on_the_disk_of_the_data_is_told(quiet):
    families, disk = metrics(quiet), shutil.disk_usage(quiet.data)
    assert value(families, "stoa_data_disk_size_bytes") == disk.total
    assert abs(value(families, "stoa_data_disk_free_bytes") - disk.free) < disk.total / 10


def test_connections_are_counted_with_those_that_found_no_room(start_server):
    server = start_server("--max-connections", "3")
    before = metrics(server)
    assert value(before, "stoa_http_connections_max") == 3
    with ExitStack() as stack:
        for _ in range(2):
            found(stack.enter_context(Wire(server)).send(message("GET", "/healthz")).reply())
        with Wire(server) as third:
            found(third.send(message("GET", "/healthz")).reply())
            with Wire(server) as fourth:
                assert_problem(fourth.reply(), 503)
    grows_to(server, 1, "stoa_http_connections_refused_total")
    assert value(metrics(server), "stoa_http_connections_total") >= value(before, "stoa_http_connections_total") + 3


def test_requests_that_cannot_be_read_are_counted(quiet):
    before = value(metrics(quiet), "stoa_http_unreadable_total")
    with Wire(quiet) as wire:
        assert_problem(wire.send(b"no request at all\r\n\r\n").reply(), 400)
    grows_to(quiet, before + 1, "stoa_http_unreadable_total")


@pytest.mark.sqlite("what others write to a shared database makes it of no use")
def test_answers_that_are_told_again_are_counted(start_server):
    server = start_server("--threads", "1")
    with server.client() as api:
        path = f"/posts/{a_post(api)['id']}"
        for _ in range(6):
            found(api.get(path))
    families = metrics(server)
    hits, misses = (value(families, f"stoa_cache_{which}_total", service="posts") for which in ("hits", "misses"))
    assert hits >= 3 and hits + misses == 6


def test_who_asks_for_too_much_is_counted_by_class(start_server):
    server = start_server(settings={"limits": "on", "read-limit": "0.001,2"})
    with server.client() as api:
        api.headers["X-Forwarded-For"] = "192.0.2.7"
        assert [api.get("/posts").status_code for _ in range(4)] == [200, 200, 429, 429]
    families = metrics(server)
    assert value(families, "stoa_limits_refused_total", **{"class": "read"}) == 2
    assert value(families, "stoa_limits_refused_total") == 2
    assert value(families, "stoa_limits_callers", **{"class": "read"}) == 1


def test_hashed_passwords_are_counted(start_secure):
    server = start_secure()
    with server.client() as api:
        before = value(metrics(server), "stoa_password_hashes_total")
        an_account(server)
    assert value(metrics(server), "stoa_password_hashes_total") > before


def test_commits_and_their_times_are_counted(start_server):
    server = start_server()
    with server.client() as api:
        for _ in range(3):
            a_post(api)
    families = metrics(server)
    commits = value(families, "stoa_database_commits_total", service="posts")
    assert value(families, "stoa_database_commit_duration_seconds_count", service="posts") == commits
    assert 0 < value(families, "stoa_database_commit_duration_seconds_sum", service="posts") < 3
    assert value(families, "stoa_database_up", service="posts") == 1


@pytest.mark.sqlite("writes share a commit there")
def test_groups_checkpoints_and_sizes_are_counted(start_server):
    server = start_server()
    with server.client() as api:
        for _ in range(3):
            a_post(api)
    families, of_posts = metrics(server), {"service": "posts"}
    assert value(families, "stoa_database_group_size_sum", **of_posts) == 3
    assert value(families, "stoa_database_size_bytes", **of_posts) == (server.data / "posts.db").stat().st_size
    assert value(families, "stoa_database_log_size_bytes", **of_posts) == (server.data / "posts.db-wal").stat().st_size
    assert (value(families, "stoa_database_checkpoint_duration_seconds_count", **of_posts)
            == value(families, "stoa_database_checkpoints_total", **of_posts))


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
