"""`deadcone birth`: networks, files, resuming, parts, bad input. Philox, weights and layers are written down here once more."""

import json
import shutil
import signal
import time

import h5py
import numpy as np
import pytest
from scipy.stats import binomtest, norm

from conftest import assert_one_error, assert_same_results, read_all

SMALL = "birth --device cpu --quiet --width 2,3 --depth 1,4,6 --points 4 --networks 2000"


def births(deadcone, path, arguments=SMALL, *more):
    deadcone.done(arguments, *more, "--out", path)
    return path


# The numbers, once more.


def philox(counter, key):
    """Philox 4x32-10 of Salmon et al., for counters along the last axis; key: 64 bits."""
    c = [np.asarray(word, np.uint64) for word in counter]
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(k0), p1 & low, (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(k1), p0 & low]
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c


def normals(seed, network, stream, layer, rows, columns):
    """Numbers [row][column] as docs/births.md has them, in double."""
    pairs = (columns + 1) // 2
    row, pair = np.meshgrid(np.arange(rows), np.arange(pairs), indexing="ij")
    words = philox((np.full_like(row, network), np.full_like(row, stream << 24 | layer), row, pair), seed)
    bits = np.stack([words[0] << np.uint64(32) | words[1], words[2] << np.uint64(32) | words[3]], -1).reshape(rows, 2 * pairs)
    sign = np.where(bits >> np.uint64(63), -1.0, 1.0)
    c = (2 * (bits >> np.uint64(11) & np.uint64(2**52 - 1)) + np.uint64(1)) * 2.0**-53
    return (sign * norm.isf(c / 2))[:, :columns]


def layer_of_death(seed, network, width, depth, dimension, points):
    """Of a network without biases, from 0; None where it lives. The scale of He is left out: it changes nothing."""
    x = normals(seed, network, 2, 0, points, dimension).T
    for layer in range(depth):
        x = np.maximum(normals(seed, network, 0, layer, width, len(x)) @ x, 0)
        if not x.any():
            return layer
    return None


def test_networks_die_where_numpy_has_them_die(deadcone, tmp_path):
    path = births(deadcone, tmp_path / "a.h5", "birth --quiet --width 3 --depth 6 --dimension 3 --points 5 --networks 400 --seed 12345678901 --precision double")
    died = np.zeros(6, int)
    for network in range(400):
        layer = layer_of_death(12345678901, network, 3, 6, 3, 5)
        if layer is not None:
            died[layer] += 1
    assert read_all(path)["died"].ravel().tolist() == died.tolist()
    # Few networks die otherwise in float.
    single = births(deadcone, tmp_path / "b.h5", "birth --quiet --width 3 --depth 6 --dimension 3 --points 5 --networks 400 --seed 12345678901")
    assert abs(read_all(single)["died"].ravel() - died).sum() <= 2


# Files.


@pytest.fixture(scope="module")
def small(deadcone, tmp_path_factory):
    return births(deadcone, tmp_path_factory.mktemp("small") / "small.h5")


def test_a_file_has_what_it_promises(small):
    with h5py.File(small) as file:
        assert json.loads(file.attrs["configuration"])["experiment"] == "birth"
        assert file["probability"].shape == (2, 3)
        assert file["died"].shape == (2, 3, 6)
        assert [scale.label for scale in file["died"].dims] == [""] * 3
        assert [scale[0].name for scale in file["died"].dims] == ["/width", "/depth", "/layer"]
        assert file["layer"][...].tolist() == [1, 2, 3, 4, 5, 6]
        for name in file:
            assert file[name].attrs["long_name"]
    data = read_all(small)
    assert (data["networks"] == 2000).all() and (data["point_done"] == 1).all()
    assert (data["born_dead"] == np.where(data["died"] < 0, 0, data["died"]).sum(-1)).all()
    assert (data["probability"] == data["born_dead"] / 2000).all()
    for at in np.ndindex(2, 3):
        interval = binomtest(int(data["born_dead"][at]), 2000).proportion_ci(0.95)
        assert data["probability_low"][at] == pytest.approx(interval.low, rel=1e-9, abs=1e-12)
        assert data["probability_high"][at] == pytest.approx(interval.high, rel=1e-9)
    # Layers that a network does not have.
    assert (data["died"][:, 0, 1:] == -1).all() and np.isnan(data["squared_length"][:, 1, 4:]).all()
    assert np.isfinite(data["squared_length"][:, 2]).all()
    assert (data["lower_bound"] <= data["upper_bound"]).all()


