#!/usr/bin/env python3
"""Draws in which layer networks die, and the state of those that are alive when they enter a layer.

Above: the share of all networks that die in each layer; the mean shares of points that no layer has put out zero for, and of
units that are active at no point. Below: the mean squared length of the first point's vector; the mean cosine of the vectors
of the first two points. Means of fewer than 30 networks are left out.
"""

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._birth_file import BirthFile
from deadcone.plot._birth_layers import cut_of, draw, read_layers

import command_line
import failures


def main():
    picture = "FILE with the ending _layers.png"
    parser = command_line.birth_parser(__doc__, picture, "all of the lines, the deepest networks, else the first")
    meaning = "the axis that has a line for each of its values; none: one line (default: %(default)s)"
    parser.add_argument("--lines", metavar="AXIS", default="width", help=meaning)
    arguments = parser.parse_args()

    lines = None if arguments.lines == "none" else arguments.lines
    with BirthFile(arguments.file) as data:
        cut = cut_of(data, lines, dict(arguments.at), command_line.BIRTH_OPTIONS)
        curves, caption = read_layers(cut), cut.caption()
    panels = draw(curves, caption, arguments.dpi)
    out = arguments.out or command_line.beside(arguments.file, "_layers.png")
    command_line.save(panels[0, 0].figure, out, arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
