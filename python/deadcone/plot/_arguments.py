"""The arguments that the functions share: what does not fit is a ConfigError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes

from ..errors import ConfigError
from ._palettes import PALETTES, Palette

if TYPE_CHECKING:
    from ._reader import PointFile, ResultFile

LEAST_DPI, MOST_DPI = 20, 2400
NUMBERS = (int, float, np.integer, np.floating)


def check_axes(ax: Any) -> None:
    """Raises ConfigError unless `ax` is Axes."""
    if not isinstance(ax, Axes):
        raise ConfigError(f"ax must be Axes of matplotlib, not an object of the type {type(ax).__name__}")


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Raises ConfigError unless the value of an argument is one of some words."""
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def palette_of(name: str) -> Palette:
    """The palette of a name."""
    check_choice("palette", name, tuple(PALETTES))
    return PALETTES[name]


def check_dpi(dpi: Any) -> None:
    """Raises ConfigError unless a picture can have so many pixels per inch."""
    if not isinstance(dpi, NUMBERS) or not LEAST_DPI <= dpi <= MOST_DPI:
        raise ConfigError(f"dpi must be a number from {LEAST_DPI} to {MOST_DPI}, not {dpi!r}")


def wanted_values(data: PointFile, at: Any) -> dict[str, float]:
    """The values that `at` asks for, by axis. Raises ConfigError where it asks for what is not there."""
    if not isinstance(at, (Mapping, type(None))):
        raise ConfigError(f"at must be a dict of values by axis, not {at!r}")
    wanted: dict[str, float] = {}
    for axis, value in (at or {}).items():
        if axis not in data.values and axis not in data.plane:
            raise ConfigError(f"{data.path}: at: there is no axis {axis!r}; the axes are {', '.join(data.values)}")
        if not isinstance(value, NUMBERS) or not np.isfinite(value):
            raise ConfigError(f"at: the value of {axis} must be a number, not {value!r}")
        wanted[axis] = float(value)
    return wanted


def check_one_map(data: ResultFile, axes: Sequence[str], lengths: Sequence[int]) -> None:
    """Raises ConfigError that says what to choose if there is more than one map; `lengths` are those along `axes`."""
    if max(lengths) > 1:
        swept = [axis for axis, length in zip(axes, lengths) if length > 1]
        choice = ", ".join(f"'{axis}': ..." for axis in swept)
        number = " x ".join(map(str, lengths))
        raise ConfigError(f"{data.path}: ax shows one map, but there are {number}; choose one with at={{{choice}}}")
