"""Runs contestants: verifies the labels of each, then times them in turns. contestant.hpp says how they talk."""

import json
import statistics
import subprocess
import sys

import numpy as np


class ContestError(Exception):
    """Something that ends the benchmark, in one line."""


class Contestant:
    """A running contestant that has computed its labels once."""

    def __init__(self, name, command, case, precision, folder, exact):
        self.name, self.precision, self.exact = name, precision, exact
        self.seconds = []
        path = folder / "labels"
        path.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*map(str, command), *case.options(precision), f"--labels={path}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.updates = self._hear()["updates"]
        pixels = case.side**2
        self.fate = np.fromfile(path, np.int8, pixels)
        self.steps = np.fromfile(path, np.int32, pixels, offset=pixels)

    def _hear(self):
        line = self._process.stdout.readline()
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            status = self._process.wait()
            raise ContestError(f"{self.name}: ended with status {status} and said {line!r}") from None

    def verify(self, reference):
        """How the labels agree with the reference, in words; a ContestError where they do not."""
        if self.exact:
            if not (np.array_equal(self.fate, reference.fate) and np.array_equal(self.steps, reference.steps)):
                raise ContestError(f"{self.name}, {self.precision}: labels differ from those of the scalar path")
            return "every fate and step count that of the scalar path"
        fates = np.mean(self.fate == reference.fate)
        near = np.abs(self.steps - reference.steps) <= np.maximum(2, 0.02 * reference.steps)
        # A peer in float has its own rounding; these bounds find a wrong program, not a rounded one.
        if not (fates >= 0.99 and np.mean(near) >= 0.95):
            raise ContestError(
                f"{self.name}, {self.precision}: only {fates:.2%} of the fates and {np.mean(near):.2%} of the step "
                "counts agree with the reference"
            )
        return f"{fates:.3%} of the fates, {np.mean(near):.3%} of the step counts within 2%"

    def run(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.seconds.append(self._hear()["seconds"])

    def end(self):
        self._process.stdin.close()
        self._process.wait()

    def rate(self):
        """Updates per second, the median over the rounds."""
        return self.updates / statistics.median(self.seconds)


def contest(entries, case, references, rounds, folder, leave_out=print):
    """Lets all contestants of a case take turns; returns those that were there, timed and verified.

    `entries` are (name, command, precision, exact); `references` has the labels of the scalar path by precision. A peer,
    which need not be exact, may fail to start, for its own libraries are not ours to mend: leave_out(why) hears of it.
    """
    contestants = []
    try:
        for name, command, precision, exact in entries:
            print(f"bench:   {name}, {precision}", file=sys.stderr, flush=True)
            try:
                contestant = Contestant(name, command, case, precision, folder, exact)
            except ContestError as error:
                if exact:
                    raise
                leave_out(str(error))
                continue
            contestants.append(contestant)
            contestant.agreement = contestant.verify(references[precision])
        for _ in range(rounds):
            for contestant in contestants:
                contestant.run()
    finally:
        for contestant in contestants:
            contestant.end()
    return contestants


def ratio(a, b):
    """How many times the updates per second of b those of a are: the median over the rounds, each a pair of runs."""
    pairs = zip(a.seconds, b.seconds)
    return statistics.median((a.updates / ours) / (b.updates / theirs) for ours, theirs in pairs)
