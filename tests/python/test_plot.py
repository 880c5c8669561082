"""deadcone.plot, deadcone.atlas and the accessor: pictures of files and of Datasets, in memory and open.

DEADCONE=build/release/deadcone PYTHONPATH=python python -m pytest tests/python/test_plot.py
"""

import pathlib
import pickle
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import h5py
import matplotlib
import numpy as np
import pytest
import xarray as xr

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import deadcone  # noqa: E402
from deadcone.errors import ConfigError, Error, Interrupted, StorageError  # noqa: E402
from deadcone.plot._palettes import PALETTES  # noqa: E402

DPI = 60
POINT = {"beta": 0.9, "gamma": 0.1}
SOURCES = ("path", "memory", "lazy")
# A user's settings, none of which the pictures have.
DARK = {"axes.facecolor": "black", "font.size": 33, "xtick.major.width": 9.0, "lines.linewidth": 9.0}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def files(program, tmp_path_factory):
    """A file of each kind, by name."""
    folder = tmp_path_factory.mktemp("files")
    sweep = "sweep --quiet --device cpu --beta 0,0.9 --gamma 1,0.1 --w -2:2:24 --b -2:2:20 --max-steps 500 --out"
    program.done(sweep, folder / "sweep.h5", "--certify")
    program.done(sweep, folder / "final.h5", "--fields steps,final --delta 0.1")
    program.done("sweep --quiet --device cpu --plane beta,eta --beta 0:1:24 --eta log:0.01:10:20 --w=-0.5,0.75 --b 0.5 "
                 "--gamma 0.5,1 --max-steps 400 --out", folder / "plane.h5")  # fmt: skip
    program.done("sweep --quiet --device cpu --unit gelu --optimizer adam --gamma 1,0.1 --beta 0,0.9 --eta 0.05 "
                 "--clip norm:2 --w -2:2:16 --b -3:2:20 --max-updates 300 --out", folder / "gelu.h5")  # fmt: skip
    program.done("field --gamma 1,0.1 --w -2:2:40 --b -2:2:36 --out", folder / "field.h5")
    (folder / "spectrum.txt").write_text(program.done("spectrum --beta 0:0.9:20 --eta 0.1").stdout)
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture(scope="module")
def program(deadcone):
    """The program; these tests call the package deadcone."""
    return deadcone


def columns_of(text):
    """The columns of a table that the program prints, and its comments by their first word."""
    lines = text.splitlines()
    comments = dict(line[2:].partition(" ")[::2] for line in lines if line.startswith("#"))
    header, *rows = (line.split() for line in lines if not line.startswith("#"))
    return dict(zip(header, np.array(rows, float).T)), comments


def spectrum_of(path):
    """What deadcone.spectrum() gives."""
    columns, comments = columns_of(path.read_text())
    beta = columns.pop("beta")
    variables = {name: ("beta", values) for name, values in columns.items()}
    attributes = {"critical_beta": float(comments["critical_beta"])}
    return xr.Dataset(variables, {"beta": beta, "eta": float(comments["eta"])}, attributes)


def trace_of(program, w, b):
    """What deadcone.trace() gives."""
    columns, comments = columns_of(program.done(f"trace --w={w} --b={b} --beta 0.9 --gamma 0.1").stdout)
    step = columns.pop("step").astype(int)
    scalars = {"beta": 0.9, "gamma": 0.1, "eta": 0.1, "delta": 0.0}
    attributes = {"fate": comments["fate"].split()[0], "proof": "none", "updates": int(step[-1])}
    variables = {name: ("step", values) for name, values in columns.items()}
    return xr.Dataset(variables, {"step": step, **scalars}, attributes)


@pytest.fixture
def source(files):
    """What a name and a kind of SOURCES stand for."""
    opened = []

    def get(name, kind):
        if name == "spectrum":
            return files[name] if kind == "path" else spectrum_of(files[name])
        if kind == "path":
            return files[name]
        opened.append(xr.open_dataset(files[name], engine="h5netcdf"))
        return opened[-1].load() if kind == "memory" else opened[-1]

    yield get
    for dataset in opened:
        dataset.close()


