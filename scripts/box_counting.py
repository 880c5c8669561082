"""The box-counting dimension of the boundary between the fates of a map.

A pixel lies on the boundary if its neighbour to the right or above has another fate. N(s) boxes of s x s pixels hold
such a pixel; where N(s) ~ s^-D, D is the dimension: 1 for a smooth boundary, up to 2 for one that fills the plane.
"""

from typing import NamedTuple

import numpy as np

# So many boxes lie side by side at least: with fewer, nearly all of them are hit, whatever the boundary.
FEWEST_ACROSS = 8


class Dimension(NamedTuple):
    """A fit of log N = intercept - value log s, and its standard error."""

    value: float
    error: float
    intercept: float


def boundary_of(fates):
    """Which pixels lie on the boundary, for labels over (b, w)."""
    result = np.zeros(fates.shape, dtype=bool)
    result[:-1] |= fates[:-1] != fates[1:]
    result[:, :-1] |= fates[:, :-1] != fates[:, 1:]
    return result


def box_sizes(side):
    """Powers of two from 1 pixel on."""
    return [2**k for k in range(64) if 2**k * FEWEST_ACROSS <= side]


def box_counts(boundary, sizes):
    """How many boxes of each size hold a pixel of the boundary. Those that stick out of the map are counted, too."""
    rows, columns = np.nonzero(boundary)
    width = boundary.shape[1]
    return np.array([np.unique(rows // size * width + columns // size).size for size in sizes])


def dimension(sizes, counts):
    """The dimension by least squares; None where there is no boundary, or too few sizes to tell."""
    if len(sizes) < 2 or counts[0] == 0:
        return None
    x, y = np.log(sizes), np.log(counts)
    slope, intercept = np.polyfit(x, y, 1)
    degrees = len(sizes) - 2
    residuals = y - slope * x - intercept
    error = np.sqrt(residuals @ residuals / degrees / np.sum((x - x.mean()) ** 2)) if degrees else np.nan
    return Dimension(-slope, error, intercept)
