"""What the plotting scripts share: they read files of deadcone, lay out panels and report errors with this module.

A file holds maps over (beta, gamma, ..., b, w). Its names of axes, fates and proofs come from the file: from dimension
scales and from the attributes flag_values, flag_meanings and long_name.

A map may be far larger than its picture, so it is never kept whole: only the pixels that the picture shows are kept,
each as it is in the file, because labels cannot be averaged.

Figures do not use pyplot, so they need no display.
"""

import argparse
import pathlib
import re
import sys

import h5py
import matplotlib
import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from palettes import DEATHS, PALETTES

# How formulas show an axis; another axis is shown by its name.
SYMBOLS = {"beta": r"\beta", "gamma": r"\gamma", "eta": r"\eta", "delta": r"\Delta", "r": "r_0"}

# The names in the files that the pictures treat in a way of their own.
PENDING, CONVERGED, DEAD, UNFINISHED, DIVERGED = "pending", "converged", "dead", "unfinished", "diverged"
NO_PROOF, PROOF_OF_DEATH = "none", "trap"

# A pixel that has a fate but was not computed, in pictures of what only computed pixels have.
MISSING = ("filled, not computed", "#C4C4C4")
# Visible on all of them.
TARGET_STYLE = {"linestyle": "", "marker": "o", "markersize": 4.5, "color": "white", "markeredgecolor": "black"}
PENDING_STYLE = {"facecolor": "#F4F4F4", "edgecolor": "#B0B0B0", "hatch": "////", "linewidth": 0.0}

STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    # Text in a PDF stays text: TrueType, which publishers take.
    "pdf.fonttype": 42,
}
GREY = "#555555"


class PlotError(Exception):
    """An error that the user can correct; its message is one line."""


# ---- Reading


