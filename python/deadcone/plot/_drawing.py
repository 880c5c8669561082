"""Maps, marks and the entries of their legends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from ._labels import plain
from ._reader import PENDING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._palettes import Palette
    from ._types import Cell, Colours, Key, Marks, Numbers, Style, Window

# A pixel that has a fate but was not computed, in pictures of what only computed pixels have.
MISSING = ("filled, not computed", "#C4C4C4")
# Visible on all of them.
TARGET_STYLE: Style = {"linestyle": "", "marker": "o", "markersize": 4.5, "color": "white", "markeredgecolor": "black"}
TARGET, LEAST_MINIMUM, OTHER_MINIMUM = "target", "minimum of least loss", "another minimum"
MARK_STYLES: dict[str, Style] = {
    TARGET: TARGET_STYLE,
    LEAST_MINIMUM: TARGET_STYLE,
    OTHER_MINIMUM: {**TARGET_STYLE, "marker": "D", "markersize": 4},
}
PENDING_STYLE: Style = {"facecolor": "#F4F4F4", "edgecolor": "#B0B0B0", "hatch": "////", "linewidth": 0.0}


def occurring(maps: Iterable[Numbers]) -> set[int]:
    """The values that occur in some maps."""
    return set(np.unique(np.concatenate([np.unique(values) for values in maps])).tolist())


def key_of(names: Mapping[int, str], palette: Palette) -> Key:
    """Names and colours of outcomes by value, from their names by value. Pending has none: it is not drawn."""
    names = {value: name for value, name in names.items() if name != PENDING}
    colours = palette.colours_of_fates(names.values())
    return {value: (name, colours[name]) for value, name in names.items()}


def legend_of(values: Collection[int], key: Key, marks: Collection[str] = (TARGET,)) -> list[Artist]:
    """Entries for the values that occur, pending for those without a name and colour in `key`, and for marks."""
    entries = [Patch(facecolor=colour, label=plain(name)) for value, (name, colour) in key.items() if value in values]
    pending = [Patch(label=PENDING, **PENDING_STYLE)] if set(values) - set(key) else []
    marked = [Line2D([], [], **style, label=name) for name, style in MARK_STYLES.items() if name in marks]
    return [*entries, *pending, *marked]


def painted(values: Numbers, key: Key) -> Colours:
    """RGBA bytes of an array of values in the colours of `key`; values that are not in it are transparent."""
    colours = np.zeros(values.shape + (4,), dtype=np.uint8)
    for value, (_, colour) in key.items():
        colours[values == value] = np.rint(255 * to_rgba_array(colour))
    return colours


def draw_map(axes: Axes, colours: Colours, window: Window) -> None:
    """Shows an array of RGBA bytes, the row of the lowest y first; transparent pixels are pending and hatched."""
    if not colours[..., 3].all():
        corner, size = (window[0], window[2]), (window[1] - window[0], window[3] - window[2])
        axes.add_patch(Rectangle(corner, *size, **PENDING_STYLE, zorder=0))
    axes.imshow(colours, origin="lower", extent=window, aspect="auto", interpolation="nearest", zorder=1)
    axes.set_axisbelow(False)


def names_of_marks(marks: Mapping[Cell, Marks]) -> set[str]:
    """The names that occur in the marks of some panels."""
    return {name for found in marks.values() for name, _ in found}


def draw_marks(axes: Axes, marks: Marks) -> None:
    """Draws named places, such as the target (TARGET, (w, b))."""
    for name, place in marks:
        axes.plot(*place, **MARK_STYLES[name], zorder=4)
