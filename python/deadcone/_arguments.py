"""Arguments of Python as the library takes them: numbers, texts and lists of numbers."""

from __future__ import annotations

import inspect
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
import numpy.typing as npt

from ._printable import printable
from .errors import ConfigError

__all__ = ["Axis", "AxisLike", "axes_of", "axis", "call_of", "fields_of", "flag", "is_default", "number", "path_of", "plane_of",
           "range_of", "refine_of", "shard_of", "text", "values_of", "whole", "widths_of"]

#: The values of an axis: a number; a list or an array of numbers; a tuple (lo, hi, n); or a text as on the command line.
AxisLike: TypeAlias = float | Sequence[float] | npt.NDArray[Any] | tuple[float, float, int] | str
#: The same as the library takes it.
Axis: TypeAlias = str | list[float]

_LARGEST_WHOLE = 2**63 - 1
# Of a list in the history of a file, in numbers, and of a value in a message, in bytes.
_LONGEST_LIST, _LONGEST_VALUE = 20, 60


def number(name: str, value: Any) -> float:
    """A number; whether it is one that will do, the library says."""
    if isinstance(value, (bool, np.bool_, str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name} must be a number, not {_in_words(value)}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, not {_in_words(value)}") from None


def whole(name: str, value: SupportsIndex) -> int:
    """A whole number."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        result = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {_in_words(value)}") from None
    if abs(result) > _LARGEST_WHOLE:
        raise ConfigError(f"{name} is too large: the largest whole number is {_LARGEST_WHOLE}")
    return result


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, not {_in_words(value)}")
    return bool(value)


def text(name: str, value: Any) -> str:
    """A text of one line."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {_in_words(value)}")
    if "\0" in value:
        raise ConfigError(f"{name} must not have a null character")
    return value


def path_of(name: str, value: Any) -> str:
    """The path of a file."""
    try:
        return text(name, os.fsdecode(os.fspath(value)))
    except TypeError:
        raise TypeError(f"{name} must be a path, not {_in_words(value)}") from None


def range_of(name: str, value: tuple[float, float, int]) -> str:
    """(lo, hi, n) as a text."""
    if len(value) != 3:
        raise ConfigError(f"{name}: a tuple is (lo, hi, n), but has {len(value)} values; give values as a list")
    lo, hi, count = value
    if isinstance(count, (float, np.floating)):
        raise ConfigError(f"{name}: a tuple is (lo, hi, n) with a whole number n; give values as a list")
    return f"{number(name, lo)!r}:{number(name, hi)!r}:{whole(name, count)}"


def values_of(name: str, value: Any) -> list[float]:
    """A number, or a list of them."""
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # rows of different lengths
        raise TypeError(f"{name} must be a number or a list of numbers, not {_in_words(value)}") from None
    if array.dtype.kind not in "iuf" and array.size > 0:
        raise TypeError(f"{name} must be a number or a list of numbers, not {_in_words(value)}")
    if array.ndim > 1:
        raise ConfigError(f"{name} must be a number or a list of numbers, not an array of shape {array.shape}")
    if array.size == 0:
        raise ConfigError(f"{name} must have a value")
    result: list[float] = np.atleast_1d(array).astype(np.float64).tolist()
    return result


def axis(name: str, value: AxisLike) -> Axis:
    """The values of an axis."""
    if isinstance(value, str):
        return text(name, value)
    if isinstance(value, tuple):
        return range_of(name, value)
    return values_of(name, value)


def axes_of(given: Mapping[str, AxisLike | None], plane: str) -> dict[str, Axis]:
    """Those of the axes of a sweep that are given; those of its plane must be ranges."""
    for name in plane.split(","):
        has_default = given.get(name) is None and name in ("w", "b")
        if name in given and not has_default and not isinstance(given[name], (tuple, str)):
            raise ConfigError(
                f"{name} must be a tuple (lo, hi, n) or a text such as 'log:0.01:1:9', since it is in the plane"
            )
    return {name: axis(name, value) for name, value in given.items() if value is not None}


def plane_of(value: str | Sequence[str]) -> str:
    """The two axes of a plane."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Iterable) or not all(isinstance(name, str) for name in value):
        raise TypeError(f"plane must be 'X,Y' or two names, not {_in_words(value)}")
    return ",".join(value)


def fields_of(value: str | Iterable[str]) -> str:
    """The results to keep for every pixel."""
    if isinstance(value, str):
        return text("fields", value)
    if not isinstance(value, Iterable):
        raise TypeError(f"fields must be names, not {_in_words(value)}")
    return ",".join(["fate", *(text("fields", name) for name in value)])


def refine_of(value: bool | str) -> str:
    """The kind of refinement."""
    if isinstance(value, str):
        return text("refine", value)
    return "true" if flag("refine", value) else "false"


def shard_of(value: tuple[int, int]) -> tuple[int, int]:
    """(k, n): part k, from 1, of n."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"shard must be (k, n), part k of n, not {_in_words(value)}")
    part, parts = (whole("shard", number) for number in value)
    if not 1 <= part <= parts:
        raise ConfigError(f"shard must be (k, n) with k from 1 to n, but is {(part, parts)}")
    return part, parts


def widths_of(value: Sequence[int] | npt.NDArray[Any] | str) -> str | list[int]:
    """The units of each hidden layer."""
    if isinstance(value, str):
        return text("widths", value)
    if not isinstance(value, Iterable):
        raise TypeError(f"widths must be whole numbers, not {_in_words(value)}")
    return [whole("widths", width) for width in value]


def is_default(function: Any, name: str, value: Any) -> bool:
    """Whether an argument of a function has the value that it has where it is not given."""
    return _is(value, inspect.signature(function).parameters[name].default)


def call_of(function: Any, given: Mapping[str, Any]) -> str:
    """A call as it might be typed, for the history in a file: the arguments that are not the defaults."""
    parameters = inspect.signature(function).parameters
    shown = [
        f"{name}={_typed(given[name])}"
        for name, parameter in parameters.items()
        if name in given and name != "progress" and not _is(given[name], parameter.default)
    ]
    return f"deadcone.{function.__name__}({', '.join(shown)})"


def _is(value: Any, default: Any) -> bool:
    return type(value) is type(default) and not isinstance(value, np.ndarray) and bool(value == default)


def _typed(value: Any) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list) and len(value) > _LONGEST_LIST:
        return f"[{value[0]!r}, {value[1]!r}, ..., {value[-1]!r}]"
    return printable(repr(os.fspath(value) if isinstance(value, os.PathLike) else value))


def _in_words(value: Any) -> str:
    try:
        shown = printable(repr(value), _LONGEST_VALUE)
    except Exception:  # of an object that has no text: its kind will do
        return f"an object of the type {type(value).__name__}"
    return f"{shown} ({type(value).__name__})"
