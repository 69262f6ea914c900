"""Reads the text format of Prometheus, and is strict about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?,?\}})? (\S+)")
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}

Labels = frozenset[tuple[str, str]]


@dataclass
class Family:
    """A metric: its kind, and each of its samples by name and labels."""

    kind: str
    help: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict)


def read(text: str) -> dict[str, Family]:
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    explained, current = {}, ""
    for line in filter(None, text.split("\n")):
        if line.startswith("# HELP "):
            _, _, name, explained[name] = line.split(" ", 3)
        elif line.startswith("# TYPE "):
            _, _, current, kind = line.split(" ")
            assert current not in families, f"{current} is there twice"
            families[current] = Family(kind, explained.get(current, ""))
        else:
            match = SAMPLE.fullmatch(line)
            assert match, f"this is no sample: {line}"
            name, labels, value = match.groups()
            assert name in (current + suffix for suffix in SUFFIXES[families[current].kind]), f"{line} under {current}"
            key = name, frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))
            assert key not in families[current].samples, f"twice: {line}"
            families[current].samples[key] = float(value)
    return families


def value(families: dict[str, Family], name: str, **labels: str) -> float:
    """The sum of the samples that have these labels; a label that is not named may be anything."""
    family = next((families[known] for known in (name, name.rpartition("_")[0]) if known in families), None)
    assert family, f"there is no metric {name}"
    return sum(number for (of, has), number in family.samples.items() if of == name and set(labels.items()) <= has)


def buckets(family: Family) -> Iterator[tuple[Labels, list[tuple[float, float]]]]:
    """For each series of a histogram its bounds and counts, in the order they are written."""
    series: dict[Labels, list[tuple[float, float]]] = {}
    for (name, labels), number in family.samples.items():
        if name.endswith("_bucket"):
            bound = float(dict(labels)["le"])
            series.setdefault(frozenset(label for label in labels if label[0] != "le"), []).append((bound, number))
    yield from series.items()
