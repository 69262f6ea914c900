"""What the runbooks on watching print is what comes."""

import os
from pathlib import Path

import pytest

from conftest import BINARY
from console import assert_works_as_printed, steps

ROOT = Path(__file__).resolve().parents[2]
RUNBOOKS = [page for page in sorted((ROOT / "docs/runbooks").glob("*.md"))
            if page.stem == "watch" or (page.stem.startswith("alert-") and list(steps(page)))]


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_the_commands_of_a_runbook_work_as_printed(start_server, tmp_path, page):
    server = start_server()
    (tmp_path / "stoa").symlink_to(BINARY)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert assert_works_as_printed(page, {"127.0.0.1:8080": f"127.0.0.1:{server.port}"}, ROOT, PATH=path) > 0
