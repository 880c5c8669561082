#!/usr/bin/env python3
"""Draws which part of the starts dies, for each momentum (columns) and standard deviation of the target (rows).

The columns and rows are the sweep's values in order, not to scale.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Rectangle

import sweep_file
from sweep_file import DEAD, PlotError, number

SHADES = ListedColormap(sweep_file.RAMPS[DEAD] / 255)
# Sizes in inches. Numbers would not be legible in cells smaller than the last.
LARGEST_CELL, SMALLEST_CELL, SMALLEST_WITH_NUMBER = 0.62, 0.16, 0.36
LEFT, RIGHT, TOP, BOTTOM = 0.75, 0.95, 0.35, 0.55
# So wide is the caption, so high a colour bar with its label.
LEAST_WIDTH, LEAST_BAR = 3.2, 0.98


def read_fractions(data, grid):
    """Dead fractions, rows by columns; not a number for what is not computed yet."""
    codes = data.read("fate_code").tolist()
    if DEAD not in codes:
        raise PlotError(f"{data.path}: 'fate_code' lacks {DEAD}, dead")
    # At once: a sweep may have thousands of points.
    done, fractions = data.read("point_done"), data.read("fate_fraction")[..., codes.index(DEAD)]
    result = np.full(grid.shape, np.nan)
    for cell, position in grid.positions.items():
        if done[position]:
            result[cell] = fractions[position]
    return result


def two_digits(fraction):
    """A few are not rounded to none, nor all but a few to all."""
    if 0 < fraction < 0.01:
        return "<0.01"
    if 0.99 < fraction < 1:
        return ">0.99"
    return f"{fraction:.2f}" if 0 < fraction < 1 else f"{fraction:.0f}"


def draw(fractions, grid, dpi):
    rows, columns = fractions.shape
    cell = np.clip(min(11 / columns, 8 / rows), SMALLEST_CELL, LARGEST_CELL)
    width, height = columns * cell, rows * cell
    upright = cell >= SMALLEST_WITH_NUMBER
    size = (max(LEFT + width + RIGHT, LEAST_WIDTH), TOP + height + BOTTOM + (0.0 if upright else 0.25))
    figure = sweep_file.new_figure(figsize=size, dpi=dpi)

    def place(x, y, across, up):
        return figure.add_axes((x / size[0], y / size[1], across / size[0], up / size[1]))

    axes = place(LEFT, size[1] - TOP - height, width, height)
    norm = Normalize(0, 1)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    for (row, column), fraction in np.ndenumerate(fractions):
        corner = (column - 0.5, row - 0.5)
        if np.isnan(fraction):
            axes.add_patch(Rectangle(corner, 1, 1, **sweep_file.PENDING_STYLE))
            text, colour = "pending", "black"
        else:
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=SHADES(norm(fraction)), edgecolor="white", linewidth=0.8))
            text, colour = two_digits(fraction), "white" if fraction > 0.5 else "black"
        if upright:
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=15 * cell)

    axes.set_xticks(range(columns), [f"${number(value)}$" for value in grid.betas], rotation=0 if upright else 90)
    axes.set_yticks(range(rows), [f"${number(value)}$" for value in grid.gammas])
    axes.tick_params(length=0)
    axes.set_xlabel(r"momentum $\beta$")
    axes.set_ylabel(r"target $\gamma$")
    figure.text(LEFT / size[0], 1 - 0.1 / size[1], grid.caption(), va="top", color=sweep_file.GREY, fontsize=9)
    bar_height = np.clip(height, LEAST_BAR, 3.0)
    bar = place(LEFT + width + 0.2, size[1] - TOP - bar_height, 0.15, bar_height)
    figure.colorbar(ScalarMappable(norm, SHADES), cax=bar, label="dead fraction")
    return figure


def main():
    arguments = sweep_file.sweep_parser(__doc__, "FILE with the ending _dead_fraction.png").parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, vars(arguments))
        fractions = read_fractions(data, grid)
    figure = draw(fractions, grid, arguments.dpi)
    out = arguments.out or sweep_file.beside(arguments.file, "_dead_fraction.png")
    sweep_file.save(figure, out, arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
