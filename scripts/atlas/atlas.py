#!/usr/bin/env python3
"""Writes a sweep as an atlas: a folder with a page that opens in a browser from disk, with no server and no network.

A page from disk may load scripts but read no files, so all data come as scripts: one with the coordinates and shares of
all points, and the maps as tiles, of which the page loads those that it shows.
"""

import argparse
import base64
import importlib.util
import json
import pathlib
import shutil
import tempfile
import zlib

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "plots"))
import sweep_file  # noqa: E402
from sweep_file import AXES, DEATHS, FATES, PROOF_OF_DEATH, PlotError  # noqa: E402

PAGE = pathlib.Path(__file__).resolve().parent / "page"
DEBIAN_LEAFLET = "/usr/share/javascript/leaflet"
# Where the licence may be: beside the library, or where Debian puts it.
LEAFLET_LICENCES = ("LICENSE", "LICENSE.txt", "../LICENSE", "/usr/share/doc/libjs-leaflet/copyright")
# An edge of a tile, in pixels: that of the file's chunks, so that none is unpacked twice.
TILE = 512
COMPRESSION = 6
# The maps that a tile holds, as far as the file has them, in this order.
MAPS = {"fate": "<i1", "steps": "<i4", "proof": "<i1", "provenance": "<i1"}
# What the page computes trajectories with.
CRITERIA = {"stop", "tolerance", "relative_tolerance", "rho", "epsilon", "max_steps"}


# ---- Libraries


def first_file(folder, names):
    """The first of some names that is a file, seen from a folder; None if none is."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def find_leaflet(folder):
    """Leaflet's files and its licence."""
    folder = pathlib.Path(folder)
    files = [folder / "leaflet.js", folder / "leaflet.css"]
    if not all(file.is_file() for file in files):
        raise PlotError(
            f"{folder}: there is no leaflet.js and leaflet.css; install the Debian package libjs-leaflet, "
            "or name a folder that has them by --leaflet"
        )
    licence = first_file(folder, LEAFLET_LICENCES)
    if not licence:
        raise PlotError(f"{folder}: Leaflet's LICENSE is not there; put it beside leaflet.js")
    return files, licence


def find_plotly():
    """Plotly's script and its licence, in the Python package."""
    found = importlib.util.find_spec("plotly")
    package = pathlib.Path(found.origin).parent if found and found.origin else pathlib.Path()
    script = package / "package_data" / "plotly.min.js"
    licences = sorted(package.parent.glob("plotly-*.dist-info/**/LICENSE*"))
    if not script.is_file() or not licences:
        raise PlotError("the Python package plotly is not there; install it: pip install plotly")
    return [script], licences[0]


