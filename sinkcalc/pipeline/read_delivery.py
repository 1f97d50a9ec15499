"""One delivered file, batch by batch, from text rows to checked rows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import polars as pl

from sinkcalc.intake.check import Against, check_rows, measured
from sinkcalc.intake.decode import decode, occasion_of, of_another_table
from sinkcalc.intake.delivery import ROW, SOURCE, Delivery
from sinkcalc.intake.kinds import WETLAND_RULES
from sinkcalc.intake.profiles import Profile
from sinkcalc.intake.readers import raw_records, table_batches
from sinkcalc.intake.rules import texts_of
from sinkcalc.pipeline.spool import OCCASION, Spool
from sinkcalc.schemas.inventory import RejectedRow
from sinkcalc.store.scan import TextScan, scan_text

_BATCH_ROWS: Final = 250_000
# rows in which an example of every column is looked for
_FIRST_ROWS: Final = 5_000
# a cell with nothing but the word, in delimited text and in a JSON record
_TOTAL_CELL: Final = (
    r'(?i)(?:^|[,;\t":])\s*(合计|小计|总计|总和|total|sum)\s*(?:$|[,;\t]|"(?:$|[^:]))'
)


def check_delivery(
    delivery: Delivery, profile: Profile, survey: int, spool: Spool, against: Against
) -> None:
    """Check the rows of one file and keep what comes out in the spool.

    Parameters
    ----------
    profile
        With the file's own headers.
    """
    rejected = []
    with _rows(delivery, profile.headers) as (batches, scan):
        for batch in batches:
            named = batch.with_columns(pl.lit(delivery.name).alias(SOURCE))
            named = _of_table(_of_occasion(named, profile, spool), profile, spool)
            checked = check_rows(named, profile, survey, against, delivery.crs)
            spool.add(checked, profile.occasion)
            rejected.append(checked.rejected)
        unread = [] if scan is None else scan.rejects().rows()
    bad = [(line.row, line.rule, line.raw) for line in delivery.bad_lines]
    by_rules = with_raw(pl.concat([RejectedRow.create_empty(), *rejected]), delivery)
    if profile.kind.rules == WETLAND_RULES:
        by_rules = _totals_once(by_rules)
    spool.write("rejected", pl.concat([_structural([*bad, *unread], delivery), by_rules]))


def _totals_once(rejected: pl.DataFrame) -> pl.DataFrame:
    """Give a row of totals that one reason, also where its word stands in a column not read.

    Such a row lacks what every row has; a word in a full row is no reason.
    """
    incomplete = (pl.col("rule") == "required").any().over("source_row")
    total = pl.col("raw").str.contains(_TOTAL_CELL).fill_null(value=False)
    is_total = rejected.select(incomplete & total).to_series()
    if not is_total.any():
        return rejected
    texts = {name: pl.lit(text) for name, text in texts_of("total_row").items()}
    totals = (
        rejected.filter(is_total)
        .unique("source_row", keep="first", maintain_order=True)
        .with_columns(
            pl.col("raw").str.extract(_TOTAL_CELL).alias("value"),
            pl.lit(None, pl.String).alias("column_name"),
            pl.lit("total_row").alias("rule"),
            **texts,
        )
    )
    found = pl.concat([rejected.filter(~is_total), totals.select(rejected.columns)])
    return found.sort("source_row", maintain_order=True)


def _of_occasion(rows: pl.DataFrame, profile: Profile, spool: Spool) -> pl.DataFrame:
    """Keep the rows of the occasion that is read, and those that name none.

    The others are counted, and read as the profile says for their occasion: their figures are
    compared with those that are loaded.
    """
    of_row = _occasions(rows, profile)
    if of_row is None:
        return rows
    for name in of_row.unique().drop_nulls().sort():
        if name == profile.occasion:
            continue
        others = rows.filter(of_row == name)
        for file, count in others[SOURCE].value_counts().iter_rows():
            spool.other_rows[file, name] += count
        decoded = decode(others.lazy(), profile.on_occasion(name)).collect()
        figures = measured(decoded, profile.kind)
        spool.write("figures", figures.with_columns(pl.lit(name).alias(OCCASION)))
    return rows.filter((of_row == profile.occasion) | of_row.is_null())


def _of_table(rows: pl.DataFrame, profile: Profile, spool: Spool) -> pl.DataFrame:
    """Keep the rows of the table in a mixed layer; the others are counted by their code."""
    code = of_another_table(rows, profile)
    if code is None or code.null_count() == code.len():
        return rows
    others = rows.select(SOURCE, code.alias("code")).drop_nulls("code")
    for file, name, count in others.group_by(SOURCE, "code").len().iter_rows():
        spool.left_out[file, name] += count
    return rows.filter(code.is_null())


def _occasions(rows: pl.DataFrame, profile: Profile) -> pl.Series | None:
    """Return the occasion of every row; None where the file does not tell it."""
    if profile.occasions is None or not profile.occasions.header:
        return None
    return rows.select(occasion_of(profile.occasions)).to_series()


def occasions_in(delivery: Delivery, profile: Profile) -> Counter[str]:
    """Count the rows of every occasion in one file, if it tells them."""
    found: Counter[str] = Counter()
    if profile.occasions is None or not profile.occasions.header:
        return found
    with _rows(delivery, [profile.occasions.header]) as (batches, _):
        for batch in batches:
            named = batch.select(occasion_of(profile.occasions).alias(OCCASION)).drop_nulls()
            found.update(dict(named[OCCASION].value_counts().iter_rows()))
    return found


def examples(delivery: Delivery, profile: Profile) -> dict[str, str]:
    """Return stored column -> first value of the file and what it is read as."""
    with _rows(delivery, profile.headers, _FIRST_ROWS) as (batches, _):
        first = next(iter(batches), None)
    if first is None or first.is_empty():
        return {}
    named = first.with_columns(pl.lit(delivery.name).alias(SOURCE))
    of_row = _occasions(named, profile)
    if of_row is not None:
        named = named.filter(of_row == profile.occasion)
    decoded = decode(named.lazy(), profile).collect()
    found = {}
    id_column = profile.kind.id_column
    for column in (id_column, *profile.columns):
        text = column if column == id_column else f"{column}_text"
        shown = decoded.filter(pl.col(text).is_not_null()).head(1)
        if shown.height:
            given = str(shown[text][0])
            read = shown[column][0] if column in shown.columns else given
            value = "–" if read is None else f"{read:g}" if isinstance(read, float) else str(read)
            found[column] = given if read == given else f"{given} → {value}"
    return found


@contextmanager
def _rows(
    delivery: Delivery, wanted: list[str], size: int = _BATCH_ROWS
) -> Iterator[tuple[Iterator[pl.DataFrame], TextScan | None]]:
    if delivery.kind == "table":
        yield table_batches(delivery, wanted, size), None
        return
    with scan_text(delivery.delimiter or ",") as scan:
        numbered = [ROW, *delivery.headers]
        batches = scan.batches(delivery.path, numbered, [ROW, *wanted], size)
        yield (batch.with_columns(pl.col(ROW).cast(pl.Int64)) for batch in batches), scan


def _structural(lines: list[tuple[int, str, str]], delivery: Delivery) -> pl.DataFrame:
    rows = [
        {
            "source_file": delivery.name,
            "source_row": row,
            "column_name": None,
            "value": None,
            "rule": rule,
            **texts_of(rule, encoding=delivery.encoding or ""),
            "raw": raw,
        }
        for row, rule, raw in lines
    ]
    return pl.DataFrame(rows, schema=RejectedRow.create_empty().schema)


def with_raw(rejected: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Add the text of the row as it stands in the file to the rejected rows of one file."""
    rejected = rejected.filter(pl.col(SOURCE) == delivery.name)
    if rejected.is_empty():
        return rejected
    raw = raw_records(delivery, set(rejected["source_row"]))
    found = pl.col("source_row").replace_strict(raw, default=None, return_dtype=pl.String)
    return rejected.with_columns(found.alias("raw"))
