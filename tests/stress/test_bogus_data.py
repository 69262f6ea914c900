"""Every field, body and parameter of every operation with everything wrong: clear answers, and nothing happens."""

import json
import time
from contextlib import ExitStack
from difflib import unified_diff
from functools import cache

import pytest

from bogus import (BAD_ENCODINGS, BAD_KEYS, MEDIA_TYPES, MIB, bad_parameters, fields, unreadable, unreadable_bodies,
                   values)
from document import SERVICES, World, operations
from problem import assert_json, assert_problem
from unharmed import unharmed
from waiting import until
from wire import Wire

OPERATIONS = sorted(operations(), key=lambda operation: SERVICES.index(operation.service))
WITH_BODY = [operation for operation in OPERATIONS if operation.schema]
WITH_KEY = [operation for operation in OPERATIONS if operation.named("header")]
TOO_LONG = "a" * 20_000  # More than a head may be.


def contents(world) -> list[str]:
    """All that the services keep, as lines of SQL."""
    return world.server.engine.dump(world.server.data).splitlines()


def contents_after(seconds: float, world) -> list[str]:
    time.sleep(seconds)
    return contents(world)


def each(chosen):
    return pytest.mark.parametrize("operation", chosen, ids=str)


@pytest.fixture(scope="module")
def worlds():
    """A server for the operations of each service, made when the first of them comes."""
    with ExitStack() as stack:
        def world(_) -> World:
            world = World(stack.enter_context(unharmed()))
            assert until(lambda: contents(world) == contents_after(0.5, world),
                         20), "what follows from votes was expected to be done"
            return world

        yield cache(world)


@pytest.fixture
def world(worlds, operation):
    world = worlds(operation.service)
    yield world
    code = world.server.process.poll()
    assert code is None, f"the server was expected to be alive and ended with {code}"
    assert world.server.ready(), "the server was expected to be ready"


class Conversation:
    """Asks on one connection as long as the server keeps it, and gathers what was answered as it should not."""

    def __init__(self, world, operation):
        self.world, self.operation, self.wire, self.asked, self.faults = world, operation, None, 0, []

    def ask(self, request: bytes):
        self.wire = self.wire or Wire(self.world.server, timeout=20)
        reply = self.wire.send(request).reply()
        if reply.headers.get("Connection") == "close":
            self.wire.close()
            self.wire = None
        return reply

    def refused(self, name: str, request: bytes, *statuses: int, pointer: str | None = None) -> None:
        """As a problem of one of these statuses, which names the fault."""
        self.asked += 1
        try:
            problem = assert_problem(self.ask(request), statuses)
            assert problem["status"] in self.operation.statuses, f"{problem['status']} is not described"
            if pointer is not None and problem["status"] == 422:
                named = [fault.get("pointer", "") for fault in problem["errors"]]
                assert any(each.startswith(pointer) for each in named), f"a fault of {pointer} was expected: {named}"
        except Exception as fault:
            self.faults.append(f"{name}: {fault}")
            self.wire = None

    def survived(self, name: str, request: bytes) -> None:
        """Taken or refused, as the document says."""
        self.asked += 1
        try:
            reply = self.ask(request)
            assert_json(reply)
            promised = self.operation.statuses - {500, 503}
            assert reply.status_code in promised, f"{reply.status_code} is not expected: {reply.text[:300]}"
        except Exception as fault:
            self.faults.append(f"{name}: {fault}")
            self.wire = None

    def end(self) -> None:
        if self.wire:
            self.wire.close()
        assert self.asked
        shown = "\n".join(fault[:400] for fault in self.faults[:20])
        if self.faults:
            pytest.fail(f"{len(self.faults)} of {self.asked} were not answered as expected:\n{shown}", pytrace=False)


@pytest.fixture
def nothing_is_written(world):
    before = contents(world)
    yield
    now = contents(world)
    if now != before:
        changes = "\n".join(list(unified_diff(before, now, "before", "now", n=0, lineterm=""))[:20])
        pytest.fail(f"nothing was expected to be written:\n{changes}", pytrace=False)


@each(WITH_BODY)
def test_a_field_with_a_value_it_does_not_take_is_named_and_nothing_is_written(world, operation, nothing_is_written):
    talk = Conversation(world, operation)
    for field in fields(operation.schema, world.body(operation)):
        for case in values(field)[0]:
            is_object = field.pointer or case.body.startswith(b"{")
            talk.refused(case.name, world.request(operation, case.body), 422 if is_object else 400,
                         pointer=case.pointer)
    talk.end()


