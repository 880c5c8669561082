#!/usr/bin/env python3
"""Draws the direction of gradient descent over the loss (Fig. 3 of arXiv 2005.06195).

Columns are standard deviations of the target, rows are its means, the largest first. In the dead cone, below the dashed
lines, a unit is almost never active; in the linear cone, above the dotted lines, it is almost always active. All arrows
have the same length. There are none where the gradient is less than a millionth of the largest.
"""

import argparse

import picture_style  # noqa: F401  before deadcone
from deadcone.plot._field import BAR_ROOM, caption_of, check_starts, draw
from deadcone.plot._panels import Panels
from deadcone.plot._reader import ResultFile

import command_line
import failures


def probability(text):
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


def main():
    parser = command_line.parser(__doc__, "FILE with the suffix .png")
    parser.add_argument("file", metavar="FILE", help="a file that `deadcone field` wrote")
    command_line.add_axis_options(parser, ("gamma", "delta"), "all")
    command_line.add_axis_options(parser, ("r",), "the first")
    meaning = "a unit is dead if its probability of being active is less than this (default: %(default)s)"
    parser.add_argument("--epsilon", type=probability, default=0.01, help=meaning)
    arguments = parser.parse_args()

    with ResultFile(arguments.file, "loss") as data:
        check_starts(data)
        gammas = data.ascending("gamma", arguments.gamma)[::-1]
        deltas = data.ascending("delta", arguments.delta)[::-1]
        index_r = data.nearest("r", arguments.r)
        size = {"right": BAR_ROOM, "words": command_line.OPTIONS}
        panels = Panels(len(deltas), len(gammas), data.window(), arguments.dpi, **size)
        draw(panels, data, gammas, deltas, index_r, arguments.epsilon, caption_of(data, index_r))
    command_line.save(panels.figure, arguments.out or command_line.beside(arguments.file, ".png"), arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
