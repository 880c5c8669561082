#!/usr/bin/env python3
"""Computes and draws figures of any unit under any optimiser, each as PNG and PDF, as figures.py does those of the paper.

    unit_figures.py all                     out/figures/*.png and *.pdf
    unit_figures.py unit-leak --side 64     one figure, with larger maps
"""

import itertools

import numpy as np

import picture_style  # noqa: F401  before deadcone and matplotlib
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deadcone.plot import _dead_fraction, _maps
from deadcone.plot._drawing import draw_map, key_of, legend_of, occurring, painted
from deadcone.plot._grid import Grid
from deadcone.plot._labels import equation, number
from deadcone.plot._panels import set_ticks
from deadcone.plot._reader import CONVERGED, DEAD, OTHER, ResultFile
from deadcone.plot._table import read_table

import failures
import figures
from figures import FULL_WIDTH, Recipe, captioned

# Every kind of unit, at the usual value of what it has.
UNITS = (
    "relu",
    "leaky:0.01",
    "prelu:0.25",
    "elu:1",
    "selu",
    "relu6",
    "hardtanh",
    "gelu",
    "silu",
    "softplus",
    "sigmoid",
    "tanh",
)
TWO_MINIMA = ("gelu", "silu")
# Of smooth units many starts are unfinished after any number of updates.
MOST_UPDATES = 50_000


def file_name(*words):
    return "-".join(words).replace(":", "-").replace("+", "-")


def shares_of(data):
    """The shares of the fates at all points, by name: each an array over the axes of the sweep."""
    codes, names = data.codes("fate_code"), data.meanings("fate_code")
    fractions = data.by_point("fate_fraction", codes=(len(codes),))
    return {names[code]: fractions[..., i] for i, code in enumerate(codes)}


def share_at(shares, fate):
    return shares.get(fate, np.zeros_like(shares[CONVERGED]))


# ---- The figures. The docstring of each is also its help.


