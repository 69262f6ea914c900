"""The process: how it starts, what it refuses to start with, and how it ends."""

import subprocess
import time

import pytest

from problem import assert_problem
from sample import draft, found, made
from wire import Wire, exchange, json_message, message


def run(server, *arguments) -> subprocess.CompletedProcess:
    """Runs the program to its end, which must come by itself."""
    return subprocess.run([server.command[0], *arguments], timeout=20, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def serve(server, **options) -> list:
    """The arguments of `server`'s own command with other values for some flags."""
    arguments = server.command[1:]
    for flag, value in options.items():
        arguments[arguments.index(f"--{flag}") + 1] = value
    return arguments


@pytest.mark.sqlite(reason="a database may have many processes")
def test_a_second_process_on_the_same_data_is_refused_and_the_first_goes_on(fresh_server, free_address):
    second = run(fresh_server, *serve(fresh_server, listen=free_address))
    assert second.returncode > 0, second.stdout
    assert str(fresh_server.data) in second.stdout, "the error must name the data folder"
    assert fresh_server.ready()


def test_a_port_that_is_taken_is_refused(fresh_server, tmp_path):
    second = run(fresh_server, *serve(fresh_server, data=tmp_path / "data"))
    assert second.returncode > 0, second.stdout
    assert str(fresh_server.port) in second.stdout, "the error must name the port"
    assert fresh_server.ready()


@pytest.mark.parametrize("arguments", [
    ["--colour=red"], ["--auth", "maybe"], ["--threads", "none"], ["--max-body", "-1"], ["--limits", "perhaps"],
    ["--log-level", "loud"], ["comments"]], ids=" ".join)
def test_a_bad_argument_is_refused_by_name(server, free_address, tmp_path, arguments):
    ended = run(server, "serve", *arguments, "--data", tmp_path / "data", "--listen", free_address)
    assert ended.returncode > 0
    assert arguments[0].lstrip("-").partition("=")[0] in ended.stdout


def test_a_flag_can_be_an_environment_variable(start_server, monkeypatch):
    monkeypatch.setenv("STOA_MAX_BODY", "2000")
    server = start_server(by_environment=True)
    assert server.data.is_dir()
    with server.client() as api:
        made(api.post("/posts", json=draft(text="short", title="Short")))
        assert_problem(api.post("/posts", json=draft(text="x" * 2000)), 413)


def until(true, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_sigterm_ends_it_with_0_and_closes_idle_connections(fresh_server):
    with Wire(fresh_server) as idle:
        found(idle.send(message("GET", "/api/v1/votes/5")).reply())
        fresh_server.process.terminate()
        assert idle.ended()
    assert fresh_server.process.wait(timeout=10) == 0


def test_it_answers_what_it_has_begun_to_read_and_says_that_it_drains(fresh_server):
    def readiness():
        return exchange(fresh_server, message("GET", "/readyz", "Connection: close"))

    request = json_message("POST", "/api/v1/posts", draft())
    with Wire(fresh_server) as busy:
        busy.send(request[:-20])
        assert readiness().status_code == 200
        fresh_server.process.terminate()
        assert until(lambda: readiness().status_code == 503)
        assert_problem(readiness(), 503)
        made(busy.send(request[-20:]).reply())
    assert fresh_server.process.wait(timeout=10) == 0
