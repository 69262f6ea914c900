"""Sites as they are deployed: the services behind a gateway, reached through it alone."""

import os
import subprocess
import time
from pathlib import Path

import requests

from conftest import SECURE, Client, free_port

CADDYFILE = Path(__file__).parents[2] / "deploy/Caddyfile"
SERVICES = ["posts", "votes", "users", "messages"]


class Gateway:
    """Caddy before the services. `data` and `database` are those of the users service, which its operator may reach."""

    def __init__(self, servers: dict, folder: Path):
        self.port, self.log = free_port(), folder / "caddy.log"
        self.data, self.database = servers["users"].data, servers["users"].database
        self.url = f"http://127.0.0.1:{self.port}"
        addresses = {f"STOA_{service.upper()}": f"127.0.0.1:{server.port}" for service, server in servers.items()}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["caddy", "run", "--config", CADDYFILE], stdout=log, stderr=log,
                env=os.environ | addresses | {"STOA_ADDRESS": self.url, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
            )

    def start(self):
        deadline = time.monotonic() + 20
        while not self.ready():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/api/v1/posts", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def client(self) -> Client:
        return Client(f"{self.url}/api/v1")

    def site(self) -> Client:
        return Client(self.url)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def a_site(start, apart: bool) -> dict:
    """The servers of a site by service: one process for all, or one for each."""
    if not apart:
        return dict.fromkeys(SERVICES, start(settings=SECURE))
    users = start(service="users", settings=SECURE)

    def beside(service: str, *flags):
        return start("--users-url", users.url, *flags, service=service, settings=SECURE, beside=users)

    posts = beside("posts")
    votes = beside("votes", "--posts-url", posts.url, "--keys", str(users.data / "keys.json"))
    return {"posts": posts, "votes": votes, "users": users, "messages": beside("messages")}
