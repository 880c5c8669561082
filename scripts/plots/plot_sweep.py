#!/usr/bin/env python3
"""Draws the maps of a sweep: what becomes of a unit from each initial weight and bias, for each momentum and target.

Columns are momenta, rows are standard deviations of the target, the largest at the top (Fig. 4 of arXiv 2005.06195).
Where the sweep has proofs, what is dead for ever is told from what is so within the tolerance only, unless the sweep
was refined, since of filled pixels that is not known; --by proof shows which theorem proves each fate.
"""

import functools

import numpy as np
from matplotlib.lines import Line2D

import sweep_file
from sweep_file import DEAD_FOR_EVER, DEATHS, DIVERGED, OUTCOMES, PENDING, PROOF_OF_DEATH, PlotError

# The final parameters are shown for a grid of starts, so many of them an inch: more dots would hide the map.
DOTS_PER_INCH, MOST_DOTS = 24, 56
FINAL_STYLE = {"linestyle": "", "marker": "o", "markeredgewidth": 0.0, "color": "black"}

# Proofs of an outcome are near its colour (L* = 29, 46, 38 and 54); others that a file may name get spare ones in turn.
NO_PROOF = "none"
PROOF_COLOURS = {
    "energy": "#004488",
    "corridor": "#0072B2",
    PROOF_OF_DEATH: DEATHS[DEAD_FOR_EVER][1],
    "creep": "#D55E00",
}
SPARE_COLOURS = ("#882255", "#999933")
# Outcomes and their proofs as one number: the outcome plus so much for each proof.
PROOF_STRIDE, FILLED = 16, -2


def meanings_of_proofs(names):
    """What proofs_of() gives: names and colours, from the values of proofs and their names."""
    others = [name for name in names.values() if name != NO_PROOF and name not in PROOF_COLOURS]
    colours = PROOF_COLOURS | dict(zip(others, len(others) * SPARE_COLOURS))
    meanings = {}
    for proof, name in sorted(names.items(), key=lambda item: item[1] == NO_PROOF):  # which is told last
        for outcome, (label, colour) in OUTCOMES.items():
            known = ("no proof: " + label, colour) if name == NO_PROOF else (f"{name}: {label}", colours[name])
            meanings[outcome + PROOF_STRIDE * proof] = known
    return meanings | {FILLED: sweep_file.MISSING}


def proofs_of(data, position, rows, columns):
    """A sample of one map: outcomes and what proves them."""
    outcomes, proofs = data.outcomes(position, rows, columns), data.proofs(position, rows, columns)
    if proofs is None:
        raise PlotError(f"{data.path}: has no proofs; `deadcone sweep --certify` makes them")
    return np.select(
        [outcomes == PENDING, proofs < 0], [PENDING, FILLED], outcomes.astype(int) + PROOF_STRIDE * proofs.astype(int)
    )


def final_parameters(data, position, rows, columns):
    """(w, b) at the end of evenly spread starts, but for those that are not known yet or went to infinity."""
    fates, w, b = (data.sample(name, position, rows, columns) for name in ("fate", "w_final", "b_final"))
    known = (fates != PENDING) & (fates != DIVERGED)
    return w[known], b[known]


def draw(panels, data, grid, caption, by="fate"):
    """Draws the maps of the grid, coloured by fate or by proof, and their final parameters where the file has them."""
    # Of a refined map the dead are not told apart: what would be seen is which pixels were filled.
    read, meanings = data.fates if data.has("provenance") else data.outcomes, OUTCOMES
    if by == "proof":
        read, meanings = functools.partial(proofs_of, data), meanings_of_proofs(data.meanings("proof"))
    maps = {cell: read(position, *panels.pixels) for cell, position in grid.positions.items()}
    ends = {}
    if data.has("w_final") and data.has("b_final"):
        dots = [min(MOST_DOTS, DOTS_PER_INCH * pixels // panels.dpi) for pixels in panels.pixels]
        ends = {cell: final_parameters(data, position, *dots) for cell, position in grid.positions.items()}

    legend = sweep_file.legend_of(sweep_file.occurring(maps.values()), meanings)
    if ends:
        legend.append(Line2D([], [], **FINAL_STYLE, markersize=3, label="final parameters"))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend)
    for cell, values in maps.items():
        sweep_file.draw_map(axes[cell], sweep_file.painted(values, meanings), panels.window)
        if cell in ends:
            axes[cell].plot(*ends[cell], **FINAL_STYLE, markersize=1.3, zorder=3)
        sweep_file.mark_target(axes[cell], grid.target(cell[0]))


def main():
    parser = sweep_file.sweep_parser(__doc__, "FILE with the suffix .png")
    parser.add_argument("--by", choices=("fate", "proof"), default="fate", help="what is shown (default: %(default)s)")
    arguments = parser.parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, vars(arguments))
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi)
        draw(panels, data, grid, grid.caption(), arguments.by)
    sweep_file.save(panels.figure, arguments.out or sweep_file.beside(arguments.file, ".png"), arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
