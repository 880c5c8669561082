"""What a user would write to find how many random networks are born dead: blocks of networks as batched products of matrices.

    births.py torch|numpy NETWORKS WIDTH DEPTH DIMENSION POINTS float|double THREADS BLOCK

Prints how many are born dead, then for each line of input the seconds of one more run; ../programs/bench_births.cpp does the same.
"""

import json
import os
import sys
import time

library, *numbers, precision, threads, block = sys.argv[1:]
networks, width, depth, dimension, points = map(int, numbers)
block = int(block)
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads


def run_numpy():
    import concurrent.futures

    import numpy as np

    real = np.float32 if precision == "float" else np.float64

    def born_dead(first):
        """Of one block. NumPy multiplies small matrices one by one, without the interpreter: blocks run on threads."""
        random = np.random.Generator(np.random.SFC64(first))
        count = min(block, networks - first)
        x = random.standard_normal((count, dimension, points), dtype=real)
        for _ in range(depth):
            weights = random.standard_normal((count, width, x.shape[1]), dtype=real)
            weights *= real((2 / x.shape[1]) ** 0.5)
            x = np.matmul(weights, x)
            np.maximum(x, 0, out=x)
        return int((x.max(axis=(1, 2)) <= 0).sum())

    with concurrent.futures.ThreadPoolExecutor(int(threads)) as pool:
        return sum(pool.map(born_dead, range(0, networks, block)))


def run_torch():
    import torch

    torch.set_num_threads(int(threads))
    real = torch.float32 if precision == "float" else torch.float64
    dead = 0
    with torch.inference_mode():
        for first in range(0, networks, block):
            count = min(block, networks - first)
            x = torch.randn(count, dimension, points, dtype=real)
            for _ in range(depth):
                weights = torch.randn(count, width, x.shape[1], dtype=real).mul_((2 / x.shape[1]) ** 0.5)
                x = torch.bmm(weights, x).relu_()
            dead += int((x.amax(dim=(1, 2)) <= 0).sum())
    return dead


run = {"numpy": run_numpy, "torch": run_torch}[library]
print(json.dumps({"born_dead": run()}), flush=True)
for _ in sys.stdin:
    begin = time.perf_counter()
    run()
    print(json.dumps({"seconds": time.perf_counter() - begin}), flush=True)
