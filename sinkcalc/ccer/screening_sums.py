"""Parcels counted by the outcome of a screening."""

from typing import Final

import polars as pl

from sinkcalc.schemas.ccer import SEPARATOR, RuleSummary
from sinkcalc.vocabulary import SCREENING_OUTCOMES

# of areas in ha, as they are stored
_DECIMALS: Final = 4
_COUNTS: Final = dict(zip(SCREENING_OUTCOMES, ("passed", "failed", "unknown"), strict=True))
_ABOUT: Final = (
    "title_zh",
    "title_en",
    "limit",
    "evidence",
    "source_id",
    "locator",
)
_REASONS: Final = ("reason_zh", "reason_en")


def by_rule(screening: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count parcels and add up their areas by rule, and over all rules together.

    Parameters
    ----------
    screening
        Rows of `Screening`.
    outcomes
        Rows of `ParcelOutcome` of the same parcels.

    Returns
    -------
    Rows of `RuleSummary` in the order of the rules; last the row without a rule, over all rules:
    eligible, refused and not decided parcels.
    """
    rules = screening.group_by("rule_id", maintain_order=True).agg(
        *(pl.col(name).first() for name in _ABOUT),
        *(pl.col(name).filter(pl.col("outcome") == "fail").first() for name in _REASONS),
        **_sums(),
    )
    first = outcomes.group_by(pl.col("first_rule").alias("rule_id"), maintain_order=True).agg(
        first_failed=(pl.col("outcome") == "fail").sum(),
        first_unknown=(pl.col("outcome") == "unknown").sum(),
    )
    counted = rules.join(first, on="rule_id", how="left", maintain_order="left")
    everything = outcomes.select(
        title_zh=pl.lit("全部条款"), title_en=pl.lit("all rules"), **_sums()
    ).with_columns(first_failed="failed", first_unknown="unknown")
    rows = counted.with_columns(
        pl.col("^first_.*$").fill_null(0), pl.col(pl.Categorical).cast(pl.String)
    )
    return RuleSummary.cast(pl.concat([rows, everything], how="diagonal_relaxed"))


def missing_fields(screening: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Count for each field the parcels that are not decided because it is not known.

    Returns
    -------
    `field`, `parcels`, in the order in which the rules name the fields.
    """
    undecided = outcomes.filter(pl.col("outcome") == "unknown").select("parcel_id")
    lacking = screening.filter(pl.col("outcome") == "unknown").join(
        undecided, on="parcel_id", how="semi", maintain_order="left"
    )
    return (
        lacking.select("parcel_id", field=pl.col("fields").cast(pl.String).str.split(SEPARATOR))
        .explode("field")
        .unique(maintain_order=True)
        .group_by("field", maintain_order=True)
        .agg(parcels=pl.len())
    )


def _sums() -> dict[str, pl.Expr]:
    found = {}
    for outcome, name in _COUNTS.items():
        chosen = pl.col("outcome") == outcome
        found[name] = chosen.sum()
        found[f"{name}_ha"] = pl.col("area_ha").filter(chosen).sum().round(_DECIMALS)
    return found
