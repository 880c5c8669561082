"""Maps of a sweep: the fate of each pixel, or the theorem that proves it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, overload

import numpy as np
from matplotlib.lines import Line2D

from ..errors import ConfigError
from ._arguments import check_choice, check_dpi, check_one_map, palette_of, wanted_values
from ._canvas import OnePanel, drawn_figure, result_of
from ._drawing import MISSING, draw_map, draw_marks, key_of, legend_of, names_of_marks, occurring, painted
from ._grid import Grid
from ._labels import sides_of
from ._palettes import PALETTES, Palette
from ._panels import Panels
from ._reader import DIVERGED, NO_PROOF, PENDING, ResultFile
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._types import At, AxesArray, Canvas, Key, Numbers, PaletteName, Position, Source, Style

# What colours a map.
BY = ("fate", "proof")
# The final parameters of a grid of starts are drawn, so many of them per inch: more dots would hide the map.
DOTS_PER_INCH, MOST_DOTS = 24, 56
FINAL_STYLE: Style = {"linestyle": "", "marker": "o", "markeredgewidth": 0.0, "color": "black"}


class ProvedOutcomes:
    """The outcomes of a sweep together with their proofs: one value, name and colour for each pair of them."""

    def __init__(self, data: ResultFile, palette: Palette, words: Wording = ARGUMENTS) -> None:
        outcomes, proofs = key_of(data.outcome_names(), palette), data.meanings("proof")
        if not proofs:
            raise ConfigError(f"{data.path}: {words.no_proofs}")
        self._data = data
        self._pending = data.code("fate", PENDING)
        self._stride = 1 + max(outcomes)
        self.filled, self.pending = -1, -2
        colours = palette.colours_of_proofs(name for name in proofs.values() if name != NO_PROOF)
        self.key: Key = {}
        # In the legend, what is not proved comes last.
        ordered = sorted(proofs.items(), key=lambda item: item[1] == NO_PROOF)
        for (proof, name), (outcome, (label, colour)) in itertools.product(ordered, outcomes.items()):
            entry = (f"no proof: {label}", colour) if name == NO_PROOF else (f"{name}: {label}", colours[name])
            self.key[outcome + self._stride * proof] = entry
        self.key[self.filled] = MISSING

    def read(self, position: Position, rows: int, columns: int) -> Numbers:
        """A sample of one map: values of `key`, and `pending` where the file has no fate."""
        outcomes = self._data.outcomes(position, rows, columns).astype(int)
        proofs = self._data.sample("proof", position, rows, columns).astype(int)
        pending = outcomes == self._pending
        return np.select([pending, proofs < 0], [self.pending, self.filled], outcomes + self._stride * proofs)


def final_parameters(data: ResultFile, position: Position, rows: int, columns: int) -> tuple[Numbers, Numbers]:
    """(w, b) at the end of evenly spread starts, without those that are pending or diverged."""
    fates, w, b = (data.sample(name, position, rows, columns) for name in ("fate", "w_final", "b_final"))
    known = ~np.isin(fates, [value for value, name in data.meanings("fate").items() if name in (PENDING, DIVERGED)])
    return w[known], b[known]


def draw(
    panels: Canvas,
    data: ResultFile,
    grid: Grid,
    caption: str,
    by: str = "fate",
    palette: Palette = PALETTES["default"],
) -> AxesArray:
    """Draws the maps of the grid, coloured by fate or by proof, and their final parameters if the file has them.

    Returns their Axes, rows by columns.
    """
    if by == "proof":
        proved = ProvedOutcomes(data, palette, grid.words)
        read, key = proved.read, proved.key
    else:
        # In a refined map, two kinds of dead would only show which pixels were filled.
        read = data.fates if data.has("provenance") else data.outcomes
        key = key_of(data.outcome_names(), palette)
    maps = {cell: read(position, *panels.pixels) for cell, position in grid.positions.items()}
    ends = {}
    if data.has_starts() and data.has("w_final") and data.has("b_final"):
        dots = [min(MOST_DOTS, int(DOTS_PER_INCH * pixels // panels.dpi)) for pixels in panels.pixels]
        ends = {cell: final_parameters(data, position, *dots) for cell, position in grid.positions.items()}

    marks = {cell: grid.marks(cell) for cell in maps}
    legend = legend_of(occurring(maps.values()), key, names_of_marks(marks))
    if ends:
        legend.append(Line2D([], [], **FINAL_STYLE, markersize=3, label="final parameters"))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend, *sides_of(data))
    for cell, values in maps.items():
        draw_map(axes[cell], painted(values, key), panels.window)
        if cell in ends:
            axes[cell].plot(*ends[cell], **FINAL_STYLE, markersize=1.3, zorder=3)
        draw_marks(axes[cell], marks[cell])
    return axes


@overload
def maps(
    ds: Source,
    *,
    by: Literal["fate", "proof"] = ...,
    at: At = ...,
    palette: PaletteName = ...,
    ax: Axes,
    dpi: float = ...,
) -> Axes: ...


@overload
def maps(
    ds: Source,
    *,
    by: Literal["fate", "proof"] = ...,
    at: At = ...,
    palette: PaletteName = ...,
    ax: None = ...,
    dpi: float = ...,
) -> Axes | AxesArray: ...


def maps(
    ds: Source,
    *,
    by: Literal["fate", "proof"] = "fate",
    at: At = None,
    palette: PaletteName = "default",
    ax: Axes | None = None,
    dpi: float = 200,
) -> Axes | AxesArray:
    """Draw the maps of a sweep: the fate of each pixel.

    Columns are momenta, rows standard deviations of the target, the largest at the top. Where the pixels have one of
    these, or it is not swept, a swept axis of the unit or the optimiser takes its place. White marks are the target, or
    for other units than the rectifier the minima of the loss; black dots are the final parameters where the sweep has
    them. With proofs, units that are dead for ever differ from those that are dead within the tolerance.

    Parameters
    ----------
    ds : xarray.Dataset or path
        A sweep, in memory or open with the engine h5netcdf, of which only what is shown is read; or the
        path of its file.
    by : {"fate", "proof"}
        Colour by fate, or by the theorem that proves it, of a certified sweep.
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
    check_choice("by", by, BY)
    check_dpi(dpi)
    colours = palette_of(palette)
    with ResultFile(ds, "fate") as data:
        grid = Grid(data, wanted_values(data, at))
        if ax is not None:
            check_one_map(data, grid.axes, grid.shape[::-1])
            draw(OnePanel(ax, data.window(), dpi), data, grid, "", by, colours)
            return ax
        with drawn_figure() as new_figure:
            panels = Panels(*grid.shape, data.window(), dpi, is_to_scale=data.has_starts(), new_figure=new_figure)
            axes = draw(panels, data, grid, grid.caption(), by, colours)
        return result_of(axes)
