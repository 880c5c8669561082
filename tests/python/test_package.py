"""The package deadcone: its calls against the program, bad arguments, interrupts, threads, forks and the end of Python."""

import doctest
import importlib
import inspect
import json
import math
import multiprocessing
import os
import pathlib
import pkgutil
import signal
import subprocess
import sys
import threading

import deadcone
import numpy as np
import pytest
import xarray as xr
from conftest import TIMEOUT, assert_is_that_of_the_program, compared
from deadcone import _core

@pytest.fixture(name="program")
def program_(request):
    """The program; its fixture has the name of the package."""
    return request.getfixturevalue("deadcone")


SMALL = {"w": (-2, 2, 24), "b": (-2, 2, 20), "progress": False}
# Much more than any test waits for.
ENDLESS = {"beta": 0.99, "gamma": 0.01, "w": (-2, 2, 4096), "b": (-2, 2, 4096), "tol": 1e-30, "max_updates": 10**9}
ENDLESS |= {"precision": "double"}


def run_python(code, *, cwd, **options):
    """Runs a script in a Python of its own."""
    options = {"capture_output": True, "text": True, "timeout": TIMEOUT} | options
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, check=False, **options)


# ---- Sweeps

SWEEPS = {
    "the window of the paper": ({"beta": [0, 0.7, 0.9], "gamma": [1, 0.1]}, "--beta 0,0.7,0.9 --gamma 1,0.1"),
    "certified": ({"gamma": (0.1, 1, 3), "certify": True}, "--gamma 0.1:1:3 --certify"),
    "refined": (
        {"gamma": "log:0.1:1:3", "refine": True, "w": (-2, 2, 64), "b": (-2, 2, 64)},
        "--gamma log:0.1:1:3 --refine --w -2:2:64 --b -2:2:64",
    ),
    "all fields, in double": (
        {"fields": ("steps", "final", "loss"), "precision": "double", "r": [0, 0.5]},
        "--fields steps,final,loss --precision double --r 0,0.5",
    ),
    "labels alone": ({"fields": ()}, "--fields fate"),
    "another plane": (
        {"plane": ("beta", "eta"), "w": -1, "b": np.float32(0.5), "beta": (0, 0.99, 30), "eta": "log:0.01:1:20"},
        "--plane beta,eta --w -1 --b 0.5 --beta 0:0.99:30 --eta log:0.01:1:20",
    ),
    "many small maps": (
        {"w": (-2, 2, 3), "b": (-2, 2, 2), "beta": np.arange(10) / 10, "gamma": np.array([1, 2, 3], dtype=np.int16)},
        "--w -2:2:3 --b -2:2:2 --beta 0:0.9:10 --gamma 1,2,3",
    ),
    "another unit and optimiser": (
        {"unit": "leaky:0.1", "optimizer": "adam", "clip": "norm:1", "schedule": "warmup:10+constant", "max_updates": 500},
        "--unit leaky:0.1 --optimizer adam --clip norm:1 --schedule warmup:10+constant --max-updates 500",
    ),
    "cycles and exponents": (
        {"optimizer": "sign", "cycles": 4, "lyapunov": 8, "max_updates": 300},
        "--optimizer sign --cycles 4 --lyapunov 8 --max-updates 300",
    ),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_is_that_of_the_program(program, tmp_path, name):
    arguments, options = SWEEPS[name]
    arguments = SMALL | arguments
    window = "" if "--w" in options else "--w -2:2:24 --b -2:2:20 "
    program.done("sweep", window + options, "--out", tmp_path / "program.h5")
    assert_is_that_of_the_program(deadcone.sweep, arguments, tmp_path)


def test_history_is_the_call(tmp_path):
    history = deadcone.sweep(**SMALL, gamma=np.array([0.1, 1.0]), certify=True).attrs["history"]
    assert history.endswith(
        "deadcone.sweep(gamma=[0.1, 1.0], w=(-2, 2, 24), b=(-2, 2, 20), certify=True)"
    )


def test_defaults_are_those_of_the_library():
    defaults = _core.default_arguments()
    axes = defaults.pop("axes")
    parameters = inspect.signature(deadcone.sweep).parameters
    for name, default in defaults.items():
        found = parameters[name].default
        assert (list(found) if name == "fields" else found) == default, name
    # Those of --clip and --schedule are parts of their texts.
    assert set(axes) - set(parameters) == {"warmup"}
    for name in set(axes) - {"clip", "warmup"}:
        assert parameters[name].default is None, name
    documented = deadcone.sweep.__doc__
    for name in ("beta", "gamma", "eta", "delta", "r"):
        assert f"{name} : axis, default {axes[name]:g}\n" in documented, name


def test_arrays_are_not_copied(tmp_path):
    """The memory that a large map needs beside its arrays is less than a fifth of them."""
    code = """
import resource, deadcone
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
deadcone.sweep(w=(-2, 2, 64), b=(-2, 2, 64), progress=False)
before = peak()
ds = deadcone.sweep(w=(2, 3, 16384), b=(2, 3, 16384), rho=9, tol=9, fields=(), progress=False)
assert int(ds.fate_count.sum()) == 16384**2
print((peak() - before) / ds.nbytes)
"""
    found = run_python(code, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert float(found.stdout) < 1.2


def test_import_is_light():
    code = "import sys, deadcone; print([name for name in ('matplotlib', 'tqdm', 'deadcone._core') if name in sys.modules])"
    assert run_python(code, cwd="/").stdout == "[]\n"


# ---- Other calls


def test_a_trajectory_is_that_of_the_program(program):
    for precision, options in [("float", ""), ("double", "--unit prelu:0.2 --optimizer nesterov")]:
        words = options.split()
        arguments = dict(zip((word.removeprefix("--") for word in words[::2]), words[1::2], strict=True))
        printed = program.done(
            f"trace --w -1.5 --b 0.5 --gamma 0.1 --max-updates 50 --precision {precision} {options}"
        ).stdout.splitlines()
        names, rows = printed[0].split(), [line.split() for line in printed[1:-1]]
        found = deadcone.trace(-1.5, 0.5, gamma=0.1, max_updates=50, precision=precision, **arguments)
        assert set(names) == {*found.data_vars, "step"}
        real = np.float32 if precision == "float" else np.float64
        for name, column in zip(names, np.array(rows, dtype=real).T, strict=True):
            np.testing.assert_array_equal(found[name].values, column, err_msg=name)
        assert f"# fate {found.attrs['fate']} after {found.attrs['updates']} updates" in printed[-1]
        assert float(found.gamma) == 0.1


def test_a_spectrum_is_that_of_the_program(program):
    printed = program.done("spectrum --eta 0.2").stdout.splitlines()
    table = np.array([[float(word) for word in line.split()] for line in printed[3:]])
    found = deadcone.spectrum(eta=0.2)
    for name, column in zip(printed[2].split(), table.T, strict=True):
        np.testing.assert_array_equal(found[name].values, column, err_msg=name)
    assert found.attrs["critical_beta"] == float(printed[1].split()[-1])


def test_a_field_is_that_of_the_program(program, tmp_path):
    arguments = {"gamma": [1, 0.1], "r": (0, 1, 2), "w": (-1, 1, 8), "b": (-2, 2, 6), "unit": "tanh"}
    options = "--gamma 1,0.1 --r 0:1:2 --w -1:1:8 --b -2:2:6 --unit tanh"
    program.done("field", options, "--out", tmp_path / "program.h5")
    found = deadcone.field(**arguments)
    with deadcone.open(tmp_path / "program.h5") as expected, deadcone.field(
        **arguments, out=tmp_path / "package.h5"
    ) as stored:
        xr.testing.assert_identical(compared(found), compared(expected.load()))
        xr.testing.assert_identical(compared(found), compared(stored.load()))


def test_an_analysis_is_that_of_the_program(program, tmp_path):
    arguments = SMALL | {"gamma": [1, 0.1], "certify": True}
    file = tmp_path / "map.h5"
    deadcone.sweep(**arguments, out=file).close()
    program.done("analyze", file, "--samples 20 --init normal:1:1")
    options = {"samples": 20, "init": "normal:1:1", "progress": False}
    with deadcone.analyze(file, **options) as stored:
        found = deadcone.analyze(deadcone.sweep(**arguments), **options)
        xr.testing.assert_identical(compared(found), compared(stored.load()))
        assert set(found.fate_probability.coords) >= {"beta", "gamma", "fate_code", "eta"}
    with pytest.raises(deadcone.ConfigError, match="other options: .*; overwrite=True replaces it"):
        deadcone.analyze(file, progress=False)


def test_verify_finds_what_is_wrong(tmp_path):
    ds = deadcone.sweep(**SMALL)
    ds.fate[0, 0, 3, 4] = 1 - ds.fate[0, 0, 3, 4]
    report = deadcone.verify(ds, all=True, progress=False)
    assert not report
    assert report.wrong_pixels == 1
    assert "row 3, column 4: fate is" in report.findings[0]


def test_shards_merge(tmp_path):
    arguments = SMALL | {"beta": [0, 0.5, 0.9], "gamma": (0.1, 1, 3)}
    whole = deadcone.sweep(**arguments)
    for part in (1, 2, 3):
        deadcone.sweep(**arguments, shard=(part, 3), out=tmp_path / "map.h5").close()
    parts = sorted(tmp_path.glob("map.*-of-3.h5"))
    assert [path.name for path in parts] == ["map.1-of-3.h5", "map.2-of-3.h5", "map.3-of-3.h5"]
    with deadcone.merge(tmp_path / "map.h5", parts) as merged:
        xr.testing.assert_identical(compared(merged), compared(whole))
    with pytest.warns(UserWarning, match="no part has the point .beta 0, gamma 0.55. and 2 more"):
        deadcone.merge(tmp_path / "map.h5", [parts[0], parts[2]], overwrite=True).close()
    # In memory, a part has the other points as not computed.
    part = deadcone.sweep(**arguments, shard=(2, 3))
    done = part.point_done == 1
    assert int(done.sum()) == 3
    assert (part.fate.where(~done, -1) == -1).all()
    assert (part.fate == whole.fate).where(done, True).all()


# ---- Bad input

class Unshowable:
    def __repr__(self):
        raise RuntimeError


WRONG = [
    (deadcone.ConfigError, "eta must be > 0 and finite, but is 0", {"eta": 0}),
    (deadcone.ConfigError, "gamma must be > 0 and finite, but is nan", {"gamma": float("nan")}),
    (deadcone.ConfigError, "beta must be in .0, 1., but is 1", {"beta": [0.5, 1]}),
    (deadcone.ConfigError, "tol must be > 0", {"tol": -1e-6}),
    (deadcone.ConfigError, "max_updates must be in", {"max_updates": 0}),
    (deadcone.ConfigError, "max_updates is too large", {"max_updates": 10**5000}),
    (deadcone.ConfigError, "beta: '.*' is not a number", {"beta": "1:x:2"}),
    (deadcone.ConfigError, "not an array of shape .2, 2.", {"beta": np.zeros((2, 2))}),
    (deadcone.ConfigError, "beta must have a value", {"beta": []}),
    (deadcone.ConfigError, "a tuple is .lo, hi, n., but has 2 values", {"w": (-2, 2)}),
    (deadcone.ConfigError, "whole number n; give values as a list", {"beta": (0.0, 0.7, 0.9)}),
    (deadcone.ConfigError, "w must be a tuple .lo, hi, n. or a text", {"w": [1, 2]}),
    (deadcone.ConfigError, "beta must be a tuple .lo, hi, n. or a text", {"plane": "beta,eta", "w": 1, "b": 1}),
    (deadcone.ConfigError, "w must be given, since it is not in the plane", {"plane": "beta,eta", "beta": (0, 1, 3), "eta": (0, 1, 3)}),
    (deadcone.ConfigError, "leak is no axis of relu", {"leak": 0.1}),
    (deadcone.ConfigError, "unit: 'foo' is not a unit", {"unit": "foo"}),
    (deadcone.ConfigError, "null character", {"out": "a\0b"}),
    (deadcone.ConfigError, "overwrite and resume", {"out": "x.h5", "overwrite": True, "resume": True}),
    (deadcone.ConfigError, "folder /nowhere does not exist", {"out": "/nowhere/map.h5"}),
    (deadcone.ConfigError, "shard must be", {"shard": (3, 2)}),
    (deadcone.ConfigError, "threads must be", {"threads": -1}),
    (TypeError, "gamma must be a number or a list of numbers", {"gamma": [1, "x"]}),
    (TypeError, "gamma must be a number or a list of numbers", {"gamma": [[1, 2], [3]]}),
    (TypeError, "gamma must be a number or a list of numbers", {"gamma": 1 + 2j}),
    (TypeError, "gamma must be a number or a list of numbers", {"gamma": True}),
    (TypeError, "max_updates must be a whole number", {"max_updates": 1.5}),
    (TypeError, "rho must be a number", {"rho": None}),
    (TypeError, "rho must be a number, not an object of the type Unshowable", {"rho": Unshowable()}),
    (TypeError, "certify must be True or False", {"certify": 1}),
    (TypeError, "unit must be a text", {"unit": 3}),
    (TypeError, "out must be a path", {"out": 3}),
    (TypeError, "progress must be True, False or a function", {"progress": 3}),
    (TypeError, "fields must be", {"fields": ["steps", 3]}),
    (MemoryError, "take .* MB, but only .* MB of memory are available; use fewer pixels", {"w": (-2, 2, 10**6), "b": (-2, 2, 10**6)}),
]


@pytest.mark.parametrize(("kind", "message", "arguments"), WRONG)
def test_wrong_arguments_are_refused(kind, message, arguments):
    with pytest.raises(kind, match=message) as caught:
        deadcone.sweep(**({"progress": False} | arguments))
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_errors_have_python_s_kinds(tmp_path):
    for kind, base in [("ConfigError", ValueError), ("DeviceError", RuntimeError), ("StorageError", OSError)]:
        assert issubclass(getattr(deadcone, kind), (base, deadcone.Error))
    assert issubclass(deadcone.OutOfMemory, MemoryError)
    assert issubclass(deadcone.Interrupted, KeyboardInterrupt)
    if not os.path.exists("/proc/driver/nvidia"):
        with pytest.raises(deadcone.DeviceError, match="use device='cpu'"):
            deadcone.sweep(**SMALL, device="cuda")
    (tmp_path / "text.h5").write_text("no HDF5")
    (tmp_path / "map.h5").touch()
    with pytest.raises(deadcone.ConfigError, match="the file exists; overwrite=True replaces it"):
        deadcone.sweep(**SMALL, out=tmp_path / "map.h5")
    for function in (deadcone.open, deadcone.verify, deadcone.analyze):
        for path in (tmp_path / "text.h5", tmp_path / "missing.h5", tmp_path):
            with pytest.raises(deadcone.StorageError, match=str(path)):
                function(path)
        with pytest.raises(TypeError, match="must be a path"):
            function(3)
    for function in (deadcone.verify, deadcone.analyze):
        with pytest.raises(deadcone.ConfigError, match="the Dataset is no sweep"):
            function(xr.Dataset({"x": 1}))
        with pytest.raises(deadcone.StorageError, match="^the Dataset: the shape of"):
            function(deadcone.sweep(**SMALL).isel(w=slice(3)))
    with pytest.raises(deadcone.ConfigError, match="there must be a part"):
        deadcone.merge(tmp_path / "merged.h5", [])
    with pytest.raises(TypeError, match="parts must be a list"):
        deadcone.merge(tmp_path / "merged.h5", "map.h5")
    for wrong in ({"w": math.inf, "b": 1}, {"w": 1, "b": 1, "beta": 2}):
        with pytest.raises(deadcone.ConfigError):
            deadcone.trace(**wrong)
    with pytest.raises(TypeError):
        deadcone.trace("x", 1)
    with pytest.raises(deadcone.ConfigError, match="eta must be"):
        deadcone.spectrum(eta=-1)
    with pytest.raises(TypeError, match="w must be a tuple"):
        deadcone.field(w=3)


# ---- Progress and interrupts


def test_progress_is_reported():
    calls = []
    deadcone.sweep(**SMALL | {"gamma": [1, 0.1], "progress": lambda *call: calls.append(call)})
    assert calls[-1] == (2 * 24 * 20, 2 * 24 * 20)
    with pytest.raises(ZeroDivisionError):
        deadcone.sweep(**SMALL | {"progress": lambda *_: 1 / 0})


def test_an_interrupt_keeps_finished_points(tmp_path):
    # The second point takes for ever.
    arguments = {"beta": 0.5, "eta": [0.1, 1e-6], "tol": 1e-10, "precision": "double", "max_updates": 10**9}
    arguments |= {"w": (0.5, 1.5, 64), "b": (-0.1, 0.1, 64)}

    def press_ctrl_c(done, _):
        if done >= 64 * 64:
            raise KeyboardInterrupt

    with pytest.raises(deadcone.Interrupted, match="`dataset` has the finished points") as caught:
        deadcone.sweep(**arguments, progress=press_ctrl_c)
    part = caught.value.dataset.squeeze()
    assert part.point_done.values.tolist() == [1, 0]
    assert (part.fate[0] == 0).all()
    assert (part.fate[1] == -1).all()
    assert (part.steps[1] == -1).all()
    assert np.isnan(part.steps_mean[1])

    file = tmp_path / "map.h5"
    for resume in (False, True):
        with pytest.raises(deadcone.Interrupted, match="map.h5 has the finished points, resume=True continues"):
            deadcone.sweep(**arguments, progress=press_ctrl_c if not resume else lambda *_: os.kill(os.getpid(), 2), out=file,
                           resume=resume)
        with deadcone.open(file) as stored:
            xr.testing.assert_identical(stored.fate.load().squeeze(), part.fate)


def test_a_finished_file_is_resumed_at_once(tmp_path):
    file = tmp_path / "map.h5"
    deadcone.sweep(**SMALL, out=file).close()
    before = file.read_bytes()
    deadcone.sweep(**SMALL, out=file, resume=True).close()
    assert file.read_bytes() == before


@pytest.mark.parametrize("call", ["sweep(**endless)", "sweep(**endless, out='map.h5')", "trace(1, 1, tol=1e-30, max_updates=2 * 10**9, precision='double')"])
def test_ctrl_c_stops(tmp_path, call):
    code = f"""
import sys, threading, deadcone
endless = {ENDLESS!r}
threading.Timer(0.7, lambda: print("begun", flush=True)).start()
try:
    deadcone.{call}
except KeyboardInterrupt as error:
    print(type(error).__name__)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=TIMEOUT)
    assert out in ("Interrupted\n", "KeyboardInterrupt\n"), error
    assert process.returncode == 0


# ---- Threads, processes, and the end of Python


def test_threads_may_call_at_once(tmp_path):
    arguments = SMALL | {"gamma": [1, 0.1], "certify": True}
    expected = compared(deadcone.sweep(**arguments))
    failures = []

    def work(number):
        try:
            for turn in range(3):
                xr.testing.assert_identical(compared(deadcone.sweep(**arguments)), expected)
                path = tmp_path / f"{number}-{turn}.h5"
                deadcone.sweep(**arguments, out=path).close()
                assert deadcone.verify(path, progress=False)
        except BaseException as error:  # noqa: BLE001  the thread's, for the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    assert not any(thread.is_alive() for thread in threads)
    assert not failures, failures


def dead_count(gamma):
    """For another process."""
    ds = deadcone.sweep(**SMALL, gamma=gamma)
    return int(ds.fate_count.sel(fate_code=1).squeeze())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_compute(method):
    expected = [dead_count(gamma) for gamma in (1, 0.1)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(dead_count, [1, 0.1]).get(TIMEOUT) == expected


@pytest.mark.parametrize(("out", "result"), [(None, "480"), ("map.h5", "Error: this process was forked")])
def test_a_fork_while_a_thread_computes(tmp_path, out, result):
    code = f"""
import os, sys, threading, time, deadcone
small = {SMALL!r}
begun = threading.Event()
def endless():
    try:
        deadcone.sweep(**{ENDLESS!r}, out={out!r}, progress=lambda *_: begun.set())
    except deadcone.Interrupted:
        pass
thread = threading.Thread(target=endless, daemon=True)
thread.start()
begun.wait()
child = os.fork()
if child == 0:
    try:
        ds = deadcone.sweep(**small, out={out and "child.h5"!r})
        print(int(ds.fate_count.sum()), flush=True)
    except deadcone.Error as error:
        print(type(error).__name__ + ": " + str(error), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    found = run_python(code, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(result), found.stdout


def test_python_ends_while_threads_compute(tmp_path):
    code = f"""
import threading, time, deadcone
for out in (None, "map.h5"):
    begun = threading.Event()
    arguments = dict({ENDLESS!r}, out=out, progress=lambda *_: begun.set())
    threading.Thread(target=lambda: deadcone.sweep(**arguments), daemon=True).start()
    begun.wait()
print("the end")
"""
    found = run_python(code, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, "the end\n"), found.stderr
    assert "Fatal" not in found.stderr


# ---- Documentation


def modules():
    # Pictures have a suite of their own.
    names = [module.name for module in pkgutil.iter_modules(deadcone.__path__) if module.name != "_core"]
    return [name for name in names if not name.startswith(("plot", "_atlas", "_accessor"))]


@pytest.mark.parametrize("name", modules())
def test_examples_of_docstrings_run(monkeypatch, tmp_path, name):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(f"deadcone.{name}"))
    assert result.failed == 0


def test_public_functions_are_documented():
    for name in deadcone.__all__:
        value = getattr(deadcone, name)
        if not inspect.isfunction(value):
            continue
        sections = value.__doc__
        for section in ("Parameters", "Returns", "Raises"):
            assert f"\n    {section}\n    {'-' * len(section)}\n" in sections, f"{name} has no section {section}"
        for parameter in inspect.signature(value).parameters:
            assert parameter in sections, f"{name}: {parameter}"


def test_configuration_is_json():
    assert json.loads(deadcone.sweep(**SMALL).attrs["configuration"])["window"]["w"]["count"] == 24
    assert pathlib.Path(deadcone.__file__).with_name("py.typed").exists()
