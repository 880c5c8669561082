"""Networks that are born dead: deadcone beside batched products of PyTorch and NumPy, in turns; what of the limit of the vector
units is reached, and what the random numbers take."""

import json
import pathlib
import statistics
import subprocess
import sys

NAME = "births"
SHAPE = {"width": 8, "depth": 20, "dimension": 8, "points": 100}
NETWORKS, QUICK_NETWORKS = 100_000, 2_000
# Networks of a block of the peers: of these the best, so that a block's vectors stay in a cache.
BLOCKS = (50, 100, 200, 400)
LIBRARIES = {"PyTorch": "torch", "NumPy": "numpy"}
PEER = pathlib.Path(__file__).resolve().parents[1] / "peers" / "births.py"
LANES = {"avx512": {"float": 16, "double": 8}, "avx2": {"float": 8, "double": 4}}


class Runner:
    """A process that has run once, and runs again whenever it is asked."""

    def __init__(self, command):
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.found = json.loads(self.process.stdout.readline())
        self.seconds = []

    def run(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(json.loads(self.process.stdout.readline())["seconds"])

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def peers_of(words, threads, skip):
    """Of each library that is here the command with the best block, by a run with a tenth of the networks."""
    networks, *shape = words
    found = {}
    for name, library in LIBRARIES.items():
        if subprocess.run([sys.executable, "-c", f"import {library}"], capture_output=True).returncode != 0:
            skip(f"{name}: not installed")
            continue

        def command(count, block, library=library):
            return [sys.executable, PEER, library, count, *shape, threads, block]

        def seconds(block):
            runner = Runner(command(networks // 10, block))
            runner.run()
            runner.end()
            return runner.seconds[0]

        found[name] = command(networks, min(BLOCKS, key=seconds))
    return found


def measure(build, turns, threads, sets, rates, skip, quick):
    """A row for each precision."""
    print(f"bench: {NAME}", file=sys.stderr, flush=True)
    program = build / "bench" / "bench_births"
    networks = QUICK_NETWORKS if quick else NETWORKS
    rows = []
    for precision in ("float", "double"):
        words = [networks, *SHAPE.values(), precision]
        runners = {"deadcone": Runner([program, "networks", *words, threads])}
        runners |= {name: Runner(command) for name, command in peers_of(words, threads, skip).items()}
        probability = runners["deadcone"].found["born_dead"] / networks
        error = (2 * max(probability * (1 - probability), 1 / networks) / networks) ** 0.5
        for name, runner in runners.items():
            share = runner.found["born_dead"] / networks
            assert abs(share - probability) <= 6 * error, f"{name} has other networks: {share}, not {probability}"
        draws = Runner([program, "draws", *words, threads])
        for _ in range(turns):
            for runner in (*runners.values(), draws):
                runner.run()
        for runner in (*runners.values(), draws):
            runner.end()
        ours = runners["deadcone"]
        row = {
            "precision": precision,
            "networks": networks,
            "shape": SHAPE,
            "probability": probability,
            "seconds": {name: statistics.median(runner.seconds) for name, runner in runners.items()},
            "times_the_peer": {
                name: statistics.median(peer / own for peer, own in zip(runner.seconds, ours.seconds))
                for name, runner in runners.items()
                if name != "deadcone"
            },
            "multiply_adds_per_second": ours.found["multiply_adds"] / statistics.median(ours.seconds),
            "random_numbers": draws.found["numbers"],
            "seconds_of_random_numbers": statistics.median(draws.seconds),
            "share_of_random_numbers": statistics.median(d / own for d, own in zip(draws.seconds, ours.seconds)),
        }
        limit = rates.get(sets[-1], {}).get(precision, {}).get("vector")
        if limit:
            row["fraction_of_limit"] = row["multiply_adds_per_second"] / (limit * LANES[sets[-1]][precision])
        rows.append(row)
    return rows
