#!/usr/bin/env python3
"""Draws the eigenvalues of momentum descent on the affine unit over the momentum (Fig. 2 of arXiv 2005.06195).

Reads the table that `deadcone spectrum` prints, from a file or from standard input. Above the critical momentum the two
are complex conjugates: the parameters oscillate.
"""

import pathlib
import re
import sys

import numpy as np

import sweep_file
from sweep_file import PlotError, equation, number

COLUMNS = ("beta", "re1", "im1", "re2", "im2", "abs1", "abs2")
# The second is dashed, so that both show where they agree.
FIRST = {"color": "#0072B2", "linewidth": 1.6}
SECOND = {"color": "#BB5566", "linewidth": 1.6, "linestyle": (0, (4, 2))}


def read_table(name, lines):
    """The columns by name, and the numbers that comments give names to."""
    header, rows, named = None, [], {}
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if line.startswith("#"):
            comment = re.fullmatch(r"#\s*(eta|critical_beta)\s+(\S+)\s*", line)
            if comment:
                named[comment[1]] = numbers(name, place, [comment[2]])[0]
        elif words and header is None:
            header = words
        elif words:
            if len(words) != len(header):
                raise PlotError(f"{name}:{place}: {len(words)} values, but {len(header)} columns")
            rows.append(numbers(name, place, words))
    missing = [column for column in COLUMNS if column not in (header or [])]
    if missing:
        raise PlotError(f"{name}: there is no column '{missing[0]}'; is this what `deadcone spectrum` prints?")
    if not rows:
        raise PlotError(f"{name}: the table is empty")
    return dict(zip(header, np.array(rows).T)), named


def numbers(name, place, words):
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise PlotError(f"{name}:{place}: {error}") from error


def draw(table, named):
    figure = sweep_file.new_figure(figsize=(7.6, 3.0), layout="constrained")
    size, parts = figure.subplots(1, 2)
    beta = table["beta"]
    size.plot(beta, table["abs1"], **FIRST, label=r"$|\lambda_1|$")
    size.plot(beta, table["abs2"], **SECOND, label=r"$|\lambda_2|$")
    size.axhline(1, color="#808080", linewidth=0.7, zorder=0)
    size.set_ylabel(r"$|\lambda|$")
    parts.plot(beta, table["re1"], **FIRST, label=r"$\mathrm{Re}\,\lambda_1$")
    parts.plot(beta, table["re2"], **SECOND, label=r"$\mathrm{Re}\,\lambda_2$")
    thin = {"linewidth": 0.9, "marker": ""}
    parts.plot(beta, table["im1"], **{**FIRST, **thin}, label=r"$\mathrm{Im}\,\lambda_1$")
    parts.plot(beta, table["im2"], **{**SECOND, **thin}, label=r"$\mathrm{Im}\,\lambda_2$")
    parts.axhline(0, color="#808080", linewidth=0.7, zorder=0)
    parts.set_ylabel(r"$\mathrm{Re}\,\lambda,\ \mathrm{Im}\,\lambda$")
    label = r"momentum $\beta$" + (f"  (at {equation('eta', named['eta'])})" if "eta" in named else "")
    for axes in (size, parts):
        axes.set(xlabel=label, xlim=(beta.min(), max(beta.max(), np.nextafter(beta.min(), np.inf))))
        axes.margins(y=0.06)
        critical = named.get("critical_beta")
        if critical is not None and beta.min() <= critical <= beta.max():
            name = rf"$\beta_\mathrm{{c}} = {number(critical)}$" if axes is size else None
            axes.axvline(critical, color="black", linewidth=0.9, linestyle=":", label=name)
        # Above the panel it is never in the way of a line.
        spacing = {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.2}
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, **spacing)
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
    figure = draw(*read_table(name, content.decode("utf-8", errors="replace").splitlines()))
    default = "spectrum.png" if arguments.file == "-" else sweep_file.beside(arguments.file, ".png")
    sweep_file.save(figure, arguments, default)


if __name__ == "__main__":
    sweep_file.run(main)
