#!/usr/bin/env python3
"""Draws the maps of a sweep: the fate of the unit for each initial weight and bias, momentum and target.

Columns are momenta; rows are standard deviations of the target, the largest at the top (Fig. 4 of arXiv 2005.06195). Where
the pixels have one of these (deadcone sweep --plane), another swept axis takes its place, and so does a swept axis of the
unit or the optimiser, such as the leak, where a momentum or a deviation is not swept. White marks are the target, or for
other units than the rectifier the minima of the loss. If the sweep has proofs, the map distinguishes units that are dead for ever from units that are dead within the tolerance.
In a refined sweep it does not, because the kind is not known of filled pixels. --by proof shows the theorem that proves
each fate.
"""

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._grid import Grid
from deadcone.plot._maps import BY, draw
from deadcone.plot._palettes import PALETTES
from deadcone.plot._panels import Panels
from deadcone.plot._reader import ResultFile

import command_line
import failures


def main():
    parser = command_line.sweep_parser(__doc__, "FILE with the suffix .png")
    meaning = "colour the maps by fate or by the theorem that proves it (default: %(default)s)"
    parser.add_argument("--by", choices=BY, default="fate", help=meaning)
    arguments = parser.parse_args()

    with ResultFile(arguments.file, "fate") as data:
        grid = Grid(data, command_line.wanted_values(arguments), command_line.OPTIONS)
        size = {"is_to_scale": data.has_starts(), "words": command_line.OPTIONS}
        panels = Panels(*grid.shape, data.window(), arguments.dpi, **size)
        draw(panels, data, grid, grid.caption(), arguments.by, PALETTES[arguments.palette])
    command_line.save(panels.figure, arguments.out or command_line.beside(arguments.file, ".png"), arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
