"""The cases of the benchmark: one map each.

A case is timed with `contestants`: "peers" (deadcone in every instruction set, and what a user would write instead),
"units" (the fastest on all threads, and those peers that know other units, optimisers and planes), "widths" (the vector
instruction sets, on one thread and on all), or "best" (the fastest on all threads, and a GPU).
"""

from dataclasses import dataclass, field

DEFAULTS = {
    "beta": 0.7, "gamma": 1, "eta": 0.1, "delta": 0, "tol": 1e-6, "rho": 0.01, "epsilon": 0.01, "max-steps": 100_000,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    name: str
    what: str
    x: tuple  # (lo, hi), or ("log", lo, hi), along the first axis of the plane
    y: tuple
    side: int
    contestants: str = "best"
    changes: dict = field(default_factory=dict)
    plane: tuple = ("w", "b")

    def options(self, precision):
        """As every contestant takes them."""
        values = DEFAULTS | self.changes | {"precision": precision}
        values |= {axis: ":".join(map(str, (*ends, self.side))) for axis, ends in zip(self.plane, (self.x, self.y))}
        if self.plane != ("w", "b"):
            values["plane"] = ",".join(self.plane)
        return [f"--{name}={value}" for name, value in values.items()]

    def describe(self):
        """In words and numbers, for tables."""
        values = {name: self.changes.get(name, DEFAULTS[name]) for name in ("beta", "gamma")} | self.changes
        shown = {"beta": "β", "gamma": "γ", "eta": "η", "beta2": "β₂", "eps": "ε"}
        point = ", ".join(f"{shown.get(name, name)} {value}" for name, value in values.items() if name not in self.plane)
        ranges = " × ".join(f"{'log ' if ends[0] == 'log' else ''}[{ends[-2]}, {ends[-1]}]" for ends in (self.x, self.y))
        return f"{point}, {' × '.join(shown.get(axis, axis) for axis in self.plane)} in {ranges}, {self.side}² pixels"


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

WINDOW = (-1, 1), (-1, 1)

UNIT_CASES = [
    Case("leaky", "leaky:0.01", *WINDOW, 256, "units", {"unit": "leaky:0.01"}),
    Case("elu", "elu:1", *WINDOW, 256, "units", {"unit": "elu:1"}),
    Case("gelu", "gelu", *WINDOW, 256, "units", {"unit": "gelu"}),
    Case("silu", "silu", *WINDOW, 192, "units", {"unit": "silu"}),
    Case("adam", "rectifier, Adam", *WINDOW, 256, "units", {"optimizer": "adam", "beta2": 0.999, "eps": 1e-8}),
    Case("rates", "rectifier, plane β, η", (0, 0.96), ("log", 0.01, 1), 256, "units", {"w": 0.5, "b": 0.5}, ("beta", "eta")),
]
CASES += UNIT_CASES

# On a GPU: maps that fill a large card and that the CPU verifies in seconds; for the peers, one of which each run takes seconds.
GPU_CASES = [
    Case("smooth", "whole trajectories", (-2, 2), (-2, 2), 2048, changes={"beta": 0.9}),
    Case("oscillating", "a slow map", (-2, 2), (-2, 2), 2048, changes={"beta": 0.97, "gamma": 0.1}),
    Case("dying", "a slow map", (-2, 2), (-2, 2), 2048, changes={"gamma": 0.01}),
]
GPU_PEERS_CASE = Case("gpu peers", "whole trajectories", (-2, 2), (-2, 2), 1024, changes={"beta": 0.9})
