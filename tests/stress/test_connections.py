"""Connections by the thousand: open, idle, half-closed, reset, and such as ask for more than they take."""

import random
import time

from crowd import Member, crowd, good_traffic, listen
from problem import assert_problem
from sample import a_post, found
from unharmed import MIB, PROMPT, an_actor, as_many_files_as_allowed, open_files, resident, unharmed
from waiting import until
from wire import json_message, message

GOOD = message("GET", "/api/v1/votes/5")
LIST = message("GET", "/api/v1/posts?limit=50")
LONG_LIST = message("GET", "/api/v1/posts?limit=50",
                    "X-Filler: " + "f" * 900)  # More of them than a socket's buffers take.
PATIENT = {"head-timeout": 120, "body-timeout": 120,
           "idle-timeout": 120}  # So that no limit of time does the test's work.
CROWD = min(4000, (as_many_files_as_allowed() - 500) // 3)
ROOM = CROWD // 2
GOOD_ANSWERS = 3
HALF_CLOSED = 400
CHURN, SEED = 20_000, 20
PIPELINE, PIPELINES = 10_000, 8
DEAF = 300
WRITE_TIMEOUT = 30  # Seconds, the server's own.


def reader(server):
    """What somebody else does meanwhile: they may be asked to come again, and are answered then."""
    api = server.client()

    def insist():
        while (response := api.get("/votes/5")).status_code == 503:
            assert_problem(response, 503)
            time.sleep(0.02)
        found(response)

    return insist


def one_answer(member) -> bool | None:
    return None if member.hear() else True


def insists(member) -> bool | None:
    """Asks until it has heard enough good answers."""
    if member.hear():
        assert set(member.statuses) <= {200, 503}, member.statuses
        if member.statuses.count(200) == GOOD_ANSWERS:
            return None
        member.send(GOOD)
    return True


def test_thousands_of_connections_all_are_answered_in_the_end():
    with unharmed(**PATIENT) as server, crowd(server, CROWD) as idle, crowd(server, CROWD) as active:
        for member in active:
            member.send(GOOD)
        assert listen(active, 90, hear=insists), f"{GOOD_ANSWERS} good answers for each of {CROWD} were expected"
        assert not any(member.ended for member in active), "no connection was expected to be closed"

        # Those who said nothing so far are heard just as well.
        for member in idle:
            assert member.send(GOOD) == len(GOOD)
        assert listen(idle, 30, hear=one_answer), "each of the idle was expected to be answered"
        answers = [status for member in idle for status in member.statuses]
        assert len(answers) == CROWD and set(answers) <= {200, 503}


def test_twice_the_connections_there_is_room_for_are_served_or_turned_away():
    with unharmed(**PATIENT | {"max-connections": ROOM}) as server:
        with crowd(server, 2 * ROOM) as members:
            for member in members:
                member.send(GOOD)
            assert listen(members, 30, hear=one_answer), "an answer or an end was expected for each"
            statuses = [member.statuses for member in members]
            # Connections of before, which are being closed, may count for a moment.
            assert ROOM - 20 <= statuses.count([200]) <= ROOM, f"{ROOM} were expected to be served"
            assert statuses.count([503]) > 0, "some were expected to be told that there is no room"
            # When too many come to tell all of them so.
            assert all(member.statuses or member.ended for member in members), "the others were expected to be closed"
            assert {status for member in members for status in member.statuses} == {200, 503}
        api = server.client()
        assert until(lambda: api.get("/votes/5").status_code == 200, PROMPT), "there was expected to be room again"


HALVES = {
    "a request": (GOOD, [200]),
    "a write": (json_message("POST", "/api/v1/votes", {"post_id": 5, "direction": "up"}), [401]),
    "three requests": (GOOD * 3, [200] * 3),
    "a request and a half": (GOOD + GOOD[:20], [200]),
    "half a head": (GOOD[:20], []),
    "half a body": (message("POST", "/api/v1/posts", "Content-Type: application/json", "Content-Length: 90",
                            body=b'{"title'), []),
    "half a chunk": (message("POST", "/api/v1/posts", "Content-Type: application/json", "Transfer-Encoding: chunked",
                             body=b"f\r\n{"), []),
    "nothing": (b"", []),
}


def test_half_closed_connections_get_what_is_due_and_are_closed_at_once():
    with unharmed(**PATIENT) as server:
        with good_traffic(reader(server), PROMPT), crowd(server, HALF_CLOSED * len(HALVES)) as members:
            due = list(HALVES.values()) * HALF_CLOSED
            for member, (sent, _) in zip(members, due, strict=True):
                member.send(sent)
                member.finish()
            assert listen(members, 15), "the server was expected to close every one of them"
        for member, (sent, statuses) in zip(members, due, strict=True):
            heard = [status for status in member.statuses if status != 400]  # A half may be called one.
            expected = f"{statuses} was expected after {sent!r}, {member.statuses} came"
            assert heard == statuses or heard.count(503), expected
            assert not member.unread, "no half answer was expected"


def part_of_a_life(server, rng: random.Random, requests: list[bytes]) -> int:
    """A connection that ends anywhere, politely or not."""
    member = Member(server)
    request = rng.choice(requests) * rng.choice([1, 1, 1, 20])
    point = rng.randrange(4)
    if point == 1:
        member.send(request[:rng.randrange(len(request))])
    elif point >= 2:
        member.send(request)
    if point == 3:
        listen([member], 5, hear=one_answer)
    member.close(reset=rng.random() < 0.5)
    return len(member.statuses)


def test_churn_of_connections_leaves_nothing():
    rng = random.Random(SEED)
    with unharmed(**PATIENT) as server:
        actor = an_actor(server)
        requests = [GOOD, LIST, message("GET", "/api/v1/messages?box=inbox", f"Authorization: Bearer {actor.token}"),
                    json_message("POST", "/api/v1/posts", {"title": "Churn", "text": "w" * 2000, "community": "churn"},
                                 f"Authorization: Bearer {actor.token}")]
        with good_traffic(reader(server), PROMPT):
            answered = sum(part_of_a_life(server, rng, requests) for _ in range(CHURN))
        assert answered > CHURN / 8, "some were expected to be answered"


def test_huge_pipelines_that_nobody_reads_are_held_back():
    """What is not taken is not made: the client is held up, not the server's memory filled."""
    with unharmed(**PATIENT | {"log-level": "warn"}) as server:
        actor = an_actor(server)
        for _ in range(50):
            a_post(actor, username=actor.username)
        before = resident(server.process.pid)
        with crowd(server, PIPELINES) as members, good_traffic(reader(server), PROMPT):
            unsent = {member: memoryview(LONG_LIST * PIPELINE) for member in members}

            def push() -> int:
                pushed = 0
                for member in members:
                    size = member.send(unsent[member])
                    unsent[member] = unsent[member][size:]
                    pushed += size
                return pushed

            deadline = time.monotonic() + 30
            quiet_since = time.monotonic()
            while time.monotonic() < quiet_since + 1:
                assert time.monotonic() < deadline, "the client was expected to be held up"
                if push():
                    quiet_since = time.monotonic()
                time.sleep(0.02)
            assert all(map(len, unsent.values())), "every one of the pipelines was expected to be held up"
            grown = resident(server.process.pid) - before
            left = sum(map(len, unsent.values()))
            print(f"\nwhile nobody reads: {grown / MIB:.1f} MiB more, unsent {left / MIB:.1f} MiB")
            assert grown < 16 * MIB, f"{grown / MIB:.0f} MiB more than before, at most 16 were expected"

            def reads_all(member):
                member.hear()
                unsent[member] = unsent[member][member.send(unsent[member]):]
                return None if len(member.statuses) == PIPELINE else True

            assert listen(members, 120, hear=reads_all), "every request was expected to be answered"
            assert {status for member in members for status in member.statuses} <= {200, 503}
            print(f"at most {(resident(server.process.pid) - before) / MIB:.1f} MiB more when all was read")


def test_clients_that_never_read_are_closed():
    with unharmed(**PATIENT | {"log-level": "warn"}) as server:
        actor = an_actor(server)
        for _ in range(50):
            a_post(actor, username=actor.username)
        pid = server.process.pid
        before, files = resident(pid), open_files(pid)
        with crowd(server, DEAF, receive_buffer=4096) as members, good_traffic(reader(server), PROMPT):
            for member in members:
                member.send(LIST * 1000)
            assert until(lambda: open_files(pid) >= files + DEAF, 10)
            grown = 0

            def are_closed():
                nonlocal grown
                grown = max(grown, resident(pid) - before)
                return open_files(pid) <= files + 4

            assert until(are_closed, WRITE_TIMEOUT + 30), "the server was expected to give up on those who do not read"
            print(f"\nmeanwhile at most {grown / MIB:.1f} MiB more")
            # The answers that go out at once, twice as they grow, and what was read ahead.
            assert grown < DEAF * 320 * 1024, f"{grown / MIB:.0f} MiB more than before"
