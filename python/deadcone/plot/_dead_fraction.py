#!/usr/bin/env python3
"""Draws the fraction of the starts that die, for each momentum (columns) and standard deviation of the target (rows).

Where the pixels have one of these (deadcone sweep --plane), another swept axis takes its place, and so does a swept axis
of the unit or the optimiser, such as the leak, where a momentum or a deviation is not swept. Columns and rows are the
sweep's values in order, not to scale. Unfinished starts do not count as dead, even if more updates would kill them. If
there are any, a note above the cells gives their number.
"""

import textwrap
from dataclasses import dataclass

import numpy as np

import picture_style  # noqa: F401  before matplotlib
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Rectangle

import sweep_file
from palettes import PALETTES
from sweep_file import DEAD, UNFINISHED, FileError, number, symbol

# Sizes in inches. Numbers would not be legible in cells smaller than the last.
LARGEST_CELL, SMALLEST_CELL, SMALLEST_WITH_NUMBER = 0.62, 0.16, 0.36
LEFT, RIGHT, TOP, BOTTOM = 1.05, 0.95, 0.35, 0.55
# The width of the caption and the height of a colour bar with its label.
LEAST_WIDTH, LEAST_BAR = 3.5, 0.98
NOTE_POINTS = 9
# The longest line, in characters, of the label beside the rows, which may be few; and a letter of that below the columns.
LABEL_LINE, LETTER = 18, 0.074


@dataclass(frozen=True)
class Fractions:
    """What a heat map shows."""

    dead: np.ndarray  # rows by columns; not a number where a point is not computed yet
    unfinished: int  # starts in all cells
    starts: int
    most_unfinished: float  # the largest unfinished fraction of a cell

    def note(self):
        """The count of unfinished starts in words; empty if there are none."""
        if not self.unfinished:
            return ""
        return (
            f"{self.unfinished} of {self.starts} starts are unfinished (at most {two_digits(self.most_unfinished)} of "
            "a cell). A larger limit of updates decides their fate."
        )


def read_fractions(data, grid):
    """The dead fractions of a grid and its unfinished starts."""
    codes, names = data.codes("fate_code"), data.meanings("fate_code")
    columns = {names.get(code): column for column, code in enumerate(codes)}
    if DEAD not in columns:
        raise FileError(f"{data.path}: 'fate_code' has no fate '{DEAD}'")
    # At once: a sweep may have thousands of points.
    done = data.by_point("point_done")
    fractions, counts = (data.by_point(name, codes=(len(codes),)) for name in ("fate_fraction", "fate_count"))
    if not np.all((fractions[done != 0] >= 0) & (fractions[done != 0] <= 1)):
        raise FileError(f"{data.path}: 'fate_fraction' holds what is no fraction")
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


def shades_of(palette):
    """The colour map of dead fractions from 0 to 1."""
    return ListedColormap(palette.ramps[DEAD] / 255)


def two_digits(fraction):
    """A fraction in two digits; only an exact 0 or 1 is written as 0 or 1."""
    if 0 < fraction < 0.01:
        return "<0.01"
    if 0.99 < fraction < 1:
        return ">0.99"
    return f"{fraction:.2f}" if 0 < fraction < 1 else f"{fraction:.0f}"


def axis_label(data, axis, line=80):
    """What an axis is, in words, in lines of so many characters, and its symbol."""
    return f"{textwrap.fill(sweep_file.plain(data.long_name(axis)), line)} ${symbol(axis)}$"


def draw(fractions, grid, labels, dpi, palette=PALETTES["default"]):
    """The heat map of Fractions; `labels` are those of the columns and of the rows."""
    rows, columns = fractions.dead.shape
    cell = np.clip(min(11 / columns, 8 / rows), SMALLEST_CELL, LARGEST_CELL)
    width, height = columns * cell, rows * cell
    upright = cell >= SMALLEST_WITH_NUMBER
    across = max(LEFT + width + RIGHT, LEAST_WIDTH)
    # Indented as the caption, up to the right margin.
    notes = sweep_file.wrapped(fractions.note(), across - LEFT - 0.1, NOTE_POINTS)
    caption = sweep_file.in_lines(grid.caption(), across - LEFT, NOTE_POINTS)
    line = 1.25 * NOTE_POINTS / 72
    top = TOP + (len(caption) - 1 + len(notes)) * line
    below = textwrap.fill(labels[0], int(across / LETTER))
    size = (across, top + height + BOTTOM + (0.0 if upright else 0.25) + 0.17 * below.count("\n"))
    figure = sweep_file.new_figure(figsize=size, dpi=dpi)

    def place(x, y, across, up):
        return figure.add_axes((x / size[0], y / size[1], across / size[0], up / size[1]))

    axes = place(LEFT, size[1] - top - height, width, height)
    norm, shades = Normalize(0, 1), shades_of(palette)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    for (row, column), fraction in np.ndenumerate(fractions.dead):
        corner = (column - 0.5, row - 0.5)
        if np.isnan(fraction):
            axes.add_patch(Rectangle(corner, 1, 1, **sweep_file.PENDING_STYLE))
            text, colour = sweep_file.PENDING, "black"
        else:
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=shades(norm(fraction)), edgecolor="white", linewidth=0.8))
            text, colour = two_digits(fraction), "white" if fraction > 0.5 else "black"
        if upright:
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=15 * cell)

    axes.set_xticks(range(columns), [f"${number(value)}$" for value in grid.columns], rotation=0 if upright else 90)
    axes.set_yticks(range(rows), [f"${number(value)}$" for value in grid.rows])
    axes.tick_params(length=0)
    axes.set_xlabel(below)
    axes.set_ylabel(labels[1])
    for i, text in enumerate([*caption, *notes]):
        style = {"va": "top", "color": sweep_file.GREY if i < len(caption) else "black", "fontsize": NOTE_POINTS}
        figure.text(LEFT / size[0], 1 - (0.1 + i * line) / size[1], text, **style)
    bar_height = np.clip(height, LEAST_BAR, 3.0)
    bar = place(LEFT + width + 0.2, size[1] - top - bar_height, 0.15, bar_height)
    figure.colorbar(ScalarMappable(norm, shades), cax=bar, label="dead fraction")
    return figure


def main():
    arguments = sweep_file.sweep_parser(__doc__, "FILE with the ending _dead_fraction.png").parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, sweep_file.wanted_values(arguments))
        labels = axis_label(data, grid.axes[0]), axis_label(data, grid.axes[1], LABEL_LINE)
        fractions = read_fractions(data, grid)
    figure = draw(fractions, grid, labels, arguments.dpi, PALETTES[arguments.palette])
    out = arguments.out or sweep_file.beside(arguments.file, "_dead_fraction.png")
    sweep_file.save(figure, out, arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
