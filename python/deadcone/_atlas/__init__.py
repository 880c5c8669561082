"""The atlas of a sweep: a folder with a page that opens in a browser from disk."""

import html
import os
import pathlib

from ..errors import StorageError
from ..plot._canvas import palette_of
from ..plot._wording import ARGUMENTS
from ._generator import DEBIAN_LEAFLET, make_atlas

# Pixels of the page in a notebook.
HEIGHT = 900


class Atlas:
    """An atlas that has been written. A notebook shows its page.

    Attributes
    ----------
    folder : pathlib.Path
        The folder, which can be moved and copied as a whole.
    index : pathlib.Path
        The page, to be opened in a browser.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.index = self.folder / "index.html"

    def __repr__(self):
        return f"Atlas({str(self.folder)!r})"

    def _repr_html_(self):
        # Servers of notebooks give out files by their path from the notebook's folder, in which its kernel starts.
        path = html.escape(pathlib.Path(os.path.relpath(self.index)).as_posix())
        return (
            f'<iframe src="{path}" width="100%" height="{HEIGHT}" style="border: 0"></iframe>'
            f"<p>The atlas is {html.escape(str(self.index))}: it opens in a browser, too.</p>"
        )


def atlas(ds, folder, *, overwrite=False, leaflet=DEBIAN_LEAFLET, palette="default"):
    """Write a sweep as an atlas: a folder with a page that opens in a browser from disk, without a server or network.

    Parameters
    ----------
    ds : xarray.Dataset or path
        A sweep: in memory, or open with the engine h5netcdf, of which a part after the other is read; or the path of its
        file.
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
        Its `folder` and the path of its page, `index`. As the last value of a cell it shows itself.

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
