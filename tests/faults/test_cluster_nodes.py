"""Nodes of the cluster are killed, stopped, cut off and full: nothing acknowledged is lost, and writes come back by themselves."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cluster_load import site_under_load
from sample import a_name, a_user, an_address
from waiting import until

pytest_plugins = ["cluster_fixtures"]

# That a lost primary may keep writes away; the goal is 20, on a machine that does nothing else.
PRIMARY_LOST = 30
CUT_FOR = 20
AWAY_FOR = 60
CROWD = 24


@pytest.fixture
def cables(cluster):
    if not cluster.has_cables:
        pytest.skip("only root may give nodes networks of their own, which can be cut")


def must_have_been_told_rightly(load) -> None:
    """The processes themselves answer, and in time; what came with a key is never of unknown end."""
    assert not [each for each in load.answered.failed("read", "keyed", "plain") if each[4] in (0, 502, 504)]
    assert {status for *_, status, _ in load.answered.failed("read", "keyed")} <= {503}, load.told()


def test_the_primary_s_node_is_killed(deployed, cluster, costs):
    with site_under_load(deployed, "kill -9 of the primary's node", costs) as load:
        old = cluster.node_that_is("leader")
        cluster.run("kill", old)
        load.must_write_again()
        assert cluster.node_that_is("leader") != old
        cluster.start()
        load.last(3)
    must_have_been_told_rightly(load)
    assert load.answered.away(reads=False) < PRIMARY_LOST


def test_the_primary_s_postgresql_is_killed(deployed, cluster, costs):
    with site_under_load(deployed, "kill -9 of the primary's PostgreSQL", costs) as load:
        cluster.run("kill", cluster.node_that_is("leader"), "postgres")
        load.must_write_again()
        cluster.must_become_whole()
        load.last(3)
    must_have_been_told_rightly(load)
    assert load.answered.away(reads=False) < PRIMARY_LOST


def test_the_synchronous_replica_s_node_is_killed(deployed, cluster, costs):
    with site_under_load(deployed, "kill -9 of the synchronous replica's node", costs) as load:
        cluster.run("kill", cluster.node_that_is("sync_standby"))
        load.must_write_again()
        cluster.start()
        load.last(3)
    must_have_been_told_rightly(load)


def test_both_replicas_are_away_for_long(deployed, cluster, costs):
    """Nothing is acknowledged meanwhile. Commits that wait, whether or not anybody waits for them, must not take all
    connections: nobody could come to their help."""
    with site_under_load(deployed, f"both replicas stopped for {AWAY_FOR} s", costs) as load:
        replicas = [row["node"] for row in cluster.rows() if row["role"] != "leader"]
        for node in replicas:
            cluster.run("freeze", node, "postgres")
        load.last(AWAY_FOR)
        for node in replicas:
            cluster.run("thaw", node)
        load.must_write_again()
        cluster.must_become_whole()
        load.last(3)
    must_have_been_told_rightly(load)


def test_etcd_s_leader_is_killed(deployed, cluster, costs):
    with site_under_load(deployed, "kill -9 of etcd's leader", costs) as load:
        cluster.run("kill", cluster.node_that_is("leader", "etcd"), "etcd")
        load.last(15)  # the primary's lease would have ended
        load.must_write_again()
        cluster.start()
        load.last(3)
    must_have_been_told_rightly(load)


def test_the_primary_s_node_stops_and_goes_on_later(deployed, cluster, costs):
    with site_under_load(deployed, "SIGSTOP of the primary's node, CONT later", costs) as load:
        old = cluster.node_that_is("leader")
        cluster.run("freeze", old)
        load.must_write_again()
        load.last(3)
        cluster.run("thaw", old)
        cluster.must_become_whole()
        assert cluster.node_that_is("leader") != old
        load.last(3)
    must_have_been_told_rightly(load)
    assert load.answered.away(reads=False) < PRIMARY_LOST


def test_a_primary_that_stopped_answers_nobody_when_it_goes_on(deployed, cluster):
    """It believes that it leads still, and knows nothing of what was written since."""
    def in_crowds(ask, seconds: float) -> set[int]:
        """What all were answered, so many at once that every connection to the database is used."""
        ending = time.monotonic() + seconds

        def again(_) -> set[int]:
            with deployed.client() as api:
                return {ask(api).status_code for _ in iter(lambda: time.monotonic() < ending, False)}

        with ThreadPoolExecutor(CROWD) as pool:
            return set().union(*pool.map(again, range(CROWD)))

    with deployed.client() as api:
        before = a_user(api)["username"]
        in_crowds(lambda api: api.patch(f"/users/{before}/karma", json={"delta": 1}), 1)
        old = cluster.node_that_is("leader")
        cluster.run("freeze", old)
        name = a_name()
        body = {"username": name, "email": an_address(name)}
        assert until(lambda: api.post("/users", json=body).status_code == 201, 60)
        with ThreadPoolExecutor() as pool:
            told = pool.submit(in_crowds, lambda api: api.patch(f"/users/{name}/karma", json={"delta": 1}), 5)
            cluster.run("thaw", old)
    assert told.result() <= {200, 503}


@pytest.mark.parametrize("whom, how", [("all", []), ("its peers", ["--from-peers"])], ids=["all", "peers"])
def test_the_primary_is_cut_off_and_comes_back(deployed, cluster, cables, costs, whom, how):
    with site_under_load(deployed, f"the primary cut off from {whom}", costs) as load:
        old = cluster.node_that_is("leader")
        cluster.run("cut", old, *how)
        healed_at = time.monotonic() + CUT_FOR
        load.must_write_again()
        load.last(max(0, healed_at - time.monotonic()))
        cluster.run("heal", old)
        cluster.must_become_whole()
        load.last(3)
    must_have_been_told_rightly(load)
    assert load.answered.away(reads=False) < PRIMARY_LOST


def test_the_primary_s_disk_is_full(deployed, cluster, costs):
    if not cluster.has_disks:
        pytest.skip("only root may mount a small disk")
    with site_under_load(deployed, "the primary's disk full, space later", costs) as load:
        old = cluster.node_that_is("leader")
        with cluster.full_disk(old):
            load.until_nothing_is_done(60)
            load.last(5)
        cluster.start()
        load.must_write_again()
        load.last(3)
    must_have_been_told_rightly(load)
    # It leads as before, and says what is so; only a primary that ends is followed by another.
    assert not load.answered.failed("read")


def test_another_node_leads_in_order(deployed, cluster, costs):
    with site_under_load(deployed, "switchover", costs) as load:
        old = cluster.node_that_is("leader")
        cluster.run("switchover")
        load.must_write_again()
        cluster.must_become_whole()
        assert cluster.node_that_is("leader") != old
        load.last(3)
    must_have_been_told_rightly(load)
    assert load.answered.away(reads=False) < PRIMARY_LOST
