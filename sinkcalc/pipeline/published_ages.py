"""Where published densities of carbon fall with age, which a growth curve cannot."""

from itertools import pairwise

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.vocabulary import AGE_GROUPS


def published_by_age() -> pl.DataFrame:
    """Return the published carbon of the tree layer by type, origin and age group.

    Returns
    -------
    `type` (species or species group, `all` for the weighted mean), `origin`, then a column an age
    group, t C/ha, null where there is no figure; `falls`: whether a figure is below that of the
    age group before it.
    """
    rows = (
        load_table("tree_carbon")
        .rows.filter(pl.col("symbol") == "tree_carbon")
        .drop_nulls(["origin", "age_group"])
        .with_columns(
            pl.coalesce("species", "species_group", pl.lit("all")).alias("type"),
            pl.col("value").cast(pl.Float64),
        )
        .pivot("age_group", index=["type", "origin"], values="value", maintain_order=True)
        .select("type", "origin", *AGE_GROUPS)
    )
    falls = [bool(_falls(row)) for row in rows.iter_rows(named=True)]
    return rows.with_columns(pl.Series("falls", falls, pl.Boolean))


def falls_with_age() -> pl.DataFrame:
    """Return every fall from an age group to the next one with a figure.

    Returns
    -------
    `type`, `origin`, `age_from`, `value_from`, `age_to`, `value_to` (t C/ha).
    """
    found = [
        (row["type"], row["origin"], *fall)
        for row in published_by_age().iter_rows(named=True)
        for fall in _falls(row)
    ]
    return pl.DataFrame(
        found,
        schema={
            "type": pl.String,
            "origin": pl.String,
            "age_from": pl.String,
            "value_from": pl.Float64,
            "age_to": pl.String,
            "value_to": pl.Float64,
        },
        orient="row",
    )


def _falls(row: dict[str, float | None]) -> list[tuple[str, float, str, float]]:
    known = [(group, value) for group in AGE_GROUPS if (value := row[group]) is not None]
    return [(*before, *after) for before, after in pairwise(known) if after[1] < before[1]]
