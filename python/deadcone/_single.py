"""One trajectory, the gradient field, and the eigenvalues of the affine system."""

from __future__ import annotations

import os
import pathlib
import tempfile
from typing import Any, Literal

import numpy as np
import xarray as xr

from . import _arguments, _core, _dataset
from ._arguments import AxisLike
from ._sweep import core_arguments

__all__ = ["field", "spectrum", "trace"]

_COLUMNS = {
    "step": "updates made",
    "w": "weight along the target direction",
    "b": "bias",
    "r": "weight orthogonal to the target direction",
    "leak": "slope below 0",
    "momentum_w": "what the optimiser remembers of the gradients, along w",
    "momentum_b": "what the optimiser remembers of the gradients, along b",
    "momentum_r": "what the optimiser remembers of the gradients, along r",
    "update_norm": "length of the update that led here",
    "gradient_norm": "length of the gradient of the loss here",
    "loss": "loss here",
}


def trace(
    w: float,
    b: float,
    *,
    beta: float | None = None,
    gamma: float | None = None,
    eta: float | None = None,
    delta: float | None = None,
    r: float | None = None,
    unit: str = "relu",
    optimizer: str = "momentum",
    schedule: str = "constant",
    clip: str = "none",
    beta2: float | None = None,
    alpha: float | None = None,
    eps: float | None = None,
    decay: float | None = None,
    stop: Literal["stationary", "update"] = "stationary",
    tol: float = 1e-6,
    tol_relative: bool = False,
    rho: float = 0.01,
    epsilon: float = 0.01,
    max_updates: int = 100_000,
    certify: bool = False,
    cycles: int = 0,
    lyapunov: int = 0,
    precision: Literal["float", "double"] = "float",
) -> xr.Dataset:
    """Run one trajectory and keep every update.

    Parameters
    ----------
    w, b : float
        The start: initial weight along the target direction, and initial bias.
    beta, gamma, eta, delta, r, unit, optimizer, schedule, clip, beta2, alpha, eps, decay, stop, tol, tol_relative, rho,
    epsilon, max_updates, certify, cycles, lyapunov, precision
        As of `sweep`; each is one number. The constants of a unit are parts of `unit`: ``"leaky:0.1"``.

    Returns
    -------
    xarray.Dataset
        Over ``step``, 0 at the start: ``w``, ``b``, ``r``, with prelu ``leak``, what the optimiser remembers
        (``momentum_w``, ``momentum_b``, ``momentum_r``), ``update_norm``, ``gradient_norm`` and ``loss``, in the precision of the
        computation. Attributes say how it ended: ``fate``, ``proof``, ``updates``. Scalar coordinates are the
        hyper-parameters.

    Raises
    ------
    ConfigError
        If an argument is wrong.
    OutOfMemory
        If the trajectory does not fit in memory.

    Examples
    --------
    >>> import deadcone
    >>> path = deadcone.trace(-1, 1, gamma=0.1, beta=0.9)
    >>> path.attrs["fate"], path.attrs["updates"], path.sizes["step"]
    ('converged', 1967, 1968)
    """
    given = dict(locals())
    names = ("beta", "gamma", "eta", "delta", "r", "beta2", "alpha", "eps", "decay")
    axes = {name: [_arguments.number(name, given[name])] for name in names if given[name] is not None}
    found = _core.trace(_arguments.number("w", w), _arguments.number("b", b), axes=axes, **core_arguments(given))
    columns = found.pop("columns")
    coordinates: dict[str, Any] = {
        name: ((), value, {"long_name": meaning, "units": "1"})
        for name, (value, meaning) in found.pop("axes").items()
        if name not in columns  # r, of which the trajectory has the course
    }
    variables = {
        name: (("step",), values, {"long_name": _COLUMNS[name], "units": "1"}) for name, values in columns.items()
    }
    coordinates["step"] = variables.pop("step")
    title = {"title": "A trajectory of gradient descent", "unit": unit, "optimizer": optimizer, "precision": precision}
    return xr.Dataset(variables, coordinates, {**title, **found})


