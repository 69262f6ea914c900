"""What the commands share: the folder they work in, and how they end."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .contestants import BENCH, BUILT
from .servers import Failed


def folder(stack):
    """On the disk that the build is on: durable writes to a disk in memory would say nothing."""
    BUILT.mkdir(parents=True, exist_ok=True)
    for old in BUILT.glob("run.*.*"):  # of one that was killed the hard way
        if not Path("/proc", old.name.split(".")[1]).exists():
            shutil.rmtree(old, ignore_errors=True)
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"run.{os.getpid()}.", dir=BUILT)))


def prepare(options):
    """What is needed is there, or comes."""
    if not options.stoa.is_file():
        raise Failed(f"There is no {options.stoa}: run `make build` first, or name it with --stoa.")
    if not options.no_install:
        subprocess.run([BENCH.parent / "tools/install-packages", "bench"], check=True)
    for name in ("wrk", "nginx", "cc", "setpriv"):
        if not shutil.which(name):
            raise Failed(f"{name} is not installed.")


def interrupt(*_):
    raise KeyboardInterrupt


def run(parse, measure):
    options = parse(sys.argv[1:])
    prepare(options)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, interrupt)
    stack = contextlib.ExitStack()
    try:
        return measure(options, stack)
    finally:
        # While things are put away, a second Ctrl-C must not leave the rest.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stack.close()


def main(name, parse, measure):
    """Ends the program. MEASURE has the options and a stack of what is to be undone."""
    try:
        sys.exit(run(parse, measure))
    except (Failed, subprocess.CalledProcessError) as error:
        sys.exit(f"\n{name}: {error}")
    except KeyboardInterrupt:
        print(f"\n{name}: interrupted; nothing was written", file=sys.stderr)
        sys.exit(130)
