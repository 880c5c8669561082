"""In which layer networks die, and what becomes of those that live, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from ..errors import ConfigError
from ._arguments import check_axes, check_dpi, wanted_values
from ._birth_curves import MOST_LINES, ordered_styles
from ._birth_file import BirthFile, Cut
from ._births import finish
from ._canvas import drawn_figure
from ._labels import equation
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from typing import TypeVar

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._types import At, AxesArray, Floats, NewFigure, Source, Style

    OneOrFour = TypeVar("OneOrFour", bound=Axes | Sequence[Axes] | AxesArray)

# Inches.
WIDTH, HEIGHT = 7.0, 5.0
# What the panels after the first show; the first two are in one.
MEANS = ("dead_unit_share", "living_point_share", "squared_length", "correlation")
DEAD_DASHES = (0, (2, 1))
# Means over fewer networks say little.
FEWEST = 30


@dataclass(frozen=True)
class LayerCurve:
    """One line: networks of one shape, layer by layer. Not a number where there is no layer."""

    label: str
    layers: list[int]
    died: Floats  # share of all networks
    means: dict[str, Floats]  # by the names MEANS; not a number where fewer than FEWEST networks get to the layer


def cut_of(data: BirthFile, lines: str | None, wanted: Mapping[str, float], words: Wording = ARGUMENTS) -> Cut:
    """The points that have a line: those of an axis, or one; of the deepest networks unless another depth is wanted."""
    return Cut(data, () if lines is None else (lines,), wanted, words, last=("depth",))


def read_layers(cut: Cut) -> list[LayerCurve]:
    """The curves of a Cut along the axis of the lines; a Cut along none has one."""
    if cut.lengths and cut.lengths[0] > MOST_LINES:
        raise ConfigError(f"{cut.data.path}: {cut.lengths[0]} values of {cut.axes[0]} are too many lines; choose others")
    layers = cut.data.layers()

    def by_line(name: str) -> Floats:
        return np.asarray(cut.read(name, (len(layers),)), float).reshape(-1, len(layers))

    networks = np.asarray(cut.read("networks"), float).reshape(-1, 1)
    died = by_line("died")
    died = np.where(died >= 0, died, np.nan) / np.where(networks > 0, networks, np.nan)
    cut.data.check_probabilities("died", died)
    entering = networks * (1 - np.cumsum(died, axis=1) + died)
    means = {name: np.where((entering >= FEWEST) & np.isfinite(by_line(name)), by_line(name), np.nan) for name in MEANS}
    labels = [equation(cut.axes[0], value) for value in cut.values[0]] if cut.axes else [""]
    return [
        LayerCurve(label, layers, died[i], {name: mean[i] for name, mean in means.items()})
        for i, label in enumerate(labels)
    ]


def draw_deaths(axes: Axes, curves: Sequence[LayerCurve]) -> None:
    """Draws the share of the networks that die in each layer."""
    for curve, style in zip(curves, ordered_styles(len(curves))):
        axes.plot(curve.layers, curve.died, label=curve.label, **style)
    axes.set(ylabel="share that dies here")
    axes.set_ylim(bottom=0)


def draw_shares(axes: Axes, curves: Sequence[LayerCurve]) -> None:
    """Draws the share of the units that are dead, and that of the points that live."""
    for curve, style in zip(curves, ordered_styles(len(curves))):
        axes.plot(curve.layers, curve.means["living_point_share"], **style)
        axes.plot(curve.layers, curve.means["dead_unit_share"], **{**style, "linestyle": DEAD_DASHES})
    entries: list[Artist] = [
        Line2D([], [], color="black", label="points that live"),
        Line2D([], [], color="black", linestyle=DEAD_DASHES, label="units that are dead"),
    ]
    axes.legend(handles=entries, fontsize=8, loc="lower right", handlelength=2.2)
    axes.set(ylabel="mean share", ylim=(-0.02, 1.02))


def draw_mean(axes: Axes, curves: Sequence[LayerCurve], name: str, label: str) -> None:
    """Draws a mean of the networks that are alive when they enter a layer."""
    for curve, style in zip(curves, ordered_styles(len(curves))):
        axes.plot(curve.layers, curve.means[name], **style)
    axes.set(ylabel=label)


def draw_panels(panels: AxesArray, curves: Sequence[LayerCurve]) -> None:
    """Draws into a row of four Axes, or only the layer of death into one."""
    draw_deaths(panels[0], curves)
    if panels.size > 1:
        draw_shares(panels[1], curves)
        draw_mean(panels[2], curves, "squared_length", "mean squared length")
        panels[2].set_yscale("log")
        draw_mean(panels[3], curves, "correlation", "mean cosine of two points")
    for axes in panels:
        axes.set_xlabel(r"hidden layer $\ell$")
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=(1, 2, 5, 10)))


def draw(curves: Sequence[LayerCurve], caption: str, dpi: float, new_figure: NewFigure = Figure) -> AxesArray:
    """The four panels in a figure of their own; their Axes, of shape (2, 2)."""
    figure = new_figure(figsize=(WIDTH, HEIGHT), dpi=dpi, layout="constrained")
    panels: AxesArray = figure.subplots(2, 2, sharex=True)
    draw_panels(panels.ravel(), curves)
    for axes in panels[0]:
        axes.set_xlabel("")
    handles, _ = panels[0, 0].get_legend_handles_labels()
    if len(curves) > 1:
        figure.legend(handles=handles, loc="outside right upper", fontsize=9, borderpad=0.2)
    finish(figure, caption, WIDTH)
    return panels


@overload
def birth_layers(
    ds: Source, *, lines: str | None = ..., at: At = ..., ax: None = ..., dpi: float = ...
) -> AxesArray: ...


@overload
def birth_layers(
    ds: Source, *, lines: str | None = ..., at: At = ..., ax: OneOrFour, dpi: float = ...
) -> OneOrFour: ...


def birth_layers(
    ds: Source,
    *,
    lines: str | None = "width",
    at: At = None,
    ax: Axes | Sequence[Axes] | AxesArray | None = None,
    dpi: float = 200,
) -> Axes | Sequence[Axes] | AxesArray:
    """Draw in which layer networks die, and the state of those that are alive when they enter a layer.

    Above: the share of all networks that die in each layer; the mean shares of points that no layer has put out zero for,
    and of units that are active at no point. Below: the mean squared length of the first point's vector; the mean cosine of
    the vectors of the first two points. Means of fewer than 30 networks are left out.

    Parameters
    ----------
    ds : xarray.Dataset or path
        What deadcone.birth() gives, or the path of a file that the program's `deadcone birth` writes.
    lines : str or None
        The axis that has a line for each of its values; with None there is one line.
    at : dict, optional
        Values of axes by name, such as ``{"points": 64}``: the points nearest to them are drawn. By default, all of
        `lines`, the deepest networks, and the first of other axes.
    ax : matplotlib.axes.Axes or four of them, optional
        Draw the layer of death into these Axes, and the other panels into the others, in the caller's style. By default
        pyplot makes a figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400; not used with `ax`.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        The Axes of the four panels, of shape (2, 2); with `ax`, that.

    Raises
    ------
    ConfigError
        An argument does not fit: an axis that is not there, or what is no Dataset.
    StorageError
        The file cannot be read, or it or the Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    with BirthFile(ds) as data:
        cut = cut_of(data, lines, wanted_values(data, at))
        curves, caption = read_layers(cut), cut.caption()
    if ax is not None:
        panels = np.ravel(cast(Any, ax))
        if panels.size not in (1, 4):
            raise ConfigError("ax must be the Axes of the layer of death, or of all four panels")
        for axes in panels:
            check_axes(axes)
        draw_panels(panels, curves)
        if len(curves) > 1:
            panels[0].legend(fontsize="small")
        return ax
    with drawn_figure() as new_figure:
        return draw(curves, caption, dpi, new_figure)
