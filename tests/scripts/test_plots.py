"""The plotting scripts, run as a user runs them on small files of the described format; what is tested is the pictures.

python -m pytest tests/scripts/test_plots.py            needs numpy, h5py, matplotlib
"""

import pathlib
import subprocess
import sys

import pytest

np = pytest.importorskip("numpy")
h5py = pytest.importorskip("h5py")
pytest.importorskip("matplotlib")
from matplotlib import image  # noqa: E402

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "plots"
sys.path.insert(0, str(SCRIPTS))
import sweep_file  # noqa: E402
import plot_sweep  # noqa: E402
from conftest import fill_pixels  # noqa: E402
from sweep_file import (  # noqa: E402
    CONVERGED,
    DEAD,
    DEAD_FILLED,
    DEAD_FOR_EVER,
    DEAD_WITHIN_TOLERANCE,
    DEATHS,
    DIVERGED,
    FATES,
    MISSING,
    OUTCOMES,
    PENDING,
    STALLED,
    UNFINISHED,
)

ALL_FATES = (PENDING, *FATES)
AXES = {"beta": [0.0, 0.9], "gamma": [0.1, 1.0], "eta": 0.1, "delta": 0.0, "r": 0.0}


def centres(low, high, count):
    return low + (np.arange(count) + 0.5) * (high - low) / count


def write_sweep(path, fate_of, axes=AXES, steps_of=None, size=(48, 60), final=False):
    """A sweep whose fates and steps are functions of the point (a dict), b and w."""
    swept = {name: np.asarray(values, float) for name, values in axes.items() if np.ndim(values)}
    lengths = tuple(values.size for values in swept.values())
    b, w = centres(-2, 2, size[0]), centres(-2.5, 2.5, size[1])
    with h5py.File(path, "w", track_order=True) as file:
        for name, values in {**axes, "b": b, "w": w}.items():
            file[name] = np.asarray(values, float)
        file["fate_code"] = np.arange(5, dtype="i1")
        for name in (*swept, "b", "w", "fate_code"):
            file[name].make_scale(name)

        def create(name, kind, fill, extra=(), **options):
            shape = lengths + tuple(file[dimension].size for dimension in extra)
            dataset = file.create_dataset(name, shape, kind, fillvalue=fill, **options)
            for i, dimension in enumerate((*swept, *extra)):
                dataset.dims[i].attach_scale(file[dimension])
            return dataset

        chunks = (1,) * len(lengths) + (16, 32)
        fate = create("fate", "i1", PENDING, ("b", "w"), chunks=chunks, compression="gzip")
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
        for i, name in enumerate(("grad_w", "grad_b", "grad_r", "loss")):
            file[name] = np.broadcast_to([w[None, :], b[:, None], 0.0 * w, w**2 + b[:, None] ** 2][i], shape)
    return path


SPECTRUM = """# deadcone spectrum
# eta 0.1
# critical_beta 0.6694214876033058
beta re1 im1 re2 im2 abs1 abs2
0 0.9 0 0 0 0.9 0
0.5 0.885 0 0.565 0 0.885 0.565
0.9 0.945 0.0835 0.945 -0.0835 0.9487 0.9487
"""


def run(script, *arguments, text=None):
    command = [sys.executable, SCRIPTS / f"{script}.py", *map(str, arguments)]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)


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
    rows, columns = where(pixels, FATES[fate][1])
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
    areas = [in_panels(pixels, fate)[0].size for fate in FATES if fate != DIVERGED]  # black is also the colour of text
    assert min(areas) > 0.9 * max(areas) > 10_000
    assert in_panels(pixels, DIVERGED)[0].size > 0.9 * max(areas)


@pytest.mark.parametrize("missing", [CONVERGED, DEAD, STALLED, UNFINISHED])
def test_a_fate_that_does_not_occur_is_not_in_the_legend(tmp_path, missing):
    fates = [fate for fate in FATES if fate != missing]
    pixels = picture("plot_sweep", write_sweep(tmp_path / "sweep.nc", bands(fates)), tmp_path)
    assert where(pixels, FATES[missing][1])[0].size == 0


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
    one = write_sweep(tmp_path / "one.nc", bands(FATES), {**AXES, "beta": [0.9], "gamma": [1.0]})
    wide = write_sweep(tmp_path / "wide.nc", bands(FATES), {**AXES, "beta": np.linspace(0, 0.9, 5), "gamma": [1.0]})
    small, large = (picture("plot_sweep", one, tmp_path, "--dpi", dpi).shape for dpi in (100, 300))
    assert 300 < small[0] < 700 and 300 < small[1] < 700
    assert np.allclose(np.divide(large, small)[:2], 3, atol=0.05)
    assert picture("plot_sweep", wide, tmp_path).shape[1] > 2 * picture("plot_sweep", wide, tmp_path).shape[0]


