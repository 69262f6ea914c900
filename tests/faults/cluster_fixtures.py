"""One cluster and one site on it for all tests of a run, and what each fault cost, told at the end."""

from pathlib import Path

import pytest

from cluster import Cluster, Site, a_folder, missing

COSTS: list[tuple] = []


@pytest.fixture(scope="session")
def the_site():
    if absent := missing():
        pytest.skip(f"not installed: {absent}; tools/install-packages cluster installs it")
    with a_folder() as folder, Cluster(Path(folder) / "cluster") as cluster, Site(cluster, Path(folder)) as site:
        yield site


@pytest.fixture
def deployed(the_site):
    """Whole, whatever was done to it before."""
    the_site.cluster.start()
    the_site.start()
    return the_site


@pytest.fixture
def cluster(deployed):
    return deployed.cluster


@pytest.fixture
def costs():
    return COSTS


def pytest_terminal_summary(terminalreporter):
    if not COSTS:
        return
    terminalreporter.section("what each fault cost: the longest that a service was away, for writes and for reads of public objects")
    terminalreporter.write_line(f"{'fault':<44} {'writes':>7} {'reads':>7} {'slowest':>8} {'requests':>9}  {'not done':<44} things kept")
    for name, writes, reads, slowest, requests, told, *things in COSTS:
        kept = things[0] if things else "NOT ALL"
        terminalreporter.write_line(f"{name:<44} {writes:>6.1f}s {reads:>6.1f}s {slowest:>7.1f}s {requests:>9}  {told:<44} {kept}")
