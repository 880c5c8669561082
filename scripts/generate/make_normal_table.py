#!/usr/bin/env python3
"""Makes tests/numeric/normal_table.inc: the normal density and distribution in 50 digits, for tests/numeric/normal_test.cpp.

Every t is a float, so that float and double are tested at the same points. Each value is rounded to double once.

  scripts/generate/make_normal_table.py            print the table
  scripts/generate/make_normal_table.py --write    write it
  scripts/generate/make_normal_table.py --check    exit 1 if the table in the tree is not what this program makes
"""

import pathlib
import struct

import mpmath as mp

import made_file

mp.mp.dps = 50

TABLE = pathlib.Path(__file__).resolve().parents[2] / "tests/numeric/normal_table.inc"

# Tiny, and around the places where the density becomes exactly zero: 12.817 in float, 37.502 in double.
SPECIAL = [2.0**-120, 2.0**-60, 2.0**-24, 2.0**-10, 12.815, 12.817, 12.818, 12.844, 12.845, 37.501, 37.502, 37.524, 37.525]


def to_float(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def irregular(count, reach):
    """`count` floats spread evenly over (0, reach), none of them round: multiples of the golden ratio, modulo 1."""
    return [to_float(reach * (k * 0.6180339887498949 % 1.0)) for k in range(1, count + 1)]


def points():
    regular = [k / 8 for k in range(8 * 40 + 1)]
    return sorted(set(regular + irregular(150, 4) + irregular(150, 26) + [to_float(t) for t in SPECIAL]))


def table():
    lines = [
        "// Made by scripts/generate/make_normal_table.py. Do not edit: change the program and run it with --write.",
        "// {t, phi(t), Phi(-t), Phi(t)}",
        "// clang-format off",
    ]
    for t in points():
        x = mp.mpf(t)
        density = mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)
        lower = mp.erfc(x / mp.sqrt(2)) / 2
        row = [t] + [float(value) for value in (density, lower, 1 - lower)]
        lines.append("{" + ", ".join(value.hex() for value in row) + "},")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    made_file.run(__doc__, TABLE, table)