def spectrum(beta: AxisLike = (0, 0.99, 100), *, eta: float = 0.1) -> xr.Dataset:
    """Compute the eigenvalues of the affine system, the unit without a rectifier, for each momentum.

    Parameters
    ----------
    beta : axis
        Momentum, in [0, 1).
    eta : float
        Learning rate, > 0.

    Returns
    -------
    xarray.Dataset
        Over ``beta``: real parts ``re1``, ``re2``, imaginary parts ``im1``, ``im2`` and absolute values ``abs1``, ``abs2`` of the
        two eigenvalues. Above the attribute ``critical_beta`` they are complex, and the system oscillates.

    Raises
    ------
    ConfigError
        If a momentum or the learning rate is wrong.

    References
    ----------
    arXiv:2005.06195, section 4; docs/proofs.md.

    Examples
    --------
    >>> import deadcone
    >>> round(deadcone.spectrum(eta=0.1).attrs["critical_beta"], 4)
    0.6694
    """
    given = _arguments.axis("beta", beta)
    values = _core.parse_axis(given) if isinstance(given, str) else given
    rate = _arguments.number("eta", eta)
    found = _core.spectrum(values, rate)
    words = {"re": "real part", "im": "imaginary part", "abs": "absolute value"}
    critical = found.pop("critical_beta")
    variables = {
        name: (("beta",), column, {"long_name": f"{words[name[:-1]]} of eigenvalue {name[-1]}", "units": "1"})
        for name, column in found.items()
    }
    coordinates = {
        "beta": (("beta",), np.asarray(values), {"long_name": "momentum", "units": "1"}),
        "eta": ((), rate, {"long_name": "learning rate", "units": "1"}),
    }
    title = "Eigenvalues of the affine system under gradient descent with momentum"
    return xr.Dataset(variables, coordinates, {"title": title, "critical_beta": critical})


def field(
    *,
    gamma: AxisLike = 1.0,
    delta: AxisLike = 0.0,
    r: AxisLike = 0.0,
    w: tuple[float, float, int] | str = (-2, 2, 64),
    b: tuple[float, float, int] | str = (-2, 2, 64),
    unit: str = "relu",
    out: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    lock: bool = True,
) -> xr.Dataset:
    """Compute the loss and its gradient on a grid of parameters, in double precision.

    Parameters
    ----------
    gamma, delta : axis
        Standard deviation of the target, > 0, and its mean.
    r : axis
        Weight orthogonal to the target direction.
    w, b : (lo, hi, n)
        Weight along the target direction, and bias: the centres of n pixels between lo and hi.
    unit : str
        The activation, as of `sweep`.
    out : path, optional
        Write the field to this file, and read it from there where it is used.
    overwrite : bool
        Replace the file if it exists.
    lock : bool
        False writes also where the file system cannot lock the file.

    Returns
    -------
    xarray.Dataset
        ``loss``, ``grad_w``, ``grad_b`` and ``grad_r`` over (gamma, delta, r, b, w).

    Raises
    ------
    ConfigError
        If an argument is wrong; also if `out` exists and `overwrite` is not set.
    StorageError
        If the disk or the file fails.

    Examples
    --------
    >>> import deadcone
    >>> ds = deadcone.field(gamma=1, w=(-2, 2, 16), b=(-2, 2, 16))
    >>> dict(ds.loss.sizes)
    {'gamma': 1, 'delta': 1, 'r': 1, 'b': 16, 'w': 16}
    """
    given = dict(locals())

    def values(name: str) -> list[float]:
        axis = _arguments.axis(name, given[name])
        return _core.parse_axis(axis) if isinstance(axis, str) else axis

    def pixels(name: str) -> str:
        value = given[name]
        if not isinstance(value, (str, tuple)):
            raise TypeError(f"{name} must be a tuple (lo, hi, n), not {value!r}")
        return _arguments.text(name, value) if isinstance(value, str) else _arguments.range_of(name, value)

    def write(path: str) -> None:
        _core.field(
            path=path,
            unit=_arguments.text("unit", unit),
            gamma=values("gamma"),
            delta=values("delta"),
            r=values("r"),
            w=pixels("w"),
            b=pixels("b"),
            call=_arguments.call_of(field, given),
            overwrite=_arguments.flag("overwrite", overwrite),
            lock=_arguments.flag("lock", lock),
        )

    if out is not None:
        path = _arguments.path_of("out", out)
        write(path)
        return _dataset.open(path)
    with tempfile.TemporaryDirectory(prefix="deadcone-") as folder:
        path = str(pathlib.Path(folder) / "field.h5")
        write(path)
        with _dataset.open(path) as dataset:
            loaded = dataset.load()
    return loaded.drop_encoding()
