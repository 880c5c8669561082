"""Types that annotations share. Only type checkers import them: they need xarray, which the scripts do without."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import StorageError

#: What a picture is drawn of.
Source: TypeAlias = xr.Dataset | str | os.PathLike[str]
#: The argument `at` of the functions.
At: TypeAlias = Mapping[str, float] | None
PaletteName: TypeAlias = Literal["default", "paper"]

#: Numbers of a type that the file chooses; coordinates; bytes of colours; rows by columns of Axes.
Numbers: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]
Colours: TypeAlias = npt.NDArray[np.uint8]
AxesArray: TypeAlias = npt.NDArray[np.object_]

#: The index of a map in a sweep; of a panel in a picture, its row and column.
Position: TypeAlias = tuple[int, ...]
Cell: TypeAlias = tuple[int, int]
Index: TypeAlias = tuple[int | slice, ...]
#: (x low, x high, y low, y high)
Window: TypeAlias = tuple[float, float, float, float]
Place: TypeAlias = tuple[float, float]
#: Named places, such as the target (TARGET, (w, b)).
Marks: TypeAlias = list[tuple[str, Place]]
#: Names and colours of values.
Key: TypeAlias = dict[int, tuple[str, str]]
#: Keyword arguments of matplotlib.
Style: TypeAlias = dict[str, Any]
NewFigure: TypeAlias = Callable[..., Figure]


class Results(Protocol):
    """Where a reader gets variables from: GuardedFile or WrappedDataset."""

    @property
    def path(self) -> str: ...

    @property
    def name(self) -> str: ...

    def close(self) -> None: ...

    def about(self, text: str) -> StorageError: ...

    def lacks(self, what: str) -> StorageError: ...

    def dataset(self, name: str) -> Any:
        """What has the shape, the type and the chunks of a variable; None if there is none of this name."""

    def read(self, name: str, index: Index = (), kinds: str = ...) -> Numbers: ...

    def attribute(self, name: str, of: str | None = None) -> Any: ...

    def dimension_names(self, name: str) -> list[str | None]: ...


class Canvas(Protocol):
    """Where maps are drawn: Panels or OnePanel."""

    @property
    def grid(self) -> Cell: ...

    @property
    def window(self) -> Window: ...

    @property
    def dpi(self) -> float: ...

    @property
    def pixels(self) -> tuple[int, int]: ...

    @property
    def figure(self) -> Any: ...

    def draw(
        self,
        column_titles: Sequence[str],
        row_titles: Sequence[str],
        caption: str,
        legend: Sequence[Artist],
        labels: Sequence[str],
        logarithmic: tuple[bool, bool] = ...,
    ) -> AxesArray: ...

    def add_beside(self, offset: float, width: float, height: float) -> Axes: ...
