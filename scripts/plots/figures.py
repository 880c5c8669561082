#!/usr/bin/env python3
"""Computes and draws the figures of the paper (arXiv 2005.06195) and further ones, each as PNG and PDF.

Every figure computes its own data with the program. Sweeps are kept beside the pictures and are computed again only if
their options change. The text below a figure states all of its parameters.

    figures.py all                          out/figures/*.png and *.pdf, in a few minutes
    figures.py fig4 --side 1024             one figure, with larger maps
"""

import argparse
import functools
import json
import pathlib
import subprocess
import typing
from dataclasses import dataclass, replace

import numpy as np

import picture_style  # noqa: F401  before deadcone and matplotlib
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullLocator

from deadcone.errors import ConfigError
from deadcone.plot import _dead_fraction, _field, _maps, _spectrum, _steps
from deadcone.plot._captions import Caption
from deadcone.plot._drawing import PENDING_STYLE, TARGET, draw_map, draw_marks, key_of, legend_of, occurring, painted
from deadcone.plot._grid import Grid
from deadcone.plot._labels import axis_label, equation, number, symbol
from deadcone.plot._palettes import PALETTES, Palette
from deadcone.plot._panels import Panels
from deadcone.plot._reader import CONVERGED, DEAD, ResultFile
from deadcone.plot._table import read_table

import command_line
import failures

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Inches: the width of the text of a page and of one of its two columns.
FULL_WIDTH, COLUMN_WIDTH = 7.0, 3.4

# Trajectories, which differ by their dashes as well.
CONVERGED_LINE = {"color": "#0072B2", "linewidth": 0.7}
DEAD_LINE = {"color": PALETTES["default"].fates[DEAD], "linewidth": 0.8, "linestyle": (0, (4, 1))}
OTHER_LINE = {"color": "black", "linewidth": 0.7}
LINES = {CONVERGED: CONVERGED_LINE, DEAD: DEAD_LINE}

# A line through these updates of a trajectory looks like one through all: the later ones hardly move.
FIRST_UPDATES, THINNING = 5000, 50

# The program's status when it refuses a command line, or to resume a file that holds another sweep.
ANOTHER_SWEEP = 2

# No start of figure 4 is unfinished: the slowest of 512 x 512 takes 971 912 updates, at beta = 0.99, gamma = 0.1.
ENOUGH_UPDATES = 2_000_000


