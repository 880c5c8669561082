"""A heat map of the probability that a network is born dead, with the region where it is small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter

from ..errors import ConfigError
from ._arguments import NUMBERS, check_axes, check_dpi, palette_of, wanted_values
from ._birth_file import BirthFile, Cut, Side
from ._canvas import drawn_figure
from ._captions import in_lines
from ._dead_fraction import shades_of
from ._drawing import PENDING_STYLE
from ._labels import axis_label, number
from ._palettes import PALETTES, Palette
from ._panels import CAPTION_POINTS, GREY
from ._reader import PENDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    from ._types import At, Floats, NewFigure, PaletteName, Source, Style

# Inches.
WIDTH, HEIGHT = 5.2, 3.9
# In the cube root a probability of a thousandth differs from 0 as much as one of 0.73 differs from 1.
NORM = PowerNorm(1 / 3, 0, 1)
TICKS = (0, 0.001, 0.01, 0.1, 0.5, 1)
# The line of theory is drawn where one of these bounds the probability from above: then the union bound holds, too.
POINT_THEOREMS = {"one_point", "signs_from_second"}
EDGE = withStroke(linewidth=3.2, foreground="white")
LEVEL_STYLE: Style = {"color": "black", "linewidth": 1.6}
THEORY_STYLE: Style = {"color": "black", "linewidth": 1.6, "linestyle": (0, (4, 2))}


@dataclass(frozen=True)
class BirthMap:
    """What a heat map shows."""

    probability: Floats  # rows by columns; not a number where a point is not computed yet
    columns: Side
    rows: Side
    labels: tuple[str, str]
    level: float
    has_theory: bool  # that of the safe region
    caption: str


def check_level(level: float) -> None:
    """Raises ConfigError unless the safe region can end at a probability."""
    if not isinstance(level, NUMBERS) or not 0 < level < 1:
        raise ConfigError(f"level must be between 0 and 1, not {level!r}")


def read_map(cut: Cut, level: float) -> BirthMap:
    """The map of a Cut along the rows and the columns."""
    rows, columns = (Side(axis, values) for axis, values in zip(cut.axes, cut.values))
    labels = axis_label(cut.data, columns.axis), axis_label(cut.data, rows.axis)
    has_theory = (columns.axis, rows.axis) in (("depth", "width"), ("width", "depth"))
    has_theory = has_theory and bool(cut.theorems("upper_theorem") & POINT_THEOREMS)
    return BirthMap(cut.probabilities("probability"), columns, rows, labels, level, has_theory, cut.caption())


def safe_width(depth: Floats, level: float) -> Floats:
    """The least width N for which theory bounds the probability by a level: 2^-N for each layer."""
    return np.log2(depth / level)


def draw_cells(axes: Axes, found: BirthMap, shades: ListedColormap) -> None:
    """Draws the cells, and hatches where nothing is computed."""
    x, y = found.columns.borders, found.rows.borders
    found.columns.set_up(axes, "x")
    found.rows.set_up(axes, "y")
    if np.any(np.isnan(found.probability)):
        axes.add_patch(Rectangle((x[0], y[0]), x[-1] - x[0], y[-1] - y[0], **PENDING_STYLE, zorder=0))
    cells = np.ma.masked_invalid(found.probability)
    axes.pcolormesh(x, y, cells, norm=NORM, cmap=shades, rasterized=True, zorder=1)
    axes.set(xlabel=found.labels[0], ylabel=found.labels[1])
    axes.set_axisbelow(False)


def draw_level(axes: Axes, found: BirthMap) -> None:
    """Draws the line on which the measured probability has the level, in the scale of the colours."""
    if min(found.probability.shape) < 2:
        return
    # Where nothing was seen in some networks, the logarithm would have no value.
    heights = np.ma.masked_invalid(np.cbrt(found.probability))
    place = found.columns.places, found.rows.places
    lines = axes.contour(*place, heights, [np.cbrt(found.level)], colors="black", linewidths=1.6, zorder=3)
    lines.set_path_effects([EDGE])


def draw_theory(axes: Axes, found: BirthMap) -> None:
    """Draws the width that suffices for the level by theory, over the depths."""
    upright = found.columns.axis == "width"
    depths, widths = (found.rows, found.columns) if upright else (found.columns, found.rows)
    depth = np.geomspace(depths.values[0], depths.values[-1], 401)
    width = safe_width(depth, found.level)
    inside = (width >= widths.values[0]) & (width <= widths.values[-1])
    places = depths.place(depth[inside]), widths.place(width[inside])
    axes.plot(*(places[::-1] if upright else places), **THEORY_STYLE, path_effects=[EDGE], zorder=3)


def legend_of(found: BirthMap) -> list[Artist]:
    """Entries for the lines, and for what is not computed yet."""
    percent = number(100 * found.level)
    lines = [Line2D([], [], **LEVEL_STYLE, label=rf"${percent}\%$ are born dead")]
    if found.has_theory:
        formula = rf"$N = \log_2 (H / {number(found.level)})$"
        lines.append(Line2D([], [], **THEORY_STYLE, label=f"suffices by theory: {formula}"))
    pending = [Patch(label=PENDING, **PENDING_STYLE)] if np.any(np.isnan(found.probability)) else []
    return [*lines, *pending]


def add_colour_bar(figure: FigureBase, axes: Axes | Sequence[Axes], level: float, shades: ListedColormap) -> None:
    """Adds a colour bar beside some Axes, with a mark at the level."""
    label = "probability to be born dead"
    bar = figure.colorbar(ScalarMappable(NORM, shades), ax=axes, label=label, ticks=FixedLocator(TICKS))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value)}$"))
    bar.ax.axhline(level, **LEVEL_STYLE)


def draw_into(axes: Axes, found: BirthMap, palette: Palette) -> None:
    """Draws the heat map into Axes, with a colour bar beside them and a legend above."""
    shades = shades_of(palette)
    draw_cells(axes, found, shades)
    draw_level(axes, found)
    if found.has_theory:
        draw_theory(axes, found)
    add_colour_bar(axes.figure, axes, found.level, shades)
    spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2, "fontsize": 9}
    entries = legend_of(found)
    axes.legend(handles=entries, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(entries), **spacing)


def draw(
    found: BirthMap, dpi: float, palette: Palette = PALETTES["default"], new_figure: NewFigure = Figure
) -> Axes:
    """The heat map in a figure of its own, its Axes."""
    figure = new_figure(figsize=(WIDTH, HEIGHT), dpi=dpi, layout="constrained")
    axes: Axes = figure.add_subplot()
    draw_into(axes, found, palette)
    finish(figure, found.caption, WIDTH)
    return axes


def finish(figure: Figure, caption: str, width: float) -> None:
    """Adds a caption above all of a figure of so many inches, and lays it out once: again would move it a little."""
    lines = in_lines(caption, width - 0.2, CAPTION_POINTS)
    style: Style = {"x": 0.1 / width, "ha": "left", "color": GREY, "fontsize": CAPTION_POINTS}
    figure.suptitle("\n".join(lines), **style)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def births(
    ds: Source,
    *,
    x: str = "depth",
    y: str = "width",
    at: At = None,
    level: float = 0.01,
    palette: PaletteName = "default",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes:
    """Draw the probability that a network is born dead over two axes, and where it is small.

    Colours are even in the cube root of the probability, so that small ones can be told apart. The line is where the
    measured probability, interpolated between the points, has the level. Over width and depth a dashed line is theory's
    stand-in for it: a width of N >= log2(H / level) suffices at depth H. It is drawn where that theorem holds.

    Parameters
    ----------
    ds : xarray.Dataset or path
        What deadcone.birth() gives, or the path of a file that the program's `deadcone birth` writes.
    x, y : str
        The axes along the sides. A side whose values are evenly spaced, or their logarithms, is to scale; another has
        its values in their order.
    at : dict, optional
        Values of axes by name, such as ``{"points": 64}``: the points nearest to them are drawn. By default, all along
        the sides, and the first of other axes.
    level : float
        The probability up to which a network counts as safe, between 0 and 1.
    palette : {"default", "paper"}
        Colours, those of `dead_fraction`.
    ax : matplotlib.axes.Axes, optional
        Draw into these Axes, in the caller's style, and take room from them for a colour bar. By default pyplot makes a
        figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400; not used with `ax`.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes of the heat map.

    Raises
    ------
    ConfigError
        An argument does not fit: an axis that is not there, or what is no Dataset.
    StorageError
        The file cannot be read, or it or the Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    check_level(level)
    colours = palette_of(palette)
    with BirthFile(ds) as data:
        found = read_map(Cut(data, (y, x), wanted_values(data, at)), level)
    if ax is not None:
        check_axes(ax)
        draw_into(ax, found, colours)
        return ax
    with drawn_figure() as new_figure:
        return draw(found, dpi, colours, new_figure)
