"""The rules of stands, plots and wetlands (`*_rules.csv`), and the rows that break them."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.delivery import ROW, SOURCE
from sinkcalc.schemas.inventory import RejectedRow, WarnedRow

RULE_TABLES: Final = ("stand_rules", "plot_rules", "wetland_rules")
ERROR: Final = "error"
WARN: Final = "warn"
# how the unit of a fraction is called in a message, by language
_NO_UNIT: Final = "1"
_FRACTION: Final = {"zh": "小数(0–1)", "en": "fraction, 0-1"}
TEXTS: Final = ("reason_zh", "reason_en", "remedy_zh", "remedy_en")


@dataclass(frozen=True)
class Rule:
    """One rule with its severity, bounds (stored unit) and texts."""

    name: str
    severity: str
    column: str | None
    minimum: float | None
    maximum: float | None
    texts: dict[str, str]


@dataclass(frozen=True)
class Violation:
    """Rows that break one rule.

    Attributes
    ----------
    rule
        Name of the rule.
    header
        Column of the delivery that broke it.
    mask
        True where it is broken.
    value
        What the column holds.
    unit, code_set
        Named in the message.
    """

    rule: str
    header: str
    mask: pl.Expr
    value: pl.Expr | None = None
    unit: str = ""
    code_set: str = ""


@cache
def load_rules() -> dict[str, Rule]:
    """Return the rules by name."""
    return {
        row["rule"]: Rule(
            name=row["rule"],
            severity=row["severity"],
            column=row["column"],
            minimum=float(row["min"]) if row["min"] else None,
            maximum=float(row["max"]) if row["max"] else None,
            texts={key: row[key] for key in TEXTS},
        )
        for table in RULE_TABLES
        for row in load_table(table).rows.iter_rows(named=True)
    }


def texts_of(name: str, header: str = "", **named: str) -> dict[str, str]:
    """Return the texts of a rule with header, bounds and units filled in."""
    rule = load_rules()[name]
    bounds = {
        key: "" if bound is None else f"{bound:g}"
        for key, bound in (("min", rule.minimum), ("max", rule.maximum))
    }
    filled = {"unit": "", "code_set": "", "encoding": "", **named}
    of_fraction = filled["unit"] == _NO_UNIT
    texts = {}
    for key, text in rule.texts.items():
        unit = {"unit": _FRACTION[key[-2:]]} if of_fraction else {}
        texts[key] = text.format(header=header, **bounds, **(filled | unit))
    return texts


def rejected_rows(frame: pl.DataFrame, violations: list[Violation]) -> pl.DataFrame:
    """List every broken rule of every row.

    Parameters
    ----------
    frame
        Rows with `_row`, `source_file` and what masks and values need.

    Returns
    -------
    Rows of `RejectedRow`, without raw text.
    """
    parts: list[pl.DataFrame] = [RejectedRow.create_empty()]
    for violation, broken in _broken(frame, violations):
        texts = texts_of(
            violation.rule, violation.header, unit=violation.unit, code_set=violation.code_set
        )
        parts.append(
            broken.select(
                SOURCE,
                pl.col(ROW).alias("source_row"),
                pl.lit(violation.header).alias("column_name"),
                _value(violation).alias("value"),
                pl.lit(violation.rule).alias("rule"),
                *(pl.lit(text).alias(key) for key, text in texts.items()),
                pl.lit(None, pl.String).alias("raw"),
            )
        )
    return pl.concat(parts)


def warned_rows(frame: pl.DataFrame, violations: list[Violation], id_column: str) -> pl.DataFrame:
    """List every implausible value of rows that are stored all the same.

    Returns
    -------
    Rows of `WarnedRow`.
    """
    parts: list[pl.DataFrame] = [WarnedRow.create_empty()]
    for violation, broken in _broken(frame, violations):
        parts.append(
            broken.select(
                SOURCE,
                pl.col(ROW).alias("source_row"),
                pl.col(id_column).alias("stand_id"),
                pl.lit(violation.header).alias("column_name"),
                _value(violation).alias("value"),
                pl.lit(violation.rule).alias("rule"),
            )
        )
    return pl.concat(parts)


def _value(violation: Violation) -> pl.Expr:
    value = pl.lit(None) if violation.value is None else violation.value
    return value.cast(pl.String)


def _broken(
    frame: pl.DataFrame, violations: list[Violation]
) -> list[tuple[Violation, pl.DataFrame]]:
    """Evaluate every mask in one pass; keep the rules that any row breaks."""
    masks = frame.select(
        violation.mask.fill_null(False).alias(str(i)) for i, violation in enumerate(violations)
    )
    return [
        # in one chunk: expressions over text have failed on chunks that a filter left empty
        (violation, frame.filter(masks[str(i)]).rechunk())
        for i, violation in enumerate(violations)
        if masks[str(i)].any()
    ]
