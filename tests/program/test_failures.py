"""What goes wrong, and that it goes wrong well: one line, the right status, and no result lost or left half made.

Exit status: 1 it failed, 2 the command line or the configuration is wrong, 3 the disk or the file failed, 4 there is no
such device, 130 interrupted, 143 by SIGTERM.
"""

import json
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import h5py
import numpy as np
import pytest
from conftest import TIMEOUT, assert_done_points_match, assert_one_error, assert_same_results, read_all

SMALL = "--w -2:2:8 --b -1.5:1.5:6 --max-steps 400"


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


# 2: the command line is wrong.

WRONG_SWEEPS = {
    # hyper-parameters
    **{f"beta {value}": f"--beta {value}" for value in ("1", "-0.1", "nan", "inf", "1.5", "0.5,1", "0:1:3")},
    **{f"eta {value}": f"--eta {value}" for value in ("0", "-1", "nan", "inf")},
    **{f"gamma {value}": f"--gamma {value}" for value in ("0", "-1", "nan", "inf")},
    **{f"{name} {value}": f"--{name} {value}" for name in ("delta", "r") for value in ("nan", "inf", "-inf")},
    # criteria
    **{
        f"{name} {value}": f"--{name} {value}"
        for name in ("tol", "rho", "epsilon")
        for value in ("nan", "inf", "0", "-1")
    },
    "epsilon 1": "--epsilon 1",
    **{
        f"max-steps {value}": f"--max-steps {value}"
        for value in ("0", "-1", "nan", "1.5", "2147483647", "1" + 30 * "0")
    },
    "stop typo": "--stop stationery",
    "stop none": "--stop",
    "precision half": "--precision half",
    # axes
    "axis without a number": "--beta high",
    "axis without a count": "--beta 0:0.9",
    "axis of no points": "--beta 0:0.9:0",
    "axis of half a point": "--beta 0:0.9:1.5",
    "axis of too many points": "--beta 0:0.9:1000000000000",
    "axis downwards": "--beta 0.9:0:4",
    "axis of one point and two ends": "--beta 0:0.9:1",
    "axis to infinity": "--gamma 1:inf:3",
    "log axis from zero": "--gamma log:0:1:3",
    "log axis without ends": "--gamma log:1",
    "axis with a hole": "--beta 0.1,,0.2",
    "axis with an open end": "--beta 0.1,",
    "empty axis": "--beta ,",
    "value twice": "--beta 0.9,0,0.9",
    "zero twice": "--delta 0,-0.0",
    "axis given twice": "--beta 0.1 --beta 0.2",
    # windows
    "window downwards": "--w 1:-1:8",
    "window of no width": "--w 1:1:8",
    "window of no pixels": "--w -2:2:0",
    "window of too many pixels": "--w -2:2:1000000000000",
    "window of uncountable pixels": "--w -2:2:1" + 30 * "0",
    "window of -1 pixels": "--b -2:2:-1",
    "window without a count": "--w -2:2",
    "window with too much": "--b -2:2:8:8",
    "window from nothing": "--b :2:8",
    "window from nan": "--w nan:2:8",
    "window to infinity": "--b -2:inf:8",
    "window too wide for a number": "--w -1e308:1e308:8",
    # what single precision cannot hold
    "beta that rounds to 1": "--beta 0.999999999999",
    "tol whose square vanishes": "--tol 1e-30",
    "gamma whose square vanishes": "--gamma 1e-30",
    "start whose square overflows": "--w 1e20:2e20:8",
    # the rest
    "fields typo": "--fields fate,step",
    "no fields": "--fields ,",
    # what is proved or filled has no end
    **{
        f"{option} and {field}": f"{option} --fields fate,{field}"
        for option in ("--certify", "--refine", "--refine exact")
        for field in ("final", "loss")
    },
    "certify with a value": "--certify=perhaps",
    "refine typo": "--refine nonsense",
    "refine twice": "--refine borders --refine exact",
    "two ways to refine": "--refine borders exact",
    **{f"refine-sample {value}": f"--refine-sample {value}" for value in ("-0.1", "2", "nan", "inf", "some")},
    **{f"refine, refine-sample {value}": f"--refine --refine-sample {value}" for value in ("-0.1", "2", "nan")},
    "refine-sample of nothing": "--refine-sample",
    "device typo": "--device gpu",
    "threads -1": "--threads -1",
    "threads 1.5": "--threads 1.5",
    "too many threads": "--threads 1000000",
    "progress typo": "--progress sideways",
    "progress typo, quiet": "--quiet --progress sideways",
    "overwrite and resume": "--overwrite --resume",
    "flag with a value": "--overwrite=perhaps",
    "unknown option": "--betta 0.9",
    "unknown word": "window",
}


