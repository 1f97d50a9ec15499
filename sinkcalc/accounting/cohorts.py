"""Cohorts of a forecast: forest of one county, class, species, origin and year of birth."""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.ages import AgeLimits
from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.scenario import Measure
from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.errors import UsageProblem
from sinkcalc.models.growth import GrowthForm, volume_at
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import AGE_GROUPS, MEASURE_STATES, SPECIES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LANE_KEYS: Final = (
    "region_code",
    "vegetation_class",
    "species",
    "origin",
    "measure",
)
# what has no age
NO_AGE: Final = 0
# places of the age groups, and one for what has none
GROUPS: Final = len(AGE_GROUPS) + 1
STATES: Final = len(MEASURE_STATES)
_GIVEN, _ZERO, _MISSING = (MEASURE_STATES.index(name) for name in ("given", "zero", "missing"))
PLANTED: Final = "planted"


@dataclass(frozen=True)
class Cohorts:
    """What does not change from draw to draw: who is there, and who may be born.

    The first `start` cohorts stand at the survey; then come those of every year ahead, one for
    every target, year after year. The cohorts of a year are the rows before its end.

    Attributes
    ----------
    lanes
        One row a lane, i.e. county, class, species, origin and state of the measured volume:
        `LANE_KEYS` and `species_group`. A lane holds cohorts of all ages.
    lane
        Lane of each cohort.
    birth
        Year of birth of each cohort, counted from the survey (a stand of 30 years: -30).
    area, volume
        At the survey, ha and m3; 0 of those that may be born.
    start
        Number of cohorts at the survey.
    targets
        Lanes that new forest may belong to.
    curve, curve_keys, own_curve
        Curve of each lane as a place in `curve_keys` (-1: it does not grow); whether it is the
        curve of its own species group and origin.
    from_zero
        Lanes of stands recorded without any volume.
    first_stock
        Of each lane: the first age at which its curve gives new forest a volume that the decimals
        of a stand show.
    age_group
        Age group of each lane by age: a place in `AGE_GROUPS`, shape (lanes, ages).
    """

    lanes: pl.DataFrame
    lane: Integers
    birth: Integers
    area: Floats
    volume: Floats
    start: int
    targets: Integers
    curve: Integers
    curve_keys: tuple[str, ...]
    own_curve: NDArray[np.bool_]
    from_zero: NDArray[np.bool_]
    first_stock: Integers
    age_group: Integers

    def alive(self, year: int) -> int:
        """Return the number of cohorts in a year counted from the survey."""
        return self.start + year * len(self.targets)

    def kinds(self, year: int, born: int) -> Integers:
        """Return the kind of cell of cohorts in a year: lane, age group, state of the volume.

        Parameters
        ----------
        year
            Counted from the survey.
        born
            Last year of birth that is asked for.

        Returns
        -------
        (lane * GROUPS + place of the age group) * STATES + place of the state.
        """
        alive = self.alive(born)
        lane, birth = self.lane[:alive], self.birth[:alive]
        arbor = (self.lanes["vegetation_class"] == "arbor").to_numpy()[lane]
        age = np.where(arbor, year - birth, NO_AGE)
        group = np.where(arbor, self.age_group[lane, age], GROUPS - 1)
        state = self.state[lane]
        # forest that came up, or was recorded without volume, and shows none yet
        new = arbor & (state != _MISSING) & ((birth > 0) | (state == _ZERO))
        bare = (age < self.first_stock[lane]) | (year == np.maximum(birth, 0))
        state = np.where(new, np.where(bare, _ZERO, _GIVEN), state)
        return (lane * GROUPS + group) * STATES + state

    @property
    def state(self) -> Integers:
        """The state of the volume of each lane at the survey, as a place in `MEASURE_STATES`."""
        words = self.lanes["measure"]
        return words.replace_strict(MEASURE_STATES, range(STATES), return_dtype=pl.Int64).to_numpy()

    @property
    def oldest(self) -> int:
        """The greatest age that occurs until the last year."""
        return int(self.age_group.shape[1]) - 1


