"""Change between surveys, and published totals: from stored estimates and records."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from sinkcalc.accounting.change import change_budget, stock_change
from sinkcalc.accounting.effects import change_effects
from sinkcalc.accounting.gross_production import COMPARED, NOT_COMPARABLE, NOT_NET, NPP
from sinkcalc.accounting.margin import Margin, carbon_margin
from sinkcalc.accounting.series_breaks import Breaks
from sinkcalc.accounting.split import CELL_KEYS
from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError, UsageProblem
from sinkcalc.pipeline.estimate import (
    EstimateOptions,
    estimate,
    method_factors,
    require_survey,
    run_identity,
    used_surveys,
)
from sinkcalc.pipeline.published_wetlands import beside_published
from sinkcalc.pipeline.series_breaks import find_breaks, require_series
from sinkcalc.pipeline.wetland_indicators import wetland_years
from sinkcalc.schemas.results import PublishedComparison
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import get_surveys
from sinkcalc.store.results import has_run, read_error_parts, read_estimates
from sinkcalc.uncertainty.parts import ErrorParts, sum_errors


def stored_estimate(db: Path, options: EstimateOptions, wait: float = 0.0) -> pl.DataFrame:
    """Return the stored rows of the run that the options name now; estimate if there is none.

    A run made with other stands, parameters or another program version is not taken.
    """
    with reading(db, wait) as con:
        factors = method_factors(options, con)
        used = used_surveys(get_surveys(con), options, factors)
        run_id = run_identity(options, used, factors)
        if has_run(con, run_id):
            return read_estimates(con, run_id)
    return estimate(db, options, wait)[1]


def change(
    db: Path, first: int, options: EstimateOptions, wait: float = 0.0, *, across: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the difference of two surveys with its error; `options.survey` is the later one.

    A method with volume classes takes those of the earlier survey for both: a stock that grew
    into another class would fall otherwise.

    Parameters
    ----------
    across
        Also where a break of the series touches the table; `series_break` then marks the rows.

    Returns
    -------
    Rows of `Change`, and what each source adds to their errors (see `change_budget`).

    Raises
    ------
    UsageProblem
        If the years are not in order.
    SinkcalcError
        If a break of the series touches the table: such series are not chained.
    """
    columns = [KEY_OF[key] for key in options.by]
    before, after, breaks = _both_surveys(db, first, options, columns, wait, across=across)
    both = _error_parts(db, (before, after), wait)
    rows = stock_change(before, after, both).collect()
    return breaks.marked(rows, columns), change_budget(both)


def _error_parts(
    db: Path, runs: tuple[pl.DataFrame, pl.DataFrame], wait: float
) -> tuple[ErrorParts, ErrorParts]:
    """Read what the errors of two runs are made of."""
    with reading(db, wait) as con:
        first, last = (read_error_parts(con, rows["run_id"][0]) for rows in runs)
    return first, last


def effects(
    db: Path, first: int, options: EstimateOptions, wait: float = 0.0, *, across: bool = False
) -> tuple[pl.DataFrame, Margin]:
    """Split the difference of two surveys into effects; refuses what `change` refuses.

    Both surveys are estimated by the asked keys and those of the cells: the runs of the rows. A
    break of the codes of the cells touches every effect. `across` is as in `change`.

    Returns
    -------
    Rows of `Effects`, and carbon per added m3 of arbor forest.
    """
    wanted = {*options.by, *CELL_KEYS}
    cells = replace(options, by=tuple(key for key in KEY_OF if key in wanted))
    by = [KEY_OF[key] for key in KEY_OF if key in options.by]
    columns = [*by, *CELL_KEYS]
    before, after, breaks = _both_surveys(db, first, cells, columns, wait, across=across)
    stocks = pl.concat(
        [before.rename({"value": "value_from"}), after.rename({"value": "value_to"})],
        how="diagonal",
    )
    parts = _error_parts(db, (before, after), wait)
    rows = change_effects(before, after, by, parts).collect()
    return breaks.marked(rows, columns), carbon_margin(stocks)


