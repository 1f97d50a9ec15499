"""Growth curves by species group and origin, with the curve that serves in place of one."""

from dataclasses import dataclass, field

from sinkcalc.calibration.growth import group_names
from sinkcalc.calibration.model import EVERY_GROUP, Model


@dataclass(frozen=True)
class Curves:
    """The growth curves of a city.

    Attributes
    ----------
    models
        Group -> model: `species_group.origin`, `.origin`, and `EVERY_GROUP`, which is always
        there.
    basis
        What they rest on: `active_models`, `stands_over_age`, or `active_and_stands_over_age`.
    ids
        Group -> id of the stored model; none of those fitted there and then.
    sources
        Group -> samples of the stored model, as a source of parameters.
    """

    models: dict[str, Model]
    basis: str
    ids: dict[str, str]
    sources: dict[str, str] = field(default_factory=dict)

    def curve_of(self, species_group: str | None, origin: str | None) -> tuple[str, Model]:
        """Return the group whose curve serves stands, and its model."""
        names = group_names(species_group, origin)
        name = next((name for name in names if name in self.models), EVERY_GROUP)
        return name, self.models[name]
