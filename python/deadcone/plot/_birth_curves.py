"""Curves of the probability that a network is born dead, between what theory bounds it by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..errors import ConfigError, StorageError
from ._arguments import check_axes, check_choice, check_dpi, wanted_values
from ._birth_file import BirthFile, Cut, Side, set_ticks
from ._births import finish
from ._canvas import add_legend_beside, drawn_figure
from ._labels import axis_label, equation, plain
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from ._types import At, Floats, NewFigure, Source, Style

    Sources: TypeAlias = Source | Mapping[str, Source]

# Inches.
WIDTH, HEIGHT = 5.6, 3.6
SCALES = ("linear", "log")
MOST_LINES = 30
MARKERS = "osD^vP*X"
# Lines of one file are ordered, from dark to light; those of several are kinds (Okabe and Ito), whose dashes and widths
# show where they agree.
SHADES = matplotlib.colormaps["viridis"]
LIGHTEST = 0.85
KINDS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)))
BOUND_STYLE: Style = {"linewidth": 0.6, "zorder": 1.5}
SHADE = 0.16
EXACT_STYLE: Style = {
    "linestyle": "",
    "marker": "o",
    "markersize": 6.5,
    "markerfacecolor": "none",
    "markeredgewidth": 0.7,
    "color": "black",
    "zorder": 3.5,
}


@dataclass(frozen=True)
class Curve:
    """One line: the probability along an axis, and what is known of it."""

    label: str
    values: Floats  # along the axis
    probability: Floats  # not a number where a point is not computed yet
    low: Floats  # the ends of the 95% interval
    high: Floats
    lower: Floats  # bounds by theory, not a number where there is none
    upper: Floats
    exact: Floats


def read_curves(cut: Cut, label: str = "") -> list[Curve]:
    """The curves of a Cut along the axis x and, if it has another one, that of the lines."""
    if cut.lengths[1:] and cut.lengths[1] > MOST_LINES:
        raise ConfigError(f"{cut.data.path}: {cut.lengths[1]} values of {cut.axes[1]} are too many lines; choose others")
    names = ("probability", "probability_low", "probability_high", "lower_bound", "upper_bound", "exact")
    columns = [cut.probabilities(name).reshape(cut.lengths[0], -1) for name in names]
    if np.any(columns[1] > columns[0]) or np.any(columns[2] < columns[0]):
        raise StorageError(f"{cut.data.path}: the intervals do not contain the probabilities")
    lines = [equation(cut.axes[1], value) for value in cut.values[1]] if cut.axes[1:] else [""]
    # Of several files the label says enough, unless each has several lines.
    labels = [label] if label and len(lines) == 1 else [", ".join(filter(None, (label, line))) for line in lines]
    return [Curve(text, cut.values[0], *(column[:, i] for column in columns)) for i, text in enumerate(labels)]


def ordered_styles(count: int) -> list[Style]:
    """The styles of so many lines that are ordered."""
    shades = [to_hex(SHADES(place)) for place in np.linspace(0, LIGHTEST, max(count, 2))[:count]]
    thin: Style = {"linewidth": 1.3, "markersize": 3.2, "markeredgewidth": 0}
    return [{**thin, "color": shade, "marker": MARKERS[i % len(MARKERS)]} for i, shade in enumerate(shades)]


def styles_of(files: Sequence[Sequence[Curve]]) -> list[list[Style]]:
    """The style of each curve of each file."""
    if len(files) == 1:
        return [ordered_styles(len(files[0]))]
    widths = np.linspace(2.6, 1.0, len(files))
    return [
        [
            {
                "color": KINDS[i % len(KINDS)],
                "marker": MARKERS[i % len(MARKERS)],
                "linewidth": widths[i],
                "markersize": 3.2,
                "markeredgewidth": 0,
                # By the file, or where files have several lines by these.
                "linestyle": DASHES[(i if len(curves) == 1 else j) % len(DASHES)],
            }
            for j in range(len(curves))
        ]
        for i, curves in enumerate(files)
    ]


def shown(values: Floats, scale: str) -> Floats:
    """The values of which a line is drawn: 0 has no place among logarithms."""
    return np.where(values > 0, values, np.nan) if scale == "log" else values


def draw_bounds(axes: Axes, curves: Iterable[tuple[Curve, Style]], scale: str) -> bool:
    """Shades between bounds, once where curves have the same ones; returns whether there are any."""
    known: set[bytes] = set()
    for curve, style in curves:
        bounds = np.stack([curve.lower, curve.upper])
        if bounds.tobytes() in known or np.all(np.isnan(bounds)):
            continue
        known.add(bounds.tobytes())
        colour = style["color"]
        axes.fill_between(curve.values, *bounds, color=colour, alpha=SHADE, linewidth=0, zorder=1)
        for bound in bounds:
            axes.plot(curve.values, shown(bound, scale), color=colour, **BOUND_STYLE)
    return bool(known)


def draw_measured(axes: Axes, curve: Curve, style: Style, scale: str) -> None:
    """Draws a line with the 95% interval at each point."""
    axes.vlines(curve.values, curve.low, curve.high, color=style["color"], linewidth=1.0, zorder=2.5)
    axes.plot(curve.values, shown(curve.probability, scale), label=curve.label, zorder=3, **style)


def draw_exact(axes: Axes, curves: Iterable[Curve], scale: str) -> bool:
    """Draws rings where theory knows the probability; returns whether there are any."""
    places = np.concatenate([np.stack([curve.values, shown(curve.exact, scale)]) for curve in curves], axis=-1)
    places = places[:, ~np.isnan(places[1])]
    axes.plot(*places, **EXACT_STYLE)
    return places.size > 0


def draw_curves(axes: Axes, found: Curves, scale: str = "linear", theory: bool = True) -> list[Artist]:
    """Draws curves, and what theory says of them, into Axes; returns the entries of their legend."""
    styled = [pair for curves, styles in zip(found.files, styles_of(found.files)) for pair in zip(curves, styles)]
    has_bounds = theory and draw_bounds(axes, styled, scale)
    for curve, style in styled:
        draw_measured(axes, curve, style, scale)
    entries: list[Artist] = [line for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    has_exact = theory and draw_exact(axes, [curve for curve, _ in styled], scale)
    side = Side(found.axis, np.unique(np.concatenate([curve.values for curve, _ in styled])))
    if side.is_logarithmic:
        axes.set_xscale("log")
    if side.is_to_scale:
        set_ticks(axes.xaxis, side)
    axes.set(xlabel=found.label, ylabel="probability to be born dead")
    set_scale(axes, [curve.probability for curve, _ in styled], scale)
    entries += [Patch(color="#808080", alpha=2 * SHADE, linewidth=0, label="between bounds")] if has_bounds else []
    entries += [Line2D([], [], **EXACT_STYLE, label="exact")] if has_exact else []
    return entries


def set_scale(axes: Axes, probabilities: Sequence[Floats], scale: str) -> None:
    """Gives the Axes the scale of probabilities, whose logarithms begin below the least that was found."""
    if scale == "linear":
        axes.set_ylim(-0.02, 1.02)
        return
    found = np.concatenate(probabilities)
    least = np.min(found[found > 0], initial=1.0)
    axes.set(yscale="log", ylim=(10.0 ** np.floor(np.log10(least) - 1e-9), 1.3))


def named_sources(ds: Sources) -> dict[str, Source]:
    """The Datasets or files by their labels; that of a single one is empty."""
    if not isinstance(ds, Mapping) or hasattr(ds, "data_vars"):  # a Dataset is a Mapping, too
        return {"": ds}  # type: ignore[dict-item]
    if not ds or not all(isinstance(label, str) for label in ds):
        raise ConfigError("birth_curves takes a Dataset, a file, or a dict of them by label")
    return {plain(label): source for label, source in ds.items()}


@dataclass(frozen=True)
class Curves:
    """What a picture of curves shows."""

    files: list[list[Curve]]
    axis: str
    label: str  # of the axis
    caption: str  # what all networks share, of one file


def read_files(
    sources: Mapping[str, Source], x: str, lines: str | None, at: At, words: Wording = ARGUMENTS
) -> Curves:
    """The curves of some sources by their labels, along the axis x, with a line for each value of another."""
    files, label, caption = [], "", ""
    for name, source in sources.items():
        with BirthFile(source) as data:
            cut = Cut(data, (x,) if lines is None else (x, lines), wanted_values(data, at), words)
            files.append(read_curves(cut, name))
            label, caption = axis_label(data, x), cut.caption()
    return Curves(files, x, label, caption if len(files) == 1 else "")


def draw(
    found: Curves, dpi: float, scale: str = "linear", theory: bool = True, new_figure: NewFigure = Figure
) -> Axes:
    """The curves in a figure of their own, their Axes."""
    figure = new_figure(figsize=(WIDTH, HEIGHT), dpi=dpi, layout="constrained")
    axes: Axes = figure.add_subplot()
    entries = draw_curves(axes, found, scale, theory)
    figure.legend(handles=entries, loc="outside right upper", fontsize=9, borderpad=0.2)
    finish(figure, found.caption, WIDTH)
    return axes


def birth_curves(
    ds: Sources,
    *,
    x: str = "depth",
    lines: str | None = "width",
    at: At = None,
    theory: bool = True,
    scale: Literal["linear", "log"] = "linear",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes:
    """Draw the probability that a network is born dead along an axis, between bounds, with a line for each value of another.

    Upright strokes are 95% intervals, shaded areas lie between the lower and the upper bound by theory, rings are exact
    values. Several Datasets or files are drawn in one picture, each in a colour of its own.

    Parameters
    ----------
    ds : xarray.Dataset or path, or dict of these
        What deadcone.birth() gives, or the path of a file that the program's `deadcone birth` writes; several of them
        by their labels, such as ``{"He": he, "RAI": "rai.h5"}``.
    x : str
        The axis along the picture.
    lines : str or None
        The axis that has a line for each of its values; with None there is one line.
    at : dict, optional
        Values of axes by name, such as ``{"width": 3}``: the points nearest to them are drawn. By default, all of `x` and
        `lines`, and the first of other axes.
    theory : bool
        Whether to draw bounds and exact values.
    scale : {"linear", "log"}
        The scale of the probability.
    ax : matplotlib.axes.Axes, optional
        Draw into these Axes, in the caller's style, with the legend to their right (``layout="constrained"`` makes room
        for it). By default pyplot makes a figure in the style of deadcone.
    dpi : float
        Pixels per inch of the figure, 20 to 2400; not used with `ax`.

    Returns
    -------
    matplotlib.axes.Axes
        The Axes of the curves.

    Raises
    ------
    ConfigError
        An argument does not fit: an axis that is not there, or what is no Dataset.
    StorageError
        A file cannot be read, or it or a Dataset is damaged or holds something else.
    """
    check_dpi(dpi)
    check_choice("scale", scale, SCALES)
    found = read_files(named_sources(ds), x, lines, at)
    if ax is not None:
        check_axes(ax)
        add_legend_beside(ax, draw_curves(ax, found, scale, theory))
        return ax
    with drawn_figure() as new_figure:
        return draw(found, dpi, scale, theory, new_figure)
