"""The commands: what they print, what they compute, and that how they are run changes nothing."""

import json
import os
import pty
import random
import re
import select
import shlex
import shutil
import subprocess
import time

import h5py
import numpy as np
import pytest
from conftest import (
    FATES,
    TIMEOUT,
    Criteria,
    Point,
    assert_one_error,
    assert_same_results,
    centres,
    gradient,
    loss,
    norm,
    read_all,
    simulate,
    update,
)

SMALL = "--w -2:2:8 --b -1.5:1.5:6 --max-steps 400"
ALL_FIELDS = "--fields fate,steps,final,loss"

# Every option of every command, with its default; None where it has none.
POINT_OPTIONS = {"beta": "0.9", "gamma": "1", "eta": "0.1", "delta": "0", "r": "0"}
TRAINING_OPTIONS = {"unit": "relu", "optimizer": "momentum", "schedule": "constant", "clip": "none"}
CRITERIA_OPTIONS = {
    "stop": "stationary",
    "tol": "1e-06",
    "tol-relative": None,
    "rho": "0.01",
    "epsilon": "0.01",
    "max-updates": "100000",
    "certify": None,
    "cycles": "0",
    "lyapunov": "0",
    "precision": "float",
}
RUN_OPTIONS = {
    "device": "auto",
    "threads": "0",
    "out": None,
    "overwrite": None,
    "resume": None,
    "no-lock": None,
    "dry-run": None,
    "shard": None,
    "progress": "auto",
    "quiet": None,
    "config": None,
}
OPTIONS = {
    "sweep": {
        **POINT_OPTIONS,
        **TRAINING_OPTIONS,
        **CRITERIA_OPTIONS,
        "plane": "w,b",
        "beta2": "0.999",
        "alpha": "0.99",
        "eps": "1e-08",
        "decay": "0",
        "leak": "0.01",
        "scale": "1",
        "lo": "-1",
        "hi": "1",
        "w": "-2:2:512",
        "b": "-2:2:512",
        "refine": None,
        "refine-sample": "0.01",
        "fields": "fate,steps",
        **RUN_OPTIONS,
    },
    "birth": {
        "width": "4",
        "depth": "9",
        "dimension": "2",
        "points": "64",
        "sigma-w": "1",
        "sigma-b": "1",
        "widths": None,
        "init": "he",
        "bias": "zero",
        "inputs": "normal",
        "redraw": None,
        "leaky": "0",
        "skip": "none",
        "residual": None,
        "batch-norm": None,
        "sign-flip": None,
        "networks": "10000",
        "precision-goal": "0",
        "seed": "0",
        "precision": "float",
        **RUN_OPTIONS,
    },
    "field": {
        "unit": "relu",
        "gamma": "1",
        "delta": "0",
        "r": "0",
        "w": "-2:2:64",
        "b": "-2:2:64",
        "out": None,
        "overwrite": None,
        "no-lock": None,
        "config": None,
    },
    "trace": {
        **POINT_OPTIONS,
        **TRAINING_OPTIONS,
        **CRITERIA_OPTIONS,
        "beta2": "0.999",
        "alpha": "0.99",
        "eps": "1e-08",
        "decay": "none",
        "w": "-1",
        "b": "1",
        "config": None,
    },
    "spectrum": {"beta": "0:0.99:100", "eta": "0.1", "config": None},
    "info": {},
    "verify": {"all": None, "patches": "4", "threads": "0"},
    "merge": {"overwrite": None, "no-lock": None},
    "analyze": {
        "init": "uniform",
        "box": "5",
        "samples": "1000",
        "threads": "0",
        "overwrite": None,
        "no-lock": None,
    },
    "completion": {},
}


# Help and version.


def test_main_help_names_every_command(deadcone):
    text = deadcone.done("--help").stdout
    for command in OPTIONS:
        assert re.search(rf"^  {command} ", text, re.MULTILINE), command
    assert "--version" in text and "Exit status" in text


@pytest.mark.parametrize("command", OPTIONS)
def test_help_names_every_option_with_its_default(deadcone, command):
    result = deadcone.done(command, "--help")
    assert result.stderr == ""
    listed = set(re.findall(r"^  (?:-\w,)?--([\w-]+)", result.stdout, re.MULTILINE))
    assert listed == {"help", *OPTIONS[command]}
    for name, default in OPTIONS[command].items():
        # CLI11 writes the default behind the type: --tol X=1e-06
        first = re.search(rf"^  --{name}(?![\w-])(.*?)(?:  |$)", result.stdout, re.MULTILINE).group(1)
        if default is not None:
            assert re.search(rf"={re.escape(default)}(?:\s|$)", first), f"--{name}{first}"


def test_version(deadcone):
    assert re.fullmatch(r"deadcone \d+\.\d+\.\d+ \(commit \S+\)\n", deadcone.done("--version").stdout)


# trace


def read_table(text):
    """Comment lines, and the columns by name."""
    lines = text.splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    values = np.array(rows[1:], dtype=float)
    assert values.shape[1] == len(rows[0])
    return [line for line in lines if line.startswith("#")], dict(zip(rows[0], values.T, strict=True))


def read_trace(text):
    """Fate, steps, and the columns."""
    comments, table = read_table(text)
    assert text.splitlines()[-1] == comments[-1] and len(comments) == 1
    fate, steps = re.fullmatch(r"# fate (\w+) after (\d+) updates", comments[0]).groups()
    return fate, int(steps), table


TRACES = {
    "converged": (-1.0, 1.0, Point(), Criteria()),
    "dead": (-1.0, -0.25, Point(gamma=0.5), Criteria()),
    "oscillating": (0.5, -1.0, Point(beta=0.97, delta=0.25), Criteria()),
    "paper's rule": (-1.5, 1.5, Point(beta=0.99, gamma=0.5), Criteria(stop="update")),
    "without momentum": (1.5, 0.5, Point(beta=0.0, gamma=0.25), Criteria(tol=1e-5, tol_relative=True)),
    "general": (-0.75, 0.5, Point(r=0.625, delta=-0.25), Criteria()),
    "general, without momentum": (0.5, -0.5, Point(beta=0.0, r=-0.5, eta=0.5), Criteria(max_steps=300)),
}


