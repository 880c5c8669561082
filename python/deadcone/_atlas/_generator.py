"""Writes a sweep as an atlas: a folder with a page that opens in a browser from disk, without a server or network.

A page from disk can load scripts but cannot read files, so all data are scripts: one has the names, coordinates and
fractions of the sweep; the maps are tiles, and the page loads only the tiles that it shows.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import math
import pathlib
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._printable import printable
from ..errors import ConfigError, StorageError
from ..plot._drawing import key_of
from ..plot._grid import panel_axes
from ..plot._reader import PENDING, PROOF_OF_DEATH, ResultFile

if TYPE_CHECKING:
    import os
    from typing import TypeAlias

    from ..plot._palettes import Palette
    from ..plot._types import Key, Numbers, Place, Position, Source
    from ..plot._wording import Wording

    #: The files of a library, and its licence.
    Library: TypeAlias = tuple[list[pathlib.Path], pathlib.Path]
    #: Some rows of a map: an array for each of MAPS that there are.
    Band: TypeAlias = list[Numbers]

PAGE = pathlib.Path(__file__).resolve().parent / "page"
DEBIAN_LEAFLET = "/usr/share/javascript/leaflet"
# Places of the licence: beside the library, or where Debian puts it.
LEAFLET_LICENCES = ("LICENSE", "LICENSE.txt", "../LICENSE", "/usr/share/doc/libjs-leaflet/copyright")
# An edge of a tile, in pixels: that of the file's chunks, so that no chunk is unpacked twice.
TILE = 512
COMPRESSION = 6
# The maps of a tile, in this order, without those that the file does not have.
MAPS = {"fate": "<i1", "steps": "<i4", "proof": "<i1", "provenance": "<i1"}
# The entries of the configuration from which the page computes trajectories, and their types; what follows may lack.
CRITERIA: dict[str, type] = {
    "stop": str,
    "tolerance": float,
    "relative_tolerance": bool,
    "rho": float,
    "epsilon": float,
    "max_steps": int,
}
OPTIONAL_CRITERIA: dict[str, type] = {"certify": bool}
# More cannot be counted in the file.
MOST_UPDATES = 1 << 31
SIDE: dict[str, type] = {"lo": float, "hi": float, "count": int}


# ---- Libraries


def first_file(folder: pathlib.Path, names: Iterable[str]) -> pathlib.Path | None:
    """The path of the first of some names that is a file in a folder; None if there is none."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def find_leaflet(place: str | os.PathLike[str], words: Wording) -> Library:
    """Leaflet's files and its licence."""
    folder = pathlib.Path(place)
    files = [folder / "leaflet.js", folder / "leaflet.css"]
    if not all(file.is_file() for file in files):
        raise ConfigError(
            f"{folder}: the folder has no leaflet.js and leaflet.css; install the Debian package libjs-leaflet, "
            f"or give a folder that has them with {words.leaflet}"
        )
    licence = first_file(folder, LEAFLET_LICENCES)
    if not licence:
        raise ConfigError(f"{folder}: Leaflet's LICENSE is missing; put it beside leaflet.js")
    return files, licence


def find_plotly() -> Library:
    """Plotly's script and its licence, in the Python package."""
    found = importlib.util.find_spec("plotly")
    package = pathlib.Path(found.origin).parent if found and found.origin else pathlib.Path()
    script = package / "package_data" / "plotly.min.js"
    licences = sorted(package.parent.glob("plotly-*.dist-info/**/LICENSE*"))
    if not script.is_file() or not licences:
        raise ConfigError("the Python package plotly is missing; install it: pip install plotly")
    return [script], licences[0]


def copy_page(site: pathlib.Path, libraries: Mapping[str, Library]) -> None:
    """Copies the page and its libraries, each with its licence."""
    shutil.copytree(PAGE, site)
    for name, (files, licence) in libraries.items():
        folder = site / "lib" / name
        folder.mkdir(parents=True)
        for file in files:
            shutil.copyfile(file, folder / file.name)
        shutil.copyfile(licence, folder / "LICENSE.txt")


# ---- The sweep


