"""What the plotting scripts share: reading the files that deadcone writes, colours, the layout of panels, errors.

A file holds maps over (beta, gamma, ..., b, w). A map may be far larger than its picture, so it is never kept whole:
only the pixels that the picture shows are, each as it is in the file, since labels cannot be averaged.

Figures are made without pyplot, so no display is looked for.
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

AXES = ("beta", "gamma", "eta", "delta", "r")
SYMBOLS = {"beta": r"\beta", "gamma": r"\gamma", "eta": r"\eta", "delta": r"\Delta", "r": "r_0"}

# Name and colour of each fate. The colours are Okabe and Ito's and Paul Tol's; their lightness (L* = 70, 49, 90, 31, 0)
# keeps them apart in print without colour, too.
PENDING, CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED = -1, 0, 1, 2, 3, 4
FATES = {
    CONVERGED: ("converged", "#56B4E9"),
    DEAD: ("dead", "#BB5566"),
    STALLED: ("stalled", "#F0E442"),
    UNFINISHED: ("unfinished", "#225522"),
    DIVERGED: ("diverged", "#000000"),
}
# Where a file has proofs, dead is told apart: by the theorem that proves death for ever, or at rest in the dead cone,
# which a unit may leave if one waits. Of pixels that were filled it is not known which. All are shades of dead (L* = 38,
# 64 and its own 49).
DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE, DEAD_FILLED = 5, 6, 7
DEATHS = {
    DEAD_FOR_EVER: ("dead for ever", "#97394C"),
    DEAD_WITHIN_TOLERANCE: ("dead within the tolerance", "#DD808D"),
    DEAD_FILLED: ("dead (filled)", FATES[DEAD][1]),
}
PROOF_OF_DEATH = "trap"
OUTCOMES = FATES | DEATHS
# A pixel that has a fate but was not computed, where what is shown is known of computed ones only.
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


SHADES = 256


def ramp(light, dark):
    """Colours in equal steps of OKLab (Ottosson 2020), as RGBA bytes. An end is lightness, chroma, hue in degrees."""
    lightness, chroma, hue = (np.linspace(a, b, SHADES) for a, b in zip(light, dark))
    # More chroma in the middle, where sRGB has room for it.
    chroma = chroma + 0.06 * np.sin(np.pi * np.linspace(0, 1, SHADES))
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    to_cones = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.291485548],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.707614701],
        ]
    )
    linear = np.clip(to_rgb @ (to_cones @ np.stack([lightness, a, b])) ** 3, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * np.vstack([rgb, np.ones(SHADES)])).astype(np.uint8).T


# For quantities within a fate: its hue, and the same lightness for the same quantity.
RAMPS = {
    CONVERGED: ramp((0.94, 0.04, 215), (0.30, 0.10, 262)),
    DEAD: ramp((0.94, 0.04, 75), (0.30, 0.11, 15)),
}


class PlotError(Exception):
    """Something that the user can put right, said in one line."""


# ---- Reading


class ResultFile:
    """A file of maps over (axes ..., b, w), one of them `variable`: what `deadcone sweep` or `deadcone field` wrote."""

    def __init__(self, path, variable, axes=AXES):
        self.path = path
        if not pathlib.Path(path).is_file():
            raise PlotError(f"{path}: no such file")
        try:
            self._file = h5py.File(path, "r")
        except OSError as error:
            raise PlotError(f"{path}: cannot be opened as HDF5: {_reason(error)}") from error
        if not self.has(variable):
            raise PlotError(f"{path}: there is no variable '{variable}' in it")
        coordinates = {name: self._coordinate(name) for name in axes}
        # An axis that is not swept is stored as a scalar; a swept one is a dimension, even if it has one value.
        self.axes = tuple(name for name in coordinates if coordinates[name].ndim == 1)
        self.values = {name: np.atleast_1d(values) for name, values in coordinates.items()}
        self.b, self.w = (np.atleast_1d(self._coordinate(name)) for name in ("b", "w"))
        self._shape = tuple(self.values[name].size for name in self.axes) + (self.b.size, self.w.size)
        if 0 in self._shape or self._file[variable].shape != self._shape:
            shape = self._file[variable].shape
            raise PlotError(f"{path}: the shape of '{variable}' is {shape}, but its coordinates' is {self._shape}")
        if np.any(np.diff(self.b) <= 0) or np.any(np.diff(self.w) <= 0):
            raise PlotError(f"{path}: 'b' and 'w' do not increase")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def has(self, name):
        return isinstance(self._file.get(name), h5py.Dataset)

    def nearest(self, axis, wanted):
        """The index of the value nearest to `wanted`; the first if that is None."""
        return 0 if wanted is None else int(np.argmin(np.abs(self.values[axis] - wanted)))

    def ascending(self, axis, wanted):
        """All indices along an axis in the order of its values, or only the one nearest to `wanted`."""
        return np.argsort(self.values[axis]).tolist() if wanted is None else [self.nearest(axis, wanted)]

    def position(self, indices):
        """The index of a map, from the index along each axis."""
        return tuple(indices[name] for name in self.axes)

    def window(self):
        """(w low, w high, b low, b high): the edges of the outermost pixels, whose centres are the coordinates."""
        return _edges(self.w) + _edges(self.b)

    def read(self, name, index=()):
        """One variable, or the part of it at `index`."""
        if not self.has(name):
            raise PlotError(f"{self.path}: there is no variable '{name}' in it")
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
        """The same fates, once it is sure that each stands for something."""
        unknown = sorted(set(np.unique(fates).tolist()) - {PENDING, *FATES})
        if unknown:
            raise PlotError(f"{self.path}: 'fate' holds the value {unknown[0]}, which stands for nothing")
        return fates

    def proofs(self, position, rows, columns):
        """A sample of one map of proofs, negative where it was not computed; None where the file has none."""
        return self.sample("proof", position, rows, columns) if self.has("proof") else None

    def provenance(self, position, rows, columns):
        """A sample of one map that says which pixels were computed and which filled; None where the file has none."""
        return self.sample("provenance", position, rows, columns) if self.has("provenance") else None

    def outcomes(self, position, rows, columns):
        """A sample of one map of fates, the dead told apart as DEATHS where the file has proofs."""
        fates, proofs = self.fates(position, rows, columns), self.proofs(position, rows, columns)
        if proofs is None:
            return fates
        trapped = proofs == self.code("proof", PROOF_OF_DEATH)
        deaths = np.select([trapped, proofs >= 0], [DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE], DEAD_FILLED)
        return np.where(fates == DEAD, deaths, fates)

    def meanings(self, name):
        """The values of a variable and the names that the file has for them, as a dict; empty where it has none."""
        if not self.has(name):
            return {}
        try:
            attributes = self._file[name].attrs
            values = np.atleast_1d(attributes["flag_values"]).tolist()
            names = _text(attributes["flag_meanings"]).split()
        except KeyError as error:
            raise PlotError(f"{self.path}: '{name}' does not say what its values stand for") from error
        if len(values) != len(names):
            raise PlotError(f"{self.path}: '{name}' has {len(values)} values, but {len(names)} names for them")
        return dict(zip(values, names))

    def code(self, name, meaning):
        """The value of a variable that has this name; None where it has none."""
        return next((value for value, found in self.meanings(name).items() if found == meaning), None)

    def attribute(self, name):
        """An attribute of the file, as text."""
        if name not in self._file.attrs:
            raise PlotError(f"{self.path}: there is no attribute '{name}' in it")
        return _text(self._file.attrs[name])

    def _map_variable(self, name):
        if not self.has(name):
            raise PlotError(f"{self.path}: there is no variable '{name}' in it")
        dataset = self._file[name]
        if dataset.shape != self._shape:
            raise PlotError(f"{self.path}: the shape of '{name}' is {dataset.shape}, not {self._shape}")
        return dataset

    def _coordinate(self, name):
        values = np.asarray(self.read(name), dtype=float)
        if values.ndim > 1 or not np.all(np.isfinite(values)):
            raise PlotError(f"{self.path}: '{name}' is not a coordinate")
        return values


def read_table(name, lines, columns):
    """A table that the program prints: its columns by name, and its comments by their first word.

    `name` says in errors where it is from; `columns` are those that must be there.
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
        raise PlotError(f"{name}: there is no column '{missing[0]}'; is this what deadcone prints?")
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
    """HDF5's message down to the part in brackets that says why, on one line."""
    text = " ".join(str(error).split())
    return text[text.find("(") + 1 : text.rfind(")")] if "(" in text and text.endswith(")") else text


