"""Limits by kind of request: reads, writes, log-ins, sign-ups; for an account where there is a token, for an address where not.

The tests are clients of this machine, which is a trusted proxy unless the server is told otherwise.
"""

import itertools
import re

import pytest

from accounts import PASSWORD, Caller, an_account, expired, log_in, plain, renew, sign_up, the_admin
from conftest import SECURE
from problem import assert_problem
from sample import a_name, a_post_id, an_address

BURST = 4
SLOW = SECURE | {"limits": "on", "guess-limit": "0.01,1000"} | {
    f"{each}-limit": f"0.01,{BURST}" for each in ("read", "write", "login", "signup")}

# A request of each class, which any caller may send again and again: its class, and what it is answered without a token.
CLASSES = {
    "read": (lambda caller: caller.get("/posts"), 200),
    "write": (lambda caller: caller.post("/posts", json={"title": "A", "text": "", "community": "cpp"}), 401),
    "login": (lambda caller: caller.post("/tokens", json={"username": a_name(), "password": PASSWORD}), 401),
    "signup": (lambda caller: caller.post("/users", json={"username": (name := a_name()), "email": an_address(name),
                                                          "password": PASSWORD}), 201),
}

every_class = pytest.mark.parametrize("name", CLASSES)


@pytest.fixture(scope="module")
def limited(start_module_server):
    """So slow that nothing comes back while a test runs."""
    return start_module_server(settings=SLOW)


@pytest.fixture(scope="module")
def addresses():
    """IPv4 addresses that no other test asks for."""
    return (f"203.0.113.{number}" for number in range(1, 255))


@pytest.fixture
def address(addresses):
    return next(addresses)


def from_address(server, address: str, token: str | None = None) -> Caller:
    return Caller(server, token, headers={"X-Forwarded-For": address})


def ask(name: str, caller) -> int:
    return CLASSES[name][0](caller).status_code


def answers(name: str, caller, times: int = BURST + 2) -> list[int]:
    return [ask(name, caller) for _ in range(times)]


def limited_after_burst(statuses: list[int]) -> bool:
    return 429 not in statuses[:BURST] and set(statuses[BURST:]) == {429}


# By class and by address.

@every_class
def test_each_class_has_its_own_share(limited, address, name):
    caller, (_, answer) = from_address(limited, address), CLASSES[name]
    assert answers(name, caller) == [answer] * BURST + [429] * 2
    for other in CLASSES:
        assert (ask(other, caller) == 429) == (other == name)


@every_class
def test_each_address_has_its_own_share(limited, addresses, name):
    for _ in range(2):
        assert limited_after_burst(answers(name, from_address(limited, next(addresses))))


