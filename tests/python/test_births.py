"""deadcone.birth(): its results against the program and against what is known, bad arguments, files, interrupts."""

import inspect
import math
import os

import deadcone
import numpy as np
import pytest
import xarray as xr
from conftest import assert_is_that_of_the_program, compared
from deadcone import _core


@pytest.fixture(name="program")
def program_(request):
    """The program; its fixture has the name of the package."""
    return request.getfixturevalue("deadcone")


SMALL = {"networks": 600, "progress": False}
SIGNS = {"dimension": 1, "points": 2, "inputs": "signs", "progress": False}
# Much more than any test waits for.
ENDLESS = {"width": 64, "depth": 8, "networks": 2**32}


# ---- Results

BIRTHS = {
    "plain": ({"width": [2, 3], "depth": (1, 5, 3), "points": [4, 9]}, "--width 2,3 --depth 1:5:3 --points 4,9"),
    "normal biases": ({"bias": "normal", "sigma_b": [0.1, 1]}, "--bias normal --sigma-b 0.1,1"),
    "normal biases in a text": ({"bias": "normal:0.1", "width": "3,5"}, "--bias normal:0.1 --width 3,5"),
    "biases as weights": ({"bias": "init", "sigma_w": np.array([0.5, 1])}, "--bias init --sigma-w 0.5,1"),
    "layers of their own widths": (
        {"widths": [2, 5, 3], "dimension": np.arange(1, 4), "init": "glorot"},
        "--widths 2,5,3 --dimension 1:3:3 --init glorot",
    ),
    "residual": ({"skip": "residual", "width": 2, "points": 3}, "--skip residual --width 2 --points 3"),
    "what begins asymmetric": ({"init": "rai", "depth": [2, 4]}, "--init rai --depth 2,4"),
    "a goal": (
        {"precision_goal": 0.1, "width": [1, 8], "networks": 5000},
        "--precision-goal 0.1 --width 1,8 --networks 5000",
    ),
    "in double, with a seed": (
        {"precision": "double", "seed": 7, "inputs": "sphere", "redraw": False, "sign_flip": True},
        "--precision double --seed 7 --inputs sphere --no-redraw --sign-flip",
    ),
    "leaky, normalised": (
        {"leaky": 0.1, "batch_norm": True, "skip": "dense", "depth": 3},
        "--leaky 0.1 --batch-norm --skip dense --depth 3",
    ),
    "a grid": ({"inputs": "grid", "points": 9, "init": "orthogonal"}, "--inputs grid --points 9 --init orthogonal"),
}


@pytest.mark.parametrize("name", BIRTHS)
def test_births_are_those_of_the_program(program, tmp_path, name):
    arguments, options = BIRTHS[name]
    arguments = SMALL | arguments
    networks = "" if "--networks" in options else "--networks 600 "
    program.done("birth", networks + options, "--out", tmp_path / "program.h5")
    assert_is_that_of_the_program(deadcone.birth, arguments, tmp_path)


def assert_probability(births, exact):
    """The share is within four standard errors of a probability that is known."""
    networks = births.networks.values
    errors = np.sqrt(exact * (1 - exact) / networks)
    assert (abs(births.probability.values - exact) <= 4 * errors).all()


def test_what_is_known_is_found():
    width = np.arange(1, 6)
    births = deadcone.birth(**SIGNS, width=width, depth=[1, 2], networks=20_000).squeeze()
    t = 0.5**width
    assert (births.born_dead.sel(depth=1) == 0).all()
    assert_probability(births.sel(depth=2), t**2 * (3 - 2 * t))
    np.testing.assert_allclose(births.exact.sel(depth=2), t**2 * (3 - 2 * t), rtol=1e-12)

    depth = np.arange(1, 7)
    births = deadcone.birth(**SIGNS, width=1, depth=depth, networks=20_000).squeeze()
    assert_probability(births, 1 - 0.5 ** (depth - 1.0))
    np.testing.assert_array_equal(births.exact, 1 - 0.5 ** (depth - 1.0))


