"""The cases of the benchmark: one map each.

A case is timed with `contestants`: "peers" (deadcone in every instruction set, and what a user would write instead),
"widths" (the vector instruction sets, on one thread and on all), or "best" (the fastest on all threads, and a GPU).
"""

from dataclasses import dataclass, field

DEFAULTS = {
    "beta": 0.7, "gamma": 1, "eta": 0.1, "delta": 0, "tol": 1e-6, "rho": 0.01, "epsilon": 0.01, "max-steps": 100_000,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    name: str
    what: str
    w: tuple
    b: tuple
    side: int
    contestants: str = "best"
    changes: dict = field(default_factory=dict)

    def options(self, precision):
        """As every contestant takes them."""
        values = DEFAULTS | self.changes | {"precision": precision}
        values |= {name: f"{lo}:{hi}:{self.side}" for name, (lo, hi) in (("w", self.w), ("b", self.b))}
        return [f"--{name}={value}" for name, value in values.items()]

    def describe(self):
        """In words and numbers, for tables."""
        point = f"β {self.changes.get('beta', DEFAULTS['beta'])}, γ {self.changes.get('gamma', DEFAULTS['gamma'])}"
        changes = "".join(f", {name} {value}" for name, value in self.changes.items() if name not in ("beta", "gamma"))
        window = " × ".join(f"[{lo}, {hi}]" for lo, hi in (self.w, self.b))
        return f"{point}{changes}, w × b in {window}, {self.side}² pixels"


def shrunk(case, side):
    """The same map with fewer pixels."""
    return type(case)(**{**vars(case), "side": side})


ALIVE, SILENT = (0.2, 1), (-1, -0.3)

CASES = [
    Case("peers", "whole trajectories", (-1, 1), (-1, 1), 256, "peers"),
    Case("widths", "the same, more pixels", (-1, 1), (-1, 1), 1024, "widths"),
    Case("momentum", "a slow map", (-2, 2), (-2, 2), 256, changes={"beta": 0.9, "gamma": 0.1}),
    Case("general", "off the plane", (-2, 2), (-2, 2), 256, changes={"beta": 0.9, "gamma": 0.1, "r": 0.5, "delta": 0.05}),
    # One for each fate, and the depth of the dead cone, where φ and the gradient are zero in float.
    Case("converged", "fates", ALIVE, (0.1, 1), 512),
    Case("dead", "fates", SILENT, (-1, -0.2), 256),
    Case("stalled", "fates", ALIVE, (0.1, 1), 512, changes={"tol": 1e-3}),
    Case("unfinished", "fates", ALIVE, (0.1, 1), 512, changes={"max-steps": 500}),
    Case("diverged", "fates", (1, 2), (1, 2), 512, changes={"beta": 0, "eta": 100, "max-steps": 100}),
    Case("dead from the start", "fates", (-0.1, -0.01), (-20, -5), 512),
]  # fmt: skip

# On a GPU: maps that fill a large card and that the CPU verifies in seconds; for the peers, one of which each run takes seconds.
GPU_CASES = [
    Case("smooth", "whole trajectories", (-2, 2), (-2, 2), 2048, changes={"beta": 0.9}),
    Case("oscillating", "a slow map", (-2, 2), (-2, 2), 2048, changes={"beta": 0.97, "gamma": 0.1}),
    Case("dying", "a slow map", (-2, 2), (-2, 2), 2048, changes={"gamma": 0.01}),
]
GPU_PEERS_CASE = Case("gpu peers", "whole trajectories", (-2, 2), (-2, 2), 1024, changes={"beta": 0.9})
