#!/usr/bin/env python3
"""Writes a sweep as an atlas: a folder with a page that opens in a browser from disk, without a server or network.

A page from disk can load scripts but cannot read files, so all data are scripts: one has the names, coordinates and
fractions of the sweep; the maps are tiles, and the page loads only the tiles that it shows.
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "plots"))
import picture_style  # noqa: E402, F401  before deadcone
from deadcone._atlas._generator import DEBIAN_LEAFLET, make_atlas  # noqa: E402
from deadcone.plot._palettes import PALETTES  # noqa: E402

import command_line  # noqa: E402
import failures  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="a file that `deadcone sweep` wrote")
    meaning = "write the atlas into this folder; open its index.html"
    parser.add_argument("-o", "--out", metavar="DIR", required=True, help=meaning)
    parser.add_argument("--overwrite", action="store_true", help="replace an existing atlas")
    parser.add_argument(
        "--leaflet",
        metavar="DIR",
        default=DEBIAN_LEAFLET,
        help="the folder of leaflet.js and leaflet.css (default: %(default)s)",
    )
    command_line.add_palette_option(parser)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    out = pathlib.Path(arguments.out)
    options = (arguments.overwrite, arguments.leaflet, PALETTES[arguments.palette], command_line.OPTIONS)
    make_atlas(arguments.file, out, *options)
    print(out / "index.html")


if __name__ == "__main__":
    failures.run(main)
