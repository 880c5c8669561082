#!/usr/bin/env python3
"""Draws the eigenvalues of momentum descent on the affine unit (Fig. 2 of arXiv 2005.06195).

Left: in the complex plane, with the unit circle, as curves over the momentum; crosses mark momentum 0. Right: their
size over the momentum. Above the critical momentum the two eigenvalues are complex conjugates: the parameters
oscillate.

Reads the table that `deadcone spectrum` prints, from a file or from standard input.
"""

import contextlib
import sys

import picture_style  # noqa: F401  before deadcone
from deadcone.errors import StorageError
from deadcone.plot._spectrum import draw, read_spectrum, read_text

import command_line
import failures


def read_input(name):
    """The text of a file, or with - of standard input."""
    if name == "-" and sys.stdin is None:
        raise StorageError("standard input: is closed")
    with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as file:
        return read_text(name, file)


def main():
    parser = command_line.parser(__doc__, "FILE with the suffix .png, or spectrum.png")
    meaning = "a table that `deadcone spectrum` printed; - (the default) reads standard input"
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help=meaning)
    arguments = parser.parse_args()

    name = "standard input" if arguments.file == "-" else arguments.file
    figure = draw(*read_spectrum(name, read_input(arguments.file)))
    default = "spectrum.png" if arguments.file == "-" else command_line.beside(arguments.file, ".png")
    command_line.save(figure, arguments.out or default, arguments.dpi)


if __name__ == "__main__":
    failures.run(main)
