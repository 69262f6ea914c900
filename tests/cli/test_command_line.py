"""The command line: what it explains, what it refuses by name, where an option's value comes from, and the log."""

import json
import re
from pathlib import Path

import pytest

from program import Terminal, assert_refused, found, run, served

SERVICES = ["posts", "votes", "users", "messages"]
# Options that do not take every text.
CHECKED = {"threads", "auth", "commit-group", "token-lifetime", "session-lifetime", "forget-after", "cache", "password-memory", "password-passes",
           "password-threads", "password-queue", "limits", "read-limit", "write-limit", "login-limit", "signup-limit",
           "guess-limit", "forwarded-header", "max-connections", "max-head", "max-body", "head-timeout",
           "body-timeout", "idle-timeout", "drain-timeout", "drain-delay", "log-level", "log-format", "slow-query", "trace-ratio",
           "database-writers", "database-timeout"}
OPTION = re.compile(r"^ +(?:-\w,)?--([a-z-]+)", re.MULTILINE)


# Help.

@pytest.mark.parametrize("arguments", [
    [], ["serve"], ["import"], ["import", "reddit-csv"], ["openapi"], ["user"], ["user", "create"], ["keys"], ["keys", "list"],
    ["keys", "rotate"], ["check"], ["status"], ["backup"], ["verify-backup"], ["restore"], ["migrate"], ["vacuum"]],
    ids=lambda words: " ".join(words) or "stoa")
def test_help_is_on_standard_output(arguments):
    ended = run(*arguments, "--help")
    assert ended.returncode == 0
    assert "Usage: stoa" in ended.stdout and not ended.stderr


def test_help_names_every_command():
    explained = run("--help").stdout
    for command in ("serve", "import", "openapi", "user", "keys", "check", "status", "backup", "verify-backup", "restore", "migrate", "vacuum"):
        assert re.search(rf"^ +{command} ", explained, re.MULTILINE), command


def test_version_is_a_line_and_one_for_each_library():
    ended = run("--version")
    assert ended.returncode == 0
    own, *libraries = ended.stdout.splitlines()
    assert re.fullmatch(r"stoa \d+\.\d+\.\d+ \(\S+\)", own)
    assert [line.split()[0] for line in libraries] == ["Boost", "CLI11", "fmt", "libpq", "libsodium", "spdlog", "SQLite", "xxHash"]
    assert all(re.fullmatch(r"\w+ +\d+\.\d+(\.\d+)?", line) for line in libraries), libraries


