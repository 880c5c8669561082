"""The file of a sweep: what is in it, that its numbers are right, and that the usual tools read it as it is."""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import h5py
import netCDF4
import numpy as np
import pytest
import xarray
from conftest import (
    CONVERGED,
    FATES,
    UNFINISHED,
    Criteria,
    Point,
    assert_same_results,
    centres,
    loss,
    read_all,
    simulate,
)
from matplotlib import image

BETA, GAMMA, DELTA = (0.0, 0.9, 0.97), (1.0, 0.25), (0.0, 0.25)
ROWS, COLUMNS = 12, 16  # of pixels: b, w
POINT_DIMENSIONS = ["beta", "gamma", "delta"]
MAPS = ["fate", "steps", "w_final", "b_final", "loss_final"]
BY_POINT = ["steps_mean", "steps_max", "updates", "seconds", "point_done"]
RICH = (
    "sweep --quiet --beta 0,0.9,0.97 --gamma 1,0.25 --delta 0,0.25 --r 0.5 --w -2:2:16 --b -1.5:2:12 --max-steps 2000 "
    "--fields fate,steps,final,loss"
)


@pytest.fixture(scope="module")
def rich_path(deadcone, tmp_path_factory):
    """A sweep with three swept axes and every field, off the plane."""
    path = tmp_path_factory.mktemp("rich") / "rich.h5"
    deadcone.done(RICH, "--out", path)
    return path


@pytest.fixture
def rich(rich_path):
    with h5py.File(rich_path) as file:
        yield file


@pytest.fixture(scope="module")
def values(rich_path):
    return read_all(rich_path)


def dimensions(dataset):
    """The names of a dataset's dimensions."""
    return [dimension[0].name.lstrip("/") for dimension in dataset.dims]


# Structure.


def test_datasets_are_listed_in_the_order_of_creation(rich):
    names = []
    rich.id.links.iterate(names.append, idx_type=h5py.h5.INDEX_CRT_ORDER)  # an error where it is not tracked
    coordinates = ["beta", "gamma", "eta", "delta", "r", "b", "w", "fate_code"]
    maps = ["fate", "steps", "r_final", "w_final", "b_final", "loss_final"]
    counts = ["fate_count", "fate_fraction", "steps_mean", "steps_max", "updates", "seconds", "point_done"]
    assert [name.decode() for name in names] == coordinates + maps + counts
    tracked = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
    for dataset in rich.values():
        assert dataset.id.get_create_plist().get_attr_creation_order() == tracked, dataset.name


def test_maps_have_named_dimensions(rich):
    for name in (*MAPS, "r_final"):
        assert dimensions(rich[name]) == [*POINT_DIMENSIONS, "b", "w"], name
        assert rich[name].shape == (3, 2, 2, ROWS, COLUMNS)
    for name in ("fate_count", "fate_fraction"):
        assert dimensions(rich[name]) == [*POINT_DIMENSIONS, "fate_code"], name
    for name in BY_POINT:
        assert dimensions(rich[name]) == POINT_DIMENSIONS, name


@pytest.mark.parametrize(
    ("swept", "names"),
    [
        ("", ["beta", "gamma"]),
        ("--beta 0,0.9", ["beta", "gamma"]),
        ("--eta 0.1,0.2", ["beta", "gamma", "eta"]),
        ("--r 0,0.5 --eta 0.1,0.2", ["beta", "gamma", "eta", "r"]),
        ("--delta 0,0.5", ["beta", "gamma", "delta"]),
        ("--r 0,0.5 --delta 0,0.5 --eta 0.1,0.2", ["beta", "gamma", "eta", "delta", "r"]),
    ],
)
def test_swept_axes_are_dimensions_and_the_others_scalars(deadcone, tmp_path, swept, names):
    deadcone.done("sweep --quiet --w -2:2:3 --b -2:2:2 --max-steps 5", swept, "--out", tmp_path / "map.h5")
    with h5py.File(tmp_path / "map.h5") as file:
        assert dimensions(file["fate"]) == [*names, "b", "w"]
        scalars = [name for name in ("eta", "delta", "r") if name not in names]
        assert all(file[name].shape == () for name in scalars)
        assert all(file[name].is_scale for name in (*names, "b", "w", "fate_code"))
        assert file["fate"].attrs.get("coordinates", b"").split() == [name.encode() for name in scalars]


