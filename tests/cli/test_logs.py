"""The log as JSON lines, what a request's line says, and slow statements."""

import json
import os
import pty
import re
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from conftest import BINARY
from exposition import read, value
from program import environment, served
from sample import draft, found, made
from waiting import until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
MADE = {"X-Request-Id": "checkout-7f3a.42", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Forwarded-For": "203.0.113.7"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def lines(server) -> list[dict]:
    return [json.loads(line) for line in server.log.read_text().splitlines()]


@pytest.fixture(scope="module")
def logged(tmp_path_factory) -> list[dict]:
    """The whole log of a server that was asked a few things."""
    folder = tmp_path_factory.mktemp("logged")
    with served(folder / "data", "--log-format", "json") as server, server.site() as site:
        for method, path in (("GET", "/api/v1/posts?limit=5&access_token=abc"), ("POST", "/api/v1/posts"),
                             ("GET", '/nowhere/%22"\\'), ("GET", "/docs")):
            site.request(method, path, headers=MADE)
        site.get("/api/v1/posts/%ff")
    return lines(server)


def of_requests(logged: list[dict]) -> list[dict]:
    return [line for line in logged if line.get("request_id") == MADE["X-Request-Id"]]


def test_every_line_is_an_object_with_a_time_a_level_and_a_message(logged):
    assert len(logged) > 8
    for line in logged:
        assert TIME.fullmatch(line["time"]) and line["level"] in ("info", "warning", "error") and line["message"], line


def test_a_request_has_a_line_that_says_what_came_of_it(logged):
    line = of_requests(logged)[0]
    assert line["client"] == MADE["X-Forwarded-For"], "which a proxy on this machine is believed"
    assert 0 < line["seconds"] < 5 and line["bytes"] > 2
    told = {name: line[name] for name in line if name not in ("time", "client", "seconds", "bytes")}
    assert told == {"level": "info", "message": "request", "method": "GET",
                    "path": "/api/v1/posts?limit=5&access_token=…",
                    "operation": "list_posts", "status": 422, "request_id": MADE["X-Request-Id"], "trace_id": TRACE}


def test_operations_and_failures_are_told(logged):
    assert [(line["operation"], line["status"]) for line in of_requests(logged)] == [
        ("list_posts", 422), ("create_post", 415), ("none", 404), ("docs", 200)]


def test_a_secret_in_a_query_is_not_logged(tmp_path):
    with served(tmp_path / "data") as server, server.site() as site:
        site.get("/api/v1/posts?limit=5&Password=correct-horse&apikey=battery")
    log = server.log.read_text()
    assert "?limit=5&Password=…&apikey=… " in log and "correct-horse" not in log and "battery" not in log


def logs_json(tmp_path, *flags: str) -> bool:
    with served(tmp_path / "data", *flags) as server:
        pass
    first = server.log.read_text().splitlines()[0]
    return first.startswith('{"time":"')


@pytest.mark.parametrize("flags, is_json", [
    ([], False), (["--log-format", "text"], False), (["--log-format", "json"], True), (["--log-format", "auto"], True)])
def test_the_format_of_a_log_in_a_file(tmp_path, flags, is_json):
    assert logs_json(tmp_path, *flags) == is_json


@pytest.mark.parametrize("log_format, is_json", [("text", False), ("auto", False), ("json", True)])
def test_the_format_of_a_log_on_a_terminal(tmp_path, free_address, log_format, is_json):
    screen, its_end = pty.openpty()
    command = [BINARY, "serve", "--data", tmp_path / "data", "--listen", free_address, "--log-format", log_format]
    with subprocess.Popen(command, env=environment(), stderr=its_end) as process:
        os.close(its_end)
        first = ""
        while "\n" not in first:
            first += os.read(screen, 65536).decode()
        process.terminate()
        process.wait(timeout=20)
    os.close(screen)
    assert first.startswith('{"time":"') == is_json
    assert ("\x1b[" in first) != is_json, "colours are for people"


# Slow statements.

LOCK = "lock table posts.posts in access exclusive mode"
LOCKED = """select count(*) from pg_locks
            where relation = 'posts.posts'::regclass and mode = 'AccessExclusiveLock' and granted"""


@contextmanager
def in_background(work):
    """Does it meanwhile, and to its end."""
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(work)
        yield
        result.result()


def slow_queries(server) -> float:
    with server.site() as site:
        return value(read(site.get("/metrics").text), "stoa_database_slow_queries_total", service="posts")


def test_a_slow_statement_of_sqlite_is_logged(start_server):
    """A write that waits for another process's."""
    server = start_server("--slow-query", "100", "--log-format", "json")
    with closing(sqlite3.connect(server.data / "posts.db", isolation_level=None)) as other, server.client() as api:
        other.execute("begin immediate")
        with in_background(lambda: made(api.post("/posts", json=draft(title="not to be seen")))):
            assert not until(lambda: slow_queries(server) > 0, 0.4)
            other.execute("rollback")
    assert until(lambda: slow_queries(server) >= 1, 5)
    line = next(line for line in lines(server) if line["message"] == "slow query")
    assert line["level"] == "warning" and line["database"] == "posts" and line["query"] == "begin immediate"
    assert 0.3 < line["seconds"] < 5


def test_a_slow_statement_of_postgresql_is_logged_without_its_values(start_server, postgres, uri):
    server = start_server("--slow-query", "100", "--log-format", "json", settings={"database": uri})
    with server.client() as api:
        found(api.get("/posts"))
        with in_background(lambda: postgres.sql(f"{LOCK}; select pg_sleep(0.6)", uri)):
            assert until(lambda: postgres.sql(LOCKED, uri).strip() == "1", 5)
            assert api.get("/posts/123456789").status_code == 404
    assert until(lambda: slow_queries(server) >= 1, 5)
    line = next(line for line in lines(server) if line["message"] == "slow query" and "from posts" in line["query"])
    assert line["database"] == "posts" and 0.3 < line["seconds"] < 5
    assert "$1" in line["query"] and "123456789" not in json.dumps(line)


@pytest.mark.parametrize("limit", ["0", "5000"])
def test_what_is_not_slow_enough_is_not_logged(start_server, limit):
    server = start_server("--slow-query", limit)
    with closing(sqlite3.connect(server.data / "posts.db", isolation_level=None)) as other, server.client() as api:
        other.execute("begin immediate")
        with in_background(lambda: made(api.post("/posts", json=draft()))):
            assert not until(lambda: slow_queries(server) > 0, 0.4)
            other.execute("rollback")
    assert slow_queries(server) == 0 and "slow query" not in server.log.read_text()
