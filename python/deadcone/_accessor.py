"""`Dataset.deadcone`: the pictures and the atlas of a Dataset of xarray."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import ConfigError

if TYPE_CHECKING:
    import xarray as xr

    from ._atlas import Atlas


class Accessor:
    """Pictures and the atlas of this Dataset, which deadcone has made or `xarray.open_dataset` has opened."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def plot(self, **options: Any) -> Any:
        """Draw the maps of a sweep, or the field, the spectrum, the trajectory or the births that the Dataset holds.

        Parameters
        ----------
        **options
            Those of deadcone.plot.maps, .field, .spectrum, .trajectories or .births.

        Returns
        -------
        matplotlib.axes.Axes or numpy.ndarray of them
            As that function does.

        Raises
        ------
        ConfigError
            The Dataset holds none of these, or an option does not fit.
        StorageError
            The Dataset is damaged.
        """
        from . import plot

        # Each with a variable that only it has.
        pictures: dict[str, Any] = {
            "fate": plot.maps,
            "grad_w": plot.field,
            "re1": plot.spectrum,
            "momentum_w": plot.trajectories,
            "born_dead": plot.births,
        }
        for variable, picture in pictures.items():
            if variable in self._dataset.variables:
                return picture(self._dataset, **options)
        raise ConfigError("the Dataset holds no sweep, field, spectrum, trajectory or births of deadcone")

    def steps(self, **options: Any) -> Any:
        """Draw the number of updates: deadcone.plot.steps of this Dataset, with its options."""
        from . import plot

        return plot.steps(self._dataset, **options)

    def dead_fraction(self, **options: Any) -> Any:
        """Draw the fraction of the starts that die: deadcone.plot.dead_fraction of this Dataset, with its options."""
        from . import plot

        return plot.dead_fraction(self._dataset, **options)

    def atlas(self, folder: str | os.PathLike[str], **options: Any) -> Atlas:
        """Write the atlas of this sweep: deadcone.atlas of this Dataset, with its options."""
        from ._atlas import atlas

        return atlas(self._dataset, folder, **options)


def register() -> None:
    """Gives Datasets the accessor. Without xarray there are none: the scripts that draw files do not need it."""
    try:
        import xarray
    except ModuleNotFoundError:
        return
    xarray.register_dataset_accessor("deadcone")(Accessor)