def test_means_are_those_of_the_counts(small):
    data = read_all(small)
    width, depth = data["width"], data["depth"]
    for i, j in np.ndindex(2, 3):
        layers = slice(0, int(depth[j]))
        entering = 2000 - np.concatenate([[0], np.cumsum(data["died"][i, j, layers])[:-1]])
        assert (data["dead_unit_share"][i, j, layers] == data["dead_units"][i, j, layers] / (entering * width[i])).all()
        assert (data["living_point_share"][i, j, layers] == data["living_points"][i, j, layers] / (entering * 4)).all()
        assert (data["squared_length"][i, j, layers] == data["squared_length_sum"][i, j, layers] / entering).all()
        assert (data["correlation"][i, j, layers] == data["correlation_sum"][i, j, layers] / data["correlated"][i, j, layers]).all()
        assert (0 <= data["correlation"][i, j, layers]).all() and (data["correlation"][i, j, layers] <= 1).all()


def test_info_prints_a_table(deadcone, small):
    text = deadcone.done("info", small).stdout
    assert "born dead  a hidden layer puts out zero for every point" in text
    rows = text.splitlines()[-6:]
    assert [row.split()[:3] for row in rows] == [[w, d, "2000"] for w in "23" for d in "146"]


def test_verify_recomputes(deadcone, small, tmp_path):
    assert "12000 networks of 6 points recomputed, all bits equal" in deadcone.done("verify --all", small).stdout
    for name, change in (("died", 1), ("probability", 1e-3), ("correlation_sum", 1e-9), ("upper_bound", 1e-9), ("networks", 1)):
        path = tmp_path / f"{name}.h5"
        shutil.copy(small, path)
        with h5py.File(path, "r+") as file:
            values = file[name][...]
            values[1, 1] += change
            file[name][...] = values
        result = deadcone("verify --all", path)
        assert result.returncode == 1 and "width 3, depth 4" in result.stdout, name


def test_other_commands_say_what_the_file_is(deadcone, small, tmp_path):
    assert_one_error(deadcone("analyze", small), 3, "small.h5: holds results of deadcone birth, not maps of a sweep")
    assert_one_error(deadcone("sweep --quiet --resume --out", small), 3, "holds results of deadcone birth")
    sweep = tmp_path / "sweep.h5"
    deadcone.done("sweep --quiet --w -2:2:4 --b -2:2:4 --out", sweep)
    assert_one_error(deadcone(SMALL, "--resume --out", sweep), 2, 'sweep.h5: holds another sweep', 'experiment is absent there, "birth" here')
    assert_one_error(deadcone("merge", tmp_path / "all.h5", small, sweep), 2, "sweep.h5", "experiment is absent there")


@pytest.mark.parametrize("more", ["", "--init rai", "--bias init", "--bias normal:0.1,1", "--residual", "--batch-norm", "--sign-flip", "--inputs sphere --no-redraw", "--precision double", "--leaky 0.1"])
def test_threads_and_parts_change_no_bit(deadcone, tmp_path, more):
    whole = births(deadcone, tmp_path / "whole.h5", SMALL, more, "--threads 1")
    for k in (1, 2, 3):
        births(deadcone, tmp_path / "part.h5", SMALL, more, f"--shard {k}/3 --threads 3")
    parts = sorted(tmp_path.glob("part.*-of-3.h5"))
    assert deadcone.done("merge", tmp_path / "merged.h5", *parts).stderr == ""
    assert_same_results(tmp_path / "merged.h5", whole)
    deadcone.done("verify", tmp_path / "merged.h5")


def test_widths_stand_for_width_and_depth(deadcone, tmp_path):
    path = births(deadcone, tmp_path / "a.h5", "birth --quiet --widths 3,1,5 --networks 300")
    data = read_all(path)
    assert "width" not in data and data["died"].shape[-1] == 3
    assert "widths     3, 1, 5" in deadcone.done("info", path).stdout
    same = births(deadcone, tmp_path / "b.h5", "birth --quiet --widths 4,4,4 --networks 300")
    other = births(deadcone, tmp_path / "c.h5", "birth --quiet --width 4 --depth 3 --networks 300")
    assert read_all(same)["died"].ravel().tolist() == read_all(other)["died"].ravel().tolist()


def test_a_precision_goal_ends_points_early(deadcone, tmp_path):
    data = read_all(births(deadcone, tmp_path / "a.h5", SMALL, "--networks 100000 --precision-goal 0.03"))
    assert (data["probability_high"] - data["probability_low"] <= 0.03).all()
    assert len(set(data["networks"].ravel())) > 1
    assert all(count & (count - 1) == 0 for count in data["networks"].ravel().tolist())


