"""The maps that a picture shows, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import ConfigError, StorageError
from ._drawing import LEAST_MINIMUM, OTHER_MINIMUM, TARGET
from ._labels import SYMBOLS, equation
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from ._reader import ResultFile
    from ._types import Cell, Marks, Position

# Maps of a picture.
MOST_CELLS = 1 << 16


def panel_axes(data: ResultFile) -> list[str]:
    """The axes along the columns and the rows of a picture: beta and gamma, or where the plane has them others.

    Of these, swept ones come first. An axis that only some units and optimisers have takes the place of beta or gamma
    where it is swept and they are not. Raises StorageError where there are not two.
    """
    names = sorted(data.values, key=lambda name: data.values[name].size == 1)
    swept = [name for name in names if name not in SYMBOLS and data.values[name].size > 1]
    wanted: list[str | None] = []
    for name in ("beta", "gamma"):
        if name in data.values:
            wanted.append(swept.pop(0) if swept and data.values[name].size == 1 else name)
        else:
            wanted.append(None)
    others = iter([name for name in names if name not in wanted])
    found = [name or next(others, None) for name in wanted]
    axes = [name for name in found if name is not None]
    if len(axes) < len(found):
        raise StorageError(f"{data.path}: the sweep has too few axes to be drawn")
    return axes


class Grid:
    """The maps of a sweep that a picture shows: columns are beta, rows are gamma with the largest at the top.

    Where the plane of the maps has one of these, another axis takes its place (panel_axes).
    """

    def __init__(self, data: ResultFile, wanted: Mapping[str, float | None], words: Wording = ARGUMENTS) -> None:
        """`wanted` maps an axis to the value to draw; without one, all of those of the panels and the first of others.

        Errors are in the Wording `words`.
        """
        self._data, self.words = data, words
        self.axes = panel_axes(data)
        self._training = data.training()
        for axis, value in wanted.items():
            if value is not None and axis not in data.plane:
                data.values_of(axis)
        if wrong := [name for name in data.plane if wanted.get(name) is not None]:
            choice = words.choosing(wrong[0])
            raise ConfigError(f"{data.path}: {choice} cannot choose maps: {wrong[0]} is an axis of their plane")
        columns, rows = (data.ascending(axis, wanted.get(axis)) for axis in self.axes)
        rows = rows[::-1]
        if len(columns) * len(rows) > MOST_CELLS:
            choices = " or ".join(words.choosing(axis) for axis in self.axes)
            raise ConfigError(f"{data.path}: {len(columns)} x {len(rows)} maps are too many; choose {choices}")
        self.columns, self.rows = data.values[self.axes[0]][columns], data.values[self.axes[1]][rows]
        others = [axis for axis in data.values if axis not in self.axes]
        self._fixed = {axis: data.nearest(axis, wanted.get(axis)) for axis in others}
        self.shape = (len(rows), len(columns))
        self.positions = {
            (i, j): data.position({self.axes[0]: column, self.axes[1]: row, **self._fixed})
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        }

    def column_titles(self) -> list[str]:
        return [equation(self.axes[0], value) for value in self.columns]

    def row_titles(self) -> list[str]:
        return [equation(self.axes[1], value) for value in self.rows]

    def marks(self, cell: Cell) -> Marks:
        """The places (w, b) to mark in a panel, by the names of their MARK_STYLES: the target, or minima of the loss.

        There are none where pixels are not starts (w, b). Minima outside of the window are left out.
        """
        if not self._data.has_starts():
            return []
        position = self.positions[cell]
        minima = self._data.minima(position)
        if minima is None:
            return [(TARGET, (self._value("gamma", position), self._value("delta", position)))]
        left, right, low, high = self._data.window()
        named = zip([LEAST_MINIMUM] + [OTHER_MINIMUM] * len(minima), minima)
        return [(name, (w, b)) for name, (w, b) in named if left <= w <= right and low <= b <= high]

    def _value(self, axis: str, position: Position) -> float:
        """The value of an axis at a point."""
        return float(self._data.values_of(axis)[dict(zip(self._data.axes, position)).get(axis, 0)])

    def caption(self) -> str:
        """The values that all panels share."""
        what = "starts" if self._data.has_starts() else "pixels"
        pixels = rf"${self._data.x.size} \times {self._data.y.size}$ {what}"
        training = [self._training] if self._training else []
        values = [equation(axis, self._data.values[axis][i]) for axis, i in self._fixed.items()]
        return ",  ".join(training + values + [pixels])
