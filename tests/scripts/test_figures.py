"""scripts/plots/figures.py, run as a user runs it but coarsely, and the mathematics behind the figures.

DEADCONE=build/release/deadcone python -m pytest tests/scripts/test_figures.py      needs numpy, h5py, matplotlib
"""

import os
import re

import pytest

np = pytest.importorskip("numpy")
h5py = pytest.importorskip("h5py")
pytest.importorskip("matplotlib")
from matplotlib import image  # noqa: E402
from matplotlib.font_manager import FontProperties  # noqa: E402
from matplotlib.textpath import text_to_path  # noqa: E402

import in_process  # noqa: E402  makes the scripts modules
from deadcone.plot import _spectrum, _steps  # noqa: E402
from deadcone.plot._captions import Caption  # noqa: E402
from deadcone.plot._palettes import PALETTES  # noqa: E402
from deadcone.plot._reader import ResultFile  # noqa: E402
import figures  # noqa: E402
from conftest import FATES  # noqa: E402

DPI = 60
COARSE = {"fig2": (), "fig3": ("--side", 16), "fig4": ("--side", 16), "proofs": ("--side", 16), "loss": ("--side", 16), "steps": ("--side", 16)}
COARSE |= {"dead-fraction": ("--side", 8, "--points", 3), "dimension": ("--side", 32, "--points", 3)}


def run(*arguments, program=None):
    program = program or os.environ.get("DEADCONE", "")
    return in_process.run("figures", arguments[0], "--program", program, *arguments[1:])


def fails(status, *arguments, program=None):
    """Runs it and returns its complaint, one line."""
    result = run(*arguments, program=program)
    assert result.returncode == status and not result.stdout, (result.returncode, result.stderr)
    assert result.stderr.splitlines()[-1].startswith("figures")
    assert status == 2 or result.stderr.count("\n") == 1, result.stderr
    return result.stderr


# ---- Every figure


@pytest.mark.parametrize("name", figures.RECIPES)
def test_every_figure_is_made_as_png_and_pdf(deadcone, tmp_path, name):
    out = tmp_path / "new" / "folder"
    result = run(name, "--out", out, "--dpi", DPI, *COARSE[name])
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [str(out / f"{name}.png"), str(out / f"{name}.pdf")]
    pixels = image.imread(out / f"{name}.png")
    inches = figures.COLUMN_WIDTH if name == "dead-fraction" else figures.FULL_WIDTH
    assert abs(pixels.shape[1] / DPI - inches) < 0.1
    assert np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0).shape[0] > 50
    assert (out / f"{name}.pdf").read_bytes().startswith(b"%PDF")


def test_all_makes_all_and_help_names_them(deadcone):
    text = run("--help").stdout
    assert all(name in text for name in (*figures.RECIPES, "all"))
    assert "--points" in run("all", "--help").stdout and "--points" not in run("fig4", "--help").stdout


def test_a_sweep_is_kept_while_it_is_the_same(deadcone, tmp_path):
    def history(side):
        assert run("steps", "--out", tmp_path, "--dpi", DPI, "--side", side).returncode == 0
        with h5py.File(tmp_path / "steps.h5") as file:
            return file.attrs["history"], file["fate"].shape[-1], file["seconds"][...].tobytes()

    first = history(8)
    assert history(8) == first
    assert history(9)[1] == 9


def test_the_palette_of_the_paper(deadcone, tmp_path):
    colours = {}
    for palette in PALETTES:
        result = run("fig4", "--out", tmp_path, "--dpi", DPI, "--side", 16, "--palette", palette)
        assert (result.returncode, result.stderr) == (0, "")
        pixels = np.rint(255 * image.imread(tmp_path / "fig4.png")[..., :3]).astype(int)
        colours[palette] = {"#{:02X}{:02X}{:02X}".format(*rgb) for rgb in np.unique(pixels.reshape(-1, 3), axis=0)}
    for palette, found in colours.items():
        assert {PALETTES[palette].fates[fate] for fate in ("converged", "dead")} <= found
    assert PALETTES["paper"].fates["dead"] not in colours["default"]
    assert "--palette" in run("all", "--help").stdout and "--palette" not in run("fig2", "--help").stdout


def test_no_start_of_figure_4_is_unfinished(deadcone, tmp_path):
    def unfinished(path):
        with h5py.File(path) as file:
            assert np.all(file["point_done"][...] == 1)
            return int(file["fate_count"][..., FATES.index("unfinished")].sum())

    # The sweep of run.sh, with fewer pixels.
    text = (in_process.SCRIPTS / "run.sh").read_text().replace("\\\n", " ").replace("$resolution", "64").replace('"', "")
    options = re.search(r"deadcone sweep (.*) --out out/fig4\.h5", text)[1]
    deadcone.done("sweep --quiet", options, "--out", tmp_path / "run.h5")
    assert unfinished(tmp_path / "run.h5") == 0
    assert run("fig4", "--out", tmp_path, "--dpi", DPI, "--side", 32).returncode == 0
    assert unfinished(tmp_path / "fig4.h5") == 0


def test_captions_state_every_parameter(deadcone, tmp_path):
    path = tmp_path / "sweep.h5"
    options = "--beta 0,0.25 --gamma log:0.125:0.5:9 --eta 0.375 --delta 0.0625 --r 0.75 --w -3:1:5 --b -1:7:6"
    rules = "--rho 0.015 --epsilon 0.035 --tol 2e-3 --max-steps 12345 --stop update --precision double --tol-relative"
    deadcone.done("sweep", options, rules, "--out", path)
    with ResultFile(path, "fate") as data:
        caption = figures.parameters_of(data)
    values = "0.25 0.125 0.5 0.375 0.0625 0.75 -3,1 -1,7 0.015 0.035 0.002 12345 update double".split()
    missing = [value for value in values if value not in caption.replace(", ", ",")]
    assert not missing, caption
    assert r"5 \times 6" in caption and "9 values" in caption and "equal ratios" in caption and r"\Vert" in caption


