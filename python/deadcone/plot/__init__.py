"""Pictures of what deadcone computes.

`maps`, `steps` and `dead_fraction` draw a sweep; `field`, `spectrum` and `trajectories` what deadcone.field(), .spectrum()
and .trace() give; `births`, `birth_curves` and `birth_layers` what deadcone.birth() gives. Each takes a Dataset of
xarray, or the path of a file where the program writes one, and returns the Axes of matplotlib. Without `ax` it
makes a figure with pyplot, in the style of deadcone; the caller's settings stay.

>>> deadcone.plot.maps("fig4.h5", at={"beta": 0.9, "gamma": 0.1})
"""

from ._birth_curves import birth_curves
from ._birth_layers import birth_layers
from ._births import births
from ._dead_fraction import dead_fraction
from ._field import field
from ._maps import maps
from ._spectrum import spectrum
from ._steps import steps
from ._trajectories import trajectories

__all__ = [
    "birth_curves",
    "birth_layers",
    "births",
    "dead_fraction",
    "field",
    "maps",
    "spectrum",
    "steps",
    "trajectories",
]
