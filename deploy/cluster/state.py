"""A cluster as it stands in its folder: settings, passwords, and the files that its programs are given."""

import glob
import json
import os
import pwd
import shutil
import string
import urllib.error
import urllib.request
from pathlib import Path

import processes
from network import NODES, PORTS, Loopback, Namespaces

HERE = Path(__file__).resolve().parent
AS_ROOT = os.getuid() == 0
USER = "postgres" if AS_ROOT else pwd.getpwuid(os.getuid()).pw_name
# The argument, in its folder, that tells each of a node's processes.
PARTS = {"etcd": "etcd.yml", "patroni": "patroni.yml", "postgres": "postgres"}
PASSWORDS = ("superuser", "replication", "rewind", "restapi", "stoa")


class Failure(Exception):
    """What could not be done, and what to do about it."""


class Cluster:
    """Its settings, as they were given at the first start, and where its files are."""

    def __init__(self, data: Path, settings: dict):
        self.data, self.settings = data, settings
        by_name = settings["network"] == "namespaces"
        self.net = Namespaces(settings["subnet"]) if by_name else Loopback(settings["base_port"])

    def folder(self, node: int) -> Path:
        return self.data / f"node{node}"

    def argument(self, node: int, part: str) -> Path:
        return self.folder(node) / PARTS[part]

    def running(self, node: int, part: str) -> list[int]:
        return processes.find(self.argument(node, part))

    def hosts(self, kind: str) -> list[str]:
        return [f"{self.net.address(node)}:{self.net.port(node, kind)}" for node in NODES]

    def password(self, whose: str) -> str:
        return json.loads((self.data / "passwords.json").read_text())[whose]

    def uri(self, read_only: bool = False, through_balancer: bool = False, with_password: bool = False) -> str:
        hosts, options = ",".join(self.hosts("postgres")), ["connect_timeout=3"]
        if through_balancer:
            hosts = f"{self.net.balancer}:{self.net.balancer_port('replicas' if read_only else 'primary')}"
        else:
            options += ["target_session_attrs=" + ("prefer-standby" if read_only else "read-write")]
        user = "stoa"
        if with_password:
            user += ":" + self.password("stoa")
        else:
            options += [f"passfile={self.data}/stoa.pgpass"]
        return f"postgresql://{user}@{hosts}/stoa?{'&'.join(options)}"

    def ask(self, node: int, path: str) -> dict:
        """What Patroni there says, or etcd under /v2; nothing if it does not answer."""
        kind = "etcd" if path.startswith("/v2") else "patroni"
        if self.net.cut(node) == "cut off":
            return {}
        url = f"http://{self.net.address(node)}:{self.net.port(node, kind)}{path}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.loads(error.read() or b"{}")
        except (OSError, ValueError):
            return {}


def open_cluster(arguments) -> Cluster:
    """The one in --data, or (only at a start) a new one there."""
    data = arguments.data.resolve()
    file = data / "settings.json"
    given = {name: getattr(arguments, name, None) for name in ("network", "base_port", "subnet")}
    given = {name: value for name, value in given.items() if value is not None}
    if not file.exists():
        if arguments.command != "start":
            raise Failure(f"there is no cluster in {data}: `start` makes one; --data DIR names another folder")
        return Cluster(data, {"network": "loopback", "base_port": 7700, "subnet": 0} | given)
    settings = json.loads(file.read_text())
    for name, value in given.items():
        if settings[name] != value:
            raise Failure(
                f"the cluster in {data} has {name} {settings[name]}, not {value}: destroy it, or give another --data"
            )
    return Cluster(data, settings)


def own(folder: Path):
    folder.chmod(0o700)
    if AS_ROOT:
        shutil.chown(folder, USER, USER)


def write(file: Path, text: str, anew: bool = False):
    """For its owner alone, whole or not at all; kept if it is there, unless `anew`."""
    if file.exists() and not anew:
        return
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    if AS_ROOT:
        shutil.chown(new, USER, USER)
    new.rename(file)


def bin_folders() -> dict[str, str]:
    """PostgreSQL's programs by major version, the newest last."""
    found = glob.glob("/usr/lib/postgresql/*/bin/postgres")  # where Debian and Ubuntu have them
    folders = {Path(program).parts[-3]: os.path.dirname(program) for program in found}
    return dict(sorted(folders.items(), key=lambda item: int(item[0])))


def filled_in(template: str, cluster: Cluster, node: int = 0, **more) -> str:
    """The text of a template beside this program, for a node or (0) for the balancer."""
    net = cluster.net
    members = ",".join(f"node{n}=http://{host}" for n, host in zip(NODES, cluster.hosts("etcd_peer")))
    values = {
        "scope": "stoa",
        "network": net.network,
        "folder": cluster.data,
        "balancer_address": net.balancer,
        "etcd_members": members,
        "etcd_hosts": ", ".join(f'"{host}"' for host in cluster.hosts("etcd")),
        "watchdog": "off",
        "shared_buffers": "64MB",
        "etcd_scheme": "http",
        "etcd_state": "new",
    }
    values |= {f"{kind}_port": net.balancer_port(kind) for kind in ("primary", "replicas")}
    if node:
        folder = cluster.folder(node)
        values |= {
            "name": f"node{node}",
            "folder": folder,
            "data": folder / PARTS["postgres"],
            "sockets": folder,
            "address": net.address(node),
            "host": net.address(node),
            "bin_dir": bin_folder(folder),
        }
        values |= {f"{kind}_port": net.port(node, kind) for kind in PORTS}
        values |= {f"{whose}_password": cluster.password(whose) for whose in PASSWORDS}
    return string.Template((HERE / template).read_text().replace("${…}", "$${…}")).substitute(values | more)


def bin_folder(of_node: Path) -> str:
    """The programs that its data are for; the newest, if there are none yet."""
    version, folders = of_node / "postgres/PG_VERSION", bin_folders()
    major = version.read_text().strip() if version.exists() else list(folders)[-1]
    if major not in folders:
        raise Failure(f"the data are PostgreSQL {major}'s, of which the programs are not installed")
    return folders[major]
