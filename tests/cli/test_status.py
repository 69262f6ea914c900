"""`stoa status`: running servers at a glance."""

import itertools
import re
import threading
from contextlib import contextmanager

import pytest

from collector import heard
from program import Terminal, assert_refused, run
from sample import a_post, found
from waiting import until

SERVICES = ["messages", "posts", "users", "votes"]
COLUMNS = ["service", "operation", "rate", "4xx", "5xx", "p50", "p99"]


@contextmanager
def asked(server, *paths: str):
    """A client that asks for these all the time."""
    ended = threading.Event()

    def ask():
        with server.client() as api:
            while not ended.is_set():
                for path in paths:
                    api.get(path)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def status(*servers, interval: str = "0.5") -> str:
    ended = run("status", "--once", "--interval", interval, *(flag for each in servers for flag in ("--url", each.url)))
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return ended.stdout


def rows(table: str) -> dict[str, dict[str, str]]:
    lines = table.split("\n\n")[1].splitlines()[1:]
    return {line.split()[1]: dict(zip(COLUMNS, line.split(), strict=True)) for line in lines}


def test_it_tells_how_often_what_is_asked_for_and_how_long_that_takes(start_server):
    server = start_server()
    with asked(server, "/posts", "/users/nobody-there"):
        told = rows(status(server))
    lists, users = told["list_posts"], told["retrieve_user"]
    assert lists["service"] == "posts" and users["service"] == "users"
    assert float(lists["rate"]) > 5 and float(lists["4xx"]) == 0
    assert float(users["rate"]) > 5 and float(users["4xx"]) > 0.9 * float(users["rate"]) - 5
    assert 0 < float(lists["p50"]) <= float(lists["p99"]) < 5_000


@pytest.mark.sqlite("sizes of files are told")
def test_it_tells_of_the_process_and_of_each_database(start_server):
    server = start_server()
    with server.client() as api:
        a_post(api)
    told = status(server)
    assert re.match(rf"{server.url}  up \d+ s  stoa \d+\.\d+\.\d+ \(\S+\)\n", told), told
    assert re.search(r"^connections +\d+ open of 10000, ", told, re.MULTILINE)
    assert re.search(r"^process +\d+\.\d\d cores, \d+(\.\d)? MiB memory, \d+ files$", told, re.MULTILINE)
    databases = told.split("\n\n")[2].splitlines()[1:]
    assert [line.split()[:2] for line in databases] == [[service, "up"] for service in SERVICES]
    assert re.search(r"\d+ KiB", databases[1])


def test_a_database_that_is_away_is_told(start_server, postgres, uri):
    server = start_server(settings={"database": uri})
    assert "AWAY" not in status(server)
    postgres.stop()
    try:
        assert until(lambda: not server.ready() and "AWAY" in status(server, interval="0.1"), 20)
    finally:
        postgres.start()
    assert until(lambda: server.ready() and "AWAY" not in status(server, interval="0.1"), 20)


def test_several_processes_are_taken_together(start_server):
    posts, users = start_server(service="posts"), start_server(service="users")
    with asked(posts, "/posts"), asked(users, "/users/nobody-there"):
        told = status(posts, users)
    assert [line.split()[0] for line in told.splitlines()[:2]] == [posts.url, users.url]
    assert {"list_posts", "retrieve_user"} <= rows(told).keys()
    assert [line.split()[0] for line in told.split("\n\n")[2].splitlines()[1:]] == ["posts", "users"]


def test_without_a_terminal_it_prints_one_table_and_ends(server):
    ended = run("status", "--interval", "0.2", "--url", server.url)
    assert ended.returncode == 0 and ended.stdout.count("REQUESTS/S") == 1
    assert "\x1b" not in ended.stdout


def test_on_a_terminal_it_is_drawn_again_and_again(server):
    drawn = ""
    with Terminal("status", "--interval", "0.2", "--url", server.url) as terminal:
        for piece in terminal.pieces():
            drawn += piece
            if drawn.count("REQUESTS/S") >= 3:
                break
    assert drawn.count("\x1b[H\x1b[2J") >= 3


def test_it_goes_on_to_tell_of_a_server_that_refuses_everything_else(start_server):
    server = start_server("--read-limit", "0.001,1", settings={"limits": "on"})
    with server.client() as api:
        api.headers["X-Forwarded-For"] = "192.0.2.7"
        found(api.get("/posts"))
        assert api.get("/posts").status_code == 429
    assert "REQUESTS/S" in status(server)


def test_a_server_that_is_not_there_is_told(free_address):
    ended = run("status", "--once", "--url", f"http://{free_address}")
    assert_refused(ended, f"http://{free_address}", "--url", code=1)


def test_one_of_several_that_is_not_there_is_told_beside_what_the_others_do(server, free_address):
    away = f"http://{free_address}"
    ended = run("status", "--once", "--interval", "0.1", "--url", server.url, "--url", away)
    assert ended.returncode == 1 and away in ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].startswith(f"{server.url}  up ") and lines[1] == f"{away}  NO ANSWER"
    assert "metrics" in rows(ended.stdout)


def test_on_a_terminal_it_bears_with_a_server_that_goes_and_comes_back(start_server):
    server = start_server()
    with Terminal("status", "--interval", "0.2", "--url", server.url) as terminal:
        pieces = terminal.pieces()

        def draws(text: str) -> bool:
            return any(text in piece for piece in itertools.islice(pieces, 500))

        assert draws("  up ")
        server.stop()
        assert draws("NO ANSWER")
        server.start()
        assert draws("  up ")


@pytest.mark.parametrize("url", [
    "127.0.0.1:8080", "https://127.0.0.1:8080", "nonsense", "http://127.0.0.1:8080/api", "http://a:b@127.0.0.1:8080"])
def test_an_address_that_is_none_is_refused(url):
    assert_refused(run("status", "--once", "--url", url), url, code=1)


def test_who_is_no_stoa_is_told():
    """As where the address is that of a gateway, which does not pass metrics on."""
    with heard() as (url, _):
        assert_refused(run("status", "--once", "--url", url), url, "404", code=1)
