"""Where the functions draw: into figures of pyplot in the house style, or into Axes of the caller in the caller's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from matplotlib.ticker import AutoLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from ._arguments import check_axes
from ._panels import set_ticks
from ._style import STYLE, house_style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.transforms import Transform

    from ._types import AxesArray, Cell, NewFigure, Style, Window


@contextlib.contextmanager
def drawn_figure() -> Iterator[NewFigure]:
    """A context for a new figure: in the house style; gives the function that makes the figure.

    A figure that cannot be finished is closed, so that no notebook shows it.
    """
    import matplotlib.pyplot as plt  # here, since scripts, which draw without it, import this module

    made: list[Figure] = []

    def new_figure(**options: Any) -> Figure:
        made.append(plt.figure(**options))
        return made[-1]

    with house_style():
        try:
            yield new_figure
            for figure in made:
                keep_style(figure)
        except BaseException:
            for figure in made:
                plt.close(figure)
            raise


def keep_style(figure: Figure) -> None:
    """Takes into a figure what it would look up among the settings when it is drawn."""
    for axes in figure.axes:
        for axis, name in ((axes.xaxis, "xtick"), (axes.yaxis, "ytick")):
            # The number of ticks follows from it.
            axis.set_tick_params(labelsize=STYLE[f"{name}.labelsize"])
    figure.draw_without_rendering()  # makes the ticks


def result_of(axes: AxesArray) -> Axes | AxesArray:
    """Axes as functions return them: an array of rows by columns, or the only one."""
    return axes[0, 0] if axes.size == 1 else axes


class OnePanel:
    """Axes of the caller that show one map, with the interface of Panels."""

    grid: Cell = (1, 1)

    def __init__(self, ax: Axes, window: Window, dpi: float, right: float = 0.0) -> None:
        """Leaves `right` inches free between the Axes and their legend."""
        check_axes(ax)
        self._axes, self.window, self._right = ax, window, right
        self.figure = cast("Figure | SubFigure", ax.get_figure())
        self.dpi: float = max(dpi, self.figure.dpi)
        width, height = (max(1, round(side / self.figure.dpi * self.dpi)) for side in ax.get_window_extent().size)
        self.pixels = (height, width)

    def draw(
        self,
        column_titles: Sequence[str],
        row_titles: Sequence[str],
        caption: str,
        legend: Sequence[Artist],
        labels: Sequence[str],
        logarithmic: tuple[bool, bool] = (False, False),
    ) -> AxesArray:
        """Gives the Axes their limits, title, labels and legend, and returns them as an array of one."""
        axes = self._axes
        axes.set(xlim=self.window[:2], ylim=self.window[2:], xlabel=labels[0], ylabel=labels[1])
        axes.set_title(", ".join([*column_titles, *row_titles]))
        for axis, is_logarithmic in zip((axes.xaxis, axes.yaxis), logarithmic):
            if is_logarithmic:
                set_ticks(axis, True)
            else:
                axis.set_major_locator(AutoLocator())
        add_legend_beside(axes, legend, self._right)
        return np.array([[axes]])

    def add_beside(self, offset: float, width: float, height: float) -> Axes:
        """Adds Axes to the right, as high as the panel; other sizes in inches."""
        return self._axes.inset_axes((offset, 0, width, 1), transform=beside(self._axes))


def beside(axes: Axes) -> Transform:
    """Places to the right of Axes: inches from their edge, and heights in theirs, whatever size a layout gives them."""
    edge: Any = axes.transAxes  # which is affine, though not by its type
    inches = axes.figure.dpi_scale_trans + ScaledTranslation(1, 0, edge)
    return blended_transform_factory(inches, axes.transAxes)


def add_legend_beside(
    axes: Axes, entries: Sequence[Artist], gap: float = 0.0, corner: Literal["upper left", "lower left"] = "upper left"
) -> None:
    """Adds a legend to the right of Axes, where it hides no pixel, after a gap in inches, aligned by a corner."""
    if entries:
        place: Style = {"bbox_to_anchor": (gap, int(corner == "upper left")), "bbox_transform": beside(axes)}
        axes.legend(handles=entries, loc=corner, borderaxespad=0.4, **place)