@pytest.fixture(scope="module", params=TRACES)
def trace(request, deadcone):
    """A trace in double: its start, hyper-parameters, fate, steps and columns."""
    w, b, point, criteria = TRACES[request.param]
    text = deadcone.done(f"trace --precision double --w {w} --b {b}", point.options(), criteria.options()).stdout
    return w, b, point, criteria, *read_trace(text)


def test_trace_has_a_row_for_the_start_and_one_for_each_update(trace):
    *_, steps, table = trace
    assert np.array_equal(table["step"], np.arange(steps + 1))


def test_trace_follows_the_equations(trace):
    w, b, point, _, _, _, table = trace
    theta, momentum = np.array([point.r, w, b]), np.zeros(3)
    last_norm = 0.0
    for row in range(min(50, len(table["step"]))):
        expected = {
            **dict(zip(("r", "w", "b"), theta, strict=True)),
            **dict(zip(("momentum_r", "momentum_w", "momentum_b"), momentum, strict=True)),
            "update_norm": last_norm,
            "gradient_norm": norm(gradient(theta, point.gamma, point.delta)),
            "loss": loss(theta, point.gamma, point.delta),
        }
        for name, value in expected.items():
            assert table[name][row] == pytest.approx(value, rel=1e-10, abs=1e-10), f"{name} in row {row}"
        last, (theta, momentum, _) = theta, update(theta, momentum, point)
        last_norm = norm(theta - last)


def test_update_norm_is_the_length_of_the_difference_of_rows(trace):
    *_, table = trace
    theta = np.stack([table[name] for name in ("r", "w", "b")])
    # The differences carry the rounding of theta, the column does not.
    np.testing.assert_allclose(table["update_norm"][1:], norm(np.diff(theta, axis=1)), rtol=1e-12, atol=1e-15)
    assert table["update_norm"][0] == 0.0


