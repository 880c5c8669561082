"""Gradients of units for torch_compiled.py, as their formulas stand in docs/units.md; plain_units.hpp has the same in C++.

A unit has averages(s, b) of z = s u + b, s = |w|: E[sigma' sigma], the same with u, E[sigma'], with u, with u^2; and
activity(w, b), E[|sigma'|] over the greatest |sigma'|.
"""

import math

import numpy as np
import torch

ndtr = torch.special.ndtr
ROOT_HALF = math.sqrt(0.5)


def density(t):
    return 0.3989422804014327 * torch.exp(-0.5 * t * t)


def leaky(leak):
    step, square_step = 1 - leak, 1 - leak * leak

    def averages(s, b):
        t = b / s
        edge, active = density(t), ndtr(t)
        return (
            leak * leak * b + square_step * (s * edge + b * active), s * (leak * leak + square_step * active),
            leak + step * active, step * edge, leak + step * (active - t * edge),
        )  # fmt: skip

    return averages, lambda w, b: averages(torch.abs(w), b)[2]


def elu(alpha):
    def averages(s, b):
        t = b / s
        edge, active = density(t), ndtr(t)

        def half(k):  # E[exp(k z); z < 0]
            d = t + k * s
            far = 0.5 * torch.exp(-0.5 * t * t) * torch.special.erfcx(ROOT_HALF * torch.clamp(d, min=0))
            near = torch.exp(k * (b + 0.5 * k * s * s)) * ndtr(-d)
            return torch.where(d > 0, far, near)

        x1, x2 = half(1), half(2)
        y1 = s * x1 - edge
        z1 = x1 + s * y1 + t * edge
        alpha2 = alpha * alpha
        return (
            s * edge + b * active + alpha2 * (x2 - x1), s * (active + alpha2 * (2 * x2 - x1)), active + alpha * x1,
            edge + alpha * y1, active - t * edge + alpha * z1,
        )  # fmt: skip

    return averages, lambda w, b: averages(torch.abs(w), b)[2]


def absolute_slope(slope, greatest):
    """E[|sigma'(z)|] over the greatest |sigma'|, by the trapezoid rule: for a unit that falls, too."""

    def activity(w, b):
        u = torch.linspace(-8.5, 8.5, 257, dtype=torch.float64, device=w.device)
        z = torch.abs(w).double()[:, None] * u + b.double()[:, None]
        return (torch.abs(slope(z)) @ density(u)) * (17 / 256) / greatest

    return activity


def gelu(real):
    node, weight = np.polynomial.legendre.leggauss(5 if real == np.float32 else 10)
    rule = [(float(x), float(w)) for x, w in zip(((1 + node) / 2) ** 2, weight / (4 * np.pi))]

    def averages(s, b):
        s2 = s * s
        over_r2, over_k2 = 1 / (1 + s2), 1 / (1 + 2 * s2)
        over_r, over_k = torch.sqrt(over_r2), torch.sqrt(over_k2)
        h = b * over_r
        h2, c, q = h * h, s2 * over_r2, 1 + over_k2
        edge, gate = density(h), ndtr(h)
        b0 = gate + h * edge * over_r2
        # Owen's T
        owen = 0
        for square, of in rule:
            x = 1 + over_k2 * square
            owen = owen + of * torch.exp(-0.5 * h2 * x) / x
        g0 = gate - 2 * over_k * owen
        e1, e2 = edge * ndtr(h * over_k), edge * density(h * over_k) * over_k
        g1, g2, g3 = 2 * e1, 2 * (e2 - h * e1), 2 * ((h2 - 1) * e1 - h * (1 + q) * e2)
        g4 = 2 * ((3 * h - h * h2) * e1 + (h2 * (1 + q + q * q) - (2 + q)) * e2)
        return (
            torch.sqrt(1 + s2) * (h * g0 + (h2 + 3 * c) / 2 * g1 + h * c * g2 + c * c / 2 * g3),
            s * (g0 + 2 * h * g1 + (h2 + 5 * c) / 2 * g2 + h * c * g3 + c * c / 2 * g4), b0,
            s * over_r * edge * (1 + (1 - h2) * over_r2), b0 - c * h * edge * (1 + (3 - h2) * over_r2),
        )  # fmt: skip

    return averages, absolute_slope(lambda z: ndtr(z) + z * density(z), 1.1289041451851548)


def mixture(count):
    """(variance, weight) of normal distributions whose sum is the logistic function: the trapezoid rule in log k for the integral
    of Phi(z/2k) f(k), f Kolmogorov's density."""
    tau = np.geomspace(*((0.56, 5.2) if count == 12 else (0.36, 7.6)), count)
    j = np.arange(60, 0, -1)[:, None]
    k = tau / 2
    weight = k * np.log(tau[1] / tau[0]) * 8 * k * ((-1.0) ** (j + 1) * j**2 * np.exp(-2 * j**2 * k**2)).sum(0)
    return [(float(a), float(b)) for a, b in zip(tau**2, weight)]


def silu(real):
    nodes = mixture(12 if real == np.float32 else 28)

    def averages(s, b):
        s2, b2 = s * s, b * b
        d0, m = 0, [0] * 5
        for variance, weight in nodes:
            over_rho2 = 1 / (variance + s2)
            over_rho = torch.sqrt(over_rho2)
            h = b * over_rho
            d0 = d0 + weight * ndtr(h)
            term = weight * density(h) * over_rho
            for i in range(5):
                m[i] = m[i] + term
                term = term * over_rho2
        d1, d2, d3 = m[0], -b * m[1], b2 * m[2] - m[1]
        d4, d5 = -b * (b2 * m[3] - 3 * m[2]), b2 * (b2 * m[4] - 6 * m[3]) + 3 * m[2]
        f0, f1, f2, f3, f4 = d0 - d1, d1 - d2, d2 - d3, d3 - d4, d4 - d5
        b0 = d0 + b * d1 + s2 * d2
        return (
            b * f0 + (b2 + 3 * s2) / 2 * f1 + b * s2 * f2 + s2 * s2 / 2 * f3,
            s * (f0 + 2 * b * f1 + (b2 + 5 * s2) / 2 * f2 + b * s2 * f3 + s2 * s2 / 2 * f4), b0,
            s * (2 * d1 + b * d2 + s2 * d3), b0 + s2 * (3 * d2 + b * d3 + s2 * d4),
        )  # fmt: skip

    def slope(z):
        gate = torch.sigmoid(z)
        return gate * (1 + z * (1 - gate))

    return averages, absolute_slope(slope, 1.0998393201288669)


def unit(p):
    """gradient(w, b) and activity(w, b) of the unit of a problem."""
    name, _, constant = p.unit.partition(":")
    if name == "relu":

        def gradient(w, b):
            s, sign = torch.abs(w), torch.sign(w)
            t = b / s
            active, edge = ndtr(t), density(t)
            g = p.gamma * sign
            return (
                active * (w - p.gamma) + edge * (t * g - p.delta) * sign,
                active * (b - p.delta) + edge * (s - g),
            )

        return gradient, lambda w, b: ndtr(b / torch.abs(w))
    makers = {"leaky": lambda: leaky(float(constant)), "elu": lambda: elu(float(constant)), "gelu": lambda: gelu(p.real),
              "silu": lambda: silu(p.real)}  # fmt: skip
    averages, activity = makers[name]()

    def gradient(w, b):
        sign = torch.sign(w)
        g = p.gamma * sign
        a0, a1, b0, b1, b2 = averages(torch.abs(w), b)
        return sign * (a1 - p.delta * b1 - g * b2), a0 - p.delta * b0 - g * b1

    return gradient, activity
