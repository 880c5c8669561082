"""The style of the pictures."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style

STYLE: dict[str, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    # Text in a PDF stays text: TrueType, which publishers take.
    "pdf.fonttype": 42,
}


def house_style() -> AbstractContextManager[None]:
    """A context in which figures are made in the style, whatever the user's settings are; after it they are as before."""
    return matplotlib.style.context(["default", STYLE])
