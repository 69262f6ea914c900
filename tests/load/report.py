"""The figures of a run: the table on the terminal, the files in the report's folder, and what is over its bound."""

import csv
from collections import Counter
from pathlib import Path

from locust.html import get_html_report
from locust.stats import PERCENTILES_TO_REPORT, StatsCSV, calculate_response_time_percentile

# Whatever hashes a password costs what hashing is set to cost: apart from the other writes.
PASSWORDS = {("POST", "/users"), ("POST", "/tokens"), ("PUT", "/users/{name}/password")}
KINDS = ["reads", "writes", "passwords"]
ENOUGH = 500  # requests of an operation before its own p99 says more than its five slowest


def kind(entry) -> str:
    return "passwords" if (entry.method, entry.name) in PASSWORDS else "reads" if entry.method == "GET" else "writes"


class Figures:
    """Of one operation, or of all of a kind."""

    def __init__(self, name: str, entries: list):
        self.name = name
        self.requests = sum(entry.num_requests for entry in entries)
        self.failures = sum(entry.num_failures for entry in entries)
        self.times = sum((Counter(entry.response_times) for entry in entries), Counter())

    def percentile(self, share: float) -> int:
        """In milliseconds."""
        return calculate_response_time_percentile(self.times, self.requests, share)


def figures(stats, bounds: dict[str, int]) -> list[tuple[Figures, int]]:
    """Each operation and, before them, its kind, with its bound; 0 for operations with too few requests to have one."""
    rows = []
    for each in KINDS:
        entries = [entry for entry in stats.entries.values() if kind(entry) == each]
        entries.sort(key=lambda entry: (entry.name, entry.method))
        rows.append((Figures(f"all {each}", entries), bounds[each]))
        for entry in entries:
            row = Figures(f"{entry.method} {entry.name}", [entry])
            rows.append((row, bounds[each] if row.requests >= ENOUGH else 0))
    return rows


def table(rows: list[tuple[Figures, int]]) -> str:
    wide = max(len(row.name) for row, _ in rows) + 2
    head = f"{'':{wide}}{'requests':>9}{'failed':>8}{'p50':>7}{'p95':>7}{'p99':>7}{'bound':>8}   ms"
    lines = [head]
    for row, bound in rows:
        of_a_kind = row.name.startswith("all ")
        times = "".join(f"{row.percentile(share) or chr(60) + chr(49):>7}" for share in (0.5, 0.95, 0.99))
        over = "  OVER" if bound and row.percentile(0.99) > bound else ""
        name = row.name if of_a_kind else "  " + row.name
        lines.append(f"{name:{wide}}{row.requests:>9}{row.failures:>8}{times}{bound or '':>8}{over}")
    return "\n".join(lines)


def faults(runner, rows: list[tuple[Figures, int]]) -> list[str]:
    """Unexpected answers, errors in the load's own code, and latencies over their bound."""
    found = [f"{error.method} {error.name}: {error.error} ({error.occurrences} times)."
             for error in runner.stats.errors.values()]
    found += [f"The load's own code failed ({error['count']} times): {error['msg']}\n{error['traceback']}"
              for error in runner.exceptions.values()]
    kind_is_over = False
    for row, bound in rows:
        is_over = bool(bound) and row.percentile(0.99) > bound
        if row.name.startswith("all "):
            kind_is_over = is_over
        elif kind_is_over:
            continue  # which has been told of
        if is_over:
            found.append(f"99 % of {row.name} ought to take {bound} ms at most, but took {row.percentile(0.99)} ms.")
    found += [f"Of {row.name} there were none." for row, _ in rows if not row.requests]
    return found


def write(folder: Path, environment) -> None:
    """Locust's own: report.html with its plots, and the figures behind them."""
    (folder / "report.html").write_text(get_html_report(environment, show_download_link=False))
    figures = StatsCSV(environment, PERCENTILES_TO_REPORT)
    for name, rows in {"requests": figures.requests_csv, "failures": figures.failures_csv}.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            rows(csv.writer(file))
    with (folder / "history.csv").open("w", newline="") as file:
        if history := environment.stats.history:
            writer = csv.DictWriter(file, list(history[0]))
            writer.writeheader()
            writer.writerows(history)
