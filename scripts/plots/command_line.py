"""What the command lines of the scripts share: options, and where the picture goes. Figures do not use pyplot, so they
need no display.
"""

import argparse
import dataclasses
import errno
import io
import os
import pathlib
import stat
import tempfile

import picture_style  # noqa: F401  before deadcone

from deadcone.errors import StorageError
from deadcone.plot._arguments import LEAST_DPI, MOST_DPI
from deadcone.plot._labels import SYMBOLS
from deadcone.plot._palettes import PALETTES
from deadcone.plot._wording import Wording

OPTIONS = Wording(
    axis="--{}",
    dpi="--dpi",
    overwrite="--overwrite",
    leaflet="--leaflet",
    no_proofs="the file has no proofs; `deadcone sweep --certify` computes them",
)
# Of births, whose axes have no options of their own.
BIRTH_OPTIONS = dataclasses.replace(OPTIONS, axis="--at {}=VALUE")


def parser(description, picture):
    """A parser with the options that all scripts have; `picture` describes the default path of the picture."""
    result = argparse.ArgumentParser(description=description)
    meaning = f"write the picture here; the suffix chooses PNG, PDF or SVG (default: {picture})"
    result.add_argument("--out", metavar="PICTURE", help=meaning)
    add_dpi_option(result, 200)
    return result


def add_dpi_option(result, default):
    result.add_argument("--dpi", type=_dpi, default=default, help="pixels per inch (default: %(default)s)")


def add_palette_option(result):
    """--palette, whose value is a name in PALETTES."""
    meaning = "colours; paper: dead blue and converged yellow, as in Fig. 4 of the paper (default: %(default)s)"
    result.add_argument("--palette", choices=tuple(PALETTES), default="default", help=meaning)


def add_axis_options(result, names, default):
    for name in names:
        meaning = f"draw the {name} nearest to VALUE (default: {default})"
        result.add_argument(f"--{name}", type=float, metavar="VALUE", help=meaning)


def sweep_parser(description, picture, wanted="a file that `deadcone sweep` wrote"):
    """A parser for a picture of a sweep: the file, its points to draw, the colours and the path of the picture."""
    result = parser(description, picture)
    add_palette_option(result)
    result.add_argument("file", metavar="FILE", help=wanted)
    add_axis_options(result, tuple(SYMBOLS), "all along the columns and rows of the picture, else the first")
    add_at_option(result, "the same for any axis of the file, such as leak=0.1")
    return result


def add_at_option(result, meaning):
    result.add_argument("--at", type=_axis_value, metavar="AXIS=VALUE", action="append", default=[], help=meaning)


def birth_parser(description, picture, chosen, several=False):
    """A parser for a picture of births: the file or files, the points to draw (`chosen` by default), the picture's path."""
    result = parser(description, picture)
    meaning = "a file that `deadcone birth` wrote" + ("; several are drawn in one picture" if several else "")
    result.add_argument("file", metavar="FILE", nargs="+" if several else None, help=meaning)
    add_at_option(result, f"draw the points nearest to this value of an axis (default: {chosen})")
    return result


def wanted_values(arguments):
    """The values that the options of sweep_parser ask for, by axis; None where they leave it open."""
    return {axis: getattr(arguments, axis) for axis in SYMBOLS} | dict(arguments.at)


def _axis_value(text):
    axis, _, value = text.partition("=")
    try:
        return axis, float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not AXIS=VALUE, such as leak=0.1") from None


def _dpi(text):
    value = int(text)
    if not LEAST_DPI <= value <= MOST_DPI:
        raise argparse.ArgumentTypeError(f"must be from {LEAST_DPI} to {MOST_DPI}")
    return value


def beside(path, ending):
    """The default path of a picture: the path of the data with another ending."""
    return str(pathlib.Path(path).with_suffix("")) + ending


def save(figure, path, dpi):
    """Writes a figure in the format of the path's suffix. Whatever fails, a picture that is there stays as it is."""
    suffix = pathlib.Path(path).suffix.removeprefix(".")
    picture = io.BytesIO()
    try:
        figure.savefig(picture, dpi=dpi, format=suffix or None)
    except ValueError as error:  # a suffix that Matplotlib does not know, or a picture beyond its largest size
        raise StorageError(f"{path}: {error}") from error
    try:
        _write(path, picture.getbuffer())
    except OSError as error:
        hint = "; give a shorter name with --out" if error.errno == errno.ENAMETOOLONG else ""
        raise StorageError(f"{path}: {error.strerror}{hint}") from error


def _write(path, content):
    """Writes a file in place of the one that is there, whose permissions it keeps; a device or a pipe is written to."""
    exists = os.path.exists(path)
    if exists and not os.path.isfile(path):
        with open(path, "wb") as file:
            file.write(content)
        return
    path = os.path.realpath(path)
    if exists and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    mode = stat.S_IMODE(os.stat(path).st_mode) if exists else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.chmod(file.name, mode)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
