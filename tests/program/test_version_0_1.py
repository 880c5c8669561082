"""Files and results of version 0.1: this program reads, merges and analyzes them, and computes nearly the same. Its bits are
others, so that it neither resumes nor verifies them. data/version-0.1/make.py made them, and has their options.
"""

import json
import pathlib
import re
import runpy
import shutil
from dataclasses import dataclass

import h5py
import numpy as np
import pytest
from conftest import FATES, assert_one_error

DATA = pathlib.Path(__file__).resolve().parent / "data" / "version-0.1"
MADE = runpy.run_path(str(DATA / "make.py"))
SWEEP, PARTED, PARTS, INTERRUPTED = (MADE[name] for name in ("SWEEP", "PARTED", "PARTS", "INTERRUPTED"))
ANALYZE, ANALYZED, FIELDS, TEXTS = (MADE[name] for name in ("ANALYZE", "ANALYZED", "FIELDS", "TEXTS"))

# Of each file of a sweep, but for the interrupted and the analyzed: (options, file that is given as --out).
COMPUTED = {file: (options, out) for file, options, out in MADE["sweep_commands"]()}
# And of all, those two kinds included.
SWEEPS = (
    COMPUTED
    | {f"{INTERRUPTED}.h5": (MADE["SWEEPS"][PARTED], f"{INTERRUPTED}.h5")}
    | {f"{name}.h5": (MADE["SWEEPS"][sweep], f"{name}.h5") for name, sweep in ANALYZED.items()}
)

# Files that are filled by borders: this program fills by another rule, and computes the same pixels to the same bits.
BORDERS = {f"{name}.h5" for name in ("refined", "certified-refined")}

# Attributes that say when, where and by which program a file was made.
CIRCUMSTANCES = {"history", "version", "git_commit", "compiler", "hdf5", "device"}
# Attributes that version 0.1 did not write.
LATER = {"rounding"}
# Lists that have grown: there is a theorem more.
LONGER = {("/proof", "flag_values"), ("/proof", "flag_meanings")}


# What a file holds, in the order in which it was created: objects by name, of each its attributes by name.


@dataclass
class Item:
    attributes: dict
    description: dict  # of a dataset: type, shape, fill value, chunks, filters
    values: np.ndarray | None  # none of a group


def names_in_order(iterate, **order):
    names = []
    iterate(names.append, **order)
    return [name.decode() for name in names]


def attribute(item, name):
    """Type and value; references to other objects become their names."""
    file = item.file
    value = item.attrs[name]
    if name == "DIMENSION_LIST":
        return [[file[reference].name for reference in references] for references in value]
    if name == "REFERENCE_LIST":
        return [(file[reference].name, int(index)) for reference, index in value]
    kind = h5py.h5a.open(item.id, name.encode()).get_type().encode()
    return kind, value.tobytes() if isinstance(value, (np.ndarray, np.generic)) else value


def attributes(item):
    def iterate(take, **order):
        h5py.h5a.iterate(item.id, take, **order)

    names = names_in_order(iterate, index_type=h5py.h5.INDEX_CRT_ORDER)
    return {name: attribute(item, name) for name in names}


def describe(dataset):
    creation = dataset.id.get_create_plist()
    filters = [creation.get_filter(i)[:3] for i in range(creation.get_nfilters())]
    return {
        "type": dataset.id.get_type().encode(),
        "shape": (dataset.shape, dataset.maxshape),
        "fill value": np.asarray(dataset.fillvalue).tobytes(),
        "storage": (creation.get_layout(), creation.get_alloc_time(), creation.get_fill_time()),
        "chunks": dataset.chunks,  # not their number: version 0.1 stored the first one of a map that was not computed
        "filters": filters,
    }


# What later versions describe in another way. Fill values are no valid values; coordinates are in the analysis as well.
RENEWED = {"Conventions"}
COORDINATES = {"beta", "gamma", "eta", "delta", "r", "fate_code"}


