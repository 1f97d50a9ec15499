"""The soil carbon of forest, wetland and farmland to 30 cm in one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.accounting.intervals import with_errors
from sinkcalc.schemas.stages import STOCK
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts
from sinkcalc.uncertainty.propagate import propagate
from sinkcalc.vocabulary import LANDS, QUANTITIES, UNITS

_SHARES: Final = ("share_extrapolated", "share_imputed", "share_recalled", "share_fallback")
_FIGURES: Final = ("quantity", "pool", "value", "n", *_SHARES)
_GROUP: Final = ("region_code", "land", "quantity", "pool")
_MEASUREMENT: Final = "measurement."


@dataclass(frozen=True)
class LandPart:
    """Soil carbon of one land; `region_code` is null where counties were not asked for.

    Attributes
    ----------
    land
        One of `LANDS`.
    rows
        `region_code`, `quantity` (area, carbon, co2e), `pool`, `value`, `n`, shares of the area.
        Area is that of the soil that has a figure.
    parts
        What the errors of the rows are made of, over `region_code`, `quantity` and `pool`.
    not_estimated
        `region_code` (null: somewhere), `area_ha` of soil that has no figure; open water, which
        has no soil, is none.
    """

    land: str
    rows: pl.DataFrame
    parts: ErrorParts
    not_estimated: pl.DataFrame


@dataclass(frozen=True)
class LandSoil:
    """Soil carbon by land and over the lands.

    Attributes
    ----------
    rows
        `region_code`, `land` (null for the sum), `quantity`, `pool`, `value`, `unit`, `n`,
        shares, `se`, interval.
    parts
        What the errors are made of, over `region_code`, `land`, `quantity` and `pool`.
    budget
        `region_code`, `land`, `quantity`, `pool`, `source`, `variance`.
    incomplete
        `region_code`, `land`, `area_ha` of soil without a figure.
    """

    rows: pl.DataFrame
    parts: ErrorParts
    budget: pl.DataFrame
    incomplete: pl.DataFrame


def land_soil(lands: Sequence[LandPart]) -> LandSoil:
    """Put the lands side by side and add them up where all of them are there.

    C = C_forest + C_wetland + C_farmland to 30 cm. A sum is given if every land of `LANDS` was
    estimated, for the counties in which no land has soil without a figure; a land that a county
    does not have counts as 0. Coefficients that lands share count once in the error of the sum;
    measurements are each land's own.

    Parameters
    ----------
    lands
        At most one each, in any order.
    """
    of_land = [pl.lit(part.land).alias("land") for part in lands]
    rows = pl.concat(
        part.rows.select("region_code", land, *_FIGURES)
        for part, land in zip(lands, of_land, strict=True)
    )
    incomplete = pl.concat(
        part.not_estimated.select("region_code", land, "area_ha")
        for part, land in zip(lands, of_land, strict=True)
    )
    summed = _summed_regions(rows, incomplete, complete={p.land for p in lands} == set(LANDS))
    parts = _joined([_of_land(part) for part in lands], summed)
    found = propagate(parts.gradients, parts.residuals, parts.errors, list(_GROUP))
    every = pl.concat([rows, _sums(rows, summed)])
    whole = with_errors(every.lazy(), found.rows, ["region_code", "land"]).collect()
    return LandSoil(_in_order(whole), parts, found.budget, incomplete)


def _summed_regions(
    rows: pl.DataFrame, incomplete: pl.DataFrame, *, complete: bool
) -> pl.DataFrame:
    """Return the groups whose lands are added up, as `region_code`."""
    regions = rows.select("region_code").unique(maintain_order=True)
    # soil without a figure that lies somewhere may lie in any county
    anywhere = incomplete["region_code"].is_null().any() and incomplete.height > 0
    if not complete or anywhere:
        return regions.clear()
    return regions.join(
        incomplete, on="region_code", how="anti", nulls_equal=True, maintain_order="left"
    )


def _sums(rows: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Add up the lands; a share is the mean of the lands', weighted by their area."""
    area = rows.filter(pl.col("quantity") == "area").select(
        "region_code", "land", pl.col("value").cast(pl.Float64).alias("area")
    )
    weight = pl.col("area").fill_null(0.0)

    def mean(share: str) -> pl.Expr:
        whole = (pl.col(share).fill_null(0.0) * weight).sum()
        return pl.when(weight.sum() > 0).then(whole / weight.sum()).otherwise(0.0).alias(share)

    return (
        rows.join(regions, on="region_code", how="semi", nulls_equal=True)
        .join(area, on=["region_code", "land"], how="left", nulls_equal=True)
        .group_by("region_code", "quantity", "pool", maintain_order=True)
        .agg(
            pl.lit(None, pl.String).alias("land"),
            pl.col("value").sum().cast(pl.Decimal(*STOCK)),
            pl.col("n").sum(),
            *map(mean, _SHARES),
        )
        .select(rows.columns)
    )


def _of_land(part: LandPart) -> ErrorParts:
    """Name the land in the rows, and in its measurements, which are its own."""
    land = pl.lit(part.land).alias("land")
    suffix = f".{part.land}"

    def own(column: str) -> pl.Expr:
        measured = pl.col(column).str.starts_with(_MEASUREMENT)
        return pl.when(measured).then(pl.col(column) + suffix).otherwise(column).alias(column)

    gradients, residuals = part.parts.gradients, part.parts.residuals
    loadings = part.parts.errors.loadings.with_columns(own("parameter_id"), own("block"))
    return ErrorParts(
        gradients.select(
            "region_code", land, "quantity", "pool", own("parameter_id"), "derivative"
        ),
        residuals.select("region_code", land, "quantity", "pool", "source", "variance"),
        Errors(loadings, NO_SPREADS),
    )


def _joined(lands: Sequence[ErrorParts], summed: pl.DataFrame) -> ErrorParts:
    """Stack the lands, and beside them their sums over the lands."""

    def with_sums(frame: pl.DataFrame, name: str, figure: str) -> pl.DataFrame:
        # floats are summed in a fixed order, so that equal input gives equal bytes
        sums = (
            frame.join(summed, on="region_code", how="semi", nulls_equal=True)
            .sort("region_code", "quantity", "pool", name, "land")
            .group_by("region_code", "quantity", "pool", name, maintain_order=True)
            .agg(pl.col(figure).sum(), pl.lit(None, pl.String).alias("land"))
        )
        return pl.concat([frame, sums.select(frame.columns)])

    loadings = pl.concat(part.errors.loadings for part in lands)
    return ErrorParts(
        with_sums(pl.concat(part.gradients for part in lands), "parameter_id", "derivative"),
        with_sums(pl.concat(part.residuals for part in lands), "source", "variance"),
        Errors(
            loadings.unique(["parameter_id", "block", "factor"], maintain_order=True), NO_SPREADS
        ),
    )


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by quantity, county and land, the sum last, and add units."""

    def place(column: str, words: Sequence[str]) -> pl.Expr:
        order = {word: number for number, word in enumerate(words)}
        return pl.col(column).replace_strict(order, return_dtype=pl.Int8)

    return rows.with_columns(
        pl.col("quantity").replace_strict(UNITS, return_dtype=pl.String).alias("unit")
    ).sort(place("quantity", QUANTITIES), "region_code", place("land", LANDS), nulls_last=True)
