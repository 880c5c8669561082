#!/usr/bin/env python3
"""Draws the eigenvalues of momentum descent on the affine unit over the momentum (Fig. 2 of arXiv 2005.06195).

Reads the table that `deadcone spectrum` prints, from a file or from standard input. Above the critical momentum the two
are complex conjugates: the parameters oscillate.
"""

import pathlib
import sys

import numpy as np

import sweep_file
from sweep_file import PlotError, equation, number

COLUMNS = ("beta", "re1", "im1", "re2", "im2", "abs1", "abs2")
# The second is dashed, so that both show where they agree.
FIRST = {"color": "#0072B2", "linewidth": 1.6}
SECOND = {"color": "#BB5566", "linewidth": 1.6, "linestyle": (0, (4, 2))}
CRITICAL_STYLE = {"color": "black", "linewidth": 0.9, "linestyle": ":"}


def read_spectrum(name, text):
    """The columns by name, and the numbers `eta` and `critical_beta`, where comments tell them."""
    table, notes = sweep_file.read_table(name, text.splitlines(), COLUMNS)
    try:
        return table, {key: float(notes[key]) for key in ("eta", "critical_beta") if key in notes}
    except ValueError as error:
        raise PlotError(f"{name}: {error}") from error


def draw_sizes(axes, table):
    axes.plot(table["beta"], table["abs1"], **FIRST, label=r"$|\lambda_1|$")
    axes.plot(table["beta"], table["abs2"], **SECOND, label=r"$|\lambda_2|$")
    axes.axhline(1, color="#808080", linewidth=0.7, zorder=0)
    axes.set_ylabel(r"$|\lambda|$")


def draw_parts(axes, table):
    axes.plot(table["beta"], table["re1"], **FIRST, label=r"$\mathrm{Re}\,\lambda_1$")
    axes.plot(table["beta"], table["re2"], **SECOND, label=r"$\mathrm{Re}\,\lambda_2$")
    thin = {"linewidth": 0.9, "marker": ""}
    axes.plot(table["beta"], table["im1"], **{**FIRST, **thin}, label=r"$\mathrm{Im}\,\lambda_1$")
    axes.plot(table["beta"], table["im2"], **{**SECOND, **thin}, label=r"$\mathrm{Im}\,\lambda_2$")
    axes.axhline(0, color="#808080", linewidth=0.7, zorder=0)
    axes.set_ylabel(r"$\mathrm{Re}\,\lambda,\ \mathrm{Im}\,\lambda$")


def critical_name(critical):
    return rf"$\beta_\mathrm{{c}} = {number(critical)}$"


def mark_critical(axes, critical, name=None):
    """A line where complex eigenvalues begin."""
    axes.axvline(critical, label=name, **CRITICAL_STYLE)


def add_legend(axes):
    """Above the panel it is never in the way of a line."""
    spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2}
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, **spacing)


def draw(table, named):
    figure = sweep_file.new_figure(figsize=(7.6, 3.0), layout="constrained")
    sizes, parts = figure.subplots(1, 2)
    draw_sizes(sizes, table)
    draw_parts(parts, table)
    low, high = table["beta"].min(), table["beta"].max()
    label = r"momentum $\beta$" + (f"  (at {equation('eta', named['eta'])})" if "eta" in named else "")
    for axes in (sizes, parts):
        axes.set(xlabel=label, xlim=(low, max(high, np.nextafter(low, np.inf))))
        axes.margins(y=0.06)
        if low <= named.get("critical_beta", np.inf) <= high:
            name = critical_name(named["critical_beta"]) if axes is sizes else None
            mark_critical(axes, named["critical_beta"], name)
        add_legend(axes)
    return figure


def main():
    parser = sweep_file.parser(__doc__, "FILE with the suffix .png, or spectrum.png")
    meaning = "the table; - (the default) is standard input"
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help=meaning)
    arguments = parser.parse_args()

    if arguments.file == "-":
        name, content = "standard input", sys.stdin.buffer.read()
    else:
        name, content = arguments.file, pathlib.Path(arguments.file).read_bytes()
    figure = draw(*read_spectrum(name, content.decode("utf-8", errors="replace")))
    default = "spectrum.png" if arguments.file == "-" else sweep_file.beside(arguments.file, ".png")
    sweep_file.save(figure, arguments.out or default, arguments.dpi)


if __name__ == "__main__":
    sweep_file.run(main)
