"""What a user would write with JAX: one while_loop for a trajectory, vmap over the pixels, jit.

Under vmap the loop runs until the last trajectory has ended. On a CPU blocks of neighbours keep that short, so the pixels
are taken in blocks, one after the other, with lax.map; a GPU wants them all at once.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.stats import norm as normal

from contestant import CONVERGED, DEAD, DIVERGED, STALLED, UNFINISHED, problem, serve

CPU_BLOCK = 256


def main():
    p = problem()
    jax.config.update("jax_enable_x64", p.precision == "double")
    real = jnp.float32 if p.precision == "float" else jnp.float64

    def norm(a, b):
        return jnp.sqrt(a * a + b * b)

    def trajectory(start):
        limit = 1e6 * (norm(*start) + p.target)

        def update(state):
            step, w, b, momentum_w, momentum_b, was_at_rest, *_ = state
            s, sign = jnp.abs(w), jnp.sign(w)
            t = b / s
            active, density = normal.cdf(t), normal.pdf(t)
            g = p.gamma * sign
            gradient_w = active * (w - p.gamma) + density * (t * g - p.delta) * sign
            gradient_b = active * (b - p.delta) + density * (s - g)
            momentum_w = p.beta * momentum_w + (1 - p.beta) * gradient_w
            momentum_b = p.beta * momentum_b + (1 - p.beta) * gradient_b
            w, b = w - p.eta * momentum_w, b - p.eta * momentum_b
            at_rest = (p.eta * norm(momentum_w, momentum_b) < p.tol) & (p.eta * norm(gradient_w, gradient_b) < p.tol)
            diverged = ~(norm(w, b) <= limit)
            return step + 1, w, b, momentum_w, momentum_b, at_rest, at_rest & was_at_rest, diverged

        def running(state):
            step, *_, rested, diverged = state
            return ~rested & ~diverged & (step < p.max_steps)

        zero = jnp.zeros((), real)
        state = (0, start[0], start[1], zero, zero, False, False, False)
        step, w, b, *_, rested, diverged = lax.while_loop(running, update, state)
        near = norm(w - p.gamma, b - p.delta) <= p.rho * p.target
        silent = normal.cdf(b / jnp.abs(w)) < p.epsilon
        fate = jnp.where(near, CONVERGED, jnp.where(silent, DEAD, STALLED))
        return jnp.where(diverged, DIVERGED, jnp.where(rested, fate, UNFINISHED)), step

    starts = np.stack([p.w, p.b], axis=1)
    block = min(CPU_BLOCK, len(starts)) if jax.default_backend() == "cpu" else len(starts)
    if len(starts) % block:
        raise SystemExit(f"jax_vmap: the number of pixels must be a multiple of {block}")
    blocks = jnp.asarray(starts.reshape(-1, block, 2), real)
    labels = jax.jit(lambda blocks: lax.map(jax.vmap(trajectory), blocks))

    def run():
        fate, steps = labels(blocks)
        return np.asarray(fate).ravel(), np.asarray(steps).ravel()

    serve(p, run)


if __name__ == "__main__":
    main()
