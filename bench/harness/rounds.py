"""The rounds: every contestant for some seconds, one after the other, and again."""

import statistics
import time

from . import wrk
from .cases import RAW_1, RAW_64


class Results:
    """Samples by case and contestant, in the order of the rounds."""

    def __init__(self):
        self.samples = {}  # case name -> contestant -> [Sample]

    def add(self, case, contestant, sample):
        self.samples.setdefault(case.name, {}).setdefault(contestant, []).append(sample)

    def of(self, case):
        return self.samples.get(case.name, {})

    def median(self, case, contestant, field="rate"):
        return statistics.median(getattr(sample, field) for sample in self.of(case)[contestant])

    def ratio(self, case, rival):
        """Ratio of medians, and the least and the greatest of the rounds' own; None if it was not measured."""
        ours, theirs = self.of(case).get("Stoa"), self.of(case).get(rival)
        if not ours or not theirs:
            return None
        each = [our.rate / their.rate for our, their in zip(ours, theirs)]
        return self.median(case, "Stoa") / self.median(case, rival), min(each), max(each)

    def cpu_ratio(self, case, rival):
        """How many requests Stoa answers with the CPU that the rival uses for one."""
        return self.median(case, rival, "cpu") / self.median(case, "Stoa", "cpu")

    def failures(self):
        """(case, contestant, share) where answers were refused or broken."""
        for name, contestants in self.samples.items():
            for contestant, samples in contestants.items():
                failed = sum(sample.failures for sample in samples)
                if failed:
                    yield name, contestant, failed / sum(sample.requests for sample in samples)


def in_turn(contestants, rounds):
    """(round, contestant); every other round backwards, so that none always comes after the same one."""
    for number in range(rounds):
        for contestant in contestants[:: -1 if number % 2 else 1]:
            yield number, contestant


def shorten_logs(contestants):
    """A log on the disk belongs to what is measured; gigabytes of it do not."""
    for contestant in contestants:
        with open(contestant.server.log, "a") as log:
            log.truncate(0)


def measure_reads(cases, contestants, options, work, results, progress):
    for case in cases:
        here = [contestant for contestant in contestants if contestant.takes(case)]
        arguments = {}
        for contestant in here:
            arguments[contestant.name] = []
            if case.paths:
                file = work / f"{case.name}.{contestant.name.replace(' ', '-')}"
                file.write_text("".join(path + "\n" for path in contestant.paths(case)))
                arguments[contestant.name] = [file]

        def measure(contestant, seconds):
            return wrk.measure(contestant.server, contestant.path(case), options.askers, seconds, options.connections,
                               case.script, arguments[contestant.name])

        for contestant in here:
            progress(f"{case.title}: warming up {contestant.name}")
            measure(contestant, 1)
        for number, contestant in in_turn(here, options.rounds):
            progress(f"{case.title}: round {number + 1} of {options.rounds}, {contestant.name}")
            shorten_logs([contestant])
            results.add(case, contestant.name, measure(contestant, options.seconds))
        progress.note(line_of(case, results))


def measure_writes(cases, stoa, contestants, raw, options, results, progress):
    """`raw` is the program and the files of SQLite alone, in batches of 64 and of 1; none: without it."""
    for case in cases:
        numbers = {}  # contestant -> the first vote it has not had yet

        def measure(name, server, seconds):
            start = numbers.get(name, 1)
            if server is None:
                batch = 64 if name == RAW_64 else 1
                sample = wrk.measure_raw(raw[0], raw[1][name], case.name, batch, seconds, start, options.posts, options.users)
            else:
                arguments = [stoa.token_files()[case.script], start]
                if case.name == "votes":
                    arguments += [options.posts, options.users]
                sample = wrk.measure(server, case.path, options.askers, seconds, options.connections, case.script, arguments)
            # Some were sent and not counted: those under way at the end.
            numbers[name] = start + sample.requests + 10 * options.connections
            return sample

        here = [(contestant.name, contestant.server) for contestant in contestants]
        here += [(RAW_64, None), (RAW_1, None)] if raw else []
        for name, server in here:
            progress(f"{case.title}: warming up {name}")
            measure(name, server, 1)
        for number, (name, server) in in_turn(here, options.rounds):
            progress(f"{case.title}: round {number + 1} of {options.rounds}, {name}")
            shorten_logs(contestants)
            time.sleep(0.3)  # for what the one before still has to do for its last writes
            results.add(case, name, measure(name, server, options.seconds))
        progress.note(line_of(case, results))


def line_of(case, results):
    rates = ", ".join(f"{name} {results.median(case, name):,.0f}/s" for name in results.of(case))
    return f"{case.title}: {rates}"
