"""`--certify` and `--refine`: what they add to a file, and that it says the same as the exhaustive map."""

import re
import shutil
import signal
import subprocess

import h5py
import netCDF4
import numpy as np
import pytest
import xarray
from conftest import (
    CONVERGED,
    DEAD,
    FATES,
    TIMEOUT,
    assert_done_points_match,
    assert_one_error,
    assert_same_results,
    read_all,
)
from scipy.stats import binomtest

PROOFS = ("none", "energy", "corridor", "trap", "creep", "toll", "well")
NONE, ENERGY, CORRIDOR, TRAP, CREEP, TOLL, WELL = range(7)
COMPUTED, FILLED = range(2)

ROWS, COLUMNS = 60, 80  # of pixels: b, w
WINDOW = f"--w -3:3:{COLUMNS} --b -4:3:{ROWS} --max-steps 20000"

# Sweeps in the plane, where all theorems hold, and off it or with a shifted target, where one does. Creeping takes
# starts that are far out for so small a target.
CREEPING = {
    "plane": "--beta 0,0.9,0.97 --gamma 1,0.05 --tol 1e-4",
    "plane, double, paper's rule": "--beta 0,0.9 --gamma 0.5,0.05 --tol 1e-4 --precision double --stop update",
}
# The corridor is of use where the toll is more than a unit can have.
LARGE_UPDATES = {"plane, large updates": "--beta 0 --eta 0.5"}
PLANE = CREEPING | LARGE_UPDATES | {
    "plane, double": "--beta 0.9 --precision double",
    "plane, paper's rule": "--beta 0,0.97 --stop update",
}
OTHERS = {
    "shifted": "--beta 0,0.9 --delta 0.25 --tol 1e-5",
    "general": "--beta 0.9 --delta -0.2 --r 0.5 --tol 1e-5 --stop update",
    "general, double": "--beta 0.9 --r 0.5 --tol 1e-5 --precision double",
}
SWEEPS = PLANE | OTHERS
LIGHT = "--beta 0,0.9 --gamma 1,0.25 --tol 3e-4"  # little to recompute, and no pixel filled wrongly

WAYS = {
    "certified": "--certify",
    "by borders": "--refine",
    "exact": "--refine exact",
    "certified by borders": "--certify --refine",
    "certified exact": "--certify --refine exact",
}
CERTIFIED = [way for way, options in WAYS.items() if "--certify" in options]
REFINED = [way for way, options in WAYS.items() if "--refine" in options]


@pytest.fixture(scope="module")
def made(deadcone, tmp_path_factory):
    """The path of a sweep that is made in one of the ways, or in the plain one, when it is first asked for."""
    folder = tmp_path_factory.mktemp("made")
    paths = {}

    def make(sweep, way="plain"):
        if (sweep, way) not in paths:
            paths[sweep, way] = folder / f"{len(paths)}.h5"
            options = WAYS.get(way, "")
            deadcone.done("sweep --quiet", WINDOW, SWEEPS.get(sweep, LIGHT), options, "--out", paths[sweep, way])
        return paths[sweep, way]

    return make


@pytest.fixture
def copy(made, tmp_path):
    """A copy of a light one."""
    return lambda way: shutil.copy(made("light", way), tmp_path / "copy.h5")


