"""A site of several processes goes from an earlier release to this one, process by process, while it is used."""

import shutil
from pathlib import Path

import pytest

from cluster import PATH, Site, a_folder
from cluster_load import site_under_load
from conftest import BINARY, free_port
from postgres import PostgreSQL
from previous import knows

pytest_plugins = ["upgrade_fixtures"]


class OneServer(PostgreSQL):
    """A database of one PostgreSQL server, as a site on a cluster wants it."""

    def __enter__(self) -> "OneServer":
        super().__enter__()
        self.database = self.create_database()
        return self

    def uri(self, *names: str) -> str:
        return super().uri(*names) if names else self.database

    def must_become_whole(self) -> None:
        """Nothing of it was broken."""


@pytest.fixture
def site(previous):
    if not knows(previous, "--database"):
        pytest.skip(f"{previous.name} knows no database")
    if not shutil.which("haproxy", path=PATH):
        pytest.skip("not installed: haproxy; tools/install-packages cluster installs it")
    with a_folder() as folder, OneServer(free_port()) as database:
        site = Site(database, Path(folder))
        for process in site.processes.values():
            process.command[0] = previous
        with site:
            yield site


def test_no_request_fails_while_processes_go_over_one_by_one(site):
    report = []
    with site_under_load(site, "upgrade", report) as load:
        site.restart(with_binary=BINARY)
        load.last(2)
    print(report)
    assert not load.answered.failed("read", "keyed", "plain")