class ProgramError(ConfigError):
    """The program failed with this status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status if status > 0 else failures.FAILED  # below 0: killed by a signal


@dataclass(frozen=True)
class Job:
    """The program, resolution, colours and folder of a figure."""

    program: pathlib.Path
    folder: pathlib.Path
    side: int
    points: int
    threads: int
    dpi: int
    palette: Palette

    def run(self, *words, **options):
        """Runs a command of the program and returns its output; raises ProgramError with its message if it fails."""
        words = list(words)
        for name, value in options.items():
            flag = "--" + name.replace("_", "-")
            words += [flag] if value is True else [flag, str(value)]
        try:
            command = [self.program, *words]
            result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        except OSError as error:
            raise ConfigError(f"{self.program}: {error.strerror}; build it, or give its path with --program") from error
        if result.returncode:
            message = result.stderr.strip().removeprefix("deadcone: ")
            raise ProgramError(result.returncode, message or f"{words[0]} ended with status {result.returncode}")
        return result.stdout

    def coarser(self, factor):
        """The same job with fewer pixels."""
        return replace(self, side=max(8, self.side // factor))

    def window(self, low, high):
        """The same pixels in both directions."""
        window = f"{low}:{high}:{self.side}"
        return {"w": window, "b": window}

    def sweep(self, name, **options):
        """The path of the sweep with these options, which is computed unless the folder has it."""
        return self._kept("sweep", name, options)

    def birth(self, name, **options):
        """The same for `deadcone birth`."""
        return self._kept("birth", name, options)

    def _kept(self, command, name, options):
        path = self.folder / f"{name}.h5"
        run = functools.partial(self.run, command, **options, out=path, threads=self.threads, quiet=True)
        try:
            run(resume=True)
        except ProgramError as error:
            if error.status != ANOTHER_SWEEP:
                raise
            run(overwrite=True)
        return path

    def analyzed_sweep(self, name, **options):
        """The same sweep with the measures of `deadcone analyze`."""
        path = self.sweep(name, **options)
        self.run("analyze", path, samples=2, threads=self.threads)  # of cones, which are not drawn
        return path

    def trace(self, **options):
        """One trajectory: its columns by name, with only some of the later updates, and its fate."""
        lines = self.run("trace", **options).splitlines()
        lines = lines[:FIRST_UPDATES] + lines[FIRST_UPDATES:-2:THINNING] + lines[max(FIRST_UPDATES, len(lines) - 2) :]
        columns, notes = read_table("trace", lines, ("step", "w", "b"))
        if not notes.get("fate"):
            raise ConfigError(f"{self.program}: has printed a trajectory without its fate")
        return columns, notes["fate"].split()[0]


# ---- Captions


def axis_of(name, values):
    """An axis as a list of its values, such as beta = 0, 0.9, or as a range if it has many."""
    spacing = spacing_of(values) if len(values) > 6 else None
    if spacing:
        ends = f"from ${number(values[0])}$ to ${number(values[-1])}$"
        return f"{len(values)} values of ${symbol(name)}$ {ends}, {spacing}"
    return rf"${symbol(name)} = {', '.join(number(value) for value in values)}$"


def spacing_of(values):
    """How values are spaced; None if it is neither of the spacings of an axis option."""
    low, high, count = values[0], values[-1], len(values)
    if np.allclose(values, np.linspace(low, high, count)):
        return "evenly spaced"
    if low > 0 and np.allclose(values, np.geomspace(low, high, count)):
        return "in equal ratios"
    return None


def axes_of(axes):
    return "; ".join(axis_of(name, values) for name, values in axes.items())


def window_of(window):
    ranges = [rf"${axis} \in [{number(window[axis]['lo'])}, {number(window[axis]['hi'])}]$" for axis in ("w", "b")]
    return f"{', '.join(ranges)} in ${window['w']['count']} \\times {window['b']['count']}$ pixels"


def plane_of(plane):
    sides = [plane[name] for name in ("x", "y")]
    ranges = [
        rf"${symbol(side['axis'])} \in [{number(side['lo'])}, {number(side['hi'])}]$"
        + (" in the logarithm" if side.get("logarithmic") else "")
        for side in sides
    ]
    return f"pixels {', '.join(ranges)}, ${sides[0]['count']} \\times {sides[1]['count']}$ of them"


def rules_of(tolerance, relative, rho, epsilon, max_steps, stop, has_minima=False):
    """The rules for the end of a trajectory and for its fate; with minima, those of any unit."""
    unit = r"\,\Vert(\gamma, \Delta)\Vert" if relative else ""
    rested = r"update and $\eta$ times gradient" if stop == "stationary" else "update alone"
    ends = (
        rf"converged: within ${number(rho)}\,\Vert\theta\Vert$ of the minimum $\theta$ of least loss; dead: at no minimum, "
        rf"with a mean slope below ${number(epsilon)}$ of the greatest"
        if has_minima
        else rf"converged: within ${number(rho)}\,\Vert(\gamma, \Delta)\Vert$ of the target; dead: active with probability "
        rf"below ${number(epsilon)}$"
    )
    return (
        rf"stop rule: {stop} ({rested} shorter than ${number(tolerance)}{unit}$ twice in a row), at most {max_steps} updates; "
        + ends
    )


def parameters_of(data):
    """All parameters of a sweep, from its file."""
    configuration = json.loads(data.attribute("configuration"))
    criteria = configuration["criteria"]
    rules = rules_of(
        criteria["tolerance"],
        criteria["relative_tolerance"],
        criteria["rho"],
        criteria["epsilon"],
        criteria["max_steps"],
        criteria["stop"],
        bool(data.training()),
    )
    precision = "single" if configuration["precision"] == "float" else "double"
    pixels = f"starts {window_of(configuration['window'])}" if data.has_starts() else plane_of(configuration["plane"])
    certified = "; certified: ended where a theorem proves the fate" if criteria.get("certify") else ""
    return f"{axes_of(configuration['axes'])}; {pixels}; {rules}{certified}; {precision} precision."


# ---- Layout


def captioned(width, height, text):
    """A figure with a caption at its foot, for which its axes leave room."""
    caption = Caption(text, width)
    figure = Figure(figsize=(width, height + caption.height), layout="constrained")
    bottom = caption.height / (height + caption.height)
    figure.get_layout_engine().set(rect=(0, bottom, 1, 1 - bottom), w_pad=0.08, h_pad=0.06)
    caption.draw(figure)
    return figure


class Page:
    """Panels across the page with a caption at the foot."""

    def __init__(self, job, rows, columns, window, text, right=0.2):
        self._caption = Caption(text, FULL_WIDTH)
        self.panels = Panels(rows, columns, window, job.dpi, right, FULL_WIDTH, self._caption.height)

    def figure(self):
        """Draws the caption, after the panels, and returns the figure."""
        self._caption.draw(self.panels.figure)
        return self.panels.figure


def borders(centres):
    """The borders of cells around increasing points, halfway between them."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    inner = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - inner[0]], inner, [2 * centres[-1] - inner[-1]]])


