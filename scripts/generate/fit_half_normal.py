#!/usr/bin/env python3
"""Makes include/deadcone/numeric/half_normal_coefficients.hpp: polynomials for the quantile of |Z|, Z standard normal.

Its argument is the probability c of what lies above: q(c) = Phi^-1(1 - c/2). With p = 1 - c and s = 1 - p^2 = c (2 - c),
q/p is a smooth function of log s (Giles, "Approximating the erfinv function", 2010), which takes three polynomials:

  log2(s)       s = 2^e m, 1 <= m < 2: e + SHIFT + t A(t), t = m - 3/2, is x = log2(s) + SHIFT - a constant (absolute error)
  q/p by x      where s is large; SHIFT puts x around 0 there (relative error)
  q/p by r      r = sqrt(SHIFT - x) - a constant, where s is small (relative error)

The constant in x is whatever makes the error of the logarithm least: the others are fitted to the x that it gives.
All fits minimise the largest error by Lawson's reweighting, in 60 digits.

  scripts/generate/fit_half_normal.py            print the header
  scripts/generate/fit_half_normal.py --write    write it
  scripts/generate/fit_half_normal.py --check    exit 1 if the header in the tree is not what this program makes
"""

import pathlib

import mpmath as mp

import made_file
from fitting import chebyshev_nodes, lawson, literal, polynomial, table

mp.mp.dps = 60

SHIFT = 4
HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/deadcone/numeric/half_normal_coefficients.hpp"


def upper_tail_quantile(c):
    """The x with erfc(x/sqrt(2)) = c, for 0 < c < 1."""
    t = mp.sqrt(-2 * mp.log(c / 2))
    x = t - (mp.mpf("2.30753") + t * mp.mpf("0.27061")) / (1 + t * (mp.mpf("0.99229") + t * mp.mpf("0.04481")))
    for _ in range(5):  # Halley's iteration from three digits
        step = (mp.erfc(x / mp.sqrt(2)) - c) / (2 * mp.npdf(x))
        x += step / (1 - x * step / 2)
    return x


def quantile_over_p(v):
    """q/p where log2(s) = -v."""
    s = mp.power(2, -v)
    p = mp.sqrt(1 - s)
    return upper_tail_quantile(s / (1 + p)) / p


def fit(values, arguments, degree, weights):
    """Coefficients, lowest power first, that make the largest error times its weight least, and that error."""
    lhs = [[x**j * w for j in range(degree + 1)] for x, w in zip(arguments, weights)]
    rhs = [v * w for v, w in zip(values, weights)]
    return lawson(
        lambda _: (lhs, rhs),
        lambda c: [(mp.polyval(c[::-1], x) - v) * w for x, v, w in zip(arguments, values, weights)],
        iterations=20,
    )


def fit_logarithm(degree):
    nodes = [u - mp.mpf(1) / 2 for u in chebyshev_nodes(5 * (degree + 1))]
    return fit([mp.log(t + mp.mpf(3) / 2, 2) for t in nodes], nodes, degree, [mp.mpf(1)] * len(nodes))


def fit_center(degree, constant, largest):
    """q/p by x for v = -log2(s) from 0 to `largest`."""
    nodes = [largest * u for u in chebyshev_nodes(5 * (degree + 1))]
    values = [quantile_over_p(v) for v in nodes]
    return fit(values, [SHIFT - v - constant for v in nodes], degree, [1 / y for y in values])


def fit_tail(degree, constant, smallest, largest, middle):
    """q/p by r for v from `smallest` to `largest`."""
    def root(v):
        return mp.sqrt(v + constant)

    low, high = root(smallest), root(largest)
    roots = [low + (high - low) * u for u in chebyshev_nodes(5 * (degree + 1))]
    values = [quantile_over_p(r * r - constant) for r in roots]
    return fit(values, [r - middle for r in roots], degree, [1 / y for y in values])


def precision_block(real, single, degrees, bound, largest, middle):
    """`bound` is the v where the tail begins, `largest` that of the smallest c."""
    log_error, logarithm = fit_logarithm(degrees[0])
    constant, logarithm = logarithm[0], logarithm[1:]
    overlap = mp.mpf("0.01")  # x is rounded
    center_error, center = fit_center(degrees[1], constant, bound + overlap)
    tail_error, tail = fit_tail(degrees[2], constant, bound - overlap, largest + overlap, middle)
    below = mp.power(2, -bound)
    below = below / (1 + mp.sqrt(1 - below))
    return f"""
{table("half_normal_log2", real, logarithm, single, f"(log2(3/2 + t) - {mp.nstr(constant, 6)})/t for |t| <= 1/2; absolute error of the logarithm {mp.nstr(log_error, 2)}.")}
{table("half_normal_center", real, center, single, f"q/p by x, relative error {mp.nstr(center_error, 2)}.")}
{table("half_normal_tail", real, tail, single, f"q/p by r in the tail, relative error {mp.nstr(tail_error, 2)}.")}
template <>
struct HalfNormalCoefficients<{real}> {{
  static constexpr int shift = {SHIFT};
  /// The tail is where x is no more than that: c < {mp.nstr(below, 3)}.
  static constexpr {real} tail_up_to = {literal(SHIFT - bound - constant, single)};
  static constexpr {real} tail_middle = {literal(mp.mpf(middle), single)};

{polynomial("polynomial", "half_normal_log2", "t", real).replace(" half_normal_log2(T", " log2(T")}
{polynomial("polynomial", "half_normal_center", "x", real).replace(" half_normal_center(T", " center(T")}
{polynomial("polynomial", "half_normal_tail", "r", real).replace(" half_normal_tail(T", " tail(T")}
}};
"""


def header():
    return (
        """#pragma once

// Made by scripts/generate/fit_half_normal.py, which explains the fits. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct HalfNormalCoefficients;
"""
        + precision_block("float", True, degrees=(7, 10, 6), bound=mp.mpf("10.8"), largest=23, middle=4)
        + precision_block("double", False, degrees=(18, 24, 26), bound=mp.mpf("10.4"), largest=52, middle=5.25)
        + """
}  // namespace deadcone::numeric
"""
    )


if __name__ == "__main__":
    made_file.run(__doc__, HEADER, header)
