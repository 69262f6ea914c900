"""Messages: what each operation promises to both parties and to nobody else, and each bound."""

import pytest

from problem import assert_problem
from sample import BIGGEST_ID, NO_IDS, a_message, a_name, a_user, assert_now, found, items, made

MESSAGE = {"id", "from", "to", "timestamp", "contents", "flag", "read_at"}
BOXES = ["inbox", "sent", "favorites"]

# Every operation on one message: method and what follows its id.
OPERATIONS = [("GET", ""), ("DELETE", ""), ("PUT", "/favorite"), ("DELETE", "/favorite"), ("PUT", "/read"), ("DELETE", "/read")]

ACCEPTED = {
    "of 1": "?",
    "of 10,000": "x" * 10_000,
    "of 10,000 code points beyond the BMP": "🦉" * 10_000,
    "with white space around": "\n  kept  \n",
}

REFUSED = {
    "contents of 0": ("contents", ""),
    "contents of 10,001": ("contents", "x" * 10_001),
    "contents of white space": ("contents", " \n\t\u3000"),
    "contents a number": ("contents", 5),
    "contents null": ("contents", None),
    "to of 2": ("to", "ad"),
    "to of 21": ("to", "a" * 21),
    "to with a space": ("to", "ada l"),
    "to a number": ("to", 12345),
    "to a list": ("to", ["ada", "bob"]),
    "from of 2": ("from", "ad"),
    "from of 21": ("from", "a" * 21),
    "from with a line end": ("from", "ada\n"),
    "member unknown": ("subject", "Hello"),
    "member only the service sets": ("flag", "favorite"),
}


@pytest.fixture
def ada(api):
    return a_user(api)["username"]


@pytest.fixture
def bob(api):
    return a_user(api)["username"]


@pytest.fixture
def letter(api, ada, bob):
    """A message from ada to bob."""
    return a_message(api, ada, bob)


def place(message, name: str, rest: str = "") -> str:
    return f"/messages/{message['id']}{rest}?user={name}"


def box(api, name: str, which: str) -> list:
    return [message["id"] for message in items(api.get(f"/messages?box={which}&user={name}"))]


def test_a_new_message_is_answered_with_its_place_and_its_members(api, site, ada, bob):
    body = {"from": ada, "to": bob, "contents": "Shall we meet at the reading room?"}
    response = api.post("/messages", json=body)
    message = made(response)
    assert set(message) == MESSAGE
    assert message | body == message
    assert type(message["id"]) is int and 0 < message["id"] <= BIGGEST_ID
    assert_now(message["timestamp"])
    assert message["flag"] is None and message["read_at"] is None
    assert response.headers["Location"] == f"/api/v1/messages/{message['id']}"
    for name in (ada, bob, bob.upper()):
        assert found(site.get(f"{response.headers['Location']}?user={name}")) == message


@pytest.mark.parametrize("contents", ACCEPTED.values(), ids=ACCEPTED)
def test_contents_at_their_bound_are_kept(api, ada, bob, contents):
    message = a_message(api, ada, bob, contents)
    assert message["contents"] == contents
    assert found(api.get(place(message, bob))) == message


@pytest.mark.parametrize("member, value", REFUSED.values(), ids=REFUSED)
def test_a_member_beyond_its_bound_is_refused_by_name(api, ada, bob, member, value):
    body = {"from": ada, "to": bob, "contents": "Hello"} | {member: value}
    assert_problem(api.post("/messages", json=body), 422, pointer=f"/{member}")
    assert box(api, bob, "inbox") == []


@pytest.mark.parametrize("member", ["from", "to", "contents"])
def test_a_missing_member_is_refused_by_name(api, ada, bob, member):
    body = {"from": ada, "to": bob, "contents": "Hello"}
    del body[member]
    assert_problem(api.post("/messages", json=body), 422, pointer=f"/{member}")


def test_all_faults_of_a_message_are_reported_at_once(api):
    assert_problem(api.post("/messages", json={"to": "?", "contents": " ", "from": "?", "subject": ""}), 422,
                   pointer=["/to", "/contents", "/from", "/subject"])


def test_the_query_names_the_sender_where_the_body_does_not(api, ada, bob):
    message = made(api.post(f"/messages?user={ada}", json={"to": bob, "contents": "Hello"}))
    assert message["from"] == ada


def test_an_unknown_recipient_is_a_conflict(api, ada):
    assert_problem(api.post("/messages", json={"from": ada, "to": a_name(), "contents": "Hello"}), 409)
    assert box(api, ada, "sent") == []


def test_a_deactivated_recipient_is_a_conflict_but_old_messages_stay(api, ada, bob, letter):
    found(api.delete(f"/users/{bob}"))
    assert_problem(api.post("/messages", json={"from": ada, "to": bob, "contents": "Hello"}), 409)
    assert box(api, ada, "sent") == [letter["id"]]


def test_a_recipient_is_found_without_regard_to_case(api, ada, bob):
    message = a_message(api, ada, bob.upper())
    assert box(api, bob, "inbox") == [message["id"]]


@pytest.mark.parametrize("method, rest", OPERATIONS)
def test_who_acts_must_be_named(api, letter, method, rest):
    assert_problem(api.request(method, f"/messages/{letter['id']}{rest}"), 422, parameter="user")


