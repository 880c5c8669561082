#!/usr/bin/env python3
"""Makes include/deadcone/numeric/normal_coefficients.hpp: the polynomials behind the normal density and distribution.

Two functions are approximated, each by the smallest form that keeps well inside the accuracy that normal.hpp promises:

  2^f on [-1/2, 1/2], times 2^8/sqrt(2 pi)    a polynomial (relative error)
  Mills' ratio M(x) = Phi(-x)/phi(x), x >= 0   a rational function P(x)/Q(x), Q monic (relative error)

Both fits minimise the largest relative error by Lawson's reweighting of a least-squares problem, solved in 60 digits.
All coefficients of P and Q come out positive, so for x >= 0 no sum cancels.

  scripts/generate/fit_normal.py            print the header
  scripts/generate/fit_normal.py --write    write it
  scripts/generate/fit_normal.py --check    exit 1 if the header in the tree is not what this program makes
"""

import pathlib
import sys

import mpmath as mp

import made_file
from fitting import chebyshev_nodes, lawson, literal, polynomial, table, to_float

mp.mp.dps = 60

# phi is computed as (2^HEADROOM 2^f / sqrt(2 pi)) 2^(n - HEADROOM). Where the last factor has the exponent field 0 it is
# exactly zero, so phi jumps to zero while it, and phi times Mills' ratio, are still normal numbers: no denormals.
HEADROOM = 8
HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/deadcone/numeric/normal_coefficients.hpp"


def mills_ratio(x):
    return mp.sqrt(mp.pi / 2) * mp.erfc(x / mp.sqrt(2)) * mp.exp(x * x / 2)


def fit_exp2(degree):
    """Polynomial for 2^f * 2^HEADROOM/sqrt(2 pi), |f| <= 1/2."""
    nodes = [u - mp.mpf(1) / 2 for u in chebyshev_nodes(12 * (degree + 1))]
    values = [2**HEADROOM / mp.sqrt(2 * mp.pi) * mp.power(2, f) for f in nodes]
    lhs = [[f**j / v for j in range(degree + 1)] for f, v in zip(nodes, values)]
    rhs = [mp.mpf(1)] * len(nodes)
    return lawson(
        lambda _: (lhs, rhs),
        lambda c: [mp.polyval(c[::-1], f) / v - 1 for f, v in zip(nodes, values)],
        iterations=30,
    )


def fit_mills(degree, largest):
    """P of `degree` over monic Q of `degree` + 1 on [0, largest]; the linearised problem is weighted by the last Q."""
    scale = 2  # x = scale u / (1 - u) spreads the nodes where M bends
    top = mp.mpf(largest) / (largest + scale)
    nodes = [scale * u * top / (1 - u * top) for u in chebyshev_nodes(12 * (2 * degree + 3))]
    values = [mills_ratio(x) for x in nodes]
    split = degree + 1

    def denominator(state, x):
        if state is None:
            return (1 + x) ** split
        return mp.polyval([mp.mpf(1)] + state[split:][::-1], x)

    def rows(state):
        lhs, rhs = [], []
        for x, v in zip(nodes, values):
            q = v * denominator(state, x)
            lhs.append([x**j / q for j in range(split)] + [-v * x**j / q for j in range(split)])
            rhs.append(v * x**split / q)
        return lhs, rhs

    def errors_of(state):
        return [mp.polyval(state[:split][::-1], x) / denominator(state, x) / v - 1 for x, v in zip(nodes, values)]

    error, state = lawson(rows, errors_of, iterations=25)
    if min(state) <= 0:
        sys.exit("fit_normal: a coefficient of Mills' ratio is not positive; choose another degree")
    return error, state[:split], state[split:]


def precision_block(real, single, exp_degree, mills_degree, bias, mantissa):
    exp_error, exp2 = fit_exp2(exp_degree)
    exact_rate = -mp.log(mp.e, 2) / 2
    high = to_float(exact_rate) if single else float(exact_rate)
    low = exact_rate - mp.mpf(high)
    # The largest |t|: there 2^(n - HEADROOM) has the exponent field 0, which makes the density exactly zero.
    smallest_n = HEADROOM - bias
    zero_from = mp.sqrt((smallest_n + mp.mpf(1) / 2) / exact_rate)
    largest = mp.sqrt(smallest_n / exact_rate)
    mills_error, numerator, denominator = fit_mills(mills_degree, mp.ceil(largest))
    magic = mp.mpf(1.5) * 2**mantissa + bias - HEADROOM
    rate = f"""  /// -log2(e)/2{"" if single else " as a sum of two numbers"}.
  static constexpr {real} rate_high = {literal(high, single)};
"""
    if not single:
        rate += f"  static constexpr {real} rate_low = {literal(low, single)};\n"
    rate += f"  static constexpr bool has_low_parts = {'false' if single else 'true'};\n"
    return f"""
{table("exp2", real, exp2, single, f"2^{HEADROOM}/sqrt(2 pi) 2^f for |f| <= 1/2, relative error {mp.nstr(exp_error, 2)}.")}
{table("mills_numerator", real, numerator, single, f"Mills' ratio for 0 <= x <= largest_t, relative error {mp.nstr(mills_error, 2)}: numerator.")}
{table("mills_denominator", real, denominator, single, "Mills' ratio: denominator, monic.")}
template <>
struct NormalCoefficients<{real}> {{
{rate}  /// Adding it rounds to an integer n and leaves n + {bias - HEADROOM} in the lowest bits: the exponent field of 2^(n-{HEADROOM}).
  static constexpr {real} round_to_exponent = {literal(magic, single)};
  /// |t| is clamped to this; the density is exactly zero from {mp.nstr(zero_from, 6)} on.
  static constexpr {real} largest_t = {literal(largest, single)};

{polynomial("polynomial", "exp2", "f", real)}
{polynomial("polynomial", "mills_numerator", "x", real)}
{polynomial("monic_polynomial", "mills_denominator", "x", real)}
}};
"""


def header():
    return (
        """#pragma once

// Made by scripts/generate/fit_normal.py, which explains the fits. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct NormalCoefficients;
"""
        + precision_block("float", True, exp_degree=5, mills_degree=3, bias=127, mantissa=23)
        + precision_block("double", False, exp_degree=10, mills_degree=9, bias=1023, mantissa=52)
        + """
}  // namespace deadcone::numeric
"""
    )


if __name__ == "__main__":
    made_file.run(__doc__, HEADER, header)