@pytest.mark.parametrize("options", WRONG_SWEEPS.values(), ids=WRONG_SWEEPS)
def test_wrong_sweep(deadcone, tmp_path, options):
    # The good options come first: given twice, an option is an error of its own.
    good = " ".join(text for text in ("--w -2:2:8", "--b -2:2:8") if text.split()[0] not in options.split())
    assert_one_error(deadcone("sweep", good, options, "--out", tmp_path / "map.h5"), 2)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    "args",
    [
        "",
        "sweeep",
        "--sweep",
        "sweep field",
        "sweep",  # no --out
        f"sweep {SMALL}",
        "field",
        "field --gamma 0 --out map.h5",
        "field --delta nan --out map.h5",
        "field --w 1:-1:8 --out map.h5",
        "field --r 0,0 --out map.h5",
        "field --beta 0.9 --out map.h5",
        "trace --w nan",
        "trace --b inf",
        "trace --w 1:2:3",
        "trace --beta 1",
        "trace --beta 0,0.9",
        "trace --r nan",
        "trace --eta 0",
        "trace --max-steps 0",
        "trace --refine",
        "trace --certify=perhaps",
        "trace --out map.h5",
        "spectrum --beta 1",
        "spectrum --beta 0:1:11",
        "spectrum --eta 0",
        "spectrum --eta nan",
        "info",
        "info a.h5 b.h5",
        "verify",
        "verify --patches 0 a.h5",
        "verify --threads -1 a.h5",
        "completion",
        "completion fish",
    ],
)
def test_wrong_command_line(deadcone, tmp_path, args):
    assert_one_error(deadcone(args, cwd=tmp_path), 2)
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("command", ["sweep", "field"])
def test_output_in_a_missing_folder(deadcone, tmp_path, command):
    path = tmp_path / "missing" / "map.h5"
    assert_one_error(deadcone(command, "--w -2:2:8 --b -2:2:8 --out", path), 2, str(path))
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("options", ["", "--overwrite"])
@pytest.mark.parametrize("command", ["sweep", "field"])
def test_output_is_a_folder(deadcone, tmp_path, command, options):
    assert_one_error(deadcone(command, options, "--w -2:2:8 --b -2:2:8 --out", tmp_path), 2, str(tmp_path))


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("sweep", 2),
        ("field", 2),
        ("sweep --overwrite --beta 1", 2),
        ("sweep --overwrite --resume", 2),
        ("sweep --overwrite --threads -1", 2),
        ("field --overwrite --gamma 0", 2),
    ],
)
def test_existing_output_is_left_alone(deadcone, tmp_path, command, status):
    path = tmp_path / "map.h5"
    path.write_text("precious")
    assert_one_error(deadcone(command, "--w -2:2:8 --b -2:2:8 --out", path), status)
    assert path.read_text() == "precious" and files_in(tmp_path) == ["map.h5"]


# The second one fits on no disk, but its updates can be counted. The points of the last one can be counted, too, but
# going through all of them would take hours: hence the limit of time below.
TOO_LARGE = {
    "uncountable": "--w -2:2:16000000 --b -2:2:16000000",
    "disk": "--w -2:2:16000000 --b -2:2:16000000 --max-steps 1000 --beta 0:0.9:1000",
    "one row": "--w -2:2:100000000 --b -2:2:1",
    "points": "--beta 0:0.9:1000000 --gamma 1:2:1000000 --w -2:2:512 --b -2:2:512 --max-steps 1",
}


@pytest.mark.parametrize("options", TOO_LARGE.values(), ids=TOO_LARGE)
def test_sweep_that_cannot_fit(deadcone, tmp_path, options):
    assert_one_error(deadcone("sweep --quiet", options, "--out", tmp_path / "map.h5", timeout=20), 2)
    assert files_in(tmp_path) == []


def test_field_that_cannot_fit(deadcone, tmp_path):
    options = "--gamma 1:2:1000 --w -2:2:16000000 --b -2:2:16000000"
    assert_one_error(deadcone("field", options, "--out", tmp_path / "field.h5", timeout=20), 2)
    assert files_in(tmp_path) == []


# 2: the configuration file is wrong.

