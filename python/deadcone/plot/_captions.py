"""Text that is wrapped to a width, and the caption below a figure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from ._style import STYLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ._types import Style


def wrapped(text: str, width: float, points: float) -> list[str]:
    """The text as lines of at most `width` inches in letters of so many points; no formula is broken."""
    lines: list[str] = []
    used = np.inf
    for word in re.findall(r"(?:\$[^$]*\$|[^\s$])+", text):
        if used + _inches(word, points) > width:
            lines.append(word)
            used = 0.0
        else:
            lines[-1] += " " + word
        used += _inches(word, points) + 0.3 * points / 72
    return lines


def in_lines(text: str, width: float, points: float) -> list[str]:
    """The text as it is where it fits into one line, else wrapped."""
    return wrapped(text, width, points) if _inches(text, points) > width else [text]


def _inches(text: str, points: float) -> float:
    """The width of a line of letters of so many points."""
    font = FontProperties(family=STYLE["font.family"], size=points)
    return text_to_path.get_text_width_height_descent(text, font, "$" in text)[0] / 72


class Caption:
    """The text below a figure, in the smallest size that is legible in print, wrapped to the figure's width."""

    POINTS, LEADING, MARGIN = 7, 1.25, 0.08

    def __init__(self, text: str, width: float) -> None:
        self.lines = wrapped(text, width - 2 * self.MARGIN, self.POINTS)
        self.height = len(self.lines) * self.POINTS * self.LEADING / 72 + 2 * self.MARGIN

    def draw(self, figure: Figure) -> None:
        width, height = figure.get_size_inches()
        for i, line in enumerate(self.lines):
            y = self.height - self.MARGIN - i * self.POINTS * self.LEADING / 72
            style: Style = {"va": "top", "fontsize": self.POINTS, "color": "#333333"}
            figure.text(self.MARGIN / width, y / height, line, **style)
