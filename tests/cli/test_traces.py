"""Traces: W3C context passed on, and spans sent to a collector that takes them strictly (opentelemetry-proto)."""

import base64
import socket
import time

import pytest

from collector import collecting, heard
from conftest import free_port
from exposition import read, value
from program import assert_refused, run
from sample import a_message, a_user, found
from waiting import until

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-{PARENT}-01", f"00-{TRACE}-{PARENT}-00"
SENT, DROPPED = "stoa_trace_spans_sent_total", "stoa_trace_spans_dropped_total"


def hexadecimal(id_: bytes) -> str:
    """An id as it was written: the parser took its digits for base64."""
    return base64.b64encode(id_).decode()


def attributes(of) -> dict:
    return {each.key: each.value.string_value or each.value.int_value for each in of.attributes}


def counted(server, name: str) -> float:
    with server.site() as site:
        return value(read(site.get("/metrics").text), name)


@pytest.fixture
def collector():
    with collecting() as running:
        yield running


@pytest.fixture
def traced(start_server, collector):
    return start_server("--threads", "2", settings={"otlp-endpoint": collector.url, "trace-ratio": 0})


def test_a_sampled_request_is_told_as_a_span(traced, collector):
    before = time.time_ns()
    with traced.client() as api:
        response = api.get("/posts?limit=1", headers={"traceparent": SAMPLED, "X-Request-Id": "r-1"})
    assert until(collector.spans, 5)
    (span,) = collector.spans()
    assert hexadecimal(span.trace_id) == TRACE and hexadecimal(span.parent_span_id) == PARENT
    assert response.headers["traceparent"] == f"00-{TRACE}-{hexadecimal(span.span_id)}-01"
    assert span.name == "GET /api/v1/posts" and span.kind == 2 and span.status.code == 0
    assert before <= span.start_time_unix_nano <= span.end_time_unix_nano <= time.time_ns()
    assert attributes(span) == {
        "http.request.method": "GET", "url.path": "/api/v1/posts", "url.scheme": "http",
        "http.route": "/api/v1/posts", "http.response.status_code": 200, "stoa.operation": "list_posts",
        "stoa.service": "posts", "stoa.request_id": "r-1"}
    resource = attributes(collector.exports[0].resource_spans[0].resource)
    assert resource["service.name"] == "stoa" and resource["service.version"]


def test_each_hop_has_a_span_of_its_own_that_is_part_of_the_one_before(start_server, collector):
    """Messages ask the users service whether there is such a user."""
    settings = {"otlp-endpoint": collector.url}
    users = start_server(service="users", settings=settings)
    messages = start_server(service="messages", settings=settings | {"users-url": users.url})
    with users.client() as api:
        for name in ("ada-l", "bob-k"):
            a_user(api, username=name)
    with messages.client() as api:
        api.headers["traceparent"] = SAMPLED
        a_message(api, "ada-l", "bob-k")
    assert until(lambda: len(of_the_trace(collector)) >= 2, 5), collector.spans()
    spans = of_the_trace(collector)
    (first,) = (span for span in spans if attributes(span)["stoa.service"] == "messages")
    asked = [span for span in spans if attributes(span)["stoa.service"] == "users"]
    assert asked and {hexadecimal(span.parent_span_id) for span in asked} == {hexadecimal(first.span_id)}
    assert len({span.span_id for span in spans}) == len(spans)
    assert {attributes(span)["stoa.request_id"] for span in spans} == {attributes(first)["stoa.request_id"]}


def of_the_trace(collector) -> list:
    return [span for span in collector.spans() if hexadecimal(span.trace_id) == TRACE]


def test_what_is_not_sampled_is_not_told(traced, collector):
    with traced.client() as api:
        found(api.get("/posts", headers={"traceparent": NOT_SAMPLED}))
        found(api.get("/posts"))
        found(api.get("/posts", headers={"traceparent": SAMPLED}))
    assert until(collector.spans, 5)
    assert len(collector.spans()) == 1