def test_theory_is_that_of_the_results():
    births = deadcone.birth(**SMALL, width=[2, 3], depth=[1, 4]).squeeze()
    names = births.exact_theorem.attrs["flag_meanings"].split()
    codes = births.exact_theorem.attrs["flag_values"].tolist()
    for width in (2, 3):
        for depth in (1, 4):
            theory = deadcone.birth_theory(width=width, depth=depth)
            point = births.sel(width=width, depth=depth)
            for name, bound in (("lower", "lower_bound"), ("upper", "upper_bound"), ("exact", "exact")):
                np.testing.assert_equal(getattr(theory, name), float(point[bound]))
                theorem = int(point[f"{name}_theorem"])
                assert getattr(theory, f"{name}_theorem") == names[codes.index(theorem)]
    assert math.isnan(deadcone.birth_theory(bias="normal:1").exact)
    assert deadcone.birth_theory(widths=[2, 3], skip="dense").exact_theorem == "injective"
    with pytest.raises(deadcone.ConfigError, match="width must be one number"):
        deadcone.birth_theory(width=[1, 2])


def test_defaults_are_those_of_the_library():
    defaults = _core.default_birth_arguments()
    axes = defaults.pop("axes")
    parameters = inspect.signature(deadcone.birth).parameters
    theory = inspect.signature(deadcone.birth_theory).parameters
    assert parameters["sigma_b"].default is None
    assert f"sigma_b : axis, default {axes.pop('sigma_b'):g}\n" in deadcone.birth.__doc__
    for name, default in (defaults | axes).items():
        assert parameters[name].default == default, name
    for name in theory:
        assert theory[name].default == parameters[name].default, name
    assert set(theory) == set(defaults) - {"networks", "precision_goal", "seed", "precision"} | {*axes, "sigma_b", "widths"}


def test_history_is_the_call():
    history = deadcone.birth(**SMALL, width=[2, 3], bias="init").attrs["history"]
    assert history.endswith("deadcone.birth(width=[2, 3], bias='init', networks=600)")


def test_references_are_those_of_births():
    assert deadcone.birth(**SMALL).attrs["references"] == "arXiv:1903.06733 arXiv:2007.06192"


# ---- Bad input

WRONG = [
    (deadcone.ConfigError, "width must be a whole number from 1 to 65536, but is 0", {"width": 0}),
    (deadcone.ConfigError, "depth must be a whole number from 1 to 16384, but is 2.5", {"depth": [1, 2.5]}),
    (deadcone.ConfigError, "depth has the value 3 twice", {"depth": [3, 3]}),
    (deadcone.ConfigError, "dimension must have a value", {"dimension": []}),
    (deadcone.ConfigError, "points must be even and at most 2.dimension for signs", {"inputs": "signs", "points": 3}),
    (deadcone.ConfigError, "points must be at least 2", {"leaky": 0.1, "points": 1}),
    (deadcone.ConfigError, "sigma_w: '.*' is not a number", {"sigma_w": "1:x:2"}),
    (deadcone.ConfigError, "sigma_b is for normal biases", {"sigma_b": 0.1}),
    (deadcone.ConfigError, "sigma_b must not be given where bias has it", {"bias": "normal:1", "sigma_b": 1}),
    (deadcone.ConfigError, "sigma_b must be in", {"bias": "normal:0"}),
    (deadcone.ConfigError, "bias: 'x' is not a number", {"bias": "normal:x"}),
    (deadcone.ConfigError, "bias: 'foo' is not a kind of bias", {"bias": "foo"}),
    (deadcone.ConfigError, "bias must not be given with the initialization rai", {"bias": "init", "init": "rai"}),
    (deadcone.ConfigError, "init: 'foo' is not an initialization", {"init": "foo"}),
    (deadcone.ConfigError, "inputs: 'foo' is not", {"inputs": "foo"}),
    (deadcone.ConfigError, "skip: 'foo' is not", {"skip": "foo"}),
    (deadcone.ConfigError, "precision: 'half' is not", {"precision": "half"}),
    (deadcone.ConfigError, "leaky must be in", {"leaky": -0.1}),
    (deadcone.ConfigError, "sign_flip is for rectifiers alone", {"sign_flip": True, "batch_norm": True}),
    (deadcone.ConfigError, "networks must be from 1 to 4294967296, but is 0", {"networks": 0}),
    (deadcone.ConfigError, "precision_goal must be in .0, 1.", {"precision_goal": 1}),
    (deadcone.ConfigError, "seed must be >= 0, but is -1", {"seed": -1}),
    (deadcone.ConfigError, "seed is too large", {"seed": 2**64}),
    (deadcone.ConfigError, "widths must be from 1 to 65536, but is 0", {"widths": [1, 0]}),
    (deadcone.ConfigError, "widths must have a value", {"widths": []}),
    (deadcone.ConfigError, "widths: 'x' is not", {"widths": "1,x"}),
    (deadcone.ConfigError, "width must not be given with widths", {"widths": [2, 3], "width": 2}),
    (deadcone.ConfigError, "depth must not be given with widths", {"widths": [2, 3], "depth": np.array([2])}),
    (deadcone.ConfigError, "threads must be", {"threads": -1}),
    (deadcone.ConfigError, "shard must be", {"shard": (0, 2)}),
    (deadcone.ConfigError, "overwrite and resume", {"out": "x.h5", "overwrite": True, "resume": True}),
    (deadcone.ConfigError, "folder /nowhere does not exist", {"out": "/nowhere/births.h5"}),
    (TypeError, "width must be a number or a list of numbers", {"width": None}),
    (TypeError, "networks must be a whole number", {"networks": 1e4}),
    (TypeError, "widths must be a whole number", {"widths": [1.5]}),
    (TypeError, "widths must be whole numbers", {"widths": 3}),
    (TypeError, "redraw must be True or False", {"redraw": 1}),
    (TypeError, "leaky must be a number", {"leaky": "0.1"}),
    (TypeError, "init must be a text", {"init": 3}),
    (TypeError, "progress must be True, False or a function", {"progress": 3}),
    (MemoryError, "^the results take .* MB, but only .* MB of memory are available; use a sweep of fewer points$",
     {"width": (1, 4096, 4096), "depth": "4096,8192,16384", "points": (1, 1024, 1024)}),
    (MemoryError, "^the networks that run at once take .* available; use narrower networks",
     {"width": 65536, "depth": 2, "init": "orthogonal", "dimension": 65536, "threads": 64, "device": "cpu"}),
]


