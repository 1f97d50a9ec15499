"""The city's need divided among its counties, and what would close the gap."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.accounting.allocation import CountyForest, Share, allocate, decimal_of
from sinkcalc.accounting.closing import Closing, closing
from sinkcalc.accounting.judgement import chance_ahead
from sinkcalc.accounting.margin import carbon_margin
from sinkcalc.accounting.target import CITY, inside
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import SinkcalcError
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.pipeline.outlooks import Outlooks
from sinkcalc.pipeline.series_breaks import find_breaks
from sinkcalc.schemas.forecast import CountyShare
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import arbor_areas, get_surveys

Row = dict[str, Any]
_OPEN: Final = ("on_track", "behind")


def allocation(
    db: Path,
    targets: pl.DataFrame,
    outlooks: Outlooks,
    wait: float = 0.0,
    notes: list[tuple[str, str]] | None = None,
) -> pl.DataFrame:
    """Divide what the city lacks of each target of growing stock among its counties.

    See `allocate`. The city's need is its target less the counties' stocks at the last survey,
    as exact decimals.

    Parameters
    ----------
    targets
        Rows of `Target`.
    notes
        Gets why a target is not divided, in Chinese and English.

    Returns
    -------
    Rows of `CountyShare`, by target and region code; none for a target that is reached, settled
    by a survey, or without a comparable survey.

    Raises
    ------
    SinkcalcError
        If no forecast can be made, or no forest is forecast to grow.
    """
    notes = [] if notes is None else notes
    out: list[Row] = []
    for target in targets.to_dicts():
        if (target["indicator"], target["region_code"]) != ("growing_stock", CITY):
            continue
        note = _not_divided(target)
        if note:
            notes.append(note)
        else:
            out += _shares(db, target, outlooks, wait)
    names = load_table("regions").rows.select("region_code", pl.col("name_zh").alias("region_name"))
    rows = pl.DataFrame(out, schema=CountyShare.create_empty().schema).drop("region_name")
    named = rows.join(names, on="region_code", how="left", maintain_order="left")
    return CountyShare.validate(named.select(CountyShare.column_names()), cast=True)


def _not_divided(target: Row) -> tuple[str, str] | None:
    name, year = target["target_id"], target["target_year"]
    if target["status"] in ("no_data", "not_comparable"):
        return (
            f"{name}:没有可比的调查,无从分解",
            f"{name}: no survey is comparable with the target: nothing is divided",
        )
    if target["gap"] <= 0:
        return (
            f"{name}:{target['current_year']} 年的蓄积量已达 {year} 年目标,没有要分解的增量",
            f"{name}: the growing stock of {target['current_year']} has reached the target of "
            f"{year} already: there is no increment to divide",
        )
    if target["status"] not in _OPEN:
        return (
            f"{name}:{target['current_year']} 年的调查已定论,目标年已过,不再分解",
            f"{name}: settled by the survey of {target['current_year']}; its year is over and "
            "nothing is divided",
        )
    return None


def _shares(db: Path, target: Row, outlooks: Outlooks, wait: float) -> list[Row]:
    survey, year = target["current_year"], target["target_year"]
    counties = _counties(db, survey, outlooks.without_felling(survey, year), wait)
    need = decimal_of(target["target_value"]) - sum(
        (one.growing_stock_m3 for one in counties), Decimal(0)
    )
    shares = allocate(need, counties)
    if not shares:
        raise SinkcalcError(
            zh=f"{target['target_id']}:按不采伐的预测,到 {year} 年没有一个县的蓄积会增加,"
            "无法按潜力分解",
            en=f"{target['target_id']}: without felling no county's growing stock is forecast to "
            f"grow until {year}: the need cannot be divided by potential",
        )
    observed = _observed(db, target, wait)
    return [
        {
            "target_id": target["target_id"],
            "target_year": year,
            "survey": survey,
            "simulated": target["simulated"],
            **_county(one, shares[one.region_code], year - survey),
            "observed_m3_per_year": observed.get(one.region_code),
            **_progress(one, shares[one.region_code], outlooks, (survey, year)),
        }
        for one in counties
    ]


def _counties(
    db: Path, survey: int, without_felling: dict[str, float], wait: float
) -> list[CountyForest]:
    stocks = _stocks(db, survey, wait)
    with reading(db, wait) as con:
        areas = dict(arbor_areas(con, survey).iter_rows())
    return [
        CountyForest(code, areas.get(code, Decimal(0)), stock, without_felling.get(code, 0.0))
        for code, stock in stocks.items()
    ]


def _stocks(db: Path, survey: int, wait: float) -> dict[str, Decimal]:
    """Give the growing stock of every county that the survey holds, by region code."""
    rows = stored_estimate(db, EstimateOptions(survey, ("region",)), wait).filter(inside(CITY))
    found = rows.filter(pl.col("quantity") == "growing_stock")
    stocks = dict(found.select("region_code", "value").iter_rows())
    return {code: stocks.get(code, Decimal(0)) for code in rows["region_code"].unique().sort()}


def _observed(db: Path, target: Row, wait: float) -> dict[str, float]:
    """Give each county's mean yearly change between the last two surveys of one series.

    A district whose borders were redrawn between them has none.
    """
    before = survey_before(db, target["current_year"], wait)
    if before is None:
        return {}
    years = target["current_year"] - before
    first, last = (_stocks(db, survey, wait) for survey in (before, target["current_year"]))
    with reading(db, wait) as con:
        redrawn = find_breaks(con, (before, target["current_year"])).districts
    there = [code for code in last if code in first and code not in redrawn]
    return {code: float(last[code] - first[code]) / years for code in there}


def survey_before(db: Path, survey: int, wait: float = 0.0) -> int | None:
    """Return the last earlier survey of the same definition, both simulated or neither."""
    with reading(db, wait) as con:
        surveys = get_surveys(con)
    here = surveys[survey]
    earlier = [
        year
        for year, one in surveys.items()
        if year < survey and (one.definition, one.simulated) == (here.definition, here.simulated)
    ]
    return max(earlier, default=None)


def _county(forest: CountyForest, share: Share, years: int) -> Row:
    return {
        "region_code": forest.region_code,
        "arbor_area_ha": forest.arbor_area_ha,
        "growing_stock_m3": forest.growing_stock_m3,
        "potential_m3_per_ha": forest.potential_m3_per_ha,
        "share": share.share,
        "needed_m3": share.needed_m3,
        "target_m3": forest.growing_stock_m3 + share.needed_m3,
        "needed_m3_per_year": float(share.needed_m3) / years,
    }


def _progress(
    forest: CountyForest, share: Share, outlooks: Outlooks, years: tuple[int, int]
) -> Row:
    ahead = outlooks.of("growing_stock", *years, forest.region_code)
    if ahead is None or not share.needed_m3:
        value = ahead.value if ahead else None
        return {"forecast_m3": value, "probability_reason": "no_share", "progress": "no_share"}
    goal = float(forest.growing_stock_m3 + share.needed_m3)
    on_track = ahead.value >= goal
    return {
        "forecast_m3": ahead.value,
        "progress": "on_track" if on_track else "behind",
        **chance_ahead(ahead, goal, on_track=on_track),
    }


def what_closes(db: Path, target: Row, outlooks: Outlooks, wait: float = 0.0) -> Closing | None:
    """Say what would close the gap between forecast and target of the city's growing stock.

    New forest is taken to grow by the curve of all planted species. The margin is the change of
    vegetation carbon by that of growing stock between the last two surveys, of all forest.

    Parameters
    ----------
    target
        A row of `Target`.
    outlooks
        Forecasts that the row rests on.

    Returns
    -------
    None where the target was not forecast, or the forecast reaches it.
    """
    forecast = target["status_reason"] == "projected_by_forecast"
    city = (target["indicator"], target["region_code"]) == ("growing_stock", CITY)
    if not (forecast and city) or target["status"] != "behind":
        return None
    survey = target["current_year"]
    with reading(db, wait) as con:
        areas = arbor_areas(con, survey).filter(inside(CITY))
    _, curve = outlooks.curves(survey).curve_of(None, "planted")
    area = float(areas["arbor_area_ha"].sum())
    shortfall = target["target_value"] - target["projected_value"]
    return closing(shortfall, area, target["current_value"], curve, _margin(db, survey, wait))


def _margin(db: Path, survey: int, wait: float) -> float | None:
    before = survey_before(db, survey, wait)
    if before is None:
        return None
    rows = [
        stored_estimate(db, EstimateOptions(year, ("region",)), wait)
        .filter(inside(CITY))
        .rename({"value": name})
        for year, name in ((before, "value_from"), (survey, "value_to"))
    ]
    return carbon_margin(pl.concat(rows, how="diagonal")).added