# ---- Command line


def parser(description, picture):
    """A parser with what all the scripts have in common; `picture` says where the picture goes by default."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--out", metavar="PICTURE", help=f"PNG, PDF or SVG, by its suffix (default: {picture})")
    add_dpi_option(result, 200)
    return result


def add_dpi_option(result, default):
    result.add_argument("--dpi", type=_dpi, default=default, help="pixels per inch (default: %(default)s)")


def add_axis_options(result, names, default):
    for name in names:
        meaning = f"the {name} nearest to VALUE (default: {default})"
        result.add_argument(f"--{name}", type=float, metavar="VALUE", help=meaning)


def sweep_parser(description, picture, wanted="what `deadcone sweep` wrote"):
    """A parser for a picture of a sweep: the file, the points of it, and where the picture goes."""
    result = parser(description, picture)
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
    """The default name of a picture: that of the data with another ending."""
    return str(pathlib.Path(path).with_suffix("")) + ending


def save(figure, path, dpi):
    """Writes a picture, in the format of its suffix."""
    try:
        figure.savefig(path, dpi=dpi)
    except ValueError as error:  # a suffix that Matplotlib does not know, or a picture beyond its largest size
        raise PlotError(f"{path}: {error}") from error


def run(main):
    """Runs a script: what goes wrong is said in one line, and by the exit status."""
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
    """A number as it is set in a formula."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{int(exponent)}}}"


