"""Grids of panels, laid out in inches so that each is a known number of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..errors import ConfigError
from ._captions import in_lines
from ._labels import number
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from ._types import AxesArray, NewFigure, Window

GREY = "#555555"
# Maps of a picture, and pixels along its side, which Matplotlib cannot draw more of.
MOST_PANELS, LONGEST_PICTURE = 4096, (1 << 16) - 1


def set_ticks(axis: Axis, logarithmic: bool) -> None:
    """Few ticks along a side of a panel; along a logarithmic one, whose places are powers of ten, their values."""
    axis.set_major_locator(MaxNLocator(4, prune="both"))
    if logarithmic:
        low, high = sorted(axis.get_view_interval())
        if high - low >= 2:
            axis.set_major_locator(MaxNLocator(4, prune="both", integer=True))
        axis.set_major_formatter(FuncFormatter(lambda place, _: f"${number(10.0**place)}$"))


# The size of the line above the panels, and the distance in inches of such lines.
CAPTION_POINTS, CAPTION_LINE = 9, 0.16


class Panels:
    """A grid of equal panels that share their axes, laid out in inches so that each is a known number of pixels.

    The line above the panels has the values that all share; the legend is below.
    """

    LEFT, TOP, BOTTOM, GAP = 0.92, 0.5, 0.58, 0.09

    def __init__(
        self,
        rows: int,
        columns: int,
        window: Window,
        dpi: float,
        right: float = 0.2,
        across: float | None = None,
        foot: float = 0.0,
        is_to_scale: bool = True,
        new_figure: NewFigure = Figure,
        words: Wording = ARGUMENTS,
    ) -> None:
        """Leaves `right` inches free beside the panels and `foot` inches below them.

        The figure is `across` inches wide; by default its width follows from the number of panels. Panels have equal
        scales along both sides where `is_to_scale`, else they are square. `new_figure` makes the figure. Errors are in
        the Wording `words`.
        """
        self._new_figure = new_figure
        self.grid, self.window, self.dpi, self._right, self._foot = (rows, columns), window, dpi, right, foot
        # Unless equal scales would make slivers of the panels.
        shape = np.clip((window[3] - window[2]) / (window[1] - window[0]), 0.5, 2.0) if is_to_scale else 1.0
        width = np.clip(min(10.5 / columns, 8.0 / (rows * shape)), 0.85, 3.6)
        if across is not None:
            width = (across - self.LEFT - right - (columns - 1) * self.GAP) / columns
        self.pixels = (round(width * shape * dpi), round(width * dpi))
        if rows * columns > MOST_PANELS or max(rows * self.pixels[0], columns * self.pixels[1]) > LONGEST_PICTURE:
            large = f"a picture of {columns} x {rows} maps is too large"
            raise ConfigError(f"{large}; choose fewer, or a lower {words.dpi}")

    def draw(
        self,
        column_titles: Sequence[str],
        row_titles: Sequence[str],
        caption: str,
        legend: Sequence[Artist],
        labels: Sequence[str],
        logarithmic: tuple[bool, bool] = (False, False),
    ) -> AxesArray:
        """Makes the figure and returns its axes, rows by columns; `logarithmic` says whether x and y are so."""
        rows, columns = self.grid
        # From here on in whole pixels, so that no pixel of a map is cut.
        height, width = self.pixels
        width_of_panels = columns * (width / self.dpi + self.GAP) - self.GAP
        lines = in_lines(caption, width_of_panels + self._right - 0.05, CAPTION_POINTS)
        top = self.TOP + (len(lines) - 1) * CAPTION_LINE if caption else self.TOP / 2
        margins = (self.LEFT, top, self.BOTTOM + self._foot, self.GAP, self._right)
        left, top, bottom, gap, right = (round(margin * self.dpi) for margin in margins)
        grid_height, grid_width = rows * (height + gap) - gap, columns * (width + gap) - gap
        total_width = left + grid_width + right

        self.figure = self._new_figure(figsize=(total_width / self.dpi, 1), dpi=self.dpi)
        bottom += self._draw_legend(legend)
        total_height = bottom + grid_height + top
        self.figure.set_size_inches(total_width / self.dpi, total_height / self.dpi)
        for entries in self.figure.legends:
            entries.set_bbox_to_anchor((0.5, self._foot * self.dpi / total_height))

        def place(x: float, y: float) -> tuple[float, float]:
            return x / total_width, y / total_height

        # Titles of neighbours must not touch.
        title_size = min(11, 10 * width / self.dpi)
        axes = np.empty(self.grid, dtype=object)
        for row, column in np.ndindex(*self.grid):
            corner = place(left + column * (width + gap), bottom + (rows - 1 - row) * (height + gap))
            panel = self.figure.add_axes((*corner, *place(width, height)))
            panel.set(xlim=self.window[:2], ylim=self.window[2:])
            set_ticks(panel.xaxis, logarithmic[0])
            set_ticks(panel.yaxis, logarithmic[1])
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
        self.figure.text(*caption_at, "\n".join(lines), va="top", color=GREY, fontsize=CAPTION_POINTS)
        self._beside = (left + grid_width) / self.dpi, bottom / self.dpi, grid_height / self.dpi
        return axes

    def add_beside(self, offset: float, width: float, height: float) -> Axes:
        """Adds axes to the right of the panels, below their top to leave room for a title; sizes in inches."""
        x, y, grid_height = self._beside
        top = y + grid_height - 0.2
        height = min(height, top - y + self.BOTTOM / 2)
        total_width, total_height = self.figure.get_size_inches()
        return self.figure.add_axes(
            ((x + offset) / total_width, (top - height) / total_height, width / total_width, height / total_height)
        )

    def _draw_legend(self, entries: Sequence[Artist]) -> int:
        """Draws the legend at the foot of the figure in as many columns as fit; returns its height in pixels."""
        legend = None
        for columns in range(len(entries), 0, -1):
            if legend:
                legend.remove()
            legend = self.figure.legend(handles=entries, loc="lower center", ncols=columns, columnspacing=1.4)
            if legend.get_window_extent().width <= self.figure.bbox.width:
                break
        return round(legend.get_window_extent().height) if legend else 0
