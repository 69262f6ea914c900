"""A fresh Debian in a folder: commands in it by chroot, or booted, with systemd and a network of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from waiting import until

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build/debian"  # for the next run: what debootstrap made
SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
# Beside what a minimal system has: what every machine has; systemd so that it can be booted.
TOOLS = "systemd,dbus,man-db,bash-completion,curl,iproute2,openssl"
# What runbooks install.
LATER_INSTALLED = ("caddy", "haproxy", "postgresql", "postgresql-client", "patroni", "etcd-server", "etcd-client", "gettext-base", "openssh-server")
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
LATER = "99.0.0"  # of a package that another is upgraded to
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}


def missing() -> str:
    """What keeps this machine from making another."""
    if os.geteuid():
        return "only root may"
    absent = [program for program in ("debootstrap", "systemd-nspawn", "nsenter") if not shutil.which(program)]
    return f"not installed: {', '.join(absent)}; tools/install-packages test-package installs it" if absent else ""


def checked(*command, **options) -> str:
    ended = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    assert ended.returncode == 0, f"{' '.join(map(str, command))}: {ended.returncode}\n{ended.stdout[-4000:]}"
    return ended.stdout


class Machine:
    """A root folder. Whatever is not asked for by name is run in it by chroot; once it is booted, in there."""

    def __init__(self, root: Path):
        self.root = root
        self.enter = ["chroot", root]
        self.leader = None  # its first process, once it is booted

    def start(self, *command, given: str = "", timeout: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run([*self.enter, *map(str, command)], env=ENVIRONMENT, input=given, text=True,
                              timeout=timeout, capture_output=True)

    def run(self, *command, **options) -> str:
        """What it prints; it must end well."""
        ended = self.start(*command, **options)
        assert ended.returncode == 0, f"{command}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def apt(self, *words) -> str:
        """Both streams: maintainers' scripts speak on the second."""
        ended = self.start("apt-get", "-qq", "-y", *words)
        assert ended.returncode == 0, f"apt-get {words}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    def take(self, package: Path) -> str:
        """A package from outside; where it is inside."""
        shutil.copy(package, self.root / "var/tmp" / package.name)
        return f"/var/tmp/{package.name}"

    def file(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def get(self, path: str, port: int = 8080) -> str:
        """The answer's status and body."""
        return self.start("curl", "-s", "-m", "5", "-w", "\n%{http_code}", f"http://127.0.0.1:{port}{path}").stdout

    def is_ready(self, port: int = 8080) -> bool:
        return self.get("/readyz", port).endswith("\n200")

    def state(self, unit: str, *names: str) -> dict[str, str]:
        shown = self.run("systemctl", "show", unit, *(f"--property={name}" for name in names))
        return dict(line.split("=", 1) for line in shown.splitlines())

    def is_active(self, unit: str) -> bool:
        return self.state(unit, "ActiveState")["ActiveState"] == "active"

    def journal(self, unit: str = "stoa.service") -> str:
        return self.run("journalctl", "--no-pager", "-u", unit)


def base(package: Path) -> Path:
    """The archive of a root with TOOLS, and in apt's cache what the package depends on: no network is needed any more."""
    archive = KEPT / f"{SUITE}-{crc32(repr((TOOLS, LATER_INSTALLED)).encode()):08x}.tar"
    if archive.exists():
        return archive
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        root = Path(folder) / "root"
        checked("debootstrap", "--variant=minbase", f"--include={TOOLS}", SUITE, root, MIRROR)
        machine = Machine(root)
        machine.apt("install", "--download-only", "--no-install-recommends", machine.take(package), *LATER_INSTALLED)
        machine.file("/etc/hosts").write_text(HOSTS)
        checked("tar", "-C", root, "-cf", Path(folder) / "root.tar", ".")
        (Path(folder) / "root.tar").rename(archive)
    return archive


@contextmanager
def fresh(package: Path):
    """A machine that has never seen Stoa."""
    archive = base(package)
    with empty() as machine:
        checked("tar", "-C", machine.root, "-xf", archive)
        # What it has is thrown away: none of it must get to the disk in order.
        machine.file("/etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")
        yield machine


@contextmanager
def empty():
    with tempfile.TemporaryDirectory(prefix="stoa-machine-", dir=KEPT) as folder:
        # TemporaryDirectory is its owner's alone; others than root live here, too.
        Path(folder).chmod(0o755)
        yield Machine(Path(folder))


@contextmanager
def copy_of(machine: Machine):
    with empty() as another:
        checked("cp", "-a", f"{machine.root}/.", another.root)
        yield another


def leader_of(process: subprocess.Popen) -> int | None:
    """The first process of a booted machine, as seen from here."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return next((int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "systemd"), None)


@contextmanager
def own_cgroup(name: str):
    """Its folders. In one that others have, too, the systemd of each machine takes others' services for its own."""
    mounted, folders = Path("/sys/fs/cgroup"), []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "name=systemd"):
            under = "systemd" if controllers else "unified" if (mounted / "unified").is_dir() else "."
            folders.append(mounted / under / path.lstrip("/") / name)
            folders[-1].mkdir()
    try:
        yield folders
    finally:
        for folder in folders:
            until(lambda folder=folder: removed(folder), 10)


def removed(cgroup: Path) -> bool:
    """Unless a process is still in it, or below it."""
    with suppress(OSError):
        for below in sorted(cgroup.rglob("*/"), reverse=True):
            below.rmdir()
        cgroup.rmdir()
    return not cgroup.exists()


@contextmanager
def booted(machine: Machine, gently: bool = True):
    """Meanwhile its systemd runs. In the end it is asked to power off, or loses its power."""
    with own_cgroup(machine.root.name) as cgroups:
        yield from in_cgroup(machine, cgroups, gently)


def in_cgroup(machine: Machine, cgroups: list[Path], gently: bool):
    console = machine.root.with_suffix(".console")
    enter = "".join(f"echo $$ >{folder}/cgroup.procs && " for folder in cgroups)
    with console.open("wb") as log:
        process = subprocess.Popen(["sh", "-c", f'{enter}exec "$@"', "sh", "systemd-nspawn", "--quiet", "--register=no",
                                    "--keep-unit", "--private-network", "--boot", "-D", machine.root],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    chroot = machine.enter
    try:
        assert until(lambda: process.poll() is not None or leader_of(process), 20), console.read_text(errors="replace")
        assert process.poll() is None, console.read_text(errors="replace")
        machine.leader = leader_of(process)
        machine.enter = ["nsenter", "--target", str(machine.leader), "--mount", "--uts", "--ipc", "--net", "--pid",
                         "--cgroup", "--root", "--wd=/"]
        # Whether all units of a container come up is not the matter here: degraded will do.
        assert until(lambda: machine.start("systemctl", "is-system-running").stdout.strip() in ("running", "degraded"),
                     90, every=0.5), console.read_text(errors="replace")[-3000:]
        yield machine
    finally:
        machine.enter = chroot
        if process.poll() is None:
            # nspawn passes it on as a request to power off; without its first process the machine ends at once.
            os.kill(*((process.pid, signal.SIGTERM) if gently or not machine.leader else (machine.leader, signal.SIGKILL)))
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        console.unlink()