def entries_of(found: Any, kinds: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The entries of a JSON object that `kinds` names with their types; raises ValueError if one is not of its type."""
    entries = {}
    for name, kind in kinds.items():
        value = found[name]
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or (kind is float and not math.isfinite(value)):
            raise ValueError(f"'{name}' of its {where} is not what it should be")
        entries[name] = printable(value) if kind is str else value
    return entries


def configuration_of(data: ResultFile) -> dict[str, Any]:
    """The plane and the criteria of the sweep, as `deadcone sweep` stores them."""
    try:
        stored = json.loads(data.attribute("configuration"))
        plane = {side: side_of(data, stored, side) for side in ("x", "y")}
        criteria = stored["criteria"]
        if not criteria.keys() >= CRITERIA.keys():
            raise ValueError("its criteria are incomplete")
        optional = {name: kind for name, kind in OPTIONAL_CRITERIA.items() if name in criteria}
        criteria = entries_of(criteria, CRITERIA | optional, "criteria")
        if not 0 <= criteria["max_steps"] < MOST_UPDATES:
            raise ValueError("'max_steps' of its criteria is not what it should be")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise StorageError(f"{data.path}: the attribute 'configuration' cannot be used: {error}") from error
    return {"plane": plane, "criteria": criteria}


def side_of(data: ResultFile, stored: Any, name: str) -> dict[str, Any]:
    """A side of the plane, x or y, in a configuration: its axis, its ends, and the values of its pixels."""
    axis, values = dict(zip("xy", zip(data.plane, (data.x, data.y))))[name]
    # A plane of starts is a window, as in version 0.1.
    found = stored["window"][axis] if "window" in stored else stored["plane"][name]
    side = entries_of(found, SIDE, "plane")
    logarithmic = found.get("logarithmic", False)
    if type(logarithmic) is not bool:
        raise ValueError("'logarithmic' of its plane is not what it should be")
    fits = side["count"] == values.size and side["lo"] < side["hi"] and found.get("axis", axis) == axis
    if not fits or (logarithmic and side["lo"] <= 0):
        raise ValueError(f"its plane does not match the coordinate '{axis}'")
    meaning = data.long_name(axis).removesuffix(", at pixel centres")
    return {**side, "axis": axis, "meaning": meaning, "logarithmic": logarithmic, "values": values.tolist()}


def positions_of(data: ResultFile) -> list[Position]:
    """The positions of all points: the axes in the order of `data.values`, each ascending, the last fastest."""
    order = [data.ascending(name, None) for name in data.values]
    return [
        data.position(dict(zip(data.values, (axis[i] for axis, i in zip(order, index)))))
        for index in np.ndindex(*map(len, order))
    ]


def fate_names(data: ResultFile) -> dict[int, str]:
    """The names of the fates by value, in the order of `fate_code`, without pending."""
    names = data.meanings("fate")
    codes = data.codes("fate_code")
    if set(codes) != {value for value, name in names.items() if name != PENDING}:
        raise StorageError(f"{data.path}: 'fate_code' does not list the fates that 'fate' names")
    return {code: names[code] for code in codes}


def shares_of(data: ResultFile, position: Position, fates: Mapping[int, str]) -> list[float] | None:
    """The fraction of every fate at a point, in the order of `fates`; None if it is not computed yet."""
    if not data.by_point("point_done", position):
        return None
    fractions = data.by_point("fate_fraction", position, (len(fates),))
    if not np.all((fractions >= 0) & (fractions <= 1)):
        raise StorageError(f"{data.path}: 'fate_fraction' does not have a fraction for each fate")
    shares: list[float] = fractions.tolist()
    return shares


def halvings_of(data: ResultFile) -> int:
    """How many times the map is halved until it is one tile."""
    halvings = 0
    while max(data.y.size, data.x.size) > TILE << halvings:
        halvings += 1
    return halvings


def describe(
    data: ResultFile,
    configuration: Mapping[str, Any],
    shares: Sequence[list[float] | None],
    minima: Sequence[list[Place] | None],
    palette: Palette,
) -> dict[str, Any]:
    """What the page loads before any map."""
    fates = key_of(fate_names(data), palette)
    deaths = key_of(data.death_names(), palette) if data.has("proof") else {}
    return {
        "name": printable(data.name),
        **{name: printable(data.attribute(name)) for name in ("history", "version", "precision")},
        "axes": {name: np.sort(values).tolist() for name, values in data.values.items()},
        "meanings": {name: data.long_name(name) for name in data.values},
        "panels": panel_axes(data),
        **configuration,
        "pending": data.code("fate", PENDING),
        "fates": coded(fates),
        "deaths": coded(deaths),
        "proofs": data.meanings("proof"),
        "proofOfDeath": data.code("proof", PROOF_OF_DEATH),
        "provenance": data.meanings("provenance"),
        "shares": shares,
        "training": data.training(),
        "minima": minima,
        "tile": TILE,
        "halvings": halvings_of(data),
        "bytes": {name: np.dtype(kind).itemsize for name, kind in MAPS.items() if data.has(name)},
    }


def coded(key: Key) -> list[dict[str, Any]]:
    """Values with their names and colours, in the form that the page takes."""
    return [{"code": code, "name": name, "colour": colour} for code, (name, colour) in key.items()]


# ---- Tiles


def bands_of(data: ResultFile, position: Position) -> Iterator[Band]:
    """Yields a map from its lowest y upwards in bands as high as a tile: an array for each of MAPS."""
    stored = {name: kind for name, kind in MAPS.items() if data.has(name)}
    for low in range(0, data.y.size, TILE):
        rows = slice(low, low + TILE)
        band = [data.map_rows(name, position, rows).astype(kind) for name, kind in stored.items()]
        data.checked_fates(band[0])
        yield band


def written(bands: Iterable[Band], folder: pathlib.Path, halvings: int) -> Iterator[Band]:
    """Writes the tiles of every band, and yields every other pixel of it, because labels cannot be averaged."""
    for row, band in enumerate(bands):
        for column in range(-(-band[0].shape[1] // TILE)):
            name = f"{halvings}_{column}_{row}"
            tile = [values[:, column * TILE : (column + 1) * TILE] for values in band]
            write_tile(folder, name, tile)
        yield [values[::2, ::2] for values in band]


def paired(halves: Iterator[Band]) -> Iterator[Band]:
    """Joins every two halves of bands to a band."""
    for lower in halves:
        upper = next(halves, None)
        yield lower if upper is None else [np.vstack(pair) for pair in zip(lower, upper)]


def write_tile(folder: pathlib.Path, name: str, tile: Band) -> None:
    """Writes a script that gives the page a tile: of each map the lowest bytes of all pixels, the next bytes, ...

    All of them are deflated together.
    """
    planes = [
        np.ascontiguousarray(values).view("u1").reshape(-1, values.dtype.itemsize).T.tobytes() for values in tile
    ]
    text = base64.b64encode(zlib.compress(b"".join(planes), COMPRESSION)).decode()
    (folder / f"{name}.js").write_text(f'atlas.receiveTile("{folder.name}/{name}","{text}");\n')


def write_map(data: ResultFile, position: Position, folder: pathlib.Path) -> None:
    """Writes the pyramid of a map. Each level is made while the one below is written, so a map is never kept whole."""
    folder.mkdir(parents=True)
    halves = written(bands_of(data, position), folder, 0)
    for halvings in range(1, halvings_of(data) + 1):
        halves = written(paired(halves), folder, halvings)
    for _ in halves:
        pass


# ---- The folder


def is_atlas(folder: pathlib.Path) -> bool:
    return (folder / "index.html").is_file() and (folder / "data" / "sweep.js").is_file()


def check_target(folder: pathlib.Path, overwrite: bool, words: Wording) -> None:
    """Raises ConfigError if the folder exists, unless it may be overwritten and is an atlas or empty."""
    if not folder.exists():
        return
    if not overwrite:
        raise ConfigError(f"{folder}: exists already; give {words.overwrite} or another folder")
    if not is_atlas(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise ConfigError(f"{folder}: is no atlas and is not overwritten; give another folder")


def write_atlas(data: ResultFile, site: pathlib.Path, libraries: Mapping[str, Library], palette: Palette) -> None:
    """Writes the page, its libraries, the description of the sweep and its maps into the new folder `site`."""
    configuration = configuration_of(data)
    positions = positions_of(data)
    fates = fate_names(data)
    shares = [shares_of(data, position, fates) for position in positions]
    minima = [data.minima(position) for position in positions]
    description = json.dumps(describe(data, configuration, shares, minima, palette), allow_nan=False)
    copy_page(site, libraries)
    (site / "data").mkdir()
    (site / "data" / "sweep.js").write_text(f"atlas.sweep = {description};\n")
    for point, position in enumerate(positions):
        if shares[point] is not None:
            write_map(data, position, site / "data" / str(point))


def make_atlas(
    source: Source,
    folder: pathlib.Path,
    overwrite: bool,
    leaflet: str | os.PathLike[str],
    palette: Palette,
    words: Wording,
) -> None:
    """Makes the folder of the atlas of a sweep, a file or a Dataset. Errors are in the Wording `words`."""
    check_target(folder, overwrite, words)
    libraries = {"leaflet": find_leaflet(leaflet, words), "plotly": find_plotly()}
    with ResultFile(source, "fate") as data:
        # Made beside its final place and then moved there, so that the folder is a complete atlas at any time.
        place = folder.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".") as part:
            site = pathlib.Path(part) / "site"
            write_atlas(data, site, libraries, palette)
            if place.exists():
                place.rename(pathlib.Path(part) / "replaced")
            site.rename(place)
