"""The eigenvalues of momentum descent on the affine unit."""

import os

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..errors import ConfigError, StorageError
from ._canvas import check_axes, check_dpi, drawn_figure
from ._labels import equation, number
from ._table import read_table
from ._wrapped_dataset import WrappedDataset

# Bytes of a table, and the largest number in it that can be drawn.
LONGEST_TABLE, LARGEST = 1 << 28, 1e100
COLUMNS = ("beta", "re1", "im1", "re2", "im2", "abs1", "abs2")
# The second is dashed, so that both show where they agree.
FIRST = {"color": "#0072B2", "linewidth": 1.6}
SECOND = {"color": "#BB5566", "linewidth": 1.6, "linestyle": (0, (4, 2))}
CRITICAL_STYLE = {"color": "black", "linewidth": 0.9, "linestyle": ":"}
CIRCLE_STYLE = {"color": "#808080", "linewidth": 0.7, "zorder": 0}
START_STYLE = {"linestyle": "", "marker": "x", "markersize": 5.5, "markeredgewidth": 1.3, "zorder": 4}


def read_spectrum(name, text):
    """The columns by name, and the numbers `eta` and `critical_beta` if the comments of the table have them."""
    table, notes = read_table(name, text.splitlines(), COLUMNS)
    try:
        named = {key: float(notes[key]) for key in ("eta", "critical_beta") if key in notes}
    except ValueError as error:
        raise StorageError(f"{name}: {error}") from error
    check_numbers(name, table, named)
    return table, named


def read_text(name, file):
    """The text of an open file, which is not read for ever."""
    content = file.read(LONGEST_TABLE + 1)
    if len(content) > LONGEST_TABLE:
        raise StorageError(f"{name}: is too long for a table of eigenvalues")
    return content.decode("utf-8", errors="replace")


def columns_of(dataset):
    """The same as read_spectrum() gives, of a Dataset of deadcone.spectrum()."""
    source = WrappedDataset(dataset)
    table = {column: np.asarray(source.read(column), float) for column in COLUMNS}
    if len({values.shape for values in table.values()}) > 1 or table["beta"].ndim != 1 or table["beta"].size == 0:
        raise source.about("its variables are no columns of one table")
    named = {"eta": source.read("eta")} if source.dataset("eta") else {}
    critical = source.attribute("critical_beta")
    try:
        named |= {} if critical is None else {"critical_beta": critical}
        named = {key: float(value) for key, value in named.items()}
    except (TypeError, ValueError) as error:
        raise source.about(f"eta and critical_beta are not numbers: {error}") from error
    check_numbers(source.path, table, named)
    return table, named


def check_numbers(name, table, named):
    """Raises StorageError unless all numbers can be drawn."""
    drawn = [*(table[column] for column in COLUMNS), *named.values()]
    if not all(np.all(np.abs(numbers) <= LARGEST) for numbers in drawn):
        raise StorageError(f"{name}: the table holds numbers that cannot be drawn")


def draw_sizes(axes, table, first=FIRST, second=SECOND):
    """Draws the sizes of both eigenvalues over the momentum, the first with a legend entry unless it has a label."""
    axes.plot(table["beta"], table["abs1"], **{"label": r"$|\lambda_1|$", **first})
    axes.plot(table["beta"], table["abs2"], **{"label": r"$|\lambda_2|$", **second})
    axes.set_ylabel(r"$|\lambda|$")


def draw_plane(axes, table, first=FIRST, second=SECOND):
    """Draws the curves of both eigenvalues in the complex plane, and crosses where the momentum is 0."""
    at_start = table["beta"] == 0
    for number, style in ((1, first), (2, second)):
        re, im = table[f"re{number}"], table[f"im{number}"]
        axes.plot(re, im, **{"label": rf"$\lambda_{number}$", **style})
        axes.plot(re[at_start], im[at_start], **START_STYLE, color=style["color"])