WRONG_CONFIGS = {
    "unknown key": ("betta = 0.9", "betta"),
    "key of another command": ("all = true", "all"),
    "table": ("[sweep]\nbeta = 0.9", "sweep"),
    "itself": ("config = 'other.toml'", "config"),
    "help": ("help = true", "help"),
    "flag for a number": ("beta = true", "beta"),
    "number for a flag": ("overwrite = 1", "overwrite"),
    "text for a flag": ("quiet = 'yes'", "quiet"),
    "text for another flag": ("certify = 'yes'", "certify"),
    "number for a way to refine": ("refine = 3", "refine"),
    "typo for a way to refine": ("refine = 'exactly'", "refine"),
    "empty text for a way to refine": ("refine = ''", "refine"),
    "flag for a share": ("refine-sample = true", "refine-sample"),
    "share out of range": ("refine-sample = 1.5", "refine-sample"),
    "fields that certify has not": ("certify = true\nfields = 'final'", "--fields must not have final or loss with certify"),
    "fields that refine has not": ("refine = true\nfields = ['fate', 'loss']", "--fields must not have final or loss with refine"),
    "text for a number": ("beta = 'high'", "beta"),
    "number for a window": ("w = 3", "w"),
    "list for a number": ("tol = [1e-6, 1e-7]", "tol"),
    "fraction for a count": ("max-steps = 1.5", "max-updates"),
    "table for a number": ("beta = { from = 0 }", "beta"),
    "list of lists": ("beta = [[0.1], [0.9]]", "beta"),
    "list of flags": ("beta = [true, false]", "beta"),
    "empty list": ("beta = []", "beta"),
    "empty text": ("beta = ''", "beta"),
    "date": ("beta = 2020-05-13", "beta"),
    "value out of range": ("beta = 1", "beta"),
    "not a number": ("beta = nan", "beta"),
    "infinity": ("gamma = inf", "gamma"),
    "word": ("stop = 'never'", "stop"),
    "no value": ("beta =", "TOML"),
    "no equals sign": ("beta 0.9", "TOML"),
    "key twice": ("beta = 0.5\nbeta = 0.9", "TOML"),
    "open text": ("stop = 'update", "TOML"),
    "bytes": ("\x00\x01\x02", "TOML"),
}


@pytest.mark.parametrize(("text", "mentioned"), WRONG_CONFIGS.values(), ids=WRONG_CONFIGS)
def test_wrong_config(deadcone, tmp_path, text, mentioned):
    path = tmp_path / "config.toml"
    path.write_text(text)
    result = deadcone(
        "sweep --w -2:2:8 --b -2:2:8" if "w =" not in text else "sweep --b -2:2:8", "--config", path, "--out", "a.h5"
    )
    assert_one_error(result, 2, mentioned)
    assert files_in(tmp_path) == ["config.toml"]


