"""Breaks what a running server stands on, and mends it again."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit

import pytest

from waiting import until


def may_mount() -> bool:
    """Root may, but not in every container."""
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True).returncode == 0
        return mounted and subprocess.run(["umount", place]).returncode == 0


NEEDS_ROOT = pytest.mark.skipif(not may_mount(), reason="only root may mount a small disk")


@contextmanager
def system_calls(server, call: str, fault: str, file: Path | None = None):
    """Meanwhile these calls of the server, or those on one file, end as strace's `inject` says: `error=EIO`."""
    if not shutil.which("strace"):
        pytest.fail("strace is needed: apt-get install strace")
    with tempfile.NamedTemporaryFile("w+") as told:
        which = ["-P", file] if file else []
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:{fault}", *which,
             "-p", str(server.process.pid)],
            stdin=subprocess.DEVNULL, stdout=told, stderr=told)
        try:
            until(lambda: "attached" in Path(told.name).read_text() or tracer.poll() is not None, 20, every=0.02)
            if tracer.poll() is not None:
                why = Path(told.name).read_text()
                if "not permitted" in why:
                    pytest.skip(f"only root may trace another process here: {why}")
                pytest.fail(f"strace ended: {why}")
            yield
        finally:
            tracer.terminate()
            tracer.wait(timeout=20)


class SmallDisk:
    """A disk of its own, which a file of no use can fill. Without that there is room for all four logs."""

    refusals = {503}  # a write for which there is no space was surely not kept

    def __init__(self, place: Path, mebibytes: int = 48):
        self.place, self.size = place, mebibytes

    def __enter__(self):
        self.place.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}m", "tmpfs", self.place], check=True)
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.place], check=True)

    def fill(self, server) -> None:
        with (self.place / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(4096)) == 4096:
                pass

    def free(self, server) -> None:
        (self.place / "ballast").unlink()


class DiskThatFills(SmallDisk):
    """One that the server fills by itself, and that grows. So it is the log's copies that find no space, too."""

    def __init__(self, place: Path):
        super().__init__(place, mebibytes=8)

    def fill(self, server) -> None:
        pass

    def free(self, server) -> None:
        subprocess.run(["mount", "-o", f"remount,size={10 * self.size}m", self.place], check=True)


class FileSizeLimit:
    """No file may grow beyond the size of the biggest. Any user may set that limit."""

    refusals = {500, 503}  # to SQLite it is an error like any other, which may leave a doubt

    def __init__(self, place: Path):
        self.place = place

    def __enter__(self):
        self.place.mkdir()
        return self

    def __exit__(self, *_):
        pass

    def fill(self, server) -> None:
        biggest = max(file.stat().st_size for file in [*server.data.iterdir(), server.log])
        prlimit(server.process.pid, RLIMIT_FSIZE, (biggest, RLIM_INFINITY))

    def free(self, server) -> None:
        if server.process:
            prlimit(server.process.pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