@each(WITH_BODY)
def test_a_field_that_can_not_be_read_is_refused_and_nothing_is_written(world, operation, nothing_is_written):
    talk = Conversation(world, operation)
    for field in fields(operation.schema, world.body(operation)):
        for case in unreadable(field):
            talk.refused(case.name, world.request(operation, case.body), 400)
    talk.end()


@each(WITH_BODY)
def test_a_body_that_is_none_is_refused_and_nothing_is_written(world, operation, nothing_is_written):
    talk = Conversation(world, operation)
    good = json.dumps(world.body(operation)).encode()
    for name, body in unreadable_bodies(good).items():
        talk.refused(name, world.request(operation, body), 400)
    for media_type in MEDIA_TYPES:
        fields = [f"Content-Type: {media_type}"] if media_type is not None else []
        talk.refused(f"as {media_type}", world.request(operation, good, fields=fields), 415)
    for coding in ("gzip", "deflate", "br", "utf-8"):
        fields = ["Content-Type: application/json", f"Content-Encoding: {coding}"]
        talk.refused(f"coded {coding}", world.request(operation, b"\x1f\x8b\x08" + good, fields=fields), 400, 415)
    for size in (MIB + 1, 4 * MIB):
        talk.refused(f"{size} bytes", world.request(operation, good.ljust(size)), 413)
    talk.end()


@each(OPERATIONS)
def test_a_parameter_that_is_none_is_refused_and_nothing_is_written(world, operation, nothing_is_written):
    talk = Conversation(world, operation)
    body = json.dumps(world.body(operation)).encode() if operation.schema else None

    def ask(name: str, *statuses, **where):
        talk.refused(name, world.request(operation, body, **where), *statuses)

    required = world.query_values(operation)
    for parameter in operation.named("query"):
        name = parameter["name"]
        others = "".join(f"{other}={value}&" for other, value in required.items() if other != name)
        for value in bad_parameters(parameter):
            ask(f"{name}={value[:60]}", 422, query=f"{others}{name}={value}")
        for value in BAD_ENCODINGS:
            ask(f"{name}={value}", 400, query=f"{others}{name}={value}")
        ask(f"{name} twice", 422, query=f"{others}{name}=1&{name}=1")
        ask(f"{name} in capitals", 422, query=f"{others}{name.upper()}=1")
        ask(f"{name} of 20,000", 431, query=f"{others}{name}={TOO_LONG}")
    for parameter in operation.named("path"):
        for value in bad_parameters(parameter):
            if value or not operation.path.endswith("}"):
                ask(f"{parameter['name']} {value[:60]}", 404, path={parameter["name"]: value})
        for value in BAD_ENCODINGS:
            ask(f"{parameter['name']} {value}", 400, path={parameter["name"]: value})
        ask(f"{parameter['name']} of 20,000", 431, path={parameter["name"]: TOO_LONG})
    ask("unknown", 422, query="&".join([*(f"{name}={value}" for name, value in required.items()), "colour=red"]))
    ask("of others", 422, query="&".join([*(f"{name}={value}" for name, value in required.items()),
                                          f"user={world.member.username}"]))
    for value in BAD_ENCODINGS:
        ask(f"unknown {value}", 400, query=f"{value}=1")
    talk.end()


@each(WITH_KEY)
def test_an_idempotency_key_that_is_none_is_refused_and_nothing_is_written(world, operation, nothing_is_written):
    talk = Conversation(world, operation)
    body = json.dumps(world.body(operation)).encode() if operation.schema else b""
    for key in BAD_KEYS:
        request = world.request(operation, body, fields=["Content-Type: application/json", f"Idempotency-Key: {key}"])
        talk.refused(f"key {key[:20]!r}", request, 400, 422)
    talk.end()


# The last, as it writes.
@each(WITH_BODY)
def test_a_field_with_any_value_it_may_have_does_no_harm(world, operation):
    talk = Conversation(world, operation)
    for field in fields(operation.schema, world.body(operation)):
        for case in values(field)[1]:
            talk.survived(case.name, world.request(operation, case.body))
    talk.end()
