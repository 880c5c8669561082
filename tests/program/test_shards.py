"""Sweeps in parts: --shard and `deadcone merge`."""

import os
import re
import shutil

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


def test_analyses_of_parts_are_left_out_in_words(deadcone, whole, tmp_path):
    merged = tmp_path / "merged.h5"
    assert deadcone.done("merge", merged, whole).stderr == ""
    analyzed = shutil.copy(whole, tmp_path / "analyzed.h5")
    deadcone.done("analyze --samples 10", analyzed)
    stderr = deadcone.done("merge --overwrite", merged, analyzed).stderr
    assert len(stderr.splitlines()) == 1 and "analyses of the parts are left out" in stderr
    assert_same_results(merged, whole)


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


def slurm(task, first, last, count):
    names = ("ID", "MIN", "MAX", "COUNT")
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in zip(names, (task, first, last, count), strict=True)}


def without_scheduler():
    known = "SLURM|OMPI|PMI|PBS|SGE|LSB|FLUX"
    return {key: value for key, value in os.environ.items() if not re.match(known, key)}


FEW = "sweep --device cpu --quiet --beta 0:0.9:5 --gamma 0.1,1 --w -2:2:4 --b -2:2:4 --max-steps 10"
MPI = {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "4"}
STEP = {"SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4"}


@pytest.mark.parametrize(
    ("variables", "asked", "name"),
    [
        (slurm(3, 1, 3, 3), "auto", "map.3-of-3.h5"),
        (slurm(0, 0, 7, 8), "auto", "map.1-of-8.h5"),
        (slurm(3, 3, 3, 1), "auto/8", "map.3-of-8.h5"),
        (slurm(2, 1, 3, 3) | STEP, "auto", "map.7-of-12.h5"),
        (MPI, "auto", "map.2-of-4.h5"),
        (STEP, "auto", "map.3-of-4.h5"),
        ({"SGE_TASK_ID": "2", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "5", "SGE_TASK_STEPSIZE": "1"}, "auto", "map.2-of-5.h5"),
        ({"PBS_ARRAY_INDEX": "2"}, "auto/4", "map.2-of-4.h5"),
        ({"LSB_JOBINDEX": "4"}, "auto/4", "map.4-of-4.h5"),
        ({"FLUX_JOB_CC": "1"}, "auto/4", "map.1-of-4.h5"),
    ],
)
def test_the_scheduler_says_which_part(deadcone, tmp_path, variables, asked, name):
    out = tmp_path / "map.h5"
    deadcone.done(FEW, f"--shard {asked} --out", out, env=without_scheduler() | variables)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("variables", "asked", "mentioned"),
    [
        ({}, "auto", ["K/N"]),
        (slurm(3, 3, 7, 2), "auto", ["Slurm array", "auto/N"]),  # --array=3,7: tasks 3 and 7 once more
        (slurm(3, 3, 3, 1), "auto", ["Slurm array", "auto/N"]),
        (slurm(4, 4, 7, 4), "auto", ["Slurm array", "auto/N"]),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}, "auto", ["srun"]),  # a batch script
        ({"PBS_ARRAY_INDEX": "2"}, "auto", ["PBS array", "auto/N"]),
        (slurm(0, 0, 7, 8), "auto/8", ["counts from 1"]),
        (slurm(9, 1, 9, 9), "auto/8", ["auto/8"]),
        (MPI, "auto/8", ["4 processes"]),
        (slurm(1, 1, 2, 2) | {"FLUX_JOB_CC": "1"}, "auto", ["SLURM_ARRAY_TASK_ID", "FLUX_JOB_CC"]),
        ({}, "auto/x", ["'x'"]),
    ],
)
def test_a_part_that_is_not_certain_is_refused(deadcone, tmp_path, variables, asked, mentioned):
    result = deadcone(FEW, f"--shard {asked} --out", tmp_path / "map.h5", env=without_scheduler() | variables)
    assert_one_error(result, 2, "--shard", *mentioned)
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_another_split_is_not_begun_beside(deadcone, tmp_path):
    """Tasks 1 to 3 of eight, submitted once more, look like an array of three."""
    out, environment = tmp_path / "map.h5", without_scheduler()
    for task in (1, 2):
        deadcone.done(FEW, "--shard auto --out", out, env=environment | slurm(task, 1, 8, 8))
    again = environment | slurm(3, 1, 3, 3)
    assert_one_error(deadcone(FEW, "--shard auto --resume --out", out, env=again), 2, "3/3", "map.", "-of-8.h5", "auto/N")
    deadcone.done(FEW, "--shard auto/8 --resume --out", out, env=again)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"map.{k}-of-8.h5" for k in (1, 2, 3)]


def test_a_dry_run_writes_nothing(deadcone, tmp_path):
    result = deadcone.done(SWEEP, "--dry-run", cwd=tmp_path)
    assert result.stdout == result.stderr == ""
    deadcone.done(SWEEP, "--dry-run --shard 1/2 --out", tmp_path / "map.h5")
    assert list(tmp_path.iterdir()) == []
