"""The generator of the atlas: what it writes for which file, and what it refuses. The page: test_atlas_page.py."""

import base64
import json
import functools
import os
import re
import zlib

import h5py
import numpy as np
import pytest
from conftest import FATES, fill_pixels

import in_process  # makes the scripts modules
from deadcone.plot._palettes import PALETTES

ROOT = in_process.SCRIPTS.parent

TILE = 512


def run(*arguments):
    return in_process.run("atlas", *arguments)


def make(sweep, site, *options):
    """Makes an atlas and returns what it says of the sweep."""
    result = run(sweep, "-o", site, *options)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    assert result.stdout == f"{site / 'index.html'}\n"
    return description(site)


def description(site):
    text = (site / "data" / "sweep.js").read_text()
    return json.loads(text.removeprefix("atlas.sweep = ").removesuffix(";\n"))


def refuses(*arguments, mentions, status=3, run=run):
    result = run(*arguments)
    assert result.returncode == status and result.stdout == ""
    assert result.stderr.startswith("atlas: ") and result.stderr.count("\n") == 1, result.stderr
    assert all(text in result.stderr for text in mentions), result.stderr


def read_tile(site, point, name, shape, kinds=("i1", "i4")):
    """Fates, steps and what else there is in a tile, whose types are `kinds`, read as the page reads them."""
    text = (site / "data" / str(point) / f"{name}.js").read_text()
    call = re.fullmatch(rf'atlas\.receiveTile\("{point}/{name}","([A-Za-z0-9+/=]*)"\);\n', text)
    data = zlib.decompress(base64.b64decode(call[1]))
    maps = []
    for kind in kinds:
        size = np.dtype(kind).itemsize * np.prod(shape)
        planes = np.frombuffer(data[:size], "u1").reshape(-1, *shape)
        maps.append(np.moveaxis(planes, 0, -1).copy().view(f"<{kind}")[..., 0])
        data = data[size:]
    assert not data
    return maps


