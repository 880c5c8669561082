"""What the Python package costs: deadcone.sweep() in memory beside the program without a file, in turns, and the memory that a
large map takes beside its arrays."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

NAME = "python"

# Name, options of the program, and the same for the package.
SWEEPS = {
    "one map": (
        "--w -2:2:{side} --b -2:2:{side} --beta 0.9 --gamma 1",
        {"w": (-2, 2, "side"), "b": (-2, 2, "side"), "beta": 0.9, "gamma": 1},
    ),
    "one map, certified": (
        "--w -2:2:{side} --b -2:2:{side} --beta 0.9 --gamma 0.1 --certify",
        {"w": (-2, 2, "side"), "b": (-2, 2, "side"), "beta": 0.9, "gamma": 0.1, "certify": True},
    ),
    "a million maps of one pixel": (
        "--w 0.2:0.8:1 --b 0.1:0.7:1 --beta 0:0.9:{points} --gamma log:0.1:1:{points} --max-updates 2000",
        {"w": (0.2, 0.8, 1), "b": (0.1, 0.7, 1), "beta": (0, 0.9, "points"), "gamma": "log:0.1:1:{points}",
         "max_updates": 2000},
    ),
}  # fmt: skip
SIDE, POINTS, LARGE_SIDE = 2048, 1000, 16384
QUICK_SIDE, QUICK_POINTS, QUICK_LARGE_SIDE = 64, 32, 4096

# A map of labels that costs no updates to speak of: what is measured is memory.
MEMORY = """
import resource, sys, deadcone
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
arguments = {"rho": 9, "tol": 9, "fields": (), "device": "cpu", "progress": False}
deadcone.sweep(w=(2, 3, 64), b=(2, 3, 64), **arguments)
before, side = peak(), int(sys.argv[1])
ds = deadcone.sweep(w=(2, 3, side), b=(2, 3, side), **arguments)
print((peak() - before) / ds.nbytes)
"""


def arguments_of(given, numbers):
    """The arguments with their numbers in place of names."""
    def replaced(value):
        if isinstance(value, tuple):
            return tuple(numbers.get(part, part) if isinstance(part, str) else part for part in value)
        return value.format(**numbers) if isinstance(value, str) else value

    return {name: replaced(value) for name, value in given.items()} | {"device": "cpu", "progress": False}  # fmt: skip


def measure(build, turns, folder, quick):
    """Rows of seconds and of the time against the program, and the memory of a large map. Nothing where the package is not built."""
    package = build / "python"
    if not list((package / "deadcone").glob("_core.*so")):
        return None
    print(f"bench: {NAME}", file=sys.stderr, flush=True)
    numbers = {"side": QUICK_SIDE, "points": QUICK_POINTS} if quick else {"side": SIDE, "points": POINTS}
    rows = []
    for name, (options, given) in SWEEPS.items():
        file = folder / "program.h5"
        program = [build / "deadcone", "sweep", *options.format(**numbers).split(), "--device=cpu", "--quiet"]
        task = {"arguments": arguments_of(given, numbers), "program": [str(word) for word in program], "turns": turns,
                "file": str(file)}  # fmt: skip
        found = json.loads(run_python(package, str(pathlib.Path(__file__).resolve()), json.dumps(task)))
        rows.append({"options": f"{name}: {options.format(**numbers)}", **found})
    side = QUICK_LARGE_SIDE if quick else LARGE_SIDE
    memory = float(run_python(package, "-c", MEMORY, str(side)))
    return {"sweeps": rows, "memory_side": side, "memory_times_the_arrays": memory}


def run_python(package, *words):
    """The output of a Python that has the package."""
    environment = os.environ | {"PYTHONPATH": str(package)}
    return subprocess.run([sys.executable, *words], check=True, capture_output=True, text=True, env=environment).stdout


def compare(task):
    """Verifies that both give the same labels, then times them in turns."""
    import deadcone
    import numpy as np

    arguments = task["arguments"]
    arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}

    def seconds(call):
        start = time.perf_counter()
        result = call()
        return time.perf_counter() - start, result

    def run_program(*options):
        subprocess.run([*task["program"], *options], check=True)

    run_program("--out", task["file"], "--overwrite")
    ds = deadcone.sweep(**arguments)
    with deadcone.open(task["file"]) as expected:
        assert all(np.array_equal(ds[name], expected[name]) for name in ("fate", "steps"))
    pairs = []
    for _ in range(task["turns"]):
        pairs.append((seconds(lambda: deadcone.sweep(**arguments))[0], seconds(lambda: run_program("--dry-run"))[0]))
    print(json.dumps({
        "seconds": statistics.median(package for package, _ in pairs),
        "times_the_program": statistics.median(package / program for package, program in pairs),
    }))  # fmt: skip


if __name__ == "__main__":
    compare(json.loads(sys.argv[1]))
