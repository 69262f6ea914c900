"""What was acknowledged is there, and nothing by halves, however often and whenever the process is killed."""

import os
import random
import subprocess
import time

import pytest

from conftest import Server
from ledger import Ledger, must_be_kept, must_be_sound, must_be_there
from writers import Load

ROUNDS = int(os.environ.get("STOA_KILL_ROUNDS", "100"))
OLD_GROUPS = 5  # looked at again after each round; after the last all are


@pytest.fixture
def chance():
    seed = int(os.environ.get("STOA_KILL_SEED", random.randrange(2**32)))
    print(f"STOA_KILL_SEED={seed}")  # pytest shows it when the test fails
    return random.Random(seed)


@pytest.fixture
def quiet_server(start_server):
    """With a log that tells of faults alone."""
    return start_server(settings={"log-level": "warn"})


def kill_under_load(server, ledger: Ledger, pause: float, gently: bool = False) -> None:
    load = Load(server, ledger)
    load.go_on(1)
    if gently:
        server.process.terminate()
    time.sleep(pause)
    server.kill()
    load.join()


def test_a_kill_under_load_loses_nothing_acknowledged(quiet_server, chance):
    ledger = Ledger()
    for _ in range(ROUNDS):
        old = list(ledger.groups)
        kill_under_load(quiet_server, ledger, chance.uniform(0, 0.3))
        new = [group for group in ledger.groups if group not in old]
        quiet_server.start()
        must_be_there(quiet_server, ledger, new + chance.sample(old, min(OLD_GROUPS, len(old))))
    assert ledger.outcomes["cut off"] > 0
    must_be_kept(quiet_server, ledger)


def test_a_kill_while_it_drains_loses_nothing_acknowledged(quiet_server, chance):
    ledger = Ledger()
    for _ in range(10):
        kill_under_load(quiet_server, ledger, chance.uniform(0, 0.1), gently=True)
        quiet_server.start()
        must_be_there(quiet_server, ledger)
    must_be_kept(quiet_server, ledger)


def start_and_kill(server: Server, after: float) -> None:
    with server.log.open("ab") as log:
        starting = subprocess.Popen(server.command, stdout=log, stderr=log)
    time.sleep(after)
    starting.kill()
    starting.wait()


def test_a_kill_while_it_recovers_loses_nothing_acknowledged(quiet_server, chance):
    ledger = Ledger()
    for _ in range(5):
        kill_under_load(quiet_server, ledger, chance.uniform(0, 0.3))
        for _ in range(5):
            start_and_kill(quiet_server, chance.uniform(0, 0.1))
        quiet_server.start()
        must_be_there(quiet_server, ledger)
    must_be_kept(quiet_server, ledger)


def test_a_kill_while_it_makes_its_folder_leaves_one_that_can_be_used(tmp_path, chance):
    for n in range(30):
        server = Server(tmp_path / f"data{n}", settings={"log-level": "warn"})
        start_and_kill(server, chance.uniform(0, 0.1))
        server.start()
        try:
            ledger = Ledger()
            load = Load(server, ledger)
            load.go_on(1)
            load.end()
            with server.client() as api:
                ledger.check(api)
        finally:
            server.kill()
        must_be_sound(server)
