"""A site goes over to this release."""

import subprocess

from conftest import BINARY, Server


def upgrade(server: Server) -> None:
    server.stop()
    server.command[0] = BINARY
    server.start()


def must_be_sound(server: Server, place: dict) -> None:
    """Once it has ended."""
    server.stop()
    where = [word for name, value in place.items() for word in (f"--{name}", value)]
    ended = subprocess.run([BINARY, "check", "--data", server.data, *where], text=True, capture_output=True, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
