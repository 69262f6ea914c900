"""Log-ins, passwords and log-outs that were answered hold after a kill."""

import itertools
import threading
import time

import requests

from accounts import PASSWORD, an_account, log_in, refusal, renew
from ledger import must_be_sound
from problem import assert_problem
from sample import a_name, found, made

ROUNDS = 10


class Sessions:
    """What each of three writers was told, and what it had asked when it was cut off."""

    def __init__(self, server):
        self.server, self.ada = server, an_account(server).username
        self.renewed, self.ended, self.passwords = an_account(server), [], [PASSWORD]
        self.key, self.renewals, self.faults = None, 0, []

    def renew(self, _):
        self.key = a_name()
        self.take(renew(self.server, self.renewed.refresh_token, headers={"Idempotency-Key": self.key}))

    def take(self, answer):
        self.renewed.refresh_token = made(answer)["refresh_token"]
        self.key, self.renewals = None, self.renewals + 1

    def log_out(self, _):
        session = log_in(self.server, self.renewed.username)
        found(session.delete(f"/tokens/{session.session}"))
        self.ended.append(session.refresh_token)

    def change_password(self, n):
        old, new = self.passwords[-1], f"{PASSWORD} {n} {a_name()}"
        ada = log_in(self.server, self.ada, old)  # a change ends all sessions
        self.passwords.append(new)
        found(ada.put(f"/users/{self.ada}/password", json={"current": old, "new": new}))
        self.passwords = [new]

    def write_until_killed(self) -> None:
        before = self.renewals, len(self.ended)
        acts = self.renew, self.log_out, self.change_password
        threads = [threading.Thread(target=self.repeat, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 20
        while self.renewals < before[0] + 5 or len(self.ended) < before[1] + 5:
            assert not self.faults and time.monotonic() < deadline, self.faults
            time.sleep(0.01)
        self.server.kill()
        for thread in threads:
            thread.join(timeout=60)
        assert not self.faults, self.faults

    def repeat(self, act) -> None:
        try:
            for n in itertools.count():
                act(n)
        except requests.RequestException:
            return
        except Exception as fault:  # Told by the thread that waits for this one.
            self.faults.append(fault)

    def must_hold(self) -> None:
        if self.key:
            self.take(renew(self.server, self.renewed.refresh_token, headers={"Idempotency-Key": self.key}))
        self.take(renew(self.server, self.renewed.refresh_token))
        for token in self.ended:
            assert_problem(renew(self.server, token), 401)
        answers = [refusal(self.server, self.ada, password).status_code for password in self.passwords]
        assert sorted(answers) == [201] + [401] * (len(answers) - 1), answers
        self.passwords = [self.passwords[answers.index(201)]]


def test_what_was_answered_of_sessions_holds_after_a_kill(start_secure):
    server = start_secure()
    sessions = Sessions(server)
    for _ in range(ROUNDS):
        sessions.write_until_killed()
        server.start()
        sessions.must_hold()
    assert sessions.ended and sessions.renewals > ROUNDS
    server.stop()
    must_be_sound(server)
