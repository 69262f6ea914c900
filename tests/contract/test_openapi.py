"""The OpenAPI document: valid, complete, the same from both sources, and true of the running server."""

import re
import subprocess
from html.parser import HTMLParser

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

OPERATIONS = [
    "POST /posts", "GET /posts", "GET /posts/{}", "DELETE /posts/{}",
    "POST /votes", "GET /votes", "GET /votes/top", "GET /votes/{}",
    "PUT /votes/{}/voters/{}", "GET /votes/{}/voters/{}", "DELETE /votes/{}/voters/{}",
    "POST /users", "GET /users/{}", "DELETE /users/{}", "PUT /users/{}/email", "PUT /users/{}/password", "PATCH /users/{}/karma",
    "PUT /users/{}/karma/votes",
    "POST /messages", "GET /messages", "GET /messages/{}", "DELETE /messages/{}", "PUT /messages/{}/favorite",
    "DELETE /messages/{}/favorite", "PUT /messages/{}/read", "DELETE /messages/{}/read",
    "POST /tokens", "POST /tokens/refresh", "DELETE /tokens/{}",
    "GET /accounts", "PUT /accounts/{}/role", "POST /accounts/{}/reactivation",
]
WITH_BODY = {name for name in OPERATIONS if name.startswith(("POST", "PATCH")) and "reactivation" not in name} | {
    "PUT /votes/{}/voters/{}", "PUT /users/{}/email", "PUT /users/{}/password", "PUT /accounts/{}/role",
    "PUT /users/{}/karma/votes"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

every_operation = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture(scope="session")
def document(site):
    response = site.get("/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()


@pytest.fixture(scope="session")
def described(document):
    """The operations by method and path, as they are named above."""
    base = document.get("servers", [{"url": "/"}])[0]["url"].rstrip("/")
    found = {}
    for path, methods in document["paths"].items():
        short = re.sub(r"\{[^}]*\}", "{}", (base + path).removeprefix("/api/v1"))
        for method, operation in methods.items():
            if method in ("get", "put", "post", "delete", "patch"):
                found[f"{method.upper()} {short}"] = (path, operation)
    return found


def resolved(document, value: dict) -> dict:
    while "$ref" in value:
        target = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        value = target
    return value


def responses(document, operation) -> dict[str, dict]:
    return {status: resolved(document, response) for status, response in operation["responses"].items()}


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_the_program_prints_the_same_document_that_the_server_serves(server, site):
    printed = subprocess.run([server.command[0], "openapi"], stdout=subprocess.PIPE, timeout=20, check=True).stdout
    assert printed.decode().strip() == site.get("/openapi.json").text.strip()


@every_operation
def test_an_operation_of_the_contract_is_described(described, name):
    _, operation = described[name]
    assert operation["summary"].strip()


def test_every_operation_has_an_id_of_its_own(described):
    ids = [operation["operationId"] for _, operation in described.values()]
    assert len(ids) == len(set(ids))


@every_operation
def test_every_answer_has_a_schema(document, described, name):
    for status, response in responses(document, described[name][1]).items():
        if status == "304":
            assert not response.get("content")
        else:
            assert response["content"]["application/json"]["schema"], status


@every_operation
def test_every_success_has_an_example(document, described, name):
    successes = {status: response for status, response in responses(document, described[name][1]).items() if status[0] == "2"}
    assert successes
    for status, response in successes.items():
        content = response["content"]["application/json"]
        schema = resolved(document, content["schema"])
        assert {"example", "examples"} & (set(content) | set(schema)), status


@every_operation
def test_every_error_is_a_problem(document, described, name):
    errors = {status: response for status, response in responses(document, described[name][1]).items() if status[0] in "45d"}
    assert errors
    for status, response in errors.items():
        assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}, status


@every_operation
def test_every_body_has_a_schema_that_allows_no_other_members(document, described, name):
    body = described[name][1].get("requestBody")
    if name in WITH_BODY:
        schema = resolved(document, resolved(document, body)["content"]["application/json"]["schema"])
        assert schema["type"] == "object"
        assert schema["additionalProperties"] is False
    else:
        assert body is None


@pytest.fixture(scope="session")
def schema(document, server):
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=server.url)
    return schema


@every_operation
def test_the_server_answers_as_the_document_says(schema, described, name):
    path, _ = described[name]
    operation = schema[path][name.split()[0]]
    cases = st.one_of(operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE))

    # The same cases at every run: a test that fails now and then tells nobody anything.
    @settings(max_examples=25, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def answers_as_documented(case):
        case.call_and_validate(checks=CHECKS, timeout=15)

    answers_as_documented()


class Loaded(HTMLParser):
    """The URLs that a browser would load with a page."""

    def __init__(self, html: str):
        super().__init__()
        self.urls = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "source"):
            self.urls += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]


def test_the_docs_page_loads_nothing_from_elsewhere(site):
    response = site.get("/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    for url in Loaded(response.text).urls:
        assert not re.match(r"(https?:)?//", url, re.IGNORECASE), url
    assert not re.search(r"""(@import|url\()\s*['"]?(https?:)?//""", response.text)
