"""`deadcone analyze`: its numbers against a second implementation, and that it adds to a file without harm."""

import re
import shutil
import signal
import time

import h5py
import numpy as np
import pytest
import xarray
from conftest import DEAD, Point, assert_one_error, assert_same_results, fill_pixels, read_all, unit, update
from scipy.stats import chi
from scipy.stats import norm as normal

BETA, GAMMA = (0.0, 0.9), (1.0, 0.1)
ROWS, COLUMNS = 48, 70
SWEEP = f"sweep --quiet --device cpu --beta 0,0.9 --gamma 1,0.1 --w -2:2.5:{COLUMNS} --b -2:2:{ROWS} --max-steps 3000"


@pytest.fixture(scope="module")
def swept(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("swept") / "sweep.h5"
    deadcone.done(SWEEP, "--out", path)
    return path


@pytest.fixture(scope="module")
def analyzed(deadcone, swept, tmp_path_factory):
    path = shutil.copy(swept, tmp_path_factory.mktemp("analyzed") / "sweep.h5")
    deadcone.done("analyze --init normal:1:0.5 --samples 300", path)
    return path


@pytest.fixture
def copy(swept, tmp_path):
    return shutil.copy(swept, tmp_path / "copy.h5")


def analysis_of(path):
    with h5py.File(path) as file:
        return {name: dataset[...] for name, dataset in file["analysis"].items()}


# The second implementation.


def boundary(labels):
    padded = np.pad(labels, 1, mode="edge")
    centre = padded[1:-1, 1:-1]
    neighbours = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    return np.any([centre != neighbour for neighbour in neighbours], axis=0)


def line(labels):
    mask = np.zeros(labels.shape, bool)
    mask[:-1] |= labels[:-1] != labels[1:]
    mask[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    return mask


def count_boxes(mask, size):
    rows, columns = np.nonzero(mask)
    return len(set(zip(rows // size, columns // size)))


def fit(x, y):
    coefficients, covariance = np.polyfit(x, y, 1, cov=True) if len(x) > 3 else (np.polyfit(x, y, 1), None)
    return coefficients[0], None if covariance is None else np.sqrt(covariance[0, 0])


def uncertain(labels, distance):
    pairs = changed = 0
    for grid in (labels, labels.T):
        differs = grid[:, distance:] != grid[:, :-distance]
        pairs, changed = pairs + differs.size, changed + differs.sum()
    return changed / pairs


def uncertain_along(labels, axis, distance):
    grid = np.moveaxis(labels, axis, 0)
    return np.mean(grid[distance:] != grid[:-distance])


def entropies(labels, side):
    values = []
    for row in range(0, labels.shape[0] - side + 1, side):
        for column in range(0, labels.shape[1] - side + 1, side):
            shares = np.unique(labels[row : row + side, column : column + side], return_counts=True)[1] / side**2
            values.append(-np.sum(shares * np.log(shares)))
    values = np.array(values)
    return values.mean(), values[values > 0].mean()


def masses(lo, hi, count, sigma):
    return np.diff(normal.cdf(np.linspace(lo, hi, count + 1) / sigma))


@pytest.fixture(params=[(b, g) for b in range(2) for g in range(2)])
def point(request, analyzed):
    """Labels and steps of a point, and what the analysis says of it."""
    results, measured = read_root(analyzed), analysis_of(analyzed)
    by_point = {name: values[request.param] for name, values in measured.items() if values.shape[:2] == (2, 2)}
    return results["fate"][request.param], results["steps"][request.param], by_point, measured


def read_root(path):
    with h5py.File(path) as file:
        return {name: item[...] for name, item in file.items() if isinstance(item, h5py.Dataset)}


def test_probabilities_are_those_of_the_distribution(point):
    labels, _, found, measured = point
    weights = np.outer(masses(-2, 2, ROWS, 0.5), masses(-2, 2.5, COLUMNS, 1.0))
    np.testing.assert_allclose(measured["start_mass"], weights.sum(), rtol=1e-12)
    expected = [weights[labels == fate].sum() / weights.sum() for fate in range(5)]
    np.testing.assert_allclose(found["fate_probability"], expected, rtol=1e-9, atol=1e-15)
    edge = boundary(labels)
    errors = [weights[(labels == fate) & edge].sum() / weights.sum() for fate in range(5)]
    np.testing.assert_allclose(found["fate_probability_error"], errors, rtol=1e-9, atol=1e-15)


def test_boundary_and_boxes(point):
    labels, _, found, measured = point
    edge = boundary(labels)
    assert found["boundary_pixels"] == edge.sum()
    assert list(measured["box_size"]) == [1, 2, 4, 8, 16]
    counts = [count_boxes(line(labels), size) for size in measured["box_size"]]
    assert list(found["box_count"]) == counts
    np.testing.assert_allclose(found["uncertain_fraction"], [uncertain(labels, d) for d in measured["box_size"]], rtol=1e-14)
    for axis, name in ((1, "w"), (0, "b")):
        expected = [uncertain_along(labels, axis, d) for d in measured["box_size"]]
        np.testing.assert_allclose(found[f"uncertain_fraction_along_{name}"], expected, rtol=1e-14)
    # Sizes from 2 to 48/8, and distances up to 48/32, are too few for a fit.
    assert found["box_dimension_points"] == 2 and np.isnan(found["box_dimension"])
    assert found["boundary_dimension_points"] == 1 and np.isnan(found["boundary_dimension"])
    assert np.isnan(found["uncertainty_exponent"])


def test_entropies(point):
    labels, _, found, _ = point
    basins, edge = entropies(labels, 5)
    np.testing.assert_allclose([found["basin_entropy"], found["boundary_basin_entropy"]], [basins, edge], rtol=1e-12)


def test_steps_of_each_fate(point):
    labels, steps, found, _ = point
    for fate in range(5):
        chosen = steps[labels == fate]
        if chosen.size:
            assert found["steps_max_of_fate"][fate] == chosen.max()
            np.testing.assert_allclose(found["steps_mean_of_fate"][fate], chosen.mean(), rtol=1e-14)
            assert found["steps_median_of_fate"][fate] == np.median(chosen)
        else:
            assert found["steps_max_of_fate"][fate] == -1
            assert np.isnan(found["steps_mean_of_fate"][fate]) and np.isnan(found["steps_median_of_fate"][fate])


def test_dimension_of_a_large_map(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --gamma 0.1 --w -2:2:256 --b -2:2:256 --max-steps 300 --out", path)
    deadcone.done("analyze --samples 10", path)
    edge = line(read_root(path)["fate"][0, 0])
    sizes = [2, 4, 8, 16, 32]
    slope, error = fit(-np.log(sizes), np.log([count_boxes(edge, size) for size in sizes]))
    found = {name: values[0, 0] for name, values in analysis_of(path).items() if values.shape[:2] == (1, 1)}
    np.testing.assert_allclose(found["box_dimension"], slope, rtol=1e-10)
    # NumPy scales the covariance by the residuals over the degrees of freedom, as we do.
    np.testing.assert_allclose(found["box_dimension_error"], error, rtol=1e-8)
    distances = [1, 2, 4, 8]
    shares = [found[f"uncertain_fraction{along}"][:4] for along in ("", "_along_w", "_along_b")]
    slopes = [fit(np.log(distances), np.log(share))[0] for share in shares]
    assert found["boundary_dimension_points"] == 4
    assert min(abs(found["uncertainty_exponent"] - slope) for slope in slopes) < 1e-12
    assert found["boundary_dimension"] == 2 - found["uncertainty_exponent"]
    assert 0 < found["boundary_dimension_error"] == found["uncertainty_exponent_error"] < 0.2
    assert abs(found["boundary_dimension"] - 1) < 3 * found["boundary_dimension_error"]  # it is smooth


@pytest.mark.parametrize(("noise", "doubt"), [(0.0, {"none", "boxes"}), (0.5, {"pixels", "both"})])
def test_the_table_says_where_a_dimension_is_doubtful(deadcone, tmp_path, noise, doubt):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --gamma 0.1 --w -2:2:256 --b -2:2:256 --max-steps 10 --fields fate --out", path)
    random = np.random.default_rng(1)
    with h5py.File(path, "r+") as file:
        b, w = np.indices((256, 256))
        fates = (random.random((256, 256)) < np.where(3 * b > 2 * w + 70, 1 - noise, noise)).astype("int8")
        file["fate"][0, 0] = fates
    header, row = deadcone.done("analyze --samples 2", path).stdout.splitlines()
    assert row.split()[header.split().index("doubt")] in doubt
    with h5py.File(path) as file:
        value = file["analysis/dimension_doubt"]
        meaning = value.attrs["long_name"].decode()
        assert any(f"{value[0, 0]} {name} (" in meaning for name in doubt)


def test_cones_agree_with_trajectories_of_our_own(deadcone, tmp_path):
    """The sample's mean must lie within its error of the mean over all starts."""
    path = tmp_path / "map.h5"
    options = "--beta 0.9 --gamma 0.1 --w -1:1:24 --b -1:1:20 --max-steps 200 --precision double"
    deadcone.done("sweep --quiet", options, "--out", path)
    deadcone.done("analyze --samples 2000", path)
    point = Point(beta=0.9, gamma=0.1)
    w, b = np.meshgrid(read_root(path)["w"], read_root(path)["b"])
    theta = np.stack([np.zeros(w.size), w.ravel(), b.ravel()])
    momentum = np.zeros_like(theta)
    steps = read_root(path)["steps"][0, 0].ravel()
    linear, entries, escapes = np.zeros(w.size), np.zeros(w.size), np.zeros(w.size)
    was_dead = unit(theta)[2] < 0.01
    for step in range(1, 201):
        theta, momentum, _ = update(theta, momentum, point)
        active = unit(theta)[2]
        running, dead = step <= steps, active < 0.01
        linear += running & (active > 0.99)
        entries += running & dead & ~was_dead
        escapes += running & was_dead & ~dead
        was_dead = dead
    found = {name: values[0, 0] for name, values in analysis_of(path).items() if values.shape[:2] == (1, 1)}
    for name, values in (("linear_cone_share", linear / steps), ("dead_cone_entries", entries), ("dead_cone_escapes", escapes)):
        error = found[f"{name}_error"]
        np.testing.assert_allclose(error, values.std() / np.sqrt(2000), rtol=0.15, err_msg=name)
        assert abs(found[name] - values.mean()) < 4 * error, name


# Proofs.


@pytest.fixture(scope="module")
def certified(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("certified") / "sweep.h5"
    deadcone.done(SWEEP, "--certify --out", path)
    return path


def proof_of(path, meaning):
    """The value of `proof` that has this name."""
    with h5py.File(path) as file:
        attributes = file["proof"].attrs
        return dict(zip(attributes["flag_meanings"].decode().split(), attributes["flag_values"]))[meaning]


def assert_proofs_are_counted(path):
    found, results = analysis_of(path), read_root(path)
    fates, proofs = results["fate"], results["proof"]
    trap = proof_of(path, "trap")
    for index in np.ndindex(2, 2):
        assert list(found["proof_count"][index]) == [np.sum(proofs[index] == code) for code in found["proof_code"]]
        dead = proofs[index][fates[index] == DEAD]
        expected = np.mean(dead == trap) if np.all(dead >= 0) else np.nan
        np.testing.assert_allclose(found["dead_for_ever_fraction"][index], expected, rtol=1e-14)


def test_proofs_are_counted_and_described(deadcone, certified, tmp_path):
    path = shutil.copy(certified, tmp_path / "map.h5")
    table = deadcone.done("analyze --samples 10", path).stdout.splitlines()
    assert_proofs_are_counted(path)
    assert analysis_of(path)["proof_count"].sum() == read_root(path)["fate"].size
    with h5py.File(path) as file:
        code, proof = file["analysis/proof_code"].attrs, file["proof"].attrs
        for name in ("flag_values", "flag_meanings"):
            assert np.array_equal(code[name], proof[name])
    with xarray.open_dataset(path, group="analysis") as group:
        assert group["proof_count"].dims == ("beta", "gamma", "proof_code")
    assert table[0].split()[-1] == "for_ever"
    fractions = [float(line.split()[-1]) for line in table[1:]]
    np.testing.assert_allclose(fractions, analysis_of(path)["dead_for_ever_fraction"].ravel(), atol=1e-4)
    assert 0.5 < min(fractions) and max(fractions) < 1  # both kinds of death are there
    deadcone.done("verify", path)


def test_without_proofs_nothing_is_said_of_them(deadcone, analyzed):
    names = analysis_of(analyzed)
    assert not {"proof_code", "proof_count", "dead_for_ever_fraction"} & set(names)
    assert "for_ever" not in deadcone.done("analyze --init normal:1:0.5 --samples 300", analyzed).stdout


def test_no_dead_no_fraction_of_them(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --certify --w 0.5:1.5:8 --b -0.5:0.5:8 --out", path)
    assert deadcone.done("analyze --samples 2", path).stdout.splitlines()[1].split()[-1] == "-"
    found = analysis_of(path)
    assert np.isnan(found["dead_for_ever_fraction"]) and found["proof_count"].sum() == 64


@pytest.mark.parametrize("which", ["swept", "certified"])
def test_filled_pixels_are_of_their_fate_and_have_no_steps_and_no_proof(deadcone, which, tmp_path, request):
    path = shutil.copy(request.getfixturevalue(which), tmp_path / "map.h5")
    fill_pixels(path, slice(4, 20), slice(6, 60))
    deadcone.done("analyze --samples 10", path)
    found, results = analysis_of(path), read_root(path)
    np.testing.assert_allclose(found["fate_probability"], results["fate_fraction"], rtol=1e-12)
    for index in np.ndindex(2, 2):
        for fate in range(5):
            steps = results["steps"][index][(results["fate"][index] == fate) & (results["steps"][index] >= 0)]
            assert found["steps_max_of_fate"][index][fate] == (steps.max() if steps.size else -1)
            mean = found["steps_mean_of_fate"][index][fate]
            assert np.isnan(mean) if not steps.size else np.isclose(mean, steps.mean(), rtol=1e-14)
    if which == "certified":
        assert_proofs_are_counted(path)


def test_certified_points_that_come_later_are_added(deadcone, certified, tmp_path):
    path, whole = (shutil.copy(certified, tmp_path / name) for name in ("part.h5", "whole.h5"))
    with h5py.File(path, "r+") as file:
        file["point_done"][1, :] = 0
    assert len(deadcone.done("analyze --samples 10", path).stdout.splitlines()) == 1 + 2
    assert list(analysis_of(path)["proof_count"][1, 0]) == [-1] * len(analysis_of(path)["proof_code"])
    deadcone.done(SWEEP, "--certify --resume --out", path)
    assert deadcone.done("analyze --samples 10", path).stdout == deadcone.done("analyze --samples 10", whole).stdout
    expected, found = analysis_of(whole), analysis_of(path)
    assert all(found[name].tobytes() == values.tobytes() for name, values in expected.items())


def test_a_proof_that_stands_for_nothing_is_refused(deadcone, certified, tmp_path):
    path = shutil.copy(certified, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        file["proof"][0, 0, 3, 3] = 100
    assert_one_error(deadcone("analyze --samples 2", path), 3, "point 0", "proof")


# Whole initializations.


def chi_masses(edges, degrees, sigma):
    return np.diff(chi.cdf(np.array(edges) / sigma, degrees))


@pytest.mark.parametrize(("init", "inputs", "variance"), [("he:2", 2, 1.0), ("xavier:3:5", 3, 0.25)])
def test_a_whole_initialization_is_an_integral_over_r(deadcone, tmp_path, init, inputs, variance):
    """Against one over maps of many r. The file has r = 0 alone, or others: the result is the same."""
    sigma, edges = np.sqrt(variance), np.linspace(0, 4.5 * np.sqrt(variance), 31)
    fine = "sweep --quiet --beta 0 --gamma 1 --tol 1e-4 --fields fate --b=-1e-6:1e-6:1"
    middles = ",".join(map(str, (edges[1:] + edges[:-1]) / 2))
    deadcone.done(fine, f"--r {middles} --w {-5 * sigma}:{5 * sigma}:200 --out", tmp_path / "fine.h5")
    fates = read_root(tmp_path / "fine.h5")["fate"].reshape(30, 200)
    weights = chi_masses(edges, inputs - 1, sigma)[:, None] * masses(-5 * sigma, 5 * sigma, 200, sigma)
    expected = np.array([weights[fates == fate].sum() for fate in range(5)])
    shares = []
    for r in ("0", "0.5,1"):
        path = tmp_path / f"{r}.h5"
        deadcone.done("sweep --quiet --beta 0 --gamma 1 --tol 1e-4 --w -2:2:41 --b -2:2:41", f"--r {r} --out", path)
        header, *rows = deadcone.done(f"analyze --init {init} --samples 4000", path).stdout.splitlines()
        found = {name: values.reshape(-1, 5)[0] for name, values in analysis_of(path).items() if "fate_prob" in name}
        share, low, high = (found[f"whole_fate_probability{end}"] for end in ("", "_low", "_high"))
        assert np.all(low <= expected + 2e-3) and np.all(expected - 2e-3 <= high)
        assert np.all((low <= share) & (share <= high) & (high - low < 0.04)) and np.isclose(share.sum(), 1)
        if r == "0":
            assert found["fate_probability"][DEAD] > share[DEAD] + 0.05  # the slice is another thing
        columns = header.split()
        place = columns.index("dead")
        assert columns[place + 1] == "+-" and float(rows[0].split()[place]) == pytest.approx(share[DEAD], abs=1e-6)
        shares.append(share)
    assert np.array_equal(*shares)
    with h5py.File(path) as file:
        assert "slice" in file["analysis/fate_probability"].attrs["long_name"].decode()
        assert "whole" in file["analysis/whole_fate_probability"].attrs["long_name"].decode()


def test_an_initialization_of_one_weight_is_the_slice(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0 --gamma 1 --certify --w -6:6:601 --b=-1e-3:1e-3:1 --out", path)
    deadcone.done("analyze --init he:1 --samples 4000", path)
    found = analysis_of(path)
    low, high = (found[f"whole_fate_probability_{end}"][0, 0] for end in ("low", "high"))
    assert np.all((low <= found["fate_probability"][0, 0]) & (found["fate_probability"][0, 0] <= high))


def test_other_distributions_have_no_whole(analyzed):
    assert not any(name.startswith("whole") for name in analysis_of(analyzed))


# The file.


def test_the_sweep_itself_stays_as_it_was(deadcone, swept, analyzed):
    before, after = read_root(swept), read_root(analyzed)
    assert list(before) == list(after)
    for name, values in before.items():
        assert after[name].tobytes() == values.tobytes(), name
    deadcone.done("verify", analyzed)
    assert "4 of 4 done" in deadcone.done("info", analyzed).stdout


def test_the_group_is_described(analyzed):
    with h5py.File(analyzed) as file:
        group = file["analysis"]
        assert re.search("analyze --init normal:1:0.5", group.attrs["history"].decode())
        for name, dataset in group.items():
            assert dataset.attrs["long_name"] and dataset.attrs["units"] == b"1", name
            if dataset.ndim > 1:
                assert [dataset.dims[i][0].name for i in range(2)] == ["/analysis/beta", "/analysis/gamma"], name
        for name in ("beta", "gamma", "eta", "delta", "r", "fate_code"):
            assert group[name][()].tobytes() == file[name][()].tobytes(), name
    for engine in ("h5netcdf", "netcdf4"):
        with xarray.open_dataset(analyzed, group="analysis", engine=engine) as group:
            assert group["box_count"].dims == ("beta", "gamma", "box_size")
            assert group["fate_probability"].dims == ("beta", "gamma", "fate_code")


def test_the_table_has_what_the_file_has(deadcone, analyzed):
    lines = deadcone.done("analyze --init normal:1:0.5 --samples 300", analyzed).stdout.splitlines()
    assert len(lines) == 1 + 4
    assert lines[0].split()[:4] == ["beta", "gamma", "converged", "dead"]
    found = analysis_of(analyzed)
    for line, index in zip(lines[1:], np.ndindex(2, 2)):
        words = line.split()
        assert [float(words[0]), float(words[1])] == [BETA[index[0]], GAMMA[index[1]]]
        np.testing.assert_allclose(float(words[3]), found["fate_probability"][index][DEAD], atol=1e-6)
        assert int(words[7]) == found["boundary_pixels"][index]


def test_uniform_probabilities_are_the_fractions(deadcone, copy):
    deadcone.done("analyze --samples 10", copy)
    np.testing.assert_allclose(analysis_of(copy)["fate_probability"], read_root(copy)["fate_fraction"], rtol=1e-12)


@pytest.mark.parametrize("options", ["--init uniform", "--init normal:1:0.5 --samples 200", "--init normal:1:0.5 --box 4"])
def test_other_options_are_refused_and_can_replace(deadcone, analyzed, tmp_path, options):
    path = shutil.copy(analyzed, tmp_path / "map.h5")
    options = options if "--samples" in options else f"{options} --samples 300"
    assert_one_error(deadcone("analyze", options, path), 2, str(path), "--overwrite")
    deadcone.done("analyze --overwrite", options, path)
    with h5py.File(path) as file:  # coordinates list no dataset that is gone
        for name in ("beta", "gamma", "fate_code"):
            assert all(file[reference].name for reference, _ in file[name].attrs["REFERENCE_LIST"])
    deadcone.done("analyze", options, path)
    deadcone.done("verify", path)


def test_threads_change_nothing(deadcone, analyzed, copy):
    deadcone.done("analyze --init normal:1:0.5 --samples 300 --threads 1", copy)
    expected, found = analysis_of(analyzed), analysis_of(copy)
    assert all(found[name].tobytes() == values.tobytes() for name, values in expected.items())


def test_points_that_come_later_are_added(deadcone, swept, analyzed, tmp_path):
    path = shutil.copy(swept, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        file["point_done"][1, :] = 0
    options = "--init normal:1:0.5 --samples 300"
    assert len(deadcone.done("analyze", options, path).stdout.splitlines()) == 1 + 2
    assert "2 of 4 analyzed" in deadcone.done("info", path).stdout
    deadcone.done(SWEEP, "--resume --out", path)
    deadcone.done("analyze", options, path)
    expected, found = analysis_of(analyzed), analysis_of(path)
    assert all(found[name].tobytes() == values.tobytes() for name, values in expected.items())


@pytest.mark.parametrize("seed", range(6))
def test_killed_analysis_leaves_the_sweep_and_goes_on(deadcone, swept, analyzed, tmp_path, seed):
    path = shutil.copy(swept, tmp_path / "map.h5")
    options = "--init normal:1:0.5 --samples 300 --threads 1"
    process = deadcone.start("analyze", options, path)
    time.sleep(0.03 * seed)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before, after = read_root(swept), read_root(path)
    assert all(after[name].tobytes() == values.tobytes() for name, values in before.items())
    deadcone.done("analyze", options, path)
    expected, found = analysis_of(analyzed), analysis_of(path)
    assert all(found[name].tobytes() == values.tobytes() for name, values in expected.items())


@pytest.mark.parametrize("options", ["--init cauchy", "--init normal:1", "--box 0", "--samples 0", "--init he:0"])
def test_wrong_options(deadcone, copy, options):
    before = open(copy, "rb").read()
    assert_one_error(deadcone("analyze", options, copy), 2)
    assert open(copy, "rb").read() == before


def test_a_distribution_that_misses_the_window_is_refused(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --w 1:2:8 --b 1:2:8 --max-steps 5 --out", path)
    assert_one_error(deadcone("analyze --init he:100", path), 2, "he:100", str(path))


def test_a_sweep_without_steps_and_a_small_window(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --w -2:2:3 --b -2:2:1 --fields fate --max-steps 50 --out", path)
    deadcone.done("analyze --samples 2", path)
    found = analysis_of(path)
    assert np.isnan(found["steps_mean_of_fate"]).all() and (found["steps_max_of_fate"] == -1).all()
    assert np.isnan(found["basin_entropy"]) and np.isnan(found["boundary_dimension"])
    deadcone.done("verify --all", path)


def test_what_is_no_sweep_is_refused(deadcone, tmp_path):
    deadcone.done("field --w -1:1:4 --b -1:1:4 --out", tmp_path / "field.h5")
    assert_one_error(deadcone("analyze", tmp_path / "field.h5"), 3, "field.h5")
    assert_one_error(deadcone("analyze", tmp_path / "missing.h5"), 3, "missing.h5", "no such file")


def test_merging_leaves_the_analysis_behind(deadcone, analyzed, swept, tmp_path):
    deadcone.done("merge", tmp_path / "merged.h5", analyzed)
    assert_same_results(tmp_path / "merged.h5", swept)
    assert "analysis" not in read_all(tmp_path / "merged.h5")