def draw_unit_circle(axes):
    """Draws the unit circle and both axes of the complex plane, in equal scales."""
    angle = np.linspace(0, 2 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), **CIRCLE_STYLE)
    for line in (axes.axhline, axes.axvline):
        line(0, color="#C8C8C8", linewidth=0.5, zorder=0)
    axes.set(xlabel=r"$\mathrm{Re}\,\lambda$", ylabel=r"$\mathrm{Im}\,\lambda$", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def start_entry():
    """The entry of the crosses in a legend."""
    return Line2D([], [], **START_STYLE, color="#404040", label=r"$\beta = 0$")


def critical_name(critical):
    return rf"$\beta_\mathrm{{c}} = {number(critical)}$"


def mark_critical(axes, critical, name=None):
    """Draws a line at the momentum from which on the eigenvalues are complex."""
    axes.axvline(critical, label=name, **CRITICAL_STYLE)


def add_legend(axes, entries=(), columns=4):
    """Adds a legend above the panel, where it hides no line: that of the lines and then some more entries."""
    spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2}
    handles = [*axes.get_legend_handles_labels()[0], *entries]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, **spacing)


def draw_plane_panel(axes, table):
    """Draws the complex plane with its unit circle and its legend."""
    draw_unit_circle(axes)
    draw_plane(axes, table)
    add_legend(axes, [start_entry()] if np.any(table["beta"] == 0) else [])


def draw_sizes_panel(axes, table, named):
    """Draws the sizes over the momentum with the critical one and their legend."""
    draw_sizes(axes, table)
    axes.axhline(1, **CIRCLE_STYLE)
    low, high = table["beta"].min(), table["beta"].max()
    label = r"momentum $\beta$" + (f"  (at {equation('eta', named['eta'])})" if "eta" in named else "")
    axes.set(xlabel=label, xlim=(low, max(high, np.nextafter(low, np.inf))))
    axes.margins(y=0.06)
    if low <= named.get("critical_beta", np.inf) <= high:
        mark_critical(axes, named["critical_beta"], critical_name(named["critical_beta"]))
    add_legend(axes)


def draw(table, named, new_figure=Figure, **options):
    """The figure of a table: the complex plane and the sizes."""
    figure = new_figure(figsize=(7.0, 3.4), layout="constrained", **options)
    plane, sizes = figure.subplots(1, 2)
    draw_plane_panel(plane, table)
    draw_sizes_panel(sizes, table, named)
    return figure


def spectrum(ds, *, ax=None, dpi=200):
    """Draw the eigenvalues of momentum descent on the affine unit (Fig. 2 of arXiv 2005.06195).

    Left: in the complex plane, with the unit circle, as curves over the momentum; crosses mark momentum 0. Right: their
    size over the momentum. Above the critical momentum the two eigenvalues are complex conjugates: the parameters
    oscillate.

    Parameters
    ----------
    ds : xarray.Dataset or path
        What deadcone.spectrum() gives, or the path of a table that the program's `deadcone spectrum` prints.
    ax : matplotlib.axes.Axes or two of them, optional
        Draw the complex plane into these Axes, and the sizes into the second, in the caller's style. By default pyplot
        makes a figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400; not used with `ax`.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        The Axes of the complex plane and of the sizes, of shape (2,); with one `ax`, that.

    Raises
    ------
    ConfigError
        An argument does not fit.
    StorageError
        The file cannot be read, or it or the Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    table, named = read_file(os.fspath(ds)) if isinstance(ds, (str, os.PathLike)) else columns_of(ds)
    if ax is not None:
        panels = np.atleast_1d(ax)
        if panels.shape not in ((1,), (2,)):
            raise ConfigError("ax must be the Axes of the complex plane, or of it and of the sizes")
        for axes in panels:
            check_axes(axes)
        draw_plane_panel(panels[0], table)
        if panels.size == 2:
            draw_sizes_panel(panels[1], table, named)
        return ax
    with drawn_figure() as new_figure:
        return np.array(draw(table, named, new_figure, dpi=dpi).axes)


def read_file(path):
    """The same as read_spectrum() gives, of a file."""
    try:
        with open(path, "rb") as file:
            return read_spectrum(path, read_text(path, file))
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
