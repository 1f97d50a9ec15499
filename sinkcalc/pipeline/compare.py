"""Change between surveys, targets of the plan, and published totals: from stored estimates."""

import csv
import difflib
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.change import change_budget, stock_change
from sinkcalc.accounting.target import (
    CITY,
    Observation,
    TargetRow,
    assess,
    guard_unit,
    parse_target,
)
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
from sinkcalc.schemas.results import PublishedComparison, Target
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys
from sinkcalc.store.results import has_run, read_error_parts, read_estimates
from sinkcalc.uncertainty.parts import ErrorParts, sum_errors

TARGET_COLUMNS: Final = (
    "target_id",
    "indicator",
    "definition",
    "region_code",
    "unit",
    "baseline_year",
    "baseline_value",
    "baseline_source",
    "target_year",
    "target_value",
    "decimals",
    "note",
)
INDICATORS: Final = ("growing_stock", "forest_cover", "wetland_area", "wetland_protection_rate")


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
    db: Path, first: int, options: EstimateOptions, wait: float = 0.0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the difference of two surveys with its error; `options.survey` is the later one.

    A method with volume classes takes those of the earlier survey for both: a stock that grew
    into another class would fall otherwise.

    Returns
    -------
    Rows of `Change`, and what each source adds to their errors (see `change_budget`).

    Raises
    ------
    UsageProblem
        If the years are not in order.
    SinkcalcError
        If the surveys follow different definitions: such series are not chained.
    """
    last = options.survey
    if first >= last:
        raise UsageProblem(
            zh=f"--from {first} 应早于 --to {last}", en=f"--from {first} must be before --to {last}"
        )
    with reading(db, wait) as con:
        surveys = get_surveys(con)
        by_class = method_factors(options, con).form == "bcef"
    one, two = require_survey(surveys, first), require_survey(surveys, last)
    if one.definition != two.definition:
        raise SinkcalcError(
            zh=f"{first} 年为口径 {one.definition},{last} 年为 {two.definition}:"
            "口径不同的系列不能相减",
            en=f"survey {first} follows definition {one.definition}, {last} {two.definition}: "
            "figures of different definitions are not subtracted",
        )
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
    with reading(db, wait) as con:
        parts = [read_error_parts(con, rows["run_id"][0]) for rows in (before, after)]
    both = parts[0], parts[1]
    return stock_change(before, after, both).collect(), change_budget(both)


def load_targets(extra: Path | None = None) -> list[TargetRow]:
    """Return the shipped targets and those of a user's own file.

    A row of the file whose `target_id` is shipped replaces the shipped row.

    Raises
    ------
    UsageProblem
        If the file cannot be read, a row is not usable, or its value is orders of magnitude
        away from the shipped target of the same indicator and region.
    """
    shipped = {
        row["target_id"]: parse_target(row, row["target_id"])
        for row in load_table("targets").rows.iter_rows(named=True)
    }
    own = {} if extra is None else _own_targets(extra)
    # a county's target may rightly be a small part of the city's
    references = {(t.indicator, t.region_code): t.target_value for t in shipped.values()}
    for name, target in own.items():
        guard_unit(target, references.get((target.indicator, target.region_code)), name)
    targets = (shipped | own).values()
    return sorted(targets, key=lambda t: (INDICATORS.index(t.indicator), t.target_year))


def _own_targets(path: Path) -> dict[str, TargetRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(
            zh=f"无法读取目标文件 {path}(需 UTF-8 CSV):{error}",
            en=f"cannot read targets file {path} (UTF-8 CSV is needed): {error}",
        ) from None
    known = TARGET_COLUMNS
    strange = [name for name in rows[0] if name not in known] if rows else []
    if strange:
        near = difflib.get_close_matches(str(strange[0]), known, n=1)
        hint = near[0] if near else ", ".join(known)
        raise UsageProblem(
            zh=f"目标文件 {path} 有不认识的列 {strange[0]};是否指 {hint}?",
            en=f"targets file {path} has the column {strange[0]}, which is not known; did you mean "
            f"{hint}?",
        )
    named = {row.get("target_id") or f"{path.name}:{n}": row for n, row in enumerate(rows, 2)}
    if not rows or len(named) < len(rows):
        raise UsageProblem(
            zh=f"目标文件 {path} 没有数据行,或 target_id 重复",
            en=f"targets file {path} has no rows, or repeats a target_id",
        )
    return {name: parse_target(row, name) for name, row in named.items()}


def target_table(
    db: Path, as_of: int | None = None, extra: Path | None = None, wait: float = 0.0
) -> pl.DataFrame:
    """Assess every target by the surveys up to a year.

    Parameters
    ----------
    as_of
        Last survey year to use; all surveys if None.
    extra
        File with a user's own targets.

    Returns
    -------
    Rows of `Target`.
    """
    targets = load_targets(extra)
    with reading(db, wait) as con:
        surveys = get_surveys(con)
    used = [survey for year, survey in surveys.items() if as_of is None or year <= as_of]
    by_region = {
        survey.survey: stored_estimate(db, EstimateOptions(survey.survey, ("region",)), wait)
        for survey in used
    }
    with reading(db, wait) as con:
        parts = {
            year: read_error_parts(con, rows["run_id"][0])
            for year, rows in by_region.items()
            if rows.height
        }

    def observed(target: TargetRow) -> list[Observation]:
        found = []
        for survey in used:
            totals = region_totals(by_region[survey.survey], target.region_code)
            value = _indicator(target, totals, survey)
            if value is not None:
                errors = region_errors(parts[survey.survey], target.region_code)
                se = _indicator(target, errors, survey)
                found.append(
                    Observation(survey.survey, survey.definition, value, se, survey.simulated)
                )
        return found

    assessed = [assess(target, observed(target)) for target in targets]
    return Target.validate(pl.DataFrame(assessed, schema=Target.create_empty().schema), cast=True)


def region_totals(rows: pl.DataFrame, region_code: str) -> dict[tuple[str, str | None], float]:
    """Sum estimates by region over the city, or take one county.

    Stands of the test region lie outside Hangzhou: they belong to no city total.
    """
    totals = (
        rows.filter(_within(region_code))
        .group_by("quantity", "pool")
        .agg(pl.col("value").sum().cast(pl.Float64))
    )
    return {(quantity, pool): value for quantity, pool, value in totals.iter_rows()}


def region_errors(parts: ErrorParts, region_code: str) -> dict[tuple[str, str | None], float]:
    """Give the sums of `region_totals` their standard error; a sum without one is absent."""
    inside = replace(
        parts,
        gradients=parts.gradients.filter(_within(region_code)),
        residuals=parts.residuals.filter(_within(region_code)),
    )
    rows = sum_errors(inside, ["quantity", "pool"]).rows
    known = rows.select("quantity", "pool", "se").drop_nulls("se")
    return {(quantity, pool): se for quantity, pool, se in known.iter_rows()}


def _within(region_code: str) -> pl.Expr:
    regions = load_table("regions").rows.filter(pl.col("kind") != "test")["region_code"]
    wanted = regions if region_code == CITY else pl.Series([region_code])
    return pl.col("region_code").is_in(wanted.implode())


def _indicator(
    target: TargetRow, totals: dict[tuple[str, str | None], float], survey: Survey
) -> float | None:
    if target.indicator == "growing_stock":
        return totals.get(("growing_stock", None))
    area = totals.get(("area", None))
    if target.indicator == "forest_cover" and area is not None and target.region_code == CITY:
        return area / survey.land_area_ha if survey.land_area_ha else None
    return None


def published_comparison(db: Path, as_of: int | None = None, wait: float = 0.0) -> pl.DataFrame:
    """Put the published totals of each survey's year beside the estimate of the same thing.

    Nothing is adjusted: the ratio and the difference are the result.

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
                        "published": total,
                        "estimate": value,
                        "difference": value - total,
                        "ratio": value / total,
                        "method": options.method,
                        "simulated": survey.simulated,
                    }
                )
    schema = PublishedComparison.create_empty().schema
    return pl.DataFrame([{key: row[key] for key in schema} for row in out], schema=schema)
