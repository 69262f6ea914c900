"""`--limits on`: each address beyond this machine has its own share of reads, and clients of this machine have no limit.

The tests are clients of this machine, as a proxy is, and so are believed when they say for whom they ask.
"""

import math
import socket
import time

import pytest

from conftest import Server
from problem import assert_problem
from sample import draft, found, made
from wire import exchange, message

BURST = 4
PATH = "/api/v1/posts"


def limits(rate: float, burst: int) -> dict:
    return {"limits": "on"} | {f"{each}-limit": f"{rate},{burst}" for each in ("read", "write", "login", "signup")}


@pytest.fixture(scope="module")
def limited(start_module_server):
    """So slow that nothing comes back while a test runs."""
    return start_module_server(settings=limits(0.01, BURST))


@pytest.fixture(scope="module")
def addresses():
    """IPv4 addresses that no other test asks for."""
    return (f"203.0.113.{number}" for number in range(1, 255))


@pytest.fixture
def address(addresses):
    return next(addresses)


def ask(server, *forwarded: str, path: str = PATH):
    return exchange(server, message("GET", path, *(f"X-Forwarded-For: {value}" for value in forwarded)))


def spend(server, *forwarded: str) -> None:
    for _ in range(BURST):
        found(ask(server, *forwarded))


def test_after_its_burst_an_address_is_told_when_to_come_again(limited, address):
    spend(limited, address)
    refused = ask(limited, address)
    assert_problem(refused, 429)
    assert refused.headers["Retry-After"].isdigit() and int(refused.headers["Retry-After"]) >= 1


def test_a_refused_request_does_nothing(limited, address):
    with limited.client() as api:
        for _ in range(BURST):
            made(api.post("/posts", json=draft(), headers={"X-Forwarded-For": address}))
        before = found(api.get("/posts"))
        assert_problem(api.post("/posts", json=draft(), headers={"X-Forwarded-For": address}), 429)
        assert found(api.get("/posts")) == before


def test_another_address_is_not_touched(limited, addresses):
    spend(limited, one := next(addresses))
    assert_problem(ask(limited, one), 429)
    spend(limited, next(addresses))


def test_all_reads_of_the_api_share_one_burst(limited, address):
    for path, status in [("/posts", 200), ("/votes/5", 200), ("/users/nobody-here", 404), ("/nowhere", 404)]:
        assert ask(limited, address, path=f"/api/v1{path}").status_code == status
    for path in ("/posts", "/votes/5", "/nowhere"):
        assert_problem(ask(limited, address, path=f"/api/v1{path}"), 429)


@pytest.mark.parametrize("forwarded", ["{0}", "198.51.100.9, {0}", "nonsense, 198.51.100.9,{0}", " {0} "])
def test_the_last_address_counts(limited, address, forwarded):
    """What stands before it is what the client itself said."""
    spend(limited, address)
    assert_problem(ask(limited, forwarded.format(address)), 429)


def test_the_last_line_counts_where_a_proxy_adds_one(limited, address):
    spend(limited, "198.51.100.9", address)
    assert_problem(ask(limited, "198.51.100.10", address), 429)
    assert_problem(ask(limited, address), 429)


def test_a_client_gets_no_more_by_naming_other_addresses(limited, address):
    answers = [ask(limited, f"198.51.100.{number}, {address}").status_code for number in range(BURST + 3)]
    assert answers == [200] * BURST + [429] * 3


@pytest.mark.parametrize("one, other", [
    ("2001:db8:1:1::1", "2001:db8:1:1::2"), ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
    ("2001:db8:1:3::1", "2001:DB8:1:3:0:0:0:1")])
def test_ipv6_addresses_of_one_64_share(limited, one, other):
    spend(limited, one)
    assert_problem(ask(limited, other), 429)


