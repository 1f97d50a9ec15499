"""The rules of `stand_rules.csv` and the rows that break them."""

from dataclasses import dataclass
from functools import cache

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.readers import ROW
from sinkcalc.schemas.inventory import RejectedRow

_TEXTS = ("reason_zh", "reason_en", "remedy_zh", "remedy_en")


@dataclass(frozen=True)
class Rule:
    """One rule with its bounds (stored unit) and its texts."""

    name: str
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
            column=row["column"],
            minimum=float(row["min"]) if row["min"] else None,
            maximum=float(row["max"]) if row["max"] else None,
            texts={key: row[key] for key in _TEXTS},
        )
        for row in load_table("stand_rules").rows.iter_rows(named=True)
    }


def texts_of(name: str, header: str = "", **named: str) -> dict[str, str]:
    """Return the texts of a rule with header, bounds and units filled in."""
    rule = load_rules()[name]
    bounds = {
        key: "" if bound is None else f"{bound:g}"
        for key, bound in (("min", rule.minimum), ("max", rule.maximum))
    }
    filled = {"unit": "", "code_set": "", "encoding": "", **named}
    return {key: text.format(header=header, **bounds, **filled) for key, text in rule.texts.items()}


def rejected_rows(frame: pl.DataFrame, violations: list[Violation]) -> pl.DataFrame:
    """List every broken rule of every row.

    Parameters
    ----------
    frame
        Rows with `_row`, `source_file` and what the masks need.
    violations
        Rules to apply.

    Returns
    -------
    Rows of `RejectedRow`, without raw text.
    """
    masks = frame.select(v.mask.alias(str(i)) for i, v in enumerate(violations))
    parts: list[pl.DataFrame] = [RejectedRow.create_empty()]
    for i, violation in enumerate(violations):
        mask = masks[str(i)]
        if not mask.any():
            continue
        texts = texts_of(
            violation.rule, violation.header, unit=violation.unit, code_set=violation.code_set
        )
        value = pl.lit(None, pl.String) if violation.value is None else violation.value
        parts.append(
            frame.filter(mask).select(
                "source_file",
                pl.col(ROW).cast(pl.Int64).alias("source_row"),
                pl.lit(violation.header).alias("column_name"),
                value.cast(pl.String).alias("value"),
                pl.lit(violation.rule).alias("rule"),
                *(pl.lit(text).alias(key) for key, text in texts.items()),
                pl.lit(None, pl.String).alias("raw"),
            )
        )
    return pl.concat(parts).sort("source_file", "source_row", maintain_order=True)
