#!/usr/bin/env python3
"""Makes tests/unit/activation_table.inc: averages of every unit by quadrature in 50 digits, for tests/unit/activation_test.cpp.

With z = s u + b, u ~ N(0, 1), a row has s, b and

  E[sigma' sigma He_n(u)] for n = 0..3 and E[sigma' He_n(u)] for n = 0..4, those from n = 1 on over s: the n-th derivatives by b,
  times s^(n-1), since d^n/db^n E[f(z)] = E[f(z) He_n(u)]/s^n;
  E[sigma], E[sigma^2]/2, E[|sigma'|] over the greatest |sigma'|.

Nothing here knows the closed forms. Smooth integrands are summed by the trapezoid rule, whose step follows from how far they are
analytic; those with a kink by Gauss-Legendre panels on either side. s and b are exact in float.

  scripts/generate/make_activation_table.py            print the table
  scripts/generate/make_activation_table.py --write    write it
  scripts/generate/make_activation_table.py --check    exit 1 if the table in the tree is not what this program makes
  scripts/generate/make_activation_table.py --check --every 5    the same of every fifth row
"""

import functools
import math
import pathlib
from decimal import Decimal, getcontext

import mpmath as mp

import made_file
from make_activation_coefficients import gauss_legendre, gelu_and_silu

DIGITS = 50
getcontext().prec = DIGITS
mp.mp.dps = DIGITS

TABLE = pathlib.Path(__file__).resolve().parents[2] / "tests/unit/activation_table.inc"

WIDTHS = [2.0**-10, 0.125, 0.75, 2.5, 9.0, 50.0]
BIASES = [-50.0, -7.25, -1.5, -0.25, 0.0, 0.625, 3.0, 20.0, 50.0]
REACH = 15  # exp(-15^2/2) is 1e-49

ONE, ZERO, HALF = Decimal(1), Decimal(0), Decimal("0.5")


def decimal(x):
    return Decimal(mp.nstr(x, DIGITS + 2)) if isinstance(x, mp.mpf) else Decimal(x)


def density(u):
    return (-u * u / 2).exp()  # over sqrt(2 pi), which the sum divides by once


ROOT_TWO_PI = decimal(mp.sqrt(2 * mp.pi))


# Units: sigma and sigma' of a Decimal, places where sigma or sigma' is not smooth, the greatest |sigma'|, and for smooth ones how
# the step of the trapezoid rule follows from s.


def leaky(a):
    return lambda z: (z, ONE) if z > 0 else (a * z, a)


def elu(alpha, scale):
    def unit(z):
        if z > 0:
            return scale * z, scale
        e = z.exp()
        return scale * alpha * (e - 1), scale * alpha * e

    return unit


def clip(lo, hi):
    return lambda z: (lo, ZERO) if z < lo else (hi, ZERO) if z > hi else (z, ONE)


def logistic(z):
    """S and 1 - S, each as accurate."""
    e = (-abs(z)).exp()
    near, far = 1 / (1 + e), e / (1 + e)
    return (near, far) if z > 0 else (far, near)


def sigmoid(z):
    up, down = logistic(z)
    return up, up * down


def tanh(z):
    up, down = logistic(2 * z)
    return up - down, 4 * up * down


def silu(z):
    up, down = logistic(z)
    return z * up, up + z * up * down


def softplus(z):
    return max(z, ZERO) + (1 + (-abs(z)).exp()).ln(), logistic(z)[0]


def gelu(z):
    if z > 15 or z < -15:
        return (z, ONE) if z > 0 else (ZERO, ZERO)
    distribution = decimal(mp.erfc(mp.mpf(str(-z)) / mp.sqrt(2)) / 2)
    return z * distribution, distribution + z * density(z) / ROOT_TWO_PI


def poles_at(distance):
    """The error of step h is exp(-2 pi distance/(s h)), and exp(-2 pi^2/h^2) by the density."""
    return lambda s: min(0.38, 2 * math.pi * distance / (s * 110))


def gaussian(s):
    """A Gaussian of z: exp(-pi^2/(h^2 (1/2 + s^2)))."""
    return math.pi / math.sqrt(110 * (0.5 + s * s))


