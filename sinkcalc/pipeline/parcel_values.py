"""Values of a table of parcels: what each cell says, and rows that cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import polars as pl

from sinkcalc.ccer.parcel import PARCEL_COLUMNS
from sinkcalc.coefficients.load import load_table
from sinkcalc.intake.days import day_of, year_of
from sinkcalc.intake.delivery import ROW
from sinkcalc.intake.parcel_columns import Found
from sinkcalc.intake.plot_checks import TOTALS
from sinkcalc.vocabulary import AGE_GROUPS, NOT_COUNTED_CLASSES, ORIGINS, VEGETATION_CLASSES

TEXTS: Final = ("reason_zh", "reason_en", "remedy_zh", "remedy_en")
REJECTED: Final = {
    "source_row": pl.Int64,
    "column_name": pl.String,
    "value": pl.String,
    "rule": pl.String,
    **dict.fromkeys(TEXTS, pl.String),
}
# words of the program itself, and what they are called in Chinese
_WORD_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "vegetation_class": VEGETATION_CLASSES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    "planted_form": ("arbor", "bamboo", "special_shrub", "other_shrub", "economic"),
}
_LAND_SURVEY: Final = "dlbm"
_FRACTION: Final = "_fraction"
# column -> rule of its bounds
_BOUNDS: Final = {
    "area_ha": "parcel_area",
    "longitude": "parcel_longitude",
    "latitude": "parcel_latitude",
}
_ONLY_YEAR: Final = r"^\d{4}([-/.年]\d{1,2}月?|年)?$"
# a dash is no kind of title, a dash or a word no number of one: not known
_TITLES: Final = {"tenure_kind": r"\p{L}", "tenure_number": r"\d|^none$"}

Species = Callable[[str], str | None]


@dataclass(frozen=True)
class Values:
    """Cells as read.

    Attributes
    ----------
    rows
        `_row` and the columns of `PARCEL_COLUMNS`; null is not known.
    rejected
        Rows set aside: `source_row`, `column_name`, `value`, `rule`, reason and remedy.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame


@cache
def parcel_rules() -> dict[str, dict[str, Any]]:
    """Return the checks of parcels by name."""
    return {row["rule"]: row for row in load_table("parcel_rules").rows.iter_rows(named=True)}


def read_values(
    rows: pl.DataFrame,
    bad: list[tuple[int, str]],
    found: Mapping[str, Found],
    regions: Mapping[str, str],
    species: Species,
) -> Values:
    """Read the cells of a table of parcels, and set aside rows that cannot be used.

    A row is set aside with the first rule that it breaks: a line that cannot be read, a total, no
    number or one used before, no area, a cell that is not what its column holds.

    Parameters
    ----------
    rows
        `_row` and the columns of the file as text; blank is null.
    bad
        Row and rule of the lines that cannot be read.
    regions
        Code or name of a county -> code of today.
    species
        Returns the words of a text that names species, None if it is none.
    """
    rejected: dict[int, tuple[str | None, str | None, str]] = {
        row: (None, None, "parcel_line") for row, _ in bad
    }
    text = rows.rename({one.header: column for column, one in found.items()}).select(
        ROW, *found, *(name for name in rows.columns if name.startswith("_") and name != ROW)
    )
    whole = pl.col("parcel_id").str.replace(r"^(\d+)\.0$", "$1")
    text = text.with_columns(whole.alias("parcel_id"))
    for column in found:
        totals = text.filter(pl.col(column).str.contains(TOTALS))
        for row, value in totals.select(ROW, column).iter_rows():
            rejected.setdefault(row, (column, value, "parcel_total_row"))
    read = text.select(ROW, *(pl.col(name) for name in text.columns if name.startswith("_geo")))
    for column, one in found.items():
        values, rule = _cell(text[column], one, regions, species)
        read = read.with_columns(values.alias(column))
        for row, value, broken in _broken(text, column, values, rule, one).iter_rows():
            rejected.setdefault(row, (column, value, broken))
    if "start_date" in found:
        read = read.with_columns(_start_year(read, text))
    if "non_forest_since" in found:
        # of a year alone, its last day: the latest that it can be
        year = year_of(pl.lit(text["non_forest_since"]))
        read = read.with_columns(pl.coalesce("non_forest_since", pl.date(year, 12, 31)))
    read = read.with_columns(
        pl.when(pl.col(name).str.contains(told)).then(name)
        for name, told in _TITLES.items()
        if name in found
    )
    read, against = _with_wetland(read, text)
    for row, value in against.iter_rows():
        rejected.setdefault(row, ("vegetation_class", value, "parcel_wetland"))
    kept = _unique(read, rejected)
    missing = [name for name in PARCEL_COLUMNS if name not in kept.columns]
    full = kept.with_columns(pl.lit(None, PARCEL_COLUMNS[name]).alias(name) for name in missing)
    ordered = full.select(
        ROW,
        *(pl.col(name).cast(kind) for name, kind in PARCEL_COLUMNS.items()),
        *(name for name in full.columns if name.startswith("_geo")),
    )
    return Values(ordered, _listed(rejected, found))


