"""A sweep that several processes compute in parts, opened as one Dataset without joining the files.

    python docs/examples/shards.py --parts 3 --folder parts

On a cluster each job computes one part: `shard=(k, n)` is all that it has to know of the others. Here they are processes
of this machine. They are spawned, not forked: a fork does not have the threads of the library.
"""

import argparse
import multiprocessing
import pathlib

import deadcone
import xarray as xr


def compute_part(part: int, parts: int, folder: str) -> str:
    """Computes one part of the sweep; returns the path of its file."""
    dataset = deadcone.sweep(
        beta=(0, 0.96, 9),
        gamma=[1, 0.1, 0.01],
        w=(-2, 2, 128),
        b=(-2, 2, 128),
        certify=True,
        threads=1,
        shard=(part, parts),
        out=pathlib.Path(folder) / "sweep.h5",
        resume=True,
        progress=False,
    )
    with dataset:
        return str(dataset.encoding["source"])


def open_parts(files: list[str]) -> xr.Dataset:
    """The whole sweep, read where it is used. What a part lacks is -1 in it, or not a number: less than any result."""
    parts: xr.Dataset = xr.open_mfdataset(
        files,
        combine="nested",
        concat_dim="part",
        combine_attrs="drop_conflicts",
        engine="h5netcdf",
        driver_kwds={"locking": False},
        decode_timedelta=False,
    )
    return parts.max("part", keep_attrs=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, default=3, help="processes, each with one part")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("parts"), help="where the files go")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    tasks = [(part, arguments.parts, str(arguments.folder)) for part in range(1, arguments.parts + 1)]
    with multiprocessing.get_context("spawn").Pool(arguments.parts) as pool:
        files = pool.starmap(compute_part, tasks)
    print("files:", ", ".join(pathlib.Path(file).name for file in files))

    with open_parts(files) as sweep:
        dead = sweep.fate_fraction.sel(fate_code=1).compute()
        print(dead.to_pandas().round(3))
        with deadcone.merge(arguments.folder / "merged.h5", files, overwrite=True) as merged:
            same = all(sweep[name].equals(merged[name]) for name in merged.data_vars)
    print("the same as merged:", same)


if __name__ == "__main__":
    main()