@pytest.mark.parametrize(("precision", "real"), [("float", np.float32), ("double", np.float64)])
def test_types(deadcone, tmp_path, precision, real):
    options = f"--precision {precision} --r 0.5 --w -2:2:3 --b -2:2:2 --max-steps 5 --fields fate,steps,final,loss"
    deadcone.done("sweep --quiet", options, "--out", tmp_path / "map.h5")
    expected = {
        **dict.fromkeys(("beta", "gamma", "eta", "delta", "r", "b", "w"), np.float64),
        **dict.fromkeys(("fate", "fate_code", "point_done"), np.int8),
        **dict.fromkeys(("steps", "steps_max"), np.int32),
        **dict.fromkeys(("r_final", "w_final", "b_final", "loss_final"), real),
        **dict.fromkeys(("fate_count", "updates"), np.int64),
        **dict.fromkeys(("fate_fraction", "steps_mean", "seconds"), np.float64),
    }
    with h5py.File(tmp_path / "map.h5") as file:
        assert {name: dataset.dtype for name, dataset in file.items()} == expected
        assert file.attrs["precision"] == precision.encode()


def test_fill_values_say_pending(rich):
    assert rich["fate"].fillvalue == -1 and rich["steps"].fillvalue == -1 and rich["steps_max"].fillvalue == -1
    for name in ("r_final", "w_final", "b_final", "loss_final", "fate_fraction", "steps_mean", "seconds"):
        assert np.isnan(rich[name].fillvalue), name
    # With this attribute xarray would make floats of the labels.
    assert "_FillValue" not in rich["fate"].attrs and "missing_value" not in rich["fate"].attrs


def test_no_fill_value_is_a_value(rich_path, values, deadcone, tmp_path):
    """Readers that take a fill value for missing, as kerchunk's are, lose nothing: not 0, of which there are many."""
    path = tmp_path / "refined.h5"
    deadcone.done("sweep --quiet --certify --refine --w -2:2:40 --b -2:2:40 --out", path)
    deadcone.done("analyze --samples 2", path)
    missing = {"steps", "proof", "analysis/steps_max_of_fate", "analysis/wada_distance"}  # -1: there is none
    zeros = set()

    def check(name, dataset):
        if not isinstance(dataset, h5py.Dataset) or name in missing:
            return
        values, fill = np.asarray(dataset[()]), dataset.fillvalue
        if values.dtype.kind == "f":
            assert np.isnan(fill), name
        else:
            assert not np.any(values == fill), name
        if np.any(values == 0):
            zeros.add(name)

    for file in (rich_path, path):
        with h5py.File(file) as opened:
            opened.visititems(check)
    assert {"beta", "delta", "r", "fate_code", "fate_count", "fill_mismatches", "analysis/proof_count"} <= zeros


def test_pending_points_have_counts_of_zero(deadcone, tmp_path):
    path = tmp_path / "part.h5"
    deadcone.done("sweep --quiet --beta 0,0.9 --w -2:2:8 --b -2:2:8 --certify --refine --shard 1/2 --out", path)
    results = read_all(next(tmp_path.iterdir()))
    np.testing.assert_array_equal(results["point_done"].ravel(), [1, 0])
    for name in ("fate_count", "updates", "pixels_filled", "fill_mismatches"):
        assert not np.any(results[name].reshape(2, -1)[1]), name


def test_maps_are_compressed_by_point(rich):
    for name in (*MAPS, "r_final"):
        assert rich[name].chunks == (1, 1, 1, ROWS, COLUMNS), name
        assert rich[name].compression == "gzip", name
        assert rich[name].shuffle == (rich[name].dtype.itemsize > 1), name


def test_chunks_are_at_most_512_pixels_wide(deadcone, tmp_path):
    deadcone.done("sweep --quiet --w -2:2:1030 --b -2:2:520 --max-steps 1", "--out", tmp_path / "map.h5")
    with h5py.File(tmp_path / "map.h5") as file:
        assert file["fate"].chunks == file["steps"].chunks == (1, 1, 512, 512)
        # One update is never enough: every pixel has been written if all are unfinished, those of cut tiles, too.
        assert (file["fate"][...] == UNFINISHED).all() and (file["steps"][...] == 1).all()
        assert file["fate_count"][0, 0, UNFINISHED] == 1030 * 520


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ("fate", ["fate"]),
        ("steps", ["fate", "steps"]),
        ("final", ["fate", "w_final", "b_final"]),
        ("fate,loss", ["fate", "loss_final"]),
        ("loss,final,steps,fate", ["fate", "steps", "w_final", "b_final", "loss_final"]),
    ],
)
def test_only_the_fields_asked_for_are_kept(deadcone, tmp_path, fields, kept):
    options = "--w -2:2:8 --b -2:2:6 --max-steps 300"
    deadcone.done("sweep --quiet", options, f"--fields {fields} --out", tmp_path / "some.h5")
    deadcone.done("sweep --quiet", options, "--fields fate,steps,final,loss --out", tmp_path / "all.h5")
    some, everything = read_all(tmp_path / "some.h5"), read_all(tmp_path / "all.h5")
    assert [name for name in some if some[name].ndim == 4] == kept
    for name in some:
        if name != "seconds":
            assert some[name].tobytes() == everything[name].tobytes(), name


