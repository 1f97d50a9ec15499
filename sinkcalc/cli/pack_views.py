"""What tables for people show of methodologies and of what was checked in their texts."""

from typing import Final

import polars as pl

from sinkcalc.cli.settings import Settings

_ITEM_COLUMNS: Final = (
    "item_id",
    "kind",
    "title",
    "text",
    "value",
    "unit",
    "source_id",
    "locator",
    "status",
    "evidence",
    "note",
)


def items_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show items with every digit of their figures."""
    exact = frame.with_columns(pl.col("value").cast(pl.String))
    return exact.select(column for column in _ITEM_COLUMNS if column in frame.columns)


def titled(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Keep the title in the language chosen, of rows that have it in both."""
    one = pl.col(settings.say("title_zh", "title_en")).alias("title")
    return frame.with_columns(one).drop("title_zh", "title_en")


def verified_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show entries under the headings of other sources, without their hashes."""
    return frame.drop("row_sha256").rename({"source": "source_id"})
