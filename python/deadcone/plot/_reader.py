"""What the plotting scripts share: they read files of deadcone, lay out panels and report errors with this module.

A file holds maps over (beta, gamma, ..., b, w), or with other axes along the rows and columns of the maps: their plane.
Its names of axes, fates and proofs come from the file: from dimension scales and from the attributes flag_values,
flag_meanings and long_name.

A map may be far larger than its picture, so it is never kept whole: only the pixels that the picture shows are kept,
each as it is in the file, because labels cannot be averaged.

Figures do not use pyplot, so they need no display.
"""

import argparse
import errno
import io
import json
import os
import pathlib
import re
import stat
import tempfile

import numpy as np

import picture_style  # before matplotlib
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from failures import LONGEST, FileError, PlotError, printable, run
from guarded_hdf5 import INTEGERS, MOST_ELEMENTS, NUMBERS, GuardedFile
from palettes import DEATHS, PALETTES

__all__ = ["LONGEST", "FileError", "PlotError", "printable", "run"]  # what scripts take from here

# How formulas show an axis; another axis is shown by its name.
SYMBOLS = {"beta": r"\beta", "gamma": r"\gamma", "eta": r"\eta", "delta": r"\Delta", "r": "r_0", "w": "w_0", "b": "b_0"}
# The same for axes that only some units and optimisers have.
OTHER_SYMBOLS = {"beta2": r"\beta_2", "alpha": r"\alpha", "decay": r"\lambda", "leak": "a"}
# The axes of a trajectory's start, and the plane of starts: x along the columns, y along the rows.
STARTS, PLANE_OF_STARTS = ("r", "w", "b"), ("w", "b")

# The names in the files that the pictures treat in a way of their own.
PENDING, CONVERGED, DEAD, UNFINISHED, DIVERGED = "pending", "converged", "dead", "unfinished", "diverged"
OTHER = "other-minimum"
NO_PROOF, PROOF_OF_DEATH = "none", "trap"

# Variables that hold codes or counts.
LABELS = ("fate", "proof", "provenance", "steps")
# As CF wants names: they are written in formulas, too.
AXIS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")

# A pixel that has a fate but was not computed, in pictures of what only computed pixels have.
MISSING = ("filled, not computed", "#C4C4C4")
# Visible on all of them.
TARGET_STYLE = {"linestyle": "", "marker": "o", "markersize": 4.5, "color": "white", "markeredgecolor": "black"}
TARGET, LEAST_MINIMUM, OTHER_MINIMUM = "target", "minimum of least loss", "another minimum"
MARK_STYLES = {
    TARGET: TARGET_STYLE,
    LEAST_MINIMUM: TARGET_STYLE,
    OTHER_MINIMUM: {**TARGET_STYLE, "marker": "D", "markersize": 4},
}
PENDING_STYLE = {"facecolor": "#F4F4F4", "edgecolor": "#B0B0B0", "hatch": "////", "linewidth": 0.0}

GREY = "#555555"


# Limits of a sweep, as the program has them, but for the sides of a map, of which whole rows are read.
MOST_POINTS, LONGEST_SIDE, MOST_PIXELS = 1 << 24, 1 << 19, 1 << 32
# Names that a variable may give its values, and the largest of these.
MOST_NAMES, LARGEST_CODE = 100, 1 << 15
# Points of a picture, maps of one, and pixels along its side, which Matplotlib cannot draw more of.
MOST_CELLS, MOST_PANELS, LONGEST_PICTURE = 1 << 16, 4096, (1 << 16) - 1


# ---- Reading


