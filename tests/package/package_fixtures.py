"""The package that `make package` has made (or STOA_PACKAGE names), a later one, and machines to put them on."""

import os
import subprocess
from pathlib import Path

import pytest

from machine import LATER, ROOT, booted, fresh, missing


@pytest.fixture(scope="session")
def package() -> Path:
    if named := os.environ.get("STOA_PACKAGE"):
        return Path(named).absolute()
    found = list((ROOT / "build/package").glob("stoa_*.deb"))
    assert len(found) == 1, "make package first"
    return found[0]


@pytest.fixture(scope="session")
def later(package, tmp_path_factory) -> Path:
    """The same with a higher version."""
    folder = tmp_path_factory.mktemp("later") / "stoa"
    subprocess.run(["dpkg-deb", "-R", package, folder], check=True)
    control = folder / "DEBIAN/control"
    lines = [f"Version: {LATER}" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join([*lines, ""]))
    made = folder.parent / f"stoa_{LATER}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", folder, made], check=True,
                   stdout=subprocess.DEVNULL)
    return made


@pytest.fixture(scope="module")
def fresh_machine(package):
    if absent := missing():
        pytest.skip(absent)
    with fresh(package) as machine:
        yield machine


@pytest.fixture(scope="module")
def installed(fresh_machine, package):
    """Where no systemd runs, as in an image that is being made."""
    fresh_machine.told = fresh_machine.apt("install", fresh_machine.take(package))
    return fresh_machine


@pytest.fixture(scope="module")
def running(fresh_machine, package):
    """Where it does."""
    with booted(fresh_machine) as machine:
        machine.told = machine.apt("install", machine.take(package))
        yield machine
