#!/usr/bin/env python3
"""Makes include/deadcone/numeric/mills_coefficients.hpp: Mills' ratio on the whole half-line, with its first moment.

Two functions of x >= 0 share one denominator:

  M(x) = Phi(-x)/phi(x) = integral of exp(-x y - y^2/2) over y > 0             = P(x)/Q(x)
  N(x) = 1 - x M(x)     = the same with one more factor y, near 1/x^2 far out  = R(x)/Q(x)

N would cancel if it were computed from M. So R/Q is fitted to N, with Q and R monic, Q of two degrees more and R(0) = Q(0);
then P = (Q - R)/x. The fit minimises the largest relative error of the two (Lawson's reweighting, 60 digits). All
coefficients come out positive, so no sum cancels.

  scripts/generate/fit_mills.py            print the header
  scripts/generate/fit_mills.py --write    write it
  scripts/generate/fit_mills.py --check    exit 1 if the header in the tree is not what this program makes
"""

import pathlib
import sys

import mpmath as mp

import made_file
from fit_normal import mills_ratio
from fitting import chebyshev_nodes, lawson, table

mp.mp.dps = 60

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/deadcone/numeric/mills_coefficients.hpp"


def ratio_and_moment(x):
    """M and N; far out by the continued fraction, since erfc underflows nowhere but 1 - x M cancels."""
    with mp.workdps(100):
        if x < 30:
            m = mills_ratio(x)
            return +m, 1 - x * m
        # M_n = integral of y^n exp(-x y - y^2/2): M_n/M_(n-1) = n/(x + M_(n+1)/M_n).
        ratio = mp.mpf(0)
        for n in range(120, 0, -1):
            ratio = n / (x + ratio)
        m = 1 / (x + ratio)
        return m, m * ratio


def fit(degree):
    """Coefficients, lowest power first, of P, R and Q; Q has the given degree."""
    scale = 2  # x = scale u / (1 - u) spreads the nodes where the functions bend
    nodes = [scale * u / (1 - u) for u in chebyshev_nodes(8 * (2 * degree + 3))]
    values = [ratio_and_moment(x) for x in nodes]
    free_of_r = degree - 2  # r_0 to r_(degree-3); then q_1 to q_(degree-1)

    def numerator(state, x):
        return mp.polyval([mp.mpf(1)] + state[:free_of_r][::-1], x)

    def denominator(state, x):
        if state is None:
            return (1 + x) ** degree
        return mp.polyval([mp.mpf(1)] + state[free_of_r:][::-1] + [state[0]], x)

    def rows(state):
        lhs, rhs = [], []
        for x, (m, n) in zip(nodes, values):
            q = denominator(state, x) * min(n, x * m)
            of_r = [(x**j - (n if j == 0 else 0)) / q for j in range(free_of_r)]
            lhs.append(of_r + [-n * x**j / q for j in range(1, degree)])
            rhs.append((n * x**degree - x ** (degree - 2)) / q)
        return lhs, rhs

    def errors_of(state):
        return [
            (numerator(state, x) / denominator(state, x) - n) / min(n, x * m) for x, (m, n) in zip(nodes, values)
        ]

    error, state = lawson(rows, errors_of, iterations=20)
    r = state[:free_of_r] + [mp.mpf(1)]
    q = [state[0]] + state[free_of_r:] + [mp.mpf(1)]
    p = [q[j + 1] - (r[j + 1] if j + 1 < len(r) else 0) for j in range(degree)]
    if min(p + q + r) <= 0:
        sys.exit("fit_mills: a coefficient is not positive; choose another degree")
    return error, p, r, q


def precision_block(real, single, degree):
    error, p, r, q = fit(degree)
    # The leading coefficients, 1, are not stored.
    text = table("mills_ratio", real, p[:-1], single, f"Mills' ratio: monic numerator; relative error {mp.nstr(error, 2)}.")
    text += "\n" + table("mills_moment", real, r[:-1], single, f"1 - x M(x): monic numerator; relative error {mp.nstr(error, 2)}.")
    text += "\n" + table("mills_common", real, q[:-1], single, "The denominator of both, monic.")
    functions = "\n".join(
        f"""  template <class T>
  DEADCONE_HD static T {name}(T x, T x_squared) {{
    return monic_polynomial(x, x_squared, mills_{stored}_{real});
  }}"""
        for name, stored in (("ratio", "ratio"), ("moment", "moment"), ("denominator", "common"))
    )
    largest = 2 ** (110 // degree) if single else 2 ** (900 // degree)
    return f"""
{text}
template <>
struct MillsCoefficients<{real}> {{
  /// From here on the denominator may overflow.
  static constexpr {real} largest_x = 0x1p+{largest.bit_length() - 1}{"F" if single else ""};

{functions}
}};
"""


def header():
    return (
        """#pragma once

// Made by scripts/generate/fit_mills.py, which explains the fit. Do not edit: change the program and run it with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"
#include "deadcone/numeric/arithmetic.hpp"

namespace deadcone::numeric {

template <class Real>
struct MillsCoefficients;
"""
        + precision_block("float", True, degree=6)
        + precision_block("double", False, degree=12)
        + """
}  // namespace deadcone::numeric
"""
    )


if __name__ == "__main__":
    made_file.run(__doc__, HEADER, header)
