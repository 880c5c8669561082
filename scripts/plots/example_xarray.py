#!/usr/bin/env python3
"""An example to start from: reads a sweep with xarray, prints its dead fractions and draws one map as a heat map.

draw() needs nothing of deadcone; xarray opens the file through h5netcdf.

    example_xarray.py out/fig4.h5 --beta 0.9 --gamma 0.1        draws out/fig4.heat.png
"""

import argparse
import pathlib

import picture_style  # noqa: F401  that of deadcone's pictures; without this line, your own
import matplotlib

matplotlib.use("Agg")  # a file, not a window
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.colors import LogNorm

from deadcone.errors import StorageError
from deadcone.plot._reader import ResultFile

import failures


def draw(file, beta, gamma, picture):
    """Prints the dead fractions of a sweep, and draws its map at the nearest beta and gamma."""
    # Other programs may write the file meanwhile: readers need no lock.
    with xr.open_dataset(file, engine="h5netcdf", driver_kwds={"locking": False}) as sweep:
        # The file names the values of `fate_code`.
        codes = dict(zip(sweep.fate_code.flag_meanings.split(), sweep.fate_code.flag_values))

        # One number per point: sel() chooses a coordinate by its value, not by its index.
        dead = sweep.fate_fraction.sel(fate_code=codes["dead"])
        print(dead.squeeze(drop=True).to_series().to_string())

        # One map. xarray reads only the selected part from the disk.
        point = sweep.sel(beta=beta, gamma=gamma, method="nearest")
        point = point.isel({name: 0 for name in point.fate.dims[:-2]})  # other swept axes; the last two are of pixels
        updates = point.steps.where(point.steps > 0)  # starts without updates, or not computed, stay empty

        updates.plot.imshow(norm=LogNorm(), cmap="viridis", cbar_kwargs={"label": "updates"})
        plt.title(f"β = {point.beta.item():g}, γ = {point.gamma.item():g}")
        plt.savefig(picture, dpi=150, bbox_inches="tight")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path, help="a file that `deadcone sweep` wrote")
    nearest = "draws the nearest in the file (default: %(default)s)"
    parser.add_argument("--beta", type=float, default=0.9, help=f"momentum; {nearest}")
    parser.add_argument("--gamma", type=float, default=0.1, help=f"standard deviation of the target; {nearest}")
    arguments = parser.parse_args()

    picture = arguments.file.with_suffix(".heat.png")
    with ResultFile(arguments.file, "fate") as data:  # refuses what is no sweep
        if not data.has_starts():
            raise StorageError(f"{arguments.file}: this example draws maps of the plane w,b alone")
    try:
        draw(arguments.file, arguments.beta, arguments.gamma, picture)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise StorageError(f"{arguments.file}: cannot be drawn: {error}") from error
    print(picture)


if __name__ == "__main__":
    failures.run(main)
