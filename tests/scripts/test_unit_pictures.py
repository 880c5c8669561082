"""Pictures and the atlas of any unit under any optimiser."""

import itertools
import json

import h5py
import numpy as np
import pytest

import in_process  # makes the scripts modules
from deadcone._atlas._generator import CRITERIA
from deadcone.plot._drawing import LEAST_MINIMUM, OTHER_MINIMUM, legend_of, names_of_marks
from deadcone.plot._grid import Grid
from deadcone.plot._palettes import PALETTES
from deadcone.plot._panels import Panels
from deadcone.plot._reader import ResultFile

FATES = ("converged", "dead", "stalled", "unfinished", "diverged", "cycling", "other-minimum")


@pytest.fixture(scope="module")
def gelu(deadcone, tmp_path_factory):
    """A unit with two minima, under Adam with all that goes with it."""
    path = tmp_path_factory.mktemp("gelu") / "gelu.h5"
    deadcone.done(
        "sweep --quiet --device cpu --unit gelu --optimizer adam --gamma 1,0.1 --beta 0,0.9 --eta 0.05 --clip norm:2 "
        "--schedule warmup:10+cosine:1500:0.1 --w -2:2:32 --b -3:2:40 --max-updates 3000 --fields steps,final --out",
        path,
    )
    return path


@pytest.fixture(scope="module")
def leaky(deadcone, tmp_path_factory):
    """Three leaks at one momentum and one target."""
    path = tmp_path_factory.mktemp("leaky") / "leaky.h5"
    options = "sweep --quiet --device cpu --unit leaky --leak 0.01,0.1,0.3 --decay 0.01 --w -2:2:16 --b -2:2:12"
    deadcone.done(options, "--max-updates 500 --out", path)
    return path


def draw(name, *arguments):
    result = in_process.run(name, *arguments)
    assert result.returncode == 0, result.stderr
    return result


# ---- Colours

# What a reader sees who lacks one kind of cones, in linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]),
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])


def lab_of(colour, blindness):
    """CIE L*a*b* of '#RRGGBB' as a reader sees it."""
    code = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ np.clip(blindness @ linear, 0, 1) / (0.95047, 1.0, 1.08883)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("name", PALETTES)
def test_every_reader_tells_fates_apart(name):
    """Every pair of fates by colour, and by lightness alone in print without colours."""
    colours = PALETTES[name].fates
    for one, other in itertools.combinations(FATES, 2):
        for blindness in BLINDNESS.values():
            apart = lab_of(colours[one], blindness) - lab_of(colours[other], blindness)
            assert np.linalg.norm(apart) > 18, (one, other)
        greys = [lab_of(colours[fate], BLINDNESS["none"])[0] for fate in (one, other)]
        assert abs(greys[0] - greys[1]) > 5, (one, other, greys)


