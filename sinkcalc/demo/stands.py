"""The stands of the simulated city: what stays the same from survey to survey."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.demo.chance import Floats, Integers, Streams, deviates, lognormal, position, to_total
from sinkcalc.demo.figures import SURVEY_YEARS, Figures, SurveyTotals, table
from sinkcalc.demo.structure import stand_kinds
from sinkcalc.vocabulary import AGE_GROUPS

# areas are whole numbers of 0.01 m2, the last decimal of the form, so that sums are exact
UNITS_PER_HA: Final = 1_000_000

_YOUNG: Final = AGE_GROUPS.index("young") + 1


def build_stands(
    number: int, totals: dict[int, SurveyTotals], figures: Figures, streams: Streams
) -> pl.DataFrame:
    """Return every stand that exists at some survey.

    Parameters
    ----------
    number
        Stands of the first survey, about; later surveys add new stands of the same mean area.
    totals
        Area by vegetation class at each survey, which the stands meet exactly.
    figures, streams
        Parameters and random streams.

    Returns
    -------
    pl.DataFrame
        Sorted by county and serial number: `vegetation_class`, `cohort` (survey at which the stand
        is first there), `region_code`, `serial` (in the county), `area_units` (0.01 m2),
        `base_volume` (m3/ha, unscaled; null without trees), `age_first` (years at the first
        survey), the columns of the stand's kind, and the stand's own deviations.
    """
    groups = _groups(number, totals)
    counties = _counties()
    group = np.repeat(np.arange(len(groups)), groups["stands"].to_numpy())
    county = _county_of_stands(counties, group.size, streams["county"])
    area = _areas(groups, group, counties, county, figures, streams["area"])
    kinds = _indexed(stand_kinds(figures), "kind")
    stands = pl.DataFrame(
        {
            "group": group,
            "county": county,
            "area_units": area,
            "kind": _kinds_of_stands(groups, area, kinds),
            **_deviations(group.size, figures, streams),
        }
    )
    return (
        stands.join(_indexed(groups.drop("stands"), "group"), on="group", maintain_order="left")
        .join(_indexed(counties, "county"), on="county", maintain_order="left")
        .join(kinds, on="kind", how="left", maintain_order="left")
        .pipe(_with_age)
        .pipe(_with_base_volume, figures)
        .pipe(_numbered, streams["order"])
    )


def _deviations(size: int, figures: Figures, streams: Streams) -> dict[str, Floats]:
    """Return what sets the stands of one kind apart: factors of mean 1, positions from 0 to 1."""
    limit = figures.one("spread_limit")

    def spread(purpose: str) -> Floats:
        return deviates(streams[purpose], size, limit)

    volume = spread("volume")
    return {
        "volume_deviate": volume,
        # older stands of one kind hold more wood, but not strictly so; the logistic function
        # of 1.7 z is nearly the normal distribution, so ages fill their group evenly
        "age_position": position(1.7 * (volume + spread("age")) / np.sqrt(2)),
        "vigour": lognormal(spread("vigour"), figures.one("vigour_cv")),
        "dbh_factor": lognormal(spread("dbh"), figures.one("dbh_cv")),
        "height_factor": lognormal(spread("height"), figures.one("height_cv")),
        "culms_factor": lognormal(spread("culms"), figures.one("culms_cv")),
        "canopy_position": position(spread("canopy")),
        "use_position": streams["use"].random(size),
        "species_position": streams["species"].random(size),
    }


def _indexed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the row number as a column that joins with whole numbers of numpy."""
    return rows.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(name))


def _groups(number: int, totals: dict[int, SurveyTotals]) -> pl.DataFrame:
    """Return cohort, class, area (0.01 m2) and number of stands of each group of stands."""
    rows = []
    before: dict[str, int] = {}
    for year, total in totals.items():
        for name, area_ha in total.area_ha.items():
            units = round(area_ha * UNITS_PER_HA)
            rows.append((year, name, units - before.get(name, 0)))
            before[name] = units
    groups = pl.DataFrame(
        rows, schema=["cohort", "vegetation_class", "group_units"], orient="row"
    ).filter(pl.col("group_units") > 0)
    first = groups.filter(cohort=SURVEY_YEARS[0])["group_units"].sum()
    stands = (pl.col("group_units") / first * number).round().cast(pl.Int64)
    return groups.with_columns(stands=stands.clip(lower_bound=1))


def _counties() -> pl.DataFrame:
    """Return the counties with their share of the forest area and their relative volume."""
    return table("demo_county").pivot("symbol", index="region_code", values="value")


def _county_of_stands(counties: pl.DataFrame, size: int, rng: np.random.Generator) -> Integers:
    """Return the county of each stand in random order, at least one stand to each county."""
    share = counties["forest_area_share"].to_numpy()
    stands = np.maximum(1, np.floor(share * size)).astype(np.int64)
    stands[np.argmax(share)] += size - stands.sum()
    return rng.permutation(np.repeat(np.arange(share.size), stands))