def log_borders(centres):
    return np.exp(borders(np.log(centres)))


# ---- The figures. The docstring of each is also its help.


OSCILLATION_STYLES = {
    0.9: {"color": "#0072B2", "linestyle": "-"},
    0.97: {"color": "#D55E00", "linestyle": (0, (5, 1))},
    0.99: {"color": "#117733", "linestyle": (0, (3, 1, 1, 1))},
}
# Learning rates whose eigenvalues are drawn, the first that of the trajectories. Widths show where curves agree.
SPECTRUM_STYLES = {
    0.1: {"color": "#332288", "linewidth": 2.4},
    0.5: {"color": "#CC6677", "linewidth": 1.7},
    1.5: {"color": "#44AA99", "linewidth": 1.0},
}


def fig2(job):
    """the eigenvalues of the affine system over the momentum, and three oscillating trajectories"""
    # A target far inside the linear cone, and a start beside it: there the rectified unit is affine.
    eta, gamma, delta, start, shown = next(iter(SPECTRUM_STYLES)), 1.0, 10.0, (1.0, 12.0), 400
    spectra = {}
    for value in SPECTRUM_STYLES:
        text = job.run("spectrum", beta="0:0.9999:4000", eta=value)
        spectra[value] = _spectrum.read_spectrum("spectrum", text)
    criticals = ", ".join(number(named["critical_beta"]) for _, named in spectra.values())
    caption = (
        "Left: eigenvalues of momentum descent on the affine unit in the complex plane, as curves over $\\beta$ from 0 "
        "to 1 for three learning rates; grey: the unit circle. Middle: their size. Up to the critical momentum they "
        rf"are real ($\beta_\mathrm{{c}} = {criticals}$); beyond it they are complex and of size $\sqrt{{\beta}}$. "
        f"Right: the bias of a rectified unit in the linear cone over the first {shown} updates from $(w, b) = "
        f"({number(start[0])}, {number(start[1])})$ at rest; {equation('gamma', gamma)}, {equation('delta', delta)}, "
        f"{equation('r', 0)}, {equation('eta', eta)}, double precision. "
        r"Thin: $\pm (b_0 - \Delta)\, \beta^{k/2}$."
    )
    figure = captioned(FULL_WIDTH, 2.65, caption)
    left, middle, right = figure.subplots(1, 3)

    _spectrum.draw_unit_circle(left)
    for value, (table, _) in spectra.items():
        style = {**SPECTRUM_STYLES[value], "label": None}
        _spectrum.draw_plane(left, table, {**style, "label": equation("eta", value)}, style)
        _spectrum.draw_sizes(middle, table, {**style, "label": equation("eta", value)}, style)
    _spectrum.add_legend(left, [_spectrum.start_entry()], columns=2)
    middle.set(xlabel=r"momentum $\beta$", xlim=(0, 1), ylim=(0, 1.05), box_aspect=1)
    _spectrum.add_legend(middle, columns=2)

    for beta, style in OSCILLATION_STYLES.items():
        point = {"beta": beta, "gamma": gamma, "delta": delta, "eta": eta, "precision": "double"}
        columns, _ = job.trace(w=start[0], b=start[1], **point)
        step, distance = columns["step"][: shown + 1], columns["b"][: shown + 1] - delta
        right.plot(step, distance, linewidth=1.2, label=equation("beta", beta), **style)
        for sign in (-1, 1):
            right.plot(step, sign * distance[0] * np.sqrt(beta) ** step, color=style["color"], linewidth=0.4)
    right.axhline(0, color="#808080", linewidth=0.7, zorder=0)
    right.set(xlabel="updates $k$", ylabel=r"$b - \Delta$", xlim=(0, shown), box_aspect=1)
    _spectrum.add_legend(right, columns=2)
    return figure