def deaths(job):
    """the share of the starts that dies, over momentum and standard deviation of the target, for every unit"""
    found = {}
    for unit in UNITS:
        path = job.sweep(
            file_name("unit-deaths", unit),
            unit=unit,
            beta=f"0:0.98:{job.points}",
            gamma=f"log:0.01:1:{job.points}",
            max_steps=MOST_UPDATES,
            **job.window(-2, 2),
        )
        with ResultFile(path, "fate") as data:
            shares = {name: share[..., :].T for name, share in shares_of(data).items()}
            found[unit], betas, gammas = shares, data.values["beta"], data.values["gamma"]
            caption = (
                "The share of the starts that dies (the first twelve panels), and that rests at another minimum than that of "
                "least loss (the last two). Hatched: more than half of the starts do not converge; those that neither die nor "
                f"rest at another minimum are mostly unfinished. {figures.parameters_of(data)}"
            )
    panels = [(unit, DEAD) for unit in UNITS] + [(unit, OTHER) for unit in TWO_MINIMA]
    columns = 5
    figure = captioned(FULL_WIDTH, 4.6, caption)
    axes = figure.subplots(-(-len(panels) // columns), columns, sharex=True, sharey=True)
    norm = Normalize(0, 1)
    shades = {DEAD: _dead_fraction.shades_of(job.palette), OTHER: ListedColormap(job.palette.ramps[OTHER] / 255)}
    for place, (unit, fate) in zip(axes.flat, panels):
        cells = {"cmap": shades[fate], "norm": norm, "rasterized": True}
        place.pcolormesh(figures.borders(betas), figures.log_borders(gammas), share_at(found[unit], fate), **cells)
        lost = 1 - found[unit][CONVERGED]
        if lost.max() > 0.5:
            place.contourf(betas, gammas, lost, [0.5, 1.0], colors="none", hatches=["////"])
            place.contour(betas, gammas, lost, [0.5], colors="black", linewidths=0.9)
        place.set(yscale="log", title=unit if fate == DEAD else f"{unit}, {fate}")
        place.title.set_fontsize(9)
    bars = axes.flat[len(panels)]
    bars.axis("off")
    for fate, where in ((DEAD, 0.0), (OTHER, 0.5)):
        bar = bars.inset_axes((where, 0.05, 0.1, 0.9))
        figure.colorbar(ScalarMappable(norm, shades[fate]), cax=bar, ticks=(0, 0.5, 1))
        bar.set_ylabel(f"share {fate}", fontsize=7, labelpad=0)
        bar.tick_params(labelsize=7)
    for place in axes[-1, :-1]:
        place.set_xlabel(r"$\beta$")
    axes[-2, -1].tick_params(labelbottom=False)  # which the panel below, that has the bars, has not
    for place in axes[:, 0]:
        place.set_ylabel(r"$\gamma$")
    return figure


# Targets of the figure of leaks: (gamma, delta), and the dashes of their lines.
LEAK_TARGETS = {(1.0, 0.0): "-", (1.0, -0.5): (0, (4, 1.5)), (0.01, 0.0): (0, (1, 1))}

# Of so small a share of the starts a median says little.
FEW = 0.05


def leak(job):
    """what a leak does: the shares of the fates, and the updates until convergence"""
    gammas, deltas = (",".join(map(str, sorted(set(values)))) for values in zip(*LEAK_TARGETS))
    path = job.analyzed_sweep(
        "unit-leak",
        unit="leaky",
        leak=f"log:0.001:0.3:{job.points}",
        gamma=gammas,
        delta=deltas,
        max_steps=figures.ENOUGH_UPDATES // 10,
        **job.window(-2, 2),
    )
    with ResultFile(path, "fate") as data:
        shares, leaks = shares_of(data), data.values["leak"]
        medians = data.read("analysis/steps_median_of_fate")
        columns = {name: i for i, name in enumerate(data.meanings("fate_code").values())}
        places = {
            target: (0, data.nearest("gamma", target[0]), data.nearest("delta", target[1])) for target in LEAK_TARGETS
        }
        caption = (
            "The fates of the starts of a leaky unit over its leak, for three targets. Right: the median number of updates "
            f"until convergence, and until rest at another minimum. {figures.parameters_of(data)}"
        )
    names = [name for name, share in shares.items() if any(share[place].max() > 0 for place in places.values())]
    colours = job.palette.colours_of_fates(names)
    figure = captioned(FULL_WIDTH, 2.3, caption)
    *areas, right = figure.subplots(1, len(places) + 1)
    for axes, (target, place) in zip(areas, places.items()):
        axes.stackplot(leaks, *[shares[name][place] for name in names], colors=[colours[name] for name in names])
        axes.set(xlim=(leaks[0], leaks[-1]), ylim=(0, 1))
        axes.set_title(", ".join(map(equation, ("gamma", "delta"), target)), fontsize=9)
        for fate in (CONVERGED, OTHER):
            line = np.where(share_at(shares, fate)[place] > FEW, medians[(*place, slice(None), columns[fate])], np.nan)
            right.plot(leaks, line, color=colours.get(fate), linestyle=LEAK_TARGETS[target], linewidth=1.3)
    right.set(yscale="log")
    right.set_title("median updates", fontsize=9)
    for axes in (*areas, right):
        axes.set(xscale="log", xlabel="leak $a$", box_aspect=1)
    for axes in areas[1:]:
        axes.tick_params(labelleft=False)
    areas[0].set_ylabel("share of the starts")
    styles = [
        Line2D([], [], color="black", linestyle=style, label=", ".join(map(equation, ("gamma", "delta"), target)))
        for target, style in LEAK_TARGETS.items()
    ]
    handles = [Patch(color=colours[name], label=name) for name in names] + styles
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), fontsize=7, columnspacing=1.0)
    return figure


FIGURE_4 = {"beta": "0,0.7,0.8,0.9,0.95,0.99", "gamma": "1,0.1,0.01"}
ADAPTIVE_ETA = 0.01


