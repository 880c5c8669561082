"""What docs/ shows of the Python package runs: the tutorial, the examples, the page; and types are right."""

import builtins
import json
import os
import pathlib
import re
import subprocess
import sys

import deadcone
import nbformat
import pytest
from conftest import TIMEOUT
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial.ipynb"
EXAMPLES = sorted((DOCS / "examples").glob("*.py"))
PACKAGE = pathlib.Path(deadcone.__file__).resolve().parent

# Nothing that a session leaves: folders of a machine, names of hosts, addresses of objects.
FOLDER = r"(?<![\w.:/])/(?:home|root|tmp|usr|work|mnt|var|opt|Users|builds)\b"
MACHINE = re.compile(FOLDER + r"|\b0x[0-9a-f]{8,}|localhost|127\.0\.0\.1")


def run(arguments, cwd, **variables):
    """Runs a Python of its own, which draws into files and takes a warning of a user's code for an error."""
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONWARNINGS": "error::UserWarning"} | variables
    options = {"cwd": cwd, "env": environment, "capture_output": True, "text": True, "timeout": TIMEOUT}
    return subprocess.run([sys.executable, *map(str, arguments)], check=False, **options)


def done(arguments, cwd, **variables):
    """The same, and insists on success. Returns what it prints."""
    result = run(arguments, cwd, **variables)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


# ---- The tutorial


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kinds(cell):
    """The kinds of a cell's outputs, in order: stdout, or the types of what it shows."""
    return [output.get("name") or sorted(output.get("data", {})) for output in cell.outputs]


def texts(cell):
    """The text of a cell's outputs, which is the same on every machine."""
    return [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]


def write_tutorial(notebook, metadata):
    """Stores an executed notebook, without times and versions."""
    notebook.metadata = metadata
    for cell in notebook.cells:
        cell.metadata = {}
    nbformat.write(notebook, TUTORIAL)


@pytest.fixture(name="stored", scope="module")
def stored_():
    notebook = nbformat.read(TUTORIAL, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture(name="executed", scope="module")
def executed_(stored, tmp_path_factory):
    """The tutorial, executed anew by this Python in an empty folder, whatever kernels this machine knows."""
    folder = tmp_path_factory.mktemp("tutorial")
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}))
    work = folder / "work"
    work.mkdir()
    notebook = nbformat.from_dict(stored)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("JUPYTER_DATA_DIR", str(folder / "data"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        patch.setenv("JUPYTER_CONFIG_DIR", str(folder / "config"))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setenv("PYTHONWARNINGS", "error::UserWarning")
        patch.delenv("MPLBACKEND", raising=False)
        place = {"metadata": {"path": str(work)}}
        options = {"timeout": TIMEOUT, "kernel_name": "python3", "coalesce_streams": True}
        NotebookClient(notebook, resources=place, **options).execute()
    return notebook, work


def test_the_tutorial_stores_its_outputs(stored):
    cells = code_cells(stored)
    assert len(cells) >= 10
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.outputs for cell in cells[1:])
    assert sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs) >= 7
    assert not [kind for cell in cells for kind in kinds(cell) if kind == "stderr"]


def test_the_tutorial_is_small_and_of_no_machine(stored):
    assert TUTORIAL.stat().st_size < 1_000_000
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    assert dict(stored.metadata.kernelspec) == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert not [cell.id for cell in stored.cells if cell.metadata]
    shown = [output for cell in code_cells(stored) for output in cell.outputs]
    data = [item for output in shown for item in output.get("data", {}).items()]
    words = [output.get("text", "") for output in shown]
    words += [text for kind, text in data if not kind.startswith("image/")]
    for text in [*words, *(cell.source for cell in stored.cells)]:
        assert not MACHINE.search(text), text
    for text in words:
        assert not re.search(rf"\b{re.escape(os.uname().nodename)}\b", text), text


def test_the_tutorial_runs_and_shows_what_it_stores(stored, executed):
    notebook, work = executed
    if os.environ.get("DEADCONE_UPDATE_TUTORIAL"):
        write_tutorial(notebook, stored.metadata)
        pytest.skip("docs/tutorial.ipynb has been written")
    for before, now in zip(code_cells(stored), code_cells(notebook), strict=True):
        assert kinds(now) == kinds(before), now.source
        assert texts(now) == texts(before), now.source
    assert not list(work.iterdir())


def test_links_of_the_tutorial_lead_somewhere(stored):
    targets = [target for cell in stored.cells for target in re.findall(r"\]\(([^)\s#]+)", cell.source)]
    assert targets
    assert not [target for target in targets if "://" not in target and not (DOCS / target).exists()]


# ---- The examples


