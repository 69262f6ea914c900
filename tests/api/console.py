"""Runs what stands in a page as ```console blocks: commands after `$ ` (and `> `, where they go on), what they print below, `…` for
what differs. In pages for several machines a block names its own, ```console node1 node2: on each of them, side by side."""

import os
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

END = "--- end of output ---"


def steps_by_machines(page: Path) -> Iterator[tuple[list[str], str, str]]:
    """Each command: where it is typed (nowhere by name in pages for one machine), and the output printed below it."""
    for indent, names, block in re.findall(r"^( *)```console\b(.*)\n((?s:.*?))^ *```", page.read_text(), re.MULTILINE):
        block = textwrap.dedent(indent + block) if indent else block
        for command, output in re.findall(r"^\$ (.*\n(?:>(?: .*)?\n)*)((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield names.split(), re.sub(r"^> ?", "", command, flags=re.MULTILINE).rstrip("\n"), output


def steps(page: Path) -> Iterator[tuple[str, str]]:
    """Those for the one machine."""
    return ((command, output) for names, command, output in steps_by_machines(page) if not names)


def pattern(output: str) -> str:
    """`…` is anything within a line; as a line of its own, any lines, or none."""
    lines = output.rstrip("\n").split("\n") if output.strip() else []
    return "".join(r"(?:.*\n)*" if line.strip() == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in lines)


def script_of(page: Path) -> str:
    """All commands of a page, for one shell."""
    return "".join(f"{command}\necho; echo '{END}'\n" for command, _ in steps(page))


def assert_is_as_printed(command: str, output: str, came: str) -> None:
    came = came.rstrip("\n") + "\n" if came.strip() else ""
    assert re.fullmatch(pattern(output), came), f"{command}\nprinted: {output}\ncame:    {came}"


def assert_came_as_printed(page: Path, printed_by_script: str) -> int:
    """Gives how many commands there were."""
    tour, came = list(steps(page)), printed_by_script.split(f"{END}\n")
    for (command, output), text in zip(tour, came, strict=False):
        assert_is_as_printed(command, output, text)
    assert len(came) == len(tour) + 1, printed_by_script
    return len(tour)


def assert_works_as_printed(page: Path, replaced: dict[str, str], folder: Path | None = None, **environment: str) -> int:
    """Runs a page's commands; `replaced`: what stands for something else. Gives how many there were."""
    script = script_of(page)
    for printed, meant in replaced.items():
        script = script.replace(printed, meant)
    ended = subprocess.run(["sh"], input=script, cwd=folder, env=os.environ | environment,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=True)
    came = ended.stdout
    for printed, meant in replaced.items():
        came = came.replace(meant, printed)
    return assert_came_as_printed(page, came)