def test_the_newest_release_in_the_changelog_is_this_one():
    newest = re.search(r"^## \[(\d.*?)\]", (Path(__file__).parents[2] / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert run("--version").stdout.startswith(f"stoa {newest} (")


def test_help_of_serve_lists_every_option_and_says_how_their_environment_variables_are_named():
    explained = run("serve", "--help").stdout
    assert set(OPTION.findall(explained)) == CHECKED | {"listen", "data", "database", "database-replicas", "cors-origins", "users-url", "posts-url", "trusted-proxies", "keys", "config", "otlp-endpoint",
                                             "help"}
    assert re.search(r"--max-body\b.*\bSTOA_MAX_BODY\b", explained)


@pytest.mark.parametrize("option", sorted(CHECKED))
def test_the_environment_variable_of_an_option_is_named_as_help_says(tmp_path, free_address, option):
    variable = f"STOA_{option.upper().replace('-', '_')}"
    ended = run("serve", folder=tmp_path, timeout=4, **{"STOA_LISTEN": free_address, variable: "nonsense"})
    assert_refused(ended, f"--{option}", "nonsense", code=2)


# What is refused.

REFUSED = {
    "an unknown command": (["sevre"], "sevre"),
    "an unknown option before any command": (["--colour", "serve"], "--colour"),
    "an unknown import": (["import", "digg-csv"], "digg-csv"),
    "an unknown service": (["serve", "comments"], "comments"),
    "an unknown service to describe": (["openapi", "posts", "comments"], "comments"),
    "two services": (["serve", "posts", "votes"], "votes"),
    "an unknown option": (["serve", "--colour", "red"], "--colour"),
    "an unknown option with a value": (["serve", "--colour=red"], "--colour"),
    "half the name of an option": (["serve", "--list=127.0.0.1:80"], "--list"),
    "an option without its value": (["serve", "--listen"], "--listen"),
    "an option twice": (["serve", "--read-limit", "5,6", "--read-limit", "6,7"], "--read-limit"),
    "an option that is no more": (["serve", "--rate", "5"], "--rate"),
    "no way to ask who calls": (["serve", "--auth", "closed"], "--auth"),
    "a word for a number": (["serve", "--max-body", "lots"], "--max-body"),
    "a number with a unit": (["serve", "--max-body", "5MB"], "--max-body"),
    "a number too small": (["serve", "--threads", "0"], "--threads"),
    "a number too large": (["serve", "--threads", "1025"], "--threads"),
    "no number of seconds": (["serve", "--head-timeout", "nan"], "--head-timeout"),
    "no number of requests": (["serve", "--read-limit", "nan,5"], "--read-limit"),
    "a rate without a burst": (["serve", "--write-limit", "5"], "--write-limit"),
    "a burst of nothing": (["serve", "--login-limit", "5,0"], "--login-limit"),
    "a rate below nothing": (["serve", "--signup-limit", "-1,5"], "--signup-limit"),
    "a third number": (["serve", "--read-limit", "1,2,3"], "--read-limit"),
    "another header": (["serve", "--forwarded-header", "x-real-ip"], "--forwarded-header"),
    "too little memory for a hash": (["serve", "--password-memory", "7"], "--password-memory"),
    "no pass over it": (["serve", "--password-passes", "0"], "--password-passes"),
    "no thread for hashes": (["serve", "--password-threads", "0"], "--password-threads"),
    "tokens for no time": (["serve", "--token-lifetime", "0"], "--token-lifetime"),
    "sessions for no time": (["serve", "--session-lifetime", "0"], "--session-lifetime"),
    "forgetting before the end": (["serve", "--forget-after", "-1"], "--forget-after"),
    "a fraction of a thread": (["serve", "--threads", "1.5"], "--threads"),
    "a format of logs that is none": (["serve", "--log-format", "xml"], "--log-format"),
    "more traces than there are": (["serve", "--trace-ratio", "1.5"], "--trace-ratio"),
    "an interval of nothing": (["status", "--interval", "0"], "--interval"),
    "a word that is no choice": (["serve", "--log-level", "loud"], "--log-level"),
    "another case": (["serve", "--limits", "OFF"], "--limits"),
    "an import of nothing": (["import", "reddit-csv"], "files"),
    "a backup to nowhere": (["backup"], "DEST"),
    "a restore from nowhere": (["restore"], "FROM"),
    "the verification of nothing": (["verify-backup"], "FROM"),
    "a loss without a way back": (["migrate", "--lose-writes"], "--back"),
    "a way back that is only told": (["migrate", "--back", "--dry-run"], "--dry-run"),
}


@pytest.mark.parametrize("arguments, culprit", REFUSED.values(), ids=REFUSED)
def test_a_bad_command_line_is_refused_by_name(tmp_path, free_address, arguments, culprit):
    ended = run(*arguments, folder=tmp_path, timeout=4, STOA_LISTEN=free_address)
    assert_refused(ended, culprit, code=2)
    assert not list(tmp_path.iterdir()), "a refused command must not leave anything behind"


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", ":", "256.0.0.1:8080"])
def test_an_address_that_is_none_is_refused_by_name(tmp_path, address):
    assert_refused(run("serve", "--listen", address, folder=tmp_path), address)


@pytest.mark.parametrize("network", ["nonsense", "10.0.0.0/33", "2001:db8::/129", "10.0.0.0/-1", "10.0.0/8", "proxy.example.org"])
def test_a_network_that_is_none_is_refused_by_name(tmp_path, free_address, network):
    ended = run("serve", "--trusted-proxies", f"::1/128,{network}", "--listen", free_address, folder=tmp_path, timeout=4)
    assert_refused(ended, network)


# Flag, environment, configuration file.

@pytest.fixture
def configuration(tmp_path):
    def write(*lines: str):
        file = tmp_path / "stoa.toml"
        file.write_text("\n".join([*lines, ""]))
        return file

    return write


def takes(server, size: int) -> bool:
    """Whether a body may be this large."""
    with server.client() as api:
        answer = api.post("/posts", data=b"x" * size, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413), answer.text
    return answer.status_code == 400


SIZES = {"configuration": 1_500, "environment": 2_500, "flag": 3_500}


@pytest.mark.parametrize("given", [
    ["configuration"], ["environment"], ["flag"], ["configuration", "environment"], ["configuration", "flag"],
    ["environment", "flag"], ["configuration", "environment", "flag"]], ids=" and ".join)
def test_a_flag_goes_before_the_environment_and_that_before_the_configuration(start_server, configuration, monkeypatch, given):
    flags = []
    if "configuration" in given:
        flags += ["--config", configuration(f"max-body = {SIZES['configuration']}")]
    if "environment" in given:
        monkeypatch.setenv("STOA_MAX_BODY", str(SIZES["environment"]))
    if "flag" in given:
        flags += ["--max-body", str(SIZES["flag"])]
    server = start_server(*flags)
    effective = SIZES[given[-1]]
    assert takes(server, effective) and not takes(server, effective + 1)


@pytest.mark.parametrize("way", ["--config FILE", "--config=FILE", "STOA_CONFIG"])
def test_a_configuration_file_is_named_by_a_flag_or_the_environment(start_server, configuration, monkeypatch, way):
    file = configuration("# Our defaults.", "", 'log-level = "warn"  # Quiet.', "max-body = 1500",
                         "session-lifetime = 2.5", 'read-limit = "2.5,5"')
    if way == "STOA_CONFIG":
        monkeypatch.setenv("STOA_CONFIG", str(file))
        server = start_server()
    else:
        server = start_server(*way.replace("FILE", str(file)).split(" "))
    assert not takes(server, 1_501)
    server.stop()
    assert server.tail() == ""


def test_a_configuration_file_of_a_flag_goes_before_one_of_the_environment(start_server, configuration, tmp_path, monkeypatch):
    other = tmp_path / "other.toml"
    other.write_text("max-body = 2500\n")
    monkeypatch.setenv("STOA_CONFIG", str(other))
    assert not takes(start_server("--config", configuration("max-body = 1500")), 1_501)


@pytest.mark.parametrize("line", [
    'cors-origins = ["https://a.example", "https://b.example"]', 'cors-origins = "https://a.example,https://b.example"'],
    ids=["list", "text"])
def test_a_configuration_file_may_name_several_origins(start_server, configuration, line):
    server = start_server("--config", configuration(line))
    for origin in ("https://a.example", "https://b.example"):
        with server.client() as api:
            answer = api.get("/posts", headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == origin


@pytest.mark.parametrize("line, culprit", [
    ('colour = "red"', "'colour'"), ("log_level = \"warn\"", "'log_level'"), ("[serve]\nthreads = 5", "'serve"),
    ("[serve.limits]\nthreads = 5", "'serve.limits"), ("forget-after = \"soon\"", "forget-after"), ("threads = 0", "threads"),
    ("log-level = \"loud\"", "log-level"), ("log-level loud", "log-level loud"), ("max-body = ", "max-body"),
    ("threads = 5\nthreads = 6", "threads"), ("threads = [5, 6]", "threads"), ('read-limit = "fast"', "read-limit")])
def test_a_bad_line_of_a_configuration_is_refused_by_name(tmp_path, configuration, free_address, line, culprit):
    file = configuration("# Our defaults.", line)
    ended = run("serve", "--config", file, "--data", tmp_path / "data", "--listen", free_address, timeout=5)
    assert_refused(ended, culprit, str(file))
    assert "++" not in ended.stderr, "no one wrote that"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("by_flag", [True, False])
def test_a_configuration_file_that_is_not_there_is_refused_by_name(tmp_path, by_flag):
    missing = tmp_path / "nowhere.toml"
    ended = run("serve", "--config", missing) if by_flag else run("serve", STOA_CONFIG=str(missing))
    assert_refused(ended, str(missing))


def test_a_flag_repairs_what_the_environment_has_wrong(start_server, monkeypatch):
    monkeypatch.setenv("STOA_MAX_BODY", "lots")
    assert not takes(start_server("--max-body", "1500"), 1_501)


# The OpenAPI document.

def paths_of(*services: str) -> dict:
    ended = run("openapi", *services)
    assert ended.returncode == 0 and not ended.stderr
    return json.loads(ended.stdout)["paths"]


def test_openapi_prints_what_a_server_answers(site):
    ended = run("openapi")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout) == found(site.get("/openapi.json"))


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_of_one_service_has_its_paths_alone(service):
    own, whole = paths_of(service), paths_of()
    assert own and own.items() < whole.items()
    assert not own.keys() & paths_of(*(other for other in SERVICES if other != service)).keys()


def test_openapi_of_all_services_is_the_whole():
    assert paths_of(*SERVICES) == paths_of()


def test_openapi_of_one_service_is_what_its_process_answers(start_server):
    server = start_server(service="posts")
    with server.site() as site:
        assert json.loads(run("openapi", "posts").stdout) == found(site.get("/openapi.json"))


# The log.

REQUESTS = {
    "a read": ("GET", "/api/v1/posts?limit=5", 200), "a deep path": ("GET", "/api/v1/votes/5/voters/ada", 404),
    "an unknown path": ("GET", "/nowhere", 404), "a refused write": ("POST", "/api/v1/posts", 415),
    "another method": ("PATCH", "/api/v1/posts", 405), "beside the API": ("GET", "/docs", 200),
    "a line's end in the path": ("GET", "/nowhere%0D%0Aline", 404),
    "a preflight": ("OPTIONS", "/api/v1/posts", 200), "a head": ("HEAD", "/api/v1/posts", 200),
}
MADE = {"X-Request-Id": "checkout-7f3a.42"}


def log_of(tmp_path, level: str, *flags: str) -> list[str]:
    """The whole log of a server that has answered all of REQUESTS."""
    with served(tmp_path / "data", "--log-level", level, *flags) as server, server.site() as site:
        for method, path, status in REQUESTS.values():
            assert site.request(method, path, headers=MADE).status_code == status
    return server.log.read_text().splitlines()


@pytest.fixture(scope="module")
def informed(tmp_path_factory) -> list[str]:
    return log_of(tmp_path_factory.mktemp("informed"), "info")


@pytest.mark.parametrize("method, path, status", REQUESTS.values(), ids=REQUESTS)
def test_info_has_a_line_for_each_request(informed, method, path, status):
    lines = [line for line in informed if f"method={method} path={path} " in line and MADE["X-Request-Id"] in line]
    assert len(lines) == 1, informed
    assert f" status={status} " in lines[0]


def test_every_line_of_the_log_begins_with_a_time_and_a_level(informed):
    for line in informed:
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error|request) ", line), line


def test_debug_has_these_lines_too(tmp_path):
    assert sum("checkout-7f3a.42" in line for line in log_of(tmp_path, "debug")) == len(REQUESTS)


@pytest.mark.parametrize("level, are_there", [("info", False), ("debug", True)])
def test_probes_that_find_all_well_are_for_debug(tmp_path, level, are_there):
    probes = ["/healthz", "/readyz", "/metrics"]
    with served(tmp_path / "data", "--log-level", level) as server, server.site() as site:
        for path in probes:
            assert site.request("GET", path, headers=MADE).status_code == 200
        assert site.request("POST", "/healthz", headers=MADE).status_code == 405
    told = [re.search(r"method=(\S+) path=(\S+)", line).groups() for line in server.log.read_text().splitlines()
            if MADE["X-Request-Id"] in line]
    assert told == [*(("GET", path) for path in probes if are_there), ("POST", "/healthz")]


@pytest.mark.parametrize("level", ["warn", "error"])
def test_other_levels_have_none(tmp_path, level):
    assert log_of(tmp_path, level) == []


def test_the_log_goes_to_standard_error(tmp_path, server):
    """All of it up to the error: the steps of the new databases and the port that is taken."""
    ended = run("serve", "--log-level", "debug", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{server.port}")
    assert_refused(ended, str(server.port))


# Colours.

def test_there_are_no_colours_in_a_pipe(tmp_path, informed):
    assert "\x1b" not in "".join(informed)
    for arguments in (["--help"], ["serve", "--help"], ["openapi"], ["serve", "--colour"], ["serve", "--config", tmp_path / "x"]):
        ended = run(*arguments)
        assert "\x1b" not in ended.stdout + ended.stderr, arguments


def test_a_document_on_a_terminal_has_no_colours_either():
    with Terminal("openapi", "posts") as terminal:
        assert "\x1b" not in "".join(terminal.pieces())
