"""Slow loris: clients by the thousand that send a byte now and then are cut off in time, and nobody else notices."""

import time
from collections import Counter

import pytest

from crowd import crowd, good_traffic, listen
from problem import assert_problem
from sample import found, made
from unharmed import MIB, PROMPT, THREADS, an_actor, resident, unharmed
from wire import message

JSON = "Content-Type: application/json"
LORISES = 1000
BODIES = 800  # Of 1 MiB each.
NEARLY = message("POST", "/api/v1/posts", JSON, f"Content-Length: {MIB}", body=b" " * (MIB - 1))
HELD = THREADS * 128 * MIB + 64 * MIB  # Each I/O thread's bound, and what else is in use meanwhile.
LIMITS = {"head-timeout": 3, "body-timeout": 4, "idle-timeout": 3}
LATEST = 4 + 6  # Seconds: the longest of the limits, and what a machine that does other things may be late.

SLOW = {
    "heads": message("GET", "/api/v1/posts")[:-2] + b"X-Slow: ",
    "heads of many fields": message("GET", "/api/v1/posts")[:-2],
    "bodies": message("POST", "/api/v1/posts", JSON, "Content-Length: 100000", body=b'{"title": "'),
    "chunks": message("POST", "/api/v1/posts", JSON, "Transfer-Encoding: chunked", body=b"fffff\r\n{"),
    "sizes of chunks": message("POST", "/api/v1/posts", JSON, "Transfer-Encoding: chunked"),
    "first requests": b"",
    "second requests": message("GET", "/healthz"),
}
MORE = {"heads of many fields": b"a: b\r\n", "sizes of chunks": b"1\r\n{\r\n", "first requests": None,
        "second requests": None}


@pytest.mark.parametrize("kind", SLOW)
def test_the_slow_are_cut_off_and_the_others_do_not_notice(kind):
    more = MORE.get(kind, b"x")
    with unharmed(**LIMITS) as server:
        actor = an_actor(server)

        def read_and_write():
            made(actor.post("/posts", json={"title": "Meanwhile", "text": "", "community": "cpp"}))
            found(actor.get("/posts?limit=5"))

        with good_traffic(read_and_write, PROMPT) as took, crowd(server, LORISES) as members:
            for member in members:
                member.send(SLOW[kind])
            begin = time.monotonic()
            assert listen(members, LATEST, turn=(lambda member: member.send(more)) if more else None), \
                f"all were expected to be cut off within {LATEST} s, {sum(not each.ended for each in members)} were not"
            print(f"\n{LORISES} cut off after {time.monotonic() - begin:.1f} s; {len(took)} good requests meanwhile")
        answers = {tuple(member.statuses) for member in members}
        promised = {(), (408,)} if kind != "second requests" else {(200,)}
        assert answers <= promised, f"{promised} were expected"


def test_many_large_bodies_that_do_not_end_take_bounded_memory():
    """What is held of bodies is bounded; who comes with more is told so. Others may have to try again."""
    with unharmed(**{"body-timeout": 6}) as server:
        actor = an_actor(server)
        before, most = resident(server.process.pid), 0

        def insist():
            while (response := actor.post("/posts", json={"title": "Meanwhile", "text": "",
                                                          "community": "cpp"})).status_code == 503:
                assert_problem(response, 503)
                time.sleep(0.05)
            made(response)

        with good_traffic(insist, 2 * PROMPT), \
                crowd(server, BODIES) as members:
            unsent = dict.fromkeys(members, memoryview(NEARLY))

            def more(member):
                nonlocal most
                unsent[member] = unsent[member][member.send(unsent[member]):]
                most = max(most, resident(server.process.pid) - before)

            assert listen(members, 30, turn=more, every=0.05), "all were expected to be cut off"
        answers = Counter(tuple(member.statuses) for member in members)
        print(f"\n{BODIES} MiB were sent, {most / MIB:.0f} MiB were held at most; answers {dict(answers)}")
        assert set(answers) <= {(408,), (503,), ()}, f"{answers}"
        assert answers[503,] > 0, "some were expected to be refused"
        assert most < HELD, f"{most / MIB:.0f} MiB were held, at most {HELD / MIB:.0f} were expected"


def test_after_many_large_bodies_memory_is_given_back_without_any_help():
    """As above with the allocator as it is delivered: what was used once is not kept for good."""
    with unharmed(allocator={}, **{"body-timeout": 6}) as server, crowd(server, BODIES // 4) as members:
        unsent = dict.fromkeys(members, memoryview(NEARLY))

        def more(member):
            unsent[member] = unsent[member][member.send(unsent[member]):]

        assert listen(members, 30, turn=more, every=0.05), "all were expected to be cut off"
        assert resident(server.process.pid) > 64 * MIB, "much memory was expected to be in use"