def items_of(group):
    yield group.name, Item(attributes(group), {}, None)
    for name in names_in_order(group.id.links.iterate, idx_type=h5py.h5.INDEX_CRT_ORDER):
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from items_of(item)
        else:
            yield item.name, Item(attributes(item), describe(item), np.asarray(item[()]))


def contents(path):
    with h5py.File(path) as file:
        return dict(items_of(file))


def as_in_version_0_1(items):
    """Without what later versions describe in another way: the fill values, and the coordinates of an analysis."""
    copies = {f"/analysis/{name}" for name in COORDINATES}
    for name in list(items):
        if name in copies:
            del items[name]
            continue
        items[name].description.pop("fill value", None)
        attributes = items[name].attributes
        if name == "/beta":
            attributes.pop("axis", None)  # "T", which CF has for time
        if name.startswith("/analysis/"):
            attributes.pop("coordinates", None)
            for scales in attributes.get("DIMENSION_LIST", []):
                scales[:] = [f"/{scale.rpartition('/')[2]}" if scale in copies else scale for scale in scales]
        elif "REFERENCE_LIST" in attributes:
            attributes["REFERENCE_LIST"] = [use for use in attributes["REFERENCE_LIST"] if "/analysis/" not in use[0]]
    return items


def assert_same_values(name, found, expected, same_file, measured):
    if name == "/seconds" and not same_file:
        np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    elif name.startswith("/analysis/") and expected.dtype.kind == "f" and measured:
        # Made with logarithms and error functions, whose last digits are the C library's.
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15, err_msg=name)
    else:
        assert found.tobytes() == expected.tobytes(), f"{name} has other bits"


def assert_same_contents(path, expected_path, same_file=False, measured=False):
    """The files have the same objects with the same attributes and bits, in the same order.

    The circumstances and the time taken may differ, unless it is the `same_file`. Where the analysis was `measured`
    anew, the last digits of its real numbers may, too.
    """
    found, expected = contents(path), contents(expected_path)
    if not same_file:
        found, expected = as_in_version_0_1(found), as_in_version_0_1(expected)
    assert list(found) == list(expected)
    for name, wanted in expected.items():
        item = found[name]
        old = [key for key in item.attributes if key in wanted.attributes or key not in LATER]
        assert old == list(wanted.attributes), f"other attributes of {name}"
        for key, value in wanted.attributes.items():
            may_differ = not same_file and (key in CIRCUMSTANCES | RENEWED or (name, key) in LONGER)
            assert item.attributes[key] == value or may_differ, f"{key} of {name}"
        assert item.description == wanted.description, name
        if wanted.values is not None:
            assert_same_values(name, item.values, wanted.values, same_file, measured)


def assert_same_computed_pixels(path, expected_path):
    """What both computed is the same; what the file of 0.1 computed, the other did, too."""
    with h5py.File(path) as file, h5py.File(expected_path) as expected:
        computed = expected["provenance"][...] == 0
        assert np.all(file["provenance"][...][computed] == 0)
        for name in ("fate", "steps", "proof"):
            if name in expected:
                assert np.array_equal(file[name][...][computed], expected[name][...][computed]), name


def assert_unchanged(path):
    assert_same_contents(path, DATA / path.name, same_file=True)


def copy_of(file, folder):
    return pathlib.Path(shutil.copy(DATA / file, folder))


def test_every_file_is_in_the_tables():
    files = {*SWEEPS, *(f"{name}.h5" for name in FIELDS), *(f"{name}.txt" for name in TEXTS)}
    assert {path.name for path in DATA.iterdir() if path.suffix in (".h5", ".txt")} == files


@pytest.mark.parametrize("file", [*SWEEPS, *(f"{name}.h5" for name in FIELDS)])
def test_info(deadcone, file):
    assert "deadcone 0.1.0" in deadcone.done("info", DATA / file).stdout


