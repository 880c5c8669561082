#!/usr/bin/env python3
"""Makes include/deadcone/unit/activation/coefficients.hpp: the sums that stand for integrals in the averages of units.

The logistic function S(z) = 1/(1 + exp(-z)) is a scale mixture of normal distributions: S(z) is the integral of Phi(z/tau)
over tau > 0 with the density 2 tau sum over j >= 1 of (-1)^(j+1) j^2 exp(-j^2 tau^2/2), that of twice Kolmogorov's variable
(Andrews and Mallows, 1974). The trapezoid rule in log tau gives S(z) = sum of c_i Phi(z/tau_i). Differentiated by the exponent
of its power of cosh, the same mixture gives log(2 cosh(z/2)) S'(z) = sum of d_i phi(z/tau_i)/tau_i, where each term j of the
density has the factor 1 - H_j - 1/(2j) + j tau^2/2, H_j = 1 + 1/2 + ... + 1/j. docs/units.md says what they are for.

  scripts/generate/make_activation_coefficients.py            print the header
  scripts/generate/make_activation_coefficients.py --write    write it
  scripts/generate/make_activation_coefficients.py --check    exit 1 if the header in the tree is not what this program makes
"""

import pathlib

import mpmath as mp

import made_file
from fit_normal import table

mp.mp.dps = 60

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/deadcone/unit/activation/coefficients.hpp"


def logistic_mixture(nodes, narrowest, widest):
    """Lists of tau_i^2, c_i, d_i for widths in geometric progression between the two, which are given as text."""
    narrowest, widest = mp.mpf(narrowest), mp.mpf(widest)
    step = mp.log(widest / narrowest) / (nodes - 1)
    variances, weights, log_cosh_weights = [], [], []
    for i in range(nodes):
        variance = (narrowest * mp.exp(step * i)) ** 2
        density = log_cosh = harmonic = mp.mpf(0)
        for j in range(1, 80):  # exp(-80^2 0.36^2/2) is 1e-180
            harmonic += mp.mpf(1) / j
            term = (-1) ** (j + 1) * j * j * mp.exp(-j * j * variance / 2)
            density += term
            log_cosh += term * (1 - harmonic - mp.mpf(1) / (2 * j) + j * variance / 2)
        variances.append(variance)
        weights.append(2 * variance * step * density)
        log_cosh_weights.append(2 * variance * step * log_cosh)
    return variances, weights, log_cosh_weights


def gauss_legendre(nodes):
    """Lists of nodes and weights on (0, 1)."""
    points, weights = [], []
    for i in range(nodes):
        x = mp.cos(mp.pi * (i + mp.mpf(3) / 4) / (nodes + mp.mpf(1) / 2))
        for _ in range(8):  # Newton's iteration on Legendre's polynomial
            last, value = mp.mpf(1), x
            for n in range(1, nodes):
                last, value = value, ((2 * n + 1) * x * value - n * last) / (n + 1)
            slope = nodes * (x * value - last) / (x * x - 1)
            x -= value / slope
        points.append((1 + x) / 2)
        weights.append(1 / ((1 - x * x) * slope * slope))
    return points, weights


def zero_of(f, near):
    return mp.findroot(f, mp.mpf(near))


def literal_list(name, real, numbers, comment):
    return table(name, real, list(reversed(numbers)), real == "float", comment)


def structure(name, real, nodes, members):
    functions = "\n".join(
        f"""  template <class T>
  DEADCONE_HD_INLINE static T {member}(int i) {{
    return T({stored}_{real}[i]);
  }}"""
        for member, stored in members
    )
    return f"""
template <>
struct {name}<{real}> {{
  static constexpr int nodes = {nodes};
{functions}
}};
"""


