"""Area of wetlands and its protection, survey by survey, from the stored records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.protection import (
    UNITED,
    over_regions,
    protected_wetlands,
    protection_is_known,
    protection_table,
    rates,
)
from sinkcalc.accounting.target import CITY, Observation, TargetRow, inside
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
from sinkcalc.vocabulary import LAND_SURVEY_LISTS, SECOND_WETLAND_SURVEY

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
    if known and areas.is_empty():
        notes.append(_own_records_alone(survey, wetlands, protected))
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


def _own_records_alone(
    survey: int, wetlands: pl.DataFrame, protected: pl.DataFrame
) -> tuple[str, str]:
    """Say what protection is made of where no protected areas are loaded."""
    own = protected.filter(pl.col("protection_form") == UNITED, pl.col("protected_area_ha") > 0)
    count, area, every = own.height, float(own["protected_area_ha"].sum()), wetlands.height
    return (
        f"{survey} 年没有入库保护地:保护率只来自湿地记录自己填写的保护形式或保护地名称"
        f"({count}/{every} 个湿地,{area:,.1f} ha,整块计入),可能偏低;入库后再看:"
        f"sinkcalc load protected-areas 文件 --survey {survey}",
        f"no protected areas of {survey} are loaded: the rate rests on the wetlands whose own "
        f"record names a form of protection or a protected area ({count} of {every}, {area:,.1f} "
        "ha, counted whole) and may be too low; load them first: "
        f"sinkcalc load protected-areas FILE --survey {survey}",
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
                f"protected areas of {survey} that name no wetland and cannot be laid over "
                f"geometries of wetlands: {lost}; they are not counted",
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
                f"wetlands of {survey} of which several areas without geometry protect parts, so "
                f"that the overlap is not known: {open_.height}; between {low:,.1f} and "
                f"{high:,.1f} ha of them are protected, and the lower bound is taken",
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
    if last.survey.definition == SECOND_WETLAND_SURVEY:
        table = table.filter(~pl.col("definition").is_in(LAND_SURVEY_LISTS))
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
    are no sample. Records that are not of the kind of the target's list carry the definition of
    their survey. And the reason where there is none.
    """
    found, reason = [], "no_survey"
    for year in years:
        value, missing = _value(year.table, target)
        if value is None:
            reason = missing
            continue
        survey = year.survey
        shown = target.definition if _shows(survey, target.definition) else survey.definition
        found.append(
            Observation(survey.survey, shown, value, None, survey.simulated, survey.definition)
        )
    return found, reason


def _shows(survey: WetlandSurvey, listed: str) -> bool:
    """Say whether the records of a survey are of a list's own kind."""
    return survey.definition != SECOND_WETLAND_SURVEY or listed not in LAND_SURVEY_LISTS


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
