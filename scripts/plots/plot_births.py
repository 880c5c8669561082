#!/usr/bin/env python3
"""Draws the probability that a network is born dead over two axes, by default depth and width.

Colours are even in the cube root of the probability, so that small ones can be told apart. The line is where the measured
probability, interpolated between the points, has the level. Over width and depth a dashed line is theory's stand-in for it:
a width of N >= log2(H / level) suffices at depth H. Sides are to scale where their values or their logarithms are evenly
spaced; else values are in their order.
"""

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._birth_file import BirthFile, Cut
from deadcone.plot._births import check_level, draw, read_map
from deadcone.plot._palettes import PALETTES

import command_line
import failures


def main():
    picture = "FILE with the ending _births.png"
    parser = command_line.birth_parser(__doc__, picture, "all along the sides of the picture, else the first")
    command_line.add_palette_option(parser)
    parser.add_argument("--x", metavar="AXIS", default="depth", help="the axis along the picture (default: %(default)s)")
    parser.add_argument("--y", metavar="AXIS", default="width", help="the axis up the picture (default: %(default)s)")
    meaning = "the probability up to which a network counts as safe (default: %(default)s)"
    parser.add_argument("--level", type=float, default=0.01, help=meaning)
    arguments = parser.parse_args()

    check_level(arguments.level)
    with BirthFile(arguments.file) as data:
        cut = Cut(data, (arguments.y, arguments.x), dict(arguments.at), command_line.BIRTH_OPTIONS)
        found = read_map(cut, arguments.level)
    axes = draw(found, arguments.dpi, PALETTES[arguments.palette])
    command_line.save(axes.figure, arguments.out or command_line.beside(arguments.file, "_births.png"), arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
