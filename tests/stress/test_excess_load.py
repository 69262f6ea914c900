"""Ten times what the server can do: it does what it can, refuses the rest in order, and is then as before."""

import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts import PASSWORD, an_account, sign_up
from conftest import Server
from problem import assert_problem
from sample import draft
from unharmed import PROMPT, unharmed
from waiting import until
from wire import exchange, json_message, message

SOURCE = Path(__file__).parents[2] / "bench/load.c"
TIMES, SECONDS, CONNECTIONS = 10, 6, 2000
# Each write waits for a sync of its own, or for one connection: a disk, a database that can be overwhelmed.
SINGLE_WRITES = {"commit-group": 1, "database-writers": 1}
REAL_PASSWORDS = {"password-memory": 65536, "password-passes": 2}


@dataclass(frozen=True)
class Excess:
    """A kind of request whose capacity a client can exceed tenfold, and the settings for that. `clients` reach it."""

    settings: dict
    clients: int
    requests: Callable[[Server], list[bytes]]


def long_reads(server):
    return [message("GET", f"/api/v1/votes?post_ids={','.join(map(str, range(first, first + 200)))}")
            for first in range(1, 400)]


def writes(server):
    accounts = [an_account(server) for _ in range(20)]
    return [json_message("POST", "/api/v1/posts", draft(username=account.username, text="w" * 400),
                         f"Authorization: Bearer {account.token}")
            for account in accounts for _ in range(20)]


def log_ins(server):
    names = [sign_up(server)["username"] for _ in range(20)]
    return [json_message("POST", "/api/v1/tokens", {"username": name, "password": PASSWORD}) for name in names]


KINDS = {
    "long reads": Excess({"cache": 0}, 64, long_reads),
    "writes": Excess(SINGLE_WRITES, 64, writes),
    "log-ins": Excess(REAL_PASSWORDS, 16, log_ins),
}


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """The benchmarks' open loop: requests come when they are due, however the server fares; rate 0: when it answers."""
    program = tmp_path_factory.mktemp("load") / "load"
    subprocess.run(["cc", "-O2", "-o", program, SOURCE, "-lm"], check=True, timeout=60)

    def run(server, requests, rate: float, connections: int, seconds: int) -> dict[str, float]:
        file = program.with_name("requests")
        file.write_bytes(b"".join(b"%d\n%s\n" % (len(request), request) for request in requests))
        argv = [program, server.port, f"{rate:.0f}", seconds, connections, file]
        ended = subprocess.run(list(map(str, argv)), capture_output=True, text=True, timeout=seconds + 60)
        assert ended.returncode == 0, ended.stderr
        return {name: float(number) for name, number in (pair.split("=") for pair in ended.stdout.split())}

    return run


@contextmanager
def someone_who_watches(server, request: bytes):
    """Meanwhile asks how the server is, and looks closely at what else it is answered."""
    over, seen, faults = threading.Event(), [], []
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    method, target, _ = lines[0].split()
    headers = dict(line.split(": ", 1) for line in lines[1:] if not line.startswith("Host"))

    def watch():
        with server.site() as site:
            while not over.is_set():
                try:
                    assert site.get("/healthz").status_code == site.get("/readyz").status_code == 200
                    response = site.request(method, target, data=body, headers=headers)
                    if response.status_code // 100 != 2:
                        assert_problem(response, 503)
                    seen.append(response.status_code)
                except Exception as fault:  # Told in the test's own thread.
                    faults.append(fault)
                    return
                time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()
    assert not faults, f"who watches was expected to be answered, well: {faults[0]!r}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_ten_times_the_load_is_refused_in_order_while_the_rest_is_done(load, kind):
    with unharmed(**{"log-level": "warn"} | kind.settings) as server:
        requests = kind.requests(server)
        capacity = load(server, requests, 0, kind.clients, 3)["good"] / 3
        with someone_who_watches(server, requests[0]) as seen:
            result = load(server, requests, TIMES * capacity, CONNECTIONS, SECONDS)
        asked = sum(result[name] for name in ("good", "refused", "other", "gave_up", "broken"))
        each_second = {name: f"{result[name] / SECONDS:,.0f}" for name in ("good", "refused", "gave_up")}
        print(f"\ncapacity {capacity:,.0f}, asked for {asked / SECONDS:,.0f}, {each_second}; seen {len(seen)}")

        assert result["other"] == 0, "2xx and 503 alone were expected"
        assert result["broken"] == 0, "no connection was expected to break"
        assert asked > 0.7 * TIMES * capacity * SECONDS, "the load was expected to be ten times the capacity"
        assert result["refused"] > 0, "refusals were expected"
        assert result["good"] > capacity * SECONDS / 4, "a quarter of the capacity was expected to be used at least"
        assert seen, "who watches was expected to be answered at all"

        # What was queued when the load ended is worked off.
        assert until(lambda: is_accepted(server, requests[0]),
                     PROMPT), "no refusals were expected when the load was over"


def is_accepted(server, request: bytes) -> bool:
    return exchange(server, request).status_code // 100 == 2