class ResultFile:
    """A file of maps over (axes ..., b, w), one of them `variable`, that `deadcone sweep` or `deadcone field` wrote.

    `axes` are the names of the swept axes, in the order of the dimensions of `variable`; `values` has the values of
    every axis, those that are not swept included.
    """

    def __init__(self, path, variable):
        self.path = path
        if not pathlib.Path(path).is_file():
            raise PlotError(f"{path}: no such file")
        try:
            self._file = h5py.File(path, "r")
        except OSError as error:
            raise PlotError(f"{path}: cannot be opened as HDF5: {_reason(error)}") from error
        if not self.has(variable):
            raise PlotError(f"{path}: the file has no variable '{variable}'")
        self.axes = self._dimensions(variable)
        self.values = {name: np.atleast_1d(self._coordinate(name)) for name in (*self.axes, *self._scalars(variable))}
        self.b, self.w = (np.atleast_1d(self._coordinate(name)) for name in ("b", "w"))
        self._shape = tuple(self.values[name].size for name in self.axes) + (self.b.size, self.w.size)
        if 0 in self._shape or self._file[variable].shape != self._shape:
            shape = self._file[variable].shape
            raise PlotError(f"{path}: '{variable}' has the shape {shape}, but its coordinates have {self._shape}")
        if np.any(np.diff(self.b) <= 0) or np.any(np.diff(self.w) <= 0):
            raise PlotError(f"{path}: 'b' and 'w' do not increase")
        self._refuse_repeated_coordinates()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def has(self, name):
        """Whether the file has this variable."""
        return isinstance(self._file.get(name), h5py.Dataset)

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
            raise PlotError(f"{self.path}: the file has no axis '{axis}'")
        return self.values[axis]

    def position(self, indices):
        """The index of a map, from the index along each axis."""
        return tuple(indices[name] for name in self.axes)

    def window(self):
        """(w low, w high, b low, b high): the edges of the outermost pixels, whose centres are the coordinates."""
        return _edges(self.w) + _edges(self.b)

    def read(self, name, index=()):
        """One variable, or the part of it at `index`."""
        if not self.has(name):
            raise PlotError(f"{self.path}: the file has no variable '{name}'")
        try:
            return self._file[name][index]
        except (OSError, ValueError, RuntimeError, IndexError) as error:
            raise PlotError(f"{self.path}: cannot read '{name}': {_reason(error)}") from error

    def sample(self, name, position, rows, columns):
        """At most rows x columns pixels of one map, evenly spread over it, the row of the lowest b first.

        Reads a row of chunks at a time: HDF5 unpacks whole chunks anyway, and picks single elements out of them slowly.
        """
        chunks = self._map_variable(name).chunks
        band = chunks[-2] if chunks else 512
        j, i = spread(self.b.size, rows), spread(self.w.size, columns)
        parts = []
        for low in range(0, self.b.size, band):
            wanted = j[(j >= low) & (j < low + band)] - low
            if wanted.size:
                parts.append(self.map_rows(name, position, slice(low, low + band))[np.ix_(wanted, i)])
        return np.concatenate(parts)

    def map_rows(self, name, position, rows):
        """All pixels of some rows of one map, the row of the lowest b first."""
        self._map_variable(name)
        return self.read(name, (*position, rows))

    def fates(self, position, rows, columns):
        """A sample of one map of fates."""
        return self.checked_fates(self.sample("fate", position, rows, columns))

    def checked_fates(self, fates):
        """The same fates; raises PlotError if one of them has no name in the file."""
        unknown = sorted(set(np.unique(fates).tolist()) - set(self.meanings("fate")))
        if unknown:
            raise PlotError(f"{self.path}: 'fate' holds the value {unknown[0]}, which its flag_values do not list")
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

    def meanings(self, name):
        """The names of a variable's values, by value, from the file; empty if the file does not have the variable."""
        if not self.has(name):
            return {}
        attributes = self._file[name].attrs
        missing = [attribute for attribute in ("flag_values", "flag_meanings") if attribute not in attributes]
        if missing:
            raise PlotError(f"{self.path}: '{name}' has no attribute '{missing[0]}', which names its values")
        values = np.atleast_1d(attributes["flag_values"]).tolist()
        names = _text(attributes["flag_meanings"]).split()
        if len(values) != len(names):
            raise PlotError(f"{self.path}: '{name}' has {len(values)} values in flag_values, but {len(names)} names")
        return dict(zip(values, names))

    def code(self, name, meaning):
        """The value of a variable with this name; None if no value has it."""
        return next((value for value, found in self.meanings(name).items() if found == meaning), None)

    def attribute(self, name):
        """An attribute of the file, as text."""
        if name not in self._file.attrs:
            raise PlotError(f"{self.path}: the file has no attribute '{name}'")
        return _text(self._file.attrs[name])

    def long_name(self, name):
        """What a variable is, in words; its name if the file does not say."""
        return self._text_of(name, "long_name") or name

    def _text_of(self, name, attribute):
        """An attribute of a variable as text; empty if it has none."""
        return _text(self._file[name].attrs.get(attribute, ""))

    def _dimensions(self, variable):
        """The names of a variable's dimensions before the last two, which are b and w."""
        dataset = self._file[variable]
        names = []
        for i in range(dataset.ndim - 2):
            try:
                names.append(dataset.dims[i][0].name.removeprefix("/"))
            except (RuntimeError, KeyError, OSError) as error:
                raise PlotError(f"{self.path}: dimension {i} of '{variable}' has no coordinate") from error
        return tuple(names)

    def _scalars(self, variable):
        """The names of the axes that are not swept, in the attributes that CF has for them.

        xarray writes the coordinates of a map that it takes out of a sweep into the attribute of the file.
        """
        names = self._text_of(variable, "coordinates").split() + _text(self._file.attrs.get("coordinates", "")).split()
        return [name for name in names if self.has(name) and self._file[name].shape == ()]

    def _refuse_repeated_coordinates(self):
        """Pixels were computed in the precision of the file, in which those of version 0.1 may be one number."""
        precision = _text(self._file.attrs.get("precision", ""))
        pixel = np.float32 if precision == "float" else np.float64
        rounded = {**self.values, "b": self.b.astype(pixel), "w": self.w.astype(pixel)}
        for name, values in rounded.items():
            distinct = np.unique(values).size
            if distinct < values.size:
                numbers = f"{distinct} different numbers" + (f" in {precision}" if values.dtype == np.float32 else "")
                raise PlotError(f"{self.path}: '{name}' has {values.size} values, but only {numbers}")

    def _map_variable(self, name):
        if not self.has(name):
            raise PlotError(f"{self.path}: the file has no variable '{name}'")
        dataset = self._file[name]
        if dataset.shape != self._shape:
            raise PlotError(f"{self.path}: '{name}' has the shape {dataset.shape}, not {self._shape}")
        return dataset

    def _coordinate(self, name):
        values = np.asarray(self.read(name), dtype=float)
        if values.ndim > 1 or not np.all(np.isfinite(values)):
            raise PlotError(f"{self.path}: '{name}' is not a coordinate")
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
                raise PlotError(f"{name}:{place}: {len(words)} values, but {len(header)} columns")
            rows.append(_numbers(f"{name}:{place}", words))
    missing = [column for column in columns if column not in (header or [])]
    if missing:
        raise PlotError(f"{name}: the table has no column '{missing[0]}'; is it printed by deadcone?")
    if not rows:
        raise PlotError(f"{name}: the table is empty")
    return dict(zip(header, np.array(rows).T)), notes


