"""What stands before the services takes its configuration."""

import os
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def check(*command, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("environment", [
    {}, {"STOA_ADDRESS": "example.org", "STOA_POSTS": "10.0.0.1:8081 10.0.0.2:8081"}], ids=["here", "elsewhere"])
def test_caddy_takes_its_configuration(tmp_path, environment):
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile"]
    checked = check(*command, **home, **environment)
    assert checked.returncode == 0 and "Valid configuration" in checked.stdout + checked.stderr, checked.stderr


@pytest.mark.parametrize("environment", [{}, {"STOA_POSTS_1": "10.0.0.1:8081", "STOA_BALANCER": ":80"}],
                         ids=["here", "elsewhere"])
def test_haproxy_takes_its_configuration(environment):
    checked = check("haproxy", "-c", "-f", DEPLOY / "haproxy.cfg", **environment)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "[WARNING]" not in checked.stderr and "[ALERT]" not in checked.stderr, checked.stderr
