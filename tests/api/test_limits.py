"""Clients that are slow or too many are cut off, and the others do not notice."""

import time
from contextlib import ExitStack

import pytest

from problem import assert_problem
from sample import found
from wire import Wire, message

JSON = "Content-Type: application/json"
GOOD = message("GET", "/api/v1/votes/5")
CONNECTIONS = 6
PATIENCE = 6  # Seconds; the server's own limits are 1 second each.

HALVES = {
    "nothing": b"",
    "half a head": GOOD[:30],
    "a first line": b"GET /api/v1/posts HTTP/1.1\r\n",
    "half a body": message("POST", "/api/v1/posts", JSON, "Content-Length: 50", body=b'{"title": '),
    "half a chunk": message("POST", "/api/v1/posts", JSON, "Transfer-Encoding: chunked", body=b"a\r\n{"),
}


@pytest.fixture(scope="module")
def impatient(start_module_server):
    return start_module_server("--head-timeout", "1", "--body-timeout", "1", "--idle-timeout", "1")




@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_client_that_stops_is_cut_off(impatient, half):
    with Wire(impatient, timeout=PATIENCE) as wire:
        wire.send(half)
        if half:  # who has begun is told why it ends
            assert_problem(wire.reply(), 408)
        assert wire.ended()


@pytest.mark.parametrize("half", [HALVES["half a head"], HALVES["half a body"]], ids=["head", "body"])
def test_a_client_that_trickles_is_cut_off(impatient, half):
    """Each byte is in time, but the whole is not."""
    end = time.monotonic() + PATIENCE
    with Wire(impatient, timeout=0.3) as wire:
        wire.send(half)
        while time.monotonic() < end:
            try:
                wire.socket.send(b"x")
                if wire.socket.recv(1000) == b"":
                    return
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                return
    pytest.fail(f"still connected after {PATIENCE} seconds")


def test_an_idle_connection_is_closed_without_a_word(impatient):
    with Wire(impatient, timeout=PATIENCE) as wire:
        found(wire.send(GOOD).reply())
        assert wire.ended()


def test_slow_clients_do_not_hold_up_the_others(impatient):
    with ExitStack() as slow, impatient.client() as api:
        for _ in range(50):
            slow.enter_context(Wire(impatient)).send(HALVES["half a body"])
        started = time.monotonic()
        for _ in range(20):
            found(api.get("/votes/5"))
        assert time.monotonic() - started < 1


def test_a_connection_too_many_is_told_so_and_closed(start_server):
    server = start_server("--max-connections", str(CONNECTIONS))
    deadline = time.monotonic() + 10

    def a_place(stack) -> Wire:
        """Connections that were closed may still be counted for a moment, so this asks until there is a place."""
        while time.monotonic() < deadline:
            wire = stack.enter_context(Wire(server))
            if wire.send(GOOD).reply().status_code == 200:
                return wire
            wire.close()  # of those that are turned away, too, there may be only so many
            time.sleep(0.02)
        pytest.fail("a place that was given up was not given again")

    with ExitStack() as stack:
        held = [a_place(stack) for _ in range(CONNECTIONS)]
        for _ in range(3):
            with Wire(server) as wire:
                assert_problem(wire.send(GOOD).reply(), 503)
                assert wire.ended()
        for wire in held:
            found(wire.send(GOOD).reply())
        held[0].close()
        a_place(stack)
