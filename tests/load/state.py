"""Compares what stands on the server, as its users see it through the API, with what they were told."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from .api import Api
from .told import ABSENT, ACTIVE, GONE, NOTHING, Account, Fact, Told, parties


def check(api: Api, told: Told, admin: Callable[[], str], progress: Callable[[str], None]) -> tuple[list[str], Counter]:
    """A sentence for each fault, and how much of each thing was looked at. ADMIN gives a token that is still good."""
    counted, directions = Counter(), {}
    authors = {post: answer["username"] for post, answer in (told.old_posts | told.posts).items()}
    faults = list(faults_of_posts(api, told, counted, authors, progress))
    faults += faults_of_users(api, told, counted, admin, directions, progress)
    faults += faults_of_tallies(api, told, counted, directions, progress)
    faults += faults_of_accounts(api, told, counted, admin, told.earned(directions, authors))
    return faults, counted


def faults_of_posts(api: Api, told: Told, counted: Counter, authors: dict[int, str], progress) -> Iterator[str]:
    """Every post made is there as it was answered, none that was deleted, no other. Adds those in doubt to AUTHORS."""
    progress("checking the posts")
    listed = list(api.pages("/posts?limit=100"))
    times = Counter(post["id"] for post in listed)
    yield from (f"Post {post} is {n} times in the list of all posts." for post, n in times.items() if n > 1)
    summaries = {post["id"]: post for post in listed}
    for post, answer in (told.old_posts | told.posts).items():
        counted["posts"] += 1
        summary = summaries.pop(post, None)
        if post in told.deleted:
            if summary:
                yield f"Post {post} is in the list of all posts, but its deletion was acknowledged."
        elif summary is None:
            if post not in told.deletions_in_doubt:
                yield f"Post {post} ({answer['title']!r}) is not in the list of all posts, but nobody deleted it."
        elif any(answer[member] != value for member, value in summary.items()):
            yield f"Post {post} is listed as {summary}, but was {answer}."
    for post, summary in summaries.items():
        authors[post] = summary["username"]
        if summary["title"] not in told.posts_in_doubt:
            yield f"Post {post} ({summary['title']!r}) is listed, but nobody was told that it was made."

    for post in told.deleted | told.posts.keys():
        status, found = api.ask("GET", f"/posts/{post}")
        if post in told.deleted:
            if status != 404:
                yield f"GET /posts/{post} is answered {status}, but its deletion was acknowledged."
        elif status == 404 and post in told.deletions_in_doubt:
            pass
        elif (status, found) != (200, told.posts[post]):
            yield f"GET /posts/{post} is answered {status} {found}, but it was made as {told.posts[post]}."
    for post in told.found_gone - told.deleted - told.deletions_in_doubt:
        yield f"The deletion of post {post} was answered 404, but nobody was told that it had been deleted before."


def faults_of_users(api: Api, told: Told, counted: Counter, admin, directions: dict, progress) -> Iterator[str]:
    """What each user finds: the account, the votes (which are put into DIRECTIONS), the boxes."""
    votes, messages = defaultdict(list), defaultdict(list)
    for post, name in told.votes:
        votes[name].append(post)
    for message in told.messages.values():
        for name in message.copies:
            messages[name].append(message)
    for number, (name, account) in enumerate(told.accounts.items(), 1):
        progress(f"checking user {number} of {len(told.accounts)}")
        token = token_of(api, account)
        if token is None and account.state.allows(ACTIVE) and account.state.is_sure:
            yield f"{name} can't log in, but the account and its password were acknowledged."
        if token and not account.state.allows(ACTIVE):
            yield f"{name} can log in, but the account is {account.state}."
        for post in votes[name]:
            directions[post, name] = direction = vote_of(api, post, name, token or admin())
            counted["votes"] += 1
            if not told.votes[post, name].allows(direction):
                yield (f"The vote of {name} on post {post} is {direction}, but {told.votes[post, name]} "
                       "was acknowledged.")
        if token:
            counted["boxes"] += 3
            counted["messages"] += len(messages[name])
            yield from faults_of_profile(api, account, token)
            yield from faults_of_boxes(api, told, name, token, messages[name])
        elif account.state.allows(GONE) and (status := api.ask("GET", f"/users/{name}")[0]) != 404:
            yield f"GET /users/{name} is answered {status}, but the account was deactivated."


def token_of(api: Api, account: Account) -> str | None:
    return next(filter(None, (api.log_in(account.username, password) for password in account.password.possible)), None)


def vote_of(api: Api, post: int, name: str, token: str) -> str | None:
    status, vote = api.ask("GET", f"/votes/{post}/voters/{name}", token=token)
    return {200: vote.get("direction"), 404: None}.get(status, f"answered {status}")


def faults_of_profile(api: Api, account: Account, token: str) -> Iterator[str]:
    found = api.must("GET", f"/users/{account.username}", token=token)
    if not account.email.allows(found["email"]):
        yield f"{account.username} finds the email {found['email']}, but {account.email} was acknowledged."


def faults_of_boxes(api: Api, told: Told, name: str, token: str, messages: list) -> Iterator[str]:
    """Each message is in the boxes it belongs to, as it was left, and nothing is in a box it does not belong to."""
    boxes = {box: {found["id"]: found for found in api.pages(f"/messages?box={box}&limit=100", token)}
             for box in ("inbox", "sent", "favorites")}
    for message in messages:
        number, copy = message.answer["id"], message.copies[name]
        home = "inbox" if message.answer["to"] == name else "sent"
        found, favorite = boxes[home].pop(number, None), boxes["favorites"].pop(number, None)
        if not copy.kept.allows(found is not None):
            yield (f"Message {number} is not in the {home} box of {name}, but was not deleted." if found is None else
                   f"Message {number} is in the {home} box of {name}, but its deletion was acknowledged.")
        if found is None:
            status, _ = api.ask("GET", f"/messages/{number}", token=token)
            if copy.kept.allows(False) and status != 404:
                yield f"GET /messages/{number} of {name} is answered {status}, but the deletion was acknowledged."
        elif not message.is_as_seen_by(name, found):
            yield (f"Message {number} of {name} is {found}, but was sent as {message.answer}, "
                   f"is {copy.flag.value or 'no favorite'}, and was read at {message.read_at}.")
        if (favorite is not None) != (found is not None and found["flag"] == "favorite"):
            yield f"Message {number} is {'a' if favorite else 'no'} favorite of {name} by its box, but not by itself."
    for box, number in ((box, number) for box, left in boxes.items() for number in left):
        found = boxes[box][number]
        if name not in parties(found, box) or found["contents"] not in told.messages_in_doubt:
            yield (f"Message {number} from {found['from']} to {found['to']} is in the {box} box of {name}, "
                   "but nobody was told that it belongs there.")


def faults_of_tallies(api: Api, told: Told, counted: Counter, directions: dict, progress) -> Iterator[str]:
    """Every tally is the votes acknowledged, in each of the reports."""
    progress("checking the tallies")
    expected = told.tallies(directions)
    counted["tallies"] = len(expected)
    listed = list(api.pages("/votes/top?limit=100"))
    yield from faults_of_order(listed, "the list of the top")
    top = {tally["post_id"]: tally for tally in listed}
    for post, (ups, downs) in expected.items():
        found = top.pop(post, {"post_id": post, "upvotes": 0, "downvotes": 0, "score": 0})
        if found != {"post_id": post, "upvotes": ups, "downvotes": downs, "score": ups - downs}:
            yield tally_fault(post, found, ups, downs)
    yield from (tally_fault(post, found, 0, 0) for post, found in top.items() if found["upvotes"] or found["downvotes"])

    touched = sorted({post for post, _ in directions})
    for first in range(0, len(touched), 500):
        posts = touched[first:first + 500]
        items = api.must("GET", f"/votes?post_ids={','.join(map(str, posts))}")["items"]
        yield from faults_of_order(items, "a list of tallies")
        if sorted(tally["post_id"] for tally in items) != posts:
            yield f"A list of {len(posts)} tallies that were asked for has {len(items)}, or others."
        for tally in items:
            ups, downs = expected[tally["post_id"]]
            if (tally["upvotes"], tally["downvotes"], tally["score"]) != (ups, downs, ups - downs):
                yield tally_fault(tally["post_id"], tally, ups, downs)


def tally_fault(post: int, found: dict, ups: int, downs: int) -> str:
    return (f"Post {post} is told to have {found['upvotes']} upvotes, {found['downvotes']} downvotes "
            f"and the score {found['score']}, but the votes acknowledged make {ups} and {downs}.")


def faults_of_order(tallies: list[dict], where: str) -> Iterator[str]:
    """Best score first, ties newest post first."""
    for one, next_one in itertools.pairwise(tallies):
        if (one["score"], one["post_id"]) <= (next_one["score"], next_one["post_id"]):
            yield (f"In {where} post {one['post_id']} ({one['score']}) stands before "
                   f"{next_one['post_id']} ({next_one['score']}).")


def faults_of_accounts(api: Api, told: Told, counted: Counter, admin, earned: dict[str, range]) -> Iterator[str]:
    """Every account made is there, with its email, karma, role and state; no other."""
    listed = {account["username"]: account for account in api.pages("/accounts?limit=100", admin())}
    for name, account in told.accounts.items():
        counted["accounts"] += 1
        found = listed.pop(name, None)
        state = ABSENT if found is None else GONE if found["deactivated_at"] else ACTIVE
        if not account.state.allows(state):
            yield f"The account of {name} is {state}, but {account.state} was acknowledged."
        if found is None:
            continue
        if not account.email.allows(found["email"]):
            yield f"{name} has the email {found['email']}, but {account.email} was acknowledged."
        yield from faults_of_karma(name, found["karma"], account, earned.get(name, NOTHING))
        if found["role"] != account.role:
            yield f"{name} has the role {found['role']}, but ought to have {account.role}."
    for name, old in told.old_accounts.items():
        counted["accounts"] += 1
        found = listed.pop(name, None)
        if found is None:
            yield f"The account of {name} is no longer there."
        elif found | {"karma": None} != old | {"karma": None}:
            yield f"The account of {name} is {found}, but was {old}."
        else:
            before = Account(name, Fact(None), Fact(None), Fact(ACTIVE), karma=old["karma"])
            yield from faults_of_karma(name, found["karma"], before, earned.get(name, NOTHING))
    yield from (f"There is an account of {name}, but nobody was told that it was made." for name in listed)


def faults_of_karma(name: str, karma: int, account: Account, earned: range) -> Iterator[str]:
    if not account.karma_may_be(karma, earned):
        votes = f"{earned[0]}" if len(earned) == 1 else f"{earned[0]} to {earned[-1]}"
        yield f"{name} has {karma} karma, but was given {account.karma} by hand or before, and {votes} by votes."
