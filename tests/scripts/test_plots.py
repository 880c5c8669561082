"""The plotting scripts, run as a user runs them on small files of the described format; what is tested is the pictures.

python -m pytest tests/scripts/test_plots.py            needs numpy, h5py, matplotlib
"""

import io
import itertools
import os
import re
import resource
import subprocess
import sys

import pytest

np = pytest.importorskip("numpy")
h5py = pytest.importorskip("h5py")
pytest.importorskip("matplotlib")
from matplotlib import image  # noqa: E402

from in_process import SCRIPTS, run, run_alone  # noqa: E402  and makes the scripts modules
from deadcone.plot import _dead_fraction, _maps, _spectrum  # noqa: E402
from deadcone.plot._drawing import MISSING, PENDING_STYLE, key_of  # noqa: E402
from deadcone.plot._grid import Grid  # noqa: E402
from deadcone.plot._labels import axis_label  # noqa: E402
from deadcone.plot._palettes import DEAD_FILLED, DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE, DEATHS, PALETTES  # noqa: E402
from deadcone.plot._panels import Panels  # noqa: E402
from deadcone.plot._reader import ResultFile, spread  # noqa: E402
from conftest import (  # noqa: E402
    CONVERGED,
    DEAD,
    DIVERGED,
    FATES,
    PENDING,
    STALLED,
    UNFINISHED,
    fill_pixels,
)

CODES = tuple(range(len(FATES)))
ALL_FATES = (PENDING, *CODES)
DEFAULT = PALETTES["default"]
AXES = {"beta": [0.0, 0.9], "gamma": [0.1, 1.0], "eta": 0.1, "delta": 0.0, "r": 0.0}


def colour_of(fate, palette=DEFAULT):
    """The colour of a value of `fate` in the files of these tests."""
    return palette.fates[FATES[fate]]


def centres(low, high, count):
    return low + (np.arange(count) + 0.5) * (high - low) / count


def name_values(dataset, values, names):
    dataset.attrs["flag_values"] = np.array(values, "i1")
    dataset.attrs["flag_meanings"] = np.bytes_(" ".join(names))


def write_sweep(path, fate_of, axes=AXES, steps_of=None, size=(48, 60), final=False):
    """A sweep whose fates and steps are functions of the point (a dict), b and w."""
    swept = {name: np.asarray(values, float) for name, values in axes.items() if np.ndim(values)}
    lengths = tuple(values.size for values in swept.values())
    b, w = centres(-2, 2, size[0]), centres(-2.5, 2.5, size[1])
    with h5py.File(path, "w", track_order=True) as file:
        for name, values in {**axes, "b": b, "w": w}.items():
            file[name] = np.asarray(values, float)
        file["fate_code"] = np.arange(5, dtype="i1")
        name_values(file["fate_code"], CODES, FATES)
        for name in (*swept, "b", "w", "fate_code"):
            file[name].make_scale(name)

        def create(name, kind, fill, extra=(), **options):
            shape = lengths + tuple(file[dimension].size for dimension in extra)
            dataset = file.create_dataset(name, shape, kind, fillvalue=fill, **options)
            for i, dimension in enumerate((*swept, *extra)):
                dataset.dims[i].attach_scale(file[dimension])
            dataset.attrs["coordinates"] = np.bytes_(" ".join(name for name in axes if name not in swept))
            return dataset

        chunks = (1,) * len(lengths) + (16, 32)
        fate = create("fate", "i1", PENDING, ("b", "w"), chunks=chunks, compression="gzip")
        name_values(fate, ALL_FATES, ("pending", *FATES))
        steps = create("steps", "i4", -1, ("b", "w"), chunks=chunks, compression="gzip", shuffle=True)
        if final:
            w_final = create("w_final", "f4", np.nan, ("b", "w"), chunks=chunks)
            b_final = create("b_final", "f4", np.nan, ("b", "w"), chunks=chunks)
        count = create("fate_count", "i8", 0, ("fate_code",))
        fraction = create("fate_fraction", "f8", np.nan, ("fate_code",))
        done = create("point_done", "i1", 0)
        for index in np.ndindex(*lengths):
            point = {**axes, **{name: values[i] for (name, values), i in zip(swept.items(), index)}}
            fates = np.broadcast_to(fate_of(point, b[:, None], w[None, :]), size).astype("i1")
            if np.all(fates == PENDING):
                continue
            fate[index] = fates
            number = 100 if steps_of is None else steps_of(point, b[:, None], w[None, :])
            steps[index] = np.where(fates == PENDING, -1, number)
            if final:
                w_final[index], b_final[index] = np.full(size, -1.5), np.full(size, 1.0)
            count[index] = [np.sum(fates == code) for code in range(5)]
            fraction[index] = count[index] / fates.size
            done[index] = 1
        file.attrs["title"] = "a sweep"
    return path


def write_field(path, gammas=(1.0, 0.1)):
    b, w = centres(-2, 2, 40), centres(-2, 2, 50)
    shape = (len(gammas), 1, 1, b.size, w.size)
    with h5py.File(path, "w") as file:
        for name, values in (("gamma", gammas), ("delta", [0.0]), ("r", [0.0]), ("b", b), ("w", w)):
            file[name] = np.asarray(values, float)
            file[name].make_scale(name)
        for i, name in enumerate(("grad_w", "grad_b", "grad_r", "loss")):
            file[name] = np.broadcast_to([w[None, :], b[:, None], 0.0 * w, w**2 + b[:, None] ** 2][i], shape)
            for j, axis in enumerate(("gamma", "delta", "r", "b", "w")):
                file[name].dims[j].attach_scale(file[axis])
    return path


SPECTRUM = """# deadcone spectrum
# eta 0.1
# critical_beta 0.6694214876033058
beta re1 im1 re2 im2 abs1 abs2
0 0.9 0 0 0 0.9 0
0.5 0.885 0 0.565 0 0.885 0.565
0.9 0.945 0.0835 0.945 -0.0835 0.9487 0.9487
"""


