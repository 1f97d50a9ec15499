"""Headings and words of a project's workbook, in Chinese and English."""

import csv
from functools import cache

from sinkcalc.resources import parameter_path

Both = tuple[str, str]
# labels of a carbon project stand before those of the same name elsewhere
_OWN = "ccer."
_INCLUDE = "include_"


@cache
def _known(file: str, key: str) -> dict[str, Both]:
    with parameter_path(file).open(encoding="utf-8") as handle:
        return {row[key]: (row["zh"], row["en"]) for row in csv.DictReader(handle)}


def heading(name: str) -> Both:
    """Return what a column, an input or a parameter is called; its symbol if it has no label."""
    labels = _known("labels", "name")
    if name.startswith(_INCLUDE) and _OWN + name not in labels:
        zh, en = word(name.removeprefix(_INCLUDE))
        return f"是否计入{zh}(1 是,0 否)", f"{en} counted (1 yes, 0 no)"
    return labels.get(_OWN + name) or labels.get(name) or (name, name)


def word(value: str) -> Both:
    """Return a word of the vocabulary."""
    return _known("words", "word").get(value) or _species().get(value) or (value, value)


@cache
def _species() -> dict[str, Both]:
    with parameter_path("species").open(encoding="utf-8") as handle:
        rows = csv.DictReader(handle)
        return {row["species"]: (row["name_zh"], row["name_en"]) for row in rows}


def said(value: str | None) -> str:
    """Return a word in both languages, as one text."""
    if value is None:
        return ""
    zh, en = word(value)
    return zh if zh == en else f"{zh} {en}"


def design_headings(table: str, *columns: str) -> list[Both]:
    """Return the headings of a table of the project design document."""
    return [heading(f"{table}.{column}") for column in columns]
