#!/usr/bin/env python3
"""Times deadcone on a GPU: its kernel by events, whole maps through the mapper, sweeps with their file, and its peers.

Every contestant is verified before it is timed: deadcone's labels against those of the CPU, pixel by pixel. Writes NAME.json
and NAME.md into a folder. scripts/gpu/check.sh calls it.
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
import threading
import time

import certify_refine
import hot_loop_cuda
import machine
import report
from cases import GPU_CASES, GPU_PEERS_CASE
from contest import Contestant, ContestError, contest, ratio

HERE = pathlib.Path(__file__).resolve().parent
PRECISIONS = ("float", "double")
PEERS = {"CuPy": ("cupy", "cupy_raw"), "Numba-CUDA": ("numba.cuda", "numba_kernel"), "JAX": ("jax", "jax_vmap"),
         "PyTorch": ("torch", "torch_compiled")}  # fmt: skip
SWEEP_POINTS = 16


class ClockUnderLoad:
    """Samples the clock of the processors while this is open: `hertz` is the median over the times when they were busy."""

    def __enter__(self):
        self._samples, self._stop = [], threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def _sample(self):
        while not self._stop.is_set():
            query = "--query-gpu=clocks.sm,utilization.gpu"
            text = machine.output_of("nvidia-smi", query, "--format=csv,noheader,nounits").strip()
            if text:
                clock, busy = (float(number) for number in text.splitlines()[0].split(","))
                if busy >= 50:  # per cent; the verification on the CPU leaves the card idle
                    self._samples.append(clock * 1e6)
            time.sleep(0.05)

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    @property
    def hertz(self):
        # The first samples are from before the card is busy.
        return statistics.median(self._samples[len(self._samples) // 4 :]) if self._samples else None


class Suite:
    def __init__(self, build, rounds):
        self.build, self.rounds = build, rounds
        self.mapper = build / "bench" / "bench_mapper"
        self.kernel = build / "bench" / "bench_gpu"
        asked = subprocess.run([self.kernel, "--device-info"], capture_output=True, text=True)
        if asked.returncode != 0:
            raise ContestError(asked.stderr.strip())
        self.device = json.loads(asked.stdout)
        listed = subprocess.run([self.mapper, "--list"], check=True, capture_output=True, text=True).stdout
        self.cpu = [name for name in json.loads(listed)["mappers"] if name != "cuda"][-1]
        self.left_out = []
        self.peers = {"CUDA with erfc and exp": [build / "bench" / "plain_cuda"]}
        for name, (module, program) in PEERS.items():
            if subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0:
                self.peers[name] = [sys.executable, HERE.parent / "peers" / f"{program}.py"]
            else:
                self.leave_out(f"{name}: not installed")

    def leave_out(self, what):
        if what not in self.left_out:
            print(f"bench: left out: {what}", file=sys.stderr)
            self.left_out.append(what)

    def contest(self, case, precision, entries, folder):
        reference = Contestant(f"{self.cpu} on the CPU", [self.mapper, f"--mapper={self.cpu}"], case, precision, folder, True)
        reference.end()
        return contest(entries, case, {precision: reference}, self.rounds, folder, self.leave_out)

    def ours(self, precision):
        return [
            ("kernel", [self.kernel], precision, True),
            ("mapper", [self.mapper, "--mapper=cuda"], precision, True),
        ]

    def run(self, case, precision, folder):
        """The results of a case in the form that is kept."""
        print(f"bench: {case.name}, {precision}", file=sys.stderr, flush=True)
        with ClockUnderLoad() as clock:
            kernel, mapper = self.contest(case, precision, self.ours(precision), folder)
        result = self.result(case, precision, kernel) | {"mapper_updates_per_second": mapper.rate(), "peers": {}}
        return result | self.limit(precision, kernel, clock.hertz)

    def result(self, case, precision, kernel):
        """What is kept of the kernel in every case."""
        return {
            "device": self.device["name"],
            "case": case.name,
            "options": case.describe(),
            "precision": precision,
            "updates": kernel.updates,
            "seconds": statistics.median(kernel.seconds),
            "updates_per_second": kernel.rate(),
        }

    def limit(self, precision, kernel, hertz):
        """What the processors could issue at the clock they had."""
        architecture = "sm_" + self.device["capability"].replace(".", "")
        try:
            counted = hot_loop_cuda.count(self.kernel, architecture, precision)
        except hot_loop_cuda.NoHotLoop as error:
            self.leave_out(f"the issue limit: {error}")
            return {}
        if hertz is None:
            self.leave_out("the issue limit: nvidia-smi does not report the clock")
            return {"instructions_per_update": counted["instructions"], "double_per_update": counted["double"]}
        limit = self.device["processors"] * hertz / hot_loop_cuda.cycles_per_update(counted["kinds"])
        return {
            "clock_hertz": hertz,
            "instructions_per_update": counted["instructions"],
            "double_per_update": counted["double"],
            "issue_limit_updates_per_second": limit,
            "fraction_of_limit": kernel.rate() / limit,
        }

    def run_peers(self, precision, folder):
        case = GPU_PEERS_CASE
        print(f"bench: {case.name}, {precision}", file=sys.stderr, flush=True)
        peers = []
        for name, command in self.peers.items():
            peers.append((name, command, precision, False))
        kernel, *others = self.contest(case, precision, [self.ours(precision)[0], *peers], folder)
        return self.result(case, precision, kernel) | {
            "peers": {c.name: c.rate() for c in others},
            "times_the_peer": {c.name: ratio(kernel, c) for c in others},
            "agreement": {c.name: c.agreement for c in others},
        }

    def run_sweep(self, folder):
        """A sweep of labels into a file, against the kernel alone on the same map: seconds of a point, without the start."""
        case = GPU_CASES[0]
        file = folder / "sweep.h5"
        etas = ",".join(f"{0.1 + 1e-6 * i:.6f}" for i in range(SWEEP_POINTS))  # the same map, but for the last bits
        options = [option for option in case.options("float") if not option.startswith("--eta")]
        command = [self.build / "deadcone", "sweep", "--device", "cuda", "--quiet", "--fields", "fate", "--overwrite",
                   *options, f"--eta={etas}"]  # fmt: skip
        kernel = Contestant("kernel", [self.kernel], case, "float", folder, True)
        ratios = []
        for _ in range(self.rounds):
            subprocess.run([*command, "--out", file], check=True)
            text = subprocess.run([self.build / "deadcone", "info", file], check=True, capture_output=True, text=True).stdout
            points = [float(line.split()[-1]) for line in text.strip().splitlines()[-SWEEP_POINTS:]]
            kernel.run()
            ratios.append(statistics.median(points[1:]) / kernel.seconds[-1])
        kernel.end()
        return {"options": f"{case.describe()}, labels only, {SWEEP_POINTS} points", "times_the_kernel": statistics.median(ratios)}


def instructions(result):
    """Of an update; for double also those that only the units for double take, which set the limit where they are many."""
    if "instructions_per_update" not in result:
        return ""
    text = f"{result['instructions_per_update']:.4g}"
    return f"{text}, {result['double_per_update']:.4g} in double" if result.get("double_per_update") else text


def page(results):
    lines = [f"# Benchmark: {results['device']['name']}", "", *report.machine_lines(results)]
    rows = [
        (
            r["options"],
            r["precision"],
            report.rate(r["updates_per_second"]),
            report.rate(r["mapper_updates_per_second"]),
            instructions(r),
            report.rate(r["issue_limit_updates_per_second"]) if "issue_limit_updates_per_second" in r else "",
            f"{r['fraction_of_limit']:.0%}" if "fraction_of_limit" in r else "",
        )
        for r in results["results"]
        if "mapper_updates_per_second" in r
    ]
    head = ("", "precision", "kernel, updates/s", "with copies, updates/s", "instructions", "limit", "of the limit")
    lines += ["## Maps", "", *report.table(head, rows)]
    rows = [
        (name, r["precision"], report.rate(value), f"{r['times_the_peer'][name]:.1f}", r["agreement"][name])
        for r in results["results"]
        for name, value in r["peers"].items()
    ]
    if rows:
        head = ("", "precision", "updates/s", "deadcone's rate is × this", "labels that agree")
        lines += ["## Against what a user would write instead", "", GPU_PEERS_CASE.describe() + ".", "", *report.table(head, rows)]
    if rows := certify_refine.rows_of(results):
        lines += certify_refine.page_lines(rows, report.table)
    sweep = results["sweep"]
    return "\n".join([*lines, f"A sweep with its file takes {sweep['times_the_kernel']:.2f} times the kernel's time ({sweep['options']})."])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=machine.absolute_path, default=HERE.parents[1] / "build" / "release", help="build folder")
    parser.add_argument("--out", type=machine.absolute_path, default=HERE.parent / "results", help="folder for the results")
    parser.add_argument("--rounds", type=int, default=5, help="turns of every contestant")
    parser.add_argument("--no-peers", action="store_true", help="time deadcone alone")
    arguments = parser.parse_args()
    suite = Suite(arguments.build, arguments.rounds)
    version = subprocess.run([arguments.build / "deadcone", "--version"], capture_output=True, text=True, check=True)
    results = {
        "machine": machine.description(version.stdout.strip()),
        "device": suite.device,
        "date": datetime.date.today().isoformat(),
        "rounds": suite.rounds,
        "left_out": suite.left_out,
        "results": [],
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / (re.sub(r"[^a-z0-9]+", "-", suite.device["name"].lower()).strip("-") + ".json")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for case in GPU_CASES:
            results["results"] += [suite.run(case, precision, folder) for precision in PRECISIONS]
        results["sweep"] = suite.run_sweep(folder)
        results["certify_refine"] = certify_refine.measure([suite.mapper, "--mapper=cuda"], PRECISIONS, suite.rounds, folder)
        path.write_text(json.dumps(results, indent=1) + "\n")  # before the peers, of which one might hang
        if not arguments.no_peers:
            results["results"] += [suite.run_peers(precision, folder) for precision in PRECISIONS]
    path.write_text(json.dumps(results, indent=1) + "\n")
    path.with_suffix(".md").write_text(page(results) + "\n")
    print(path, path.with_suffix(".md"), sep="\n")


if __name__ == "__main__":
    try:
        main()
    except ContestError as error:
        sys.exit(f"bench_gpu: {error}")
