"""Where and with what it was measured."""

import json
import os
import platform
import re
import sqlite3
import statistics
import subprocess
import time
from pathlib import Path

from .contestants import BUILT


def divide_cores():
    """Half the cores for servers, which this process and all it starts have from now on, and the others for what asks them: a server is
    measured by what it can do, not by what is left to it. Gives both; on a single core they share it."""
    cores = sorted(os.sched_getaffinity(0))
    half = len(cores) // 2
    servers, askers = (cores[:half], cores[half:]) if half else (cores, cores)
    os.sched_setaffinity(0, servers)
    return set(servers), set(askers)


def in_words(servers, askers):
    if servers == askers:
        return "servers and load on the same core"
    return f"servers on {len(servers)} of {len(servers | askers)} cores, the load on the others"


def first_line(*words):
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "not installed"
    return ((done.stdout + done.stderr).strip() or "?").splitlines()[0]


def description(work):
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    system = re.search(r'PRETTY_NAME="?([^"\n]*)', Path("/etc/os-release").read_text())
    return [
        f"{os.cpu_count()} cores, {cpu[1] if cpu else platform.machine()}, {memory:.0f} GiB, "
        f"{system[1] if system else '?'}, Linux {platform.release()}",
        f"A durable write of 4 KiB takes the disk {write_microseconds(work):.0f} µs (median of 200, appended, fdatasync)",
        f"Load average when it began: {os.getloadavg()[0]:.2f}",
    ]


def write_microseconds(work):
    """What each commit waits for at least."""
    path, took = work / "probe", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    path.unlink()
    return statistics.median(took) * 1e6


def versions(program):
    python = "import flask, gunicorn, sys; print(f'Flask {flask.__version__}, gunicorn {gunicorn.__version__}, Python {sys.version.split()[0]}')"
    found = [
        first_line(program, "--version"),
        first_line("nginx", "-v").replace("nginx version: ", ""),
        first_line("wrk", "-v").split(" Copyright")[0],
        first_line("/usr/bin/python3", "-c", python),
        f"SQLite {sqlite3.sqlite_version}",
    ]
    modules = BUILT / "fastify" / "node_modules"
    packages = [f"node {first_line('node', '--version')}"]
    for name in ("fastify", "better-sqlite3"):
        if (modules / name / "package.json").exists():
            packages.append(f"{name} {json.loads((modules / name / 'package.json').read_text())['version']}")
    found.append(", ".join(packages))
    found.append(first_line("go", "version").removeprefix("go version "))
    return found
