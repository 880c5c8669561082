"""Pictures and the atlas of maps of any plane."""

import json

import numpy as np
import pytest

import in_process  # makes the scripts modules
from deadcone.plot._drawing import TARGET, legend_of, names_of_marks
from deadcone.plot._grid import Grid
from deadcone.plot._labels import sides_of
from deadcone.plot._reader import ResultFile


@pytest.fixture(scope="module")
def plane(deadcone, tmp_path_factory):
    """One start over momentum and learning rate, at two of each of two other axes."""
    path = tmp_path_factory.mktemp("plane") / "plane.h5"
    deadcone.done(
        "sweep --quiet --device cpu --plane beta,eta --beta 0:1:24 --eta log:0.01:10:20 --w=-0.5,0.75 --b 0.5 "
        "--gamma 0.5,1 --max-steps 400 --fields steps,final --out",
        path,
    )
    return path



def draw(name, *arguments):
    result = in_process.run(name, *arguments)
    assert result.returncode == 0, result.stderr
    return result


@pytest.mark.parametrize("name", ["plot_sweep", "plot_steps", "plot_dead_fraction"])
def test_pictures_of_any_plane(plane, tmp_path, name):
    draw(name, plane, "--out", tmp_path / "picture.svg")
    text = (tmp_path / "picture.svg").read_text()
    assert text.startswith("<?xml")
    draw(name, plane, "--w", "0.75", "--gamma", "1", "--out", tmp_path / "one.png")
    refused = in_process.run(name, plane, "--beta", "0.5", "--out", tmp_path / "none.png")
    assert refused.returncode != 0 and "--beta cannot choose maps" in refused.stderr
    assert refused.stderr.count("\n") == 1 and not (tmp_path / "none.png").exists()


def test_a_picture_of_starts_has_the_target_and_others_have_none(deadcone, plane, tmp_path):
    starts = tmp_path / "starts.h5"
    deadcone.done("sweep --quiet --w -2:2:8 --b -2:2:6 --max-steps 100 --out", starts)
    with ResultFile(starts, "fate") as data:
        assert data.plane == ("w", "b") and data.has_starts() and data.logarithmic() == (False, False)
        grid = Grid(data, {})
        assert grid.axes == ["beta", "gamma"] and grid.marks((0, 0)) == [(TARGET, (1.0, 0.0))]
        assert sides_of(data) == (["initial $w$", "initial $b$"], (False, False))
    with ResultFile(plane, "fate") as data:
        assert data.plane == ("beta", "eta") and not data.has_starts() and data.logarithmic() == (False, True)
        grid = Grid(data, {})
        assert grid.axes == ["w", "gamma"] and grid.marks((0, 0)) == [] and grid.shape == (2, 2)
        assert np.allclose(data.window(), (0.0, 1.0, -2.0, 1.0))
        assert sides_of(data) == ([r"$\beta$", r"$\eta$"], (False, True))
        assert legend_of([], {}, names_of_marks({(0, 0): grid.marks((0, 0))})) == []


def test_the_atlas_has_any_plane(plane, tmp_path):
    site = tmp_path / "site"
    draw("atlas", plane, "--out", site)
    said = json.loads((site / "data" / "sweep.js").read_text().removeprefix("atlas.sweep = ").removesuffix(";\n"))
    assert said["axes"] == {"gamma": [0.5, 1.0], "delta": [0.0], "w": [-0.5, 0.75], "r": [0.0], "b": [0.5]}
    assert said["panels"] == ["w", "gamma"]
    x, y = said["plane"]["x"], said["plane"]["y"]
    assert (x["axis"], x["lo"], x["hi"], x["count"], x["logarithmic"]) == ("beta", 0.0, 1.0, 24, False)
    assert (y["axis"], y["lo"], y["hi"], y["count"], y["logarithmic"]) == ("eta", 0.01, 10.0, 20, True)
    assert x["meaning"] == "momentum" and len(x["values"]) == 24 and len(y["values"]) == 20