def test_trace_ends_as_the_equations_say(trace):
    w, b, point, criteria, fate, steps, table = trace
    expected_fate, expected_steps, final = simulate(w, b, point, criteria)
    assert (fate, steps) == (FATES[expected_fate], expected_steps)
    assert [table[name][-1] for name in ("r", "w", "b")] == pytest.approx(list(final), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("precision", ["float", "double"])
@pytest.mark.parametrize("name", TRACES)
def test_trace_is_the_pixel_of_a_map(deadcone, tmp_path, name, precision):
    w, b, point, criteria = TRACES[name]
    options = f"--precision {precision} {point.options()} {criteria.options()}"
    fate, steps, table = read_trace(deadcone.done("trace", options, f"--w {w} --b {b}").stdout)
    window = f"--w {w - 0.5}:{w + 0.5}:1 --b {b - 0.5}:{b + 0.5}:1"  # exact for the starts above
    deadcone.done("sweep --quiet", options, window, ALL_FIELDS, "--out", tmp_path / "pixel.h5")
    pixel = read_all(tmp_path / "pixel.h5")
    assert (pixel["w"][0], pixel["b"][0]) == (w, b)
    assert (FATES[pixel["fate"].item()], pixel["steps"].item()) == (fate, steps)
    real = pixel["w_final"].dtype.type
    for column, dataset in {"w": "w_final", "b": "b_final", "r": "r_final", "loss": "loss_final"}.items():
        if dataset in pixel:  # r_final is there where r is not zero
            assert pixel[dataset].item() == real(table[column][-1]), dataset
    assert ("r_final" in pixel) == (point.r != 0.0)


# spectrum


def read_spectrum(text):
    comments, table = read_table(text)
    return {name: float(value) for name, value in (line[1:].split() for line in comments)}, table


@pytest.mark.parametrize("eta", [0.1, 0.5, 3.0])
def test_spectrum_is_that_of_the_update_matrix(deadcone, eta):
    constants, table = read_spectrum(deadcone.done(f"spectrum --beta 0:0.99:100 --eta {eta}").stdout)
    assert constants["eta"] == eta
    assert constants["critical_beta"] == pytest.approx(((1 - eta) / (1 + eta)) ** 2, rel=1e-14)
    np.testing.assert_allclose(table["beta"], np.linspace(0, 0.99, 100), rtol=1e-15)
    first, second = table["re1"] + 1j * table["im1"], table["re2"] + 1j * table["im2"]
    for beta, pair in zip(table["beta"], zip(first, second, strict=True), strict=True):
        expected = np.linalg.eigvals(np.array([[beta, 1 - beta], [-eta * beta, 1 - eta * (1 - beta)]]))
        # Either order is a spectrum; near the double eigenvalue the numpy ones are good to the root of the rounding.
        distance = min(np.abs(np.subtract(expected, order)).max() for order in (pair, pair[::-1]))
        assert distance < 1e-7, f"beta {beta}"
        assert sum(pair) == pytest.approx(1 + beta - eta * (1 - beta), abs=1e-14)
        assert pair[0] * pair[1] == pytest.approx(beta, abs=1e-14)
    np.testing.assert_allclose(table["abs1"], np.abs(first), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(table["abs2"], np.abs(second), rtol=1e-14, atol=1e-15)


def test_momentum_above_the_critical_one_oscillates(deadcone):
    constants, table = read_spectrum(deadcone.done("spectrum").stdout)
    assert constants["critical_beta"] == pytest.approx(0.6694214876033058, rel=1e-14)
    above = table["beta"] > constants["critical_beta"]
    assert 0 < above.sum() < above.size
    assert np.array_equal(table["im1"] != 0.0, above) and np.array_equal(table["im2"] != 0.0, above)
    for name in ("abs1", "abs2"):
        np.testing.assert_allclose(table[name][above], np.sqrt(table["beta"][above]), rtol=1e-14)


# field


@pytest.fixture(scope="module")
def field_file(deadcone, tmp_path_factory):
    """A field whose window has a pixel at w = 0 and one at b = 0, where the unit is constant if r = 0."""
    path = tmp_path_factory.mktemp("field") / "field.h5"
    result = deadcone.done("field --gamma 1,0.5 --delta 0,-0.3 --r 0,0.7 --w -2:2:5 --b -1:2:6", "--out", path)
    assert result.stdout == result.stderr == ""
    return path


def test_field_names_its_dimensions(field_file):
    with h5py.File(field_file) as file:
        for name in ("loss", "grad_w", "grad_b", "grad_r"):
            assert [dimension.keys()[0] for dimension in file[name].dims] == ["gamma", "delta", "r", "b", "w"]
            assert file[name].dtype == np.float64 and file[name].shape == (2, 2, 2, 6, 5)
            assert file[name].attrs["long_name"]
        for name in ("title", "history", "configuration", "version", "git_commit", "compiler", "precision"):
            assert file.attrs[name], name


def test_field_has_the_loss_and_its_gradient(field_file):
    values = read_all(field_file)
    np.testing.assert_array_equal(values["w"], centres(-2, 2, 5))
    np.testing.assert_array_equal(values["b"], centres(-1, 2, 6))
    assert 0.0 in values["w"]
    grid = np.meshgrid(*(values[name] for name in ("gamma", "delta", "r", "b", "w")), indexing="ij")
    gamma, delta, r, b, w = grid
    theta = np.stack([r, w, b])
    slope = gradient(theta, gamma, delta)
    np.testing.assert_allclose(values["loss"], loss(theta, gamma, delta), rtol=1e-12, atol=1e-14)
    for name, expected in zip(("grad_r", "grad_w", "grad_b"), slope, strict=True):
        np.testing.assert_allclose(values[name], expected, rtol=1e-12, atol=1e-14, err_msg=name)


def test_field_gradient_is_the_derivative_of_its_loss(deadcone, tmp_path):
    deadcone.done("field --gamma 0.5 --delta 0.1 --r 0.3 --w 0.2:0.6:400 --b -0.1:0.3:400", "--out", tmp_path / "f.h5")
    values = {name: value.squeeze() for name, value in read_all(tmp_path / "f.h5").items()}
    by_b, by_w = np.gradient(values["loss"], values["b"], values["w"])
    inside = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(by_w[inside], values["grad_w"][inside], atol=1e-6)
    np.testing.assert_allclose(by_b[inside], values["grad_b"][inside], atol=1e-6)


def test_info_tells_what_a_field_holds(deadcone, field_file):
    text = deadcone.done("info", field_file).stdout
    for name, values in {"gamma": "1, 0.5", "delta": "0, -0.3", "r": "0, 0.7"}.items():
        assert re.search(rf"^{name} +{re.escape(values)}(?: |$)", text, re.MULTILINE), name
    assert "5 pixels from -2 to 2" in text and "6 pixels from -1 to 2" in text


# info and verify


@pytest.fixture(scope="module")
def swept(deadcone, tmp_path_factory):
    """A small sweep with every field, r swept."""
    path = tmp_path_factory.mktemp("swept") / "sweep.h5"
    options = "--beta 0,0.9 --gamma 1,0.25 --r 0,0.5 --w -2:2:24 --b -2:2:20 --max-steps 500 --quiet"
    deadcone.done("sweep", options, ALL_FIELDS, "--out", path)
    return path


@pytest.fixture
def copy(swept, tmp_path):
    return shutil.copy(swept, tmp_path / "copy.h5")


def test_info_tells_what_a_file_holds(deadcone, swept):
    result = deadcone.done("info", swept)
    assert result.stderr == ""
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert "8 of 8 done" in lines["points"]
    for axis, values in {"beta": "0, 0.9", "gamma": "1, 0.25", "eta": "0.1", "delta": "0", "r": "0, 0.5"}.items():
        assert re.search(rf"^{axis} +{re.escape(values)} ", result.stdout, re.MULTILINE), axis
    assert "24 pixels from -2 to 2" in lines["w"] and "20 pixels from -2 to 2" in lines["b"]
    assert "at most 500 updates" in lines["stops"]
    assert all(field in lines["fields"] for field in ("fate", "steps", "final", "loss"))
    assert "pending" not in result.stdout

    # The table has a row for every point, with the fractions in the file.
    with h5py.File(swept) as file:
        fractions = file["fate_fraction"][...].reshape(8, 5)
        largest = file["steps_max"][...].ravel()
    header = next(i for i, line in enumerate(result.stdout.splitlines()) if line.split()[:2] == ["beta", "gamma"])
    rows = [line.split() for line in result.stdout.splitlines()[header + 1 :]]
    assert len(rows) == 8
    np.testing.assert_allclose(np.array([row[3:8] for row in rows], dtype=float), fractions, atol=6e-6)
    assert [int(row[9]) for row in rows] == list(largest)


def test_info_tells_of_proofs_where_they_are(deadcone, swept, tmp_path):
    path = tmp_path / "certified.h5"
    deadcone.done("sweep --quiet --certify --w -1:1:4 --b -1:1:4 --out", path)
    lines = dict(line.split(maxsplit=1) for line in deadcone.done("info", path).stdout.splitlines() if " " in line)
    assert lines["fields"] == "fate, steps, proof" and "theorem" in lines["certified"]
    text = deadcone.done("info", swept).stdout
    assert "certified" not in text and "proof" not in text


def test_info_tells_which_points_are_pending(deadcone, copy):
    with h5py.File(copy, "r+") as file:
        file["point_done"][1, 0, :] = 0
    text = deadcone.done("info", copy).stdout
    assert "6 of 8 done" in text
    assert sum(line.endswith("pending") for line in text.splitlines()) == 2


@pytest.mark.parametrize("options", ["", "--all", "--patches 1", "--all --threads 2"])
def test_verify_accepts_a_good_file(deadcone, swept, options):
    result = deadcone.done("verify", options, swept)
    assert result.stderr == ""
    if "--all" in options:
        first, second = result.stdout.splitlines()
        assert f"{8 * 24 * 20} pixels of 8 points" in first
        assert second == "not checked: seconds, compiler, device, git_commit, hdf5, history, version, DIMENSION_LIST, REFERENCE_LIST"
    else:
        assert len(result.stdout.splitlines()) == 1


def assert_verify_finds(deadcone, path, *lines):
    """`verify --all` exits with 1, names each finding on stdout in a line that matches, and says so in one line."""
    result = deadcone("verify --all", path)
    found = result.stdout.splitlines()
    assert len(found) == len(lines)
    for line, expected in zip(found, lines):
        assert re.fullmatch(expected, line), f"{line} is not {expected}"
    result.stdout = ""
    assert_one_error(result, 1, str(path), "stdout")
    return result.stderr


# A sweep point of `swept`, with what `verify` calls it.
SWEPT_POINTS = {(0, 0, 0): "0 (beta 0, gamma 1, r 0)", (1, 1, 1): "7 (beta 0.9, gamma 0.25, r 0.5)"}


def spoil(file, name, pixel):
    """Changes one value in a file by as little as can be; gives the old and the new one."""
    dataset = file[name]
    value = dataset[pixel]
    if dataset.dtype.kind == "f":
        dataset[pixel] = np.nextafter(value, dataset.dtype.type(np.inf))
    else:
        dataset[pixel] = (value + 1) % 5
    assert dataset[pixel] != value
    return value, dataset[pixel]


@pytest.mark.parametrize("point", SWEPT_POINTS)
@pytest.mark.parametrize("name", ["fate", "steps", "w_final", "b_final", "r_final", "loss_final"])
def test_verify_finds_one_changed_pixel(deadcone, copy, name, point):
    row, column = 13, 17
    with h5py.File(copy, "r+") as file:
        old, new = spoil(file, name, (*point, row, column))
        b, w = file["b"][row], file["w"][column]
    line = re.escape(f"point {SWEPT_POINTS[point]}, pixel b {row}, w {column} (b ")
    found = r"(\S+) is (\S+), should be (\S+)"
    text = deadcone("verify --all", copy).stdout
    match = re.fullmatch(rf"{line}(\S+), w (\S+)\): {found}\n", text)
    assert match, text
    np.testing.assert_allclose([float(match[1]), float(match[2])], [b, w], rtol=1e-14)
    assert match[3] == name
    if name == "fate":
        assert [match[4], match[5]] == [FATES[new], FATES[old]]
    else:
        assert [old.dtype.type(match[4]), old.dtype.type(match[5])] == [new, old]
    assert_verify_finds(deadcone, copy, line + ".*")


def test_verify_finds_everything_that_is_wrong(deadcone, copy):
    with h5py.File(copy, "r+") as file:
        for pixel in ((0, 0, 0, 0, 0), (0, 1, 0, 2, 3), (1, 1, 1, 19, 23)):
            spoil(file, "steps", pixel)
            spoil(file, "w_final", pixel)
        file["fate_count"][0, 1, 0, 4] += 1
    expected = ["point 0 .*w 0 .*steps.*", "point 2 .*w 3 .*steps.*", "point 2 .*counts.*", "point 7 .*w 23 .*steps.*"]
    error = assert_verify_finds(deadcone, copy, *expected)
    assert "3 pixels" in error and "1 point " in error


def test_verify_names_no_more_than_a_hundred_pixels(deadcone, copy):
    with h5py.File(copy, "r+") as file:
        file["steps"][0, 0, 0, :6, :] += 1
    error = assert_verify_finds(deadcone, copy, *100 * ["point 0 .*steps.*"])
    assert "144 pixels" in error


@pytest.mark.parametrize("name", ["fate_count", "updates", "steps_max"])
def test_verify_finds_counts_that_are_not_those_of_the_pixels(deadcone, copy, name):
    with h5py.File(copy, "r+") as file:
        file[name][1, 0, 1] += 1
    assert_verify_finds(deadcone, copy, r"point 5 \(beta 0.9, gamma 1, r 0.5\): .*counts.*")


def test_verify_leaves_out_pending_points(deadcone, copy):
    with h5py.File(copy, "r+") as file:
        file["point_done"][1, ...] = 0
        file["fate"][1, ...] = -1
    text = deadcone.done("verify --all", copy).stdout
    assert "of 4 points" in text and "not checked: 4 points that are not done, " in text


def set_value(name, index, value):
    return lambda file: file[name].__setitem__(index, value)


def set_attribute(name, attribute, value):
    return lambda file: file[name].attrs.modify(attribute, value)


def remove_attribute(name, attribute):
    return lambda file: file[name].attrs.__delitem__(attribute)


# What follows from the configuration or from the counts, and how `verify --all` calls a change of it.
WRONG_VALUES = {
    "coordinate of points": (set_value("beta", 1, 0.8), "beta: value 1 is 0.8, should be 0.9"),
    "coordinate by an ulp": (set_value("gamma", 0, np.nextafter(1, 2)), "gamma: value 0 is 1.0000000000000002, should be 1"),
    "coordinate of pixels": (set_value("w", 3, 0.5), "w: value 3 is 0.5, should be -1.41666666666666.*"),
    "coordinate of fates": (set_value("fate_code", 4, 5), "fate_code: value 4 is 5, should be 4"),
    "scalar": (set_value("eta", (), 0.2), "eta is 0.2, should be 0.1"),
    "sign of a zero": (set_value("delta", (), -0.0), "delta is -0, should be 0"),
    "mark 2": (set_value("point_done", (1, 0, 1), 2), "point_done of point 5 is 2, should be 0 or 1"),
    "mark -1": (set_value("point_done", (0, 0, 0), -1), "point_done of point 0 is -1, should be 0 or 1"),
    "fraction": (set_value("fate_fraction", (1, 0, 1, 2), 0.25), "point 5 .* counts .*: fate_fraction"),
    "mean": (set_value("steps_mean", (1, 0, 1), 1.0), "point 5 .* counts .*: steps_mean"),
    "flag values": (set_attribute("fate", "flag_values", np.arange(6, dtype="i1")), 'fate: .*flag_values is "0 1 2 3 4 5", should be "-1 0 1 2 3 4"'),
    "flag meanings": (set_attribute("fate_code", "flag_meanings", np.bytes_("a b c d e")), 'fate_code: .*flag_meanings is "a b c d e", .*'),
    "no flag meanings": (remove_attribute("fate", "flag_meanings"), "fate: the attribute flag_meanings is missing"),
    "units": (set_attribute("seconds", "units", np.bytes_("h")), 'seconds: the attribute units is "h", should be "s"'),
    "name": (set_attribute("steps", "long_name", np.bytes_("steps")), 'steps: the attribute long_name is "steps", .*'),
    "title": (set_attribute("/", "title", np.bytes_("A title")), 'the attribute title is "A title", should be .*'),
    "precision": (set_attribute("/", "precision", np.bytes_("half")), 'the attribute precision is "half", should be "float"'),
}


@pytest.mark.parametrize(("change", "told"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_verify_finds_whatever_does_not_follow(deadcone, copy, change, told):
    with h5py.File(copy, "r+") as file:
        change(file)
    assert_verify_finds(deadcone, copy, told)


def test_verify_names_what_it_does_not_check(deadcone, copy):
    with h5py.File(copy, "r+") as file:
        file["mine"] = np.arange(3)
        file["fate"].attrs["colour"] = "red"
        file.create_group("results")
    last = deadcone.done("verify --all", copy).stdout.splitlines()[-1]
    assert last.startswith("not checked: ") and all(name in last.split(": ", 1)[1] for name in ("mine", "fate: colour", "results"))


def flipped(content, random):
    content = bytearray(content)
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return content


def what_h5py_reads(path):
    """Every value and attribute of a file, but for lists of references: HDF5 never ends where those are damaged."""

    def attributes(item):
        names = [name for name in item.attrs if name not in ("DIMENSION_LIST", "REFERENCE_LIST")]
        return {name: str(item.attrs[name]) for name in names}

    with h5py.File(path) as file:
        values = {"/": attributes(file)}
        for name, dataset in file.items():
            values[name] = (repr(dataset[...].tolist()), dataset.shape, attributes(dataset))
    return values


# Attributes of which `verify --all` says that it does not check them.
CANNOT_BE_CHECKED = ("compiler", "device", "git_commit", "hdf5", "history", "version")


# DEADCONE_FLIPS=N tries N.
def test_verify_passes_no_flipped_bit_that_a_reader_would_see(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0,0.9 --w -2:2:8 --b -1.5:1.5:6 --max-steps 400 --out", path)
    content = path.read_bytes()
    original = what_h5py_reads(path)
    passed = 0
    for seed in range(int(os.environ.get("DEADCONE_FLIPS", "40"))):
        path.write_bytes(flipped(content, random.Random(seed)))
        result = deadcone("verify --all", path)
        assert result.returncode in (0, 1, 2, 3), f"flip {seed}: {result.stderr}"
        if result.returncode != 0 or "not done" in result.stdout:
            continue
        try:
            found = what_h5py_reads(path)
        except (OSError, RuntimeError, KeyError, ValueError):
            continue  # its HDF5 is newer, and says so where an index is damaged that this one does not need
        passed += 1
        for values in (found, original):
            values.pop("seconds", None)
            for name in CANNOT_BE_CHECKED:
                values["/"].pop(name, None)
        assert found == original, f"flip {seed}"
    assert passed > 0


# Options given twice.


@pytest.mark.parametrize(
    ("twice", "once"),
    [
        ("--beta 0.1 --beta 0.2", "--beta 0.2"),
        ("--w -1:1:3 --max-updates 9 --max-steps 8 --w -2:2:8", "--max-updates 8 --w -2:2:8"),
        ("--refine borders --refine exact", "--refine exact"),
        ("--refine exact --refine", "--refine"),
        ("--certify --certify", "--certify"),
        ("--fields loss --fields steps --tol nonsense --tol 1e-5", "--fields steps --tol 1e-5"),
    ],
)
def test_an_option_takes_its_last_value(deadcone, tmp_path, twice, once):
    for name, options in (("twice", twice), ("once", once)):
        given = " ".join(text for text in ("--w -2:2:8", "--b -2:2:8") if text.split()[0] not in options.split())
        deadcone.done("sweep --quiet", given, options, "--out", tmp_path / f"{name}.h5")
    assert configuration(tmp_path / "twice.h5") == configuration(tmp_path / "once.h5")
    assert_same_results(tmp_path / "twice.h5", tmp_path / "once.h5")


# --config


CONFIG = """
# One key of every kind.
beta = [0, 0.9]
gamma = "0.25:1:2"
delta = 0.25
w = "-2:2:8"
b = "-1.5:1.5:6"
max-steps = 400
tol = 1e-5
tol-relative = true
stop = "update"
fields = ["fate", "steps", "final"]
precision = "double"
quiet = true
overwrite = false
"""
SAME_AS_CONFIG = (
    "--beta 0,0.9 --gamma 0.25:1:2 --delta 0.25 --w -2:2:8 --b -1.5:1.5:6 --max-steps 400 --tol 1e-5 --tol-relative "
    "--stop update --fields fate,steps,final --precision double --quiet"
)


@pytest.fixture
def config(tmp_path):
    """Writes a configuration file."""

    def write(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


def configuration(path):
    with h5py.File(path) as file:
        return file.attrs["configuration"]


def test_config_is_as_the_command_line(deadcone, config, tmp_path):
    result = deadcone.done("sweep --config", config(CONFIG), "--out", tmp_path / "a.h5")
    assert result.stderr == ""  # quiet = true
    deadcone.done("sweep", SAME_AS_CONFIG, "--out", tmp_path / "b.h5")
    assert configuration(tmp_path / "a.h5") == configuration(tmp_path / "b.h5")
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


@pytest.mark.parametrize("name", ["max-updates", "max-steps"])
def test_old_name_of_an_option_is_an_alias(deadcone, config, tmp_path, name):
    window = "--w -2:2:8 --b -2:2:8 --quiet"
    deadcone.done("sweep", window, f"--{name} 7 --out", tmp_path / "typed.h5")
    deadcone.done("sweep", window, "--config", config(f"{name} = 7"), "--out", tmp_path / "config.h5")
    for path in ("typed.h5", "config.h5"):
        assert read_all(tmp_path / path)["steps_max"].item() == 7
    assert "after 7 updates" in deadcone.done(f"trace --{name} 7 --tol 1e-9").stdout


def test_an_option_and_its_alias_exclude_each_other_in_a_config(deadcone, config):
    path = config("max-updates = 7\nmax-steps = 7\n")
    assert_one_error(deadcone("trace --config", path), 2, str(path), "max-updates")


def test_errors_name_the_option(deadcone, tmp_path):
    for options, *words in (
        ("--tol 0", "--tol must be > 0"),
        ("--beta 1", "--beta must be in [0, 1)"),
        ("--max-steps 0", "--max-updates: '0'"),
        ("--w 2:-2:8", "--w runs from 2 to -2"),
        ("--refine-sample 2", "--refine-sample must be in [0, 1]"),
        ("--certify --fields loss", "--fields must not have"),
    ):
        assert_one_error(deadcone("sweep", options, "--out", tmp_path / "a.h5"), 2, *words)


@pytest.mark.parametrize("order", ["first", "last"])
def test_command_line_goes_before_config(deadcone, config, tmp_path, order):
    given = ["--beta 0.5 --stop stationary --w -1:1:4"]
    given.insert(0 if order == "first" else 1, "--config")
    given.insert(given.index("--config") + 1, config(CONFIG))
    deadcone.done("sweep", *given, "--out", tmp_path / "a.h5")
    deadcone.done(
        "sweep",
        SAME_AS_CONFIG.replace("--beta 0,0.9", "--beta 0.5")
        .replace("--stop update", "--stop stationary")
        .replace("--w -2:2:8", "--w -1:1:4"),
        "--out",
        tmp_path / "b.h5",
    )
    assert configuration(tmp_path / "a.h5") == configuration(tmp_path / "b.h5")
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("certify = true", "--certify"),
        ("certify = false", ""),
        ("refine = true", "--refine"),
        ("refine = true", "--refine borders"),
        ("refine = 'borders'", "--refine"),
        ("refine = 'exact'", "--refine=exact"),
        ("refine = false", ""),
        ("refine-sample = 0.05", "--refine-sample 0.05"),
        ("certify = true\nrefine = true\nrefine-sample = 0", "--refine-sample 0 --refine --certify"),
    ],
)
def test_config_can_certify_and_refine(deadcone, config, tmp_path, text, options):
    sweep = "sweep --quiet --w -2:2:24 --b -2:2:20 --max-steps 400"
    deadcone.done(sweep, "--config", config(text), "--out", tmp_path / "a.h5")
    deadcone.done(sweep, options, "--out", tmp_path / "b.h5")
    assert configuration(tmp_path / "a.h5") == configuration(tmp_path / "b.h5")
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


def test_command_line_refines_otherwise_than_config(deadcone, config, tmp_path):
    path = config("refine = 'exact'")
    for name, options in {"true": "--refine", "exact": ""}.items():
        deadcone.done("sweep --quiet --w -2:2:8 --b -2:2:8 --config", path, options, "--out", tmp_path / f"{name}.h5")
    for name, kind in {"true": "borders", "exact": "exact"}.items():
        assert json.loads(configuration(tmp_path / f"{name}.h5"))["refinement"]["kind"] == kind


def test_config_of_a_certified_trace(deadcone, config):
    text = deadcone.done("trace --config", config("certify = true")).stdout
    assert text == deadcone.done("trace --certify").stdout != deadcone.done("trace").stdout


def test_config_can_name_the_output(deadcone, config, tmp_path):
    path = tmp_path / "out.h5"
    path.write_text("old")
    deadcone.done("sweep", SMALL, "--config", config(f"out = '{path}'\noverwrite = true\nprogress = 'none'"))
    assert read_all(path)["point_done"].all()


def test_empty_config_changes_nothing(deadcone, config):
    assert deadcone.done("trace --config", config("")).stdout == deadcone.done("trace").stdout


def test_config_of_trace(deadcone, config):
    text = deadcone.done("trace --config", config("w = -0.5\nb = 1\nr = 0.25\nprecision = 'double'")).stdout
    assert text == deadcone.done("trace --w -0.5 --b 1 --r 0.25 --precision double").stdout


def test_config_of_spectrum(deadcone, config):
    text = deadcone.done("spectrum --config", config("beta = '0.1:0.9:5'\neta = 0.2")).stdout
    assert text == deadcone.done("spectrum --beta 0.1:0.9:5 --eta 0.2").stdout


def test_config_of_field(deadcone, config, tmp_path):
    deadcone.done("field --config", config("gamma = [1, 0.5]\nw = '-1:1:4'"), "--b -1:1:3 --out", tmp_path / "a.h5")
    deadcone.done("field --gamma 1,0.5 --w -1:1:4 --b -1:1:3 --out", tmp_path / "b.h5")
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


# What says how to run changes nothing.

THREADED = f"--beta 0.9,0.97 --delta 0,0.25 --r 0.5 --w -2:2:33 --b -2:2:17 --max-steps 1000 {ALL_FIELDS}"


@pytest.fixture(scope="module")
def one_thread(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("threads") / "1.h5"
    deadcone.done(f"sweep --quiet --threads 1 {THREADED}", "--out", path)
    return path


@pytest.mark.parametrize("how", ["--threads 3", "--threads 0", "--threads 64", "--device cpu --progress none"])
def test_how_it_is_run_changes_no_bit(deadcone, one_thread, tmp_path, how):
    deadcone.done(f"sweep --quiet {how} {THREADED}", "--out", tmp_path / "other.h5")
    assert configuration(tmp_path / "other.h5") == configuration(one_thread)
    assert_same_results(tmp_path / "other.h5", one_thread)


def threads_used(path):
    with h5py.File(path) as file:
        return int(re.match(r"cpu, (\d+) thread", file.attrs["device"].decode())[1])


def test_threads_are_those_that_the_process_may_use(deadcone, tmp_path):
    """The processors of its affinity, or fewer where the scheduler or the user says so."""
    processors = sorted(os.sched_getaffinity(0))
    bare = {key: value for key, value in os.environ.items() if key not in ("SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS")}

    def used(variables=None, cpus=processors, options=""):
        deadcone.done(
            f"sweep --quiet --overwrite --device cpu {options} --w -2:2:8 --b -2:2:8 --out",
            tmp_path / "a.h5",
            env=bare | (variables or {}),
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        )
        return threads_used(tmp_path / "a.h5")

    assert used() <= len(processors)
    assert used(cpus=processors[:1]) == 1
    assert used({"SLURM_CPUS_PER_TASK": "1"}) == used({"OMP_NUM_THREADS": "1"}) == 1
    assert used({"SLURM_CPUS_PER_TASK": "4096"}) == used({"OMP_NUM_THREADS": "none"}) == used()
    assert used({"OMP_NUM_THREADS": "1"}, cpus=processors[:1], options="--threads 3") == 3


def test_overwrite_replaces_a_file(deadcone, tmp_path):
    path, fresh = tmp_path / "a.h5", tmp_path / "b.h5"
    path.write_text("no sweep")
    deadcone.done("sweep --quiet --overwrite", SMALL, "--out", path)
    deadcone.done("sweep --quiet", SMALL, "--out", fresh)
    assert_same_results(path, fresh)


def test_resume_of_a_missing_file_creates_it(deadcone, tmp_path):
    deadcone.done("sweep --quiet --resume", SMALL, "--out", tmp_path / "a.h5")
    deadcone.done("sweep --quiet", SMALL, "--out", tmp_path / "b.h5")
    assert_same_results(tmp_path / "a.h5", tmp_path / "b.h5")


def test_resume_of_a_complete_file_changes_nothing(deadcone, tmp_path):
    path = tmp_path / "a.h5"
    deadcone.done("sweep --quiet", SMALL, "--out", path)
    before = read_all(path)
    result = deadcone.done("sweep --resume", SMALL, "--out", path)
    assert result.stdout == ""
    after = read_all(path)
    assert all(after[name].tobytes() == before[name].tobytes() for name in before)  # the seconds, too


@pytest.mark.parametrize("axis", ["0:0.9:4", "0,0.3,0.6,0.9", "log:0.1:0.8:4"])
def test_axis_has_both_ends(deadcone, tmp_path, axis):
    deadcone.done(f"sweep --quiet --beta {axis} {SMALL}", "--out", tmp_path / "a.h5")
    expected = np.geomspace(0.1, 0.8, 4) if "log" in axis else np.linspace(0, 0.9, 4)
    beta = read_all(tmp_path / "a.h5")["beta"]
    np.testing.assert_allclose(beta, expected, rtol=1e-15)
    assert (beta[0], beta[-1]) == ((0.1, 0.8) if "log" in axis else (0.0, 0.9))


# Progress.


@pytest.mark.parametrize("progress", ["--progress plain", "--progress auto", ""])
def test_plain_progress_tells_of_the_first_and_the_last_point(deadcone, tmp_path, progress):
    result = deadcone.done("sweep --beta 0,0.5,0.9", progress, SMALL, "--out", tmp_path / "a.h5")
    assert result.stdout == ""
    device, *lines = result.stderr.splitlines()  # of the points between there is one a second
    assert re.fullmatch(r"device: (cpu|cuda), \S.*", device)
    assert re.match(r"1/3 points, \d+%, .*updates/s.*; finished beta 0, gamma 1 in ", lines[0])
    assert re.match(r"3/3 points, 100%, .*updates/s.*; finished beta 0.9, gamma 1 in ", lines[-1])
    assert all("updates/s" in line for line in lines)
    assert "\r" not in result.stderr and "\x1b" not in result.stderr


def test_only_a_device_that_was_not_chosen_is_told(deadcone, tmp_path):
    for words, told in (("--device cpu", False), ("--device auto", True), ("", True)):
        result = deadcone.done("sweep --overwrite", words, SMALL, "--out", tmp_path / "a.h5")
        assert result.stderr.startswith("device: ") == told


@pytest.mark.parametrize("quiet", ["--quiet", "--progress none", "--quiet --progress plain", "--quiet --progress bar"])
def test_quiet_is_silent(deadcone, tmp_path, quiet):
    result = deadcone.done("sweep", quiet, SMALL, "--out", tmp_path / "a.h5")
    assert result.stderr == result.stdout == ""


def run_on_terminal(deadcone, *args):
    """Status, stdout, and what a terminal on stderr was sent."""
    leader, follower = pty.openpty()
    try:
        process = deadcone.start(*args, stderr=follower)
        os.close(follower)
        sent = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:  # Linux tells the end of a terminal as an input/output error
                break
            if not part:
                break
            sent += part
        stdout, _ = process.communicate(timeout=TIMEOUT)
    finally:
        os.close(leader)
    return process.returncode, stdout, sent.decode()


@pytest.mark.parametrize("progress", ["", "--progress bar", "--progress auto"])
def test_terminal_gets_a_bar(deadcone, tmp_path, progress):
    status, stdout, sent = run_on_terminal(deadcone, "sweep --beta 0,0.9", progress, SMALL, "--out", tmp_path / "a.h5")
    assert (status, stdout) == (0, "")
    assert re.search(r"\r\[[#-]+\] \d/2 points, \d+%.*updates/s", sent)
    assert "[" + "#" * 24 + "] 2/2 points, 100%" in sent  # the last picture is the full one
    assert sent.endswith("\n")


@pytest.mark.parametrize("progress", ["--progress plain", "--quiet"])
def test_terminal_gets_no_bar_where_none_is_wanted(deadcone, tmp_path, progress):
    status, stdout, sent = run_on_terminal(deadcone, "sweep", progress, SMALL, "--out", tmp_path / "a.h5")
    assert (status, stdout) == (0, "")
    assert "\x1b" not in sent and "[#" not in sent
    assert ("updates/s" in sent) == ("plain" in progress)


# Completion.


@pytest.fixture(scope="module")
def bash_completion(deadcone, tmp_path_factory):
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    path = tmp_path_factory.mktemp("completion") / "deadcone.bash"
    path.write_text(deadcone.done("completion bash").stdout)
    return path


def complete(script, *words, cwd=None):
    """What bash would offer for the last of these words."""
    quoted = " ".join(f"'{word}'" for word in words)
    commands = f"""
        source '{script}'
        COMP_WORDS=({quoted})
        COMP_CWORD={len(words) - 1}
        _deadcone
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    result = subprocess.run(
        ["bash", "--norc", "-u", "-c", commands], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert result.returncode == 0 and result.stderr == "", result.stderr
    return result.stdout.split()


def test_bash_accepts_its_completion(bash_completion):
    result = subprocess.run(["bash", "-n", bash_completion], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stderr == ""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["deadcone", "sw"], ["sweep"]),
        (["deadcone", ""], [*OPTIONS, "--help", "--version"]),
        (["deadcone", "sweep", "--st"], ["--stop"]),
        (["deadcone", "sweep", "--stop", ""], ["stationary", "update"]),
        (["deadcone", "sweep", "--stop", "u"], ["update"]),
        (["deadcone", "sweep", "--beta", "0.9", "--device", "c"], ["cpu", "cuda"]),
        (["deadcone", "trace", "--precision", ""], ["float", "double"]),
        (["deadcone", "sweep", "--refine", ""], ["borders", "exact", "none"]),
        (["deadcone", "sweep", "--refine", "e"], ["exact"]),
        (["deadcone", "sweep", "--refine", "--th"], ["--threads"]),
        (["deadcone", "sweep", "--certify", "--th"], ["--threads"]),
        (["deadcone", "sweep", "--progress", "p"], ["plain"]),
        (["deadcone", "sweep", "--shard", ""], ["auto"]),
        (["deadcone", "sweep", "--beta", ""], []),
        # --stop=u, as bash splits it, and as it is where COMP_WORDBREAKS has no equals sign.
        (["deadcone", "sweep", "--stop", "=", "u"], ["update"]),
        (["deadcone", "sweep", "--stop", "="], ["stationary", "update"]),
        (["deadcone", "sweep", "--stop=u"], ["--stop=update"]),
        (["deadcone", "sweep", "--stop="], ["--stop=stationary", "--stop=update"]),
        (["deadcone", "spectrum", "--st"], []),
        (["deadcone", "completion", ""], ["bash", "zsh"]),
    ],
)
def test_bash_completes(bash_completion, words, offered):
    assert sorted(complete(bash_completion, *words)) == sorted(offered)


@pytest.mark.parametrize("command", OPTIONS)
def test_bash_completes_every_option(bash_completion, command):
    expected = {"--help", *(f"--{name}" for name in OPTIONS[command])}
    assert set(complete(bash_completion, "deadcone", command, "--")) == expected


class Typist:
    """A shell on a terminal, in which keys are typed."""

    def __init__(self, command, folder, set_up):
        self.leader, follower = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "PS1": "", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            command, stdin=follower, stdout=follower, stderr=follower, cwd=folder, env=environment, start_new_session=True
        )
        os.close(follower)
        self.type(f"stty cols 200\n{set_up}\necho rea''dy\n")
        self.read_to("ready")

    def type(self, keys):
        os.write(self.leader, keys.encode())

    def read_to(self, mark):
        sent, end = "", time.monotonic() + 20
        while mark not in sent:
            assert select.select([self.leader], [], [], max(0.0, end - time.monotonic()))[0], f"no {mark} in {sent!r}"
            sent += os.read(self.leader, 4096).decode(errors="replace")
        return sent

    def completed(self, line):
        """What the line becomes when the Tab key is pressed behind it. Ctrl-G is bound to print the line."""
        self.type(f"{line}\t\x07")
        text = self.read_to("]]]")
        self.type("\x15")  # an empty line again
        return re.search(r"\[\[\[(.*)\]\]\]", text)[1]

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.leader)


COMPLETED_LINES = {
    "sweep --out ma": "sweep --out map.h5 ",
    "sweep --config ma": "sweep --config map.h5 ",
    "info ma": "info map.h5 ",
    "verify --all ma": "verify --all map.h5 ",
    "merge ma": "merge map.h5 ",
    "merge map.h5 tw": "merge map.h5 two\\ words.h5 ",
    "merge map.h5 map.h5 fo": "merge map.h5 map.h5 folder/",
    "info two": "info two\\ words.h5 ",
    "info two\\ w": "info two\\ words.h5 ",
    "info 'two w": "info 'two words.h5' ",
    "sweep --out=ma": "sweep --out=map.h5 ",
    "sweep --out=two": "sweep --out=two\\ words.h5 ",
    "sweep --stop=u": "sweep --stop=update ",
    "sweep --refine=e": "sweep --refine=exact ",
    "sweep --refine e": "sweep --refine exact ",
    "trace --precision=d": "trace --precision=double ",
    "sweep --thr": "sweep --threads ",
    "sweep --beta ma": "sweep --beta ma",  # a number, and no file
}


def assert_completes(shell, folder):
    for name in ("map.h5", "two words.h5"):
        (folder / name).touch()
    (folder / "folder").mkdir()
    for typed, wanted in COMPLETED_LINES.items():
        # After an option that takes a value, zsh leaves out the blank.
        assert shell.completed(f"deadcone {typed}").rstrip().removesuffix("=") == f"deadcone {wanted}".rstrip()


def test_bash_completes_on_a_terminal(bash_completion, tmp_path):
    show = r"""bind -x '"\C-g": printf "[[[%s]]]" "$READLINE_LINE"'"""
    shell = Typist(["bash", "--norc", "--noprofile", "-i"], tmp_path, f"{show}\nsource '{bash_completion}'")
    try:
        assert_completes(shell, tmp_path)
    finally:
        shell.close()


def test_zsh_completes_on_a_terminal(deadcone, tmp_path):
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed, so what it makes of the script is not known")
    functions, folder = tmp_path / "functions", tmp_path / "files"
    functions.mkdir()
    folder.mkdir()
    (functions / "_deadcone").write_text(deadcone.done("completion zsh").stdout)
    set_up = f"""
        fpath=('{functions}' $fpath); autoload -Uz compinit; compinit -u -d '{tmp_path}/dump'
        show() {{ print -rn -- "[[[$BUFFER]]]" }}; zle -N show; bindkey -e; bindkey '^G' show; unsetopt beep
    """
    shell = Typist(["zsh", "-f", "-i"], folder, set_up)
    try:
        assert_completes(shell, folder)
    finally:
        shell.close()


def test_zsh_completion(deadcone, tmp_path):
    text = deadcone.done("completion zsh").stdout
    assert text.startswith("#compdef deadcone\n")
    for command, options in OPTIONS.items():
        assert f"'{command}:" in text
        for name in options:
            assert re.search(rf"'--{name}=?\[", text), name
    specifications = {}
    for line in text.splitlines():
        if match := re.fullmatch(r" +'--([\w-]+)=?\[.*\](.*)' \\", line):
            specifications.setdefault(match[1], match[2])
    assert specifications["stop"] == ":stop:(stationary update)"
    assert specifications["shard"] == ":shard:(auto)"
    assert specifications["refine"] == "::refine:(none borders exact)"  # which may be left out
    assert specifications["refine-sample"] == ":refine-sample:" and specifications["certify"] == ""
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed, so whether it accepts the script is not known")
    (tmp_path / "_deadcone").write_text(text)
    result = subprocess.run(["zsh", "-n", tmp_path / "_deadcone"], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stderr == ""