def picture(script, file, tmp_path, *options):
    """Runs a script and returns its picture, rows from the top, RGB bytes."""
    out = tmp_path / "picture.png"
    result = run(script, file, "--out", out, *options)
    assert (result.returncode, result.stderr) == (0, "")
    return np.rint(255 * image.imread(out)[..., :3]).astype(int)


def where(pixels, colour):
    """Rows and columns of the pixels that have exactly this colour, '#RRGGBB'."""
    rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.nonzero(np.all(pixels == rgb, axis=-1))


def in_panels(pixels, fate):
    """Where a fate is shown in the maps: the legend is at the foot."""
    rows, columns = where(pixels, colour_of(fate))
    above = rows < pixels.shape[0] - 100
    return rows[above], columns[above]


def bands(fates):
    """Vertical bands of equal width, one for each fate."""
    return lambda point, b, w: np.array(list(fates))[
        np.minimum(((w + 2.5) / 5 * len(fates)).astype(int), len(fates) - 1)
    ]


# ---- Maps of fates


def test_every_fate_has_its_colour_and_its_share_of_the_map(tmp_path):
    pixels = picture("plot_sweep", write_sweep(tmp_path / "sweep.nc", bands(ALL_FATES)), tmp_path)
    areas = [in_panels(pixels, fate)[0].size for fate in CODES if fate != DIVERGED]  # black is also the colour of text
    assert min(areas) > 0.9 * max(areas) > 10_000
    assert in_panels(pixels, DIVERGED)[0].size > 0.9 * max(areas)


@pytest.mark.parametrize("missing", [CONVERGED, DEAD, STALLED, UNFINISHED])
def test_a_fate_that_does_not_occur_is_not_in_the_legend(tmp_path, missing):
    fates = [fate for fate in CODES if fate != missing]
    pixels = picture("plot_sweep", write_sweep(tmp_path / "sweep.nc", bands(fates)), tmp_path)
    assert where(pixels, colour_of(missing))[0].size == 0


def test_b_points_up_and_w_to_the_right(tmp_path):
    sweep = write_sweep(
        tmp_path / "sweep.nc",
        lambda point, b, w: np.where(b < 0, np.where(w < 0, DEAD, STALLED), CONVERGED),
        {**AXES, "beta": [0.9], "gamma": [1.0]},
    )
    pixels = picture("plot_sweep", sweep, tmp_path)
    dead, stalled, converged = (in_panels(pixels, fate) for fate in (DEAD, STALLED, CONVERGED))
    assert dead[0].min() > converged[0].max()
    assert dead[1].max() < stalled[1].min()


def test_columns_are_momenta_and_rows_targets_the_largest_at_the_top(tmp_path):
    def fate_of(point, b, w):
        return {(0.0, 1.0): CONVERGED, (0.9, 1.0): DEAD, (0.0, 0.1): STALLED, (0.9, 0.1): UNFINISHED}[
            point["beta"], point["gamma"]
        ]

    shuffled = {**AXES, "beta": [0.9, 0.0]}
    pixels = picture("plot_sweep", write_sweep(tmp_path / "sweep.nc", fate_of, shuffled), tmp_path)
    rows, columns = zip(*((np.median(r), np.median(c)) for r, c in (in_panels(pixels, fate) for fate in range(4))))
    assert rows[0] == pytest.approx(rows[1], abs=3) and rows[2] == pytest.approx(rows[3], abs=3) and rows[0] < rows[2]
    assert columns[0] == pytest.approx(columns[2], abs=3) and columns[1] == pytest.approx(columns[3], abs=3)
    assert columns[0] < columns[1]


@pytest.mark.parametrize(
    "option, fate", [((), CONVERGED), (("--delta", 0.4, "--eta", 9), DEAD), (("--eta", 1), STALLED)]
)
def test_other_axes_are_chosen_by_the_nearest_value(tmp_path, option, fate):
    sweep = write_sweep(
        tmp_path / "sweep.nc",
        lambda point, b, w: CONVERGED if point["eta"] < 0.5 else DEAD if point["delta"] > 0 else STALLED,
        {**AXES, "beta": [0.5], "gamma": [1.0], "eta": [0.1, 1.0], "delta": [0.0, 0.5]},
    )
    pixels = picture("plot_sweep", sweep, tmp_path, *option)
    assert [shown for shown in (CONVERGED, DEAD, STALLED) if in_panels(pixels, shown)[0].size] == [fate]


def test_the_size_follows_the_panels_and_the_resolution(tmp_path):
    one = write_sweep(tmp_path / "one.nc", bands(CODES), {**AXES, "beta": [0.9], "gamma": [1.0]})
    wide = write_sweep(tmp_path / "wide.nc", bands(CODES), {**AXES, "beta": np.linspace(0, 0.9, 5), "gamma": [1.0]})
    small, large = (picture("plot_sweep", one, tmp_path, "--dpi", dpi).shape for dpi in (100, 300))
    assert 300 < small[0] < 700 and 300 < small[1] < 700
    assert np.allclose(np.divide(large, small)[:2], 3, atol=0.05)
    assert picture("plot_sweep", wide, tmp_path).shape[1] > 2 * picture("plot_sweep", wide, tmp_path).shape[0]


def test_more_maps_than_a_picture_holds_are_refused(tmp_path):
    many = {**AXES, "beta": np.linspace(0, 0.9, 4100), "gamma": [1.0]}
    sweep = write_sweep(tmp_path / "many.nc", lambda *_: PENDING, many, size=(16, 32))
    for script in ("plot_sweep", "plot_steps"):
        result = run(script, sweep, "--out", tmp_path / "picture.png")
        assert result.returncode == 1 and "too large" in result.stderr and result.stderr.count("\n") == 1
    picture("plot_sweep", sweep, tmp_path, "--beta", 0.9, "--dpi", 30)