def blocks(real, mixture, owen_nodes, lobe_nodes):
    nodes, narrowest, widest = mixture
    variances, weights, log_cosh = logistic_mixture(*mixture)
    text = "\n" + literal_list("logistic_variance", real, variances, f"tau_i^2, tau from {narrowest} to {widest}.")
    text += "\n" + literal_list("logistic_weight", real, weights, "c_i.")
    text += "\n" + literal_list("log_cosh_weight", real, log_cosh, "d_i.")
    text += structure(
        "LogisticMixture",
        real,
        nodes,
        (("variance", "logistic_variance"), ("weight", "logistic_weight"), ("log_cosh_weight", "log_cosh_weight")),
    )
    points, weights = gauss_legendre(owen_nodes)
    text += "\n" + literal_list("owen_square", real, [x * x for x in points], "Squares of Gauss-Legendre nodes on (0, 1).")
    text += "\n" + literal_list(
        "owen_weight", real, [w / mp.sqrt(2 * mp.pi) for w in weights], "Their weights, over sqrt(2 pi)."
    )
    text += structure("OwenRule", real, owen_nodes, (("square", "owen_square"), ("weight", "owen_weight")))
    points, weights = gauss_legendre(lobe_nodes)
    text += "\n" + literal_list("lobe_node", real, points, "Gauss-Legendre nodes on (0, 1).")
    text += "\n" + literal_list("lobe_weight", real, weights, "Their weights.")
    text += structure("LobeRule", real, lobe_nodes, (("node", "lobe_node"), ("weight", "lobe_weight")))
    return text


def constant(name, value, comment):
    return f"/// {comment}\ninline constexpr double {name} = {mp.nstr(value, 17)};\n"


def gelu_and_silu():
    """For z Phi(z) and z S(z), which fall first: where the slope is 0, and its greatest value."""

    def gelu_slope(z):
        return mp.ncdf(z) + z * mp.npdf(z)

    def silu_slope(z):
        up = 1 / (1 + mp.exp(-z))
        return up * (1 + z * (1 - up))

    gelu = zero_of(gelu_slope, -0.75), gelu_slope(mp.sqrt(2))
    silu = zero_of(silu_slope, -1.28), silu_slope(zero_of(lambda z: 2 + z - mp.exp(z) * (z - 2), 2.4))  # (z S)'' = 0
    return gelu, silu


def constants():
    (gelu_zero, gelu_greatest), (silu_zero, silu_greatest) = gelu_and_silu()
    return (
        constant("gelu_slope_zero", gelu_zero, "Where the slope of z Phi(z) is 0.")
        + constant("gelu_greatest_slope", gelu_greatest, "Its greatest value, at sqrt(2).")
        + constant("silu_slope_zero", silu_zero, "Where the slope of z S(z) is 0.")
        + constant("silu_greatest_slope", silu_greatest, "Its greatest value.")
    )


def header():
    return (
        """#pragma once

// Made by scripts/generate/make_activation_coefficients.py, which explains the sums. Do not edit: change the program and run it
// with --write.
// clang-format off

#include "deadcone/numeric/annotations.hpp"

namespace deadcone::unit {

/// S(z) = sum of weight(i) Phi(z/tau_i), and log(2 cosh(z/2)) S'(z) = sum of log_cosh_weight(i) phi(z/tau_i)/tau_i, where
/// variance(i) = tau_i^2.
template <class Real>
struct LogisticMixture;

/// The integral of f(x^2) over x in (0, 1) is sqrt(2 pi) times the sum of weight(i) f(square(i)).
template <class Real>
struct OwenRule;

/// The integral of f over (0, 1) is the sum of weight(i) f(node(i)).
template <class Real>
struct LobeRule;

"""
        + constants()
        + blocks("float", (12, "0.56", "5.2"), owen_nodes=5, lobe_nodes=24)
        + blocks("double", (28, "0.36", "7.6"), owen_nodes=10, lobe_nodes=48)
        + """
}  // namespace deadcone::unit
"""
    )


if __name__ == "__main__":
    made_file.run(__doc__, HEADER, header)