class ResultFile:
    """A file of maps over (axes ..., y, x), one of them `variable`, that `deadcone sweep` or `deadcone field` wrote.

    `axes` are the names of the swept axes, in the order of the dimensions of `variable`; `values` has the values of
    every axis, those that are not swept included. `plane` has the names of x and y, whose values are `x` and `y`.
    """

    def __init__(self, path, variable):
        self.path = path
        self._file = GuardedFile(path)
        try:
            self._read_shape(variable)
        except BaseException:
            self._file.close()
            raise

    def _read_shape(self, variable):
        if not self.has(variable):
            raise FileError(f"{self.path}: the file has no variable '{variable}'")
        *axes, row_axis, column_axis = self._dimensions(variable)
        self.axes, self.plane = tuple(axes), (column_axis, row_axis)
        self.values = {name: np.atleast_1d(self._coordinate(name)) for name in (*self.axes, *self._scalars(variable))}
        self.x, self.y = (np.atleast_1d(self._coordinate(name)) for name in self.plane)
        self.lengths = tuple(self.values[name].size for name in self.axes)
        self._shape = (*self.lengths, self.y.size, self.x.size)
        self._check_shape(variable)
        if 0 in self._shape:
            raise FileError(f"{self.path}: '{variable}' is empty")
        if np.any(np.diff(self.y) <= 0) or np.any(np.diff(self.x) <= 0):
            raise FileError(f"{self.path}: '{row_axis}' and '{column_axis}' do not increase")
        if max(self._shape[-2:]) > LONGEST_SIDE or self.y.size * self.x.size > MOST_PIXELS:
            raise FileError(f"{self.path}: maps of {self.x.size} x {self.y.size} pixels are too large to be drawn")
        if int(np.prod(self.lengths, dtype=object)) > MOST_POINTS:
            raise FileError(f"{self.path}: the sweep has more than {MOST_POINTS} points")
        left, right, low, high = self.window()
        if not (left < right and low < high and np.all(np.isfinite([right - left, high - low]))):
            raise FileError(f"{self.path}: '{row_axis}' and '{column_axis}' are too large to be drawn")
        self._refuse_repeated_coordinates()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def has(self, name):
        """Whether the file has this variable."""
        return self._file.dataset(name) is not None

    def nearest(self, axis, wanted):
        """The index of the value nearest to `wanted`; the first if that is None."""
        values = self.values_of(axis)
        return 0 if wanted is None else int(np.argmin(np.abs(values - wanted)))

    def ascending(self, axis, wanted):
        """All indices along an axis in the order of its values, or only the one nearest to `wanted`."""
        return np.argsort(self.values_of(axis)).tolist() if wanted is None else [self.nearest(axis, wanted)]

    def values_of(self, axis):
        """The values of an axis, in the order of the file; raises PlotError if the file does not have the axis."""
        if axis not in self.values:
            raise FileError(f"{self.path}: the file has no axis '{axis}'")
        return self.values[axis]

    def position(self, indices):
        """The index of a map, from the index along each axis; the first along axes that are not given."""
        return tuple(indices.get(name, 0) for name in self.axes)

    def has_starts(self):
        """Whether pixels are starts (w, b) of one point."""
        return self.plane == PLANE_OF_STARTS

    def minima(self, position):
        """The minima (w, b) of the loss at a point, that of least loss first; None if the file has none."""
        if not self.has("minimum_w"):
            return None
        shape = (len(self.codes("minimum_number")),)
        places = np.stack([self.by_point(name, position, shape) for name in ("minimum_w", "minimum_b")], axis=-1)
        return [tuple(place) for place in places.tolist() if np.all(np.isfinite(place))]

    def configured(self, *names):
        """Those of some entries of the configuration that it has, as text for a picture."""
        try:
            stored = json.loads(self._text_of(None, "configuration"))
            return {name: plain(printable(str(stored[name]))) for name in names if name in stored}
        except (ValueError, TypeError, RecursionError):  # it is of another program, or there is none
            return {}

    def training(self):
        """The unit and what trains it, in words; empty for the rectifier under momentum alone."""
        said = self.configured("unit", "optimizer", "schedule", "clipping")
        if not said and self.code("fate", OTHER) is None:  # which a decay alone brings, too
            return ""
        words = [f"{said.get('unit', 'relu')} under {said.get('optimizer', 'momentum')}"]
        words += [f"{said['schedule']} schedule"] if "schedule" in said else []
        words += [f"clipped by {said['clipping']}"] if "clipping" in said else []
        return ", ".join(words)

    def logarithmic(self):
        """Whether the pixels along x, and those along y, have equal widths in the logarithm."""
        return is_logarithmic(self.x), is_logarithmic(self.y)

    def window(self):
        """(x low, x high, y low, y high): the edges of the outermost pixels, whose centres are the coordinates.

        They are those of a picture: along a logarithmic axis, powers of ten.
        """
        return _edges(picture_values(self.x)) + _edges(picture_values(self.y))

    def read(self, name, index=(), kinds=NUMBERS):
        """The numbers of a variable, or those at an index; `kinds` are the kinds of numbers that they may be."""
        return self._file.read(name, index, kinds)

    def by_point(self, name, position=(), codes=(), kinds=NUMBERS):
        """A variable that has a value of every point, or one for each of some codes: all of it, or that of a point."""
        self._check_shape(name, (*self.lengths, *codes))
        return self.read(name, position, kinds)

    def sample(self, name, position, rows, columns):
        """At most rows x columns pixels of one map, evenly spread over it, the row of the lowest y first.

        Reads a row of chunks at a time: HDF5 unpacks whole chunks anyway, and picks single elements out of them slowly.
        """
        self._check_shape(name)
        chunks = self._file.dataset(name).chunks
        band = min(chunks[-2] if chunks else 512, max(1, MOST_ELEMENTS // self.x.size))
        j, i = spread(self.y.size, rows), spread(self.x.size, columns)
        parts = []
        for low in range(0, self.y.size, band):
            wanted = j[(j >= low) & (j < low + band)] - low
            if wanted.size:
                parts.append(self.map_rows(name, position, slice(low, low + band))[np.ix_(wanted, i)])
        return np.concatenate(parts)

    def map_rows(self, name, position, rows):
        """All pixels of some rows of one map, the row of the lowest y first."""
        self._check_shape(name)
        return self.read(name, (*position, rows), INTEGERS if name in LABELS else NUMBERS)

    def fates(self, position, rows, columns):
        """A sample of one map of fates."""
        return self.checked_fates(self.sample("fate", position, rows, columns))

    def checked_fates(self, fates):
        """The same fates; raises PlotError if one of them has no name in the file."""
        unknown = sorted(set(np.unique(fates).tolist()) - set(self.meanings("fate")))
        if unknown:
            raise FileError(f"{self.path}: 'fate' holds the value {unknown[0]}, which its flag_values do not list")
        return fates

    def proofs(self, position, rows, columns):
        """A sample of one map of proofs, negative where the pixel was not computed; None if the file has no proofs."""
        return self.sample("proof", position, rows, columns) if self.has("proof") else None

    def provenance(self, position, rows, columns):
        """A sample of one map of the origin of pixels, computed or filled; None if the sweep was not refined."""
        return self.sample("provenance", position, rows, columns) if self.has("provenance") else None

    def outcomes(self, position, rows, columns):
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

    def outcome_names(self):
        """The names of what outcomes() gives: those of the fates in the file, then, with proofs, those of DEATHS."""
        names = self.meanings("fate")
        return names | self.death_names() if self.has("proof") else names

    def death_names(self):
        """DEATHS by the values that outcomes() gives them, which follow those of the fates."""
        return dict(enumerate(DEATHS, start=max(self.meanings("fate")) + 1))

    def codes(self, name):
        """The values of a coordinate that lists codes, such as `fate_code`."""
        if self.has(name) and (len(self._shape_of(name) or ()) != 1 or self._shape_of(name)[0] > MOST_NAMES):
            raise FileError(f"{self.path}: '{name}' is not a list of codes")
        return self.read(name, kinds=INTEGERS).tolist()

    def meanings(self, name):
        """The names of a variable's values, by value, from the file; empty if the file does not have the variable."""
        if not self.has(name):
            return {}
        values, names = (self._file.attribute(attribute, name) for attribute in ("flag_values", "flag_meanings"))
        for attribute, found in (("flag_values", values), ("flag_meanings", names)):
            if found is None:
                raise FileError(f"{self.path}: '{name}' has no attribute '{attribute}', which names its values")
        values, names = np.atleast_1d(values), [printable(word, LONGEST // 5) for word in _text(names).split()]
        if values.dtype.kind not in INTEGERS or values.ndim != 1 or np.any(np.abs(values.astype(float)) > LARGEST_CODE):
            raise FileError(f"{self.path}: the flag_values of '{name}' are no codes")
        if values.size != len(names):
            raise FileError(f"{self.path}: '{name}' has {values.size} values in flag_values, but {len(names)} names")
        if not 0 < values.size <= MOST_NAMES:
            raise FileError(f"{self.path}: '{name}' has {values.size} names of values, but may have 1 to {MOST_NAMES}")
        return dict(zip(values.tolist(), names))

    def code(self, name, meaning):
        """The value of a variable with this name; None if no value has it."""
        return next((value for value, found in self.meanings(name).items() if found == meaning), None)

    def attribute(self, name):
        """An attribute of the file, as text."""
        found = self._file.attribute(name)
        if found is None:
            raise FileError(f"{self.path}: the file has no attribute '{name}'")
        return _text(found)

    def long_name(self, name):
        """What a variable is, in words that can be shown; its name if the file does not say."""
        return printable(self._text_of(name, "long_name")) or name

    def _text_of(self, name, attribute):
        """An attribute of a variable, or with None of the file, as text; empty if it has none."""
        found = self._file.attribute(attribute, name)
        return "" if found is None else _text(found)

    def _dimensions(self, variable):
        """The names of a variable's dimensions: those of the points, then y and x."""
        names = self._file.dimension_names(variable)
        if len(names) < 2:
            raise FileError(f"{self.path}: '{variable}' is no map")
        for i, name in enumerate(names):
            if name is None:
                raise FileError(f"{self.path}: dimension {i} of '{variable}' has no coordinate")
            if not AXIS_NAME.fullmatch(name) or names.count(name) > 1:
                raise FileError(f"{self.path}: '{name}' cannot be the name of an axis of '{variable}'")
        return names

    def _scalars(self, variable):
        """The names of the axes that are not swept, in the attributes that CF has for them.

        xarray writes the coordinates of a map that it takes out of a sweep into the attribute of the file.
        """
        names = self._text_of(variable, "coordinates").split() + self._text_of(None, "coordinates").split()
        return [name for name in names if AXIS_NAME.fullmatch(name) and self.has(name) and self._shape_of(name) == ()]

    def _refuse_repeated_coordinates(self):
        """Pixels were computed in the precision of the file, in which those of version 0.1 may be one number."""
        precision = self._text_of(None, "precision")
        pixel = np.float32 if precision == "float" else np.float64
        rounded = {**self.values, **{name: side.astype(pixel) for name, side in zip(self.plane, (self.x, self.y))}}
        for name, values in rounded.items():
            distinct = np.unique(values).size
            if distinct < values.size:
                numbers = f"{distinct} different numbers" + (f" in {precision}" if values.dtype == np.float32 else "")
                raise FileError(f"{self.path}: '{name}' has {values.size} values, but only {numbers}")

    def _shape_of(self, name):
        return self._file.dataset(name).shape

    def _check_shape(self, name, shape=None):
        """Raises FileError unless a variable has a shape, by default that of the maps."""
        shape = self._shape if shape is None else shape
        if not self.has(name):
            raise FileError(f"{self.path}: the file has no variable '{name}'")
        if self._shape_of(name) != shape:
            raise FileError(f"{self.path}: '{name}' has the shape {self._shape_of(name)}, not {shape}")

    def _coordinate(self, name):
        if not self.has(name):
            raise FileError(f"{self.path}: the file has no variable '{name}'")
        shape = self._shape_of(name)
        if shape is None or len(shape) > 1 or max(shape, default=1) > MOST_POINTS:
            raise FileError(f"{self.path}: '{name}' is not a coordinate")
        values = np.asarray(self.read(name), dtype=float)
        if not np.all(np.isfinite(values)):
            raise FileError(f"{self.path}: '{name}' is not a coordinate: it is not finite everywhere")
        return values


def read_table(name, lines, columns):
    """Reads a table that the program prints: its columns by name, and its comments by their first word.

    Errors begin with `name`, the source of the lines; the table must have `columns`.
    """
    header, rows, notes = None, [], {}
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if line.startswith("#"):
            key, _, note = line[1:].strip().partition(" ")
            notes[key] = note
        elif words and header is None:
            header = words
        elif words:
            if len(words) != len(header):
                raise FileError(f"{name}:{place}: {len(words)} values, but {len(header)} columns")
            rows.append(_numbers(f"{name}:{place}", words))
    missing = [column for column in columns if column not in (header or [])]
    if missing:
        raise FileError(f"{name}: the table has no column '{missing[0]}'; is it printed by deadcone?")
    if not rows:
        raise FileError(f"{name}: the table is empty")
    return dict(zip(header, np.array(rows).T)), notes


def _numbers(place, words):
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise FileError(f"{place}: {error}") from error


def spread(count, wanted):
    """At most `wanted` of the indices 0 ... count - 1, evenly spread."""
    wanted = min(count, max(1, wanted))
    return ((np.arange(wanted) + 0.5) * count / wanted).astype(int)


def is_logarithmic(centres):
    """Whether the centres of pixels are at equal distances in the logarithm, rather than at equal distances."""
    if centres.size < 3 or centres[0] <= 0:
        return False
    return np.ptp(np.diff(np.log(centres))) * np.ptp(centres) < np.ptp(np.diff(centres)) * np.ptp(np.log(centres))


def picture_values(centres):
    """The places of the centres of pixels in a picture."""
    return np.log10(centres) if is_logarithmic(centres) else centres


def _edges(centres):
    half = 0.5 * (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else 0.5
    return float(centres[0] - half), float(centres[-1] + half)


def _text(attribute):
    return attribute.decode(errors="replace") if isinstance(attribute, bytes) else str(attribute)


# ---- Command line


def parser(description, picture):
    """A parser with the options that all scripts have; `picture` describes the default path of the picture."""
    result = argparse.ArgumentParser(description=description)
    meaning = f"write the picture here; the suffix chooses PNG, PDF or SVG (default: {picture})"
    result.add_argument("--out", metavar="PICTURE", help=meaning)
    add_dpi_option(result, 200)
    return result


def add_dpi_option(result, default):
    result.add_argument("--dpi", type=_dpi, default=default, help="pixels per inch (default: %(default)s)")


def add_palette_option(result):
    """--palette, whose value is a name in PALETTES."""
    meaning = "colours; paper: dead blue and converged yellow, as in Fig. 4 of the paper (default: %(default)s)"
    result.add_argument("--palette", choices=tuple(PALETTES), default="default", help=meaning)


def add_axis_options(result, names, default):
    for name in names:
        meaning = f"draw the {name} nearest to VALUE (default: {default})"
        result.add_argument(f"--{name}", type=float, metavar="VALUE", help=meaning)


def sweep_parser(description, picture, wanted="a file that `deadcone sweep` wrote"):
    """A parser for a picture of a sweep: the file, its points to draw, the colours and the path of the picture."""
    result = parser(description, picture)
    add_palette_option(result)
    result.add_argument("file", metavar="FILE", help=wanted)
    add_axis_options(result, tuple(SYMBOLS), "all along the columns and rows of the picture, else the first")
    meaning = "the same for any axis of the file, such as leak=0.1"
    result.add_argument("--at", type=_axis_value, metavar="AXIS=VALUE", action="append", default=[], help=meaning)
    return result


def wanted_values(arguments):
    """The values that the options of sweep_parser ask for, by axis; None where they leave it open."""
    return {axis: getattr(arguments, axis) for axis in SYMBOLS} | dict(arguments.at)


def _axis_value(text):
    axis, _, value = text.partition("=")
    try:
        return axis, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not AXIS=VALUE, such as leak=0.1") from None


def _dpi(text):
    value = int(text)
    if not 20 <= value <= 2400:
        raise argparse.ArgumentTypeError("must be from 20 to 2400")
    return value


def beside(path, ending):
    """The default path of a picture: the path of the data with another ending."""
    return str(pathlib.Path(path).with_suffix("")) + ending


def save(figure, path, dpi):
    """Writes a figure in the format of the path's suffix. Whatever fails, a picture that is there stays as it is."""
    suffix = pathlib.Path(path).suffix.removeprefix(".")
    picture = io.BytesIO()
    try:
        figure.savefig(picture, dpi=dpi, format=suffix or None)
    except ValueError as error:  # a suffix that Matplotlib does not know, or a picture beyond its largest size
        raise FileError(f"{path}: {error}") from error
    try:
        _write(path, picture.getbuffer())
    except OSError as error:
        hint = "; give a shorter name with --out" if error.errno == errno.ENAMETOOLONG else ""
        raise FileError(f"{path}: {error.strerror}{hint}") from error


def _write(path, content):
    """Writes a file in place of the one that is there, whose permissions it keeps; a device or a pipe is written to."""
    exists = os.path.exists(path)
    if exists and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(content)
        return
    path = os.path.realpath(path)
    if exists and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    mode = stat.S_IMODE(os.stat(path).st_mode) if exists else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


# ---- Layout


def number(value):
    """A number in the notation of formulas."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{int(exponent)}}}"


def plain(text):
    """Text from a file, for a picture: no part of it is a formula."""
    return text.replace("$", r"\$")


def equation(axis, value):
    """An axis and its value, such as beta = 0.9."""
    return f"${symbol(axis)} = {number(value)}$"


def symbol(axis):
    """An axis in a formula."""
    return (SYMBOLS | OTHER_SYMBOLS).get(axis) or rf"\mathrm{{{axis}}}".replace("_", r"\_")


def panel_axes(data):
    """The axes along the columns and the rows of a picture: beta and gamma, or where the plane has them others.

    Of these, swept ones come first. An axis that only some units and optimisers have takes the place of beta or gamma
    where it is swept and they are not. Raises FileError where there are not two.
    """
    names = sorted(data.values, key=lambda name: data.values[name].size == 1)
    swept = [name for name in names if name not in SYMBOLS and data.values[name].size > 1]
    wanted = []
    for name in ("beta", "gamma"):
        if name in data.values:
            wanted.append(swept.pop(0) if swept and data.values[name].size == 1 else name)
        else:
            wanted.append(None)
    others = iter([name for name in names if name not in wanted])
    axes = [name or next(others, None) for name in wanted]
    if None in axes:
        raise FileError(f"{data.path}: the sweep has too few axes to be drawn")
    return axes


class Grid:
    """The maps of a sweep that a picture shows: columns are beta, rows are gamma with the largest at the top.

    Where the plane of the maps has one of these, another axis takes its place (panel_axes).
    """

    def __init__(self, data, wanted):
        """`wanted` maps an axis to the value to draw; without one, all of those of the panels and the first of others."""
        self._data = data
        self.axes = panel_axes(data)
        self._training = data.training()
        for axis, value in wanted.items():
            if value is not None and axis not in data.plane:
                data.values_of(axis)
        if wrong := [name for name in data.plane if wanted.get(name) is not None]:
            raise PlotError(f"{data.path}: --{wrong[0]} cannot choose maps: {wrong[0]} is an axis of their plane")
        columns, rows = (data.ascending(axis, wanted.get(axis)) for axis in self.axes)
        rows = rows[::-1]
        if len(columns) * len(rows) > MOST_CELLS:
            options = " or ".join(f"--{axis}" for axis in self.axes)
            raise PlotError(f"{data.path}: {len(columns)} x {len(rows)} maps are too many; choose {options}")
        self.columns, self.rows = data.values[self.axes[0]][columns], data.values[self.axes[1]][rows]
        others = [axis for axis in data.values if axis not in self.axes]
        self._fixed = {axis: data.nearest(axis, wanted.get(axis)) for axis in others}
        self.shape = (len(rows), len(columns))
        self.positions = {
            (i, j): data.position({self.axes[0]: column, self.axes[1]: row, **self._fixed})
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        }

    def column_titles(self):
        return [equation(self.axes[0], value) for value in self.columns]

    def row_titles(self):
        return [equation(self.axes[1], value) for value in self.rows]

    def marks(self, cell):
        """The places (w, b) to mark in a panel, by the names of their MARK_STYLES: the target, or the minima of the loss.

        There are none where pixels are not starts (w, b). Minima outside of the window are left out.
        """
        if not self._data.has_starts():
            return []
        position = self.positions[cell]
        minima = self._data.minima(position)
        if minima is None:
            return [(TARGET, tuple(self._value(axis, position) for axis in ("gamma", "delta")))]
        left, right, low, high = self._data.window()
        named = zip([LEAST_MINIMUM] + [OTHER_MINIMUM] * len(minima), minima)
        return [(name, (w, b)) for name, (w, b) in named if left <= w <= right and low <= b <= high]

    def _value(self, axis, position):
        """The value of an axis at a point."""
        return self._data.values_of(axis)[dict(zip(self._data.axes, position)).get(axis, 0)]

    def caption(self):
        """The values that all panels share."""
        what = "starts" if self._data.has_starts() else "pixels"
        pixels = rf"${self._data.x.size} \times {self._data.y.size}$ {what}"
        training = [self._training] if self._training else []
        values = [equation(axis, self._data.values[axis][i]) for axis, i in self._fixed.items()]
        return ",  ".join(training + values + [pixels])


def sides_of(data):
    """The labels of the sides of a panel, x and y, and whether they are logarithmic."""
    labels = [f"initial ${axis}$" if axis in STARTS else f"${symbol(axis)}$" for axis in data.plane]
    return labels, data.logarithmic()


def new_figure(**options):
    return Figure(**options)


def wrapped(text, width, points):
    """The text as lines of at most `width` inches in letters of so many points; no formula is broken."""
    lines, used = [], np.inf
    for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", text):
        if used + _inches(word, points) > width:
            lines.append(word)
            used = 0.0
        else:
            lines[-1] += " " + word
        used += _inches(word, points) + 0.3 * points / 72
    return lines


def in_lines(text, width, points):
    """The text as it is where it fits into one line, else wrapped."""
    return wrapped(text, width, points) if _inches(text, points) > width else [text]


def _inches(text, points):
    """The width of a line of letters of so many points."""
    font = FontProperties(family=picture_style.STYLE["font.family"], size=points)
    return text_to_path.get_text_width_height_descent(text, font, "$" in text)[0] / 72


class Caption:
    """The text below a figure, in the smallest size that is legible in print, wrapped to the figure's width."""

    POINTS, LEADING, MARGIN = 7, 1.25, 0.08

    def __init__(self, text, width):
        self.lines = wrapped(text, width - 2 * self.MARGIN, self.POINTS)
        self.height = len(self.lines) * self.POINTS * self.LEADING / 72 + 2 * self.MARGIN

    def draw(self, figure):
        width, height = figure.get_size_inches()
        for i, line in enumerate(self.lines):
            y = self.height - self.MARGIN - i * self.POINTS * self.LEADING / 72
            style = {"va": "top", "fontsize": self.POINTS, "color": "#333333"}
            figure.text(self.MARGIN / width, y / height, line, **style)


def occurring(maps):
    """The values that occur in some maps."""
    return set(np.unique(np.concatenate([np.unique(values) for values in maps])).tolist())


def key_of(names, palette):
    """Names and colours of outcomes by value, from their names by value. Pending has none: it is not drawn."""
    names = {value: name for value, name in names.items() if name != PENDING}
    colours = palette.colours_of_fates(names.values())
    return {value: (name, colours[name]) for value, name in names.items()}


def legend_of(values, key, marks=(TARGET,)):
    """Entries for the values that occur, pending for those without a name and colour in `key`, and for marks."""
    entries = [Patch(facecolor=colour, label=plain(name)) for value, (name, colour) in key.items() if value in values]
    pending = [Patch(label=PENDING, **PENDING_STYLE)] if set(values) - set(key) else []
    return entries + pending + [Line2D([], [], **style, label=name) for name, style in MARK_STYLES.items() if name in marks]


def painted(values, key):
    """RGBA bytes of an array of values in the colours of `key`; values that are not in it are transparent."""
    colours = np.zeros(values.shape + (4,), dtype=np.uint8)
    for value, (_, colour) in key.items():
        colours[values == value] = np.rint(255 * to_rgba_array(colour))
    return colours


def draw_map(axes, colours, window):
    """Shows an array of RGBA bytes, the row of the lowest y first; transparent pixels are pending and hatched."""
    if not colours[..., 3].all():
        corner, size = (window[0], window[2]), (window[1] - window[0], window[3] - window[2])
        axes.add_patch(Rectangle(corner, *size, **PENDING_STYLE, zorder=0))
    axes.imshow(colours, origin="lower", extent=window, aspect="auto", interpolation="nearest", zorder=1)
    axes.set_axisbelow(False)


def names_of_marks(marks):
    """The names that occur in the marks of some panels."""
    return {name for found in marks.values() for name, _ in found}


def draw_marks(axes, marks):
    """Draws named places, such as the target (TARGET, (w, b))."""
    for name, place in marks:
        axes.plot(*place, **MARK_STYLES[name], zorder=4)


def set_ticks(axis, logarithmic):
    """Few ticks along a side of a panel; along a logarithmic one, whose places are powers of ten, their values."""
    axis.set_major_locator(MaxNLocator(4, prune="both"))
    if logarithmic:
        low, high = sorted(axis.get_view_interval())
        if high - low >= 2:
            axis.set_major_locator(MaxNLocator(4, prune="both", integer=True))
        axis.set_major_formatter(FuncFormatter(lambda place, _: f"${number(10.0**place)}$"))


# The size of the line above the panels, and the distance in inches of such lines.
CAPTION_POINTS, CAPTION_LINE = 9, 0.16


class Panels:
    """A grid of equal panels that share their axes, laid out in inches so that each is a known number of pixels.

    The line above the panels has the values that all share; the legend is below.
    """

    LEFT, TOP, BOTTOM, GAP = 0.92, 0.5, 0.58, 0.09

    def __init__(self, rows, columns, window, dpi, right=0.2, across=None, foot=0.0, is_to_scale=True):
        """Leaves `right` inches free beside the panels and `foot` inches below them.

        The figure is `across` inches wide; by default its width follows from the number of panels. Panels have equal
        scales along both sides where `is_to_scale`, else they are square.
        """
        self.grid, self.window, self.dpi, self._right, self._foot = (rows, columns), window, dpi, right, foot
        # Unless equal scales would make slivers of the panels.
        shape = np.clip((window[3] - window[2]) / (window[1] - window[0]), 0.5, 2.0) if is_to_scale else 1.0
        width = np.clip(min(10.5 / columns, 8.0 / (rows * shape)), 0.85, 3.6)
        if across is not None:
            width = (across - self.LEFT - right - (columns - 1) * self.GAP) / columns
        self.pixels = (round(width * shape * dpi), round(width * dpi))
        if rows * columns > MOST_PANELS or max(rows * self.pixels[0], columns * self.pixels[1]) > LONGEST_PICTURE:
            raise PlotError(f"a picture of {columns} x {rows} maps is too large; choose fewer, or a lower --dpi")

    def draw(self, column_titles, row_titles, caption, legend, labels, logarithmic=(False, False)):
        """Makes the figure and returns its axes, rows by columns; `logarithmic` says whether x and y are so."""
        rows, columns = self.grid
        # From here on in whole pixels, so that no pixel of a map is cut.
        height, width = self.pixels
        width_of_panels = columns * (width / self.dpi + self.GAP) - self.GAP
        lines = in_lines(caption, width_of_panels + self._right - 0.05, CAPTION_POINTS)
        top = self.TOP + (len(lines) - 1) * CAPTION_LINE if caption else self.TOP / 2
        margins = (self.LEFT, top, self.BOTTOM + self._foot, self.GAP, self._right)
        left, top, bottom, gap, right = (round(margin * self.dpi) for margin in margins)
        grid_height, grid_width = rows * (height + gap) - gap, columns * (width + gap) - gap
        total_width = left + grid_width + right

        self.figure = new_figure(figsize=(total_width / self.dpi, 1), dpi=self.dpi)
        bottom += self._draw_legend(legend)
        total_height = bottom + grid_height + top
        self.figure.set_size_inches(total_width / self.dpi, total_height / self.dpi)
        for entries in self.figure.legends:
            entries.set_bbox_to_anchor((0.5, self._foot * self.dpi / total_height))

        def place(x, y):
            return x / total_width, y / total_height

        # Titles of neighbours must not touch.
        title_size = min(11, 10 * width / self.dpi)
        axes = np.empty(self.grid, dtype=object)
        for row, column in np.ndindex(*self.grid):
            corner = place(left + column * (width + gap), bottom + (rows - 1 - row) * (height + gap))
            panel = self.figure.add_axes((*corner, *place(width, height)))
            panel.set(xlim=self.window[:2], ylim=self.window[2:])
            set_ticks(panel.xaxis, logarithmic[0])
            set_ticks(panel.yaxis, logarithmic[1])
            panel.tick_params(labelbottom=row == rows - 1, labelleft=column == 0)
            if row == 0:
                panel.set_title(column_titles[column], pad=4, fontsize=title_size)
            if row == rows - 1:
                panel.set_xlabel(labels[0], labelpad=2)
            if column == 0:
                panel.set_ylabel(labels[1], labelpad=2)
            axes[row, column] = panel

        for row, title in enumerate(row_titles):
            y = bottom + (rows - 1 - row) * (height + gap) + height / 2
            style = {"rotation": 90, "ha": "center", "va": "center", "fontsize": title_size}
            self.figure.text(*place(0.16 * self.dpi, y), title, **style)
        caption_at = place(left, total_height - 0.08 * self.dpi)
        self.figure.text(*caption_at, "\n".join(lines), va="top", color=GREY, fontsize=CAPTION_POINTS)
        self._beside = (left + grid_width) / self.dpi, bottom / self.dpi, grid_height / self.dpi
        return axes

    def add_beside(self, offset, width, height):
        """Adds axes to the right of the panels, below their top to leave room for a title; sizes in inches."""
        x, y, grid_height = self._beside
        top = y + grid_height - 0.2
        height = min(height, top - y + self.BOTTOM / 2)
        total_width, total_height = self.figure.get_size_inches()
        return self.figure.add_axes(
            ((x + offset) / total_width, (top - height) / total_height, width / total_width, height / total_height)
        )

    def _draw_legend(self, entries):
        """Draws the legend at the foot of the figure in as many columns as fit; returns its height in pixels."""
        legend = None
        for columns in range(len(entries), 0, -1):
            if legend:
                legend.remove()
            legend = self.figure.legend(handles=entries, loc="lower center", ncols=columns, columnspacing=1.4)
            if legend.get_window_extent().width <= self.figure.bbox.width:
                break
        return round(legend.get_window_extent().height) if legend else 0