@pytest.mark.parametrize(("kind", "message", "arguments"), WRONG)
def test_wrong_arguments_are_refused(kind, message, arguments):
    with pytest.raises(kind, match=message) as caught:
        deadcone.birth(**({"progress": False} | arguments))
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(os.path.exists("/proc/driver/nvidia"), reason="there is a device")
def test_a_missing_device_is_told():
    with pytest.raises(deadcone.DeviceError, match="use device='cpu'"):
        deadcone.birth(**SMALL, device="cuda")


# ---- Files


def test_a_file_is_resumed(tmp_path):
    file = tmp_path / "births.h5"
    arguments = SMALL | {"width": [2, 3], "depth": [2, 5]}
    deadcone.birth(**arguments, out=file).close()
    before = file.read_bytes()
    deadcone.birth(**arguments, out=file, resume=True).close()
    assert file.read_bytes() == before
    with pytest.raises(deadcone.ConfigError, match="the file exists; overwrite=True replaces it"):
        deadcone.birth(**arguments, out=file)
    with pytest.raises(deadcone.ConfigError, match="another sweep than the one asked for: seed"):
        deadcone.birth(**arguments, seed=1, out=file, resume=True)


def test_shards_merge(tmp_path):
    arguments = SMALL | {"width": [2, 3], "depth": (1, 4, 4)}
    whole = deadcone.birth(**arguments)
    for part in (1, 2, 3):
        deadcone.birth(**arguments, shard=(part, 3), out=tmp_path / "births.h5").close()
    parts = sorted(tmp_path.glob("births.*-of-3.h5"))
    assert [path.name for path in parts] == [f"births.{part}-of-3.h5" for part in (1, 2, 3)]
    with deadcone.merge(tmp_path / "births.h5", parts) as merged:
        xr.testing.assert_identical(compared(merged), compared(whole))
    with pytest.warns(UserWarning, match="no part has the point .width 2, depth 1. and 2 more; resume=True"):
        deadcone.merge(tmp_path / "births.h5", parts[1:], overwrite=True).close()
    with deadcone.birth(**arguments, out=tmp_path / "births.h5", resume=True) as resumed:
        xr.testing.assert_identical(compared(resumed), compared(whole))
    # In memory, a part has the other points as not computed, as its file has them.
    part = deadcone.birth(**arguments, shard=(2, 3))
    with deadcone.open(parts[1]) as stored:
        xr.testing.assert_identical(compared(part), compared(stored))
    done = part.point_done == 1
    assert int(done.sum()) == 3
    assert (part.networks.where(~done, 0) == 0).all()
    assert part.probability.where(~done).isnull().all()


