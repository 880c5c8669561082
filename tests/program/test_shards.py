"""Sweeps in parts: --shard and `deadcone merge`."""

import os
import re

import h5py
import pytest

from conftest import assert_one_error, assert_same_results, read_all

# Ten points, two tiles each, the second cut short.
SWEEP = (
    "sweep --device cpu --quiet --beta 0:0.9:5 --gamma 0.1,1 --w -2:2:520 --b -2:2:30 --max-steps 100 "
    "--fields steps,final,loss"
)
POINTS = 10


@pytest.fixture(scope="module")
def whole(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole.h5"
    deadcone.done(SWEEP, "--out", path)
    return path


def shards(deadcone, folder, count, chosen=None):
    """The files of the parts of that sweep."""
    for k in chosen or range(1, count + 1):
        deadcone.done(SWEEP, f"--shard {k}/{count} --out", folder / "map.h5")
    return sorted(folder.glob("map.*-of-*.h5"))


@pytest.mark.parametrize("count", [1, 3, 10, 12])
def test_merged_parts_are_the_whole(deadcone, whole, tmp_path, count):
    parts = shards(deadcone, tmp_path, count)
    assert {part.name for part in parts} == {f"map.{k}-of-{count}.h5" for k in range(1, count + 1)}
    done = sum(read_all(part)["point_done"].astype(int) for part in parts)
    assert (done == 1).all()
    before = [part.read_bytes() for part in parts]
    result = deadcone.done("merge", tmp_path / "merged.h5", *reversed(parts))
    assert result.stdout == result.stderr == ""
    assert_same_results(tmp_path / "merged.h5", whole)
    deadcone.done("verify --patches 1", tmp_path / "merged.h5")
    assert [part.read_bytes() for part in parts] == before
    # Not only the same numbers: the same compressed bytes.
    with h5py.File(tmp_path / "merged.h5") as merged, h5py.File(whole) as single:
        for name in ("fate", "steps", "b_final"):
            offset = (4, 1, 0, 512)
            assert merged[name].id.read_direct_chunk(offset) == single[name].id.read_direct_chunk(offset)


def test_a_part_can_be_resumed(deadcone, whole, tmp_path):
    out = tmp_path / "map.h5"
    deadcone.done(SWEEP, "--shard 2/3 --out", out)
    assert_one_error(deadcone(SWEEP, "--shard 2/3 --out", out), 2, "map.2-of-3.h5", "exists")
    deadcone.done(SWEEP, "--shard 2/3 --resume --out", out)
    deadcone.done(SWEEP, "--resume --out", tmp_path / "map.2-of-3.h5")  # as a whole, if need be
    assert_same_results(tmp_path / "map.2-of-3.h5", whole)


def test_missing_points_are_named_and_can_be_computed(deadcone, whole, tmp_path):
    merged = tmp_path / "merged.h5"
    parts = shards(deadcone, tmp_path, 4, chosen=[1, 3, 4])
    result = deadcone("merge", merged, *parts)
    assert_one_error(result, 1, "merged.h5", "(beta 0, gamma 1)", "(beta 0.45, gamma 1)", "--resume")
    assert read_all(merged)["point_done"].sum() == 7
    deadcone.done(SWEEP, "--resume --out", merged)
    assert_same_results(merged, whole)


def test_parts_may_overlap(deadcone, whole, tmp_path):
    parts = [*shards(deadcone, tmp_path, 2), whole]
    deadcone.done("merge", tmp_path / "merged.h5", *parts, parts[0])
    assert_same_results(tmp_path / "merged.h5", whole)


def test_parts_that_disagree_are_refused(deadcone, whole, tmp_path):
    parts = shards(deadcone, tmp_path, 2)
    with h5py.File(parts[0], "a") as file:
        file["fate_count"][0, 0, 0] += 1
    assert_one_error(deadcone("merge", tmp_path / "merged.h5", whole, *parts), 2, parts[0].name, "disagrees")
    assert not (tmp_path / "merged.h5").exists()


@pytest.mark.parametrize("change", ["--max-steps 99", "--precision double", "--b -2:2:31", "--fields steps"])
def test_parts_of_other_sweeps_are_refused(deadcone, whole, tmp_path, change):
    other = tmp_path / "other.h5"
    name = change.split()[0]
    deadcone.done(re.sub(rf"{name} \S+", "", SWEEP), change, "--out", other)
    result = deadcone("merge", tmp_path / "merged.h5", whole, other)
    assert_one_error(result, 2, "other.h5", "another sweep")
    assert not (tmp_path / "merged.h5").exists()


def test_what_is_no_part_is_refused(deadcone, whole, tmp_path):
    merged, text, field = tmp_path / "merged.h5", tmp_path / "text.h5", tmp_path / "field.h5"
    text.write_text("no HDF5")
    deadcone.done("field --w -1:1:4 --b -1:1:4 --out", field)
    assert_one_error(deadcone("merge", merged, whole, tmp_path / "missing.h5"), 3, "missing.h5", "no such file")
    assert_one_error(deadcone("merge", merged, whole, text), 3, "text.h5")
    assert_one_error(deadcone("merge", merged, field), 3, "field.h5", "not a sweep")
    assert not merged.exists()


def test_nothing_is_overwritten_unasked(deadcone, whole, tmp_path):
    merged = tmp_path / "merged.h5"
    merged.write_text("precious")
    assert_one_error(deadcone("merge", merged, whole), 2, "merged.h5", "--overwrite")
    assert merged.read_text() == "precious"
    deadcone.done("merge --overwrite", merged, whole)
    assert_same_results(merged, whole)
    assert_one_error(deadcone("merge --overwrite", merged, merged), 2, "is one of the parts")
    assert_same_results(merged, whole)


def test_a_part_with_a_chunk_cut_off_is_refused(deadcone, whole, tmp_path):
    part = tmp_path / "part.h5"
    part.write_bytes(whole.read_bytes())
    with h5py.File(part, "a") as file:
        file["point_done"][...] = 1
        # A chunk that no deflate stream of a tile can be as long as.
        file["fate"].id.write_direct_chunk((0, 0, 0, 0), bytes(10_000_000))
    assert_one_error(deadcone("merge", tmp_path / "merged.h5", part), 3, "part.h5", "damaged")


SLURM = {"SLURM_ARRAY_TASK_ID": "6", "SLURM_ARRAY_TASK_MIN": "2", "SLURM_ARRAY_TASK_MAX": "6", "SLURM_ARRAY_TASK_COUNT": "3"}
MPI = {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"}


@pytest.mark.parametrize(("variables", "name"), [(SLURM, "map.3-of-3.h5"), (MPI, "map.2-of-4.h5")])
def test_the_scheduler_says_which_part(deadcone, tmp_path, variables, name):
    clean = {key: value for key, value in os.environ.items() if not re.match("SLURM|OMPI|PMI", key)}
    deadcone.done(SWEEP, "--shard auto --out", tmp_path / "map.h5", env=clean | variables)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    result = deadcone(SWEEP, "--shard auto --out", tmp_path / "map.h5", env=clean)
    assert_one_error(result, 2, "--shard auto", "K/N")


def test_a_dry_run_writes_nothing(deadcone, tmp_path):
    result = deadcone.done(SWEEP, "--dry-run", cwd=tmp_path)
    assert result.stdout == result.stderr == ""
    deadcone.done(SWEEP, "--dry-run --shard 1/2 --out", tmp_path / "map.h5")
    assert list(tmp_path.iterdir()) == []
