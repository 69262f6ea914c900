"""The README's tour works as printed: its commands are run in order, and what comes must be what stands there."""

import re
import subprocess
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
PORT = "8080"


def steps():
    """Each command of the tour with the output printed below it."""
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield command, output


def pattern(output):
    """What is printed, where `…` stands for what is different each time."""
    return ".*".join(re.escape(part) for part in output.rstrip("\n").split("…"))


def test_the_tour_works_as_printed(start_server):
    server = start_server()
    tour = list(steps())
    assert len(tour) >= 15
    for command, output in tour:
        command = command.replace(f"localhost:{PORT}", f"127.0.0.1:{server.port}")
        result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)
        assert re.fullmatch(pattern(output), result.stdout.rstrip("\n")), f"{command}\nprinted: {output}\ncame:    {result.stdout}"
