#!/usr/bin/env python3
"""An example to start from: a sweep in xarray, its dead fraction as a table, one map as a heat map.

Nothing of deadcone is needed to read its files; xarray opens them through h5netcdf or netCDF4.

    example_xarray.py out/fig4.h5 --beta 0.9 --gamma 0.1        draws out/fig4.heat.png
"""

import argparse
import pathlib

import matplotlib

matplotlib.use("Agg")  # a file, not a window
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.colors import LogNorm

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("file", type=pathlib.Path, help="what `deadcone sweep` wrote")
parser.add_argument("--beta", type=float, default=0.9, help="momentum; the nearest in the file is taken")
parser.add_argument("--gamma", type=float, default=0.1, help="standard deviation of the target; likewise")
arguments = parser.parse_args()

with xr.open_dataset(arguments.file) as sweep:
    # One number per point: a coordinate is chosen by its value, not by its place.
    dead = sweep.fate_fraction.sel(fate_code=1)
    print(dead.squeeze(drop=True).to_series().to_string())

    # One map. Only what is selected is read from the disk.
    point = sweep.sel(beta=arguments.beta, gamma=arguments.gamma, method="nearest")
    point = point.isel({name: 0 for name in ("eta", "delta", "r") if name in point.dims})  # where those are swept
    steps = point.steps.where(point.steps > 0)  # starts without updates, or that are not computed, stay empty

    steps.plot.imshow(norm=LogNorm(), cmap="viridis", cbar_kwargs={"label": "updates"})
    plt.title(f"β = {point.beta.item():g}, γ = {point.gamma.item():g}")
    plt.savefig(arguments.file.with_suffix(".heat.png"), dpi=150, bbox_inches="tight")
    print(arguments.file.with_suffix(".heat.png"))
