"""What comes from outside the project: shared libraries, Python packages, the folder that a script starts in."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
PROGRAMS = os.environ.get("DEADCONE_PROGRAMS", "").split(os.pathsep)


def check_rpath(*files):
    return subprocess.run([SCRIPTS / "check_rpath.sh", *files], capture_output=True, text=True, check=False)


# Libraries.


def test_no_program_looks_for_libraries_in_the_current_folder():
    result = check_rpath(*PROGRAMS)
    assert len(PROGRAMS) >= 2 and result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", ["", ":", "/lib:", ":/lib", "/a::/b", "lib", "./lib", "$LIB", "/a:..", "$ORIGINAL"])
@pytest.mark.parametrize("tag", ["--enable-new-dtags", "--disable-new-dtags"])
def test_other_paths_of_libraries_are_found(tmp_path, path, tag):
    """All but a path that is empty as a whole, which the loader ignores."""
    program = tmp_path / "program.so"
    command = ["cc", "-shared", "-nostdlib", "-x", "c", "/dev/null", "-o", program, f"-Wl,-rpath,{path}", f"-Wl,{tag}"]
    subprocess.run(command, check=True, capture_output=True)
    assert check_rpath(program).returncode == (1 if path else 0)


@pytest.mark.parametrize("path", ["/usr/lib", "/usr/lib:/lib", "$ORIGIN", "$ORIGIN/lib", "$ORIGIN/../lib:/usr/lib"])
def test_absolute_paths_of_libraries_pass(tmp_path, path):
    program = tmp_path / "program.so"
    command = ["cc", "-shared", "-nostdlib", "-x", "c", "/dev/null", "-o", program, f"-Wl,-rpath,{path}"]
    subprocess.run(command, check=True, capture_output=True)
    result = check_rpath(program)
    assert result.returncode == 0, result.stderr


def test_libraries_of_the_current_folder_are_not_loaded(deadcone, tmp_path):
    """What is planted is no library, so the program would not start."""
    dynamic = subprocess.run(["readelf", "-d", deadcone.path], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    assert any("hdf5" in name for name in needed)
    for name in needed:
        (tmp_path / name).write_text("planted\n")
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    deadcone.done("--version", cwd=tmp_path, env=environment)


# Packages.


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_is_pinned_with_its_hashes():
    text = (SCRIPTS / "requirements.lock").read_text()
    packages = re.split(r"\n(?=\S)", text.replace("\\\n", ""))[1:]
    for package in packages:
        assert re.fullmatch(r"[\w.-]+==[\w.]+( ;[^;]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", package), package
    pinned = {canonical(package.partition("==")[0]) for package in packages}
    wanted = re.findall(r"^([\w.-]+)", (SCRIPTS / "requirements.txt").read_text(), re.MULTILINE)
    assert {canonical(name) for name in wanted} <= pinned
    assert "://" not in text and "index-url" not in text and "find-links" not in text


def test_setup_installs_what_is_pinned():
    setup = (SCRIPTS / "setup.sh").read_text()
    others, own = re.findall(r"pip install .*", setup)
    assert "--require-hashes" in others and '-r "$lock"' in others and "lock=scripts/requirements.lock" in setup
    # The package itself brings nothing along, neither to run nor to be built.
    assert "--no-deps" in own and "--no-build-isolation" in own


# The current folder.

MOVE = re.compile(r"^[^#\n]*\bcd\b.*dirname.*$", re.MULTILINE)
MOVES = sorted(path for path in SCRIPTS.rglob("*.sh") if MOVE.search(path.read_text()))


def test_scripts_that_use_the_tree_go_there():
    stay = {"check_rpath.sh", "mpirun.sh", "slurm_array.sh"}
    assert {path.name for path in SCRIPTS.rglob("*.sh")} - {path.name for path in MOVES} == stay


@pytest.mark.parametrize("script", MOVES, ids=lambda path: path.name)
def test_scripts_go_to_the_tree_whatever_cdpath_is(script, tmp_path):
    """CDPATH makes `cd` look elsewhere first, and print where it goes."""
    place = script.relative_to(SCRIPTS).parent
    (tmp_path / "decoy" / "scripts" / place).mkdir(parents=True)
    there = tmp_path / "tree with blanks"
    (there / "scripts" / place).mkdir(parents=True)
    (move,) = MOVE.findall(script.read_text())
    result = subprocess.run(
        ["bash", "-c", f"{move}\npwd", f"scripts/{place}/{script.name}"],
        env={**os.environ, "CDPATH": str(tmp_path / "decoy")},
        cwd=there,
        capture_output=True,
        text=True,
        check=True,
    )
    goal = there / "scripts" / place if script.name == "check.sh" else there
    assert result.stdout == f"{goal}\n"
