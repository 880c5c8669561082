"""Maps of the number of updates until the trajectory of each pixel stops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, cast, overload

import numpy as np
from matplotlib.colors import ListedColormap, LogNorm

from ._arguments import check_choice, check_dpi, check_one_map, palette_of, wanted_values
from ._canvas import OnePanel, drawn_figure, result_of
from ._drawing import MISSING, draw_map, draw_marks, key_of, legend_of, names_of_marks, occurring, painted
from ._grid import Grid
from ._labels import plain, sides_of
from ._palettes import PALETTES, SHADES, Palette
from ._panels import Panels
from ._reader import ResultFile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._types import At, AxesArray, Canvas, Colours, Floats, Numbers, PaletteName, Position, Source, Style

SCALES = ("log", "rank")
# Inches that two colour bars take beside the panels, and each further one.
BAR_ROOM, BAR_STEP = 1.5, 0.27


class Ranks:
    """Maps numbers to their ranks, from 0 to 1, among given numbers; equal numbers share the middle of their ranks."""

    def __init__(self, numbers: Numbers) -> None:
        self._sorted = np.sort(numbers)

    def __call__(self, numbers: Numbers) -> Floats:
        first, end = (np.searchsorted(self._sorted, numbers, side) for side in ("left", "right"))
        return (first + end - 1) / 2 / max(1, self._sorted.size - 1)


class Shading:
    """The colours of a sweep's fates: a ramp for the fates that the palette has one for, one flat colour for others."""

    def __init__(self, data: ResultFile, palette: Palette) -> None:
        names = data.meanings("fate")
        self._data = data
        self.key = key_of(names, palette)
        # Stands for pixels of a shaded fate without a number of updates.
        self._uncounted = min(names) - 1
        self.key[self._uncounted] = MISSING
        self.ramps = {value: palette.ramps[name] for value, name in names.items() if name in palette.ramps}

    def read(self, position: Position, rows: int, columns: int) -> tuple[Numbers, Numbers]:
        """A sample of one map: its fates, as values of `key`, and its numbers of updates."""
        fates = self._data.fates(position, rows, columns)
        updates = self._data.sample("steps", position, rows, columns)
        uncounted = np.isin(fates, list(self.ramps)) & (updates < 0)
        return np.where(uncounted, self._uncounted, fates.astype(int)), updates

    def scale_of(self, maps: Iterable[tuple[Numbers, Numbers]]) -> LogNorm:
        """The logarithmic scale from the fewest to the most updates of the shaded starts."""
        shaded = [updates[np.isin(fates, list(self.ramps))] for fates, updates in maps]
        counts = np.concatenate([x[x > 0] for x in shaded] or [np.empty(0)])
        low, high = (counts.min(), counts.max()) if counts.size else (1, 10)
        return LogNorm(low, max(high, low + 1))

    def colours_of(self, fates: Numbers, updates: Numbers, scale: LogNorm | None) -> Colours:
        """RGBA bytes; pending is transparent. Without a scale, shades are ranks."""
        colours = painted(fates, self.key)
        for fate, ramp in self.ramps.items():
            where = fates == fate
            # A proof may need no update, which a logarithmic scale cannot show.
            darkness = scale(np.maximum(updates[where], 1)) if scale else Ranks(updates[where])(updates[where])
            shade = np.rint((SHADES - 1) * darkness).astype(int)
            colours[where] = ramp[np.clip(shade, 0, SHADES - 1)]
        return colours


def room_of(data: ResultFile, palette: Palette) -> float:
    """Inches for the colour bars of the fates of a file beside the panels."""
    bars = sum(name in palette.ramps for name in data.meanings("fate").values())
    return BAR_ROOM + BAR_STEP * max(0, bars - 2)