SELU_ALPHA, SELU_SCALE = Decimal("1.6732632423543772848170429916717"), Decimal("1.0507009873554804934193349852946")
GELU, SILU = gelu_and_silu()
UNITS = {
    "relu": (leaky(ZERO), [0], 1, None),
    "leaky:0.125": (leaky(Decimal("0.125")), [0], 1, None),
    "leaky:-0.25": (leaky(Decimal("-0.25")), [0], 1, None),
    "elu:1": (elu(ONE, ONE), [0], 1, None),
    "elu:0.5": (elu(HALF, ONE), [0], 1, None),
    "selu": (elu(SELU_ALPHA, SELU_SCALE), [0], SELU_ALPHA * SELU_SCALE, None),
    "hardtanh": (clip(-ONE, ONE), [-1, 1], 1, None),
    "relu6": (clip(ZERO, Decimal(6)), [0, 6], 1, None),
    "clip:-0.5:2": (clip(-HALF, Decimal(2)), [-0.5, 2], 1, None),
    "gelu": (gelu, [], decimal(GELU[1]), gaussian),
    "sigmoid": (sigmoid, [], Decimal("0.25"), poles_at(math.pi)),
    "tanh": (tanh, [], 1, poles_at(math.pi / 2)),
    "silu": (silu, [], decimal(SILU[1]), poles_at(math.pi)),
    "softplus": (softplus, [], 1, poles_at(math.pi)),
}
FALLING_BELOW = {"gelu": decimal(GELU[0]), "silu": decimal(SILU[0])}


@functools.cache
def trapezoid(step):
    """(u, step phi(u)) of the whole line; the step is rounded down to a short number."""
    count = int(REACH / step)
    return [(u, step * density(u)) for u in (step * k for k in range(-count, count + 1))]


@functools.cache
def panel_rule():
    points, weights = gauss_legendre(40)
    return [(decimal(x), decimal(w)) for x, w in zip(points, weights)]


def panels(first, last, longest):
    """(u, weight times phi(u)) of panels at most `longest` long from `first` to `last`, as far as the density reaches."""
    first, last = max(first, Decimal(-REACH)), min(last, Decimal(REACH))
    if not first < last:
        return []
    count = math.ceil((last - first) / longest)
    width = (last - first) / count
    starts = [first + width * k for k in range(count)]
    return [(u, w * width * density(u)) for start in starts for u, w in ((start + width * x, w) for x, w in panel_rule())]


def pieces(kinks, s, b, is_curved):
    """Quadrature of each piece between the kinks, given by z. Where sigma is curved a panel is at most 8 long in z, too."""
    ends = [Decimal(-REACH)] + [(decimal(kink) - b) / s for kink in kinks] + [Decimal(REACH)]
    longest = min(Decimal(2), 8 / s) if is_curved else Decimal(2)
    return [panels(first, last, longest) for first, last in zip(ends, ends[1:])]


def row(name, width, bias):
    unit, kinks, greatest, step = UNITS[name]
    s, b = decimal(width), decimal(bias)
    if step is None:
        nodes = [node for piece in pieces(kinks, s, b, name.startswith(("elu", "selu"))) for node in piece]
    else:
        nodes = trapezoid(Decimal(f"{step(width):.1e}"))
    a, slopes, mean, square, size = [ZERO] * 4, [ZERO] * 5, ZERO, ZERO, ZERO
    for u, weight in nodes:
        value, slope = unit(s * u + b)
        mean += weight * value
        square += weight * value * value
        if slope == 0:
            continue
        size += weight * abs(slope)
        last, hermite = ZERO, weight * slope
        for n in range(5):
            slopes[n] += hermite
            if n < 4:
                a[n] += hermite * value
            last, hermite = hermite, u * hermite - n * last
    if name in FALLING_BELOW:
        size = slopes[0] - 2 * sum(weight * unit(s * u + b)[1] for u, weight in pieces([FALLING_BELOW[name]], s, b, True)[0])
    numbers = a[:1] + [x / s for x in a[1:]] + slopes[:1] + [x / s for x in slopes[1:]] + [mean, square / 2, size / greatest]
    return [float(x / ROOT_TWO_PI) for x in numbers]


HEAD = [
    "// Made by scripts/generate/make_activation_table.py. Do not edit: change the program and run it with --write.",
    "// {unit, s, b, {A and its derivatives}, {B and its derivatives}, H, Q, activity}",
    "// clang-format off",
]
ROWS = [(name, s, b) for name in UNITS for s in WIDTHS for b in BIASES]


def line(name, s, b):
    texts = [f"{x:.17g}" for x in row(name, s, b)]
    groups = ["{" + ", ".join(texts[:4]) + "}", "{" + ", ".join(texts[4:9]) + "}"] + texts[9:]
    return "{" + ", ".join([f'"{name}"', f"{s:.17g}", f"{b:.17g}"] + groups) + "},"


def table():
    return "\n".join([*HEAD, *(line(*where) for where in ROWS)]) + "\n"


def some_lines(every):
    return {len(HEAD) + i: line(*ROWS[i]) for i in range(0, len(ROWS), every)}


if __name__ == "__main__":
    made_file.run(__doc__, TABLE, table, some_lines)
