"""Where the nodes are: on ports of the loopback, or each in a network namespace with an address of its own on a bridge.

In namespaces a node can be cut off as a broken cable would: nothing arrives, and nobody is told.
"""

import json
import subprocess

PORTS = {"postgres": 5432, "patroni": 8008, "etcd": 2379, "etcd_peer": 2380}
NODES = (1, 2, 3)
# A peer that was cut off and has ended its connections meanwhile: pg_rewind, which sets nothing itself, would wait for it for ever.
KEEPALIVE = "cd /proc/sys/net/ipv4 && echo 4 >tcp_keepalive_time && echo 2 >tcp_keepalive_intvl && echo 3 >tcp_keepalive_probes"


class Loopback:
    has_cables = False
    balancer, network = "127.0.0.1", "127.0.0.1/32"

    def __init__(self, base_port: int):
        self.base_port = base_port

    def address(self, node: int) -> str:
        return "127.0.0.1"

    def port(self, node: int, kind: str) -> int:
        return self.base_port + 10 * node + list(PORTS).index(kind)

    def balancer_port(self, kind: str) -> int:
        return self.base_port + {"primary": 1, "replicas": 2}[kind]

    def on(self, node: int) -> list[str]:
        return []

    def up(self):
        pass

    def down(self):
        pass

    def cut(self, node: int) -> str:
        return ""


class Namespaces:
    """10.77.SUBNET.NODE, the ports as they usually are; this machine, and so its clients, at .254 of the bridge."""

    has_cables = True

    def __init__(self, subnet: int):
        self.subnet, self.bridge = subnet, f"stoa{subnet}"
        self.balancer, self.network = f"10.77.{subnet}.254", f"10.77.{subnet}.0/24"

    def address(self, node: int) -> str:
        return f"10.77.{self.subnet}.{node}"

    def port(self, node: int, kind: str) -> int:
        return PORTS[kind]

    def balancer_port(self, kind: str) -> int:
        return {"primary": 5432, "replicas": 5433}[kind]

    def name(self, node: int) -> str:
        return f"{self.bridge}-{node}"

    def cable(self, node: int) -> str:
        return f"{self.bridge}.{node}"

    def on(self, node: int) -> list[str]:
        """What a command begins with that runs there."""
        return ["ip", "netns", "exec", self.name(node)]

    def up(self):
        there = {namespace["name"] for namespace in ip_json("netns", "list")}
        if not exists(self.bridge):
            ip("link", "add", self.bridge, "type", "bridge")
            ip("addr", "add", f"{self.balancer}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for node in NODES:
            name, cable = self.name(node), self.cable(node)
            if name in there:
                continue
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
            ip("netns", "exec", name, "sh", "-c", KEEPALIVE)
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", cable, "master", self.bridge, "up")
            ip("-n", name, "addr", "add", f"{self.address(node)}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")

    def down(self):
        there = {namespace["name"] for namespace in ip_json("netns", "list")}
        for node in NODES:
            if exists(self.cable(node)):
                ip("link", "del", self.cable(node))
            if self.name(node) in there:
                ip("netns", "del", self.name(node))
        if exists(self.bridge):
            ip("link", "del", self.bridge)

    def unplug(self, node: int):
        ip("link", "set", self.cable(node), "down")

    def part(self, node: int):
        """From the other nodes alone: clients still reach it, which is when two could believe that they lead."""
        for peer in set(NODES) - {node}:
            ip("-n", self.name(node), "route", "replace", "blackhole", f"{self.address(peer)}/32")

    def heal(self, node: int):
        ip("link", "set", self.cable(node), "up")
        ip("-n", self.name(node), "route", "flush", "type", "blackhole")

    def cut(self, node: int) -> str:
        """Whether it is cut off, in words; "" if not."""
        if not exists(self.cable(node)):
            return ""
        if "UP" not in ip_json("link", "show", self.cable(node))[0]["flags"]:
            return "cut off"
        return "cut off from its peers" if ip_json("-n", self.name(node), "route", "show", "type", "blackhole") else ""


def ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def ip_json(*words: str) -> list:
    return json.loads(ip("-j", *words) or "[]")


def exists(interface: str) -> bool:
    return any(link["ifname"] == interface for link in ip_json("link", "show"))