def test_verify_finds_what_is_wrong(tmp_path):
    births = deadcone.birth(**SMALL, width=2, depth=[2, 5])
    report = deadcone.verify(births, progress=False)
    assert report
    assert (report.points, report.networks, report.pixels) == (2, 1200, 0)
    assert "seconds" in report.unchecked

    flipped = births.copy(deep=True)
    flipped.dead_units[0, 1, 2] += 1
    report = deadcone.verify(flipped, all=True, progress=False)
    assert not report
    assert report.wrong_values == len(report.findings) == 1
    assert report.findings[0].startswith("point 1 (width 2, depth 5): does not fit its counts: dead_unit_share")

    # What follows from the count is flipped, too.
    flipped.dead_unit_share[0, 1, 2] = flipped.dead_units[0, 1, 2] / (2 * (600 - births.died[0, 1, :2].sum()))
    report = deadcone.verify(flipped, progress=False)
    assert report.findings == ["point 1 (width 2, depth 5): has other counts when it is recomputed"]

    with pytest.raises(deadcone.StorageError, match="^the Dataset: "):
        deadcone.verify(births.isel(layer=slice(2)), progress=False)


def test_births_are_no_maps(tmp_path):
    file = tmp_path / "births.h5"
    births = deadcone.birth(**SMALL)
    deadcone.birth(**SMALL, out=file).close()
    with pytest.raises(deadcone.StorageError, match="births.h5: holds results of deadcone birth, not maps of a sweep$"):
        deadcone.analyze(file, progress=False)
    with pytest.raises(deadcone.StorageError, match="^the Dataset: holds results of deadcone birth, not maps of a sweep$"):
        deadcone.analyze(births, progress=False)
    maps = tmp_path / "map.h5"
    deadcone.sweep(w=(-1, 1, 4), b=(-1, 1, 4), progress=False, out=maps).close()
    for parts in ([file, maps], [maps, file]):
        with pytest.raises(deadcone.ConfigError, match="holds another sweep than"):
            deadcone.merge(tmp_path / "merged.h5", parts)
    with pytest.raises(deadcone.StorageError, match="births.h5: holds results of deadcone birth, not maps of a sweep$"):
        deadcone.sweep(w=(-1, 1, 4), b=(-1, 1, 4), progress=False, out=file, resume=True)
    with pytest.raises(deadcone.ConfigError, match="map.h5: holds another sweep than the one asked for: experiment"):
        deadcone.birth(**SMALL, out=maps, resume=True)
    for draw in (deadcone.plot.maps, deadcone.plot.steps, deadcone.plot.dead_fraction):
        for data in (births, file):
            with pytest.raises(deadcone.StorageError, match="(births.h5|the Dataset).* no ") as caught:
                draw(data)
            assert "\n" not in str(caught.value)


# ---- Progress and interrupts


def test_progress_is_reported():
    calls = []
    deadcone.birth(**SMALL | {"width": [2, 3], "progress": lambda *call: calls.append(call)})
    assert calls[-1] == (1200, 1200)
    with pytest.raises(ZeroDivisionError):
        deadcone.birth(**SMALL | {"progress": lambda *_: 1 / 0})


def test_an_interrupt_keeps_finished_points(tmp_path):
    # The second point takes for ever.
    arguments = ENDLESS | {"depth": [1, 8], "precision_goal": 1e-6, "width": 4}
    arguments |= {"dimension": 1, "points": 2, "inputs": "signs"}
    # At depth 1 no network dies, which is soon known as well as that.
    first = 2**22

    def press_ctrl_c(done, _):
        if done > first:
            raise KeyboardInterrupt

    with pytest.raises(deadcone.Interrupted, match="`dataset` has the finished points") as caught:
        deadcone.birth(**arguments, progress=press_ctrl_c)
    part = caught.value.dataset.squeeze()
    assert part.point_done.values.tolist() == [1, 0]
    assert int(part.networks[0]) == first
    assert int(part.born_dead[0]) == 0
    # Of the second, what is known of its networks so far; or nothing.
    assert 0 <= int(part.networks[1]) < 2**32
    assert int(part.networks[1]) % 256 == 0

    file = tmp_path / "births.h5"
    networks = []
    for resume in (False, True):
        with pytest.raises(deadcone.Interrupted, match="births.h5 has the finished points, resume=True continues"):
            deadcone.birth(
                **arguments,
                progress=press_ctrl_c if not resume else lambda *_: os.kill(os.getpid(), 2),
                out=file,
                resume=resume,
            )
        with deadcone.open(file) as stored:
            assert stored.point_done.values.ravel().tolist() == [1, 0]
            xr.testing.assert_identical(stored.died.load().squeeze()[0], part.died[0])
            networks.append(int(stored.networks.squeeze()[1]))
    assert networks[0] <= networks[1]
