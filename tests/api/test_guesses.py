"""Guessing passwords is slow: few wrong ones for an account, from one network and from anywhere, and few hashes at once."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts import PASSWORD, an_account, plain, sign_up, the_admin
from conftest import SECURE
from problem import assert_problem
from sample import a_name, an_address, found, made

BURST = 3
WRONG = PASSWORD + "!"
LIMITS = SECURE | {"limits": "on", "guess-limit": f"0.001,{BURST}"} | {
    f"{each}-limit": "10000,10000" for each in ("read", "write", "login", "signup")}


@pytest.fixture(scope="module")
def guarded(start_module_server):
    return start_module_server(settings=LIMITS)


@pytest.fixture
def name(guarded):
    return sign_up(guarded)["username"]


@pytest.fixture(scope="module")
def networks():
    """Addresses that are far from each other, each given once."""
    return (f"198.{number // 200}.{number % 200}.7" for number in itertools.count(20 * 200))


def guess(server, address: str, name: str, password: str = WRONG):
    return plain(server).post("/tokens", json={"username": name, "password": password}, headers={"X-Forwarded-For": address})


def statuses(server, address: str, name: str, *passwords: str) -> list[int]:
    return [guess(server, address, name, password).status_code for password in passwords]


def spend(server, address: str, name: str) -> None:
    assert statuses(server, address, name, *[WRONG] * BURST) == [401] * BURST


def test_after_some_wrong_passwords_a_network_has_to_wait_even_with_the_right_one(guarded, networks, name):
    spend(guarded, address := next(networks), name)
    for password in (WRONG, PASSWORD):
        refused = guess(guarded, address, name, password)
        assert_problem(refused, 429)
        assert 900 <= int(refused.headers["Retry-After"]) <= 1000


def test_another_network_and_another_account_are_not_touched(guarded, networks, name):
    spend(guarded, address := next(networks), name)
    made(guess(guarded, next(networks), name, PASSWORD))
    made(guess(guarded, address, sign_up(guarded)["username"], PASSWORD))


def test_the_name_in_another_case_is_the_same_account(guarded, networks, name):
    address = next(networks)
    written = [name, name.upper(), name.title()]
    assert [guess(guarded, address, each).status_code for each in written] == [401] * BURST
    assert_problem(guess(guarded, address, name.swapcase()), 429)


def test_addresses_of_one_64_are_one_network(guarded, name):
    for number in range(BURST):
        assert guess(guarded, f"2001:db8:7:7::{number}", name).status_code == 401
    assert_problem(guess(guarded, "2001:db8:7:7:ffff::1", name), 429)
    assert guess(guarded, "2001:db9:7:7::1", name).status_code == 401


def test_a_right_password_costs_nothing(guarded, networks, name):
    address = next(networks)
    assert statuses(guarded, address, name, *[PASSWORD] * (3 * BURST)) == [201] * (3 * BURST)
    mixed = [PASSWORD, WRONG] * BURST
    assert statuses(guarded, address, name, *mixed) == [201, 401] * BURST
    assert_problem(guess(guarded, address, name), 429)


def test_an_account_is_not_guessed_from_many_networks_at_once(guarded, networks, name):
    for _ in range(10):
        spend(guarded, next(networks), name)
    for password in (WRONG, PASSWORD):
        assert_problem(guess(guarded, next(networks), name, password), 429)
    made(guess(guarded, next(networks), sign_up(guarded)["username"], PASSWORD))


def test_an_unknown_name_is_answered_as_a_known_one_to_the_end(guarded, networks, name):
    def course(name: str) -> list:
        """Everything that is said to a guesser of a network and then of many."""
        answers = [guess(guarded, address, name) for address in [next(networks)] * (BURST + 1)]
        answers += [guess(guarded, next(networks), name) for _ in range(10 * BURST)]
        assert [answer.status_code for answer in answers] == [401] * BURST + [429] + [401] * 9 * BURST + [429] * BURST
        kept = ("Content-Type", "WWW-Authenticate", "RateLimit-Policy", "Cache-Control")
        return [(answer.text, *(answer.headers.get(header) for header in kept)) for answer in answers]

    assert course(name) == course(a_name()) == course("no name at all")


def test_a_change_of_password_is_no_way_to_guess(guarded, networks):
    ada = an_account(guarded)
    headers, place = {"X-Forwarded-For": next(networks)}, f"/users/{ada.username}/password"
    for _ in range(BURST):
        assert_problem(ada.put(place, json={"current": WRONG, "new": WRONG}, headers=headers), (401, 403))
    for current in (WRONG, PASSWORD):
        assert_problem(ada.put(place, json={"current": current, "new": WRONG}, headers=headers), 429)
    assert_problem(guess(guarded, headers["X-Forwarded-For"], ada.username, PASSWORD), 429)
    # An admin does not guess.
    found(the_admin(guarded).put(place, json={"new": WRONG}))


def test_a_network_may_guess_again_in_time(start_server):
    server = start_server(settings=LIMITS | {"guess-limit": "1,1"})
    name = sign_up(server)["username"]
    assert guess(server, "198.51.100.7", name).status_code == 401
    refused = guess(server, "198.51.100.7", name, PASSWORD)
    assert_problem(refused, 429)
    time.sleep(int(refused.headers["Retry-After"]))
    made(guess(server, "198.51.100.7", name, PASSWORD))


def test_guesses_made_at_once_are_counted_all(guarded, networks, name):
    address = next(networks)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: guess(guarded, address, name).status_code, range(24)))
    assert sorted(answers) == [401] * BURST + [429] * (24 - BURST)


def test_with_limits_off_guesses_are_not_counted(secure):
    name = sign_up(secure)["username"]
    assert statuses(secure, "198.51.100.7", name, *[WRONG] * 40, PASSWORD) == [401] * 40 + [201]


# The queue of hashes.

@pytest.fixture
def busy(start_server):
    """A server that is busy for long with a hash, and lets one more wait."""
    return start_server(settings=SECURE | {"password-memory": 262144, "password-passes": 3, "password-queue": 1})


def test_when_too_many_hashes_wait_the_next_is_told_to_come_again_and_all_else_is_answered(busy):
    name = sign_up(busy)["username"]
    started, slowest, reads = threading.Barrier(13), 0.0, 0

    def log_in(number: int):
        with busy.client() as api:
            started.wait()
            return api.post("/tokens", json={"username": name, "password": PASSWORD}, timeout=60)

    with ThreadPoolExecutor(12) as pool, busy.client() as api:
        logins = [pool.submit(log_in, number) for number in range(12)]
        started.wait()
        while not all(login.done() for login in logins):
            begun = time.monotonic()
            found(api.get("/posts"))
            slowest = max(slowest, time.monotonic() - begun)
            reads += 1
    statuses = [login.result().status_code for login in logins]
    assert set(statuses) == {201, 503}, statuses
    for login in logins:
        if login.result().status_code == 503:
            assert_problem(login.result(), 503)
    assert reads >= 10 and slowest < 2, (reads, slowest)
    # And afterwards it is as before.
    made(plain(busy).post("/tokens", json={"username": name, "password": PASSWORD}))


def test_the_queue_is_one_for_all_that_hashes(busy):
    ada = an_account(busy)
    calls = [lambda: plain(busy).post("/users", json={"username": a_name(), "email": an_address(), "password": PASSWORD}),
             lambda: ada.put(f"/users/{ada.username}/password", json={"current": WRONG, "new": WRONG})] * 6
    with ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(lambda call: call(), calls))
    assert 503 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {201, 401, 403, 503}
