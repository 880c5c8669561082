"""Files that other tools have rewritten hold the same values in other chunks, with other filters, types or byte orders.
They are read rightly; points are added only to files whose storage is deadcone's own.
"""

import shutil
import subprocess

import h5py
import netCDF4
import pytest
import xarray as xr
from conftest import assert_one_error, assert_same_results

SWEEP = "sweep --quiet --beta 0,0.9 --gamma 1 --w -2:2:20 --b -1.5:1.5:16 --max-steps 400 --fields fate,steps,final"


@pytest.fixture(scope="module")
def swept(deadcone, tmp_path_factory):
    """A complete sweep, and one that lacks its second point."""
    folder = tmp_path_factory.mktemp("swept")
    deadcone.done(SWEEP, "--out", folder / "whole.h5")
    deadcone.done(SWEEP, "--shard 1/2 --out", folder / "half.h5")
    return {"whole": folder / "whole.h5", "half": next(folder.glob("half*"))}


def tool(*words):
    """Rewrites a file with a program, which must be installed."""

    def rewrite(source, to):
        if shutil.which(words[0]) is None:
            pytest.skip(f"{words[0]} is not installed")
        subprocess.run([*words, str(source), str(to)], check=True, capture_output=True, timeout=60)

    return rewrite


def repack(options):
    return tool("h5repack", *options.split())


def with_xarray(engine, compressed):
    def rewrite(source, to):
        with xr.open_dataset(source, engine=engine) as dataset:
            names = dataset.variables if compressed else ()
            encoding = {name: {"zlib": True, "complevel": 9} for name in names if dataset[name].ndim > 0}
            dataset.to_netcdf(to, engine=engine, encoding=encoding)

    return rewrite


def with_h5py(convert, **options):
    """Copies datasets, elements of type convert(dtype), stored with these options."""

    def rewrite(source, to):
        with h5py.File(source) as old, h5py.File(to, "w") as new:
            new.attrs.update(old.attrs)
            for name, dataset in old.items():
                values = dataset[...].astype(convert(dataset.dtype))
                copy = new.create_dataset(name, data=values, **(options if values.shape else {}))
                for key in ("flag_values", "flag_meanings", "units"):
                    if key in dataset.attrs:
                        copy.attrs[key] = dataset.attrs[key]

    return rewrite


def by_groups(source, to):
    with h5py.File(source) as old, h5py.File(to, "w", libver="v108") as new:
        new.attrs.update(old.attrs)
        for name in old:
            old.copy(name, new)


# Whether szip can write is a matter of how HDF5 was built.
REWRITTEN = {
    **{
        f"h5repack {options}": repack(options)
        for options in (
            "-f GZIP=9",
            "-f NONE",
            "-f NBIT",
            "-f SOFF=0,IN",
            "-f SZIP=8,NN",
            "-f NBIT -f SHUF -f GZIP=3 -f FLET",
            "-f SOFF=0,IN -f GZIP=1",
            "-f FLET -f GZIP=1",
            "-l CONTI",
            "-l COMPA",
            "-l CHUNK=1x1x5x7",
            "-l CHUNK=2x1x16x20",
            "-L -l CHUNK=2x1x3x20 -f GZIP=1",
        )
    },
    **{f"nccopy {options}": tool("nccopy", *options.split()) for options in ("-d9 -s", "-u", "-c b/5,w/7")},
    "ncks -4 -L 5": tool("ncks", "-O", "-4", "-L", "5"),
    **{f"xarray {engine}": with_xarray(engine, False) for engine in ("netcdf4", "h5netcdf")},
    **{f"xarray {engine} zlib": with_xarray(engine, True) for engine in ("netcdf4", "h5netcdf")},
    "h5py big-endian": with_h5py(lambda dtype: dtype.newbyteorder(">")),
    "h5py big-endian chunks": with_h5py(lambda dtype: dtype.newbyteorder(">"), chunks=True, compression=4, shuffle=True),
    "h5py int64": with_h5py(lambda dtype: "i8" if dtype.kind == "i" else "f8"),
    "h5py int64 fletcher32": with_h5py(lambda dtype: "i8" if dtype.kind == "i" else "f8", fletcher32=True),
    "h5py float64": with_h5py(lambda _: "f8", chunks=True, compression=1),
    "h5py copies": by_groups,
}


