"""Starts the server under test and gives every test a client for it."""

import os
import random
import signal
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from weakref import WeakSet

import pytest
import requests

from engines import Databases, Sqlite
from postgres import PostgreSQL

BINARY = Path(os.environ.get("STOA_BINARY") or Path(__file__).parents[1] / "build" / "stoa").absolute()
# Hashes that cost next to nothing, as none of the tests' passwords is worth more.
CHEAP = {"password-memory": 8, "password-passes": 1}
# What a server with accounts is started with.
SECURE = {"auth": "required"}


def free_port() -> int:
    # Below the kernel's ephemeral range, so that no outgoing connection takes the port before the server does.
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def pytest_addoption(parser):
    parser.addoption("--engine", choices=["sqlite", "postgres"], default="sqlite",
                     help="what servers keep their data in; for postgres, each worker starts a private PostgreSQL")


def pytest_collection_modifyitems(config, items):
    if config.option.engine != "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("sqlite")])
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


@pytest.fixture(scope="session", autouse=True)
def engine(request):
    """What the servers of this worker keep their data in."""
    if request.config.option.engine == "sqlite":
        yield
        return
    with PostgreSQL(free_port()) as postgres:
        Server.engine = Databases(postgres)
        yield


class Client(requests.Session):
    """A session that knows where the server is, follows nothing and never waits for ever."""

    def __init__(self, base: str):
        super().__init__()
        self.base = base
        self.trust_env = False

    def request(self, method, path, **options):
        options.setdefault("timeout", 15)
        options["allow_redirects"] = False
        return super().request(method, self.base + path, **options)


class Server:
    """One `stoa serve` process with a port and a data folder of its own. `beside`: another of the same site, whose
    database it shares if there is one."""

    engine: Sqlite | Databases = Sqlite()

    def __init__(self, data: Path, *flags: str, service: str | None = None, by_environment: bool = False,
                 settings: dict | None = None, beside: "Server | None" = None):
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_suffix(".log")
        self.command = [BINARY, "serve", *([service] if service else []), *flags]
        self.environment = dict(os.environ)
        usual = {"listen": f"127.0.0.1:{self.port}", "data": data, "auth": "open", "limits": "off"} | CHEAP
        self.database = self.engine.database(data, (beside or self).data)
        if self.database:
            usual["database"] = self.database
        for name, value in (usual | (settings or {})).items():
            if by_environment:
                self.environment[f"STOA_{name.upper().replace('-', '_')}"] = str(value)
            else:
                self.command += [f"--{name}", str(value)]
        self.process: subprocess.Popen | None = None
        self.clients: WeakSet[Client] = WeakSet()

    def start(self, awaited: str = "/readyz") -> "Server":
        self.begin()
        return self.wait_for(awaited)

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdout=log, stderr=log)

    def wait_for(self, awaited: str = "/readyz") -> "Server":
        deadline = time.monotonic() + 20
        while not self.ready(awaited):
            if (code := self.process.poll()) is not None:
                self.process = None
                pytest.fail(f"the server ended with {code} before it was ready:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"the server was not ready after 20 seconds:\n{self.tail()}")
            time.sleep(0.02)
        return self

    def ready(self, path: str = "/readyz") -> bool:
        try:
            return requests.get(self.url + path, timeout=2).status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            return False

    def client(self) -> Client:
        """For paths of the API, which begin after /api/v1."""
        return self.client_at("/api/v1")

    def site(self) -> Client:
        """For whole paths, as they stand in `Location` and `next`."""
        return self.client_at("")

    def client_at(self, path: str) -> Client:
        self.clients.add(client := Client(self.url + path))
        return client

    def content(self) -> bytes:
        """All that is kept, in the form in which it is kept."""
        return self.engine.content(self.data)

    def stop(self) -> None:
        """Ends the process the polite way; whatever it did before, it must then end with 0."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the server did not end within 20 seconds of SIGTERM:\n{self.tail()}")
        self.process = None
        if code != 0:
            pytest.fail(f"the server ended with {code}:\n{self.tail()}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = None

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])


def end(servers: list[Server]) -> None:
    """All at once, and with nobody left on a connection: for who does nothing, a server waits a while."""
    for client in [client for server in servers for client in server.clients]:
        client.close()
    with ThreadPoolExecutor(len(servers) or 1) as pool:
        ended = [pool.submit(server.stop) for server in servers]
    for server in servers:
        server.engine.forget(server.data)
    for each in ended:
        each.result()


@pytest.fixture(scope="session")
def server():
    """The one server of this worker, which answers for all four services."""
    with tempfile.TemporaryDirectory(prefix="stoa-") as folder:
        shared = Server(Path(folder) / "data").start()
        yield shared
        end([shared])


@pytest.fixture(scope="session")
def secure():
    """The same with accounts: a server of this worker that asks for tokens."""
    with tempfile.TemporaryDirectory(prefix="stoa-") as folder:
        shared = Server(Path(folder) / "data", settings=SECURE).start()
        yield shared
        end([shared])


@pytest.fixture(autouse=True)
def the_server_outlives_the_test(request):
    """A crash is the failure of the test that caused it, and not of all that come after."""
    shared = [request.getfixturevalue(name) for name in ("server", "secure") if name in request.fixturenames]
    yield
    for each in shared:
        if (code := each.process.poll()) is not None:
            # The next test finds a server again.
            last_words = each.tail()
            each.start()
            pytest.fail(f"the server ended with {code} during this test:\n{last_words}")


@pytest.fixture(scope="session")
def api(server):
    with server.client() as client:
        yield client


@pytest.fixture(scope="session")
def site(server):
    with server.site() as client:
        yield client


def running_servers():
    servers: list[Server] = []
    with tempfile.TemporaryDirectory(prefix="stoa-") as folder:
        def start(*flags: str, awaited: str = "/readyz", **options) -> Server:
            servers.append(Server(Path(folder) / f"data{len(servers)}", *flags, **options))
            return servers[-1].start(awaited)

        try:
            yield start
        finally:
            end(servers)


@pytest.fixture
def start_server():
    """Starts servers of the test's own, with flags of its own."""
    yield from running_servers()


@pytest.fixture
def start_secure(start_server):
    """The same for servers with accounts."""
    return partial(start_server, settings=SECURE)


@pytest.fixture(scope="module")
def start_module_server():
    """The same for servers that all tests of a module share."""
    yield from running_servers()


@pytest.fixture(scope="module")
def start_module_secure(start_module_server):
    return partial(start_module_server, settings=SECURE)


@pytest.fixture(scope="module")
def processes(server, start_module_server) -> list[Server]:
    """The processes of one site: the shared server and, where they can share their data, another one."""
    keys = ("--keys", str(server.data / "keys.json"))
    return [server] if isinstance(Server.engine, Sqlite) else [server, start_module_server(*keys, beside=server)]


@pytest.fixture(scope="module")
def postgres():
    """A private PostgreSQL for the tests of a module, whatever the engine is."""
    with PostgreSQL(free_port()) as server:
        yield server


@pytest.fixture
def uri(postgres):
    """An empty database there."""
    uri = postgres.create_database()
    yield uri
    postgres.drop_database(uri)


@pytest.fixture
def free_address() -> str:
    """For a process that a test starts by other means."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def fresh_server(start_server):
    """An empty server that no other test sees."""
    return start_server()
