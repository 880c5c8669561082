#!/usr/bin/env python3
"""Draws the maps of a sweep: the fate of the unit for each initial weight and bias, momentum and target.

Columns are momenta; rows are standard deviations of the target, the largest at the top (Fig. 4 of arXiv 2005.06195). Where
the pixels have one of these (deadcone sweep --plane), another swept axis takes its place, and so does a swept axis of the
unit or the optimiser, such as the leak, where a momentum or a deviation is not swept. White marks are the target, or for
other units than the rectifier the minima of the loss. If the sweep has proofs, the map distinguishes units that are dead for ever from units that are dead within the tolerance.
In a refined sweep it does not, because the kind is not known of filled pixels. --by proof shows the theorem that proves
each fate.
"""

import itertools

import numpy as np

import picture_style  # noqa: F401  before matplotlib
from matplotlib.lines import Line2D

import sweep_file
from palettes import PALETTES
from sweep_file import DIVERGED, NO_PROOF, PENDING, PlotError

# The final parameters of a grid of starts are drawn, so many of them per inch: more dots would hide the map.
DOTS_PER_INCH, MOST_DOTS = 24, 56
FINAL_STYLE = {"linestyle": "", "marker": "o", "markeredgewidth": 0.0, "color": "black"}


class ProvedOutcomes:
    """The outcomes of a sweep together with their proofs: one value, name and colour for each pair of them."""

    def __init__(self, data, palette):
        outcomes, proofs = sweep_file.key_of(data.outcome_names(), palette), data.meanings("proof")
        if not proofs:
            raise PlotError(f"{data.path}: the file has no proofs; `deadcone sweep --certify` computes them")
        self._data = data
        self._pending = data.code("fate", PENDING)
        self._stride = 1 + max(outcomes)
        self.filled, self.pending = -1, -2
        colours = palette.colours_of_proofs(name for name in proofs.values() if name != NO_PROOF)
        self.key = {}
        # In the legend, what is not proved comes last.
        ordered = sorted(proofs.items(), key=lambda item: item[1] == NO_PROOF)
        for (proof, name), (outcome, (label, colour)) in itertools.product(ordered, outcomes.items()):
            entry = (f"no proof: {label}", colour) if name == NO_PROOF else (f"{name}: {label}", colours[name])
            self.key[outcome + self._stride * proof] = entry
        self.key[self.filled] = sweep_file.MISSING

    def read(self, position, rows, columns):
        """A sample of one map: values of `key`, and `pending` where the file has no fate."""
        outcomes = self._data.outcomes(position, rows, columns).astype(int)
        proofs = self._data.proofs(position, rows, columns).astype(int)
        pending = outcomes == self._pending
        return np.select([pending, proofs < 0], [self.pending, self.filled], outcomes + self._stride * proofs)


def final_parameters(data, position, rows, columns):
    """(w, b) at the end of evenly spread starts, without those that are pending or diverged."""
    fates, w, b = (data.sample(name, position, rows, columns) for name in ("fate", "w_final", "b_final"))
    known = ~np.isin(fates, [value for value, name in data.meanings("fate").items() if name in (PENDING, DIVERGED)])
    return w[known], b[known]


def draw(panels, data, grid, caption, by="fate", palette=PALETTES["default"]):
    """Draws the maps of the grid, coloured by fate or by proof, and their final parameters if the file has them."""
    if by == "proof":
        proved = ProvedOutcomes(data, palette)
        read, key = proved.read, proved.key
    else:
        # In a refined map, two kinds of dead would only show which pixels were filled.
        read = data.fates if data.has("provenance") else data.outcomes
        key = sweep_file.key_of(data.outcome_names(), palette)
    maps = {cell: read(position, *panels.pixels) for cell, position in grid.positions.items()}
    ends = {}
    if data.has_starts() and data.has("w_final") and data.has("b_final"):
        dots = [min(MOST_DOTS, DOTS_PER_INCH * pixels // panels.dpi) for pixels in panels.pixels]
        ends = {cell: final_parameters(data, position, *dots) for cell, position in grid.positions.items()}

    marks = {cell: grid.marks(cell) for cell in maps}
    legend = sweep_file.legend_of(sweep_file.occurring(maps.values()), key, sweep_file.names_of_marks(marks))
    if ends:
        legend.append(Line2D([], [], **FINAL_STYLE, markersize=3, label="final parameters"))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend, *sweep_file.sides_of(data))
    for cell, values in maps.items():
        sweep_file.draw_map(axes[cell], sweep_file.painted(values, key), panels.window)
        if cell in ends:
            axes[cell].plot(*ends[cell], **FINAL_STYLE, markersize=1.3, zorder=3)
        sweep_file.draw_marks(axes[cell], marks[cell])


def main():
    parser = sweep_file.sweep_parser(__doc__, "FILE with the suffix .png")
    meaning = "colour the maps by fate or by the theorem that proves it (default: %(default)s)"
    parser.add_argument("--by", choices=("fate", "proof"), default="fate", help=meaning)
    arguments = parser.parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, sweep_file.wanted_values(arguments))
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi, is_to_scale=data.has_starts())
        draw(panels, data, grid, grid.caption(), arguments.by, PALETTES[arguments.palette])
    sweep_file.save(panels.figure, arguments.out or sweep_file.beside(arguments.file, ".png"), arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