def adam(job):
    """the fate of every start of the rectifier under Adam, and its deaths beside those under momentum and RMSprop"""
    of_adam = {"optimizer": "adam", "eta": ADAPTIVE_ETA, "max_steps": figures.ENOUGH_UPDATES // 10}
    path = job.sweep("unit-adam", **of_adam, **FIGURE_4, **job.window(-2, 2))
    with ResultFile(path, "fate") as data:
        grid = Grid(data, {})
        caption = f"The fate of each start of a rectified unit under Adam, over the grid of Figure 4. {figures.parameters_of(data)}"
        page = figures.Page(job, *grid.shape, data.window(), caption)
        _maps.draw(page.panels, data, grid, "", palette=job.palette)
    return page.figure()


# The points of Figure 4 that kill most.
HARDEST = {"beta": "0.8,0.9,0.95,0.99", "gamma": "0.1,0.01"}
# What may help, in words for the figure, as options of the program.
TRAININGS = {
    "constant": {},
    "warm-up of 100": {"schedule": "warmup:100"},
    "warm-up of 1000": {"schedule": "warmup:1000"},
    "warm-up of 10 000": {"schedule": "warmup:10000"},
    "cosine of 10 000 to 0.1": {"schedule": "cosine:10000:0.1"},
    "norm clipped at 0.1": {"clip": "norm:0.1"},
    "norm clipped at 0.01": {"clip": "norm:0.01"},
    "values clipped at 0.01": {"clip": "value:0.01"},
    "1000 and 0.01": {"schedule": "warmup:1000", "clip": "norm:0.01"},
}


def trainings(job):
    """what warm-up, a cosine and clipping do to the dead share of the points of Figure 4 that kill most"""
    found = {}
    for name, options in TRAININGS.items():
        path = job.sweep(
            file_name("unit-training", *(options.values() or ["constant"])),
            **options,
            **HARDEST,
            max_steps=figures.ENOUGH_UPDATES // 10,
            **job.window(-2, 2),
        )
        with ResultFile(path, "fate") as data:
            found[name] = shares_of(data)[DEAD]
            betas, gammas = data.values["beta"], data.values["gamma"]
            if name == "constant":
                caption = (
                    "The share of the starts of a rectified unit that dies under momentum: at a constant rate, with a warm-up of "
                    "the learning rate of so many updates, with a half cosine of the rate from 1 to 0.1, with gradients clipped, "
                    f"and with both a warm-up and clipping. {figures.parameters_of(data)}"
                )
    figure = captioned(FULL_WIDTH, 2.9, caption)
    axes = figure.subplots(1, len(gammas), sharey=True)
    markers = dict(zip(betas, "osD^"))
    shades = dict(zip(betas, ("#DDAA33", "#0072B2", "#BB5566", "#000000")))
    for place, (i, gamma) in zip(axes, enumerate(gammas)):
        for j, beta in enumerate(betas):
            dead = [share[j, i] for share in found.values()]
            style = {"marker": markers[beta], "color": shades[beta], "markersize": 4.5, "linestyle": ""}
            place.plot(dead, range(len(found)), **style, label=equation("beta", beta))
        for row in range(len(found)):
            place.axhline(row, color="#DDDDDD", linewidth=0.6, zorder=0)
        place.set(xlim=(0, 1.02), xlabel="dead share", title=equation("gamma", gamma))
        place.set_yticks(range(len(found)), found)
    axes[0].invert_yaxis()
    axes[0].legend(fontsize=8, loc="lower left", handletextpad=0.1, borderpad=0.1)
    return figure


FAN_IN = 2
INITS = {f"he:{FAN_IN}": "He", f"xavier:{FAN_IN}:{FAN_IN}": "Xavier"}
INIT_SAMPLES = 4000
INIT_GAMMAS = (1.0, 0.1)


def inits(job):
    """the fates of units that start as He and Xavier have it, for every unit"""
    found = {}
    for unit, init in itertools.product(UNITS, INITS):
        path = job.sweep(
            file_name("unit-init", unit, init),
            unit=unit,
            gamma=",".join(map(str, INIT_GAMMAS)),
            max_steps=MOST_UPDATES,
            r=1,  # a slice of the initialisation, of which all weights are drawn
            **job.window(-2, 2),
        )
        job.run("analyze", path, init=init, samples=INIT_SAMPLES, threads=job.threads)
        with ResultFile(path, "fate") as data:
            names = list(data.meanings("fate_code").values())
            drawn = data.by_point("analysis/whole_fate_probability", codes=(len(names),))
            for gamma in INIT_GAMMAS:
                shares = drawn[data.position({"gamma": data.nearest("gamma", gamma)})]
                found[unit, init, gamma] = dict(zip(names, shares))
    caption = (
        f"The fates of {INIT_SAMPLES} starts drawn from the initialisations of He and Xavier for {FAN_IN} inputs (and outputs), "
        rf"with $b = 0$; {equation('beta', 0.9)}, {equation('eta', 0.1)}, {equation('delta', 0)}, at most {MOST_UPDATES} updates, tolerance "
        "$10^{-6}$, single precision. Half a 95% interval of a share is 0.016 or less."
    )
    names_shown = [name for name in names if any(shares.get(name, 0) > 0 for shares in found.values())]
    colours = job.palette.colours_of_fates(names_shown)
    figure = captioned(FULL_WIDTH, 3.0, caption)
    axes = figure.subplots(1, len(INITS) * len(INIT_GAMMAS), sharey=True, sharex=True)
    for place, (gamma, init) in zip(axes, [(gamma, init) for gamma in INIT_GAMMAS for init in INITS]):
        left = np.zeros(len(UNITS))
        for name in names_shown:
            share = np.array([found[unit, init, gamma].get(name, 0.0) for unit in UNITS])
            place.barh(range(len(UNITS)), share, left=left, color=colours[name], height=0.8)
            left += share
        place.set(xlim=(0, 1), title=f"{INITS[init]}, {equation('gamma', gamma)}", xlabel="share")
        place.set_yticks(range(len(UNITS)), UNITS)
        place.set_xticks((0, 0.5, 1), ("0", "0.5", "1"))
    axes[0].invert_yaxis()
    handles = [Patch(color=colours[name], label=name) for name in names_shown]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), fontsize=8)
    return figure


