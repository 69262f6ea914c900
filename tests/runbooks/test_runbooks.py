"""The runbooks, on one machine from its first day on: what their commands print is what stands in them. The pages are in the order of that
life, and each finds what those before it have left."""

import re
import shutil
from pathlib import Path

import pytest

from console import assert_came_as_printed, script_of, steps
from machine import ROOT, booted

pytest_plugins = ["package_fixtures"]
RUNBOOKS = ROOT / "docs/runbooks"
LIFE = ["set-up", "run", "moderate", "keys-and-secrets", "back-up-and-restore", "certificate", "disk-full", "corrupted-file", "upgrade",
        "scale", "lost-machine"]
# These run in test_many_machines.py; parts of lost-machine and upgrade, too.
ON_MANY_MACHINES = {"many-machines", "database-cluster"}
# For people to read.
WITHOUT_COMMANDS = {"README", "test"}
# These run in tests/deploy, on a server alone.
ON_A_SERVER = {"watch", *(page.stem for page in RUNBOOKS.glob("alert-*.md"))}


@pytest.fixture(scope="module")
def machine(fresh_machine, package, later):
    """With the packages that an operator has fetched, in root's folder."""
    home = fresh_machine.file("/root")
    (home / "later").mkdir()
    shutil.copy(package, home)
    shutil.copy(later, home / "later")
    with booted(fresh_machine) as machine:
        yield machine


def test_every_page_has_its_place():
    pages = {page.stem for page in RUNBOOKS.glob("*.md")}
    assert pages == set(LIFE) | WITHOUT_COMMANDS | ON_MANY_MACHINES | ON_A_SERVER and len(LIFE) == len(set(LIFE))
    assert not any(list(steps(RUNBOOKS / f"{name}.md")) for name in WITHOUT_COMMANDS)


def test_every_link_leads_somewhere():
    for page in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)[^)]*\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", LIFE)
def test_a_runbook_works_as_printed(machine, name):
    page = RUNBOOKS / f"{name}.md"
    machine.file("/root/page.sh").write_text("exec </dev/null 2>&1\n" + script_of(page))
    ended = machine.start("env", "-C", "/root", "bash", "page.sh", timeout=240)
    assert assert_came_as_printed(page, ended.stdout) > 0