def fig3(job):
    """gradient fields for three standard deviations of the target, with the linear and the dead cone"""
    epsilon = 0.01
    path = job.folder / "fig3.h5"
    job.run("field", gamma="1,0.5,0.1", **job.window(-2, 2), out=path, overwrite=True)
    with ResultFile(path, "loss") as data:
        configuration = json.loads(data.attribute("configuration"))
        caption = (
            "Direction of gradient descent over the loss (shaded). Below the dashed lines, in the dead cone, a unit is "
            f"active with probability below $\\varepsilon = {number(epsilon)}$; above the dotted ones, in the linear "
            rf"cone, with probability above $1 - \varepsilon$. {axes_of(configuration['axes'])}; "
            f"{window_of(configuration['window'])}, double precision; arrows of one length."
        )
        gammas = data.ascending("gamma", None)[::-1]
        page = Page(job, 1, len(gammas), data.window(), caption, _field.BAR_ROOM)
        _field.draw(page.panels, data, gammas, [0], 0, epsilon, "")
    return page.figure()


def fig4(job):
    """the fate of every start, over momentum and standard deviation of the target"""
    path = job.sweep(
        "fig4",
        beta="0,0.7,0.8,0.9,0.95,0.99",
        gamma="1,0.1,0.01",
        fields="steps,final",
        max_steps=ENOUGH_UPDATES,
        **job.window(-2, 2),
    )
    with ResultFile(path, "fate") as data:
        grid = Grid(data, {})
        caption = (
            f"The fate of each start. Black dots: the final parameters of a grid of starts. {parameters_of(data)}"
        )
        page = Page(job, *grid.shape, data.window(), caption)
        _maps.draw(page.panels, data, grid, "", palette=job.palette)
    return page.figure()


def proofs(job):
    """the theorem that proves the fate of every start, over momentum and standard deviation of the target"""
    path = job.sweep(
        "proofs",
        beta="0,0.7,0.8,0.9,0.95,0.99",
        gamma="1,0.1,0.01",
        certify=True,
        max_steps=ENOUGH_UPDATES,
        **job.window(-2, 2),
    )
    with ResultFile(path, "fate") as data:
        grid = Grid(data, {}, command_line.OPTIONS)
        caption = (
            "The theorem that proves the fate of each start. Energy, corridor and toll prove that the unit converges: its "
            "energy is very low, or low and the unit in the corridor around the target, or too low for the way out of "
            "the basin. Trap proves that the "
            "unit is dead for ever, deep in the dead cone at negative weight. Creep proves that it comes to rest dead "
            f"within the tolerance, at positive weight there. {parameters_of(data)}"
        )
        page = Page(job, *grid.shape, data.window(), caption)
        _maps.draw(page.panels, data, grid, "", by="proof", palette=job.palette)
    return page.figure()