def _numbers(place, words):
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise PlotError(f"{place}: {error}") from error


def spread(count, wanted):
    """At most `wanted` of the indices 0 ... count - 1, evenly spread."""
    wanted = min(count, max(1, wanted))
    return ((np.arange(wanted) + 0.5) * count / wanted).astype(int)


def _edges(centres):
    half = 0.5 * (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else 0.5
    return float(centres[0] - half), float(centres[-1] + half)


def _text(attribute):
    return attribute.decode(errors="replace") if isinstance(attribute, bytes) else str(attribute)


def _reason(error):
    """The part in brackets of HDF5's message, which has the reason, on one line."""
    text = " ".join(str(error).split())
    return text[text.find("(") + 1 : text.rfind(")")] if "(" in text and text.endswith(")") else text


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
    add_axis_options(result, ("beta", "gamma"), "all")
    add_axis_options(result, ("eta", "delta", "r"), "the first")
    return result


def _dpi(text):
    value = int(text)
    if not 20 <= value <= 2400:
        raise argparse.ArgumentTypeError("must be from 20 to 2400")
    return value


def beside(path, ending):
    """The default path of a picture: the path of the data with another ending."""
    return str(pathlib.Path(path).with_suffix("")) + ending


def save(figure, path, dpi):
    """Writes a figure in the format of the path's suffix."""
    try:
        figure.savefig(path, dpi=dpi)
    except ValueError as error:  # a suffix that Matplotlib does not know, or a picture beyond its largest size
        raise PlotError(f"{path}: {error}") from error


def run(main):
    """Runs a script; on an error it prints one line and exits with status 1."""
    try:
        main()
    except PlotError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    else:
        return
    sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {' '.join(message.split())}")


# ---- Layout


def number(value):
    """A number in the notation of formulas."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{int(exponent)}}}"


def equation(axis, value):
    """An axis and its value, such as beta = 0.9."""
    return f"${symbol(axis)} = {number(value)}$"


def symbol(axis):
    """An axis in a formula."""
    return SYMBOLS.get(axis) or rf"\mathrm{{{axis}}}".replace("_", r"\_")


class Grid:
    """The maps of a sweep that a picture shows: columns are beta, rows are gamma with the largest at the top."""

    def __init__(self, data, wanted):
        """`wanted` maps an axis to the value to draw; without one, all beta and gamma and the first of the others."""
        self._data = data
        betas = data.ascending("beta", wanted.get("beta"))
        gammas = data.ascending("gamma", wanted.get("gamma"))[::-1]
        self.betas, self.gammas = data.values["beta"][betas], data.values["gamma"][gammas]
        others = [axis for axis in data.values if axis not in ("beta", "gamma")]
        self._fixed = {axis: data.nearest(axis, wanted.get(axis)) for axis in others}
        self.shape = (len(gammas), len(betas))
        self.positions = {
            (row, column): data.position({"beta": beta, "gamma": gamma, **self._fixed})
            for row, gamma in enumerate(gammas)
            for column, beta in enumerate(betas)
        }

    def column_titles(self):
        return [equation("beta", value) for value in self.betas]

    def row_titles(self):
        return [equation("gamma", value) for value in self.gammas]

    def target(self, row):
        """The target (w, b) of the panels of a row."""
        return self.gammas[row], self._data.values_of("delta")[self._fixed["delta"]]

    def caption(self):
        """The values that all panels share."""
        starts = rf"${self._data.w.size} \times {self._data.b.size}$ starts"
        return ",  ".join([equation(axis, self._data.values[axis][i]) for axis, i in self._fixed.items()] + [starts])


def new_figure(**options):
    matplotlib.rcParams.update(STYLE)
    return Figure(**options)


def wrapped(text, width, points):
    """The text as lines of at most `width` inches in letters of so many points; no formula is broken."""
    matplotlib.rcParams.update(STYLE)
    font = FontProperties(family=STYLE["font.family"], size=points)

    def inches(word):
        return text_to_path.get_text_width_height_descent(word, font, "$" in word)[0] / 72

    lines, used = [], np.inf
    for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", text):
        if used + inches(word) > width:
            lines.append(word)
            used = 0.0
        else:
            lines[-1] += " " + word
        used += inches(word) + 0.3 * points / 72
    return lines


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


def legend_of(values, key):
    """Entries for the values that occur, pending for those without a name and colour in `key`, and the target."""
    entries = [Patch(facecolor=colour, label=name) for value, (name, colour) in key.items() if value in values]
    pending = [Patch(label=PENDING, **PENDING_STYLE)] if set(values) - set(key) else []
    return entries + pending + [Line2D([], [], **TARGET_STYLE, label="target")]


def painted(values, key):
    """RGBA bytes of an array of values in the colours of `key`; values that are not in it are transparent."""
    colours = np.zeros(values.shape + (4,), dtype=np.uint8)
    for value, (_, colour) in key.items():
        colours[values == value] = np.rint(255 * to_rgba_array(colour))
    return colours


def draw_map(axes, colours, window):
    """Shows an array of RGBA bytes, the row of the lowest b first; transparent pixels are pending and hatched."""
    if not colours[..., 3].all():
        corner, size = (window[0], window[2]), (window[1] - window[0], window[3] - window[2])
        axes.add_patch(Rectangle(corner, *size, **PENDING_STYLE, zorder=0))
    axes.imshow(colours, origin="lower", extent=window, aspect="auto", interpolation="nearest", zorder=1)
    axes.set_axisbelow(False)


def mark_target(axes, target):
    """Draws the target (w, b) as a dot."""
    axes.plot(*target, **TARGET_STYLE, zorder=4)


class Panels:
    """A grid of equal panels that share their axes, laid out in inches so that each is a known number of pixels.

    The line above the panels has the values that all share; the legend is below.
    """

    LEFT, TOP, BOTTOM, GAP = 0.92, 0.5, 0.58, 0.09

    def __init__(self, rows, columns, window, dpi, right=0.2, across=None, foot=0.0):
        """Leaves `right` inches free beside the panels and `foot` inches below them.

        The figure is `across` inches wide; by default its width follows from the number of panels.
        """
        self.grid, self.window, self.dpi, self._right, self._foot = (rows, columns), window, dpi, right, foot
        # Equal scales, unless that would make slivers of the panels.
        shape = np.clip((window[3] - window[2]) / (window[1] - window[0]), 0.5, 2.0)
        width = np.clip(min(10.5 / columns, 8.0 / (rows * shape)), 0.85, 3.6)
        if across is not None:
            width = (across - self.LEFT - right - (columns - 1) * self.GAP) / columns
        self.pixels = (round(width * shape * dpi), round(width * dpi))

    def draw(self, column_titles, row_titles, caption, legend, labels=("initial $w$", "initial $b$")):
        """Makes the figure and returns its axes, rows by columns."""
        rows, columns = self.grid
        # From here on in whole pixels, so that no pixel of a map is cut.
        height, width = self.pixels
        top = self.TOP if caption else self.TOP / 2
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
            panel.xaxis.set_major_locator(MaxNLocator(4, prune="both"))
            panel.yaxis.set_major_locator(MaxNLocator(4, prune="both"))
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
        self.figure.text(*caption_at, caption, va="top", color=GREY, fontsize=9)
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
        return round(legend.get_window_extent().height)
