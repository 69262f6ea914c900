"""The package in a root where nothing runs: what is there, whose it is, and whether it is in order."""

import re
import shutil
import subprocess

import pytest

from machine import ENVIRONMENT

pytest_plugins = ["package_fixtures"]

OPTION = re.compile(r"^ +(?:-\w,)?--([a-z-]+)", re.MULTILINE)
UNITS = ["stoa.service", "stoa@posts.service"]
# Of systemd-analyze security, in tenths: below 2.0 all that a server can do without is taken away.
EXPOSURE = 20

PLACES = {
    "/usr/bin/stoa": "755 root root", "/var/lib/stoa": "700 stoa stoa", "/etc/stoa": "755 root root",
    "/etc/stoa/stoa.conf": "644 root root", "/etc/stoa/environment": "640 root stoa",
    "/lib/systemd/system/stoa.service": "644 root root", "/lib/systemd/system/stoa@.service": "644 root root",
    "/usr/share/man/man1/stoa.1.gz": "644 root root", "/usr/share/bash-completion/completions/stoa": "644 root root",
    "/usr/share/doc/stoa/copyright": "644 root root", "/usr/share/doc/stoa/examples/Caddyfile": "644 root root",
    "/usr/share/doc/stoa/examples/haproxy.cfg": "644 root root",
    "/usr/share/doc/stoa/examples/Procfile": "644 root root",
    "/usr/share/doc/stoa/examples/cluster/configure-node": "755 root root",
    "/usr/share/doc/stoa/examples/.env.example": "644 root root",
}


def test_every_link_of_its_pages_leads_to_a_file(installed):
    pages = list(installed.file("/usr/share/doc/stoa").rglob("*.md"))
    dead = [f"{page.name}: {target}" for page in pages for target in re.findall(r"\]\((?!https:)([^)#]+)[^)]*\)", page.read_text())
            if not (page.parent / target).exists()]
    assert len(pages) > 40 and not dead


@pytest.mark.parametrize("path", PLACES)
def test_every_file_is_there_with_its_owner_and_mode(installed, path):
    assert installed.run("stat", "-c", "%a %U %G", path).strip() == PLACES[path]


def test_its_user_can_not_log_in(installed):
    name, _, uid, _, _, home, shell = installed.run("getent", "passwd", "stoa").strip().split(":")
    assert (name, home, shell) == ("stoa", "/var/lib/stoa", "/usr/sbin/nologin") and int(uid) < 1000


def test_it_is_enabled_and_not_started_where_no_systemd_runs(installed):
    assert installed.file("/etc/systemd/system/multi-user.target.wants/stoa.service").is_symlink()
    assert not list(installed.file("/var/lib/stoa").iterdir()), "a server has made files"


def test_its_files_are_those_of_the_package(installed):
    assert installed.run("dpkg", "--verify", "stoa") == ""


def test_the_program_names_its_version(installed, package):
    version = package.name.split("_")[1]
    assert installed.run("stoa", "--version").startswith(f"stoa {version} (")


def test_the_configuration_has_every_option_of_serve(installed):
    named = set(re.findall(r"^#?([a-z-]+) = ", installed.file("/etc/stoa/stoa.conf").read_text(), re.MULTILINE))
    assert named == set(OPTION.findall(installed.run("stoa", "serve", "--help"))) - {"help", "config"}


def test_every_default_in_the_configuration_is_one(installed):
    """With all of them given, it is the server that it is without."""
    text = installed.file("/etc/stoa/stoa.conf").read_text()
    given = re.sub(r"^#([a-z-]+ = (?!\"?[A-Z:,…]+\"?$))", r"\1", text, flags=re.MULTILINE)
    assert given.count("\n#") < text.count("\n#") - 20
    installed.file("/tmp/all.conf").write_text(given + 'listen = "nowhere"\n')
    ended = installed.start("stoa", "serve", "--config", "/tmp/all.conf")
    assert "'nowhere'" in ended.stderr, ended.stderr


def test_the_man_page_is_read_without_a_warning_and_has_every_option(installed):
    ended = installed.start("man", "--warnings", "--encoding=utf8", "-P", "cat", "stoa")
    assert ended.returncode == 0 and not ended.stderr, ended.stderr
    for option in OPTION.findall(installed.run("stoa", "serve", "--help")):
        assert f"--{option}" in ended.stdout
    for command in ("stoa user create", "stoa import reddit-csv", "stoa check"):
        assert command in ended.stdout


@pytest.mark.parametrize("line, completed", {
    "stoa ser": ["serve"], "stoa serve --lis": ["--listen"], "stoa serve --auth ": ["required", "open"],
    "stoa serve --auth=o": ["open"], "stoa serve vo": ["votes"], "stoa user cr": ["create"],
    "stoa user create --adm": ["--admin"],
    "stoa serve --config /etc/sto": ["/etc/stoa"], "stoa serve --threads ": [],
}.items())
def test_bash_completes(installed, line, completed):
    """As readline does: words are broken at =, too."""
    words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
    script = f""". /usr/share/bash-completion/bash_completion; _completion_loader stoa
COMP_WORDS=({' '.join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}; _stoa
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    assert installed.run("bash", "-c", script).split() == completed


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(installed, unit):
    ended = installed.start("systemd-analyze", "verify", unit)
    assert ended.returncode == 0 and "stoa" not in ended.stderr, ended.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_shut_in(installed, unit):
    told = installed.run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", unit)
    print(told.splitlines()[-1])


def test_it_runs_as_its_user_with_the_packaged_configuration(installed):
    """By hand, where no systemd runs; in a network of its own, where nobody else has its port."""
    script = """setpriv --reuid=stoa --regid=stoa --init-groups stoa serve --config /etc/stoa/stoa.conf & server=$!
for i in $(seq 100); do curl -sf 127.0.0.1:8080/readyz && break; sleep 0.1; done
stat -c %U:%a /var/lib/stoa/*; kill $server; wait $server; echo "ended with $?"
"""
    ended = subprocess.run(["unshare", "--net", "sh", "-c", 'ip link set lo up; exec chroot "$0" sh', installed.root],
                           input=script, text=True, capture_output=True, timeout=60, env=ENVIRONMENT)
    assert '"ready"' in ended.stdout and "stoa:600" in ended.stdout, ended.stdout + ended.stderr
    assert "root:" not in ended.stdout and "ended with 0" in ended.stdout, ended.stdout + ended.stderr


def test_lintian_finds_no_error(package):
    if not shutil.which("lintian"):
        pytest.skip("not installed: lintian; tools/install-packages test-package installs it")
    ended = subprocess.run(["lintian", "--fail-on", "error,warning", "--allow-root", package], text=True,
                           capture_output=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