def copy_page(site, libraries):
    """Copies the page and its libraries, each with its licence."""
    shutil.copytree(PAGE, site)
    for name, (files, licence) in libraries.items():
        folder = site / "lib" / name
        folder.mkdir(parents=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
        shutil.copyfile(licence, folder / "LICENSE.txt")


# ---- The sweep


def configuration_of(data):
    """What the sweep was made with, as `deadcone sweep` stores it."""
    try:
        configuration = json.loads(data.attribute("configuration"))
        for name in ("w", "b"):
            window = configuration["window"][name]
            if window["count"] != getattr(data, name).size or not window["lo"] < window["hi"]:
                raise ValueError(f"its window does not fit the coordinate '{name}'")
        if not configuration["criteria"].keys() >= CRITERIA:
            raise ValueError("its criteria are not complete")
    except (ValueError, KeyError, TypeError) as error:
        raise PlotError(f"{data.path}: the attribute 'configuration' cannot be used: {error}") from error
    return configuration


def positions_of(data):
    """Where in the file the points are: all axes in the order of AXES, each ascending, the last running fastest."""
    order = [data.ascending(name, None) for name in AXES]
    return [
        data.position(dict(zip(AXES, (axis[i] for axis, i in zip(order, index)))))
        for index in np.ndindex(*map(len, order))
    ]


def shares_of(data, position):
    """The share of every fate at a point, or None where it is not computed yet."""
    if not data.read("point_done", position):
        return None
    fractions = data.read("fate_fraction", position)
    if data.read("fate_code").tolist() != list(FATES) or fractions.size != len(FATES) or not np.all(fractions >= 0):
        raise PlotError(f"{data.path}: 'fate_fraction' is not a share of each fate")
    return fractions.tolist()


def halvings_of(data):
    """How often the map is halved until it is one tile."""
    halvings = 0
    while max(data.b.size, data.w.size) > TILE << halvings:
        halvings += 1
    return halvings


def describe(data, configuration, shares):
    """What the page needs to know before any map."""
    return {
        "name": pathlib.Path(data.path).name,
        "history": data.attribute("history"),
        "version": data.attribute("version"),
        "precision": data.attribute("precision"),
        "axes": {name: np.sort(data.values[name]).tolist() for name in AXES},
        "w": data.w.tolist(),
        "b": data.b.tolist(),
        "window": configuration["window"],
        "criteria": configuration["criteria"],
        "fates": coded(FATES),
        "deaths": coded(DEATHS) if data.has("proof") else [],
        "proofs": data.meanings("proof"),
        "proofOfDeath": data.code("proof", PROOF_OF_DEATH),
        "provenance": data.meanings("provenance"),
        "shares": shares,
        "tile": TILE,
        "halvings": halvings_of(data),
        "bytes": {name: np.dtype(kind).itemsize for name, kind in MAPS.items() if data.has(name)},
    }


def coded(meanings):
    """Values, names and colours as the page takes them."""
    return [{"code": code, "name": name, "colour": colour} for code, (name, colour) in meanings.items()]


# ---- Tiles


def bands_of(data, position):
    """A map from its lowest b upwards, as many rows at a time as a tile has: an array for each of MAPS."""
    stored = {name: kind for name, kind in MAPS.items() if data.has(name)}
    for low in range(0, data.b.size, TILE):
        rows = slice(low, low + TILE)
        band = [data.map_rows(name, position, rows).astype(kind) for name, kind in stored.items()]
        data.checked_fates(band[0])
        yield band


def written(bands, folder, halvings):
    """Writes the tiles of every band and hands on half of it: every other pixel, since labels cannot be averaged."""
    for row, band in enumerate(bands):
        for column in range(-(-band[0].shape[1] // TILE)):
            name = f"{halvings}_{column}_{row}"
            tile = [values[:, column * TILE : (column + 1) * TILE] for values in band]
            write_tile(folder, name, tile)
        yield [values[::2, ::2] for values in band]


def paired(halves):
    """Puts two halves of bands at a time together to a band."""
    for lower in halves:
        upper = next(halves, None)
        yield lower if upper is None else [np.vstack(pair) for pair in zip(lower, upper)]


def write_tile(folder, name, tile):
    """A script that hands the page a tile: of each map the lowest bytes of all pixels, the next bytes, ... deflated."""
    planes = [
        np.ascontiguousarray(values).view("u1").reshape(-1, values.dtype.itemsize).T.tobytes() for values in tile
    ]
    text = base64.b64encode(zlib.compress(b"".join(planes), COMPRESSION)).decode()
    (folder / f"{name}.js").write_text(f'atlas.receiveTile("{folder.name}/{name}","{text}");\n')


def write_map(data, position, folder):
    """Writes the pyramid of a map. Every level is made as the one below passes, so a map is never kept whole."""
    folder.mkdir(parents=True)
    halves = written(bands_of(data, position), folder, 0)
    for halvings in range(1, halvings_of(data) + 1):
        halves = written(paired(halves), folder, halvings)
    for _ in halves:
        pass


# ---- The folder


def is_atlas(folder):
    return (folder / "index.html").is_file() and (folder / "data" / "sweep.js").is_file()


def check_target(folder, overwrite):
    """What is there may be overwritten only if that is asked for, and if it is an atlas."""
    if not folder.exists():
        return
    if not overwrite:
        raise PlotError(f"{folder}: exists already; give --overwrite, or another folder")
    if not is_atlas(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise PlotError(f"{folder}: is no atlas, so it is not overwritten; give another folder")


def write_atlas(data, site, libraries):
    configuration = configuration_of(data)
    positions = positions_of(data)
    shares = [shares_of(data, position) for position in positions]
    copy_page(site, libraries)
    description = json.dumps(describe(data, configuration, shares), allow_nan=False)
    (site / "data").mkdir()
    (site / "data" / "sweep.js").write_text(f"atlas.sweep = {description};\n")
    for point, position in enumerate(positions):
        if shares[point] is not None:
            write_map(data, position, site / "data" / str(point))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="what `deadcone sweep` wrote")
    parser.add_argument("-o", "--out", metavar="DIR", required=True, help="the folder to make; open its index.html")
    parser.add_argument("--overwrite", action="store_true", help="replace an atlas that is there already")
    parser.add_argument(
        "--leaflet", metavar="DIR", default=DEBIAN_LEAFLET, help="where leaflet.js and .css are (default: %(default)s)"
    )
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    out = pathlib.Path(arguments.out)
    check_target(out, arguments.overwrite)
    libraries = {"leaflet": find_leaflet(arguments.leaflet), "plotly": find_plotly()}
    with sweep_file.ResultFile(arguments.file, "fate") as data:
        # Made beside its place and then moved there, so that what is there is a whole atlas at any time.
        out.resolve().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.resolve().parent, prefix=f".{out.name}.") as part:
            site = pathlib.Path(part) / "site"
            write_atlas(data, site, libraries)
            if out.exists():
                shutil.rmtree(out)
            site.rename(out)
    print(out / "index.html")


if __name__ == "__main__":
    sweep_file.run(main)