def test_captions_say_that_a_sweep_is_certified(deadcone, tmp_path):
    for option, said in (("--certify", True), ("", False)):
        path = tmp_path / f"sweep{said}.h5"
        deadcone.done("sweep --quiet --w -1:1:4 --b -1:1:4", option, "--out", path)
        with ResultFile(path, "fate") as data:
            assert ("certified" in figures.parameters_of(data)) == said


# ---- The command line


def test_what_goes_wrong_is_told_in_a_line(deadcone, tmp_path):
    assert "no-program" in fails(1, "fig2", "--out", tmp_path, program=tmp_path / "no-program")
    for name in ("taken", "fig4.h5"):
        (tmp_path / name).write_text("this is no folder and no HDF5 file")
    assert "taken" in fails(3, "fig2", "--out", tmp_path / "taken")
    assert "fig4.h5" in fails(3, "fig4", "--out", tmp_path, "--side", 8)


@pytest.mark.parametrize(
    "arguments, word",
    [
        (("fig5",), "fig5"),
        (("fig4", "--side", "7"), "at least 8"),
        (("fig4", "--side", "x"), "whole number"),
        (("dimension", "--points", "1"), "at least 2"),
        (("fig2", "--side", "9"), "--side"),
        (("steps", "--dpi", "1"), "20"),
    ],
)
def test_command_lines_that_mean_nothing(arguments, word):
    assert word in fails(2, *arguments, program="unused")


# ---- The mathematics


@pytest.mark.parametrize("eta", [0.01, 0.1, 0.5, 3.0])
def test_complex_eigenvalues_begin_where_theory_says(deadcone, eta):
    text = deadcone.done("spectrum --beta 0:0.999:1000 --eta", str(eta)).stdout
    table, named = _spectrum.read_spectrum("spectrum", text)
    critical = ((1 - eta) / (1 + eta)) ** 2
    assert named == {"eta": eta, "critical_beta": pytest.approx(critical, rel=1e-14)}
    assert np.all(table["im1"][table["beta"] < critical - 1e-9] == 0)
    assert np.all(table["im1"][table["beta"] > critical + 1e-9] != 0)


@pytest.mark.parametrize("eta", [0.1, 0.5, 1.5])
def test_complex_eigenvalues_lie_on_the_circle_that_theory_says(deadcone, eta):
    """lambda^2 - (1 + beta - eta (1 - beta)) lambda + beta = 0 gives |lambda - 1/(1 + eta)| = eta / (1 + eta)."""
    table, named = _spectrum.read_spectrum("spectrum", deadcone.done("spectrum --eta", str(eta)).stdout)
    beyond = table["beta"] > named["critical_beta"]
    for number in (1, 2):
        distance = np.hypot(table[f"re{number}"] - 1 / (1 + eta), table[f"im{number}"])[beyond]
        assert distance.size > 20 and np.allclose(distance, eta / (1 + eta), atol=1e-7)
    assert sorted([table["re1"][0], table["re2"][0]]) == pytest.approx(sorted([0.0, 1 - eta])) and not table["im1"][0]


def test_ranks_are_monotone_and_even():
    rng = np.random.default_rng(2)
    steps = np.rint(np.exp(rng.normal(6, 2, 10_000)))
    ranks = _steps.Ranks(steps)
    values = np.unique(steps)
    assert np.all(np.diff(ranks(values)) > 0) and 0 <= ranks(values).min() and ranks(values).max() <= 1
    distinct = rng.permutation(10_000)
    shares = np.histogram(_steps.Ranks(distinct)(distinct), 10, (0, 1))[0] / distinct.size
    assert np.all(np.abs(shares - 0.1) < 1e-3)
    assert _steps.Ranks(np.array([7, 7, 7]))(7) == 0.5 and _steps.Ranks(np.array([7]))(7) == 0


def test_cells_meet_halfway_between_their_points():
    assert np.allclose(figures.borders(np.array([1.0, 2.0, 4.0])), [0.5, 1.5, 3.0, 5.0])
    assert np.allclose(figures.log_borders(np.array([1.0, 100.0])), [0.1, 10.0, 1000.0])
    assert np.allclose(figures.borders(np.array([3.0])), [2.5, 3.5])


def test_captions_tell_the_values_of_an_axis():
    assert figures.axis_of("beta", [0.0, 0.5, 0.9]) == r"$\beta = 0, 0.5, 0.9$"
    assert figures.axis_of("beta", np.linspace(0, 0.9, 10)).endswith("from $0$ to $0.9$, evenly spaced")
    assert figures.axis_of("eta", np.geomspace(0.1, 100, 7)).endswith("from $0.1$ to $100$, in equal ratios")
    assert figures.axis_of("eta", [1, 2, 4, 8, 16, 32, 65]) == r"$\eta = 1, 2, 4, 8, 16, 32, 65$"


def test_captions_keep_within_the_width_and_do_not_break_formulas():
    text = " ".join([r"and $\beta = 0.9$, then", "words"] * 30)
    caption = Caption(text, 3.0)
    lines = caption.lines
    assert " ".join(lines) == text and len(lines) > 5
    assert all(line.count("$") % 2 == 0 for line in lines)
    font = FontProperties(family="STIXGeneral", size=caption.POINTS)
    widths = [text_to_path.get_text_width_height_descent(line, font, True)[0] / 72 for line in lines]
    assert max(widths) < 3.0 and min(widths[:-1]) > 2.0
    assert caption.POINTS >= 7
