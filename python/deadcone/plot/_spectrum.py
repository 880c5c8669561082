"""The eigenvalues of momentum descent on the affine unit."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast, overload

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..errors import ConfigError, StorageError
from ._arguments import check_axes, check_dpi
from ._canvas import drawn_figure
from ._labels import equation, number
from ._table import read_table
from ._wrapped_dataset import WrappedDataset

if TYPE_CHECKING:
    from typing import TypeAlias, TypeVar

    import xarray as xr
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._types import AxesArray, Floats, NewFigure, Source, Style

    #: The columns by name, and the numbers beside them.
    Table: TypeAlias = dict[str, Floats]
    Named: TypeAlias = dict[str, float]
    OneOrTwo = TypeVar("OneOrTwo", bound=Axes | Sequence[Axes] | AxesArray)

# Bytes of a table, and the largest number in it that can be drawn.
LONGEST_TABLE, LARGEST = 1 << 28, 1e100
COLUMNS = ("beta", "re1", "im1", "re2", "im2", "abs1", "abs2")
# The second is dashed, so that both show where they agree.
FIRST: Style = {"color": "#0072B2", "linewidth": 1.6}
SECOND: Style = {"color": "#BB5566", "linewidth": 1.6, "linestyle": (0, (4, 2))}
CRITICAL_STYLE: Style = {"color": "black", "linewidth": 0.9, "linestyle": ":"}
CIRCLE_STYLE: Style = {"color": "#808080", "linewidth": 0.7, "zorder": 0}
START_STYLE: Style = {"linestyle": "", "marker": "x", "markersize": 5.5, "markeredgewidth": 1.3, "zorder": 4}


def read_spectrum(name: str, text: str) -> tuple[Table, Named]:
    """The columns by name, and the numbers `eta` and `critical_beta` if the comments of the table have them."""
    table, notes = read_table(name, text.splitlines(), COLUMNS)
    try:
        named: Named = {key: float(notes[key]) for key in ("eta", "critical_beta") if key in notes}
    except ValueError as error:
        raise StorageError(f"{name}: {error}") from error
    check_numbers(name, table, named)
    return table, named


def read_text(name: str, file: BinaryIO) -> str:
    """The text of an open file, which is not read for ever."""
    content = file.read(LONGEST_TABLE + 1)
    if len(content) > LONGEST_TABLE:
        raise StorageError(f"{name}: is too long for a table of eigenvalues")
    return content.decode("utf-8", errors="replace")


def columns_of(dataset: xr.Dataset) -> tuple[Table, Named]:
    """The same as read_spectrum() gives, of a Dataset of deadcone.spectrum()."""
    source = WrappedDataset(dataset)
    table = {column: np.asarray(source.read(column), float) for column in COLUMNS}
    if len({values.shape for values in table.values()}) > 1 or table["beta"].ndim != 1 or table["beta"].size == 0:
        raise source.about("its variables are no columns of one table")
    found: dict[str, Any] = {"eta": source.read("eta")} if source.dataset("eta") else {}
    critical = source.attribute("critical_beta")
    try:
        found |= {} if critical is None else {"critical_beta": critical}
        named = {key: float(value) for key, value in found.items()}
    except (TypeError, ValueError) as error:
        raise source.about(f"eta and critical_beta are not numbers: {error}") from error
    check_numbers(source.path, table, named)
    return table, named


def check_numbers(name: str, table: Table, named: Named) -> None:
    """Raises StorageError unless all numbers can be drawn."""
    drawn: list[Floats | float] = [*(table[column] for column in COLUMNS), *named.values()]
    if not all(np.all(np.abs(numbers) <= LARGEST) for numbers in drawn):
        raise StorageError(f"{name}: the table holds numbers that cannot be drawn")


def draw_sizes(axes: Axes, table: Table, first: Style = FIRST, second: Style = SECOND) -> None:
    """Draws the sizes of both eigenvalues over the momentum, the first with a legend entry unless it has a label."""
    axes.plot(table["beta"], table["abs1"], **{"label": r"$|\lambda_1|$", **first})
    axes.plot(table["beta"], table["abs2"], **{"label": r"$|\lambda_2|$", **second})
    axes.set_ylabel(r"$|\lambda|$")


def draw_plane(axes: Axes, table: Table, first: Style = FIRST, second: Style = SECOND) -> None:
    """Draws the curves of both eigenvalues in the complex plane, and crosses where the momentum is 0."""
    at_start = table["beta"] == 0
    for which, style in ((1, first), (2, second)):
        re, im = table[f"re{which}"], table[f"im{which}"]
        axes.plot(re, im, **{"label": rf"$\lambda_{which}$", **style})
        axes.plot(re[at_start], im[at_start], **START_STYLE, color=style["color"])


def draw_unit_circle(axes: Axes) -> None:
    """Draws the unit circle and both axes of the complex plane, in equal scales."""
    angle = np.linspace(0, 2 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), **CIRCLE_STYLE)
    for line in (axes.axhline, axes.axvline):
        line(0, color="#C8C8C8", linewidth=0.5, zorder=0)
    axes.set(xlabel=r"$\mathrm{Re}\,\lambda$", ylabel=r"$\mathrm{Im}\,\lambda$", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def start_entry() -> Line2D:
    """The entry of the crosses in a legend."""
    return Line2D([], [], **START_STYLE, color="#404040", label=r"$\beta = 0$")


def critical_name(critical: float) -> str:
    return rf"$\beta_\mathrm{{c}} = {number(critical)}$"


def mark_critical(axes: Axes, critical: float, name: str | None = None) -> None:
    """Draws a line at the momentum from which on the eigenvalues are complex."""
    axes.axvline(critical, label=name, **CRITICAL_STYLE)


def add_legend(axes: Axes, entries: Collection[Artist] = (), columns: int = 4) -> None:
    """Adds a legend above the panel, where it hides no line: that of the lines and then some more entries."""
    spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2}
    handles = [*axes.get_legend_handles_labels()[0], *entries]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, **spacing)


def draw_plane_panel(axes: Axes, table: Table) -> None:
    """Draws the complex plane with its unit circle and its legend."""
    draw_unit_circle(axes)
    draw_plane(axes, table)
    add_legend(axes, [start_entry()] if np.any(table["beta"] == 0) else [])


def draw_sizes_panel(axes: Axes, table: Table, named: Named) -> None:
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


def draw(table: Table, named: Named, new_figure: NewFigure = Figure, **options: Any) -> Figure:
    """The figure of a table: the complex plane and the sizes."""
    figure = new_figure(figsize=(7.0, 3.4), layout="constrained", **options)
    plane, sizes = figure.subplots(1, 2)
    draw_plane_panel(plane, table)
    draw_sizes_panel(sizes, table, named)
    return figure


@overload
def spectrum(ds: Source, *, ax: None = ..., dpi: float = ...) -> AxesArray: ...


@overload
def spectrum(ds: Source, *, ax: OneOrTwo, dpi: float = ...) -> OneOrTwo: ...


def spectrum(
    ds: Source, *, ax: Axes | Sequence[Axes] | AxesArray | None = None, dpi: float = 200
) -> Axes | Sequence[Axes] | AxesArray:
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
        panels = np.atleast_1d(cast(Any, ax))
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


def read_file(path: str) -> tuple[Table, Named]:
    """The same as read_spectrum() gives, of a file."""
    try:
        with open(path, "rb") as file:
            return read_spectrum(path, read_text(path, file))
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