def test_error_in_a_config_tells_file_and_line(deadcone, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("# comment\nbeta = 0.9\n\ngamma = 0\n")
    assert_one_error(deadcone("spectrum --config", path), 2, f"{path}:4", "gamma")  # spectrum has no gamma
    path.write_text("# comment\nbeta = [0.1,\n 0.9\ngamma = 1\n")
    assert_one_error(deadcone("spectrum --config", path), 2, f"{path}:4", "TOML")


@pytest.mark.parametrize("command", ["sweep", "field", "trace", "spectrum"])
def test_missing_config(deadcone, tmp_path, command):
    assert_one_error(deadcone(command, "--config", tmp_path / "config.toml"), 2, "config.toml")
    assert_one_error(deadcone(command, "--config", tmp_path), 2, str(tmp_path))


# 4: there is no such device.


@pytest.mark.parametrize("existing", [False, True])
def test_missing_device(deadcone, tmp_path, existing):
    if os.path.exists("/dev/nvidia0"):
        pytest.skip("there is an NVIDIA device")
    path = tmp_path / "map.h5"
    if existing:
        path.write_text("precious")
    assert_one_error(deadcone("sweep --overwrite --device cuda", SMALL, "--out", path), 4, "--device cpu")
    assert files_in(tmp_path) == (["map.h5"] if existing else [])
    assert not existing or path.read_text() == "precious"


# 3: the file cannot be read.


@pytest.fixture(scope="module")
def good_file(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "good.h5"
    deadcone.done("sweep --quiet --beta 0,0.9", SMALL, "--fields fate,steps,final --out", path)
    return path


def truncated(size):
    def make(path, good):
        content = good.read_bytes()
        path.write_bytes(content[: size if isinstance(size, int) else int(size * len(content))])

    return make


def edited(edit):
    def make(path, good):
        shutil.copy(good, path)
        with h5py.File(path, "r+") as file:
            edit(file)

    return make


def plain_hdf5(path, _good):
    with h5py.File(path, "w") as file:
        file["fate"] = np.zeros((4, 4), dtype=np.int8)


def shrink_fate(file):
    attributes = dict(file["fate"].attrs)
    del file["fate"]
    file["fate"] = np.zeros((2, 1, 6, 7), dtype=np.int8)
    file["fate"].attrs.update({name: attributes[name] for name in ("flag_values", "flag_meanings")})


def change_configuration(change):
    def edit(file):
        configuration = json.loads(file.attrs["configuration"])
        change(configuration)
        file.attrs["configuration"] = json.dumps(configuration)

    return edit


UNREADABLE = {
    "empty": truncated(0),
    "first byte": truncated(1),
    "signature": truncated(8),
    "superblock": truncated(96),
    "first kilobyte": truncated(1024),
    "half": truncated(0.5),
    "all but a byte": truncated(-1),
    "text": lambda path, _good: path.write_text("beta,gamma\n0.9,1\n" * 100),
    "plain HDF5": plain_hdf5,
    "no configuration": edited(lambda file: file.attrs.pop("configuration")),
    "configuration of another kind": edited(lambda file: file.attrs.__setitem__("configuration", 7)),
    "configuration cut off": edited(lambda file: file.attrs.__setitem__("configuration", '{"axes":')),
    "configuration without axes": edited(change_configuration(lambda json: json.pop("axes"))),
    "configuration out of range": edited(change_configuration(lambda json: json["axes"].__setitem__("beta", [0, 2]))),
    "configuration with a text": edited(
        change_configuration(lambda json: json["window"]["w"].__setitem__("lo", "low"))
    ),
    "no fate": edited(lambda file: file.pop("fate")),
    "no steps": edited(lambda file: file.pop("steps")),
    "fate of another shape": edited(shrink_fate),
    "folder": lambda path, _good: path.mkdir(),
    "pipe": lambda path, _good: os.mkfifo(path),
    "missing": lambda path, _good: None,
}
RESUMING = f"sweep --quiet --beta 0,0.9 {SMALL} --fields fate,steps,final --resume --out"


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        *((command, kind) for command in ("info", "verify", "verify --all") for kind in UNREADABLE),
        # A missing file it creates, and a folder is a wrong command line: see test_output_is_a_folder.
        *((RESUMING, kind) for kind in UNREADABLE if kind not in ("missing", "folder")),
    ],
    ids=lambda value: "resume" if value == RESUMING else value,
)
def test_unreadable_file(deadcone, good_file, tmp_path, command, kind):
    path = tmp_path / "map.h5"
    UNREADABLE[kind](path, good_file)
    before = path.read_bytes() if path.is_file() else None
    assert_one_error(deadcone(command, path), 3, str(path))
    # What was not understood was not touched, either.
    assert files_in(tmp_path) == ([] if kind == "missing" else ["map.h5"])
    assert before is None or path.read_bytes() == before


@pytest.mark.parametrize("command", ["verify", RESUMING], ids=["verify", "resume"])
def test_field_is_no_sweep(deadcone, tmp_path, command):
    path = tmp_path / "field.h5"
    deadcone.done("field --w -2:2:8 --b -2:2:8 --out", path)
    before = path.read_bytes()
    assert_one_error(deadcone(command, path), 3, "not a sweep", str(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("--beta 0,0.5", "beta is [0.0,0.9] there, [0.0,0.5] here"),
        ("--beta 0.9,0", "beta is"),
        ("--w -2:2:9", "w is"),
        ("--tol 1e-5", "tolerance is 1e-06 there, 1e-05 here"),
        ("--precision double", 'precision is "float" there, "double" here'),
        ("--fields fate", "field steps is true there, false here"),
        ("--stop update", "stop is"),
        ("--eta 0.2", "eta is [0.1] there, [0.2] here"),
    ],
)
def test_resume_of_another_sweep(deadcone, good_file, tmp_path, change, told):
    path = shutil.copy(good_file, tmp_path / "map.h5")
    options = {
        "--beta": "0,0.9",
        "--w": "-2:2:8",
        "--b": "-1.5:1.5:6",
        "--max-steps": "400",
        "--fields": "fate,steps,final",
    }
    name, value = change.split()
    options[name] = value
    words = " ".join(f"{name} {value}" for name, value in options.items())
    assert_one_error(deadcone("sweep --quiet --resume", words, "--out", path), 2, "another sweep", str(path), told)
    assert path.read_bytes() == good_file.read_bytes()


