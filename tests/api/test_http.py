"""HTTP/1.1 itself: what is framed well is answered, what is not is refused and can smuggle nothing past."""

import json

import pytest

from problem import assert_problem
from sample import a_community, a_name, a_post, a_post_id, draft, found, items
from wire import Wire, chunked, exchange, json_message, message

POSTS = "/api/v1/posts"
JSON = "Content-Type: application/json"
MAX_HEAD = 16384

MALFORMED = {
    "no target": b"GET\r\nHost: x\r\n\r\n",
    "no version": b"GET /healthz\r\nHost: x\r\n\r\n",
    "unknown protocol": b"GET /healthz SPDY/1.1\r\nHost: x\r\n\r\n",
    "version that is none": b"GET /healthz HTTP/one\r\nHost: x\r\n\r\n",
    "space in the target": b"GET /health z HTTP/1.1\r\nHost: x\r\n\r\n",
    "method that is none": b"G@T( /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "target without slash": b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "control in the target": b"GET /health\x01z HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes beyond ASCII in the target": b"GET /health\xffz HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS greeting": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
    "field without colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n",
    "field without name": b"GET /healthz HTTP/1.1\r\nHost: x\r\n: value\r\n\r\n",
    "space before the colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
    "space in a field name": b"GET /healthz HTTP/1.1\r\nHost: x\r\nBad Name: value\r\n\r\n",
    "NUL in a field": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
    "bare CR in a field": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\rX-B: b\r\n\r\n",
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
}

# After each comes a whole request that a server which reads the framing wrongly would answer.
SMUGGLED = message("DELETE", "/api/v1/posts/{id}")
AMBIGUOUS = {
    "length and chunks": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "chunks and length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "two lengths": ["Content-Length: 5", "Content-Length: 0"],
    "two lengths in one field": ["Content-Length: 5, 0"],
    "negative length": ["Content-Length: -1"],
    "length with a sign": ["Content-Length: +5"],
    "hexadecimal length": ["Content-Length: 0x5"],
    "length a fraction": ["Content-Length: 5.0"],
    "length with a letter": ["Content-Length: 5a"],
    "length empty": ["Content-Length: "],
    "unknown coding": ["Transfer-Encoding: xchunked"],
    "identity coding": ["Transfer-Encoding: identity"],
    "chunked not last": ["Transfer-Encoding: chunked, identity"],
    "chunked twice": ["Transfer-Encoding: chunked, chunked"],
    "chunked twice in two fields": ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    "coding after a vertical tab": ["Transfer-Encoding: \x0bchunked"],
}

BAD_CHUNKS = {
    "size that is no number": b"xyz\r\n{}\r\n0\r\n\r\n",
    "size negative": b"-2\r\n{}\r\n0\r\n\r\n",
    "size with a prefix": b"0x2\r\n{}\r\n0\r\n\r\n",
    "size empty": b"\r\n{}\r\n0\r\n\r\n",
    "data longer than its size": b"1\r\n{}\r\n0\r\n\r\n",
}

BAD_ENCODINGS = ["%", "%f", "%zz", "%2", "%ff", "%c0%80", "%ed%a0%bd", "%00", "a%00b"]


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_answered_as_json_and_ends_the_connection(server, request_bytes):
    with Wire(server) as wire:
        assert_problem(wire.send(request_bytes).reply(), 400)
        assert wire.ended()