@pytest.mark.parametrize("file", SWEEPS)
def test_only_that_version_can_verify(deadcone, file):
    assert_one_error(deadcone("verify --all", DATA / file), 1, "only that version can verify it", "0.1.0")


@pytest.mark.parametrize("file", SWEEPS)
def test_only_that_version_can_resume(deadcone, tmp_path, file):
    options, out = SWEEPS[file]
    path = copy_of(file, tmp_path)
    told = "refinement rule is absent there, 2 here" if file in BORDERS else "numerics 2, here 6); only that version can finish it"
    assert_one_error(deadcone(SWEEP, options, "--resume --out", tmp_path / out), 2, told)
    assert list(tmp_path.iterdir()) == [path]
    assert_unchanged(path)


def test_parts_are_merged(deadcone, tmp_path):
    parts = [DATA / f"{PARTED}.{part}-of-{PARTS}.h5" for part in range(1, PARTS + 1)]
    deadcone.done("merge", tmp_path / "merged.h5", *parts)
    assert_same_contents(tmp_path / "merged.h5", DATA / f"{PARTED}.h5")


@pytest.mark.parametrize("file", sorted(BORDERS))
def test_filled_maps_are_merged_but_not_with_those_of_another_rule(deadcone, tmp_path, file):
    deadcone.done("merge", tmp_path / "merged.h5", DATA / file)
    assert_same_contents(tmp_path / "merged.h5", DATA / file)
    options, _ = SWEEPS[file]
    deadcone.done(SWEEP, options, "--out", tmp_path / "new.h5")
    result = deadcone("merge", tmp_path / "both.h5", DATA / file, tmp_path / "new.h5")
    assert result.returncode == 2 and "refinement rule is 2 there, absent here" in result.stderr


def test_files_are_not_merged_with_those_of_other_bits(deadcone, tmp_path):
    options, _ = SWEEPS["plain.h5"]
    deadcone.done(SWEEP, options, "--out", tmp_path / "new.h5")
    result = deadcone("merge", tmp_path / "both.h5", DATA / "plain.h5", tmp_path / "new.h5")
    assert_one_error(result, 2, "other bits", "new.h5")


def test_first_builds_had_neither_certify_nor_refinement(deadcone, tmp_path):
    """Their files are read, merged and analyzed as the others are."""
    path = copy_of("plain.h5", tmp_path)
    with h5py.File(path, "r+") as file:
        configuration = json.loads(file.attrs["configuration"])
        del configuration["refinement"], configuration["criteria"]["certify"]
        text = json.dumps(configuration, separators=(",", ":"))
        file.attrs.create("configuration", text, dtype=h5py.string_dtype("utf-8", len(text)))
    found = contents(path)
    assert deadcone.done("info", path).stdout == deadcone.done("info", DATA / "plain.h5").stdout
    assert list(contents(path)) == list(found)
    options, out = SWEEPS["plain.h5"]
    deadcone.done("merge", tmp_path / "merged.h5", path)
    assert_same_contents(tmp_path / "merged.h5", DATA / "plain.h5", same_file=False)
    result = deadcone(SWEEP, options, "--certify --resume --out", tmp_path / out)
    assert result.returncode == 2 and "certify is false there, true here" in result.stderr
    deadcone.done(ANALYZE, path)


# What an analysis has a number of for each proof.
BY_PROOF = {"/analysis/proof_code", "/analysis/proof_count"}