def make_cohorts(
    aged: pl.DataFrame,
    others: pl.DataFrame,
    measures: tuple[Measure, ...],
    curves: Curves,
    limits: AgeLimits,
    years: int,
) -> Cohorts:
    """Lay out the cohorts of a forecast.

    Parameters
    ----------
    aged
        Arbor rows with `age`, see `with_ages`.
    others
        Rows of `cohort_sums` of the other forest classes.
    measures
        Of the scenario: they say what may regrow and be planted.
    years
        Years ahead.
    """
    rows = pl.concat(
        [
            aged.select(*LANE_KEYS, "age", "area_ha", "volume_m3"),
            others.select(
                *LANE_KEYS, pl.lit(NO_AGE, pl.Int64).alias("age"), "area_ha", "volume_m3"
            ),
        ]
    )
    start = (
        rows.group_by(*LANE_KEYS, "age")
        .agg(pl.col("area_ha", "volume_m3").sum())
        .sort(*LANE_KEYS, "age")
    )
    new = _new_lanes(start, measures)
    lanes = (
        pl.concat([start.select(LANE_KEYS), new])
        .unique()
        .sort(LANE_KEYS)
        .with_row_index("lane")
        .with_columns(pl.col("lane").cast(pl.Int64))
        .join(species_groups(), on="species", how="left", maintain_order="left")
    )

    def places(frame: pl.DataFrame) -> Integers:
        found = frame.join(
            lanes, on=list(LANE_KEYS), how="left", nulls_equal=True, maintain_order="left"
        )
        return found["lane"].to_numpy().astype(np.int64)

    lane, targets = places(start), np.sort(places(new))
    born = np.zeros(years * len(targets))
    curve, keys, own = _curves_of(lanes, curves)
    oldest = int(start["age"].to_numpy().max(initial=0)) + years
    return Cohorts(
        lanes=lanes,
        lane=np.concatenate([lane, np.tile(targets, years)]),
        birth=np.concatenate(
            [-start["age"].to_numpy(), np.repeat(np.arange(1, years + 1), len(targets))]
        ),
        area=np.concatenate([start["area_ha"].cast(pl.Float64).to_numpy(), born]),
        volume=np.concatenate([start["volume_m3"].cast(pl.Float64).to_numpy(), born]),
        start=start.height,
        targets=targets,
        curve=curve,
        curve_keys=keys,
        own_curve=own,
        from_zero=(lanes["measure"] == "zero").to_numpy(),
        first_stock=np.array([*(_first_stock(curves.models[key], oldest) for key in keys), 0])[
            curve
        ],
        age_group=np.array(
            [
                limits.group(species, origin, np.arange(oldest + 1))
                for species, origin in lanes.select("species", "origin").iter_rows()
            ]
        ),
    )


def _first_stock(model: Model, oldest: int) -> int:
    ages = np.arange(oldest + 1, dtype=np.float64)
    stock = volume_at(cast(GrowthForm, model.form), np.array(model.values), ages)
    return int(np.searchsorted(stock, 10.0**-STOCK_DECIMALS))


def _new_lanes(start: pl.DataFrame, measures: tuple[Measure, ...]) -> pl.DataFrame:
    """List the lanes that regrown and planted forest belongs to."""
    arbor = start.filter(pl.col("vegetation_class") == "arbor")
    wanted = [
        arbor.select(
            "region_code",
            "vegetation_class",
            _species(measure),
            pl.lit(measure.regrows_origin or PLANTED).alias("origin"),
            pl.lit("given").alias("measure"),
        )
        for measure in measures
        if measure.becomes == "regrows" and measure.kind not in ("afforestation", "land_loss")
    ]
    wanted += [
        planted_mix(start, measure).select(LANE_KEYS)
        for measure in measures
        if measure.kind == "afforestation"
    ]
    empty = start.select(LANE_KEYS).clear()
    return pl.concat([empty, *wanted]).unique().sort(LANE_KEYS)