# Units of the figure of rates, and the start.
RATE_UNITS, RATE_START = ("relu", "gelu", "tanh"), (0.5, 0.5)
RATE_STYLES = (
    {"color": "#0072B2", "marker": "s"},
    {"color": "#BB5566", "marker": "o"},
    {"color": "#000000", "marker": "^"},
)


def rates(job):
    """the fate of one start over momentum and learning rate, and the dimension of the boundary of trainability"""
    found = {}
    for unit in RATE_UNITS:
        path = job.analyzed_sweep(
            file_name("unit-rates", unit),
            unit=unit,
            plane="beta,eta",
            beta=f"0:1:{job.side}",
            eta=f"log:0.3:1000:{job.side}",
            w=RATE_START[0],
            b=RATE_START[1],
            max_steps=figures.CHAOS_STEPS,
            cycles=16,
            tol=1e-10,  # far above it, some pass the minimum so closely that they would count as at rest
            precision="double",
        )
        with ResultFile(path, "fate") as data:
            fates = data.outcomes(data.position({}), data.y.size, data.x.size)
            key = key_of(data.outcome_names(), job.palette)
            found[unit] = fates, key, figures.pairs_of(data, data.position({})), data.window()
            caption = (
                f"The fate of the start $(w, b) = ({number(RATE_START[0])}, {number(RATE_START[1])})$ over momentum and "
                "learning rate. Line: the limit of stability of the affine unit, $\\eta = 2(1+\\beta)/(1-\\beta)$. Right: "
                "pairs of pixels that have different fates, by their distance, and lines whose slope is two minus the dimension "
                "$D$ of the boundary. "
                f"{figures.parameters_of(data)}"
            )
    figure = captioned(FULL_WIDTH, 2.35, caption)
    *maps, right = figure.subplots(1, len(found) + 1)
    shown, keys = set(), {}
    for place, (unit, (fates, key, pairs, window)) in zip(maps, found.items()):
        draw_map(place, painted(fates, key), window)
        beta = np.linspace(0, 0.999, 400)
        place.plot(beta, np.log10(2 * (1 + beta) / (1 - beta)), color="white", linewidth=1.0)
        place.set(xlim=window[:2], ylim=window[2:], xlabel=r"$\beta$", box_aspect=1)
        place.set_title(f"{unit}: $D = {pairs.dimension:.2f} \\pm {pairs.error:.2f}$", fontsize=9)
        set_ticks(place.yaxis, True)
        shown |= occurring([fates])
        keys |= key
    maps[0].set_ylabel(r"$\eta$")
    for place in maps[1:]:
        place.tick_params(labelleft=False)
    for (unit, (_, _, pairs, _)), style in zip(found.items(), RATE_STYLES):
        line = np.exp(pairs.level) * pairs.distances.astype(float) ** (2 - pairs.dimension)
        right.plot(pairs.distances, line, color=style["color"], linewidth=0.9)
        right.plot(pairs.distances, pairs.fractions, **style, linestyle="", markersize=3.5, label=unit)
    right.set(xscale="log", yscale="log", xlabel="distance in pixels", box_aspect=1)
    right.set_title("pairs with two fates", fontsize=9)
    right.legend(fontsize=7, handletextpad=0.0, borderpad=0.1)
    entries = legend_of(shown, keys, ())
    figure.legend(handles=entries, loc="outside upper center", ncols=len(entries), fontsize=8)
    return figure



