"""Sums of the form of the provincial inventory: of each county, and of the city."""

from typing import Final

import polars as pl

from sinkcalc.accounting.target import CITY
from sinkcalc.schemas.lucf import (
    BIOMASS_LINES,
    BIOMASS_NET,
    CONVERSION_LINES,
    CONVERSION_NET,
    LUCF_CATEGORIES,
    LUCF_TOTAL,
)
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import CO2E_PER_C, STOCK_DECIMALS
from sinkcalc.vocabulary import GASES

KEYS: Final = ("region_code", "category", "gas")
_C: Final = ("removal_t_c_per_year", "emission_t_c_per_year")
_CO2E: Final = ("removal_t_co2e_per_year", "emission_t_co2e_per_year")
_MASS: Final = "gas_t_per_year"
_ACTIVITY: Final = "activity"
FIGURES: Final = (*_C, *_CO2E, _MASS)
# a sum, and the lines it adds
_SUMS: Final = {
    BIOMASS_NET: BIOMASS_LINES,
    CONVERSION_NET: CONVERSION_LINES,
    LUCF_TOTAL: (*BIOMASS_LINES, *CONVERSION_LINES),
}
PARTS_MISSING: Final = "parts_without_data"
COUNTIES_MISSING: Final = "counties_without_data"
RATE_WITHOUT_ERROR: Final = "rate_without_error"
INPUT_WITHOUT_ERROR: Final = "area_input_without_error"
PARTLY: Final = "rates_and_measurements_only"


def with_sums(lines: pl.DataFrame, loadings: pl.DataFrame, gwp: dict[str, float]) -> pl.DataFrame:
    """Split lines into removal and emission and add the sums of each county and of the city.

    removal = max(C, 0), emission = max(-C, 0), net = removal - emission; CO2e = C * 44/12, of CH4
    and N2O the mass times its GWP. Every figure of a line is rounded once, to 1e-4 t; sums add
    decimals, so that counties add up to the city to the last digit, line by line.

    Parameters
    ----------
    lines
        Rows of `biomass_lines` and `conversion_lines`.
    loadings
        Rows of `error_loadings`.
    gwp
        Gas -> t CO2e per t.

    Returns
    -------
    The lines with sums, `status`, `reason`, the figures, `se_t_co2e_per_year` and `se_reason`. A
    sum with a part that has no figure has none.
    """
    rounded = _rounded(lines, gwp)
    every = pl.concat([rounded, _of_counties(rounded)], how="diagonal")
    summed = pl.concat([every, *(_added(every, *one) for one in _SUMS.items())], how="diagonal")
    netted = summed.with_columns(
        (pl.col(removal) - pl.col(emission)).alias(removal.replace("removal", "net"))
        for removal, emission in (_C, _CO2E)
    )
    status = pl.when(pl.col(_CO2E[0]).is_null()).then(pl.lit("no_data"))
    told = netted.with_columns(status.otherwise(pl.lit("estimated")).alias("status"))
    return _with_errors(told, loadings)


