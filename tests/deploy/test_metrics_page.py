"""docs/metrics.md names the metrics that there are, and no others, as what they are."""

import re
from pathlib import Path

import pytest

from exposed import exposed_by_both

PAGE = Path(__file__).resolve().parents[2] / "docs/metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def exposed(start_module_server, postgres):
    return exposed_by_both(start_module_server, postgres.create_database())


@pytest.fixture(scope="module")
def page() -> dict[str, tuple[str, set[str]]]:
    """The kind and the labels of each."""
    rows = ROW.findall(PAGE.read_text())
    assert len({name for name, *_ in rows}) == len(rows), "a metric is there twice"
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}


def test_the_page_names_exactly_the_metrics_that_are_exposed(page, exposed):
    assert page.keys() == exposed.keys()


def test_the_page_tells_their_kinds_and_labels(page, exposed):
    for name, family in exposed.items():
        labels = {label for _, of in family.samples for label, _ in of} - {"le"}
        assert page[name] == (family.kind, labels), name
