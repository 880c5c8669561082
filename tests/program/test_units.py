"""Any unit under any optimiser: what the program computes, what its files hold, and what it refuses."""

import itertools
import json
import shutil

import h5py
import numpy as np
import pytest
import xarray as xr

from conftest import assert_one_error, assert_same_results, read_all

# A value of --unit for every kind, and the axes that it adds.
UNITS = {
    "leaky:0.1": {"leak": 0.1},
    "prelu:0.25": {"leak": 0.25},
    "elu:1": {"scale": 1.0},
    "selu": {},
    "gelu": {},
    "silu": {},
    "sigmoid": {},
    "tanh": {},
    "softplus": {},
    "relu6": {},
    "hardtanh": {},
    "clip:-0.5:1.5": {"lo": -0.5, "hi": 1.5},
}
# The same of every optimiser.
OPTIMIZERS = {
    "momentum": {"beta": 0.9},
    "heavy-ball": {"beta": 0.9},
    "nesterov": {"beta": 0.9},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8},
    "adam": {"beta": 0.9, "beta2": 0.999, "eps": 1e-8},
    "amsgrad": {"beta": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamw": {"beta": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0.0},
    "adagrad": {"eps": 1e-8},
    "sign": {},
    "lion": {"beta": 0.9, "beta2": 0.999, "decay": 0.0},
}
FATES = ("converged", "dead", "stalled", "unfinished", "diverged", "cycling", "other-minimum")
COMMON = "--quiet --device cpu --threads 1"
SMALL = f"{COMMON} --w -2:2:5 --b -2:2:4 --max-updates 600"
ALL_FIELDS = "--fields steps,final,loss"


def sweep(deadcone, path, *options):
    deadcone.done("sweep", SMALL, ALL_FIELDS, *options, "--out", path)
    return path


def attribute(item, name):
    return item.attrs[name].decode() if isinstance(item.attrs[name], bytes) else str(item.attrs[name])


def names_of_fates(file):
    return dict(zip(file["fate_code"].attrs["flag_values"].tolist(), attribute(file["fate_code"], "flag_meanings").split()))


def traced(deadcone, *options):
    """Fate and number of updates of one trajectory."""
    last = deadcone.done("trace", *options).stdout.splitlines()[-1].split()
    assert last[:2] == ["#", "fate"] and last[3] == "after"
    return last[2], int(last[4])


def assert_traced(deadcone, path, *options):
    """Every few pixels of a map are what `trace` says of their starts."""
    with h5py.File(path) as file:
        names, fates, steps = names_of_fates(file), file["fate"][0, 0], file["steps"][0, 0]
        for row, column in ((0, 0), (1, 3), (3, 4)):
            start = f"--w={float(file['w'][column])!r} --b={float(file['b'][row])!r}"
            expected = names[fates[row, column]], steps[row, column]
            assert traced(deadcone, start, "--max-updates 600", *options) == expected, start