@pytest.mark.parametrize("which", BOXES)
def test_whose_box_it_is_must_be_named(api, which):
    assert_problem(api.get(f"/messages?box={which}"), 422, parameter="user")


@pytest.mark.parametrize("user", ["", "ad", "a" * 21, "a%20b"], ids=["empty", "2", "21", "space"])
def test_what_can_be_no_user_can_not_act(api, letter, user):
    assert_problem(api.get(f"/messages/{letter['id']}?user={user}"), 422, parameter="user")


@pytest.mark.parametrize("method, rest", OPERATIONS)
def test_a_message_is_not_found_by_others(api, letter, ada, bob, method, rest):
    stranger = a_user(api)["username"]
    for name in (stranger, a_name()):
        assert_problem(api.request(method, place(letter, name, rest)), 404)
    assert found(api.get(place(letter, bob))) == letter == found(api.get(place(letter, ada)))


def test_the_boxes_of_others_stay_empty(api, letter):
    stranger = a_user(api)["username"]
    assert [box(api, stranger, which) for which in BOXES] == [[], [], []]


@pytest.mark.parametrize("method, rest", OPERATIONS)
@pytest.mark.parametrize("no_id", [*NO_IDS, str(BIGGEST_ID)])
def test_what_is_no_id_names_no_message(api, method, rest, no_id):
    assert_problem(api.request(method, f"/messages/{no_id}{rest}?user=ada"), 404)


def test_a_message_is_in_the_box_of_each_party_newest_first(api, ada, bob):
    there = [a_message(api, ada, bob)["id"] for _ in range(3)]
    back = [a_message(api, bob, ada)["id"] for _ in range(2)]
    assert box(api, ada, "sent") == box(api, bob, "inbox") == there[::-1]
    assert box(api, bob, "sent") == box(api, ada, "inbox") == back[::-1]
    assert box(api, ada, "favorites") == box(api, bob, "favorites") == []


def test_a_box_holds_whole_messages(api, bob, letter):
    assert items(api.get(f"/messages?box=inbox&user={bob}")) == [letter]


@pytest.mark.parametrize("name", ["trash", "", "INBOX", "inbox,sent"])
def test_there_is_no_other_box(api, ada, name):
    assert_problem(api.get(f"/messages?box={name}&user={ada}"), 422, parameter="box")


def test_all_faults_of_a_box_are_reported_at_once(api, ada):
    assert_problem(api.get(f"/messages?box=trash&limit=0&colour=red&user={ada}"), 422, parameter=["box", "limit", "colour"])


def test_each_party_has_an_own_favorite_flag(api, ada, bob, letter):
    for _ in range(2):
        assert found(api.put(place(letter, bob, "/favorite"))) == letter | {"flag": "favorite"}
    assert found(api.get(place(letter, bob)))["flag"] == "favorite"
    assert found(api.get(place(letter, ada)))["flag"] is None
    assert (box(api, bob, "favorites"), box(api, ada, "favorites")) == ([letter["id"]], [])
    for _ in range(2):
        assert found(api.delete(place(letter, bob, "/favorite"))) == letter
    assert box(api, bob, "favorites") == []


def test_favorites_are_both_sent_and_received_ones_newest_first(api, ada, bob):
    messages = [a_message(api, ada, bob), a_message(api, bob, ada), a_message(api, ada, bob)]
    for message in reversed(messages[:2]):
        found(api.put(place(message, ada, "/favorite")))
    assert box(api, ada, "favorites") == [messages[1]["id"], messages[0]["id"]]


def test_the_recipient_marks_a_message_read_and_unread(api, bob, letter):
    for _ in range(2):
        read = found(api.put(place(letter, bob, "/read")))
        assert_now(read["read_at"])
        assert read | {"read_at": None} == letter
    assert found(api.get(place(letter, bob))) == read
    for _ in range(2):
        assert found(api.delete(place(letter, bob, "/read"))) == letter
    assert found(api.get(place(letter, bob))) == letter


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_the_sender_can_not_mark_a_message_read_or_unread(api, ada, bob, letter, method):
    read = found(api.put(place(letter, bob, "/read")))
    assert_problem(api.request(method, place(letter, ada, "/read")), 403)
    assert found(api.get(place(letter, bob))) == read


@pytest.mark.parametrize("sender_deletes", [True, False], ids=["sender", "recipient"])
def test_a_deleted_message_is_gone_for_who_deleted_it_alone(api, ada, bob, letter, sender_deletes):
    gone, kept = (ada, bob) if sender_deletes else (bob, ada)
    for name in (gone, kept):
        found(api.put(place(letter, name, "/favorite")))
    assert found(api.delete(place(letter, gone))) == letter | {"flag": "favorite"}

    for method, rest in OPERATIONS:
        assert_problem(api.request(method, place(letter, gone, rest)), 404)
    assert [box(api, gone, which) for which in BOXES] == [[], [], []]

    assert found(api.get(place(letter, kept))) == letter | {"flag": "favorite"}
    assert box(api, kept, "inbox" if sender_deletes else "sent") == box(api, kept, "favorites") == [letter["id"]]


def test_a_message_both_parties_deleted_is_gone(api, ada, bob, letter):
    for name in (ada, bob):
        found(api.delete(place(letter, name)))
    for name in (ada, bob):
        assert_problem(api.get(place(letter, name)), 404)
        assert_problem(api.delete(place(letter, name)), 404)
