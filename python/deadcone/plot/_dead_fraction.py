"""A heat map of the fraction of the starts that die."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..errors import StorageError
from ._arguments import check_axes, check_dpi, palette_of, wanted_values
from ._canvas import drawn_figure
from ._captions import in_lines, wrapped
from ._drawing import PENDING_STYLE
from ._grid import Grid
from ._labels import axis_label, number
from ._palettes import PALETTES, Palette
from ._panels import GREY
from ._reader import DEAD, PENDING, UNFINISHED, ResultFile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._types import At, Floats, NewFigure, PaletteName, Source, Style

# Sizes in inches. Numbers would not be legible in cells smaller than the last.
LARGEST_CELL, SMALLEST_CELL, SMALLEST_WITH_NUMBER = 0.62, 0.16, 0.36
LEFT, RIGHT, TOP, BOTTOM = 1.05, 0.95, 0.35, 0.55
# The width of the caption and the height of a colour bar with its label.
LEAST_WIDTH, LEAST_BAR = 3.5, 0.98
NOTE_POINTS = 9
NORM = Normalize(0, 1)
# The longest line, in characters, of the label beside the rows, which may be few; a letter of that below the columns.
LABEL_LINE, LETTER = 18, 0.074


@dataclass(frozen=True)
class Fractions:
    """What a heat map shows."""

    dead: Floats  # rows by columns; not a number where a point is not computed yet
    unfinished: int  # starts in all cells
    starts: int
    most_unfinished: float  # the largest unfinished fraction of a cell

    def note(self) -> str:
        """The count of unfinished starts in words; empty if there are none."""
        if not self.unfinished:
            return ""
        return (
            f"{self.unfinished} of {self.starts} starts are unfinished (at most {two_digits(self.most_unfinished)} of "
            "a cell). A larger limit of updates decides their fate."
        )


def read_fractions(data: ResultFile, grid: Grid) -> Fractions:
    """The dead fractions of a grid and its unfinished starts."""
    codes, names = data.codes("fate_code"), data.meanings("fate_code")
    columns = {names.get(code): column for column, code in enumerate(codes)}
    if DEAD not in columns:
        raise StorageError(f"{data.path}: 'fate_code' has no fate '{DEAD}'")
    # At once: a sweep may have thousands of points.
    done = data.by_point("point_done")
    fractions, counts = (data.by_point(name, codes=(len(codes),)) for name in ("fate_fraction", "fate_count"))
    if not np.all((fractions[done != 0] >= 0) & (fractions[done != 0] <= 1)):
        raise StorageError(f"{data.path}: 'fate_fraction' holds what is no fraction")
    dead = np.full(grid.shape, np.nan)
    unfinished, starts, most = 0, 0, 0.0
    for cell, position in grid.positions.items():
        if not done[position]:
            continue
        dead[cell] = fractions[position][columns[DEAD]]
        starts += int(counts[position].sum())
        if UNFINISHED in columns:
            unfinished += int(counts[position][columns[UNFINISHED]])
            most = max(most, float(fractions[position][columns[UNFINISHED]]))
    return Fractions(dead, unfinished, starts, most)


def shades_of(palette: Palette) -> ListedColormap:
    """The colour map of dead fractions from 0 to 1."""
    return ListedColormap(palette.ramps[DEAD] / 255)


def two_digits(fraction: float) -> str:
    """A fraction in two digits; only an exact 0 or 1 is written as 0 or 1."""
    if 0 < fraction < 0.01:
        return "<0.01"
    if 0.99 < fraction < 1:
        return ">0.99"
    return f"{fraction:.2f}" if 0 < fraction < 1 else f"{fraction:.0f}"


def cell_size(columns: int, rows: int, width: float, height: float) -> float:
    """The inches of a side of a cell, of those that fit into a width and a height."""
    return min(width / columns, height / rows)


def draw_cells(axes: Axes, fractions: Fractions, grid: Grid, cell: float, shades: ListedColormap) -> None:
    """Draws the cells of Fractions, of so many inches, with their numbers where these are legible."""
    rows, columns = fractions.dead.shape
    upright = cell >= SMALLEST_WITH_NUMBER
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    for (row, column), fraction in np.ndenumerate(fractions.dead):
        corner = (column - 0.5, row - 0.5)
        if np.isnan(fraction):
            axes.add_patch(Rectangle(corner, 1, 1, **PENDING_STYLE))
            text, colour = PENDING, "black"
        else:
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=shades(NORM(fraction)), edgecolor="white", linewidth=0.8))
            text, colour = two_digits(fraction), "white" if fraction > 0.5 else "black"
        if upright:
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=15 * cell)

    axes.set_xticks(range(columns), [f"${number(value)}$" for value in grid.columns], rotation=0 if upright else 90)
    axes.set_yticks(range(rows), [f"${number(value)}$" for value in grid.rows])
    axes.tick_params(length=0)


def draw(
    fractions: Fractions,
    grid: Grid,
    labels: tuple[str, str],
    dpi: float,
    palette: Palette = PALETTES["default"],
    new_figure: NewFigure = Figure,
) -> Axes:
    """The heat map of Fractions, its Axes; `labels` are those of the columns and of the rows."""
    rows, columns = fractions.dead.shape
    cell = np.clip(cell_size(columns, rows, 11, 8), SMALLEST_CELL, LARGEST_CELL)
    width, height = columns * cell, rows * cell
    across = max(LEFT + width + RIGHT, LEAST_WIDTH)
    # Indented as the caption, up to the right margin.
    notes = wrapped(fractions.note(), across - LEFT - 0.1, NOTE_POINTS)
    caption = in_lines(grid.caption(), across - LEFT, NOTE_POINTS)
    line = 1.25 * NOTE_POINTS / 72
    top = TOP + (len(caption) - 1 + len(notes)) * line
    below = textwrap.fill(labels[0], int(across / LETTER))
    room = 0.0 if cell >= SMALLEST_WITH_NUMBER else 0.25
    size = (across, top + height + BOTTOM + room + 0.17 * below.count("\n"))
    figure = new_figure(figsize=size, dpi=dpi)

    def place(x: float, y: float, across: float, up: float) -> Axes:
        return figure.add_axes((x / size[0], y / size[1], across / size[0], up / size[1]))

    axes = place(LEFT, size[1] - top - height, width, height)
    shades = shades_of(palette)
    draw_cells(axes, fractions, grid, cell, shades)
    axes.set_xlabel(below)
    axes.set_ylabel(labels[1])
    for i, text in enumerate([*caption, *notes]):
        style: Style = {"va": "top", "color": GREY if i < len(caption) else "black", "fontsize": NOTE_POINTS}
        figure.text(LEFT / size[0], 1 - (0.1 + i * line) / size[1], text, **style)
    bar_height = np.clip(height, LEAST_BAR, 3.0)
    bar = place(LEFT + width + 0.2, size[1] - top - bar_height, 0.15, bar_height)
    figure.colorbar(ScalarMappable(NORM, shades), cax=bar, label="dead fraction")
    return axes


def draw_into(ax: Axes, fractions: Fractions, grid: Grid, labels: tuple[str, str], palette: Palette) -> None:
    """Draws the heat map of Fractions into Axes of the caller, with a colour bar beside them."""
    check_axes(ax)
    rows, columns = fractions.dead.shape
    shades = shades_of(palette)
    ax.figure.colorbar(ScalarMappable(NORM, shades), ax=ax, label="dead fraction")
    inches = [side / ax.figure.dpi for side in ax.get_window_extent().size]
    draw_cells(ax, fractions, grid, min(LARGEST_CELL, cell_size(columns, rows, *inches)), shades)
    ax.set(xlabel=labels[0], ylabel=labels[1])


def labels_of(data: ResultFile, grid: Grid) -> tuple[str, str]:
    """What the columns and the rows are."""
    return axis_label(data, grid.axes[0]), axis_label(data, grid.axes[1], LABEL_LINE)


def dead_fraction(
    ds: Source,
    *,
    at: At = None,
    palette: PaletteName = "default",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes:
    """Draw the fraction of the starts that die, for each momentum and standard deviation of the target.

    Columns are momenta, rows standard deviations; other axes take their places as in `maps`. Both are the sweep's values
    in order, not to scale. Unfinished starts do not count as dead, even if more updates would kill them; a note above the
    cells of a figure gives their number.

    Parameters
    ----------
    ds : xarray.Dataset or path
        A sweep, in memory or open with the engine h5netcdf, of which only what is shown is read; or the
        path of its file.
    at : dict, optional
        Values of axes by name, such as ``{"beta": 0.9}``: the points nearest to them are drawn. By default, all along
        the columns and rows of the picture, and the first of other axes.
    palette : {"default", "paper"}
        Colours; "paper" has dead blue and converged yellow, as Fig. 4 of arXiv 2005.06195.
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
    colours = palette_of(palette)
    with ResultFile(ds, "fate") as data:
        grid = Grid(data, wanted_values(data, at))
        fractions, labels = read_fractions(data, grid), labels_of(data, grid)
    if ax is not None:
        draw_into(ax, fractions, grid, labels, colours)
        return ax
    with drawn_figure() as new_figure:
        return draw(fractions, grid, labels, dpi, colours, new_figure)
