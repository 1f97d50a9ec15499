"""`sinkcalc change --transitions`: a matrix on the screen, long rows in the formats."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.series_breaks import break_mark, talk_about_breaks, talk_about_unlike_counties
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word
from sinkcalc.schemas.series import SAME_IDS
from sinkcalc.vocabulary import VEGETATION_CLASSES

if TYPE_CHECKING:
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.transitions import Transitions

_ABSENT: Final = {"class_from": "not_before", "class_to": "not_now"}


def show_transitions(
    settings: Settings,
    years: tuple[int, int],
    fmt: str | None,
    output: Path | None,
    *,
    by: str,
    basis: str | None,
    across: bool,
) -> None:
    """Show what the land of each class became."""
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.transitions import land_transitions

    by_region = by.strip() == "region"
    keeper = Keeper(settings)
    found = land_transitions(
        settings.db,
        years,
        by_region=by_region,
        basis=basis,
        across=across,
        wait=settings.wait,
    )
    simulated = bool(found.rows["simulated"].any())
    title = (
        simulated_mark(simulated, settings)
        + break_mark(found.rows, settings)
        + settings.say(
            f"地类转移 {years[0]} → {years[1]}(ha)· 行为前期,列为后期 · "
            f"{word(found.basis, settings)}",
            f"land-class transitions {years[0]} → {years[1]} (ha) · rows before, columns now · "
            f"{word(found.basis, settings)}",
        )
    )
    keep_transitions(keeper, found, years, basis, by_region=by_region, across=across)
    emit(found.rows, settings, fmt, output, lambda rows: matrix_view(rows, settings), title)
    _talk(settings, found)
    talk_about_unlike_counties(settings, *years)


def keep_transitions(
    keeper: "Keeper",
    found: "Transitions",
    years: tuple[int, int],
    basis: str | None,
    *,
    by_region: bool,
    across: bool,
) -> None:
    """Store what the land of each class became."""
    subject: dict[str, object] = {"survey_from": years[0], "survey_to": years[1]}
    told = {"basis": basis, "across": across}
    by_keys = "region" if by_region else ""
    keeper.keep("land_transitions", found.rows, subject, told, by_keys=by_keys)


def _talk(settings: Settings, found: "Transitions") -> None:
    rows, area = found.rows, pl.col("area_ha")
    there = rows.filter(pl.col("class_from").is_not_null() | (pl.col("basis") != SAME_IDS))
    before = float(there.select((area - pl.col("area_change_ha")).sum()).item() or 0)
    now = float(rows.filter(pl.col("class_to").is_not_null())["area_ha"].sum() or 0)
    talk(
        settings,
        f"前期 {before:,.1f} ha,后期 {now:,.1f} ha",
        f"area before {before:,.1f} ha, now {now:,.1f} ha",
    )
    if found.matched_fraction is not None:
        talk(
            settings,
            f"前期面积的 {found.matched_fraction:.1%} 在后期找到同号小班",
            f"{found.matched_fraction:.1%} of the earlier area has a stand of the same number "
            "in the later survey",
        )
    for zh, en in found.notes:
        talk(settings, f"注意:{zh}", f"note: {en}")
    talk_about_breaks(settings, found.breaks)
    stock = found.rows["growing_stock_change_m3"]
    if stock.is_not_null().any():
        changed = found.rows.filter(pl.col("class_from").ne_missing(pl.col("class_to")))
        whole, moved = (float(rows.sum() or 0) for rows in (stock, changed[stock.name]))
        talk(
            settings,
            f"森林蓄积变化 {whole:+,.0f} m³,其中地类改变或只在一期有的小班 {moved:+,.0f} m³;"
            "各转移的蓄积见 --json、--csv",
            f"change of growing stock {whole:+,.0f} m3, of which {moved:+,.0f} m3 by stands that "
            "changed their class or are of one survey only; --json and --csv give it by transition",
        )
    talk(
        settings,
        "说明:格内为后期面积(后期没有的小班为前期面积);“同号小班面积变化”是两期都有的小班的"
        "后期减前期;每行各格之和减去它等于前期面积,每列之和等于后期面积",
        "note: cells hold the area now, of stands that are gone the area before; 'change of area' "
        "is that of stands of both surveys: the cells of a row less it are the area before, the "
        "cells of a column the area now",
    )


def matrix_view(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Lay out transitions as a matrix, one a county: classes before down, classes now across."""
    order = [*VEGETATION_CLASSES, None]
    there = [
        [name for name in order if rows[column].eq_missing(pl.Series([name])).any()]
        for column in ("class_from", "class_to")
    ]
    parts = [
        _matrix(part, there[1], there[0], settings)
        for _, part in rows.group_by("region_code", maintain_order=True)
    ]
    return pl.concat(parts) if parts else rows


def _matrix(
    rows: pl.DataFrame, columns: list[str | None], lines: list[str | None], settings: Settings
) -> pl.DataFrame:
    cells = {
        (row["class_from"], row["class_to"]): float(row["area_ha"])
        for row in rows.iter_rows(named=True)
    }
    changes = dict(
        rows.group_by("class_from").agg(pl.col("area_change_ha").sum().cast(pl.Float64)).iter_rows()
    )
    basis = rows["basis"][0]
    lines = [line for line in lines if any((line, column) in cells for column in columns)]
    found: dict[str, list[object]] = {}
    if rows["region_code"].is_not_null().any():
        region = f"{rows['region_code'][0]} {rows['region_name'][0] or ''}".strip()
        found[label("region_code", settings)] = [region] * (len(lines) + 1)
    names = [_name("class_from", line, basis, settings) for line in lines]
    found[label("class_from", settings)] = [*names, settings.say("后期面积", "area now")]
    for column in columns:
        values = [cells.get((line, column)) for line in lines]
        # stands that are gone have no area now
        total = sum(value or 0.0 for value in values)
        found[_name("class_to", column, basis, settings)] = [*values, total]
    found[settings.say("同号小班面积变化", "change of area")] = [
        *(changes[line] for line in lines),
        sum(changes.values()),
    ]
    before = [
        None
        if line is None and basis == SAME_IDS
        else sum(cells.get((line, column), 0.0) for column in columns) - changes[line]
        for line in lines
    ]
    found[settings.say("前期面积", "area before")] = [*before, None]
    return pl.DataFrame(found, strict=False)


def _name(column: str, value: str | None, basis: str, settings: Settings) -> str:
    if value is None:
        absent = _ABSENT[column] if basis == SAME_IDS else "not_recorded_before"
        return word(absent, settings)
    return word(value, settings)
