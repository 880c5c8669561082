"""Files that are damaged, are something else, or were made to mislead the scripts that read them.

A script draws what it is given, or prints one line and ends with a status of the program's; it neither reads nor writes
other files. Mutations are made with a fixed seed; DEADCONE_MUTATIONS=5000 tries as many.
"""

import json
import os
import shutil
import signal
import zlib

import h5py
import numpy as np
import pytest

from in_process import run  # makes the scripts modules
from deadcone._printable import LONGEST, printable

MUTATIONS = int(os.environ.get("DEADCONE_MUTATIONS", "40"))
PATIENCE = 60  # seconds, for what must not hang
SECRET = b"a line of another file"
NASTY = "\x1b]0;owned\x07\x1b[31m\u202e\u2066 $\\frac{$ {} _^ %s \n\t</script><b>\x9b\u0085" + "x" * 700

SWEEP_READERS = [("plot_sweep",), ("plot_sweep", "--by", "proof"), ("plot_steps",), ("plot_steps", "--scale", "rank")]
SWEEP_READERS += [("plot_dead_fraction",), ("atlas",)]
BIRTH_READERS = [("plot_births",), ("plot_birth_curves",), ("plot_birth_curves", "--scale", "log"), ("plot_birth_layers",)]


@pytest.fixture(scope="module")
def originals(deadcone, tmp_path_factory):
    """A file of each kind by name, with the scripts that read it."""
    folder = tmp_path_factory.mktemp("originals")
    sweep = "sweep --quiet --beta 0,0.9 --gamma 1,0.1 --w -2:2:14 --b -2:2:12 --max-steps 500 --out"
    deadcone.done(sweep, folder / "certified.h5", "--certify --refine")
    deadcone.done(sweep, folder / "final.h5", "--fields steps,final")
    deadcone.done("field --gamma 1,0.1 --w -2:2:20 --b -2:2:18 --out", folder / "field.h5")
    births = "birth --quiet --width 1,2,3 --depth 1,2,4 --dimension 1 --points 2 --inputs signs --networks 100 --out"
    deadcone.done(births, folder / "births.h5")
    (folder / "spectrum.txt").write_text(deadcone.done("spectrum --beta 0:0.9:20").stdout)
    return {
        folder / "certified.h5": SWEEP_READERS,
        folder / "final.h5": SWEEP_READERS,
        folder / "field.h5": [("plot_field",)],
        folder / "births.h5": BIRTH_READERS,
        folder / "spectrum.txt": [("plot_spectrum",)],
    }


def draw(script, file, folder):
    """Runs a script on a file; what it writes goes into the folder `folder / out`."""
    name, *options = script
    out = folder / "out" / "result.png"
    dpi = [] if name == "atlas" else ["--dpi", 30]
    return run(name, file, "--out", out, *options, *dpi)


def assert_done_or_refused(result, folder, *mentioned):
    """The script did its work, or said in one line why not, and left nothing."""
    left = sorted(path.name for path in (folder / "out").iterdir())
    if result.returncode == 0 and not mentioned:
        assert result.stderr == "" and left == ["result.png"], (result, left)
        return
    line = result.stderr.removesuffix("\n")
    assert 1 <= result.returncode <= 3 and result.stderr.endswith("\n") and result.stdout == "", result
    assert line == printable(line) and len(line.encode()) <= LONGEST, result
    assert line.startswith(f"{result.args[0]}: ") and "fails with" not in line and left == [], (result, left)
    assert all(text in line for text in mentioned), result


# ---- Mutations

EXTREMES = [np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324, -0.0, 1e16, 1e-300, 2.0**63, -1.0, 3.0]
ATTRIBUTES = [
    lambda rng: NASTY,
    lambda rng: np.bytes_(NASTY.encode()),
    lambda rng: h5py.Empty("f"),
    lambda rng: h5py.Empty("S9"),
    lambda rng: rng.integers(-(2**40), 2**40, 5),
    lambda rng: np.array([1.5, np.nan]),
    lambda rng: np.zeros((3, 0)),
    lambda rng: np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    lambda rng: np.void(b"\x00\xff\x1b"),
    lambda rng: np.bytes_(rng.bytes(300).replace(b"\x00", b"")),
    lambda rng: ["", "a", NASTY[:9]],
    lambda rng: "[" * 20_000,
    lambda rng: np.arange(300),
]


