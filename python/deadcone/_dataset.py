"""Results as xarray.Dataset: those of a sweep in memory, and those of files."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import xarray as xr

from . import _arguments, _core
from .errors import ConfigError, Error, StorageError

__all__ = ["dataset_of", "file_of", "holds_births", "open"]

# Other programs may write or replace the file meanwhile: readers need no lock. `seconds` are numbers, not timedelta64.
_OPTIONS: dict[str, Any] = {"engine": "h5netcdf", "decode_timedelta": False, "driver_kwds": {"locking": False}}


def open(file: str | os.PathLike[str], *, group: str | None = None) -> xr.Dataset:  # noqa: A001  as xarray and h5py call it
    """Open a file of deadcone, without reading its maps.

    Parameters
    ----------
    file : path
        A file that `sweep`, `birth` or `field`, or the program `deadcone`, wrote.
    group : str, optional
        A group of the file: ``"analysis"`` has what `analyze` measured.

    Returns
    -------
    xarray.Dataset
        Its arrays are read from the file where they are used. Close it, or use it in a ``with`` statement, before the file
        is written again.

    Raises
    ------
    StorageError
        If the file is missing, damaged, or not of deadcone.

    Examples
    --------
    >>> import deadcone
    >>> _ = deadcone.sweep(gamma=0.1, w=(-2, 2, 8), b=(-2, 2, 8), out="map.h5")
    >>> with deadcone.open("map.h5") as ds:
    ...     print(dict(ds.fate.sizes))
    {'beta': 1, 'gamma': 1, 'b': 8, 'w': 8}
    """
    path = _arguments.path_of("file", file)
    if not pathlib.Path(path).is_file():
        raise StorageError(f"{path}: {'is not a file' if pathlib.Path(path).exists() else 'no such file'}")
    try:
        dataset = xr.open_dataset(path, group=group, **_OPTIONS)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
        raise StorageError(f"{path}: cannot be opened: {' '.join(str(error).split())}") from error
    if group is None and "configuration" not in dataset.attrs:
        dataset.close()
        raise StorageError(f"{path}: is no file of deadcone")
    return dataset


def dataset_of(results: Any) -> xr.Dataset:
    """The results of a run in memory, as open() would give them from its file. The arrays are not copied."""
    variables, coordinates = (
        {name: (dimensions, values, attributes) for name, dimensions, values, attributes in results[kind]}
        for kind in ("variables", "coordinates")
    )
    return xr.Dataset(variables, coordinates, results["attributes"])


def holds_births(dataset: xr.Dataset) -> bool:
    """Whether a Dataset is of `birth`."""
    return "born_dead" in dataset.variables


@contextlib.contextmanager
def file_of(data: xr.Dataset | str | os.PathLike[str]) -> Iterator[str]:
    """The path of a file with some results: the file itself, or one that is removed afterwards."""
    if not isinstance(data, xr.Dataset):
        yield _arguments.path_of("data", data)
        return
    if "configuration" not in data.attrs or not ("fate" in data or holds_births(data)):
        raise ConfigError("the Dataset is no sweep of deadcone")
    with tempfile.TemporaryDirectory(prefix="deadcone-") as folder:
        path = str(pathlib.Path(folder) / "dataset.h5")
        try:
            data.drop_encoding().to_netcdf(path, engine="h5netcdf")
        except (OSError, ValueError, TypeError) as error:
            raise StorageError(f"the Dataset cannot be written to a file: {error}") from error
        try:
            yield path
        except Error as error:
            raise type(error)(str(error).replace(path, "the Dataset")) from None
