"""RESULTS.md."""

from datetime import datetime, timezone

from . import machine
from .cases import IDLE_MIB, RAW_1, RAW_64

MIB = 2**20


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def of_build(program):
    return f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {machine.first_line(program, '--version')}"


def replace_section(path, title, lines):
    """Puts a section of the second level at the end of a file, or in the place of the one with its title."""
    sections = ("\n" + (path.read_text() if path.exists() else "")).split("\n## ")
    name = title.removeprefix("## ")
    kept = [section for section in sections if section.split("\n")[0] != name]
    text = "\n## ".join(section.rstrip() + "\n" for section in kept).strip("\n")
    path.write_text(text + "\n\n" + "\n".join(lines).strip() + "\n")


def with_spread(samples, median, form):
    values = [sample.rate for sample in samples]
    return f"{form(median)} ({form(min(values))} – {form(max(values))})"


def number(value):
    return f"{value:,.0f}"


def goals(cases, results, memory):
    rows, missed = [], 0
    for case in cases:
        for rival, least in case.goals.items():
            ratio = results.ratio(case, rival)
            if ratio is None:
                rows.append([f"{case.title} : {rival}", "not measured", f"≥ {least:g}", "–", ""])
                continue
            met = ratio[0] >= least
            missed += not met
            rows.append([f"{case.title} : {rival}", "{:.2f} ({:.2f} – {:.2f})".format(*ratio), f"≥ {least:g}",
                         "met" if met else "**not met**", f"{results.cpu_ratio(case, rival):.2f}"])
    if "Stoa" in memory:
        idle = memory["Stoa"][0].resident / MIB
        met = idle <= IDLE_MIB
        missed += not met
        rows.append(["Memory when idle", f"{idle:.1f} MiB", f"≤ {IDLE_MIB} MiB", "met" if met else "**not met**", ""])
    return rows, missed


def of_case(case, results):
    rows = []
    for name, samples in results.of(case).items():
        raw = name in (RAW_64, RAW_1)
        median = {field: results.median(case, name, field) for field in ("rate", "cpu", "p50", "p99", "p999")}
        ratio = "" if name == "Stoa" else "{:.2f} ({:.2f} – {:.2f})".format(*results.ratio(case, name))
        limited = not raw and results.median(case, name, "wrk") > 0.95
        rows.append([name + (" †" if limited else ""), with_spread(samples, median["rate"], number), ratio, f"{median['cpu']:.1f}",
                     *("" if raw else number(median[field]) for field in ("p50", "p99", "p999"))])
    head = ["", "a second", "Stoa : this", "CPU µs each", "p50 µs", "p99 µs", "p99.9 µs"]
    return [f"### {case.title}", "", *table(head, rows)]


def write(path, *, cases, results, memory, about, versions, command, date, options, notes, sizes):
    reads = [case for case in cases if not case.is_write and results.of(case)]
    writes = [case for case in cases if case.is_write and results.of(case)]
    lines = [
        "# Measured", "",
        f"{date}, by `{command}`. {options.posts:,} posts, {options.votes:,} votes, {options.users:,} users; "
        f"{options.rounds} rounds of {options.seconds} s for each contestant, in turn; `wrk -t1 -c{options.connections}`; "
        f"{machine.in_words(options.servers, options.askers)}. "
        "Numbers are medians of the rounds, in parentheses the least and the greatest round. "
        "† wrk used a whole core: the server may do more than it was asked for. How to read this: [README.md](README.md).", "",
        *(f"- {line}" for line in about), f"- {'; '.join(versions)}", "",
    ]
    if notes:
        lines += ["**Mind:**", "", *(f"- {note}" for note in notes), ""]
    lines += ["![Requests a second](results.svg)", "", "## Goals", ""]
    lines += table(["Stoa : rival", "ratio of medians (rounds)", "goal", "", "by CPU"], goals(cases, results, memory)[0])
    for title, group in (("Reads", reads), ("Writes", writes)):
        if group:
            lines += [f"## {title}", ""]
            for case in group:
                lines += of_case(case, results)
                if case.name in sizes:
                    lines[-1:] = ["", f"The answer has {sizes[case.name]:,} bytes.", ""]
    lines += ["## Memory", ""]
    rows = [[name, *(f"{moment.resident / MIB:.1f} ({moment.anonymous / MIB:.1f})" for moment in moments)]
            for name, moments in memory.items()]
    lines += table(["MiB resident (of them no file's)", "started, idle", "after the reads", "after the writes"],
                   [row + ["–"] * (4 - len(row)) for row in rows])
    path.write_text("\n".join(lines).rstrip() + "\n")