# Attributes.


def text_type(file, name):
    return h5py.check_string_dtype(file.attrs.get_id(name).dtype)


@pytest.mark.parametrize(
    "name",
    ["title", "Conventions", "precision", "version", "git_commit", "compiler", "device", "numerics", "hdf5"],
)
def test_root_attributes_are_fixed_ascii(rich, name):
    kind = text_type(rich, name)
    assert kind.encoding == "ascii" and kind.length is not None
    assert rich.attrs[name].decode().isprintable() and rich.attrs[name]


def test_history_has_the_command_line_and_the_time(rich, rich_path, deadcone):
    kind = text_type(rich, "history")
    assert kind.encoding == "utf-8" and kind.length == len(rich.attrs["history"])
    history = rich.attrs["history"].decode()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: ", history)
    assert history.endswith(" ".join(deadcone.command(RICH, "--out", rich_path)))
    assert rich.attrs["version"].decode() in deadcone.done("--version").stdout
    assert rich.attrs["git_commit"].decode() in deadcone.done("--version").stdout
    assert rich.attrs["device"].startswith(b"cpu") or rich.attrs["device"].startswith(b"cuda")


ODD_NAMES = ["plain.h5", "two words.h5", "βü💀.h5", "it's \"$HOME\" `x`;*.h5", "-x\\y.h5", "new\nline\x1b[31m.h5", b"latin\xe9'1.h5"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_shell_reads_the_command_from_the_history(deadcone, tmp_path, name):
    """Any name, as a shell gives it to the program, which keeps its UTF-8."""
    arguments = [*deadcone.command("sweep --quiet --w -2:2:4 --b -2:2:4"), "--out", name, "--fields=fate"]
    arguments[-2] = os.path.join(os.fsencode(tmp_path), os.fsencode(name))
    subprocess.run(arguments, check=True)
    with h5py.File(arguments[-2]) as file:
        history = file.attrs["history"].decode()
    assert history.isprintable()
    time, command = history.split(": ", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time)
    if isinstance(name, str) and name.isprintable():
        assert shlex.split(command) == [os.fsdecode(argument) for argument in arguments]
    script = f"printf '%s\\0' {command}"
    words = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout.split(b"\0")[:-1]
    assert words == [os.fsencode(argument) for argument in arguments]


@pytest.mark.parametrize("size", [0, 20_000, 40_000, 100_000])
def test_netcdf_reads_a_history_in_utf8_of_any_length(deadcone, tmp_path, size):
    path = tmp_path / "ü.h5"
    deadcone.done("sweep --quiet --w -2:2:4 --b -2:2:4", (size // 15 + 1) * "--fields steps  ", "--out", path)
    with h5py.File(path) as file:
        history = file.attrs["history"]
        history = history if isinstance(history, str) else history.decode()
    assert "ü.h5" in history and len(history) >= size
    with netCDF4.Dataset(path) as file:
        assert file.history == history
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(path, engine=engine) as dataset:
            assert dataset.attrs["history"] == history or dataset.attrs["history"].decode() == history
    assert history in deadcone.done("info", path).stdout


def test_configuration_says_everything(rich):
    kind = text_type(rich, "configuration")
    assert kind.encoding == "utf-8" and kind.length == len(rich.attrs["configuration"])
    assert json.loads(rich.attrs["configuration"]) == {
        "axes": {"beta": list(BETA), "gamma": list(GAMMA), "eta": [0.1], "delta": list(DELTA), "r": [0.5]},
        "window": {"w": {"lo": -2, "hi": 2, "count": COLUMNS}, "b": {"lo": -1.5, "hi": 2, "count": ROWS}},
        "criteria": {
            "stop": "stationary",
            "tolerance": 1e-6,
            "relative_tolerance": False,
            "rho": 0.01,
            "epsilon": 0.01,
            "max_steps": 2000,
            "certify": False,
        },
        "precision": "float",
        "fields": {"steps": True, "final": True, "loss": True},
        "refinement": {"kind": "none", "sample": 0.01},
    }


# Numbers without a short decimal form, and everything that is not the default.
ODD = (
    "sweep --quiet --beta 0:0.97:3 --gamma log:0.1:3:3 --eta 0.3333333333333333 --delta -0.1 --r 1e-3 --w -2.1:1.7:7 "
    "--b -1:1:5 --stop update --tol 3e-5 --tol-relative --rho 0.02 --epsilon 0.03 --max-steps 777 --precision double "
    "--fields steps,final"
)
SHORT = (
    "sweep --quiet --gamma 1,0.1 --certify --refine exact --refine-sample 0.3333333333333333 --w -2:2:20 --b -2:2:20 "
    "--fields fate"
)


def command_line(configuration):
    """The options that a configuration stands for."""
    words = []
    for name, axis in configuration["axes"].items():
        words += [f"--{name}", ",".join(map(repr, axis))]
    for name, window in configuration["window"].items():
        words += [f"--{name}", f"{window['lo']!r}:{window['hi']!r}:{window['count']}"]
    criteria = configuration["criteria"]
    for name in ("stop", "rho", "epsilon"):
        words += [f"--{name}", str(criteria[name])]
    words += ["--tol", repr(criteria["tolerance"]), "--max-steps", str(criteria["max_steps"])]
    words += ["--tol-relative"] if criteria["relative_tolerance"] else []
    words += ["--certify"] if criteria["certify"] else []
    refinement = configuration["refinement"]
    words += ["--refine-sample", repr(refinement["sample"])]
    words += ["--refine", refinement["kind"]] if refinement["kind"] != "none" else []
    kept = ["fate", *(name for name, is_kept in configuration["fields"].items() if is_kept)]
    return " ".join([*words, "--precision", configuration["precision"], "--fields", ",".join(kept)])


@pytest.mark.parametrize("options", [RICH, ODD, SHORT], ids=["rich", "odd", "short"])
def test_file_can_be_made_again_from_its_configuration(deadcone, tmp_path, options):
    deadcone.done(options, "--out", tmp_path / "first.h5")
    with h5py.File(tmp_path / "first.h5") as file:
        text = file.attrs["configuration"]
    deadcone.done("sweep --quiet", command_line(json.loads(text)), "--out", tmp_path / "again.h5")
    with h5py.File(tmp_path / "again.h5") as file:
        assert file.attrs["configuration"] == text
    assert_same_results(tmp_path / "again.h5", tmp_path / "first.h5")


def test_labels_have_flags(rich):
    for name, meanings in {"fate": ["pending", *FATES], "fate_code": list(FATES)}.items():
        attributes = rich[name].attrs
        assert attributes["flag_values"].dtype == np.int8  # the type of the variable, as CF wants it
        assert attributes["flag_meanings"].decode().split() == meanings
        first = -1 if meanings[0] == "pending" else 0
        assert list(attributes["flag_values"]) == list(range(first, first + len(meanings)))


def test_every_variable_is_described(rich):
    for name, dataset in rich.items():
        assert dataset.attrs["long_name"], name
        assert dataset.attrs["units"] == (b"s" if name == "seconds" else b"1"), name


# Numbers.


def test_coordinates(values):
    for name, expected in {"beta": BETA, "gamma": GAMMA, "delta": DELTA, "eta": 0.1, "r": 0.5}.items():
        np.testing.assert_array_equal(values[name], expected, err_msg=name)
    np.testing.assert_array_equal(values["w"], centres(-2, 2, COLUMNS))
    np.testing.assert_allclose(values["b"], centres(-1.5, 2, ROWS), rtol=1e-15)
    np.testing.assert_array_equal(values["fate_code"], np.arange(5))


def test_counts_are_those_of_the_pixels(values):
    labels = values["fate"].reshape(12, -1)
    expected = np.array([np.bincount(label, minlength=5) for label in labels])
    np.testing.assert_array_equal(values["fate_count"].reshape(12, 5), expected)
    assert (values["fate_count"].sum(axis=-1) == ROWS * COLUMNS).all()
    np.testing.assert_array_equal(values["fate_fraction"], values["fate_count"] / (ROWS * COLUMNS))
    np.testing.assert_array_equal(values["updates"], values["steps"].sum(axis=(-1, -2), dtype=np.int64))
    np.testing.assert_array_equal(values["steps_max"], values["steps"].max(axis=(-1, -2)))
    np.testing.assert_allclose(values["steps_mean"], values["steps"].mean(axis=(-1, -2)), rtol=1e-14)
    assert (values["seconds"] >= 0).all() and (values["point_done"] == 1).all()


def test_rich_sweep_is_not_all_one_fate(values):
    assert len(np.unique(values["fate"])) >= 3  # or the tests above would prove little
    assert (values["steps"] >= 1).all() and (values["steps"] <= 2000).all()
    assert np.array_equal(values["fate"] == UNFINISHED, values["steps"] == 2000)


SIMULATED = {
    "plane": (Point(), Criteria(max_steps=3000)),
    "without momentum": (Point(beta=0.0, gamma=0.5), Criteria(max_steps=3000)),
    "strong momentum, small target": (Point(beta=0.97, gamma=0.1), Criteria(max_steps=3000)),
    "paper's rule": (Point(beta=0.99, gamma=0.1), Criteria(stop="update", max_steps=3000)),
    "shifted target": (Point(beta=0.7, gamma=0.5, delta=-0.4), Criteria(max_steps=2000)),
    "general": (Point(r=0.8, delta=0.3), Criteria(max_steps=2000)),
    "other criteria": (
        Point(gamma=0.3, eta=0.4),
        Criteria(tol=1e-3, tol_relative=True, rho=0.2, epsilon=0.2, max_steps=2000),
    ),
    # One update throws every active unit out; at a rate just above the stable ones trajectories are chaotic.
    "diverging": (Point(beta=0.0, eta=1e8, gamma=0.5), Criteria(max_steps=300)),
}


@pytest.mark.parametrize("name", SIMULATED)
def test_map_is_what_the_equations_say(deadcone, tmp_path, name):
    point, criteria = SIMULATED[name]
    deadcone.done(
        "sweep --quiet --precision double --w -2:2:16 --b -2:2:16 --fields fate,steps,final,loss",
        point.options(),
        criteria.options(),
        "--out",
        tmp_path / "map.h5",
    )
    results = {name: value.squeeze() for name, value in read_all(tmp_path / "map.h5").items()}
    w, b = np.meshgrid(results["w"], results["b"])
    fate, steps, (r_final, w_final, b_final) = simulate(w, b, point, criteria)
    np.testing.assert_array_equal(results["fate"], fate)
    np.testing.assert_array_equal(results["steps"], steps)
    # Rounding differs; the way to a minimum forgets that.
    tolerance = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(results["w_final"], w_final, **tolerance)
    np.testing.assert_allclose(results["b_final"], b_final, **tolerance)
    np.testing.assert_allclose(
        results["loss_final"], loss(np.stack([r_final, w_final, b_final]), point.gamma, point.delta), **tolerance
    )
    if point.r != 0.0:
        np.testing.assert_allclose(results["r_final"], r_final, **tolerance)


def test_simulated_maps_have_every_fate():
    w, b = np.meshgrid(centres(-2, 2, 8), centres(-2, 2, 8))
    found = {fate for point, criteria in SIMULATED.values() for fate in np.unique(simulate(w, b, point, criteria)[0])}
    assert found == set(range(5))


def test_r_can_be_swept(deadcone, tmp_path):
    options = "sweep --quiet --beta 0.9,0.97 --w -2:2:10 --b -2:2:8 --max-steps 1500 --fields fate,steps,final,loss"
    deadcone.done(options, "--r 0,0.25,1 --out", tmp_path / "swept.h5")
    deadcone.done(options, "--out", tmp_path / "plane.h5")
    swept, plane = read_all(tmp_path / "swept.h5"), read_all(tmp_path / "plane.h5")
    with h5py.File(tmp_path / "swept.h5") as file:
        assert dimensions(file["r_final"]) == ["beta", "gamma", "r", "b", "w"]
    np.testing.assert_array_equal(swept["r"], [0, 0.25, 1])
    assert "r_final" not in plane

    # r = 0 is the plane, and stays there; elsewhere r is 0 at the target alone.
    for name in MAPS:
        assert swept[name][:, :, 0].tobytes() == plane[name].tobytes(), name
    assert (swept["r_final"][:, :, 0] == 0).all()
    converged = swept["fate"] == CONVERGED
    assert (np.abs(swept["r_final"][converged]) <= 0.01).all()
    assert (swept["r_final"][:, :, 1:][~converged[:, :, 1:]] != 0).all()

    # A point of the sweep is the map of that r alone.
    deadcone.done(options, "--r 0.25 --out", tmp_path / "alone.h5")
    alone = read_all(tmp_path / "alone.h5")
    for name in (*MAPS, "r_final"):
        assert swept[name][:, :, 1].tobytes() == alone[name].tobytes(), name


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (7, 1), (1, 7), (600, 1), (1, 600)])
def test_narrow_windows(deadcone, tmp_path, columns, rows):
    criteria = Criteria(max_steps=40)
    options = f"--precision double --fields fate,steps,final --w -1:2:{columns} --b -2:1:{rows}"
    deadcone.done("sweep --quiet", options, criteria.options(), "--out", tmp_path / "map.h5")
    results = read_all(tmp_path / "map.h5")
    assert results["fate"].shape == results["w_final"].shape == (1, 1, rows, columns)
    np.testing.assert_allclose(results["w"], centres(-1, 2, columns), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(results["b"], centres(-2, 1, rows), rtol=1e-14, atol=1e-15)
    fate, steps, final = simulate(*np.meshgrid(results["w"], results["b"]), Point(), criteria)
    np.testing.assert_array_equal(results["fate"][0, 0], fate)
    np.testing.assert_array_equal(results["steps"][0, 0], steps)
    np.testing.assert_allclose(results["w_final"][0, 0], final[1], rtol=1e-12, atol=1e-13)
    deadcone.done("verify --all", tmp_path / "map.h5")


# Other readers.


@pytest.fixture(params=["h5netcdf", "netcdf4"])
def opened(request, rich_path):
    with xarray.open_dataset(rich_path, engine=request.param) as dataset:
        yield dataset


def test_xarray_names_dimensions_and_coordinates(opened, values):
    assert dict(opened.sizes) == {"beta": 3, "gamma": 2, "delta": 2, "b": ROWS, "w": COLUMNS, "fate_code": 5}
    assert opened["fate"].dims == (*POINT_DIMENSIONS, "b", "w")
    assert set(opened["fate"].coords) == {*POINT_DIMENSIONS, "b", "w", "eta", "r"}
    for name in ("eta", "r"):
        assert opened["fate"].coords[name].shape == ()
        assert opened["fate"].coords[name].item() == values[name]
    assert opened.attrs["Conventions"] == "CF-1.9"  # the first that has int64


def test_xarray_keeps_types_and_values(opened, values):
    for name, expected in values.items():
        variable = opened[name]
        assert variable.dtype == expected.dtype, name  # labels stay int8, seconds stay a number
        np.testing.assert_array_equal(variable.values, expected, err_msg=name)


def test_xarray_selects_by_value(opened, values):
    chosen = opened["fate"].sel(beta=0.97, gamma=0.25, delta=0)
    np.testing.assert_array_equal(chosen.values, values["fate"][2, 1, 0])
    pixel = opened["steps"].sel(beta=0.9, gamma=1, delta=0.25).sel(w=0.1, b=0.3, method="nearest")
    row, column = np.abs(values["b"] - 0.3).argmin(), np.abs(values["w"] - 0.1).argmin()
    assert pixel.item() == values["steps"][1, 0, 1, row, column]
    dead = opened["fate_fraction"].sel(fate_code=1)
    np.testing.assert_array_equal(dead.values, (values["fate"] == 1).mean(axis=(-1, -2)))


def test_xarray_can_write_what_it_read(opened, values, tmp_path):
    opened.to_netcdf(tmp_path / "copy.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "copy.nc", engine="h5netcdf") as copy:
        np.testing.assert_array_equal(copy["fate"].values, values["fate"])


def test_netcdf4_reads_everything(rich_path, values):
    with netCDF4.Dataset(rich_path) as file:
        assert {name: len(dimension) for name, dimension in file.dimensions.items()} == {
            "beta": 3,
            "gamma": 2,
            "delta": 2,
            "b": ROWS,
            "w": COLUMNS,
            "fate_code": 5,
        }
        assert set(file.variables) == set(values)
        for name, expected in values.items():
            variable = file[name]
            assert variable.dtype == expected.dtype, name
            assert not np.ma.is_masked(variable[...]), name
            np.testing.assert_array_equal(variable[...], expected, err_msg=name)
        assert file["fate"].dimensions == (*POINT_DIMENSIONS, "b", "w")
        assert file["fate"].flag_meanings.split() == ["pending", *FATES]
        assert file["fate"].flag_values.dtype == np.int8
        assert json.loads(file.configuration)["axes"]["beta"] == list(BETA)


def test_ncdump_shows_dimensions_and_flags(rich_path):
    if shutil.which("ncdump") is None:
        pytest.skip("ncdump is not installed")
    result = subprocess.run(["ncdump", "-h", rich_path], capture_output=True, text=True, check=False)
    assert result.returncode == 0 and result.stderr == ""
    for name, length in {"beta": 3, "gamma": 2, "delta": 2, "b": ROWS, "w": COLUMNS, "fate_code": 5}.items():
        assert re.search(rf"^\t{name} = {length} ;", result.stdout, re.MULTILINE), name
    assert "byte fate(beta, gamma, delta, b, w) ;" in result.stdout
    assert f'fate:flag_meanings = "pending {" ".join(FATES)}" ;' in result.stdout
    assert "fate:flag_values = -1b, 0b, 1b, 2b, 3b, 4b ;" in result.stdout
    assert 'fate:coordinates = "eta r" ;' in result.stdout


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_knows_the_coordinates_of_an_analysis(deadcone, tmp_path, engine):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0,0.9 --gamma 1,0.1 --w -2:2:16 --b -2:2:12 --max-steps 200 --out", path)
    deadcone.done("analyze --samples 2", path)
    with xarray.open_dataset(path, group="analysis", engine=engine) as analysis, h5py.File(path) as file:
        found = analysis.fate_probability.sel(beta=0.9, gamma=0.1, fate_code=1)
        assert found.item() == file["analysis/fate_probability"][1, 1, 1]
        assert {"eta", "delta", "r"} <= set(found.coords) and found.eta.item() == 0.1
        assert analysis.fate_code.flag_meanings.split() == list(FATES)
        assert analysis.boundary_pixels.sel(beta=0).dims == ("gamma",)
    if hasattr(xarray, "open_datatree"):  # where the coordinates of a group must be those of the file
        with xarray.open_datatree(path, engine=engine) as tree:
            assert tree["analysis"].fate_probability.shape == (2, 2, 5)


@pytest.fixture(scope="module")
def parted(deadcone, tmp_path_factory):
    """The parts of a sweep, and the same sweep merged."""
    folder = tmp_path_factory.mktemp("parts")
    options = "sweep --quiet --beta 0,0.3,0.9 --gamma 1,0.1 --w -2:2:16 --b -2:2:12 --max-steps 300 --fields steps,final"
    for part in (1, 2, 3):
        deadcone.done(options, f"--shard {part}/3 --out", folder / "part.h5")
    parts = sorted(folder.iterdir())
    deadcone.done("merge", folder / "whole.h5", *parts)
    return parts, folder / "whole.h5"


def assert_joined(joined, whole):
    for name in whole.data_vars:
        if name != "seconds":
            assert joined[name].dtype == whole[name].dtype, name
            np.testing.assert_array_equal(joined[name].values, whole[name].values, err_msg=name)
    assert set(joined.coords) == set(whole.coords)


def test_xarray_joins_parts(parted):
    """As docs/file-format.md says: what is pending in a part is below all labels and counts."""
    parts, whole = parted
    opened = [xarray.open_dataset(part, engine="h5netcdf") for part in parts]
    with xarray.open_dataset(whole, engine="h5netcdf") as expected:
        assert_joined(xarray.concat(opened, "part", data_vars="all").max("part"), expected)
    for part in opened:
        part.close()


def test_xarray_opens_parts_as_one(parted):
    pytest.importorskip("dask", reason="dask is not installed: pip install dask")
    parts, whole = parted
    with (
        xarray.open_mfdataset(parts, combine="nested", concat_dim="part", engine="h5netcdf") as opened,
        xarray.open_dataset(whole, engine="h5netcdf") as expected,
    ):
        assert_joined(opened.max("part"), expected)


def test_pyfive_reads_everything(rich_path, values):
    """A reader without HDF5's library: it knows the older kinds of superblocks and chunk indexes alone."""
    pyfive = pytest.importorskip("pyfive", reason="pyfive is not installed: pip install pyfive")
    with pyfive.File(rich_path) as file:
        assert set(file) == set(values)
        for name, expected in values.items():
            np.testing.assert_array_equal(file[name][()], expected, err_msg=name)
        assert bytes(file["fate"].attrs["flag_meanings"]).decode().split() == ["pending", *FATES]
        assert [scales[0].name.lstrip("/") for scales in file["fate"].dims] == [*POINT_DIMENSIONS, "b", "w"]


def test_pyfive_reads_many_maps(deadcone, tmp_path):
    """More of them than one node of HDF5's index holds, resumed, so that the file was written twice."""
    pyfive = pytest.importorskip("pyfive", reason="pyfive is not installed: pip install pyfive")
    path = tmp_path / "map.1-of-2.h5"
    options = "sweep --quiet --beta 0:0.9:150 --w -2:2:3 --b -2:2:3 --max-steps 50 --resume --out"
    deadcone.done(options, tmp_path / "map.h5", "--shard 1/2")
    deadcone.done(options, path)
    expected = read_all(path)
    assert expected["point_done"].all()
    with pyfive.File(path) as file:
        for name in ("beta", "fate", "steps", "updates", "fate_count"):
            np.testing.assert_array_equal(file[name][()], expected[name], err_msg=name)


def test_the_example_for_xarray_draws_a_map(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0,0.9 --gamma 1,0.1 --w -2:2:32 --b -2:2:24 --max-steps 500 --out", path)
    script = pathlib.Path(__file__).parents[2] / "scripts" / "plots" / "example_xarray.py"
    result = subprocess.run([sys.executable, script, path], capture_output=True, text=True, check=True)
    assert result.stderr == ""
    picture = tmp_path / "map.heat.png"
    assert result.stdout.splitlines()[-1] == str(picture)
    for fraction in read_all(path)["fate_fraction"][..., 1].ravel():
        assert f"{fraction:.6f}" in result.stdout
    pixels = image.imread(picture)
    assert pixels.shape[0] > 300 and len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50


def test_no_coordinate_is_said_to_be_time(rich):
    """CF wants time in seconds or days since a date; checkers refuse `axis = "T"` of a momentum."""
    assert not any("axis" in dataset.attrs for dataset in rich.values())


def test_paraview_shows_a_map_for_each_momentum(deadcone, tmp_path):
    """Its reader shows at most three dimensions beside time. Said to be time, as docs/file-format.md does, beta is."""
    reader_of = pytest.importorskip("vtkmodules.vtkIONetCDF", reason="VTK is not installed: pip install vtk")
    from vtkmodules.util.numpy_support import vtk_to_numpy

    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0,0.7,0.9 --gamma 1,0.1 --w -2:2:16 --b -2:2:12 --max-steps 500 --out", path)
    values = read_all(path)
    reader = reader_of.vtkNetCDFCFReader()
    assert reader.CanReadFile(str(path))
    with xarray.open_dataset(path, engine="h5netcdf") as sweep:
        sweep.beta.attrs["axis"] = "T"
        path = tmp_path / "film.nc"
        sweep.to_netcdf(path)
    reader.SetFileName(str(path))
    reader.SphericalCoordinatesOff()
    reader.UpdateMetaData()
    reader.SetDimensions("(gamma, b, w)")
    for index, beta in enumerate(values["beta"]):
        reader.UpdateTimeStep(beta)
        points = reader.GetOutput().GetPointData()
        for name in ("fate", "steps"):
            found = vtk_to_numpy(points.GetArray(name))
            np.testing.assert_array_equal(found, values[name][index].ravel(), err_msg=f"{name}, beta {beta}")


# Where rounding decides fates.

UNSTABLE = "sweep --beta 0,0.9 --eta 2.2,38 --w -2:2:8 --b -2:2:8 --max-updates 500"
WARNING = "may decide fates at 3 of 4 points (beta 0, gamma 1, eta 2.2; beta 0, gamma 1, eta 38; beta 0.9, gamma 1, eta 38)"


def test_file_says_where_rounding_decides(deadcone, tmp_path):
    path = tmp_path / "unstable.h5"
    result = deadcone.done(UNSTABLE, "--progress plain --out", path)
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("rounding: "))
    assert line.startswith(f"rounding: {WARNING}, where") and "--precision double" in line
    with h5py.File(path, "r+") as file:
        assert file.attrs["rounding"].decode().startswith(WARNING)
        del file.attrs["rounding"]  # as an older file
    said = [line for line in deadcone.done("info", path).stdout.splitlines() if line.startswith("rounding")]
    assert said == [f"rounding   {line.removeprefix('rounding: ').removesuffix('; --precision double rounds less')}"]
    for quiet in ("--quiet", "--progress none"):
        assert deadcone.done(UNSTABLE, quiet, "--resume --out", path).stderr == ""
    deadcone.done("merge", tmp_path / "merged.h5", path)
    with h5py.File(tmp_path / "merged.h5") as file:
        assert file.attrs["rounding"].decode().startswith(WARNING)


def test_file_says_nothing_of_rounding_where_it_decides_nothing(deadcone, tmp_path):
    path = tmp_path / "stable.h5"
    options = "--beta 0,0.9,0.99 --gamma 1,0.01 --eta 0.01,0.1,1 --w -2:2:4 --b -2:2:4 --max-updates 50"
    assert "rounding" not in deadcone.done("sweep --progress plain", options, "--out", path).stderr
    assert "rounding" not in deadcone.done("info", path).stdout
    with h5py.File(path) as file:
        assert "rounding" not in file.attrs
