"""Tables of numbers that the program prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import StorageError

if TYPE_CHECKING:
    from ._types import Floats


def read_table(
    name: str, lines: Iterable[str], columns: Sequence[str]
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Reads a table that the program prints: its columns by name, and its comments by their first word.

    Errors begin with `name`, the source of the lines; the table must have `columns`.
    """
    header: list[str] = []
    rows: list[list[float]] = []
    notes: dict[str, str] = {}
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if line.startswith("#"):
            key, _, note = line[1:].strip().partition(" ")
            notes[key] = note
        elif words and not header:
            header = words
        elif words:
            if len(words) != len(header):
                raise StorageError(f"{name}:{place}: {len(words)} values, but {len(header)} columns")
            rows.append(_numbers(f"{name}:{place}", words))
    missing = [column for column in columns if column not in header]
    if missing:
        raise StorageError(f"{name}: the table has no column '{missing[0]}'; is it printed by deadcone?")
    if not rows:
        raise StorageError(f"{name}: the table is empty")
    return dict(zip(header, np.array(rows).T)), notes


def _numbers(place: str, words: Iterable[str]) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise StorageError(f"{place}: {error}") from error
