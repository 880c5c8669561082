"""The file of a sweep outlives what happens to the process, the disk and the folder meanwhile.

system_calls.c stands between the program and the system: it records what is written, lets a call fail, or refuses locks.
"""

import errno
import os
import pathlib
import random
import shutil
import signal
import stat
import struct
import subprocess
import time
from dataclasses import dataclass, field

import h5py
import numpy as np
import pytest
from conftest import TIMEOUT, assert_done_points_match, assert_one_error, assert_same_results, read_all

SMALL = "--beta 0,0.9 --w -2:2:8 --b -1.5:1.5:6 --max-steps 400"
SWEEP = f"sweep --quiet --device cpu --threads 1 {SMALL} --out"


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def full(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("full") / "full.h5"
    deadcone.done(SWEEP, path)
    return path


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """The environment in which the shim stands before the files of a folder."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make the shim with")
    library = tmp_path_factory.mktemp("shim") / "system_calls.so"
    source = pathlib.Path(__file__).parent / "data" / "system_calls.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source], check=True)

    def environment(folder, **settings):
        return os.environ | {
            "LD_PRELOAD": str(library),
            "SHIM_FOLDER": str(folder.resolve()),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
            **{f"SHIM_{name.upper()}": str(value) for name, value in settings.items()},
        }

    return environment


# Where the file stands.


def test_a_symbolic_link_is_followed(deadcone, full, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "link.h5"
    link.symlink_to("elsewhere/map.h5")  # dangling
    deadcone.done(SWEEP, link)
    assert link.is_symlink() and files_in(tmp_path / "elsewhere") == ["map.h5"]
    assert_same_results(link, full)
    assert_one_error(deadcone(SWEEP, link), 2, "exists")
    deadcone.done(SWEEP, link, "--resume")
    deadcone.done(SWEEP, link, "--overwrite")
    deadcone.done("analyze", link)
    deadcone.done("merge --overwrite", link, full)
    assert link.is_symlink() and files_in(tmp_path / "elsewhere") == ["map.h5"]
    assert_same_results(link, full)


def test_a_circle_of_links_is_refused(deadcone, tmp_path):
    (tmp_path / "a.h5").symlink_to("b.h5")
    (tmp_path / "b.h5").symlink_to("a.h5")
    assert_one_error(deadcone(SWEEP, tmp_path / "a.h5"), 3, "a.h5")
    assert files_in(tmp_path) == ["a.h5", "b.h5"]


@pytest.mark.parametrize("command", [f"{SWEEP}", "analyze", "merge --overwrite"])
def test_the_mode_of_a_file_is_kept(deadcone, full, tmp_path, command):
    path = tmp_path / "map.h5"
    shutil.copy(full, path)
    path.chmod(0o600)
    last = ["--overwrite"] if command == SWEEP else [full] if command.startswith("merge") else []
    deadcone.done(command, path, *last)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("option", ["", "--overwrite", "--resume"])
def test_only_files_are_replaced(deadcone, tmp_path, option):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert_one_error(deadcone(SWEEP, pipe, option), 3, "not a file")
    assert_one_error(deadcone(SWEEP, pathlib.Path("/dev/null"), option), 3, "not a file")
    assert_one_error(deadcone(SWEEP, pathlib.Path("/dev/stdout"), option), 3, "not a file")
    assert pipe.is_fifo() and files_in(tmp_path) == ["pipe"]


@pytest.mark.parametrize("command", ["sweep", "field"])
def test_the_configuration_is_not_overwritten(deadcone, tmp_path, command):
    path = tmp_path / "map.toml"
    path.write_text("w = '-2:2:8'\nb = '-2:2:8'\n")
    assert_one_error(deadcone(command, "--overwrite --config", path, "--out", path), 2, "configuration file")
    assert path.read_text().startswith("w =")


def test_neighbours_are_left_alone(deadcone, full, tmp_path):
    """Files whose names a program might take for its own."""
    path = tmp_path / "map.h5"
    precious = [tmp_path / name for name in ("map.h5.part", "map.h5.tmp", ".map.h5", "map.h5~")]
    for each in precious:
        each.write_text("precious")
    deadcone.done(SWEEP, path)
    shutil.copy(full, tmp_path / "map.h5.part")
    deadcone.done("merge --overwrite", path, tmp_path / "map.h5.part")
    assert all(each.read_text() == "precious" for each in precious[1:])
    assert_same_results(tmp_path / "map.h5.part", full)


def test_a_file_in_the_way_of_the_journal_is_left_alone(deadcone, full, tmp_path):
    path = tmp_path / "map.h5"
    journal = tmp_path / "map.h5.journal"
    journal.write_text("the diary of somebody else")
    assert_one_error(deadcone(SWEEP, path), 3, str(journal), "in the way")
    journal.unlink()
    target = tmp_path / "target"
    target.write_text("precious")
    journal.symlink_to(target)
    assert_one_error(deadcone(SWEEP, path), 3, str(journal))
    assert target.read_text() == "precious" and not path.exists()


@pytest.mark.parametrize("length", [247, 251, 255])
def test_long_names(deadcone, full, tmp_path, length):
    path = tmp_path / ("m" * (length - 3) + ".h5")
    deadcone.done(SWEEP, path)
    deadcone.done("analyze", path)
    deadcone.done("merge --overwrite", path, full)
    assert_same_results(path, full)
    assert files_in(tmp_path) == [path.name]


@pytest.mark.parametrize("value", ["TRUE", "FALSE", "1", "0", "BEST_EFFORT"])
def test_hdf5_settings_of_the_user_change_nothing(deadcone, full, tmp_path, value):
    path = tmp_path / "map.h5"
    environment = os.environ | {"HDF5_USE_FILE_LOCKING": value}
    deadcone.done(SWEEP, path, env=environment)
    deadcone.done("analyze", path, env=environment)
    deadcone.done(SWEEP, path, "--resume", env=environment)
    deadcone.done("merge --overwrite", path, full, env=environment)
    assert_same_results(path, full)


def test_superblock_is_the_oldest(deadcone, tmp_path):
    """Readers of HDF5 other than its own library know no version 1, which files of many chunks had."""
    path = tmp_path / "map.h5"
    deadcone.done("sweep --quiet --beta 0:0.9:100 --w -2:2:2 --b -2:2:2 --max-steps 9 --out", path)
    assert path.read_bytes()[8] == 0


# Others who use the file.


def test_an_open_notebook_is_in_nobodys_way(deadcone, full, tmp_path):
    path = tmp_path / "map.h5"
    shutil.copy(full, path)
    with h5py.File(path) as file:
        before = file["fate"][...]
        deadcone.done("analyze", path)
        deadcone.done(SWEEP, path, "--resume")
        deadcone.done(SWEEP, path, "--overwrite")
        assert (file["fate"][...] == before).all()


def start_and_wait_for_a_point(deadcone, *args, **options):
    """Starts a sweep and returns once its first point is finished."""
    process = deadcone.start(*args, "--progress plain", **options)
    for line in process.stderr:
        if "finished" in line:
            return process
    pytest.fail(f"the sweep ended with {process.wait()} and no point")


# Several points that each take long enough to be interrupted.
LONG = "sweep --device cpu --threads 2 --beta 0:0.9:8 --gamma 0.5 --w -2:2:48 --b -2:2:48 --out"


def remove(path):
    path.unlink()


def replace(path):
    other = path.with_name("other.h5")
    other.write_text("another file")
    other.rename(path)


def truncate(path):
    os.truncate(path, 1000)


@pytest.mark.parametrize("change", [remove, replace, truncate])
def test_output_that_others_change_is_an_error(deadcone, tmp_path, change):
    path = tmp_path / "map.h5"
    process = start_and_wait_for_a_point(deadcone, LONG, path)
    change(path)
    _, stderr = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 3 and str(path) in stderr and "map.h5.journal keeps the finished points" in stderr
    if change is replace:
        assert path.read_text() == "another file"
    path.unlink(missing_ok=True)
    deadcone.done(LONG, path, "--resume --quiet")
    assert files_in(tmp_path) == ["map.h5"]
    deadcone.done("verify --all", path)
    assert (read_all(path)["point_done"] == 1).all()


def test_any_program_may_read_while_a_sweep_runs(deadcone, tmp_path):
    path = tmp_path / "map.h5"
    process = deadcone.start("sweep --quiet --threads 1 --beta 0:0.9:400 --w -2:2:4 --b -2:2:4 --out", path)
    opened = 0
    while process.poll() is None:
        if path.exists():
            with h5py.File(path) as file:
                assert file["point_done"].size == 400
            deadcone.done("info", path)
            opened += 1
    process.communicate()
    assert process.returncode == 0 and opened > 0


# Locks.


@pytest.mark.parametrize("options", ["--resume", "--overwrite"])
@pytest.mark.parametrize("network", [False, True])
def test_second_process_on_one_file_is_refused(deadcone, shim, tmp_path, options, network):
    """Locks of NFS need a file that is open for writing."""
    path = tmp_path / "map.h5"
    environment = shim(tmp_path, lock="ebadf") if network else os.environ
    process = start_and_wait_for_a_point(deadcone, LONG, path, env=environment)
    process.send_signal(signal.SIGSTOP)
    try:
        for command in ([LONG, path, options, "--quiet"], ["analyze", path], ["merge --overwrite", path, path]):
            result = deadcone(*command, env=environment)
            assert result.returncode in (2, 3)
        assert_one_error(deadcone(LONG, path, options, "--quiet", env=environment), 3, str(path), "another process")
        assert "8 done" in deadcone.done("info", path).stdout
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0 and files_in(tmp_path) == ["map.h5"]
    deadcone.done("verify --all", path)


def test_without_locks_nothing_is_written_unasked(deadcone, shim, full, tmp_path):
    path = tmp_path / "map.h5"
    environment = shim(tmp_path, lock="enolck")
    for command in (SWEEP, "field --w -2:2:8 --b -2:2:8 --out"):
        assert_one_error(deadcone(command, path, env=environment), 3, str(path), "cannot lock", "--no-lock")
        assert files_in(tmp_path) == []
    deadcone.done(SWEEP, path, "--no-lock", env=environment)
    assert_one_error(deadcone("analyze", path, env=environment), 3, "--no-lock")
    deadcone.done("analyze --no-lock", path, env=environment)
    assert_one_error(deadcone("merge", tmp_path / "merged.h5", path, env=environment), 3, "--no-lock")
    deadcone.done("merge --no-lock", tmp_path / "merged.h5", path, env=environment)
    assert_same_results(tmp_path / "merged.h5", full)


def test_sweeps_begun_at_the_same_moment(deadcone, full, tmp_path):
    for number in range(8):
        path = tmp_path / f"{number}.h5"
        processes = [deadcone.start(SWEEP, path, "--overwrite") for _ in range(3)]
        ends = [(process.communicate(timeout=TIMEOUT)[1], process.returncode) for process in processes]
        assert all(status == 0 or (status == 3 and "another process" in text) for text, status in ends)
        assert any(status == 0 for _, status in ends)
        assert_same_results(path, full)
    assert len(files_in(tmp_path)) == 8


# A process may be killed at any moment. Points so small that most of the time goes into writing them.

TINY = "sweep --device cpu --threads 1 --beta 0:0.9:80 --w -2:2:2 --b -2:2:2 --max-steps 20 --fields fate,steps --out"


@dataclass
class Run:
    """A run of a sweep, and what it starts from."""

    tiny: str
    points: int
    full: pathlib.Path
    before: pathlib.Path | None  # half of the points
    seconds: float

    def begin(self, folder):
        if self.before is not None:
            shutil.copy(self.before, folder / "map.h5")
        return folder / "map.h5"


@pytest.fixture(scope="module", params=["new, in groups", "filling gaps"])
def run(deadcone, tmp_path_factory, request):
    """Eighty records: groups of two points, or single ones."""
    folder = tmp_path_factory.mktemp("tiny")
    in_groups = request.param == "new, in groups"
    tiny = TINY.replace("--w", "--gamma 0.5,1 --w") if in_groups else TINY
    start = time.monotonic()
    deadcone.done(tiny, folder / "full.h5", "--quiet")
    seconds = time.monotonic() - start
    with h5py.File(folder / "full.h5") as file:
        assert file["fate"].chunks[:2] == ((1, 2) if in_groups else (1, 1))
    deadcone.done(tiny, folder / "half.h5", "--quiet --shard 1/2")
    before = None if in_groups else folder / "half.1-of-2.h5"
    return Run(tiny, 160 if in_groups else 80, folder / "full.h5", before, seconds)


@pytest.mark.parametrize("seed", range(20))
def test_killed_sweep_can_be_resumed(deadcone, run, tmp_path, seed):
    path = run.begin(tmp_path)
    process = start_and_wait_for_a_point(deadcone, run.tiny, path, "--resume")
    time.sleep(random.Random(seed).uniform(0.0, run.seconds))
    process.kill()
    process.communicate(timeout=TIMEOUT)
    assert_done_points_match(path, run.full)
    info = deadcone.done("info", path).stdout
    assert f"{run.points} of {run.points} done" in info or "more finished point" in info
    deadcone.done(run.tiny, path, "--quiet --resume")
    assert_same_results(path, run.full)
    assert files_in(tmp_path) == ["map.h5"]


def test_a_journal_without_its_file_is_not_lost(deadcone, run, tmp_path):
    path = run.begin(tmp_path)
    process = start_and_wait_for_a_point(deadcone, run.tiny, path, "--resume")
    process.kill()
    process.communicate(timeout=TIMEOUT)
    if not (tmp_path / "map.h5.journal").exists():
        return  # it was quicker
    path.unlink()
    assert_one_error(deadcone(run.tiny, path), 2, "map.h5.journal", "--overwrite")
    other = run.tiny.replace("--max-steps 20", "--max-steps 21")
    assert_one_error(deadcone(other, path, "--resume"), 3, "map.h5.journal", "another sweep")
    journal = (tmp_path / "map.h5.journal").read_bytes()
    deadcone.done(run.tiny, path, "--resume --quiet")
    assert_same_results(path, run.full)
    # Whoever replaces the file throws the journal away.
    for command in ([run.tiny, path, "--quiet"], ["merge", path, run.full], ["field --w -2:2:8 --b -2:2:8 --out", path]):
        (tmp_path / "map.h5.journal").write_bytes(journal)
        deadcone.done(*command, "--overwrite")
        assert files_in(tmp_path) == ["map.h5"]


# The same without chance: the calls of one run are recorded, and the folder is made again as it was after each of them.

MADE, WRITTEN, CUT, SYNCED, RENAMED, REMOVED = range(6)


@dataclass
class Call:
    kind: int
    name: str
    offset: int = 0
    size: int = 0
    data: bytes = field(default=b"", repr=False)


def read_calls(path):
    content = path.read_bytes()
    calls, at = [], 0
    while at < len(content):
        kind, offset, size, path_length, length = struct.unpack_from("5q", content, at)
        at += 40
        name = pathlib.Path(content[at : at + path_length].decode()).name
        at += path_length
        calls.append(Call(kind, name, offset, size, content[at : at + length]))
        at += length
    return calls


@pytest.fixture(scope="module")
def calls(deadcone, shim, run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "out").mkdir()
    path = run.begin(folder / "out")
    deadcone.done(run.tiny, path, "--quiet --resume", env=shim(folder / "out", record=folder / "calls"))
    assert_same_results(path, run.full)
    calls = read_calls(folder / "calls")
    kinds = {call.kind for call in calls}
    assert kinds == {MADE, WRITTEN, CUT, SYNCED, RENAMED, REMOVED}
    return calls


def apply(call, files):
    """Makes a call again in `files`, a map from names to contents."""
    if call.kind == MADE:
        files[call.name] = bytearray()
    elif call.kind == WRITTEN:
        content = files[call.name]
        content.extend(bytes(max(0, call.offset + len(call.data) - len(content))))
        content[call.offset : call.offset + len(call.data)] = call.data
    elif call.kind == CUT:
        content = files[call.name]
        content.extend(bytes(max(0, call.size - len(content))))
        del content[call.size :]
    elif call.kind == RENAMED:
        files[pathlib.Path(call.data.decode()).name] = files.pop(call.name)
    elif call.kind == REMOVED:
        del files[call.name]


def start_of(run):
    return {} if run.before is None else {"map.h5": bytearray(run.before.read_bytes())}


def assert_usable(deadcone, run, files, folder, resumes):
    """What is left in a folder is whole, and the sweep can go on from it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    path = folder / "map.h5"
    if path.exists():
        assert_done_points_match(path, run.full)
    if resumes:
        deadcone.done(run.tiny, path, "--quiet --resume")
        assert_same_results(path, run.full)
        assert files_in(folder) == ["map.h5"]


def test_folder_after_a_kill(deadcone, run, calls, tmp_path):
    files = start_of(run)
    last = None
    for number, call in enumerate(calls):
        before = bytes(files.get("map.h5", b""))
        apply(call, files)
        # The file itself changes but few times; the sweep is resumed then, and now and again.
        now = bytes(files.get("map.h5", b""))
        if now != last or number % 10 == 0 or call.kind in (RENAMED, REMOVED):
            assert_usable(deadcone, run, files, tmp_path / "out", resumes=now != before or number % 20 == 0)
        last = now


@pytest.mark.parametrize("seed", range(20))
def test_folder_after_a_power_cut(deadcone, run, calls, tmp_path, seed):
    """Of what was written to a file since it was last synced, any part may be missing; renames stay in order."""
    chance = random.Random(seed)
    end = chance.randrange(1, len(calls) + 1)
    # The calls that are certain: those on a file before its last sync.
    files = start_of(run)
    certain = [False] * end
    names = {}  # of files that were renamed
    for number in range(end):
        call = calls[number]
        if call.kind == RENAMED:
            names[pathlib.Path(call.data.decode()).name] = call.name
        if call.kind == SYNCED:
            for earlier in range(number):
                certain[earlier] |= calls[earlier].name in (call.name, names.get(call.name))
    for number in range(end):
        call = calls[number]
        if call.kind == WRITTEN and not certain[number]:
            lost = chance.randrange(3)
            if lost == 0:  # all of it, but for the length of the file
                call = Call(WRITTEN, call.name, call.offset, call.size, bytes(len(call.data)))
            elif lost == 1:  # what lies beyond a page border
                kept = max(0, (call.offset + 4096) // 4096 * 4096 - call.offset)
                call = Call(WRITTEN, call.name, call.offset, call.size, call.data[:kept].ljust(len(call.data), b"\0"))
        apply(call, files)
    assert_usable(deadcone, run, files, tmp_path / "out", resumes=True)


def test_every_call_that_fails_is_told(deadcone, shim, run, calls, tmp_path):
    """Each call that writes fails once. Either the program says so, or the file is what it must be."""
    failing = sum(call.kind in (WRITTEN, CUT, SYNCED, RENAMED) for call in calls)
    numbers = sorted({*range(1, 10), *range(10, failing + 1, 40), *range(max(1, failing - 15), failing + 1)})
    folder = tmp_path / "out"
    told = 0
    for number in numbers:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        path = run.begin(folder)
        result = deadcone(run.tiny, path, "--quiet --resume", env=shim(folder, fail=f"{number}:{errno.EIO if number % 2 else errno.ENOSPC}"))
        assert result.returncode in (0, 3), f"call {number}: status {result.returncode}, {result.stderr}"
        if result.returncode == 0:
            assert_same_results(path, run.full)
            continue
        told += 1
        assert len(result.stderr.splitlines()) == 1
        if path.exists():
            assert_done_points_match(path, run.full)
        deadcone.done(run.tiny, path, "--quiet --resume")
        assert_same_results(path, run.full)
        assert files_in(folder) == ["map.h5"]
    assert told > 0.9 * len(numbers)


# Some commands make a whole file at once.


@pytest.mark.parametrize("command", ["analyze", "merge"])
def test_a_command_that_fails_leaves_the_file_as_it_was(deadcone, shim, full, tmp_path, command):
    for number in range(1, 60, 3):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "map.h5"
        shutil.copy(full, path)
        before = path.read_bytes()
        args = ["analyze", path] if command == "analyze" else ["merge --overwrite", path, full]
        result = deadcone(*args, env=shim(folder, fail=f"{number}:{errno.ENOSPC}"))
        assert result.returncode in (0, 3) and files_in(folder) == ["map.h5"]
        if result.returncode == 3:
            assert path.read_bytes() == before
        else:
            assert_same_results(path, full)


def test_a_merge_that_fails_leaves_nothing(deadcone, shim, full, tmp_path):
    path = tmp_path / "merged.h5"
    for number in range(1, 30, 3):
        result = deadcone("merge", path, full, env=shim(tmp_path, fail=f"{number}:{errno.EIO}"))
        assert result.returncode in (0, 3) and files_in(tmp_path) == ([] if result.returncode else ["merged.h5"])
        path.unlink(missing_ok=True)
