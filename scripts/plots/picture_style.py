"""matplotlib in the style of the pictures, whatever settings the user has. Import this before anything of matplotlib.

While matplotlib is imported, it reads the variable MPLBACKEND and a matplotlibrc, that of the current folder first. A
backend that is not installed, TeX, a dark style or a broken file would change the pictures, or end the script. So it is
imported where it finds neither.
"""

import contextlib
import os
import pathlib

STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    # Text in a PDF stays text: TrueType, which publishers take.
    "pdf.fonttype": 42,
}


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
matplotlib.rcParams.update(STYLE)
