"""Stoa and its rivals: how each is made, started and asked."""

import http.client
import json
import os
import pwd
import secrets
import shutil
import subprocess
import time
from pathlib import Path

from . import data
from .servers import Failed, Server, get

BENCH = Path(__file__).parent.parent
BUILT = BENCH.parent / "build" / "bench"
FAR = "1e9,1e9"  # a limit that nobody reaches, and that is counted all the same


class Contestant:
    """Something that answers Stoa's paths; `prefix` stands before a case's name where it serves files instead."""

    def __init__(self, name, server, prefix=None, cases=None):
        self.name, self.server, self.prefix, self.cases = name, server, prefix, cases

    def takes(self, case):
        return self.cases is None or case.name in self.cases

    def path(self, case):
        return case.path if self.prefix is None else f"{self.prefix}/{case.name}"

    def paths(self, case):
        return case.paths if self.prefix is None else [self.path(case)] * len(case.paths)


class Stoa:
    """As it is deployed: tokens required, metrics on, a line in the log for each request, limits counted."""

    name = "Stoa"

    def __init__(self, program, work, port, cores=None):
        self.work, self.port, self.cores = work, port, cores
        # Not the build itself: a rebuild must not pull it from under a running measurement.
        self.program = shutil.copy(program, work / "stoa")
        self.folder = work / "data"
        self.password = secrets.token_urlsafe(16)
        self.tokens_made = None
        made = subprocess.run(
            [self.program, "user", "create", "bench-admin", "--email", "admin@example.org", "--admin", "--data", self.folder],
            input=self.password + "\n", text=True, capture_output=True,
        )
        if made.returncode != 0:
            raise Failed(f"stoa user create: {made.stderr or made.stdout}")

    def start(self, name=name, folder=None, port=None, flags=(), program=None, environment=None):
        """The server; with a name, a folder and a port of its own it is a second one, different in what else is given."""
        limits = [word for name in ("read", "write", "login", "signup", "guess") for word in (f"--{name}-limit", FAR)]
        # Accounts are made and logged in quickly: hashing passwords is not what is measured (logins.sh does that).
        hashing = ["--password-memory", "8", "--password-passes", "1"]
        # Whatever STOA_… the caller's environment has must not change what is measured.
        for variable in [word for word in os.environ if word.startswith("STOA_")]:
            del os.environ[variable]
        port = port or self.port
        return Server(
            name,
            [program or self.program, "serve", "--listen", f"127.0.0.1:{port}", "--data", folder or self.folder, *limits, *hashing, *flags],
            port, self.work / f"{name}.log", environment, cores=self.cores,
        )

    def log_in(self, username):
        session = data.Client(self.port).post("/tokens", {"username": username, "password": self.password}, 201)
        return session["access_token"]

    def sign_up(self, count):
        self.writers = [f"writer{number:02}" for number in range(count)]
        client = data.Client(self.port)
        for name in self.writers:
            client.post("/users", {"username": name, "email": f"{name}@example.org", "password": self.password}, 201)

    def token_files(self):
        """For posts.lua the writers', for votes.lua the admin's. Tokens live a quarter of an hour."""
        files = {"posts.lua": self.work / "writers", "votes.lua": self.work / "admin"}
        if self.tokens_made is None or time.monotonic() - self.tokens_made > 300:
            for file, names in zip(files.values(), (self.writers, ["bench-admin"])):
                file.write_text("".join(f"{name} {self.log_in(name)}\n" for name in names))
            self.tokens_made = time.monotonic()
        return files


def run(words, cwd, env=None):
    """A step of making a rival. What it says is shown only if it fails."""
    try:
        done = subprocess.run(
            list(map(str, words)), cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env={**os.environ, **(env or {})},
        )
    except FileNotFoundError:
        raise Failed(f"{words[0]} is not installed") from None
    if done.returncode != 0:
        raise Failed(f"`{' '.join(map(str, words))}` failed: {' / '.join(done.stdout.splitlines()[-4:])}")
    return done.stdout


def make_raw(work):
    run(["cc", "-O2", "-o", work / "raw", BENCH / "rivals/raw/raw.c", "-lsqlite3"], BENCH)
    return work / "raw"


