"""The headers that tell a browser to do as little as it can with an answer."""

import pytest

from wire import exchange, message

PATHS = ["/api/v1/posts", "/api/v1/posts/9007199254740991", "/nowhere", "/api/v1/posts?limit=0", "/api/v1/messages?box=inbox",
         "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/.well-known/jwks.json"]
ALONE = "default-src 'none'; frame-ancestors 'none'"

every_path = pytest.mark.parametrize("path", PATHS)


@every_path
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_answer_is_only_what_it_says_and_goes_nowhere_else(secure, path, method):
    with secure.site() as site:
        headers = site.request(method, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    if path != "/docs":
        assert headers["Content-Security-Policy"] == ALONE


def test_what_can_not_be_read_is_answered_so_too(secure):
    for request in (b"nonsense\r\n\r\n", message("GET", "/api/v1/posts", "X: " + "x" * 20_000)):
        headers = exchange(secure, request).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Content-Security-Policy"] == ALONE


def test_the_docs_page_runs_nothing_from_elsewhere_and_in_no_frame(secure):
    with secure.site() as site:
        policy = site.get("/docs").headers["Content-Security-Policy"]
    directives = {words[0]: words[1:] for words in map(str.split, policy.split(";")) if words}
    assert directives["frame-ancestors"] == ["'none'"]
    sources = {source for allowed in directives.values() for source in allowed}
    assert not {source for source in sources if source == "*" or "//" in source or source.rstrip("/") in ("http:", "https:")}
    assert "'unsafe-eval'" not in sources


def test_where_pages_of_other_origins_may_call_they_may_read(start_secure):
    with start_secure("--cors-origins", "https://a.example").site() as site:
        assert site.get("/api/v1/posts").headers.get("Cross-Origin-Resource-Policy") != "same-origin"
