"""Requests of many clients that are sent at the same moment, each on a connection of its own."""

from collections import Counter
from contextlib import contextmanager

from problem import assert_json, assert_problem
from sample import found
from wire import Reply, Wire, json_message, message


def request(caller, method: str, path: str, body: dict | None = None, *, key: str | None = None) -> bytes:
    """As bytes, for the API, with the caller's token."""
    fields = [f"Authorization: Bearer {caller.token}"] if caller.token else []
    fields += [f"Idempotency-Key: {key}"] if key else []
    return message(method, f"/api/v1{path}", *fields) if body is None else json_message(method, f"/api/v1{path}", body,
                                                                                        *fields)


@contextmanager
def racers(server, count: int):
    """A function that sends a request of each and gives what they were answered, in their order."""
    wires = [Wire(server, timeout=30) for _ in range(count)]

    def race(requests: list[bytes]) -> list[Reply]:
        asking = wires[:len(requests)]
        assert len(asking) == len(requests)
        for wire, each in zip(asking, requests, strict=True):
            wire.send(each)
        return [wire.reply() for wire in asking]

    try:
        for reply in race([message("GET", "/api/v1/votes/1")] * count):
            found(reply)  # The connections stand before the start.
        yield race
    finally:
        for wire in wires:
            wire.close()


def one_winner(replies: list[Reply], won: int, lost: int) -> Reply:
    """And all the others lost, in order."""
    winners = [reply for reply in replies if reply.status_code == won]
    assert len(winners) == 1, f"one {won} was expected: {counted(replies)}"
    for reply in replies:
        if reply is not winners[0]:
            assert_problem(reply, lost)
    assert_json(winners[0])
    return winners[0]


def counted(replies: list[Reply]) -> Counter:
    return Counter(reply.status_code for reply in replies)
