"""A full disk: writes are refused and it is told why, reads go on, and all is well as soon as there is space."""

import pytest
import requests

from broken import NEEDS_ROOT, DiskThatFills, FileSizeLimit, SmallDisk
from conftest import Server
from ledger import must_be_kept, top_must_agree
from problem import assert_problem
from sample import found
from waiting import until
from writers import under_load


@pytest.fixture(params=[*(pytest.param(disk, marks=NEEDS_ROOT) for disk in (SmallDisk, DiskThatFills)), FileSizeLimit])
def disk(request, tmp_path):
    with request.param(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def running(disk, tmp_path):
    server = Server(disk.place / "data", settings={"log-level": "warn"})
    server.log = tmp_path / "log"
    yield server.start()
    if server.process:
        server.kill()


@pytest.fixture
def load(running):
    with under_load(running, 20) as load:
        yield load


@pytest.fixture
def full(disk, load, running):
    """The ledger of a load that goes on while the disk is full."""
    disk.fill(running)
    load.until_nothing_is_done()
    return load.ledger


def readiness(running) -> requests.Response:
    with running.site() as site:
        return site.get("/readyz")


def test_writes_are_refused_with_a_time_to_come_again(full, load, disk):
    full.refusals.clear()
    load.go_on(5)
    services = {response.request.path_url.split("/")[3] for response in full.refusals}
    assert services == {"posts", "votes", "users", "messages"}
    for response in full.refusals:
        assert_problem(response, disk.refusals)


def test_reads_go_on(full, running):
    with running.client() as api:
        assert found(api.get("/posts"))["items"]
        top_must_agree(api)


def test_it_is_not_ready_and_the_log_says_why(full, running):
    assert_problem(readiness(running), 503)
    assert "full" in running.log.read_text() or "I/O error" in running.log.read_text()


def test_it_writes_again_once_there_is_space(full, running, load, disk):
    disk.free(running)
    assert until(lambda: readiness(running).status_code == 200, 10), readiness(running).text
    done = full.outcomes["done"]
    load.go_on(20)
    assert full.outcomes["done"] > done
    load.end()
    must_be_kept(running, full)


def test_a_kill_meanwhile_loses_nothing(full, running, load, disk):
    running.kill()
    load.join()
    disk.free(running)
    running.start()
    must_be_kept(running, full)
