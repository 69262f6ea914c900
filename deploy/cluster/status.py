"""What each node says of itself, and what the others say of it."""

from concurrent.futures import ThreadPoolExecutor

import processes
from network import NODES
from state import PARTS, Cluster

RUNNING = ("running", "streaming")  # what Patroni calls a standby that follows, before 3.1 and since


def table(cluster: Cluster) -> list[dict]:
    """A row for each node."""
    with ThreadPoolExecutor() as at_once:
        said = list(at_once.map(lambda node: asked(cluster, node), NODES))
    # Who was cut off may hold an old view: the newest timeline is that of who is not.
    views = sorted(said, key=lambda one: (not one["cut"], one["own"].get("timeline", 0)))
    members = {one["name"]: one for one in views[-1]["view"].get("members", [])}
    rows = []
    for node, one in zip(NODES, said):
        of_all = members.get(f"node{node}", {}) if one["own"] and not one["cut"] else {}
        rows.append(
            {
                "node": node,
                "address": cluster.hosts("postgres")[node - 1],
                "role": of_all.get("role") or one["own"].get("role", "-"),
                "state": one["cut"] or one["frozen"] or of_all.get("state") or one["own"].get("state") or "down",
                "lag": of_all.get("lag", "-"),
                "timeline": one["own"].get("timeline", "-"),
                "etcd": one["etcd"]["state"],
            }
        )
    return rows


def asked(cluster: Cluster, node: int) -> dict:
    is_frozen = any(frozen(cluster, node, part) for part in PARTS)
    silent = is_frozen or cluster.net.cut(node) == "cut off"
    return {
        "cut": cluster.net.cut(node),
        "frozen": "frozen" if is_frozen else "",
        "own": {} if silent else cluster.ask(node, "/patroni"),
        "view": {} if silent else cluster.ask(node, "/cluster"),
        "etcd": {"state": "-", "leader": None} if silent else member(cluster, node),
    }


def member(cluster: Cluster, node: int) -> dict:
    said = cluster.ask(node, "/v2/stats/self")
    leader = said.get("leaderInfo", {}).get("leader")
    states = {"StateLeader": "leader", "StateFollower": "follower" if leader else "no leader"}
    state = states.get(said.get("state"), "down")
    return {"state": state, "leader": leader}


def frozen(cluster: Cluster, node: int, part: str) -> list[int]:
    return [process for process in cluster.running(node, part) if processes.is_frozen(process)]


def is_whole(rows: list[dict]) -> bool:
    roles = sorted(row["role"] for row in rows)
    return (
        roles == ["leader", "replica", "sync_standby"]
        and all(row["state"] in RUNNING for row in rows)
        and len({row["timeline"] for row in rows}) == 1  # or one is about to be rewound
        and sorted(row["etcd"] for row in rows) == ["follower", "follower", "leader"]
    )


def drawn(rows: list[dict]) -> str:
    lines = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip() for line in lines)


def leading(cluster: Cluster) -> int | None:
    """Who leads, if the others can hear it."""
    return next((row["node"] for row in table(cluster) if row["role"] == "leader" and row["state"] in RUNNING), None)