# Momentum is called the cause where the dead fraction grows by this much, more than the pixels at boundaries.
KILLED = 0.02


def dead_fraction(job):
    """the dead fraction of the starts over momentum and standard deviation of the target"""
    eta = 0.1
    path = job.sweep(
        "dead-fraction",
        beta=f"0:0.98:{job.points}",
        gamma=f"log:0.01:1:{job.points}",
        eta=eta,
        max_steps=ENOUGH_UPDATES,
        **job.window(-2, 2),
    )
    spectrum = _spectrum.read_spectrum("spectrum", job.run("spectrum", eta=eta))
    critical = spectrum[1]["critical_beta"]
    with ResultFile(path, "fate") as data:
        grid = Grid(data, {})
        found = _dead_fraction.read_fractions(data, grid)
        # From here on in increasing order in both directions.
        fractions, gammas = found.dead[::-1], grid.rows[::-1]
        labels = [axis_label(data, axis) for axis in ("beta", "gamma")]
        caption = (
            rf"The fraction of the starts that dies. Black line: ${number(KILLED)}$ more than without momentum; to its "
            f"right, momentum kills. Dotted: {_spectrum.critical_name(critical)}, above which the eigenvalues of "
            f"the affine unit are complex. {found.note()} {parameters_of(data)}"
        )
    figure = captioned(COLUMN_WIDTH, 2.9, caption)
    axes = figure.subplots()
    norm, shades = Normalize(0, 1), _dead_fraction.shades_of(job.palette)
    cells = {"cmap": shades, "norm": norm, "rasterized": True}
    axes.pcolormesh(borders(grid.columns), log_borders(gammas), fractions, **cells)
    axes.contour(grid.columns, gammas, fractions - fractions[:, :1], [KILLED], colors="black", linewidths=1.1)
    _spectrum.mark_critical(axes, critical)
    axes.set(yscale="log", xlabel=labels[0], ylabel=labels[1])
    figure.colorbar(ScalarMappable(norm, shades), ax=axes, label="dead fraction")
    return figure


def loss(job):
    """the loss surface with trajectories over it, for three momenta and two standard deviations of the target"""
    betas, gammas, eta = (0.0, 0.9, 0.99), (1.0, 0.1), 0.1
    tolerance, rho, epsilon, max_steps = 1e-6, 0.01, 0.01, 100_000
    radius, rays = 1.6, 16
    angles = 2 * np.pi * (np.arange(rays) + 0.5) / rays
    path = job.folder / "loss.h5"
    job.run("field", gamma=",".join(map(str, gammas)), **job.window(-2.5, 2.5), out=path, overwrite=True)
    with ResultFile(path, "loss") as data:
        points = _field.CONTOUR_POINTS
        losses = [data.sample("loss", data.position({"gamma": i, "delta": 0, "r": 0}), points, points) for i in (0, 1)]
        norm = _field.norm_of(losses)
        caption = (
            f"Contours of the loss, {_field.LEVELS} from 0 to ${number(norm.vmax)}$, evenly spaced in its root, "
            f"and trajectories from {rays} starts on the circle of radius ${radius}$ (small dots). "
            f"{axes_of({'beta': betas, 'gamma': gammas, 'eta': [eta], 'delta': [0], 'r': [0]})}; the loss over "
            f"{window_of(json.loads(data.attribute('configuration'))['window'])}, in double precision, trajectories in "
            f"single; {rules_of(tolerance, False, rho, epsilon, max_steps, 'stationary')}."
        )
        page = Page(job, len(gammas), len(betas), data.window(), caption)
        axes = page.panels.draw(
            [equation("beta", beta) for beta in betas],
            [equation("gamma", gamma) for gamma in gammas],
            "",
            legend_of_trajectories(epsilon),
            ("$w$", "$b$"),
        )
    for (row, column), panel in np.ndenumerate(axes):
        _field.draw_contours(panel, losses[row], norm)
        _field.draw_cones(panel, epsilon, 0.0)
        for angle in angles:
            w, b = radius * np.cos(angle), radius * np.sin(angle)
            rules = {"tol": tolerance, "rho": rho, "epsilon": epsilon, "max_steps": max_steps}
            trajectory = job.trace(w=w, b=b, beta=betas[column], gamma=gammas[row], eta=eta, **rules)
            draw_trajectory(panel, *trajectory)
        draw_marks(panel, [(TARGET, (gammas[row], 0.0))])
    return page.figure()