def test_what_is_not_computed_yet_is_hatched(tmp_path):
    def fate_of(point, b, w):
        return PENDING if point["beta"] > 0 and point["gamma"] < 1 else CONVERGED

    pixels = picture("plot_sweep", write_sweep(tmp_path / "part.nc", fate_of), tmp_path)
    background = where(pixels, sweep_file.PENDING_STYLE["facecolor"])
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
    with sweep_file.ResultFile(path, "fate") as data:
        sample = data.fates((0, 1), 70, 1000)
    rows = sweep_file.spread(300, 70)
    assert sample.shape == (70, 410) and np.array_equal(sample, labels[rows])
    assert rows[0] == 2 and rows[-1] == 297 and set(np.diff(rows)) == {4, 5}
    pixels = picture("plot_sweep", path, tmp_path, "--gamma", 1)
    middle = pixels[300:400, 300:400].reshape(-1, 3)
    assert len(np.unique(middle, axis=0)) == 2


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
    left, top = (round(200 * margin) for margin in (sweep_file.Panels.LEFT, sweep_file.Panels.TOP))
    return pixels[top + 3 : top + 576 - 3, left + 3 : left + 720 - 3]


def columns_of(pixels, colour):
    """The first and the last column of the panel that have a colour; None where it does not occur."""
    _, columns = where(panel_of(pixels), colour)
    return (columns.min(), columns.max()) if columns.size else None


@pytest.mark.parametrize("names", [PROOFS, ("none", "sloth", "trap", "corridor", "energy")])
def test_dead_for_ever_and_dead_within_the_tolerance_have_two_shades(tmp_path, names):
    pixels = picture("plot_sweep", write_certified(tmp_path / "sweep.nc", names), tmp_path)
    ever, within = (columns_of(pixels, DEATHS[death][1]) for death in (DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE))
    assert ever[1] < within[0] and columns_of(pixels, FATES[CONVERGED][1])[1] < ever[0]
    assert np.ptp(within) == pytest.approx(2 * np.ptp(ever), rel=0.1)  # proved by no theorem, and by another
    assert columns_of(pixels, FATES[DEAD][1]) is None


def test_without_proofs_there_is_one_shade_of_dead(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(FATES))
    with sweep_file.ResultFile(sweep, "fate") as data:
        assert data.proofs((0, 0), 9, 9) is None and data.provenance((0, 0), 9, 9) is None
        assert np.array_equal(data.outcomes((0, 0), 48, 60), data.fates((0, 0), 48, 60))
    result = run("plot_sweep", sweep, "--by", "proof", "--out", tmp_path / "picture.png")
    assert result.returncode == 1 and "--certify" in result.stderr


def test_filled_pixels_are_drawn_as_what_is_known_of_them(tmp_path):
    sweep = write_certified(tmp_path / "sweep.nc")
    fill_pixels(sweep, slice(10, 30), slice(None))
    with sweep_file.ResultFile(sweep, "fate") as data:
        outcomes = data.outcomes((0, 0), 48, 60)
        assert set(outcomes[9].tolist()) == {CONVERGED, DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE}
        assert set(outcomes[10].tolist()) == {CONVERGED, DEAD_FILLED}
        assert set(data.provenance((0, 0), 48, 60)[10].tolist()) == {data.code("provenance", "filled")}
        assert set(plot_sweep.proofs_of(data, (0, 0), 48, 60)[10].tolist()) == {plot_sweep.FILLED}
    rows, _ = where(panel_of(picture("plot_sweep", sweep, tmp_path)), FATES[DEAD][1])
    assert rows.size > 0.49 * 570 * 714  # the blocks are not to be seen
    for script, options in (("plot_sweep", ("--by", "proof")), ("plot_steps", ()), ("plot_steps", ("--scale", "rank"))):
        pixels = picture(script, sweep, tmp_path, *options)
        rows, _ = where(panel_of(pixels), MISSING[1])
        assert np.ptp(rows) == pytest.approx(20 / 48 * 576, abs=5) and rows.size > 0.9 * np.ptp(rows) * 714


def test_every_proof_has_its_colour_and_its_fate_in_the_legend(tmp_path):
    sweep = write_certified(tmp_path / "sweep.nc")
    with sweep_file.ResultFile(sweep, "fate") as data:
        meanings = plot_sweep.meanings_of_proofs(data.meanings("proof"))
        shown = [meanings[value] for value in plot_sweep.proofs_of(data, (0, 0), 1, 6)[0].tolist()]
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