def test_traces_that_begin_here_are_told_by_the_ratio(start_server, collector):
    server = start_server(settings={"otlp-endpoint": collector.url, "trace-ratio": 1})
    with server.client() as api:
        made = [api.get("/posts").headers["traceparent"] for _ in range(5)]
    assert until(lambda: {hexadecimal(span.trace_id) for span in collector.spans()} >= {each[3:35] for each in made}, 5)
    assert all(each.endswith("-01") for each in made)
    assert all(not span.parent_span_id for span in collector.spans())


def test_a_failure_is_told_as_one(start_server, collector):
    """A batch that the collector does not take in time is dropped: on a busy machine it is asked again."""
    server = start_server("--read-limit", "0.001,1", settings={"otlp-endpoint": collector.url, "limits": "on"})
    addresses = iter(range(1, 255))
    with server.client() as api:
        api.headers.update({"traceparent": SAMPLED})

        def both_are_told() -> bool:
            api.headers["X-Forwarded-For"] = f"192.0.2.{next(addresses)}"
            assert [api.get("/nowhere").status_code for _ in range(2)] == [404, 429]
            return {attributes(span)["http.response.status_code"] for span in collector.spans()} == {404, 429}

        assert until(both_are_told, 20, every=1)
    assert {span.name for span in collector.spans()} == {"GET"}, "no path that a client makes up is a name"


def test_the_usual_variable_names_the_collector(start_server, collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url + "/")
    with start_server().client() as api:
        found(api.get("/posts", headers={"traceparent": SAMPLED}))
    assert until(collector.spans, 5)


def test_spans_that_wait_are_sent_before_the_end(traced, collector):
    with traced.client() as api:
        for _ in range(20):
            found(api.get("/posts", headers={"traceparent": SAMPLED}))
    traced.stop()
    assert len(collector.spans()) == 20


def test_without_a_collector_requests_are_answered_and_spans_dropped(start_server):
    port = free_port()
    server = start_server(settings={"otlp-endpoint": f"http://127.0.0.1:{port}", "trace-ratio": 1})
    with server.client() as api:
        for _ in range(50):
            assert api.get("/posts").elapsed.total_seconds() < 1
    assert until(lambda: counted(server, DROPPED) >= 50, 10)
    assert counted(server, SENT) == 0
    with collecting(port) as late, server.client() as api:
        found(api.get("/posts"))
        assert until(late.spans, 5), "one that comes later is told what happens then"
    assert "spans are dropped" in server.log.read_text()


def test_spans_that_the_collector_refuses_are_dropped(traced, collector):
    collector.status = 503
    with traced.client() as api:
        found(api.get("/posts", headers={"traceparent": SAMPLED}))
    assert until(lambda: counted(traced, DROPPED) == 1, 5)


def test_a_collector_that_never_answers_holds_up_nobody(start_server, silent):
    server = start_server(settings={"otlp-endpoint": f"http://127.0.0.1:{silent}", "trace-ratio": 1})
    with server.client() as api:
        for _ in range(50):
            assert api.get("/posts").elapsed.total_seconds() < 1
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 8


@pytest.fixture
def silent():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.mark.parametrize("url", ["127.0.0.1:4318", "https://127.0.0.1:4318", "grpc://127.0.0.1:4317", "http://"])
def test_an_address_that_is_none_of_a_collector_is_refused(tmp_path, free_address, url):
    ended = run("serve", "--otlp-endpoint", url, "--listen", free_address, folder=tmp_path, timeout=5)
    assert_refused(ended, url)
    assert not (tmp_path / "data").exists()


def test_the_state_of_a_trace_is_passed_on(start_server, collector):
    """As it came, to the next service; seen by what a server in its place is sent."""
    with heard() as (url, requests):
        messages = start_server(service="messages", settings={"users-url": url})
        with messages.client() as api:
            api.post("/messages", json={"from": "ada-l", "to": "bob-k", "contents": "Hello"},
                     headers={"traceparent": SAMPLED, "tracestate": "vendor=a1,other=b2", "X-Request-Id": "r-9"})
    assert requests
    for headers in requests:
        assert headers["tracestate"] == "vendor=a1,other=b2" and headers["X-Request-Id"] == "r-9"
        assert headers["traceparent"].startswith(f"00-{TRACE}-") and PARENT not in headers["traceparent"]
