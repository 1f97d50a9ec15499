"""Cohorts of a forecast: forest of one county, class, species, origin and year of birth."""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.ages import AgeLimits
from sinkcalc.accounting.curves import Curves
from sinkcalc.accounting.new_forest import LANE_KEYS, new_lanes
from sinkcalc.accounting.scenario import Measure
from sinkcalc.calibration.model import Model
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.models.growth import GrowthForm, volume_at
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import AGE_GROUPS, MEASURE_STATES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# what has no age
NO_AGE: Final = 0
# places of the age groups, and one for what has none
GROUPS: Final = len(AGE_GROUPS) + 1
STATES: Final = len(MEASURE_STATES)
_GIVEN, _ZERO, _MISSING = (MEASURE_STATES.index(name) for name in ("given", "zero", "missing"))


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
    start = _start(aged, others)
    new = new_lanes(start, measures)
    lanes = _lanes(start, new)
    lane, targets = _places(start, lanes), np.sort(_places(new, lanes))
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
        first_stock=_first_stocks([curves.models[key] for key in keys], oldest)[curve],
        age_group=np.array(
            [
                limits.group(species, origin, np.arange(oldest + 1))
                for species, origin in lanes.select("species", "origin").iter_rows()
            ]
        ),
    )


def _start(aged: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Sum the cohorts at the survey, whatever age group they were recorded with."""
    no_age = pl.lit(NO_AGE, pl.Int64).alias("age")
    rows = pl.concat(
        [
            aged.select(*LANE_KEYS, "age", "area_ha", "volume_m3"),
            others.select(*LANE_KEYS, no_age, "area_ha", "volume_m3"),
        ]
    )
    return (
        rows.group_by(*LANE_KEYS, "age")
        .agg(pl.col("area_ha", "volume_m3").sum())
        .sort(*LANE_KEYS, "age")
    )


def _lanes(start: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    return (
        pl.concat([start.select(LANE_KEYS), new])
        .unique()
        .sort(LANE_KEYS)
        .with_row_index("lane")
        .with_columns(pl.col("lane").cast(pl.Int64))
        .join(species_groups(), on="species", how="left", maintain_order="left")
    )


def _places(keys: pl.DataFrame, lanes: pl.DataFrame) -> Integers:
    found = keys.join(
        lanes, on=list(LANE_KEYS), how="left", nulls_equal=True, maintain_order="left"
    )
    return found["lane"].to_numpy().astype(np.int64)


def _first_stocks(models: list[Model], oldest: int) -> Integers:
    """Return the first age of a visible volume of new forest by each curve, 0 without a curve."""
    ages = np.arange(oldest + 1, dtype=np.float64)
    shown = 1 / 10**STOCK_DECIMALS
    stocks = [volume_at(cast(GrowthForm, m.form), np.array(m.values), ages) for m in models]
    found = [np.searchsorted(stock - stock[0], shown) for stock in stocks]
    return np.array([*found, 0], dtype=np.int64)


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
