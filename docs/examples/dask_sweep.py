"""The dead fraction of every column of a map that need not fit in memory, with Dask.

    python docs/examples/dask_sweep.py                   # makes map.h5 first, where there is none
    python docs/examples/dask_sweep.py --file out/fig4.h5

The file is read chunk by chunk, as its maps are stored: 512 x 512 pixels at a time. A thread holds one chunk and its
sums, whatever the size of the sweep.
"""

import argparse
import pathlib

import dask
import deadcone
import xarray as xr

DEAD = 1


def dead_fraction_by_weight(sweep: xr.Dataset) -> xr.DataArray:
    """The share of dead units over all biases, for each point of the sweep and each initial weight."""
    fate = sweep.fate.chunk(sweep.fate.encoding["preferred_chunks"])  # those of the file: none is read twice
    fraction: xr.DataArray = (fate == DEAD).mean("b")
    return fraction


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=pathlib.Path, default=pathlib.Path("map.h5"), help="a sweep of the plane w,b")
    parser.add_argument("--size", type=int, default=2048, help="pixels a side of the sweep that is made")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()

    if not arguments.file.exists():
        side = (-2, 2, arguments.size)
        deadcone.sweep(
            beta=[0.7, 0.9], gamma=[1, 0.1], w=side, b=side, certify=True, threads=arguments.threads, out=arguments.file
        ).close()

    with deadcone.open(arguments.file) as sweep, dask.config.set(num_workers=arguments.threads):
        pixels = sweep.fate.size
        by_weight = dead_fraction_by_weight(sweep).compute()
    print(f"{pixels:,} pixels of {by_weight.sizes['beta']} x {by_weight.sizes['gamma']} maps")

    worst = by_weight.idxmax("w")
    for beta in by_weight.beta.values:
        for gamma in by_weight.gamma.values:
            here = by_weight.sel(beta=beta, gamma=gamma)
            where = float(worst.sel(beta=beta, gamma=gamma))
            print(
                f"beta {beta:g}, gamma {gamma:g}: dead {float(here.mean()):.4f}, "
                f"most at initial weight {where:+.3f}: {float(here.max()):.4f}"
            )


if __name__ == "__main__":
    main()
