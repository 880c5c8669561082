"""What a user would write with Numba for CUDA: one thread for each pixel, Python's math."""

import math

import numpy as np
from numba import cuda

from contestant import CONVERGED, DEAD, DIVERGED, STALLED, UNFINISHED, problem, serve

THREADS = 256


def main():
    p = problem()
    real = p.real
    # Constants of the precision in use, or everything would be computed in double.
    beta, gamma, eta, delta, tol = (real(v) for v in (p.beta, p.gamma, p.eta, p.delta, p.tol))
    rest, epsilon = real(1 - p.beta), real(p.epsilon)
    reach, target = real(p.rho * p.target), real(p.target)
    zero, one, half, million = real(0), real(1), real(0.5), real(1e6)
    root, density_at_zero = real(0.7071067811865475), real(0.3989422804014327)
    max_steps = p.max_steps

    @cuda.jit(fastmath=False)
    def trajectories(starts_w, starts_b, fate, steps):
        i = cuda.grid(1)
        if i >= starts_w.size:
            return
        w, b = starts_w[i], starts_b[i]
        momentum_w, momentum_b = zero, zero
        limit = million * (math.sqrt(w * w + b * b) + target)
        was_at_rest = False
        result = UNFINISHED
        step = 0
        while step < max_steps:
            step += 1
            s = abs(w)
            sign = -one if w < zero else one
            t = b / s
            active = half * math.erfc(-t * root)
            density = density_at_zero * math.exp(-half * t * t)
            g = gamma * sign
            gradient_w = active * (w - gamma) + density * (t * g - delta) * sign
            gradient_b = active * (b - delta) + density * (s - g)
            momentum_w = beta * momentum_w + rest * gradient_w
            momentum_b = beta * momentum_b + rest * gradient_b
            w -= eta * momentum_w
            b -= eta * momentum_b
            if not math.sqrt(w * w + b * b) <= limit:
                result = DIVERGED
                break
            at_rest = (
                eta * math.sqrt(momentum_w * momentum_w + momentum_b * momentum_b) < tol
                and eta * math.sqrt(gradient_w * gradient_w + gradient_b * gradient_b) < tol
            )
            if at_rest and was_at_rest:
                away_w, away_b = w - gamma, b - delta
                if math.sqrt(away_w * away_w + away_b * away_b) <= reach:
                    result = CONVERGED
                elif half * math.erfc(-b / abs(w) * root) < epsilon:
                    result = DEAD
                else:
                    result = STALLED
                break
            was_at_rest = at_rest
        fate[i] = result
        steps[i] = step

    w, b = cuda.to_device(p.w), cuda.to_device(p.b)
    fate, steps = cuda.device_array(p.w.size, np.int8), cuda.device_array(p.w.size, np.int32)

    def run():
        trajectories[(p.w.size + THREADS - 1) // THREADS, THREADS](w, b, fate, steps)
        cuda.synchronize()

    serve(p, run, lambda: (fate.copy_to_host(), steps.copy_to_host()))


if __name__ == "__main__":
    main()
