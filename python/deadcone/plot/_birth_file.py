"""Reads what `deadcone birth` finds: of the networks of every point, how many are born dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from ..errors import ConfigError
from ._labels import equation, number
from ._reader import PointFile, is_logarithmic, spread
from ._wording import ARGUMENTS, Wording

if TYPE_CHECKING:
    from typing import Literal

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from ._types import Floats, Index, Numbers, Source

# Cells of a map, or points of all lines.
MOST_CELLS = 1 << 16
# Ticks with a label each along a side.
MOST_TICKS = 12
MOST_LAYERS = 1 << 14
# How a picture writes the names of initializations.
NAMES = {"he": "He", "glorot": "Glorot", "lecun": "LeCun", "rai": "RAI"}
# Numbers of a sequence that a straight line in them, or in their logarithms, leaves by less than this are evenly spaced.
EVEN = 1e-3


class BirthFile(PointFile):
    """Probabilities that networks are born dead, over (width, depth, ...), and what becomes of them layer by layer."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, "born_dead")

    def layers(self) -> list[int]:
        """The numbers of the hidden layers, from 1."""
        layers = self._coordinate("layer")
        if not 0 < layers.size <= MOST_LAYERS or np.any(np.diff(layers) <= 0):
            raise self._source.about("'layer' does not number the layers")
        return [int(layer) for layer in layers]

    def check_probabilities(self, name: str, values: Numbers) -> Floats:
        """The same values; raises StorageError if one of them is neither a probability nor missing."""
        if not np.all(np.isnan(values) | ((values >= 0) & (values <= 1))):
            raise self._source.about(f"'{name}' holds what is no probability")
        return np.asarray(values, float)

    def kind(self) -> str:
        """What all networks have in common, in words."""
        said = self.configured("init", "bias", "inputs", "leak", "skip", "batch_norm", "sign_flip")
        words = [f"{NAMES.get(said['init'], said['init'])} weights"] if "init" in said else []
        words += [f"{said['bias']} biases"] if "bias" in said and said.get("init") != "rai" else []  # which has its own
        words += [f"leak {said['leak']}"] if said.get("leak", "0.0") != "0.0" else []
        words += [f"{said['skip']} connections"] if said.get("skip", "none") != "none" else []
        words += [name.replace("_", " ") for name in ("batch_norm", "sign_flip") if said.get(name) == "True"]
        words += [f"inputs: {said['inputs']}"] if "inputs" in said else []
        return ", ".join(words)


class Cut:
    """The points of a BirthFile along some axes, each in ascending order, at one value of every other axis."""

    def __init__(
        self,
        data: BirthFile,
        axes: Sequence[str],
        wanted: Mapping[str, float],
        words: Wording = ARGUMENTS,
        last: Sequence[str] = (),
    ) -> None:
        """`wanted` maps an axis to the value to draw; without one, all along `axes`, the largest of the axes `last`, and
        the first of others. Errors are in the Wording `words`.
        """
        for axis in (*axes, *wanted):
            if axis not in data.values:
                raise ConfigError(f"{data.path}: there is no axis '{axis}'; the axes are {', '.join(data.values)}")
        if len(set(axes)) < len(axes):
            raise ConfigError(f"the picture needs two axes, not {axes[0]} twice")
        self.data, self.axes = data, tuple(axes)
        self._chosen = [data.ascending(axis, wanted.get(axis)) for axis in axes]
        self.values = [data.values[axis][chosen] for axis, chosen in zip(axes, self._chosen)]
        self.lengths = tuple(map(len, self._chosen))
        if int(np.prod(self.lengths, dtype=object)) > MOST_CELLS:
            choices = " or ".join(words.choosing(axis) for axis in axes)
            shape = " x ".join(map(str, self.lengths))
            raise ConfigError(f"{data.path}: {shape} points are too many; choose {choices}")
        wanted = {axis: float(data.values[axis].max()) for axis in last if axis in data.values} | dict(wanted)
        self._fixed = {axis: data.nearest(axis, wanted.get(axis)) for axis in data.values if axis not in axes}

    def read(self, name: str, codes: tuple[int, ...] = ()) -> Numbers:
        """A variable along the axes, and where it has one for each of some codes along these."""
        data = self.data
        index: Index = tuple(slice(None) if axis in self.axes else self._fixed[axis] for axis in data.axes)
        found = np.asarray(data.by_point(name, index, codes))  # which is a scalar where nothing is left
        order = [axis for axis in data.axes if axis in self.axes]
        order += [axis for axis in self.axes if axis not in order]  # those that are not swept
        found = found.reshape([*(data.values[axis].size for axis in order), *codes])
        found = np.moveaxis(found, [order.index(axis) for axis in self.axes], range(len(order)))
        return found[np.ix_(*self._chosen, *map(range, codes))]

    def probabilities(self, name: str) -> Floats:
        """A variable that holds probabilities; not a number where there is none, or not yet."""
        return self.data.check_probabilities(name, self.read(name))

    def theorems(self, name: str) -> set[str]:
        """The names of the theorems that a variable has along the axes."""
        names = self.data.meanings(name)
        return {names.get(code, "") for code in np.unique(self.read(name)).tolist()}

    def networks(self) -> int:
        """The largest number of networks of a point."""
        return int(self.read("networks").max())

    def fixed(self) -> str:
        """The values of the other axes, but for a factor of 1."""
        values = {axis: self.data.values[axis][i] for axis, i in self._fixed.items()}
        return ", ".join(equation(axis, value) for axis, value in values.items() if (axis, value) != ("sigma_w", 1))

    def caption(self) -> str:
        """What all networks share."""
        said = [self.data.kind(), self.fixed(), f"${number(self.networks())}$ networks each"]
        return ",  ".join(words for words in said if words)


