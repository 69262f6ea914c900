"""The README's tour works as printed: its commands are run in order, in one shell, and what comes must be what stands there."""

import re
import subprocess
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
PORT = "8080"
END = "--- end of output ---"


def steps():
    """Each command of the tour with the output printed below it."""
    for block in re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield command, output


def pattern(output):
    """What is printed, where `…` stands for what is different each time."""
    return ".*".join(re.escape(part) for part in output.rstrip("\n").split("…"))


def test_the_tour_works_as_printed(start_server):
    server = start_server(settings={"auth": "required", "limits": "on"})
    tour = list(steps())
    assert len(tour) >= 15
    script = "".join(f"{command}\necho; echo '{END}'\n" for command, _ in tour)
    ended = subprocess.run(["sh"], input=script.replace(f"localhost:{PORT}", f"127.0.0.1:{server.port}"), capture_output=True,
                           text=True, timeout=60, check=True)
    came = ended.stdout.split(f"{END}\n")
    for (command, output), text in zip(tour, came, strict=False):
        assert re.fullmatch(pattern(output), text.rstrip("\n")), f"{command}\nprinted: {output}\ncame:    {text}"
    assert len(came) == len(tour) + 1, ended.stderr
