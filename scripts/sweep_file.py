"""What the plotting scripts share: reading the files that deadcone writes, colours, the layout of panels, errors.

A file holds maps over (beta, gamma, ..., b, w); see "The file" in the manual. A map is never read whole: it may be far larger
than its picture, so only the pixels that the picture shows are kept, each as it is in the file. Labels cannot be averaged.
"""

import argparse
import pathlib
import sys

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of the backend)
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Patch, Rectangle  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

AXES = ("beta", "gamma", "eta", "delta", "r")
SYMBOLS = {"beta": r"\beta", "gamma": r"\gamma", "eta": r"\eta", "delta": r"\Delta", "r": "r_0"}

# Name and colour of each fate. The colours are Okabe and Ito's and Paul Tol's; their lightness (L* = 70, 49, 90, 31, 0) keeps
# them apart in print without colour, too.
PENDING, CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED = -1, 0, 1, 2, 3, 4
FATES = {
    CONVERGED: ("converged", "#56B4E9"),
    DEAD: ("dead", "#BB5566"),
    STALLED: ("stalled", "#F0E442"),
    UNFINISHED: ("unfinished", "#225522"),
    DIVERGED: ("diverged", "#000000"),
}
# Visible on all of them.
TARGET_STYLE = {"linestyle": "", "marker": "o", "markersize": 5, "markerfacecolor": "white", "markeredgecolor": "black"}
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
        self.b, self.w = self._coordinate("b"), self._coordinate("w")
        lengths = tuple(self.values[name].size for name in self.axes) + (self.b.size, self.w.size)
        if self._file[variable].shape != lengths or 0 in lengths:
            raise PlotError(f"{path}: '{variable}' is {self._file[variable].shape}, but its coordinates are {lengths}")

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
        except (OSError, ValueError, RuntimeError) as error:
            raise PlotError(f"{self.path}: cannot read '{name}': {_reason(error)}") from error

    def sample(self, name, position, rows, columns):
        """At most rows x columns pixels of one map, evenly spread over it, the row of the lowest b first.

        Reads a row of chunks at a time: HDF5 unpacks whole chunks anyway, and picks single elements out of them slowly.
        """
        j, i = spread(self.b.size, rows), spread(self.w.size, columns)
        dataset = self._file.get(name)
        band = (dataset.chunks or (512, 0))[-2] if isinstance(dataset, h5py.Dataset) else 512
        parts = []
        for low in range(0, self.b.size, band):
            wanted = j[(j >= low) & (j < low + band)] - low
            if wanted.size:
                part = self.read(name, position + (slice(low, low + band),))
                parts.append(part[np.ix_(wanted, i)])
        return np.concatenate(parts)

    def fates(self, position, rows, columns):
        """A sample of one map of fates."""
        fates = self.sample("fate", position, rows, columns)
        unknown = sorted(set(np.unique(fates).tolist()) - {PENDING, *FATES})
        if unknown:
            raise PlotError(f"{self.path}: 'fate' holds the value {unknown[0]}, which stands for nothing")
        return fates

    def _coordinate(self, name):
        values = np.asarray(self.read(name), dtype=float)
        if values.ndim > 1 or not np.all(np.isfinite(values)):
            raise PlotError(f"{self.path}: '{name}' is not a coordinate")
        return values


def spread(count, wanted):
    """At most `wanted` of the indices 0 ... count - 1, evenly spread."""
    wanted = min(count, max(1, wanted))
    return ((np.arange(wanted) + 0.5) * count / wanted).astype(int)


def _edges(centres):
    half = 0.5 * (centres[-1] - centres[0]) / (centres.size - 1) if centres.size > 1 else 0.5
    return float(centres[0] - half), float(centres[-1] + half)


def _reason(error):
    """HDF5's message down to the part in brackets that says why, on one line."""
    text = " ".join(str(error).split())
    return text[text.find("(") + 1 : text.rfind(")")] if "(" in text and text.endswith(")") else text


# ---- Command line


