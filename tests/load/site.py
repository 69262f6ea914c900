"""The server under load: its data, its start and end, and what it says of itself afterwards."""

import random
import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "bench"), str(ROOT / "tests/api")]

from harness.servers import Failed, Server, must_be_free  # noqa: E402
from postgres import PostgreSQL  # noqa: E402
from waiting import karma_has_settled  # noqa: E402

from .api import Api  # noqa: E402
from .told import ACTIVE, Account, Fact, Told  # noqa: E402

# An access token is good for a minute: whoever stays for longer has to renew the session in time.
SETTINGS = {"auth": "required", "limits": "off", "token-lifetime": 60, "log-level": "warn"}
CHEAP = {"password-memory": 8, "password-passes": 1}


class Site:
    """On SQLite files, or in a database of `postgres`."""

    def __init__(self, binary: Path, folder: Path, cheap_passwords: bool, postgres: PostgreSQL | None):
        self.binary, self.folder, self.data, self.log = binary, folder, folder / "data", folder / "stoa.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.postgres = postgres
        self.place = {"data": self.data} | ({"database": postgres.create_database()} if postgres else {})
        self.settings = SETTINGS | {"listen": f"127.0.0.1:{self.port}"} | self.place
        self.settings |= CHEAP if cheap_passwords else {}
        self.password = secrets.token_hex(12)
        self.server: Server | None = None
        self.token, self.token_until = "", 0.0

    def prepare(self, files: list[Path]) -> None:
        """Imports what is to be there, and makes the admin."""
        self.run("import", "reddit-csv", *files)
        self.run("user", "create", "keeper", "--email", "keeper@example.org", "--admin", given=self.password)

    def run(self, *arguments, given: str = "") -> None:
        ended = self.ended(*arguments, given=given)
        if ended.returncode != 0:
            raise Failed(f"stoa {arguments[0]} ended with {ended.returncode}: {ended.stderr.strip()}")

    def ended(self, *arguments, given: str = "") -> subprocess.CompletedProcess:
        """Runs one of the program's commands on the data."""
        return subprocess.run([self.binary, *arguments, *flags(self.place)], input=given, text=True,
                              capture_output=True)

    def start(self) -> None:
        self.server = Server("stoa", [self.binary, "serve", *flags(self.settings)], self.port, self.log)
        self.server.wait_until_ready("/readyz")

    def before(self, told: Told) -> None:
        """What is there before the users come, and has had its effects."""
        api = Api(self.url)
        self.settle()
        told.old_posts = {post["id"]: post for post in api.pages("/posts?limit=100")}
        tallies = api.pages("/votes/top?limit=100")
        told.old_tallies = {tally["post_id"]: (tally["upvotes"], tally["downvotes"]) for tally in tallies}
        told.old_accounts = {account["username"]: account for account in api.pages("/accounts?limit=100", self.admin())}

    def admin(self) -> str:
        """A token of the admin's that is good for a while."""
        if time.monotonic() > self.token_until:
            self.token, self.token_until = Api(self.url).log_in("keeper", self.password), time.monotonic() + 30
        return self.token

    def moderators(self, told: Told, number: int) -> list[Account]:
        api, admin, accounts = Api(self.url), self.admin(), []
        for name in (f"moderator_{n:03}" for n in range(1, number + 1)):
            account = Account(name, Fact(self.password), Fact(f"{name}@example.org"), Fact(ACTIVE), "moderator")
            api.must("POST", "/users", {"username": name, "email": account.email.value, "password": self.password})
            api.must("PUT", f"/accounts/{name}/role", {"role": account.role}, token=admin)
            told.accounts[name] = account
            accounts.append(account)
        return accounts

    def keeper(self, told: Told) -> Account:
        email = told.old_accounts.pop("keeper")["email"]
        told.accounts["keeper"] = Account("keeper", Fact(self.password), Fact(email), Fact(ACTIVE), "admin")
        return told.accounts["keeper"]

    def settle(self) -> None:
        if not karma_has_settled(self, 300):
            raise Failed("Votes were still moving karma after five minutes.")

    def is_up(self) -> bool:
        return self.server.process.poll() is None

    def stop(self) -> None:
        if self.server:
            self.server.stop()

    def faults_at_the_end(self) -> list[str]:
        """Of its end, its log, and its data once it is gone."""
        faults = []
        if not self.is_up():
            faults.append(f"The server ended by itself, with {self.server.process.returncode}.")
        self.stop()
        if not faults and self.server.process.returncode != 0:
            faults.append(f"The server ended with {self.server.process.returncode} when it was asked to end.")
        if logged := self.log.read_text(errors="replace").splitlines():
            faults.append(f"The server logged {len(logged)} warnings or errors, the first of them: {logged[0]}")
        checked = self.ended("check")
        if checked.returncode != 0:
            faults.append(f"stoa check ended with {checked.returncode}: {(checked.stdout + checked.stderr).strip()}")
        return faults


    def keep(self) -> None:
        """What is in the database, which will not stay, to look at in the folder."""
        if self.postgres:
            (self.folder / "database.sql").write_text(self.postgres.dump(self.place["database"]))


def flags(settings: dict) -> list[str]:
    return [text for name, value in settings.items() for text in (f"--{name}", str(value))]


def free_port() -> int:
    # Below the kernel's ephemeral range, so that no outgoing connection takes the port before the server does.
    for port in random.sample(range(20000, 32000), 50):
        try:
            must_be_free(port)
        except Failed:
            continue
        return port
    raise Failed("No free port was found.")