WORDS = ["nan", "inf", "-1e308", "1e308", "5e-324", NASTY, "", "#", "\n", "0x1", "1e999", "\x00", "٣"]


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def name_of(rng, file):
    names = []
    file.visit(names.append)
    return choose(rng, names) if names else None


def change_values(rng, file):
    dataset = file[name_of(rng, file)]
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "iuf" or not 0 < dataset.size < 1e6:
        return
    values = dataset[()]
    values = np.array(values).reshape(-1)
    kind = values.dtype
    for _ in range(int(rng.integers(1, 4))):
        extreme = choose(rng, EXTREMES)
        if kind.kind != "f":
            extreme = choose(rng, [np.iinfo(kind).max, np.iinfo(kind).min, 7, -3, 0])
        with np.errstate(over="ignore"):
            values[int(rng.integers(values.size))] = extreme
    if rng.random() < 0.3:
        values[:] = values[int(rng.integers(values.size))]
    dataset[()] = values.reshape(dataset.shape)


def change_attribute(rng, file):
    holder = choose(rng, [file, file[name_of(rng, file)], file[choose(rng, list(file))]])
    names = [*holder.attrs] or ["flag_values"]
    name = choose(rng, [name for name in names if name != "REFERENCE_LIST"] or names)
    if rng.random() < 0.4:
        if name in holder.attrs:
            del holder.attrs[name]
    else:
        holder.attrs[name] = choose(rng, ATTRIBUTES)(rng)


def replace_dataset(rng, file):
    name = name_of(rng, file)
    shape = getattr(file[name], "shape", ()) or ()
    del file[name]
    kinds = ["i1", "i8", "u8", "f4", "f8", "f2", "S5", "c16", h5py.string_dtype(), h5py.ref_dtype, "V3", "bool"]
    kind = choose(rng, [*kinds, np.dtype([("x", "i4")]), h5py.enum_dtype({"A": 1}), h5py.vlen_dtype("i4")])
    shape = choose(rng, [shape, shape[::-1], (), (0,), (3,), shape + (1,), shape[:-1], (2**40,), (2**20, 2**20), None])
    if shape is None:
        file.create_dataset(name, data=h5py.Empty("f8"))
        return
    chunks = True if shape and np.prod(shape, dtype=float) > 1e6 else None
    if rng.random() < 0.5:
        kind = choose(rng, ["i1", "f8"])
    file.create_dataset(name, shape, kind, chunks=chunks)


def replace_by_link(rng, file):
    name = name_of(rng, file)
    other = os.path.join(os.path.dirname(file.filename), "other.h5")
    file.move(name, "hidden")
    how = choose(rng, ["soft", "external", "dangling", "loop", "group", "storage", "virtual", "self"])
    if how in ("soft", "dangling", "loop"):
        file[name] = h5py.SoftLink({"soft": "/hidden", "dangling": "/nothing", "loop": f"/{name}"}[how])
    elif how in ("external", "self"):
        file[name] = h5py.ExternalLink(other if how == "external" else file.filename, "/hidden")
    elif how == "group":
        file.create_group(name)
    elif how == "storage":
        secret = os.path.join(os.path.dirname(file.filename), "secret")
        file.create_dataset(name, (len(SECRET),), "i1", external=[(secret, 0, len(SECRET))])
    else:
        layout = h5py.VirtualLayout((4,), "i1")
        layout[:] = h5py.VirtualSource(other, "x", (4,))
        file.create_virtual_dataset(name, layout)


