"""Planes: any two axes span the pixels of a map, in the file and in all that works with it."""

import itertools
import json
import shutil
import signal
import time

import h5py
import numpy as np
import pytest
import xarray as xr
from scipy.special import ndtr

from conftest import (
    Criteria,
    Point,
    assert_done_points_match,
    assert_one_error,
    assert_same_results,
    centres,
    read_all,
    simulate,
)

AXES = ("beta", "gamma", "eta", "delta", "r", "w", "b")
ALL_FIELDS = "--fields steps,final,loss"
# One start over momentum and learning rate, at two of each of the other axes that have several values.
PLANE = (
    "--plane beta,eta --beta 0:1:24 --eta log:0.01:10:20 --w=-0.5,0.75 --b 0.5 --gamma 0.5,1 --max-steps 400 "
    "--device cpu --quiet"
)


def log_centres(lo, hi, count):
    return lo * (hi / lo) ** ((np.arange(count) + 0.5) / count)


@pytest.fixture(scope="module")
def plane(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("plane") / "plane.h5"
    deadcone.done("sweep", PLANE, ALL_FIELDS, "--out", path)
    return path


def configuration(path):
    with h5py.File(path) as file:
        return json.loads(file.attrs["configuration"])


def test_the_default_is_the_plane_of_starts(deadcone, tmp_path):
    """Its file is what it was before there were others."""
    options = "sweep --quiet --beta 0,0.9 --w -2:2:8 --b -1:2:6 --max-steps 200"
    deadcone.done(options, "--out", tmp_path / "default.h5")
    deadcone.done(options, "--plane w,b --out", tmp_path / "named.h5")
    assert_same_results(tmp_path / "named.h5", tmp_path / "default.h5")
    stored = configuration(tmp_path / "default.h5")
    assert stored == configuration(tmp_path / "named.h5")
    assert list(stored)[:2] == ["axes", "window"] and list(stored["axes"]) == list(AXES[:5])
    assert stored["window"] == {"w": {"lo": -2.0, "hi": 2.0, "count": 8}, "b": {"lo": -1.0, "hi": 2.0, "count": 6}}


def test_dimensions_are_named_after_the_axes(plane):
    with h5py.File(plane) as file:
        fate = file["fate"]
        assert [dimension[0].name for dimension in fate.dims] == ["/gamma", "/delta", "/w", "/eta", "/beta"]
        assert fate.shape == (2, 1, 2, 20, 24)
        assert file["point_done"].shape == (2, 1, 2) and (file["point_done"][...] == 1).all()
        assert np.array_equal(file["beta"][...], centres(0.0, 1.0, 24))
        assert np.allclose(file["eta"][...], log_centres(0.01, 10.0, 20), rtol=1e-15)
        assert file["w"][...].tolist() == [-0.5, 0.75] and file["b"][()] == 0.5
        assert fate.attrs["coordinates"].decode() == "r b"
        assert file["eta"].attrs["long_name"].decode() == "learning rate, at pixel centres"
        assert file["w"].attrs["long_name"].decode() == "initial weight along the target direction"
        assert {"w_final", "b_final", "loss_final"} < set(file) and "r_final" not in file
    stored = configuration(plane)
    assert "window" not in stored and list(stored["axes"]) == ["gamma", "delta", "r", "w", "b"]
    assert stored["plane"] == {
        "x": {"axis": "beta", "lo": 0.0, "hi": 1.0, "count": 24},
        "y": {"axis": "eta", "lo": 0.01, "hi": 10.0, "count": 20, "logarithmic": True},
    }


def test_xarray_opens_it(plane):
    with xr.open_dataset(plane, engine="h5netcdf") as data:
        assert data.fate.dims == ("gamma", "delta", "w", "eta", "beta")
        picked = data.sel(gamma=1.0, w=0.75, beta=0.9, eta=0.1, method="nearest")
        assert picked.fate.dims == ("delta",) and picked.b.item() == 0.5


def test_pixels_are_trajectories_of_their_values(plane):
    """By the model of these tests, in double; a map in float differs at few pixels."""
    data = read_all(plane)
    criteria = Criteria(max_steps=400)
    wrong = pixels = 0
    for (i, gamma), (k, w) in itertools.product(enumerate(data["gamma"]), enumerate(data["w"])):
        for (row, eta), (column, beta) in itertools.product(enumerate(data["eta"]), enumerate(data["beta"])):
            if (row + column) % 5:
                continue
            point = Point(beta=float(beta), eta=float(eta), gamma=float(gamma))
            fate, _, _ = simulate(float(w), 0.5, point, criteria)
            wrong += int(fate) != data["fate"][i, 0, k, row, column]
            pixels += 1
    assert wrong <= pixels // 100 and pixels > 300
    assert set(np.unique(data["fate"])) > {0, 1}


@pytest.mark.parametrize("x, y", list(itertools.permutations(AXES, 2)))
def test_every_pair_of_axes(deadcone, tmp_path, x, y):
    """A small map of each, of several points, is verified by recomputing all of it, one tile after the other."""
    values = {"beta": "0.3,0.9", "gamma": "0.5,1", "eta": "0.1", "delta": "0", "r": "0,0.5", "w": "-1,0.5", "b": "0.5"}
    ranges = {
        "beta": "0:1:5",
        "gamma": "log:0.1:4:5",
        "eta": "log:0.01:5:5",
        "delta": "-1:1:5",
        "r": "-0.5:0.5:5",
        "w": "-2:2:5",
        "b": "-2:2:5",
    }
    options = " ".join(f"--{axis}={ranges[axis] if axis in (x, y) else values[axis]}" for axis in AXES)
    path = tmp_path / "map.h5"
    run = f"--max-steps 60 --device cpu --quiet {ALL_FIELDS}"
    deadcone.done("sweep", options, f"--plane {x},{y}", run, "--out", path)
    assert "all bits equal" in deadcone.done("verify --all", path).stdout
    with h5py.File(path) as file:
        dimensions = [dimension[0].name[1:] for dimension in file["fate"].dims]
        assert dimensions[-2:] == [y, x]
        assert dimensions[:-2] == [axis for axis in AXES if axis in dimensions[:-2]]


def test_info_names_the_plane(deadcone, plane):
    lines = deadcone.done("info", plane).stdout.splitlines()
    assert "beta       24 pixels from 0 to 1" in lines
    assert "eta        20 pixels from 0.01 to 10 in the logarithm" in lines
    assert "w          -0.5, 0.75  (initial weight along the target direction)" in lines
    assert "b          0.5  (initial bias)" in lines
    assert any(line.split()[:3] == ["gamma", "delta", "w"] for line in lines)


def test_verify_finds_a_wrong_pixel_and_names_it(deadcone, plane, tmp_path):
    path = shutil.copy(plane, tmp_path / "wrong.h5")
    with h5py.File(path, "r+") as file:
        file["steps"][1, 0, 0, 3, 7] += 1
        beta, eta = file["beta"][7], file["eta"][3]
    result = deadcone("verify --all", path)
    assert result.returncode == 1
    line = result.stdout.splitlines()[0]
    assert line.startswith("point 2 (gamma 1, delta 0, w -0.5), pixel eta 3, beta 7 (eta "), line
    assert f"beta {beta}" in line and "steps is" in line and str(eta)[:8] in line


def test_analyze_measures_any_plane(deadcone, plane, tmp_path):
    path = shutil.copy(plane, tmp_path / "analyzed.h5")
    table = deadcone.done("analyze --samples 20", path).stdout
    assert table.split()[:3] == ["gamma", "delta", "w"]
    with h5py.File(path) as file:
        group = file["analysis"]
        assert np.allclose(group["fate_probability"][...], file["fate_fraction"][...])
        assert {"uncertain_fraction_along_beta", "uncertain_fraction_along_eta"} < set(group)
        assert "uncertain_fraction_along_w" not in group
        fate = file["fate"][0, 0, 0]
        differs = np.zeros(fate.shape, bool)
        for axis in (0, 1):
            change = np.diff(fate, axis=axis) != 0
            pad = [(0, 0), (0, 0)]
            for side in ((0, 1), (1, 0)):
                pad[axis] = side
                differs |= np.pad(change, pad)
        assert group["boundary_pixels"][0, 0, 0] == differs.sum()
        assert (group["linear_cone_share"][...] >= 0).all()
    for init in ("normal:1:1", "he:10"):
        result = deadcone(f"analyze --overwrite --init {init}", path)
        assert_one_error(result, 2, "--init must be uniform", "not starts in the plane w,b")


def test_shards_merge_to_the_whole(deadcone, plane, tmp_path):
    for k in (1, 2, 3):
        deadcone.done("sweep", PLANE, ALL_FIELDS, f"--shard {k}/3 --out", tmp_path / "map.h5")
    deadcone.done("merge", tmp_path / "merged.h5", *sorted(tmp_path.glob("map.*-of-3.h5")))
    assert_same_results(tmp_path / "merged.h5", plane)
    deadcone.done("verify --all", tmp_path / "merged.h5")


def test_a_killed_sweep_is_resumed(deadcone, tmp_path):
    options = (
        "sweep --device cpu --threads 1 --plane eta,b --eta log:0.001:1:40 --b -2:2:40 --w -2:2:60 --r 0,0.5 "
        "--max-steps 2000 --quiet"
    )
    whole = tmp_path / "whole.h5"
    deadcone.done(options, "--out", whole)
    path = tmp_path / "part.h5"
    process = deadcone.start(options, "--out", path)
    journal = tmp_path / "part.h5.journal"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if journal.exists() and journal.stat().st_size > 20_000:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert assert_done_points_match(path, whole) < 120
    deadcone.done(options, "--resume --out", path)
    assert_same_results(path, whole)
    # A file of another plane is another sweep.
    result = deadcone("sweep --quiet --w -2:2:8 --b -2:2:8 --resume --out", path)
    assert_one_error(result, 2, "another sweep", "plane x is")


def test_refined_by_borders(deadcone, tmp_path):
    options = "sweep --quiet --device cpu --plane beta,eta --beta 0:1:100 --eta log:0.01:10:90 --w 0.5 --b 0.5"
    deadcone.done(options, "--max-steps 500 --out", tmp_path / "all.h5")
    deadcone.done(options, "--max-steps 500 --refine --out", tmp_path / "refined.h5")
    deadcone.done("verify --all", tmp_path / "refined.h5")
    every, refined = read_all(tmp_path / "all.h5"), read_all(tmp_path / "refined.h5")
    computed = refined["provenance"] == 0
    assert 0.05 < computed.mean() < 0.8
    assert np.array_equal(refined["fate"][computed], every["fate"][computed])
    assert np.mean(refined["fate"] != every["fate"]) < 2e-3


def test_certified(deadcone, tmp_path):
    options = "sweep --quiet --device cpu --plane gamma,w --gamma log:0.05:2:40 --w -2:2:30 --b 0.25"
    deadcone.done(options, "--out", tmp_path / "plain.h5")
    deadcone.done(options, "--certify --out", tmp_path / "certified.h5")
    deadcone.done("verify --all", tmp_path / "certified.h5")
    plain, certified = read_all(tmp_path / "plain.h5"), read_all(tmp_path / "certified.h5")
    assert np.mean(plain["fate"] == certified["fate"]) > 0.99
    assert (certified["proof"] > 0).mean() > 0.5
    assert certified["steps"].mean() < plain["steps"].mean()


@pytest.mark.parametrize(
    "options, words",
    [
        ("--plane beta", ("--plane", "'beta' is not a plane: two axes X,Y")),
        ("--plane beta,eta,w", ("--plane", "'beta,eta,w' is not a plane")),
        ("--plane beta,beta", ("--plane", "has one axis twice")),
        ("--plane beta,time", ("--plane", "'time' is not an axis: beta, gamma, eta")),
        ("--plane ,", ("--plane", "'' is not an axis")),
        ("--plane beta,eta --eta 0.1:1:4 --w 0 --b 1", ("--beta must be given as LO:HI:N", "in the plane")),
        ("--plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --b 1", ("--w must be given", "not in the plane")),
        ("--plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --w 1", ("--b must be given", "not in the plane")),
        ("--plane beta,eta --beta 0,0.5 --eta 0.1:1:4 --w 1 --b 1", ("--beta", "'0,0.5' is not a range of pixels")),
        ("--plane beta,eta --beta 0.5 --eta 0.1:1:4 --w 1 --b 1", ("--beta", "'0.5' is not a range of pixels")),
        ("--plane beta,eta --beta 0:1.5:4 --eta 0.1:1:4 --w 1 --b 1", ("--beta must be in [0, 1)",)),
        ("--plane beta,eta --beta 0:1:0 --eta 0.1:1:4 --w 1 --b 1", ("--beta", "'0' is not an integer from 1")),
        ("--plane beta,eta --beta 1:0:4 --eta 0.1:1:4 --w 1 --b 1", ("--beta runs from 1 to 0",)),
        ("--plane beta,eta --beta nan:1:4 --eta 0.1:1:4 --w 1 --b 1", ("--beta runs from nan to 1",)),
        ("--plane beta,eta --beta 0:1:4 --eta log:0:1:4 --w 1 --b 1", ("--eta runs from 0 to 1", "logarithm")),
        ("--plane beta,eta --beta 0:1:4 --eta log:-1:1:4 --w 1 --b 1", ("--eta runs from -1 to 1", "logarithm")),
        ("--plane beta,eta --beta 0:1:4 --eta=-1:1:4 --w 1 --b 1", ("--eta must be > 0",)),
        ("--plane beta,eta --beta 0.5:0.5000001:64 --eta 0.1:1:4 --w 1 --b 1", ("--beta has 64 pixels", "double")),
        ("--plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --w 1,1 --b 1", ("--w has the value 1 twice",)),
        ("--plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --w inf --b 1", ("--w must be finite",)),
        ("--plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --w 1 --b 1 --refine exact", ("--refine", "w,b")),
        ("--plane b,w --refine exact", ("--refine", "w,b")),
        ("--plane beta,eta --beta 0:1:16777216 --eta 0.1:1:16777216 --w 1 --b 1 --precision double", ("",)),
        ("--plane w,b --w 0.5", ("--w", "'0.5' is not a range of pixels")),
        ("--w log:0:1:8", ("--w runs from 0 to 1", "logarithm")),
    ],
)
def test_what_is_refused(deadcone, tmp_path, options, words):
    result = deadcone("sweep --quiet", options, "--out", tmp_path / "a.h5")
    assert_one_error(result, 2, *words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text, typed",
    [
        ('plane = "beta,eta"\nbeta = "0:1:4"\neta = "log:0.1:1:3"\nw = 0.5\nb = [0.5, 1]', ""),
        ('beta = "0:1:4"\neta = "log:0.1:1:3"\nw = 0.5\nb = [0.5, 1]', "--plane beta,eta"),
        ('plane = "beta,eta"\nbeta = "0:1:9"\nb = [0.5, 1]', "--beta 0:1:4 --eta log:0.1:1:3 --w 0.5"),
        ('plane = "gamma,delta"\nbeta = "0:1:4"\neta = "log:0.1:1:3"\nw = 0.5\nb = "0.5,1"', "--plane beta,eta"),
    ],
)
def test_a_configuration_has_the_plane(deadcone, tmp_path, text, typed):
    """Whichever of its options come from the command line."""
    (tmp_path / "sweep.toml").write_text(text)
    common = "sweep --quiet --max-steps 50 --out"
    deadcone.done(common, tmp_path / "a.h5", typed, "--config", tmp_path / "sweep.toml")
    whole = "--plane beta,eta --beta 0:1:4 --eta log:0.1:1:3 --w 0.5 --b 0.5,1"
    deadcone.done(common, tmp_path / "b.h5", whole)
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


def test_a_window_may_be_logarithmic(deadcone, tmp_path):
    path = tmp_path / "log.h5"
    deadcone.done("sweep --quiet --w log:0.01:10:24 --b -1:1:8 --max-steps 100 --refine exact --out", path)
    deadcone.done("verify --all", path)
    deadcone.done("analyze --samples 5 --init normal:1:1", path)
    with h5py.File(path) as file:
        assert np.allclose(file["w"][...], log_centres(0.01, 10.0, 24), rtol=1e-15)
        # Of normal w and b; the ends of the window are edges of pixels.
        mass = (ndtr(10) - ndtr(0.01)) * (ndtr(1) - ndtr(-1))
        assert np.isclose(file["analysis/start_mass"][()], mass, rtol=1e-9)
    assert configuration(path)["plane"]["x"]["logarithmic"] is True


@pytest.mark.parametrize(
    "spoil, words",
    [
        (lambda stored: stored["plane"]["x"].update(axis="eta"), "beta"),
        (lambda stored: stored["plane"]["x"].update(axis="time"), "not an axis"),
        (lambda stored: stored["plane"]["x"].update(axis="gamma"), "beta"),
        (lambda stored: stored["plane"]["y"].update(lo=-1.0), "eta runs from -1"),
        (lambda stored: stored["plane"]["y"].update(logarithmic="yes"), "cannot be read"),
        (lambda stored: stored["plane"]["x"].update(count=1 << 40), "pixels"),
        (lambda stored: stored["plane"]["x"].update(lo=-1.0), "beta must be"),
        (lambda stored: stored["plane"]["x"].pop("hi"), "cannot be read"),
        (lambda stored: stored["plane"].pop("y"), "cannot be read"),
        (lambda stored: stored.pop("plane"), "cannot be read"),
        (lambda stored: stored.update(plane=7), "cannot be read"),
        (lambda stored: stored["axes"].update(beta=[0.5]), "beta is in the plane"),
        (lambda stored: stored["axes"].pop("w"), "cannot be read"),
        (lambda stored: stored["axes"].update(w=[]), "w must have a value"),
        (lambda stored: stored["plane"]["x"].update(count=12), "shape"),
    ],
)
def test_a_damaged_configuration_is_refused_in_words(deadcone, plane, tmp_path, spoil, words):
    path = shutil.copy(plane, tmp_path / "damaged.h5")
    stored = configuration(path)
    spoil(stored)
    with h5py.File(path, "r+") as file:
        file.attrs["configuration"] = np.bytes_(json.dumps(stored))
    for command in ("info", "verify", "analyze"):
        assert_one_error(deadcone(command, path), 3, "damaged.h5", words)


def test_completion_and_help_have_the_plane(deadcone):
    text = deadcone.done("sweep --help").stdout
    assert "--plane X,Y=w,b" in text and "the centres of N pixels between LO and HI" in text
    assert "--plane" in deadcone.done("completion bash").stdout
    assert "--plane" in deadcone.done("completion zsh").stdout
