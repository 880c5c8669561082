"""What many small maps cost: a sweep of a million points of one pixel beside one map of a million pixels, by the update; and sweeps
of small maps with their file beside the same without."""

import statistics
import subprocess
import sys
import time

import h5py

NAME = "small-maps"

MOST_UPDATES = 2000


def seconds_of(command):
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True)
    return time.perf_counter() - start


def updates_in(path):
    with h5py.File(path, "r") as file:
        return int(file["updates"][...].sum())


def sweep(points, pixels):
    """Options of a sweep of points² maps of pixels² each."""
    return [f"--beta=0:0.9:{points}", f"--gamma=log:0.1:1:{points}", f"--w=0.2:0.8:{pixels}", f"--b=0.1:0.7:{pixels}"]


def measure(program, turns, folder, quick):
    """Rows of points/s, and of times: that of the file against none, and by the update against one large map."""
    print(f"bench: {NAME}", file=sys.stderr, flush=True)
    side = 32 if quick else 1000
    rows = []
    for points, pixels in ((side, 1), (max(side // 4, 16), 32 if not quick else 4)):
        many = [program, "sweep", "--device=cpu", "--quiet", f"--max-updates={MOST_UPDATES}", *sweep(points, pixels)]
        one = [program, "sweep", "--device=cpu", "--quiet", f"--max-updates={MOST_UPDATES}", "--beta=0.7", "--gamma=0.3",
               f"--w=0.2:0.8:{side}", f"--b=0.1:0.7:{side}"]  # fmt: skip
        file, map_file = folder / "many.h5", folder / "one.h5"
        runs = []
        for _ in range(turns):
            with_file = seconds_of([*many, "--out", file, "--overwrite"])
            without = seconds_of([*many, "--dry-run"])
            large = seconds_of([*one, "--out", map_file, "--overwrite"])
            runs.append((with_file, with_file / without, with_file / updates_in(file) * updates_in(map_file) / large))
        seconds, times_dry_run, times_one_map = (statistics.median(column) for column in zip(*runs))
        rows.append({
            "options": f"{points} × {points} points of {pixels}² pixels",
            "seconds": seconds,
            "points_per_second": points**2 / seconds,
            "updates": updates_in(file),
            "file_bytes": file.stat().st_size,
            "times_the_dry_run": times_dry_run,
            "times_one_map": times_one_map,
        })  # fmt: skip
    return rows
