"""The direction of gradient descent over the loss."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, overload

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.lines import Line2D

from ..errors import ConfigError, StorageError
from ._arguments import NUMBERS, check_dpi, check_one_map, wanted_values
from ._canvas import OnePanel, drawn_figure, result_of
from ._drawing import TARGET, draw_marks, legend_of, names_of_marks
from ._labels import equation, number
from ._palettes import PALETTES
from ._panels import Panels
from ._reader import DEAD, ResultFile, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

    from ._types import At, AxesArray, Canvas, Cell, Floats, Marks, Numbers, Source, Style

ARROWS_PER_INCH = 5.5
SMALLEST_GRADIENT = 1e-6
# Contours of a map of this many points a side look smooth.
CONTOUR_POINTS = 256
LEVELS = 15
# The light part of a map, on which the arrows can be seen.
SHADES = ListedColormap(matplotlib.colormaps["Blues"](np.linspace(0.0, 0.75, 256)))
ARROW_COLOUR = "#202020"
# The edges of the cones in which a unit is almost never and almost always active.
DEAD_STYLE: Style = {"color": PALETTES["default"].fates[DEAD], "linestyle": (0, (5, 2)), "linewidth": 1.4}
LINEAR_STYLE: Style = {"color": "#117733", "linestyle": (0, (1, 1.2)), "linewidth": 1.6}
# Inches that the colour bar takes beside the panels.
BAR_ROOM = 1.0


def evenly(points: int, wanted: float) -> int:
    """The number of points to draw, near `wanted`, so that the arrows are a whole number of points apart."""
    return max(1, points // max(1, round(points / wanted)))


def norm_of(losses: Collection[Numbers]) -> PowerNorm:
    """Colours for the root of the loss, which grows with the distance as the loss grows with its square."""
    return PowerNorm(0.5, 0.0, max(max(loss.max() for loss in losses), np.finfo(float).tiny))


def contours_of(axes: Axes, loss: Numbers, norm: Normalize) -> tuple[Floats, Floats, Numbers, Floats]:
    """w, b and the loss, clipped to the range of `norm`, and levels that are evenly spaced in its colours."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    rows, columns = loss.shape
    # The outermost values lie half a pixel inside the window; repeated on its edges they fill it.
    w = np.concatenate([[left], left + (np.arange(columns) + 0.5) * (right - left) / columns, [right]])
    b = np.concatenate([[low], low + (np.arange(rows) + 0.5) * (high - low) / rows, [high]])
    levels = norm.inverse(np.linspace(0, 1, LEVELS))
    return w, b, np.pad(np.clip(loss, levels[0], levels[-1]), 1, "edge"), levels


def draw_loss(axes: Axes, loss: Numbers, norm: Normalize) -> None:
    """Draws the loss as filled contours."""
    *surface, levels = contours_of(axes, loss, norm)
    axes.contourf(*surface, levels=levels, norm=norm, cmap=SHADES)


def draw_contours(axes: Axes, loss: Numbers, norm: Normalize) -> None:
    """Draws the loss as contour lines."""
    *surface, levels = contours_of(axes, loss, norm)
    axes.contour(*surface, levels=levels, colors="#A0A0A0", linewidths=0.5, zorder=1)


def draw_cones(axes: Axes, epsilon: float, r: float) -> None:
    """Draws the edges of the cones: a unit is active with probability epsilon, and with 1 - epsilon."""
    w = np.linspace(*axes.get_xlim(), 1001)
    edge = NormalDist().inv_cdf(epsilon) * np.hypot(w, r)
    axes.plot(w, edge, **DEAD_STYLE, zorder=3)
    axes.plot(w, -edge, **LINEAR_STYLE, zorder=3)


def legend_of_cones(epsilon: float, r: float) -> list[Line2D]:
    norm = "|w|" if r == 0 else r"\sqrt{w^2 + r^2}"
    probability = rf"$\Phi(b/{norm})"
    return [
        Line2D([], [], **DEAD_STYLE, label=rf"{probability} = {number(epsilon)}$"),
        Line2D([], [], **LINEAR_STYLE, label=rf"{probability} = 1 - {number(epsilon)}$"),
    ]


def draw_arrows(axes: Axes, w: Floats, b: Floats, grad_w: Numbers, grad_b: Numbers) -> None:
    """Draws arrows of one length along minus the gradient."""
    size = np.hypot(grad_w, grad_b)
    moves = size > SMALLEST_GRADIENT * size.max()
    w, b = np.meshgrid(w, b)
    arrows = (w[moves], b[moves], -grad_w[moves] / size[moves], -grad_b[moves] / size[moves])
    head: Style = {"headwidth": 4.5, "headlength": 5, "headaxislength": 4.5}
    shaft: Style = {"units": "inches", "scale_units": "inches", "scale": 1.25 * ARROWS_PER_INCH, "width": 0.009}
    axes.quiver(*arrows, **shaft, **head, pivot="mid", color=ARROW_COLOUR)


