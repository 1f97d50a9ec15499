"""Years and days of a table as text."""

from typing import Final

import polars as pl

# days since 1899-12-30, as a workbook counts them, of the years 1982 to 2064
_EXCEL_DAY: Final = r"^([3-5]\d{4})(?:\.\d+)?$"
# 2020, 20200601, 2020-06-01, 2020年6月
_YEAR: Final = r"^(\d{4})(?:\d{4}|\D.*)?$"
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2200
# 20240301; 2024-3-1, 2024/03/01, 2024.3.1, 2024年3月1日, with a time behind or not
_DAYS: Final = (
    r"^(\d{4})(\d{2})(\d{2})$",
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?$",
)


def year_of(text: pl.Expr) -> pl.Expr:
    """Return the year of a text as 2020, 20200601, 2020-06-01, or a workbook's count of days."""
    year = pl.coalesce(_serial(text).dt.year(), text.str.extract(_YEAR).cast(pl.Int32))
    return pl.when(year.is_between(_FIRST_YEAR, _LAST_YEAR)).then(year)


def day_of(text: pl.Expr) -> pl.Expr:
    """Return the day of a text, or of a workbook's count of days; null where it is none."""
    days = [_serial(text)]
    for pattern in _DAYS:
        parts = [text.str.extract(pattern, group) for group in (1, 2, 3)]
        padded = [part.str.zfill(2) for part in parts]
        days.append(pl.concat_str(padded, separator="-").str.to_date("%Y-%m-%d", strict=False))
    day = pl.coalesce(days)
    return pl.when(day.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR)).then(day)


def _serial(text: pl.Expr) -> pl.Expr:
    days = text.str.extract(_EXCEL_DAY).cast(pl.Int64)
    return pl.date(1899, 12, 30) + pl.duration(days=days)
