"""A private PostgreSQL server: its folder, port and rights are its own; it goes with the process that started it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

# Of a server that need not outlive its machine. Tests kill processes, which loses nothing that the kernel was given.
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": 400, "shared_buffers": "32MB", "fsync": "off",
            "full_page_writes": "off", "max_wal_size": "128MB", "wal_level": "minimal", "max_wal_senders": 0}
# Of one that others copy, and of its copies.
COPIED = {"wal_level": "replica", "max_wal_senders": 4, "hot_standby": "on"}
ADMIN = "postgres"
# The program needs no more than a database that is its own.
OWNER = "stoa"


def programs() -> Path:
    """Where the newest PostgreSQL on this machine has its programs, which Debian keeps out of the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb", path=os.pathsep.join([*map(str, reversed(folders)), os.environ.get("PATH", "")]))
    if found is None:
        raise RuntimeError("there is no PostgreSQL here: tools/install-packages test installs it")
    return Path(found).resolve().parent


def environment(**variables: str) -> dict[str, str]:
    """That of the tests, without what would be an option of PostgreSQL's programs."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return others | {"LC_ALL": "C"} | variables


class PostgreSQL:
    """A server and its databases. To be started by a thread that lives as long: when that ends, so does it.
    `of`: a running one whose replica it is."""

    def __init__(self, port: int, settings: dict | None = None, of: "PostgreSQL | None" = None):
        self.port, self.programs, self.of = port, programs(), of
        self.settings = SETTINGS | (settings or {}) | (COPIED if of else {})
        self.folder = Path(tempfile.mkdtemp(prefix="stoa-postgres-"))
        self.log = self.folder / "log"
        self.process: subprocess.Popen | None = None
        self.numbers = count(1)
        self.prefix = ["setpriv", "--pdeathsig", "INT"]
        if os.geteuid() == 0:
            # PostgreSQL does not run as root.
            user = next(each for each in (ADMIN, "nobody") if each in {entry.pw_name for entry in pwd.getpwall()})
            shutil.chown(self.folder, user)
            self.prefix += ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups"]
        if of:
            self.run("pg_basebackup", "--pgdata", self.data, "--write-recovery-conf", "--no-sync", "--checkpoint", "fast",
                     "--dbname", of.uri("postgres", ADMIN), prefix=self.prefix)
        else:
            self.run("initdb", "--pgdata", self.data, "--username", ADMIN, "--auth", "trust", "--encoding", "UTF8",
                     "--locale", "C.UTF-8", "--no-sync", "--no-instructions", prefix=self.prefix)

    def __enter__(self) -> "PostgreSQL":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def uri(self, database: str, user: str = OWNER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> "PostgreSQL":
        """As a folder that was used before, too."""
        settings = self.settings | {"port": self.port, "unix_socket_directories": self.folder}
        flags = [f"--{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.programs / "postgres", "-D", self.data, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), cwd=self.folder)
        deadline = time.monotonic() + 30
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"PostgreSQL did not start:\n{self.tail()}")
            time.sleep(0.02)
        if not self.of and not self.sql(f"select 1 from pg_roles where rolname = '{OWNER}'"):
            self.sql(f"create role {OWNER} login")
        return self

    def answers(self) -> bool:
        return subprocess.run([self.programs / "pg_isready", "--quiet", "--dbname", self.uri("postgres", ADMIN)],
                              env=environment(), timeout=20).returncode == 0

    def stop(self) -> None:
        """Whoever is connected is cut off."""
        process, self.process = self.process, None
        ended_before = process.poll()
        if ended_before is None:
            process.send_signal(signal.SIGINT)
        try:
            code = process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            by_itself = "" if ended_before is None else " by itself"
            raise RuntimeError(f"PostgreSQL ended with {code}{by_itself}:\n{self.tail()}")

    def create_database(self) -> str:
        """A new one, empty, and the URI of its owner."""
        name = f"site{next(self.numbers)}"
        # Copies of files take half the time of what goes through the log.
        self.sql(f"create database {name} owner {OWNER} template template0 strategy file_copy")
        return self.uri(name)

    def drop_database(self, uri: str) -> None:
        self.sql(f"drop database {uri.rpartition('/')[2]} with (force)")

    def sql(self, statements: str, uri: str | None = None, schema: str = "public") -> str:
        """What they give, as lines of values with | between them. All happen, or none."""
        return self.run("psql", "-qXAt", "--dbname", uri or self.uri("postgres", ADMIN), "--command", statements,
                        PGOPTIONS=f"-c search_path={schema}")

    def dump(self, uri: str) -> str:
        """All that is in a database; bytes as the characters that they are, so that text in them can be found."""
        dumped = self.run("pg_dump", "--dbname", uri, PGOPTIONS="-c bytea_output=escape")
        # Without psql's own commands, which have a random word in them.
        return "".join(line for line in dumped.splitlines(True) if not line.startswith(("\\restrict", "\\unrestrict")))

    def run(self, program: str, *arguments, prefix=(), **variables: str) -> str:
        ended = subprocess.run([*prefix, self.programs / program, *arguments], cwd=self.folder, timeout=60,
                               env=environment(**variables), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if ended.returncode != 0:
            raise RuntimeError(f"{program} ended with {ended.returncode}: {ended.stderr}")
        return ended.stdout

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])