@pytest.mark.parametrize("one, other", [("2001:db8:2:1::1", "2001:db8:2:2::1"), ("2001:db8:2:3::1", "2001:db8:3:3::1")])
def test_ipv6_addresses_of_two_64_do_not(limited, one, other):
    spend(limited, one)
    spend(limited, other)


def test_an_ipv4_address_written_as_ipv6_is_the_same_client(limited, address):
    spend(limited, address)
    assert_problem(ask(limited, f"::ffff:{address}"), 429)


def test_two_ipv4_addresses_written_as_ipv6_do_not_share(limited, addresses):
    spend(limited, f"::ffff:{next(addresses)}")
    spend(limited, f"::ffff:{next(addresses)}")


@pytest.mark.parametrize("forwarded", [[], ["127.0.0.1"], ["127.8.8.8"], ["::1"]], ids=str)
def test_a_client_of_this_machine_has_no_limit(limited, forwarded):
    for _ in range(3 * BURST):
        found(ask(limited, *forwarded))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])
def test_what_is_beside_the_api_has_no_limit(limited, address, path):
    spend(limited, address)
    assert_problem(ask(limited, address), 429)
    for _ in range(3 * BURST):
        assert ask(limited, address, path=path).status_code == 200


def test_after_the_time_named_a_request_is_taken_again(start_server):
    server = start_server(settings=limits(1, 1))
    found(ask(server, "203.0.113.7"))
    refused = ask(server, "203.0.113.7")
    assert_problem(refused, 429)
    time.sleep(int(refused.headers["Retry-After"]))
    found(ask(server, "203.0.113.7"))
    assert_problem(ask(server, "203.0.113.7"), 429)


def test_it_comes_back_at_the_rate_and_no_faster(start_server):
    server = start_server(settings=limits(20, 5))
    started, taken = time.monotonic(), 0
    while time.monotonic() - started < 1:
        taken += ask(server, "203.0.113.7").status_code == 200
    elapsed = time.monotonic() - started
    assert 5 + 10 <= taken <= 5 + math.ceil(20 * elapsed)


def test_a_wait_of_more_than_a_second_is_named(limited, address):
    spend(limited, address)
    wait = int(ask(limited, address).headers["Retry-After"])
    assert 90 <= wait <= 100, "one request in 100 seconds"


def listening(address: str, folder) -> Server:
    """A server on more than this machine's loopback."""
    server = Server(folder / "data", settings=limits(0.01, BURST), by_environment=True)
    server.environment["STOA_LISTEN"] = f"{address}:{server.port}"
    return server


def own_address() -> str:
    """One of this machine's that is not loopback; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


def test_a_client_that_is_no_proxy_of_this_machine_is_not_believed(tmp_path):
    address = own_address()
    server = listening("0.0.0.0", tmp_path).start()
    try:
        def answers(forwarded: str) -> int:
            with socket.create_connection((address, server.port), timeout=10) as wire:
                wire.sendall(message("GET", PATH, f"X-Forwarded-For: {forwarded}", "Connection: close"))
                return int(wire.makefile("rb").readline().split()[1])

        assert [answers(f"203.0.113.{number}") for number in range(BURST + 2)] == [200] * BURST + [429] * 2
        assert answers("127.0.0.1") == 429
    finally:
        server.stop()


def test_with_limits_off_nothing_is_refused(start_server):
    server = start_server(settings=limits(0.01, 1) | {"limits": "off"})
    for _ in range(30):
        found(ask(server, "203.0.113.7"))


def test_a_server_of_both_protocols_knows_ipv4_clients_of_this_machine(tmp_path):
    """To a socket that takes both, 127.0.0.1 is ::ffff:127.0.0.1."""
    server = listening("[::]", tmp_path).start()
    try:
        for _ in range(3 * BURST):
            found(ask(server))
        spend(server, "203.0.113.7")
        assert_problem(ask(server, "203.0.113.7"), 429)
        spend(server, "203.0.113.8")
    finally:
        server.stop()
