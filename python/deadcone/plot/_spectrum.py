#!/usr/bin/env python3
"""Draws the eigenvalues of momentum descent on the affine unit (Fig. 2 of arXiv 2005.06195).

Left: in the complex plane, with the unit circle, as curves over the momentum; crosses mark momentum 0. Right: their
size over the momentum. Above the critical momentum the two eigenvalues are complex conjugates: the parameters
oscillate.

Reads the table that `deadcone spectrum` prints, from a file or from standard input.
"""

import contextlib
import sys

import numpy as np

import picture_style  # noqa: F401  before matplotlib
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

import sweep_file
from sweep_file import FileError, equation, number

# Bytes of a table, and the largest number in it that can be drawn.
LONGEST_TABLE, LARGEST = 1 << 28, 1e100
COLUMNS = ("beta", "re1", "im1", "re2", "im2", "abs1", "abs2")
# The second is dashed, so that both show where they agree.
FIRST = {"color": "#0072B2", "linewidth": 1.6}
SECOND = {"color": "#BB5566", "linewidth": 1.6, "linestyle": (0, (4, 2))}
CRITICAL_STYLE = {"color": "black", "linewidth": 0.9, "linestyle": ":"}
CIRCLE_STYLE = {"color": "#808080", "linewidth": 0.7, "zorder": 0}
START_STYLE = {"linestyle": "", "marker": "x", "markersize": 5.5, "markeredgewidth": 1.3, "zorder": 4}


def read_spectrum(name, text):
    """The columns by name, and the numbers `eta` and `critical_beta` if the comments of the table have them."""
    table, notes = sweep_file.read_table(name, text.splitlines(), COLUMNS)
    try:
        named = {key: float(notes[key]) for key in ("eta", "critical_beta") if key in notes}
    except ValueError as error:
        raise FileError(f"{name}: {error}") from error
    drawn = [*(table[column] for column in COLUMNS), *named.values()]
    if not all(np.all(np.abs(numbers) <= LARGEST) for numbers in drawn):
        raise FileError(f"{name}: the table holds numbers that cannot be drawn")
    return table, named


def read_input(name):
    """The text of a file, or with - of standard input."""
    if name == "-" and sys.stdin is None:
        raise FileError("standard input: is closed")
    with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as file:
        content = file.read(LONGEST_TABLE + 1)
    if len(content) > LONGEST_TABLE:
        raise FileError(f"{name}: is too long for a table of eigenvalues")
    return content.decode("utf-8", errors="replace")


def draw_sizes(axes, table, first=FIRST, second=SECOND):
    """Draws the sizes of both eigenvalues over the momentum, the first with a legend entry unless it has a label."""
    axes.plot(table["beta"], table["abs1"], **{"label": r"$|\lambda_1|$", **first})
    axes.plot(table["beta"], table["abs2"], **{"label": r"$|\lambda_2|$", **second})
    axes.set_ylabel(r"$|\lambda|$")


def draw_plane(axes, table, first=FIRST, second=SECOND):
    """Draws the curves of both eigenvalues in the complex plane, and crosses where the momentum is 0."""
    at_start = table["beta"] == 0
    for number, style in ((1, first), (2, second)):
        re, im = table[f"re{number}"], table[f"im{number}"]
        axes.plot(re, im, **{"label": rf"$\lambda_{number}$", **style})
        axes.plot(re[at_start], im[at_start], **START_STYLE, color=style["color"])


def draw_unit_circle(axes):
    """Draws the unit circle and both axes of the complex plane, in equal scales."""
    angle = np.linspace(0, 2 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), **CIRCLE_STYLE)
    for line in (axes.axhline, axes.axvline):
        line(0, color="#C8C8C8", linewidth=0.5, zorder=0)
    axes.set(xlabel=r"$\mathrm{Re}\,\lambda$", ylabel=r"$\mathrm{Im}\,\lambda$", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def start_entry():
    """The entry of the crosses in a legend."""
    return Line2D([], [], **START_STYLE, color="#404040", label=r"$\beta = 0$")


def critical_name(critical):
    return rf"$\beta_\mathrm{{c}} = {number(critical)}$"


def mark_critical(axes, critical, name=None):
    """Draws a line at the momentum from which on the eigenvalues are complex."""
    axes.axvline(critical, label=name, **CRITICAL_STYLE)


def add_legend(axes, entries=(), columns=4):
    """Adds a legend above the panel, where it hides no line: that of the lines and then some more entries."""
    spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2}
    handles = [*axes.get_legend_handles_labels()[0], *entries]
    axes.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns, **spacing)


def draw(table, named):
    """The figure of a table: the complex plane and the sizes."""
    figure = sweep_file.new_figure(figsize=(7.0, 3.4), layout="constrained")
    plane, sizes = figure.subplots(1, 2)
    draw_unit_circle(plane)
    draw_plane(plane, table)
    add_legend(plane, [start_entry()] if np.any(table["beta"] == 0) else [])

    draw_sizes(sizes, table)
    sizes.axhline(1, **CIRCLE_STYLE)
    low, high = table["beta"].min(), table["beta"].max()
    label = r"momentum $\beta$" + (f"  (at {equation('eta', named['eta'])})" if "eta" in named else "")
    sizes.set(xlabel=label, xlim=(low, max(high, np.nextafter(low, np.inf))))
    sizes.margins(y=0.06)
    if low <= named.get("critical_beta", np.inf) <= high:
        mark_critical(sizes, named["critical_beta"], critical_name(named["critical_beta"]))
    add_legend(sizes)
    return figure


def main():
    parser = sweep_file.parser(__doc__, "FILE with the suffix .png, or spectrum.png")
    meaning = "a table that `deadcone spectrum` printed; - (the default) reads standard input"
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help=meaning)
    arguments = parser.parse_args()

    name = "standard input" if arguments.file == "-" else arguments.file
    figure = draw(*read_spectrum(name, read_input(arguments.file)))
    default = "spectrum.png" if arguments.file == "-" else sweep_file.beside(arguments.file, ".png")
    sweep_file.save(figure, arguments.out or default, arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
