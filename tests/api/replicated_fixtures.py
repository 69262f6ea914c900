"""A site whose reads go to a replica of its PostgreSQL that is a little behind."""

import pytest

from conftest import Server, free_port
from postgres import COPIED, PostgreSQL

LAG = 1  # seconds that the replica is behind


@pytest.fixture(scope="module")
def primary():
    with PostgreSQL(free_port(), COPIED) as server:
        yield server


@pytest.fixture
def replica(primary):
    with PostgreSQL(free_port(), {"recovery_min_apply_delay": f"{LAG}s"}, of=primary) as server:
        yield server


@pytest.fixture
def pair(tmp_path, primary, replica):
    """Two processes of one site."""
    uri = primary.create_database()
    settings = {"database": uri, "database-replicas": replica.uri(uri.rpartition("/")[2]), "auth": "required"}
    servers = [Server(tmp_path / "data", settings=settings).start()]
    servers.append(Server(tmp_path / "data2", "--keys", str(tmp_path / "data/keys.json"), settings=settings).start())
    yield servers
    for server in servers:
        server.stop()
