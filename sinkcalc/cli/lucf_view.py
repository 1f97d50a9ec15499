"""The form of the provincial inventory laid out for people: lines, counties, workbook."""

from typing import Final

import polars as pl

from sinkcalc.cli.output import simulated_mark
from sinkcalc.cli.series_breaks import break_mark
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import label, word
from sinkcalc.schemas.lucf import (
    BIOMASS_LINES,
    BIOMASS_NET,
    CONVERSION_LINES,
    LUCF_TOTAL,
    OWN_CHANGE,
)

_NET: Final = "net_t_co2e_per_year"
# gases of burning are lines of their own, counted in t CO2e
_BURNING: Final = CONVERSION_LINES[:2]


def lines_view(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Show one region line by line, as the chapter computes it."""
    shown = rows.select(
        pl.Series("category", line_names(rows, settings)),
        "activity",
        "activity_unit",
        "rate_per_year",
        "wood_density",
        "bef",
        "biomass_t_per_ha",
        "net_t_c_per_year",
        "removal_t_co2e_per_year",
        "emission_t_co2e_per_year",
        _NET,
        "se_t_co2e_per_year",
        pl.Series("reason", [word(text, settings) if text else None for text in rows["reason"]]),
    )
    empty = [name for name in shown.columns if shown[name].null_count() == shown.height]
    return shown.drop(empty)


def line_names(rows: pl.DataFrame, settings: Settings) -> list[str]:
    """Name each line, with its gas where that is not CO2."""
    return [
        word(category, settings) + (f" {gas}" if gas in ("CH4", "N2O") else "")
        for category, gas in rows.select("category", "gas").iter_rows()
    ]


def counties_view(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Show one county a row, net removals in t CO2e a year, the net of biomass also in t C."""
    rows = rows.with_columns(pl.col("category").cast(pl.String))
    regions = rows.select("region_code", "region_name").unique(maintain_order=True)
    out = regions.select(
        pl.col("region_code").alias(label("region_code", settings)),
        pl.col("region_name").alias(label("region_name", settings)),
    )
    codes = regions["region_code"]

    def figures(name: str, categories: tuple[str, ...], gas: str | None, column: str) -> None:
        nonlocal out
        own = rows.filter(pl.col("category").is_in(categories), pl.col("gas").eq_missing(gas))
        values = own.group_by("region_code").agg(
            pl.when(pl.col(column).null_count() == 0).then(pl.col(column).sum())
        )
        found = dict(values.iter_rows())
        column_type = rows.schema[column]
        out = out.with_columns(pl.Series(name, [found.get(code) for code in codes], column_type))

    for line in BIOMASS_LINES:
        figures(word(line, settings), (line,), "CO2", _NET)
    net = word(BIOMASS_NET, settings)
    figures(f"{net} (t C)", (BIOMASS_NET,), "CO2", "net_t_c_per_year")
    figures(f"{net} (t CO2e)", (BIOMASS_NET,), "CO2", _NET)
    burning = settings.say("转化燃烧", "burning")
    for gas in ("CO2", "CH4", "N2O"):
        lines = _BURNING if gas == "CO2" else _BURNING[:1]
        figures(f"{burning} {gas}", lines, gas, _NET)
    figures(settings.say("转化分解", "decay"), (CONVERSION_LINES[2],), "CO2", _NET)
    figures(word(LUCF_TOTAL, settings), (LUCF_TOTAL,), None, _NET)
    if (rows["category"] == OWN_CHANGE).any():
        figures(word(OWN_CHANGE, settings), (OWN_CHANGE,), "CO2", _NET)
    return out


def title_of(rows: pl.DataFrame, settings: Settings) -> str:
    """Name year, surveys, method and what a sign means."""
    first = rows.row(0, named=True)
    mark = simulated_mark(first["simulated"], settings) + break_mark(rows, settings)
    surveys = str(first["survey_to"])
    if first["survey_from"] is not None:
        surveys = f"{first['survey_from']} → {surveys}"
    return mark + settings.say(
        f"省级温室气体清单 · 土地利用变化与林业 · {first['inventory_year']} 年(调查 {surveys})· "
        f"净吸收 = 吸收 − 排放,正为吸收,t CO2e/a · GWP {first['gwp_set']}",
        f"provincial inventory · land-use change and forestry · {first['inventory_year']} "
        f"(surveys {surveys}) · net = removal − emission, above 0 is removal, t CO2e/yr · "
        f"GWP {first['gwp_set']}",
    )


def workbook_sheets(rows: pl.DataFrame, settings: Settings) -> dict[str, tuple[str, pl.DataFrame]]:
    """Lay out the workbook: results and activity data of lines by regions, then every row."""
    title = title_of(rows, settings)
    activity = settings.say("活动水平(每年)", "activity data (per year)")
    return {
        settings.say("清单", "inventory"): (title, _lines_by_region(rows, settings, _NET)),
        settings.say("活动水平", "activity"): (
            activity,
            _lines_by_region(
                rows.filter(pl.col("category").is_in([*BIOMASS_LINES, *CONVERSION_LINES])),
                settings,
                "activity",
            ),
        ),
        settings.say("年率", "rates"): (
            label("rate_per_year", settings),
            _lines_by_region(
                rows.filter(pl.col("activity_unit") == "m3"), settings, "rate_per_year"
            ),
        ),
        settings.say("全部行", "rows"): (title, rows),
    }


def _lines_by_region(rows: pl.DataFrame, settings: Settings, column: str) -> pl.DataFrame:
    """Put lines in rows and regions in columns, as the tables of the chapter."""
    named = rows.with_columns(pl.Series("line", line_names(rows, settings)))
    regions = named.select("region_code", "region_name").unique(maintain_order=True)
    out = named.select("line").unique(maintain_order=True)
    for code, name in regions.iter_rows():
        own = named.filter(pl.col("region_code") == code).select(
            "line", pl.col(column).cast(pl.Float64).alias(name or code)
        )
        out = out.join(own, on="line", how="left", maintain_order="left")
    return out.rename({"line": label("category", settings)})
