"""Networks of rectifiers that are born dead: deadcone.birth() and deadcone.birth_theory()."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy.typing as npt
import xarray as xr

from . import _arguments, _core
from ._arguments import AxisLike
from ._run import dataset_of_run, run_arguments
from ._tasks import Progress
from .errors import ConfigError

__all__ = ["BirthTheory", "birth", "birth_theory"]


def birth(
    *,
    width: AxisLike = 4,
    depth: AxisLike = 9,
    dimension: AxisLike = 2,
    points: AxisLike = 64,
    sigma_w: AxisLike = 1,
    sigma_b: AxisLike | None = None,
    widths: Sequence[int] | npt.NDArray[Any] | str | None = None,
    init: Literal["he", "glorot", "lecun", "orthogonal", "uniform-he", "uniform-glorot", "rai"] = "he",
    bias: str = "zero",
    inputs: Literal["normal", "sphere", "signs", "grid"] = "normal",
    redraw: bool = True,
    leaky: float = 0,
    skip: Literal["none", "residual", "dense"] = "none",
    batch_norm: bool = False,
    sign_flip: bool = False,
    networks: int = 10_000,
    precision_goal: float = 0,
    seed: int = 0,
    precision: Literal["float", "double"] = "float",
    device: Literal["auto", "cpu", "cuda"] = "auto",
    threads: int = 0,
    shard: tuple[int, int] = (1, 1),
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    resume: bool = False,
    lock: bool = True,
    progress: Progress = True,
) -> xr.Dataset:
    """Find the probability that a deep network of rectifiers is born dead, at every point of a sweep.

    A network is born dead if some hidden layer puts out zero for every input; where no layer can (`leaky`, `skip`,
    `batch_norm`), if one puts out the same for all inputs. An axis is given as in `sweep`: a number, a list or an array of
    numbers, a tuple ``(lo, hi, n)``, or a text as on the command line. The sweep is the product of its axes.

    Parameters
    ----------
    width, depth : axis
        Units of each hidden layer, and hidden layers.
    dimension, points : axis
        Inputs of a network, and points that it is asked at.
    sigma_w : axis
        Factor of the deviation of weights.
    sigma_b : axis, default 1
        Deviation of normal biases.
    widths : whole numbers, optional
        Units of each hidden layer, in place of `width` and `depth`.
    init : str
        How weights are drawn; ``deadcone birth --help`` explains this and the other names.
    bias : str
        How biases are drawn: ``"zero"``, ``"init"``, ``"normal"`` with `sigma_b`, or ``"normal:0.1"``.
    inputs : {"normal", "sphere", "signs", "grid"}
        The points that a network is asked at.
    redraw : bool
        Draw random inputs anew for each network, or have one draw for all.
    leaky : float
        Slope of the units below 0: 0, or in [1e-6, 1].
    skip : {"none", "residual", "dense"}
        What a layer gets beside the output of the one before.
    batch_norm : bool
        Normalise what enters a unit over the points.
    sign_flip : bool
        Take (W, b) or (-W, -b) of each layer, whichever leaves more points alive.
    networks : int
        Networks at each point, at most.
    precision_goal : float
        Stop at a point when the 95% interval of the probability is no wider, looked at after 2^k networks; 0: never.
    seed : int
        Of the random numbers; networks of the same number have the same ones at all points.
    precision : {"float", "double"}
        The number type of the computation.
    device : {"auto", "cpu", "cuda"}
        Where to compute; results are the same.
    threads : int
        CPU threads; 0: as many as this process may use.
    shard : (int, int)
        ``(k, n)`` computes part k, from 1, of n, as in `sweep`.
    out : path, optional
        Write the results to this file instead of keeping them in memory.
    overwrite, resume : bool
        Replace the file if it exists; or compute only the networks that it lacks.
    lock : bool
        False writes also where the file system cannot lock the file.
    progress : bool or function
        True shows a bar for what takes longer than half a second; a function is called with
        ``(networks done, all networks)``. Where `precision_goal` ends points, not all of them are run.

    Returns
    -------
    xarray.Dataset
        ``probability`` with its 95% interval, ``networks``, ``born_dead``, and bounds by theory, over the axes; results by
        hidden layer over ``layer``, too; coordinates and attributes: those of the file. With `out`, it is read from the file
        where it is used.

    Raises
    ------
    ConfigError
        If an argument is wrong; also if `out` exists and neither `overwrite` nor `resume` is set.
    TypeError
        If an argument has a wrong type.
    OutOfMemory
        (a MemoryError) if the networks that run at once, or the results, do not fit in memory; before any work.
    DeviceError
        If the device is missing or fails.
    StorageError
        If the disk or the file fails.
    Interrupted
        (a KeyboardInterrupt) after Ctrl-C. Its ``dataset`` has the finished points, and what is known of the one that was
        not; with `out`, the file has them.

    References
    ----------
    L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and initialization: theory and numerical examples",
    arXiv:1903.06733; B. Rister, D. L. Rubin, "Probabilistic bounds on neuron death in deep rectifier networks",
    arXiv:2007.06192.

    Examples
    --------
    >>> import deadcone
    >>> ds = deadcone.birth(width=[2, 3], depth=2, dimension=1, points=2, inputs="signs", networks=1000)
    >>> ds.probability.dims
    ('width', 'depth')
    >>> ds.exact.values.ravel().tolist()
    [0.15625, 0.04296875]
    >>> bool(abs(ds.probability - ds.exact).max() < 0.05)
    True
    """
    given = dict(locals())
    arguments = {
        **_network_arguments(birth, given),
        "networks": _arguments.whole("networks", networks),
        "precision_goal": _arguments.number("precision_goal", precision_goal),
        "seed": _arguments.whole("seed", seed),
        "precision": _arguments.text("precision", precision),
    }
    return dataset_of_run(_core.BirthRun(**run_arguments(birth, given), **arguments), progress, "networks")


@dataclasses.dataclass(frozen=True)
class BirthTheory:
    """What theorems say of the probability that a network is born dead.

    Attributes
    ----------
    lower, upper : float
        Bounds of it; not a number where none is known.
    exact : float
        The probability, where it is known; else not a number.
    lower_theorem, upper_theorem, exact_theorem : str
        What each follows from, by its name in files; ``"none"`` where nothing is known.
    """

    lower: float
    upper: float
    exact: float
    lower_theorem: str
    upper_theorem: str
    exact_theorem: str


def birth_theory(
    *,
    width: int = 4,
    depth: int = 9,
    dimension: int = 2,
    points: int = 64,
    sigma_w: float = 1,
    sigma_b: float | None = None,
    widths: Sequence[int] | npt.NDArray[Any] | str | None = None,
    init: Literal["he", "glorot", "lecun", "orthogonal", "uniform-he", "uniform-glorot", "rai"] = "he",
    bias: str = "zero",
    inputs: Literal["normal", "sphere", "signs", "grid"] = "normal",
    redraw: bool = True,
    leaky: float = 0,
    skip: Literal["none", "residual", "dense"] = "none",
    batch_norm: bool = False,
    sign_flip: bool = False,
) -> BirthTheory:
    """What theorems say of the probability that networks of one shape are born dead. Runs no networks.

    Parameters
    ----------
    width, depth, dimension, points, sigma_w, sigma_b : number
        As of `birth`, one number each.
    widths, init, bias, inputs, redraw, leaky, skip, batch_norm, sign_flip
        As of `birth`.

    Returns
    -------
    BirthTheory
        Bounds, the exact probability where it is known, and what they follow from.

    Raises
    ------
    ConfigError
        If an argument is wrong.
    TypeError
        If an argument has a wrong type.

    Examples
    --------
    >>> import deadcone
    >>> theory = deadcone.birth_theory(width=1, depth=3, dimension=1, points=2, inputs="signs")
    >>> theory.exact, theory.exact_theorem
    (0.75, 'signs_one_unit')
    """
    found = _core.birth_theory(**_network_arguments(birth_theory, dict(locals())))
    return BirthTheory(**found)


_AXES = ("width", "depth", "dimension", "points", "sigma_w", "sigma_b")


def _network_arguments(function: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What says which networks there are, as the library takes it."""
    names = ("init", "bias", "inputs", "skip")
    flags = ("redraw", "batch_norm", "sign_flip")
    arguments: dict[str, Any] = {
        **{name: _arguments.text(name, given[name]) for name in names},
        **{name: _arguments.flag(name, given[name]) for name in flags},
        "leaky": _arguments.number("leaky", given["leaky"]),
    }
    axes = {name: given[name] for name in _AXES if name != "sigma_b" or given[name] is not None}
    if given["widths"] is not None:
        arguments["widths"] = _arguments.widths_of(given["widths"])
        for name in ("width", "depth"):
            if not _arguments.is_default(function, name, axes.pop(name)):
                raise ConfigError(f"{name} must not be given with widths, which are in its place")
    arguments["axes"] = {name: _arguments.axis(name, value) for name, value in axes.items()}
    return arguments
