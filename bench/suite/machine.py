"""What the benchmark ran on."""

import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess


def first_match(pattern, text, otherwise):
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else otherwise


def absolute_path(text):
    """For folders on a command line: subprocess looks up `./deadcone`, which pathlib shortens to `deadcone`, on the PATH."""
    return pathlib.Path(text).resolve()


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def packages(names):
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def description(program_version):
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.exists() else ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": first_match(r"^model name\s*:(.*)$", text, platform.processor() or platform.machine()),
        "cpu_family_model": "/".join(first_match(rf"^{key}\s*:(.*)$", text, "?") for key in ("cpu family", "model")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 2**30),
        "gpu": output_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").strip() or None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": packages(("numpy", "scipy", "numba", "jax", "torch")),
        "deadcone": program_version,
    }
