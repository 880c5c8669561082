#!/usr/bin/env python3
"""Makes the files of this folder: make.py PROGRAM

They show that a later program reads the files of version 0.1 and computes the same bits. So only the program of the
commit below may make them; files of a later format get a folder of their own. The tables say how each file is made, and
tests/program/test_version_0_1.py takes the options from here.
"""

import pathlib
import shutil
import signal
import subprocess
import sys

import h5py
import numpy as np

COMMIT = "4dac9b15979a89666bbbf0d927500d52d977096d"

SWEEP = "sweep --device cpu --quiet"

ALL_FIELDS = "--fields steps,final,loss"
# A large learning rate, at which most trajectories diverge; the target off the origin; starts in and off the plane.
ALL_AXES = f"--gamma 0.5 --r 0,0.5 --max-steps 1500 --tol 1e-3 {ALL_FIELDS}"
# A target so small that all four theorems prove fates.
CREEPING = "--beta 0.9 --gamma 1,0.05 --tol 1e-4 --max-steps 20000"
OFF_THE_PLANE = "--gamma 0.5 --delta -0.2 --r 0.5 --tol 1e-4"

# NAME.h5: the options of its sweep, but for --out.
SWEEPS = {
    "float": f"--beta 0,0.9 --gamma 0.1,1 --w -2:2:17 --b -2:2:11 {ALL_FIELDS}",
    "double": f"--beta 0,0.9 --gamma 0.5 --w -2:2:13 --b -2:2:11 {ALL_FIELDS} --precision double",
    "axes-float": f"--beta 0.5 --eta 0.1,1000 --delta -0.2,0.3 --w -2:2:9 --b -2:2:5 {ALL_AXES}",
    "axes-double": f"--beta 0,0.9 --eta 0.5 --delta 0.3 --w -1:2:10 --b -2:1:7 {ALL_AXES} --precision double",
    "update-float": "--beta 0,0.7 --gamma 0.5 --eta 0.1,2.5 --w -2:2:24 --b -2:2:16 --stop update --tol 1e-2 "
    "--tol-relative --max-steps 2000",
    "update-double": f"--beta 0.9 {OFF_THE_PLANE} --w -2:2:22 --b -2:2:14 --stop update --fields steps,loss "
    "--precision double",
    "fates": "--beta 0.9 --gamma 1,0.1 --w -2:2:520 --b -1:1:6 --tol 1e-3 --fields fate",  # two tiles a map
    "plain": "--beta 0 --gamma 1,0.1 --w -2:2:67 --b -2:2:65 --tol 1e-4 --max-steps 3000",
    "certified-float": f"{CREEPING} --w -3:3:67 --b -4:3:65 --certify",
    "certified-double": f"{CREEPING} --w -3:3:30 --b -4:3:21 --certify --precision double",
    "certified-general": f"--beta 0,0.9 {OFF_THE_PLANE} --w -2:2:25 --b -2:2:18 --certify --stop update",
    # Islands that no border touches: pixels are filled wrongly, and some are found to be.
    "refined": "--beta 0.9 --gamma 1 --eta 38 --w -4:4:100 --b -4:4:90 --max-steps 300 --refine --refine-sample 0.1",
    "refined-exact": f"{CREEPING} --w -3:3:60 --b -4:3:41 --refine exact",
    "certified-refined": f"{CREEPING} --w -3:3:60 --b -4:3:41 --certify --refine --precision double",
    # The second point takes so much longer than the first that a sweep can be stopped in between.
    "whole": "--beta 0 --eta 0.2,0.0001,0.1,2.5,0.3 --w -2:2:21 --b -2:2:13 --max-steps 120000",
}

# Parts of a sweep: whole.1-of-3.h5 and so on.
PARTED = "whole"
PARTS = 3

# interrupted.h5: the sweep whole.h5, stopped by Ctrl-C when it has its first point.
INTERRUPTED = "interrupted"