def pixels(axes):
    """The figure of Axes, as RGBA bytes."""
    figure = np.ravel(axes)[0].figure
    figure.canvas.draw()
    return np.array(figure.canvas.buffer_rgba())


# ---- Files and Datasets

PICTURES = [
    ("sweep", deadcone.plot.maps, {}),
    ("sweep", deadcone.plot.maps, {"by": "proof", "palette": "paper"}),
    ("final", deadcone.plot.maps, {"at": POINT}),
    ("plane", deadcone.plot.maps, {"at": {"w": 0.7}}),
    ("gelu", deadcone.plot.maps, {}),
    ("sweep", deadcone.plot.steps, {}),
    ("plane", deadcone.plot.steps, {"scale": "rank"}),
    ("sweep", deadcone.plot.dead_fraction, {}),
    ("gelu", deadcone.plot.dead_fraction, {"palette": "paper"}),
    ("field", deadcone.plot.field, {"epsilon": 0.1}),
    ("spectrum", deadcone.plot.spectrum, {}),
]
NAMES = [f"{picture.__name__} of {name} {' '.join(map(str, options.values()))}" for name, picture, options in PICTURES]


@pytest.mark.parametrize("name, picture, options", PICTURES, ids=NAMES)
def test_a_file_and_its_dataset_give_one_picture(source, name, picture, options):
    path, *others = (pixels(picture(source(name, kind), **options, dpi=DPI)) for kind in SOURCES)
    assert len(np.unique(path.reshape(-1, 4), axis=0)) > 20
    assert all(np.array_equal(path, other) for other in others)


SCRIPTS = {"maps": "plot_sweep", "steps": "plot_steps", "dead_fraction": "plot_dead_fraction", "field": "plot_field"}


@pytest.mark.parametrize("picture", SCRIPTS)
def test_a_script_draws_what_the_function_draws(files, tmp_path, picture):
    script = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "plots" / f"{SCRIPTS[picture]}.py"
    file = files["field" if picture == "field" else "sweep"]
    command = [sys.executable, script, file, "--out", tmp_path / "script.png", "--dpi", str(DPI)]
    subprocess.run(command, check=True, timeout=300)
    axes = getattr(deadcone.plot, picture)(file, dpi=DPI)
    np.ravel(axes)[0].figure.savefig(tmp_path / "function.png", dpi=DPI)
    drawn = [matplotlib.image.imread(tmp_path / f"{name}.png") for name in ("script", "function")]
    assert np.array_equal(*drawn)


def test_only_the_pixels_that_are_shown_are_read_from_an_open_file(program, tmp_path, monkeypatch):
    """Whole rows of the one map."""
    options = "sweep --quiet --beta 0,0.5,0.9 --w -2:2:1100 --b -2:2:1030 --max-steps 3 --out"
    program.done(options, tmp_path / "large.h5")
    read = []
    of_xarray = xr.Variable.__getitem__

    def getitem(variable, key):
        found = of_xarray(variable, key)
        read.append(found.size)
        return found

    monkeypatch.setattr(xr.Variable, "__getitem__", getitem)
    with xr.open_dataset(tmp_path / "large.h5", engine="h5netcdf") as dataset:
        deadcone.plot.maps(dataset, at={"beta": 0.5}, dpi=DPI)
        assert not any(dataset[name].variable._in_memory for name in ("fate", "steps"))
    assert max(read) == 512 * 1100


def test_a_part_of_a_dataset_is_drawn(source):
    part = source("sweep", "memory").sel(beta=0.9, method="nearest").isel(b=slice(4, 16)).assign_coords(run="first")
    axes = deadcone.plot.maps(part, dpi=DPI)
    assert axes.shape == (2, 1) and axes[0, 0].get_ylim() == pytest.approx((-1.2, 1.2))
    assert axes[0, 0].get_title() == r"$\beta = 0.9$"


