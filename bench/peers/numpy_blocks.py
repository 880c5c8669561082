"""What a user would write with NumPy and SciPy: blocks of pixels that fit in the cache, one thread for each core.

Pixels that have ended leave their block whenever half of it has.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.special import ndtr

from contestant import CONVERGED, DEAD, DIVERGED, STALLED, UNFINISHED, problem, serve

BLOCK = 16384
INVERSE_ROOT_TWO_PI = 0.3989422804014327


def norm(a, b):
    return np.sqrt(a * a + b * b)


def block(p, w, b, fate, steps):
    real = p.real
    beta, rest, eta, gamma, delta = (real(x) for x in (p.beta, 1 - p.beta, p.eta, p.gamma, p.delta))
    limit = real(1e6) * (norm(w, b) + real(p.target))
    momentum_w, momentum_b = np.zeros_like(w), np.zeros_like(b)
    was_at_rest, alive = np.zeros(w.size, bool), np.ones(w.size, bool)
    pixel = np.arange(w.size)
    for step in range(1, p.max_steps + 1):
        s, sign = np.abs(w), np.sign(w)
        t = b / s
        active = ndtr(t)
        density = real(INVERSE_ROOT_TWO_PI) * np.exp(real(-0.5) * t * t)
        g = gamma * sign
        gradient_w = active * (w - gamma) + density * (t * g - delta) * sign
        gradient_b = active * (b - delta) + density * (s - g)
        momentum_w = beta * momentum_w + rest * gradient_w
        momentum_b = beta * momentum_b + rest * gradient_b
        w, b = w - eta * momentum_w, b - eta * momentum_b

        diverged = ~(norm(w, b) <= limit)
        at_rest = (eta * norm(momentum_w, momentum_b) < p.tol) & (eta * norm(gradient_w, gradient_b) < p.tol)
        ended = alive & (diverged | (at_rest & was_at_rest))
        was_at_rest = at_rest
        if not ended.any():
            continue
        end_w, end_b = w[ended], b[ended]
        near = norm(end_w - gamma, end_b - delta) <= real(p.rho * p.target)
        silent = ndtr(end_b / np.abs(end_w)) < p.epsilon
        ends = np.where(diverged[ended], DIVERGED, np.where(near, CONVERGED, np.where(silent, DEAD, STALLED)))
        fate[pixel[ended]], steps[pixel[ended]] = ends, step
        alive &= ~ended
        if 2 * np.count_nonzero(alive) > alive.size:
            continue
        w, b, momentum_w, momentum_b = w[alive], b[alive], momentum_w[alive], momentum_b[alive]
        pixel, limit, was_at_rest, alive = pixel[alive], limit[alive], was_at_rest[alive], alive[alive]
        if not pixel.size:
            return
    fate[pixel[alive]], steps[pixel[alive]] = UNFINISHED, p.max_steps


def main():
    p = problem()

    def run():
        fate, steps = np.empty(p.w.size, np.int8), np.empty(p.w.size, np.int32)
        cuts = [slice(first, first + BLOCK) for first in range(0, p.w.size, BLOCK)]
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(lambda cut: block(p, p.w[cut], p.b[cut], fate[cut], steps[cut]), cuts))
        return fate, steps

    with np.errstate(all="ignore"):
        serve(p, run)


if __name__ == "__main__":
    main()
