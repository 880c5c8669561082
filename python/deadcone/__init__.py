"""Maps of basins of attraction: sweeps of a unit's training, their pictures and their atlas."""

import importlib

from . import _accessor, errors

__all__ = ["atlas", "errors", "plot"]

_accessor.register()


def __getattr__(name):
    # Matplotlib takes a while to import: only who draws waits for it.
    if name == "plot":
        return importlib.import_module(".plot", __name__)
    if name == "atlas":
        return importlib.import_module("._atlas", __name__).atlas
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