def _cell(
    text: pl.Series, one: Found, regions: Mapping[str, str], species: Species
) -> tuple[pl.Series, str]:
    """Return the values of a column, null where a cell says none, and the rule that it breaks."""
    kind = one.field.kind
    if kind == "number":
        number = text.cast(pl.Float64, strict=False)
        return number.set(~number.is_finite(), None) * one.factor, "parcel_not_a_number"
    if kind in ("year", "day"):
        expression = year_of if kind == "year" else day_of
        read = pl.select(expression(pl.lit(text.str.replace(r"^(\d+)\.0$", "$1")))).to_series()
        return read, f"parcel_{kind}"
    if kind == "text":
        words = _codes(one.field.code_sets)
        plain = text.str.replace(r"^(\d+)\.0$", "$1")
        return plain.replace(list(words), list(words.values())), "parcel_word"
    readers: dict[str, Callable[[str], Any]] = {
        "region": lambda value: regions.get(value.removesuffix(".0")),
        "species": species,
        "coded": partial(_word, codes=_codes(one.field.code_sets)),
        "flag": partial(_flag, codes=_codes(one.field.code_sets)),
    }
    known = readers[kind]
    dtype = pl.Boolean if kind == "flag" else pl.String
    told = {value: known(value) for value in text.drop_nulls().unique(maintain_order=True)}
    rule = {"region": "parcel_region", "species": "parcel_species"}.get(kind, "parcel_word")
    return text.replace_strict(told, default=None, return_dtype=dtype), rule


def _word(value: str, codes: Mapping[str, str]) -> str | None:
    return codes.get(value) or codes.get(value.removesuffix(".0"))


def _flag(value: str, codes: Mapping[str, str]) -> bool | None:
    word = codes.get(value) or codes.get(value.casefold()) or codes.get(value.removesuffix(".0"))
    return None if word is None else word == "true"


@cache
def _codes(sets: tuple[str, ...]) -> dict[str, str]:
    """Return code or word -> word, the first set first."""
    rows = load_table("code_sets").rows
    names = {row["word"]: row["zh"] for row in load_table("words").rows.iter_rows(named=True)}
    found: dict[str, str] = {}
    for name in sets:
        for word in _WORD_LISTS.get(name, ()):
            found.setdefault(word, word)
            if word in names:
                found.setdefault(names[word], word)
        listed = rows.filter((pl.col("code_set") == name) & pl.col("value").is_not_null())
        for code, value in listed.select("code", "value").iter_rows():
            found.setdefault(code, value)
    return found


