"""`stoa import reddit-csv`: what it takes, what it refuses, and that it may be stopped and run again."""

import csv
import io
import itertools
import math
import random
import re
import secrets
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from program import Terminal, assert_refused, found, place, run, served, whole_list
from waiting import karma_has_settled

COLUMNS = ["id", "created_utc", "title", "ups", "downs", "score", "num_comments", "is_self", "selftext", "url"]
REAL_DATA = Path(__file__).parents[2].parent / "shared" / "data" / "reddit-2013"
MANY = 1600  # So many that the program is at it for long enough to be stopped.
PROGRESS = re.compile(r"(\d+) of (\d+) posts")


def record(**members) -> dict:
    """A good one of a link, with an id of its own."""
    return {"id": secrets.token_hex(5), "created_utc": "1364654363.0", "title": "A visual introduction to suffix arrays",
            "ups": 414, "downs": 63, "score": 351, "num_comments": 13, "is_self": False, "selftext": "",
            "url": "http://example.org/suffix-arrays"} | members


def as_csv(records, *, columns=COLUMNS, line_end="\n", quoting=csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator=line_end, quoting=quoting, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode(errors="surrogateescape")


@pytest.fixture
def new_file(tmp_path):
    """Writes files of communities that no other test has."""

    def write(content, stem: str = "cooking") -> Path:
        file = tmp_path / f"{stem}_{secrets.token_hex(4)}.csv"
        file.write_bytes(content if isinstance(content, bytes) else as_csv(content))
        return file

    return write


def import_files(*files, data=None, **options):
    where = place(data) if data else []
    return run("import", "reddit-csv", *files, *where, *itertools.chain(*((f"--{name}", value) for name, value in options.items())))


def summary(ended) -> dict[str, int]:
    """How many there were of each thing, by the program's own words for it."""
    assert ended.returncode == 0, ended.stderr
    lines = (line.strip().partition(" ") for line in ended.stdout.splitlines())
    return {what: int(number) for number, _, what in lines}


def refusals(counted: dict[str, int]) -> dict[str, int]:
    return {what: number for what, number in counted.items() if what.startswith("refused")}


def posts_of(site, file: Path) -> list[dict]:
    listed = whole_list(site, f"/api/v1/posts?limit=100&community={file.stem}")
    return [found(site.get(f"/api/v1/posts/{post['id']}")) for post in listed]


def whole_content(server) -> dict:
    """All that an import makes, but for the votes one by one. Ids are counted anew: what was stopped may have left gaps."""
    assert karma_has_settled(server)
    with server.site() as site:
        posts, tallies = whole_list(site, "/api/v1/posts?limit=100"), whole_list(site, "/api/v1/votes/top?limit=100")
        number = {post_id: n for n, post_id in enumerate(sorted(post["id"] for post in posts))}
        authors = {post["username"] for post in posts}
        return {"posts": [post | {"id": number[post["id"]]} for post in posts],
                "tallies": [tally | {"post_id": number[tally["post_id"]]} for tally in tallies],
                "authors": {name: found(site.get(f"/api/v1/users/{name}"))["karma"] for name in authors}}


# What is taken.

TAKEN = {
    "a link": ({"url": "https://example.org/a?b=1#c"}, {"url": "https://example.org/a?b=1#c", "text": ""}),
    "a post with text": ({"is_self": True, "selftext": "Slides below.", "url": "http://www.reddit.com/r/cpp/1"},
                         {"url": None, "text": "Slides below."}),
    "quotes and commas": ({"title": 'They said "no", twice', "is_self": True, "selftext": '"", he said,\n"'},
                          {"title": 'They said "no", twice', "text": '"", he said,\n"'}),
    "newlines": ({"is_self": True, "selftext": "one\n\ntwo\r\nthree\n"}, {"text": "one\n\ntwo\r\nthree\n"}),
    "entities": ({"title": "Q&amp;A: a &lt;b&gt; tag", "url": "http://example.org/?a=1&amp;b=2"},
                 {"title": "Q&A: a <b> tag", "url": "http://example.org/?a=1&b=2"}),
    "an entity unescaped once": ({"title": "&amp;lt; is how &amp;amp; begins"}, {"title": "&lt; is how &amp; begins"}),
    "other entities as they are": ({"title": "&quot;x&quot; &#39;"}, {"title": "&quot;x&quot; &#39;"}),
    "many languages": ({"title": "Größe, œuvre, 日本語, 한국어, Привет, 😀", "is_self": True, "selftext": "Größe\u200b 😀"},
                       {"title": "Größe, œuvre, 日本語, 한국어, Привет, 😀", "text": "Größe\u200b 😀"}),
    "an ftp link": ({"url": "ftp://example.org/a.txt"}, {"url": None, "text": "ftp://example.org/a.txt"}),
    "a title of 300 characters": ({"title": "é" * 300}, {"title": "é" * 300}),
    "a text of 40,000 characters": ({"is_self": True, "selftext": "é" * 40_000}, {"text": "é" * 40_000}),
    "a time": ({"created_utc": "1375163571.0"}, {"created_at": "2013-07-30T05:52:51.000Z"}),
    "a time without a fraction": ({"created_utc": "1375163571"}, {"created_at": "2013-07-30T05:52:51.000Z"}),
    "a time with a fraction": ({"created_utc": "1375163571.25"}, {"created_at": "2013-07-30T05:52:51.250Z"}),
}


@pytest.mark.parametrize("given, promised", TAKEN.values(), ids=TAKEN)
def test_a_post_has_what_its_record_has(server, site, new_file, given, promised):
    file = new_file([record(**given)])
    counted = summary(import_files(file, to=server.url))
    assert (counted["records in 1 files"], counted["posts taken"], refusals(counted)) == (1, 1, {})
    [post] = posts_of(site, file)
    assert post | promised == post
    assert post["community"] == file.stem


def test_a_link_that_is_not_http_goes_to_the_end_of_the_text(server, site, new_file):
    file = new_file([record(url="magnet:?xt=urn:btih:c12f", selftext="Seeding.")])
    assert summary(import_files(file, to=server.url))["links that are not http or https went to the text"] == 1
    [post] = posts_of(site, file)
    assert post["url"] is None
    assert post["text"].startswith("Seeding.") and post["text"].endswith("magnet:?xt=urn:btih:c12f")


def test_the_community_is_the_name_of_the_file_in_lower_case(server, site, new_file):
    file = new_file([record()], stem="MachineLearning")
    assert summary(import_files(file, to=server.url))["posts taken"] == 1
    [post] = posts_of(site, file)
    assert post["community"] == file.stem.lower()


def test_authors_and_voters_are_members(server, site, new_file):
    file = new_file([record() for _ in range(20)])
    summary(import_files(file, to=server.url))
    for name in {post["username"] for post in posts_of(site, file)}:
        assert found(site.get(f"/api/v1/users/{name}"))["username"] == name


@pytest.mark.parametrize("title", ['a "b" c', "a\rb"], ids=["a quote", "a carriage return"])
def test_a_character_that_should_have_been_quoted_is_never_lost(server, site, new_file, title):
    """The post has the title as it stands, or is refused."""
    file = new_file(as_csv([record(title="TITLE")]).replace(b"TITLE", title.encode()))
    counted = summary(import_files(file, to=server.url))
    assert [post["title"] for post in posts_of(site, file)] == ([] if refusals(counted) else [title])


@pytest.mark.parametrize("character", ["x", '"', "\u0001", "😀"], ids=["plain", "quotes", "controls", "four bytes"])
def test_many_long_texts_are_taken_however_large_they_are_together(server, new_file, character):
    file = new_file([record(is_self=True, selftext=character * 40_000) for _ in range(60)])
    assert summary(import_files(file, to=server.url))["posts taken"] == 60


PLAIN = [record(title="One"), record(title="Two", is_self=True, selftext="a,\n\"b\""), record(title="Three")]
SHAPES = {
    "CRLF": as_csv(PLAIN, line_end="\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + as_csv(PLAIN),
    "a quoted header after a byte order mark": b"\xef\xbb\xbf" + as_csv(PLAIN, quoting=csv.QUOTE_ALL),
    "no newline at the end": as_csv(PLAIN).rstrip(b"\n"),
    "empty lines at the end": as_csv(PLAIN) + b"\n\n",
    "columns in another order": as_csv(PLAIN, columns=sorted(COLUMNS)),
    "no column that is not needed": as_csv(PLAIN, columns=[name for name in COLUMNS if name != "num_comments"]),
    "columns that are not known": as_csv([each | {"thumbnail": "x"} for each in PLAIN], columns=["thumbnail", *COLUMNS]),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES)
def test_a_file_may_be_written_in_many_ways(server, site, new_file, content):
    for each in PLAIN:  # Ids that were not taken before.
        content = content.replace(each["id"].encode(), secrets.token_hex(5).encode())
    file = new_file(content)
    counted = summary(import_files(file, to=server.url))
    assert (counted["records in 1 files"], counted["posts taken"]) == (3, 3), counted
    assert Counter((post["title"], post["text"]) for post in posts_of(site, file)) == Counter(
        (each["title"], each["selftext"]) for each in PLAIN)


# What is refused.

REFUSED = {
    "an empty title": ({"title": ""}, "title"),
    "a blank title": ({"title": " \t "}, "title"),
    "a title of 301 characters": ({"title": "é" * 301}, "title"),
    "a title that is not UTF-8": ({"title": "caf\udce9"}, "UTF-8"),
    "a text that is not UTF-8": ({"is_self": True, "selftext": "caf\udce9"}, "UTF-8"),
    "a text of 40,001 characters": ({"is_self": True, "selftext": "x" * 40_001}, "text"),
    "a NUL in the title": ({"title": "caf\0"}, "NUL"),
    "a NUL in the text": ({"is_self": True, "selftext": "caf\0"}, "NUL"),
    "no id": ({"id": ""}, "id"),
    "a time that is none": ({"created_utc": "yesterday"}, "created_utc"),
    "no time": ({"created_utc": ""}, "created_utc"),
    "a score that is none": ({"score": "many"}, "score"),
    "a time with more after it": ({"created_utc": "1364654363 UTC"}, "created_utc"),
}


@pytest.mark.parametrize("given, why", REFUSED.values(), ids=REFUSED)
def test_a_bad_record_is_refused_and_the_summary_says_why(server, site, new_file, given, why):
    file = new_file([record(), record(**given), record()])
    counted = summary(import_files(file, to=server.url))
    assert (counted["records in 1 files"], counted["posts taken"]) == (3, 2), counted
    [(reason, number)] = refusals(counted).items()
    assert number == 1 and why in reason
    assert len(posts_of(site, file)) == 2


@pytest.mark.parametrize("line", [
    "1h8dgv,1375163571,Only a title", "1h8dgw,1375163571,A title, with a comma,5,1,4,0,False,,http://a.example/"],
    ids=["too few fields", "too many fields"])
def test_a_record_with_another_number_of_fields_is_refused(server, site, new_file, line):
    line = secrets.token_hex(3) + line
    file = new_file(as_csv([record()]) + f"{line}\n".encode())
    counted = summary(import_files(file, to=server.url))
    assert (counted["records in 1 files"], counted["posts taken"]) == (2, 1), counted
    assert sum(refusals(counted).values()) == 1


def test_a_refused_link_is_not_counted_as_one_that_went_to_the_text(server, new_file):
    counted = summary(import_files(new_file([record(title="", url="ftp://example.org/a")]), to=server.url))
    assert sum(refusals(counted).values()) == 1
    assert not any("went to the text" in what for what in counted), counted


def test_the_same_id_twice_in_a_file_is_one_post(server, site, new_file):
    one = record()
    file = new_file([one, record(), one])
    counted = summary(import_files(file, to=server.url))
    assert (counted["posts taken"], counted["posts were there already"]) == (2, 1)
    assert len(posts_of(site, file)) == 2


BAD_FILES = {
    "an empty file": (b"", "empty"),
    "a missing column": (as_csv([record()], columns=[name for name in COLUMNS if name != "selftext"]), "selftext"),
    "no header": (as_csv([record()]).partition(b"\n")[2], "column"),
    "an unclosed quote": (as_csv([record()]) + b'x1,1375163571.0,"never closed,5,1,4,0,False,,http://a.example/\n', "quote"),
}


@pytest.mark.parametrize("good_first", [True, False])
@pytest.mark.parametrize("content, why", BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_by_name_before_anything_is_taken(server, site, new_file, content, why, good_first):
    good, bad = new_file([record()]), new_file(content, stem="broken")
    ended = import_files(*([good, bad] if good_first else [bad, good]), to=server.url)
    assert_refused(ended, bad.name, why)
    assert posts_of(site, good) == posts_of(site, bad) == []


def test_a_file_with_a_header_alone_is_no_error(server, new_file):
    assert summary(import_files(new_file([]), to=server.url))["posts taken"] == 0


@pytest.mark.parametrize("name", ["no community.csv", "c++.csv", "x.csv"])
def test_a_file_whose_name_is_no_community_says_so(server, tmp_path, name):
    file = tmp_path / name
    file.write_bytes(as_csv([record()]))
    ended = import_files(file, to=server.url)
    assert "community" in ended.stdout + ended.stderr
    assert "1 posts taken" not in ended.stdout


# Votes.

@pytest.mark.parametrize("ups, downs", [(414, 63), (1, 0), (9, 0), (100_000, 2), (3, 6), (0, 40), (10**12, 10**11)])
def test_votes_are_the_score_scaled(server, site, new_file, ups, downs):
    file = new_file([record(ups=ups, downs=downs, score=ups - downs)])
    summary(import_files(file, to=server.url))
    [post] = posts_of(site, file)
    tally = found(site.get(f"/api/v1/votes/{post['id']}"))
    promised = round(10 * math.log10(1 + abs(ups - downs)))
    assert tally["score"] == math.copysign(min(promised, 100), ups - downs)
    assert min(tally["upvotes"], tally["downvotes"]) <= 5


def shuffled_by_score() -> list[dict]:
    scores = [*range(-30, 0), *range(1, 400), 2_000, 2_001, 2_002, 50_000]
    random.Random(5).shuffle(scores)
    return [record(title=str(score), score=score, ups=max(score, 0) + 7, downs=max(-score, 0) + 7) for score in scores]


def test_the_order_by_score_is_the_files(tmp_path):
    """Of all files together, although many scores are the same when they are scaled."""
    records = shuffled_by_score()
    files = [tmp_path / "cooking.csv", tmp_path / "books.csv"]
    for number, file in enumerate(files):
        file.write_bytes(as_csv(records[number::2]))
    assert summary(import_files(*files, data=tmp_path / "data"))["posts taken"] == len(records)
    with served(tmp_path / "data") as server:
        content = whole_content(server)
    score = {post["id"]: int(post["title"]) for post in content["posts"]}
    ranking = [score[tally["post_id"]] for tally in content["tallies"]]
    assert ranking == sorted(score.values(), reverse=True)


# Into a folder, into a server, again, and stopped in the middle.

@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """A file that takes long enough to be stopped at."""
    file = tmp_path_factory.mktemp("many") / "books.csv"
    draw = random.Random(7)
    rows = []
    for number in range(MANY):
        ups, downs = draw.randrange(2, 3_000), draw.randrange(100)
        rows.append(record(title=f"Number {number}", ups=ups, downs=downs, score=ups - downs,
                           created_utc=1_364_654_363 + number))
    file.write_bytes(as_csv(rows))
    return file


@pytest.fixture(scope="module")
def uninterrupted(many, tmp_path_factory) -> dict:
    """What a server holds after an import of all of it at once."""
    folder = tmp_path_factory.mktemp("uninterrupted") / "data"
    assert summary(import_files(many, data=folder))["posts taken"] == MANY
    with served(folder) as server:
        content = whole_content(server)
    assert len(content["posts"]) == MANY
    return content


def test_a_server_is_given_the_same_as_a_folder(fresh_server, many, uninterrupted):
    assert summary(import_files(many, to=fresh_server.url))["posts taken"] == MANY
    assert whole_content(fresh_server) == uninterrupted


def test_a_second_time_changes_nothing(fresh_server, many, uninterrupted):
    for _ in range(2):
        counted = summary(import_files(many, to=fresh_server.url))
    assert (counted["posts taken"], counted["posts were there already"]) == (0, MANY)
    assert whole_content(fresh_server) == uninterrupted


def stop_in_the_middle(at: int, pause: float, by: signal.Signals, *arguments) -> None:
    """When the bar has moved `at` times and some more time has passed."""
    seen = ""
    with Terminal("import", "reddit-csv", *arguments) as terminal:
        for piece in terminal.pieces():
            seen += piece
            if len(PROGRESS.findall(seen)) >= at:
                time.sleep(pause)
                terminal.process.send_signal(by)
                break
        assert terminal.process.wait(timeout=10) != 0, f"it had ended before it was stopped: {seen}"


MOMENTS = pytest.mark.parametrize("at, pause, by", [
    (1, 0.02, signal.SIGKILL), (2, 0, signal.SIGKILL), (1, 0.01, signal.SIGINT)])


@MOMENTS
def test_stopped_and_run_again_it_gives_what_an_uninterrupted_run_gives(tmp_path, many, uninterrupted, at, pause, by):
    folder = tmp_path / "data"
    stop_in_the_middle(at, pause, by, many, *place(folder))
    counted = summary(import_files(many, data=folder))
    assert counted["posts taken"] + counted.get("posts were there already", 0) == MANY
    with served(folder) as server:
        assert whole_content(server) == uninterrupted


def test_killed_while_it_gives_to_a_server_it_goes_on_there(fresh_server, many, uninterrupted):
    stop_in_the_middle(1, 0.01, signal.SIGKILL, many, "--to", fresh_server.url)
    summary(import_files(many, to=fresh_server.url))
    assert whole_content(fresh_server) == uninterrupted


def test_when_the_server_goes_away_it_says_so_and_goes_on_later(fresh_server, many, uninterrupted):
    seen = ""
    with Terminal("import", "reddit-csv", many, "--to", fresh_server.url) as terminal:
        for piece in terminal.pieces():
            seen += piece
            if PROGRESS.search(seen) and fresh_server.process:
                fresh_server.kill()
        assert terminal.process.wait(timeout=10) > 0
    assert "again" in seen.splitlines()[-1]
    fresh_server.start()
    summary(import_files(many, to=fresh_server.url))
    assert whole_content(fresh_server) == uninterrupted


# Where it can not go.

@pytest.mark.sqlite(reason="a database may be written to beside a server")
def test_the_folder_of_a_running_server_is_refused(fresh_server, new_file):
    assert_refused(import_files(new_file([record()]), data=fresh_server.data), str(fresh_server.data), "in use")
    assert whole_content(fresh_server)["posts"] == []


def test_a_server_that_is_not_there_is_an_error(free_address, new_file):
    assert_refused(import_files(new_file([record()]), to=f"http://{free_address}"), "server")


def test_a_target_that_is_no_url_is_refused_by_name(new_file):
    assert_refused(import_files(new_file([record()]), to="nonsense"), "nonsense")


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    assert_refused(import_files(tmp_path / "nowhere.csv", data=tmp_path / "data"), "nowhere.csv", code=2)
    assert not (tmp_path / "data").exists()


def test_a_folder_and_a_server_at_once_are_refused(server, tmp_path, new_file):
    assert_refused(import_files(new_file([record()]), to=server.url, data=tmp_path / "data"), "--to", "--data", code=2)


def test_a_folder_in_the_environment_does_not_stand_in_the_way_of_a_server(server, tmp_path, new_file):
    ended = run("import", "reddit-csv", new_file([record()]), "--to", server.url, STOA_DATA=str(tmp_path / "data"))
    assert summary(ended)["posts taken"] == 1


# The progress bar.

def test_there_is_no_bar_in_a_pipe(fresh_server, many):
    ended = import_files(many, to=fresh_server.url)
    assert summary(ended)["posts taken"] == MANY
    for output in (ended.stdout, ended.stderr):
        assert "\r" not in output and "\x1b" not in output and not PROGRESS.search(output)


def test_there_is_a_bar_on_a_terminal_and_the_summary_stays(fresh_server, many):
    with Terminal("import", "reddit-csv", many, "--to", fresh_server.url) as terminal:
        seen = "".join(terminal.pieces())
        assert terminal.process.wait(timeout=10) == 0
    steps = [(int(done), int(of)) for done, of in PROGRESS.findall(seen)]
    assert steps and steps == sorted(steps)
    assert {of for _, of in steps} == {MANY}
    assert f"{MANY} posts taken" in seen.rpartition("\x1b[K")[2]


# Real data.

@pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the data set is not at {REAL_DATA}")
def test_real_files_are_taken_whole_and_in_their_order(tmp_path):
    files = [REAL_DATA / f"{name}.csv" for name in ("de", "japan", "cpp")]
    records = [row | {"community": file.stem} for file in files for row in csv.DictReader(file.open(newline=""))]
    counted = summary(import_files(*files, data=tmp_path / "data"))
    assert counted["records in 3 files"] == counted["posts taken"] == len(records), counted
    with served(tmp_path / "data") as server:
        content = whole_content(server)

    def described(row) -> tuple:
        made = datetime.fromtimestamp(float(row["created_utc"]), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return row["community"], unescaped(row["title"]), made

    scores = {}
    for row in records:
        scores.setdefault(described(row), []).append(int(row["score"]))
    posts = {post["id"]: (post["community"], post["title"], post["created_at"]) for post in content["posts"]}
    assert Counter(posts.values()) == Counter(map(described, records))
    ranking = [posts[tally["post_id"]] for tally in content["tallies"]]
    assert [max(scores[each]) for each in ranking] == sorted((max(scores[each]) for each in ranking), reverse=True)


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
