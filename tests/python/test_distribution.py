"""The package as it is installed in the environment of the tests, and the archive of its sources."""

import importlib.metadata
import os
import pathlib
import re
import subprocess
import sys
import tarfile

import pytest
from conftest import TIMEOUT

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = re.search(r"project\(deadcone VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def files_of_package():
    """The files that users get, but for the extension and its types."""
    return {
        path.relative_to(ROOT / "python").as_posix()
        for path in (ROOT / "python" / "deadcone").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("_core")
    }


def test_the_installed_package_is_whole(tmp_path):
    try:
        distribution = importlib.metadata.distribution("deadcone")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is not installed; scripts/setup.sh installs it")
    assert distribution.version == VERSION
    installed = {str(path) for path in distribution.files if str(path).startswith("deadcone/")}
    missing = (files_of_package() | {"deadcone/_core.pyi"}) - installed
    assert not missing, f"{missing} are missing; scripts/setup.sh installs the package of this tree"
    assert sum(path.startswith("deadcone/_core.") and path.endswith(".so") for path in installed) == 1
    code = """
import deadcone, xarray as xr
ds = deadcone.sweep(w=(-2, 2, 8), b=(-2, 2, 8), out="map.h5", progress=False)
assert deadcone.verify("map.h5", progress=False)
print(deadcone.__version__, deadcone.__file__)
"""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    assert result.returncode == 0, result.stderr
    version, path = result.stdout.split(maxsplit=1)
    assert version == VERSION
    assert "site-packages" in path


def test_the_archive_of_sources_has_what_a_build_needs(tmp_path):
    code = f"from scikit_build_core.build import build_sdist; print(build_sdist({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, timeout=TIMEOUT)
    (archive,) = tmp_path.glob("*.tar.gz")
    assert archive.name == f"deadcone-{VERSION}.tar.gz"
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    needed = ["CMakeLists.txt", "pyproject.toml", "LICENSE", "README.md", "PKG-INFO"]
    for folder in ("host", "include", "kernels", "python", "scripts/cmake"):
        found = [path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()]
        needed += [str(path) for path in found if "__pycache__" not in path.parts and not path.name.startswith("_core")]
    assert set(needed) <= names
    assert not [name for name in names if name.startswith(("build/", ".venv/", "tests/", "out/"))]
    assert archive.stat().st_size < 5_000_000
