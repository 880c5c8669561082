"""How pictures write axes, values and names."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._reader import PointFile, ResultFile

# How formulas show an axis; another axis is shown by its name.
SYMBOLS = {"beta": r"\beta", "gamma": r"\gamma", "eta": r"\eta", "delta": r"\Delta", "r": "r_0", "w": "w_0", "b": "b_0"}
# The same for axes that only some units and optimisers have.
OTHER_SYMBOLS = {"beta2": r"\beta_2", "alpha": r"\alpha", "decay": r"\lambda", "leak": "a"}
# The axes of networks.
NETWORK_SYMBOLS = {
    "width": "N",
    "depth": "H",
    "dimension": "d",
    "points": "m",
    "sigma_w": r"\sigma_w",
    "sigma_b": r"\sigma_b",
    "layer": r"\ell",
}
# The axes of a trajectory's start.
STARTS = ("r", "w", "b")


def number(value: float) -> str:
    """A number in the notation of formulas."""
    mantissa, _, exponent = f"{value:.4g}".partition("e")
    if not exponent:
        return mantissa
    return ("" if mantissa == "1" else rf"{mantissa} \cdot ") + f"10^{{{int(exponent)}}}"


def plain(text: str) -> str:
    """Text from a file, for a picture: no part of it is a formula."""
    return text.replace("$", r"\$")


def equation(axis: str, value: float) -> str:
    """An axis and its value, such as beta = 0.9."""
    return f"${symbol(axis)} = {number(value)}$"


def symbol(axis: str) -> str:
    """An axis in a formula."""
    return (SYMBOLS | OTHER_SYMBOLS | NETWORK_SYMBOLS).get(axis) or rf"\mathrm{{{axis}}}".replace("_", r"\_")


def sides_of(data: ResultFile) -> tuple[list[str], tuple[bool, bool]]:
    """The labels of the sides of a panel, x and y, and whether they are logarithmic."""
    labels = [f"initial ${axis}$" if axis in STARTS else f"${symbol(axis)}$" for axis in data.plane]
    return labels, data.logarithmic()


def axis_label(data: PointFile, axis: str, line: int = 80) -> str:
    """What an axis is, in words, in lines of so many characters, and its symbol."""
    return f"{textwrap.fill(plain(data.long_name(axis)), line)} ${symbol(axis)}$"
