#!/usr/bin/env python3
"""Draws the number of updates that each start of a sweep takes until it rests: the darker, the more.

Hue tells the fates apart: blue for converged, red for dead, both on the same logarithmic scale. The other fates, whose
number of updates says little, are flat; what was filled and not computed is grey. In a certified sweep a start is
followed until its fate is proved, and the updates are those until then.

With --scale rank a shade is the rank of a start among those of its map and fate, so that all shades cover the same
area and structure shows at every scale: where updates differ by a factor of a thousand, and where they differ by one.
"""

import numpy as np
from matplotlib.colors import ListedColormap, LogNorm

import sweep_file
from sweep_file import FATES, MISSING, RAMPS, SHADES

# Stands for pixels of a shaded fate without a number of updates; no fate.
UNCOUNTED = -2

# Inches that the colour bars take beside the panels.
BAR_ROOM = 1.5


class Ranks:
    """Takes numbers to their ranks among some, from 0 to 1; those that are equal share the middle of their ranks."""

    def __init__(self, numbers):
        self._sorted = np.sort(numbers)

    def __call__(self, numbers):
        first, end = (np.searchsorted(self._sorted, numbers, side) for side in ("left", "right"))
        return (first + end - 1) / 2 / max(1, self._sorted.size - 1)


def colours_of(fates, steps, scale):
    """RGBA bytes; pending is transparent. Without a scale, shades are ranks."""
    colours = sweep_file.painted(fates, FATES | {UNCOUNTED: MISSING})
    for fate, ramp in RAMPS.items():
        where = fates == fate
        # A proof may take no update, which a logarithmic scale cannot show.
        lightness = scale(np.maximum(steps[where], 1)) if scale else Ranks(steps[where])(steps[where])
        shade = np.rint((SHADES - 1) * lightness).astype(int)
        colours[where] = ramp[np.clip(shade, 0, SHADES - 1)]
    return colours


def scale_of(maps):
    """The logarithmic scale from the fewest to the most updates of the starts that are shaded."""
    shaded = [steps[np.isin(fates, list(RAMPS))] for fates, steps in maps]
    shaded = np.concatenate([x[x > 0] for x in shaded] or [np.empty(0)])
    low, high = (shaded.min(), shaded.max()) if shaded.size else (1, 10)
    return LogNorm(low, max(high, low + 1))


def read_map(data, position, rows, columns):
    """A sample of one map: its fates, UNCOUNTED where one that is shaded has no number of updates, and its steps."""
    fates, steps = data.fates(position, rows, columns), data.sample("steps", position, rows, columns)
    return np.where(np.isin(fates, list(RAMPS)) & (steps < 0), UNCOUNTED, fates), steps


def draw_colour_bars(panels, fates, scale, quantity):
    """One bar for each family, side by side on the one axis that they share."""
    width, gap, bar = 0.17, 0.1, None
    edges = np.geomspace(scale.vmin, scale.vmax, SHADES + 1) if scale else np.linspace(0, 1, SHADES + 1)
    for i, fate in enumerate(fates):
        bar = panels.add_beside(0.25 + i * (width + gap), width, height=3.0)
        colours = ListedColormap(RAMPS[fate] / 255)
        bar.pcolormesh([0, 1], edges, np.arange(SHADES)[:, None], cmap=colours, rasterized=True)
        bar.set(yscale="log" if scale else "linear", xticks=[], ylim=(edges[0], edges[-1]))
        # Within the bar, at its dark end.
        style = {"rotation": 90, "ha": "center", "va": "top", "color": "white", "fontsize": 9}
        bar.text(0.5, 0.98, FATES[fate][0], transform=bar.transAxes, **style)
        bar.tick_params(which="both", left=False, labelleft=False)
    if bar:
        bar.tick_params(which="both", right=True, labelright=True)
        bar.yaxis.set_label_position("right")
        bar.set_ylabel(quantity if scale else f"rank of the {quantity}")


def draw(panels, data, grid, caption, ranked):
    """Draws the steps of the maps of the grid, on one logarithmic scale or ranked."""
    maps = {cell: read_map(data, position, *panels.pixels) for cell, position in grid.positions.items()}
    scale = None if ranked else scale_of(maps.values())
    present = sweep_file.occurring(fates for fates, _ in maps.values())
    legend = sweep_file.legend_of(present - set(RAMPS), FATES | {UNCOUNTED: MISSING})
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend)
    for cell, (fates, steps) in maps.items():
        sweep_file.draw_map(axes[cell], colours_of(fates, steps, scale), panels.window)
        sweep_file.mark_target(axes[cell], grid.target(cell[0]))
    quantity = "step of the proof, else of rest" if data.has("proof") else "updates until rest"
    draw_colour_bars(panels, [fate for fate in RAMPS if fate in present], scale, quantity)


def main():
    parser = sweep_file.sweep_parser(
        __doc__, "FILE with the ending _steps.png", "what `deadcone sweep` wrote, steps among its fields"
    )
    meaning = "how shades follow the updates (default: %(default)s)"
    parser.add_argument("--scale", choices=("log", "rank"), default="log", help=meaning)
    arguments = parser.parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, vars(arguments))
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi, right=BAR_ROOM)
        draw(panels, data, grid, grid.caption(), ranked=arguments.scale == "rank")
    sweep_file.save(panels.figure, arguments.out or sweep_file.beside(arguments.file, "_steps.png"), arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