def equation(axis, value):
    """An axis and its value, such as beta = 0.9."""
    return f"${SYMBOLS[axis]} = {number(value)}$"


class Grid:
    """The maps of a sweep that a picture shows: columns are beta, rows gamma, the largest at the top."""

    def __init__(self, data, wanted):
        """`wanted` has the value wanted on an axis, or None: all of beta and gamma, the first of the others."""
        self._data = data
        betas = data.ascending("beta", wanted.get("beta"))
        gammas = data.ascending("gamma", wanted.get("gamma"))[::-1]
        self.betas, self.gammas = data.values["beta"][betas], data.values["gamma"][gammas]
        self._fixed = {axis: data.nearest(axis, wanted.get(axis)) for axis in ("eta", "delta", "r")}
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
        """The best parameters, (w, b), for the panels of a row."""
        return self.gammas[row], self._data.values["delta"][self._fixed["delta"]]

    def caption(self):
        """What all panels have in common."""
        starts = rf"${self._data.w.size} \times {self._data.b.size}$ starts"
        return ",  ".join([equation(axis, self._data.values[axis][i]) for axis, i in self._fixed.items()] + [starts])


def new_figure(**options):
    matplotlib.rcParams.update(STYLE)
    return Figure(**options)


class Caption:
    """The text below a figure, in the smallest letters that are legible in print, broken into lines of its width."""

    POINTS, LEADING, MARGIN = 7, 1.25, 0.08

    def __init__(self, text, width):
        self.lines = self._wrapped(text, width - 2 * self.MARGIN)
        self.height = len(self.lines) * self.POINTS * self.LEADING / 72 + 2 * self.MARGIN

    def _wrapped(self, text, width):
        """Lines of at most so many inches, none of them broken within a formula."""
        matplotlib.rcParams.update(STYLE)
        font = FontProperties(family=STYLE["font.family"], size=self.POINTS)

        def inches(word):
            return text_to_path.get_text_width_height_descent(word, font, "$" in word)[0] / 72

        lines, used = [], np.inf
        for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", text):
            if used + inches(word) > width:
                lines.append(word)
                used = 0.0
            else:
                lines[-1] += " " + word
            used += inches(word) + 0.3 * self.POINTS / 72
        return lines

    def draw(self, figure):
        width, height = figure.get_size_inches()
        for i, line in enumerate(self.lines):
            y = self.height - self.MARGIN - i * self.POINTS * self.LEADING / 72
            style = {"va": "top", "fontsize": self.POINTS, "color": "#333333"}
            figure.text(self.MARGIN / width, y / height, line, **style)


