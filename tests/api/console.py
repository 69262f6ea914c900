"""Runs what stands in a page as ```console blocks: commands after `$ `, what they print below, `…` for what differs."""

import os
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

END = "--- end of output ---"


def steps(page: Path) -> Iterator[tuple[str, str]]:
    """Each command with the output printed below it."""
    for indent, block in re.findall(r"^( *)```console\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE):
        block = textwrap.dedent(indent + block) if indent else block
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield command, output


def pattern(output: str) -> str:
    return ".*".join(re.escape(part) for part in output.rstrip("\n").split("…"))


def assert_works_as_printed(page: Path, replaced: dict[str, str], folder: Path | None = None,
                            **environment: str) -> int:
    """Runs all commands of a page in one shell; `replaced`: what stands for something else. Gives how many there were."""
    tour = list(steps(page))
    script = "".join(f"{command}\necho; echo '{END}'\n" for command, _ in tour)
    for printed, meant in replaced.items():
        script = script.replace(printed, meant)
    ended = subprocess.run(["sh"], input=script, cwd=folder, env=os.environ | environment,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True)
    came = ended.stdout.split(f"{END}\n")
    for (command, output), text in zip(tour, came, strict=False):
        for printed, meant in replaced.items():
            text = text.replace(meant, printed)
        assert re.fullmatch(pattern(output), text.rstrip("\n")), f"{command}\nprinted: {output}\ncame:    {text}"
    assert len(came) == len(tour) + 1, ended.stdout
    return len(tour)
