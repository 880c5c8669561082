"""What a user would write with PyTorch: a masked loop over all pixels, torch.compile for some updates at a time.

Pixels that have ended are taken out whenever half of them have.
"""

import numpy as np
import torch

from contestant import CONVERGED, DEAD, DIVERGED, STALLED, UNFINISHED, problem, serve

UPDATES_AT_A_TIME = 16
INVERSE_ROOT_TWO_PI = 0.3989422804014327


def norm(a, b):
    return torch.sqrt(a * a + b * b)


def main():
    p = problem()
    torch.set_grad_enabled(False)
    device = "cuda" if torch.cuda.is_available() else "cpu"

    @torch.compile(dynamic=True)
    def updates(w, b, momentum_w, momentum_b, limit, was_at_rest, running, diverged, steps):
        for _ in range(UPDATES_AT_A_TIME):
            s, sign = torch.abs(w), torch.sign(w)
            t = b / s
            active = torch.special.ndtr(t)
            density = INVERSE_ROOT_TWO_PI * torch.exp(-0.5 * t * t)
            g = p.gamma * sign
            gradient_w = active * (w - p.gamma) + density * (t * g - p.delta) * sign
            gradient_b = active * (b - p.delta) + density * (s - g)
            momentum_w = torch.where(running, p.beta * momentum_w + (1 - p.beta) * gradient_w, momentum_w)
            momentum_b = torch.where(running, p.beta * momentum_b + (1 - p.beta) * gradient_b, momentum_b)
            w = torch.where(running, w - p.eta * momentum_w, w)
            b = torch.where(running, b - p.eta * momentum_b, b)
            steps = torch.where(running, steps + 1, steps)
            diverged = ~(norm(w, b) <= limit)
            at_rest = (p.eta * norm(momentum_w, momentum_b) < p.tol) & (p.eta * norm(gradient_w, gradient_b) < p.tol)
            running = running & ~diverged & ~(at_rest & was_at_rest) & (steps < p.max_steps)
            was_at_rest = at_rest
        return w, b, momentum_w, momentum_b, was_at_rest, running, diverged, steps

    def fates(w, b, diverged, was_at_rest):
        near = norm(w - p.gamma, b - p.delta) <= p.rho * p.target
        silent = torch.special.ndtr(b / torch.abs(w)) < p.epsilon
        rested = torch.where(near, CONVERGED, torch.where(silent, DEAD, STALLED))
        return torch.where(diverged, DIVERGED, torch.where(was_at_rest, rested, UNFINISHED)).to(torch.int8)

    start_w, start_b = torch.from_numpy(p.w).to(device), torch.from_numpy(p.b).to(device)

    def run():
        count = start_w.numel()
        all_fate = torch.empty(count, dtype=torch.int8, device=device)
        all_steps = torch.empty(count, dtype=torch.int32, device=device)
        pixel = torch.arange(count, device=device)
        w, b = start_w, start_b
        momentum_w, momentum_b = torch.zeros_like(w), torch.zeros_like(b)
        limit = 1e6 * (norm(w, b) + p.target)
        was_at_rest = torch.zeros(count, dtype=torch.bool, device=device)
        running, diverged = torch.ones_like(was_at_rest), torch.zeros_like(was_at_rest)
        steps = torch.zeros(count, dtype=torch.int32, device=device)
        while pixel.numel():
            w, b, momentum_w, momentum_b, was_at_rest, running, diverged, steps = updates(
                w, b, momentum_w, momentum_b, limit, was_at_rest, running, diverged, steps
            )
            if 2 * int(running.sum()) > pixel.numel():
                continue
            all_fate[pixel], all_steps[pixel] = fates(w, b, diverged, was_at_rest), steps
            w, b, momentum_w, momentum_b = w[running], b[running], momentum_w[running], momentum_b[running]
            pixel, limit, was_at_rest, steps = pixel[running], limit[running], was_at_rest[running], steps[running]
            running, diverged = running[running], diverged[running]
        return all_fate.cpu().numpy(), all_steps.cpu().numpy()

    serve(p, run)


if __name__ == "__main__":
    main()