def legend_of_trajectories(epsilon):
    return [
        Line2D([], [], **CONVERGED_LINE, label="converged"),
        Line2D([], [], **DEAD_LINE, label="dead"),
        Line2D([], [], **OTHER_LINE, label="neither"),
        *legend_of([], {}),
        *_field.legend_of_cones(epsilon, 0.0),
    ]


def draw_trajectory(axes, columns, fate):
    """Draws a trajectory as a line with a dot at its start."""
    style = LINES.get(fate, OTHER_LINE)
    axes.plot(columns["w"], columns["b"], **style, zorder=2)
    axes.plot(columns["w"][0], columns["b"][0], marker=".", markersize=3, color=style["color"], zorder=2)


def steps(job):
    """updates until rest, rank-equalised, over momentum and standard deviation of the target"""
    path = job.sweep("steps", beta="0,0.9,0.97", gamma="1,0.1", max_steps=ENOUGH_UPDATES, **job.window(-2, 2))
    with ResultFile(path, "fate") as data:
        grid = Grid(data, {})
        caption = (
            "Updates until rest, shaded by their rank among the starts of one map and fate: each shade covers the same "
            f"area. {parameters_of(data)}"
        )
        page = Page(job, *grid.shape, data.window(), caption, _steps.BAR_ROOM)
        _steps.draw(page.panels, data, grid, "", True, job.palette)
    return page.figure()


# Past the limit of stability, where the boundary is a fractal, and far below it.
FRACTAL_ETA, SMOOTH_ETA = 38.0, 1.0
# Chaotic trajectories never rest.
CHAOS_STEPS = 2000


def dimension(job):
    """the dimension of the boundary over momentum and learning rate, and a fractal one"""
    window = (-4, 4)
    one = job.analyzed_sweep(
        "fractal",
        beta=0.9,
        eta=f"{SMOOTH_ETA},{FRACTAL_ETA}",
        max_steps=CHAOS_STEPS,
        precision="double",  # past the limit of stability float gives other fates
        **job.window(*window),
    )
    coarse = job.coarser(4)
    all_of_them = coarse.analyzed_sweep(
        "dimension",
        beta=f"0:0.95:{job.points}",
        eta=f"log:0.1:200:{job.points}",
        max_steps=CHAOS_STEPS,
        precision="double",
        **coarse.window(*window),
    )
    with ResultFile(one, "fate") as data, ResultFile(all_of_them, "fate") as family:
        fates = data.outcomes(position_of(data, FRACTAL_ETA), data.y.size, data.x.size)
        key = key_of(data.outcome_names(), job.palette)
        pairs = {eta: pairs_of(data, position_of(data, eta)) for eta in (SMOOTH_ETA, FRACTAL_ETA)}
        betas, etas = family.values["beta"], family.values["eta"]
        dimensions = family.read("analysis/boundary_dimension")[:, 0, :].T  # one gamma
        caption = (
            f"Left: fates of ${job.side}^2$ starts at {equation('beta', 0.9)}, {equation('eta', FRACTAL_ETA)}. Middle: "
            "pairs of starts that have different fates, by their distance, and the dimension $D$ of the boundary, two "
            "minus the exponent of the line. Right: that "
            rf"dimension, of ${coarse.side}^2$ starts, over momentum and learning rate; hatched: no boundary; lines: "
            r"limits of stability of the affine unit, $\eta = 2(1+\beta)/(1-\beta)$ (solid), and of the rectified unit "
            r"at the target, whose largest curvature is $\frac{1}{2} + 1/\sqrt{2\pi}$ instead of 1 (dashed). "
            f"Left and middle: {parameters_of(data)} Right: the same, but {axes_of({'beta': betas, 'eta': etas})}."
        )
        window = data.window()
    figure = captioned(FULL_WIDTH, 2.7, caption)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.15))
    draw_fates(left, fates, key, window)
    draw_pairs(middle, pairs)
    draw_dimensions(figure, right, betas, etas, dimensions)
    return figure


