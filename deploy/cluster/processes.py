"""Starting programs that outlive this one, and finding them again: by their arguments, which no other program has."""

import os
import signal
import subprocess
import time
from pathlib import Path


def start(command: list, log: Path, folder: Path, as_user: str | None) -> subprocess.Popen:
    """In the background, for good; root's rights are given up for those of `as_user`."""
    drop = ["setpriv", f"--reuid={as_user}", f"--regid={as_user}", "--init-groups"] if as_user else []
    # The namespace is entered first: that takes root's rights.
    enter, program = (command[:4], command[4:]) if command[:2] == ["ip", "netns"] else ([], command)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    with log.open("ab") as out:
        return subprocess.Popen(
            [*enter, *drop, *map(str, program)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env=environment,
            start_new_session=True,
        )


def find(argument: Path) -> list[int]:
    """Those that have exactly this path among their arguments."""
    wanted, found = str(argument).encode(), []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if wanted in (process / "cmdline").read_bytes().split(b"\0")[1:]:
                found.append(int(process.name))
        except OSError:
            pass  # it has ended, or is another's
    return found


def with_children(process: int) -> list[int]:
    """Itself first, then all that it has begun."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [process]
    for one in found:
        found += parents.get(one, [])
    return found


def is_frozen(process: int) -> bool:
    fields = stat(process)
    return bool(fields) and fields[0] == "T"


def stat(process: int) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, … Nothing if it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def send(which: signal.Signals, *processes: int):
    for process in processes:
        try:
            os.kill(process, which)
        except ProcessLookupError:
            pass


def end(arguments: list[Path], how: signal.Signals, patience: float) -> bool:
    """Asks those with one of the arguments to end, and waits: whether they have."""
    processes = [process for argument in arguments for process in find(argument)]
    send(how, *processes)
    send(signal.SIGCONT, *processes)
    return wait(lambda: not any(find(argument) for argument in arguments), patience)


def wait(condition, patience: float, every: float = 0.2):
    """Whether the condition came true in time."""
    deadline = time.monotonic() + patience
    while not (result := condition()) and time.monotonic() < deadline:
        time.sleep(every)
    return result
