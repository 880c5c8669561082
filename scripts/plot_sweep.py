#!/usr/bin/env python3
"""Draws the maps of a sweep: what becomes of a unit from each initial weight and bias, for each momentum and target.

Columns are momenta, rows are standard deviations of the target, the largest at the top (Fig. 4 of arXiv 2005.06195).
"""

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.lines import Line2D

import sweep_file
from sweep_file import DIVERGED, FATES, PENDING

# The final parameters are shown for a grid of starts, so many of them an inch: more dots would hide the map.
DOTS_PER_INCH, MOST_DOTS = 24, 56
FINAL_STYLE = {"linestyle": "", "marker": "o", "markeredgewidth": 0.0, "color": "black"}


def colours_of(fates):
    """RGBA bytes; pending is transparent."""
    table = np.zeros((len(FATES) + 1, 4), dtype=np.uint8)
    table[1:] = np.rint(255 * to_rgba_array([colour for _, colour in FATES.values()]))
    return table[fates - PENDING]


def final_parameters(data, position, rows, columns):
    """(w, b) at the end of evenly spread starts, but for those that are not known yet or went to infinity."""
    fates, w, b = (data.sample(name, position, rows, columns) for name in ("fate", "w_final", "b_final"))
    known = (fates != PENDING) & (fates != DIVERGED)
    return w[known], b[known]


def draw(panels, data, grid, caption):
    """Draws the maps of the grid and, where the file has them, their final parameters."""
    maps = {cell: data.fates(position, *panels.pixels) for cell, position in grid.positions.items()}
    ends = {}
    if data.has("w_final") and data.has("b_final"):
        dots = [min(MOST_DOTS, DOTS_PER_INCH * pixels // panels.dpi) for pixels in panels.pixels]
        ends = {cell: final_parameters(data, position, *dots) for cell, position in grid.positions.items()}

    legend = sweep_file.legend_of(sweep_file.occurring(maps.values()))
    if ends:
        legend.append(Line2D([], [], **FINAL_STYLE, markersize=3, label="final parameters"))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend)
    for cell, fates in maps.items():
        sweep_file.draw_map(axes[cell], colours_of(fates), panels.window)
        if cell in ends:
            axes[cell].plot(*ends[cell], **FINAL_STYLE, markersize=1.3, zorder=3)
        sweep_file.mark_target(axes[cell], grid.target(cell[0]))


def main():
    arguments = sweep_file.sweep_parser(__doc__, "FILE with the suffix .png").parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, vars(arguments))
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi)
        draw(panels, data, grid, grid.caption())
    sweep_file.save(panels.figure, arguments.out or sweep_file.beside(arguments.file, ".png"), arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
