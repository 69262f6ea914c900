"""Starting a server, waiting for it, what it uses, and its end."""

import http.client
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """What went wrong, in words for the person who ran the benchmark."""


@dataclass
class Memory:
    resident: int  # bytes; pages that two processes share count twice
    anonymous: int  # of them, those that are no file's


class Server:
    """A program with all its processes, in a session of its own, by which they are found."""

    def __init__(self, name, argv, port, log, env=None, cores=None):
        self.name, self.port, self.log = name, port, Path(log)
        must_be_free(port)
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                # If this program is killed the hard way, what it has started goes too.
                ["setpriv", "--pdeathsig", "TERM", *map(str, argv)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **(env or {})},
                preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None,
            )

    def wait_until_ready(self, path, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended before it served:\n{self.last_words()}")
            try:
                if get(self.port, path, timeout=5)[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise Failed(f"{self.name} does not answer GET {path} after {seconds} s:\n{self.last_words()}")

    def last_words(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def pids(self):
        """Every process of its session."""
        found = []
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                # The name, in parentheses, may hold spaces; after it come state, parent, group, session.
                fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:
                found.append(int(entry.name))
        return found

    def cpu_seconds(self):
        """What all its threads have used so far."""
        nanoseconds = 0
        for pid in self.pids():
            for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                try:
                    nanoseconds += int(thread.read_text().split()[0])
                except OSError:
                    pass  # it has just ended
        return nanoseconds / 1e9

    def memory(self):
        kib = {"VmRSS": 0, "RssAnon": 0}
        for pid in self.pids():
            try:
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                continue
            for line in lines:
                key, _, value = line.partition(":")
                if key in kib:
                    kib[key] += int(value.split()[0])
        return Memory(kib["VmRSS"] * 1024, kib["RssAnon"] * 1024)

    def stop(self):
        """Asks it to end; what is left of its session after ten seconds is killed."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        for pid in self.pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def must_be_free(port):
    """An error that names the port is better than another program's answers."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failed(f"Port {port} on 127.0.0.1 is taken ({error.strerror}); --port N chooses others.") from None


def get(port, path, timeout=30):
    """Status, body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
