"""What works on finished sweeps and births: verify, analyze, merge."""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Sequence
from typing import Any

import xarray as xr

from . import _arguments, _core, _dataset
from ._tasks import Progress, progress_report

__all__ = ["VerifyReport", "analyze", "merge", "verify"]


@dataclasses.dataclass(frozen=True)
class VerifyReport:
    """What `verify` found. It is true where everything is right.

    Attributes
    ----------
    points, pixels : int
        Finished points, and how many of their pixels were recomputed; of births, the points that were recomputed, and 0.
    filled, wrong_fills : int
        Of these, how many the sweep had filled, and how many of them have another fate.
    wrong_pixels, wrong_counts, wrong_values : int
        Pixels, points whose counts, and other values that are not what they should be; of births all findings are in
        `wrong_values`.
    unchecked : list of str
        What cannot be checked, because it follows from nothing.
    findings : list of str
        What is wrong, in words; at most 100.
    networks : int
        Of births, the networks that were recomputed; else 0.
    """

    points: int
    pixels: int
    filled: int
    wrong_fills: int
    wrong_pixels: int
    wrong_counts: int
    wrong_values: int
    unchecked: list[str]
    findings: list[str]
    networks: int = 0

    def __bool__(self) -> bool:
        return self.wrong_pixels == self.wrong_counts == self.wrong_values == 0


def verify(
    data: xr.Dataset | str | os.PathLike[str],
    *,
    all: bool = False,  # noqa: A002  as the option of the program
    patches: int = 4,
    threads: int = 0,
    progress: Progress = True,
) -> VerifyReport:
    """Recompute pixels of a sweep, or networks of births, with the scalar path, and compare every bit.

    Parameters
    ----------
    data : xarray.Dataset or path
        A sweep or births, or their file.
    all : bool
        Recompute everything instead of a sample: of pixels, or the points of births that take seconds.
    patches : int
        Sample of a sweep: the number of patches of 16 x 16 pixels, spread over each map.
    threads : int
        CPU threads; 0: as many as this process may use.
    progress : bool or function
        As of `sweep`; a function is called with ``(pixels or networks done, None)``.

    Returns
    -------
    VerifyReport
        True where all bits are equal.

    Raises
    ------
    StorageError
        If the file cannot be read, or the Dataset is not whole.
    Error
        If it was computed by a version whose results have other bits.

    Examples
    --------
    >>> import deadcone
    >>> bool(deadcone.verify(deadcone.sweep(w=(-2, 2, 16), b=(-2, 2, 16)), all=True))
    True
    """
    common: dict[str, Any] = {"all": _arguments.flag("all", all), "threads": _arguments.whole("threads", threads)}
    with _dataset.file_of(data) as path:
        if _core.holds_births(path=path):
            no_pixels: dict[str, Any] = dict.fromkeys(("pixels", "filled", "wrong_fills", "wrong_pixels", "wrong_counts"), 0)
            with progress_report(progress, "networks") as report:
                return VerifyReport(**no_pixels, **_core.verify_births(path=path, report=report, **common))
        with progress_report(progress, "px") as report:
            found = _core.verify(path=path, patches=_arguments.whole("patches", patches), report=report, **common)
    return VerifyReport(**found)