@pytest.fixture(scope="module")
def sweep(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep") / "sweep.h5"
    deadcone.done("sweep --beta 0.9,0 --gamma 1,0.1,0.5 --w -2:2:20 --b -1:1:12 --max-steps 500 --out", path)
    return path


def test_points_are_in_ascending_order_with_their_shares_and_maps(sweep, tmp_path):
    site = tmp_path / "site"
    said = make(sweep, site)
    assert said["axes"] == {"beta": [0.0, 0.9], "gamma": [0.1, 0.5, 1.0], "eta": [0.1], "delta": [0.0], "r": [0.0]}
    with h5py.File(sweep) as file:
        for side, axis in (("x", "w"), ("y", "b")):
            assert said["plane"][side]["axis"] == axis and said["plane"][side]["values"] == file[axis][...].tolist()
        for point, (i, j) in enumerate((i, j) for i in (1, 0) for j in (1, 2, 0)):
            assert said["shares"][point] == file["fate_fraction"][i, j].tolist()
            fates, steps = read_tile(site, point, "0_0_0", (12, 20))
            assert np.array_equal(fates, file["fate"][i, j]) and np.array_equal(steps, file["steps"][i, j])
    assert said["halvings"] == 0 and said["precision"] == "float" and "--beta 0.9,0" in said["history"]


def test_libraries_are_bundled_with_their_licences(sweep, tmp_path):
    site = tmp_path / "site"
    make(sweep, site)
    for name, files in {"leaflet": ("leaflet.js", "leaflet.css"), "plotly": ("plotly.min.js",)}.items():
        for file in files:
            assert (site / "lib" / name / file).stat().st_size > 5000
        assert "ermission" in (site / "lib" / name / "LICENSE.txt").read_text()
    page = (site / "index.html").read_text()
    assert not re.search(r'(src|href)="(https?:)?//', page), "the page asks the network for something"
    for source in re.findall(r'(?:src|href)="([^":]+)"', page):
        assert (site / source).is_file(), source


@pytest.mark.parametrize("maps", [["fate", "steps"], ["fate", "steps", "proof", "provenance"]])
def test_large_maps_are_pyramids_of_tiles(deadcone, tmp_path, maps):
    path, site = tmp_path / "large.h5", tmp_path / "site"
    certify = "--certify" if "proof" in maps else ""
    deadcone.done("sweep --beta 0.9 --gamma 0.1 --w -2:2:1301 --b -2:2:700 --max-steps 9 --out", path, certify)
    if "provenance" in maps:
        fill_pixels(path, slice(100, 650), slice(3, 1200))
    assert make(path, site)["halvings"] == 2
    with h5py.File(path) as file:
        stored = [file[name][0, 0] for name in maps]
        kinds = [values.dtype.str.lstrip("<|") for values in stored]
    tiles = 0
    for halvings in range(3):
        for row in range(-(-stored[0].shape[0] // TILE)):
            for column in range(-(-stored[0].shape[1] // TILE)):
                part = np.s_[row * TILE : (row + 1) * TILE, column * TILE : (column + 1) * TILE]
                read = read_tile(site, 0, f"{halvings}_{column}_{row}", stored[0][part].shape, kinds)
                assert all(np.array_equal(found, values[part]) for found, values in zip(read, stored))
                tiles += 1
        stored = [values[::2, ::2] for values in stored]
    assert tiles == 6 + 2 + 1 == len(list((site / "data" / "0").iterdir()))


def test_proofs_and_provenance_are_told_by_their_names_in_the_file(deadcone, sweep, tmp_path):
    path = tmp_path / "certified.h5"
    deadcone.done("sweep --certify --beta 0.9 --w -2:2:20 --b -1:1:12 --out", path)
    said = make(path, tmp_path / "site")
    with h5py.File(path, "a") as file:
        names = file["proof"].attrs["flag_meanings"].decode().split()
        assert said["proofs"] == {str(value): name for value, name in zip(file["proof"].attrs["flag_values"], names)}
        assert said["proofs"][str(said["proofOfDeath"])] == "trap" and len(said["deaths"]) == 3
        file["proof"].attrs["flag_meanings"] = np.bytes_(" ".join(sorted(names, key=lambda name: name != "trap")))
    fill_pixels(path, slice(2), slice(3))
    said = make(path, tmp_path / "other")
    assert said["proofOfDeath"] == 0 and said["provenance"] == {"0": "computed", "1": "filled"}
    said = make(sweep, tmp_path / "plain")
    assert said["bytes"] == {"fate": 1, "steps": 4}
    assert not said["proofs"] and not said["deaths"] and not said["provenance"] and said["proofOfDeath"] is None


def test_names_of_fates_come_from_the_file_in_the_colours_of_the_palette(sweep, tmp_path):
    path = tmp_path / "sweep.h5"
    path.write_bytes(sweep.read_bytes())
    said = make(path, tmp_path / "site")
    assert said["pending"] == -1 and [fate["name"] for fate in said["fates"]] == list(FATES)
    assert said["meanings"]["beta"] == "momentum"
    paper = make(path, tmp_path / "paper", "--palette", "paper")
    for fates, palette in ((said["fates"], "default"), (paper["fates"], "paper")):
        assert {fate["name"]: fate["colour"] for fate in fates}.items() <= PALETTES[palette].fates.items()
    # In another order, as a later version may have them.
    with h5py.File(path, "a") as file:
        for name in ("fate", "fate_code"):
            names = file[name].attrs["flag_meanings"].decode().replace("dead stalled", "stalled dead")
            file[name].attrs["flag_meanings"] = np.bytes_(names)
    said = make(path, tmp_path / "other")
    assert [fate["code"] for fate in said["fates"] if fate["name"] == "dead"] == [2]


def test_five_axes(deadcone, tmp_path):
    path, site = tmp_path / "five.h5", tmp_path / "site"
    axes = "--beta 0,0.9 --gamma 1,0.1 --eta 0.1,0.2,0.3 --delta=-0.1,0,0.1 --r 0,0.5"
    deadcone.done(f"sweep {axes} --w -1:1:3 --b -1:1:2 --max-steps 50 --out", path)
    said = make(path, site)
    assert [len(values) for values in said["axes"].values()] == [2, 2, 3, 3, 2] and len(said["shares"]) == 72
    with h5py.File(path) as file:
        # beta 0.9, gamma 0.1 (second in the file, first in the atlas), eta 0.2, delta 0.1, r 0.5
        stored, point = (1, 1, 1, 2, 1), (((1 * 2 + 0) * 3 + 1) * 3 + 2) * 2 + 1
        fates, steps = read_tile(site, point, "0_0_0", (2, 3))
        assert np.array_equal(fates, file["fate"][stored]) and np.array_equal(steps, file["steps"][stored])


def test_a_window_of_one_pixel_without_steps(deadcone, tmp_path):
    path, site = tmp_path / "one.h5", tmp_path / "site"
    deadcone.done("sweep --beta 0.9 --w -1:0:1 --b 0:1:1 --fields fate --out", path)
    said = make(path, site)
    x, y = said["plane"]["x"], said["plane"]["y"]
    assert x["values"] == [-0.5] and y["values"] == [0.5] and (x["lo"], x["hi"], x["count"]) == (-1.0, 0.0, 1)
    assert said["bytes"] == {"fate": 1}


def test_pending_points_have_no_shares_and_no_map(sweep, tmp_path):
    path, site = tmp_path / "part.h5", tmp_path / "site"
    path.write_bytes(sweep.read_bytes())
    with h5py.File(path, "a") as file:
        file["point_done"][0, 0] = 0  # beta 0.9, gamma 1: the last
        file["fate_fraction"][0, 0] = np.nan
    said = make(path, site)
    assert [shares is None for shares in said["shares"]] == 5 * [False] + [True]
    assert not (site / "data" / "5").exists()


# ---- The folder


def test_a_folder_that_is_there_is_not_overwritten_unless_asked(sweep, tmp_path):
    site = tmp_path / "site"
    make(sweep, site)
    (site / "left over").write_text("")
    before = (site / "index.html").stat().st_mtime_ns
    refuses(sweep, "-o", site, mentions=[str(site), "--overwrite"], status=1)
    assert (site / "index.html").stat().st_mtime_ns == before
    make(sweep, site, "--overwrite")
    assert not (site / "left over").exists()


def test_what_is_no_atlas_is_never_overwritten(sweep, tmp_path):
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    (folder / "thesis.txt").write_text("")
    file.write_text("")
    for target in (folder, file):
        refuses(sweep, "-o", target, "--overwrite", mentions=[str(target), "no atlas"], status=1)
    assert (folder / "thesis.txt").exists() and file.exists()


# ---- Errors


def test_files_that_cannot_be_used(sweep, tmp_path):
    text, half, site = tmp_path / "text.h5", tmp_path / "half.h5", tmp_path / "site"
    text.write_text("this is\nnot what it should be\n")
    half.write_bytes(sweep.read_bytes()[:3000])
    for file in (tmp_path / "missing.h5", text, half):
        refuses(file, "-o", site, mentions=[str(file)])
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["half.h5", "text.h5"]


@pytest.mark.parametrize(
    "spoil, mention",
    [
        (lambda file: file.attrs.__delitem__("configuration"), "configuration"),
        (lambda file: file.attrs.__setitem__("configuration", "{"), "configuration"),
        (lambda file: file.attrs.__setitem__("configuration", "[]"), "configuration"),
        (lambda file: file.__delitem__("point_done"), "point_done"),
        (lambda file: file["fate_fraction"].__setitem__((0, 0), np.nan), "fate_fraction"),
        (lambda file: file["fate"].__setitem__((0, 0, 0, 0), 9), "9"),
        (lambda file: file["fate_code"].__setitem__(0, 9), "fate_code"),
        (lambda file: file["fate"].attrs.__delitem__("flag_values"), "flag_values"),
    ],
)
def test_spoilt_files(sweep, tmp_path, spoil, mention):
    path, site = tmp_path / "spoilt.h5", tmp_path / "site"
    path.write_bytes(sweep.read_bytes())
    with h5py.File(path, "a") as file:
        spoil(file)
    refuses(path, "-o", site, mentions=[str(path), mention])
    assert [entry.name for entry in tmp_path.iterdir()] == ["spoilt.h5"]


def test_missing_libraries_are_named_with_what_to_install(sweep, tmp_path):
    refuses(sweep, "-o", tmp_path / "site", "--leaflet", tmp_path, mentions=["libjs-leaflet", "--leaflet"], status=1)
    # A package of that name without the script hides the real one.
    (tmp_path / "plotly.py").write_text("")
    hidden = {**os.environ, "PYTHONPATH": str(tmp_path)}
    alone = functools.partial(in_process.run_alone, "atlas", env=hidden)
    refuses(sweep, "-o", tmp_path / "site", mentions=["pip install plotly"], status=1, run=alone)


def test_help():
    result = in_process.run_alone("atlas", "--help")
    assert result.returncode == 0 and "--overwrite" in result.stdout and "--leaflet" in result.stdout


# ---- Formulas


def test_the_page_has_the_coefficients_of_the_program():
    def numbers(text, name, convert):
        body = re.search(rf"\b{name}(?:\[\])? = [\[{{](.*?)[\]}}]", text, re.DOTALL)[1]
        return [convert(word.strip()) for word in body.split(",")]

    header = (ROOT / "include" / "deadcone" / "numeric" / "normal_coefficients.hpp").read_text()
    page = (ROOT / "python" / "deadcone" / "_atlas" / "page" / "normal.js").read_text()
    numerator, denominator = (numbers(page, name, float) for name in ("NUMERATOR", "DENOMINATOR"))
    assert numerator == numbers(header, "mills_numerator_double", float.fromhex)
    assert denominator == [1.0] + numbers(header, "mills_denominator_double", float.fromhex)