def spoil_chunks(rng, file):
    """Chunks that are not what the filters made, or that unpack to more or less than they should."""
    names = [name for name in file if getattr(file[name], "chunks", None)]
    dataset = file[choose(rng, names)] if names else None
    if dataset is None or not dataset.id.get_num_chunks():
        return
    chunk = dataset.id.get_chunk_info(int(rng.integers(dataset.id.get_num_chunks())))
    content = choose(rng, [b"", b"\x1b" * 40, zlib.compress(b"\x00"), zlib.compress(bytes(3 * 10**7))])
    dataset.id.write_direct_chunk(chunk.chunk_offset, content)


def change_bytes(rng, path):
    content = bytearray(path.read_bytes())
    kind = rng.random()
    if kind < 0.25:
        del content[int(rng.integers(len(content))) :]
    elif kind < 0.35:
        at = int(rng.integers(len(content)))
        content[at : at + 64] = rng.bytes(64)
    else:
        for at in rng.integers(len(content), size=int(rng.integers(1, 20))):
            content[at] = int(rng.integers(256))
    path.write_bytes(content)


def change_text(rng, path):
    words = path.read_text().split(" ")
    for _ in range(int(rng.integers(1, 6))):
        words[int(rng.integers(len(words)))] = choose(rng, WORDS)
    path.write_text(" ".join(words))


def mutate(rng, path):
    """Changes a file in some way."""
    if path.suffix == ".txt":
        (change_text if rng.random() < 0.8 else change_bytes)(rng, path)
        return
    if rng.random() < 0.2:
        change_bytes(rng, path)
        return
    with h5py.File(path, "r+") as file:
        for _ in range(int(rng.integers(1, 3))):
            change = choose(rng, [change_values, change_attribute, replace_dataset, replace_by_link, spoil_chunks])
            try:
                change(rng, file)
            except (OSError, ValueError, KeyError, RuntimeError, TypeError):
                pass  # what an earlier change has made impossible


@pytest.fixture
def in_time():
    """Ends a test that hangs."""

    def stop(*_):
        raise AssertionError("hangs")

    before = signal.signal(signal.SIGALRM, stop)
    yield lambda: signal.alarm(PATIENCE)
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_mutated_files_are_drawn_or_refused_in_a_line(originals, tmp_path, in_time):
    rng = np.random.default_rng(15)
    refused = 0
    for number in range(MUTATIONS):
        in_time()
        folder = tmp_path / str(number)
        (folder / "out").mkdir(parents=True)
        (folder / "secret").write_bytes(SECRET)
        original = choose(rng, list(originals))
        path = folder / original.name
        shutil.copy(original, path)
        mutate(rng, path)
        result = draw(choose(rng, originals[original]), path, folder)
        assert_done_or_refused(result, folder)
        assert (folder / "secret").read_bytes() == SECRET
        refused += result.returncode != 0
        shutil.rmtree(folder)
    assert refused > MUTATIONS / 4


# ---- What is no file of a sweep, and files that lead elsewhere


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "secret").write_bytes(SECRET)
    return tmp_path


HDF5_READERS = [("plot_sweep",), ("plot_steps",), ("plot_dead_fraction",), ("plot_field",), ("atlas",), *BIRTH_READERS]


@pytest.mark.parametrize("script", HDF5_READERS, ids=lambda script: script[0])
def test_what_is_no_file_is_refused(script, folder, in_time):
    os.mkfifo(folder / "fifo")
    (folder / "empty").write_bytes(b"")
    (folder / NASTY[:20].replace("/", "")).write_text("no HDF5")
    with h5py.File(folder / "other.h5", "w") as file:
        file["x"] = [1.0]
    in_time()
    for name in ("fifo", "out", "missing", "empty", NASTY[:20].replace("/", ""), "other.h5", "secret", "x" * 300):
        result = draw(script, folder / name, folder)
        assert_done_or_refused(result, folder, printable(name[:5]))
        assert result.returncode == 3
    assert_done_or_refused(draw(script, "/dev/null", folder), folder, "/dev/null", "not a file")


def copy_with(originals, name, folder, change):
    path = folder / name
    shutil.copy(next(original for original in originals if original.name == name), path)
    with h5py.File(path, "r+") as file:
        change(file)
    return path


