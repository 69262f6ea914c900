"""The command line in other forms. tests/package shows that man, bash and the server read them."""

import re
import subprocess

import pytest

from program import assert_refused, run

OPTION = re.compile(r"^ +(?:-\w,)?--([a-z-]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def options() -> set[str]:
    return set(OPTION.findall(run("serve", "--help").stdout))


def test_the_configuration_has_every_option_of_serve(options):
    text = run("describe", "config").stdout
    assert set(re.findall(r"^#([a-z-]+) = \S", text, re.MULTILINE)) == options - {"help", "config"}
    assert not [line for line in text.splitlines() if line and not line.startswith("#")]
    assert max(map(len, text.splitlines())) <= 100


def test_a_setting_is_a_line_of_the_configuration_that_holds(tmp_path):
    file = tmp_path / "stoa.conf"
    file.write_text(run("describe", "config", "listen=nowhere", "max-body=2000").stdout)
    assert {"\nmax-body = 2000\n", '\nlisten = "nowhere"\n'} <= set(re.findall(r"\n[a-z-]+ = .*\n", file.read_text()))
    assert_refused(run("serve", "--config", file), "'nowhere'")


@pytest.mark.parametrize("setting", ["colour=red", "config=/etc/stoa.conf", "listen"])
def test_a_setting_that_is_no_option_is_refused(setting):
    assert_refused(run("describe", "config", setting), setting.split("=")[0])


def test_every_option_is_in_the_man_page_and_completed(options):
    page = run("describe", "man").stdout.replace("\\-", "-")
    script = run("describe", "completion").stdout
    for option in options - {"help"}:
        assert f"\\fB--{option}\\fR" in page and re.search(rf" --{option}[ ']", script), option
    assert ".SS stoa user create\n" in page and "STOA_MAX_BODY" in page
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0


def test_nothing_depends_on_the_machine():
    for form in ("config", "man", "completion"):
        here = run("describe", form)
        on_one_core = subprocess.run(["taskset", "-c", "0", *here.args], text=True, capture_output=True, check=True)
        assert on_one_core.stdout == here.stdout


def test_help_does_not_mention_it():
    assert "describe" not in run("--help").stdout