# ---- Pictures


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("name", ["plot_sweep", "plot_steps", "plot_dead_fraction"])
def test_pictures_of_any_unit(gelu, tmp_path, name, palette):
    draw(name, gelu, "--palette", palette, "--out", tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text().startswith("<?xml")
    draw(name, gelu, "--beta", "0.9", "--at", "gamma=1", "--out", tmp_path / "one.png")


def test_a_picture_names_unit_and_optimiser(gelu, leaky, deadcone, tmp_path):
    with ResultFile(gelu, "fate") as data:
        caption = Grid(data, {}).caption()
    assert caption.startswith("gelu under adam, cosine:1500:0.1 schedule, clipped by norm,  ")
    for part in (r"$\eta = 0.05$", r"$\beta_2 = 0.999$", r"$\mathrm{warmup} = 10$", r"$\mathrm{clip} = 2$"):
        assert part in caption
    with ResultFile(leaky, "fate") as data:
        caption = Grid(data, {}).caption()
        assert caption.startswith("leaky under momentum,  ") and r"$\lambda = 0.01$" in caption
    rectifier = tmp_path / "rectifier.h5"
    deadcone.done("sweep --quiet --w -2:2:4 --b -2:2:4 --max-updates 10 --out", rectifier)
    with ResultFile(rectifier, "fate") as data:
        assert data.training() == "" and data.minima((0, 0)) is None
        assert Grid(data, {}).caption().startswith(r"$\eta = 0.1$")
    deadcone.done("sweep --quiet --decay 0.1 --w -2:2:4 --b -2:2:4 --max-updates 10 --overwrite --out", rectifier)
    with ResultFile(rectifier, "fate") as data:
        assert data.training() == "relu under momentum"


def test_a_long_caption_stays_within_the_picture(gelu):
    with ResultFile(gelu, "fate") as data:
        grid = Grid(data, {"beta": 0.9, "gamma": 1.0})
        panels = Panels(*grid.shape, data.window(), 100)
        panels.draw([""], [""], grid.caption(), [], ("", ""))
    (text,) = [text for text in panels.figure.texts if "gelu" in text.get_text()]
    box = text.get_window_extent()
    assert text.get_text().count("\n") > 0 and box.x1 <= panels.figure.bbox.width
    assert box.y0 > panels.figure.axes[0].get_window_extent().y1


def test_a_swept_leak_takes_the_place_of_a_momentum_that_is_not_swept(leaky):
    with ResultFile(leaky, "fate") as data:
        grid = Grid(data, {})
        assert grid.axes == ["leak", "gamma"] and grid.column_titles() == ["$a = 0.01$", "$a = 0.1$", "$a = 0.3$"]
        assert Grid(data, {"leak": 0.15}).columns.tolist() == [0.1]


def test_axes_are_chosen_by_name(leaky, tmp_path):
    draw("plot_sweep", leaky, "--at", "leak=0.1", "--out", tmp_path / "one.png")
    for options, words in (
        (("--at", "beta2=0.9"), "has no axis 'beta2'"),
        (("--at", "w=0"), "cannot choose maps"),
        (("--at", "leak"), "is not AXIS=VALUE"),
        (("--at", "leak=much"), "is not AXIS=VALUE"),
    ):
        refused = in_process.run("plot_sweep", leaky, *options, "--out", tmp_path / "none.png")
        assert refused.returncode != 0 and words in refused.stderr
    assert not (tmp_path / "none.png").exists()


def test_an_axis_may_have_the_name_of_an_option(deadcone, tmp_path):
    """plot_steps has the option --scale, and elu the axis scale."""
    path = tmp_path / "elu.h5"
    deadcone.done("sweep --quiet --unit elu --scale 0.5,1 --w -2:2:6 --b -2:2:6 --max-updates 50 --out", path)
    draw("plot_steps", path, "--scale", "rank", "--at", "scale=1", "--out", tmp_path / "elu.png")


def test_marks_are_the_minima_of_the_file(gelu):
    with ResultFile(gelu, "fate") as data, h5py.File(gelu, locking=False) as file:
        grid = Grid(data, {})
        for (row, column), position in grid.positions.items():
            names, places = zip(*grid.marks((row, column)))
            assert names == (LEAST_MINIMUM, OTHER_MINIMUM)
            assert places[0] == (file["minimum_w"][position][0], file["minimum_b"][position][0])
        # At gamma = 1, as docs/units.md has them.
        assert np.allclose([place for _, place in grid.marks((0, 0))], [(0.904028, 0.188852), (-0.637503, -1.88977)], atol=1e-5)
        labels = [entry.get_label() for entry in legend_of([], {}, names_of_marks({0: grid.marks((0, 0))}))]
        assert labels == [LEAST_MINIMUM, OTHER_MINIMUM]


def test_a_minimum_out_of_sight_is_not_marked(deadcone, tmp_path):
    """So there may be nothing to explain below the maps."""
    path = tmp_path / "sigmoid.h5"
    deadcone.done("sweep --quiet --unit sigmoid --eta 2 --w -2:2:6 --b -2:2:6 --out", path)
    draw("plot_steps", path, "--out", tmp_path / "steps.png")
    with ResultFile(path, "fate") as data:
        assert len(data.minima((0, 0))) == 1 and Grid(data, {}).marks((0, 0)) == []


def test_a_field_of_any_unit_has_no_cones(deadcone, tmp_path):
    path = tmp_path / "field.h5"
    deadcone.done("field --unit silu --gamma 1 --w -2:2:24 --b -2:2:24 --out", path)
    draw("plot_field", path, "--out", tmp_path / "field.svg")
    with ResultFile(path, "loss") as data:
        assert data.configured("unit") == {"unit": "silu"}


# ---- The atlas


def test_the_atlas_has_any_unit(gelu, tmp_path):
    site = tmp_path / "site"
    draw("atlas", gelu, "--out", site)
    said = json.loads((site / "data" / "sweep.js").read_text().removeprefix("atlas.sweep = ").removesuffix(";\n"))
    assert said["training"] == "gelu under adam, cosine:1500:0.1 schedule, clipped by norm"
    assert [fate["name"] for fate in said["fates"]] == list(FATES)
    assert {fate["name"]: fate["colour"] for fate in said["fates"]}.items() <= PALETTES["default"].fates.items()
    assert said["axes"]["beta2"] == [0.999] and said["axes"]["warmup"] == [10.0]
    with h5py.File(gelu) as file:
        assert [len(minima) for minima in said["minima"]] == [2, 2, 2, 2]
        order = list(itertools.product(np.argsort(file["beta"][...]), np.argsort(file["gamma"][...])))
        for minima, position in zip(said["minima"], order):
            assert minima[0] == [file["minimum_w"][position][0], file["minimum_b"][position][0]]
    assert CRITERIA.keys() <= said["criteria"].keys()
