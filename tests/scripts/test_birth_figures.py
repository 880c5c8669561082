"""scripts/plots/birth_figures.py, run as a user runs it but with few networks, and the scripts of single pictures."""

import os

import h5py
import numpy as np
import pytest
from matplotlib import image

import in_process  # makes the scripts modules
import birth_figures
import figures

DPI = 60
OTHER_WIDTHS = {"births-points": figures.COLUMN_WIDTH}


@pytest.fixture
def short(monkeypatch):
    """As few networks as the figures can do with, and not as deep."""
    for name in ("MANY", "SOME", "FEW", "FEWEST"):
        monkeypatch.setattr(birth_figures, name, 200)
    monkeypatch.setattr(birth_figures, "DEEPEST", 5)
    monkeypatch.setattr(birth_figures, "DEPTHS", "1:5:5")


@pytest.mark.parametrize("name", birth_figures.RECIPES)
def test_every_figure_is_made_as_png_and_pdf(deadcone, short, tmp_path, name):
    result = in_process.run("birth_figures", name, "--program", os.environ["DEADCONE"], "--out", tmp_path, "--dpi", DPI)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [str(tmp_path / f"{name}.png"), str(tmp_path / f"{name}.pdf")]
    pixels = image.imread(tmp_path / f"{name}.png")
    assert abs(pixels.shape[1] / DPI - OTHER_WIDTHS.get(name, figures.FULL_WIDTH)) < 0.1
    assert np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0).shape[0] > 50


def test_births_are_kept_while_they_are_the_same(deadcone, short, monkeypatch, tmp_path):
    def made(networks):
        monkeypatch.setattr(birth_figures, "SOME", networks)
        program = os.environ["DEADCONE"]
        run = in_process.run("birth_figures", "births-points", "--program", program, "--out", tmp_path, "--dpi", DPI)
        assert run.returncode == 0, run.stderr
        with h5py.File(tmp_path / "births-points.h5") as file:
            return file.attrs["history"], int(file["networks"][...].max())

    first = made(100)
    assert made(100) == first and made(150)[1] == 150


# ---- Scripts of single pictures


@pytest.fixture(scope="module")
def births(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("births") / "births.h5"
    options = "birth --quiet --width 1,2,3 --depth 1:4:4 --dimension 1 --points 2 --inputs signs --networks 100 --out"
    deadcone.done(options, path)
    return path


@pytest.mark.parametrize("script, ending", [("births", "births"), ("birth_curves", "curves"), ("birth_layers", "layers")])
def test_a_picture_lies_beside_its_file(births, script, ending):
    result = in_process.run(f"plot_{script}", births, "--dpi", DPI)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (births.parent / f"births_{ending}.png").stat().st_size > 5000


@pytest.mark.parametrize(
    "script, options",
    [
        ("births", ("--x", "width", "--y", "depth", "--level", 0.1, "--palette", "paper")),
        ("birth_curves", ("--x", "width", "--lines", "none", "--at", "depth=3", "--scale", "log", "--no-theory")),
        ("birth_layers", ("--lines", "depth", "--at", "width=2")),
    ],
)
def test_options_change_the_picture(births, tmp_path, script, options):
    for name, chosen in (("usual", ()), ("other", options)):
        result = in_process.run(f"plot_{script}", births, "--dpi", DPI, "--out", tmp_path / f"{name}.png", *chosen)
        assert (result.returncode, result.stderr) == (0, "")
    usual, other = (image.imread(tmp_path / f"{name}.png") for name in ("usual", "other"))
    assert usual.shape == other.shape and not np.array_equal(usual, other)


def test_several_files_are_drawn_in_one_picture(births, deadcone, tmp_path):
    other = tmp_path / "other.h5"
    options = "birth --quiet --width 1,2,3 --depth 1:4:4 --dimension 1 --points 2 --inputs signs --init rai --networks 100"
    deadcone.done(options, "--out", other)
    for options in ((), ("--label", "He", "--label", "RAI")):
        out = tmp_path / f"{len(options)}.svg"
        result = in_process.run("plot_birth_curves", births, other, "--at", "width=2", *options, "--out", out)
        assert (result.returncode, result.stderr) == (0, "")
    names = ["<!-- births -->", "<!-- other -->"], ["<!-- He -->", "<!-- RAI -->"]
    for count, shown in zip((0, 4), names):
        assert all(name in (tmp_path / f"{count}.svg").read_text() for name in shown)


@pytest.mark.parametrize(
    "script, options, words",
    [
        ("births", ("--x", "breadth"), "there is no axis 'breadth'; the axes are width, depth, dimension"),
        ("births", ("--at", "layer=1"), "there is no axis 'layer'"),
        ("births", ("--level", 2), "level must be between 0 and 1"),
        ("birth_curves", ("--label", "a", "--label", "b"), "there are 1 files and 2 labels"),
        ("birth_curves", ("--lines", "depth"), "needs two axes, not depth twice"),
        ("birth_layers", ("--lines", "breadth"), "there is no axis 'breadth'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_line(births, tmp_path, script, options, words):
    result = in_process.run(f"plot_{script}", births, *options, "--out", tmp_path / "none.png")
    assert result.returncode == 1 and result.stderr.count("\n") == 1 and words in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_one_name_need_labels(births, tmp_path):
    result = in_process.run("plot_birth_curves", births, births, "--out", tmp_path / "none.png")
    assert result.returncode == 1 and "two files have the same label; give one --label for each" in result.stderr


def test_too_many_points_say_what_to_choose(deadcone, tmp_path):
    options = "birth --quiet --width 1 --depth 1:300:300 --dimension 1 --sigma-w 1:300:300 --points 2 --networks 1 --out"
    deadcone.done(options, tmp_path / "many.h5")
    result = in_process.run("plot_births", tmp_path / "many.h5", "--y", "sigma_w")
    assert result.returncode == 1 and "choose --at sigma_w=VALUE or --at depth=VALUE" in result.stderr