def _areas(
    groups: pl.DataFrame,
    group: Integers,
    counties: pl.DataFrame,
    county: Integers,
    figures: Figures,
    rng: np.random.Generator,
) -> Integers:
    """Return areas in 0.01 m2 that meet the shares of the counties, then each group exactly."""
    deviate = deviates(rng, group.size, figures.one("spread_limit"))
    size = lognormal(deviate, figures.one("stand_area_cv"))
    size *= (counties["forest_area_share"].to_numpy() / np.bincount(county, size))[county]
    target = groups["group_units"].to_numpy()
    units = np.rint(size * (target / np.bincount(group, size))[group]).astype(np.int64)
    ends = np.cumsum(groups["stands"].to_numpy())
    parts = np.split(units, ends[:-1])
    return np.concatenate([to_total(p, int(t)) for p, t in zip(parts, target, strict=True)])


def _kinds_of_stands(groups: pl.DataFrame, area: Integers, kinds: pl.DataFrame) -> pl.Series:
    """Return the kind of each stand with trees, null for the others.

    The stands lie in random order: laid end to end along the cumulated areas of the kinds, they
    take up each kind's share of area as nearly as whole stands can.
    """
    young = kinds.filter(age_group=_YOUNG)
    found: list[pl.Series] = []
    start = 0
    for cohort, name, _, stands in groups.iter_rows():
        part = area[start : start + stands]
        start += stands
        if name == "sparse":
            choice = young.filter(origin="natural")
        elif name != "arbor":
            found.append(pl.Series([None] * stands, dtype=pl.Int64))
            continue
        else:
            choice = kinds if cohort == SURVEY_YEARS[0] else young.filter(origin="planted")
        edges = np.cumsum(choice["area"].to_numpy())
        middle = (np.cumsum(part) - part / 2) / part.sum() * edges[-1]
        found.append(choice["kind"].gather(np.searchsorted(edges, middle)))
    return pl.concat(found)


def _with_age(stands: pl.DataFrame) -> pl.DataFrame:
    """Add the age at the first survey: within the age group, or since the survey before."""
    interval = dict(zip(SURVEY_YEARS[1:], np.diff(SURVEY_YEARS), strict=True))
    new = pl.col("cohort").replace_strict(interval, default=None, return_dtype=pl.Int64)
    low = pl.when(new.is_null()).then("age_low").otherwise(1)
    high = pl.coalesce(new, "age_high")
    age = low + (pl.col("age_position") * (high - low + 1)).floor().cast(pl.Int64)
    return stands.with_columns(age_first=pl.when(pl.col("kind").is_not_null()).then(age))


def _with_base_volume(stands: pl.DataFrame, figures: Figures) -> pl.DataFrame:
    """Add the volume per hectare before the scaling to the published total.

    The deviation between stands of one kind is what the variation between kinds and counties
    leaves of the variation of the province: (1 + cv^2) = (1 + cv_kinds^2) (1 + cv_within^2).
    """
    of_kind = stands["volume_m3_per_ha"] * stands["relative_volume"]
    whole = float(table("volume_biomass").filter(symbol="sample_volume_cv")["value"].item())
    old = stands.select(
        (pl.col("vegetation_class") == "arbor") & (pl.col("cohort") == SURVEY_YEARS[0])
    ).to_series()
    weight, values = stands["area_units"].filter(old).to_numpy(), of_kind.filter(old).to_numpy()
    mean = np.average(values, weights=weight)
    between = np.average((values / mean - 1) ** 2, weights=weight)
    within = np.sqrt(max((1 + whole**2) / (1 + between) - 1, 0))

    floor = figures.one("volume_floor")
    before_measure = pl.col("age_first") <= figures.one("zero_volume_age")
    expected = (
        pl.when(pl.col("vegetation_class") == "sparse")
        .then(figures.one("sparse_volume"))
        .when(~pl.lit(old))
        .then(figures.one("new_stand_volume"))
        .otherwise(pl.lit(of_kind))
    )
    spread = pl.lit(pl.Series(lognormal(stands["volume_deviate"].to_numpy(), within)))
    volume = (expected * spread).clip(floor, figures.one("volume_max"))
    return stands.with_columns(
        base_volume=pl.when(pl.col("kind").is_not_null()).then(
            pl.when(before_measure).then(floor).otherwise(volume)
        )
    )


def _numbered(stands: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Sort by county and number the stands in it, new ones after those of earlier surveys."""
    return (
        stands.with_columns(lot=rng.random(len(stands)))
        .sort("region_code", "cohort", "lot")
        .with_columns(serial=pl.int_range(pl.len()).over("region_code"))
    )
