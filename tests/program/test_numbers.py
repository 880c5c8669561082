"""The numbers of the command line: their ranges, the values of axes, and pixels that are distinct."""

import re
import shutil

import h5py
import numpy as np
import pytest
from conftest import assert_one_error, assert_same_results

COMMANDS = ("sweep", "field", "trace", "spectrum", "info", "verify", "merge", "analyze", "completion")
QUICK = "--w -1:1:8 --b -1:1:4 --max-updates 3 --quiet"


def numeric_options(deadcone, command):
    """(name, type, help) of the options that take numbers."""
    text = deadcone.done(command, "--help").stdout
    text = re.sub(r"\n {20,}", "  ", text)
    yield from re.findall(r"^  --([\w-]+)\S* (X|N|AXIS|LO:HI:N)=\S*(.*)$", text, re.MULTILINE)


# Ranges.


def test_help_states_the_range_of_every_number(deadcone):
    found = 0
    for command in COMMANDS:
        for name, _, description in numeric_options(deadcone, command):
            found += 1
            assert re.search(r"\((in [\[(].*[\])]|>=? \S+ and finite|finite|(N )?from \d+ to \d+)\)", description), name
    assert found > 30


@pytest.fixture(scope="module")
def sweep(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("numbers") / "sweep.h5"
    deadcone.done("sweep", QUICK, "--out", path)
    return path


@pytest.mark.parametrize("command", ("sweep", "field", "trace", "spectrum", "verify", "analyze"))
def test_numbers_beyond_their_ranges_are_refused(deadcone, command, sweep, tmp_path):
    end = {"sweep": ("--dry-run",), "field": ("--out", tmp_path / "f.h5"), "verify": (sweep,), "analyze": (sweep,)}
    for name, of_type, _ in numeric_options(deadcone, command):
        bad = {
            "X": ("nan", "inf", "-inf", "1e999"),
            "N": ("-1", "9223372036854775807", "99999999999999999999", "1.5"),
            "AXIS": ("nan", "0:inf:3", "0:1:16777217", "0:1:0", "0:1:-1"),
            "LO:HI:N": ("nan:1:3", "0:inf:3", "0:1:16777217", "0:1:0"),
        }
        for value in bad[of_type]:
            assert_one_error(deadcone(command, f"--{name}={value}", *end.get(command, ())), 2, f"--{name}")


@pytest.mark.parametrize("shard", ("-2/4", "0/4", "5/4", "1/0", "1/-4", "x/4", "1", "1/2/3", "1/16777217", "/"))
def test_shards_that_are_none_are_refused(deadcone, shard, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(f'shard = "{shard}"\n')
    for options in (f"--shard={shard}", f"--config {config}"):
        assert_one_error(deadcone("sweep", QUICK, options, "--out", tmp_path / "s.h5"), 2, "--shard", f"'{shard}'")
    assert list(tmp_path.iterdir()) == [config]


# Configuration files.


@pytest.mark.parametrize(
    "beta",
    ("[2020-05-13, 0.5]", "[{}, 0.5]", '["", 0.5]', "[0.5, 07:32:00]", "[0.5, []]", "[[0.1], 0.5]", "{}", "[]", '""'),
)
def test_lists_lose_no_element(deadcone, beta, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(f"beta = {beta}\n")
    assert_one_error(deadcone("sweep", QUICK, "--dry-run --config", config), 2, "c.toml:1", "beta")


PARTS = 100_000


@pytest.mark.parametrize(
    "text",
    (
        "a" + ".a" * PARTS + " = 1",
        "a" + " . 'a'" * PARTS + " = 1",
        '"x.y"' + '."a\\""' * PARTS + " = 1",
        "[a" + ".a" * PARTS + "]",
        "[[a" + ".a" * PARTS + "]]",
        "beta = [0.1, {a" + ".a" * PARTS + " = 1}]",
        'x = """\n"""\na' + ".a" * PARTS + " = 1",
        "# '\na" + ".a" * PARTS + " = 1",
    ),
    ids=range(8),
)
def test_keys_of_many_parts_are_refused(deadcone, text, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(f"eta = 0.1\n{text}\n")
    line = 2 + text.count("\n")
    assert_one_error(deadcone("sweep", QUICK, "--dry-run --config", config), 2, f"c.toml:{line}", "parts")


@pytest.mark.parametrize("head", ("[.a]", "[[.a]]", "[ =a]", "[,", "[{}]", "\t[\n", "[ [a]]", "[]", "["))
def test_tables_without_a_name_are_refused(deadcone, head, tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(f"eta = 0.1\n{head}\n")
    assert_one_error(deadcone("sweep", QUICK, "--dry-run --config", config), 2, "c.toml:2: not TOML")


def test_points_that_are_no_parts_of_keys_are_taken(deadcone, tmp_path):
    config = tmp_path / "c.toml"
    dots = "." * 1000
    values = ", ".join(str(value) for value in np.linspace(0.1, 0.8, 500))
    config.write_text(f"# {dots}\nbeta = [{values}] # {dots}\ngamma = '0.5' # '{dots}\neta = \"\"\"0.1\"\"\"\n")
    deadcone.done("sweep", QUICK, "--dry-run --config", config)


# Values of axes.


def read_axis(path, name):
    with h5py.File(path) as file:
        return file[name][...].tolist()


def test_axes_hold_what_a_person_would_write(deadcone, tmp_path):
    path = tmp_path / "a.h5"
    deadcone.done("sweep", QUICK, "--beta 0.05:0.95:19 --gamma log:0.001:1:4 --out", path)
    assert read_axis(path, "beta") == [0.05, *(i * 5 / 100 for i in range(2, 19)), 0.95]
    assert read_axis(path, "gamma") == [0.001, 0.01, 0.1, 1.0]


def test_pixels_keep_their_centres(deadcone, tmp_path):
    path = tmp_path / "a.h5"
    deadcone.done("sweep --w -0.3:0.6:9 --b 0.05:0.95:18 --max-updates 3 --quiet --out", path)
    assert read_axis(path, "w") == [-0.3 + (i + 0.5) * (0.6 - -0.3) / 9 for i in range(9)]
    assert read_axis(path, "b") == [0.05 + (i + 0.5) * (0.95 - 0.05) / 18 for i in range(18)]


# As version 0.1 rounded log:0.001:1:4 and -0.3:0.6:4.
OLD = "--gamma 0.001,0.009999999999999998,0.09999999999999999,1 --delta -0.3,5.551115123125783e-17,0.3,0.6"
NEW = "--gamma log:0.001:1:4 --delta -0.3:0.6:4"


def test_sweeps_resume_with_the_values_of_their_file(deadcone, tmp_path):
    whole, path = tmp_path / "whole.h5", tmp_path / "part.h5"
    deadcone.done("sweep", QUICK, OLD, "--out", whole)
    shutil.copy(whole, path)
    with h5py.File(path, "r+") as file:
        file["point_done"][..., 1:3] = 0
    deadcone.done("sweep", QUICK, NEW, "--resume --out", path)
    assert_same_results(path, whole)


def test_parts_resume_and_merge_with_the_values_of_their_files(deadcone, tmp_path):
    whole = tmp_path / "whole.h5"
    deadcone.done("sweep", QUICK, OLD, "--out", whole)
    for part in (1, 2):
        deadcone.done("sweep", QUICK, OLD, f"--shard {part}/2 --out", tmp_path / "s.h5")
        deadcone.done("sweep", QUICK, NEW, f"--shard {part}/2 --resume --out", tmp_path / "s.h5")
    deadcone.done("merge", tmp_path / "merged.h5", tmp_path / "s.1-of-2.h5", tmp_path / "s.2-of-2.h5")
    assert_same_results(tmp_path / "merged.h5", whole)


@pytest.mark.parametrize(
    "there, here",
    (
        ("--gamma 0.1,0.2,0.4", "--gamma 0.1,0.2000000000001,0.4"),
        ("--delta -1,1e-20,1.5", "--delta -1,2e-20,1.5"),
        ("--gamma 0.1,0.2", "--gamma 0.1,0.20000000000000004"),
        ("--gamma 0.1,0.2,0.3", "--gamma 0.1,0.2,0.30000000000000004"),
        ("--gamma 0.1,0.2,0.3", "--gamma 0.1,0.2,0.25,0.3"),
    ),
)
def test_other_values_are_another_sweep(deadcone, there, here, tmp_path):
    path = tmp_path / "a.h5"
    deadcone.done("sweep", QUICK, there, "--out", path)
    assert_one_error(deadcone("sweep", QUICK, here, "--resume --out", path), 2, "another sweep", here.split()[0][2:])


# Pixels that are one number.


@pytest.mark.parametrize(
    "option, value", (("--w", "0.5:0.500001:64"), ("--b", "0.5:0.500001:64"), ("--beta", "0.9,0.900000001"))
)
def test_what_is_one_number_is_refused(deadcone, option, value, tmp_path):
    path = tmp_path / "a.h5"
    result = deadcone("sweep", option, value, "--out", path)
    assert_one_error(result, 2, option, "in float", "double tells them apart")
    assert not path.exists()


def test_a_field_is_refused_where_double_is_too_coarse(deadcone, tmp_path):
    result = deadcone("field --w 1:1.000000000000001:64 --out", tmp_path / "f.h5")
    assert_one_error(result, 2, "--w", "in double", "no precision tells them apart")


@pytest.fixture(scope="module")
def repeated(deadcone, tmp_path_factory):
    """A sweep in float as version 0.1 made it: 18 numbers in 64 pixels. No trajectory ends, in any precision."""
    path = tmp_path_factory.mktemp("numbers") / "repeated.h5"
    deadcone.done("sweep --w 0.5:0.500001:64 --b -1:1:16 --max-updates 3 --precision double --quiet --out", path)
    with h5py.File(path, "r+") as file:
        for name in ("configuration", "precision"):
            text = file.attrs[name]
            file.attrs[name] = np.bytes_(text.decode().replace("double", "float"))
    return path


def test_old_files_with_repeated_pixels_open(deadcone, repeated):
    deadcone.done("info", repeated)
    deadcone.done("verify --all", repeated)


def test_old_files_with_repeated_pixels_are_not_measured(deadcone, repeated):
    assert_one_error(deadcone("analyze", repeated), 3, "repeated.h5: w has 64 pixels", "18 numbers in float")


# Squares that vanish.


def test_starts_whose_squares_vanish_are_refused(deadcone):
    start = "trace --r 1e-25 --w 1e-25 --b -1e-26"
    assert_one_error(deadcone(start), 2, "--r", "float", "double holds it")
    assert "# fate converged" in deadcone.done(start, "--precision double").stdout
    smaller = start.replace("e-25", "e-170")
    assert_one_error(deadcone(smaller, "--precision double"), 2, "--r", "double", "scale")
