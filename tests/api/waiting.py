"""For what comes by itself, and soon."""

import time

import requests


def until(true, seconds: float, every: float = 0.1) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def karma_has_settled(server, seconds: float = 60) -> bool:
    """Whether votes have moved all the karma that they will: nothing was on its way each of several times that it was looked,
    which is four times a second."""
    quiet = 0

    def nothing_moves() -> bool:
        nonlocal quiet
        told = requests.get(f"{server.url}/metrics", timeout=10).text
        quiet = quiet + 1 if "\nstoa_karma_waiting 0\n" in told else 0
        return quiet > 12

    return until(nothing_moves, seconds)
