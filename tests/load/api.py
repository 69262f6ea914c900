"""One connection to the API, for what is asked before and after the load."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit


class Refused(Exception):
    """The server gave another answer than it had to."""


class Api:
    def __init__(self, url: str):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> tuple[int, dict]:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.connection.request(method, "/api/v1" + path, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def must(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> dict:
        status, answer = self.ask(method, path, body, token)
        if status not in (200, 201):
            raise Refused(f"{method} {path} is answered {status}: {answer.get('detail')}")
        return answer

    def pages(self, path: str, token: str | None = None) -> Iterator[dict]:
        """All items of a list, from the path of its first page."""
        while path:
            page = self.must("GET", path, token=token)
            yield from page["items"]
            rest = page["next"] and urlsplit(page["next"])
            path = rest and f"{rest.path.removeprefix('/api/v1')}?{rest.query}"

    def log_in(self, name: str, password: str) -> str | None:
        """An access token; none if the server does not know them."""
        status, answer = self.ask("POST", "/tokens", {"username": name, "password": password})
        if status not in (201, 401):
            raise Refused(f"the log-in of {name} is answered {status}: {answer.get('detail')}")
        return answer.get("access_token")
