"""What docs/security.md claims is shown by tests, and those are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "security.md").read_text()
CLAIMS = re.findall(r"^\| (?!what somebody tries|---|who )(.+?) \| (.+?) \| (.*) \|$", PAGE.split("## Accounts")[1], re.MULTILINE)
UNIT_TESTS = {".".join(name) for file in (TESTS.parent / "src").rglob("*_test.cpp")
              for name in re.findall(r"^TEST(?:_F)?\((\w+), (\w+)\)", file.read_text(), re.MULTILINE)}
FUNCTIONS = {name for file in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}


@pytest.mark.parametrize("claim, test", [(claim, test) for claim, _, test in CLAIMS], ids=lambda text: text[:60])
def test_a_claim_names_tests_that_are_there(claim, test):
    names = re.findall(r"`([\w.]+)`", test)
    assert names, f"nothing shows this: {claim}"
    for name in names:
        assert name in FUNCTIONS | UNIT_TESTS or list(TESTS.rglob(name)), name


def test_the_page_makes_claims():
    assert len(CLAIMS) > 35