def test_what_is_not_computed_yet_is_hatched(tmp_path):
    def fate_of(point, b, w):
        return PENDING if point["beta"] > 0 and point["gamma"] < 1 else CONVERGED

    pixels = picture("plot_sweep", write_sweep(tmp_path / "part.nc", fate_of), tmp_path)
    background = where(pixels, PENDING_STYLE["facecolor"])
    converged = in_panels(pixels, CONVERGED)[0].size
    assert 0.15 * converged < background[0].size < 0.33 * converged


def test_final_parameters_are_black_dots_where_they_are(tmp_path):
    axes = {**AXES, "beta": [0.9], "gamma": [1.0]}
    dots = {}
    for final in (False, True):
        sweep = write_sweep(tmp_path / f"{final}.nc", lambda point, b, w: CONVERGED, axes, final=final)
        pixels = picture("plot_sweep", sweep, tmp_path)
        rows, columns = in_panels(pixels, CONVERGED)
        top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
        # (w, b) = (-1.5, 1) in [-2.5, 2.5] x [-2, 2]
        row, column = round(top + 0.25 * (bottom - top)), round(left + 0.2 * (right - left))
        dots[final] = pixels[row - 1 : row + 2, column - 1 : column + 2].min()
    assert dots[True] < 60 < dots[False]


def test_a_large_map_is_sampled_not_blended(tmp_path):
    rng = np.random.default_rng(1)
    labels = rng.choice([CONVERGED, DIVERGED], (300, 410)).astype("i1")
    path = write_sweep(tmp_path / "sweep.nc", lambda *_: labels, {**AXES, "beta": [0.9]}, size=labels.shape)
    with ResultFile(path, "fate") as data:
        sample = data.fates((0, 1), 70, 1000)
    rows = spread(300, 70)
    assert sample.shape == (70, 410) and np.array_equal(sample, labels[rows])
    assert rows[0] == 2 and rows[-1] == 297 and set(np.diff(rows)) == {4, 5}
    pixels = picture("plot_sweep", path, tmp_path, "--gamma", 1)
    middle = pixels[300:400, 300:400].reshape(-1, 3)
    assert len(np.unique(middle, axis=0)) == 2


# ---- Palettes and names


@pytest.mark.parametrize("palette", PALETTES)
def test_a_palette_gives_every_fate_its_colour(tmp_path, palette):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES), {**AXES, "beta": [0.9], "gamma": [1.0]})
    pixels = picture("plot_sweep", sweep, tmp_path, "--palette", palette)
    places = [columns_of(pixels, colour_of(fate, PALETTES[palette])) for fate in CODES if fate != DIVERGED]
    assert all(place[1] < following[0] for place, following in zip(places, places[1:]))
    other = "paper" if palette == "default" else "default"
    assert columns_of(pixels, colour_of(DEAD, PALETTES[other])) is None


def test_in_the_palette_of_the_paper_dead_is_blue_and_converged_yellow(tmp_path):
    sweep = write_sweep(
        tmp_path / "sweep.nc",
        lambda point, b, w: np.where(w < 0, DEAD, CONVERGED),
        {**AXES, "beta": [0.9], "gamma": [1.0]},
        steps_of=lambda point, b, w: np.where(b < 0, 100, 10_000),
    )
    for script in ("plot_sweep", "plot_steps"):
        panel = panel_of(picture(script, sweep, tmp_path, "--palette", "paper"))
        for dead in (panel[50, 50], panel[500, 50]):
            assert dead[2] > dead[0] + 40, (script, dead)
        for converged in (panel[50, 650], panel[500, 650]):
            assert min(converged[:2]) > converged[2] + 20, (script, converged)
    cell = picture("plot_dead_fraction", sweep, tmp_path, "--palette", "paper")
    ramp = ["#{:02X}{:02X}{:02X}".format(*rgba[:3]) for rgba in PALETTES["paper"].ramps["dead"]]
    assert where(cell, ramp[128])[0].size > 4000


NEW_FATE, NEW_PROOF = "wandering", "symmetry"


@pytest.fixture(scope="module")
def extended(deadcone, tmp_path_factory):
    """A real certified sweep with one more fate and one more proof, which have pixels of their own in the map."""
    path = tmp_path_factory.mktemp("extended") / "sweep.h5"
    deadcone.done("sweep --quiet --certify --beta 0.9 --gamma 1 --w -2:2:40 --b -2:2:40 --out", path)
    with h5py.File(path, "r+") as file:
        for name, new, rows in (("fate", NEW_FATE, slice(30, 40)), ("proof", NEW_PROOF, slice(0, 10))):
            attributes = file[name].attrs
            code = int(attributes["flag_values"].max()) + 1
            attributes["flag_values"] = np.append(attributes["flag_values"], code).astype("i1")
            attributes["flag_meanings"] = np.bytes_(f"{attributes['flag_meanings'].decode()} {new}")
            file[name][0, 0, rows] = code
        fates = file["fate"][0, 0]
        codes = file["fate"].attrs["flag_values"][1:]
        names = file["fate"].attrs["flag_meanings"].decode().split()[1:]
        for name in ("fate_code", "fate_count", "fate_fraction"):
            dataset = file[name]
            kind, shape = dataset.dtype, (*dataset.shape[:-1], codes.size)
            del file[name]
            file.create_dataset(name, shape, kind)
        file["fate_code"][...] = codes
        name_values(file["fate_code"], codes, names)
        file["fate_count"][0, 0] = [np.sum(fates == code) for code in codes]
        file["fate_fraction"][0, 0] = file["fate_count"][0, 0] / fates.size
    return path


