"""A monitoring for people: strata and project, then vintages."""

from typing import TYPE_CHECKING, Final

import polars as pl

from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import table_text, word

if TYPE_CHECKING:
    from sinkcalc.pipeline.ccer_monitor import MonitoringResult

_FRACTIONS: Final = ("relative_uncertainty", "change_uncertainty", "uncertainty_discount")
_PERCENT: Final = "%"


def monitoring_text(found: "MonitoringResult", settings: Settings, title: str) -> str:
    """Return both tables as text."""
    rows = found.rows.with_columns(pl.col("quantity", "outcome").cast(pl.String))
    parts = [table_text(_figures(rows, settings), settings, title)]
    vintages = _vintages(rows, settings)
    if not vintages.is_empty():
        named = settings.say("各年减排量(t CO2e)", "reductions by vintage (t CO2e)")
        parts.append(table_text(vintages, settings, named))
    return "\n\n".join(parts) + "\n"


def _figures(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Give strata and project, fractions as per cent."""
    fraction = pl.col("quantity").is_in(_FRACTIONS)
    whole = settings.say("项目", "project")
    unit = pl.col("unit").replace({"plots": settings.say("个", "plots")})
    shown = rows.filter(pl.col("vintage").is_null()).with_columns(
        pl.col("stratum").fill_null(whole),
        pl.when(fraction).then(pl.col("value") * 100).otherwise("value").alias("value"),
        pl.when(fraction).then(pl.lit(_PERCENT)).otherwise(unit).alias("unit"),
    )
    # of strata it is in the other formats
    shown = shown.filter((pl.col("quantity") != "stock_covariance") | (pl.col("stratum") == whole))
    columns = ["stratum", "quantity", "date_from", "date_to", "value", "unit"]
    columns += ["se", "interval_low", "interval_high", "df", "n"]
    return shown.select(columns).rename({"n": "plots", "stratum": "ccer.stratum"})


def _vintages(rows: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Give one line a vintage, and the sum."""
    keys = ("date_from", "date_to", "outcome")
    of_vintages = rows.filter(pl.col("vintage").is_not_null())
    if of_vintages.is_empty():
        return of_vintages
    figures = of_vintages["quantity"].unique(maintain_order=True).to_list()
    wide = of_vintages.pivot("quantity", index=keys, values="value", maintain_order=True)
    lines = wide.with_columns(pl.col("date_from", "date_to").cast(pl.String))
    sums = lines.select(
        pl.lit(settings.say("合计", "all")).alias("date_from"),
        pl.lit(None, pl.String).alias("date_to"),
        pl.lit(None, pl.String).alias("outcome"),
        *(
            pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
            for name in figures
        ),
    )
    return pl.concat([lines, sums]).rename({name: word(name, settings) for name in figures})
