"""The palettes of the pictures: a colour for every fate and every proof, by the name that the file gives it.

Each palette has spare colours for names that it does not know, so that a file with a new fate still draws.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ._types import Colours

# The three kinds of dead that a file with proofs distinguishes: proved for ever by a theorem; at rest in the dead cone,
# which the unit may leave later; and filled, where it is not known which of the two.
DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE, DEAD_FILLED = "dead for ever", "dead within the tolerance", "dead (filled)"
DEATHS = (DEAD_FOR_EVER, DEAD_WITHIN_TOLERANCE, DEAD_FILLED)

SHADES = 256


def ramp(light: tuple[float, float, float], dark: tuple[float, float, float]) -> Colours:
    """SHADES x 4 RGBA bytes in equal steps of OKLab (Ottosson 2020). An end is (lightness, chroma, hue in degrees)."""
    lightness, chroma, hue = (np.linspace(a, b, SHADES) for a, b in zip(light, dark))
    # More chroma in the middle, where sRGB has room for it.
    chroma = chroma + 0.06 * np.sin(np.pi * np.linspace(0, 1, SHADES))
    a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
    to_cones = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.291485548],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.707614701],
        ]
    )
    linear = np.clip(to_rgb @ (to_cones @ np.stack([lightness, a, b])) ** 3, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: Colours = np.rint(255 * np.vstack([rgb, np.ones(SHADES)])).astype(np.uint8).T
    return colours


@dataclass(frozen=True)
class Palette:
    """Colours as '#RRGGBB', by name."""

    fates: dict[str, str]  # of the fates and of DEATHS
    proofs: dict[str, str]  # near the colour of the fate that they prove
    spare_fates: tuple[str, ...]
    spare_proofs: tuple[str, ...]
    # For numbers within a fate: its hue, and the same lightness for the same number in every ramp.
    ramps: dict[str, Colours]

    def colours_of_fates(self, names: Iterable[str]) -> dict[str, str]:
        """The colour of each name, as a dict; unknown names get the spare colours in order."""
        return _colours(self.fates, self.spare_fates, names)

    def colours_of_proofs(self, names: Iterable[str]) -> dict[str, str]:
        """The same for names of proofs."""
        return _colours(self.proofs, self.spare_proofs, names)


def _colours(known: Mapping[str, str], spare: Sequence[str], names: Iterable[str]) -> dict[str, str]:
    rest = itertools.cycle(spare)
    return {name: known[name] if name in known else next(rest) for name in names}


BLUE_RAMP = ramp((0.94, 0.04, 215), (0.30, 0.10, 262))

PALETTES = {
    # By Okabe and Ito and by Paul Tol. The lightness L* of the fates (70, 49, 90, 31, 0, 15, 44) and of the deaths (38, 64,
    # 49) keeps them apart in greyscale print and for colour-blind readers. No file has both deaths and the last two fates.
    "default": Palette(
        fates={
            "converged": "#56B4E9",
            "dead": "#BB5566",
            "stalled": "#F0E442",
            "unfinished": "#225522",
            "diverged": "#000000",
            "cycling": "#440055",
            "other-minimum": "#7F4CC2",
            DEAD_FOR_EVER: "#97394C",
            DEAD_WITHIN_TOLERANCE: "#DD808D",
            DEAD_FILLED: "#BB5566",
        },
        proofs={
            "energy": "#004488",
            "corridor": "#0072B2",
            "trap": "#97394C",
            "creep": "#D55E00",
            "toll": "#88CCEE",
            "well": "#44AA99",
        },
        spare_fates=("#AA4499", "#44AA99", "#332288", "#EE8866"),
        spare_proofs=("#882255", "#999933"),
        ramps={
            "converged": BLUE_RAMP,
            "dead": ramp((0.94, 0.04, 75), (0.30, 0.11, 15)),
            "other-minimum": ramp((0.94, 0.04, 320), (0.30, 0.12, 300)),
        },
    ),
    # Dead is blue and converged yellow, as in Fig. 4 of arXiv 2005.06195. L*: 90, 46, 54, 76, 0, 17, 35 and 30, 64,
    # 46.
    "paper": Palette(
        fates={
            "converged": "#F0E442",
            "dead": "#0072B2",
            "stalled": "#D55E00",
            "unfinished": "#F4A6B8",
            "diverged": "#000000",
            "cycling": "#000099",
            "other-minimum": "#774455",
            DEAD_FOR_EVER: "#004A78",
            DEAD_WITHIN_TOLERANCE: "#56A0D3",
            DEAD_FILLED: "#0072B2",
        },
        proofs={
            "energy": "#807000",
            "corridor": "#C0A818",
            "trap": "#004A78",
            "creep": "#007A55",
            "toll": "#E6D98C",
            "well": "#B5A030",
        },
        spare_fates=("#882255", "#117733", "#999933", "#AA4499"),
        spare_proofs=("#882255", "#CC79A7"),
        ramps={
            "converged": ramp((0.97, 0.06, 108), (0.36, 0.06, 70)),
            "dead": BLUE_RAMP,
            "other-minimum": ramp((0.94, 0.04, 340), (0.30, 0.10, 0)),
        },
    ),
}
