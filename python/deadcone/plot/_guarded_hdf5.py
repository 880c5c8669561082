"""HDF5 files that may be damaged, or made to mislead: what cannot be read is a StorageError, and nothing is read that
lies outside of the file or would not fit into memory.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from .._printable import printable
from ..errors import StorageError

if TYPE_CHECKING:
    from ._types import Index, Numbers, Results

# What h5py raises where it cannot read something, or NumPy has no type for it.
ERRORS = (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError)
# Elements that are read at once, and bytes of a chunk, which is unpacked as a whole.
MOST_ELEMENTS, LARGEST_CHUNK = 1 << 28, 1 << 30
# A chunk that the filters could not shorten takes more than its own bytes, but not this many more.
CHUNK_OVERHEAD = 1 << 16
NUMBERS, INTEGERS = "iuf", "iu"


class GuardedFile:
    """An HDF5 file that is open to be read. It stays as it was when it was opened, even if it is replaced meanwhile."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path, self.name = os.fspath(path), pathlib.Path(path).name
        self._checked: set[str] = set()
        place = pathlib.Path(path)
        if not place.is_file():
            raise self.about("is not a file" if place.exists() else "no such file")
        with self._explained("cannot be opened as HDF5"):
            # A file is replaced as a whole, never changed in place: readers need no lock, nor do all file systems have any.
            self._file = h5py.File(path, "r", locking=False)

    def close(self) -> None:
        self._file.close()

    def about(self, text: str) -> StorageError:
        """An error that says this of the file."""
        return StorageError(printable(f"{self.path}: {text}"))

    def lacks(self, what: str) -> StorageError:
        """An error that says that the file does not have this."""
        return self.about(f"the file has no {what}")

    def dataset(self, name: str) -> Any:
        """The dataset of a name; None if there is none. Raises StorageError for one that is stored in another file."""
        with self._explained(f"cannot open '{name}'"):
            found = self._follow(name)
            if not isinstance(found, h5py.Dataset):
                return None
            if name not in self._checked:
                self._check(name, found)
                self._checked.add(name)
            return found

    def read(self, name: str, index: Index = (), kinds: str = NUMBERS) -> Numbers:
        """The numbers of a dataset, or those at an index; `kinds` are the kinds of numbers that they may be."""
        dataset = self.dataset(name)
        check_numbers(self, name, dataset, index, kinds)
        with self._explained(f"cannot read '{name}'"):
            numbers: Numbers = dataset[index]
            return numbers

    def attribute(self, name: str, of: str | None = None) -> Any:
        """An attribute of a dataset, or of the file; None if it has none of that name."""
        with self._explained(f"cannot read the attribute '{name}'"):
            holder = self._file if of is None else self.dataset(of)
            return holder.attrs[name] if name in holder.attrs else None

    def dimension_names(self, name: str) -> list[str | None]:
        """The names of the coordinates of a dataset's dimensions; None where a dimension has none."""
        dataset = self.dataset(name)
        with self._explained(f"cannot read the dimensions of '{name}'"):
            if "DIMENSION_LIST" not in dataset.attrs:
                return [None] * dataset.ndim
            # Checked here because HDF5 crashes where the attribute is not what it should be.
            stored = dataset.attrs.get_id("DIMENSION_LIST")
            kind = h5py.check_vlen_dtype(stored.dtype)
            refers = kind is not None and h5py.check_ref_dtype(kind) is h5py.Reference
            if stored.shape != (dataset.ndim,) or not refers:
                raise self.about(f"the attribute 'DIMENSION_LIST' of '{name}' does not list its dimensions")
            lists = dataset.attrs["DIMENSION_LIST"]
            return [self._file[scales[0]].name.removeprefix("/") if len(scales) else None for scales in lists]

    @contextlib.contextmanager
    def _explained(self, failure: str) -> Iterator[None]:
        """Makes a StorageError that begins with `failure` of whatever h5py raises."""
        try:
            yield
        except StorageError:
            raise
        except ERRORS as error:
            raise self.about(f"{failure}: {reason(error)}") from error

    def _follow(self, name: str) -> Any:
        """What has a name. Links to other names could lead to other files."""
        found = self._file
        for part in name.split("/"):
            link = found.get(part, getlink=True) if isinstance(found, h5py.Group) else None
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise self.about(f"'{name}' is a link to another place, which is not followed")
            found = found[part]
        return found

    def _check(self, name: str, dataset: h5py.Dataset) -> None:
        if dataset.external or dataset.is_virtual:
            raise self.about(f"'{name}' is stored in another file, which is not read")
        if not dataset.chunks:
            return
        size = int(np.prod(dataset.chunks, dtype=object)) * dataset.dtype.itemsize
        if size > LARGEST_CHUNK:
            raise self.about(f"'{name}' has chunks of {size} bytes, which are too large")

        def check_chunk(chunk: Any) -> None:
            if chunk.size > size + CHUNK_OVERHEAD:
                raise self.about(f"'{name}' has a chunk that is too long")

        dataset.id.chunk_iter(check_chunk)


def check_numbers(source: Results, name: str, dataset: Any, index: Index, kinds: str) -> None:
    """Raises an error of the source unless its dataset has numbers of some kinds that can be read at this index."""
    if dataset is None:
        raise source.lacks(f"variable '{name}'")
    if dataset.dtype.kind not in kinds:
        raise source.about(f"'{name}' does not hold {'whole numbers' if kinds == INTEGERS else 'numbers'}")
    if index == () and dataset.size > MOST_ELEMENTS:
        raise source.about(f"'{name}' has {dataset.size} elements, which are too many")


def reason(error: Exception) -> str:
    """The part in brackets of HDF5's message, which has the reason."""
    text = " ".join(str(error).split())
    return text[text.find("(") + 1 : text.rfind(")")] if "(" in text and text.endswith(")") else text
