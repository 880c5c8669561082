"""What goes wrong, and that it goes wrong well: one line, the right status, and no result lost or left half made.

Exit status: 1 it failed, 2 the command line or the configuration is wrong, 3 the disk or the file failed, 4 there is no
such device, 130 interrupted, 128 + n ended by signal n.
"""

import itertools
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import tempfile

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
    # Given twice, an option takes its last value.
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
    # The journal has the points that there is no room for in the file.
    done = assert_done_points_match(path, large_file)
    assert done < 16
    if fraction > 0.3:
        assert files_in(place.folder) == ["map.h5", "map.h5.journal"]
        assert "more finished point" in deadcone.done("info", path).stdout
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


# Standard streams that are closed: no file takes their place.

COMMANDS = {  # and whether they write results to stdout
    f"sweep --overwrite --progress plain --beta 0,0.9 {SMALL} --fields fate,steps,final --out good.h5": False,
    "field --overwrite --w -2:2:8 --b -2:2:8 --out field.h5": False,
    "merge --overwrite merged.h5 good.h5": False,
    "analyze --overwrite --samples 10 good.h5": True,
    "info good.h5": True,
    "verify good.h5": True,
    "trace": True,
    "spectrum": True,
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.split()[0])
def test_closed_standard_streams(deadcone, good_file, tmp_path, command):
    """All seven ways to close some."""
    shutil.copy(good_file, tmp_path / "good.h5")
    results = read_all(good_file)
    for closed in itertools.chain.from_iterable(itertools.combinations(range(3), n) for n in (1, 2, 3)):

        def close(closed=closed):
            for descriptor in closed:
                os.close(descriptor)

        result = deadcone(command, cwd=tmp_path, preexec_fn=close)
        if 1 in closed and COMMANDS[command]:
            assert result.returncode == 3, closed
            assert 2 in closed or "stdout" in result.stderr
        else:
            assert result.returncode == 0, (closed, result.stderr)
        for name in files_in(tmp_path):
            with h5py.File(tmp_path / name) as file:
                if name != "field.h5":
                    same = [file[key][...].tobytes() == values.tobytes() for key, values in results.items() if key != "seconds"]
                    assert all(same), closed


# 1: the limits of the process.

FEW_THREADS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* As if the system had room for so many threads only. */
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  static int made = 0;
  int (*real)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) = dlsym(RTLD_NEXT, "pthread_create");
  return made++ < atoi(getenv("MOST_THREADS")) ? real(thread, attributes, start, argument) : EAGAIN;
}
"""


@pytest.mark.parametrize("most", range(6))
def test_few_threads_are_enough_or_an_error(deadcone, good_file, tmp_path, few_threads, most):
    """The mapper makes two threads here, the writer two or three, the bar one."""
    path = tmp_path / "map.h5"
    environment = few_threads | {"MOST_THREADS": str(most)}
    options = "--device cpu --threads 2 --beta 0,0.9 --fields fate,steps,final --progress bar --out"
    result = deadcone("sweep", SMALL, options, path, env=environment)
    if most < 4:
        assert_one_error(result, 1, "threads")
    else:
        assert result.returncode == 0
        assert_same_results(path, good_file)
    assert deadcone("verify --threads 2", good_file, env=environment).returncode == 0


@pytest.fixture(scope="module")
def few_threads(tmp_path_factory):
    """The environment of a process that gets MOST_THREADS threads."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler to take threads away with")
    folder = tmp_path_factory.mktemp("threads")
    (folder / "threads.c").write_text(FEW_THREADS)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "threads.so", folder / "threads.c", "-ldl"], check=True)
    return os.environ | {
        "LD_PRELOAD": str(folder / "threads.so"),
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
    }


def test_little_memory_is_an_error(deadcone, tmp_path):
    """From a little more than the program needs to start, to enough: there is always an end, and a word."""

    def run(megabytes, *args):
        limit = (int(megabytes * 2**20), resource.RLIM_INFINITY)
        return deadcone(*args, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))

    smallest = next((size for size in range(8, 200) if run(size, "--version").returncode == 0), None)
    if smallest is None:
        pytest.skip("it needs a lot of memory to start, as under a sanitizer")
    statuses = set()
    # HDF5 crashes where it finds no memory for its own tables, in the first megabytes.
    for size in range(smallest + 3, smallest + 60, 6):
        result = run(size, "sweep --quiet --device cpu --threads 2 --overwrite", SMALL, "--out", tmp_path / "map.h5")
        statuses.add(result.returncode)
        if result.returncode != 0:
            assert_one_error(result, 1)
    assert statuses == {0, 1}


def test_a_long_message_is_short(deadcone, tmp_path):
    """The name of a file may be long, and have anything in it but a slash."""
    name = "\x1b[31m\n" + 30 * "é/" + 240 * "x"
    for command in ("info", "sweep --w -2:2:8 --b -2:2:8 --out"):
        result = deadcone(command, tmp_path / (20 * name))
        assert result.returncode in (2, 3)
        assert len(result.stderr.encode()) <= len("deadcone: ") + 500 + 1
        assert result.stderr[:-1].isprintable() and result.stderr.endswith(("no such file\n", "exist\n"))


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


@pytest.mark.parametrize("sent", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU])
def test_signals_of_schedulers_stop_it_gracefully(deadcone, long_file, tmp_path, sent):
    path = tmp_path / "map.h5"
    process = start_and_wait_for_a_point(deadcone, LONG, "--out", path)
    for _ in range(3):  # some come again and again
        process.send_signal(sent)
    _, stderr = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 128 + sent
    assert "interrupted" in stderr.splitlines()[-1] and "--resume" in stderr.splitlines()[-1]
    assert 1 <= assert_done_points_match(path, long_file) < LONG_POINTS


def test_the_limit_of_processor_time_stops_it_gracefully(deadcone, tmp_path):
    options = "sweep --quiet --device cpu --threads 2 --beta 0:0.9:40 --w -2:2:256 --b -2:2:256 --out"
    limit = (1, resource.RLIM_INFINITY)
    result = deadcone(options, tmp_path / "map.h5", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limit))
    assert_one_error(result, 128 + signal.SIGXCPU, "interrupted")
    assert "of 40 done" in deadcone.done("info", tmp_path / "map.h5").stdout


@pytest.mark.parametrize("ignored", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_a_signal_that_was_ignored_stays_ignored(deadcone, long_file, tmp_path, ignored):
    """As shells start what runs in the background, and nohup."""
    path = tmp_path / "map.h5"
    process = deadcone.start(
        LONG, "--progress plain --out", path, preexec_fn=lambda: signal.signal(ignored, signal.SIG_IGN)
    )
    while "finished" not in process.stderr.readline():
        pass
    process.send_signal(ignored)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0
    assert_same_results(path, long_file)