@pytest.mark.parametrize("file", ANALYZED)
def test_analyze(deadcone, tmp_path, file):
    """The measures are those of version 0.1, but for the dimension; an analysis of that version is measured anew."""
    path = copy_of(f"{ANALYZED[file]}.h5", tmp_path)
    table = deadcone.done(ANALYZE, path).stdout
    found, expected = as_in_version_0_1(contents(path)), as_in_version_0_1(contents(DATA / f"{file}.h5"))
    for name in BY_PROOF & expected.keys():  # two theorems came later
        old = expected.pop(name).values
        new = found.pop(name).values
        np.testing.assert_array_equal(new[..., : old.shape[-1]], old, err_msg=name)
        assert new.shape[-1] == old.shape[-1] + 2
        assert name != "/analysis/proof_count" or np.all(new[..., -2:] == 0)
    for name, wanted in expected.items():
        assert found[name].description == wanted.description, name
        if wanted.values is not None and not re.search("/(boundary_dimension|uncertainty_exponent)", name):
            assert_same_values(name, found[name].values, wanted.values, same_file=False, measured=True)
    for old, new in (("boundary_dimension", "box_dimension"), ("boundary_dimension_error", "box_dimension_error")):
        wanted = expected[f"/analysis/{old}"].values
        assert_same_values(f"/analysis/{new}", found[f"/analysis/{new}"].values, wanted, same_file=False, measured=True)
    analyzed = copy_of(f"{file}.h5", tmp_path)
    assert "analyzed" in deadcone.done("info", analyzed).stdout
    assert deadcone.done(ANALYZE, analyzed).stdout == table
    assert_same_contents(analyzed, path, measured=True)


@pytest.mark.parametrize("file", COMPUTED)
def test_sweeps_are_nearly_the_same(deadcone, tmp_path, file):
    """The fates of all computed pixels but a few, and their steps to 1%, where no island of chaos is in the way."""
    options, out = COMPUTED[file]
    deadcone.done(SWEEP, options, "--out", tmp_path / out)
    with h5py.File(tmp_path / file) as found, h5py.File(DATA / file) as expected:
        computed = expected["point_done"][...][..., None, None] == np.ones_like(expected["fate"][...])
        if "provenance" in expected:
            computed &= (expected["provenance"][...] == 0) & (found["provenance"][...] == 0)
        same = found["fate"][...][computed] == expected["fate"][...][computed]
        assert same.mean() > (0.95 if "--eta" in options else 0.999), f"{same.mean()} of the fates are the same"
        if "steps" in expected and "--eta" not in options:
            steps, old = (of["steps"][...][computed].astype(float) for of in (found, expected))
            change = steps - old
            if "proof" in expected:  # more is proved today, and sooner
                change = np.maximum(change, 0)
            assert (np.abs(change) <= 0.01 * old + 1).mean() > 0.99


@pytest.mark.parametrize("name", FIELDS)
def test_gradient_fields_are_the_same_bits(deadcone, tmp_path, name):
    """They are computed in double, where the formulas have not changed."""
    deadcone.done(FIELDS[name], "--out", tmp_path / "field.h5")
    assert_same_contents(tmp_path / "field.h5", DATA / f"{name}.h5")


@pytest.mark.parametrize("name", TEXTS)
def test_texts_say_the_same(deadcone, name):
    """The names of the columns and the words of comments may differ, and numbers by what rounding makes of them."""

    def essence(text):
        comments, table = [], []
        for line in text.splitlines():
            (comments if line.startswith("#") else table).append(line)
        fates = [word for line in comments for word in re.findall(r"\w+", line) if word in FATES]
        return fates, len(table[0].split()), [[float(number) for number in line.split()] for line in table[1:]]

    expected = (DATA / f"{name}.txt").read_text()
    command = TEXTS[name]
    if name == "spectrum":  # the values of LO:HI:N were rounded otherwise
        command += " --beta " + ",".join(line.split()[0] for line in expected.splitlines()[3:])
        command = command.replace("--beta 0:0.99:34 ", "")
    fates, columns, table = essence(deadcone.done(command).stdout)
    old_fates, old_columns, old_table = essence(expected)
    assert (fates, columns, len(table)) == (old_fates, old_columns, len(old_table))
    np.testing.assert_allclose(table, old_table, rtol=1e-4, atol=1e-5)