def lead_elsewhere(name, how):
    """Puts something in place of a dataset that is stored elsewhere, with the same numbers."""

    def change(file):
        folder = os.path.dirname(file.filename)
        shape, kind, values = file[name].shape, file[name].dtype, file[name][()]
        attributes = dict(file[name].attrs)
        file.move(name, "hidden")
        with h5py.File(os.path.join(folder, "elsewhere.h5"), "w") as other:
            other[name] = values
        if how == "soft link":
            file[name] = h5py.SoftLink("/hidden")
        elif how == "external link":
            file[name] = h5py.ExternalLink("elsewhere.h5", name)
        elif how == "link to a pipe":
            os.mkfifo(os.path.join(folder, "pipe"))
            file[name] = h5py.ExternalLink("pipe", name)
        elif how == "external storage":
            raw = os.path.join(folder, "raw")
            values.tofile(raw)
            file.create_dataset(name, shape, kind, external=[(raw, 0, h5py.h5f.UNLIMITED)])
        else:
            layout = h5py.VirtualLayout(shape, kind)
            layout[...] = h5py.VirtualSource(os.path.join(folder, "elsewhere.h5"), name, shape)
            file.create_virtual_dataset(name, layout)
        if "link" not in how:
            for key in ("flag_values", "flag_meanings"):
                if key in attributes:
                    file[name].attrs[key] = attributes[key]

    return change


@pytest.mark.parametrize("how", ["soft link", "external link", "link to a pipe", "external storage", "virtual dataset"])
@pytest.mark.parametrize("name", ["fate", "steps", "fate_code", "point_done"])
def test_datasets_that_are_elsewhere_are_refused(originals, folder, in_time, name, how):
    path = copy_with(originals, "certified.h5", folder, lead_elsewhere(name, how))
    in_time()
    script = ("plot_dead_fraction",) if name in ("fate_code", "point_done") else ("plot_steps",)
    assert_done_or_refused(draw(script, path, folder), folder, f"'{name}'", "link" if "link" in how else "another file")


def test_text_of_files_is_never_shown_raw(originals, folder):
    """In messages it is escaped and cut; a picture is drawn with whatever a file calls its axes and fates."""

    def rename(file):
        for name in ("beta", "gamma", "fate"):
            file[name].attrs["long_name"] = NASTY
        for name in ("fate", "fate_code", "proof"):
            names = file[name].attrs["flag_meanings"].decode().replace("converged", "a$\x1b]_{\\frac" + 300 * "y")
            file[name].attrs["flag_meanings"] = names.replace("corridor", "$\u202e$")
        file.attrs["history"] = NASTY

    path = copy_with(originals, "certified.h5", folder, rename)
    for script in SWEEP_READERS:
        assert_done_or_refused(draw(script, path, folder), folder)
        for left in (folder / "out").iterdir():
            if left.is_dir():
                text = (left / "data" / "sweep.js").read_text()
                assert text.isascii() and "\x1b" not in text and "\\u202e" not in text.replace("\\\\u202e", "")
                shutil.rmtree(left)
            else:
                left.unlink()
    for attribute in ("configuration", "coordinates"):
        with h5py.File(path, "r+") as file:
            (file if attribute == "configuration" else file["fate"]).attrs[attribute] = NASTY
    assert_done_or_refused(draw(("atlas",), path, folder), folder, "configuration")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: stored["window"]["w"].update(lo="-2"),
        lambda stored: stored["window"]["w"].update(count=True),
        lambda stored: stored["window"].update(b=[]),
        lambda stored: stored["criteria"].update(rho=float("nan")),
        lambda stored: stored["criteria"].update(tolerance=10**400),
        lambda stored: stored["criteria"].update(max_steps=-1),
        lambda stored: stored["criteria"].update(stop={"a": NASTY}),
        lambda stored: stored["criteria"].pop("epsilon"),
        lambda stored: stored.update(criteria=None),
        lambda stored: stored.clear(),
    ],
)
def test_the_atlas_takes_no_other_configuration(originals, folder, spoil):
    def change(file):
        stored = json.loads(file.attrs["configuration"])
        spoil(stored)
        file.attrs["configuration"] = json.dumps(stored)

    path = copy_with(originals, "certified.h5", folder, change)
    assert_done_or_refused(draw(("atlas",), path, folder), folder, "configuration")


