"""`stoa user`: accounts from the shell, on a data folder with or without a server that runs on it."""

import fcntl
import json
import os
import pty
import re
import subprocess
import termios
import time
from contextlib import contextmanager

import pytest
import requests

from conftest import BINARY, SECURE
from program import assert_refused, environment, found, place, run, served

PASSWORD, NEW = "correct horse battery", "staple battery horse"
ACCOUNT = {"username", "email", "karma", "created_at", "role", "deactivated_at"}
ROLES = ["member", "moderator", "admin", "service"]


@pytest.fixture(params=["no server", "a server"])
def folder(request, tmp_path):
    """A data folder, of a running server or of none."""
    data = tmp_path / "data"
    if request.param == "no server":
        yield data
    else:
        with served(data, settings=SECURE):
            yield data


def user(folder, *arguments, given: str = ""):
    return run("user", *arguments, *place(folder), given=given)


def done(ended: subprocess.CompletedProcess) -> str:
    """What a command that succeeded says, which is never the password."""
    assert (ended.returncode, ended.stderr) == (0, ""), (ended.returncode, ended.stdout, ended.stderr)
    assert PASSWORD not in ended.stdout and NEW not in ended.stdout
    return ended.stdout


def create(folder, name: str = "ada", *flags: str, password: str = PASSWORD):
    return user(folder, "create", name, "--email", f"{name}@example.org", *flags, given=password + "\n")


def accounts(folder) -> dict[str, dict]:
    """All of them, each a line of JSON."""
    if (none := user(folder, "list", "--json")).returncode and "there is no database of users" in none.stderr:
        return {}
    return {account["username"]: account for account in map(json.loads, done(user(folder, "list", "--json")).splitlines())}


@contextmanager
def server_of(folder):
    """A client of the server on this folder, which starts one unless it runs."""
    with served(folder, settings=SECURE) as server, server.client() as api:
        yield api


def log_in(api, name: str, password: str = PASSWORD):
    return api.post("/tokens", json={"username": name, "password": password})


def token(api, name: str, password: str = PASSWORD) -> dict:
    response = log_in(api, name, password)
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


# Without and with a server.

def test_a_user_is_made(folder):
    done(create(folder))
    account = accounts(folder)["ada"]
    assert set(account) == ACCOUNT
    del account["created_at"]
    assert account == {"username": "ada", "email": "ada@example.org", "karma": 0, "role": "member", "deactivated_at": None}


@pytest.mark.parametrize("flags, role", [([], "member"), (["--admin"], "admin"), *((["--role", role], role) for role in ROLES)],
                         ids=str)
def test_a_user_is_made_with_a_role(folder, flags, role):
    done(create(folder, "ada", *flags))
    assert accounts(folder)["ada"]["role"] == role


def test_a_role_is_changed(folder):
    done(create(folder))
    for role in reversed(ROLES):
        done(user(folder, "role", "ada", role))
        assert accounts(folder)["ada"]["role"] == role