def start_flask(work, port, database):
    argv = ["/usr/bin/python3", "-m", "gunicorn", "--chdir", BENCH / "rivals/flask", "--bind", f"127.0.0.1:{port}",
            "--workers", "2", "--worker-class", "gthread", "--threads", "8", "--keep-alive", "75", "app:app"]
    return Server("Flask", argv, port, work / "flask.log", {"DATABASE": str(database), "PYTHONDONTWRITEBYTECODE": "1"})


def start_fastify(work, port, database):
    folder = BUILT / "fastify"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (BENCH / "rivals/fastify/package.json").read_text()
    installed = folder / "installed"
    if not installed.exists() or installed.read_text() != wanted:
        (folder / "package.json").write_text(wanted)
        env = {}
        # Where the node that is installed brought its headers along, a package that must be compiled need not fetch them.
        if Path("/usr/include/node/node.h").exists() and shutil.which("node") == "/usr/bin/node":
            env["npm_config_nodedir"] = "/usr"
        run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], folder, env)
        installed.write_text(wanted)
    shutil.copy(BENCH / "rivals/fastify/app.js", folder)
    env = {"DATABASE": str(database), "PORT": str(port), "NODE_ENV": "production"}
    return Server("Fastify", ["node", folder / "app.js"], port, work / "fastify.log", env)


def start_go(work, port, database):
    folder = BUILT / "go"
    folder.mkdir(parents=True, exist_ok=True)
    # Caches among what is built: `make clean` is to leave nothing. With the distribution's SQLite, as Stoa.
    env = {"GOMODCACHE": str(folder / "modules"), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-modcacherw", "CGO_ENABLED": "1"}
    run(["go", "build", "-tags", "libsqlite3", "-o", folder / "rival", "."], BENCH / "rivals/go", env)
    return Server("Go", [folder / "rival"], port, work / "go.log", {"DATABASE": str(database), "PORT": str(port)})


NGINX = """\
{user}
worker_processes {workers};
worker_rlimit_nofile 4096;
daemon off;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{}}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 300;
    open_file_cache max=100;
    open_file_cache_valid 1h;
    default_type application/json;
    client_body_temp_path {work}/nginx.1;
    proxy_temp_path {work}/nginx.2;
    fastcgi_temp_path {work}/nginx.3;
    uwsgi_temp_path {work}/nginx.4;
    scgi_temp_path {work}/nginx.5;
    server {{
        listen 127.0.0.1:{port} reuseport;
        root {work}/www;
{returns}
    }}
}}
"""


def start_nginx(work, port, answers):
    """Hands out the answers, {case name: bytes}, as files and, where they fit, from its configuration."""
    returned = []
    (work / "www").mkdir()
    for name, answer in answers.items():
        (work / "www" / name).write_bytes(answer)
        quoted = answer.decode().replace("\\", "\\\\").replace("'", "\\'")
        # A word of a configuration file has at most 4,096 bytes; a $ would be a variable.
        if len(quoted.encode()) < 4000 and "$" not in quoted:
            returned.append((name, quoted))
    returns = "\n".join(f"        location = /return/{name} {{ return 200 '{quoted}'; }}" for name, quoted in returned)
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    (work / "nginx.conf").write_text(NGINX.format(user=user, workers=len(os.sched_getaffinity(0)), work=work, port=port, returns=returns))
    argv = ["nginx", "-e", work / "nginx.log", "-p", work, "-c", work / "nginx.conf"]
    return Server("nginx", argv, port, work / "nginx.out"), [name for name, _ in returned]


def same_answer(contestant, case, expected):
    """A rival that answers something else is not compared."""
    try:
        status, body = get(contestant.server.port, contestant.path(case))
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"{contestant.name}, {case.title}: {error}") from None
    if status != 200:
        raise Failed(f"{contestant.name}, {case.title}: {status}\n{contestant.server.last_words()}")
    if contestant.prefix is not None:
        equal = body == expected
    else:
        equal = comparable(body) == comparable(expected)
    if not equal:
        raise Failed(f"{contestant.name}, {case.title}: not Stoa's answer, but\n{body[:400]}\ninstead of\n{expected[:400]}")


def comparable(body):
    """The JSON without the cursor, which is each one's own."""
    value = json.loads(body)
    value.pop("next", None)
    return value
