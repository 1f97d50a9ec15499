"""Words that a user's file may use for counties, species, origins and age groups."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sinkcalc.coefficients.load import load_table
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS


@cache
def region_words() -> dict[str, str]:
    """Return the counties of today by code and by name, those of old by what they are now."""
    rows = load_table("regions").rows.filter(
        load_table("regions").rows["kind"].is_in(["city", "test"]).not_()
    )
    now = {
        row["region_code"]: row["successor_code"] or row["region_code"]
        for row in rows.iter_rows(named=True)
    }
    named = {row["name_zh"]: row["region_code"] for row in rows.iter_rows(named=True)}
    return now | {name: now[code] for name, code in named.items()}


@cache
def species_words() -> dict[str, str]:
    """Return the species of arbor forest by word and Chinese name."""
    rows = [row for row in load_table("species").rows.iter_rows(named=True) if _is_arbor(row)]
    return {row["species"]: row["species"] for row in rows} | {
        row["name_zh"]: row["species"] for row in rows
    }


@cache
def all_species_words() -> dict[str, str]:
    """Return every species, bamboo among them, by word and Chinese name."""
    rows = list(load_table("species").rows.iter_rows(named=True))
    return {row["species"]: row["species"] for row in rows} | {
        row["name_zh"]: row["species"] for row in rows
    }


@cache
def bamboo_words() -> dict[str, str]:
    """Return the species of bamboo by word and Chinese name."""
    arbor = species_words()
    return {name: word for name, word in all_species_words().items() if name not in arbor}


@cache
def group_words() -> dict[str, str]:
    """Return the species groups of arbor forest by word and Chinese name."""
    rows = [row for row in load_table("species").rows.iter_rows(named=True) if _is_arbor(row)]
    return _with_names(dict.fromkeys(row["species_group"] for row in rows))


def origin_words() -> dict[str, str]:
    """Return the origins by word and Chinese name."""
    return _with_names(ORIGINS)


def age_group_words() -> dict[str, str]:
    """Return the age groups by word and Chinese name."""
    return _with_names(AGE_GROUPS)


def _is_arbor(row: dict[str, Any]) -> bool:
    return str(row["species_group"]) != "bamboo"


def _with_names(words: Iterable[str]) -> dict[str, str]:
    names = {row["word"]: row["zh"] for row in load_table("words").rows.iter_rows(named=True)}
    listed = list(words)
    return {word: word for word in listed} | {names[word]: word for word in listed}
