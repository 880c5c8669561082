"""deadcone: basins of attraction of a unit under gradient descent, as xarray.Dataset.

    import deadcone
    ds = deadcone.sweep(beta=[0, 0.7, 0.9], gamma=[1, 0.1], certify=True)
    ds.deadcone.plot()

`sweep` maps what becomes of each initial weight and bias; `trace` runs one trajectory; `field` and `spectrum` compute the
gradient and the eigenvalues of the affine system. `birth` finds the probability that a deep network of rectifiers is born
dead, `birth_theory` what theorems say of it. `open`, `verify`, `analyze` and `merge` work on files. `deadcone.plot` draws
pictures, `atlas` makes a page to look around in. docs/python.md has the whole of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import _accessor
from .errors import ConfigError, DeviceError, Error, Interrupted, OutOfMemory, StorageError

if TYPE_CHECKING:
    from . import plot
    from ._atlas import atlas
    from ._birth import BirthTheory, birth, birth_theory
    from ._dataset import open  # noqa: A004
    from ._files import VerifyReport, analyze, merge, verify
    from ._single import field, spectrum, trace
    from ._sweep import sweep

__all__ = [
    "BirthTheory",
    "ConfigError",
    "DeviceError",
    "Error",
    "Interrupted",
    "OutOfMemory",
    "StorageError",
    "VerifyReport",
    "__version__",
    "analyze",
    "atlas",
    "birth",
    "birth_theory",
    "field",
    "merge",
    "open",
    "plot",
    "spectrum",
    "sweep",
    "trace",
    "verify",
]

# Where each name is. They are loaded when they are first used: pictures do without the extension, and computing without
# Matplotlib.
_HOMES = {
    "sweep": "_sweep",
    "birth": "_birth",
    "birth_theory": "_birth",
    "BirthTheory": "_birth",
    "trace": "_single",
    "field": "_single",
    "spectrum": "_single",
    "open": "_dataset",
    "verify": "_files",
    "VerifyReport": "_files",
    "analyze": "_files",
    "merge": "_files",
    "atlas": "_atlas",
}


_accessor.register()


def __getattr__(name: str) -> Any:
    if name == "plot":
        return importlib.import_module(".plot", __name__)
    if name == "__version__":
        return importlib.import_module("._core", __name__).version()
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
