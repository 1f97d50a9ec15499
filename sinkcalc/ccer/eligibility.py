"""Judge the parcels of a project by the rules of its methodology."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from sinkcalc.ccer.deciding import deciding, truth_names
from sinkcalc.ccer.expression import Expression, parse
from sinkcalc.ccer.parcel import LOWER_BOUNDS, PARCEL_COLUMNS
from sinkcalc.ccer.project import OwnParameter
from sinkcalc.ccer.truth import truth
from sinkcalc.coefficients.packs import Pack
from sinkcalc.coefficients.table import KEY_COLUMNS
from sinkcalc.schemas.ccer import SEPARATOR, ParcelOutcome, Screening

_PARCEL: Final = ("project_id", "parcel_id", "stratum", "region_code", "area_ha")
_ABOUT: Final = ("title_zh", "title_en", "evidence", "source_id")
# before the title of a rule that is not decided
_OPEN: Final = {"zh": "未能判定:", "en": "not decided: "}
_START: Final = ("start_date", "start_year")
# a day as a number and as text
_COMPACT: Final = "%Y%m%d"
_DAY: Final = r"^(\d{4})(\d{2})(\d{2})$"
# a methodology without rules in its pack decides nothing: one rule on a figure that nobody has
_NO_RULES: Final = {
    "item_id": "rules",
    "title_zh": "适用条件",
    "title_en": "applicability",
    "expression": "rules_of_methodology >= 1",
    "reason_zh": "方法学包中没有适用条件:不能判定",
    "reason_en": "the pack of the methodology holds no rules: nothing can be decided",
    "evidence": "recalled",
    "source_id": "",
    "locator": None,
}


def screen(
    parcels: pl.DataFrame,
    pack: Pack,
    own: Iterable[OwnParameter] = (),
    start: date | None = None,
) -> pl.DataFrame:
    """Judge each parcel by each rule of a pack: pass, fail or unknown, and what decided.

    A rule is judged once for every combination of the values that it names. Dates stand in rules
    as numbers yyyymmdd. A name that is neither a column of the parcels nor a parameter is a field
    that is not known.

    Parameters
    ----------
    parcels
        One row a parcel, `PARCEL_COLUMNS` or more (`project_id`; for a field of `LOWER_BOUNDS`
        whether its value is only the least it can be); areas in ha and m2. A column that is absent
        is not known.
    own
        The project's figures, which stand in place of the pack's.
    start
        Start of the project: that of parcels which name neither day nor year.

    Returns
    -------
    Rows of `Screening`: rule by rule in the order of the pack, parcels in their order.

    Raises
    ------
    SinkcalcError
        If the expression of a rule cannot be understood.
    """
    frame = _prepared(parcels, start)
    limits = _limits(pack, own)
    rules = pack.tables["rules"].to_dicts() or [_NO_RULES]
    return pl.concat([_of_rule(frame, rule, limits) for rule in rules])


def eligible(screening: pl.DataFrame) -> pl.DataFrame:
    """Join the rules to one outcome a parcel.

    Parameters
    ----------
    screening
        Rows of `Screening`, all rules of each parcel.

    Returns
    -------
    Rows of `ParcelOutcome` in the order of the parcels.
    """
    failed, unknown = (pl.col("outcome") == word for word in ("fail", "unknown"))

    def first(column: str) -> pl.Expr:
        values = pl.col(column)
        return pl.coalesce(values.filter(failed).first(), values.filter(unknown).first())

    def listed(chosen: pl.Expr) -> pl.Expr:
        names = pl.col("rule_id").cast(pl.String).filter(chosen).str.join(SEPARATOR)
        return pl.when(chosen.any()).then(names)

    others = [pl.col(name).first() for name in _PARCEL if name != "parcel_id"]
    return ParcelOutcome.cast(
        screening.group_by("parcel_id", maintain_order=True).agg(
            *others,
            outcome=pl.when(failed.any())
            .then(pl.lit("fail"))
            .when(unknown.any())
            .then(pl.lit("unknown"))
            .otherwise(pl.lit("pass")),
            failed_rules=listed(failed),
            unknown_rules=listed(unknown),
            first_rule=first("rule_id"),
            first_fields=first("fields"),
            first_reason_zh=first("reason_zh"),
            first_reason_en=first("reason_en"),
        )
    )


def _prepared(parcels: pl.DataFrame, start: date | None) -> pl.DataFrame:
    """Add the columns that rows of a screening have, and what a start tells."""
    missing = [name for name in (*_PARCEL, *_START) if name not in parcels.columns]
    frame = parcels.with_columns(
        pl.lit(None, PARCEL_COLUMNS.get(name, pl.String)).alias(name) for name in missing
    )
    unnamed = pl.all_horizontal(pl.col(_START).is_null())
    texts = ("project_id", "stratum", "region_code")
    return (
        frame.with_columns(pl.col(name).cast(pl.Categorical) for name in texts)
        .with_columns(start_date=pl.when(unnamed).then(pl.lit(start)).otherwise("start_date"))
        .with_columns(pl.coalesce("start_year", pl.col("start_date").dt.year().cast(pl.Int64)))
    )


def _limits(pack: Pack, own: Iterable[OwnParameter]) -> dict[str, float]:
    """Return the figures that serve every parcel, by symbol."""
    rows = pack.tables["parameters"].filter(
        *(pl.col(name).is_null() for name in KEY_COLUMNS), pl.col("value").is_not_null()
    )
    found = dict(zip(rows["symbol"], rows["value"], strict=True))
    return found | {each.symbol: each.value for each in own}


def _of_rule(
    frame: pl.DataFrame, rule: Mapping[str, Any], limits: Mapping[str, float]
) -> pl.DataFrame:
    """Judge the parcels by one rule."""
    expression = parse(rule["expression"], rule["item_id"])
    fields = [name for name in expression.names if name in frame.columns or name not in limits]
    symbols = {name: limits[name] for name in expression.names if name not in fields}
    truths = truth_names(expression)
    values = frame.with_columns(
        *(_as_number(frame, name, truth=name in truths).alias(name) for name in fields),
        *(pl.lit(value).alias(name) for name, value in symbols.items()),
    ).with_columns(_truth=truth(expression))
    decided = deciding(expression, fields)
    values = values.with_columns(decided[name].alias(_decided(name)) for name in fields)
    limit = SEPARATOR.join(f"{name}={value:.15g}" for name, value in symbols.items())
    about = {name: rule[name] or "" for name in _ABOUT} | {
        "rule_id": rule["item_id"],
        "limit": limit or None,
        "locator": rule["locator"],
    }
    return Screening.cast(
        _with_bounds(values, expression, fields).select(
            *_PARCEL,
            *(pl.lit(value, pl.String).alias(name) for name, value in about.items()),
            outcome=pl.when("_truth")
            .then(pl.lit("pass"))
            .when(~pl.col("_truth"))
            .then(pl.lit("fail"))
            .otherwise(pl.lit("unknown")),
            fields=_joined(pl.when(_decided(name)).then(pl.lit(name)) for name in fields),
            found=_joined(pl.when(_decided(name)).then(_as_text(frame, name)) for name in fields),
            **{f"reason_{lang}": _reason(rule, lang) for lang in _OPEN},
        )
    )


def _with_bounds(values: pl.DataFrame, expression: Expression, fields: list[str]) -> pl.DataFrame:
    """Leave open what a value that may be larger would turn over."""
    for name, bound in LOWER_BOUNDS.items():
        if name not in fields or bound not in values.columns:
            continue
        most = values.with_columns(
            pl.when(bound).then(pl.lit(math.inf)).otherwise(name).alias(name)
        )
        turned = most.select(truth(expression)).to_series().ne_missing(values["_truth"])
        marks = [
            pl.when(turned)
            .then(pl.lit(other == name))
            .otherwise(_decided(other))
            .alias(_decided(other))
            for other in fields
        ]
        values = values.with_columns(*marks, pl.when(~turned).then("_truth").alias("_truth"))
    return values


def _reason(rule: Mapping[str, Any], lang: str) -> pl.Expr:
    """Return why a parcel does not pass."""
    refused, undecided = rule[f"reason_{lang}"] or "", _OPEN[lang] + (rule[f"title_{lang}"] or "")
    return (
        pl.when(~pl.col("_truth"))
        .then(pl.lit(refused))
        .when(pl.col("_truth").is_null())
        .then(pl.lit(undecided))
    )


def _decided(name: str) -> str:
    return f"_decided_{name}"


def _as_number(frame: pl.DataFrame, name: str, *, truth: bool) -> pl.Expr:
    """Return a field as rules take it; a date as the number yyyymmdd."""
    if frame.schema.get(name, pl.Null) == pl.Null:
        return pl.lit(None, pl.Boolean if truth else pl.Null)
    if frame.schema[name] != pl.Date:
        return pl.col(name)
    return pl.col(name).dt.to_string(_COMPACT).cast(pl.Int64)


def _as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_suffix(".0")
    if frame.schema.get(name) == pl.Date:
        return text.str.replace(_DAY, "$1-$2-$3")
    bound = LOWER_BOUNDS.get(name)
    if bound not in frame.columns:
        return text
    return pl.when(bound).then("≥" + text).otherwise(text)


def _joined(texts: Iterable[pl.Expr]) -> pl.Expr:
    given = list(texts)
    if not given:
        return pl.lit(None, pl.String)
    joined = pl.concat_str(given, separator=SEPARATOR, ignore_nulls=True)
    return pl.when(joined != "").then(joined)