def test_a_fate_and_a_proof_that_the_scripts_do_not_know_are_drawn(extended, tmp_path):
    for palette in PALETTES.values():
        assert NEW_FATE not in palette.fates and NEW_PROOF not in palette.proofs
    with ResultFile(extended, "fate") as data:
        key = key_of(data.outcome_names(), DEFAULT)
        colour = dict(key.values())[NEW_FATE]
        assert colour not in DEFAULT.fates.values() and set(dict(key.values())) == {*FATES, *DEATHS, NEW_FATE}
        proved = _maps.ProvedOutcomes(data, DEFAULT)
        labels = {proved.key[value][0] for value in proved.read((0, 0), 40, 40)[:10].ravel().tolist()}
        assert labels and all(label.startswith(f"{NEW_PROOF}: ") for label in labels)
        grid = Grid(data, {})
        dead = _dead_fraction.read_fractions(data, grid).dead
        assert dead[0, 0] == np.mean(data.fates((0, 0), 40, 40) == DEAD)
    for script in ("plot_sweep", "plot_steps"):
        panel = panel_of(picture(script, extended, tmp_path))
        rows, columns = where(panel, colour)
        # The upper quarter of 720 pixels, all of it.
        assert rows.size > 0.98 * panel.shape[1] * np.ptp(rows) and np.ptp(rows) == pytest.approx(720 / 4, abs=5)
    new = where(panel_of(picture("plot_sweep", extended, tmp_path, "--by", "proof")), DEFAULT.spare_proofs[0])
    # The lowest quarter, of which the panel of square maps shows only the part above row 576.
    assert new[0].min() == pytest.approx(720 * 3 / 4, abs=5)
    picture("plot_dead_fraction", extended, tmp_path)


def test_names_of_axes_and_what_they_are_come_from_the_file(tmp_path):
    axes = {**AXES, "zeta_2": [1.0, 2.0], "eta": 0.25}
    path = write_sweep(tmp_path / "sweep.nc", lambda point, b, w: CONVERGED if point["zeta_2"] == 1 else DEAD, axes)
    with h5py.File(path, "r+") as file:
        file["beta"].attrs["long_name"] = np.bytes_("inertia")
    with ResultFile(path, "fate") as data:
        assert data.axes == ("beta", "gamma", "zeta_2") and set(data.values) == set(axes)
        assert data.long_name("beta") == "inertia" and data.long_name("zeta_2") == "zeta_2"
        assert axis_label(data, "beta") == r"inertia $\beta$"
        assert r"$\mathrm{zeta\_2} = 1$" in Grid(data, {}).caption()
    # The first value of an axis without an option is drawn.
    assert in_panels(picture("plot_sweep", path, tmp_path), CONVERGED)[0].size > 10_000


def test_a_map_that_xarray_takes_out_of_a_sweep(tmp_path):
    xarray = pytest.importorskip("xarray")
    axes = {**AXES, "eta": [0.1, 0.2]}
    path = write_sweep(tmp_path / "sweep.nc", lambda point, b, w: CONVERGED if point["eta"] < 0.15 else DEAD, axes)
    with xarray.open_dataset(path, engine="h5netcdf") as sweep:
        sweep.fate.sel(beta=0.9, gamma=0.1, eta=0.2).to_netcdf(tmp_path / "map.nc")
    with ResultFile(tmp_path / "map.nc", "fate") as data:
        assert data.axes == () and {name: values.tolist() for name, values in data.values.items()} == {
            "beta": [0.9], "gamma": [0.1], "eta": [0.2], "delta": [0.0], "r": [0.0]
        }  # fmt: skip
    assert in_panels(picture("plot_sweep", tmp_path / "map.nc", tmp_path), DEAD)[0].size > 10_000


# ---- Proofs

PROOFS = ("none", "energy", "corridor", "trap", "sloth")  # the last is one that the scripts do not know
NONE, ENERGY, CORRIDOR, TRAP, SLOTH = range(len(PROOFS))
# The fates and the proofs of six bands from left to right.
PROVED_BANDS = [
    *((CONVERGED, proof) for proof in (ENERGY, CORRIDOR, NONE)),
    *((DEAD, proof) for proof in (TRAP, NONE, SLOTH)),
]


def write_certified(path, names=PROOFS):
    """One map of bands, the file's values of proofs in the order of `names`."""
    axes = {**AXES, "beta": [0.9], "gamma": [1.0]}
    fate_of = bands([fate for fate, _ in PROVED_BANDS])
    write_sweep(path, fate_of, axes, steps_of=lambda point, b, w: np.where(w < 0, 0, 800))
    b, w = centres(-2, 2, 48), centres(-2.5, 2.5, 60)
    proofs = bands([names.index(PROOFS[proof]) for _, proof in PROVED_BANDS])(None, b[:, None], w[None, :])
    with h5py.File(path, "a") as file:
        file.create_dataset("proof", data=np.broadcast_to(proofs, file["fate"].shape).astype("i1"))
        file["proof"].attrs["flag_values"] = np.arange(len(names), dtype="i1")
        file["proof"].attrs["flag_meanings"] = np.bytes_(" ".join(names))
    return path


def panel_of(pixels):
    """The only panel of a picture, without its frame."""
    left, top = (round(200 * margin) for margin in (Panels.LEFT, Panels.TOP))
    return pixels[top + 3 : top + 576 - 3, left + 3 : left + 720 - 3]


def columns_of(pixels, colour):
    """The first and the last column of the panel that have a colour; None where it does not occur."""
    _, columns = where(panel_of(pixels), colour)
    return (columns.min(), columns.max()) if columns.size else None


