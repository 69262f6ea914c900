"""The runbooks on many machines, typed on several: a site on one of them grows, loses a machine, gets another."""

import json
import shutil

import pytest

from console import assert_came_as_printed, script_of, steps_by_machines
from fleet import ADDRESSES, assert_works_on_machines, fleet
from machine import missing
from test_runbooks import RUNBOOKS

pytest_plugins = ["package_fixtures"]
# Each goes on from what those before it have left.
PAGES = ["many-machines", "database-cluster", "lost-machine", "upgrade"]


def test_every_page_for_machines_by_name_has_its_place():
    named = {page.stem: {name for names, _, _ in steps_by_machines(page) for name in names}
             for page in RUNBOOKS.glob("*.md")}
    assert {page for page, names in named.items() if names} == set(PAGES)
    assert set().union(*named.values()) == set(ADDRESSES)


@pytest.fixture(scope="module")
def machines(package, later):
    if absent := missing():
        pytest.skip(absent)
    with fleet(package) as machines:
        for name in ("admin", "node1"):
            shutil.copy(package, machines[name].file("/root"))
        machines["admin"].file("/root/later").mkdir()
        shutil.copy(later, machines["admin"].file("/root/later"))
        set_up(machines["node1"])
        yield machines


def set_up(machine):
    """A site on one machine, by its page, and somebody has written there."""
    page = RUNBOOKS / "set-up.md"
    machine.file("/root/page.sh").write_text("exec </dev/null 2>&1\n" + script_of(page))
    assert_came_as_printed(page, machine.start("env", "-C", "/root", "bash", "page.sh", timeout=240).stdout)

    def post(path, body, *words):
        answer = machine.run("curl", "-sf", f"http://127.0.0.1:8080/api/v1/{path}", "-d", json.dumps(body),
                             "-H", "Content-Type: application/json", *words)
        return json.loads(answer)
    token = post("tokens", {"username": "ada", "password": "correct horse battery"})["access_token"]
    post("posts", {"title": "The first post", "text": "", "community": "books"}, "-H", f"Authorization: Bearer {token}")


@pytest.mark.parametrize("name", PAGES)
def test_a_runbook_works_on_many_machines_as_printed(machines, name):
    if not machines:
        pytest.skip("a page before it failed, whose work it goes on from")
    try:
        assert assert_works_on_machines(RUNBOOKS / f"{name}.md", machines) > 0
    except AssertionError:
        for each, machine in machines.items():
            print(f"--- {each}", machine.start("journalctl", "--no-pager", "-qocat", "-n", "30").stdout, sep="\n")
        machines.clear()
        raise