@pytest.mark.parametrize("how", REWRITTEN)
def test_rewritten_file(deadcone, swept, tmp_path, how):
    """info, verify, analyze and merge find the same values in it; what merge makes of it is as good as the original."""
    path = tmp_path / "rewritten.h5"
    try:
        REWRITTEN[how](swept["whole"], path)
    except subprocess.CalledProcessError:
        if "SZIP" in how:
            pytest.skip("this h5repack cannot write szip")
        raise
    deadcone.done("info", path)
    deadcone.done("verify --all", path)
    deadcone.done("merge", tmp_path / "merged.h5", path)
    assert_same_results(tmp_path / "merged.h5", swept["whole"])

    original = shutil.copy(swept["whole"], tmp_path / "original.h5")
    tables = [deadcone.done("analyze --samples 2", each).stdout for each in (original, path)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("how", ["h5repack -f GZIP=9", "h5repack -f NONE", "h5repack -l CONTI", "nccopy -u", "h5py int64"])
def test_points_are_not_added_to_a_rewritten_file(deadcone, swept, tmp_path, how):
    """Not to the file itself. Merged, it is deadcone's own again, and has its points."""
    path = tmp_path / "half.h5"
    REWRITTEN[how](swept["half"], path)
    before = path.read_bytes()
    assert_one_error(deadcone(SWEEP, "--resume --out", path), 3, str(path), "Merging")
    assert path.read_bytes() == before
    deadcone("merge", tmp_path / "merged.h5", path)
    deadcone.done(SWEEP, "--resume --out", tmp_path / "merged.h5")
    assert_same_results(tmp_path / "merged.h5", swept["whole"])


def test_parts_of_maps_that_are_missing_are_noticed(deadcone, swept, tmp_path):
    """In whatever way a dataset is stored: what is not there reads as not computed."""
    for chunks in (None, (1, 1, 5, 7)):
        path = tmp_path / f"{chunks}.h5"
        by_groups(swept["whole"], path)
        with h5py.File(path, "r+") as file:
            shape, dtype = file["fate"].shape, file["fate"].dtype
            del file["fate"]
            fate = file.create_dataset("fate", shape, dtype, chunks=chunks, fillvalue=-1)
            if chunks:
                fate[0] = 1
        for command in ("info", "verify"):
            assert_one_error(deadcone(command, path), 3, str(path), "missing")


@pytest.mark.parametrize("name", ["fate", "w_final"])
def test_packed_values_are_refused(deadcone, swept, tmp_path, name):
    path = tmp_path / "packed.h5"
    with_xarray("netcdf4", False)(swept["whole"], path)
    with netCDF4.Dataset(path, "a") as file:
        file[name].scale_factor = 0.5
    assert_one_error(deadcone("verify", path), 3, str(path), name, "packed")


def test_damage_behind_a_checksum_is_noticed(deadcone, swept, tmp_path):
    path = tmp_path / "flet.h5"
    with_h5py(lambda dtype: dtype, chunks=True, fletcher32=True)(swept["whole"], path)
    with h5py.File(path) as file:
        offset = file["steps"].id.get_chunk_info(0).byte_offset
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)
    assert_one_error(deadcone("verify --all", path), 3, str(path), "steps", "checksum")


def test_an_analysis_is_not_added_to_in_a_rewritten_file(deadcone, swept, tmp_path):
    """HDF5 would have to decode what it writes to. A new analysis can be made."""
    path = shutil.copy(swept["whole"], tmp_path / "map.h5")
    table = deadcone.done("analyze --samples 2", path).stdout
    with h5py.File(path, "r+") as file:
        file["analysis/point_analyzed"][0] = 0
        entropy = file["analysis/basin_entropy"][...]
        del file["analysis/basin_entropy"]
        file["analysis"].create_dataset("basin_entropy", data=entropy, chunks=entropy.shape, compression=1)
    assert_one_error(deadcone("analyze --samples 2", path), 3, str(path), "basin_entropy")
    assert deadcone.done("analyze --samples 2 --overwrite", path).stdout == table
