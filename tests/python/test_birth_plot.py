"""deadcone.plot of births: files of `deadcone birth` and Datasets of them, and the scripts that draw them.

DEADCONE=build/release/deadcone PYTHONPATH=python python -m pytest tests/python/test_birth_plot.py
"""

import pathlib
import subprocess
import sys

import h5py
import matplotlib
import numpy as np
import pytest
import xarray as xr

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.collections import LineCollection, QuadMesh  # noqa: E402

import deadcone  # noqa: E402
from deadcone.errors import ConfigError, Error, StorageError  # noqa: E402
from deadcone.plot import _birth_file, _births  # noqa: E402
from deadcone.plot._births import NORM  # noqa: E402

DPI = 60
SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "plots"
SIGNS = "birth --quiet --device cpu --dimension 1 --points 2 --inputs signs"
# With biases and without; widths in no order, which are not evenly spaced either.
FILES = {
    "signs": f"{SIGNS} --width 1:8:8 --depth 1:6:6 --networks 2000",
    "rai": f"{SIGNS} --width 1:8:8 --depth 1:6:6 --networks 1000 --init rai",
    "biased": "birth --quiet --device cpu --width 7,2,3 --depth 5,2 --bias normal --sigma-b log:0.1:10:3 --dimension 4 "
    "--points 16 --networks 500",
    "shapes": "birth --quiet --device cpu --widths 3,2,3 --dimension 4 --points 1,2,4,8 --networks 500",
    "leaky": "birth --quiet --device cpu --width 2,3 --depth 2,3 --leaky 0.1 --networks 100",
    "sweep": "sweep --quiet --device cpu --beta 0,0.9 --w -2:2:4 --b -2:2:4 --max-updates 10",
}
PICTURES = {"births": "plot_births", "birth_curves": "plot_birth_curves", "birth_layers": "plot_birth_layers"}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def program(deadcone):
    """The program; these tests call the package deadcone."""
    return deadcone


@pytest.fixture(scope="module")
def files(program, tmp_path_factory):
    """The paths of FILES by name, and one half of which is not computed."""
    folder = tmp_path_factory.mktemp("births")
    for name, options in FILES.items():
        program.done(options, "--out", folder / f"{name}.h5")
    program.done(FILES["signs"], "--shard 1/2 --out", folder / "part.h5")
    (folder / "part.1-of-2.h5").rename(folder / "part.h5")
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture
def dataset(files):
    """A file as a Dataset in memory."""
    return lambda name: xr.load_dataset(files[name], engine="h5netcdf")


def pixels(axes):
    """The figure of Axes, as RGBA bytes."""
    figure = np.ravel(axes)[0].figure
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())


def cells_of(ax):
    """The values of the cells of a heat map, rows by columns from the lowest."""
    (mesh,) = [artist for artist in ax.get_children() if isinstance(artist, QuadMesh)]
    return np.ma.filled(np.ma.reshape(mesh.get_array(), np.array(mesh.get_coordinates().shape[:2]) - 1), np.nan)


def lines_of(ax):
    """The lines of Axes that have a name, by it."""
    return {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}


def legend_of(holder):
    legends = holder.legends if hasattr(holder, "legends") else [holder.get_legend()]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def refusal(call, kind=Error):
    """The message of the error that a call ends with, one line."""
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, (ConfigError, StorageError)) and "\n" not in str(caught.value)
    return str(caught.value)


