"""Area of wetlands and its protection, survey by survey, from the stored records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.accounting.protection import (
    UNITED,
    over_regions,
    protected_wetlands,
    protection_is_known,
    protection_table,
    rates,
)
from sinkcalc.accounting.target import CITY, Observation, TargetRow, assess, inside
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.overlay import NO_AREAS, NO_SHARES, protected_shares
from sinkcalc.schemas.results import Protection
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.geometries import protected_shapes, wetland_shapes
from sinkcalc.store.wetlands import (
    WetlandSurvey,
    get_wetland_surveys,
    protected_frame,
    wetland_frame,
)

WETLAND_INDICATORS: Final = ("wetland_area", "wetland_protection_rate")
Notes = list[tuple[str, str]]


@dataclass(frozen=True)
class WetlandYear:
    """Wetlands of one survey.

    Attributes
    ----------
    table
        Rows of `protection_table`, by definition, county and form of protection.
    """

    survey: WetlandSurvey
    table: pl.DataFrame


def wetland_years(
    db: Path, as_of: int | None = None, wait: float = 0.0, notes: Notes | None = None
) -> list[WetlandYear]:
    """Read every survey that holds wetlands and sum area and protection, in order of year.

    Parameters
    ----------
    as_of
        Last survey year to use; all surveys if None.
    notes
        Gets what has to be known of the last survey, in Chinese and English.

    Raises
    ------
    UsageProblem
        If the database holds geometries and the libraries that read them are not installed.
    """
    notes = [] if notes is None else notes
    out = []
    with reading(db, wait) as con:
        for year, survey in get_wetland_surveys(con).items():
            wetlands = wetland_frame(con, year).collect()
            if wetlands.is_empty() or (as_of is not None and year > as_of):
                continue
            notes.clear()
            out.append(WetlandYear(survey, _sum_wetlands(con, year, wetlands, notes)))
    return out


def _sum_wetlands(
    con: Connection, survey: int, wetlands: pl.DataFrame, notes: Notes
) -> pl.DataFrame:
    areas = protected_frame(con, survey).collect()
    drawn = protected_shapes(con, survey)
    patches = wetland_shapes(con, survey) if drawn.height else drawn
    shares, used = NO_SHARES, NO_AREAS
    if drawn.height and patches.height:
        shares, used = protected_shares(patches, drawn, UNITED)
    protected = protected_wetlands(wetlands, areas, shares, used)
    known = protection_is_known(wetlands, areas)
    _note_marks(survey, wetlands, notes)
    _note_protection(survey, areas, used, protected, notes)
    return protection_table(wetlands, protected, known=known)


def _note_marks(survey: int, wetlands: pl.DataFrame, notes: Notes) -> None:
    unmarked, every = wetlands["in_plan_list"].null_count(), wetlands.height
    if unmarked == every:
        notes.append(
            (
                f"{survey} 年的湿地记录都没有填写是否在规划清单(in_plan_list):规划口径无数据",
                f"no wetland of {survey} says whether it is in the plan's list (in_plan_list): "
                "there is no figure for the plan's definition",
            )
        )
    elif unmarked:
        notes.append(
            (
                f"{survey} 年有 {unmarked}/{every} 个湿地未填是否在规划清单:按不在清单处理",
                f"{unmarked} of {every} wetlands of {survey} do not say whether they are in the "
                "plan's list: they count as not in it",
            )
        )


def _note_protection(
    survey: int, areas: pl.DataFrame, used: pl.Series, protected: pl.DataFrame, notes: Notes
) -> None:
    lost = areas.filter(
        pl.col("wetland_id").is_null()
        & ~pl.col("protected_area_id").is_in(used.implode())
        & ~pl.col("protected_area_id").is_in(
            areas.drop_nulls("wetland_id")["protected_area_id"].implode()
        )
    )["protected_area_id"].n_unique()
    if lost:
        notes.append(
            (
                f"{survey} 年有 {lost} 个保护地既无湿地编号,也无可与湿地图形叠置的图形:未计入",
                f"{lost} protected areas of {survey} name no wetland and cannot be laid over "
                "geometries of wetlands: they are not counted",
            )
        )
    open_ = protected.filter(
        pl.col("protection_form") == UNITED,
        pl.col("protected_area_high_ha") > pl.col("protected_area_ha"),
    )
    if open_.height:
        low, high = (
            float(open_[name].sum()) for name in ("protected_area_ha", "protected_area_high_ha")
        )
        notes.append(
            (
                f"{survey} 年有 {open_.height} 个湿地的几个保护部分无图形,重叠不明:"
                f"其保护面积在 {low:,.1f} 与 {high:,.1f} ha 之间,取下限",
                f"parts of {open_.height} wetlands of {survey} are protected by several areas "
                f"without geometry, and how these overlap is not known: between {low:,.1f} and "
                f"{high:,.1f} ha are protected; the lower bound is taken",
            )
        )


def protection_rows(
    db: Path,
    as_of: int | None = None,
    *,
    by_region: bool = False,
    wait: float = 0.0,
    notes: Notes | None = None,
) -> pl.DataFrame:
    """List area, protected area and rate of the last survey by definition and form.

    Returns
    -------
    Rows of `Protection`. The row `united` counts overlaps once, so the forms do not add up to it.

    Raises
    ------
    SinkcalcError
        If no survey holds wetlands.
    """
    years = wetland_years(db, as_of, wait, notes)
    if not years:
        raise SinkcalcError(
            zh="库中没有湿地调查(或都晚于 --as-of);先运行 "
            "sinkcalc load wetlands 文件 --survey 年度",
            en="there is no survey of wetlands (up to --as-of); load one first: "
            "sinkcalc load wetlands FILE --survey YEAR",
        )
    last = years[-1]
    names = load_table("regions").rows.select("region_code", pl.col("name_zh").alias("region_name"))
    city = last.table.filter(inside(CITY))
    table = last.table if by_region else over_regions(city)
    rows = rates(table).join(names, on="region_code", how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.lit(last.survey.survey).alias("survey"), pl.lit(last.survey.simulated).alias("simulated")
    )
    return Protection.validate(rows.select(Protection.column_names()), cast=True)


def observe(years: list[WetlandYear], target: TargetRow) -> tuple[list[Observation], str]:
    """Give what each survey shows of a target on wetlands, and why the last shows nothing.

    Returns
    -------
    Observations in order of year, in the target's unit, without an error: records of all wetlands
    are no sample; the reason where there is none.
    """
    found, reason = [], "no_survey"
    for year in years:
        value, missing = _value(year.table, target)
        if value is None:
            reason = missing
            continue
        survey = year.survey
        found.append(
            Observation(
                survey.survey, target.definition, value, None, survey.simulated, survey.definition
            )
        )
    return found, reason


def _value(table: pl.DataFrame, target: TargetRow) -> tuple[float | None, str]:
    here = table.filter(inside(target.region_code), pl.col("protection_form") == UNITED)
    if here.is_empty():
        return None, "no_wetlands_here"
    here = here.filter(pl.col("definition") == target.definition)
    if here.is_empty():
        return None, "no_list_marks"
    area = float(here["area_ha"].sum())
    if target.indicator == "wetland_area":
        return area, ""
    if here["protected_area_ha"].null_count():
        return None, "no_protection_records"
    if area == 0:
        return None, "no_wetlands_here"
    return float(here["protected_area_ha"].sum()) / area, ""


def published_indicators() -> pl.DataFrame:
    """Return the published totals of wetlands, by indicator and year."""
    rows = load_table("published_totals").rows
    return (
        rows.filter(pl.col("quantity").is_in(WETLAND_INDICATORS))
        .with_columns(pl.col("year").cast(pl.Int32), pl.col("value").cast(pl.Float64))
        .sort("quantity", "year")
    )


def other_lists(targets: list[TargetRow], as_of: int | None = None) -> list[dict[str, Any]]:
    """Put the last published figure of another list beside each target of the city.

    Returns
    -------
    Fields of `Target` with the status `not_comparable`: no gap is formed between two lists.
    """
    published = published_indicators().to_dicts()
    out = []
    for target in targets:
        rows = [
            row
            for row in published
            if (row["quantity"], row["region_code"]) == (target.indicator, target.region_code)
            and row["definition"] != target.definition
            and (as_of is None or row["year"] <= as_of)
        ]
        if rows:
            out.append(_other_list(target, rows[-1]))
    return out


def _other_list(target: TargetRow, row: dict[str, Any]) -> dict[str, Any]:
    seen = Observation(row["year"], row["definition"], row["value"], None, simulated=False)
    return assess(target, [seen]) | {
        "target_id": f"{target.target_id}/{row['published_id']}",
        "definition": row["definition"],
        "status_reason": "other_list",
    }


def beside_published(years: list[WetlandYear]) -> list[dict[str, Any]]:
    """Put every published figure beside the survey of wetlands nearest in time, same definition.

    Returns
    -------
    Fields of `PublishedComparison`.
    """
    out = []
    for row in published_indicators().iter_rows(named=True):
        asked = TargetRow(
            indicator=row["quantity"],
            definition=row["definition"],
            unit=row["unit"],
            baseline_year=None,
            baseline_value=None,
            baseline_source=None,
            target_year=row["year"],
            target_value=row["value"],
            decimals=0,
            region_code=row["region_code"],
        )
        seen, _ = observe(years, asked)
        if seen:
            nearest = min(seen, key=lambda one: abs(one.survey - asked.target_year))
            out.append(
                {
                    **row,
                    "survey": nearest.survey,
                    "published_year": row["year"],
                    "published": row["value"],
                    "estimate": nearest.value,
                    "difference": nearest.value - row["value"],
                    "ratio": nearest.value / row["value"],
                    "method": "records",
                    "simulated": nearest.simulated,
                }
            )
    return out
