"""What can go wrong. The message of each is one line that says what is wrong and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ConfigError", "DeviceError", "Error", "Interrupted", "OutOfMemory", "StorageError"]


class Error(Exception):
    """Anything that deadcone cannot do; str() of it is its message."""

    def __init__(self, message: str) -> None:
        # One argument alone: OSError takes two for a number and a text, and shows neither as it is.
        super().__init__(message)


class ConfigError(Error, ValueError):
    """An argument is wrong."""


class DeviceError(Error, RuntimeError):
    """The requested device is missing, or it failed."""


class OutOfMemory(Error, MemoryError):
    """The results do not fit in memory."""


class StorageError(Error, OSError):
    """The disk or a file failed, or a file is not what it should be."""


class Interrupted(KeyboardInterrupt):
    """Somebody asked to stop, as with Ctrl-C; a notebook's *stop* button does the same.

    Attributes
    ----------
    dataset : xarray.Dataset or None
        Of a sweep or births in memory, the results with the points that were finished; others are pending.
    """

    def __init__(self, message: str = "interrupted", dataset: xr.Dataset | None = None) -> None:
        super().__init__(message)
        self.dataset = dataset
