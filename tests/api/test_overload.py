"""503: the service is overloaded, with `Retry-After`."""

import selectors
import socket
import threading
import time

import pytest
from exposition import read, value
from problem import assert_problem
from wire import Reply

CLIENTS = 600
SECONDS, AT_MOST = 3, 60  # a slow server takes longer to notice
# Long to answer, quick to ask for.
PATH = "/api/v1/votes?post_ids=" + ",".join(map(str, range(1, 501)))
REQUEST = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Client:
    """Asks again as soon as it is answered."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        self.answer = b""
        self.statuses = []

    def ask(self):
        self.socket.send(REQUEST)

    def listen(self):
        """The whole answer, once it is there."""
        self.answer += self.socket.recv(1 << 16)
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end:
            return None
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) < int(fields[b"Content-Length"]):
            return None
        self.answer = b""
        self.statuses.append(int(head[9:12]))
        return Reply(self.statuses[-1], {name.decode(): text.decode() for name, text in fields.items()}, body)


class Flood:
    """What became of it."""

    def __init__(self, server):
        self.server = server
        self.refusal = None
        self.health = set()
        self.clients = [Client(server.port) for _ in range(CLIENTS)]
        self.is_over = threading.Event()
        watcher = threading.Thread(target=self.watch, daemon=True)
        with selectors.DefaultSelector() as ready:
            for client in self.clients:
                ready.register(client.socket, selectors.EVENT_READ, client)
                client.ask()
            begin = time.monotonic()
            while time.monotonic() < begin + (SECONDS if self.is_seen() else AT_MOST):
                for key, _ in ready.select(0.1):
                    self.hear(key.data)
                if self.refusal and watcher.ident is None:
                    watcher.start()
        self.is_over.set()
        if watcher.ident is not None:
            watcher.join()
        self.statuses = [status for client in self.clients for status in client.statuses]

    def watch(self):
        """Looks how the server is, all the time."""
        with self.server.site() as site:
            while not self.is_over.is_set():
                self.health |= {site.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")}

    def kept(self):
        """Those who were answered after they had been refused."""
        return [client for client in self.clients if 503 in client.statuses[:-1]]

    def is_seen(self):
        return self.refusal and self.health and self.kept()

    def hear(self, client):
        if answer := client.listen():
            if answer.status_code == 503:
                self.refusal = answer
            client.ask()


@pytest.fixture(scope="module")
def flood(start_module_server):
    server = start_module_server(settings={"threads": 1, "cache": 0, "limits": "off"})
    flood = Flood(server)
    yield flood
    for client in flood.clients:
        client.socket.close()


def test_what_cannot_be_done_in_time_is_refused_and_the_rest_is_done(flood):
    assert set(flood.statuses) == {200, 503}


def test_a_refusal_says_when_to_come_again(flood):
    problem = assert_problem(flood.refusal, 503)
    assert problem["instance"] == "/api/v1/votes"
    assert flood.refusal.headers["Retry-After"] == "1"
    assert flood.refusal.headers["Cache-Control"] == "no-store"


def test_a_connection_whose_request_was_refused_is_kept(flood):
    assert flood.kept(), "nobody was answered after a refusal"


def test_who_watches_is_answered_meanwhile(flood):
    assert flood.health == {200}


def test_refusals_are_counted(flood):
    with flood.server.site() as site:
        metrics = read(site.get("/metrics").text)
    # Where the database is the bottleneck, its queue is what is full.
    counted = value(metrics, "stoa_http_refused_total") + value(metrics, "stoa_database_refused_total", service="votes")
    assert counted >= flood.statuses.count(503) > 0


def test_afterwards_all_is_as_before(flood):
    with flood.server.client() as api:
        for _ in range(50):
            assert api.get("/posts").status_code == 200
