"""A table that a user brings, as text, and how its faults are told."""

from pathlib import Path

import polars as pl

from sinkcalc.errors import UsageProblem, reason_zh


def read_text_table(path: Path) -> pl.DataFrame:
    """Read a CSV of text, UTF-8 or GB18030 as spreadsheets of the bureau save it.

    Raises
    ------
    UsageProblem
        If the file cannot be read or is no CSV.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageProblem(
            zh=f"读不了 {path}:{reason_zh(error)}", en=f"cannot read {path}: {error.strerror}"
        ) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    try:
        table = pl.read_csv(text.encode(), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        first = str(error).splitlines()[0]
        raise UsageProblem(
            zh=f"{path} 不是可读的 CSV(请另存为 CSV 再试):{first}",
            en=f"{path} is no readable CSV (save the table as CSV): {first}",
        ) from None
    stripped = table.select(pl.col(pl.String).str.strip_chars()).rename(str.strip)
    return stripped.with_columns(
        pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep()
    )


def numbers(names: tuple[str, ...]) -> list[pl.Expr]:
    """Read columns of text as numbers; null where it is none."""
    return [pl.col(name).cast(pl.Float64, strict=False) for name in names]


def require_columns(path: Path, table: pl.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a table without a column.

    Raises
    ------
    UsageProblem
        Naming every column it lacks.
    """
    missing = ", ".join(name for name in columns if name not in table.columns)
    if missing:
        raise UsageProblem(
            zh=f"{path} 缺列 {missing}:请补上", en=f"{path} has no column {missing}: add it"
        )


def refuse_rows(path: Path, bad: pl.DataFrame, zh: str, en: str) -> None:
    """Refuse a table that has bad rows, numbered in its column `row`.

    Raises
    ------
    UsageProblem
        With the reason and the numbers of the first ten.
    """
    if bad.is_empty():
        return
    rows = ", ".join(str(row) for row in bad["row"].head(10))
    raise UsageProblem(
        zh=f"{path} 第 {rows} 行:{zh};请改正", en=f"{path}, row {rows}: {en}; correct it"
    )