def test_a_user_is_deactivated_and_brought_back(folder):
    done(create(folder))
    before = accounts(folder)["ada"]
    done(user(folder, "deactivate", "ada"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", accounts(folder)["ada"]["deactivated_at"])
    done(user(folder, "reactivate", "ada"))
    assert accounts(folder)["ada"] == before


def test_users_are_listed_for_people_too(folder):
    assert accounts(folder) == {}
    for name in ("ada", "bob"):
        done(create(folder, name))
    done(user(folder, "deactivate", "bob"))
    listed = done(user(folder, "list"))
    for word in ("ada", "ada@example.org", "bob", "member"):
        assert word in listed


REFUSED = {
    "a short password": (["create", "bob", "--email", "bob@example.org"], "p" * 7, "8"),
    "no password": (["create", "bob", "--email", "bob@example.org"], "", "password"),
    "a long password": (["create", "bob", "--email", "bob@example.org"], "p" * 129, "128"),
    "a name that is taken": (["create", "ADA", "--email", "bob@example.org"], PASSWORD, "taken"),
    "an address that is taken": (["create", "bob", "--email", "ADA@example.org"], PASSWORD, "taken"),
    "a bad name": (["create", "b b", "--email", "bob@example.org"], PASSWORD, "username"),
    "a bad address": (["create", "bob", "--email", "nowhere"], PASSWORD, "email"),
    "a short new password": (["password", "ada"], "p" * 7, "8"),
    "deactivating nobody": (["deactivate", "bob"], "", "no such user"),
    "bringing back who is there": (["reactivate", "ada"], "", "nobody of this name"),
    "a role for nobody": (["role", "bob", "admin"], "", "no such user"),
    "a password for nobody": (["password", "bob"], NEW, "no such user"),
}


@pytest.mark.parametrize("arguments, given, reason", REFUSED.values(), ids=REFUSED)
def test_what_the_users_service_refuses_ends_with_1_and_its_reason(folder, arguments, given, reason):
    done(create(folder))
    before = accounts(folder)
    ended = user(folder, *arguments, given=given + "\n")
    assert_refused(ended, reason, code=1)
    assert ended.stderr.startswith("stoa: ") and ended.stderr.count("\n") == 1
    assert given == "" or given not in ended.stderr
    assert accounts(folder) == before


# What comes of it.

def test_the_first_admin_logs_in_and_makes_others(tmp_path):
    done(create(tmp_path / "data", "ada", "--admin"))
    with server_of(tmp_path / "data") as api:
        ada = token(api, "ada")
        assert api.post("/users", json={"username": "bob", "email": "bob@example.org", "password": PASSWORD}).status_code == 201
        assert found(api.put("/accounts/bob/role", json={"role": "moderator"}, headers=ada))["role"] == "moderator"


def test_a_user_made_beside_a_running_server_logs_in(tmp_path):
    with server_of(tmp_path / "data") as api:
        assert log_in(api, "ada").status_code == 401
        done(create(tmp_path / "data"))
        token(api, "ada")


def test_a_new_password_is_the_only_one(tmp_path):
    data = tmp_path / "data"
    done(create(data))
    with server_of(data) as api:
        old = token(api, "ada")
        done(user(data, "password", "ada", given=NEW + "\n"))
        assert log_in(api, "ada").status_code == 401
        token(api, "ada", NEW)
        assert api.put("/users/ada/email", json={"email": "new@example.org"}, headers=old).status_code == 401


def test_who_is_deactivated_beside_a_running_server_is_gone_at_once(tmp_path):
    data = tmp_path / "data"
    done(create(data))
    with server_of(data) as api:
        found(api.get("/users/ada"))
        done(user(data, "deactivate", "ada"))
        assert api.get("/users/ada").status_code == log_in(api, "ada").status_code + 3 == 404
        done(user(data, "reactivate", "ada"))
        found(api.get("/users/ada"))


def test_more_users_than_fit_a_page_are_all_listed(tmp_path):
    data = tmp_path / "data"
    with server_of(data) as api:
        for number in range(105):
            body = {"username": f"user{number}", "email": f"user{number}@example.org", "password": PASSWORD}
            assert api.post("/users", json=body).status_code == 201
        assert len(accounts(data)) == 105
        assert len(re.findall(r"\buser\d+@example\.org\b", done(user(data, "list")))) == 105


def test_it_works_on_the_folder_of_the_environment_too(tmp_path):
    data = tmp_path / "elsewhere"
    flags = map(str, place(data))
    variables = {f"STOA_{flag.removeprefix('--').upper()}": value for flag, value in zip(flags, flags)}
    ended = run("user", "create", "ada", "--email", "ada@example.org", given=PASSWORD + "\n", **variables)
    done(ended)
    assert list(accounts(data)) == ["ada"]


def test_a_server_with_its_keys_elsewhere_is_spoken_to_with_those(tmp_path):
    data, keys = tmp_path / "data", tmp_path / "own.json"
    with served(data, "--keys", str(keys), settings=SECURE) as server:
        done(user(data, "create", "ada", "--email", "ada@example.org", "--keys", keys, given=PASSWORD + "\n"))
        assert requests.get(f"{server.url}/api/v1/users/ada", timeout=5).status_code == 200


# The command line.

COMMANDS = {"create": ["ada", "--email", "ada@example.org"], "deactivate": ["ada"], "reactivate": ["ada"], "password": ["ada"],
            "role": ["ada", "admin"], "list": []}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_takes_a_password(tmp_path, command):
    help = run("user", command, "--help")
    assert help.returncode == 0 and "Usage: stoa user" in help.stdout
    assert not re.search(r"--[a-z-]*(pass|secret)[a-z-]*", help.stdout)
    for extra in (["--password", PASSWORD], [PASSWORD]):
        ended = user(tmp_path / "data", command, *COMMANDS[command], *extra, given=PASSWORD + "\n")
        assert_refused(ended, code=2)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("arguments, culprit", [
    ([], ""), (["destroy", "ada"], "destroy"), (["create"], ""), (["create", "ada"], "--email"), (["role", "ada"], ""),
    (["create", "ada", "--email", "ada@example.org", "--role", "king"], "king"), (["role", "ada", "king"], "king"),
    (["create", "ada", "--email", "ada@example.org", "--admin", "--role", "member"], "--role")], ids=" ".join)
def test_a_bad_command_line_ends_with_2(tmp_path, arguments, culprit):
    assert_refused(user(tmp_path / "data", *arguments, given=PASSWORD + "\n"), culprit, code=2)
    assert not (tmp_path / "data").exists()


# The terminal.

class Keyboard:
    """The program with a terminal of its own, and somebody who types there."""

    def __init__(self, *arguments):
        self.screen, its_end = pty.openpty()
        self.process = subprocess.Popen([BINARY, *arguments], stdin=its_end, stdout=its_end, stderr=its_end, env=environment(),
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(its_end)
        self.seen = ""

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.screen)[3] & termios.ECHO)

    def type(self, line: str) -> None:
        """Waits until it asks and does not show what is typed."""
        deadline = time.monotonic() + 10
        while self.echoes():
            assert time.monotonic() < deadline, "it shows what is typed"
            time.sleep(0.02)
        self.seen += os.read(self.screen, 65536).decode()
        os.write(self.screen, line.encode() + b"\n")
        time.sleep(0.3)

    def ended(self) -> int:
        try:
            while piece := os.read(self.screen, 65536):
                self.seen += piece.decode()
        except OSError:  # The other end is closed.
            pass
        os.close(self.screen)
        return self.process.wait(timeout=20)


def typed(*lines: str, arguments) -> Keyboard:
    keyboard = Keyboard("user", *arguments)
    for line in lines:
        keyboard.type(line)
    return keyboard


def test_a_terminal_is_asked_twice_and_shows_no_password(tmp_path):
    data = tmp_path / "data"
    keyboard = typed(PASSWORD, PASSWORD, arguments=["create", "ada", "--email", "ada@example.org", *place(data)])
    assert keyboard.ended() == 0, keyboard.seen
    assert PASSWORD not in keyboard.seen and "password" in keyboard.seen.lower()
    with server_of(data) as api:
        token(api, "ada")
        keyboard = typed(NEW, NEW, arguments=["password", "ada", *place(data)])
        assert keyboard.ended() == 0 and NEW not in keyboard.seen
        token(api, "ada", NEW)


def test_two_passwords_that_differ_are_refused(tmp_path):
    data = tmp_path / "data"
    keyboard = typed(PASSWORD, NEW, arguments=["create", "ada", "--email", "ada@example.org", *place(data)])
    assert keyboard.ended() == 1
    assert "stoa: " in keyboard.seen and PASSWORD not in keyboard.seen and NEW not in keyboard.seen
    assert accounts(data) == {}


def test_a_terminal_shows_again_what_is_typed_after_an_interrupt(tmp_path):
    keyboard = Keyboard("user", "create", "ada", "--email", "ada@example.org", "--data", tmp_path / "data")
    deadline = time.monotonic() + 10
    while keyboard.echoes() and time.monotonic() < deadline:
        time.sleep(0.02)
    os.write(keyboard.screen, b"\x03")
    while not keyboard.echoes() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert keyboard.echoes()
    assert keyboard.ended() != 0
