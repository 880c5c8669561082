#!/usr/bin/env python3
"""Draws the number of updates until the trajectory of each start stops: the darker, the more updates.

Converged and dead starts each have a hue (blue and red, or yellow and blue with --palette paper), and so have those that
rest at another minimum than that of least loss; all are shaded on the same logarithmic scale. The other fates, whose number of updates says little, have one flat colour; filled pixels,
which were not computed, are grey. In a certified sweep the updates are those until the fate is proved.

With --scale rank, the shade is the rank of a start among the starts of its map and fate. All shades then cover the same
area, and structure shows at every scale: where updates differ by a factor of a thousand and where they differ by one.
"""

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._grid import Grid
from deadcone.plot._palettes import PALETTES
from deadcone.plot._panels import Panels
from deadcone.plot._reader import ResultFile
from deadcone.plot._steps import SCALES, draw, room_of

import command_line
import failures


def main():
    parser = command_line.sweep_parser(
        __doc__, "FILE with the ending _steps.png", "a file that `deadcone sweep` wrote, with steps among its fields"
    )
    meaning = "shade by the number of updates or by its rank (default: %(default)s)"
    parser.add_argument("--scale", choices=SCALES, default="log", help=meaning)
    arguments = parser.parse_args()

    palette = PALETTES[arguments.palette]
    with ResultFile(arguments.file, "fate") as data:
        grid = Grid(data, command_line.wanted_values(arguments), command_line.OPTIONS)
        size = {"right": room_of(data, palette), "is_to_scale": data.has_starts(), "words": command_line.OPTIONS}
        panels = Panels(*grid.shape, data.window(), arguments.dpi, **size)
        draw(panels, data, grid, grid.caption(), arguments.scale == "rank", palette)
    command_line.save(panels.figure, arguments.out or command_line.beside(arguments.file, "_steps.png"), arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
