"""The README's tour works as printed: its commands are run in order, in one shell, and what comes must be what stands there."""

from pathlib import Path

from console import assert_works_as_printed

README = Path(__file__).parents[2] / "README.md"


def test_the_tour_works_as_printed(start_server):
    server = start_server(settings={"auth": "required", "limits": "on"})
    assert assert_works_as_printed(README, {"localhost:8080": f"127.0.0.1:{server.port}"}) >= 15
