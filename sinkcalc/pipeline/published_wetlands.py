"""Published figures of wetlands, which follow another list than the plan's."""

from typing import Any

import polars as pl

from sinkcalc.accounting.gross_production import COMPARED
from sinkcalc.accounting.judgement import assess
from sinkcalc.accounting.target import Observation, TargetRow
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.wetland_indicators import WETLAND_INDICATORS, Notes, WetlandYear, observe


def published_indicators() -> pl.DataFrame:
    """Return the published totals of wetlands, by indicator and year."""
    rows = load_table("published_totals").rows
    return (
        rows.filter(pl.col("quantity").is_in(WETLAND_INDICATORS))
        .with_columns(pl.col("year").cast(pl.Int32), pl.col("value").cast(pl.Float64))
        .sort("quantity", "year")
    )


def other_lists(
    targets: list[TargetRow], as_of: int | None = None, notes: Notes | None = None
) -> list[dict[str, Any]]:
    """Put the last published figure of another list beside each target of the city.

    Parameters
    ----------
    as_of
        Last year of publication to use; all if None.
    notes
        Gets what has to be known of these figures, in Chinese and English.

    Returns
    -------
    Fields of `Target` with the status `not_comparable`: no gap is formed between two lists.
    """
    published = published_indicators().to_dicts()
    out = []
    for target in targets:
        rows = [
            row
            for row in published
            if (row["quantity"], row["region_code"]) == (target.indicator, target.region_code)
            and row["definition"] != target.definition
            and (as_of is None or row["year"] <= as_of)
        ]
        if rows:
            last = rows[-1]
            out.append(_other_list(target, last))
            note = (last["note_zh"], last["note_en"])
            if notes is not None and all(note) and note not in notes:
                notes.append(note)
    return out


def _other_list(target: TargetRow, row: dict[str, Any]) -> dict[str, Any]:
    seen = Observation(row["year"], row["definition"], row["value"], None, simulated=False)
    return assess(target, [seen]) | {
        "target_id": f"{target.target_id}/{row['published_id']}",
        "definition": row["definition"],
        "status_reason": "other_list",
    }


def beside_published(years: list[WetlandYear]) -> list[dict[str, Any]]:
    """Put every published figure beside the survey of wetlands nearest in time, same definition.

    Returns
    -------
    Fields of `PublishedComparison`.
    """
    out = []
    for row in published_indicators().iter_rows(named=True):
        asked = TargetRow(
            indicator=row["quantity"],
            definition=row["definition"],
            unit=row["unit"],
            baseline_year=None,
            baseline_value=None,
            baseline_source=None,
            target_year=row["year"],
            target_value=row["value"],
            decimals=0,
            region_code=row["region_code"],
        )
        every, _ = observe(years, asked)
        seen = [one for one in every if one.definition == asked.definition]
        if seen:
            nearest = min(seen, key=lambda one: abs(one.survey - asked.target_year))
            out.append(
                {
                    **row,
                    "survey": nearest.survey,
                    "status": COMPARED,
                    "published_year": row["year"],
                    "published": row["value"],
                    "estimate": nearest.value,
                    "difference": nearest.value - row["value"],
                    "ratio": nearest.value / row["value"],
                    "method": "records",
                    "simulated": nearest.simulated,
                }
            )
    return out