# ---- Axes


def test_several_maps_are_an_array_and_one_is_axes(source):
    sweep = source("sweep", "memory")
    for picture in (deadcone.plot.maps, deadcone.plot.steps):
        axes = picture(sweep, dpi=DPI)
        assert axes.shape == (2, 2) and all(isinstance(found, plt.Axes) for found in axes.flat)
        assert picture(sweep, at={"beta": 1}, dpi=DPI).shape == (2, 1)
        assert isinstance(picture(sweep, at=POINT, dpi=DPI), plt.Axes)
    assert deadcone.plot.field(source("field", "memory"), dpi=DPI).shape == (1, 2)
    assert isinstance(deadcone.plot.dead_fraction(sweep, dpi=DPI), plt.Axes)
    assert deadcone.plot.spectrum(source("spectrum", "memory"), dpi=DPI).shape == (2,)


ONE = [
    ("sweep", deadcone.plot.maps, {"at": POINT}),
    ("sweep", deadcone.plot.steps, {"at": POINT}),
    ("plane", deadcone.plot.maps, {"at": {"w": 1, "gamma": 1}}),
    ("sweep", deadcone.plot.dead_fraction, {}),
    ("field", deadcone.plot.field, {"at": {"gamma": 1}}),
    ("spectrum", deadcone.plot.spectrum, {}),
]


