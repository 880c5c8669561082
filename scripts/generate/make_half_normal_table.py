#!/usr/bin/env python3
"""Makes tests/numeric/half_normal_table.inc: the quantile of |Z| in 50 digits, for tests/numeric/half_normal_test.cpp.

Every c is one that random numbers are made from: an odd multiple of 2^-24 (float) or of 2^-53 (double), exact. Each value is
rounded to double once.

  scripts/generate/make_half_normal_table.py            print the table
  scripts/generate/make_half_normal_table.py --write    write it
  scripts/generate/make_half_normal_table.py --check    exit 1 if the table in the tree is not what this program makes
"""

import pathlib

import mpmath as mp

import made_file
from fit_half_normal import upper_tail_quantile

TABLE = pathlib.Path(__file__).resolve().parents[2] / "tests/numeric/half_normal_table.inc"

# About where the polynomials of the tail begin, 2.81e-4 in float and 3.70e-4 in double, and where 1 - (1 - c)^2 is a power of two.
SPECIAL = [2.80e-4, 2.81e-4, 2.82e-4, 3.69e-4, 3.70e-4, 3.71e-4] + [1 - (1 - 2.0**-k) ** 0.5 for k in range(1, 12)]


def points(bits):
    """u for c = (2 u + 1)/2^(bits + 1): the ends, evenly spread numbers of no pattern, and c near each power of two."""
    count = 2**bits
    ends = list(range(4)) + list(range(count - 4, count)) + [count // 2 - 1, count // 2]
    irregular = [int(count * (k * 0.6180339887498949 % 1.0)) for k in range(1, 120)]
    powers = [2**k + int(2**k * (k * 0.6180339887498949 % 1.0)) for k in range(bits)]
    near_one = [count - 1 - u for u in powers]
    special = [int(c * count) + off for c in SPECIAL for off in (-1, 0, 1)]
    return sorted(set(ends + irregular + powers + near_one + special))


def table():
    mp.mp.dps = 50
    lines = [
        "// Made by scripts/generate/make_half_normal_table.py. Do not edit: change the program and run it with --write.",
        "// {c, q(c)}",
        "// clang-format off",
    ]
    for bits in (23, 52):
        for u in points(bits):
            c = (2 * u + 1) / 2 ** (bits + 1)
            lines.append(f"{{{c.hex()}, {float(upper_tail_quantile(mp.mpf(c))).hex()}}},")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    made_file.run(__doc__, TABLE, table)
