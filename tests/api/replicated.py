"""Who reads from a site with replicas."""

from accounts import an_account
from sample import made


def seen_by(client, post) -> bool:
    answer = client.get(f"/posts/{post['id']}")
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


def a_stranger(server):
    """Who has neither a token nor a cookie."""
    return server.client()


def an_author(server):
    """Who keeps cookies, and is logged in."""
    client, account = server.client(), an_account(server)
    client.headers["Authorization"] = f"Bearer {account.token}"
    return client


def posted(author) -> dict:
    return made(author.post("/posts", json={"title": "A", "text": "", "community": "cpp"}))


def reads_go_to_the_replica(server, author) -> bool:
    """A new post is not there yet, for a stranger."""
    return not seen_by(a_stranger(server), posted(author))
