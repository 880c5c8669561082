"""scripts/check_rooms.py: finds forbidden includes, files in no room and faults of the table, in small trees."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

TABLE = """# A small house

| room | files | may include | libraries | what it is |
|---|---|---|---|---|
| `words` | `include/deadcone/{config,errors}.hpp` | | | |
| `numeric` | `include/deadcone/numeric/` | `words` | | |
| `host/storage` | `host/storage/` | `words` | `hdf5*.h` | |
| `kernels/unit` | `kernels/unit/` | `include/` | `cuda*.h` | |
| `files` | `include/deadcone/file.hpp` | `words` | | |
| `host/cli` | `host/cli/` | `include/` `host/storage` | `CLI/*` | |
"""
FILES = {
    "docs/architecture.md": TABLE,
    "include/deadcone/config.hpp": '#include <string>\n#include "deadcone/errors.hpp"\n',
    "include/deadcone/errors.hpp": "#include <stdexcept>\n",
    "include/deadcone/file.hpp": "",
    "include/deadcone/numeric/normal.hpp": '#include "deadcone/config.hpp"\n',
    "host/storage/hdf5.hpp": '#include <hdf5.h>\n#include "deadcone/errors.hpp"\n',
    "host/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "storage/hdf5.hpp"\n#include <deadcone/numeric/normal.hpp>\n',
    "kernels/unit/kernel.cu": '#include <cuda_runtime_api.h>\n#include "deadcone/numeric/normal.hpp"\n',
}


def check(tmp_path, changes=None, *options):
    """Runs it on the small tree with other contents for some files."""
    for name, text in (FILES | (changes or {})).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_rooms.py", "--root", tmp_path, *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def table_with(old, new):
    assert old in TABLE
    return {"docs/architecture.md": TABLE.replace(old, new)}


def test_a_tree_in_order_passes(tmp_path):
    result = check(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "check_rooms: 7 files in 6 rooms include what docs/architecture.md allows\n"


@pytest.mark.parametrize(
    "changes, message",
    [
        (
            {"host/storage/hdf5.hpp": '#include <hdf5.h>\n\n  # include "deadcone/numeric/normal.hpp"\n'},
            "host/storage/hdf5.hpp:3: room host/storage may not include room numeric (deadcone/numeric/normal.hpp)",
        ),
        (
            {"include/deadcone/errors.hpp": "#include <deadcone/numeric/normal.hpp>\n"},
            "include/deadcone/errors.hpp:1: room words may not include room numeric (deadcone/numeric/normal.hpp)",
        ),
        (
            {"kernels/unit/kernel.cu": '#include "storage/hdf5.hpp"\n'},
            "kernels/unit/kernel.cu:1: room kernels/unit may not include room host/storage (storage/hdf5.hpp)",
        ),
        (  # `include/` stands for rooms above only
            {"kernels/unit/kernel.cu": '#include "deadcone/file.hpp"\n'},
            "kernels/unit/kernel.cu:1: room kernels/unit may not include room files (deadcone/file.hpp)",
        ),
        ({"host/cli/main.cpp": "#include <hdf5.h>\n"}, "host/cli/main.cpp:1: room host/cli may not include <hdf5.h>"),
        ({"host/cli/main.cpp": '#include "storage/new.hpp"\n'}, "host/cli/main.cpp:1: no file storage/new.hpp"),
        ({"include/deadcone/new.hpp": ""}, "include/deadcone/new.hpp: is in no room of docs/architecture.md"),
        ({"host/new/a.cpp": ""}, "host/new/a.cpp: is in no room of docs/architecture.md"),
        (
            table_with("`host/cli/` | `include/` `host/storage`", "`host/cli/` | `include/` `host/storage` `host/attic`"),
            "docs/architecture.md:10: room host/cli names an unknown room, host/attic",
        ),
        (
            table_with("`host/storage/` | `words`", "`host/storage/` | `words` `host/cli`"),
            "docs/architecture.md:7: room host/storage names host/cli, which is not above it: a cycle could follow",
        ),
    ],
)
def test_what_is_not_in_order_is_named(tmp_path, changes, message):
    result = check(tmp_path, changes)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [message]


def test_all_faults_are_listed(tmp_path):
    result = check(tmp_path, {"include/deadcone/errors.hpp": '#include <zlib.h>\n#include "storage/hdf5.hpp"\n'})
    assert result.returncode == 1 and len(result.stderr.splitlines()) == 2


def test_a_page_without_a_table_is_refused(tmp_path):
    result = check(tmp_path, {"docs/architecture.md": "# Nothing\n"})
    assert result.returncode == 1 and result.stderr == "docs/architecture.md: has no table of rooms\n"


def test_the_summary_counts_lines_and_arrows(tmp_path):
    lines = check(tmp_path, {}, "--summary").stdout.splitlines()
    assert "| host/cli | 1 | 3 | numeric 1, host/storage 1 |" in lines
    assert lines[-1] == "| all | 7 | 11 | 5 arrows |"