WRITES = {
    "vote": lambda caller: caller.post("/votes", json={"post_id": 1, "direction": "up"}),
    "withdraw": lambda caller: caller.delete("/votes/1/voters/ada"),
    "karma": lambda caller: caller.patch("/users/ada/karma", json={"delta": 1}),
    "renewal": lambda caller: renew(caller.server, "nonsense", headers=caller.headers),
    "log-out": lambda caller: caller.delete("/tokens/x"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_all_that_is_no_read_log_in_or_sign_up_is_a_write(limited, address, write):
    caller = from_address(limited, address)
    assert write(caller).status_code == 401
    assert answers("write", caller, BURST - 1) == [401] * (BURST - 1)
    assert_problem(write(caller), 429)


@pytest.mark.parametrize("method, path, answer", [("HEAD", "/posts", 200), ("OPTIONS", "/posts", 200), ("POST", "/nowhere", 404),
                                                  ("PUT", "/posts", 405)])
def test_what_changes_nothing_is_a_read(limited, address, method, path, answer):
    caller = from_address(limited, address)
    for _ in range(BURST):
        assert caller.request(method, path).status_code == answer
    assert caller.request(method, path).status_code == ask("read", caller) == 429


@pytest.mark.parametrize("name", ["login", "signup"])
def test_an_account_is_no_help_to_make_more_of_them_or_to_guess_at_others(limited, address, name):
    token = an_account(limited).token
    answers(name, from_address(limited, address), BURST)
    assert ask(name, from_address(limited, address, token)) == 429


@every_class
def test_a_trusted_proxys_own_requests_are_not_limited(limited, name):
    assert 429 not in answers(name, Caller(limited), 3 * BURST)


# By account.

@pytest.mark.parametrize("role", ["member", "moderator"])
@pytest.mark.parametrize("name", ["read", "write"])
def test_an_account_has_its_own_share_wherever_it_calls_from(limited, addresses, role, name):
    account = an_account(limited, role)
    statuses = [ask(name, from_address(limited, next(addresses), account.token)) for _ in range(BURST + 2)]
    assert limited_after_burst(statuses) and statuses[0] in (200, 201)
    # Nor does another session give it more.
    assert ask(name, log_in(limited, account.username)) == 429


def test_accounts_of_one_address_do_not_share(limited, address):
    for _ in range(3):
        assert answers("read", from_address(limited, address, an_account(limited).token), BURST) == [200] * BURST
    assert answers("read", from_address(limited, address)) == [200] * BURST + [429] * 2


@pytest.mark.parametrize("role", ["admin", "service"])
@pytest.mark.parametrize("name", ["read", "write"])
def test_admins_and_services_are_not_limited(limited, address, role, name):
    caller = from_address(limited, address, an_account(limited, role).token)
    assert set(answers(name, caller, 3 * BURST)) <= {200, 201}


def test_a_token_that_is_not_valid_counts_for_the_address(limited, address):
    bad = [expired(an_account(limited, "admin")), "nonsense", "a.b.c"]
    statuses = [ask("read", from_address(limited, address, token)) for token in itertools.islice(itertools.cycle(bad), BURST + 2)]
    assert statuses == [401] * BURST + [429] * 2
    assert ask("read", from_address(limited, address)) == 429


# What answers say of it.

POLICY = re.compile(r'"(\w+)";q=(\d+);w=(\d+)')
STATE = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


def policy(response) -> tuple:
    name, quota, window = POLICY.fullmatch(response.headers["RateLimit-Policy"]).groups()
    return name, int(quota), int(window)


def state(response) -> tuple:
    name, remaining, seconds = STATE.fullmatch(response.headers["RateLimit"]).groups()
    return name, int(remaining), int(seconds)


@every_class
def test_an_answer_says_what_is_left(limited, address, name):
    caller, request = from_address(limited, address), CLASSES[name][0]
    for left in [*range(BURST - 1, -1, -1), 0]:
        response = request(caller)
        assert policy(response) == (name, BURST, BURST * 100)
        assert state(response)[:2] == (name, left)
        assert 0 < state(response)[2] <= BURST * 100
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 100


@pytest.mark.parametrize("path, status", [
    ("/posts", 200), ("/posts/9007199254740991", 404), ("/nowhere", 404), ("/posts?limit=0", 422), ("/messages?box=inbox", 401)])
def test_errors_say_it_too(limited, address, path, status):
    response = from_address(limited, address).get(path)
    assert response.status_code == status
    assert (policy(response)[0], state(response)[:2]) == ("read", ("read", BURST - 1))


def test_an_answer_to_an_account_says_what_is_left_for_it(limited, addresses):
    account = an_account(limited)
    left = [state(from_address(limited, next(addresses), account.token).get("/posts"))[1] for _ in range(3)]
    assert left == [BURST - 1, BURST - 2, BURST - 3]


def test_who_is_not_limited_is_told_of_no_limit(limited):
    for caller in (Caller(limited), the_admin(limited)):
        assert not {"RateLimit", "RateLimit-Policy"} & set(caller.get("/posts").headers)


@pytest.mark.parametrize("name, quota, window", [("read", 500, 10), ("write", 100, 20), ("login", 20, 100), ("signup", 20, 1000)])
def test_the_limits_if_nobody_says_otherwise(start_server, name, quota, window):
    server = start_server(settings=SECURE | {"limits": "on"})
    response = CLASSES[name][0](from_address(server, "203.0.113.7"))
    assert policy(response) == (name, quota, window)
    assert state(response)[:2] == (name, quota - 1)


@every_class
def test_with_limits_off_nothing_is_refused(start_server, name):
    server = start_server(settings=SLOW | {"limits": "off"})
    sign_up(server)
    caller = from_address(server, "203.0.113.7")
    assert 429 not in answers(name, caller, 3 * BURST)
    assert "RateLimit" not in CLASSES[name][0](caller).headers


# Proxies.

@pytest.fixture
def behind(start_server):
    """A server behind these proxies, and a function that spends a client's whole share by one header."""
    def start(**settings):
        return start_server(settings=SLOW | {name.replace("_", "-"): value for name, value in settings.items()})

    return start


def share(server, **headers) -> list[int]:
    """What a client is answered for BURST requests and one more."""
    caller = Caller(server, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return answers("read", caller, BURST + 1)


WHOLE, NONE = [200] * BURST + [429], [429] * (BURST + 1)


def test_a_peer_that_is_no_trusted_proxy_is_not_believed(behind):
    server = behind(trusted_proxies="10.0.0.0/8,2001:db8::/32")
    assert share(server, X_Forwarded_For="203.0.113.1") == WHOLE
    assert share(server, X_Forwarded_For="203.0.113.2") == share(server) == NONE


def test_a_client_is_the_last_that_is_no_trusted_proxy(behind):
    server = behind(trusted_proxies="127.0.0.0/8,10.0.0.0/8,192.0.2.77/32,2001:db8:ffff::/48")
    assert share(server, X_Forwarded_For="203.0.113.1, 10.1.2.3, 192.0.2.77, 2001:db8:ffff::1") == WHOLE
    assert share(server, X_Forwarded_For="198.51.100.1, 203.0.113.1, 10.200.2.3") == NONE
    assert share(server, X_Forwarded_For="203.0.113.1") == NONE
    assert share(server, X_Forwarded_For="203.0.113.1, 192.0.2.78") == WHOLE, "the neighbour of a proxy is a client"
    assert share(server, X_Forwarded_For="203.0.113.1, 2001:db8:fffe::1") == WHOLE
    assert 429 not in share(server, X_Forwarded_For="10.1.1.1, 192.0.2.77"), "nobody but proxies"


QUOTED = '"[2001:db8:5:5::1]:4711"'


@pytest.mark.parametrize("first, again, other", [
    ("for=203.0.113.1", "for=203.0.113.1", "for=203.0.113.2"),
    ("for=203.0.113.1;proto=https;by=10.0.0.1", "By=10.0.0.9; FOR=203.0.113.1", "for=203.0.113.2;by=203.0.113.1"),
    (f"for={QUOTED}", 'for="[2001:db8:5:5::2]"', 'for="[2001:db8:5:6::1]:4711"'),
    ('for="203.0.113.1:4711"', 'for="203.0.113.1:4712"', 'for="203.0.113.2:4711"'),
    ("for=203.0.113.1, for=10.0.0.1", "for=198.51.100.9;proto=http, for=203.0.113.1", "for=203.0.113.1, for=203.0.113.2"),
    ('for=203.0.113.1;host="a,b;for=203.0.113.9"', "for=203.0.113.1", "for=203.0.113.9")],
    ids=["an address", "parameters", "IPv6", "a port", "a chain", "a comma within quotes"])
def test_the_forwarded_header_may_be_chosen(behind, first, again, other):
    server = behind(trusted_proxies="127.0.0.0/8,10.0.0.0/8", forwarded_header="forwarded")
    assert share(server, Forwarded=first) == WHOLE
    assert share(server, Forwarded=again) == NONE
    assert share(server, Forwarded=other) == WHOLE


@pytest.mark.parametrize("chosen, header, ignored", [
    ("forwarded", {"Forwarded": "for=203.0.113.{}"}, {"X_Forwarded_For": "203.0.113.{}"}),
    ("x-forwarded-for", {"X_Forwarded_For": "203.0.113.{}"}, {"Forwarded": "for=203.0.113.{}"})])
def test_the_other_header_says_nothing(behind, chosen, header, ignored):
    def filled(headers: dict, number: int) -> dict:
        return {name: value.format(number) for name, value in headers.items()}

    server = behind(forwarded_header=chosen)
    assert 429 not in share(server, **filled(ignored, 1)) + share(server, **filled(ignored, 1))
    assert share(server, **filled(header, 1), **filled(ignored, 2)) == WHOLE
    assert share(server, **filled(header, 1), **filled(ignored, 3)) == NONE


@pytest.mark.parametrize("header, value", [("forwarded", "for=unknown"), ("forwarded", "for=_hidden"), ("forwarded", "nonsense"),
                                           ("forwarded", 'for="[::'), ("x-forwarded-for", "nonsense"), ("x-forwarded-for", "")])
def test_what_a_trusted_proxy_can_not_say_is_no_fault_of_the_client(behind, header, value):
    server = behind(forwarded_header=header)
    assert Caller(server, headers={header: value}).get("/posts").status_code in (200, 429)
    assert plain(server).get(f"/votes/{a_post_id()}").status_code == 200
