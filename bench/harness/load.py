"""The open loop, load.c, and what it sends."""

import json
import os
import random
import subprocess

from . import contestants, data
from .servers import Failed


class Load:
    def __init__(self, folder, port, cores):
        self.program, self.port, self.cores = folder / "load", port, cores
        contestants.run(["cc", "-O2", "-o", self.program, contestants.BENCH / "load.c", "-lm"], contestants.BENCH)

    def __call__(self, rate, seconds, connections, file):
        """What became of the requests, by name: load.c says what the names mean. RATE 0: a closed loop."""
        argv = [self.program, self.port, f"{rate:.0f}", seconds, connections, file]
        load = subprocess.run(list(map(str, argv)), stdout=subprocess.PIPE, text=True, timeout=seconds + 60,
                              preexec_fn=lambda: os.sched_setaffinity(0, self.cores))
        if load.returncode != 0:
            raise Failed(f"The load ended with {load.returncode}.")
        return {name: float(value) for name, value in (pair.split("=") for pair in load.stdout.split())}


def request_bytes(method, path, headers=(), body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def write_requests(file, share, posts, writers, seed=4):
    """Some thousands of requests, which are sent in turn: SHARE of them POST /posts, of the others half lists, half single posts.
    WRITERS are lines "USERNAME TOKEN"."""
    rng = random.Random(seed)
    writers = [line.split() for line in writers.read_text().splitlines()]
    with open(file, "wb") as out:
        for number in range(20_000):
            if rng.random() < share:
                name, token = rng.choice(writers)
                post = {"title": f"Post {number}", "text": "w" * 400, "community": "books", "username": name}
                request = request_bytes("POST", "/api/v1/posts", [f"Authorization: Bearer {token}"], json.dumps(post).encode())
            elif rng.random() < 0.5:
                request = request_bytes("GET", f"/api/v1/posts?community=community_{rng.randrange(data.COMMUNITIES):02}")
            else:
                request = request_bytes("GET", f"/api/v1/posts/{rng.randint(1, posts)}")
            out.write(b"%d\n%s\n" % (len(request), request))
