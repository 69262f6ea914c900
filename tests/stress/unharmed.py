"""What every stress test is wrapped in: a server of its own, and afterwards proof that nothing was harmed."""

import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from accounts import Caller, an_account
from conftest import BINARY, Server
from document import SERVICES
from sample import a_message, a_post, a_post_id, a_user, a_vote, found
from waiting import until

MIB = 1 << 20
# What the server may keep of its own: what pages of memory are fragmented by, buffers, the statements of SQLite.
KEPT = 12 * MIB
# Memory that is free goes back at once and next to none waits with a thread: what remains is in use.
ALLOCATOR = {"TCMALLOC_AGGRESSIVE_DECOMMIT": "1", "TCMALLOC_MAX_TOTAL_THREAD_CACHE_BYTES": str(MIB)}
# Connections that services keep with each other, both ends of which are this process's: a few for each thread.
KEPT_FILES = 32
THREADS = 2
# Those to PostgreSQL for the writes of the services, each opened when it is needed first: two descriptors each.
WRITERS = len(SERVICES) * THREADS * 4 * 2
CACHE = 4  # MiB, the answers that are told again; the default of 64 would hide a leak.
CONNECTIONS_TO_EACH_DATABASE = 1 + THREADS  # The writer's and each thread's: each may keep every page that was added.
PROMPT = 2.0  # Seconds for a good request that takes milliseconds, on a machine that does other things too.
BACK = 20.0  # Seconds until what was closed is let go; the server's own limits are far below.
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) .+")
REQUEST = re.compile(r"request method=\S* path=\S* operation=\S+ status=(\d{3}) bytes=\d+ seconds=\d+\.\d{6} "
                     r"client=\S+ request_id=\S* trace_id=\S*")


def as_many_files_as_allowed() -> int:
    """Raises this process's bound, which servers inherit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@dataclass
class Standing:
    """How a server is, at one moment."""

    pid: int
    files: int
    memory: int
    data: int

    @classmethod
    def of(cls, server) -> "Standing":
        pid = server.process.pid
        return cls(pid, open_files(pid), resident(pid), sum(file.stat().st_size for file in server.data.glob("*.db")))


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid: int) -> int:
    """Bytes of memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def unharmed(*, allocator: dict = ALLOCATOR, **settings):
    """A server with some data for what is done inside. `settings` are those of `stoa serve`."""
    as_many_files_as_allowed()
    with tempfile.TemporaryDirectory(prefix="stoa-stress-") as folder:
        usual = {"auth": "required", "cache": CACHE, "threads": THREADS}
        server = Server(Path(folder) / "data", settings=usual | settings)
        server.environment |= allocator
        server.start()
        try:
            warm_up(server)
            before = Standing.of(server)
            yield server
            assert_unharmed(server, before)
            # Its word counts as long as nobody else has the folder.
            server.stop()
            assert_log_is_clean(server)
            assert_data_is_sound(server)
        finally:
            if server.process is not None:
                server.kill()
            server.engine.forget(server.data)


def is_open(server) -> bool:
    return "open" in server.command


def an_actor(server) -> Caller:
    """Who may write: an account, or with open access just a name."""
    if is_open(server):
        return Caller(server, username=a_user(Caller(server))["username"])
    return an_account(server)


def warm_up(server) -> None:
    """Uses every service from several connections, so that each I/O thread has its statements, buffers and pages."""
    def some(_):
        for step in good_requests(server).values():
            for _ in range(5):
                step()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(some, range(8)))


def good_requests(server) -> dict[str, Callable[[], object]]:
    """One of each kind for each service, in this order."""
    ada, peer = an_actor(server), an_actor(server)
    post = a_post(ada, username=ada.username)
    message = a_message(ada, ada.username, peer.username)
    voted = a_post_id()
    whose = f"user={ada.username}&" if is_open(server) else ""
    a_vote(ada, voted, ada.username)
    return {
        "create a post": lambda: a_post(ada, username=ada.username),
        "read a post": lambda: found(ada.get(f"/posts/{post['id']}")),
        "list the posts": lambda: found(ada.get("/posts?limit=5")),
        "vote": lambda: a_vote(ada, a_post_id(), ada.username),
        "read a tally": lambda: found(ada.get(f"/votes/{voted}")),
        "create a user": lambda: a_user(Caller(server), password="correct horse battery"),
        "read a user": lambda: found(ada.get(f"/users/{ada.username}")),
        "send a message": lambda: a_message(ada, ada.username, peer.username),
        "read a message": lambda: found(ada.get(f"/messages/{message['id']}?{whose}")),
        "list a box": lambda: found(ada.get(f"/messages?{whose}box=sent")),
    }


def assert_good_requests_succeed(server) -> None:
    """At once."""
    with server.site() as site:
        for path in ("/healthz", "/readyz"):
            assert site.get(path, timeout=PROMPT).status_code == 200, path
    for name, step in good_requests(server).items():
        begin = time.monotonic()
        step()
        took = time.monotonic() - begin
        assert took < PROMPT, f"to {name} took {took:.2f} s, at most {PROMPT} were expected"


def assert_unharmed(server, before: Standing) -> None:
    """The process is the one it was, does its work and has let go of all it took for what is over."""
    code = server.process.poll()
    assert code is None, f"the server was expected to be alive and ended with {code}:\n{server.tail()}"
    assert_good_requests_succeed(server)

    pid = before.pid
    kept = KEPT_FILES + (WRITERS if server.database else 0)
    assert until(lambda: open_files(pid) <= before.files + kept, BACK), \
        f"{before.files} open files (and {kept}) were expected, there are {open_files(pid)}"

    allowed = KEPT + CACHE * MIB + CONNECTIONS_TO_EACH_DATABASE * (Standing.of(server).data - before.data)
    back = until(lambda: resident(pid) <= before.memory + allowed, BACK)
    now = resident(pid)
    print(f"\nmemory: {before.memory / MIB:.1f} MiB before, {now / MIB:.1f} after, {peak(pid) / MIB:.1f} at most;",
          f"files: {before.files} before, {open_files(pid)} after")
    assert back, f"{before.memory / MIB:.1f} MiB and {allowed / MIB:.1f} more were expected, not {now / MIB:.1f}"


def peak(pid: int) -> int:
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def assert_log_is_clean(server) -> None:
    """Each line is a whole one, and none tells of a fault inside."""
    for line in server.log.read_bytes().decode(errors="replace").split("\n")[:-1]:
        assert LINE.fullmatch(line), f"no line of a log: {line!r}"
        assert " error " not in line[:35], f"no fault inside was expected: {line}"
        if (request := line[25:]).startswith("request "):
            assert (match := REQUEST.fullmatch(request)), f"no line about a request: {line!r}"
            assert match[1] != "500", f"no fault inside was expected: {line}"


def assert_data_is_sound(server) -> None:
    """What `stoa check` says when the server has ended."""
    where = ["--database", server.database] if server.database else ["--data", server.data]
    checked = subprocess.run([BINARY, "check", *where], capture_output=True, text=True, timeout=120)
    assert checked.returncode == 0, f"stoa check was expected to find nothing:\n{checked.stdout}{checked.stderr}"
