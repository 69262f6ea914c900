"""Making a cluster, and starting what of it does not run."""

import json
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import processes
from network import NODES
from role import make_role
from state import AS_ROOT, PARTS, PASSWORDS, USER, Cluster, Failure, bin_folders, filled_in, own, write
from status import drawn, frozen, is_whole, member, table


def start(cluster: Cluster, arguments):
    look_for_programs(arguments.balancer)
    make_folder(cluster)
    cluster.net.up()
    begun = []
    for node in NODES:
        processes.send(signal.SIGCONT, *(p for part in PARTS for p in frozen(cluster, node, part)))
        begun += begin(cluster, node, "etcd", "etcd", "--config-file")
    await_or_fail(
        lambda: any(member(cluster, node)["leader"] for node in NODES),
        begun,
        arguments.timeout,
        "etcd has no leader",
        cluster,
    )
    for node in NODES:
        begun += begin(cluster, node, "patroni", "patroni")
    await_or_fail(lambda: is_whole(table(cluster)), begun, arguments.timeout, "the cluster is not whole", cluster)
    make_role(cluster)
    if arguments.balancer:
        begin_balancer(cluster)


def look_for_programs(balancer: bool):
    wanted = ["etcd", "patroni", "psql"] + ["setpriv"] * AS_ROOT + ["haproxy"] * balancer
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [program for program in wanted if not shutil.which(program, path=path)]
    if missing or not bin_folders():
        raise Failure(f"missing: {', '.join(missing or ['postgres'])}; tools/install-packages cluster installs it")


def make_folder(cluster: Cluster):
    data = cluster.data
    data.mkdir(parents=True, exist_ok=True)
    own(data)
    if (
        AS_ROOT
        and subprocess.run(["setpriv", f"--reuid={USER}", "--clear-groups", "test", "-x", data / "."]).returncode
    ):
        raise Failure(
            f"{USER}, as whom PostgreSQL runs, may not enter {data}: give another --data (/var/lib/…, /tmp/…)"
        )
    if len(f"{data}/node1/.s.PGSQL.12345") > 107:
        raise Failure(f"{data} is too long a path for PostgreSQL's sockets: give a shorter --data")
    write(data / "settings.json", json.dumps(cluster.settings), anew=True)
    write(data / "passwords.json", json.dumps({whose: secrets.token_urlsafe(24) for whose in PASSWORDS}))
    write(data / "stoa.pgpass", f"*:*:stoa:stoa:{cluster.password('stoa')}\n", anew=True)
    for node in NODES:
        cluster.folder(node).mkdir(exist_ok=True)
        own(cluster.folder(node))
        for template in ("etcd.yml", "patroni.yml"):
            write(cluster.folder(node) / template, filled_in(template, cluster, node), anew=True)


def begin(cluster: Cluster, node: int, part: str, *program: str) -> list:
    """The process, and what tells of its end; nothing if it runs."""
    if cluster.running(node, part):
        return []
    log = cluster.folder(node) / f"{part}.log"
    command = [*cluster.net.on(node), *program, cluster.argument(node, part)]
    return [(processes.start(command, log, cluster.folder(node), USER if AS_ROOT else None), log)]


def begin_balancer(cluster: Cluster):
    config = cluster.data / "haproxy.cfg"
    servers = "\n".join(
        f"    server node{node} {host} maxconn 300 check port {cluster.net.port(node, 'patroni')}"
        for node, host in zip(NODES, cluster.hosts("postgres"))
    )
    write(config, filled_in("haproxy.cfg", cluster, servers=servers), anew=True)
    if processes.find(config):
        return
    log = cluster.data / "haproxy.log"
    balancer = processes.start(["haproxy", "-db", "-f", config], log, cluster.data, USER if AS_ROOT else None)
    if processes.wait(lambda: balancer.poll() is not None, 1):
        raise Failure(f"haproxy ended at once; {log} ends with:\n{tail(log)}")


def await_or_fail(condition, begun: list, patience: float, otherwise: str, cluster: Cluster):
    ended = []

    def done():
        ended[:] = [log for process, log in begun if process.poll() is not None]
        return condition() or ended

    if not processes.wait(done, patience):
        raise Failure(
            f"after {patience:.0f} s {otherwise}; logs are in {cluster.data}/node*/*.log\n{drawn(table(cluster))}"
        )
    if ended:
        raise Failure(f"a program ended at once; {ended[0]} ends with:\n{tail(ended[0])}")


def tail(log: Path) -> str:
    return "\n".join("  " + line for line in log.read_text(errors="replace").splitlines()[-8:])
