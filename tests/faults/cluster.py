"""A site on many machines: the cluster of deploy/cluster, two processes of each service on it, the balancer of deploy/ before them."""

import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import requests

from broken import may_mount
from conftest import Client, Server, free_port
from waiting import until

DEPLOY = Path(__file__).parents[2] / "deploy"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
SERVICES = ["users", "posts", "votes", "messages"]  # the first makes the keys that others have
NODES = (1, 2, 3)
# Each node's, so that one can be full. In memory: programs are killed here, which loses nothing that the kernel was given.
DISK = "1g"
# Longer than it takes the balancer to notice.
DRAIN = 2


def missing() -> str:
    """What is not installed of what a cluster needs."""
    programs = ["patroni", "etcd", "psql", "haproxy"] + ["setpriv"] * (os.geteuid() == 0)
    absent = [program for program in programs if not shutil.which(program, path=PATH)]
    return ", ".join(absent) if absent or list(Path("/usr/lib/postgresql").glob("*/bin/postgres")) else "postgres"


def may_have_cables() -> bool:
    """Root may give nodes networks of their own, but not in every container."""
    if os.geteuid() or not shutil.which("ip", path=PATH):
        return False
    name = f"stoa-probe-{os.getpid()}"
    return all(subprocess.run(["ip", "netns", word, name], capture_output=True).returncode == 0 for word in ("add", "del"))


class Cluster:
    """Three nodes. Where root may do it, each has an address that can be cut off, and a disk that can be full."""

    def __init__(self, data: Path):
        self.data, self.has_cables, self.has_disks = data, may_have_cables(), may_mount()
        self.where = ["--network", "loopback", "--base-port", str(free_port())]
        if self.has_cables:
            free = [n for n in range(1, 255) if not Path(f"/sys/class/net/stoa{n}").exists()]
            self.where = ["--network", "namespaces", "--subnet", str(random.choice(free))]

    def __enter__(self) -> "Cluster":
        with ExitStack() as undo:
            undo.callback(self.remove)
            for node in NODES if self.has_disks else ():
                self.disk(node).mkdir(parents=True)
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.disk(node)], check=True)
            self.start()
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self.undo.close()

    def remove(self) -> None:
        self.run("stop")
        for node in NODES if self.has_disks else ():
            subprocess.run(["umount", "-l", self.disk(node)], check=False)

    def disk(self, node: int) -> Path:
        return self.data / f"node{node}"

    @contextmanager
    def full_disk(self, node: int):
        ballast = self.disk(node) / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), 1 << 20)
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)) == 4096:
                pass
        try:
            yield
        finally:
            ballast.unlink()

    def run(self, *words, well=(0,)) -> str:
        ended = subprocess.run([DEPLOY / "cluster/cluster", *map(str, words), "--data", self.data], text=True,
                               capture_output=True, stdin=subprocess.DEVNULL, timeout=240)
        assert ended.returncode in well, f"cluster {words}: {ended.returncode}: {ended.stdout}{ended.stderr}{self.tails()}"
        return ended.stdout

    def start(self) -> None:
        """What of it does not run, or is cut off; and waits until it is whole."""
        if (self.data / "settings.json").exists():
            for row in self.rows():
                if row["state"].startswith("cut off"):
                    self.run("heal", row["node"])
        self.run("start", *self.where, "--timeout", 120)

    def must_become_whole(self, seconds: float = 120) -> None:
        assert until(self.is_whole, seconds, every=0.5), self.run("status", well=(0, 3)) + self.tails()

    def is_whole(self) -> bool:
        return subprocess.run([DEPLOY / "cluster/cluster", "status", "--data", self.data],
                              stdout=subprocess.DEVNULL, timeout=60).returncode == 0

    def uri(self) -> str:
        return self.run("uri").strip()

    def rows(self) -> list[dict]:
        return json.loads(self.run("status", "--json", well=(0, 3)))

    def node_that_is(self, what: str, column: str = "role") -> int:
        """leader or sync_standby; in the column etcd, leader."""
        return next(row["node"] for row in self.rows() if row[column] == what)

    def tails(self) -> str:
        """The ends of all logs."""
        return "".join(f"\n--- {log.parent.name}/{log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-12:])
                       for log in sorted(self.data.glob("node*/*.log")))


