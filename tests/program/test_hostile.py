"""Files made to do harm: they lead elsewhere, hold what no program wrote, or speak to the terminal. Each command refuses
them in one line, reads and writes no other file, and neither crashes nor fills the memory. Damaged files are in
test_failures.py.
"""

import os
import re
import resource
import shutil
import zlib

import h5py
import numpy as np
import pytest
from conftest import assert_one_error

SWEEP = "sweep --quiet --beta 0,0.9 --gamma 1 --w -2:2:8 --b -1.5:1.5:6 --max-steps 400"
RESUME = f"{SWEEP} --resume --out"
COMMANDS = ("info", "verify", "verify --all", "analyze --samples 2", "merge", RESUME)
SECONDS = 20  # long, but short for what hangs


def limit_memory():
    """A process that inflates what it should not gets no further than this."""
    limit = 2 << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@pytest.fixture(scope="module")
def good_file(deadcone, tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "good.h5"
    deadcone.done(SWEEP, "--out", path)
    return path


@pytest.fixture
def run(deadcone, tmp_path):
    """run(command, path): runs a command on a file, within limits."""
    sanitized = "asan" in str(deadcone.path) or "sanit" in str(deadcone.path)  # reserves terabytes

    def use(command, path):
        words = ["merge", tmp_path / "merged.h5", path] if command == "merge" else [command, path]
        return deadcone(*words, timeout=SECONDS, preexec_fn=None if sanitized else limit_memory)

    return use


@pytest.fixture
def target(tmp_path):
    """A file that belongs to somebody else. Its bytes are those of a map, should anybody read it as one."""
    folder = tmp_path / "other"
    folder.mkdir()
    path = folder / "target"
    path.write_bytes(bytes(4096))
    yield path
    assert path.read_bytes() == bytes(4096)


def replace(file, name, make):
    """Puts another object in the place of a dataset, with its attributes."""
    old = file[name]
    shape, dtype, attributes = old.shape, old.dtype, dict(old.attrs)
    del file[name]
    new = make(file, name, shape, dtype)
    for key, value in attributes.items() if new is not None else ():
        if key not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
            new.attrs[key] = value


def external_storage(target):
    def make(file, name, shape, dtype):
        return file.create_dataset(name, shape, dtype, external=[(str(target), 0, h5py.h5f.UNLIMITED)])

    return make


def external_link(target):
    def make(file, name, _shape, _dtype):
        file[name] = h5py.ExternalLink(str(target), "/" + name)

    return make


def soft_link(_target):
    def make(file, name, _shape, _dtype):
        file[name] = h5py.SoftLink("/elsewhere")

    return make


def virtual(target):
    def make(file, name, shape, dtype):
        layout = h5py.VirtualLayout(shape, dtype)
        layout[...] = h5py.VirtualSource(str(target), name, shape=shape)
        return file.create_virtual_dataset(name, layout)

    return make


ELSEWHERE = {
    make.__name__: make for make in (external_storage, external_link, soft_link, virtual)
}


@pytest.mark.parametrize("kind", ELSEWHERE)
@pytest.mark.parametrize("name", ["fate", "steps", "point_done", "fate_count", "seconds"])
@pytest.mark.parametrize("fifo", [False, True], ids=["file", "pipe"])
def test_values_elsewhere(run, good_file, tmp_path, target, name, kind, fifo):
    """No command follows a file to another one, be it a pipe that would make it wait for ever."""
    if fifo and (kind == "soft_link" or name not in ("fate", "point_done")):
        pytest.skip("as with a file")
    place = target
    if fifo:
        place = tmp_path / "other" / "pipe"
        os.mkfifo(place)
    path = shutil.copy(good_file, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        replace(file, name, ELSEWHERE[kind](place))
    before = path.read_bytes()
    for command in COMMANDS:
        assert_one_error(run(command, path), 3, str(path), name)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["map.h5", "other"]


@pytest.mark.parametrize("name", ["analysis", "analysis/point_analyzed", "analysis/basin_entropy"])
def test_analysis_elsewhere(deadcone, run, good_file, tmp_path, target, name):
    path = shutil.copy(good_file, tmp_path / "map.h5")
    deadcone.done("analyze --samples 2", path)
    with h5py.File(path, "r+") as file:
        del file[name]
        file[name] = h5py.ExternalLink(str(target), "/" + name)
    assert_one_error(run("analyze --samples 2", path), 3, str(path), name.rsplit("/", 1)[-1])
    assert run("info", path).returncode == (0 if name.endswith("entropy") else 3)


def chunk_of(content):
    """Puts a chunk of this content in the place of the first one; a result by point gets chunks first."""

    def edit(file, name):
        if file[name].chunks is None:
            values = file[name][...]
            replace(
                file, name, lambda file, name, shape, _: file.create_dataset(name, data=values, chunks=shape, compression=1)
            )
        file[name].id.write_direct_chunk((0,) * file[name].ndim, zlib.compress(content, 1))

    return edit


def stored_without_filters(file, name):
    file[name].id.write_direct_chunk((0,) * file[name].ndim, b"x", filter_mask=0xFFFFFFFF)


def huge_chunks(file, name):
    def make(file, name, shape, dtype):
        chunks = (*(1 for _ in shape[:-1]), (1 << 30) // dtype.itemsize)
        return file.create_dataset(name, shape, dtype, chunks=chunks, maxshape=(*shape[:-1], None), fillvalue=1)

    replace(file, name, make)


def unknown_filter(file, name):
    values = file[name][...]
    replace(file, name, lambda file, name, shape, _: file.create_dataset(name, data=values, chunks=shape, compression="lzf"))


def out_of_range(file, name):
    values = file[name][...].astype("i8")
    values.flat[0] = 1 << 40
    replace(file, name, lambda file, name, _shape, _dtype: file.create_dataset(name, data=values))


BAD_CHUNKS = {
    "too short": chunk_of(b"x"),
    "too long": chunk_of(bytes(1 << 20)),
    "far too long": chunk_of(bytes(1 << 27)),
    "without filters": stored_without_filters,
    "huge": huge_chunks,
    "unknown filter": unknown_filter,
    "out of range": out_of_range,
}
BY_POINT = ("point_done", "fate_count")


@pytest.mark.parametrize("kind", BAD_CHUNKS)
@pytest.mark.parametrize("name", ["fate", "steps", *BY_POINT])
def test_bad_chunks(run, good_file, tmp_path, name, kind):
    """Lengths are checked before HDF5 believes them."""
    if name in BY_POINT and (kind == "without filters" or name == "fate_count" and kind == "out of range"):
        pytest.skip("has no chunks, or any number")
    path = shutil.copy(good_file, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        BAD_CHUNKS[kind](file, name)
    for command in ("verify", "analyze --samples 2", "merge", *(("info",) if name in BY_POINT else ())):
        if command.startswith("analyze") and name == "fate_count":
            continue  # does not need it
        result = run(command, path)
        result.stdout = ""  # what stands before the point
        assert_one_error(result, 3, str(path), name)


# What reaches the terminal.

ATTACK = "\x1b]0;title\x07\x1b[2J\x9b31m\u202etxt\u2066\r\x7f\x00\b"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def assert_harmless(result):
    for text in (result.stdout, result.stderr):
        assert not CONTROL.search(text), repr(CONTROL.search(text))
    assert all(len(line.encode()) <= 500 for line in result.stderr.splitlines())


def set_text(file, name, text):
    file.attrs[name] = np.bytes_(text.encode())  # as it stands


@pytest.mark.parametrize("name", ["title", "history", "version", "git_commit", "compiler", "device", "numerics"])
def test_attributes_cannot_speak_to_the_terminal(run, good_file, tmp_path, name):
    path = shutil.copy(good_file, tmp_path / "map.h5")
    with h5py.File(path, "r+") as file:
        set_text(file, name, "9" + ATTACK.replace("\x00", "") + 700 * "x")
    for command in COMMANDS:
        result = run(command, path)
        assert result.returncode in (0, 1, 2, 3)
        assert_harmless(result)


def test_configurations_cannot_speak_to_the_terminal(run, good_file, tmp_path):
    with h5py.File(good_file) as file:
        configuration = file.attrs["configuration"]
    if isinstance(configuration, bytes):
        configuration = configuration.decode()
    escaped = "".join(f"\\u{ord(character):04x}" for character in ATTACK)
    cases = {
        "key": configuration.replace('"axes":{', f'"axes":{{"{escaped}":[1],', 1),
        "long key": configuration.replace('"axes":{', f'"axes":{{"{escaped * 50}":[1],', 1),
        "word": configuration.replace('"float"', f'"{escaped}"').replace('"float32"', f'"{escaped}"'),
        "field": configuration.replace('"fields":{', f'"fields":{{"{escaped}":true,', 1),
        "no JSON": ATTACK.replace("\x00", "") + 1000 * "y",
        "raw": configuration.replace('"axes":{', '"axes":{"' + ATTACK.replace("\x00", "") + '":', 1),
    }
    for name, text in cases.items():
        assert text != configuration, name
        path = shutil.copy(good_file, tmp_path / "map.h5")
        with h5py.File(path, "r+") as file:
            set_text(file, "configuration", text)
        for command in COMMANDS:
            result = run(command, path)
            assert_one_error(result, 3, str(path))
            assert_harmless(result)


@pytest.mark.parametrize("name", ["a\x1b[2J\u202eb.h5", "β é.h5"])
def test_file_names_cannot_speak_to_the_terminal(run, good_file, tmp_path, name):
    path = tmp_path / name
    for exists in (False, True):
        if exists:
            shutil.copy(good_file, path)
        for command in ("info", "verify --all", "analyze --samples 2", "merge"):
            result = run(command, path)
            assert result.returncode == (0 if exists else 3), result.stderr
            assert_harmless(result)
            if not exists or command == "verify --all":
                shown = name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
                assert shown in result.stdout + result.stderr


def test_gradient_fields_cannot_speak_to_the_terminal(deadcone, run, tmp_path):
    path = tmp_path / "field.h5"
    deadcone.done("field --w -2:2:4 --b -2:2:4 --out", path)
    with h5py.File(path, "r+") as file:
        set_text(file, "history", ATTACK.replace("\x00", ""))
        set_text(file, "version", ATTACK.replace("\x00", ""))
    result = run("info", path)
    assert result.returncode == 0
    assert_harmless(result)


def test_arguments_cannot_speak_to_the_terminal(deadcone):
    for words in (["info", "x" * 4000], ["sweep", "--beta", ATTACK.replace("\x00", "")], [ATTACK.replace("\x00", "")]):
        result = deadcone(*[word for word in words if word.strip()])
        assert result.returncode in (2, 3)
        assert_harmless(result)
