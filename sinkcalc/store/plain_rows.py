"""Results of any SQL as plain columns: numbers, truth values, dates and texts."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import polars as pl

# a type whose values every output format has; what is another comes as text
_PLAIN: Final = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|VARCHAR|DATE|TIMESTAMP"
)
# whole numbers wider than a file can hold: as numbers where they fit 64 bits
_WIDE: Final = ("HUGEINT", "UHUGEINT")
# DuckDB's dates and times without an end are the extreme integers
_ENDLESS: Final = {
    2**31 - 1: "infinity",
    1 - 2**31: "-infinity",
    2**63 - 1: "infinity",
    1 - 2**63: "-infinity",
}
_FIRST_YEAR, _LAST_YEAR = 1, 9999


def plain_select(statement: str, types: Sequence[str]) -> str:
    """Return a statement whose columns of types that no file holds are texts."""
    if all(_PLAIN.fullmatch(kind) for kind in types):
        return statement
    columns = (
        f"#{place}" if _PLAIN.fullmatch(kind) else f"CAST(#{place} AS VARCHAR)"
        for place, kind in enumerate(types, start=1)
    )
    return f"SELECT {', '.join(columns)} FROM ({statement}\n)"


def unique_names(names: Sequence[str]) -> list[str]:
    """Return names that differ, whatever their case: a second `a` is `a_1`."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    unique = []
    for name in names:
        own, number = name, 0
        while own.casefold() in seen or (number and own.casefold() in taken):
            number += 1
            own = f"{name}_{number}"
        seen.add(own.casefold())
        unique.append(own)
    return unique


def plain_frame(batches: Any, names: Sequence[str], types: Sequence[str]) -> "pl.DataFrame":
    """Return Arrow batches as a frame whose values every output format can write.

    Parameters
    ----------
    batches
        An Arrow table of the columns of `plain_select`.
    types
        What DuckDB calls the types of the columns.
    """
    import polars as pl

    frame = pl.DataFrame(pl.from_arrow(batches.rename_columns(unique_names(names))))
    wide = [name for name, kind in zip(frame.columns, types, strict=True) if kind in _WIDE]
    columns = []
    for column in frame.get_columns():
        if column.name in wide:
            columns.append(_narrow(column))
        elif column.dtype in (pl.Date, pl.Datetime):
            columns.append(_within_calendar(column))
        else:
            columns.append(column)
    return pl.DataFrame(columns)


def _narrow(column: "pl.Series") -> "pl.Series":
    """Return whole numbers as such, or as the texts they are where one is too wide."""
    import polars as pl

    numbers = column.cast(pl.Int64, strict=False)
    return numbers if numbers.null_count() == column.null_count() else column


def _within_calendar(column: "pl.Series") -> "pl.Series":
    """Return dates as such, or as texts where one lies outside of the years 1 to 9999."""
    import polars as pl

    steps = column.to_physical()
    bounds = [pl.Series([year]).cast(pl.Int32) for year in (_FIRST_YEAR, _LAST_YEAR)]
    first, last = (
        pl.DataFrame({"y": year})
        .select(pl.date("y", month, day).cast(column.dtype).to_physical())
        .item()
        for year, month, day in zip(bounds, (1, 12), (1, 31), strict=True)
    )
    outside = steps.drop_nulls().filter((steps.drop_nulls() < first) | (steps.drop_nulls() > last))
    if outside.is_empty():
        return column
    return pl.Series(column.name, [_as_text(step, column.dtype) for step in steps], pl.String)


def _as_text(step: int | None, kind: Any) -> str | None:
    import numpy as np
    import polars as pl

    if step is None:
        return None
    if step in _ENDLESS:
        return _ENDLESS[step]
    moment = np.datetime64(step, "D") if kind == pl.Date else np.datetime64(step, kind.time_unit)
    return str(moment).replace("T", " ")
