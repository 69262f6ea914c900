"""What systemd is told (sd_notify), which starts other units once this one is ready, and ends what does not end."""

import signal
import socket

import pytest

from conftest import Server

STOP = "STOPPING=1\nEXTEND_TIMEOUT_USEC="


@pytest.fixture(params=["a file", "an abstract name"])
def told(request, tmp_path):
    """The socket of a service manager, and how it is named."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path if request.param == "a file" else "\0" + path)
        manager.settimeout(20)
        yield manager, path if request.param == "a file" else "@" + path


def test_it_is_told_when_requests_are_taken_and_when_and_for_how_long_it_ends(tmp_path, told):
    manager, name = told
    server = Server(tmp_path / "data", settings={"drain-delay": 0.5, "drain-timeout": 7})
    server.environment["NOTIFY_SOCKET"] = name
    server.begin()
    try:
        assert manager.recv(4096).decode() == f"READY=1\nSTATUS=listening on {server.url}"
        assert server.ready("/healthz")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        last = manager.recv(4096).decode()
        assert last.startswith(STOP) and 7_500_000 <= int(last.removeprefix(STOP)) < 60_000_000
    finally:
        server.stop()


@pytest.mark.parametrize("name", ["/nowhere/notify", "/" + "x" * 200])
def test_one_that_can_not_be_told_does_not_keep_it_from_serving(tmp_path, name):
    server = Server(tmp_path / "data")
    server.environment["NOTIFY_SOCKET"] = name
    server.start()
    server.stop()
    assert f" warning can't tell the service manager at {name}: " in server.log.read_text()
