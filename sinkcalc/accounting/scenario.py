"""What people and weather do to the forest in a forecast: measures at stated rates."""

from dataclasses import dataclass
from typing import Final, Literal

MeasureKind = Literal["felling", "thinning", "tending", "afforestation", "disturbance", "land_loss"]
Becomes = Literal["stays", "regrows", "leaves_forest"]
MEASURE_KINDS: Final[tuple[MeasureKind, ...]] = (
    "felling",
    "thinning",
    "tending",
    "afforestation",
    "disturbance",
    "land_loss",
)


@dataclass(frozen=True)
class Measure:
    """One measure on the arbor forest, carried out every year from first to last.

    Attributes
    ----------
    name
        Its key in the scenario.
    kind
        What it is; `afforestation` brings new forest of age 0, `land_loss` takes forest away.
    area_ha_per_year, area_fraction_per_year
        Area touched a year: hectares over all chosen counties together, or a fraction of the
        chosen forest. Exactly one is given.
    volume_fraction
        Of the growing stock on the touched area, what is taken or lost.
    becomes
        What the touched area is afterwards: `stays` at its age, `regrows` from age 0, or
        `leaves_forest`.
    regrows_species, regrows_origin
        What regrows or is planted; the species that stood there, and planted, if None.
    growth_gain_fraction, gain_years
        Growth of the touched area is higher by this fraction for so many years (tending).
    region_codes, species_groups, origins, age_groups
        Where it takes place; empty means everywhere.
    first_year, last_year
        None means from the start, to the end.
    relative_se
        Standard error of the rate as a fraction of it: one draw for all years.
    status, evidence, source_id, locator
        Of the rate, as in a parameter row; a user's own measure is `stated`.
    """

    name: str
    kind: MeasureKind
    area_ha_per_year: float | None = None
    area_fraction_per_year: float | None = None
    volume_fraction: float = 0.0
    becomes: Becomes = "stays"
    regrows_species: str | None = None
    regrows_origin: str | None = None
    growth_gain_fraction: float = 0.0
    gain_years: int = 0
    region_codes: tuple[str, ...] = ()
    species_groups: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    age_groups: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    relative_se: float = 0.0
    status: str = "stated"
    evidence: str = "stated"
    source_id: str | None = None
    locator: str | None = None

    def in_force(self, first: int, last: int) -> bool:
        """Tell whether any year from the first to the last is one of its years."""
        return (self.first_year is None or self.first_year <= last) and (
            self.last_year is None or self.last_year >= first
        )


@dataclass(frozen=True)
class Scenario:
    """Measures, and how sure the growth of the curves is.

    Attributes
    ----------
    name
        Short name, as stored with the forecast.
    title_zh, title_en
        What it says, in a line.
    measures
        In the order in which they are carried out within a year, after growth.
    growth_relative_se
        Standard error of the growth of all forest together as a fraction of it, beyond the error
        of the curves: one draw for all years.
    text
        The scenario as TOML, which the forecast stores.
    """

    name: str
    title_zh: str
    title_en: str
    measures: tuple[Measure, ...] = ()
    growth_relative_se: float = 0.0
    text: str = ""
