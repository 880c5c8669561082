"""The package deadcone of this tree, and matplotlib in the style of its pictures, whatever settings the user has. Import this
before anything of deadcone, matplotlib and h5py.

While matplotlib is imported, it reads the variable MPLBACKEND and a matplotlibrc, that of the current folder first. A
backend that is not installed, TeX, a dark style or a broken file would change the pictures, or end the script. So it is
imported where it finds neither.
"""

import contextlib
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))

# A file is replaced as a whole, never changed in place: readers need no lock, which some file systems do not have.
os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"


@contextlib.contextmanager
def _without_settings():
    """In a folder without matplotlibrc, and without the variables that matplotlib reads."""
    names = ("MATPLOTLIBRC", "MPLBACKEND")
    saved = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["MATPLOTLIBRC"] = os.devnull
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    os.chdir(pathlib.Path(__file__).resolve().parent)
    try:
        yield
    finally:
        os.fchdir(here)
        os.close(here)
        del os.environ["MATPLOTLIBRC"]
        os.environ.update(saved)


with _without_settings():
    import matplotlib

matplotlib.rcParams.update(matplotlib.rcParamsDefault)  # another module may have imported it before

from deadcone.plot._style import STYLE  # noqa: E402

matplotlib.rcParams.update(STYLE)
