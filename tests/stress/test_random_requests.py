"""Requests by the ten thousand that nobody would write, made from the OpenAPI document: answered in order, or not."""

import json
import os
import socket
from collections import Counter

import pytest

from document import World
from grammar import Grammar
from unharmed import unharmed

SEED = int(os.environ.get("STRESS_SEED", 20))
REQUESTS = int(os.environ.get("STRESS_REQUESTS", 40_000))
WORLD_LASTS = 200  # Requests, as they delete what it is made of.
KNOWN = {200, 201, 304, 400, 401, 403, 404, 405, 409, 413, 415, 417, 422, 431}


def exchanged(server, sent: bytes) -> bytes:
    """Everything that is answered to somebody who says that no more comes."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(1 << 18):
                received += data
        except (BrokenPipeError, ConnectionResetError):
            pass  # It was refused before all was sent.
    return received


def answers(received: bytes) -> list[tuple[int, bytes]]:
    """Each whole, with its status; of one to a HEAD the head alone."""
    found = []
    while received:
        head, end, received = received.partition(b"\r\n\r\n")
        assert end and head.startswith(b"HTTP/1.1 "), f"an answer was expected: {head[:200]}"
        status, *fields = head.split(b"\r\n")
        named = dict(field.lower().split(b": ", 1) for field in fields if b": " in field)
        if (code := int(status.split()[1])) == 100:
            continue
        length = 0 if code == 304 or received.startswith(b"HTTP/1.1 ") else int(named[b"content-length"])
        body, received = received[:length], received[length:]
        assert len(body) in (0, length), "a whole body was expected"
        if body and named[b"content-type"].startswith(b"application/json"):
            json.loads(body)
        found.append((code, body))
    return found


def check(server, attempt) -> list[int]:
    found = answers(exchanged(server, attempt.sent))
    statuses = [status for status, _ in found]
    assert set(statuses) <= KNOWN, f"{KNOWN} were expected"
    if attempt.operation:
        assert len(statuses) == 1, "one answer was expected"
        promised = attempt.operation.statuses | {404, 405, 413}
        assert statuses[0] in promised, f"{attempt.operation} answers {sorted(promised)}, and not {statuses[0]}"
        assert not attempt.is_wrong or statuses[0] >= 400, "a refusal was expected, as the schema forbids it"
    return statuses


@pytest.mark.parametrize("auth", ["required", "open"])
def test_whatever_is_sent_is_answered_in_order_or_not_at_all(auth):
    print(f"\nSTRESS_SEED={SEED} STRESS_REQUESTS={REQUESTS}")
    grammar, seen = Grammar(), Counter()
    with unharmed(auth=auth) as server:
        for number in range(REQUESTS):
            if number % WORLD_LASTS == 0:
                world = World(server)
            attempt = grammar.attempt(world, f"{SEED} {number}")
            try:
                seen.update(check(server, attempt))
            except Exception as fault:
                raise AssertionError(f"seed {SEED}, request {number}: {fault}\n{attempt.sent[:3000]!r}") from fault
        print(dict(sorted(seen.items())))
        for status in (200, 201, 400, 404, 405, 409, 413, 415, 422, 431):
            if REQUESTS >= 40_000:
                assert seen[status], f"some were expected to be answered {status}: {seen}"