def _broken(
    text: pl.DataFrame, column: str, values: pl.Series, rule: str, one: Found
) -> pl.DataFrame:
    """List the rows whose cell says nothing that the column holds: row, cell, rule."""
    given = pl.col(column)
    value = pl.lit(values)
    unread = given.is_not_null() & value.is_null()
    if one.field.kind == "day":
        unread &= ~given.str.contains(_ONLY_YEAR)
    tests = {rule: unread}
    if column in ("parcel_id", "area_ha"):
        tests = {"parcel_missing": given.is_null(), **tests}
    if one.field.kind == "number":
        name = _BOUNDS.get(column)
        if name is not None:
            bounds = parcel_rules()[name]
            low, high = float(bounds["min"]), float(bounds["max"])
            above = value > low if column == "area_ha" else value >= low
            tests[name] = ~(above & (value <= high))
        elif column.endswith(_FRACTION):
            bounds = parcel_rules()["parcel_fraction"]
            tests["parcel_fraction"] = ~value.is_between(float(bounds["min"]), float(bounds["max"]))
        else:
            tests["parcel_negative"] = value < 0
    broken = pl.coalesce(pl.when(test).then(pl.lit(name)) for name, test in tests.items())
    return text.select(ROW, given, broken.alias("rule")).drop_nulls("rule")


def _start_year(read: pl.DataFrame, text: pl.DataFrame) -> pl.Series:
    """Return the year of the start, from its date where no year is given."""
    given = read["start_year"] if "start_year" in read.columns else None
    dated = pl.select(year_of(pl.lit(text["start_date"]))).to_series().cast(pl.Int64)
    year = dated if given is None else given.cast(pl.Int64).fill_null(dated)
    return year.alias("start_year")


def _with_wetland(read: pl.DataFrame, text: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Mark land whose class is a wetland of the land survey, where the table does not say.

    Returns the rows, and row and class of those that are stated to be no wetland.
    """
    if "vegetation_class" not in text.columns:
        return read, text.head(0).select(ROW, pl.lit(None, pl.String).alias("value"))
    rows = load_table("code_sets").rows.filter(
        (pl.col("code_set") == _LAND_SURVEY)
        & pl.col("value").is_not_null()
        & ~pl.col("value").is_in(NOT_COUNTED_CLASSES)
    )
    wet = text["vegetation_class"].is_in(rows["code"].implode()).fill_null(value=False)
    told = pl.select(pl.when(pl.lit(wet)).then(pl.lit(value=True))).to_series()
    given = read["is_wetland"] if "is_wetland" in read.columns else told
    against = text.filter(wet & ~given.fill_null(value=True)).select(ROW, "vegetation_class")
    return read.with_columns(given.fill_null(told).alias("is_wetland")), against


def _unique(
    read: pl.DataFrame, rejected: dict[int, tuple[str | None, str | None, str]]
) -> pl.DataFrame:
    """Return the rows that are kept; of those with one number the first."""
    kept = read.filter(~pl.col(ROW).is_in(list(rejected)))
    again = kept.filter(~pl.col("parcel_id").is_first_distinct())
    for row, number in again.select(ROW, "parcel_id").iter_rows():
        rejected[row] = ("parcel_id", number, "parcel_duplicate")
    return kept.filter(pl.col("parcel_id").is_first_distinct())


def _listed(
    rejected: Mapping[int, tuple[str | None, str | None, str]], found: Mapping[str, Found]
) -> pl.DataFrame:
    listed = []
    for row, (column, value, rule) in sorted(rejected.items()):
        of_rule = parcel_rules()[rule]
        header = "" if column is None else found[column].header
        filled = {"header": header, "min": of_rule["min"] or "", "max": of_rule["max"] or ""}
        texts = {name: of_rule[name].format(**filled) for name in TEXTS}
        listed.append(
            {
                "source_row": row,
                "column_name": header or None,
                "value": value,
                "rule": rule,
                **texts,
            }
        )
    return pl.DataFrame(listed, schema=REJECTED)
