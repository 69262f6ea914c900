"""Steps of the wall clock, back and forward: what was kept stays, and nobody waits for ever or is cut off."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from accounts import an_account, log_in, renew, write
from conftest import SECURE, Server
from ledger import Ledger, must_be_kept
from problem import assert_problem
from sample import TIME, a_name, a_post, draft, found, made
from waiting import until
from wire import Wire, json_message, message
from writers import Load

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS = [-HOUR, DAY, -2 * DAY, 400 * DAY, 0]


@pytest.fixture
def start(tmp_path):
    """Starts a server with a wall clock of its own; calling that sets it by so many seconds off the time."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        pytest.fail("libfaketime is needed: apt-get install faketime")
    offset, started = tmp_path / "offset", []

    def step(seconds: int) -> None:
        fresh = tmp_path / "offset.new"
        fresh.write_text(f"{seconds:+d}\n")
        fresh.rename(offset)

    def start_with_clock(**settings):
        server = Server(tmp_path / "data", settings=settings)
        server.environment |= {"LD_PRELOAD": str(libraries[0]), "FAKETIME_TIMESTAMP_FILE": str(offset),
                               "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        started.append(server)
        return server.start(), step

    step(0)
    yield start_with_clock
    for server in started:
        server.stop()


def time_of(thing: dict) -> float:
    return datetime.fromisoformat(thing["created_at"]).timestamp()


def test_steps_under_load_lose_nothing(start):
    server, step = start(**{"log-level": "warn"})
    ledger = Ledger()
    load = Load(server, ledger)
    for seconds in STEPS:
        step(seconds)
        load.go_on(10)
    load.end()
    assert set(ledger.outcomes) == {"done"}, ledger.outcomes
    must_be_kept(server, ledger)


def test_ids_grow_and_lists_stay_in_order(start):
    server, step = start()
    posts = []
    with server.client() as api:
        for seconds in STEPS:
            step(seconds)
            before = time.time() + seconds
            posts.append(a_post(api))
            assert TIME.fullmatch(posts[-1]["created_at"])
            told = time_of(posts[-1])
            assert before - 1 < told < before + 10, "the clock did not step"
        assert posts == sorted(posts, key=lambda post: post["id"])
        # A page at a time, and new ones meanwhile.
        listed, place = [], "/posts?limit=2"
        while place:
            page = found(api.get(place.removeprefix("/api/v1")))
            listed += [post["id"] for post in page["items"] if post["id"] <= posts[-1]["id"]]
            place = page["next"]
            step(-DAY)
            a_post(api)
    assert listed == [post["id"] for post in sorted(posts, key=lambda post: post["created_at"], reverse=True)]


def test_an_idempotency_key_is_known_for_a_day_of_that_clock(start):
    server, step = start()
    body, headers = draft(), {"Idempotency-Key": a_name()}
    with server.client() as api:
        post = made(api.post("/posts", json=body, headers=headers))
        for seconds in [-HOUR, -30 * DAY, 23 * HOUR, 0]:
            step(seconds)
            assert made(api.post("/posts", json=body, headers=headers)) == post
        step(25 * HOUR)
        assert made(api.post("/posts", json=body, headers=headers))["id"] > post["id"]


@pytest.mark.parametrize("seconds", [-10 * DAY, -HOUR, -MINUTE, MINUTE, HOUR, 10 * DAY])
def test_a_token_is_taken_or_refused_and_a_new_one_is_taken(start, seconds):
    server, step = start(**SECURE)
    ada = an_account(server)
    step(seconds)
    for caller in (ada, log_in(server, ada.username)):
        response = write(caller)
        if caller is ada and response.status_code == 401:
            assert_problem(response, 401)
        else:
            made(response)
    renewed = made(renew(server, ada.refresh_token))
    ada.token = renewed["access_token"]
    made(write(ada))


def test_limits_are_not_bound_to_the_wall_clock(start):
    server, step = start(**SECURE | {"limits": "on", "read-limit": "0.5,3"})
    with server.client() as api:
        api.headers["X-Forwarded-For"] = "203.0.113.9"  # this machine's own clients have no limit
        for seconds in [-DAY, 2 * DAY, 0]:
            assert until(lambda: api.get("/posts").status_code == 429, 10, every=0), "the limit is off"
            step(seconds)
            assert api.get("/posts").status_code == 429, "a step gives nobody more"
            assert until(lambda: api.get("/posts").status_code == 200, 10), "a step makes nobody wait"


def test_no_connection_is_closed_by_a_step(start):
    server, step = start()
    request = json_message("POST", "/api/v1/posts", draft())
    with Wire(server) as idle, Wire(server) as busy:
        found(idle.send(message("GET", "/api/v1/posts")).reply())
        busy.send(request[:-20])
        for seconds in STEPS:
            step(seconds)
            time.sleep(0.6)  # Limits of time are looked at each quarter of a second.
            found(idle.send(message("GET", "/api/v1/posts")).reply())
        made(busy.send(request[-20:]).reply())


@pytest.mark.parametrize("seconds", [-DAY, DAY])
def test_an_idle_connection_is_closed_in_its_time_after_a_step(start, seconds):
    server, step = start(**{"idle-timeout": 2, "body-timeout": 2})
    with Wire(server) as idle, Wire(server) as slow:
        found(idle.send(message("GET", "/api/v1/posts")).reply())
        slow.send(json_message("POST", "/api/v1/posts", draft())[:-20])
        begin = time.monotonic()
        step(seconds)
        assert_problem(slow.reply(), 408)
        assert idle.ended()
        assert 1 < time.monotonic() - begin < 8