def occurring(maps):
    """The values that occur in some maps."""
    return set(np.unique(np.concatenate([np.unique(values) for values in maps])).tolist())


def legend_of(values, meanings=None):
    """Entries for these values, by default outcomes, whose meanings are names and colours; and for the target."""
    meanings = OUTCOMES if meanings is None else meanings
    entries = [Patch(facecolor=colour, label=name) for value, (name, colour) in meanings.items() if value in values]
    pending = [Patch(label="pending", **PENDING_STYLE)] if PENDING in values else []
    return entries + pending + [Line2D([], [], **TARGET_STYLE, label="target")]


def painted(values, meanings=None):
    """RGBA bytes of values, by default outcomes, whose meanings are names and colours; others are transparent."""
    colours = np.zeros(values.shape + (4,), dtype=np.uint8)
    for value, (_, colour) in (OUTCOMES if meanings is None else meanings).items():
        colours[values == value] = np.rint(255 * to_rgba_array(colour))
    return colours


def draw_map(axes, colours, window):
    """Shows an array of RGBA bytes, the row of the lowest b first; what is transparent is pending and hatched."""
    if not colours[..., 3].all():
        corner, size = (window[0], window[2]), (window[1] - window[0], window[3] - window[2])
        axes.add_patch(Rectangle(corner, *size, **PENDING_STYLE, zorder=0))
    axes.imshow(colours, origin="lower", extent=window, aspect="auto", interpolation="nearest", zorder=1)
    axes.set_axisbelow(False)


def mark_target(axes, target):
    axes.plot(*target, **TARGET_STYLE, zorder=4)


class Panels:
    """A grid of equal panels that share their axes, laid out in inches so that each is a known number of pixels.

    A line above says what all have in common, the legend stands below.
    """

    LEFT, TOP, BOTTOM, GAP = 0.92, 0.5, 0.58, 0.09

    def __init__(self, rows, columns, window, dpi, right=0.2, across=None, foot=0.0):
        """`right` inches are left free beside the panels, `foot` below them. The figure is `across` inches wide, or as
        wide as suits the number of panels."""
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
        # From here on in whole pixels, so that none of a map's is cut.
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
        """Axes to the right of the panels, a little below their top to leave room for a title; sizes in inches."""
        x, y, grid_height = self._beside
        top = y + grid_height - 0.2
        height = min(height, top - y + self.BOTTOM / 2)
        total_width, total_height = self.figure.get_size_inches()
        return self.figure.add_axes(
            ((x + offset) / total_width, (top - height) / total_height, width / total_width, height / total_height)
        )

    def _draw_legend(self, entries):
        """Draws the legend at the foot of the figure, in as many columns as fit; returns its height in pixels."""
        legend = None
        for columns in range(len(entries), 0, -1):
            if legend:
                legend.remove()
            legend = self.figure.legend(handles=entries, loc="lower center", ncols=columns, columnspacing=1.4)
            if legend.get_window_extent().width <= self.figure.bbox.width:
                break
        return round(legend.get_window_extent().height)
