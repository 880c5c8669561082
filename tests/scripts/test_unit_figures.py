"""scripts/plots/unit_figures.py, run as a user runs it but coarsely."""

import os

import numpy as np
import pytest
from matplotlib import image

import in_process  # makes the scripts modules
from deadcone.plot._reader import ResultFile
import figures
import unit_figures

DPI = 60
COARSE = {
    "unit-deaths": ("--side", 8, "--points", 2),
    "unit-leak": ("--side", 8, "--points", 3),
    "unit-adam": ("--side", 8),
    "unit-training": ("--side", 8),
    "unit-init": ("--side", 8),
    "unit-rates": ("--side", 32),
    "unit-bifurcation": ("--points", 4),
}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """As few trajectories and updates as the figures can do with."""
    monkeypatch.setattr(figures, "ENOUGH_UPDATES", 20_000)
    monkeypatch.setattr(unit_figures, "MOST_UPDATES", 300)
    monkeypatch.setattr(unit_figures, "INIT_SAMPLES", 10)
    monkeypatch.setattr(unit_figures, "TRANSIENT", 200)


@pytest.mark.parametrize("name", unit_figures.RECIPES)
def test_every_figure_is_made_as_png_and_pdf(deadcone, tmp_path, name):
    arguments = ("--program", os.environ["DEADCONE"], "--out", tmp_path, "--dpi", DPI, *COARSE[name])
    result = in_process.run("unit_figures", name, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [str(tmp_path / f"{name}.png"), str(tmp_path / f"{name}.pdf")]
    pixels = image.imread(tmp_path / f"{name}.png")
    assert abs(pixels.shape[1] / DPI - figures.FULL_WIDTH) < 0.1
    assert np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0).shape[0] > 50


def test_a_caption_says_all_of_another_unit(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    options = "sweep --quiet --unit tanh --plane beta,eta --beta 0:1:4 --eta log:0.1:10:3 --w 0.5 --b -0.5 --max-updates 50"
    deadcone.done(options, "--out", path)
    with ResultFile(path, "fate") as data:
        caption = figures.parameters_of(data)
    for words in ("$w_0 = 0.5$", r"pixels $\beta \in [0, 1]$", r"in the logarithm, $4 \times 3$", "the minimum", "mean slope"):
        assert words in caption
