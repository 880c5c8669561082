"""Runs the scripts in this process: an interpreter that imports Matplotlib takes longer than most pictures."""

import contextlib
import importlib
import io
import pathlib
import subprocess
import sys
import traceback
from unittest import mock

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
for folder in ("atlas", "plots"):
    sys.path.insert(0, str(SCRIPTS / folder))
import failures  # noqa: E402


def run(script, *arguments, text=""):
    """What `python SCRIPT ARGUMENTS` would give: status, output and errors. `text` is its standard input."""
    command = [script, *map(str, arguments)]
    output, errors, status = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", command),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()))),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        try:
            failures.run(importlib.import_module(script).main)
        except SystemExit as end:
            status = end.code or 0
        except BaseException:  # what the interpreter would print
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(command, status, output.getvalue(), errors.getvalue())


def run_alone(script, *arguments, **options):
    """The same in an interpreter of its own."""
    path = next(SCRIPTS.glob(f"*/{script}.py"))
    command = [sys.executable, path, *map(str, arguments)]
    return subprocess.run(command, **{"capture_output": True, "text": True, "timeout": 300, "check": False} | options)