@pytest.mark.parametrize("text", ["[" * 30_000, '{"window":' * 5_000, "1" * 5_000, "nul", "null"], ids=list("abcde"))
def test_json_that_is_broken(originals, folder, text):
    def change(file):
        file.attrs["configuration"] = text

    path = copy_with(originals, "certified.h5", folder, change)
    assert_done_or_refused(draw(("atlas",), path, folder), folder, "configuration")


def test_what_does_not_fit_into_memory_is_refused(originals, folder, in_time):
    """Maps and coordinates that take no room in the file, and chunks that would be unpacked to gigabytes."""

    def enlarge(name, shape, chunks):
        def change(file):
            del file[name]
            file.create_dataset(name, shape, "i1", chunks=chunks, compression="gzip")

        return change

    def inflate(file):
        chunk = file["fate"].id.get_chunk_info(0)
        packer = zlib.compressobj()
        content = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
        file["fate"].id.write_direct_chunk(chunk.chunk_offset, content)

    changes = [
        enlarge("w", (1 << 40,), (1 << 20,)),
        enlarge("fate_code", (1 << 40,), (1 << 20,)),
        enlarge("fate", (2, 2, 1 << 30, 1 << 30), (1, 1, 512, 512)),
        enlarge("fate", (2, 2, 12, 14), (1, 1, 1 << 14, 1 << 17)),
        inflate,
    ]
    for change in changes:
        try:
            path = copy_with(originals, "final.h5", folder, change)
        except ValueError:  # HDF5 itself refuses such a chunk
            continue
        in_time()
        for script in (("plot_sweep",), ("plot_dead_fraction",), ("atlas",)):
            result = draw(script, path, folder)
            if result.returncode:
                assert_done_or_refused(result, folder, str(path))
            for left in (folder / "out").iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.mark.parametrize("script", ["plot_sweep", "plot_spectrum"])
def test_what_cannot_be_written_is_told_in_a_line(originals, folder, script):
    (folder / "plain").write_text("")
    suffix = ".txt" if script == "plot_spectrum" else ".h5"
    file = next(original for original in originals if original.suffix == suffix)
    places = [folder / "plain" / "x.png", folder / "none" / "x.png", folder / "out", folder / ("x" * 300), "/dev/full"]
    for out in places:
        result = run(script, file, "--out", out, "--dpi", 30)
        assert_done_or_refused(result, folder, printable(str(out))[:30])
        assert result.returncode == 3


def test_an_endless_table_is_refused(folder, monkeypatch, in_time):
    from deadcone.plot import _spectrum

    monkeypatch.setattr(_spectrum, "LONGEST_TABLE", 1 << 16)
    in_time()
    assert_done_or_refused(draw(("plot_spectrum",), "/dev/zero", folder), folder, "/dev/zero", "too long")


def test_a_script_that_is_interrupted_says_so(originals, folder, monkeypatch):
    import plot_sweep

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(plot_sweep, "ResultFile", interrupt)
    result = draw(("plot_sweep",), "file", folder)
    assert (result.returncode, result.stderr) == (130, "plot_sweep: interrupted\n")


def test_locks_of_hdf5_are_not_needed(originals, folder):
    """As on a file system without locks: another process has an exclusive one."""
    import fcntl

    file = next(original for original in originals if original.name == "final.h5")
    with open(file, "rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert_done_or_refused(draw(("plot_sweep",), file, folder), folder)


def test_the_example_refuses_them_as_well(originals, folder, monkeypatch):
    monkeypatch.chdir(folder / "out")
    paths = [folder / "none", folder, next(original for original in originals if original.name == "field.h5")]
    paths.append(copy_with(originals, "final.h5", folder, lead_elsewhere("fate", "external link")))
    for path in paths:
        assert_done_or_refused(run("example_xarray", path), folder, path.name)