# Stopping and going on.


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_goes_on_within_a_point(deadcone, tmp_path, sign):
    arguments = "birth --device cpu --threads 1 --width 6 --depth 12 --points 40 --dimension 6 --networks 1200000"
    path = tmp_path / "a.h5"
    run = deadcone.start(arguments, "--progress plain --out", path)
    journal = tmp_path / "a.h5.journal"
    begin = time.monotonic()
    while time.monotonic() - begin < 60 and run.poll() is None and not (journal.exists() and journal.stat().st_size > 100):
        time.sleep(0.05)
    time.sleep(0.3)
    run.send_signal(sign)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == (130 if sign == signal.SIGINT else -signal.SIGKILL), errors
    if sign == signal.SIGINT:
        assert "--resume continues" in errors
        with h5py.File(path) as file:
            before = int(file["networks"][...].item())
        assert before > 0 and before % 256 == 0 and "so far" in deadcone.done("info", path).stdout
        assert "not done" in deadcone.done("verify --all", path).stdout
    assert_one_error(deadcone(arguments, "--quiet --out", path), 2, "a.h5")
    result = deadcone.done(arguments, "--resume --out", path)
    work = next(line for line in result.stderr.splitlines() if line.startswith("birth: "))
    assert float(work.split(", ")[1].split()[0]) < 1.2e6  # those that were run are not run again
    births(deadcone, tmp_path / "whole.h5", arguments, "--quiet")
    assert_same_results(path, tmp_path / "whole.h5")
    assert not journal.exists() or journal.stat().st_size == 0


def test_a_finished_file_is_not_run_again(deadcone, small, tmp_path):
    path = tmp_path / "a.h5"
    shutil.copy(small, path)
    result = deadcone.done("birth --width 2,3 --depth 1,4,6 --points 4 --networks 2000 --resume --out", path)
    assert "birth: 0 points" in result.stderr
    assert_same_results(path, small)
    assert_one_error(deadcone(SMALL, "--networks 3000 --resume --out", path), 2, "networks is 2000 there, 3000 here")


# Bad input.


@pytest.mark.parametrize(
    "arguments, mentioned",
    [
        ("--width 0", "width"),
        ("--width 1000000", "width"),
        ("--width 2.5", "width"),
        ("--depth 0", "depth"),
        ("--dimension 0", "dimension"),
        ("--points 0", "points"),
        ("--networks 0", "--networks"),
        ("--networks 5000000000", "--networks"),
        ("--sigma-w 0", "--sigma-w must be in"),
        ("--sigma-w -1", "--sigma-w"),
        ("--sigma-w nan", "--sigma-w"),
        ("--sigma-w inf", "--sigma-w"),
        ("--bias normal:0", "--sigma-b"),
        ("--bias often", "--bias"),
        ("--bias normal:1 --sigma-b 0.1,10", "--sigma-b must not be given"),
        ("--sigma-b 0.1,10", "--sigma-b is for normal biases alone"),
        ("--widths 3,3 --width 4", "--width must not be given"),
        ("--widths 3,3 --depth 2", "--depth must not be given"),
        ("--init best", "--init"),
        ("--init rai --bias init", "bias"),
        ("--inputs cube", "--inputs"),
        ("--inputs signs --points 3", "points"),
        ("--inputs signs --dimension 2 --points 6", "points"),
        ("--inputs grid --dimension 2 --points 5", "points"),
        ("--inputs grid --dimension 2 --points 1", "points"),
        ("--leaky -1", "leaky"),
        ("--leaky 2", "leaky"),
        ("--skip some", "--skip"),
        ("--residual --points 1", "points"),
        ("--sign-flip --leaky 0.1", "sign"),
        ("--widths 3,0", "--widths"),
        ("--widths 3,x", "--widths"),
        ("--precision-goal 1", "precision"),
        ("--seed -1", "--seed"),
        ("--seed x", "--seed"),
        ("--width 2,2", "width"),
        ("--device gpu", "--device"),
        ("--resume --overwrite", "--overwrite"),
    ],
)
def test_bad_arguments_get_one_line(deadcone, tmp_path, arguments, mentioned):
    path = tmp_path / "a.h5"
    assert_one_error(deadcone("birth --quiet", arguments, "--out", path), 2, mentioned)
    assert not path.exists()


def test_what_does_not_fit_is_refused_first(deadcone, tmp_path):
    path = tmp_path / "a.h5"
    assert_one_error(deadcone("birth --quiet --width 65536 --points 1048576 --out", path), 1, "memory")
    assert_one_error(deadcone("birth --quiet --width 65536 --depth 9 --init orthogonal --out", path), 1, "memory")


def test_no_file_is_needed_to_time_it(deadcone):
    result = deadcone.done("birth --device cpu --width 2 --depth 3 --networks 1000 --dry-run")
    assert "multiply-adds at most" in result.stderr


def test_a_config_file_sets_options(deadcone, tmp_path):
    config = tmp_path / "births.toml"
    config.write_text('width = "2,3"\ndepth = "1,4,6"\npoints = 4\nnetworks = 2000\nsign-flip = false\n')
    path = births(deadcone, tmp_path / "a.h5", "birth --device cpu --quiet --config", config)
    assert_same_results(path, births(deadcone, tmp_path / "b.h5"))