def draw(
    panels: Canvas,
    data: ResultFile,
    gammas: Sequence[int],
    deltas: Sequence[int],
    index_r: int,
    epsilon: float,
    caption: str,
) -> AxesArray:
    """Draws the panels of some gammas (columns) and deltas (rows), given by their indices. Returns their Axes."""
    arrows = [
        evenly(points.size, ARROWS_PER_INCH * pixels / panels.dpi)
        for points, pixels in zip((data.y, data.x), panels.pixels)
    ]
    w, b = data.x[spread(data.x.size, arrows[1])], data.y[spread(data.y.size, arrows[0])]
    losses, gradients = {}, {}
    marks: dict[Cell, Marks] = {}
    # Other units have other cones, and do not converge at the target.
    is_rectifier = not data.configured("unit")
    for cell in np.ndindex(*panels.grid):
        index = {"gamma": gammas[cell[1]], "delta": deltas[cell[0]], "r": index_r}
        position = data.position(index)
        losses[cell] = data.sample("loss", position, CONTOUR_POINTS, CONTOUR_POINTS)
        gradients[cell] = [data.sample(name, position, *arrows) for name in ("grad_w", "grad_b")]
        target = data.values["gamma"][index["gamma"]], data.values["delta"][index["delta"]]
        marks[cell] = [(TARGET, target)] if is_rectifier else []
        if not (np.all(np.isfinite(losses[cell])) and np.all(np.isfinite(gradients[cell]))):
            raise StorageError(f"{data.path}: the loss or its gradient is not finite everywhere")

    norm = norm_of(losses.values())
    r = data.values["r"][index_r]
    legend = legend_of([], {}, names_of_marks(marks)) + [
        Line2D([], [], color=ARROW_COLOUR, linewidth=0.8, marker=">", markersize=4, label="minus the gradient"),
        *(legend_of_cones(epsilon, r) if is_rectifier else []),
    ]
    column_titles = [equation("gamma", data.values["gamma"][i]) for i in gammas]
    row_titles = [equation("delta", data.values["delta"][i]) for i in deltas]
    axes = panels.draw(column_titles, row_titles, caption, legend, ("$w$", "$b$"))
    for cell, panel in np.ndenumerate(axes):
        draw_loss(panel, losses[cell], norm)
        draw_arrows(panel, w, b, *gradients[cell])
        if is_rectifier:
            draw_cones(panel, epsilon, r)
        draw_marks(panel, marks[cell])
    add_colour_bar(panels, norm)
    return axes


def add_colour_bar(panels: Canvas, norm: Normalize) -> None:
    bar = panels.add_beside(0.25, 0.17, height=3.0)
    panels.figure.colorbar(ScalarMappable(norm, SHADES), cax=bar, label="loss")


def check_starts(data: ResultFile) -> None:
    """Raises StorageError unless the field is that of starts (w, b)."""
    if not data.has_starts():
        raise StorageError(f"{data.path}: '{data.plane[0]}' and '{data.plane[1]}' are not 'w' and 'b'")


def caption_of(data: ResultFile, index_r: int) -> str:
    """The unit, if it is another one than the rectifier, and r."""
    return ",  ".join([*data.configured("unit").values(), f"$r = {number(data.values['r'][index_r])}$"])


@overload
def field(ds: Source, *, epsilon: float = ..., at: At = ..., ax: Axes, dpi: float = ...) -> Axes: ...


@overload
def field(
    ds: Source, *, epsilon: float = ..., at: At = ..., ax: None = ..., dpi: float = ...
) -> Axes | AxesArray: ...


def field(
    ds: Source,
    *,
    epsilon: float = 0.01,
    at: At = None,
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes | AxesArray:
    """Draw the direction of gradient descent over the loss (Fig. 3 of arXiv 2005.06195).

    Columns are standard deviations of the target, rows its means, the largest first. In the dead cone, below the dashed
    lines, a unit is almost never active; in the linear cone, above the dotted lines, it is almost always active. All
    arrows have the same length. There are none where the gradient is less than a millionth of the largest.

    Parameters
    ----------
    ds : xarray.Dataset or path
        What deadcone.field() gives, in memory or open with the engine h5netcdf, of which only what is shown is
        read; or the path of its file.
    epsilon : float
        A unit is dead if its probability of being active is less than this; between 0 and 1.
    at : dict, optional
        Values of gamma, delta and r by name, such as ``{"gamma": 1}``: the panels nearest to them are drawn. By
        default, all gammas and deltas and the first r.
    ax : matplotlib.axes.Axes, optional
        Draw the one map that `at` leaves into these Axes, in the caller's style, with the legend to their right
        (``layout="constrained"`` makes room for it). By default pyplot makes a figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400. With `ax`, maps are sampled for at least so many.

    Returns
    -------
    matplotlib.axes.Axes or numpy.ndarray of them
        The Axes of the map; of several maps an array, rows by columns.

    Raises
    ------
    ConfigError
        An argument does not fit: an axis that is not there, several maps for one `ax`, or what is no Dataset.
    StorageError
        The file cannot be read, or it or the Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    if not isinstance(epsilon, NUMBERS) or not 0 < epsilon < 1:
        raise ConfigError(f"epsilon must be between 0 and 1, not {epsilon!r}")
    with ResultFile(ds, "loss") as data:
        check_starts(data)
        wanted = wanted_values(data, at)
        if wrong := [axis for axis in wanted if axis in data.plane]:
            raise ConfigError(f"{data.path}: at: {wrong[0]} is an axis of the panels and cannot choose them")
        gammas, deltas = (data.ascending(axis, wanted.get(axis))[::-1] for axis in ("gamma", "delta"))
        index_r = data.nearest("r", wanted.get("r"))
        if ax is not None:
            check_one_map(data, ("gamma", "delta"), (len(gammas), len(deltas)))
            draw(OnePanel(ax, data.window(), dpi, BAR_ROOM), data, gammas, deltas, index_r, epsilon, "")
            return ax
        with drawn_figure() as new_figure:
            panels = Panels(len(deltas), len(gammas), data.window(), dpi, BAR_ROOM, new_figure=new_figure)
            axes = draw(panels, data, gammas, deltas, index_r, epsilon, caption_of(data, index_r))
        return result_of(axes)
