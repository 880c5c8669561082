"""Reads what pictures show: results at points, and maps over (beta, gamma, ..., b, w), or with other axes along the rows
and columns of maps.

They are in a file of deadcone or in a Dataset of xarray. Names of axes, fates and proofs come from there: from
dimensions and from the attributes flag_values, flag_meanings and long_name.

A map may be far larger than its picture, so it is never kept whole: only the pixels that the picture shows are kept,
each as it is in the file, because labels cannot be averaged.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._printable import LONGEST, printable
from ._guarded_hdf5 import INTEGERS, MOST_ELEMENTS, NUMBERS, GuardedFile
from ._labels import plain
from ._palettes import DEATHS
from ._wrapped_dataset import WrappedDataset

if TYPE_CHECKING:
    from typing import Self

    import numpy.typing as npt

    from ._types import Floats, Index, Numbers, Place, Position, Results, Source, Window

# The plane of starts: x along the columns, y along the rows.
PLANE_OF_STARTS = ("w", "b")

# The names in the files that the pictures treat in a way of their own.
PENDING, CONVERGED, DEAD, UNFINISHED, DIVERGED = "pending", "converged", "dead", "unfinished", "diverged"
OTHER = "other-minimum"
NO_PROOF, PROOF_OF_DEATH = "none", "trap"

# Variables that hold codes or counts.
LABELS = ("fate", "proof", "provenance", "steps")
# As CF wants names: they are written in formulas, too.
AXIS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")

# Limits of a sweep, as the program has them, but for the sides of a map, of which whole rows are read.
MOST_POINTS, LONGEST_SIDE, MOST_PIXELS = 1 << 24, 1 << 19, 1 << 32
# Names that a variable may give its values, and the largest of these.
MOST_NAMES, LARGEST_CODE = 100, 1 << 15


class PointFile:
    """Results at points: the product of the values of some axes, in a file of deadcone or in a Dataset.

    `source` is the path of the file, or a Dataset of xarray that holds the same. `path` is what messages call it.

    `axes` are the names of the swept axes, in the order of the dimensions of `variable`; `values` has the values of
    every axis, those that are not swept included. Points may have maps, whose sides `plane` names.
    """

    plane: tuple[str, ...] = ()

    def __init__(self, source: Source, variable: str) -> None:
        self._source: Results = (
            GuardedFile(source) if isinstance(source, (str, os.PathLike)) else WrappedDataset(source)
        )
        self.path, self.name = self._source.path, self._source.name
        try:
            if not self.has(variable):
                raise self._source.lacks(f"variable '{variable}'")
            self._read_shape(variable)
        except BaseException:
            self._source.close()
            raise

    def _read_shape(self, variable: str) -> None:
        self._read_axes(variable, self._dimensions(variable))
        self._check_shape(variable, self.lengths)
        if 0 in self.lengths:
            raise self._source.about(f"'{variable}' is empty")
        self._check_axes()

    def _read_axes(self, variable: str, axes: Sequence[str]) -> None:
        self.axes = tuple(axes)
        self.values = {name: np.atleast_1d(self._coordinate(name)) for name in (*self.axes, *self._scalars(variable))}
        self.lengths = tuple(self.values[name].size for name in self.axes)

    def _check_axes(self) -> None:
        if int(np.prod(self.lengths, dtype=object)) > MOST_POINTS:
            raise self._source.about(f"the sweep has more than {MOST_POINTS} points")
        self._refuse_repeated(self.values)

    def _refuse_repeated(self, coordinates: Mapping[str, Numbers]) -> None:
        for name, values in coordinates.items():
            distinct = np.unique(values).size
            if distinct < values.size:
                numbers = f"{distinct} different numbers" + (" in float" if values.dtype == np.float32 else "")
                raise self._source.about(f"'{name}' has {values.size} values, but only {numbers}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def has(self, name: str) -> bool:
        """Whether the file has this variable."""
        return self._source.dataset(name) is not None

    def nearest(self, axis: str, wanted: float | None) -> int:
        """The index of the value nearest to `wanted`; the first if that is None."""
        values = self.values_of(axis)
        return 0 if wanted is None else int(np.argmin(np.abs(values - wanted)))

    def ascending(self, axis: str, wanted: float | None) -> list[int]:
        """All indices along an axis in the order of its values, or only the one nearest to `wanted`."""
        return np.argsort(self.values_of(axis)).tolist() if wanted is None else [self.nearest(axis, wanted)]

    def values_of(self, axis: str) -> Floats:
        """The values of an axis, in the order of the file; raises StorageError if the file does not have the axis."""
        if axis not in self.values:
            raise self._source.lacks(f"axis '{axis}'")
        return self.values[axis]

    def position(self, indices: Mapping[str, int]) -> Position:
        """The index of a map, from the index along each axis; the first along axes that are not given."""
        return tuple(indices.get(name, 0) for name in self.axes)

    def configured(self, *names: str) -> dict[str, str]:
        """Those of some entries of the configuration that it has, as text for a picture."""
        try:
            stored = json.loads(self._text_of(None, "configuration"))
            return {name: plain(printable(str(stored[name]))) for name in names if name in stored}
        except (ValueError, TypeError, RecursionError):  # it is of another program, or there is none
            return {}

    def read(self, name: str, index: Index = (), kinds: str = NUMBERS) -> Numbers:
        """The numbers of a variable, or those at an index; `kinds` are the kinds of numbers that they may be."""
        return self._source.read(name, index, kinds)

    def by_point(
        self, name: str, position: Index = (), codes: tuple[int, ...] = (), kinds: str = NUMBERS
    ) -> Numbers:
        """A variable that has a value of every point, or one for each of some codes: all of it, or of some points."""
        self._check_shape(name, (*self.lengths, *codes))
        return self.read(name, position, kinds)

    def codes(self, name: str) -> list[int]:
        """The values of a coordinate that lists codes, such as `fate_code`."""
        if self.has(name) and (len(self._shape_of(name) or ()) != 1 or self._shape_of(name)[0] > MOST_NAMES):
            raise self._source.about(f"'{name}' is not a list of codes")
        codes: list[int] = self.read(name, kinds=INTEGERS).tolist()
        return codes

    def meanings(self, name: str) -> dict[int, str]:
        """The names of a variable's values, by value, from the file; empty if the file does not have the variable."""
        if not self.has(name):
            return {}
        values, names = (self._source.attribute(attribute, name) for attribute in ("flag_values", "flag_meanings"))
        for attribute, found in (("flag_values", values), ("flag_meanings", names)):
            if found is None:
                raise self._source.about(f"'{name}' has no attribute '{attribute}', which names its values")
        values, names = np.atleast_1d(values), [printable(word, LONGEST // 5) for word in _text(names).split()]
        if values.dtype.kind not in INTEGERS or values.ndim != 1 or np.any(np.abs(values.astype(float)) > LARGEST_CODE):
            raise self._source.about(f"the flag_values of '{name}' are no codes")
        if values.size != len(names):
            raise self._source.about(f"'{name}' has {values.size} values in flag_values, but {len(names)} names")
        if not 0 < values.size <= MOST_NAMES:
            raise self._source.about(f"'{name}' has {values.size} names of values, but may have 1 to {MOST_NAMES}")
        return dict(zip(values.tolist(), names))

    def code(self, name: str, meaning: str) -> int | None:
        """The value of a variable with this name; None if no value has it."""
        return next((value for value, found in self.meanings(name).items() if found == meaning), None)

    def attribute(self, name: str) -> str:
        """An attribute of the file, as text."""
        found = self._source.attribute(name)
        if found is None:
            raise self._source.lacks(f"attribute '{name}'")
        return _text(found)

    def long_name(self, name: str) -> str:
        """What a variable is, in words that can be shown; its name if the file does not say."""
        return printable(self._text_of(name, "long_name")) or name

    def _text_of(self, name: str | None, attribute: str) -> str:
        """An attribute of a variable, or with None of the file, as text; empty if it has none."""
        found = self._source.attribute(attribute, name)
        return "" if found is None else _text(found)

    def _dimensions(self, variable: str) -> list[str]:
        """The names of a variable's dimensions."""
        names = self._source.dimension_names(variable)
        named: list[str] = []
        for i, name in enumerate(names):
            if name is None:
                raise self._source.about(f"dimension {i} of '{variable}' has no coordinate")
            if not AXIS_NAME.fullmatch(name) or names.count(name) > 1:
                raise self._source.about(f"'{name}' cannot be the name of an axis of '{variable}'")
            named.append(name)
        return named

    def _scalars(self, variable: str) -> list[str]:
        """The names of the axes that are not swept, in the attributes that CF has for them.

        xarray writes the coordinates of a map that it takes out of a sweep into the attribute of the file.
        """
        names = self._text_of(variable, "coordinates").split() + self._text_of(None, "coordinates").split()
        return [name for name in names if AXIS_NAME.fullmatch(name) and self.has(name) and self._shape_of(name) == ()]

    def _shape_of(self, name: str) -> Any:
        return self._source.dataset(name).shape

    def _check_shape(self, name: str, shape: tuple[int, ...]) -> None:
        """Raises StorageError unless a variable has a shape."""
        if not self.has(name):
            raise self._source.lacks(f"variable '{name}'")
        if self._shape_of(name) != shape:
            raise self._source.about(f"'{name}' has the shape {self._shape_of(name)}, not {shape}")

    def _coordinate(self, name: str) -> Floats:
        if not self.has(name):
            raise self._source.lacks(f"variable '{name}'")
        shape = self._shape_of(name)
        if shape is None or len(shape) > 1 or max(shape, default=1) > MOST_POINTS:
            raise self._source.about(f"'{name}' is not a coordinate")
        values = np.asarray(self.read(name), dtype=float)
        if not np.all(np.isfinite(values)):
            raise self._source.about(f"'{name}' is not a coordinate: it is not finite everywhere")
        return values


class ResultFile(PointFile):
    """Maps over (axes ..., y, x), one of them `variable`, in a file that `deadcone sweep` or `deadcone field` wrote.

    `plane` has the names of x and y, whose values are `x` and `y`.
    """

    plane: tuple[str, str]

    def _read_shape(self, variable: str) -> None:
        dimensions = self._dimensions(variable)
        if len(dimensions) < 2:
            raise self._source.about(f"'{variable}' is no map")
        *axes, row_axis, column_axis = dimensions
        self._read_axes(variable, axes)
        self.plane = (column_axis, row_axis)
        self.x, self.y = (np.atleast_1d(self._coordinate(name)) for name in self.plane)
        self._shape = (*self.lengths, self.y.size, self.x.size)
        self._check_shape(variable, self._shape)
        if 0 in self._shape:
            raise self._source.about(f"'{variable}' is empty")
        if np.any(np.diff(self.y) <= 0) or np.any(np.diff(self.x) <= 0):
            raise self._source.about(f"'{row_axis}' and '{column_axis}' do not increase")
        if max(self._shape[-2:]) > LONGEST_SIDE or self.y.size * self.x.size > MOST_PIXELS:
            raise self._source.about(f"maps of {self.x.size} x {self.y.size} pixels are too large to be drawn")
        left, right, low, high = self.window()
        if not (left < right and low < high and np.all(np.isfinite([right - left, high - low]))):
            raise self._source.about(f"'{row_axis}' and '{column_axis}' are too large to be drawn")
        self._check_axes()
        # Pixels were computed in the precision of the file, in which those of version 0.1 may be one number.
        pixel = np.float32 if self._text_of(None, "precision") == "float" else np.float64
        self._refuse_repeated({name: side.astype(pixel) for name, side in zip(self.plane, (self.x, self.y))})

    def has_starts(self) -> bool:
        """Whether pixels are starts (w, b) of one point."""
        return self.plane == PLANE_OF_STARTS

    def minima(self, position: Position) -> list[Place] | None:
        """The minima (w, b) of the loss at a point, that of least loss first; None if the file has none."""
        if not self.has("minimum_w"):
            return None
        shape = (len(self.codes("minimum_number")),)
        places = np.stack([self.by_point(name, position, shape) for name in ("minimum_w", "minimum_b")], axis=-1)
        return [tuple(place) for place in places.tolist() if np.all(np.isfinite(place))]

    def training(self) -> str:
        """The unit and what trains it, in words; empty for the rectifier under momentum alone."""
        said = self.configured("unit", "optimizer", "schedule", "clipping")
        if not said and self.code("fate", OTHER) is None:  # which a decay alone brings, too
            return ""
        words = [f"{said.get('unit', 'relu')} under {said.get('optimizer', 'momentum')}"]
        words += [f"{said['schedule']} schedule"] if "schedule" in said else []
        words += [f"clipped by {said['clipping']}"] if "clipping" in said else []
        return ", ".join(words)

    def logarithmic(self) -> tuple[bool, bool]:
        """Whether the pixels along x, and those along y, have equal widths in the logarithm."""
        return is_logarithmic(self.x), is_logarithmic(self.y)

    def window(self) -> Window:
        """(x low, x high, y low, y high): the edges of the outermost pixels, whose centres are the coordinates.

        They are those of a picture: along a logarithmic axis, powers of ten.
        """
        return _edges(picture_values(self.x)) + _edges(picture_values(self.y))

    def sample(self, name: str, position: Position, rows: int, columns: int) -> Numbers:
        """At most rows x columns pixels of one map, evenly spread over it, the row of the lowest y first.

        Reads a row of chunks at a time: HDF5 unpacks whole chunks anyway, and picks single elements out of them slowly.
        """
        self._check_shape(name, self._shape)
        chunks = self._source.dataset(name).chunks
        band = min(chunks[-2] if chunks else 512, max(1, MOST_ELEMENTS // self.x.size))
        j, i = spread(self.y.size, rows), spread(self.x.size, columns)
        parts = []
        for low in range(0, self.y.size, band):
            wanted = j[(j >= low) & (j < low + band)] - low
            if wanted.size:
                parts.append(self.map_rows(name, position, slice(low, low + band))[np.ix_(wanted, i)])
        return np.concatenate(parts)

    def map_rows(self, name: str, position: Position, rows: slice) -> Numbers:
        """All pixels of some rows of one map, the row of the lowest y first."""
        self._check_shape(name, self._shape)
        return self.read(name, (*position, rows), INTEGERS if name in LABELS else NUMBERS)

    def fates(self, position: Position, rows: int, columns: int) -> Numbers:
        """A sample of one map of fates."""
        return self.checked_fates(self.sample("fate", position, rows, columns))

    def checked_fates(self, fates: Numbers) -> Numbers:
        """The same fates; raises StorageError if one of them has no name in the file."""
        unknown = sorted(set(np.unique(fates).tolist()) - set(self.meanings("fate")))
        if unknown:
            raise self._source.about(f"'fate' holds the value {unknown[0]}, which its flag_values do not list")
        return fates

    def proofs(self, position: Position, rows: int, columns: int) -> Numbers | None:
        """A sample of one map of proofs, negative where the pixel was not computed; None if the file has no proofs."""
        return self.sample("proof", position, rows, columns) if self.has("proof") else None

    def provenance(self, position: Position, rows: int, columns: int) -> Numbers | None:
        """A sample of one map of the origin of pixels, computed or filled; None if the sweep was not refined."""
        return self.sample("provenance", position, rows, columns) if self.has("provenance") else None

    def outcomes(self, position: Position, rows: int, columns: int) -> Numbers:
        """A sample of one map of fates; where the file has proofs, the dead are of the three kinds of DEATHS.

        outcome_names() has the names of the values.
        """
        fates, proofs = self.fates(position, rows, columns), self.proofs(position, rows, columns)
        if proofs is None:
            return fates
        values = {name: value for value, name in self.outcome_names().items()}
        for_ever, within_tolerance, filled = (values[name] for name in DEATHS)
        trapped = proofs == self.code("proof", PROOF_OF_DEATH)
        deaths = np.select([trapped, proofs >= 0], [for_ever, within_tolerance], filled)
        return np.where(fates == self.code("fate", DEAD), deaths, fates)

    def outcome_names(self) -> dict[int, str]:
        """The names of what outcomes() gives: those of the fates in the file, then, with proofs, those of DEATHS."""
        names = self.meanings("fate")
        return names | self.death_names() if self.has("proof") else names

    def death_names(self) -> dict[int, str]:
        """DEATHS by the values that outcomes() gives them, which follow those of the fates."""
        return dict(enumerate(DEATHS, start=max(self.meanings("fate")) + 1))


def spread(count: int, wanted: int) -> npt.NDArray[np.int_]:
    """At most `wanted` of the indices 0 ... count - 1, evenly spread."""
    wanted = min(count, max(1, wanted))
    return ((np.arange(wanted) + 0.5) * count / wanted).astype(int)


def is_logarithmic(centres: Floats) -> bool:
    """Whether the centres of pixels are at equal distances in the logarithm, rather than at equal distances."""
    if centres.size < 3 or centres[0] <= 0:
        return False
    logarithms = np.log(centres)
    return bool(np.ptp(np.diff(logarithms)) * np.ptp(centres) < np.ptp(np.diff(centres)) * np.ptp(logarithms))


def picture_values(centres: Floats) -> Floats:
    """The places of the centres of pixels in a picture."""
    return np.log10(centres) if is_logarithmic(centres) else centres


def _edges(centres: Floats) -> tuple[float, float]:
    half = 0.5 * (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else 0.5
    return float(centres[0] - half), float(centres[-1] + half)


def _text(attribute: Any) -> str:
    return attribute.decode(errors="replace") if isinstance(attribute, bytes) else str(attribute)
