"""Earlier releases as a parameter of tests, and sites that begin on one."""

from pathlib import Path

import pytest

from conftest import Server, end
from previous import binary, knows, wanted


@pytest.fixture(scope="session", params=wanted())
def previous(request) -> Path:
    """A binary that a site comes from."""
    return binary(request.param)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, previous) -> dict:
    """Where the data are, as settings."""
    if request.param == "sqlite":
        return {}
    if not knows(previous, "--database"):
        pytest.skip(f"{previous.name} knows no database")
    return {"database": request.getfixturevalue("uri")}


@pytest.fixture
def start_previous(previous, place, tmp_path):
    """Starts the earlier release, with the settings that are given."""
    servers: list[Server] = []

    def start(**settings) -> Server:
        servers.append(Server(tmp_path / "data", settings=place | settings))
        servers[-1].command[0] = previous
        return servers[-1].start()

    yield start
    end(servers)
