"""How a contestant in Python talks with bench.py; ../programs/contestant.hpp defines the protocol."""

import argparse
import json
import sys
import time
from types import SimpleNamespace

import numpy as np

CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED = range(5)


def problem():
    """The problem on the command line, with the starts of all pixels as `w` and `b`, b-major. Planar, rule `stationary`."""
    parser = argparse.ArgumentParser()
    for name in ("beta", "gamma", "eta", "delta", "tol", "rho", "epsilon"):
        parser.add_argument(f"--{name}", type=float)
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--precision", choices=("float", "double"))
    for name in ("w", "b", "labels"):
        parser.add_argument(f"--{name}")
    values = SimpleNamespace(**vars(parser.parse_args()))
    values.real = np.float32 if values.precision == "float" else np.float64

    def centres(text):
        lo, hi, count = (kind(part) for kind, part in zip((float, float, int), text.split(":")))
        return lo + (np.arange(count) + 0.5) * (hi - lo) / count

    b, w = np.meshgrid(centres(values.b), centres(values.w), indexing="ij")
    values.w, values.b = w.ravel().astype(values.real), b.ravel().astype(values.real)
    values.target = float(np.hypot(values.gamma, values.delta))
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
