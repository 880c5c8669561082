#!/usr/bin/env python3
"""Times deadcone's mappers and their peers: every contestant is verified against the scalar path, then all take turns.

Writes NAME.json, NAME.md and NAME.png into a folder; scripts/bench.sh builds what it needs and calls it.
"""

import argparse
import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import births
import certify_refine
import hot_loop
import machine
import python_package
import report
import small_maps
from cases import CASES, shrunk
from contest import Contestant, ContestError, contest, ratio

PEERS = {"NumPy": "numpy_blocks", "Numba": "numba_threads", "JAX": "jax_vmap", "PyTorch": "torch_compiled"}
MODULES = {"NumPy": "numpy, scipy", "Numba": "numba", "JAX": "jax", "PyTorch": "torch"}
KNOW_UNITS = ("C++ with OpenMP", "PyTorch")
PRECISIONS = ("float", "double")
HERE = pathlib.Path(__file__).resolve().parent


class Suite:
    def __init__(self, build, rounds, counts_units=True):
        self.build, self.rounds, self.counts_units = build, rounds, counts_units
        self.mapper = build / "bench" / "bench_mapper"
        here = json.loads(subprocess.run([self.mapper, "--list"], check=True, capture_output=True, text=True).stdout)
        self.sets = [name for name in here["mappers"] if name != "cuda"]
        self.cuda = "cuda" in here["mappers"]
        self.threads = here["threads"]
        self.skipped = []
        self.peers = self.find_peers()
        self.rates = self.measure_rates()

    def find_peers(self):
        """Commands of the peers that can run here."""
        found = {}
        plain = self.build / "bench" / "plain_openmp"
        if plain.exists():
            found["C++ with OpenMP"] = [plain]
        else:
            self.skip("C++ with OpenMP: the compiler has no OpenMP")
        for name, module in PEERS.items():
            if subprocess.run([sys.executable, "-c", f"import {MODULES[name]}"], capture_output=True).returncode == 0:
                found[name] = [sys.executable, HERE.parent / "peers" / f"{module}.py"]
            else:
                self.skip(f"{name}: not installed")
        return found

    def skip(self, what):
        print(f"bench: left out: {what}", file=sys.stderr)
        self.skipped.append(what)

    def measure_rates(self):
        program = self.build / "bench" / "bench_rates"
        if not program.exists():
            return {}
        print("bench: rates of the vector units", file=sys.stderr, flush=True)
        return json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)

    def ours(self, name, threads):
        label = name if name == "cuda" else f"{name}, {threads} thread{'s' if threads > 1 else ''}"
        return label, [self.mapper, f"--mapper={name}", f"--threads={threads}"]

    def entries(self, case):
        """The contestants of a case."""
        best, gpu = self.sets[-1], ["cuda"] if self.cuda else []
        if case.contestants == "peers":
            mappers = [(name, self.threads) for name in [*self.sets, *gpu]]
        elif case.contestants == "widths":
            counts = sorted({1, self.threads})
            mappers = [(name, count) for name in self.sets[1:] or self.sets for count in counts]
            mappers += [(name, 1) for name in gpu]
        else:
            mappers = [(name, self.threads) for name in [best, *gpu]]
        peers = self.peers if case.contestants == "peers" else {}
        if case.contestants == "units":
            minima = ",".join(f"{w}:{b}" for w, b in self.minima_of(case))
            peers = {name: [*self.peers[name], f"--minima={minima}"] for name in KNOW_UNITS if name in self.peers}
        for precision in PRECISIONS:
            for name, threads in mappers:
                yield (*self.ours(name, threads), precision, True)
            for name, command in peers.items():
                yield name, command, precision, False

    def minima_of(self, case):
        """Of the loss, the least first. Peers get them, for finding them takes no time and is not what is compared."""
        command = [self.mapper, "--minima", *case.options("double")]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    def run(self, case, folder):
        """The results of a case, one for each precision."""
        print(f"bench: {case.name}", file=sys.stderr, flush=True)
        references = {}
        for precision in PRECISIONS:
            references[precision] = Contestant(*self.ours("scalar", self.threads), case, precision, folder, True)
            references[precision].end()
        contestants = contest(list(self.entries(case)), case, references, self.rounds, folder, self.skip)
        return [self.result(case, precision, contestants, references[precision]) for precision in PRECISIONS]

    def result(self, case, precision, contestants, reference):
        mappers = [c for c in contestants if c.exact and c.precision == precision]
        peers = [c for c in contestants if not c.exact]
        best = max(mappers, key=Contestant.rate)
        fates = np.bincount(reference.fate, minlength=len(report.FATES))
        result = {
            "case": case.name,
            "what": case.what,
            "options": case.describe(),
            "precision": precision,
            "device": best.name,
            "updates": best.updates,
            "seconds": sorted(best.seconds)[len(best.seconds) // 2],
            "updates_per_second": best.rate(),
            "pixels": case.side**2,
            "fates": {name: int(n) for name, n in zip(report.FATES, fates)},
            "mappers": {c.name: {"updates_per_second": c.rate(), "seconds": c.seconds} for c in mappers},
            "peers": {c.name: c.rate() for c in peers if c.precision == precision},
            "agreement": {c.name: c.agreement for c in [*mappers, *peers] if c.precision == precision},
            "times_the_peer": {f"{c.name}, {c.precision}": ratio(best, c) for c in peers},
        }
        one, all_ = (next((c for c in mappers if c.name == self.ours(self.sets[-1], n)[0]), None)
                     for n in (1, self.threads))  # fmt: skip
        if one and all_ and self.threads > 1:
            result["thread_efficiency"] = ratio(all_, one) / self.threads
        result |= self.limit(best, reference, case)
        return result

    def limit(self, best, reference, case):
        """What the vector units allow, and how busy lanes would be if they were not refilled; planar state only."""
        instruction_set, _, threads = best.name.partition(", ")
        rates = self.rates.get(instruction_set, {}).get(best.precision)
        if not rates or "r" in case.changes or int(threads.split()[0]) != self.threads:
            return {}
        if case.contestants == "units" and not self.counts_units:
            return {}
        if case.contestants == "units":
            # A program of its own, for it waits for whatever process it has.
            command = [sys.executable, HERE / "traced_loop.py", self.mapper, instruction_set, best.precision, case.name]
            counts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        else:
            counts = hot_loop.count(self.mapper, instruction_set, best.precision)
        seconds = (counts["vector"] + counts["divide"]) / rates["vector"]
        limit = counts["updates"] / max(seconds, counts["divide"] / rates["divide"])
        return {
            "instructions_per_update": counts["instructions"] / counts["updates"],
            "vector_instructions_per_update": (counts["vector"] + counts["divide"]) / counts["updates"],
            "issue_limit_updates_per_second": limit,
            "fraction_of_limit": best.rate() / limit,
            "lanes_busy_without_refill": busy_lanes(reference.steps, counts["updates"]),
        }


def busy_lanes(steps, lanes):
    """The share of lanes that would make updates if each vector of neighbours waited for its longest trajectory."""
    whole = steps[: steps.size // lanes * lanes].reshape(-1, lanes).astype(np.int64)
    return float(whole.sum() / (lanes * whole.max(axis=1).sum())) if whole.size else 1.0


OUTPUT_SWEEP = "sweep --beta 0:0.9:8 --gamma log:0.01:1:8 --max-steps 50 --device cpu --quiet"


def measure_output(build, turns, side, folder):
    """Rates of the encoders on one core, and a sweep of 64 points with its file against the same without, in turns."""
    print("bench: output", file=sys.stderr, flush=True)
    rates = json.loads(subprocess.run([build / "bench" / "bench_output"], check=True, capture_output=True, text=True).stdout)
    window = f"-2:2:{side}"
    program = [build / "deadcone", *OUTPUT_SWEEP.split(), f"--w={window}", f"--b={window}"]

    def seconds(*options):
        start = time.perf_counter()
        subprocess.run([*program, *options], check=True)
        return time.perf_counter() - start

    file = folder / "output.h5"
    pairs = [(seconds("--out", file, "--overwrite"), seconds("--dry-run")) for _ in range(turns)]
    return rates | {
        "options": f"64 points of {side}² pixels, fate and steps, at most 50 updates",
        "file_bytes": file.stat().st_size,
        "seconds": statistics.median(pair[0] for pair in pairs),
        "times_the_dry_run": statistics.median(with_file / without for with_file, without in pairs),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=machine.absolute_path, default=HERE.parents[1] / "build" / "release", help="build folder")
    parser.add_argument("--out", type=machine.absolute_path, default=HERE.parent / "results", help="folder for the results")
    parser.add_argument("--cases", help="names, separated by commas (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every contestant")
    parser.add_argument("--quick", action="store_true", help="tiny maps, one round: tests the suite, measures nothing")
    arguments = parser.parse_args()

    known = [*(case.name for case in CASES), certify_refine.NAME, certify_refine.UNITS_NAME, "output",
             small_maps.NAME, python_package.NAME, births.NAME]  # fmt: skip
    names = arguments.cases.split(",") if arguments.cases else known
    unknown = set(names) - set(known)
    if unknown:
        raise ContestError(f"no case {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    cases = [case for case in CASES if case.name in names]
    if arguments.quick:
        cases = [shrunk(case, 32) for case in cases]

    # Stepping through loops takes a quarter of a minute each.
    suite = Suite(arguments.build, 1 if arguments.quick else arguments.rounds, counts_units=not arguments.quick)
    version = subprocess.run([arguments.build / "deadcone", "--version"], capture_output=True, text=True, check=True)
    results = {
        "machine": machine.description(version.stdout.strip()),
        "date": datetime.date.today().isoformat(),
        "rounds": suite.rounds,
        "left_out": suite.skipped,
        "instructions_per_second": suite.rates,
        "results": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            results["results"] += suite.run(case, pathlib.Path(folder))
        if {certify_refine.NAME, certify_refine.UNITS_NAME} & set(names):
            command = [suite.mapper, f"--mapper={suite.sets[-1]}", f"--threads={suite.threads}"]
            side = 32 if arguments.quick else None
            results["certify_refine"] = certify_refine.measure(
                command, PRECISIONS, suite.rounds, pathlib.Path(folder), side, names
            )
        if "output" in names:
            side = 64 if arguments.quick else 2048
            results["output"] = measure_output(arguments.build, suite.rounds, side, pathlib.Path(folder))
        if small_maps.NAME in names:
            program = arguments.build / "deadcone"
            results["small_maps"] = small_maps.measure(program, suite.rounds, pathlib.Path(folder), arguments.quick)
        if births.NAME in names:
            results["births"] = births.measure(
                arguments.build, suite.rounds, suite.threads, suite.sets, suite.rates, suite.skip, arguments.quick
            )
        if python_package.NAME in names:
            measured = python_package.measure(arguments.build, suite.rounds, pathlib.Path(folder), arguments.quick)
            if measured is None:
                suite.skip("the Python package: it is not built")
            else:
                results["python"] = measured

    described = results["machine"]
    device = described["gpu"] if suite.cuda else f"{described['cpu']} {described['cores']} cores {suite.sets[-1]}"
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / (re.sub(r"[^a-z0-9]+", "-", device.lower()).strip("-") + ".json")
    path.write_text(json.dumps(results, indent=1) + "\n")
    for written in report.write(path):
        print(written)


if __name__ == "__main__":
    try:
        main()
    except ContestError as error:
        sys.exit(f"bench: {error}")
