#!/usr/bin/env python3
"""Draws the number of updates that each start of a sweep takes until it rests: the darker, the more.

Hue tells the fates apart: blue for converged, red for dead, both on the same logarithmic scale. The other fates, whose
number of updates says little, are flat.
"""

import numpy as np
from matplotlib.colors import LogNorm, to_rgba_array

import sweep_file
from sweep_file import CONVERGED, DEAD, FATES

# Lightness, chroma and hue (degrees) at both ends of each ramp, in OKLab. Both have the same lightness, which carries the number.
RAMPS = {CONVERGED: ((0.94, 0.04, 215), (0.30, 0.10, 262)), DEAD: ((0.94, 0.04, 75), (0.30, 0.11, 15))}
SHADES = 256


def ramp(light, dark):
    """Colours from `light` to `dark` in equal steps of OKLab (Ottosson 2020), as RGBA bytes."""
    lightness, chroma, hue = (np.linspace(a, b, SHADES) for a, b in zip(light, dark))
    # More chroma in the middle, where sRGB has room for it.
    chroma = chroma + 0.06 * np.sin(np.pi * np.linspace(0, 1, SHADES))
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    cones = np.array([[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]])
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(to_rgb @ (cones @ np.stack([lightness, a, b])) ** 3, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * np.vstack([rgb, np.ones(SHADES)])).astype(np.uint8).T


SHADE_OF = {fate: ramp(*ends) for fate, ends in RAMPS.items()}


def colours_of(fates, steps, scale):
    """RGBA bytes; pending is transparent."""
    colours = np.zeros(fates.shape + (4,), dtype=np.uint8)
    for fate, (_, colour) in FATES.items():
        where = fates == fate
        if fate in SHADE_OF:
            shade = np.rint((SHADES - 1) * scale(np.maximum(steps[where], 1))).astype(int)
            colours[where] = SHADE_OF[fate][np.clip(shade, 0, SHADES - 1)]
        else:
            colours[where] = np.rint(255 * to_rgba_array(colour))
    return colours


def scale_of(maps):
    """The logarithmic scale from the fewest to the most updates of the starts that are shaded."""
    shaded = [steps[np.isin(fates, list(RAMPS))] for fates, steps in maps]
    shaded = np.concatenate([x[x > 0] for x in shaded] or [np.empty(0)])
    low, high = (shaded.min(), shaded.max()) if shaded.size else (1, 10)
    return LogNorm(low, max(high, low + 1))


def draw_colour_bars(panels, fates, scale):
    """One bar for each family, side by side on the one axis that they share."""
    width, gap = 0.17, 0.1
    for i, fate in enumerate(fates):
        bar = panels.add_beside(0.25 + i * (width + gap), width, height=3.0)
        bar.pcolormesh([0, 1], np.geomspace(scale.vmin, scale.vmax, SHADES + 1), SHADE_OF[fate][:, None, :])
        bar.set(yscale="log", xticks=[], ylim=(scale.vmin, scale.vmax))
        bar.set_title(FATES[fate][0], rotation=90, fontsize=9, pad=4, va="bottom")
        bar.tick_params(which="both", left=False, labelleft=False)
    bar.tick_params(which="both", right=True, labelright=True)
    bar.yaxis.set_label_position("right")
    bar.set_ylabel("updates until rest")


def main():
    parser = sweep_file.parser(__doc__, "FILE with the ending _steps.png")
    parser.add_argument("file", metavar="FILE", help="what `deadcone sweep` wrote, steps among its fields")
    sweep_file.add_axis_options(parser, ("beta", "gamma"), "all")
    sweep_file.add_axis_options(parser, ("eta", "delta", "r"), "the first")
    arguments = parser.parse_args()

    with sweep_file.ResultFile(arguments.file, "fate") as data:
        grid = sweep_file.Grid(data, arguments)
        panels = sweep_file.Panels(*grid.shape, data.window(), arguments.dpi)
        maps = {
            cell: (data.fates(position, *panels.pixels), data.sample("steps", position, *panels.pixels))
            for cell, position in grid.positions.items()
        }

    scale = scale_of(maps.values())
    present = sweep_file.occurring(fates for fates, _ in maps.values())
    legend = sweep_file.legend_of(present - set(RAMPS))
    axes = panels.draw(grid.column_titles(), grid.row_titles(), grid.caption(), legend, right=1.35)
    for cell, (fates, steps) in maps.items():
        sweep_file.draw_map(axes[cell], colours_of(fates, steps, scale), panels.window)
        sweep_file.mark_target(axes[cell], grid.target(cell[0]))
    draw_colour_bars(panels, [fate for fate in RAMPS if fate in present], scale)
    sweep_file.save(panels.figure, arguments, sweep_file.beside(arguments.file, "_steps.png"))


if __name__ == "__main__":
    sweep_file.run(main)
