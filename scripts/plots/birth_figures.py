#!/usr/bin/env python3
"""Computes and draws figures of networks that are born dead, each as PNG and PDF, as figures.py does those of the paper.

    birth_figures.py all                    out/figures/*.png and *.pdf, in a few minutes
    birth_figures.py births-map             one figure
"""

import picture_style  # noqa: F401  before deadcone and matplotlib
from matplotlib.lines import Line2D

from deadcone.plot import _birth_curves, _birth_layers, _births
from deadcone.plot._birth_file import BirthFile, Cut
from deadcone.plot._labels import equation, number

import failures
import figures
from figures import FULL_WIDTH, Recipe, captioned

# Networks of each point: where the lines are to be smooth, and where a network costs more.
MANY, SOME, FEW, FEWEST = 100_000, 50_000, 20_000, 5_000
DEEPEST = 30
# x and -x in one dimension: without biases no other input makes a difference.
SIGNS = {"dimension": 1, "points": 2, "inputs": "signs"}
# Where there is more to see than two points: as many dimensions and points.
CLOUD = {"dimension": 4, "points": 16}
DEPTHS = f"1:{DEEPEST}:{DEEPEST}"
LEGEND = {"fontsize": 8, "borderpad": 0.2}


# ---- The figures. The docstring of each is also its help.


def safe_region(job):
    """the probability that a network is born dead over width and depth, with the region where it is small, for He and RAI"""
    level = 0.01
    found = {}
    for title, init, networks in (("He", "he", SOME), ("RAI", "rai", FEW)):
        path = job.birth(f"births-map-{init}", init=init, width="1:12:12", depth=DEPTHS, networks=networks, **SIGNS)
        with BirthFile(path) as data:
            found[title] = _births.read_map(Cut(data, ("width", "depth"), {}), level)
    caption = (
        f"The probability that a network is born dead, over width and depth. Solid: where it is {number(100 * level)}% in "
        "the data, interpolated between the points. Dashed: the width that suffices by theory, "
        rf"$N = \log_2 (H / {number(level)})$, which is no theorem for RAI. "
        + "; ".join(read.caption for read in found.values())
        + "."
    )
    figure = captioned(FULL_WIDTH, 2.9, caption)
    for axes, (title, read) in zip(figure.subplots(1, len(found), sharey=True), found.items()):
        shades = _births.shades_of(job.palette)
        _births.draw_cells(axes, read, shades)
        _births.draw_level(axes, read)
        if read.has_theory:
            _births.draw_theory(axes, read)
        axes.set_title(title)
    figure.axes[1].set_ylabel("")
    _births.add_colour_bar(figure, figure.axes, level, shades)
    entries = _births.legend_of(found["He"])
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), fontsize=9)
    return figure


def bounds(job):
    """the probability over depth, between its bounds and with its exact values, for five widths"""
    path = job.birth("births-bounds", width="2,3,4,5,10", depth=DEPTHS, networks=MANY, **SIGNS)
    found = _birth_curves.read_files({"": path}, "depth", "width", {})
    caption = (
        "The probability that a network is born dead over its depth, in both scales, between bounds by theory. "
        f"Upright strokes: 95% intervals, most of them smaller than the marks. Rings: exact. {found.caption}."
    )
    figure = captioned(FULL_WIDTH, 2.9, caption)
    for axes, scale in zip(figure.subplots(1, 2), _birth_curves.SCALES):
        entries = _birth_curves.draw_curves(axes, found, scale)
    figure.axes[1].set_ylabel("")
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), handlelength=1.6, **LEGEND)
    return figure


INITS = {
    "He": {"init": "he"},
    "Glorot": {"init": "glorot"},
    "LeCun": {"init": "lecun"},
    "orthogonal": {"init": "orthogonal"},
    "RAI": {"init": "rai"},
    "sign flip": {"init": "he", "sign_flip": True},
}
INIT_WIDTHS = (2, 4)


def inits(job):
    """the probability over depth for six initialisations, at two widths"""
    widths = ",".join(map(str, INIT_WIDTHS))
    paths = {
        label: job.birth(f"births-inits-{label.replace(' ', '-')}", width=widths, depth=DEPTHS, networks=SOME, **SIGNS, **of)
        for label, of in INITS.items()
    }
    caption = (
        "The probability that a network is born dead over its depth. He, Glorot and LeCun differ by the scale of the "
        "weights alone, which without biases changes no sign: their networks die together, and their lines lie on each "
        "other. Sign flip: He, and of each layer and its negative the one that keeps more points alive: none is born dead. "
        f"Inputs $-1$ and $1$, zero biases but for RAI, ${number(SOME)}$ networks each."
    )
    figure = captioned(FULL_WIDTH, 2.8, caption)
    for axes, width in zip(figure.subplots(1, len(INIT_WIDTHS), sharey=True), INIT_WIDTHS):
        found = _birth_curves.read_files(paths, "depth", None, {"width": width})
        entries = _birth_curves.draw_curves(axes, found, theory=False)
        axes.set_title(equation("width", width))
    figure.axes[1].set_ylabel("")
    figure.legend(handles=entries, loc="outside right upper", handlelength=2.6, **LEGEND)
    return figure


