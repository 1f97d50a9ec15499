"""What a user has checked against the primary text: a file of the user's own."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.own_csv import read_text_table, require_columns
from sinkcalc.coefficients.table import KEY_COLUMNS
from sinkcalc.errors import UsageProblem

VERIFIED_FILE: Final = "verified.csv"
VERIFIED_COLUMNS: Final = (
    "row_id",
    "value",
    "unit",
    "source",
    "locator",
    "verified_by",
    "verified_on",
    "row_sha256",
)
ITEM_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "item_id": pl.String,
    "kind": pl.String,
    "text": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "source_id": pl.String,
    "locator": pl.String,
    "status": pl.String,
    "evidence": pl.String,
    "note": pl.String,
    # of a row whose figure a project replaces: name of its own figure, and what is shipped
    "own_figure": pl.String,
    "shipped_value": pl.Float64,
}
# status of a row whose figure a project replaces by its own
IN_PLACE: Final = "in_place"
# of an item: never verified; verified, and changed since
NOT_VERIFIED: Final = "none"
LAPSED: Final = "lapsed"
HOLDS: Final = "holds"
# of an entry: its row is shipped no more
GONE: Final = "gone"
# what a verification is of; a change of any of these lets it lapse
_HASHED: Final = ("kind", "text", "value", "unit")


def parameter_items(rows: pl.DataFrame) -> pl.DataFrame:
    """Return parameter rows as items; the text is the symbol and what the row is of."""
    keys = [column for column in KEY_COLUMNS if column in rows.columns]
    text = pl.concat_str("symbol", *keys, separator=" ", ignore_nulls=True)
    return rows.select(
        pl.col("parameter_id").alias("item_id"),
        pl.lit("parameter").alias("kind"),
        text.alias("text"),
        *list(ITEM_SCHEMA)[3:-2],
        *nothing_of_its_own(),
    )


def nothing_of_its_own() -> list[pl.Expr]:
    """Return the columns of items that no figure of a project replaces."""
    return [pl.lit(None, ITEM_SCHEMA[name]).alias(name) for name in list(ITEM_SCHEMA)[-2:]]


def row_sha256(item: Mapping[str, Any]) -> str:
    """Return the hash of what an item says as shipped: kind, text, value, unit."""
    shipped = {**item, "value": item["shipped_value"]} if item["own_figure"] else item
    said = "\n".join("" if shipped[key] is None else str(shipped[key]) for key in _HASHED)
    return hashlib.sha256(said.encode()).hexdigest()


def to_verify(items: pl.DataFrame) -> pl.DataFrame:
    """Return the items not read in their source, assumed, or replaced by a project's figure."""
    return items.filter(
        (pl.col("evidence") == "recalled") | pl.col("status").is_in(["assumed", IN_PLACE])
    )


def read_verified(path: Path) -> pl.DataFrame:
    """Read the file of verified rows; no rows where it does not exist.

    Returns
    -------
    `VERIFIED_COLUMNS` as text, in the order of the file; of the entries of a row and value the
    last counts.

    Raises
    ------
    UsageProblem
        If the file is no CSV or lacks a column.
    """
    if not path.exists():
        return pl.DataFrame(schema=dict.fromkeys(VERIFIED_COLUMNS, pl.String))
    table = read_text_table(path)
    require_columns(path, table, VERIFIED_COLUMNS)
    return table.select(VERIFIED_COLUMNS)


def record_verified(
    path: Path,
    items: pl.DataFrame,
    source: str,
    locator: str,
    by: str,
    on: date,
    *,
    value: float | None = None,
) -> pl.DataFrame:
    """Add items to the file of verified rows.

    Parameters
    ----------
    items
        What was checked; columns of `ITEM_SCHEMA`.
    source, locator
        Text in which they were read, and where in it.
    by, on
        Who checked them, and when.
    value
        Figure that was read where it is not the shipped one: it serves projects that give it.

    Returns
    -------
    The rows added.

    Raises
    ------
    UsageProblem
        If source, locator or name is empty, or the file cannot be read or written.
    """
    for name, text in (("--source", source), ("--locator", locator), ("--by", by)):
        if not text.strip():
            raise UsageProblem(
                zh=f"{name} 为空:请写明核对所据的文本、出处与核对人",
                en=f"{name} is empty: say which text was read, where in it, and by whom",
            )
    before = read_verified(path)
    added = pl.DataFrame(
        [
            {
                "row_id": item["item_id"],
                "value": _recorded(item["value"] if value is None else value),
                "unit": item["unit"],
                "source": source.strip(),
                "locator": locator.strip(),
                "verified_by": by.strip(),
                "verified_on": on.isoformat(),
                "row_sha256": row_sha256(item),
            }
            for item in items.iter_rows(named=True)
        ],
        schema=dict.fromkeys(VERIFIED_COLUMNS, pl.String),
    )
    temporary = path.with_name(path.name + ".tmp")
    try:
        pl.concat([before, added]).write_csv(temporary)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageProblem(
            zh=f"无法写入 {path}:{error.strerror}", en=f"cannot write {path}: {error.strerror}"
        ) from None
    return added


def _recorded(value: float | None) -> str | None:
    return None if value is None else repr(value)


def with_verification(items: pl.DataFrame, verified: pl.DataFrame) -> pl.DataFrame:
    """Add `verification` to items: holds, lapsed (the item has changed since), none.

    A verification is of a row and a value: one of the shipped figure does not hold for a project
    that uses its own, nor the other way round.
    """
    hashes: dict[str, dict[float | None, str]] = {}
    for row in verified.iter_rows(named=True):
        hashes.setdefault(row["row_id"], {})[_read_value(row["value"])] = row["row_sha256"]
    words = [
        _verification(hashes.get(item["item_id"], {}), item) for item in items.iter_rows(named=True)
    ]
    return items.with_columns(pl.Series("verification", words, dtype=pl.String))


def _read_value(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _verification(hashes: Mapping[float | None, str], item: Mapping[str, Any]) -> str:
    now = row_sha256(item)
    if hashes.get(item["value"]) == now:
        return HOLDS
    return LAPSED if any(each != now for each in hashes.values()) else NOT_VERIFIED


def unverified(items: pl.DataFrame, verified: pl.DataFrame) -> pl.DataFrame:
    """Return the recalled or assumed items without a verification that holds.

    Returns
    -------
    The items with `verification`: `none`, or `lapsed` where the item has changed since.
    """
    return with_verification(to_verify(items), verified).filter(pl.col("verification") != HOLDS)


def states(verified: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Add `verification` to entries of the file: holds, lapsed, or gone with its row."""
    now = {item["item_id"]: row_sha256(item) for item in items.iter_rows(named=True)}
    words = [
        GONE
        if row["row_id"] not in now
        else HOLDS
        if now[row["row_id"]] == row["row_sha256"]
        else LAPSED
        for row in verified.iter_rows(named=True)
    ]
    return verified.with_columns(pl.Series("verification", words, dtype=pl.String))