def position_of(data, eta):
    """The position of the map of a learning rate, at the first values of the other axes."""
    return data.position({axis: data.nearest(axis, eta if axis == "eta" else None) for axis in data.values})


@dataclass(frozen=True)
class Pairs:
    """Shares f of pairs of starts with two fates, and the dimension D fitted to them.

    log f = level + (2 - D) log distance
    """

    distances: np.ndarray
    fractions: np.ndarray
    dimension: float
    error: float
    level: float


def pairs_of(data, position):
    distances, fractions = data.read("analysis/box_size"), data.read("analysis/uncertain_fraction", position)
    dimension = data.read("analysis/boundary_dimension", position)
    error = data.read("analysis/boundary_dimension_error", position)
    fitted = slice(data.read("analysis/boundary_dimension_points", position))
    known = not np.isnan(dimension)
    level = np.mean(np.log(fractions[fitted]) - (2 - dimension) * np.log(distances[fitted])) if known else np.nan
    return Pairs(distances, fractions, dimension, error, level)


def draw_fates(axes, fates, key, window):
    draw_map(axes, painted(fates, key), window)
    axes.set(xlabel="initial $w$", ylabel="initial $b$", aspect="equal")
    entries = legend_of(occurring([fates]), key)[:-1]
    spacing = {"ncols": 4, "fontsize": 8, "handlelength": 0.8, "handletextpad": 0.4, "columnspacing": 0.8}
    axes.legend(handles=entries, loc="lower center", bbox_to_anchor=(0.5, 1.0), borderpad=0.2, **spacing)


def draw_pairs(axes, pairs):
    styles = {SMOOTH_ETA: {"color": "#0072B2", "marker": "s"}, FRACTAL_ETA: {"color": "#BB5566", "marker": "o"}}
    for eta, found in pairs.items():
        label = equation("eta", eta)
        if not np.isnan(found.dimension):
            line = np.exp(found.level) * found.distances.astype(float) ** (2 - found.dimension)
            axes.plot(found.distances, line, color=styles[eta]["color"], linewidth=0.9)
            label += rf": $D = {found.dimension:.2f} \pm {found.error:.2f}$"
        axes.plot(found.distances, found.fractions, **styles[eta], linestyle="", markersize=3.5, label=label)
    distances = pairs[FRACTAL_ETA].distances
    axes.set(xscale="log", yscale="log", xlabel="distance in pixels", ylabel="share of pairs with two fates")
    axes.set_xticks(distances[::2], [str(distance) for distance in distances[::2]], minor=False)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(top=12 * axes.get_ylim()[1])  # room for the legend
    axes.legend(loc="upper right", fontsize=8, handletextpad=0.0, borderpad=0.1)


