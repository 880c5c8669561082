"""What the tests of the command line and of its files share.

The program is given by the environment variable DEADCONE. The model is written down here once more, in numpy and from
the equations, so that the tests do not compare the program with itself.
"""

import os
import pathlib
import signal
import subprocess
from dataclasses import dataclass

import h5py
import numpy as np
import pytest
from scipy.special import ndtr

# The suite may run in the background, where the shell has SIGINT ignored; the programs that it starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Long enough for a sanitized binary on a busy machine: a limit for hangs, not a statement about speed.
TIMEOUT = 300

FATES = ("converged", "dead", "stalled", "unfinished", "diverged")
PENDING, CONVERGED, DEAD, STALLED, UNFINISHED, DIVERGED = range(-1, 5)


class Program:
    """The program as a function: `deadcone("sweep --beta 0", "--out", path)`. Texts are split at blanks, paths not."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def command(self, *args):
        words = []
        for arg in args:
            words += arg.split() if isinstance(arg, str) else [str(arg)]
        return [str(self.path), *words]

    def __call__(self, *args, **options):
        """Runs it to its end, whatever that is."""
        options = {"capture_output": True, "text": True, "timeout": TIMEOUT, "stdin": subprocess.DEVNULL} | options
        return subprocess.run(self.command(*args), check=False, **options)

    def done(self, *args, **options):
        """Runs it and insists on success."""
        result = self(*args, **options)
        assert result.returncode == 0, f"{result.args} ended with {result.returncode}: {result.stderr}"
        return result

    def start(self, *args, **options):
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        } | options
        return subprocess.Popen(self.command(*args), **options)


@pytest.fixture(scope="session")
def deadcone():
    path = os.environ.get("DEADCONE", "")
    if not path:
        pytest.fail("set the environment variable DEADCONE to the path of the program", pytrace=False)
    if not os.access(path, os.X_OK):
        pytest.fail(f"DEADCONE={path} is no program", pytrace=False)
    return Program(os.path.abspath(path))


def assert_one_error(result, status, *mentioned):
    """The program failed as it should: the status, one line that begins with its name, and nothing on stdout."""
    assert result.returncode == status, f"status {result.returncode} instead of {status}: {result.stderr}"
    assert result.stderr.endswith("\n")
    lines = result.stderr.splitlines()
    assert len(lines) == 1, f"{len(lines)} lines instead of one: {result.stderr}"
    assert lines[0].startswith("deadcone: ")
    assert not result.stdout
    for text in mentioned:
        assert text in lines[0], f"'{text}' is not mentioned: {lines[0]}"


# Files.


def read_all(path):
    """All datasets of a file, by name."""
    with h5py.File(path) as file:
        return {name: dataset[...] for name, dataset in file.items()}


def fill_pixels(path, rows, columns):
    """Makes of a sweep one that was refined: these pixels of every map have a fate, but were not computed."""
    with h5py.File(path, "r+") as file:
        provenance = file.create_dataset("provenance", file["fate"].shape, "i1", fillvalue=0)
        provenance.attrs["flag_values"] = np.array([0, 1], "i1")
        provenance.attrs["flag_meanings"] = np.bytes_("computed filled")
        provenance[..., rows, columns] = 1
        for name in ("steps", "proof"):
            if name in file:
                file[name][..., rows, columns] = -1


def names_by_point(file):
    """The datasets that have results of every point; the time taken is not one of them, since it differs every time."""
    leading = file["point_done"].shape
    return [
        name for name in file if file[name].shape[: len(leading)] == leading and name not in ("seconds", "point_done")
    ]


def assert_same_results(path, expected_path):
    """Both files have the same datasets with the same bits; only the seconds may differ."""
    results, expected = read_all(path), read_all(expected_path)
    assert list(results) == list(expected)
    for name, values in expected.items():
        if name == "seconds":
            continue
        assert results[name].dtype == values.dtype and results[name].shape == values.shape, name
        assert results[name].tobytes() == values.tobytes(), f"{name} differs"


def assert_done_points_match(path, full_path):
    """The file opens and has every point that it calls done, with the bits of a full one. Returns how many it has."""
    with h5py.File(path) as file, h5py.File(full_path) as full:
        done = np.argwhere(file["point_done"][...] == 1)
        for name in names_by_point(full):
            for index in map(tuple, done):
                assert file[name][index].tobytes() == full[name][index].tobytes(), f"{name} of point {index} differs"
        return len(done)


# The model. A state is an array whose first axis runs over r, w, b.


@dataclass(frozen=True)
class Point:
    beta: float = 0.9
    gamma: float = 1.0
    eta: float = 0.1
    delta: float = 0.0
    r: float = 0.0

    def options(self):
        """As on the command line."""
        return " ".join(f"--{name} {value!r}" for name, value in vars(self).items())

    def target(self):
        """(r, w, b) of the target."""
        return np.array([0.0, self.gamma, self.delta])


@dataclass(frozen=True)
class Criteria:
    stop: str = "stationary"
    tol: float = 1e-6
    tol_relative: bool = False
    rho: float = 0.01
    epsilon: float = 0.01
    max_steps: int = 100_000

    def options(self):
        """As on the command line."""
        relative = "--tol-relative" if self.tol_relative else ""
        return (
            f"--stop {self.stop} --tol {self.tol!r} {relative} --rho {self.rho!r} --epsilon {self.epsilon!r} "
            f"--max-steps {self.max_steps}"
        )


def centres(lo, hi, count):
    return lo + (np.arange(count) + 0.5) * (hi - lo) / count


def norm(theta):
    return np.sqrt(np.sum(theta**2, axis=0))


def unit(theta):
    """s, t, Phi(t), phi(t), and the components of w/s along r and w. Where s = 0 the unit is the constant relu(b)."""
    r, w, b = theta
    s = np.hypot(r, w)
    degenerate = s == 0.0
    safe = np.where(degenerate, 1.0, s)
    t = np.where(degenerate, 0.0, b / safe)
    distribution = np.where(degenerate, np.where(b > 0.0, 1.0, 0.0), ndtr(t))
    density = np.where(degenerate, 0.0, np.exp(-0.5 * t**2) / np.sqrt(2.0 * np.pi))
    return s, t, distribution, density, r / safe, w / safe


def gradient(theta, gamma, delta):
    r, w, b = theta
    s, t, distribution, density, along_r, along_w = unit(theta)
    g = gamma * along_w
    edge = density * (t * g - delta)
    return np.array(
        [
            distribution * r + edge * along_r,
            distribution * (w - gamma) + edge * along_w,
            distribution * (b - delta) + density * (s - g),
        ]
    )


def loss(theta, gamma, delta):
    _, w, b = theta
    s, _, distribution, density, _, _ = unit(theta)
    own = 0.5 * ((s**2 + b**2) * distribution + s * b * density)
    return own - distribution * (w * gamma + b * delta) - delta * s * density + 0.5 * (gamma**2 + delta**2)


def update(theta, momentum, point):
    """One step: the new state, the new momentum, and the gradient that it was made with."""
    slope = gradient(theta, point.gamma, point.delta)
    momentum = point.beta * momentum + (1.0 - point.beta) * slope
    return theta - point.eta * momentum, momentum, slope


def simulate(w, b, point, criteria):
    """Fates, steps and final (r, w, b) of all starts (w, b); for floats or arrays."""
    w, b = np.broadcast_arrays(w, b)
    shape = w.shape
    theta = np.stack([np.full(w.size, point.r), w.ravel(), b.ravel()])
    momentum = np.zeros_like(theta)
    target = point.target()[:, None]
    target_norm = np.hypot(point.gamma, point.delta)
    tol = criteria.tol * (target_norm if criteria.tol_relative else 1.0)
    limit = 1e6 * (norm(theta) + target_norm)

    fate = np.full(w.size, PENDING)
    steps = np.zeros(w.size, dtype=int)
    final = np.empty_like(theta)
    running = np.arange(w.size)
    rested = np.zeros(w.size, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, criteria.max_steps + 1):
            theta, momentum, slope = update(theta, momentum, point)
            rests = point.eta * norm(momentum) < tol  # the length of the update, before it is rounded into theta
            if criteria.stop == "stationary":
                rests &= point.eta * norm(slope) < tol

            now = np.full(running.size, UNFINISHED if step == criteria.max_steps else PENDING)
            stopped = rests & rested
            now[stopped] = STALLED
            now[stopped & (unit(theta)[2] < criteria.epsilon)] = DEAD
            now[stopped & (norm(theta - target) <= criteria.rho * target_norm)] = CONVERGED
            now[~(norm(theta) <= limit[running])] = DIVERGED

            ended = now != PENDING
            fate[running[ended]] = now[ended]
            steps[running[ended]] = step
            final[:, running[ended]] = theta[:, ended]
            running, rested = running[~ended], rests[~ended]
            theta, momentum = theta[:, ~ended], momentum[:, ~ended]
            if not running.size:
                break
    return fate.reshape(shape), steps.reshape(shape), final.reshape(3, *shape)


def assert_is_that_of_the_program(function, arguments, folder):
    """What a function of the package returns, in memory and with a file, is what FOLDER/program.h5 has, and verifies."""
    import deadcone
    import xarray as xr

    in_memory = function(**arguments)
    with function(**arguments, out=folder / "package.h5") as stored, deadcone.open(folder / "program.h5") as expected:
        xr.testing.assert_identical(compared(in_memory), compared(stored))
        xr.testing.assert_identical(compared(in_memory), compared(expected))
    assert (in_memory.seconds >= 0).all()
    assert deadcone.verify(in_memory, all=True, progress=False)
    assert deadcone.verify(folder / "package.h5", progress=False)


def compared(dataset):
    """A Dataset without what differs between two runs, and two builds of the same sources."""
    attributes = {name: value for name, value in dataset.attrs.items() if name not in ("history", "git_commit")}
    return dataset.drop_vars("seconds", errors="ignore").drop_attrs(deep=False).assign_attrs(attributes)
