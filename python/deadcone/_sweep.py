"""Maps of fates: deadcone.sweep()."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import xarray as xr

from . import _arguments, _core
from ._arguments import AxisLike
from ._run import dataset_of_run, run_arguments
from ._tasks import Progress

__all__ = ["sweep"]


def sweep(
    *,
    beta: AxisLike | None = None,
    gamma: AxisLike | None = None,
    eta: AxisLike | None = None,
    delta: AxisLike | None = None,
    r: AxisLike | None = None,
    w: AxisLike | None = None,
    b: AxisLike | None = None,
    plane: str | Sequence[str] = "w,b",
    unit: str = "relu",
    optimizer: str = "momentum",
    schedule: str = "constant",
    clip: str = "none",
    beta2: AxisLike | None = None,
    alpha: AxisLike | None = None,
    eps: AxisLike | None = None,
    decay: AxisLike | None = None,
    leak: AxisLike | None = None,
    scale: AxisLike | None = None,
    lo: AxisLike | None = None,
    hi: AxisLike | None = None,
    stop: Literal["stationary", "update"] = "stationary",
    tol: float = 1e-6,
    tol_relative: bool = False,
    rho: float = 0.01,
    epsilon: float = 0.01,
    max_updates: int = 100_000,
    certify: bool = False,
    cycles: int = 0,
    lyapunov: int = 0,
    refine: bool | Literal["none", "borders", "exact"] = False,
    refine_sample: float = 0.01,
    precision: Literal["float", "double"] = "float",
    fields: str | Iterable[str] = ("steps",),
    device: Literal["auto", "cpu", "cuda"] = "auto",
    threads: int = 0,
    shard: tuple[int, int] = (1, 1),
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    resume: bool = False,
    lock: bool = True,
    progress: Progress = True,
) -> xr.Dataset:
    """Map the fate of every pixel of a plane, at every point of a sweep.

    An axis of a sweep is a number, a list or an array of numbers, a tuple ``(lo, hi, n)``, or a text as on the command
    line (``"log:0.01:1:9"``). In the plane ``(lo, hi, n)`` are the centres of n pixels between lo and hi; elsewhere they are n
    values, both ends included. All numbers except ``seconds`` are dimensionless.

    Parameters
    ----------
    beta : axis, default 0.9
        Momentum, in [0, 1).
    gamma : axis, default 1
        Standard deviation of the target, > 0.
    eta : axis, default 0.1
        Learning rate, > 0.
    delta : axis, default 0
        Mean of the target.
    r : axis, default 0
        Initial weight orthogonal to the target direction; 0 is the plane of the paper.
    w, b : axis, default (-2, 2, 512)
        Initial weight along the target direction, and initial bias.
    plane : str or two of them
        The axes of the pixels, x and y: x along the columns, y along the rows.
    unit : str
        The activation, such as ``"leaky:0.1"``; ``deadcone sweep --help`` lists them.
    optimizer, schedule, clip : str
        What makes an update of a gradient, what multiplies the learning rate, how gradients are clipped.
    beta2, alpha, eps, decay : axis, optional
        Numbers of some optimisers, and weight decay.
    leak, scale, lo, hi : axis, optional
        Constants of some units.
    stop : {"stationary", "update"}
        When a trajectory is at rest: update and gradient are below `tol`, or the update alone (the paper's rule).
    tol : float
        The length below which an update counts as none, > 0.
    tol_relative : bool
        Multiply `tol` by |(gamma, delta)|.
    rho : float
        Converged: at rest within rho |(gamma, delta)| of the target.
    epsilon : float
        Dead: at rest where the unit is active with a probability below this, in (0, 1).
    max_updates : int
        The largest number of updates of a trajectory.
    certify : bool
        End a trajectory where a theorem proves its fate: the same fates in a fraction of the time.
    cycles, lyapunov : int
        The longest period to look for, and the updates to measure a Lyapunov exponent over; 0: none.
    refine : bool or {"none", "borders", "exact"}
        Fill blocks of pixels instead of computing them.
    refine_sample : float
        The share of the filled pixels to compute as a check, in [0, 1].
    precision : {"float", "double"}
        The number type of the computation.
    fields : names
        Results to keep for every pixel beside the fate: ``"steps"``, ``"final"``, ``"loss"``.
    device : {"auto", "cpu", "cuda"}
        Where to compute; results are the same.
    threads : int
        CPU threads; 0: as many as this process may use.
    shard : (int, int)
        ``(k, n)`` computes part k, from 1, of n, as another process computes the others. With `out`, the part has
        ``.k-of-n`` before the suffix of its name; `merge` joins the parts.
    out : path, optional
        Write the results to this file, tile by tile, instead of keeping them in memory.
    overwrite, resume : bool
        Replace the file if it exists; or compute only the points that it lacks.
    lock : bool
        False writes also where the file system cannot lock the file.
    progress : bool or function
        True shows a bar for what takes longer than half a second; a function is called with
        ``(pixels done, all pixels)``.

    Returns
    -------
    xarray.Dataset
        ``fate`` and other results by pixel over (axes of the points, y, x), results by point, coordinates and attributes:
        those of the file, which docs/file-format.md lists. With `out`, it is read from the file where it is used.

    Raises
    ------
    ConfigError
        If an argument is wrong; also if `out` exists and neither `overwrite` nor `resume` is set.
    TypeError
        If an argument has a wrong type.
    OutOfMemory
        (a MemoryError) if the results do not fit in memory; before any work.
    DeviceError
        If the device is missing or fails.
    StorageError
        If the disk or the file fails.
    Interrupted
        (a KeyboardInterrupt) after Ctrl-C. Its ``dataset`` has the finished points; with `out`, the file has them.

    References
    ----------
    I. Arnekvist, J. F. Carvalho, D. Kragic, J. A. Stork, "The Effect of Target Normalization and Momentum on Dying ReLU",
    arXiv:2005.06195.

    Examples
    --------
    >>> import deadcone
    >>> ds = deadcone.sweep(beta=[0, 0.9], gamma=0.1, w=(-2, 2, 64), b=(-2, 2, 64), certify=True)
    >>> ds.fate.dims
    ('beta', 'gamma', 'b', 'w')
    >>> ds.fate_count.sel(fate_code=1).values.ravel().tolist()  # dead
    [1717, 2077]
    """
    given = dict(locals())
    axes = {name: given[name] for name in _AXES}
    common = core_arguments(given)
    arguments: dict[str, Any] = {
        **common,
        "axes": _arguments.axes_of(axes, common["plane"]),
        "fields": _arguments.fields_of(fields),
        "refine": _arguments.refine_of(refine),
        "refine_sample": _arguments.number("refine_sample", refine_sample),
    }
    return dataset_of_run(_core.SweepRun(**run_arguments(sweep, given), **arguments), progress, "px")


_AXES = ("beta", "gamma", "eta", "delta", "r", "w", "b", "beta2", "alpha", "eps", "decay", "leak", "scale", "lo", "hi")


def core_arguments(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments that a sweep and a trajectory have in common, but for the axes, as the library takes them."""
    texts = ("unit", "optimizer", "schedule", "clip", "stop", "precision")
    numbers = ("tol", "rho", "epsilon")
    wholes = ("max_updates", "cycles", "lyapunov")
    flags = ("tol_relative", "certify")
    return {
        **{name: _arguments.text(name, given[name]) for name in texts},
        **{name: _arguments.number(name, given[name]) for name in numbers},
        **{name: _arguments.whole(name, given[name]) for name in wholes},
        **{name: _arguments.flag(name, given[name]) for name in flags},
        "plane": _arguments.plane_of(given.get("plane", "w,b")),
    }