def test_the_example_with_dask(tmp_path):
    printed = done([DOCS / "examples" / "dask_sweep.py", "--size", 700], tmp_path)
    assert "1,960,000 pixels of 2 x 2 maps" in printed
    fractions = re.findall(r"^beta (\S+), gamma (\S+): dead (\S+), ", printed, re.M)
    with deadcone.open(tmp_path / "map.h5") as sweep:
        dead = sweep.fate_fraction.sel(fate_code=1)
        expected = [float(dead.sel(beta=float(beta), gamma=float(gamma))) for beta, gamma, _ in fractions]
    assert len(fractions) == 4
    assert [float(found) for _, _, found in fractions] == pytest.approx(expected, abs=5.1e-5)
    # Once more, from the file that is there now.
    assert done([DOCS / "examples" / "dask_sweep.py"], tmp_path) == printed


def test_the_example_with_shards(tmp_path):
    printed = done([DOCS / "examples" / "shards.py", "--parts", 2], tmp_path)
    assert "sweep.1-of-2.h5, sweep.2-of-2.h5" in printed
    assert printed.endswith("the same as merged: True\n")


# ---- The page


def blocks_of(page):
    """The blocks of Python on a page."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(), re.M | re.S)


def test_the_readme_runs_as_printed(tmp_path):
    (block,) = blocks_of(ROOT / "README.md")
    done(["-c", block], tmp_path)


def test_the_page_runs_as_printed(tmp_path):
    blocks = blocks_of(DOCS / "python.md")
    assert len(blocks) >= 7
    (tmp_path / "page.py").write_text("\n".join(blocks))
    done(["page.py"], tmp_path)
    for name in ("map.h5", "map.png", "whole.h5", "atlas/index.html"):
        assert (tmp_path / name).is_file(), name


def test_the_page_names_what_there_is():
    page = (DOCS / "python.md").read_text()
    called = re.findall(r"\b(?:deadcone|plot)\.([a-z_]+)\(", page)
    for name in called + re.findall(r"^\| `plot\.([a-z_]+)`", page, re.M):
        assert hasattr(deadcone, name) or hasattr(deadcone.plot, name), name
    errors = re.findall(r"^\| `([A-Z]\w+)` \| `(\w+)`", page, re.M)
    assert len(errors) == 5
    for name, base in errors:
        assert issubclass(getattr(deadcone, name), getattr(builtins, base))


# ---- Types


@pytest.fixture(name="check_types", scope="module")
def check_types_(tmp_path_factory):
    """Runs mypy --strict on some files. What it knows of libraries is kept from one call to the next."""
    cache = tmp_path_factory.mktemp("mypy")
    options = ["--strict", "--config-file", ROOT / "pyproject.toml", "--cache-dir", cache]
    return lambda files, cwd: run(["-m", "mypy", *options, *files], cwd, MYPYPATH=str(PACKAGE.parent))


def test_types_are_strict(check_types, tmp_path):
    assert len(EXAMPLES) >= 2
    result = check_types([*sorted(PACKAGE.rglob("*.py")), *EXAMPLES], tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_types_know_what_pictures_return(check_types, tmp_path):
    """One map in Axes of the caller gives these Axes; without them the types say that there may be several."""
    (tmp_path / "right.py").write_text(
        "import deadcone\n"
        "import numpy as np\n"
        "from matplotlib.axes import Axes\n"
        "def draw(one: Axes, two: list[Axes]) -> list[Axes]:\n"
        "    panels = deadcone.plot.maps('map.h5', at={'beta': 0.9})\n"
        "    axes = panels[0, 0] if isinstance(panels, np.ndarray) else panels\n"
        "    axes.set_title('')\n"
        "    both = deadcone.plot.spectrum('spectrum.txt', ax=two)\n"
        "    left, right = deadcone.plot.spectrum('spectrum.txt')\n"
        "    deadcone.atlas('map.h5', 'atlas').index.as_uri()\n"
        "    mine = [deadcone.plot.maps('map.h5', ax=one), deadcone.plot.field('field.h5', ax=one)]\n"
        "    return [*both, left, right, *mine]\n"
    )
    result = check_types(["right.py"], tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_types_find_a_wrong_call(check_types, tmp_path):
    """What a user's mistakes look like: the types of the package are not Any."""
    (tmp_path / "wrong.py").write_text(
        "import deadcone\n"
        "deadcone.sweep(beta=0.9, gama=1)\n"
        "deadcone.sweep(precision='half')\n"
        "deadcone.trace(0.5)\n"
        "length: int = deadcone.open('map.h5')\n"
        "deadcone.plot.maps('map.h5', by='colour')\n"
        "deadcone.plot.steps('map.h5', scale='rang')\n"
        "name: str = deadcone.plot.dead_fraction('map.h5')\n"
        "deadcone.atlas('map.h5', 1)\n"
        "deadcone.birth(init='xavier')\n"
    )
    result = check_types(["wrong.py"], tmp_path)
    assert result.returncode == 1
    assert [int(line) for line in re.findall(r"^wrong\.py:(\d+): error", result.stdout, re.M)] == [*range(2, 11)]
