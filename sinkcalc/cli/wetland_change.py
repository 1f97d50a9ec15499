"""What `change --kind wetland` shows and says."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.accounting.one_density import COLUMN
from sinkcalc.cli.output import emit, simulated_mark, talk
from sinkcalc.cli.series_breaks import talk_about_touching
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.cli.views import asked_keys, change_title
from sinkcalc.cli.wetland import is_mass, wetland_budget_view

_FALLS: Final = pl.col("carbon_t") < 0

if TYPE_CHECKING:
    from sinkcalc.pipeline.wetland_options import WetlandOptions


def show_wetland_change(
    settings: Settings,
    first: int,
    options: "WetlandOptions",
    fmt: str | None,
    output: Path | None,
    *,
    budget: bool,
    conversions: bool,
    across: bool,
) -> None:
    """Show the difference of two surveys of wetlands, its errors, or the conversions."""
    from sinkcalc.cli.budget import budget_rows
    from sinkcalc.cli.keep import Keeper
    from sinkcalc.pipeline.wetland_change import wetland_change

    keeper = Keeper(settings)
    found = wetland_change(settings.db, first, options, settings.wait, across=across)
    title = change_title(found.rows, settings)
    if budget and not conversions:
        in_co2e = found.rows.filter(~is_mass()).rename({"change": "value"})
        whole = budget_rows(found.budget, in_co2e)
        emit(whole, settings, fmt, output, wetland_budget_view, title)
    elif conversions:
        mark = simulated_mark(bool(found.conversions["simulated"].any()), settings)
        title = mark + settings.say(
            f"湿地类型转换 {first} → {options.survey}",
            f"conversions of wetlands {first} → {options.survey}",
        )
        keeper.keep_change("wetland_conversions", found.conversions, first, options, across=across)
        emit(found.conversions, settings, fmt, output, _conversion_view, title)
    else:
        keeper.keep_change("changes", found.rows, first, options, across=across)
        emit(found.rows, settings, fmt, output, _change_view, title)
    talk_about_touching(settings, found.rows, table="wetlands")
    _talk_about_losses(settings, found.conversions)
    _talk_about_one_density(settings, found.one_density)
    talk(
        settings,
        "说明:储量之差按同一来源的密度,面积以外的误差相互抵消;挖除或变为水面的土壤按到 1 m "
        "的全部储量一次计失(--conversions),已在储量之差之中,不另加;排干、复湿、栽植的湿地按该类的"
        "密度,其变化见年清除与排放,不在储量之差之中",
        "note: densities that both surveys share cancel but for the change of area; a soil that "
        "was excavated or became open water is lost at once to 1 m (--conversions), which the "
        "difference of stocks holds already: do not add it; drained, rewetted and planted wetlands "
        "have the density of their class: how they change is in the yearly removal and emission, "
        "not in the difference of stocks",
    )


def _change_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, both values and the change."""
    return frame.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "gas",
        "gwp_set",
        "depth_cm",
        "unit",
        "value_from",
        "value_to",
        "change",
        *([COLUMN] if (frame[COLUMN].fill_null(0.0) != 0).any() else []),
        "se",
        "ci_low",
        "ci_high",
        "change_per_year",
    )


def _conversion_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show what became of wetlands; the other formats hold both surveys and the densities."""
    return frame.drop("survey_from", "survey_to", "soil_id", "simulated")


def _talk_about_one_density(settings: Settings, found: pl.DataFrame) -> None:
    """Say what of the difference is no change of carbon."""
    for sign, rows in (("+", found.filter(pl.col("carbon_t") > 0)), ("", found.filter(_FALLS))):
        if rows.is_empty():
            continue
        area, carbon = (float(rows[name].sum()) for name in ("area_ha", "carbon_t"))
        classes = "; ".join(
            f"{word(one['class_from'], settings)} → {word(one['class_to'], settings)} "
            f"{float(one['area_ha']):,.1f} ha {float(one['carbon_t']):+,.1f} t C"
            for one in rows.iter_rows(named=True)
        )
        no_change = ("不是碳汇", "no gain") if sign else ("不是损失", "no loss")
        talk(
            settings,
            f"注意:{area:,.1f} ha 只在一次调查中有土壤密度:{carbon:+,.1f} t C {no_change[0]}"
            f"({classes})",
            f"careful: {area:,.1f} ha have a density in one survey only: {carbon:+,.1f} t C is "
            f"{no_change[1]} ({classes})",
        )


def _talk_about_losses(settings: Settings, conversions: pl.DataFrame) -> None:
    """Add up what was lost at once, and count the area of which no figure is known."""
    lost = float(conversions["loss_t_c"].sum() or 0)
    area = float(conversions.filter(pl.col("loss_t_c").is_not_null())["area_from_ha"].sum() or 0)
    talk(
        settings,
        f"挖除或变为水面:{area:,.1f} ha,一次性损失 {lost:,.1f} t C(到 1 m)",
        f"excavated or now open water: {area:,.1f} ha, lost at once {lost:,.1f} t C (to 1 m)",
    )
    unknown = conversions.filter(pl.col("loss_reason").is_not_null())
    for (reason,), rows in unknown.group_by("loss_reason", maintain_order=True):
        size = float(rows["area_from_ha"].sum() or 0)
        talk(
            settings,
            f"没有损失数字 {word(str(reason), settings)}:{size:,.1f} ha",
            f"no figure of the loss, {word(str(reason), settings)}: {size:,.1f} ha",
        )