def test_file_of_other_numerics(deadcone, good_file, tmp_path):
    """A program whose results have other bits can read the file, but neither go on with it nor verify it."""
    path = shutil.copy(good_file, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        file.attrs["numerics"] = "0"
    deadcone.done("info", path)
    assert_one_error(deadcone("verify", path), 1, str(path))
    assert_one_error(deadcone(RESUMING, path), 2, str(path))


def test_number_of_changed_proofs(deadcone, tmp_path):
    """Proofs at some beta have changed since version 0.1, which wrote the number 2: such files, and no others."""
    for beta, number in (("0.99", "2"), ("0.99,0.999", "3")):
        path = tmp_path / f"{number}.h5"
        options = f"--quiet --certify --beta {beta} --w -2:2:8 --b -2:2:8 --out {path}"
        deadcone.done("sweep", options)
        with h5py.File(path, "r+") as file:
            assert file.attrs["numerics"].decode() == number
            file.attrs["numerics"] = "2"
        if number == "2":
            deadcone.done("verify --all", path)
            deadcone.done("sweep --resume", options)
            continue
        deadcone.done("info", path)
        assert_one_error(deadcone("verify", path), 1, "other bits", str(path))
        assert_one_error(deadcone("sweep --resume", options), 2, "numerics 2, here 3", str(path))
        assert_one_error(deadcone("merge", tmp_path / "merged.h5", path), 2, "other bits", str(path))


def mutated(content, random):
    """Some bits flipped, a stretch zeroed, or the end cut off."""
    content = bytearray(content)
    kind = random.randrange(8)
    if kind == 0:
        return content[: random.randrange(len(content))]
    if kind < 3:
        at = random.randrange(len(content))
        content[at : at + 64] = bytes(len(content[at : at + 64]))
        return content
    for _ in range(random.randint(1, 4)):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return content


# tests/file/hostile_file_test.cpp tries many more of them without the programs around. DEADCONE_MUTATIONS=N tries N.
@pytest.mark.parametrize("seed", range(int(os.environ.get("DEADCONE_MUTATIONS", "16"))))
def test_damaged_file(deadcone, good_file, tmp_path, seed):
    """Each command says in one line what is wrong, or does its work."""
    path = tmp_path / "map.h5"
    content = mutated(good_file.read_bytes(), random.Random(seed))
    for command in (["info"], ["verify --all"], ["merge --overwrite", tmp_path / "merged.h5"], [RESUMING], ["analyze --samples 2"]):
        path.write_bytes(content)
        result = deadcone(*command, path)
        assert result.returncode in (0, 1, 2, 3), f"{command} ended with {result.returncode}: {result.stderr}"
        if result.returncode != 0:
            result.stdout = ""  # verify lists what it found
            assert_one_error(result, result.returncode, str(path))


# 3: the disk cannot be written.


@pytest.fixture
def locked_folder():
    """A folder that the process of `as_stranger` may read, but not write."""
    # Not tmp_path, whose parents are closed to other users.
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o755 if os.geteuid() == 0 else 0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def stranger():
    """Options of subprocess.run for a process to which permissions apply: root is above them."""
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture(scope="module")
def public_program(deadcone):
    """The program where everyone may run it; the build may lie in a folder that is closed to others."""
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    copy = shutil.copy(deadcone.path, folder / "deadcone")
    copy.chmod(0o755)
    yield type(deadcone)(copy)
    shutil.rmtree(folder)


@pytest.mark.parametrize("command", ["sweep", "sweep --overwrite", "sweep --resume", "field"])
def test_unwritable_folder(public_program, locked_folder, stranger, command):
    path = locked_folder / "map.h5"
    result = public_program(command, "--w -2:2:8 --b -2:2:8 --out", path, cwd="/", **stranger)
    assert_one_error(result, 3, str(path), "Permission denied")
    assert files_in(locked_folder) == []


@pytest.mark.parametrize("options", ["--overwrite", "--resume"])
def test_unwritable_file(public_program, good_file, locked_folder, stranger, options):
    path = locked_folder / "map.h5"
    locked_folder.chmod(0o755)
    shutil.copy(good_file, path)
    path.chmod(0o444)
    command = RESUMING.replace("--resume", options)
    assert_one_error(public_program(command, path, cwd="/", **stranger), 3, str(path))
    assert path.read_bytes() == good_file.read_bytes()


@pytest.mark.parametrize("command", ["info", "verify"])
def test_file_that_may_not_be_read(public_program, good_file, locked_folder, stranger, command):
    path = locked_folder / "map.h5"
    locked_folder.chmod(0o755)
    shutil.copy(good_file, path)
    path.chmod(0o000)
    assert_one_error(public_program(command, path, cwd="/", **stranger), 3, str(path), "Permission denied")


# Final parameters in double do not compress, so the points fill the disk one after the other.
LARGE = (
    "sweep --quiet --device cpu --threads 1 --beta 0:0.9:16 --w -2:2:32 --b -2:2:32 --max-steps 20 --precision double "
    "--fields fate,steps,final,loss"
)


@pytest.fixture(scope="module")
def large_file(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.h5"
    deadcone.done(LARGE, "--out", path)
    assert path.stat().st_size > 300_000
    return path


class SmallDisk:
    """A file system of its own."""

    def __init__(self, folder, size):
        self.folder = folder
        self.options = {}
        self._mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs")

    def _mount(self, *args):
        command = ["mount", *args, self.folder]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {result.stderr.strip()}")

    def make_room(self):
        self._mount("-o", "remount,size=8m")

    def close(self):
        subprocess.run(["umount", self.folder], check=True)


class SmallFiles:
    """A limit on the size of files."""

    def __init__(self, folder, size):
        self.folder = folder
        self.options = {"preexec_fn": lambda: self._limit(size)}

    @staticmethod
    def _limit(size):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing fails instead of ending the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    def make_room(self):
        self.options = {}

    def close(self):
        pass


@pytest.fixture(params=[SmallDisk, SmallFiles], ids=["small disk", "size limit"])
def small(request, tmp_path):
    """Makes a place with room for so many bytes."""
    if request.param is SmallDisk and (os.geteuid() != 0 or shutil.which("mount") is None):
        pytest.skip("only root can mount a small file system")
    places = []

    def make(size):
        folder = tmp_path / "small"
        folder.mkdir()
        places.append(request.param(folder, size))
        return places[-1]

    yield make
    for place in places:
        place.close()


# Of the size of the complete file. The smallest has room for the file, but hardly for a point.
@pytest.mark.parametrize("fraction", [0.12, 0.2, 0.4, 0.9])
def test_full_disk_keeps_what_is_done(deadcone, large_file, small, fraction):
    place = small(int(fraction * large_file.stat().st_size))
    path = place.folder / "map.h5"
    assert_one_error(deadcone(LARGE, "--out", path, **place.options), 3, str(path))
    if not path.exists():
        assert fraction < 0.3  # there was no room for the file itself
        assert files_in(place.folder) == []
        return
    assert files_in(place.folder) == ["map.h5"]

    # Nothing that was called done is lost, and nothing is in the way of whoever reads the file.
    done = assert_done_points_match(path, large_file)
    assert (1 if fraction > 0.5 else 0) <= done < 16
    assert f"{done} of 16 done" in deadcone.done("info", path).stdout
    deadcone.done("verify --all", path)
    results = read_all(path)
    pending = results["point_done"] == 0
    assert (results["fate_count"][pending] == 0).all()

    # With more room the sweep goes on.
    place.make_room()
    deadcone.done(LARGE, "--resume --out", path)
    assert_same_results(path, large_file)


@pytest.mark.parametrize("command", [LARGE, "field --w -2:2:64 --b -2:2:64"], ids=["sweep", "field"])
def test_file_that_cannot_be_begun_is_removed(deadcone, small, command):
    place = small(4096)
    assert_one_error(deadcone(command, "--out", place.folder / "map.h5", **place.options), 3, "map.h5")
    assert files_in(place.folder) == []


@pytest.mark.parametrize(
    "command",
    ["trace", "spectrum", "info", "verify", "completion bash", "completion zsh", "--help", "sweep --help", "--version"],
)
def test_full_stdout(deadcone, good_file, command):
    file = [good_file] if command in ("info", "verify") else []
    with open("/dev/full", "w") as full:
        result = deadcone(command, *file, stdout=full, capture_output=False, stderr=subprocess.PIPE)
    assert_one_error(result, 3, "stdout")


# 130: interrupted.

# Several points that each take long enough to be interrupted.
LONG_POINTS = 8
LONG = (
    f"sweep --device cpu --threads 2 --beta 0:0.9:{LONG_POINTS} --gamma 0.5 --w -2:2:48 --b -2:2:48 "
    "--fields fate,steps,final,loss"
)


@pytest.fixture(scope="module")
def long_file(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "long.h5"
    deadcone.done(LONG, "--quiet --out", path)
    return path


def start_and_wait_for_a_point(deadcone, *args):
    """Starts a sweep and returns once its first point is in the file."""
    process = deadcone.start(*args, "--progress plain")
    for line in process.stderr:
        if "finished" in line:
            return process
    pytest.fail(f"the sweep ended with {process.wait()} and no point")


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_sweep_can_be_resumed(deadcone, long_file, tmp_path, sent, status):
    path = tmp_path / "map.h5"
    process = start_and_wait_for_a_point(deadcone, LONG, "--out", path)
    process.send_signal(sent)
    stdout, stderr = process.communicate(timeout=TIMEOUT)
    assert process.returncode == status and stdout == ""
    errors = [line for line in stderr.splitlines() if line.startswith("deadcone: ")]
    assert len(errors) == 1 and "interrupted" in errors[0] and str(path) in errors[0] and "--resume" in errors[0]
    assert stderr.splitlines()[-1] == errors[0]

    done = assert_done_points_match(path, long_file)
    assert 1 <= done < LONG_POINTS
    info = deadcone.done("info", path).stdout
    assert f"{done} of {LONG_POINTS} done" in info
    assert sum(line.endswith("pending") for line in info.splitlines()) == LONG_POINTS - done
    deadcone.done("verify --all", path)
    results = read_all(path)
    assert (results["fate"][results["point_done"] == 0] == -1).all()

    # Only what is missing is computed, on however many threads.
    resumed = deadcone.done(LONG.replace("--threads 2", "--threads 1"), "--resume --progress plain --out", path)
    assert resumed.stderr.startswith(f"1/{LONG_POINTS - done} points")
    assert_same_results(path, long_file)


@pytest.mark.parametrize("options", ["--resume", "--overwrite"])
def test_second_process_on_one_file_is_refused(deadcone, long_file, tmp_path, options):
    path = tmp_path / "map.h5"
    process = start_and_wait_for_a_point(deadcone, LONG, "--out", path)
    process.send_signal(signal.SIGSTOP)
    try:
        assert_one_error(deadcone(LONG, options, "--quiet --out", path), 3, str(path), "another process")
        # Reading is free.
        assert f"of {LONG_POINTS} done" in deadcone.done("info", path).stdout
        assert assert_done_points_match_unlocked(path, long_file) >= 1
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert_same_results(path, long_file)
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.h5"]


def assert_done_points_match_unlocked(path, full_path):
    """The same for a file that is being written: h5py would take a lock, so it reads a copy."""
    copy = path.with_name("copy.h5")
    shutil.copy(path, copy)
    done = assert_done_points_match(copy, full_path)
    copy.unlink()
    return done


# A process may be killed at any moment. Points so small that most of the time goes into writing them, and enough of
# them that HDF5's index of the chunks outgrows its first node, which has 64 entries.
TINY_POINTS = 80
TINY = (
    f"sweep --device cpu --threads 1 --beta 0:0.9:{TINY_POINTS} --w -2:2:2 --b -2:2:2 --max-steps 20 "
    "--fields fate,steps"
)


@pytest.fixture(scope="module")
def tiny_run(deadcone, tmp_path_factory):
    """A complete file, and about how long it takes."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.h5"
    start = time.monotonic()
    deadcone.done(TINY, "--quiet --out", path)
    return path, time.monotonic() - start


@pytest.mark.parametrize("seed", range(50))
def test_killed_sweep_can_be_resumed(deadcone, tiny_run, tmp_path, seed):
    full, duration = tiny_run
    path = tmp_path / "map.h5"
    process = start_and_wait_for_a_point(deadcone, TINY, "--out", path)
    time.sleep(random.Random(seed).uniform(0.0, duration))
    process.kill()
    process.communicate(timeout=TIMEOUT)
    done = assert_done_points_match(path, full)
    assert done >= 1
    assert f"{done} of {TINY_POINTS} done" in deadcone.done("info", path).stdout
    deadcone.done(TINY, "--quiet --resume --out", path)
    assert_same_results(path, full)


# The same without chance: the writes of one run are recorded, and the file is made again as it was after each of them.
# That is what a kill at that moment leaves.

RECORDER = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void record(const char* path, int64_t offset, const void* data, size_t length, int64_t size) {
  static int journal = -1;
  if (journal < 0) journal = open(getenv("RECORDER_JOURNAL"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  int64_t head[4] = {(int64_t)strlen(path), offset, (int64_t)length, size};
  struct iovec parts[3] = {{head, sizeof head}, {(void*)path, strlen(path)}, {(void*)data, length}};
  if (writev(journal, parts, 3) < 0) abort();
}

/* Every record has the size of the file after it, so calls that only change the size are seen with the next write. */
static void record_write(int fd, int64_t offset, const void* data, size_t length) {
  char link[64], path[4096];
  struct stat status;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  const char* folder = getenv("RECORDER_FOLDER");
  if (n <= 0 || strncmp(path, folder, strlen(folder)) != 0 || fstat(fd, &status) != 0) return;
  path[n] = 0;
  record(path, offset, data, length, status.st_size);
}

ssize_t pwrite(int fd, const void* data, size_t count, off_t offset) {
  const ssize_t n = syscall(SYS_pwrite64, fd, data, count, offset);
  if (n > 0) record_write(fd, offset, data, (size_t)n);
  return n;
}
ssize_t pwrite64(int fd, const void* data, size_t count, off_t offset) { return pwrite(fd, data, count, offset); }

ssize_t write(int fd, const void* data, size_t count) {
  const ssize_t n = syscall(SYS_write, fd, data, count);
  if (n > 0) record_write(fd, lseek(fd, 0, SEEK_CUR) - n, data, (size_t)n);
  return n;
}

int ftruncate(int fd, off_t size) {
  const int failed = (int)syscall(SYS_ftruncate, fd, size);
  if (!failed) record_write(fd, 0, "", 0);
  return failed;
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  char* full = realpath(from, NULL);
  const int failed = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  if (!failed && full) record(full, -1, to, strlen(to), 0);
  free(full);
  return failed;
}
"""


@pytest.fixture(scope="module")
def recorded_writes(deadcone, tmp_path_factory):
    """What a sweep wrote: (path, offset, data, size of the file then); a rename has the offset -1 and the new path."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to make the recorder with")
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "recorder.c").write_text(RECORDER)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "recorder.so", folder / "recorder.c"], check=True)
    (folder / "out").mkdir()
    environment = os.environ | {
        "LD_PRELOAD": str(folder / "recorder.so"),
        "RECORDER_JOURNAL": str(folder / "journal"),
        "RECORDER_FOLDER": str((folder / "out").resolve()),
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
    }
    deadcone.done(TINY, "--quiet --out", folder / "out" / "map.h5", env=environment)
    journal = (folder / "journal").read_bytes()
    writes, position = [], 0
    while position < len(journal):
        path_length, offset, length, size = struct.unpack_from("4q", journal, position)
        position += 32
        path = journal[position : position + path_length].decode()
        position += path_length
        writes.append((path, offset, journal[position : position + length], size))
        position += length
    return writes


def replay(writes, folder):
    """Makes every write again in `folder`; yields after each."""
    for path, offset, data, size in writes:
        target = folder / pathlib.Path(path).name
        if offset < 0:
            target.rename(folder / pathlib.Path(data.decode()).name)
        else:
            with open(target, "r+b" if target.exists() else "w+b") as file:
                file.seek(offset)
                file.write(data)
                file.truncate(size)
        yield


def defects(path, full, names):
    """What is wrong with a file that a killed process left."""
    try:
        with h5py.File(path) as file:
            done = file["point_done"][...].astype(bool)
            values = {}
            found = []
            for name in names:
                try:
                    values[name] = file[name][...]
                except OSError:
                    found.append("a map cannot be read as a whole")
                    values[name] = full[name].copy()
                    for index in map(tuple, np.argwhere(done)):
                        try:
                            values[name][index] = file[name][index]
                        except OSError:
                            found.append("a finished point cannot be read")
            if any(values[name][done].tobytes() != full[name][done].tobytes() for name in names):
                found.append("a finished point has other values")
            return sorted(set(found))
    except (OSError, KeyError):
        return ["does not open"]


@pytest.fixture(scope="module")
def killed(recorded_writes, tiny_run, tmp_path_factory):
    """Number of the write -> what is wrong then, and the file."""
    folder = tmp_path_factory.mktemp("replay")
    kept = tmp_path_factory.mktemp("killed")
    full = read_all(tiny_run[0])
    names = ["fate", "steps", "fate_count", "updates", "steps_max", "steps_mean", "fate_fraction"]
    result = {}
    for number, _ in enumerate(replay(recorded_writes, folder)):
        if not (folder / "map.h5").exists():
            continue  # killed before there was a file: nothing to open, nothing to lose
        copy = shutil.copy(folder / "map.h5", kept / f"{number}.h5")
        result[number] = (defects(copy, full, names), copy)
    assert result and result[max(result)][0] == []
    return result


@pytest.mark.parametrize(
    "defect",
    [
        "does not open",
        "a finished point cannot be read",
        "a finished point has other values",
        "a map cannot be read as a whole",
    ],
)
def test_file_after_a_kill(killed, defect):
    numbers = [number for number, (found, _) in killed.items() if defect in found]
    assert not numbers, f"after {len(numbers)} of {len(killed)} writes: {defect}; those are {numbers}"


def test_every_file_after_a_kill_can_be_resumed(deadcone, killed, tiny_run):
    # All of those with a defect are tried (at most 40 of them), and some without.
    bad = [number for number, (found, _) in killed.items() if found]
    tried = sorted({*bad[:: max(1, len(bad) // 40)], *list(killed)[:: len(killed) // 20]})
    refused = {}
    for number in tried:
        path = killed[number][1]
        result = deadcone(TINY, "--quiet --resume --out", path)
        if result.returncode == 0:
            assert_same_results(path, tiny_run[0])
        else:
            reason = result.stderr.strip().partition(": ")[2].partition(": ")[2].partition(", addr =")[0]
            refused.setdefault(reason, []).append(number)
    assert not refused, f"refused, of {len(tried)} that were tried after so many writes: {refused}"
