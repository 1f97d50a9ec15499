"""Ages of cohorts and the age groups they fall into."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.coefficients.load import load_table
from sinkcalc.vocabulary import AGE_GROUPS

Integers = NDArray[np.int64]

_LIMITS: Final = ("young_max", "middle_max", "near_mature_max", "mature_max")
# what an age is taken from where it is not as recorded
_WHY: Final = ("group", "mean", "moved")


@dataclass(frozen=True)
class AgeLimits:
    """Limits of the age groups by species and origin.

    Attributes
    ----------
    listed
        (species, origin) -> the last whole year of young, middle, near-mature, mature forest.
    of_origin
        Origin (None: any) -> the medians of the listed limits, for species that have none.
    """

    listed: dict[tuple[str, str], Integers]
    of_origin: dict[str | None, Integers] = field(default_factory=dict)

    @classmethod
    def read(cls) -> Self:
        """Return the shipped limits."""
        rows = load_table("age_groups").rows.with_columns(pl.col(_LIMITS).cast(pl.Int64))
        listed = {
            (row["species"], row["origin"]): np.array([row[name] for name in _LIMITS])
            for row in rows.iter_rows(named=True)
        }
        return cls(
            listed,
            {
                origin: _medians([v for (_, o), v in listed.items() if origin in (None, o)])
                for origin in (*rows["origin"].unique().sort(), None)
            },
        )

    def of(self, species: str | None, origin: str | None) -> Integers:
        """Return the limits of a species and origin, or the medians over species where none."""
        if species is not None and origin is not None and (species, origin) in self.listed:
            return self.listed[species, origin]
        return self.of_origin[origin]

    def group(self, species: str | None, origin: str | None, ages: Integers) -> Integers:
        """Return the places in `AGE_GROUPS` of ages in completed years."""
        places = np.searchsorted(self.of(species, origin), ages, side="left")
        return np.asarray(places, dtype=np.int64)

    def middle(self, species: str | None, origin: str | None, group: str) -> int:
        """Return the middle of an age group, years; the last is as long as the one before."""
        low, high = self.span(species, origin, group)
        return int((low + high) // 2)

    def span(self, species: str | None, origin: str | None, group: str) -> tuple[int, int]:
        """Return the first and last year of an age group; the last is as long as that before."""
        limits = self.of(species, origin)
        ends = [-1, *limits, 2 * limits[-1] - limits[-2]]
        place = AGE_GROUPS.index(group)
        return int(ends[place]) + 1, int(ends[place + 1])


def _medians(limits: list[Integers]) -> Integers:
    return np.asarray(np.floor(np.median(np.array(limits), axis=0)), dtype=np.int64)


@cache
def age_limits() -> AgeLimits:
    """Return the shipped limits, read once."""
    return AgeLimits.read()


@dataclass(frozen=True)
class AgeNotes:
    """Stands and area (ha) whose age is not as recorded, or that have no volume.

    Attributes
    ----------
    by_group
        The middle of the age group.
    by_mean
        Neither age nor group: the mean age of the arbor forest.
    moved
        Without volume, of an age outside the recorded group: the nearest age inside.
    median_limits
        Of species whose age groups no limit is published for.
    no_volume
        Without a recorded volume.
    """

    by_group: tuple[int, float]
    by_mean: tuple[int, float]
    moved: tuple[int, float]
    median_limits: tuple[int, float]
    no_volume: tuple[int, float]


def with_ages(sums: pl.DataFrame, limits: AgeLimits) -> tuple[pl.DataFrame, AgeNotes]:
    """Give every sum of arbor stands an age.

    Parameters
    ----------
    sums
        Result of `cohort_sums`.

    Returns
    -------
    The arbor rows with `age` (years), and how many ages are not as recorded. The carbon of
    stands without a volume goes by their age group: their age is kept inside the recorded one,
    so that the first year ahead makes no jump.
    """
    arbor = sums.filter(pl.col("vegetation_class") == "arbor")
    known = arbor.filter(pl.col("age_years").is_not_null())
    area = known["area_ha"].cast(pl.Float64).to_numpy()
    total = (known["age_years"].to_numpy() * area).sum()
    mean = int(total / area.sum()) if known.height else None
    ages, why = [], []
    for row in arbor.iter_rows(named=True):
        age, reason = _age(row, limits, mean)
        ages.append(age)
        why.append(reason)
    aged = arbor.with_columns(
        pl.Series("age", ages, dtype=pl.Int64), pl.Series("_why", why, dtype=pl.String)
    )
    listed = [pair in limits.listed for pair in aged.select("species", "origin").iter_rows()]

    def counted(rows: pl.DataFrame) -> tuple[int, float]:
        return int(rows["stands"].sum()), float(rows["area_ha"].sum() or 0)

    of = {name: counted(aged.filter(pl.col("_why") == name)) for name in _WHY}
    return aged.drop("_why"), AgeNotes(
        by_group=of["group"],
        by_mean=of["mean"],
        moved=of["moved"],
        median_limits=counted(aged.filter(~pl.Series(listed, dtype=pl.Boolean))),
        no_volume=counted(aged.filter(pl.col("measure") == "missing")),
    )


def _age(row: dict[str, Any], limits: AgeLimits, mean: int | None) -> tuple[int | None, str | None]:
    species, origin, group, age = (
        row[name] for name in ("species", "origin", "age_group", "age_years")
    )
    if age is None:
        if group is None:
            return mean, "mean"
        return limits.middle(species, origin, group), "group"
    if group is None or row["measure"] != "missing":
        return age, None
    low, high = limits.span(species, origin, group)
    inside = max(age, low) if group == AGE_GROUPS[-1] else min(max(age, low), high)
    return inside, None if inside == age else "moved"