@pytest.mark.parametrize("names", [PROOFS, ("none", "sloth", "trap", "corridor", "energy")])
def test_dead_for_ever_and_dead_within_the_tolerance_have_two_shades(tmp_path, names):
    pixels = picture("plot_sweep", write_certified(tmp_path / "sweep.nc", names), tmp_path)
    ever, within = (columns_of(pixels, DEFAULT.fates[death]) for death in (DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE))
    assert ever[1] < within[0] and columns_of(pixels, colour_of(CONVERGED))[1] < ever[0]
    assert np.ptp(within) == pytest.approx(2 * np.ptp(ever), rel=0.1)  # proved by no theorem, and by another
    assert columns_of(pixels, colour_of(DEAD)) is None


def test_without_proofs_there_is_one_shade_of_dead(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    with ResultFile(sweep, "fate") as data:
        assert data.proofs((0, 0), 9, 9) is None and data.provenance((0, 0), 9, 9) is None
        assert np.array_equal(data.outcomes((0, 0), 48, 60), data.fates((0, 0), 48, 60))
    result = run("plot_sweep", sweep, "--by", "proof", "--out", tmp_path / "picture.png")
    assert result.returncode == 1 and "--certify" in result.stderr


def test_filled_pixels_are_drawn_as_what_is_known_of_them(tmp_path):
    sweep = write_certified(tmp_path / "sweep.nc")
    fill_pixels(sweep, slice(10, 30), slice(None))
    with ResultFile(sweep, "fate") as data:
        outcomes, names = data.outcomes((0, 0), 48, 60), data.outcome_names()
        assert {names[value] for value in outcomes[9].tolist()} == {"converged", DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE}
        assert {names[value] for value in outcomes[10].tolist()} == {"converged", DEAD_FILLED}
        assert set(data.provenance((0, 0), 48, 60)[10].tolist()) == {data.code("provenance", "filled")}
        proved = _maps.ProvedOutcomes(data, DEFAULT)
        assert set(proved.read((0, 0), 48, 60)[10].tolist()) == {proved.filled}
    rows, _ = where(panel_of(picture("plot_sweep", sweep, tmp_path)), colour_of(DEAD))
    assert rows.size > 0.49 * 570 * 714  # the blocks are not to be seen
    for script, options in (("plot_sweep", ("--by", "proof")), ("plot_steps", ()), ("plot_steps", ("--scale", "rank"))):
        pixels = picture(script, sweep, tmp_path, *options)
        rows, _ = where(panel_of(pixels), MISSING[1])
        assert np.ptp(rows) == pytest.approx(20 / 48 * 576, abs=5) and rows.size > 0.9 * np.ptp(rows) * 714


def test_every_proof_has_its_colour_and_its_fate_in_the_legend(tmp_path):
    sweep = write_certified(tmp_path / "sweep.nc")
    with ResultFile(sweep, "fate") as data:
        proved = _maps.ProvedOutcomes(data, DEFAULT)
        shown = [proved.key[value] for value in proved.read((0, 0), 1, 6)[0].tolist()]
    labels = "energy: converged, corridor: converged, no proof: converged, trap: dead for ever, "
    labels += "no proof: dead within the tolerance, sloth: dead within the tolerance"
    assert ", ".join(label for label, _ in shown) == labels
    assert len({colour for _, colour in shown}) == 6
    pixels = picture("plot_sweep", sweep, tmp_path, "--by", "proof")
    places = [columns_of(pixels, colour) for _, colour in shown]
    assert all(place[1] < following[0] for place, following in zip(places, places[1:]))


def test_proofs_after_no_update_are_among_the_steps(tmp_path):
    for scale in ("log", "rank"):
        pixels = picture("plot_steps", write_certified(tmp_path / "sweep.nc"), tmp_path, "--scale", scale)
        assert pixels[300, 200].sum() > pixels[300, 600].sum()  # 0 and 800 updates
        assert columns_of(pixels, MISSING[1]) is None


def test_proofs_that_say_nothing_of_their_values(tmp_path):
    sweep = write_certified(tmp_path / "sweep.nc")
    with h5py.File(sweep, "a") as file:
        file["proof"].attrs["flag_meanings"] = np.bytes_("none energy")
    fails("plot_sweep", sweep, tmp_path, "'proof'", "5 values")
    with h5py.File(sweep, "a") as file:
        del file["proof"].attrs["flag_meanings"]
    fails("plot_sweep", sweep, tmp_path, "'proof'")


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_outcomes_differ_in_print_without_colour(palette):
    shades = [colour for name, colour in palette.fates.items() if name not in ("dead", DEAD_FILLED)]
    levels = sorted((0.2126, 0.7152, 0.0722) @ (image_of(colour) / 255) ** 2.2 for colour in shades)
    lightness = 116 * np.cbrt(levels) - 16
    assert np.all(np.diff(lightness) > 5)


# What the cones of a colour-blind eye see of linear RGB (Machado, Oliveira and Fernandes 2009, full severity).
VISION = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def lab_of(colour, vision):
    """CIE L*a*b* of '#RRGGBB' as an eye sees it."""
    rgb = image_of(colour) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(VISION[vision] @ linear, 0, 1) / (0.9505, 1, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_colour_blind_readers_can_distinguish_the_outcomes_of_a_map(palette, vision):
    # The kinds of dead are never in one map with dead itself. 2.3 is the smallest difference that is seen at all.
    fates = [colour for name, colour in palette.fates.items() if name not in DEATHS]
    kinds = [colour for name, colour in palette.fates.items() if name not in ("dead", DEAD_FILLED)]
    for colours, least in ((fates, 20), (kinds, 12)):
        seen = [lab_of(colour, vision) for colour in colours]
        assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > least


def image_of(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])


# ---- Maps of steps


def test_more_steps_are_darker_blue_if_converged_and_red_if_dead(tmp_path):
    sweep = write_sweep(
        tmp_path / "sweep.nc",
        lambda point, b, w: np.where(b > 0, CONVERGED, DEAD),
        {**AXES, "beta": [0.5], "gamma": [1.0]},
        steps_of=lambda point, b, w: np.where(w < 0, 100, 10_000),
    )
    pixels = picture("plot_steps", sweep, tmp_path)
    few_blue, many_blue, few_red, many_red = (
        pixels[row, column] for row, column in ((250, 300), (250, 800), (550, 300), (550, 800))
    )
    assert few_blue.sum() > many_blue.sum() + 150 and few_red.sum() > many_red.sum() + 150
    assert many_blue[2] > many_blue[0] + 30 and many_red[0] > many_red[2] + 30
    # One scale for both: the same number has the same lightness.
    assert abs(few_blue @ (0.21, 0.72, 0.07) - few_red @ (0.21, 0.72, 0.07)) < 15


def test_ranks_shade_equal_areas_alike_whatever_the_numbers(tmp_path):
    axes = {**AXES, "beta": [0.5], "gamma": [1.0]}
    shades = []
    for grow in (lambda w: 1000 + 100 * w, lambda w: 1000 * np.exp(w)):
        sweep = write_sweep(
            tmp_path / "sweep.nc", lambda *_: CONVERGED, axes, steps_of=lambda point, b, w: np.rint(grow(w)) + 0 * b
        )
        pixels = picture("plot_steps", sweep, tmp_path, "--scale", "rank")
        shades.append(pixels[400, 250:850].sum(axis=-1))
    assert np.array_equal(*shades) and np.all(np.diff(shades[0][::20]) <= 0) and np.ptp(shades[0]) > 300


def test_steps_of_other_fates_are_flat(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(ALL_FATES), steps_of=lambda point, b, w: 10 + (w > 0))
    pixels = picture("plot_steps", sweep, tmp_path, "--beta", 0.8)
    assert all(in_panels(pixels, fate)[0].size > 5000 for fate in (STALLED, UNFINISHED, DIVERGED))
    assert where(pixels, colour_of(CONVERGED))[0].size == 0


def test_steps_of_the_chosen_maps_only(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    grid, row, one = (
        picture("plot_steps", sweep, tmp_path, *option).shape
        for option in ((), ("--gamma", 1), ("--gamma", 1, "--beta", 0.8))
    )
    assert row[0] < grid[0] and one[1] < row[1]


def test_steps_where_nothing_rests(tmp_path):
    picture("plot_steps", write_sweep(tmp_path / "none.nc", lambda *_: PENDING), tmp_path)
    picture("plot_steps", write_sweep(tmp_path / "all.nc", lambda *_: UNFINISHED), tmp_path)


# ---- The dead fraction


def test_dead_fractions_are_the_colours_of_the_cells(tmp_path):
    def fate_of(point, b, w):
        if point["gamma"] == 1.0:
            return CONVERGED if point["beta"] == 0 else DEAD
        return PENDING if point["beta"] == 0 else np.where(w < 0, DEAD, CONVERGED)

    pixels = picture("plot_dead_fraction", write_sweep(tmp_path / "sweep.nc", fate_of), tmp_path)
    ramp = ["#{:02X}{:02X}{:02X}".format(*rgba[:3]) for rgba in DEFAULT.ramps["dead"]]
    none, half, all_ = (where(pixels, ramp[i]) for i in (0, 128, 255))
    pending = where(pixels, PENDING_STYLE["facecolor"])
    assert min(cells[0].size for cells in (none, half, all_, pending)) > 4000
    assert none[0].mean() < half[0].mean() and np.median(none[1]) < np.median(half[1])
    assert pending[1].mean() < half[1].mean()


def test_the_heat_map_says_how_many_starts_are_unfinished(tmp_path):
    def fate_of(point, b, w):
        if point["beta"] == 0:
            return PENDING if point["gamma"] == 1 else UNFINISHED
        return np.where(w < 0, UNFINISHED, CONVERGED) if point["gamma"] == 1 else DEAD

    notes = []
    for name, fates in (("some", fate_of), ("none", lambda *_: DEAD)):
        path = write_sweep(tmp_path / f"{name}.nc", fates)
        with ResultFile(path, "fate") as data:
            notes.append(_dead_fraction.read_fractions(data, Grid(data, {})).note())
            grid = Grid(data, {"beta": 0.9, "gamma": 1.0})
            one = _dead_fraction.read_fractions(data, grid).note()
    assert notes[0].startswith("4320 of 8640 starts are unfinished (at most 1 of a cell).") and notes[1] == one == ""
    # The note takes lines above the cells.
    some, none = (picture("plot_dead_fraction", tmp_path / f"{name}.nc", tmp_path) for name in ("some", "none"))
    assert some.shape[0] > none.shape[0] + 20 and some.shape[1] == none.shape[1]


# ---- The field and the spectrum


def test_the_field_has_its_cone_and_its_panels(tmp_path):
    field = write_field(tmp_path / "field.nc")
    both, one = (picture("plot_field", field, tmp_path, *option) for option in ((), ("--gamma", 0.1)))
    assert both.shape[1] > 1.5 * one.shape[1]
    rows, columns = where(one, colour_of(DEAD))
    above_legend = rows < one.shape[0] - 100
    rows, columns = rows[above_legend], columns[above_legend]
    assert rows.size > 200
    # The cone opens downwards, from the origin in the middle of the panel.
    low = rows > np.quantile(rows, 0.9)
    high = rows < np.quantile(rows, 0.1)
    assert np.ptp(columns[low]) > 3 * np.ptp(columns[high])


def test_the_spectrum_from_a_file_and_from_standard_input(tmp_path):
    table = tmp_path / "table.txt"
    table.write_text(SPECTRUM)
    pixels = picture("plot_spectrum", table, tmp_path)
    assert 500 < pixels.shape[0] < 900 and 1200 < pixels.shape[1] < 1800
    assert where(pixels, "#0072B2")[0].size > 1000 and where(pixels, "#BB5566")[0].size > 1000
    out = tmp_path / "piped.png"
    assert run("plot_spectrum", "--out", out, text=SPECTRUM).returncode == 0
    assert np.array_equal(np.rint(255 * image.imread(out)[..., :3]), pixels)


def lines_of(axes, marker):
    return [line.get_xydata() for line in axes.get_lines() if line.get_marker() == marker]


def test_eigenvalues_are_curves_in_the_complex_plane_with_crosses_at_momentum_zero():
    table, named = _spectrum.read_spectrum("table", SPECTRUM)
    plane, sizes = _spectrum.draw(table, named).axes
    assert [cross.tolist() for cross in lines_of(plane, "x")] == [[[0.9, 0.0]], [[0.0, 0.0]]]
    circle, *curves = [line for line in lines_of(plane, "None") if len(line) > 2]
    assert np.allclose(np.hypot(*circle.T), 1) and np.allclose(circle[0], circle[-1])
    assert np.array_equal(curves, [[[0.9, 0], [0.885, 0], [0.945, 0.0835]], [[0, 0], [0.565, 0], [0.945, -0.0835]]])
    assert plane.get_aspect() == 1 and min(plane.get_xlim()[1], plane.get_ylim()[1]) > 1
    assert max(plane.get_xlim()[0], plane.get_ylim()[0]) < -1
    assert any(np.array_equal(line[:, 1], table["abs2"]) for line in lines_of(sizes, "None"))
    # A table that does not begin at momentum 0 has no crosses.
    table, named = _spectrum.read_spectrum("table", SPECTRUM.replace("\n0 0.9", "\n0.1 0.9"))
    plane, _ = _spectrum.draw(table, named).axes
    assert all(cross.size == 0 for cross in lines_of(plane, "x"))
    assert "beta = 0" not in " ".join(text.get_text() for text in plane.get_legend().get_texts())


# ---- The user's settings of Matplotlib

# Of users, dark or with TeX, which is not installed everywhere; and what is no settings at all.
HOSTILE_SETTINGS = (
    "text.usetex: True\naxes.facecolor: black\nfigure.facecolor: black\ntext.color: white\nlines.linewidth: 9\n"
    "savefig.bbox: tight\nsavefig.transparent: True\nsavefig.dpi: 31\nimage.cmap: gray\nfont.size: 33\n"
    "image.interpolation: bilinear\nxtick.bottom: False\nlegend.loc: center\nnonsense: 1\n"
).encode()
NO_SETTINGS = b"\xff\xfe\x00backend: nowhere\n"


DRAW_ALL = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from in_process import run
folder = pathlib.Path(sys.argv[2])
for script, data in zip(sys.argv[3::2], sys.argv[4::2]):
    result = run(script, data, "--out", folder / f"{script}.png", "--dpi", 60)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
"""


BOTH_SETTINGS = [(HOSTILE_SETTINGS, NO_SETTINGS), (NO_SETTINGS, HOSTILE_SETTINGS)]


@pytest.mark.parametrize("here, there", BOTH_SETTINGS, ids=["a style", "no settings"])
def test_settings_of_the_user_change_no_picture(tmp_path, here, there):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "matplotlibrc").write_bytes(here)
    (tmp_path / "matplotlibrc").write_bytes(there)
    settings = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MATPLOTLIBRC": str(tmp_path)}
    (tmp_path / "table.txt").write_text(SPECTRUM)
    sweep, field = write_sweep(tmp_path / "sweep.nc", bands(ALL_FATES)), write_field(tmp_path / "field.nc")
    data = {"plot_sweep": sweep, "plot_steps": sweep, "plot_dead_fraction": sweep, "plot_field": field}
    data["plot_spectrum"] = tmp_path / "table.txt"
    words = [str(word) for item in data.items() for word in item]
    command = [sys.executable, "-c", DRAW_ALL, os.path.dirname(__file__), str(tmp_path), *words]
    result = subprocess.run(command, cwd=folder, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    for script, file in data.items():
        expected = picture(script, file, tmp_path, "--dpi", 60)
        assert np.array_equal(np.rint(255 * image.imread(tmp_path / f"{script}.png")[..., :3]), expected), script


def test_every_script_sets_the_style_before_it_imports_matplotlib():
    for path in (SCRIPTS / "plots").glob("*.py"):
        modules = re.findall(r"^(?:import|from) (\w+)", path.read_text(), re.MULTILINE)
        if "matplotlib" in modules and path.stem not in ("picture_style", "example_xarray"):
            assert "picture_style" in modules[: modules.index("matplotlib")], path.name


# ---- Where the picture goes, and errors


def test_a_picture_is_replaced_as_a_whole_and_keeps_its_permissions(tmp_path):
    field, out = write_field(tmp_path / "field.nc"), tmp_path / ("x" * 251 + ".png")  # the longest name there is
    assert run("plot_field", field, "--out", out).returncode == 0
    out.chmod(0o600)
    link = tmp_path / "link.png"
    link.symlink_to(out)
    old = out.read_bytes()
    assert run("plot_field", field, "--out", link, "--gamma", 1).returncode == 0
    assert link.is_symlink() and out.read_bytes() != old and out.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["field.nc", "link.png", out.name]
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))  # as if the disk were full
    try:
        old, result = out.read_bytes(), run("plot_field", field, "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert result.returncode == 3 and result.stderr.startswith("plot_field: ") and result.stderr.count("\n") == 1
    assert out.read_bytes() == old
    assert sorted(file.name for file in tmp_path.iterdir()) == ["field.nc", "link.png", out.name]


def test_a_default_name_may_be_too_long(tmp_path):
    sweep = write_sweep(tmp_path / ("x" * 252 + ".nc"), bands(CODES))
    result = run("plot_steps", sweep)
    assert result.returncode == 3 and "--out" in result.stderr and len(result.stderr.encode()) <= 501
    assert run("plot_steps", sweep, "--out", tmp_path / "steps.png").returncode == 0


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction"])
def test_by_default_the_picture_is_beside_the_file(tmp_path, script):
    sweep = write_sweep(tmp_path / "run.2.nc", bands(CODES))
    assert run(script, sweep).returncode == 0
    ending = script.removeprefix("plot_sweep").removeprefix("plot")
    assert (tmp_path / f"run.2{ending}.png").stat().st_size > 5000


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction", "plot_field", "plot_spectrum"])
def test_help(script):
    result = run(script, "--help")
    assert result.returncode == 0 and "--dpi" in result.stdout


def test_a_script_alone_does_what_it_does_here(tmp_path):
    """All other tests run the scripts within this interpreter."""
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    pixels = picture("plot_sweep", sweep, tmp_path)
    result = run_alone("plot_sweep", sweep, "--out", "/dev/stdout", text=False)  # which is a pipe
    assert (result.returncode, result.stderr) == (0, b"")
    assert np.array_equal(np.rint(255 * image.imread(io.BytesIO(result.stdout))[..., :3]), pixels)
    assert run_alone("plot_sweep", tmp_path / "none", "--out", tmp_path / "no.png").returncode == 3


def fails(script, file, tmp_path, *words):
    out = tmp_path / "picture.png"
    result = run(script, file, "--out", out)
    assert result.returncode == 3 and result.stdout == "" and not out.exists()
    assert result.stderr.startswith(f"{script}: ") and result.stderr.count("\n") == 1, result.stderr
    assert all(word in result.stderr for word in words), result.stderr


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction", "plot_field", "plot_spectrum"])
def test_files_that_cannot_be_read(tmp_path, script):
    missing, text, half = tmp_path / "missing.nc", tmp_path / "text.nc", tmp_path / "half.nc"
    text.write_text("this is\nnot what it should be\n")
    half.write_bytes(write_sweep(tmp_path / "sweep.nc", bands(CODES)).read_bytes()[:3000])
    for file in (missing, text, half):
        fails(script, file, tmp_path, str(file))


def test_files_that_hold_something_else(tmp_path):
    field, sweep = write_field(tmp_path / "field.nc"), write_sweep(tmp_path / "sweep.nc", bands(CODES))
    fails("plot_sweep", field, tmp_path, "'fate'")
    fails("plot_field", sweep, tmp_path, "'loss'")
    with h5py.File(sweep, "a") as file:
        del file["steps"], file["point_done"]
    fails("plot_steps", sweep, tmp_path, "'steps'")
    fails("plot_dead_fraction", sweep, tmp_path, "'point_done'")


def test_values_that_mean_nothing(tmp_path):
    fails("plot_sweep", write_sweep(tmp_path / "fate.nc", bands([0, 7])), tmp_path, "7")
    unnamed = write_sweep(tmp_path / "unnamed.nc", bands(CODES))
    with h5py.File(unnamed, "a") as file:
        del file["fate"].attrs["flag_meanings"]
    fails("plot_sweep", unnamed, tmp_path, "'fate'", "flag_meanings")
    sweep = write_sweep(tmp_path / "shape.nc", bands(CODES))
    with h5py.File(sweep, "a") as file:
        del file["w"]
        file["w"] = np.arange(3.0)
    fails("plot_sweep", sweep, tmp_path, "shape")
    with h5py.File(sweep, "a") as file:
        del file["w"]
        file["w"] = np.zeros(60)
    fails("plot_sweep", sweep, tmp_path, "increase")
    field = write_field(tmp_path / "field.nc")
    with h5py.File(field, "a") as file:
        file["loss"][...] = np.nan
    fails("plot_field", field, tmp_path, "finite")


def test_coordinates_that_repeat(tmp_path):
    """Pixels of a sweep in float are compared as what they were computed as."""
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    with h5py.File(sweep, "a") as file:
        file["w"][...] = np.linspace(0.5, 0.500001, 60)
    assert run("plot_sweep", sweep, "--out", tmp_path / "double.png").returncode == 0
    with h5py.File(sweep, "a") as file:
        file.attrs["precision"] = np.bytes_("float")
    fails("plot_sweep", sweep, tmp_path, "'w' has 60 values", "numbers in float")
    repeated = write_sweep(tmp_path / "axis.nc", bands(CODES), axes={**AXES, "beta": [0.9, 0.5, 0.9]})
    fails("plot_dead_fraction", repeated, tmp_path, "'beta' has 3 values", "2 different numbers")


def test_broken_chunks(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    with h5py.File(sweep) as file:
        chunk = file["fate"].id.get_chunk_info(0)
    content = bytearray(sweep.read_bytes())
    content[chunk.byte_offset : chunk.byte_offset + chunk.size] = bytes(chunk.size)
    sweep.write_bytes(content)
    fails("plot_sweep", sweep, tmp_path, "'fate'")


@pytest.mark.parametrize(
    "broken, word",
    [
        (SPECTRUM.replace("abs2", "size"), "abs2"),
        (SPECTRUM.replace("0.565 0 0.885", "0.565 0.885"), ":6"),
        (SPECTRUM.replace("0.0835", "x"), ":7"),
        (SPECTRUM[: SPECTRUM.index("0 0.9")], "empty"),
    ],
)
def test_broken_spectrum(tmp_path, broken, word):
    (tmp_path / "table.txt").write_text(broken)
    fails("plot_spectrum", tmp_path / "table.txt", tmp_path, word)


def test_pictures_that_cannot_be_written(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(CODES))
    for out in (tmp_path / "none" / "picture.png", tmp_path / "picture.unknown"):
        result = run("plot_sweep", sweep, "--out", out)
        assert result.returncode == 3 and result.stderr.startswith("plot_sweep: ") and result.stderr.count("\n") == 1