# ---- All of them


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("name", ["biased", "part"])
def test_a_file_and_its_datasets_and_the_script_give_one_picture(files, dataset, tmp_path, picture, name):
    draw = getattr(deadcone.plot, picture)
    of_path = pixels(draw(files[name], dpi=DPI))
    assert len(np.unique(of_path.reshape(-1, 4), axis=0)) > 20
    assert np.array_equal(of_path, pixels(draw(dataset(name), dpi=DPI)))
    with xr.open_dataset(files[name], engine="h5netcdf") as lazy:
        assert np.array_equal(of_path, pixels(draw(lazy, dpi=DPI)))
    script = SCRIPTS / f"{PICTURES[picture]}.py"
    command = [sys.executable, script, files[name], "--out", tmp_path / "script.png", "--dpi", str(DPI)]
    subprocess.run(command, check=True, timeout=300)
    np.ravel(draw(files[name], dpi=DPI))[0].figure.savefig(tmp_path / "function.png", dpi=DPI)
    drawn = [matplotlib.image.imread(tmp_path / f"{who}.png") for who in ("script", "function")]
    assert np.array_equal(*drawn)


@pytest.mark.parametrize("picture", PICTURES)
def test_settings_stay_and_change_no_picture(files, picture):
    draw = getattr(deadcone.plot, picture)
    expected = pixels(draw(files["signs"], dpi=DPI))
    with plt.rc_context({"axes.facecolor": "black", "font.size": 33, "lines.linewidth": 9.0}):
        before = dict(matplotlib.rcParams)
        axes = draw(files["signs"], dpi=DPI)
        assert dict(matplotlib.rcParams) == before
        assert np.array_equal(pixels(axes), expected)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_drawn_into_axes_in_the_callers_style(files, picture):
    with plt.rc_context({"axes.labelcolor": "red"}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
        before = figure.get_size_inches().tolist(), len(plt.get_fignums())
        assert getattr(deadcone.plot, picture)(files["signs"], ax=left) is left
    assert (figure.get_size_inches().tolist(), len(plt.get_fignums())) == before and not right.has_data()
    assert left.get_xlabel() and left.get_ylabel() and left.xaxis.label.get_color() == "red"
    assert left.get_legend() is not None


def test_a_caption_says_what_all_networks_share(files):
    for name, words in (
        ("signs", ("He weights, zero biases, inputs: signs", "$d = 1$, $m = 2$", r"$2000$ networks")),
        ("rai", ("RAI weights, inputs: signs",)),
        ("biased", ("normal biases", r"$\sigma_b = 0.1$", "$500$ networks")),
        ("leaky", ("leak 0.1",)),
    ):
        caption = deadcone.plot.births(files[name], dpi=DPI).figure.get_suptitle()
        assert all(word in caption for word in words), caption


def test_the_accessor_draws_births(dataset):
    births = dataset("signs")
    expected = deadcone.plot.births(births, level=0.1, dpi=DPI)
    assert np.array_equal(pixels(births.deadcone.plot(level=0.1, dpi=DPI)), pixels(expected))


# ---- The map


def test_a_map_has_the_probabilities_of_the_file(files, dataset):
    signs = dataset("signs").probability
    ax = deadcone.plot.births(files["signs"], dpi=DPI)
    assert np.array_equal(cells_of(ax), signs.transpose("width", "depth"))
    assert ax.get_xlim() == (0.5, 6.5) and ax.get_ylim() == (0.5, 8.5)
    ax = deadcone.plot.births(files["signs"], x="width", y="depth", dpi=DPI)
    assert np.array_equal(cells_of(ax), signs.transpose("depth", "width"))


def test_a_map_of_other_axes_is_sorted_and_cut(files, dataset):
    biased = dataset("biased").probability.sortby("width").sortby("depth")
    ax = deadcone.plot.births(files["biased"], x="sigma_b", y="width", at={"depth": 4}, dpi=DPI)
    assert np.array_equal(cells_of(ax), biased.sel(depth=5).transpose("width", "sigma_b"))
    # One side to scale in the logarithm, the other in the order of its values.
    assert ax.get_xscale() == "log" and ax.get_xlim() == pytest.approx((0.1 / 10**0.5, 10 * 10**0.5))
    assert [text.get_text() for text in ax.get_yticklabels()] == ["$2$", "$3$", "$7$"] and ax.get_ylim() == (-0.5, 2.5)
    first = deadcone.plot.births(files["biased"], dpi=DPI)
    assert np.array_equal(cells_of(first), biased.isel(sigma_b=0).transpose("width", "depth"))
    (column,) = cells_of(deadcone.plot.births(files["biased"], x="sigma_w", y="depth", at={"width": 7}, dpi=DPI)).T
    assert np.array_equal(column, biased.sel(width=7).isel(sigma_b=0))


def test_points_that_are_not_computed_are_hatched(files):
    ax = deadcone.plot.births(files["part"], dpi=DPI)
    assert np.isnan(cells_of(ax)).sum() == 24
    assert "pending" in legend_of(ax) and any(patch.get_hatch() for patch in ax.patches)
    assert not deadcone.plot.births(files["signs"], dpi=DPI).patches


@pytest.mark.parametrize("x, y", [("depth", "width"), ("width", "depth")])
@pytest.mark.parametrize("level", [0.05, 0.2])
def test_the_lines_of_the_safe_region(files, dataset, x, y, level):
    """The line of the data lies between points whose probabilities are on either side; that of theory is H = level 2^N."""
    ax = deadcone.plot.births(files["signs"], x=x, y=y, level=level, dpi=DPI)
    probability = dataset("signs").probability
    (contour,) = [artist for artist in ax.collections if artist.get_zorder() == 3]
    vertices = np.concatenate([path.vertices for path in contour.get_paths()])
    assert len(vertices) > 4
    found = probability.interp({x: xr.DataArray(vertices[:, 0]), y: xr.DataArray(vertices[:, 1])})
    whole = np.isclose(vertices % 1, 0).any(axis=1)
    assert whole.sum() > 4
    for place in vertices[whole]:
        around = probability.sel({x: [np.floor(place[0]), np.ceil(place[0])], y: [np.floor(place[1]), np.ceil(place[1])]})
        assert around.min() <= level <= around.max()
    assert np.all(np.abs(found - level) < 0.3)
    (theory,) = ax.get_lines()
    place = dict(zip((x, y), theory.get_xydata().T))
    assert place["width"] == pytest.approx(np.log2(place["depth"] / level))
    assert any("suffices by theory" in text for text in legend_of(ax))


def test_theory_is_drawn_where_it_holds(files):
    others = {"x": "points", "y": "dimension"}
    for name, sides in (("rai", {}), ("leaky", {}), ("biased", {"x": "sigma_b"}), ("shapes", others)):
        ax = deadcone.plot.births(files[name], **sides, dpi=DPI)
        assert not ax.get_lines() and not any("theory" in text for text in legend_of(ax)), name


def test_small_probabilities_can_be_told_apart():
    shades = _births.shades_of(deadcone.plot._palettes.PALETTES["default"])
    light = [np.dot(shades(NORM(p))[:3], (0.2126, 0.7152, 0.0722)) for p in (0, 0.001, 0.01, 0.1, 0.5, 1)]
    assert np.all(np.diff(light) < -0.03)


# ---- Curves


def test_curves_have_the_probabilities_of_the_file(files, dataset):
    signs = dataset("signs")
    ax = deadcone.plot.birth_curves(files["signs"], dpi=DPI)
    lines = lines_of(ax)
    assert list(lines) == [f"$N = {n}$" for n in range(1, 9)]
    (*strokes,) = [artist for artist in ax.collections if isinstance(artist, LineCollection)]
    for n, stroke in zip(range(1, 9), strokes):
        of_width = signs.sel(width=n)
        assert np.array_equal(lines[f"$N = {n}$"].get_xydata(), np.stack([of_width.depth, of_width.probability], axis=-1))
        expected = np.stack([of_width.probability_low, of_width.probability_high], axis=-1)
        assert np.array_equal([segment[:, 1] for segment in stroke.get_segments()], expected)
    drawn = [line.get_ydata() for line in ax.get_lines() if line.get_label().startswith("_")]
    for n in range(1, 9):
        for bound in ("lower_bound", "upper_bound"):
            assert any(np.array_equal(values, signs.sel(width=n)[bound]) for values in drawn)
    (rings,) = [line for line in ax.get_lines() if line.get_markerfacecolor() == "none"]
    exact = signs.exact.values[~np.isnan(signs.exact.values)]
    assert sorted(rings.get_ydata()) == sorted(exact) and len(exact) > 8
    assert legend_of(ax.figure)[-2:] == ["between bounds", "exact"]


def test_theory_is_left_out_where_it_is_not_wanted(files):
    ax = deadcone.plot.birth_curves(files["signs"], theory=False, dpi=DPI)
    assert len(ax.get_lines()) == 8 and len(legend_of(ax.figure)) == 8
    assert legend_of(deadcone.plot.birth_curves(files["rai"], dpi=DPI).figure) == [f"$N = {n}$" for n in range(1, 9)]


def test_a_logarithmic_scale_leaves_zeros_out(files, dataset):
    ax = deadcone.plot.birth_curves(files["signs"], scale="log", at={"width": 2}, dpi=DPI)
    (line,) = lines_of(ax).values()
    expected = dataset("signs").probability.sel(width=2).values
    assert expected[0] == 0 and np.isnan(line.get_ydata()[0]) and np.array_equal(line.get_ydata()[1:], expected[1:])
    assert ax.get_yscale() == "log" and ax.get_ylim() == (0.1, 1.3)


def test_curves_along_any_axis(files, dataset):
    ax = deadcone.plot.birth_curves(files["shapes"], x="points", lines=None, dpi=DPI)
    (line,) = [line for line in ax.get_lines() if np.array_equal(line.get_ydata(), dataset("shapes").probability.squeeze())]
    assert ax.get_xscale() == "log" and line.get_xdata().tolist() == [1, 2, 4, 8]
    ax = deadcone.plot.birth_curves(files["biased"], x="width", lines="sigma_b", at={"depth": 2}, dpi=DPI)
    biased = dataset("biased").probability.sel(depth=2).sortby("width")
    lines = lines_of(ax)
    assert list(lines) == [rf"$\sigma_b = {value}$" for value in (0.1, 1, 10)]
    assert np.array_equal(lines[r"$\sigma_b = 10$"].get_ydata(), biased.isel(sigma_b=2))


def test_several_files_have_a_label_each(files, dataset):
    sources = {"He, $": dataset("signs"), "RAI": files["rai"]}
    ax = deadcone.plot.birth_curves(sources, at={"width": 3}, dpi=DPI)
    lines = lines_of(ax)
    assert list(lines) == [r"He, \$", "RAI"] and len({line.get_color() for line in lines.values()}) == 2
    assert np.array_equal(lines["RAI"].get_ydata(), dataset("rai").probability.sel(width=3))
    ax = deadcone.plot.birth_curves(sources, theory=False, dpi=DPI)
    lines = lines_of(ax)
    assert len(lines) == 16 and "RAI, $N = 8$" in lines
    assert len({line.get_color() for line in lines.values()}) == 2
    # The same bounds are shaded once.
    twice = deadcone.plot.birth_curves({"a": files["signs"], "b": files["signs"]}, at={"width": 3}, dpi=DPI)
    once = deadcone.plot.birth_curves(files["signs"], at={"width": 3}, dpi=DPI)
    shaded = [[c for c in ax.collections if not isinstance(c, LineCollection)] for ax in (twice, once)]
    assert len(shaded[0]) == len(shaded[1]) == 1


# ---- Layers


def test_layers_have_the_numbers_of_the_file(files, dataset):
    signs = dataset("signs").sel(depth=6)
    panels = deadcone.plot.birth_layers(files["signs"], dpi=DPI)
    assert panels.shape == (2, 2)
    for i, n in enumerate(range(1, 9)):
        of_width = signs.sel(width=n)
        deaths = lines_of(panels[0, 0])[f"$N = {n}$"]
        assert np.array_equal(deaths.get_xdata(), signs.layer)
        assert np.array_equal(deaths.get_ydata(), of_width.died / of_width.networks)
        assert deaths.get_ydata().sum() == pytest.approx(float(of_width.probability))
        for panel, place, name in (
            (panels[0, 1], 2 * i, "living_point_share"),
            (panels[0, 1], 2 * i + 1, "dead_unit_share"),
            (panels[1, 0], i, "squared_length"),
            (panels[1, 1], i, "correlation"),
        ):
            assert np.array_equal(panel.get_lines()[place].get_ydata(), of_width[name], equal_nan=True), name


def test_layers_of_less_deep_networks_end_before_the_last(files, dataset):
    panels = deadcone.plot.birth_layers(files["signs"], lines="depth", at={"width": 2}, dpi=DPI)
    expected = dataset("signs").sel(width=2)
    for depth, line in zip(range(1, 7), panels[0, 0].get_lines()):
        assert np.isnan(line.get_ydata()[depth:]).all()
        assert np.array_equal(line.get_ydata()[:depth], expected.died.sel(depth=depth)[:depth] / 2000)


def test_means_of_few_networks_are_left_out(program, tmp_path):
    program.done(f"{SIGNS} --width 1 --depth 9 --networks 1000 --out", tmp_path / "few.h5")
    panels = deadcone.plot.birth_layers(tmp_path / "few.h5", lines=None, dpi=DPI)
    with h5py.File(tmp_path / "few.h5") as file:
        alive = 1000 - np.cumsum(file["died"][0, 0]) + file["died"][0, 0]
    for panel in (panels[0, 1], panels[1, 0]):
        assert np.array_equal(np.isnan(panel.get_lines()[0].get_ydata()), alive < 30)
    assert (alive < 30).any() and not np.isnan(panels[0, 0].get_lines()[0].get_ydata()).any()


def test_four_axes_take_the_panels(files):
    _, four = plt.subplots(2, 2)
    assert deadcone.plot.birth_layers(files["signs"], ax=four) is four
    assert all(ax.has_data() and ax.get_xlabel() for ax in four.flat)
    _, two = plt.subplots(1, 2)
    assert "all four" in refusal(lambda: deadcone.plot.birth_layers(files["signs"], ax=two))


# ---- Sides


@pytest.mark.parametrize(
    "values, kind, borders",
    [
        ([3], "linear", [2.5, 3.5]),
        ([1, 2, 3], "linear", [0.5, 1.5, 2.5, 3.5]),
        ([1, 10, 100], "log", [10**-0.5, 10**0.5, 10**1.5, 10**2.5]),
        ([1, 2, 3, 10], "order", [-0.5, 0.5, 1.5, 2.5, 3.5]),
    ],
)
def test_sides_are_to_scale_or_in_order(values, kind, borders):
    side = _birth_file.Side("width", np.array(values, float))
    assert (side.is_logarithmic, side.is_to_scale) == (kind == "log", kind != "order")
    assert side.borders == pytest.approx(borders)
    assert side.place(np.array(values, float)) == pytest.approx(side.places)


def test_a_long_side_has_few_ticks(program, tmp_path):
    program.done(f"{SIGNS} --width 2 --depth 1:40:40 --networks 10 --out", tmp_path / "long.h5")
    ax = deadcone.plot.births(tmp_path / "long.h5", dpi=DPI)
    ax.figure.canvas.draw()
    shown = [text.get_text() for text in ax.get_xticklabels() if 1 <= text.get_position()[0] <= 40]
    assert shown == ["$5$", "$10$", "$15$", "$20$", "$25$", "$30$", "$35$", "$40$"]


# ---- Errors


@pytest.mark.parametrize(
    "picture, options, words",
    [
        ("births", {"x": "epth"}, "there is no axis 'epth'; the axes are width, depth, dimension, points, sigma_w"),
        ("births", {"x": "width"}, "needs two axes, not width twice"),
        ("births", {"at": {"layer": 1}}, "there is no axis 'layer'"),
        ("births", {"at": {"width": "much"}}, "must be a number"),
        ("births", {"level": 0}, "level must be between 0 and 1, not 0"),
        ("births", {"level": "1%"}, "level must be between 0 and 1"),
        ("births", {"palette": "grey"}, "palette must be one of default, paper"),
        ("births", {"ax": "left"}, "ax must be Axes"),
        ("births", {"dpi": 5}, "dpi must be"),
        ("birth_curves", {"lines": "depth"}, "needs two axes, not depth twice"),
        ("birth_curves", {"scale": "root"}, "scale must be one of linear, log"),
        ("birth_curves", {"lines": "sigma_b"}, "there is no axis 'sigma_b'"),
        ("birth_layers", {"lines": "sigma_b"}, "there is no axis 'sigma_b'"),
        ("birth_layers", {"ax": ["left"]}, "ax must be Axes"),
    ],
)
def test_arguments_that_mean_nothing(files, picture, options, words):
    assert words in refusal(lambda: getattr(deadcone.plot, picture)(files["signs"], **options), ConfigError)
    assert plt.get_fignums() == []


def test_what_holds_no_births_is_refused_in_a_line(files, dataset, tmp_path):
    wrong, cut = dataset("signs"), dataset("signs")
    wrong["probability"] = wrong.probability + 1
    plot = deadcone.plot
    cases = [
        (lambda draw=getattr(plot, name), source=source: draw(source), f"{what} has no variable 'born_dead'")
        for name in PICTURES
        for source, what in ((files["sweep"], "the file"), (xr.Dataset(), "the Dataset"))
    ]
    cases += [
        (lambda draw=getattr(plot, name): draw(files["signs"]), "the file has no variable 'fate'")
        for name in ("maps", "steps", "dead_fraction")
    ]
    cases += [
        (lambda: plot.field(files["signs"]), "the file has no variable 'loss'"),
        (lambda: plot.births([1, 2]), "not an object of the type list"),
        (lambda: plot.births(wrong), "'probability' holds what is no probability"),
        (lambda: plot.births(cut.drop_vars("networks")), "no variable 'networks'"),
        (lambda: plot.births(cut.drop_vars("width")), "has no coordinate"),
        (lambda: plot.birth_curves(cut.drop_vars("exact")), "no variable 'exact'"),
        (lambda: plot.birth_curves(cut.assign(probability_low=cut.probability_high)), "do not contain the probabilities"),
        (lambda: plot.birth_curves({}), "a dict of them by label"),
        (lambda: plot.birth_curves({1: cut}), "a dict of them by label"),
        (lambda: plot.birth_curves([cut]), "not an object of the type list"),
        (lambda: plot.birth_layers(cut.drop_vars("layer")), "no variable 'layer'"),
        (lambda: plot.births(tmp_path / "none.h5"), "no such file"),
        (lambda: plot.births(cut.isel(width=[0, 0])), "only 1 different numbers"),
    ]
    for call, words in cases:
        assert words in refusal(call)
    assert plt.get_fignums() == []


def test_too_many_lines_or_cells_are_refused(program, tmp_path):
    program.done(f"{SIGNS} --width 1:40:40 --depth 2 --networks 1 --out", tmp_path / "many.h5")
    for draw in (deadcone.plot.birth_curves, deadcone.plot.birth_layers):
        assert "40 values of width are too many lines" in refusal(lambda draw=draw: draw(tmp_path / "many.h5"), ConfigError)
    program.done(f"{SIGNS} --width 1 --depth 1:300:300 --networks 1 --out", tmp_path / "long.h5")
    with xr.load_dataset(tmp_path / "long.h5", engine="h5netcdf") as long:
        many = xr.concat([long.assign_coords(width=[n]) for n in range(1, 230)], "width", data_vars="minimal")
    assert "229 x 300 points are too many; choose at={'width': ...} or at={'depth': ...}" in refusal(
        lambda: deadcone.plot.births(many)
    )