def test_outcomes_are_told_apart_in_print_without_colour():
    shades = [colour for outcome, (_, colour) in OUTCOMES.items() if outcome not in (DEAD, DEAD_FILLED)]
    levels = sorted((0.2126, 0.7152, 0.0722) @ (image_of(colour) / 255) ** 2.2 for colour in shades)
    lightness = 116 * np.cbrt(levels) - 16
    assert np.all(np.diff(lightness) > 5)


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
    assert where(pixels, FATES[CONVERGED][1])[0].size == 0


def test_steps_of_the_chosen_maps_only(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(FATES))
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
    ramp = ["#{:02X}{:02X}{:02X}".format(*rgba[:3]) for rgba in sweep_file.RAMPS[DEAD]]
    none, half, all_ = (where(pixels, ramp[i]) for i in (0, 128, 255))
    pending = where(pixels, sweep_file.PENDING_STYLE["facecolor"])
    assert min(cells[0].size for cells in (none, half, all_, pending)) > 4000
    assert none[0].mean() < half[0].mean() and np.median(none[1]) < np.median(half[1])
    assert pending[1].mean() < half[1].mean()


# ---- The field and the spectrum


def test_the_field_has_its_cone_and_its_panels(tmp_path):
    field = write_field(tmp_path / "field.nc")
    both, one = (picture("plot_field", field, tmp_path, *option) for option in ((), ("--gamma", 0.1)))
    assert both.shape[1] > 1.5 * one.shape[1]
    rows, columns = where(one, FATES[DEAD][1])
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


# ---- Where the picture goes, and errors


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction"])
def test_by_default_the_picture_is_beside_the_file(tmp_path, script):
    sweep = write_sweep(tmp_path / "run.2.nc", bands(FATES))
    assert run(script, sweep).returncode == 0
    ending = script.removeprefix("plot_sweep").removeprefix("plot")
    assert (tmp_path / f"run.2{ending}.png").stat().st_size > 5000


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction", "plot_field", "plot_spectrum"])
def test_help(script):
    result = run(script, "--help")
    assert result.returncode == 0 and "--dpi" in result.stdout


def fails(script, file, tmp_path, *words):
    out = tmp_path / "picture.png"
    result = run(script, file, "--out", out)
    assert result.returncode == 1 and result.stdout == "" and not out.exists()
    assert result.stderr.startswith(f"{script}: ") and result.stderr.count("\n") == 1, result.stderr
    assert all(word in result.stderr for word in words), result.stderr


@pytest.mark.parametrize("script", ["plot_sweep", "plot_steps", "plot_dead_fraction", "plot_field", "plot_spectrum"])
def test_files_that_cannot_be_read(tmp_path, script):
    missing, text, half = tmp_path / "missing.nc", tmp_path / "text.nc", tmp_path / "half.nc"
    text.write_text("this is\nnot what it should be\n")
    half.write_bytes(write_sweep(tmp_path / "sweep.nc", bands(FATES)).read_bytes()[:3000])
    for file in (missing, text, half):
        fails(script, file, tmp_path, str(file))


def test_files_that_hold_something_else(tmp_path):
    field, sweep = write_field(tmp_path / "field.nc"), write_sweep(tmp_path / "sweep.nc", bands(FATES))
    fails("plot_sweep", field, tmp_path, "'fate'")
    fails("plot_field", sweep, tmp_path, "'loss'")
    with h5py.File(sweep, "a") as file:
        del file["steps"], file["point_done"]
    fails("plot_steps", sweep, tmp_path, "'steps'")
    fails("plot_dead_fraction", sweep, tmp_path, "'point_done'")


def test_values_that_mean_nothing(tmp_path):
    fails("plot_sweep", write_sweep(tmp_path / "fate.nc", bands([0, 7])), tmp_path, "7")
    sweep = write_sweep(tmp_path / "shape.nc", bands(FATES))
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


def test_broken_chunks(tmp_path):
    sweep = write_sweep(tmp_path / "sweep.nc", bands(FATES))
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
    sweep = write_sweep(tmp_path / "sweep.nc", bands(FATES))
    for out in (tmp_path / "none" / "picture.png", tmp_path / "picture.unknown"):
        result = run("plot_sweep", sweep, "--out", out)
        assert result.returncode == 1 and result.stderr.startswith("plot_sweep: ") and result.stderr.count("\n") == 1
