#!/usr/bin/env python3
"""Draws the fraction of the starts that die, for each momentum (columns) and standard deviation of the target (rows).

Where the pixels have one of these (deadcone sweep --plane), another swept axis takes its place, and so does a swept axis
of the unit or the optimiser, such as the leak, where a momentum or a deviation is not swept. Columns and rows are the
sweep's values in order, not to scale. Unfinished starts do not count as dead, even if more updates would kill them. If
there are any, a note above the cells gives their number.
"""

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._dead_fraction import draw, labels_of, read_fractions
from deadcone.plot._grid import Grid
from deadcone.plot._palettes import PALETTES
from deadcone.plot._reader import ResultFile

import command_line
import failures


def main():
    arguments = command_line.sweep_parser(__doc__, "FILE with the ending _dead_fraction.png").parse_args()

    with ResultFile(arguments.file, "fate") as data:
        grid = Grid(data, command_line.wanted_values(arguments), command_line.OPTIONS)
        labels = labels_of(data, grid)
        fractions = read_fractions(data, grid)
    axes = draw(fractions, grid, labels, arguments.dpi, PALETTES[arguments.palette])
    out = arguments.out or command_line.beside(arguments.file, "_dead_fraction.png")
    command_line.save(axes.figure, out, arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
