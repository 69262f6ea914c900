"""`stoa keys`: the keys that tokens are signed with, on a data folder with or without a server that runs on it."""

import json
import re
import time

import pytest
import requests

from conftest import SECURE
from program import assert_refused, run, served


@pytest.fixture
def data(tmp_path):
    """A data folder that a server has run on."""
    with served(tmp_path / "data", settings=SECURE):
        pass
    return tmp_path / "data"


def private_keys(file) -> list[dict]:
    return json.loads(file.read_text())["keys"]


def published(server) -> set[str]:
    answer = requests.get(f"{server.url}/.well-known/jwks.json", timeout=5)
    assert answer.status_code == 200, answer.text
    return {key["kid"] for key in answer.json()["keys"]}


def done(ended) -> str:
    assert (ended.returncode, ended.stderr) == (0, ""), (ended.returncode, ended.stdout, ended.stderr)
    return ended.stdout


def becomes(server, kids: set[str]) -> bool:
    """Whether the running server notices by itself, and soon."""
    deadline = time.monotonic() + 3
    while published(server) != kids:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def listed(*flags) -> str:
    return done(run("keys", "list", *flags))


def test_the_keys_are_listed_by_their_ids_and_without_what_is_secret(data):
    file = data / "keys.json"
    content = json.loads(file.read_text())
    for flags in (["--data", data], ["--keys", file]):
        text = listed(*flags)
        for key in content["keys"]:
            assert key["kid"] in text and key["d"] not in text
        assert str(content["seal"]) not in text


def test_a_new_key_is_added_and_the_old_one_kept(data):
    file = data / "keys.json"
    before = private_keys(file)
    assert len(before) == 1
    done(run("keys", "rotate", "--data", data))
    after = private_keys(file)
    assert len(after) == 2 and before[0] in after
    assert len({key["x"] for key in after}) == len({key["kid"] for key in after}) == 2
    assert file.stat().st_mode & 0o777 == 0o600
    for key in after:
        assert key["kid"] in listed("--data", data)
    with served(data, settings=SECURE) as server:
        assert published(server) == {key["kid"] for key in after}


def test_with_now_the_old_ones_are_dropped(data):
    file = data / "keys.json"
    before = private_keys(file)
    done(run("keys", "rotate", "--data", data))
    done(run("keys", "rotate", "--now", "--data", data))
    after = private_keys(file)
    assert len(after) == 1 and after[0]["kid"] != before[0]["kid"]
    assert file.stat().st_mode & 0o777 == 0o600
    with served(data, settings=SECURE) as server:
        assert published(server) == {after[0]["kid"]}


def test_a_rotation_leaves_the_seal_as_it_is(data):
    """Answers that were kept under it, and the addresses of who is gone, can still be read."""
    seal = json.loads((data / "keys.json").read_text())["seal"]
    for flags in ([], ["--now"]):
        done(run("keys", "rotate", *flags, "--data", data))
        assert json.loads((data / "keys.json").read_text())["seal"] == seal


def test_a_running_server_notices_by_itself(data):
    with served(data, settings=SECURE) as server:
        for flags in ([], ["--now"]):
            done(run("keys", "rotate", *flags, "--data", data))
            assert becomes(server, {key["kid"] for key in private_keys(data / "keys.json")})


def test_the_keys_may_be_elsewhere(tmp_path):
    data, file = tmp_path / "data", tmp_path / "own.json"
    with served(data, "--keys", str(file), settings=SECURE) as server:
        done(run("keys", "rotate", "--keys", file))
        assert len(private_keys(file)) == 2
        assert becomes(server, {key["kid"] for key in private_keys(file)})
        assert all(key["kid"] in listed("--keys", file) for key in private_keys(file))
    assert not (data / "keys.json").exists()


def test_keys_in_the_folder_of_the_environment_are_found(data):
    text = done(run("keys", "list", STOA_DATA=str(data)))
    assert private_keys(data / "keys.json")[0]["kid"] in text


@pytest.mark.parametrize("content", ["", "{", "{}", '{"keys": 5}', '{"keys": [{"kty": "RSA"}]}'], ids=repr)
@pytest.mark.parametrize("command", [["keys", "list"], ["keys", "rotate"], ["serve", "--listen", "127.0.0.1:1"]], ids=" ".join)
def test_a_file_that_holds_no_keys_is_refused_by_its_name_and_left_as_it_is(tmp_path, command, content):
    file = tmp_path / "own.json"
    file.write_text(content)
    file.chmod(0o600)
    ended = run(*command, "--keys", file, folder=tmp_path)
    assert_refused(ended, str(file), code=1)
    assert re.search(r"stoa: |error ", ended.stderr)
    assert file.read_text() == content


@pytest.mark.parametrize("arguments", [[], ["turn"], ["list", "--now"], ["rotate", "--colour"], ["rotate", "all"]], ids=" ".join)
def test_a_bad_command_line_ends_with_2(tmp_path, arguments):
    assert_refused(run("keys", *arguments, folder=tmp_path), code=2)
    assert not list(tmp_path.iterdir())