BIASES = {
    "zero": {},
    r"$\sigma_b = 0.1$": {"bias": "normal:0.1"},
    r"$\sigma_b = 1$": {"bias": "normal:1"},
    r"$\sigma_b = 3$": {"bias": "normal:3"},
    "as weights": {"bias": "init"},
}
WAYS_OUT = {
    "plain": {},
    "leaky, 0.1": {"leaky": 0.1},
    "residual": {"residual": True},
    "batch norm": {"batch_norm": True},
    "dense": {"skip": "dense"},
}
VARIANT_WIDTH = 3


def variants(job):
    """the probability with biases, and what leaky units, skip connections and batch norm do instead"""
    deep = {"width": VARIANT_WIDTH, "depth": DEPTHS, **CLOUD}
    biased, saved = (
        {name: job.birth(f"births-{kind}-{i}", networks=networks, **deep, **of) for i, (name, of) in enumerate(ways.items())}
        for kind, ways, networks in (("bias", BIASES, SOME), ("saved", WAYS_OUT, FEWEST))
    )
    shared = ", ".join(equation(axis, value) for axis, value in (("width", VARIANT_WIDTH), *CLOUD.items()))
    caption = (
        f"He weights, {shared}, normal inputs. Left: with biases, ${number(SOME)}$ networks each; dashed: the "
        "probability for one point, which more points with symmetric biases do not exceed. Middle: with zero biases, "
        f"${number(FEWEST)}$ networks each; for all but plain networks the share of those of which some layer puts out the "
        "same for all points. Right: the mean cosine of two points' vectors after each layer, of networks alive before it."
    )
    figure = captioned(FULL_WIDTH, 2.6, caption)
    left, middle, right = figure.subplots(1, 3)
    found = _birth_curves.read_files(biased, "depth", None, {})
    entries = _birth_curves.draw_curves(left, found, theory=False)
    reference = found.files[0][0]
    left.plot(reference.values, reference.upper, color="black", linewidth=0.8, linestyle=(0, (4, 2)))
    left.set_title("biases", fontsize=9)
    left.legend(handles=entries, loc="lower right", handlelength=2.4, **{**LEGEND, "fontsize": 7})
    found = _birth_curves.read_files(saved, "depth", None, {})
    entries = _birth_curves.draw_curves(middle, found, theory=False)
    middle.set_title("ways out", fontsize=9)
    middle.legend(handles=entries, loc="center right", handlelength=2.4, **{**LEGEND, "fontsize": 7})
    middle.set_ylabel("")
    for (style,), path in zip(_birth_curves.styles_of(found.files), saved.values()):
        with BirthFile(path) as data:
            (curve,) = _birth_layers.read_layers(_birth_layers.cut_of(data, None, {}))
        right.plot(curve.layers, curve.means["correlation"], **style)
    right.set(xlabel=r"hidden layer $\ell$", ylim=(-0.02, 1.02))
    right.set_title("mean cosine of two points", fontsize=9)
    return figure


def death_layer(job):
    """in which layer networks die, and the state of those that live"""
    path = job.birth("births-death-layer", width="2,3,4,5,10", depth=DEEPEST, networks=MANY, **CLOUD)
    with BirthFile(path) as data:
        cut = _birth_layers.cut_of(data, "width", {})
        curves, shared = _birth_layers.read_layers(cut), cut.caption()
    caption = (
        "The layer in which networks die, as a share of all networks; and of those that are alive when they enter a layer: "
        "the shares of points that no layer has put out zero for and of units that are active at no point, the squared "
        "length of the first point's vector, and the cosine of the vectors of the first two points, each a mean over at "
        f"least {_birth_layers.FEWEST} networks. A few networks make up most of the squared length: deep down it scatters. "
        f"{shared}."
    )
    figure = captioned(FULL_WIDTH, 4.4, caption)
    panels = figure.subplots(2, 2, sharex=True)
    _birth_layers.draw_panels(panels.ravel(), curves)
    for axes in panels[0]:
        axes.set_xlabel("")
    handles, _ = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), **LEGEND)
    return figure


def points(job):
    """the probability over the number of points that a network is asked at, for four dimensions"""
    shape = {"width": 3, "depth": 7}
    path = job.birth("births-points", dimension="1,2,4,16", points="log:1:1024:11", networks=SOME, **shape)
    found = _birth_curves.read_files({"": path}, "points", "dimension", {})
    caption = (
        "The probability that some layer puts out zero for all of $m$ points falls with $m$: what is dead at these "
        "points may live elsewhere. Dashed: exact for one point, an upper bound for more. In one dimension all that "
        f"matters is whether there are points on both sides of 0. {found.caption}."
    )
    figure = captioned(figures.COLUMN_WIDTH, 2.7, caption)
    axes = figure.subplots()
    entries = _birth_curves.draw_curves(axes, found, theory=False)
    curve = found.files[0][0]
    axes.plot(curve.values, curve.upper, color="black", linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set(ylim=(0, 0.7), xlabel="points $m$")
    entries.append(Line2D([], [], color="black", linewidth=0.8, linestyle=(0, (4, 2)), label="upper bound"))
    axes.legend(handles=entries, loc="lower left", ncols=2, **LEGEND)
    return figure


# ---- Command line

RECIPES = {
    "births-map": Recipe(safe_region, 0, has_fates=True),
    "births-bounds": Recipe(bounds, 0),
    "births-inits": Recipe(inits, 0),
    "births-variants": Recipe(variants, 0),
    "births-death-layer": Recipe(death_layer, 0),
    "births-points": Recipe(points, 0),
}


def main():
    figures.draw_wanted(RECIPES, __doc__)


if __name__ == "__main__":
    failures.run(main)
