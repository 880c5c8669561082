"""Datasets of xarray, read as files of deadcone are, whether they are in memory or open in a file, of which only what
is shown is read.
"""

from __future__ import annotations

import math
import pathlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._printable import printable
from ..errors import ConfigError, StorageError
from ._guarded_hdf5 import NUMBERS, check_numbers

if TYPE_CHECKING:
    import xarray as xr

    from ._types import Index, Numbers


@dataclass(frozen=True)
class Variable:
    """What a reader asks of a variable before it reads it."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunks: tuple[int, ...] | None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class WrappedDataset:
    """A Dataset of a sweep, or of another result of deadcone, with the interface of GuardedFile."""

    path = "the Dataset"

    def __init__(self, dataset: xr.Dataset) -> None:
        # Whoever has a Dataset has imported xarray, which takes a while.
        xarray = sys.modules.get("xarray")
        if xarray is None or not isinstance(dataset, xarray.Dataset):
            kind = type(dataset).__name__
            raise ConfigError(f"a Dataset of xarray or the path of a file is needed, not an object of the type {kind}")
        self._dataset = dataset
        self.name = pathlib.Path(str(dataset.encoding.get("source", "Dataset"))).name

    def close(self) -> None:
        """Leaves the Dataset open: it is the caller's."""

    def about(self, text: str) -> StorageError:
        """An error that says this of the Dataset."""
        return StorageError(printable(f"{self.path}: {text}"))

    def lacks(self, what: str) -> StorageError:
        """An error that says that the Dataset does not have this."""
        return StorageError(printable(f"{self.path} has no {what}"))

    def dataset(self, name: str) -> Variable | None:
        """The shape, type and chunks of a variable; None if there is none of this name."""
        found = self._dataset.variables.get(name)
        return None if found is None else Variable(found.shape, found.dtype, found.encoding.get("chunksizes"))

    def read(self, name: str, index: Index = (), kinds: str = NUMBERS) -> Numbers:
        """The numbers of a variable, or those at an index; `kinds` are the kinds of numbers that they may be."""
        check_numbers(self, name, self.dataset(name), index, kinds)
        try:
            numbers: Numbers = self._dataset.variables[name][index].values
        except Exception as error:  # of whatever library reads the file behind it
            raise self.about(f"cannot read '{name}': {error}") from error
        return numbers

    def attribute(self, name: str, of: str | None = None) -> Any:
        """An attribute of a variable, or of the Dataset; None if it has none of that name."""
        if name == "coordinates":  # which xarray takes out of the attributes
            return None if of else " ".join(self._scalars())
        return (self._dataset if of is None else self._dataset.variables[of]).attrs.get(name)

    def _scalars(self) -> list[str]:
        """The names of the scalar coordinates that are numbers."""
        coordinates = self._dataset.coords.items()
        return [str(name) for name, found in coordinates if found.ndim == 0 and found.dtype.kind in NUMBERS]

    def dimension_names(self, name: str) -> list[str | None]:
        """The names of a variable's dimensions; None where a dimension has no coordinate."""
        names = self._dataset.variables[name].dims
        return [name if name in self._dataset.variables else None for name in names]