class Site:
    """Two processes of each service, reached through the balancer alone; each on ports of its own."""

    def __init__(self, cluster: Cluster, folder: Path):
        self.cluster, self.folder = cluster, folder
        self.url, self.operators = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self.record: list = []  # what clients were answered
        self.database = cluster.uri()
        settings = {"data": folder / "data", "database": self.database, "users-url": self.url, "posts-url": self.url,
                    "log-level": "warn", "threads": 1, "drain-delay": DRAIN}
        self.processes = {(service, n): Server(folder / f"{service}{n}", service=service, settings=settings)
                          for service in SERVICES for n in (1, 2)}
        self.balancer = None

    def __enter__(self) -> "Site":
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.start()
            addresses = {f"STOA_{service.upper()}_{n}": f"127.0.0.1:{process.port}"
                         for (service, n), process in self.processes.items()}
            addresses |= {"STOA_BALANCER": self.url.removeprefix("http://"),
                          "STOA_OPERATORS": self.operators.removeprefix("http://")}
            with (self.folder / "haproxy.log").open("wb") as log:
                self.balancer = subprocess.Popen(["haproxy", "-db", "-f", DEPLOY / "haproxy.cfg"], stdin=subprocess.DEVNULL,
                                                 stdout=log, stderr=log, env=os.environ | addresses | {"PATH": PATH})
            assert until(self.is_balanced, 30), (self.folder / "haproxy.log").read_text()
            self.undo = undo.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self.undo.close()

    def start(self) -> None:
        """Whichever process does not run."""
        def begin(service: str) -> None:
            for process in self.of(service):
                if process.process is None:
                    process.start()

        begin(SERVICES[0])
        with ThreadPoolExecutor() as pool:
            list(pool.map(begin, SERVICES[1:]))

    def stop(self) -> None:
        if self.balancer:
            self.balancer.kill()
            self.balancer.wait()
        with ThreadPoolExecutor(len(self.processes)) as pool:
            list(pool.map(Server.stop, self.processes.values()))

    def of(self, service: str) -> list[Server]:
        return [process for (its, _), process in self.processes.items() if its == service]

    def states(self) -> dict:
        """Of each process, what the balancer thinks: UP, DOWN, …"""
        table = requests.get(f"{self.operators}/stats;csv", timeout=10).text.splitlines()
        names = table[0].removeprefix("# ").split(",")
        rows = [dict(zip(names, line.split(","), strict=False)) for line in table[1:]]
        return {(service, n): row["status"] for service, n in self.processes for row in rows
                if (row["pxname"], row["svname"]) == (f"{service}.again", str(n))}

    def is_balanced(self) -> bool:
        """Whether the balancer sends requests to all."""
        try:
            return all(state == "UP" for state in self.states().values())
        except requests.RequestException:
            return False

    def restart(self, *, with_binary: Path | None = None) -> None:
        """One process after the other, each when the one before is in service."""
        for which, process in self.processes.items():
            process.stop()
            if with_binary:
                process.command[0] = with_binary
            process.start()
            assert until(lambda which=which: self.states()[which] == "UP", 20), self.states()

    def client(self) -> "SiteClient":
        return SiteClient(self)


class CutOff(requests.RequestException):
    """The balancer has no answer to give, as when a connection is cut: what was asked may have been done."""


class SiteClient(Client):
    """Writes down when it was answered, and what."""

    def __init__(self, site: Site):
        super().__init__(f"{site.url}/api/v1")
        self.record = site.record

    def request(self, method, path, **options):
        service, keyed = path.split("/")[1].partition("?")[0], "Idempotency-Key" in options.get("headers", {})
        kind = "read" if method == "GET" else "keyed" if keyed else "plain"
        began, status, response = time.monotonic(), 0, None
        try:
            # The balancer gives up before.
            response = super().request(method, path, **{"timeout": 100} | options)
            status = response.status_code
        finally:
            self.record.append((service, kind, began, time.monotonic(), status, path))
        if status in (502, 504) or (status == 503 and "X-Request-Id" not in response.headers):
            raise CutOff(f"{method} {path}: {response.text}")
        return response


def a_folder() -> tempfile.TemporaryDirectory:
    """One that PostgreSQL's user may enter."""
    folder = tempfile.TemporaryDirectory(prefix="stoa-cluster-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o711)
    return folder
