"""How errors name what the caller may change: by arguments here, by options in the scripts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """Words for messages."""

    axis: str  # with {} for the name of an axis: what chooses its value
    dpi: str
    overwrite: str
    leaflet: str
    no_proofs: str  # a sweep has none, and what to do

    def choosing(self, axis: str) -> str:
        """What chooses a value of an axis."""
        return self.axis.format(axis)


ARGUMENTS = Wording(
    axis="at={{'{}': ...}}",
    dpi="dpi",
    overwrite="overwrite=True",
    leaflet="leaflet=",
    no_proofs="there are no proofs to colour by; a sweep with certify=True has them",
)