@pytest.mark.parametrize("name, picture, options", ONE, ids=[f"{row[1].__name__} {row[0]}" for row in ONE])
def test_a_picture_is_drawn_into_axes_in_the_callers_style(source, name, picture, options):
    with plt.rc_context({"axes.labelcolor": "red", "axes.facecolor": "#012345"}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
        before = figure.get_size_inches().tolist(), len(plt.get_fignums())
        assert picture(source(name, "lazy"), **options, ax=left) is left
    assert (figure.get_size_inches().tolist(), len(plt.get_fignums())) == before and not right.has_data()
    assert left.get_xlabel() and left.get_ylabel() and left.xaxis.label.get_color() == "red"
    assert matplotlib.colors.to_hex(left.get_facecolor()) == "#012345"
    assert len(np.unique(pixels(left).reshape(-1, 4), axis=0)) > 20


def test_a_map_in_axes_has_all_of_a_map(source):
    _, ax = plt.subplots()
    deadcone.plot.maps(source("sweep", "memory"), at=POINT, ax=ax)
    assert ax.get_title() == r"$\beta = 0.9$, $\gamma = 0.1$" and ax.get_xlabel() == "initial $w$"
    assert ax.get_xlim() == pytest.approx((-2, 2)) and ax.get_ylim() == pytest.approx((-2, 2))
    (mark,) = ax.get_lines()
    assert mark.get_xydata().tolist() == [[0.1, 0.0]]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names[0] == "converged" and names[-1] == "target" and "dead for ever" in names


def test_several_maps_for_one_axes_are_refused_with_what_to_choose(source):
    _, ax = plt.subplots()
    sweep, field = source("sweep", "memory"), source("field", "memory")
    for call, words in (
        (lambda: deadcone.plot.maps(sweep, ax=ax), "at={'beta': ..., 'gamma': ...}"),
        (lambda: deadcone.plot.maps(sweep, at={"gamma": 1}, ax=ax), "at={'beta': ...}"),
        (lambda: deadcone.plot.steps(sweep, at={"beta": 1}, ax=ax), "at={'gamma': ...}"),
        (lambda: deadcone.plot.field(field, ax=ax), "at={'gamma': ...}"),
    ):
        assert words in refusal(call)
    assert not ax.has_data()


def test_the_spectrum_takes_one_axes_or_two(source):
    _, both = plt.subplots(1, 2)
    assert deadcone.plot.spectrum(source("spectrum", "memory"), ax=both) is both
    assert both[1].get_ylabel() == r"$|\lambda|$" and "0.6694" in both[1].get_legend().get_texts()[-1].get_text()
    assert "eta = 0.1" in both[1].get_xlabel()
    refusal(lambda: deadcone.plot.spectrum(source("spectrum", "memory"), ax=[*both, both[0]]))


# ---- The caller's settings


@pytest.mark.parametrize("name, picture, options", PICTURES, ids=NAMES)
def test_settings_stay_and_change_no_picture(source, name, picture, options):
    expected = pixels(picture(source(name, "path"), **options, dpi=DPI))
    with plt.rc_context(DARK):
        before = dict(matplotlib.rcParams)
        axes = picture(source(name, "path"), **options, dpi=DPI)
        assert dict(matplotlib.rcParams) == before
        assert np.array_equal(pixels(axes), expected)


def test_a_picture_that_fails_leaves_no_figure(source, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(deadcone.plot._maps, "draw_marks", fail)
    before = dict(matplotlib.rcParams)
    with pytest.raises(RuntimeError):
        deadcone.plot.maps(source("sweep", "memory"))
    assert plt.get_fignums() == [] and dict(matplotlib.rcParams) == before


def test_the_package_waits_with_matplotlib():
    code = "import sys, deadcone; before = 'matplotlib' in sys.modules; deadcone.plot.maps; "
    code += "sys.exit(before or 'matplotlib' not in sys.modules or 'matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


# ---- Trajectories


@pytest.fixture(scope="module")
def traces(program):
    found = [trace_of(program, w, b) for w, b in ((-1.5, -1), (1.5, -1))]
    assert [trace.attrs["fate"] for trace in found] == ["dead", "converged"]
    return found


def test_trajectories_have_starts_ends_and_a_target(traces):
    ax = deadcone.plot.trajectories(traces, palette="paper", dpi=DPI)
    lines = [line.get_xydata() for line in ax.get_lines()]
    assert [len(line) for line in lines[:2]] == [trace.sizes["step"] for trace in traces]
    assert [lines[2].tolist(), lines[4].tolist(), lines[-1].tolist()] == [[[-1.5, -1]], [[1.5, -1]], [[0.1, 0.0]]]
    ends = {line.get_markerfacecolor() for line in ax.get_lines() if line.get_marker() == "s"}
    assert ends == {PALETTES["paper"].fates[fate] for fate in ("dead", "converged")}
    places = np.concatenate(lines)
    assert ax.get_xlim()[0] < places[:, 0].min() and places[:, 1].max() < ax.get_ylim()[1]
    one = pixels(deadcone.plot.trajectories(traces[0], dpi=DPI))
    with plt.rc_context(DARK):
        assert np.array_equal(one, pixels(traces[0].deadcone.plot(dpi=DPI)))


def test_trajectories_are_drawn_over_a_map(source, traces):
    _, ax = plt.subplots()
    deadcone.plot.maps(source("sweep", "lazy"), at=POINT, ax=ax)
    limits, title, legend = ax.get_xlim() + ax.get_ylim(), ax.get_title(), ax.get_legend()
    assert deadcone.plot.trajectories(traces, ax=ax) is ax
    assert ax.get_xlim() + ax.get_ylim() == limits and ax.get_title() == title
    assert legend in ax.get_children() and ax.get_legend() is not legend
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["start", "dead", "converged"]


# ---- The accessor


def test_the_accessor_draws_what_the_dataset_holds(source, traces):
    sweep = source("sweep", "memory")
    for one, other in (
        (sweep.deadcone.plot(by="proof", dpi=DPI), deadcone.plot.maps(sweep, by="proof", dpi=DPI)),
        (sweep.deadcone.steps(at=POINT, dpi=DPI), deadcone.plot.steps(sweep, at=POINT, dpi=DPI)),
        (sweep.deadcone.dead_fraction(dpi=DPI), deadcone.plot.dead_fraction(sweep, dpi=DPI)),
        (source("field", "lazy").deadcone.plot(dpi=DPI), deadcone.plot.field(source("field", "lazy"), dpi=DPI)),
        (source("spectrum", "").deadcone.plot(dpi=DPI), deadcone.plot.spectrum(source("spectrum", ""), dpi=DPI)),
    ):
        assert np.array_equal(pixels(one), pixels(other))
    assert "holds no sweep" in refusal(xr.Dataset().deadcone.plot)


# ---- The atlas


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["sweep", "plane", "gelu"])
@pytest.mark.parametrize("kind", ["memory", "lazy"])
def test_the_atlas_of_a_dataset_is_that_of_its_file(source, tmp_path, name, kind):
    deadcone.atlas(source(name, "path"), tmp_path / "file")
    made = source(name, kind).deadcone.atlas(tmp_path / "dataset")
    assert made.folder == tmp_path / "dataset" and made.index.is_file()
    assert contents(tmp_path / "file") == contents(tmp_path / "dataset")


def test_the_atlas_takes_the_options_of_its_script(source, tmp_path):
    sweep, site = source("sweep", "memory"), tmp_path / "site"
    deadcone.atlas(sweep, site)
    before = contents(site)
    assert "overwrite=True" in refusal(lambda: deadcone.atlas(sweep, site))
    deadcone.atlas(sweep, str(site), overwrite=True, palette="paper")
    assert contents(site) != before and sorted(path.name for path in tmp_path.iterdir()) == ["site"]
    assert "leaflet=" in refusal(lambda: deadcone.atlas(sweep, tmp_path / "other", leaflet=tmp_path))
    (tmp_path / "plain").write_text("")
    refusal(lambda: deadcone.atlas(sweep, tmp_path / "plain" / "site"), StorageError)
    # Of a Dataset that was never in a file.
    sweep.encoding.clear()
    deadcone.atlas(sweep, tmp_path / "made")
    assert '"name": "Dataset"' in (tmp_path / "made" / "data" / "sweep.js").read_text()


def test_a_notebook_shows_the_atlas_and_nothing_else(source, tmp_path):
    (tmp_path / "secret").write_text("")
    page = deadcone.atlas(source("sweep", "memory"), tmp_path / "site")._repr_html_()
    address = page.split('src="')[1].split('"')[0]
    assert str(tmp_path / "site" / "index.html") in page

    def get(url):
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.read()

    assert get(address) == (tmp_path / "site" / "index.html").read_bytes()
    assert get(address + "data/0/0_0_0.js") == (tmp_path / "site" / "data" / "0" / "0_0_0.js").read_bytes()
    root = address.split("/", 3)
    for other in (address + "../secret", address + "%2e%2e/secret", "/".join(root[:3]) + "/index.html"):
        with pytest.raises(urllib.error.HTTPError):
            get(other)


# ---- Errors


def refusal(call, kind=Error):
    """The message of the error that a call ends with, one line."""
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, (ConfigError, StorageError)) and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"at": {"w": 1}}, "at={'w': ...} cannot choose maps"),
        ({"at": {"zeta": 1}}, "no axis 'zeta'; the axes are beta, gamma"),
        ({"at": {"beta": "much"}}, "beta must be a number"),
        ({"at": {"beta": float("nan")}}, "beta must be a number"),
        ({"at": 0.9}, "at must be a dict"),
        ({"by": "shape"}, "by must be one of fate, proof"),
        ({"palette": "grey"}, "palette must be one of default, paper"),
        ({"dpi": 5}, "dpi must be"),
        ({"ax": "left"}, "ax must be Axes"),
    ],
)
def test_arguments_that_mean_nothing(source, options, words):
    at = {} if "at" in options or "dpi" in options else {"at": POINT}
    assert words in refusal(lambda: deadcone.plot.maps(source("sweep", "memory"), **at, **options), ConfigError)


