#!/usr/bin/env python3
"""Draws the probability that a network is born dead along an axis, between its bounds, with a line for each value of
another axis, and for each file.

Upright strokes are 95% intervals, shaded areas lie between the lower and the upper bound by theory, rings are exact values.
"""

import pathlib

import picture_style  # noqa: F401  before deadcone
from deadcone.errors import ConfigError
from deadcone.plot._birth_curves import SCALES, draw, named_sources, read_files

import command_line
import failures


def sources_of(files, labels):
    """The files by their labels, which are their names unless there are others."""
    if labels and len(labels) != len(files):
        raise ConfigError(f"there are {len(files)} files and {len(labels)} labels; give one --label for each file")
    if not labels and len(files) == 1:
        return {"": files[0]}
    labels = labels or [pathlib.Path(file).stem for file in files]
    if len(set(labels)) < len(labels):
        raise ConfigError("two files have the same label; give one --label for each file")
    return named_sources(dict(zip(labels, files)))


def main():
    chosen = "all along the picture and of the lines, else the first"
    parser = command_line.birth_parser(__doc__, "the first FILE with the ending _curves.png", chosen, several=True)
    meaning = "what to call a file in the legend, once for each of several files (default: their names)"
    parser.add_argument("--label", metavar="TEXT", action="append", default=[], help=meaning)
    parser.add_argument("--x", metavar="AXIS", default="depth", help="the axis along the picture (default: %(default)s)")
    meaning = "the axis that has a line for each of its values; none: one line (default: %(default)s)"
    parser.add_argument("--lines", metavar="AXIS", default="width", help=meaning)
    parser.add_argument("--scale", choices=SCALES, default="linear", help="scale of the probability (default: %(default)s)")
    parser.add_argument("--no-theory", action="store_true", help="draw neither bounds nor exact values")
    arguments = parser.parse_args()

    lines = None if arguments.lines == "none" else arguments.lines
    sources = sources_of(arguments.file, arguments.label)
    found = read_files(sources, arguments.x, lines, dict(arguments.at), command_line.BIRTH_OPTIONS)
    axes = draw(found, arguments.dpi, arguments.scale, not arguments.no_theory)
    out = arguments.out or command_line.beside(arguments.file[0], "_curves.png")
    command_line.save(axes.figure, out, arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
