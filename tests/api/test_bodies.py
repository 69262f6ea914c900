"""Which bodies can be read: JSON as strict as the contract asks for, of at most 1 MiB."""

import json

import pytest

from problem import assert_problem
from sample import a_community, a_name, draft, found, items, made
from wire import Wire, chunked, exchange, message

MIB = 1 << 20
JSON = "Content-Type: application/json"

UNREADABLE = {
    "nothing but white space": b" \n ",
    "cut off": b'{"title": "A"',
    "cut off in a string": b'{"title": "A',
    "more after the end": b'{"title": "A"} x',
    "two objects": b"{}{}",
    "comma at the end": b'{"title": "A",}',
    "no colon": b'{"title" "A"}',
    "single quotes": b"{'title': 'A'}",
    "bare name": b'{title: "A"}',
    "comment": b'{"title": "A" /* B */}',
    "not a number": b'{"title": NaN}',
    "infinity": b'{"title": Infinity}',
    "leading zero": b'{"title": 01}',
    "plus sign": b'{"title": +1}',
    "bare fraction": b'{"title": .5}',
    "True with a capital": b'{"title": True}',
    "raw line end in a string": b'{"title": "A\nB"}',
    "raw NUL": b'{"title": "A\0B"}',
    "NUL after the end": b'{"title": "A"}\0',
    "escaped NUL": b'{"title": "A\\u0000B"}',
    "escaped NUL in a name": b'{"ti\\u0000tle": "A"}',
    "unknown escape": b'{"title": "\\x41"}',
    "short escape": b'{"title": "\\u41"}',
    "lone high surrogate": b'{"title": "\\ud83d"}',
    "lone low surrogate": b'{"title": "\\ude00"}',
    "surrogates in the wrong order": b'{"title": "\\ude00\\ud83d"}',
    "high surrogate before text": b'{"title": "\\ud83dA"}',
    "lone surrogate in a name": b'{"\\ud83d": "A"}',
    "invalid UTF-8": b'{"title": "\xff"}',
    "UTF-8 cut off": b'{"title": "\xf0\x9f\x98"}',
    "overlong UTF-8": b'{"title": "\xc0\xaf"}',
    "surrogate as UTF-8": b'{"title": "\xed\xa0\xbd"}',
    "beyond the last code point": b'{"title": "\xf4\x90\x80\x80"}',
    "invalid UTF-8 in a name": b'{"\xff": "A"}',
    "UTF-16": '{"title": "A"}'.encode("utf-16"),
    "member twice": b'{"title": "A", "title": "A"}',
    "member twice, once escaped": b'{"title": "A", "t\\u0069tle": "A"}',
    "unknown member twice": b'{"colour": 1, "colour": 1}',
    "nested 33 deep": b'{"title": ' + b"[" * 32 + b"]" * 32 + b"}",
    "nested 33 deep in objects": b'{"a": ' * 33 + b"1" + b"}" * 33,
    "nested 100,000 deep": b'{"title": ' + b"[" * 100_000,
}

NOT_JSON = ["text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
            "application/jsonp", "application/json-patch+json", "application/merge-patch+json", "json", "*/*", ""]


def post(api, body: bytes, media_type="application/json"):
    return api.post("/posts", data=body, headers={"Content-Type": media_type})


def vote(api, number: str, username: str):
    """Votes on a post whose number is sent as it is written."""
    body = f'{{"post_id": {number}, "direction": "up", "username": "{username}"}}'
    return api.post("/votes", data=body, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_json_object_can_not_be_read(api, body):
    assert_problem(post(api, body), 400)


@pytest.mark.parametrize("value", ["[" * 31 + "]" * 31, '{"a": ' * 31 + "1" + "}" * 31], ids=["lists", "objects"])
def test_nesting_of_32_can_be_read_but_is_no_title(api, value):
    body = json.dumps(draft(title="TITLE")).replace('"TITLE"', value)
    assert_problem(post(api, body.encode()), 422, pointer="/title")


@pytest.mark.parametrize("number", ["0.5", "1e400", "-1e400", "1e-400", "-0", "9007199254740993", "1" + "0" * 30])
def test_a_number_out_of_bounds_can_be_read_but_is_refused(api, number):
    assert_problem(vote(api, number, a_name()), 422, pointer="/post_id")


# A number that no post gets: votes on one that others made would move its author's karma beneath their tests.
@pytest.mark.parametrize("written", ["7000000000000003.0", "7000000000000003e0", "70000000000000030e-1", "0.7000000000000003E+16"])
def test_an_integer_can_be_written_as_any_json_number(api, written):
    voter = a_name()
    assert made(vote(api, written, voter))["post_id"] == 7000000000000003
    found(api.get(f"/votes/7000000000000003/voters/{voter}"))


def test_escapes_stand_for_the_characters_they_name(api):
    body = json.dumps(draft(title="TITLE")).replace("TITLE", r"\u0041\ud83d\ude00\n\"\\\/\u00e9")
    assert made(post(api, body.encode()))["title"] == 'A😀\n"\\/é'


@pytest.mark.parametrize("media_type", NOT_JSON)
def test_only_json_is_taken(api, media_type):
    assert_problem(post(api, json.dumps(draft()).encode(), media_type), 415)


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"])
def test_json_may_be_declared_in_any_way(api, media_type):
    made(post(api, json.dumps(draft()).encode(), media_type))


def padded(size: int, **members) -> bytes:
    return json.dumps(draft(**members)).encode().ljust(size)


@pytest.mark.parametrize("frame", ["length", "chunks"])
def test_a_body_of_1_mib_is_taken(server, frame):
    assert exchange(server, framed(padded(MIB), frame)).status_code == 201


@pytest.mark.parametrize("frame", ["length", "chunks"])
def test_a_body_beyond_1_mib_is_too_large_and_makes_nothing(server, api, frame):
    community = a_community()
    with Wire(server) as wire:
        assert_problem(wire.send(framed(padded(MIB + 1, community=community), frame)).reply(), 413)
    assert items(api.get(f"/posts?community={community}")) == []


def framed(body: bytes, frame: str) -> bytes:
    if frame == "length":
        return message("POST", "/api/v1/posts", JSON, f"Content-Length: {len(body)}", body=body)
    parts = [body[at:at + 65536] for at in range(0, len(body), 65536)]
    return message("POST", "/api/v1/posts", JSON, "Transfer-Encoding: chunked", body=chunked(*parts))


@pytest.mark.parametrize("length", [MIB + 1, 10**12, 2**63 - 1])
def test_a_body_declared_too_large_is_refused_before_it_is_sent(server, length):
    assert_problem(exchange(server, message("POST", "/api/v1/posts", JSON, f"Content-Length: {length}")), 413)


def test_the_greatest_body_is_a_matter_of_configuration(start_server):
    with start_server("--max-body", "2000").client() as api:
        assert post(api, padded(2000)).status_code == 201
        assert_problem(post(api, padded(2001)), 413)
