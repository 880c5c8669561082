#!/usr/bin/env python3
"""Draws the number of updates until the trajectory of each start stops: the darker, the more updates.

Converged and dead starts each have a hue (blue and red, or yellow and blue with --palette paper), and so have those that
rest at another minimum than that of least loss; all are shaded on the same logarithmic scale. The other fates, whose number of updates says little, have one flat colour; filled pixels,
which were not computed, are grey. In a certified sweep the updates are those until the fate is proved.

With --scale rank, the shade is the rank of a start among the starts of its map and fate. All shades then cover the same
area, and structure shows at every scale: where updates differ by a factor of a thousand and where they differ by one.
"""

import numpy as np

import picture_style  # noqa: F401  before matplotlib
from matplotlib.colors import ListedColormap, LogNorm

import sweep_file
from palettes import PALETTES, SHADES

# Inches that two colour bars take beside the panels, and each further one.
BAR_ROOM, BAR_STEP = 1.5, 0.27


class Ranks:
    """Maps numbers to their ranks, from 0 to 1, among given numbers; equal numbers share the middle of their ranks."""

    def __init__(self, numbers):
        self._sorted = np.sort(numbers)

    def __call__(self, numbers):
        first, end = (np.searchsorted(self._sorted, numbers, side) for side in ("left", "right"))
        return (first + end - 1) / 2 / max(1, self._sorted.size - 1)


class Shading:
    """The colours of a sweep's fates: a ramp for the fates that the palette has one for, one flat colour for others."""

    def __init__(self, data, palette):
        names = data.meanings("fate")
        self._data = data
        self.key = sweep_file.key_of(names, palette)
        # Stands for pixels of a shaded fate without a number of updates.
        self._uncounted = min(names) - 1
        self.key[self._uncounted] = sweep_file.MISSING
        self.ramps = {value: palette.ramps[name] for value, name in names.items() if name in palette.ramps}

    def read(self, position, rows, columns):
        """A sample of one map: its fates, as values of `key`, and its numbers of updates."""
        fates = self._data.fates(position, rows, columns)
        updates = self._data.sample("steps", position, rows, columns)
        uncounted = np.isin(fates, list(self.ramps)) & (updates < 0)
        return np.where(uncounted, self._uncounted, fates.astype(int)), updates

    def scale_of(self, maps):
        """The logarithmic scale from the fewest to the most updates of the shaded starts."""
        shaded = [updates[np.isin(fates, list(self.ramps))] for fates, updates in maps]
        shaded = np.concatenate([x[x > 0] for x in shaded] or [np.empty(0)])
        low, high = (shaded.min(), shaded.max()) if shaded.size else (1, 10)
        return LogNorm(low, max(high, low + 1))

    def colours_of(self, fates, updates, scale):
        """RGBA bytes; pending is transparent. Without a scale, shades are ranks."""
        colours = sweep_file.painted(fates, self.key)
        for fate, ramp in self.ramps.items():
            where = fates == fate
            # A proof may need no update, which a logarithmic scale cannot show.
            darkness = scale(np.maximum(updates[where], 1)) if scale else Ranks(updates[where])(updates[where])
            shade = np.rint((SHADES - 1) * darkness).astype(int)
            colours[where] = ramp[np.clip(shade, 0, SHADES - 1)]
        return colours


def room_of(data, palette):
    """Inches for the colour bars of the fates of a file beside the panels."""
    bars = sum(name in palette.ramps for name in data.meanings("fate").values())
    return BAR_ROOM + BAR_STEP * max(0, bars - 2)


def draw_colour_bars(panels, ramps, scale, quantity):
    """One bar for each pair of a name and a ramp, side by side on one shared axis."""
    width, bar = 0.17, None
    edges = np.geomspace(scale.vmin, scale.vmax, SHADES + 1) if scale else np.linspace(0, 1, SHADES + 1)
    for i, (name, ramp) in enumerate(ramps):
        bar = panels.add_beside(0.25 + i * BAR_STEP, width, height=3.0)
        colours = ListedColormap(ramp / 255)
        bar.pcolormesh([0, 1], edges, np.arange(SHADES)[:, None], cmap=colours, rasterized=True)
        bar.set(yscale="log" if scale else "linear", xticks=[], ylim=(edges[0], edges[-1]))
        # Within the bar, at its dark end.
        style = {"rotation": 90, "ha": "center", "va": "top", "color": "white", "fontsize": 9}
        bar.text(0.5, 0.98, sweep_file.plain(name), transform=bar.transAxes, **style)
        bar.tick_params(which="both", left=False, labelleft=False)
    if bar:
        bar.tick_params(which="both", right=True, labelright=True)
        bar.yaxis.set_label_position("right")
        bar.set_ylabel(quantity if scale else f"rank of the {quantity}")


def draw(panels, data, grid, caption, ranked, palette=PALETTES["default"]):
    """Draws the updates of the maps of the grid, on one logarithmic scale or ranked."""
    shading = Shading(data, palette)
    maps = {cell: shading.read(position, *panels.pixels) for cell, position in grid.positions.items()}
    scale = None if ranked else shading.scale_of(maps.values())
    present = sweep_file.occurring(fates for fates, _ in maps.values())
    marks = {cell: grid.marks(cell) for cell in maps}
    legend = sweep_file.legend_of(present - set(shading.ramps), shading.key, sweep_file.names_of_marks(marks))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), caption, legend, *sweep_file.sides_of(data))
    for cell, (fates, updates) in maps.items():
        sweep_file.draw_map(axes[cell], shading.colours_of(fates, updates, scale), panels.window)
        sweep_file.draw_marks(axes[cell], marks[cell])
    quantity = "updates until proved or at rest" if data.has("proof") else "updates until rest"
    ramps = [(shading.key[fate][0], ramp) for fate, ramp in shading.ramps.items() if fate in present]
    draw_colour_bars(panels, ramps, scale, quantity)


def main():
    parser = sweep_file.sweep_parser(
        __doc__, "FILE with the ending _steps.png", "a file that `deadcone sweep` wrote, with steps among its fields"
    )
    meaning = "shade by the number of updates or by its rank (default: %(default)s)"
    parser.add_argument("--scale", choices=("log", "rank"), default="log", help=meaning)
    arguments = parser.parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, sweep_file.wanted_values(arguments))
        scale = data.has_starts()
        right = room_of(data, PALETTES[arguments.palette])
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi, right=right, is_to_scale=scale)
        draw(panels, data, grid, grid.caption(), arguments.scale == "rank", PALETTES[arguments.palette])
    sweep_file.save(panels.figure, arguments.out or sweep_file.beside(arguments.file, "_steps.png"), arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
