"""A process of one service answers that service's paths alone."""

import pytest

from operations import methods_by_path
from problem import assert_problem
from sample import a_message, a_name, a_post, a_user, a_vote, found, items

SERVICES = ["posts", "votes", "users", "messages"]
NAMES = {"author": "ada", "post": 1, "message": 1}
PATHS = [path.format(**NAMES) for path in methods_by_path()]


@pytest.fixture(scope="module", params=SERVICES)
def alone(request, start_module_server):
    """A service's name and a process that serves it alone."""
    return request.param, start_module_server(service=request.param)


@pytest.mark.parametrize("path", PATHS)
def test_it_answers_its_own_paths_alone(alone, path):
    service, server = alone
    with server.client() as api:
        response = api.options(path)
        if path.split("/")[1] == service:
            assert response.status_code == 200
        else:
            assert_problem(response, 404)


def test_it_answers_the_paths_beside_the_api(alone):
    with alone[1].site() as site:
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
            assert site.get(path).status_code == 200, path


def test_the_posts_service_works_without_the_others(start_server):
    with start_server(service="posts").client() as api:
        post = a_post(api)
        assert [each["id"] for each in items(api.get("/posts"))] == [post["id"]]


def test_the_votes_service_works_without_the_others(start_server):
    with start_server(service="votes").client() as api:
        a_vote(api, 5)
        assert items(api.get("/votes/top")) == [{"post_id": 5, "upvotes": 1, "downvotes": 0, "score": 1}]


def test_the_users_service_works_without_the_others(start_server):
    with start_server(service="users").client() as api:
        user = a_user(api)
        assert found(api.get(f"/users/{user['username']}")) == user


def test_the_messages_service_alone_lets_any_name_be_written_to(start_server):
    with start_server(service="messages").client() as api:
        ada, bob = a_name(), a_name()
        message = a_message(api, ada, bob)
        assert items(api.get(f"/messages?box=inbox&user={bob}")) == [message]
