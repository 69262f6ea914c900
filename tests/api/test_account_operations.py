"""What the contract promises of every operation, for those that only servers with accounts have a use for."""

import pytest

from accounts import plain
from problem import assert_json, assert_problem
from rights import ROWS, World

NAMES = ["list the accounts", "make a moderator", "reactivate a user", "log in", "renew", "log out"]
WITH_BODY = ["make a moderator", "log in", "renew"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

every_row = pytest.mark.parametrize("row", [ROWS[name] for name in NAMES], ids=NAMES)
every_body = pytest.mark.parametrize("row", [ROWS[name] for name in WITH_BODY], ids=WITH_BODY)


@pytest.fixture
def world(secure):
    return World(secure)


def allowed(response) -> set[str]:
    return {method.strip() for method in response.headers["Allow"].split(",")}


def path(row, world) -> str:
    return row.path.format_map(world)


@every_row
def test_it_succeeds_as_json_that_is_not_to_be_stored(world, row):
    response = row.call(world.able(row), world)
    assert response.status_code in (200, 201), response.text
    assert_json(response)
    assert response.headers["X-Request-Id"] and response.headers["traceparent"]
    assert response.headers["Cache-Control"] == "no-store"
    assert ("Location" in response.headers) == (response.status_code == 201)


@every_row
def test_an_unknown_parameter_is_refused(world, row):
    assert_problem(row.call(world.able(row), world, "colour=red"), 422, parameter="colour")


@every_row
def test_its_path_with_a_slash_at_the_end_is_another_path(world, row):
    assert_problem(world.able(row).request(row.method, path(row, world) + "/"), 404)


@every_row
def test_other_methods_are_refused_with_those_that_work(world, row):
    place = path(row, world)
    works = {row.method, "OPTIONS"} | ({"HEAD"} if row.method == "GET" else set())
    options = plain(world.server).options(place)
    assert options.status_code == 200 and allowed(options) == works
    for method in set(METHODS) - works:
        refused = world.able(row).request(method, place)
        assert_problem(refused, 405)
        assert allowed(refused) == works


@every_body
def test_an_unknown_member_is_refused(world, row):
    body = {name: world[value[1:-1]] if value.startswith("{") else value for name, value in row.body.items()}
    response = world.able(row).request(row.method, path(row, world), json=body | {"colour": "red"})
    assert_problem(response, 422, pointer="/colour")


@every_body
@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"role": "admin", "role": "member"}', '{"username": "\\u0000"}'])
def test_a_body_that_is_no_good_object_can_not_be_read(world, row, body):
    headers = {"Content-Type": "application/json"}
    assert_problem(world.able(row).request(row.method, path(row, world), data=body, headers=headers), 400)


@every_body
@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_declared_json_is_refused(world, row, media_type):
    headers = {"Content-Type": media_type}
    assert_problem(world.able(row).request(row.method, path(row, world), data='{"a": 1}', headers=headers), 415)
