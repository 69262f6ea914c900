"""The package on a machine that runs, from its installation to its end. The tests are in the order of that life."""

import json
import resource

import pytest

from machine import LATER
from waiting import until

pytest_plugins = ["package_fixtures"]
SERVICES = {"posts": 8081, "votes": 8082, "users": 8083, "messages": 8084}
PASSWORD = "correct horse battery"
CONFIGURATION = "/etc/stoa/stoa.conf"
JSON = ("-H", "Content-Type: application/json")


def post(machine, path: str, body: dict, *flags: str) -> dict:
    sent = machine.run("curl", "-sf", f"http://127.0.0.1:8080/api/v1{path}", *JSON, *flags, "-d", json.dumps(body))
    return json.loads(sent)


def pid(machine) -> str:
    return machine.state("stoa.service", "MainPID")["MainPID"]


def test_once_installed_it_serves(running):
    state = running.state("stoa.service", "ActiveState", "UnitFileState", "StatusText", "NRestarts")
    assert state == {"ActiveState": "active", "UnitFileState": "enabled", "NRestarts": "0",
                     "StatusText": "listening on http://127.0.0.1:8080"}, running.journal()
    assert running.is_ready()


def test_it_runs_as_its_user_and_may_do_nothing_else(running):
    status = running.run("cat", f"/proc/{pid(running)}/status")
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    uid = running.run("id", "-u", "stoa").strip()
    assert facts["Uid"].split() == [uid] * 4
    assert int(facts["CapBnd"], 16) == 0 and facts["NoNewPrivs"] == "1" and facts["Seccomp"] == "2"
    limits = running.run("cat", f"/proc/{pid(running)}/limits").splitlines()
    files = next(line for line in limits if line.startswith("Max open"))
    soft, hard = files.split()[3:5]
    # Fewer than the unit asks for where this machine itself may have no more.
    assert soft == hard == str(min(524_288, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def test_its_log_is_in_the_journal(running):
    assert "listening on http://127.0.0.1:8080" in running.journal()


def test_the_first_admin_is_made_and_writes(running):
    made = running.start("runuser", "-u", "stoa", "--", "stoa", "user", "create", "ada", "--email", "ada@example.org",
                         "--admin", "--data", "/var/lib/stoa", given=PASSWORD + "\n")
    assert made.returncode == 0, made.stderr
    token = post(running, "/tokens", {"username": "ada", "password": PASSWORD})["access_token"]
    made = post(running, "/posts", {"title": "Hello", "text": "", "community": "books"},
                "-H", f"Authorization: Bearer {token}")
    assert made["id"] == 1


def test_it_comes_back_when_it_is_killed(running):
    before = pid(running)
    running.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "stoa")
    assert until(lambda: pid(running) not in ("0", before) and running.is_ready(), 20), running.journal()


def test_a_changed_configuration_holds_after_a_restart(running):
    file = running.file(CONFIGURATION)
    file.write_text(file.read_text().replace("#max-body = ", "max-body = 2000 #"))
    file = running.file("/etc/stoa/environment")
    file.write_text(file.read_text() + "STOA_CORS_ORIGINS=https://a.example\n")
    running.run("systemctl", "restart", "stoa")
    sent = running.run("curl", "-si", "http://127.0.0.1:8080/api/v1/posts", *JSON, "-H", "Origin: https://a.example",
                       "-d", "x" * 2001)
    assert " 413 " in sent.splitlines()[0] and "allow-origin: https://a.example" in sent.lower(), sent


def test_an_upgrade_restarts_it_and_keeps_data_and_configuration(running, later):
    before, configuration = pid(running), running.file(CONFIGURATION).read_bytes()
    secrets = running.file("/etc/stoa/environment").read_bytes()
    running.apt("install", running.take(later))
    assert running.run("dpkg-query", "-W", "-f", "${Version}", "stoa") == LATER
    assert pid(running) not in ("0", before) and running.is_ready(), running.journal()
    assert running.file(CONFIGURATION).read_bytes() == configuration
    assert running.file("/etc/stoa/environment").read_bytes() == secrets
    assert '"Hello"' in running.get("/api/v1/posts/1")
    assert "finishing what is in flight" in running.journal()
    assert running.state("stoa.service", "Result")["Result"] == "success"


def test_each_service_may_have_a_process_of_its_own(running):
    units = [f"stoa@{service}" for service in SERVICES]
    running.run("systemctl", "start", *units)
    assert not running.is_active("stoa.service"), "both would want the same files"
    for service, port in SERVICES.items():
        assert until(lambda port=port: running.is_ready(port), 20), running.journal(f"stoa@{service}")
    assert '"Hello"' in running.get("/api/v1/posts/1", SERVICES["posts"])


def test_a_service_of_its_own_has_an_environment_of_its_own(running):
    running.file("/etc/stoa/posts.environment").write_text("STOA_LISTEN=127.0.0.1:9081\n")
    running.run("systemctl", "restart", "stoa@posts")
    assert until(lambda: running.is_ready(9081), 20), running.journal("stoa@posts")


def test_an_upgrade_restarts_those_that_run_alone(running, later):
    before = {service: running.state(f"stoa@{service}", "MainPID")["MainPID"] for service in SERVICES}
    running.apt("install", "--reinstall", running.take(later))
    after = {service: running.state(f"stoa@{service}", "MainPID")["MainPID"] for service in SERVICES}
    assert not before.items() & after.items() and "0" not in after.values()
    assert not running.is_active("stoa.service")


def test_what_is_removed_is_stopped_and_keeps_data_and_configuration(running):
    running.apt("remove", "stoa")
    for unit in ("stoa.service", *(f"stoa@{service}.service" for service in SERVICES)):
        assert not running.is_active(unit)
    assert "stoa" not in running.run("sh", "-c", "cat /proc/[0-9]*/comm").split()
    assert not running.file("/usr/bin/stoa").exists()
    for path in (CONFIGURATION, "/etc/stoa/environment", "/var/lib/stoa/posts.db", "/var/lib/stoa/keys.json"):
        assert running.file(path).exists(), path


def test_installed_again_it_has_them(running, later):
    running.apt("install", running.take(later))
    running.run("systemctl", "start", "stoa")
    assert '"Hello"' in running.get("/api/v1/posts/1")
    assert "\nmax-body = 2000" in running.file(CONFIGURATION).read_text()


def test_a_purge_that_can_ask_nobody_keeps_the_data_and_says_where(running):
    told = running.apt("purge", "stoa")
    assert "/var/lib/stoa are kept" in told
    assert running.file("/var/lib/stoa/posts.db").exists()
    for path in (CONFIGURATION, "/etc/stoa/environment", "/etc/systemd/system/multi-user.target.wants/stoa.service"):
        assert not running.file(path).exists() and not running.file(path).is_symlink(), path


@pytest.mark.parametrize("answer, is_kept", [("false", True), ("true", False)])
def test_a_purge_that_is_answered_does_as_it_was_told(running, later, answer, is_kept):
    running.apt("install", running.take(later))
    assert '"Hello"' in running.get("/api/v1/posts/1")
    running.run("debconf-set-selections", given=f"stoa stoa/remove-data boolean {answer}\n")
    running.apt("purge", "stoa")
    assert running.file("/var/lib/stoa").exists() == is_kept