def in_form_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort by county, the city last, then by the lines of the form and their gases."""
    lines = dict(zip(LUCF_CATEGORIES, range(len(LUCF_CATEGORIES)), strict=True))
    gases = dict(zip(GASES, range(len(GASES)), strict=True))
    return (
        rows.with_columns(
            (pl.col("region_code") == CITY).alias("_city"),
            pl.col("category").replace_strict(lines, return_dtype=pl.Int8).alias("_line"),
            pl.col("gas").replace_strict(gases, return_dtype=pl.Int8).alias("_gas"),
        )
        .sort("_city", "region_code", "_line", "_gas", nulls_last=True)
        .drop("_city", "_line", "_gas")
    )


def _decimal(value: pl.Expr) -> pl.Expr:
    return value.round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK))


def _rounded(lines: pl.DataFrame, gwp: dict[str, float]) -> pl.DataFrame:
    carbon = pl.col("net_t_c")
    warming = pl.col("gas").replace_strict(gwp, return_dtype=pl.Float64)
    of_gas = pl.col("gas_t") * warming
    is_co2 = pl.col("gas") == "CO2"
    none = pl.when(of_gas.is_not_null()).then(0.0)
    gain, loss = carbon.clip(lower_bound=0.0), (0.0 - carbon).clip(lower_bound=0.0)
    figures = (
        gain,
        loss,
        pl.when(is_co2).then(gain * CO2E_PER_C).otherwise(none),
        pl.when(is_co2).then(loss * CO2E_PER_C).otherwise(of_gas),
        pl.when(~is_co2).then(pl.col("gas_t")),
    )
    known = pl.col("reason").is_null()
    return lines.with_columns(
        *(
            pl.when(known).then(_decimal(figure)).alias(name)
            for figure, name in zip(figures, FIGURES, strict=True)
        ),
        _decimal(pl.col(_ACTIVITY)).alias(_ACTIVITY),
    ).drop("net_t_c", "gas_t")


def _complete_sum(name: str) -> pl.Expr:
    """Sum a column; null where a part is."""
    return pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)


def _of_counties(lines: pl.DataFrame) -> pl.DataFrame:
    """Add the counties to the city.

    A rate that all counties share is the city's; its mean factors are weighted by the stocks.
    """
    weight = pl.col(_ACTIVITY).cast(pl.Float64)
    shared = ("rate_per_year", "rate_se", "rate_source", "biomass_t_per_ha")
    reasons = pl.col("reason")
    # the city lacks what all its counties lack, or some of them
    reason = pl.when(reasons.null_count() == 0, reasons.n_unique() == 1).then(reasons.first())
    some = pl.when(reasons.is_not_null().any()).then(pl.lit(COUNTIES_MISSING))
    return lines.group_by("category", "gas", maintain_order=True).agg(
        pl.lit(CITY).alias("region_code"),
        *(_complete_sum(name) for name in (*FIGURES, _ACTIVITY)),
        pl.col("activity_unit").first(),
        *(pl.when(pl.col(n).n_unique() == 1).then(pl.col(n).first()).alias(n) for n in shared),
        *(
            pl.when(pl.col(n).null_count() == 0, weight.sum() > 0)
            .then((pl.col(n) * weight).sum() / weight.sum())
            .alias(n)
            for n in ("wood_density", "bef")
        ),
        reason.otherwise(some).alias("reason"),
    )


def _added(lines: pl.DataFrame, name: str, parts: tuple[str, ...]) -> pl.DataFrame:
    """Add lines of a region; carbon counts CO2 alone, CO2e every gas."""
    own = lines.filter(pl.col("category").is_in(parts))
    missing = pl.col("reason").is_not_null().any()
    carbon = [
        pl.when(~missing).then(pl.col(c).filter(pl.col("gas") == "CO2").sum()).alias(c) for c in _C
    ]
    one_gas = name == BIOMASS_NET
    return own.group_by("region_code", maintain_order=True).agg(
        pl.lit(name).alias("category"),
        pl.lit("CO2" if one_gas else None, pl.String).alias("gas"),
        *carbon,
        *(_complete_sum(column) for column in _CO2E),
        pl.when(missing).then(pl.lit(PARTS_MISSING)).alias("reason"),
    )


def _with_errors(rows: pl.DataFrame, loadings: pl.DataFrame) -> pl.DataFrame:
    """Add the error of each row: the root of the squares of its sources, each added up before."""
    of_sums = [(part, name) for name, parts in _SUMS.items() for part in parts] + [
        (line, line) for line in (*BIOMASS_LINES, *CONVERSION_LINES)
    ]
    members = pl.DataFrame(of_sums, schema=["category", "_row"], orient="row")
    of_city = loadings.with_columns(pl.lit(CITY).alias("region_code"))
    every = pl.concat([loadings, of_city]).join(members, on="category")
    found = (
        every.sort("region_code", "_row", "source", "category", "loading")
        .group_by("region_code", "_row", "source", maintain_order=True)
        .agg(pl.col("loading").sum(), pl.col("loading").is_null().any().alias("_unknown"))
        .group_by("region_code", "_row", maintain_order=True)
        .agg(
            ((pl.col("loading") ** 2).sum().sqrt() * CO2E_PER_C).alias("_se"),
            pl.col("_unknown").any(),
        )
    )
    joined = rows.join(
        found,
        left_on=["region_code", "category"],
        right_on=["region_code", "_row"],
        how="left",
        maintain_order="left",
    )
    given = pl.col("category").is_in([*CONVERSION_LINES, CONVERSION_NET, LUCF_TOTAL])
    there = pl.col("status") == "estimated"
    told = there & ~given & ~pl.col("_unknown").fill_null(True)
    return joined.with_columns(
        pl.when(told).then("_se").alias("se_t_co2e_per_year"),
        pl.when(~there)
        .then(pl.col("reason"))
        .when(given)
        .then(pl.lit(INPUT_WITHOUT_ERROR))
        .when(told)
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(RATE_WITHOUT_ERROR))
        .alias("se_reason"),
    ).drop("_se", "_unknown")
