"""The atlas of a sweep: a folder with a page that opens in a browser from disk."""

from __future__ import annotations

import functools
import html
import os
import pathlib
from typing import TYPE_CHECKING

from ..errors import StorageError
from ..plot._arguments import palette_of
from ..plot._wording import ARGUMENTS
from ._generator import DEBIAN_LEAFLET, make_atlas
from ._server import serve

if TYPE_CHECKING:
    from ..plot._types import PaletteName, Source

# Pixels of the page in a notebook.
HEIGHT = 900


class Atlas:
    """An atlas that has been written.

    As the last value of a cell of a notebook it shows its page in an iframe, wherever the folder is. The kernel gives the
    page to browsers on its own machine until it ends, because JupyterLab gives out a page without the scripts beside it.
    A browser on another machine opens `index` in a copy of the folder.

    Attributes
    ----------
    folder : pathlib.Path
        The folder, which can be moved and copied as a whole.
    index : pathlib.Path
        The page, to be opened in a browser.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = pathlib.Path(folder).resolve()
        self.index = self.folder / "index.html"

    def __repr__(self) -> str:
        return f"Atlas({str(self.folder)!r})"

    def _repr_html_(self) -> str:
        return (
            f'<iframe src="{self._address}" width="100%" height="{HEIGHT}" style="border: 0"></iframe>'
            f"<p>The atlas is {html.escape(str(self.index))}. Where it does not show above, the kernel has ended, or runs "
            "on another machine than the browser: run the cell again, or open that file in a browser.</p>"
        )

    @functools.cached_property
    def _address(self) -> str:
        return serve(self.folder)


def atlas(
    ds: Source,
    folder: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    leaflet: str | os.PathLike[str] = DEBIAN_LEAFLET,
    palette: PaletteName = "default",
) -> Atlas:
    """Write a sweep as an atlas: a folder with a page that opens in a browser from disk, without a server or network.

    Parameters
    ----------
    ds : xarray.Dataset or path
        A sweep: in memory, or open with the engine h5netcdf, which is read part by part; or the path of its file.
    folder : path
        The folder to write.
    overwrite : bool
        Replace an atlas that is there.
    leaflet : path
        The folder of leaflet.js and leaflet.css, with their licence.
    palette : {"default", "paper"}
        Colours of the fates, those of `plot.maps`.

    Returns
    -------
    Atlas
        Its `folder` and the path of its page, `index`; a notebook shows it.

    Raises
    ------
    ConfigError
        An argument does not fit: the folder exists, or Leaflet or Plotly is not there.
    StorageError
        The file or the Dataset cannot be read or used, or the folder cannot be written.
    """
    colours = palette_of(palette)
    try:
        make_atlas(ds, pathlib.Path(folder), overwrite, leaflet, colours, ARGUMENTS)
    except StorageError:
        raise
    except OSError as error:
        raise StorageError(f"{error.filename or folder}: {error.strerror}") from error
    return Atlas(folder)