# Units of the bifurcation picture, with the ends of the learning rates.
BIFURCATIONS = {"softplus": (4.0, 12.0), "tanh": (4.0, 12.0)}
TRANSIENT, SHOWN_STEPS, LONGEST_CYCLE = 2000, 200, 64
CYCLE_COLOUR = "#BB5566"


def bifurcations(job):
    """where a unit goes beyond the limit of stability: its bias after a transient, and its Lyapunov exponent"""
    start, rate = {"w": 0.5, "b": 0.5}, {"beta": 0, "precision": "double", "tol": 1e-12}
    figure = captioned(
        FULL_WIDTH,
        3.6,
        f"Above: the bias of {SHOWN_STEPS} updates in a row after {TRANSIENT} updates from $(w, b) = (0.5, 0.5)$, or where it "
        f"rests, for {job.points} learning rates. Below: the largest Lyapunov exponent of the next 1000 updates; above zero the "
        f"updates are chaotic. Red: cycles of 2 to {LONGEST_CYCLE} updates. Dashed: the limit of stability $2/\\lambda$ of the "
        f"minimum, $\\lambda$ its greatest curvature. {equation('beta', 0)}, {equation('gamma', 1)}, {equation('delta', 0)}, "
        "double precision.",
    )
    axes = figure.subplots(2, len(BIFURCATIONS), sharex="col", height_ratios=(2, 1))
    for (orbits, exponents), (unit, (low, high)) in zip(axes.T, BIFURCATIONS.items()):
        path = job.sweep(
            file_name("unit-bifurcation", unit),
            unit=unit,
            plane="eta,w",
            eta=f"{low}:{high}:{job.points}",
            max_steps=TRANSIENT,
            cycles=LONGEST_CYCLE,
            lyapunov=1000,
            **rate,
            **{**start, "w": "0:1:1"},  # one pixel, whose centre is that of the start
        )
        with ResultFile(path, "fate") as data:
            etas, limit = data.x, 2 / data.by_point("minimum_curvature_largest", codes=(4,)).ravel()[0]
            period, exponent = (data.map_rows(name, data.position({}), slice(None))[0] for name in ("period", "lyapunov"))
        for eta, cycle in zip(etas, period):
            text = job.run("trace", unit=unit, eta=eta, max_steps=TRANSIENT + SHOWN_STEPS, **rate, **start)
            columns, _ = read_table("trace", text.splitlines(), ("step", "b"))
            last = columns["b"][TRANSIENT:] if columns["b"].size > TRANSIENT else columns["b"][-1:]
            colour = CYCLE_COLOUR if cycle > 1 else "black"
            size = 2.0 if cycle > 1 else 0.9
            orbits.plot(np.full(last.shape, eta), last, ".", color=colour, markersize=size, markeredgewidth=0, rasterized=True)
        exponents.plot(etas, exponent, color="black", linewidth=0.8)
        exponents.axhline(0, color="#808080", linewidth=0.7, zorder=0)
        for place in (orbits, exponents):
            place.axvline(limit, color="#0072B2", linewidth=0.9, linestyle=(0, (4, 2)))
        orbits.set(title=unit, xlim=(low, high))
        exponents.set(xlabel=r"learning rate $\eta$", ylim=(-0.5, 0.8))
    axes[0, 0].set_ylabel("bias $b$")
    axes[1, 0].set_ylabel("Lyapunov\nexponent")
    return figure


# ---- Command line

RECIPES = {
    "unit-deaths": Recipe(deaths, 16, 9, has_fates=True),
    "unit-leak": Recipe(leak, 32, 25, has_fates=True),
    "unit-adam": Recipe(adam, 64, has_fates=True),
    "unit-training": Recipe(trainings, 48),
    "unit-init": Recipe(inits, 8, has_fates=True),
    "unit-rates": Recipe(rates, 512, has_fates=True),
    "unit-bifurcation": Recipe(bifurcations, 0, 400),
}


def main():
    figures.draw_wanted(RECIPES, __doc__)


if __name__ == "__main__":
    failures.run(main)