@dataclass(frozen=True)
class Side:
    """A side of a picture: to scale where its values are evenly spaced, or their logarithms; else in their order."""

    axis: str
    values: Floats  # ascending

    def _is_even(self, values: Floats) -> bool:
        steps = np.diff(values)
        return values.size < 3 or bool(np.ptp(steps) <= EVEN * steps.mean())

    @property
    def is_to_scale(self) -> bool:
        return self._is_even(self.values) or self.is_logarithmic

    @property
    def is_logarithmic(self) -> bool:
        return is_logarithmic(self.values) and self._is_even(np.log(self.values))

    @property
    def places(self) -> Floats:
        """Where the values are."""
        return self.values if self.is_to_scale else np.arange(self.values.size, dtype=float)

    def place(self, values: Floats) -> Floats:
        """Where any values between the first and the last are."""
        return values if self.is_to_scale else np.interp(values, self.values, self.places)

    @property
    def borders(self) -> Floats:
        """The borders of cells around the places."""
        places = np.log(self.places) if self.is_logarithmic else self.places
        inner = (places[1:] + places[:-1]) / 2
        first, last = (inner[0] - places[0], places[-1] - inner[-1]) if inner.size else (0.5, 0.5)
        borders = np.concatenate([[places[0] - first], inner, [places[-1] + last]])
        return np.exp(borders) if self.is_logarithmic else borders

    def set_up(self, axes: Axes, side: Literal["x", "y"]) -> None:
        """Gives a side of Axes its scale, limits and ticks."""
        borders = self.borders
        scale = "log" if self.is_logarithmic else "linear"
        axes.set(**{f"{side}scale": scale, f"{side}lim": (borders[0], borders[-1])})
        set_ticks(axes.xaxis if side == "x" else axes.yaxis, self)


def set_ticks(axis: Axis, side: Side) -> None:
    """A tick at every value of a side, or at some where there are many."""
    axis.set_minor_locator(NullLocator())
    if side.values.size <= MOST_TICKS or not side.is_to_scale:
        chosen = spread(side.values.size, MOST_TICKS)
        axis.set_ticks(side.places[chosen], [f"${number(value)}$" for value in side.values[chosen]])
        return
    is_whole = bool(np.all(side.values % 1 == 0))
    evenly = MaxNLocator(8, integer=is_whole, steps=(1, 2, 5, 10))
    axis.set_major_locator(LogLocator(numticks=6) if side.is_logarithmic else evenly)
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"${number(value)}$"))
