"""How a contestant in Python talks with bench.py; ../programs/contestant.hpp defines the protocol."""

import argparse
import json
import sys
import time
from types import SimpleNamespace

import numpy as np

CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED = range(5)
OTHER_MINIMUM = 6
PIXEL_AXES = ("beta", "eta", "w", "b")  # of which two may be the plane


def problem():
    """The problem on the command line. Planar, rule `stationary`.

    What the plane has, w and b unless --plane says otherwise, is an array by pixel, its first axis the faster; and so are w and b
    always. Of what else a peer does not know, the command line has nothing.
    """
    parser = argparse.ArgumentParser()
    for name in ("gamma", "delta", "tol", "rho", "epsilon", "beta2", "eps"):
        parser.add_argument(f"--{name}", type=float)
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--precision", choices=("float", "double"))
    for name in (*PIXEL_AXES, "labels", "minima"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--plane", default="w,b")
    parser.add_argument("--unit", default="relu")
    parser.add_argument("--optimizer", default="momentum")
    values = SimpleNamespace(**vars(parser.parse_args()))
    values.real = np.float32 if values.precision == "float" else np.float64

    def centres(text):
        logarithmic = text.startswith("log:")
        lo, hi, count = (kind(part) for kind, part in zip((float, float, int), text.removeprefix("log:").split(":")))
        at = (np.arange(count) + 0.5) / count
        return lo * (hi / lo) ** at if logarithmic else lo + at * (hi - lo)

    x, y = values.plane.split(",")
    of_y, of_x = np.meshgrid(centres(getattr(values, y)), centres(getattr(values, x)), indexing="ij")
    arrays = {x: of_x.ravel().astype(values.real), y: of_y.ravel().astype(values.real)}
    for name in PIXEL_AXES:
        value = arrays[name] if name in arrays else float(getattr(values, name))
        setattr(values, name, np.full(of_x.size, value, values.real) if name in "wb" and name not in arrays else value)
    values.target = float(np.hypot(values.gamma, values.delta))
    # Of the least loss first; without them the target, where the rectifier has its minimum.
    minima = values.minima or f"{values.gamma}:{values.delta}"
    values.minima = [tuple(map(float, minimum.split(":"))) for minimum in minima.split(",")]
    return values


def serve(values, run, fetch=None):
    """`run()` gives fates and steps of all pixels; or leaves them where they are, and `fetch()` gives them."""
    labels = run()
    fate, steps = labels if fetch is None else fetch()
    with open(values.labels, "wb") as file:
        file.write(np.asarray(fate).astype(np.int8).tobytes())
        file.write(np.asarray(steps).astype(np.int32).tobytes())
    print(json.dumps({"updates": int(np.asarray(steps, dtype=np.int64).sum())}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