def _species(measure: Measure) -> pl.Expr:
    if measure.regrows_species is None:
        return pl.col("species")
    if measure.regrows_species not in SPECIES:
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:树种 {measure.regrows_species} 不认识;"
            f"可用:{', '.join(SPECIES)}",
            en=f"measure {measure.name} of the scenario: the species {measure.regrows_species} is "
            f"not known; use one of {', '.join(SPECIES)}",
        )
    return pl.lit(measure.regrows_species).alias("species")


def planted_mix(start: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Share new forest among counties and species.

    A county's part is that of its arbor forest among the chosen counties; the species are those
    of the measure, or the planted forest of the county by area, of all counties where it has
    none.

    Parameters
    ----------
    start
        Cohorts at the survey: `LANE_KEYS`, `area_ha`.

    Returns
    -------
    `LANE_KEYS` and `weight`, which add up to 1.

    Raises
    ------
    UsageProblem
        If there is no planted forest to follow, or no arbor forest in the chosen counties.
    """
    arbor = start.filter(pl.col("vegetation_class") == "arbor").with_columns(
        pl.col("area_ha").cast(pl.Float64)
    )
    chosen = arbor.filter(
        pl.col("region_code").is_in(measure.region_codes) | (not measure.region_codes)
    )
    area = pl.col("area_ha")
    counties = (
        chosen.group_by("region_code", maintain_order=True)
        .agg(area.sum())
        .select("region_code", (area / area.sum()).alias("county"))
    )
    if counties.is_empty():
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:所选县没有乔木林,无从分配造林",
            en=f"measure {measure.name} of the scenario: the chosen counties have no arbor forest "
            "to share new forest by",
        )
    mix = _mix(arbor, counties, measure)
    return (
        counties.join(mix, on="region_code", maintain_order="left_right")
        .select(
            "region_code",
            pl.lit("arbor").alias("vegetation_class"),
            "species",
            pl.lit(measure.regrows_origin or PLANTED).alias("origin"),
            pl.lit("given").alias("measure"),
            (pl.col("county") * pl.col("share")).alias("weight"),
        )
        .sort(LANE_KEYS)
    )


def _mix(arbor: pl.DataFrame, counties: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Return `region_code`, `species`, `share` of the species of new forest in each county."""
    if measure.regrows_species is not None:
        return counties.select("region_code", _species(measure), pl.lit(1.0).alias("share"))
    area = pl.col("area_ha")
    planted = arbor.filter(pl.col("origin") == PLANTED, pl.col("species").is_not_null())
    if planted.is_empty():
        raise UsageProblem(
            zh=f"情景措施 {measure.name}:没有人工林可供参照树种;请写明 regrows_species",
            en=f"measure {measure.name} of the scenario: there is no planted forest to take the "
            "species from; name regrows_species",
        )
    own = planted.group_by("region_code", "species", maintain_order=True).agg(area.sum())
    city = planted.group_by("species", maintain_order=True).agg(area.sum())
    without = counties.join(own, on="region_code", how="anti", maintain_order="left")
    filled = without.select("region_code").join(city, how="cross", maintain_order="left_right")
    return pl.concat([own, filled.select(own.columns)]).select(
        "region_code", "species", (area / area.sum().over("region_code")).alias("share")
    )


def _curves_of(
    lanes: pl.DataFrame, curves: Curves
) -> tuple[Integers, tuple[str, ...], NDArray[np.bool_]]:
    """Find the curve of every lane whose volume grows."""
    served: list[str | None] = []
    own = []
    for row in lanes.iter_rows(named=True):
        grows = row["vegetation_class"] == "arbor" and row["measure"] != "missing"
        key = None
        if row["vegetation_class"] == "arbor":
            key, _ = curves.curve_of(row["species_group"], row["origin"])
        served.append(key if grows else None)
        own.append(key == f"{row['species_group']}.{row['origin']}")
    keys = tuple(sorted({key for key in served if key is not None}))
    place = {key: number for number, key in enumerate(keys)}
    return np.array([-1 if k is None else place[k] for k in served]), keys, np.array(own)
