"""Headings and words of a project's workbook, in Chinese and English."""

import csv
from dataclasses import dataclass
from functools import cache

import polars as pl

from sinkcalc.coefficients.packs import INCLUDE, Pack, load_pdd_tables
from sinkcalc.resources import parameter_path

Both = tuple[str, str]
# labels and words of a carbon project stand before those of the same name elsewhere
_OWN = "ccer."


@cache
def _known(file: str, key: str) -> dict[str, Both]:
    with parameter_path(file).open(encoding="utf-8") as handle:
        return {row[key]: (row["zh"], row["en"]) for row in csv.DictReader(handle)}


def heading(name: str) -> Both:
    """Return what a column, an input or a parameter is called; its symbol if it has no label."""
    labels = _known("labels", "name")
    if name.startswith(INCLUDE) and _OWN + name not in labels:
        zh, en = word(name.removeprefix(INCLUDE))
        return f"是否计入{zh}(1 是,0 否)", f"{en} counted (1 yes, 0 no)"
    return labels.get(_OWN + name) or labels.get(name) or (name, name)


def word(value: str) -> Both:
    """Return a word of the vocabulary."""
    words = _known("words", "word")
    return words.get(_OWN + value) or words.get(value) or _species().get(value) or (value, value)


@cache
def _species() -> dict[str, Both]:
    with parameter_path("species").open(encoding="utf-8") as handle:
        rows = csv.DictReader(handle)
        return {row["species"]: (row["name_zh"], row["name_en"]) for row in rows}


@cache
def _counties() -> dict[str, Both]:
    with parameter_path("regions").open(encoding="utf-8") as handle:
        rows = csv.DictReader(handle)
        return {row["region_code"]: (row["name_zh"], row["name_en"]) for row in rows}


def county(code: str | None) -> str | None:
    """Return the code of a county with its names."""
    return None if code is None else " ".join([code, *_counties().get(code, ())])


def said(value: str | None) -> str:
    """Return a word in both languages, as one text."""
    if value is None:
        return ""
    zh, en = word(value)
    return zh if zh == en else f"{zh} {en}"


@dataclass(frozen=True)
class Design:
    """A table of the project design document: its title and its columns in order."""

    title: Both
    columns: dict[str, Both]


@cache
def design(table: str) -> Design:
    """Return the layout of a table of the project design document."""
    rows = list(load_pdd_tables().filter(pl.col("table") == table).iter_rows(named=True))
    zh, en, section = (rows[0][name] for name in ("table_title_zh", "table_title_en", "section"))
    return Design(
        (f"{section} {zh}", en),
        {row["column"]: (row["title_zh"], row["title_en"]) for row in rows},
    )


def symbol_titles(pack: Pack) -> dict[str, Both]:
    """Return what the pack calls its results and the inputs that it asks for."""
    rows = [
        row
        for name in ("inputs", "equations")
        for row in pack.tables[name].iter_rows(named=True)
        # curves of several forms give one figure, which has a label of its own
        if not row.get("form")
    ]
    return {row["symbol"]: (row["title_zh"], row["title_en"]) for row in rows}


def title_of(symbol: str, pack: Pack) -> Both:
    """Return what a symbol is called: by its pack, or else by the labels."""
    return symbol_titles(pack).get(symbol) or heading(symbol)