def draw_colour_bars(
    panels: Canvas, ramps: Iterable[tuple[str, Colours]], scale: LogNorm | None, quantity: str
) -> None:
    """One bar for each pair of a name and a ramp, side by side on one shared axis."""
    width, bar = 0.17, None
    # Numbers, though the types of matplotlib allow None.
    low, high = cast("tuple[float, float]", (scale.vmin, scale.vmax) if scale else (0, 1))
    edges = np.geomspace(low, high, SHADES + 1) if scale else np.linspace(low, high, SHADES + 1)
    for i, (name, ramp) in enumerate(ramps):
        bar = panels.add_beside(0.25 + i * BAR_STEP, width, height=3.0)
        colours = ListedColormap(ramp / 255)
        bar.pcolormesh([0, 1], edges, np.arange(SHADES)[:, None], cmap=colours, rasterized=True)
        bar.set(yscale="log" if scale else "linear", xticks=[], ylim=(edges[0], edges[-1]))
        # Within the bar, at its dark end.
        style: Style = {"rotation": 90, "ha": "center", "va": "top", "color": "white", "fontsize": 9}
        bar.text(0.5, 0.98, plain(name), transform=bar.transAxes, **style)
        bar.tick_params(which="both", left=False, labelleft=False)
    if bar:
        bar.tick_params(which="both", right=True, labelright=True)
        bar.yaxis.set_label_position("right")
        bar.set_ylabel(quantity if scale else f"rank of the {quantity}")


def draw(
    panels: Canvas,
    data: ResultFile,
    grid: Grid,
    caption: str,
    ranked: bool,
    palette: Palette = PALETTES["default"],
) -> AxesArray:
    """Draws the updates of the maps of the grid, on one logarithmic scale or ranked. Returns their Axes."""
    shading = Shading(data, palette)
    maps = {cell: shading.read(position, *panels.pixels) for cell, position in grid.positions.items()}
    scale = None if ranked else shading.scale_of(maps.values())
    present = occurring(fates for fates, _ in maps.values())
    marks = {cell: grid.marks(cell) for cell in maps}
    legend = legend_of(present - set(shading.ramps), shading.key, names_of_marks(marks))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend, *sides_of(data))
    for cell, (fates, updates) in maps.items():
        draw_map(axes[cell], shading.colours_of(fates, updates, scale), panels.window)
        draw_marks(axes[cell], marks[cell])
    quantity = "updates until proved or at rest" if data.has("proof") else "updates until rest"
    ramps = [(shading.key[fate][0], ramp) for fate, ramp in shading.ramps.items() if fate in present]
    draw_colour_bars(panels, ramps, scale, quantity)
    return axes


@overload
def steps(
    ds: Source,
    *,
    scale: Literal["log", "rank"] = ...,
    at: At = ...,
    palette: PaletteName = ...,
    ax: Axes,
    dpi: float = ...,
) -> Axes: ...


@overload
def steps(
    ds: Source,
    *,
    scale: Literal["log", "rank"] = ...,
    at: At = ...,
    palette: PaletteName = ...,
    ax: None = ...,
    dpi: float = ...,
) -> Axes | AxesArray: ...


def steps(
    ds: Source,
    *,
    scale: Literal["log", "rank"] = "log",
    at: At = None,
    palette: PaletteName = "default",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes | AxesArray:
    """Draw the number of updates until the trajectory of each pixel stops: the darker, the more updates.

    Converged and dead pixels each have a hue, and so have those that rest at another minimum than that of least loss.
    The other fates have one flat colour each; filled pixels are grey. In a certified sweep the updates are those until
    the fate is proved.

    Parameters
    ----------
    ds : xarray.Dataset or path
        A sweep with the field steps, in memory or open with the engine h5netcdf, of which only what is shown is
        read; or the path of its file.
    scale : {"log", "rank"}
        Shade by the number of updates on one logarithmic scale, or by its rank among those of a map and fate: all
        shades then cover the same area.
    at : dict, optional
        Values of axes by name, such as ``{"beta": 0.9}``: the maps nearest to them are drawn. By default, all along the
        columns and rows of the picture, and the first of other axes.
    palette : {"default", "paper"}
        Colours; "paper" has dead blue and converged yellow, as Fig. 4 of arXiv 2005.06195.
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
    check_choice("scale", scale, SCALES)
    check_dpi(dpi)
    colours = palette_of(palette)
    with ResultFile(ds, "fate") as data:
        grid = Grid(data, wanted_values(data, at))
        right = room_of(data, colours)
        if ax is not None:
            check_one_map(data, grid.axes, grid.shape[::-1])
            draw(OnePanel(ax, data.window(), dpi, right), data, grid, "", scale == "rank", colours)
            return ax
        with drawn_figure() as new_figure:
            size = (*grid.shape, data.window(), dpi, right)
            panels = Panels(*size, is_to_scale=data.has_starts(), new_figure=new_figure)
            axes = draw(panels, data, grid, grid.caption(), scale == "rank", colours)
        return result_of(axes)