def test_a_picture_that_is_too_large(source):
    message = refusal(lambda: deadcone.plot.maps(source("sweep", "memory").isel(beta=np.zeros(5000, int)), dpi=DPI))
    assert "5000 values" in message
    many = source("sweep", "memory").isel(beta=np.zeros(5000, int)).assign_coords(beta=np.linspace(0, 0.9, 5000))
    assert refusal(lambda: deadcone.plot.maps(many, dpi=DPI)).endswith("choose fewer, or a lower dpi")


def test_what_is_no_sweep_is_refused_in_a_line(source, tmp_path):
    sweep = source("sweep", "memory")
    unnamed = sweep.copy(deep=True)
    del unnamed.fate.attrs["flag_meanings"]
    cases = [
        (lambda: deadcone.plot.maps([1, 2]), "not an object of the type list"),
        (lambda: deadcone.plot.maps(sweep.fate), "not an object of the type DataArray"),
        (lambda: deadcone.plot.maps(xr.Dataset()), "the Dataset has no variable 'fate'"),
        (lambda: deadcone.plot.maps(sweep.drop_vars("w")), "has no coordinate"),
        (lambda: deadcone.plot.maps(sweep.astype(float)), "does not hold whole numbers"),
        (lambda: deadcone.plot.maps(unnamed), "the Dataset: 'fate' has no attribute 'flag_meanings'"),
        (lambda: deadcone.plot.steps(sweep.drop_vars("steps")), "the Dataset has no variable 'steps'"),
        (lambda: deadcone.plot.dead_fraction(sweep.drop_vars("fate_count")), "'fate_count'"),
        (lambda: deadcone.plot.field(sweep), "the Dataset has no variable 'loss'"),
        (lambda: deadcone.plot.spectrum(sweep), "the Dataset has no variable 're1'"),
        (lambda: deadcone.plot.trajectories([]), "at least one"),
        (lambda: deadcone.plot.trajectories(tmp_path), "not the path"),
        (lambda: deadcone.plot.trajectories([sweep]), "the Dataset"),
        (lambda: deadcone.plot.maps(source("final", "memory"), by="proof"), "certify=True"),
        (lambda: deadcone.atlas(xr.Dataset(), tmp_path / "site"), "the Dataset has no variable 'fate'"),
        (lambda: deadcone.plot.maps(tmp_path / "none.h5"), f"{tmp_path / 'none.h5'}: no such file"),
        (lambda: deadcone.plot.maps(tmp_path / "no\nne.h5"), "no such file"),
        (lambda: deadcone.plot.spectrum(tmp_path / "none.txt"), "No such file"),
        (lambda: deadcone.atlas(tmp_path / "none.h5", tmp_path / "site"), "no such file"),
    ]
    for call, words in cases:
        assert words in refusal(call)
    assert list(tmp_path.iterdir()) == [] and plt.get_fignums() == []


def test_an_open_file_that_is_damaged(files, tmp_path):
    path = tmp_path / "damaged.h5"
    shutil.copy(files["sweep"], path)
    with h5py.File(path) as file:
        chunk = file["fate"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    path.write_bytes(content)
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        assert "the Dataset: cannot read 'fate'" in refusal(lambda: deadcone.plot.maps(dataset), StorageError)


def test_errors_are_their_messages():
    for kind, base in ((ConfigError, ValueError), (deadcone.errors.DeviceError, RuntimeError), (StorageError, OSError)):
        error = kind("a.h5: is full")
        assert isinstance(error, base) and isinstance(error, Error) and str(error) == "a.h5: is full"
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
        with pytest.raises(TypeError):
            kind(2, "no such file")
    assert Interrupted().dataset is None and isinstance(Interrupted(), KeyboardInterrupt)
    assert Interrupted("after 3 points", "part").dataset == "part"