# ---- Trajectories and files


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit(deadcone, tmp_path, unit):
    path = sweep(deadcone, tmp_path / "map.h5", f"--unit {unit} --eta 0.4")
    assert_traced(deadcone, path, f"--unit {unit} --eta 0.4")
    assert "all bits equal" in deadcone.done("verify --all", path).stdout
    kind = unit.split(":")[0]
    with h5py.File(path) as file:
        assert tuple(names_of_fates(file).values()) == FATES and file["fate_fraction"].shape == (1, 1, 7)
        for axis, value in UNITS[unit].items():
            assert file[axis][()] == value
        assert not {"leak", "scale", "lo", "hi", "beta2"} - UNITS[unit].keys() & set(file)
        assert json.loads(attribute(file, "configuration"))["unit"].split(":")[0] == kind
        assert f"({kind})" in attribute(file, "title") or kind in ("relu6", "hardtanh")
        assert ("leak_final" in file) == (kind == "prelu")
        fates, minimum = file["fate"][...], file["minimum"][...]
        assert np.array_equal(fates == 0, minimum == 1) and np.array_equal(fates == 6, minimum > 1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(deadcone, tmp_path, optimizer):
    path = sweep(deadcone, tmp_path / "map.h5", f"--unit tanh --optimizer {optimizer} --eta 0.02")
    assert_traced(deadcone, path, f"--unit tanh --optimizer {optimizer} --eta 0.02")
    assert "all bits equal" in deadcone.done("verify --all", path).stdout
    with xr.open_dataset(path, engine="h5netcdf") as data:
        for axis in ("beta", "alpha", "beta2", "eps"):
            assert (axis in data.coords) == (axis in OPTIMIZERS[optimizer])
            if axis in data.coords:
                assert data[axis].item() == OPTIMIZERS[optimizer][axis]
        stored = json.loads(data.attrs["configuration"])
    assert stored.get("optimizer", "momentum") == optimizer


@pytest.mark.parametrize(
    "options",
    [
        "--schedule step:100:0.5",
        "--schedule exponential:0.999",
        "--schedule cosine:300",
        "--schedule cosine:300:0.1",
        "--schedule linear:500",
        "--schedule warmup:50",
        "--schedule warmup:50+cosine:300:0.1",
        "--clip norm:0.3",
        "--clip value:0.2",
        "--decay 0.05",
        "--optimizer adamw --decay 0.05 --clip norm:0.5 --schedule warmup:20+linear:2000",
    ],
)
def test_schedules_clipping_and_decay(deadcone, tmp_path, options):
    path = sweep(deadcone, tmp_path / "map.h5", "--unit silu --eta 0.1", options)
    assert_traced(deadcone, path, "--unit silu --eta 0.1", options)
    assert "all bits equal" in deadcone.done("verify --all", path).stdout
    plain = sweep(deadcone, tmp_path / "plain.h5", "--unit silu --eta 0.1")
    assert not np.array_equal(read_all(path)["w_final"], read_all(plain)["w_final"])


def test_the_rectifier_under_momentum_has_the_file_that_it_had(deadcone, tmp_path):
    path = sweep(deadcone, tmp_path / "map.h5", "--unit relu --optimizer momentum --schedule constant --clip none")
    assert_same_results(path, sweep(deadcone, tmp_path / "plain.h5"))
    with h5py.File(path) as file:
        assert tuple(names_of_fates(file).values()) == FATES[:5] and "minimum" not in file and "minimum_w" not in file
        assert not {"unit", "optimizer", "schedule", "clipping"} & json.loads(attribute(file, "configuration")).keys()


def test_a_leaky_unit_without_a_leak_is_the_rectifier(deadcone, tmp_path):
    """Two loops, whose bits differ: the fates of nearly all starts are the same, and where they end."""
    options = f"sweep {COMMON} --w -2:2:24 --b -2:2:24 --precision double {ALL_FIELDS}"
    deadcone.done(options, "--unit leaky:0 --out", tmp_path / "leaky.h5")
    deadcone.done(options, "--out", tmp_path / "relu.h5")
    leaky, relu = read_all(tmp_path / "leaky.h5"), read_all(tmp_path / "relu.h5")
    same = leaky["fate"] == relu["fate"]
    assert same.mean() > 0.99
    converged = same & (relu["fate"] == 0)
    assert np.allclose(leaky["w_final"][converged], relu["w_final"][converged], atol=1e-4)


# ---- Proofs

WELL = 6
CERTIFIED = f"{COMMON} --w -3:3:64 --b -3:3:60 --max-updates 5000"
PROVABLE = {
    "gelu": "--unit gelu --beta 0,0.9 --gamma 0.5,1",
    "other target": "--unit silu --beta 0.9 --gamma 1 --delta -0.5,0.5",
    "heavy ball, decay": "--unit softplus --optimizer heavy-ball --eta 0.02 --decay 0.001",
    "update rule": "--unit tanh --beta 0.5 --stop update --precision double",
    "a kink": "--unit leaky --leak 0.1,0.2 --beta 0.9",
    "the rectifier under heavy ball": "--optimizer heavy-ball --eta 0.03 --beta 0.5",
    "a plane": "--unit sigmoid --plane beta,eta --beta 0:0.9:40 --eta 0.1:2:30 --w 1 --b -0.5",
}


@pytest.mark.parametrize("name", PROVABLE)
def test_fates_of_other_units_are_proved(deadcone, tmp_path, name):
    paths = {}
    for way in ("exhaustive", "certified"):
        paths[way] = tmp_path / f"{way}.h5"
        option = "--certify" if way == "certified" else ""
        options = PROVABLE[name] if "plane" in PROVABLE[name] else f"--w -3:3:40 --b -3:3:30 {PROVABLE[name]}"
        result = deadcone("sweep", COMMON, "--max-updates 20000", options, option, "--out", paths[way])
        assert result.returncode == 0 and "no theorem" not in result.stderr
    plain, certified = read_all(paths["exhaustive"]), read_all(paths["certified"])
    proved = certified["proof"] == WELL
    assert proved.mean() > 0.5 and np.array_equal(certified["proof"] != 0, proved)
    ended = np.isin(plain["fate"], [0, 1, 6])
    np.testing.assert_array_equal(certified["fate"][ended], plain["fate"][ended])
    np.testing.assert_array_equal(certified["minimum"][ended], plain["minimum"][ended])
    np.testing.assert_array_equal(certified["steps"][~proved], plain["steps"][~proved])
    assert np.all(certified["steps"] <= plain["steps"]) and np.all(certified["steps"][proved] % 16 == 0)
    assert certified["steps"][proved].sum() < 0.5 * plain["steps"][proved].sum()
    assert "all bits equal" in deadcone.done("verify --all", paths["certified"]).stdout
    with h5py.File(paths["certified"]) as file, h5py.File(paths["exhaustive"]) as other:
        assert attribute(file, "numerics") == "7" and attribute(other, "numerics") == "6"
    assert "a theorem proves its fate" in deadcone.done("info", paths["certified"]).stdout


def test_a_certified_sweep_of_units_merges_resumes_and_refines(deadcone, tmp_path):
    options = f"{CERTIFIED} --unit gelu --beta 0,0.5,0.9 --gamma 0.5,0.7,1 --certify"
    deadcone.done("sweep", options, "--out", tmp_path / "whole.h5")
    for part in (1, 2):
        deadcone.done("sweep", options, f"--shard {part}/2 --out", tmp_path / "map.h5")
    parts = sorted(tmp_path.glob("map.*-of-2.h5"))
    deadcone.done("merge", tmp_path / "merged.h5", *parts)
    assert_same_results(tmp_path / "merged.h5", tmp_path / "whole.h5")
    deadcone.done("sweep", options, "--resume --out", parts[0])
    assert_same_results(parts[0], tmp_path / "whole.h5")
    deadcone.done("sweep", options, "--refine --out", tmp_path / "refined.h5")
    assert np.array_equal(read_all(tmp_path / "refined.h5")["fate"], read_all(tmp_path / "whole.h5")["fate"])
    deadcone.done("analyze --samples 4", tmp_path / "whole.h5")
    with xr.open_dataset(tmp_path / "whole.h5", group="analysis", engine="h5netcdf") as analysis:
        counts = analysis["proof_count"]
        assert counts.sel(proof_code=WELL).sum() > 0.8 * counts.sum()


@pytest.mark.parametrize(
    "options, words",
    [
        ("--unit prelu:0.25", "no theorem holds for prelu under momentum;"),
        ("--unit gelu --optimizer adam", "no theorem holds for gelu under adam;"),
        ("--unit gelu --clip norm:1", "no theorem holds for gelu under momentum with clipping or a schedule;"),
        ("--unit gelu --schedule cosine:9", "no theorem holds for gelu under momentum with clipping or a schedule;"),
        ("--unit gelu --lyapunov 5", "no theorem holds for gelu under momentum where Lyapunov exponents are measured;"),
        ("--unit gelu --r 0,0.5", "at 1 of 2 points no fate can be proved"),
        ("--unit gelu --eta 0.1,5", "at 1 of 2 points no fate can be proved"),
    ],
)
def test_where_nothing_is_proved_certify_says_so(deadcone, tmp_path, options, words):
    command = ["sweep --device cpu --threads 1 --max-updates 50 --certify", options]
    result = deadcone(*command, "--w -3:3:24 --b -3:3:20 --out", tmp_path / "map.h5")
    assert result.returncode == 0 and f"certify: {words}" in result.stderr


def test_few_starts_are_worth_no_search(deadcone, tmp_path):
    command = "sweep --device cpu --w 0:1:3 --b 0:1:4 --unit gelu --certify --out"
    result = deadcone(command, tmp_path / "few.h5")
    assert result.returncode == 0 and "certify: too few starts share a target" in result.stderr
    assert not np.any(read_all(tmp_path / "few.h5")["proof"])


# ---- Minima, as docs/units.md has them

MINIMA = [
    ("leaky:0.01", "", [(1.0482, -0.0480)]),
    ("leaky:0.1", "", [(1.9161, -1.1966)]),
    ("leaky:0.2", "", [(1.8819, -1.0975)]),
    ("leaky:0.01", "--delta=-0.5", [(21.81, -69.89), (1.262, -0.862)]),
    ("elu:1", "", [(1.16258, -0.14450)]),
    ("softplus", "", [(1.95543, -1.81261)]),
    ("sigmoid", "", [(6.36747, -3.18234)]),
    ("tanh", "", [(1.42790, 0.0)]),
    ("gelu", "", [(0.904028, 0.188852), (-0.637503, -1.88977)]),
    ("gelu", "--gamma 0.1", [(0.189132, -0.023202), (-0.736406, -2.44516)]),
    ("silu", "", [(1.09203, 0.0999396), (-1.27665, -3.74928)]),
    ("silu", "--gamma 0.1", [(0.195892, -0.017703), (-1.60656, -5.64838)]),
    ("hardtanh", "--gamma 0.5 --delta 0.25", [(0.5, 0.25)]),
    ("prelu:0.25", "--gamma 0.5 --delta 0.25", [(0.5, 0.25)]),
]


@pytest.mark.parametrize("unit, options, expected", MINIMA)
def test_minima(deadcone, tmp_path, unit, options, expected):
    path = sweep(deadcone, tmp_path / "map.h5", f"--unit {unit} {options} --max-updates 1")
    with h5py.File(path) as file:
        w, b, loss = (file[f"minimum_{name}"][0, 0] for name in ("w", "b", "loss"))
        found = np.column_stack([w, b])[np.isfinite(w)]
        losses = loss[np.isfinite(w)]
        assert np.all(np.diff(losses) > 0) and np.isnan(loss[len(losses) :]).all()
        # The pins have four digits or more.
        assert found.shape == (len(expected), 2)
        assert np.allclose(found, expected, rtol=3e-4, atol=1e-4), found
        for name in ("curvature", "curvature_largest", "curvature_across"):
            assert np.all(file[f"minimum_{name}"][0, 0, : len(found)] > 0)
        assert np.all(file["minimum_curvature"][0, 0, : len(found)] <= file["minimum_curvature_largest"][0, 0, : len(found)])


def test_what_rests_at_a_minimum_is_near_it(deadcone, tmp_path):
    options = f"sweep {COMMON} --unit gelu --gamma 1,0.1 --w -2:2:12 --b -3:2:12 --eta 0.5 --precision double {ALL_FIELDS}"
    deadcone.done(options, "--out", tmp_path / "map.h5")
    data = read_all(tmp_path / "map.h5")
    assert {0, 6} <= set(np.unique(data["fate"]))
    for point, number in itertools.product((0, 1), (1, 2)):
        here = data["minimum"][0, point] == number
        assert here.any()
        place = np.array([data[f"minimum_{name}"][0, point, number - 1] for name in ("w", "b")])
        ends = np.stack([data[f"{name}_final"][0, point][here] for name in ("w", "b")], axis=-1)
        assert np.linalg.norm(ends - place, axis=1).max() <= 0.01 * np.linalg.norm(place)
        losses = data["loss_final"][0, point][here]
        assert np.allclose(losses, data["minimum_loss"][0, point, number - 1], rtol=1e-3)


def test_prelu_learns_its_slope(deadcone, tmp_path):
    """All of the loss goes where a = 1: the unit is a line then."""
    path = sweep(deadcone, tmp_path / "map.h5", "--unit prelu:0.25 --gamma 0.5 --delta 0.25 --max-updates 20000 --eta 0.5")
    data = read_all(path)
    converged = data["fate"] == 0
    assert converged.mean() > 0.5 and np.allclose(data["leak_final"][converged], 1.0, atol=0.01)
    last = deadcone.done("trace --unit prelu:0.25 --max-updates 3").stdout
    assert "leak" in last.splitlines()[0].split()


# ---- Everything that works with files

# Axes of the unit and of the optimiser, one of which is swept.
PLAN = (
    f"{COMMON} --unit elu --scale 0.5,1 --optimizer adam --beta2 0.9,0.99,0.999 --eta 0.05 "
    "--schedule warmup:10+cosine:400:0.1 --w -2:2:12 --b -2:2:8 --max-updates 500"
)


@pytest.fixture(scope="module")
def plan(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.h5"
    deadcone.done("sweep", PLAN, ALL_FIELDS, "--out", path)
    return path


def test_axes_of_units_and_optimisers_are_dimensions(plan):
    with h5py.File(plan) as file:
        assert [dimension[0].name[1:] for dimension in file["fate"].dims] == ["beta", "gamma", "beta2", "scale", "b", "w"]
        assert file["beta2"][...].tolist() == [0.9, 0.99, 0.999] and file["scale"][...].tolist() == [0.5, 1.0]
        assert file["warmup"][()] == 10.0
        stored = json.loads(attribute(file, "configuration"))
    assert stored["unit"].split(":")[0] == "elu" and stored["optimizer"] == "adam"
    assert stored["schedule"] == "cosine:400:0.1"


def test_a_configuration_file_has_the_same_options(deadcone, plan, tmp_path):
    (tmp_path / "sweep.toml").write_text(
        'unit = "elu"\nscale = [0.5, 1]\noptimizer = "adam"\nbeta2 = "0.9,0.99,0.999"\neta = 0.05\n'
        'schedule = "warmup:10+cosine:400:0.1"\nw = "-2:2:12"\nb = "-2:2:8"\nmax-updates = 500\n'
        'fields = "steps,final,loss"\n'
    )
    deadcone.done(f"sweep {COMMON} --config", tmp_path / "sweep.toml", "--out", tmp_path / "map.h5")
    assert_same_results(tmp_path / "map.h5", plan)


def test_parts_merge_and_resume(deadcone, plan, tmp_path):
    for k in (1, 2, 3):
        deadcone.done("sweep", PLAN, ALL_FIELDS, f"--shard {k}/3 --out", tmp_path / "map.h5")
    parts = sorted(tmp_path.glob("map.*-of-3.h5"))
    deadcone.done("merge", tmp_path / "merged.h5", *parts)
    assert_same_results(tmp_path / "merged.h5", plan)
    assert "all bits equal" in deadcone.done("verify --all", tmp_path / "merged.h5").stdout
    # What a part lacks is what --resume computes.
    shutil.copy(parts[1], tmp_path / "whole.h5")
    deadcone.done("sweep", PLAN, ALL_FIELDS, "--resume --out", tmp_path / "whole.h5")
    assert_same_results(tmp_path / "whole.h5", plan)
    for other in ("--unit selu", "--optimizer amsgrad", "--clip value:2", "--schedule warmup:10"):
        plan_of_other = PLAN.replace("--scale 0.5,1", "") if "selu" in other else PLAN
        result = deadcone("sweep", plan_of_other, ALL_FIELDS, other, "--resume --out", tmp_path / "whole.h5")
        assert_one_error(result, 2, "another sweep")


def test_parts_of_a_clipped_sweep_merge(deadcone, tmp_path):
    for k in (1, 2):
        sweep(deadcone, tmp_path / "map.h5", f"--clip norm:1 --beta 0,0.9 --shard {k}/2")
    deadcone.done("merge", tmp_path / "merged.h5", *sorted(tmp_path.glob("map.*-of-2.h5")))


def test_refined_by_borders(deadcone, tmp_path):
    options = f"sweep {COMMON} --unit gelu --eta 0.5 --w -2:2:96 --b -3:2:96 --max-updates 300"
    deadcone.done(options, "--out", tmp_path / "all.h5")
    deadcone.done(options, "--refine --out", tmp_path / "refined.h5")
    deadcone.done("verify", tmp_path / "refined.h5")
    every, refined = read_all(tmp_path / "all.h5"), read_all(tmp_path / "refined.h5")
    computed = refined["provenance"] == 0
    assert 0.05 < computed.mean() < 0.8
    assert np.array_equal(refined["fate"][computed], every["fate"][computed])
    assert "minimum" not in refined  # of filled pixels nobody knows it
    assert np.mean(refined["fate"] != every["fate"]) < 5e-3


def test_info_says_what_was_trained_and_how(deadcone, plan):
    said = deadcone.done("info", plan).stdout
    for words in ("elu", "adam", "beta2      0.9, 0.99, 0.999", "scale      0.5, 1", "cosine:400:0.1", "warm-up"):
        assert words in said
    assert "other-minimum" in said and "cycling" in said


@pytest.mark.parametrize("init", ["he:2", "xavier:2:3", "normal:1:1"])
def test_analyze(deadcone, plan, tmp_path, init):
    path = shutil.copy(plan, tmp_path / "map.h5")
    deadcone.done(f"analyze --threads 1 --samples 5 --init {init}", path)
    with h5py.File(path) as file:
        group = file["analysis"]
        assert group["fate_probability"].shape == (1, 1, 3, 2, 7)
        assert np.allclose(group["fate_probability"][...].sum(-1), 1.0)
        if init != "normal:1:1":
            assert np.allclose(group["whole_fate_probability"][...].sum(-1), 1.0)


@pytest.mark.parametrize(
    "x, y, axes",
    [
        ("beta", "eta", "--beta 0:1:8 --eta log:0.01:10:6 --unit softplus"),
        ("leak", "gamma", "--leak=-0.2:0.5:8 --gamma log:0.1:2:6 --unit leaky"),
        ("scale", "eta", "--scale 0:2:8 --eta log:0.01:1:6 --unit elu"),
        ("lo", "hi", "--lo=-2:0:8 --hi 0.1:2:6 --unit clip"),
        ("beta", "beta2", "--beta 0:1:8 --beta2 0:1:6 --unit gelu --optimizer adam"),
        ("alpha", "eps", "--alpha 0:1:8 --eps log:1e-8:0.1:6 --unit gelu --optimizer rmsprop"),
        ("clip", "decay", "--clip norm:log:0.01:1:8 --decay 0:0.1:6 --unit tanh"),
        ("warmup", "eta", "--schedule warmup:0:32:8 --eta log:0.01:1:6 --unit silu"),
    ],
)
def test_planes_of_any_axes(deadcone, tmp_path, x, y, axes):
    path = tmp_path / "map.h5"
    run = f"{COMMON} --plane {x},{y} --w 0.5 --b -0.5 --max-updates 200 {ALL_FIELDS}"
    deadcone.done("sweep", axes, run, "--out", path)
    assert "all bits equal" in deadcone.done("verify --all", path).stdout
    with h5py.File(path) as file:
        assert [dimension[0].name[1:] for dimension in file["fate"].dims][-2:] == [y, x]
        assert file["fate"].shape[-2:] == (6, 8)


# ---- The field


@pytest.mark.parametrize("unit", UNITS)
def test_a_gradient_is_the_slope_of_the_loss(deadcone, tmp_path, unit):
    path = tmp_path / "field.h5"
    side = 65
    deadcone.done(f"field --unit {unit} --gamma 0.7 --delta 0.2 --r 0.3 --w 0.4:0.6:{side} --b -0.6:-0.4:{side} --out", path)
    data = read_all(path)
    loss, (w, b) = data["loss"].squeeze(), (data["w"], data["b"])
    for name, axis, values in (("grad_w", 1, w), ("grad_b", 0, b)):
        slope = np.gradient(loss, values, axis=axis, edge_order=2)[2:-2, 2:-2]
        assert np.allclose(data[name].squeeze()[2:-2, 2:-2], slope, atol=3e-6, rtol=1e-4), name
    assert np.all(data["loss"] > 0)


# ---- What is refused



@pytest.mark.parametrize(
    "options, words",
    [
        ("--unit relu7", "--unit"),
        ("--unit elu:0", "--unit"),
        ("--unit elu:-1", "--unit"),
        ("--unit elu --scale 0", "--scale must be > 0"),
        ("--unit elu --scale=-1,1", "--scale must be > 0"),
        ("--unit clip:1:1", ""),
        ("--unit clip:1:0", ""),
        ("--unit clip --lo 0.5 --hi 0.5", ""),
        ("--unit clip --plane lo,hi --lo=-1:1:4 --hi 0:2:4 --w 1 --b 1", "--lo"),
        ("--unit clip --lo=-1,1 --hi 0.5,2", "--lo"),
        ("--unit leaky:nan", "--unit"),
        ("--unit gelu --leak 0.1", "--leak"),
        ("--unit prelu --decay 0.1", "--decay"),
        ("--optimizer adam --beta2 1", "--beta2 must be in [0, 1)"),
        ("--optimizer adam --beta2 0.9,1.5", "--beta2 must be in [0, 1)"),
        ("--optimizer adam --eps 0", "--eps must be > 0"),
        ("--optimizer rmsprop --alpha 1", "--alpha must be in [0, 1)"),
        ("--optimizer rmsprop --beta 0.5", "--beta"),
        ("--optimizer sign --beta2 0.5", "--beta2"),
        ("--optimizer adamm", "--optimizer"),
        ("--schedule cosine:0", "--schedule"),
        ("--schedule linear:0", "--schedule"),
        ("--schedule step:0:0.5", "--schedule"),
        ("--schedule warmup:-1", ""),
        ("--schedule cosine", "--schedule"),
        ("--schedule cosine:10:2:3", "--schedule"),
        ("--schedule exponential:0", "--schedule"),
        ("--clip norm:0", "--clip"),
        ("--clip value:-1", "--clip"),
        ("--clip length:1", "--clip"),
        ("--decay=-0.1", "--decay must be >= 0"),
        ("--unit leaky --plane leak,leak --leak 0:1:4 --w 1 --b 1", "has one axis twice"),
        ("--plane leak,eta --leak 0:1:4 --eta 0.1:1:4 --w 1 --b 1", "leak"),
        ("--plane beta2,eta --beta2 0:1:4 --eta 0.1:1:4 --w 1 --b 1", "beta2"),
        ("--optimizer sign --plane beta,eta --beta 0:1:4 --eta 0.1:1:4 --w 1 --b 1", "beta"),
        ("--unit gelu --refine exact", "--refine"),
    ],
)
def test_what_is_refused(deadcone, tmp_path, options, words):
    result = deadcone("sweep --quiet --max-updates 10", options, "--out", tmp_path / "a.h5")
    assert_one_error(result, 2, words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "spoil",
    [
        {"unit": "relu7"},
        {"unit": 7},
        {"optimizer": "adamm"},
        {"schedule": "cosine:0"},
        {"clipping": "length"},
    ],
)
def test_a_file_with_a_wrong_configuration_is_refused(deadcone, plan, tmp_path, spoil):
    path = shutil.copy(plan, tmp_path / "wrong.h5")
    with h5py.File(path, "r+") as file:
        stored = json.loads(attribute(file, "configuration"))
        file.attrs["configuration"] = np.bytes_(json.dumps(stored | spoil))
    assert_one_error(deadcone("verify", path), 3, "configuration")
