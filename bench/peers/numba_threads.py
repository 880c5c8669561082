"""What a user would write with Numba: the scalar loop, compiled, with prange over the pixels."""

import math

import numba
import numpy as np

from contestant import CONVERGED, DEAD, DIVERGED, STALLED, UNFINISHED, problem, serve


@numba.njit(inline="always")
def trajectory(w, b, beta, rest, eta, gamma, delta, tol, rho, epsilon, max_steps, constants):
    zero, one, half, inverse_root_two, inverse_root_two_pi, far = constants
    target = math.sqrt(gamma * gamma + delta * delta)
    limit = far * (math.sqrt(w * w + b * b) + target)
    momentum_w = momentum_b = zero
    was_at_rest = False
    for step in range(1, max_steps + 1):
        s, sign = abs(w), math.copysign(one, w)
        t = b / s
        active = half * math.erfc(-t * inverse_root_two)
        density = inverse_root_two_pi * math.exp(-half * t * t)
        g = gamma * sign
        gradient_w = active * (w - gamma) + density * (t * g - delta) * sign
        gradient_b = active * (b - delta) + density * (s - g)
        momentum_w = beta * momentum_w + rest * gradient_w
        momentum_b = beta * momentum_b + rest * gradient_b
        w -= eta * momentum_w
        b -= eta * momentum_b
        if not math.sqrt(w * w + b * b) <= limit:
            return DIVERGED, step
        at_rest = (
            eta * math.sqrt(momentum_w * momentum_w + momentum_b * momentum_b) < tol
            and eta * math.sqrt(gradient_w * gradient_w + gradient_b * gradient_b) < tol
        )
        if at_rest and was_at_rest:
            away_w, away_b = w - gamma, b - delta
            if math.sqrt(away_w * away_w + away_b * away_b) <= rho * target:
                return CONVERGED, step
            return (DEAD if half * math.erfc(-b / abs(w) * inverse_root_two) < epsilon else STALLED), step
        was_at_rest = at_rest
    return UNFINISHED, max_steps


@numba.njit(parallel=True, error_model="numpy")
def window(w, b, fate, steps, beta, rest, eta, gamma, delta, tol, rho, epsilon, max_steps, constants):
    for i in numba.prange(w.size):
        fate[i], steps[i] = trajectory(
            w[i], b[i], beta, rest, eta, gamma, delta, tol, rho, epsilon, max_steps, constants
        )


def main():
    p = problem()
    numba.set_parallel_chunksize(256)
    reals = [p.real(x) for x in (p.beta, 1 - p.beta, p.eta, p.gamma, p.delta, p.tol, p.rho, p.epsilon)]
    constants = tuple(p.real(x) for x in (0, 1, 0.5, math.sqrt(0.5), 1 / math.sqrt(2 * math.pi), 1e6))

    def run():
        fate, steps = np.empty(p.w.size, np.int8), np.empty(p.w.size, np.int32)
        window(p.w, p.b, fate, steps, *reals, p.max_steps, constants)
        return fate, steps

    serve(p, run)


if __name__ == "__main__":
    main()
