"""The data-quality report of a load: what was read, rejected, warned about, and filled in."""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from sinkcalc.intake.rules import TEXTS, load_rules, texts_of
from sinkcalc.schemas.inventory import Stand
from sinkcalc.units import STOCK_DECIMALS

# columns of the program itself, not of the record
_NOT_RECORDED: Final = ("source_file", "source_row", "stand_id", "remark")
COLUMNS: Final = (
    "severity",
    "rule",
    "column_name",
    "rows",
    "share",
    "example",
    *TEXTS,
)


@dataclass(frozen=True)
class Quality:
    """Data-quality report of one load.

    Attributes
    ----------
    files
        `source_file`, `sha256`, `encoding`, `rows_in`, `rows_accepted`, `rows_rejected`.
    findings
        One row a rule and column, errors first: `severity` (error, warn), `rule`, `column_name`,
        `rows`, `share` (of the rows read), `example` (file:row value), reason and remedy.
    completeness
        `column_name`, `rows` that hold a value, `share` of the stored stands.
    classes
        `vegetation_class`, `stands`, `area_ha`, `volume_m3`, `volume_m3_per_ha`.
    """

    survey: int
    load_id: str
    profile: str
    simulated: bool
    files: pl.DataFrame
    findings: pl.DataFrame
    completeness: pl.DataFrame
    classes: pl.DataFrame

    def rows(self) -> pl.DataFrame:
        """Return findings and completeness as one flat table."""
        filled = self.completeness.select(
            pl.lit("info").alias("severity"),
            pl.lit("completeness").alias("rule"),
            "column_name",
            "rows",
            "share",
            *(pl.lit(None, pl.String).alias(name) for name in ("example", *TEXTS)),
        )
        return pl.concat([self.findings.select(COLUMNS), filled.select(COLUMNS)])


def findings(rejected: pl.DataFrame, warned: pl.DataFrame, rows_in: int) -> pl.DataFrame:
    """Count rejected and warned rows by rule and column.

    Parameters
    ----------
    rejected, warned
        Rows of `RejectedRow` and `WarnedRow`.
    rows_in
        Rows that were read.
    """
    parts = [
        rejected.select("source_file", "source_row", "column_name", "value", "rule", *TEXTS),
        with_texts(warned).select(
            "source_file", "source_row", "column_name", "value", "rule", *TEXTS
        ),
    ]
    severities = {name: rule.severity for name, rule in load_rules().items()}
    value = pl.coalesce(pl.lit(" ") + pl.col("value"), pl.lit(""))
    return (
        pl.concat(parts)
        .group_by("rule", "column_name", *TEXTS, maintain_order=True)
        .agg(
            pl.struct("source_file", "source_row").n_unique().cast(pl.Int64).alias("rows"),
            pl.concat_str("source_file", pl.lit(":"), "source_row", value)
            .first()
            .str.replace_all("\n", "⏎", literal=True)
            .alias("example"),
        )
        .with_columns(
            pl.col("rule").replace_strict(severities, return_dtype=pl.String).alias("severity"),
            (pl.col("rows") / max(rows_in, 1)).alias("share"),
        )
        .select(COLUMNS)
        .sort("severity", "rows", "rule", descending=[False, True, False])
    )


def with_texts(warned: pl.DataFrame) -> pl.DataFrame:
    """Add reason and remedy to warned rows."""
    rules = {rule: texts_of(rule) for rule in warned["rule"].unique()}
    return warned.with_columns(
        pl.col("rule")
        .replace_strict(
            {rule: texts[name] for rule, texts in rules.items()}, return_dtype=pl.String
        )
        .alias(name)
        if rules
        else pl.lit(None, pl.String).alias(name)
        for name in TEXTS
    )


def completeness(stands: pl.LazyFrame) -> pl.DataFrame:
    """Count the stands that hold a value, by column."""
    columns = [name for name in Stand.column_names() if name not in _NOT_RECORDED]
    counts: dict[str, Any] = (
        stands.select(pl.len().alias("stands"), *(pl.col(name).count() for name in columns))
        .collect(engine="streaming")
        .row(0, named=True)
    )
    stored = counts.pop("stands")
    return pl.DataFrame(
        {
            "column_name": list(counts),
            "rows": list(counts.values()),
            "share": [count / max(stored, 1) for count in counts.values()],
        },
        schema={"column_name": pl.String, "rows": pl.Int64, "share": pl.Float64},
    )


def by_class(stands: pl.LazyFrame) -> pl.DataFrame:
    """Sum stands, area and volume by vegetation class."""
    area = pl.col("area_ha").sum().cast(pl.Float64)
    volume = pl.col("volume_m3").sum().cast(pl.Float64)
    return (
        stands.group_by(pl.col("vegetation_class").cast(pl.String))
        .agg(
            pl.len().cast(pl.Int64).alias("stands"),
            area.alias("area_ha"),
            volume.alias("volume_m3"),
            (volume / area).round(STOCK_DECIMALS).alias("volume_m3_per_ha"),
        )
        .sort("area_ha", "vegetation_class", descending=[True, False])
        .collect(engine="streaming")
    )