def analyze(
    data: xr.Dataset | str | os.PathLike[str],
    *,
    init: str = "uniform",
    box: int = 5,
    samples: int = 1000,
    threads: int = 0,
    overwrite: bool = False,
    lock: bool = True,
    progress: Progress = True,
) -> xr.Dataset:
    """Measure the maps of a sweep: probabilities of fates, dimension of the boundary, entropies, time in the cones.

    Parameters
    ----------
    data : xarray.Dataset or path
        A sweep, or its file. A file keeps the results in its group ``analysis``; a Dataset stays as it is.
    init : str
        Distribution of the starts: ``"uniform"``, ``"normal:SIGMA_W:SIGMA_B"``, ``"he:FAN_IN"`` or
        ``"xavier:FAN_IN:FAN_OUT"``.
    box : int
        Side in pixels of the boxes of the basin entropy.
    samples : int
        Trajectories of each map that run once more, and starts that are drawn from a whole initialisation.
    threads : int
        CPU threads; 0: as many as this process may use.
    overwrite : bool
        Replace an analysis with other options in the file.
    lock : bool
        False writes also where the file system cannot lock the file.
    progress : bool or function
        As of `sweep`; a function is called with ``(points done, None)``.

    Returns
    -------
    xarray.Dataset
        One value, or one for each fate, of each point; docs/file-format.md lists them.

    Raises
    ------
    ConfigError
        If an option is wrong, or the file has an analysis with other options.
    StorageError
        If the file cannot be read or written, or holds births, or the Dataset is not a whole sweep.

    References
    ----------
    A. Daza et al., "Basin entropy: a new tool to analyze uncertainty in dynamical systems", Scientific Reports 6, 31416
    (2016); docs/command-line.md.

    Examples
    --------
    >>> import deadcone
    >>> ds = deadcone.sweep(gamma=0.1, w=(-2, 2, 64), b=(-2, 2, 64))
    >>> measured = deadcone.analyze(ds, samples=10)
    >>> bool((measured.fate_probability == ds.fate_fraction).all())
    True
    """
    is_dataset = isinstance(data, xr.Dataset)
    with _dataset.file_of(data) as path, progress_report(progress, "points") as report:
        _core.analyze(
            path=path,
            init=_arguments.text("init", init),
            box=_arguments.whole("box", box),
            samples=_arguments.whole("samples", samples),
            threads=_arguments.whole("threads", threads),
            overwrite=_arguments.flag("overwrite", overwrite),
            call=_arguments.call_of(analyze, {**dict(locals()), "data": "dataset" if is_dataset else data}),
            lock=_arguments.flag("lock", lock),
            report=report,
        )
        with _dataset.open(path) as whole:
            coordinates = whole.coords.to_dataset().load()
        analysis = _dataset.open(path, group="analysis")
        if is_dataset:
            analysis = analysis.load().drop_encoding()
            analysis.close()
    shared = {name: value for name, value in coordinates.coords.items() if set(value.dims) <= set(analysis.dims)}
    return analysis.assign_coords(shared)


def merge(
    out: str | os.PathLike[str],
    parts: Sequence[str | os.PathLike[str]],
    *,
    overwrite: bool = False,
    lock: bool = True,
) -> xr.Dataset:
    """Join the files of the parts of a sweep or of births, which `sweep` or `birth` wrote with `shard`, in one file.

    Parameters
    ----------
    out : path
        The new file.
    parts : list of paths
        Files of the same sweep or births; they stay as they are.
    overwrite : bool
        Replace the new file if it exists.
    lock : bool
        False writes also where the file system cannot lock the file.

    Returns
    -------
    xarray.Dataset
        The new file, opened. A warning says how many points no part has.

    Raises
    ------
    ConfigError
        If the parts are not of one sweep or births, or two of them disagree about a point; also if `out` exists and
        `overwrite` is not set.
    StorageError
        If a file cannot be read or written.
    """
    if isinstance(parts, (str, os.PathLike)):
        raise TypeError(f"parts must be a list of paths, not {parts!r}")
    path = _arguments.path_of("out", out)
    missing, first = _core.merge(
        out=path,
        parts=[_arguments.path_of("parts", part) for part in parts],
        call=_arguments.call_of(merge, dict(locals())),
        overwrite=_arguments.flag("overwrite", overwrite),
        lock=_arguments.flag("lock", lock),
    )
    if missing:
        others = f" and {missing - 1} more" if missing > 1 else ""
        message = f"{path}: no part has the point ({first}){others}; resume=True with the parts' arguments computes them"
        warnings.warn(message, stacklevel=2)
    return _dataset.open(path)
