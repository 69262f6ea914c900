"""`--database`: what is said of one that can't be used, and a check beside servers that use it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import Server
from program import assert_refused, run
from sample import a_post, a_vote


def serve(folder, address, uri):
    return run("serve", "--data", folder / "data", "--listen", address, "--database", uri)


@pytest.mark.parametrize("uri", ["nonsense", "mysql://stoa@localhost/stoa", "postgresql:///stoa?host=a,b,c&port=1,2"])
def test_an_address_that_can_t_be_read_is_told(tmp_path, free_address, uri):
    assert_refused(serve(tmp_path, free_address, uri), "can't read the database's address", code=1)


def test_servers_that_let_nobody_in_are_told_with_their_reasons_but_without_the_password(tmp_path, postgres):
    with_password = postgres.uri("nowhere").replace("stoa@", "stoa:swordfish@")
    ended = serve(tmp_path, "127.0.0.1:0", with_password.replace("127.0.0.1:", "127.0.0.1:1,127.0.0.1:"))
    assert_refused(ended, "127.0.0.1:1/nowhere", "Connection refused", 'database "nowhere" does not exist', "--database", code=1)
    assert "swordfish" not in ended.stderr


def test_a_role_that_may_not_make_schemas_is_told_what_to_grant(tmp_path, postgres, uri):
    postgres.sql("create role guest login")
    ended = serve(tmp_path, "127.0.0.1:0", uri.replace("stoa@", "guest@"))
    assert_refused(ended, "grant create on database", code=1)


def test_a_database_of_another_version_is_refused(tmp_path, postgres, uri):
    run_once = Server(tmp_path / "data", settings={"database": uri}).start()
    run_once.stop()
    postgres.sql("update schema_migrations set checksum = 'another' where name like '%001_posts.sql'", uri, "posts")
    assert_refused(serve(tmp_path, "127.0.0.1:0", uri), "001_posts.sql", "unmodified", code=1)
    postgres.sql("insert into schema_migrations values ('posts/schema/postgres/999_later.sql', '', 0)", uri, "posts")
    assert_refused(serve(tmp_path, "127.0.0.1:0", uri), "999_later.sql", code=1)


def test_a_process_with_keys_of_its_own_is_refused_where_others_are_in_use(tmp_path, uri):
    """Tokens and answers of the one would mean nothing to the other."""
    first = Server(tmp_path / "data", settings={"database": uri}).start()
    ended = serve(tmp_path / "elsewhere", "127.0.0.1:0", uri)
    assert_refused(ended, "copy the keys' file", "--keys", code=1)
    second = Server(tmp_path / "data2", "--keys", str(first.data / "keys.json"), settings={"database": uri}).start()
    for server in (first, second):
        server.stop()


def test_two_processes_that_make_the_schema_at_once_make_it_once(tmp_path, uri):
    servers = [Server(tmp_path / "data", settings={"database": uri}) for _ in range(3)]
    for server in servers:
        server.begin()
    for server in servers:
        server.wait_for()
    with servers[0].client() as here, servers[2].client() as there:
        post = a_post(here)
        assert there.get(f"/posts/{post['id']}").json() == post
    for server in servers:
        server.stop()


def test_it_is_checked_and_repaired_while_a_server_uses_it(tmp_path, postgres, uri):
    server = Server(tmp_path / "data", settings={"database": uri}).start()
    with server.client() as api:
        post = a_post(api)["id"]
        a_vote(api, post)
        assert run("check", "--database", uri).returncode == 0
        postgres.sql("update tallies set upvotes = 9, score = 9", uri, "votes")
        done = run("check", "--database", uri)
        assert done.returncode == 1 and f"post {post}: 9 up, 0 down, score 9 is kept, 1 up, 0 down counted" in done.stdout
        assert run("check", "--database", uri, "--repair").returncode == 0
        assert api.get(f"/votes/{post}").json()["score"] == 1
    server.stop()


def test_it_is_repaired_while_much_is_written(start_server, uri):
    server = start_server(settings={"database": uri})
    posts = [a_post(server.client())["id"] for _ in range(5)]
    ended = threading.Event()

    def vote(number: int) -> None:
        with server.client() as api:
            while not ended.is_set():
                a_vote(api, posts[number % 5])

    with ThreadPoolExecutor(8) as pool:
        voters = [pool.submit(vote, number) for number in range(8)]
        repairs = [run("check", "--database", uri, "--repair") for _ in range(2)]
        ended.set()
    assert [done.stderr for done in repairs if done.returncode] == []
    for voter in voters:
        voter.result()


def test_a_database_without_data_is_told(uri):
    ended = run("check", "--database", uri)
    assert_refused(ended, "no data of stoa in that database", code=1)


def test_reads_that_come_at_once_each_get_their_own_answer(tmp_path, uri):
    """They are put to the database together."""
    server = Server(tmp_path / "data", settings={"database": uri}).start()
    with server.client() as client, ThreadPoolExecutor(32) as pool:
        posts = [a_post(client, title=f"Number {number}") for number in range(40)]
        clients = [server.client() for _ in range(32)]

        def read(number: int) -> bool:
            reader, post = clients[number % 32], posts[number % 40]
            if number % 5 == 0:
                return reader.get(f"/posts/{post['id'] + 1_000_000}").status_code == 404
            return reader.get(f"/posts/{post['id']}").json() == post

        assert all(pool.map(read, range(1_500)))
        ids = [post["id"] for post in posts]
        listed = client.get(f"/posts?ids={','.join(map(str, [*ids[::-1], 999_999]))}").json()["items"]
        assert [post["id"] for post in listed] == ids[::-1]
    server.stop()
