"""Schemathesis in stateful mode, with all its checks: chains of operations, each about what those before it made.

The links between operations follow from the names and schemas of the document (`id`, `post_id`, `username`, …); the few
that cannot be guessed (log in as who was just made, with that password) are given here.
"""

import copy
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, reject, seed, settings
from hypothesis.errors import Flaky
from schemathesis.checks import CHECKS
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData, UseAfterFree

from accounts import an_account, the_admin
from document import document, operations as all_operations
from unharmed import unharmed

SUITES, SCENARIOS, STEPS = 12, 10, 20
NAME, ID = "$response.body#/username", "$response.header.Location#regex:/tokens/(.+)"
HERSELF = "the admin"
GIVEN = {  # From an operation and its status to others.
    ("create_user", "201"): {
        "log_in": {"requestBody": {"username": NAME, "password": "$request.body#/password"}},
        "change_password": {"parameters": {"username": NAME}},
        "set_role": {"parameters": {"username": NAME}},
        "reactivate_user": {"parameters": {"username": NAME}},
        "send_message": {"requestBody": {"from": NAME, "to": HERSELF, "contents": "Hello"}},
    },
    ("deactivate_user", "200"): {
        "reactivate_user": {"parameters": {"username": NAME}},
        "log_in": {"requestBody": {"username": NAME, "password": "correct horse battery"}},
    },
    ("log_in", "201"): {
        "renew_tokens": {"requestBody": {"refresh_token": "$response.body#/refresh_token"}},
        "log_out": {"parameters": {"id": ID}},
    },
    ("renew_tokens", "201"): {"renew_tokens": {"requestBody": {"refresh_token": "$response.body#/refresh_token"}}},
    ("log_out", "200"): {"log_out": {"parameters": {"id": "$request.path.id"}}},
}
# What the schemas of the document can't say. A refusal for one of these alone is none of a good request.
UNSAID = ("is not a parameter of this",  # `user`, where tokens say who calls
          "can't be combined with",  # `ids` and `limit`
          "`Idempotency-Key` was used for another request", "cursor", "NUL", "surrogate")


def linked(described: dict) -> dict:
    described = copy.deepcopy(described)
    for operations in described["paths"].values():
        for operation in operations.values():
            for (name, status), links in GIVEN.items():
                if operation["operationId"] == name:
                    operation["responses"][status]["links"] = {f"{name}To{other}": {"operationId": other} | link
                                                               for other, link in links.items()}
    return described


def is_for_what_can_not_be_said(problem: dict) -> bool:
    faults = problem.get("errors") or [{"detail": problem["detail"]}]
    return all(any(word in f"{fault.get('parameter')} {fault['detail']}" for word in UNSAID) for fault in faults)


@pytest.fixture
def machine():
    """For a server: one that goes on from operation to operation, each time as an admin of its own."""
    def of(server, seen: Counter, chains: Counter, faults: dict):
        schema = schemathesis.openapi.from_dict(linked(document()))
        schema.config.update(base_url=server.url)

        class Machine(schema.as_state_machine()):
            def setup(self):
                self.admin = an_account(server, "admin")
                self.came_back = set()

            def get_call_kwargs(self, case):
                return {"headers": {"Authorization": f"Bearer {self.admin.token}"}, "timeout": 20}

            def before_call(self, case):
                if case.path_parameters.get("username") in (self.admin.username, the_first):
                    reject()  # Who acts is to stay.
                if isinstance(case.body, dict) and case.body.get("to") == HERSELF:
                    case.body["to"] = self.admin.username  # Who may mark it read.

            def step(self, input):
                if input.transition is not None and input.is_applied:
                    chains[input.transition.id] += 1
                return super().step(input)

            def after_call(self, response, case):
                super().after_call(response, case)
                seen[case.operation.label.replace("/api/v1", ""), response.status_code] += 1
                if case.path.endswith("/reactivation") and response.status_code == 200:
                    self.came_back.add(case.path_parameters["username"])

            def validate_response(self, response, case, additional_checks=None, **kwargs):
                try:
                    case.validate_response(response, checks=CHECKS.get_all(), transport_kwargs=kwargs,
                                           recorder=self.recorder)
                except FailureGroup as group:
                    for each in group.exceptions:  # All the chains are tried, and all the faults told at the end.
                        if self.is_right(each, case, response):
                            continue
                        what = case.operation.label, type(each).__name__
                        came = f"{response.status_code} {response.text[:500]}"
                        faults.setdefault(what, f"{each}\n{case.as_curl_command()[:1000]}\n{came}")

            def is_right(self, failure, case, response) -> bool:
                """For what Schemathesis can't know."""
                if isinstance(failure, UseAfterFree):
                    return (case.path_parameters or {}).get("username") in self.came_back
                if isinstance(failure, AcceptedNegativeData):
                    return response.status_code in (413, 431)  # it does not count these as refusals
                return isinstance(failure, RejectedPositiveData) and is_for_what_can_not_be_said(response.json())

        the_first = the_admin(server).username
        return Machine

    return of


def test_chains_of_operations_are_answered_as_the_document_says(machine):
    seen, chains, faults = Counter(), Counter(), {}
    with unharmed() as server:
        chained = machine(server, seen, chains, faults)
        for suite in range(SUITES):
            chained.rule_order_seed = suite  # Or else many would begin alike.
            try:
                seed(suite)(chained).run(settings=settings(
                    max_examples=SCENARIOS, stateful_step_count=STEPS, database=None, deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck)))
            except Flaky:
                pass  # What one chain made changes what another is answered: the end of this suite, and no fault.
        operations = {label for label, _ in seen}
        succeeded = {label for label, status in seen if status < 300}
        statuses = dict(Counter(status for _, status in seen.elements()))
        print(f"\n{seen.total()} requests, {chains.total()} of them about what came before, by {len(chains)} links;",
              f"{len(operations)} operations, {len(succeeded)} succeeded; statuses {statuses}")
        untried = {str(each) for each in all_operations()} - operations
        print("never with success:", sorted(operations - succeeded), "untried:", sorted(untried))
        assert len(untried) <= 2 and len(succeeded) >= 28, "nearly all operations were expected to be in a chain"
        assert len(chains) >= 100, "links of all kinds were expected to be followed"
        if faults:
            pytest.fail("\n\n".join(f"{operation}: {name}: {told}" for (operation, name), told in faults.items()),
                        pytrace=False)