@pytest.mark.parametrize("fields", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_framing_is_refused_and_what_follows_is_not_answered(server, api, fields):
    post = a_post(api)
    hidden = SMUGGLED.replace(b"{id}", b"%d" % post["id"])
    with Wire(server) as wire:
        wire.send(message("POST", POSTS, JSON, *fields, body=b"0\r\n\r\n" + hidden))
        assert_problem(wire.reply(), 400)
        assert wire.ended()
    assert found(api.get(f"/posts/{post['id']}")) == post


@pytest.mark.parametrize("body", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_bad_chunks_are_refused_and_what_follows_is_not_answered(server, api, body):
    post = a_post(api)
    hidden = SMUGGLED.replace(b"{id}", b"%d" % post["id"])
    with Wire(server) as wire:
        wire.send(message("POST", POSTS, JSON, "Transfer-Encoding: chunked", body=body + hidden))
        assert_problem(wire.reply(), 400)
        assert wire.ended()
    assert found(api.get(f"/posts/{post['id']}")) == post


@pytest.mark.parametrize("size", ["F" * 16, "1" + "0" * 16, "F" * 40, "7" + "F" * 15])
def test_a_chunk_beyond_all_bounds_is_refused(server, size):
    reply = exchange(server, message("POST", POSTS, JSON, "Transfer-Encoding: chunked", body=f"{size}\r\n{{}}".encode()))
    assert_problem(reply, (400, 413))


@pytest.mark.parametrize("length", [2**64, 2**64 + 5, 10**30])
def test_a_length_beyond_all_bounds_is_refused(server, length):
    with Wire(server) as wire:
        assert_problem(wire.send(message("POST", POSTS, JSON, f"Content-Length: {length}", body=b"12345")).reply(), (400, 413))
        assert wire.ended()


@pytest.mark.parametrize("text", BAD_ENCODINGS)
def test_a_target_that_can_not_be_decoded_can_not_be_read(server, text):
    for target in (f"{POSTS}/{text}", f"/api/v1/users/{text}", f"{POSTS}?community={text}", f"{POSTS}?{text}=1"):
        assert_problem(exchange(server, message("GET", target)), 400)


def test_a_target_is_decoded(server, api):
    community = a_community()
    post = a_post(api, community=community)
    encoded = "".join(f"%{ord(letter):02x}" for letter in community)
    reply = exchange(server, message("GET", f"/api/v1/%70osts?%63ommunity={encoded}"))
    assert [each["id"] for each in items(reply)] == [post["id"]]


GOOD = message("GET", "/api/v1/votes/5")
ERRORS = {
    400: json_message("POST", POSTS, []),
    404: message("GET", "/api/v1/nowhere"),
    405: message("DELETE", POSTS),
    409: None,
    415: message("POST", POSTS, "Content-Type: text/plain", "Content-Length: 2", body=b"{}"),
    422: json_message("POST", POSTS, {}),
}


@pytest.mark.parametrize("status", ERRORS)
def test_after_an_error_the_next_good_request_succeeds_on_the_same_connection(server, status):
    vote = json_message("POST", "/api/v1/votes", {"post_id": a_post_id(), "direction": "up", "username": a_name()})
    with Wire(server) as wire:
        if status == 409:
            assert wire.send(vote).reply().status_code == 201
        for _ in range(2):
            assert_problem(wire.send(ERRORS[status] or vote).reply(), status)
            found(wire.send(GOOD).reply())


def test_requests_sent_at_once_are_answered_in_order(server):
    post_ids = [a_post_id() for _ in range(20)]
    asked = []
    for post_id in post_ids:
        asked.append(json_message("POST", "/api/v1/votes", {"post_id": post_id, "direction": "up", "username": "ada"}))
        asked.append(message("GET", f"/api/v1/votes/{post_id}"))
    with Wire(server) as wire:
        wire.send(b"".join(asked))
        for post_id in post_ids:
            assert wire.reply().json()["post_id"] == post_id
            assert found(wire.reply()) == {"post_id": post_id, "upvotes": 1, "downvotes": 0, "score": 1}


def test_errors_among_requests_sent_at_once_are_answered_in_order(server):
    mixed = [GOOD, ERRORS[422], message("HEAD", "/api/v1/votes/5"), ERRORS[404], ERRORS[415], message("OPTIONS", POSTS), GOOD]
    with Wire(server) as wire:
        wire.send(b"".join(mixed))
        replies = [wire.reply(head=request.startswith(b"HEAD")).status_code for request in mixed]
    assert replies == [200, 422, 200, 404, 415, 200, 200]


def test_a_request_may_come_byte_by_byte(server):
    request = json_message("POST", POSTS, {"title": "Slowly", "text": "", "community": "cpp", "username": a_name()})
    with Wire(server) as wire:
        for byte in request:
            wire.send(bytes([byte]))
        assert wire.reply().status_code == 201


@pytest.mark.parametrize("parts", [1, 3, 50])
def test_a_body_may_come_in_chunks(server, parts):
    body = json.dumps(draft(title="In chunks")).encode()
    step = -(-len(body) // parts)
    pieces = [body[at:at + step] for at in range(0, len(body), step)]
    request = message("POST", POSTS, JSON, "Transfer-Encoding: chunked", body=chunked(*pieces))
    with Wire(server) as wire:
        for _ in range(2):
            assert wire.send(request).reply().status_code == 201


def test_chunks_may_have_extensions_and_trailers(server):
    body = json.dumps(draft()).encode()
    framed = b"%X;name=value\r\n%s\r\n0\r\nX-Checksum: none\r\n\r\n" % (len(body), body)
    with Wire(server) as wire:
        wire.send(message("POST", POSTS, JSON, "Transfer-Encoding: chunked", body=framed) + GOOD)
        assert [wire.reply().status_code, wire.reply().status_code] == [201, 200]


def test_a_client_that_asks_is_told_to_go_on(server):
    body = json.dumps(draft()).encode()
    with Wire(server) as wire:
        wire.send(message("POST", POSTS, JSON, f"Content-Length: {len(body)}", "Expect: 100-continue"))
        assert wire.status_line().startswith(b"HTTP/1.1 100 ")
        assert wire.status_line() == b"\r\n"
        assert wire.send(body).reply().status_code == 201


def test_a_client_that_asks_with_too_large_a_body_is_not_told_to_go_on(server):
    reply = exchange(server, message("POST", POSTS, JSON, "Content-Length: 2000000", "Expect: 100-continue"))
    assert_problem(reply, 413)


@pytest.mark.parametrize("body", ["5", "chunks"])
def test_a_body_that_nobody_asked_for_is_not_taken_for_a_request(server, body):
    framing = ["Content-Length: 5"] if body == "5" else ["Transfer-Encoding: chunked"]
    content = b"GET /" if body == "5" else chunked(b"GET /")
    with Wire(server) as wire:
        wire.send(message("GET", "/api/v1/votes/5", *framing, body=content) + ERRORS[404])
        assert wire.reply().status_code != 404
        assert wire.reply().status_code == 404


def head_of(size: int) -> bytes:
    return message("GET", "/healthz", "X-Filler: " + "f" * (size - len(message("GET", "/healthz", "X-Filler: "))))


def test_a_head_of_16_kib_is_read(server):
    assert exchange(server, head_of(MAX_HEAD)).status_code == 200


@pytest.mark.parametrize("request_bytes", [
    head_of(MAX_HEAD + 5), message("GET", "/healthz?" + "q" * MAX_HEAD),
    message("GET", "/healthz", *["X-Many: field"] * 2000)], ids=["one field", "target", "many fields"])
def test_a_head_beyond_16_kib_is_too_large(server, request_bytes):
    assert_problem(exchange(server, request_bytes), 431)


def test_a_head_without_end_is_too_large_before_it_ends(server):
    assert_problem(exchange(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"f" * MAX_HEAD), 431)


def test_the_greatest_head_is_a_matter_of_configuration(start_server):
    server = start_server("--max-head", "2000")
    assert exchange(server, head_of(2000)).status_code == 200
    assert_problem(exchange(server, head_of(2005)), 431)


def test_http_1_0_is_answered_and_then_closed(server):
    with Wire(server) as wire:
        reply = wire.send(b"GET /api/v1/votes/5 HTTP/1.0\r\n\r\n").reply()
        found(reply)
        assert "Transfer-Encoding" not in reply.headers
        assert wire.ended()


def test_a_connection_is_closed_when_the_client_asks(server):
    with Wire(server) as wire:
        reply = wire.send(message("GET", "/api/v1/votes/5", "Connection: close") + GOOD).reply()
        assert found(reply) and reply.headers["Connection"].lower() == "close"
        assert wire.ended()


def test_a_client_that_leaves_in_the_middle_does_no_harm(server, api):
    for cut in (b"GET /api", message("POST", POSTS, JSON, "Content-Length: 100", body=b'{"title":'), GOOD * 50):
        with Wire(server) as wire:
            wire.send(cut)
    found(api.get("/votes/5"))


@pytest.mark.parametrize("value", ["a\tb", "<script>", "é", "x" * 5000, ""], ids=["tab", "markup", "not ASCII", "5,000", "empty"])
def test_a_request_id_that_is_none_splits_no_answer(server, value):
    with Wire(server) as wire:
        found(wire.send(message("GET", "/api/v1/votes/5", f"X-Request-Id: {value}")).reply())
        found(wire.send(GOOD).reply())
