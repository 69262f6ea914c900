"""One measurement: wrk against a server for some seconds, and what the server used meanwhile."""

import os
import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .servers import Failed

LUA = Path(__file__).parent.parent / "lua"

@dataclass
class Sample:
    rate: float  # answers a second, without what was refused
    requests: int
    cpu: float  # microseconds that the server's processes used, for each of them
    p50: float = 0  # microseconds, as wrk saw it
    p99: float = 0
    p999: float = 0
    failures: int = 0  # answers of 400 and more, broken connections, timeouts
    wrk: float = 0  # the share of a core that wrk used; near 1 it was wrk that could do no more


def measure(server, path, cores, seconds, connections, script="report.lua", arguments=()):
    """wrk with one thread, on the given cores. What a server refuses is not counted as done."""
    argv = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", LUA / script,
            f"http://127.0.0.1:{server.port}{path}", "--", *arguments]
    before, before_wrk = server.cpu_seconds(), children_seconds()
    wrk = subprocess.run(
        list(map(str, argv)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "BENCH_LUA": str(LUA)},
        timeout=seconds + 60,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    used = server.cpu_seconds() - before
    measured = re.search(r"^MEASURED (.*)$", wrk.stdout, re.MULTILINE)
    if wrk.returncode != 0 or not measured:
        raise Failed(f"wrk against {server.name} failed:\n{wrk.stdout}")
    values = {key: int(value) for key, value in (pair.split("=") for pair in measured[1].split())}
    if not values["requests"]:
        raise Failed(f"{server.name} answered nothing:\n{server.last_words()}")
    done = max(1, values["requests"] - values["refused"])
    return Sample(
        rate=done * 1e6 / values["us"],
        requests=values["requests"],
        cpu=used * 1e6 / done,
        p50=values["p50"],
        p99=values["p99"],
        p999=values["p999"],
        failures=values["refused"] + values["broken"],
        wrk=(children_seconds() - before_wrk) * 1e6 / values["us"],
    )


def children_seconds():
    """CPU that children used which have ended: none but wrk ends meanwhile."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_raw(program, database, table, batch, seconds, start, posts, users):
    """SQLite alone, by rivals/raw/raw.c."""
    argv = [program, database, table, batch, seconds, start, posts, users]
    raw = subprocess.run(list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=seconds + 60)
    if raw.returncode != 0:
        raise Failed(f"{program} ended with {raw.returncode}.")
    rows, took, cpu = map(float, raw.stdout.split())
    return Sample(rate=rows / took, requests=int(rows), cpu=cpu * 1e6 / rows)