def parser(description, picture):
    """A parser with what all the scripts have in common; `picture` says where the picture goes by default."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--out", metavar="PICTURE", help=f"PNG, PDF or SVG, by its suffix (default: {picture})")
    result.add_argument("--dpi", type=_dpi, default=200, help="pixels per inch (default: %(default)s)")
    return result


def add_axis_options(result, names, default):
    for name in names:
        result.add_argument(f"--{name}", type=float, metavar="VALUE", help=f"the {name} nearest to VALUE (default: {default})")


def _dpi(text):
    value = int(text)
    if not 20 <= value <= 2400:
        raise argparse.ArgumentTypeError("must be from 20 to 2400")
    return value


def beside(path, ending):
    """The default name of a picture: that of the data with another ending."""
    return str(pathlib.Path(path).with_suffix("")) + ending


def save(figure, arguments, default):
    """Writes the picture to --out, or to its default."""
    path = arguments.out or default
    try:
        figure.savefig(path, dpi=arguments.dpi)
    except ValueError as error:  # a suffix that Matplotlib does not know, or a picture beyond its largest size
        raise PlotError(f"{path}: {error}") from error


def run(main):
    """Runs a script: what goes wrong is said in one line, and by the exit status."""
    try:
        main()
    except (PlotError, OSError) as error:
        sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {' '.join(str(error).split())}")


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

    def __init__(self, data, arguments):
        self._data = data
        self._betas = data.ascending("beta", arguments.beta)
        self._gammas = data.ascending("gamma", arguments.gamma)[::-1]
        self._fixed = {axis: data.nearest(axis, getattr(arguments, axis)) for axis in ("eta", "delta", "r")}
        self.shape = (len(self._gammas), len(self._betas))
        self.positions = {
            (row, column): data.position({"beta": beta, "gamma": gamma, **self._fixed})
            for row, gamma in enumerate(self._gammas)
            for column, beta in enumerate(self._betas)
        }

    def column_titles(self):
        return [equation("beta", self._data.values["beta"][i]) for i in self._betas]

    def row_titles(self):
        return [equation("gamma", self._data.values["gamma"][i]) for i in self._gammas]

    def target(self, row):
        """The best parameters, (w, b), for the panels of a row."""
        return self._data.values["gamma"][self._gammas[row]], self._data.values["delta"][self._fixed["delta"]]

    def caption(self):
        """What all panels have in common."""
        starts = rf"${self._data.w.size} \times {self._data.b.size}$ starts"
        return ",  ".join([equation(axis, self._data.values[axis][i]) for axis, i in self._fixed.items()] + [starts])


def occurring(maps):
    """The fates that occur in some maps."""
    return set(np.unique(np.concatenate([np.unique(fates) for fates in maps])).tolist())


def legend_of(fates):
    """Entries for these fates, and for the target."""
    entries = [Patch(facecolor=colour, label=name) for fate, (name, colour) in FATES.items() if fate in fates]
    pending = [Patch(label="pending", **PENDING_STYLE)] if PENDING in fates else []
    return entries + pending + [Line2D([], [], **TARGET_STYLE, label="target")]


def draw_map(axes, colours, window):
    """Shows an array of RGBA bytes, the row of the lowest b first; hatching where it is transparent stands for pending."""
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

    def __init__(self, rows, columns, window, dpi):
        plt.rcParams.update(STYLE)
        self.grid, self.window, self.dpi = (rows, columns), window, dpi
        # Equal scales, unless that would make slivers of the panels.
        shape = np.clip((window[3] - window[2]) / (window[1] - window[0]), 0.5, 2.0)
        width = np.clip(min(10.5 / columns, 8.0 / (rows * shape)), 0.85, 3.6)
        self.pixels = (round(width * shape * dpi), round(width * dpi))

    def draw(self, column_titles, row_titles, caption, legend, right=0.2):
        """Makes the figure and returns its axes, rows by columns. `right` inches are left free beside them."""
        rows, columns = self.grid
        # From here on in whole pixels, so that none of a map's is cut.
        height, width = self.pixels
        left, top, bottom, gap, right = (round(x * self.dpi) for x in (self.LEFT, self.TOP, self.BOTTOM, self.GAP, right))
        grid_height, grid_width = rows * (height + gap) - gap, columns * (width + gap) - gap
        total_width = left + grid_width + right

        self.figure = plt.figure(figsize=(total_width / self.dpi, 1), dpi=self.dpi)
        bottom += self._draw_legend(legend)
        total_height = bottom + grid_height + top
        self.figure.set_size_inches(total_width / self.dpi, total_height / self.dpi)

        def place(x, y):
            return x / total_width, y / total_height

        axes = np.empty(self.grid, dtype=object)
        for row, column in np.ndindex(*self.grid):
            corner = place(left + column * (width + gap), bottom + (rows - 1 - row) * (height + gap))
            panel = self.figure.add_axes((*corner, *place(width, height)))
            panel.set(xlim=self.window[:2], ylim=self.window[2:])
            panel.xaxis.set_major_locator(MaxNLocator(4, prune="both"))
            panel.yaxis.set_major_locator(MaxNLocator(4, prune="both"))
            panel.tick_params(labelbottom=row == rows - 1, labelleft=column == 0)
            if row == 0:
                panel.set_title(column_titles[column], pad=4)
            if row == rows - 1:
                panel.set_xlabel("initial $w$", labelpad=2)
            if column == 0:
                panel.set_ylabel("initial $b$", labelpad=2)
            axes[row, column] = panel

        for row, title in enumerate(row_titles):
            y = bottom + (rows - 1 - row) * (height + gap) + height / 2
            self.figure.text(*place(0.16 * self.dpi, y), title, rotation=90, ha="center", va="center", fontsize=11)
        caption_at = place(left, total_height - 0.08 * self.dpi)
        self.figure.text(*caption_at, caption, va="top", color="#555555", fontsize=9)
        # The top right corner beside the panels, in inches.
        self._corner = (left + grid_width) / self.dpi, (bottom + grid_height) / self.dpi
        return axes

    def add_beside(self, offset, width, height):
        """Axes to the right of the panels, from their top edge down; sizes in inches."""
        total_width, total_height = self.figure.get_size_inches()
        x, y = self._corner
        height = min(height, y - self.BOTTOM)
        return self.figure.add_axes(
            ((x + offset) / total_width, (y - height) / total_height, width / total_width, height / total_height)
        )

    def _draw_legend(self, entries):
        """Draws the legend at the foot of the figure, in as many columns as fit; returns its height in pixels."""
        if not entries:
            return 0
        for columns in range(len(entries), 0, -1):
            legend = self.figure.legend(handles=entries, loc="lower center", ncols=columns, columnspacing=1.4)
            box = legend.get_window_extent()
            if box.width <= self.figure.bbox.width or columns == 1:
                return round(box.height)
            legend.remove()
