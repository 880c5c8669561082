"""What a user would write with PyTorch: a masked loop over all pixels, torch.compile for some updates at a time.

Pixels that have ended are taken out whenever half of them have.
"""

import numpy as np
import torch

from contestant import CONVERGED, DEAD, DIVERGED, OTHER_MINIMUM, STALLED, UNFINISHED, problem, serve
from torch_units import unit

# So many that calls cost nothing; fewer of units whose gradient is long, which would be compiled for minutes.
UPDATES_AT_A_TIME = {"gelu": 4, "silu": 1}


def norm(a, b):
    return torch.sqrt(a * a + b * b)


def momentum(p):
    """The numbers that the optimiser remembers, and change(gradient, them, beta, eta, its number) with what they become."""

    def change(gradient, m, beta, eta, step):
        m = [beta * last + (1 - beta) * g for last, g in zip(m, gradient)]
        return [-eta * x for x in m], m

    return 2, change


def adam(p):
    def change(gradient, state, beta, eta, step):
        m = [beta * last + (1 - beta) * g for last, g in zip(state[:2], gradient)]
        v = [p.beta2 * last + (1 - p.beta2) * g * g for last, g in zip(state[2:4], gradient)]
        beta_power, beta2_power = state[4] * beta, state[5] * p.beta2
        root = torch.sqrt(1 - beta2_power)
        rate, floor = eta * root / (1 - beta_power), p.eps * root
        return [-rate * x / (torch.sqrt(y) + floor) for x, y in zip(m, v)], [*m, *v, beta_power, beta2_power]

    return 6, change


def main():
    p = problem()
    torch.set_grad_enabled(False)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    gradient_at, activity_at = unit(p)
    remembered, change_by = {"momentum": momentum, "adam": adam}[p.optimizer](p)
    at_a_time = UPDATES_AT_A_TIME.get(p.unit, 16)
    by_pixel = [name for name in ("beta", "eta") if isinstance(getattr(p, name), np.ndarray)]

    @torch.compile(dynamic=True)
    def updates(w, b, state, rates, limit, was_at_rest, running, diverged, steps):
        beta, eta = (rates.get(name, getattr(p, name)) for name in ("beta", "eta"))
        for _ in range(at_a_time):
            gradient = gradient_at(w, b)
            change, new_state = change_by(gradient, state, beta, eta, steps)
            state = [torch.where(running, new, old) for new, old in zip(new_state, state)]
            w = torch.where(running, w + change[0], w)
            b = torch.where(running, b + change[1], b)
            steps = torch.where(running, steps + 1, steps)
            diverged = ~(norm(w, b) <= limit)
            at_rest = (norm(*change) < p.tol) & (eta * norm(*gradient) < p.tol)
            ended = diverged | (at_rest & was_at_rest) | (steps >= p.max_steps)
            was_at_rest = torch.where(running, at_rest, was_at_rest)
            running = running & ~ended
        return w, b, state, was_at_rest, running, diverged, steps

    def fates(w, b, diverged, was_at_rest):
        rested = torch.where(activity_at(w, b) < p.epsilon, DEAD, STALLED)
        for number, minimum in reversed(list(enumerate(p.minima))):
            near = norm(w - minimum[0], b - minimum[1]) <= p.rho * float(np.hypot(*minimum))
            rested = torch.where(near, OTHER_MINIMUM if number else CONVERGED, rested)
        return torch.where(diverged, DIVERGED, torch.where(was_at_rest, rested, UNFINISHED)).to(torch.int8)

    start_w, start_b = torch.from_numpy(p.w).to(device), torch.from_numpy(p.b).to(device)
    all_rates = {name: torch.from_numpy(getattr(p, name)).to(device) for name in by_pixel}

    def run():
        count = start_w.numel()
        all_fate = torch.empty(count, dtype=torch.int8, device=device)
        all_steps = torch.empty(count, dtype=torch.int32, device=device)
        pixel = torch.arange(count, device=device)
        w, b, rates = start_w, start_b, all_rates
        state = [torch.zeros_like(w) for _ in range(min(remembered, 4))]
        state += [torch.ones_like(w) for _ in range(remembered - len(state))]  # running products
        limit = 1e6 * (norm(w, b) + p.target)
        was_at_rest = torch.zeros(count, dtype=torch.bool, device=device)
        running, diverged = torch.ones_like(was_at_rest), torch.zeros_like(was_at_rest)
        steps = torch.zeros(count, dtype=torch.int32, device=device)
        while pixel.numel():
            w, b, state, was_at_rest, running, diverged, steps = updates(
                w, b, state, rates, limit, was_at_rest, running, diverged, steps
            )
            if 2 * int(running.sum()) > pixel.numel():
                continue
            all_fate[pixel], all_steps[pixel] = fates(w, b, diverged, was_at_rest), steps
            w, b, state, rates = w[running], b[running], [x[running] for x in state], {n: x[running] for n, x in rates.items()}
            pixel, limit, was_at_rest, steps = pixel[running], limit[running], was_at_rest[running], steps[running]
            running, diverged = running[running], diverged[running]
        return all_fate.cpu().numpy(), all_steps.cpu().numpy()

    serve(p, run)


if __name__ == "__main__":
    main()