def draw_dimensions(figure, axes, betas, etas, dimensions):
    norm = Normalize(1, 2)
    axes.set(xlim=borders(betas)[[0, -1]], ylim=log_borders(etas)[[0, -1]], yscale="log")
    corner = (axes.get_xlim()[0], axes.get_ylim()[0])
    size = (np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim()))
    axes.add_patch(Rectangle(corner, *size, **PENDING_STYLE, zorder=0))
    cells = {"cmap": "cividis", "norm": norm, "rasterized": True}
    axes.pcolormesh(borders(betas), log_borders(etas), np.ma.masked_invalid(dimensions), **cells)
    beta = np.linspace(*axes.get_xlim(), 200)
    affine = 2 * (1 + beta) / (1 - beta)
    curvature = 0.5 + 1 / np.sqrt(2 * np.pi)
    axes.plot(beta, affine, color="white", linewidth=1.1)
    axes.plot(beta, affine / curvature, color="white", linewidth=1.1, linestyle=(0, (4, 2)))
    axes.set(xlabel=r"momentum $\beta$", ylabel=r"learning rate $\eta$")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value)}$"))
    figure.colorbar(ScalarMappable(norm, "cividis"), ax=axes, label="dimension", extend="min")


# ---- Command line


@dataclass(frozen=True)
class Recipe:
    """A figure with its default resolution, and whether it draws fates in the colours of --palette."""

    draw: typing.Callable
    side: int
    points: int = 0
    has_fates: bool = False


RECIPES = {
    "fig2": Recipe(fig2, 0),
    "fig3": Recipe(fig3, 256),
    "fig4": Recipe(fig4, 256, has_fates=True),
    "proofs": Recipe(proofs, 256, has_fates=True),
    "dead-fraction": Recipe(dead_fraction, 32, 64, has_fates=True),
    "loss": Recipe(loss, 256),
    "steps": Recipe(steps, 512, has_fates=True),
    "dimension": Recipe(dimension, 512, 24, has_fates=True),
}


def whole_number(least):
    """A type for argparse: a whole number that is at least `least`."""

    def read(text):
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}")
        return value

    read.__name__ = "whole number"
    return read


def arguments(recipes, description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="figure", metavar="FIGURE", required=True)
    for name, recipe in recipes.items():
        meaning = recipe.draw.__doc__
        add_options(commands.add_parser(name, help=meaning, description=f"Draws {meaning}."), recipe)
    every = commands.add_parser("all", help="all figures", description="Draws all figures.")
    add_options(every, Recipe(None, -1, -1, has_fates=True))
    return parser.parse_args()


def add_options(parser, recipe):
    default = ROOT / "build/release/deadcone"
    meaning = "the program deadcone (default: %(default)s)"
    parser.add_argument("--program", type=pathlib.Path, default=default, help=meaning)
    default = pathlib.Path("out/figures")
    meaning = "write the figures here (default: %(default)s)"
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", default=default, help=meaning)
    if recipe.side:
        usual = recipe.side if recipe.draw else "each figure's own"
        parser.add_argument("--side", type=whole_number(8), help=f"pixels along a side of a map (default: {usual})")
    if recipe.points:
        usual = recipe.points if recipe.draw else "each figure's own"
        parser.add_argument("--points", type=whole_number(2), help=f"points on an axis of a sweep (default: {usual})")
    if recipe.has_fates:
        command_line.add_palette_option(parser)
    meaning = "CPU threads; 0 (the default) uses all cores"
    parser.add_argument("--threads", type=whole_number(0), default=0, help=meaning)
    command_line.add_dpi_option(parser, 300)


def draw_wanted(recipes, description):
    """Draws what the command line asks for of some recipes, by name."""
    wanted = arguments(recipes, description)
    wanted.out.mkdir(parents=True, exist_ok=True)
    for name in recipes if wanted.figure == "all" else [wanted.figure]:
        recipe = recipes[name]
        side, points = (getattr(wanted, key, None) or getattr(recipe, key) for key in ("side", "points"))
        palette = PALETTES[getattr(wanted, "palette", "default")]
        figure = recipe.draw(Job(wanted.program, wanted.out, side, points, wanted.threads, wanted.dpi, palette))
        for suffix in (".png", ".pdf"):
            path = wanted.out / (name + suffix)
            command_line.save(figure, path, wanted.dpi)
            print(path, flush=True)


def main():
    draw_wanted(RECIPES, __doc__)


if __name__ == "__main__":
    failures.run(main)
