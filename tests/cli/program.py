"""Runs the program to its end, as a person at a shell would, and reads what a server then holds."""

import os
import pty
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from conftest import BINARY, Server


def environment(**variables: str) -> dict[str, str]:
    """That of the tests, without what would be an option of the program."""
    return {name: value for name, value in os.environ.items() if not name.startswith("STOA_")} | variables


def run(*arguments, timeout: float = 20, folder: Path | None = None, given: str = "",
        **variables: str) -> subprocess.CompletedProcess:
    """Runs it with pipes for its input and output; it must end by itself."""
    return subprocess.run([BINARY, *arguments], timeout=timeout, capture_output=True, text=True, cwd=folder, input=given,
                          env=environment(**variables))


def place(folder) -> list:
    """Where the data are of a site with this data folder, as flags."""
    database = Server.engine.database(folder, folder)
    return ["--data", folder] + (["--database", database] if database else [])


class Terminal:
    """The program with a terminal for its output."""

    def __init__(self, *arguments):
        self.screen, its_end = pty.openpty()
        self.process = subprocess.Popen([BINARY, *arguments], stdout=its_end, stderr=its_end, env=environment())
        os.close(its_end)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def pieces(self):
        """What is written to the terminal, as it comes."""
        try:
            while piece := os.read(self.screen, 65536):
                yield piece.decode()
        except OSError:  # The other end is closed.
            return


def assert_refused(ended: subprocess.CompletedProcess, *culprits: str, code: int | None = None) -> None:
    """With a message that names the culprits, and nothing for a pipe to go on with."""
    assert ended.returncode == code if code else ended.returncode > 0, (ended.returncode, ended.stdout, ended.stderr)
    assert not ended.stdout, ended.stdout
    for culprit in culprits:
        assert culprit in ended.stderr, f"promised a message that names {culprit!r}, came: {ended.stderr}"


@contextmanager
def served(folder: Path, *flags: str, settings: dict | None = None):
    """A server on a data folder that is there already."""
    server = Server(folder, *flags, settings=settings).start()
    try:
        yield server
    finally:
        server.stop()


def found(response):
    assert response.status_code == 200, response.text
    return response.json()


def whole_list(site, path: str) -> list[dict]:
    """All pages of a list, from the path of its first."""
    items = []
    while path:
        page = found(site.get(path))
        items += page["items"]
        path = following(page["next"])
    return items


def following(url: str | None) -> str | None:
    """`next` may be a whole URL or only a path."""
    return url and "?".join(urlsplit(url)[2:4])
