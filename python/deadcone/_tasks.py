"""Work that runs in threads of the library: its progress, and what becomes of it when Python ends or forks."""

from __future__ import annotations

import atexit
import contextlib
import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from . import _core

__all__ = ["Progress", "Report", "progress_report"]

#: True shows a bar where work takes longer than half a second; a function gets (done, all).
Progress: TypeAlias = bool | Callable[[int, int | None], object]
#: What the library calls ten times a second.
Report: TypeAlias = Callable[..., object] | None

# A thread that waits for Python when the interpreter ends would wait for ever; one that was running at a fork is not in the
# new process.
atexit.register(_core.stop_all_tasks)
os.register_at_fork(after_in_child=_core.forget_tasks_after_fork)


@contextlib.contextmanager
def progress_report(progress: Progress, unit: str) -> Iterator[Report]:
    """A report(done, all) that shows how far work is; work that does not know all that it has to do leaves `all` out."""
    if callable(progress):
        function = progress
        yield lambda done, everything=None, *_: function(done, everything)
    elif not isinstance(progress, bool):
        raise TypeError(f"progress must be True, False or a function, not {progress!r}")
    elif progress:
        with _tqdm()(unit=unit, unit_scale=True, leave=False, delay=0.5) as bar:

            def show(done: int, everything: int | None = None, *_: Any) -> None:
                bar.total = everything
                bar.update(done - bar.n)

            yield show
    else:
        yield None


def _tqdm() -> Any:
    """The bar that suits a terminal or a notebook. Imported here, since that takes a while."""
    from tqdm import TqdmWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TqdmWarning)  # a notebook without ipywidgets gets a bar of text
        from tqdm.auto import tqdm
    return tqdm
