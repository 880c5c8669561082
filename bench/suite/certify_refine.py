"""What --certify and --refine save: each is compared with the exhaustive map of the same case, first its labels, then its time."""

import statistics
import sys

import numpy as np

from cases import Case, shrunk
from contest import Contestant, ContestError

NAME = "certify-refine"
UNITS_NAME = "certify-units"

# A point of each row of Figure 4, and other units, whose fates are proved by energy alone.
CASES = [
    Case(NAME, "maps with fewer updates", (-2, 2), (-2, 2), 1024, changes={"beta": beta, "gamma": gamma})
    for beta, gamma in ((0.7, 1), (0.9, 0.1), (0.9, 0.01))
]
UNIT_CASES = [
    Case(UNITS_NAME, "units with fewer updates", (-2, 2), (-2, 2), 128, changes={"unit": unit, "beta": 0.9, "gamma": gamma})
    for unit, gamma in (
        ("leaky:0.1", 1),
        ("elu:1", 1),
        ("gelu", 1),
        ("gelu", 0.1),
        ("silu", 0.1),
        ("sigmoid", 0.1),
        ("tanh", 1),
        ("softplus", 1),
    )
]
MODES = {
    "--certify": ["--certify"],
    "--refine": ["--refine"],
    "--certify --refine": ["--certify", "--refine"],
    "--certify --refine exact": ["--certify", "--refine=exact"],
}
UNIT_MODES = {"--certify": MODES["--certify"]}
CONVERGED, DEAD, OTHER_MINIMUM = 0, 1, 6


def verify(mode, found, exhaustive):
    """Counts the fates that differ where the exhaustive run came to a minimum or died. Only pixels filled by their border may."""
    ended = np.isin(exhaustive.fate, (CONVERGED, DEAD, OTHER_MINIMUM))
    computed = found.steps >= 0
    wrong = ended & (found.fate != exhaustive.fate)
    may_be_wrong = "--refine" in MODES[mode]
    if np.any(wrong & computed) or (np.any(wrong) and not may_be_wrong):
        raise ContestError(f"{mode}: {np.count_nonzero(wrong)} fates differ from those of the exhaustive map")
    return int(np.count_nonzero(wrong))


def measure_case(command, case, modes, precision, rounds, folder):
    """One row for each mode. `command` starts a mapper as a contestant."""
    exhaustive = Contestant("exhaustive", command, case, precision, folder, True)
    contestants, rows = {}, []
    try:
        for mode, options in modes.items():
            contestants[mode] = Contestant(mode, [*command, *options], case, precision, folder, True)
            wrong = verify(mode, contestants[mode], exhaustive)
            rows.append({
                "options": case.describe(),
                "precision": precision,
                "mode": mode,
                "computed": float(np.mean(contestants[mode].steps >= 0)),
                "wrong_fates": wrong,
                "times_fewer_updates": exhaustive.updates / max(contestants[mode].updates, 1),
            })  # fmt: skip
        for _ in range(rounds):
            for contestant in [exhaustive, *contestants.values()]:
                contestant.run()
    finally:
        for contestant in [exhaustive, *contestants.values()]:
            contestant.end()
    for row in rows:
        pairs = zip(exhaustive.seconds, contestants[row["mode"]].seconds)
        row["times_faster"] = statistics.median(whole / short for whole, short in pairs)
        row["seconds"] = statistics.median(contestants[row["mode"]].seconds)
    return rows


def measure(command, precisions, rounds, folder, side=None, names=(NAME, UNITS_NAME)):
    rows = []
    for case, modes in [*((case, MODES) for case in CASES), *((case, UNIT_MODES) for case in UNIT_CASES)]:
        if case.name not in names:
            continue
        for precision in precisions:
            print(f"bench: {case.name}, {case.describe()}, {precision}", file=sys.stderr, flush=True)
            rows += measure_case(command, shrunk(case, side) if side else case, modes, precision, rounds, folder)
    return rows


def rows_of(results):
    """The rows among the results of a benchmark, those of version 0.1 included."""
    return results.get("certify_refine", results.get("shortcuts", []))


def page_lines(rows, table):
    cells = [
        (
            row["options"],
            row["precision"],
            f"`{row['mode']}`",
            f"{row['computed']:.1%}",
            f"{row['times_fewer_updates']:.1f}",
            f"{row.get('times_faster', row.get('times_sooner')):.1f}",
            str(row["wrong_fates"]),
        )
        for row in rows
    ]
    head = ("", "precision", "option", "pixels computed", "× fewer updates", "× faster", "wrong fates")
    return [
        "## Certify and refine",
        "",
        "Compared with the exhaustive map of the same run. Fates are compared wherever that ends at a minimum or dead.",
        "",
        *table(head, cells),
    ]
