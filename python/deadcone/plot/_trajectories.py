"""Trajectories in the plane of w and b."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.patheffects
import numpy as np
from matplotlib.lines import Line2D

from ..errors import ConfigError
from ._arguments import check_axes, check_dpi, palette_of
from ._canvas import add_legend_beside, drawn_figure
from ._drawing import TARGET, draw_marks, legend_of
from ._labels import equation, plain
from ._panels import Panels
from ._wrapped_dataset import WrappedDataset

if TYPE_CHECKING:
    from typing import TypeAlias

    import xarray as xr
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._types import Floats, PaletteName, Place, Style, Window

    Traces: TypeAlias = xr.Dataset | list[xr.Dataset] | tuple[xr.Dataset, ...]

# A dark line with a light edge is visible on any map.
PATH_STYLE: Style = {"color": "#202020", "linewidth": 1.0, "solid_joinstyle": "round"}
EDGE = matplotlib.patheffects.withStroke(linewidth=2.2, foreground="white")
START_STYLE: Style = {"linestyle": "", "marker": "o", "markersize": 4.5, "color": "#202020", "markeredgecolor": "white"}
END_STYLE: Style = {
    "linestyle": "",
    "marker": "s",
    "markersize": 5.5,
    "markeredgecolor": "black",
    "markeredgewidth": 0.8,
}
# The room around all of them, in parts of their extent.
MARGIN = 0.08
# The scalar coordinates of which a target is made.
TARGET_AXES = ("gamma", "delta")


class Path:
    """One trajectory, from a Dataset of deadcone.trace(): its places, its fate and the values of its axes."""

    def __init__(self, dataset: xr.Dataset) -> None:
        source = WrappedDataset(dataset)
        self.w, self.b = (np.asarray(source.read(name), float) for name in ("w", "b"))
        if self.w.ndim != 1 or self.w.shape != self.b.shape or self.w.size == 0:
            raise source.about("'w' and 'b' are not the places of one trajectory")
        fate = source.attribute("fate")
        if not isinstance(fate, str):
            raise source.lacks("attribute 'fate'")
        self.fate = fate
        scalars = (source.attribute("coordinates") or "").split()
        self.values = {name: float(source.read(name)) for name in scalars}

    def target(self) -> Place | None:
        """The place (w, b) of the target; None if it is not known."""
        gamma, delta = (self.values.get(axis) for axis in TARGET_AXES)
        return None if gamma is None or delta is None else (gamma, delta)

    def places(self) -> Floats:
        """All places that are finite, as rows (w, b)."""
        places = np.stack([self.w, self.b], axis=-1)
        return places[np.all(np.isfinite(places), axis=-1)]


def paths_of(traces: Traces) -> list[Path]:
    """The Paths of one Dataset or of several."""
    if isinstance(traces, (str, os.PathLike)):
        raise ConfigError("trajectories takes Datasets of deadcone.trace(), not the path of a file")
    try:
        found = [Path(trace) for trace in (traces if isinstance(traces, (list, tuple)) else [traces])]
    except TypeError as error:
        raise ConfigError("trajectories takes a Dataset of deadcone.trace(), or a list of them") from error
    if not found:
        raise ConfigError("trajectories takes at least one Dataset of deadcone.trace()")
    return found


def window_of(paths: Sequence[Path]) -> Window:
    """(w low, w high, b low, b high) around all paths and targets."""
    targets = [np.reshape(place, (1, 2)) for place in targets_of(paths)]
    places = np.concatenate([path.places() for path in paths] + targets)
    if not places.size:
        raise ConfigError("the trajectories have no place that is finite")
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.maximum(MARGIN * (high - low).max(), 1e-3 * np.maximum(1.0, np.abs(places).max()))
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    return left, right, bottom, top


def targets_of(paths: Sequence[Path]) -> list[Place]:
    """The places of the targets, each once."""
    return [place for place in dict.fromkeys(path.target() for path in paths) if place is not None]


def draw(axes: Axes, paths: Sequence[Path], colours: Mapping[str, str]) -> None:
    """Draws paths above a map, their starts, their ends in the colours of their fates, and targets above them."""
    for path in paths:
        axes.plot(path.w, path.b, **PATH_STYLE, path_effects=[EDGE], zorder=3.1)
    for path in paths:
        axes.plot(path.w[:1], path.b[:1], **START_STYLE, zorder=3.2)
        axes.plot(path.w[-1:], path.b[-1:], **END_STYLE, color=colours[path.fate], zorder=3.3)
    draw_marks(axes, [(TARGET, place) for place in targets_of(paths)])


def entries_of(paths: Sequence[Path], colours: Mapping[str, str]) -> list[Artist]:
    """The legend: the start, the fates that occur, and the target."""
    ends = [Line2D([], [], **END_STYLE, color=colour, label=plain(fate)) for fate, colour in colours.items()]
    marks = [TARGET] if targets_of(paths) else []
    return [Line2D([], [], **START_STYLE, label="start"), *ends, *legend_of([], {}, marks)]


def shared_values(paths: Sequence[Path]) -> dict[str, float]:
    """The values of axes that all paths share, by name."""
    first, *others = (path.values for path in paths)
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def trajectories(
    traces: Traces,
    *,
    palette: PaletteName = "default",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes:
    """Draw trajectories in the plane of w and b: dots at their starts, squares at their ends in the colour of the fate.

    Parameters
    ----------
    traces : xarray.Dataset or list of xarray.Dataset
        What deadcone.trace() gives: w and b of shape (step,), in the units of the weights.
    palette : {"default", "paper"}
        Colours of the fates, those of `maps`.
    ax : matplotlib.axes.Axes, optional
        Draw into these Axes, in the caller's style: empty ones, or those in which `maps` has drawn the map of the
        starts. By default pyplot makes a figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400; not used with `ax`.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes of the plane.

    Raises
    ------
    ConfigError
        An argument does not fit.
    StorageError
        A Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    colours_of = palette_of(palette).colours_of_fates
    paths = paths_of(traces)
    colours = colours_of(dict.fromkeys(path.fate for path in paths))
    if ax is not None:
        check_axes(ax)
        draw(ax, paths, colours)
        add_to_legend(ax, entries_of(paths, colours))
        ax.set(xlabel=ax.get_xlabel() or "$w$", ylabel=ax.get_ylabel() or "$b$")
        return ax
    with drawn_figure() as new_figure:
        panels = Panels(1, 1, window_of(paths), dpi, new_figure=new_figure)
        shown = {name: equation(name, value) for name, value in shared_values(paths).items()}
        # In the places that a map has them.
        column, row = ([shown.pop(axis, "")] for axis in ("beta", "gamma"))
        legend = entries_of(paths, colours)
        axes: Axes = panels.draw(column, row, ",  ".join(shown.values()), legend, ("$w$", "$b$"))[0, 0]
        draw(axes, paths, colours)
    return axes


def add_to_legend(ax: Axes, entries: Sequence[Artist]) -> None:
    """Adds a legend beside Axes, below the one that they have; inside of them where nothing makes room beside."""
    legend = ax.get_legend()
    if legend is not None:
        known = {text.get_text() for text in legend.get_texts()} & {TARGET}
        add_legend_beside(ax, [entry for entry in entries if entry.get_label() not in known], corner="lower left")
        ax.add_artist(legend)  # whose place the new one has taken
    elif ax.figure.get_layout_engine() is None:
        ax.legend(handles=entries, loc="best", frameon=True, framealpha=0.8, fontsize="small")
    else:
        add_legend_beside(ax, entries)
