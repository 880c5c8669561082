"""Where the functions draw: into figures of pyplot in the house style, or into Axes of the caller in the caller's."""

import contextlib

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import AutoLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from ..errors import ConfigError
from ._palettes import PALETTES
from ._panels import set_ticks
from ._style import house_style

LEAST_DPI, MOST_DPI = 20, 2400


@contextlib.contextmanager
def drawn_figure():
    """A context for a new figure: in the house style; gives the function that makes the figure.

    A figure that cannot be finished is closed, so that no notebook shows it.
    """
    import matplotlib.pyplot as plt  # here, since scripts, which draw without it, import this module

    made = []

    def new_figure(**options):
        made.append(plt.figure(**options))
        return made[-1]

    with house_style():
        try:
            yield new_figure
            for figure in made:
                # Ticks are made when they are first drawn, in the style of that time.
                figure.draw_without_rendering()
        except BaseException:
            for figure in made:
                plt.close(figure)
            raise


def result_of(axes):
    """Axes as functions return them: an array of rows by columns, or the only one."""
    return axes[0, 0] if axes.size == 1 else axes


class OnePanel:
    """Axes of the caller that show one map, with the interface of Panels."""

    grid = (1, 1)

    def __init__(self, ax, window, dpi, right=0.0):
        """Leaves `right` inches free between the Axes and their legend."""
        check_axes(ax)
        self._axes, self.window, self._right = ax, window, right
        self.figure, self.dpi = ax.get_figure(), max(dpi, ax.get_figure().dpi)
        width, height = ax.get_window_extent().size / self.figure.dpi
        self.pixels = tuple(max(1, round(inches * self.dpi)) for inches in (height, width))

    def draw(self, column_titles, row_titles, caption, legend, labels, logarithmic=(False, False)):
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

    def add_beside(self, offset, width, height):
        """Adds Axes to the right, as high as the panel; other sizes in inches."""
        return self._axes.inset_axes((offset, 0, width, 1), transform=beside(self._axes))


def beside(axes):
    """Places to the right of Axes: inches from their edge, and heights in theirs, whatever size a layout gives them."""
    inches = axes.figure.dpi_scale_trans + ScaledTranslation(1, 0, axes.transAxes)
    return blended_transform_factory(inches, axes.transAxes)


def add_legend_beside(axes, entries, gap=0.0, corner="upper left"):
    """Adds a legend to the right of Axes, where it hides no pixel, after a gap in inches; aligned by its left corner."""
    if entries:
        place = {"bbox_to_anchor": (gap, int(corner == "upper left")), "bbox_transform": beside(axes)}
        axes.legend(handles=entries, loc=corner, borderaxespad=0.4, **place)


# ---- Arguments


def check_axes(ax):
    """Raises ConfigError unless `ax` is Axes."""
    if not isinstance(ax, Axes):
        raise ConfigError(f"ax must be Axes of matplotlib, not an object of the type {type(ax).__name__}")


def check_choice(name, value, choices):
    """Raises ConfigError unless the value of an argument is one of some words."""
    if not isinstance(value, str) or value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def palette_of(name):
    """The palette of a name."""
    check_choice("palette", name, tuple(PALETTES))
    return PALETTES[name]


def check_dpi(dpi):
    """Raises ConfigError unless a picture can have so many pixels per inch."""
    if not isinstance(dpi, (int, float, np.integer, np.floating)) or not LEAST_DPI <= dpi <= MOST_DPI:
        raise ConfigError(f"dpi must be a number from {LEAST_DPI} to {MOST_DPI}, not {dpi!r}")


def wanted_values(data, at):
    """The values that `at` asks for, by axis. Raises ConfigError where it asks for what is not there."""
    wanted = {}
    for axis, value in dict(at or {}).items():
        if axis not in data.values and axis not in data.plane:
            raise ConfigError(f"{data.path}: at: there is no axis {axis!r}; the axes are {', '.join(data.values)}")
        try:
            wanted[axis] = float(value)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"at: the value of {axis} must be a number, not {value!r}") from error
    return wanted


def check_one_map(data, axes, lengths):
    """Raises ConfigError that says what to choose if there is more than one map; `lengths` are those along `axes`."""
    if max(lengths) > 1:
        swept = [axis for axis, length in zip(axes, lengths) if length > 1]
        choice = ", ".join(f"'{axis}': ..." for axis in swept)
        number = " x ".join(map(str, lengths))
        raise ConfigError(f"{data.path}: ax shows one map, but there are {number}; choose one with at={{{choice}}}")
