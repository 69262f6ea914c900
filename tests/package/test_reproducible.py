"""Whoever builds the same commit with the same packages gets the same bytes."""

import subprocess

import pytest

from machine import ROOT


def test_two_builds_in_different_folders_are_the_same():
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, text=True, capture_output=True).stdout:
        pytest.skip("there are changes that are not committed, which no clone would have")
    ended = subprocess.run([ROOT / "tools/check-reproducible"], text=True, capture_output=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