# NAME.h5: a copy of that sweep, analyzed.
ANALYZED = {"plain-analyzed": "plain", "certified-analyzed": "certified-float"}
ANALYZE = "analyze --init he:2 --samples 200"

# NAME.h5, but for --out.
FIELDS = {"field": "field --gamma 1 --delta 0.2 --r 0,0.5 --w -2:2:7 --b -1:2:5"}

# NAME.txt: what these print.
TEXTS = {
    "trace-float": "trace --w -0.5 --b 1 --beta 0.7 --gamma 1 --eta 0.8 --tol 1e-4",
    "trace-double": "trace --w 0.5 --b -0.7 --beta 0.9 --gamma 0.5 --delta 0.1 --r 0.3 --precision double "
    "--stop update --tol 1e-3 --max-steps 40",
    "trace-certified": "trace --w -0.5 --b 1 --beta 0.7 --gamma 1 --eta 0.8 --certify --precision double",
    "trace-dead": "trace --w -0.5 --b -3 --beta 0.9 --gamma 0.1 --tol 1e-5 --tol-relative",
    "spectrum": "spectrum --beta 0:0.99:34 --eta 0.1",
}


def sweep_commands():
    """Of every sweep: the name of its file, its options and the file that is given as --out."""
    for name, options in SWEEPS.items():
        yield f"{name}.h5", options, f"{name}.h5"
    for part in range(1, PARTS + 1):
        shard = f"--shard {part}/{PARTS}"
        yield f"{PARTED}.{part}-of-{PARTS}.h5", f"{SWEEPS[PARTED]} {shard}", f"{PARTED}.h5"


def start(program, folder, command):
    """Starts the program with a command line that has no path in it, since files keep it."""
    return subprocess.Popen(
        ["deadcone", *command.split()], executable=program, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run(program, folder, command):
    process = start(program, folder, command)
    printed, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"make.py: {command}: {errors.decode()}")
    return printed


def interrupt(program, folder):
    """Stops a sweep on one thread after its first point; again, if the signal came too late."""
    command = f"sweep --device cpu --threads 1 --progress plain {SWEEPS[PARTED]} --overwrite --out {INTERRUPTED}.h5"
    for _ in range(100):
        process = start(program, folder, command)
        for line in process.stderr:
            if b"finished" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate()
        with h5py.File(folder / f"{INTERRUPTED}.h5") as file:
            if process.returncode == 130 and file["point_done"][...].ravel().tolist() == [1, 0, 0, 0, 0]:
                return
    sys.exit("make.py: no sweep could be stopped in its second point")


def check(folder):
    """Ends with an error unless every fate, every proof, filled pixels and wrong fills occur in the sweeps."""
    found = {"fate": set(), "proof": set(), "provenance": set()}
    mismatches = 0
    for name in SWEEPS:
        with h5py.File(folder / f"{name}.h5") as file:
            for field in found.keys() & file.keys():
                found[field] |= set(np.unique(file[field]).tolist())
            if "fill_mismatches" in file:
                mismatches += int(file["fill_mismatches"][...].sum())
    if found != {"fate": set(range(5)), "proof": set(range(-1, 5)), "provenance": {0, 1}} or mismatches == 0:
        sys.exit(f"make.py: the sweeps have only {found} and {mismatches} wrong fills")


def make(program, folder):
    if COMMIT not in run(program, folder, "--version").decode():
        sys.exit(f"make.py: {program} is not the program of commit {COMMIT}")
    for _, options, out in sweep_commands():
        run(program, folder, f"{SWEEP} {options} --overwrite --out {out}")
    interrupt(program, folder)
    for name, sweep in ANALYZED.items():
        shutil.copy(folder / f"{sweep}.h5", folder / f"{name}.h5")
        run(program, folder, f"{ANALYZE} {name}.h5")
    for name, command in FIELDS.items():
        run(program, folder, f"{command} --overwrite --out {name}.h5")
    for name, command in TEXTS.items():
        (folder / f"{name}.txt").write_bytes(run(program, folder, command))
    check(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("make.py: give it the program")
    make(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(__file__).resolve().parent)
