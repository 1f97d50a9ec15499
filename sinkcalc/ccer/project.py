"""A carbon project as its developer writes it down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from sinkcalc.coefficients.verified import VERIFIED_FILE

CurveKind = Literal["calibrated", "table", "default"]
CURVE_KINDS: Final[tuple[CurveKind, ...]] = ("calibrated", "table", "default")
# year (calendar) and value; linear between, constant outside
Series = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Removal:
    """Trees taken out in a year: a thinning, or with fraction 1 a final felling.

    Attributes
    ----------
    year
        Calendar year; the stock at the end of the period that begins in it is without them.
    fraction
        Of the standing volume.
    """

    year: int
    fraction: float


@dataclass(frozen=True)
class Component:
    """Trees of one species and planting in a stratum.

    Attributes
    ----------
    name
        Unique in its stratum and scenario; replanting after a felling is a component of its own.
    species
        Word of `SPECIES`.
    share
        Of the stratum's area, 0 to 1 (mixed stands).
    planted
        Calendar year; the age at the end of period t is the year in which t ends less this.
    curve, curve_name
        Kind of growth curve, and the model, group or name in the table that is meant; the
        species' own if None.
    removals
        Thinnings and felling.
    """

    name: str
    species: str
    share: float
    planted: int
    curve: CurveKind
    curve_name: str | None = None
    removals: tuple[Removal, ...] = ()


@dataclass(frozen=True)
class BambooPart:
    """Culms of one age in a stratum.

    Attributes
    ----------
    name
        Unique in its stratum and scenario.
    species
        Word of `SPECIES`.
    age_du
        Age in 度: 1 度 is the first and second year, then two years each.
    dbh_cm
        Mean diameter of the culms.
    culms_per_ha
        Standing culms by year.
    """

    name: str
    species: str
    age_du: float
    dbh_cm: float
    culms_per_ha: Series


@dataclass(frozen=True)
class Vegetation:
    """What grows on a stratum in one scenario.

    Attributes
    ----------
    trees, bamboo
        Components; none means no trees.
    shrub_cover
        Fraction of the ground by year. None means no shrubs; under the project, that those of the
        baseline are cleared in year 1.
    """

    trees: tuple[Component, ...] = ()
    bamboo: tuple[BambooPart, ...] = ()
    shrub_cover: Series = ()


@dataclass(frozen=True)
class Stratum:
    """A carbon stratum.

    Attributes
    ----------
    stratum
        Its number in the project.
    density_per_ha, management
        Initial density of planting, stems per ha, and the way of management: they tell strata
        apart and are reported.
    project, baseline
        Vegetation under the project and without it.
    burnt
        Area expected to burn, ha by year (0 in other years).
    inputs
        Further symbols that the pack asks for, as soil carbon: constant over the years.
    """

    stratum: str
    density_per_ha: float | None
    management: str | None
    project: Vegetation
    baseline: Vegetation = field(default_factory=Vegetation)
    burnt: Series = ()
    inputs: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class OwnParameter:
    """A figure that the project gives in place of the pack's, with where it was read."""

    symbol: str
    value: float
    source: str
    locator: str
    relative_se: float | None = None


@dataclass(frozen=True)
class Spread:
    """What is expected of a stratum's plots, for the number of plots.

    Attributes
    ----------
    mean, sd
        Of the carbon density of plots, t C/ha.
    cost
        Of one plot, in any unit common to the strata.
    """

    mean: float
    sd: float
    cost: float = 1.0


@dataclass(frozen=True)
class ParcelSource:
    """Where the parcels come from: a file, or stands of the database.

    Attributes
    ----------
    file, layer, encoding
        Table or layer of parcels, named relative to the project file.
    survey, where
        Survey of the database and a condition in SQL over its stands.
    stratum
        Stratum of parcels that name none.
    others
        Parcels of other projects, with geometry, that must not be parcels of this one.
    wetland_survey
        Survey of the database whose wetlands are laid over the parcels; the newest with polygons
        if None.
    """

    file: Path | None = None
    layer: str | None = None
    encoding: str | None = None
    survey: int | None = None
    where: str | None = None
    stratum: str | None = None
    others: tuple[Path, ...] = ()
    wetland_survey: int | None = None


@dataclass(frozen=True)
class MeasuredErrors:
    """Relative standard errors that a project states.

    Attributes
    ----------
    area
        Of all areas together; None where it states none.
    tables
        By name of the growth table.
    """

    area: float | None = None
    tables: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """A carbon project.

    Attributes
    ----------
    path
        Its file; other files are named relative to its folder.
    project_id
        Short name, used for files and in the ledger.
    methodology
        Code of a pack.
    start
        Start of the work in the field.
    crediting_start, crediting_years
        Crediting period.
    gwp_set
        Word of `GWP_SETS`.
    pools
        Optional pool -> whether it is counted.
    discount
        Discount for uncertainty applied ex ante, a fraction.
    relative_error
        Half-width of the interval over the mean, from which the pack's table gives the discount;
        None where the discount itself is given.
    parameters
        The project's own figures.
    tables
        Growth tables: name -> rows of age (years) and volume (m3/ha).
    table_sources
        Growth table -> the document and the place that its figures come from.
    errors
        Of areas and growth tables.
    spreads
        By stratum, for the number of plots.
    plot_area_ha
        Area of a sample plot.
    verified
        File in which checked rows are recorded; see `verified_file`.
    each
        What strata formed of the parcels have in common, as the file says it; None where every
        stratum is written out.
    burnt
        By stratum, area expected to burn, ha by year.
    """

    path: Path
    project_id: str
    name: str
    owner: str
    methodology: str
    start: date
    crediting_start: date
    crediting_years: int
    gwp_set: str
    parcels: ParcelSource
    strata: tuple[Stratum, ...]
    pools: dict[str, bool] = field(default_factory=dict)
    discount: float = 0.0
    relative_error: float | None = None
    parameters: tuple[OwnParameter, ...] = ()
    tables: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    table_sources: dict[str, str] = field(default_factory=dict)
    errors: MeasuredErrors = field(default_factory=MeasuredErrors)
    spreads: dict[str, Spread] = field(default_factory=dict)
    plot_area_ha: float | None = None
    verified: Path | None = None
    each: Mapping[str, Any] | None = None
    burnt: dict[str, Series] = field(default_factory=dict)

    @property
    def verified_file(self) -> Path:
        """File of checked rows: the one named, or `verified.csv` beside the project file."""
        return self.verified or self.path.parent / VERIFIED_FILE
