"""What watches a site: its metrics and their page, Prometheus' rules, the dashboard; by their own tools, of real servers."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests
import yaml

from exposition import Family, read
from waiting import until

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
TESTS = sorted(PROMETHEUS.glob("alerts_*test.yml"))
GROUPS = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
# So that nothing is left out that depends on a setting. Nobody takes the spans.
ALL = {"auth": "required", "limits": "on", "otlp-endpoint": "http://127.0.0.1:9"}
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"\b(?:stoa|process)_[a-z0-9_]+")


def promtool(*arguments, given: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(["promtool", *map(str, arguments)], input=given, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def exposed(start_module_server, postgres) -> dict[str, Family]:
    """What servers on both engines tell that have answered something of each kind."""
    both = {}
    for settings in (ALL, ALL | {"database": postgres.create_database()}):
        with start_module_server(settings=settings).site() as site:
            site.get("/api/v1/nowhere")
            both |= read(site.get("/metrics").text)
    return both


@pytest.fixture(scope="module")
def told(exposed) -> set[str]:
    """The names of all samples that there are."""
    return {name for family in exposed.values() for name, _ in family.samples}


@pytest.fixture(scope="module")
def page() -> dict[str, tuple[str, set[str]]]:
    """The kind and the labels of each."""
    rows = ROW.findall((ROOT / "docs/metrics.md").read_text())
    assert len({name for name, *_ in rows}) == len(rows), "a metric is there twice"
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels, _ in rows}


def test_the_page_names_exactly_the_metrics_that_are_exposed(page, exposed):
    assert page.keys() == exposed.keys()


def test_the_page_tells_their_kinds_and_labels(page, exposed):
    for name, family in exposed.items():
        labels = {label for _, of in family.samples for label, _ in of} - {"le"}
        assert page[name] == (family.kind, labels), name


def test_promtool_takes_the_configuration():
    checked = promtool("check", "config", PROMETHEUS / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_comes_and_stays_away_as_its_tests_say():
    checked = promtool("test", "rules", *TESTS)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_is_tested_to_come_and_to_stay_away():
    tests = [test for file in TESTS for test in yaml.safe_load(file.read_text())["tests"]]
    cases = [(case["alertname"], bool(case["exp_alerts"])) for test in tests for case in test["alert_rule_test"]]
    for alert in ALERTS:
        assert {comes for name, comes in cases if name == alert["alert"]} == {True, False}, alert["alert"]


@pytest.mark.parametrize("broken", [
    ("up{job=~\"stoa|patroni|certificate\"} == 0", "up == 0"), ("> 0.01", "> 0.06"), ("log_in|", ""), ("> 256\n", "> 1000\n"),
    ("for: 10m", "for: 25m"),
    ("0.1\n        for: 5m\n        labels: {severity: page}", "0.01\n        labels: {severity: page}")],
    ids=range(6))
def test_the_tests_of_the_alerts_can_fail(tmp_path, broken):
    rules = (PROMETHEUS / "alerts.yml").read_text()
    assert broken[0] in rules
    (tmp_path / "alerts.yml").write_text(rules.replace(*broken))
    shutil.copy(PROMETHEUS / "alerts_test.yml", tmp_path)
    assert promtool("test", "rules", tmp_path / "alerts_test.yml").returncode != 0


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_has_a_runbook_of_its_own(alert):
    words = re.sub(r"(?<!^)(?=[A-Z])", "-", alert["alert"].removeprefix("Stoa")).lower()
    assert alert["annotations"]["runbook_url"] == f"docs/runbooks/alert-{words}.md"
    runbook = (ROOT / alert["annotations"]["runbook_url"]).read_text()
    assert runbook.startswith(f"# {alert['alert']}\n")
    for part in ("When", "What you see", "Steps", "How to know that it worked", "How to undo"):
        assert f"\n## {part}\n" in runbook, part


def test_there_is_no_runbook_for_an_alert_that_is_no_more():
    runbooks = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs/runbooks").glob("alert-*.md")}
    assert runbooks == {alert["annotations"]["runbook_url"] for alert in ALERTS}


def test_every_metric_of_an_alert_is_exposed(told):
    for alert in ALERTS:
        assert set(NAME.findall(alert["expr"])) <= told, alert["alert"]


def test_promtool_finds_no_fault_in_the_metrics(start_module_server):
    with start_module_server(settings=ALL).site() as site:
        checked = promtool("check", "metrics", given=site.get("/metrics").text)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def expressions() -> list[str]:
    dashboard = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_every_metric_of_the_dashboard_is_exposed(told):
    for expression in expressions():
        assert NAME.findall(expression) and set(NAME.findall(expression)) <= told, expression


def test_every_query_of_the_dashboard_is_one(tmp_path):
    """As a rule's expression, with values for the dashboard's variables, it must be taken."""
    plain = [expression.replace("$__rate_interval", "1m").replace("$", "") for expression in expressions()]
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(plain)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = promtool("check", "rules", tmp_path / "rules.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_panels_of_the_dashboard_stand_side_by_side():
    panels = json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())["panels"]
    places = [panel["gridPos"] for panel in panels]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [(x, y) for at in places
             for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])]
    assert len(taken) == len(set(taken)) and all(0 <= x < 24 for x, _ in taken)


def test_a_real_prometheus_scrapes_a_server(start_server, free_address, tmp_path):
    """And finds in the rules' file what it should tell."""
    server = start_server()
    configuration = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    configuration["global"] = {"scrape_interval": "200ms", "evaluation_interval": "200ms"}
    configuration["scrape_configs"][0]["static_configs"][0]["targets"] = [server.url.removeprefix("http://")]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
    shutil.copy(PROMETHEUS / "alerts.yml", tmp_path)
    command = ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
               f"--web.listen-address={free_address}"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            is_scraped = until(lambda: of_prometheus(free_address, 'up{job="stoa"}') == [1.0], 20)
            assert is_scraped, (tmp_path / "log").read_text()
            assert of_prometheus(free_address, "count(stoa_build_info)") == [1.0]
            assert until(lambda: health_of_rules(free_address) == {alert["alert"]: "ok" for alert in ALERTS}, 10)
        finally:
            process.terminate()


def asked(address: str, what: str, **parameters):
    return requests.get(f"http://{address}/api/v1/{what}", params=parameters, timeout=5).json()["data"]


def health_of_rules(address: str) -> dict[str, str]:
    return {rule["name"]: rule["health"] for rule in asked(address, "rules")["groups"][0]["rules"]}


def of_prometheus(address: str, query: str) -> list[float]:
    """The values of a query; none while nobody answers."""
    try:
        return [float(result["value"][1]) for result in asked(address, "query", query=query)["result"]]
    except (requests.ConnectionError, KeyError, ValueError):
        return []