def _both_surveys(
    db: Path,
    first: int,
    options: EstimateOptions,
    columns: list[str],
    wait: float,
    *,
    across: bool,
) -> tuple[pl.DataFrame, pl.DataFrame, Breaks]:
    """Give the estimates of both surveys and the breaks, or say why they are not subtracted."""
    last = options.survey
    if first >= last:
        raise UsageProblem(
            zh=f"--from {first} 应早于 --to {last}", en=f"--from {first} must be before --to {last}"
        )
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        by_class = method_factors(options, con).form == "bcef"
        for year in (first, last):
            require_survey(surveys, year)
        breaks = find_breaks(con, (first, last))
    # those that need no rows are said before anything is estimated
    require_series(breaks, columns, (), across=across)
    if by_class:
        options = replace(options, class_survey=first)
    before = stored_estimate(db, replace(options, survey=first), wait)
    after = stored_estimate(db, options, wait)
    for rows, year in ((before, first), (after, last)):
        if rows.is_empty():
            raise SinkcalcError(
                zh=f"调查 {year} 没有森林小班,无可比较",
                en=f"survey {year} has no forest stands: there is nothing to compare",
            )
    regions = pl.concat([before["region_code"], after["region_code"]]).drop_nulls().unique()
    require_series(breaks, columns, regions.to_list(), across=across)
    return *breaks.of_both(before, after), breaks


def region_totals(rows: pl.DataFrame, region_code: str) -> dict[tuple[str, str | None], float]:
    """Sum estimates by region over the city, or take one county.

    Stands of the test region lie outside Hangzhou: they belong to no city total.
    """
    totals = (
        rows.filter(inside(region_code))
        .group_by("quantity", "pool")
        .agg(pl.col("value").sum().cast(pl.Float64))
    )
    return {(quantity, pool): value for quantity, pool, value in totals.iter_rows()}


def region_errors(
    parts: ErrorParts, region_code: str
) -> dict[tuple[str, str | None], tuple[float, float | None]]:
    """Give the sums of `region_totals` their standard error; a sum without one is absent.

    Returns
    -------
    (quantity, pool) -> standard error and degrees of freedom, None where its size is known.
    """
    own = replace(
        parts,
        gradients=parts.gradients.filter(inside(region_code)),
        residuals=parts.residuals.filter(inside(region_code)),
    )
    rows = sum_errors(own, ["quantity", "pool"]).rows
    finite = pl.when(pl.col("df").is_finite()).then("df")
    known = rows.select("quantity", "pool", "se", finite).drop_nulls("se")
    return {(quantity, pool): (se, df) for quantity, pool, se, df in known.iter_rows()}


def published_comparison(db: Path, as_of: int | None = None, wait: float = 0.0) -> pl.DataFrame:
    """Put the published totals of each survey's year beside the estimate of the same thing.

    Those of wetlands stand beside the survey of wetlands that is nearest in time. Nothing is
    adjusted: the ratio and the difference are the result. Gross production is listed with the
    sentence that says why nothing stands beside it.

    Returns
    -------
    Rows of `PublishedComparison`.
    """
    published = load_table("published_totals").rows
    with reading(db, wait) as con:
        surveys = get_surveys(con)
    out = []
    for year, survey in surveys.items():
        of_year = published.filter(
            pl.col("year") == str(year), pl.col("definition") == survey.definition
        )
        if of_year.is_empty() or (as_of is not None and year > as_of):
            continue
        options = EstimateOptions(year, ("region",))
        totals = region_totals(stored_estimate(db, options, wait), CITY)
        for row in of_year.iter_rows(named=True):
            value = totals.get((row["quantity"], row["pool"]))
            if value is not None:
                total = float(row["value"])
                out.append(
                    {
                        **row,
                        "survey": year,
                        "status": COMPARED,
                        "published_year": year,
                        "published": total,
                        "estimate": value,
                        "difference": value - total,
                        "ratio": value / total,
                        "method": options.method,
                        "simulated": survey.simulated,
                    }
                )
    out += beside_published(wetland_years(db, as_of, wait))
    if surveys:
        out += _gross_production(published, as_of)
    schema = PublishedComparison.create_empty().schema
    return pl.DataFrame([{key: row[key] for key in schema} for row in out], schema=schema)


def _gross_production(published: pl.DataFrame, as_of: int | None) -> list[dict[str, Any]]:
    """List published gross production, which no change of stock is compared with."""
    note_zh, note_en = NOT_NET
    rows = published.filter(pl.col("quantity") == NPP).sort("region_code", "year")
    return [
        {
            **row,
            **dict.fromkeys(("survey", "estimate", "difference", "ratio", "method")),
            "published_year": int(row["year"]),
            "published": float(row["value"]),
            "status": NOT_COMPARABLE,
            "note_zh": note_zh,
            "note_en": note_en,
            "simulated": False,
        }
        for row in rows.iter_rows(named=True)
        if as_of is None or int(row["year"]) <= as_of
    ]
