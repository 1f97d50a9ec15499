"""Words for groups of samples: those that an estimate knows, and others."""

from functools import cache

import polars as pl

from sinkcalc.coefficients.load import load_table


@cache
def group_words() -> dict[str, str]:
    """Return name in any language -> word of a species group or species.

    A species goes by its word, its Chinese, English and Latin name, a group by its word and the
    names of the group.
    """
    species = load_table("species").rows
    groups = species["species_group"].unique()
    words = load_table("words").rows.filter(pl.col("word").is_in(groups.implode()))
    rows = [
        *words.select("word", "zh", "en").iter_rows(),
        *species.select("species", "name_zh", "name_en", "latin").iter_rows(),
    ]
    return {name.casefold(): row[0] for row in rows for name in row if name}


@cache
def served_groups() -> frozenset[str]:
    """Return the groups whose models an estimate can use."""
    return frozenset(group_words().values())


def as_words(groups: pl.Series) -> pl.Series:
    """Turn names of species and groups into words of the program; others stay as they are."""
    known = group_words()
    return pl.Series(
        groups.name,
        [None if name is None else known.get(name.casefold(), name) for name in groups],
        pl.String,
    )
