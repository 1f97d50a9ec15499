"""Targets of the plan and of a user's own, beside what the surveys show."""

import csv
import difflib
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.judgement import assess
from sinkcalc.accounting.probability import Ahead
from sinkcalc.accounting.target import (
    CITY,
    Observation,
    TargetRow,
    guard_unit,
    parse_target,
)
from sinkcalc.coefficients.land import current_counties
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem, did_you_mean
from sinkcalc.pipeline.compare import region_errors, region_totals, stored_estimate
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.pipeline.outlooks import Outlooks
from sinkcalc.pipeline.published_wetlands import other_lists
from sinkcalc.pipeline.series_breaks import borders_of
from sinkcalc.pipeline.wetland_indicators import (
    WETLAND_INDICATORS,
    Notes,
    observe,
    wetland_years,
)
from sinkcalc.schemas.target import Target
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey, get_surveys
from sinkcalc.store.results import read_error_parts
from sinkcalc.uncertainty.parts import ErrorParts

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
    except UnicodeDecodeError:
        raise UsageProblem(
            zh=f"目标文件 {path} 不是 UTF-8 编码(可能是 GBK):请另存为 UTF-8 的 CSV",
            en=f"targets file {path} is not in UTF-8 (it may be GBK): save it as a CSV in UTF-8",
        ) from None
    except OSError as error:
        raise UsageProblem(
            zh=f"无法读取目标文件 {path}:{error.strerror}。检查路径与权限",
            en=f"cannot read targets file {path}: {error.strerror}. Check the path and the "
            "permissions",
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
    return {
        name: parse_target({**row, "region_code": _region_of(row, name, path)}, name)
        for name, row in named.items()
    }


def _region_of(row: dict[str, str | None], name: str, path: Path) -> str:
    """Read code or name of the city or of a county of today.

    A county that was abolished is refused: its target is not that of the land it went to.
    """
    given = (row.get("region_code") or CITY).strip()
    today = load_table("regions").rows.filter(
        pl.col("region_code").is_in([CITY, *current_counties()])
    )
    words: dict[str, str] = {
        word: code
        for code, *names in today.select("region_code", "name_zh", "name_en").iter_rows()
        for word in (code, *names)
    }
    if given in words:
        return words[given]
    hint_zh, hint_en = did_you_mean(given, words)
    raise UsageProblem(
        zh=f"目标文件 {path} 的 {name}:region_code 不认识 {given!r};{hint_zh}",
        en=f"targets file {path}, {name}: the region_code {given!r} is not known; {hint_en}",
    )


def target_table(
    db: Path,
    as_of: int | None = None,
    extra: Path | None = None,
    wait: float = 0.0,
    notes: Notes | None = None,
    outlooks: Outlooks | None = None,
) -> pl.DataFrame:
    """Assess every target by the surveys up to a year, and by a forecast from the last of them.

    Targets on wetlands are compared with the records of wetlands, the others with estimates from
    stands; the two may be of different years, and either may be absent. Wetlands are not forecast.

    Parameters
    ----------
    as_of
        Last survey year to use; all surveys if None.
    extra
        File with a user's own targets.
    notes
        Gets what has to be known of the wetlands, in Chinese and English.
    outlooks
        Forecasts; those of the default scenario if None.

    Returns
    -------
    Rows of `Target`: the targets, then published figures that follow another list of wetlands
    than the target, with the status `not_comparable`.
    """
    targets = load_targets(extra)
    outlooks = Outlooks(db, wait=wait) if outlooks is None else outlooks
    on_wetlands = [target for target in targets if target.indicator in WETLAND_INDICATORS]
    from_stands = [target for target in targets if target not in on_wetlands]
    seen, surveys = _seen_in_stands(db, from_stands, as_of, wait)
    years = wetland_years(db, as_of, wait, notes)
    assessed = []
    for target in targets:
        if target in on_wetlands:
            assessed.append(assess(target, *observe(years, target)))
        else:
            observed = seen[target.target_id]
            ahead = _ahead(target, observed, surveys, outlooks)
            assessed.append(assess(target, observed, ahead=ahead))
    rows = assessed + other_lists(on_wetlands, as_of, notes)
    return Target.validate(pl.DataFrame(rows, schema=Target.create_empty().schema), cast=True)


def _ahead(
    target: TargetRow, observed: list[Observation], surveys: dict[int, Survey], outlooks: Outlooks
) -> Ahead | None:
    """Forecast a target of a coming year from the last survey, where the two are comparable."""
    if not observed:
        return None
    last = observed[-1]
    if last.definition != target.definition or last.survey >= target.target_year:
        return None
    quantity, per = _measured(target, surveys[last.survey])
    found = outlooks.of(quantity, last.survey, target.target_year, target.region_code)
    return Ahead(found.value / per, found.draws / per) if found and per else None


def _seen_in_stands(
    db: Path, targets: list[TargetRow], as_of: int | None, wait: float
) -> tuple[dict[str, list[Observation]], dict[int, Survey]]:
    """Give what the surveys of stands show of each target, and the surveys."""
    with reading(db, wait) as con:
        surveys = get_surveys(con)
    found: dict[str, list[Observation]] = {target.target_id: [] for target in targets}
    for year, survey in surveys.items():
        if as_of is not None and year > as_of:
            continue
        rows = stored_estimate(db, EstimateOptions(year, ("region",)), wait)
        if rows.is_empty():
            continue
        with reading(db, wait) as con:
            parts = read_error_parts(con, rows["run_id"][0])
        borders = borders_of(db, survey, [target.region_code for target in targets], wait)
        for target in targets:
            seen = _observe(target, survey, rows, parts)
            if seen is not None:
                seen = replace(seen, series=borders.get(target.region_code, ""))
                found[target.target_id].append(seen)
    return found, surveys


def _observe(
    target: TargetRow, survey: Survey, rows: pl.DataFrame, parts: ErrorParts
) -> Observation | None:
    quantity, per = _measured(target, survey)
    value = region_totals(rows, target.region_code).get((quantity, None))
    if value is None or not per:
        return None
    se, df = region_errors(parts, target.region_code).get((quantity, None), (None, None))
    return Observation(
        survey.survey,
        survey.definition,
        value / per,
        None if se is None else se / per,
        survey.simulated,
        df=df,
    )


def _measured(target: TargetRow, survey: Survey) -> tuple[str, float | None]:
    """Give the quantity of an estimate, and what to divide it by: the land area counts as known."""
    if target.indicator == "growing_stock":
        return target.indicator, 1.0
    return "area", survey.land_area_ha if target.region_code == CITY else None
