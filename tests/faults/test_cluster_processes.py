"""Processes of a site end and are restarted, and hardly anybody notices. tests/upgrade has upgrades."""

import time

from cluster import SERVICES
from cluster_load import site_under_load
from waiting import until

pytest_plugins = ["cluster_fixtures"]


def test_a_process_that_is_killed_fails_only_what_was_in_flight_on_it(deployed, costs):
    with site_under_load(deployed, "kill -9 of a process of each service", costs) as load:
        for service in SERVICES:
            process = deployed.of(service)[0]
            before = time.monotonic()
            process.kill()
            killed = time.monotonic()
            load.last(4)
            failed = load.answered.failed("plain", since=before)
            assert not [each for each in failed if each[0] != service or each[2] > killed], failed
            deployed.start()
            assert until(deployed.is_balanced, 20), deployed.states()
        load.last(2)
    assert not load.answered.failed("read", "keyed")


def test_a_rolling_restart_fails_no_request(deployed, costs):
    with site_under_load(deployed, "rolling restart", costs) as load:
        deployed.restart()
        load.last(2)
    assert not load.answered.failed("read", "keyed", "plain")
