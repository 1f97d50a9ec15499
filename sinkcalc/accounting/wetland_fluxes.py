"""Yearly greenhouse-gas fluxes of wetlands, with what they rest on and what has none."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.accounting.wetland_cells import to_wetland_cells
from sinkcalc.accounting.wetland_flags import flux_flags
from sinkcalc.models import wetland_cases as case
from sinkcalc.models.wetland_flux import EXCAVATION, RESTORATION_RULES, Line, flux_lines
from sinkcalc.schemas.stages import STOCK
from sinkcalc.units import CO2E_PER_C
from sinkcalc.vocabulary import WETLAND_AREA_MEASUREMENT

_GROUP: Final = ("region_code", "wetland_class")
_TERM: Final = (*_GROUP, "quantity", "gas", "rule")
_GRADIENT: Final = (*_GROUP, "quantity", "gas", "parameter_id")


@dataclass(frozen=True)
class Fluxes:
    """Fluxes of one year.

    Attributes
    ----------
    terms
        `region_code`, `wetland_class`, `quantity` (emission or removal), `gas`, `rule`,
        `mass_t` (t of the gas per year, >= 0), `records`, `area_ha`, `low_t`, `high_t` (mass at
        the ends of a range of states; null without one).
    gradients
        `region_code`, `wetland_class`, `quantity`, `gas`, `parameter_id`, `derivative`:
        d(mass_t)/d(parameter), `WETLAND_AREA_MEASUREMENT` among the parameters.
    flags
        `flag`, `wetland_class`, `gas` (null where it is of all gases), `wetlands`, `area_ha`.
    """

    terms: pl.DataFrame
    gradients: pl.DataFrame
    flags: pl.DataFrame


def wetland_fluxes(records: pl.LazyFrame, survey: int, dug: pl.DataFrame | None = None) -> Fluxes:
    """Return the fluxes of CO2 and CH4 of the year of a survey.

    Records are summed into cells first, exactly; factors then meet the sums. Every record is in
    at least one term or flag.

    Parameters
    ----------
    records
        Rows of `schemas.wetland.Wetland`, see `to_wetland_cells`.
    survey
        Year of the fluxes.
    dug
        `wetland_id`, `density_id`, `density` (soil carbon to 1 m, t C/ha) of what was excavated
        in the year, see `excavated_densities`. An excavation that is not there is flagged
        `no_density`.

    Notes
    -----
    Equations and sources: `models.wetland_flux`; of an excavation CO2 = A C(0-1 m) 44/12, all in
    its year, IPCC 2013 Wetlands Supplement ch. 4.
    """
    found = to_wetland_cells(records, survey, dug).collect(engine="streaming")
    cells, lines = found.lazy(), flux_lines()
    parts, derivatives, flags = pl.collect_all(
        [
            pl.concat([_line_sums(cells, line) for line in lines]),
            pl.concat([_line_gradients(cells, line) for line in lines]),
            flux_flags(cells),
        ]
    )
    excavated = _excavated(found, dug)
    every = pl.concat([parts, excavated.select(parts.columns)])
    # floats are summed in a fixed order, so that equal input gives equal bytes
    gradients = (
        pl.concat([derivatives, _excavated_gradients(excavated).select(derivatives.columns)])
        .sort(*_GRADIENT, "derivative")
        .group_by(_GRADIENT, maintain_order=True)
        .agg(pl.col("derivative").sum())
    )
    return Fluxes(_terms(every), gradients, flags)


def _excavated(cells: pl.DataFrame, dug: pl.DataFrame | None) -> pl.DataFrame:
    """Sum what excavations set free, one row a region, class and density."""
    known = {} if dug is None else dict(dug.select("density_id", "density").iter_rows())
    area = pl.col("area_ha").cast(pl.Float64)
    density = pl.col("dug_id").replace_strict(known, default=None, return_dtype=pl.Float64)
    return (
        cells.filter(case.excavated() & pl.col("dug_id").is_not_null())
        .group_by(*_GROUP, "dug_id")
        # areas are decimals: their sum is exact in any order
        .agg(pl.col("wetlands").sum().alias("records"), pl.col("area_ha").sum())
        .with_columns(
            (area * density * CO2E_PER_C).alias("mass_t"),
            (area * CO2E_PER_C).alias("by_density"),
            pl.lit(EXCAVATION).alias("rule"),
            pl.lit("emission").alias("quantity"),
            pl.lit("CO2").alias("gas"),
            *(pl.lit(None, pl.Float64).alias(end) for end in ("low_t", "high_t")),
        )
    )


def _excavated_gradients(excavated: pl.DataFrame) -> pl.DataFrame:
    area = pl.lit(WETLAND_AREA_MEASUREMENT)
    return pl.concat(
        excavated.with_columns(parameter.alias("parameter_id"), slope.alias("derivative"))
        for parameter, slope in (
            (pl.col("dug_id"), pl.col("by_density")),
            (area, pl.col("mass_t")),
        )
    )


def _sums(cells: pl.LazyFrame, line: Line) -> pl.LazyFrame:
    """Sum the cells of one flux by region and class."""
    return (
        cells.filter(line.applies)
        .group_by(_GROUP)
        .agg(
            pl.col("wetlands").sum().alias("records"),
            pl.col("area_ha").sum(),
            pl.col(line.amount).sum().cast(pl.Float64).alias("amount"),
        )
        .with_columns(
            pl.lit(line.rule).alias("rule"),
            pl.lit(line.quantity).alias("quantity"),
            pl.lit(line.gas).alias("gas"),
        )
    )


def _line_sums(cells: pl.LazyFrame, line: Line) -> pl.LazyFrame:
    amount = pl.col("amount")
    return _sums(cells, line).select(
        *_TERM,
        "records",
        "area_ha",
        (amount * line.per_unit).alias("mass_t"),
        (amount * pl.lit(line.low, pl.Float64)).alias("low_t"),
        (amount * pl.lit(line.high, pl.Float64)).alias("high_t"),
    )


def _terms(parts: pl.DataFrame) -> pl.DataFrame:
    """Add up the fluxes of one rule; a part without a range keeps its value at both ends."""
    ranged = pl.col("low_t").is_not_null().any()
    return (
        parts.sort(*_TERM, "mass_t", "records")
        .group_by(_TERM, maintain_order=True)
        .agg(
            pl.col("mass_t").sum(),
            pl.col("records").sum(),
            pl.col("area_ha").sum().cast(pl.Decimal(*STOCK)),
            *(
                pl.when(ranged).then(pl.coalesce(end, "mass_t").sum()).alias(end)
                for end in ("low_t", "high_t")
            ),
        )
        .select(*_TERM, "mass_t", "records", "area_ha", "low_t", "high_t")
    )


def _line_gradients(cells: pl.LazyFrame, line: Line) -> pl.LazyFrame:
    derivatives = {**line.derivatives, WETLAND_AREA_MEASUREMENT: line.per_unit}
    sums = _sums(cells, line)
    return pl.concat(
        [
            sums.select(
                *_GROUP,
                "quantity",
                "gas",
                pl.lit(parameter_id).alias("parameter_id"),
                (pl.col("amount") * derivative).alias("derivative"),
            )
            for parameter_id, derivative in derivatives.items()
        ]
    )


def net_sources(terms: pl.DataFrame, gwp: pl.DataFrame) -> pl.DataFrame:
    """Return the restorations whose emission exceeds their removal in CO2e.

    Parameters
    ----------
    terms
        Terms of `Fluxes`.
    gwp
        Table of `coefficients.wetland_fluxes.gwp_table`.

    Returns
    -------
    `rule`, `wetland_class`, `area_ha` (of the emission), `emission_t`, `removal_t`, `net_t`
    (t CO2e/yr; the emission less the removal, > 0), by rule and class.
    """
    mass = pl.col("mass_t") * pl.col("gwp")
    emission = pl.col("quantity") == "emission"
    methane = emission & (pl.col("gas") == "CH4")
    return (
        terms.filter(pl.col("rule").is_in(RESTORATION_RULES))
        .join(gwp.select("gas", "gwp"), on="gas", how="left", maintain_order="left")
        .group_by("rule", "wetland_class", maintain_order=True)
        .agg(
            pl.col("area_ha").filter(methane).sum(),
            mass.filter(emission).sum().alias("emission_t"),
            mass.filter(~emission).sum().alias("removal_t"),
        )
        .with_columns((pl.col("emission_t") - pl.col("removal_t")).alias("net_t"))
        .filter(pl.col("net_t") > 0)
        .sort("rule", "wetland_class")
    )