def some_pixel(path, provenance, number=0):
    """The index of a pixel of a refined file: that of its point, then row and column."""
    found = np.argwhere(read_all(path)["provenance"] == provenance)
    return tuple(int(i) for i in found[(number * 997 + len(found) // 2) % len(found)])


def flip(path, name, pixel, by=1):
    """Changes a value of a map."""
    with h5py.File(path, "r+") as file:
        count = {"fate": 5, "proof": 5}.get(name, 1_000_000)
        file[name][pixel] = (int(file[name][pixel]) + by) % count


# The file.


def maps_of(file):
    return [name for name in file if file[name].shape[-2:] == (ROWS, COLUMNS)]


@pytest.mark.parametrize("way", ["plain", *WAYS])
def test_each_way_adds_its_maps(made, way):
    with h5py.File(made("plane", "plain")) as plain, h5py.File(made("plane", way)) as file:
        names = []
        file.id.links.iterate(names.append, idx_type=h5py.h5.INDEX_CRT_ORDER)
        names = [name.decode() for name in names]
        coordinates = ["beta", "gamma", "eta", "delta", "r", "b", "w", "fate_code"]
        maps = ["fate", "steps"]
        maps += ["proof"] if way in CERTIFIED else []
        maps += ["provenance"] if way in REFINED else []
        by_point = ["fate_count", "fate_fraction", "steps_mean", "steps_max", "updates", "seconds", "point_done"]
        by_point += ["pixels_filled", "fill_mismatches"] if way in REFINED else []
        by_point += ["fill_sampled", "fill_sample_mismatches"] if way in REFINED and "exact" not in way else []
        assert names == coordinates + maps + by_point
        assert maps_of(file) == maps
        for name in ("proof", "provenance"):
            if name not in maps:
                continue
            dataset, fate = file[name], plain["fate"]
            assert (dataset.dtype, dataset.shape) == (np.int8, fate.shape)
            assert dataset.chunks == fate.chunks == (1, 1, ROWS, COLUMNS)
            assert dataset.compression == "gzip" and not dataset.shuffle
            assert dataset.fillvalue == -1 and "_FillValue" not in dataset.attrs
            assert [scale[0].name for scale in dataset.dims] == ["/beta", "/gamma", "/b", "/w"]
            assert dataset.attrs["coordinates"] == fate.attrs["coordinates"]
            assert dataset.attrs["long_name"] and dataset.attrs["units"] == b"1"
            meanings = PROOFS if name == "proof" else ("computed", "filled")
            assert dataset.attrs["flag_meanings"].decode().split() == list(meanings)
            assert dataset.attrs["flag_values"].dtype == np.int8
            assert list(dataset.attrs["flag_values"]) == list(range(len(meanings)))
        for name in ("pixels_filled", "fill_mismatches"):
            if way in REFINED:
                assert (file[name].dtype, file[name].shape, file[name].fillvalue) == (np.int64, (3, 2), -1)
                assert [scale[0].name for scale in file[name].dims] == ["/beta", "/gamma"]
                assert file[name].attrs["long_name"] and file[name].attrs["units"] == b"1"


def test_without_steps_the_other_maps_are_the_same(deadcone, made, tmp_path):
    path = tmp_path / "fate.h5"
    deadcone.done("sweep --quiet --fields fate", WINDOW, LIGHT, "--certify --refine --out", path)
    with h5py.File(path) as file:
        assert maps_of(file) == ["fate", "proof", "provenance"]
    results, expected = read_all(path), read_all(made("light", "certified by borders"))
    for name in set(results) - {"seconds"}:
        assert results[name].tobytes() == expected[name].tobytes(), name
    deadcone.done("verify --all", path)


def test_maps_of_many_chunks(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    options = "--gamma 0.5 --w -3:3:1030 --b -3:3:520 --max-steps 60"
    deadcone.done("sweep --quiet --certify --refine", options, "--out", path)
    with h5py.File(path) as file:
        assert {file[name].chunks for name in ("fate", "steps", "proof", "provenance")} == {(1, 1, 512, 512)}
        assert (file["provenance"][...] >= 0).all() and (file["fate"][...] >= 0).all()
        assert file["pixels_filled"][0, 0] == (file["provenance"][...] == FILLED).sum() > 1030 * 520 / 2
        assert file["fate_count"][0, 0].sum() == 1030 * 520


@pytest.mark.parametrize("way", WAYS)
def test_counts_are_those_of_the_maps(made, way):
    results = read_all(made("plane", way))
    steps = results["steps"]
    computed = results["provenance"] == COMPUTED if way in REFINED else np.full(steps.shape, True)
    pixels = computed.sum(axis=(-1, -2))
    for fate in range(5):
        np.testing.assert_array_equal(results["fate_count"][..., fate], (results["fate"] == fate).sum(axis=(-1, -2)))
    assert (results["fate_count"].sum(axis=-1) == ROWS * COLUMNS).all()
    np.testing.assert_array_equal(results["fate_fraction"], results["fate_count"] / (ROWS * COLUMNS))
    updates = np.where(computed, steps, 0).sum(axis=(-1, -2), dtype=np.int64)
    np.testing.assert_array_equal(results["updates"], updates)
    np.testing.assert_array_equal(results["steps_mean"], updates / pixels)
    np.testing.assert_array_equal(results["steps_max"], np.where(computed, steps, -1).max(axis=(-1, -2)))
    assert (results["point_done"] == 1).all()
    assert (steps[computed] >= (0 if way in CERTIFIED else 1)).all()
    if way in REFINED:
        assert np.isin(results["provenance"], [COMPUTED, FILLED]).all()
        assert (steps[~computed] == -1).all()
        np.testing.assert_array_equal(results["pixels_filled"], (~computed).sum(axis=(-1, -2)))
        assert (results["pixels_filled"] > 0).all() and (results["fill_mismatches"] >= 0).all()
    if way in CERTIFIED:
        assert np.isin(results["proof"][computed], range(len(PROOFS))).all()
        assert (results["proof"][~computed] == -1).all()


def test_a_map_of_which_nothing_is_computed(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --refine exact --w -0.3:-0.2:20 --b -50:-40:20 --out", path)
    results = read_all(path)
    assert (results["fate"] == DEAD).all() and (results["provenance"] == FILLED).all()
    assert results["pixels_filled"] == 400 and results["updates"] == 0 and np.isnan(results["steps_mean"])
    assert deadcone.done("info", path).stdout.splitlines()[-1].split()[-3:-1] == ["-", "-"]  # steps: mean, most
    deadcone.done("verify --all", path)
    deadcone.done("analyze --samples 2", path)


@pytest.mark.parametrize("engine", ["h5netcdf", "netcdf4"])
def test_xarray_reads_it(made, engine):
    path = made("plane", "certified by borders")
    values = read_all(path)
    with xarray.open_dataset(path, engine=engine) as dataset:
        assert set(dataset.variables) == set(values)
        for name, expected in values.items():
            assert dataset[name].dtype == expected.dtype, name
            np.testing.assert_array_equal(dataset[name].values, expected, err_msg=name)
        for name in ("proof", "provenance"):
            assert dataset[name].dims == ("beta", "gamma", "b", "w")
        filled = dataset["pixels_filled"].sel(beta=0.9, gamma=1).item()
        assert filled == (dataset["provenance"].sel(beta=0.9, gamma=1) == FILLED).sum().item()


def test_netcdf4_reads_it(made):
    path = made("plane", "certified by borders")
    values = read_all(path)
    with netCDF4.Dataset(path) as file:
        assert set(file.variables) == set(values)
        for name, meanings in {"proof": PROOFS, "provenance": ("computed", "filled")}.items():
            assert not np.ma.is_masked(file[name][...]), name
            np.testing.assert_array_equal(file[name][...], values[name], err_msg=name)
            assert file[name].dimensions == ("beta", "gamma", "b", "w")
            assert file[name].flag_meanings.split() == list(meanings)


def test_ncdump_shows_the_flags(made):
    if shutil.which("ncdump") is None:
        pytest.skip("ncdump is not installed")
    command = ["ncdump", "-h", made("plane", "certified exact")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    for name in ("proof", "provenance"):
        assert f"byte {name}(beta, gamma, b, w) ;" in result.stdout
    assert 'proof:flag_meanings = "none energy corridor trap creep toll well" ;' in result.stdout
    assert "provenance:flag_values = 0b, 1b ;" in result.stdout
    assert "int64 pixels_filled(beta, gamma) ;" in result.stdout


# The maps.


@pytest.mark.parametrize("sweep", SWEEPS)
def test_certified_fates_are_those_of_the_exhaustive_map(made, sweep):
    plain, certified = read_all(made(sweep)), read_all(made(sweep, "certified"))
    fate, proof = certified["fate"], certified["proof"]
    ended = np.isin(plain["fate"], [CONVERGED, DEAD])
    assert ended.mean() > 0.5
    np.testing.assert_array_equal(fate[ended], plain["fate"][ended])
    # Where nothing is proved a trajectory is the plain one; what is proved is no later than its end.
    for name in ("fate", "steps"):
        np.testing.assert_array_equal(certified[name][proof == NONE], plain[name][proof == NONE])
    assert (certified["steps"] <= plain["steps"]).all()
    assert (certified["updates"] < plain["updates"]).all()
    assert (fate[np.isin(proof, [ENERGY, CORRIDOR, TOLL])] == CONVERGED).all()
    assert (fate[np.isin(proof, [TRAP, CREEP])] == DEAD).all()
    found = set(np.unique(proof))
    assert {NONE, ENERGY} <= found
    if sweep in OTHERS:
        assert found == {NONE, ENERGY}
    else:
        others = {CREEP} if sweep in CREEPING else {CORRIDOR} if sweep in LARGE_UPDATES else set()
        assert found == {NONE, ENERGY, TRAP, TOLL} | others
        assert certified["updates"].sum() < 0.5 * plain["updates"].sum()


@pytest.mark.parametrize("way", REFINED)
@pytest.mark.parametrize("sweep", SWEEPS)
def test_refined_maps_are_those_without_refinement(made, sweep, way):
    refined = read_all(made(sweep, way))
    full = read_all(made(sweep, "certified" if way in CERTIFIED else "plain"))
    computed = refined["provenance"] == COMPUTED
    for name in ("fate", "steps", "proof"):
        if name in full:
            np.testing.assert_array_equal(refined[name][computed], full[name][computed], err_msg=name)
    expected = full["fate"]
    if "exact" in way:  # a proof knows the fate of what would not have come to its end
        ended = np.isin(expected, [CONVERGED, DEAD])
        expected = np.where(ended, expected, refined["fate"])
        assert np.isin(refined["fate"][~computed], [CONVERGED, DEAD]).all()
        assert (refined["fill_mismatches"] == 0).all()
    else:
        assert (~computed).mean() > 0.25
    np.testing.assert_array_equal(refined["fate"], expected)
    assert (refined["updates"] <= full["updates"]).all()


def test_more_of_a_sample_is_more_computed(deadcone, tmp_path):
    filled = []
    for sample in ("0", "0.01", "0.1", "1"):
        path = tmp_path / f"{sample}.h5"
        sweep = "sweep --quiet --w -3:3:120 --b -3:3:120 --certify --refine"
        deadcone.done(sweep, f"--refine-sample {sample} --out", path)
        filled.append(int(read_all(path)["pixels_filled"].item()))
    assert filled == sorted(set(filled), reverse=True) and filled[-1] == 0


LAST_LINE = re.compile(r"# fate (\w+) after (\d+) updates(?:, proved by (\w+))?")


@pytest.mark.parametrize("sweep", ["plane", "plane, double, paper's rule", "general"])
def test_certified_trace_is_the_pixel_of_a_map(deadcone, made, sweep):
    with h5py.File(made(sweep, "certified")) as file:
        proof = file["proof"][...]
        for code in np.unique(proof):
            found = np.argwhere(proof == code)
            index = tuple(found[len(found) // 2])
            beta, gamma = file["beta"][index[0]], file["gamma"][index[1]]
            point = f"--beta {beta!s} --gamma {gamma!s} --w {file['w'][index[-1]]!s} --b {file['b'][index[-2]]!s}"
            words = re.sub(r"--(?:beta|gamma) \S+", "", SWEEPS[sweep])
            text = deadcone.done("trace --certify --max-steps 20000", words, point).stdout
            fate, steps, name = LAST_LINE.fullmatch(text.splitlines()[-1]).groups()
            assert (fate, int(steps)) == (FATES[file["fate"][index]], file["steps"][index])
            assert name == (None if code == NONE else PROOFS[code])
            rows = [line for line in text.splitlines() if not line.startswith("#")]
            assert len(rows) == int(steps) + 2  # the names, the start, and every update


def test_trace_says_nothing_of_proofs_unasked(deadcone):
    certified, plain = deadcone.done("trace --certify").stdout, deadcone.done("trace").stdout
    assert "proved" in certified.splitlines()[-1] and "proved" not in plain
    assert plain.startswith(certified.rpartition("#")[0])  # the same rows, as far as they go


# verify


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("options", ["", "--all --threads 2"])
def test_verify_accepts_it(deadcone, made, way, options):
    path = made("light", way)
    result = deadcone.done("verify", options, path)
    first, *others = result.stdout.splitlines()
    assert result.stderr == "" and len(others) == (1 if "--all" in options else 0)
    if way not in REFINED:
        assert "filled" not in result.stdout
        return
    wrong, filled = re.search(r"the fates of (\d+) of (\d+) filled pixels$", first).groups()
    assert wrong == "0"
    if "--all" in options:
        assert f"{4 * ROWS * COLUMNS} pixels of 4 points" in result.stdout
        assert int(filled) == read_all(path)["pixels_filled"].sum()


@pytest.mark.parametrize("sweep", SWEEPS)
def test_verify_accepts_other_sweeps(deadcone, made, sweep):
    for way in ("certified by borders", "exact"):
        deadcone.done("verify --patches 1", made(sweep, way))


@pytest.mark.parametrize(
    ("way", "name", "options"),
    [
        *((way, name, "--all") for way in WAYS for name in ("fate", "steps")),
        *((way, "proof", "--all") for way in CERTIFIED),
        *((way, "fate", "--patches 100") for way in WAYS),
    ],
)
def test_verify_finds_a_changed_pixel(deadcone, copy, way, name, options):
    path = copy(way)
    pixel = some_pixel(path, COMPUTED) if way in REFINED else (1, 0, 7, 11)
    old = read_all(path)[name][pixel]
    flip(path, name, pixel)
    result = deadcone("verify", options, path)
    assert len(result.stdout.splitlines()) == 1, result.stdout
    new = read_all(path)[name][pixel]
    told = {"fate": FATES, "proof": PROOFS}.get(name)
    told = f"{told[new]}, should be {told[old]}" if told else f"{new}, should be {old}"
    assert f"pixel b {pixel[2]}, w {pixel[3]} " in result.stdout
    assert result.stdout.endswith(f"): {name} is {told}\n")
    result.stdout = ""
    assert_one_error(result, 1, str(path), "1 pixel differs")


@pytest.mark.parametrize(
    ("way", "options"), [*((way, "--all") for way in REFINED), ("by borders", "--patches 100")]
)
def test_verify_counts_wrongly_filled_pixels(deadcone, copy, way, options):
    path = copy(way)
    pixels = [some_pixel(path, FILLED, number) for number in range(3)]
    assert len(set(pixels)) == 3
    for pixel in pixels:
        flip(path, "fate", pixel)
    filled = read_all(path)["pixels_filled"].sum()
    result = deadcone("verify", options, path)
    lines = result.stdout.splitlines()
    assert all(re.search(r"\): filled fate is \w+, should be \w+$", line) for line in lines[:3])
    if "exact" in way:  # what is proved is not wrong
        assert len(lines) == 3
        result.stdout = ""
        assert_one_error(result, 1, str(path), "3 pixels differ")
    else:  # and what is filled by borders may be
        assert result.returncode == 0 and result.stderr == "" and len(lines) == (5 if "--all" in options else 4)
        assert lines[3].endswith(f", except the fates of 3 of {filled} filled pixels")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("steps", 7, "steps is 7, should be -1"),
        ("proof", TRAP, "proof is trap, should be -1"),
        ("fate", 9, "fate is 9, should be "),
        ("provenance", 7, "steps is -1, should be "),
        ("provenance", COMPUTED, "steps is -1, should be "),
    ],
)
def test_verify_finds_what_no_filled_pixel_has(deadcone, copy, name, value, told):
    path = copy("certified by borders")
    pixel = some_pixel(path, FILLED)
    with h5py.File(path, "r+") as file:
        file[name][pixel] = value
    result = deadcone("verify --all", path)
    assert result.returncode == 1
    assert told in result.stdout.splitlines()[0] and "filled fate" not in result.stdout


@pytest.mark.parametrize(
    ("value", "told"), [(7, "provenance is 7, should be computed"), (FILLED, r"steps is \d+, should be -1")]
)
def test_verify_finds_a_computed_pixel_that_is_called_otherwise(deadcone, copy, value, told):
    path = copy("by borders")
    pixel = some_pixel(path, COMPUTED)
    with h5py.File(path, "r+") as file:
        file["provenance"][pixel] = value
    result = deadcone("verify --all", path)
    assert result.returncode == 1
    assert re.search(rf"\): {told}$", result.stdout.splitlines()[0])


@pytest.mark.parametrize("name", ["fate_count", "updates", "steps_max", "pixels_filled"])
@pytest.mark.parametrize("way", ["by borders", "certified exact"])
def test_verify_finds_wrong_counts(deadcone, copy, way, name):
    path = copy(way)
    with h5py.File(path, "r+") as file:
        if name == "fate_count":  # their sum stays what it is
            file[name][1, 0, CONVERGED] += 1
            file[name][1, 0, DEAD] -= 1
        else:
            file[name][1, 0] += 1
    result = deadcone("verify --all", path)
    assert re.fullmatch(rf"point 2 \(beta 0.9, gamma 1\): its counts are not those of its pixels: {name}\n", result.stdout)
    result.stdout = ""
    assert_one_error(result, 1, str(path), "1 point has wrong counts")


# How it is run changes nothing.

# Two tiles and ten points.
PARTS = (
    "sweep --device cpu --quiet --beta 0:0.9:5 --gamma 0.1,1 --w -3:3:520 --b -3:3:30 --max-steps 400 --certify "
    "--refine"
)


@pytest.fixture(scope="module")
def whole(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole.h5"
    deadcone.done(PARTS, "--out", path)
    return path


@pytest.mark.parametrize("threads", [1, 3, 64])
def test_any_number_of_threads(deadcone, whole, tmp_path, threads):
    deadcone.done(PARTS, f"--threads {threads} --out", tmp_path / "map.h5")
    assert_same_results(tmp_path / "map.h5", whole)


@pytest.mark.parametrize("count", [1, 3])
def test_merged_parts_are_the_whole(deadcone, whole, tmp_path, count):
    for k in range(1, count + 1):
        deadcone.done(PARTS, f"--shard {k}/{count} --out", tmp_path / "map.h5")
    parts = sorted(tmp_path.glob("map.*-of-*.h5"))
    assert len(parts) == count
    deadcone.done("merge", tmp_path / "merged.h5", *parts)
    assert_same_results(tmp_path / "merged.h5", whole)
    deadcone.done("verify --patches 1", tmp_path / "merged.h5")


def test_a_point_alone_is_that_of_the_sweep(deadcone, whole, tmp_path):
    alone = PARTS.replace("--beta 0:0.9:5 --gamma 0.1,1", "--beta 0.9 --gamma 0.1")
    deadcone.done(alone, "--out", tmp_path / "alone.h5")
    results, expected = read_all(tmp_path / "alone.h5"), read_all(whole)
    for name in ("fate", "steps", "proof", "provenance", "updates", "pixels_filled", "fill_mismatches"):
        assert results[name][0, 0].tobytes() == expected[name][4, 0].tobytes(), name


def test_a_part_of_another_refinement_is_refused(deadcone, whole, tmp_path):
    for number, change in enumerate(("", "--refine", "--certify", "--certify --refine exact")):
        other = tmp_path / f"{number}.h5"
        deadcone.done(PARTS.replace("--certify --refine", change), "--out", other)
        result = deadcone("merge", tmp_path / "merged.h5", whole, other)
        assert_one_error(result, 2, other.name, "another sweep")
        assert not (tmp_path / "merged.h5").exists()


def test_a_dry_run_writes_nothing(deadcone, tmp_path):
    result = deadcone.done(PARTS, "--dry-run", cwd=tmp_path)
    assert result.stdout == result.stderr == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["certified", "by borders", "certified exact"])
def test_an_unfinished_file_can_be_resumed(deadcone, whole, tmp_path, way):
    sweep = PARTS.replace("--certify --refine", WAYS[way])
    deadcone.done(sweep, "--out", tmp_path / "whole.h5")
    deadcone.done(sweep, "--shard 2/3 --out", tmp_path / "map.h5")
    part = tmp_path / "map.2-of-3.h5"
    assert assert_done_points_match(part, tmp_path / "whole.h5") == 3
    info = deadcone.done("info", part).stdout
    assert "3 of 10 done" in info and sum(line.endswith("pending") for line in info.splitlines()) == 7
    deadcone.done("verify --all", part)
    deadcone.done(sweep, "--resume --out", part)
    assert_same_results(part, tmp_path / "whole.h5")


# So many points that not all are on their way at once.
LONG_POINTS = 40
LONG = (
    f"sweep --device cpu --threads 1 --beta 0:0.95:{LONG_POINTS} --gamma 0.5 --w -3:3:72 --b -3:3:72 --certify "
    "--refine"
)


@pytest.fixture(scope="module")
def long_file(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.h5"
    deadcone.done(LONG, "--quiet --out", path)
    return path


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_stopped_sweep_can_be_resumed(deadcone, long_file, tmp_path, sent, status):
    path = tmp_path / "map.h5"
    process = deadcone.start(LONG, "--progress plain --out", path)
    for line in process.stderr:
        if "finished" in line:
            break
    process.send_signal(sent)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == status
    done = assert_done_points_match(path, long_file)
    # The finished points that a kill has kept from the file are in the journal.
    assert (0 if sent == signal.SIGKILL else 1) <= done < LONG_POINTS
    assert f"{done} of {LONG_POINTS} done" in deadcone.done("info", path).stdout
    deadcone.done("verify --patches 1", path)
    deadcone.done(LONG, "--quiet --resume --out", path)
    assert_same_results(path, long_file)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("--refine", "certify is true there, false here"),
        ("--certify", 'refinement kind is "borders" there, "none" here'),
        ("--certify --refine exact", 'refinement kind is "borders" there, "exact" here'),
        ("--certify --refine --refine-sample 0.05", "refinement sample is 0.01 there, 0.05 here"),
        ("", "certify is true there, false here, refinement kind is"),
    ],
)
def test_resume_of_another_way_is_refused(deadcone, copy, given, told):
    path = copy("certified by borders")
    before = path.read_bytes()
    result = deadcone("sweep --quiet --resume", WINDOW, LIGHT, given, "--out", path)
    assert_one_error(result, 2, "another sweep", str(path), told)
    assert path.read_bytes() == before


def test_a_plain_sweep_is_not_resumed_otherwise(deadcone, copy):
    path = copy("plain")
    result = deadcone("sweep --quiet --resume --certify", WINDOW, LIGHT, "--out", path)
    assert_one_error(result, 2, "certify is false there, true here")
    deadcone.done("sweep --quiet --resume", WINDOW, LIGHT, "--out", path)


# info and analyze


@pytest.mark.parametrize("way", WAYS)
def test_info_tells_how_it_was_made(deadcone, copy, way):
    path = copy(way)
    with h5py.File(path, "r+") as file:
        file["point_done"][1, 0] = 0
    text = deadcone.done("info", path).stdout
    assert "3 of 4 done" in text
    lines = dict(line.split(maxsplit=1) for line in text.splitlines() if " " in line.strip())
    assert ("certified" in lines) == (way in CERTIFIED)
    assert ("refined" in lines) == (way in REFINED)
    assert lines["fields"].split(", ") == [
        *("fate", "steps"),
        *(["proof"] if way in CERTIFIED else []),
        *(["provenance"] if way in REFINED else []),
    ]
    if "exact" in way:
        assert "proved" in lines["refined"]
    elif way in REFINED:
        assert "border" in lines["refined"] and "0.01" in lines["refined"]

    header = next(i for i, line in enumerate(text.splitlines()) if line.split()[:2] == ["beta", "gamma"])
    columns = re.split(r" {2,}", text.splitlines()[header].strip())
    assert ("computed" in columns) == ("mismatches" in columns) == (way in REFINED)
    rows = [line.split() for line in text.splitlines()[header + 1 :]]
    assert len(rows) == 4 and rows[2][2:] == ["pending"]
    results = {name: values.reshape(4, *values.shape[2:]) for name, values in read_all(path).items() if values.ndim > 1}
    for index in (0, 1, 3):
        found = dict(zip(columns, (float(word.replace("-", "nan")) for word in rows[index]), strict=True))
        for fate, name in enumerate(FATES):
            assert found[name] == pytest.approx(results["fate_fraction"][index, fate], abs=6e-6)
        assert found["mean updates"] == pytest.approx(results["steps_mean"][index], abs=0.051)
        assert found["most updates"] == results["steps_max"][index]
        if way in REFINED:
            assert found["computed"] == pytest.approx((results["provenance"][index] == COMPUTED).mean(), abs=6e-6)
            assert found["mismatches"] == results["fill_mismatches"][index]


@pytest.mark.parametrize("way", WAYS)
def test_analyze_takes_it(deadcone, made, copy, way):
    path = copy(way)
    before = read_all(made("light", way))
    result = deadcone.done("analyze --samples 10", path)
    assert result.stderr == ""
    with h5py.File(path) as file:
        analysis = {name: dataset[...] for name, dataset in file["analysis"].items()}
        after = {name: file[name][...] for name in before}
    assert all(after[name].tobytes() == before[name].tobytes() for name in before)
    np.testing.assert_allclose(analysis["fate_probability"], before["fate_fraction"], rtol=1e-12)
    if way != "exact":  # where fates are proved that an exhaustive map does not come to
        full = shutil.copy(made("light", "certified" if way in CERTIFIED else "plain"), path.with_name("full.h5"))
        deadcone.done("analyze --samples 10", full)
        with h5py.File(full) as file:
            np.testing.assert_array_equal(analysis["boundary_pixels"], file["analysis/boundary_pixels"][...])
    deadcone.done("verify --patches 1", path)
    assert "4 of 4 analyzed" in deadcone.done("info", path).stdout


# What a sweep tells on stderr.

# A learning rate at which most trajectories diverge, and basins are fine.
HOLES = "sweep --refine --eta 38 --w -4:4:300 --b -4:4:300 --max-steps 2000"


def test_wrong_fills_are_told(deadcone, tmp_path):
    result = deadcone.done(HOLES, "--progress plain --out", tmp_path / "a.h5")
    found = read_all(tmp_path / "a.h5")["fill_mismatches"].item()
    assert found > 1 and result.stdout == ""
    before, last = result.stderr.splitlines()[-2:]
    assert re.fullmatch(rf"refine: {found} filled pixels have another fate when computed; .*", before)
    results = {name: values.item() for name, values in read_all(tmp_path / "a.h5").items() if values.shape == (1, 1)}
    filled, sampled = results["pixels_filled"], results["fill_sampled"]
    assert 0.005 * filled < sampled < 0.02 * filled and results["fill_sample_mismatches"] <= found
    told = re.fullmatch(
        rf"refine: of {filled} filled pixels about (\d+) have another fate, (\d+) to (\d+) .* sample of {sampled}", last
    )
    low, high = binomtest(results["fill_sample_mismatches"], sampled).proportion_ci(0.95, "exact")
    assert int(told[2]) == np.floor(low * filled) and int(told[3]) == np.ceil(high * filled)
    header, row = deadcone.done("info", tmp_path / "a.h5").stdout.splitlines()[-2:]
    place = re.split(r" {2,}", header.strip()).index("wrong")
    assert re.split(r" {2,}", row.strip())[place : place + 3] == list(told.groups())
    for quiet in ("--quiet", "--progress none"):
        silent = deadcone.done(HOLES, quiet, "--overwrite --out", tmp_path / "b.h5")
        assert silent.stdout == silent.stderr == ""
    assert_same_results(tmp_path / "b.h5", tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--certify --epsilon 0.6", "1 of 1 point "),
        ("--certify --epsilon 0.6 --beta 0,0.9", "2 of 2 points "),
        ("--certify --refine --eta 0.1,1e6", "1 of 2 points "),
        ("--certify --epsilon 0.6 --beta 0:0.5:150 --gamma log:0.1:1:150", "7500 of 7500 points looked at "),
        ("--certify", None),
        ("--epsilon 0.6", None),
    ],
)
def test_what_proves_nothing_is_told(deadcone, tmp_path, options, told):
    sweep = "sweep --w -2:2:8 --b -2:2:8 --max-steps 100"
    result = deadcone.done(sweep, options, "--progress plain --out", tmp_path / "map.h5")
    found = [line for line in result.stderr.splitlines() if line.startswith("certify: ")]
    assert len(found) == (0 if told is None else 1)
    assert told is None or found[0].startswith(f"certify: at {told}no fate can be proved, because ")
    assert not any(line.startswith("refine: ") for line in result.stderr.splitlines())
    silent = deadcone.done(sweep, options, "--quiet --overwrite --out", tmp_path / "map.h5")
    assert silent.stdout == silent.stderr == ""
