"""Calls that compute points, in memory or in a file: what those of sweep and birth have in common."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import xarray as xr

from . import _arguments, _core, _dataset
from ._tasks import Progress, progress_report
from .errors import Interrupted

__all__ = ["dataset_of_run", "run_arguments"]


def run_arguments(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """How and where something is computed, as the library takes it: from the arguments of a function."""
    part, parts = _arguments.shard_of(given["shard"])
    return {
        "device": _arguments.text("device", given["device"]),
        "threads": _arguments.whole("threads", given["threads"]),
        "shard": part,
        "shards": parts,
        "out": "" if given["out"] is None else _arguments.path_of("out", given["out"]),
        **{name: _arguments.flag(name, given[name]) for name in ("overwrite", "resume", "lock")},
        "call": _arguments.call_of(function, given),
    }


def dataset_of_run(run: _core.Run, progress: Progress, unit: str) -> xr.Dataset:
    """Computes, and returns the results: those in memory, or the opened file. Its caller is what users call."""
    try:
        with progress_report(progress, unit) as report:
            run.run(report)
    except KeyboardInterrupt:
        if run.path:
            raise Interrupted(f"interrupted; {run.path} has the finished points, resume=True continues") from None
        results = run.results()
        if results is None:  # it had not begun
            raise
        message = "interrupted; the attribute `dataset` has the finished points"
        raise Interrupted(message, _dataset.dataset_of(results)) from None
    for warning in run.warnings():
        warnings.warn(warning, stacklevel=3)
    return _dataset.open(run.path) if run.path else _dataset.dataset_of(run.results())
