"""Where a series of surveys breaks: definitions, redrawn districts, code sets."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.land import current_counties, redrawn_districts
from sinkcalc.coefficients.load import load_table
from sinkcalc.schemas.series import Counted
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    FOREST_CATEGORIES,
    ORIGINS,
    SPECIES,
    VEGETATION_CLASSES,
    WETLAND_CLASSES,
)

DEFINITION: Final = "definition"
DISTRICTS: Final = "districts"
CODES: Final = "codes"
# grouping column -> coded column that it comes from
_CODED: Final = {
    "vegetation_class": "vegetation_class",
    "species_group": "species",
    "origin": "origin",
    "age_group": "age_group",
    "forest_category": "forest_category",
    "wetland_class": "wetland_class",
}
_EVERY_WORD: Final = {
    "vegetation_class": VEGETATION_CLASSES,
    "species": SPECIES,
    "origin": ORIGINS,
    "age_group": AGE_GROUPS,
    "forest_category": FOREST_CATEGORIES,
    "wetland_class": WETLAND_CLASSES,
}
_ECONOMIC: Final = "economic"


@dataclass(frozen=True)
class Break:
    """One reason why figures of two surveys are not one series, in both languages."""

    word: str
    zh: str
    en: str


@dataclass(frozen=True)
class Breaks:
    """Where the series of two surveys breaks.

    Attributes
    ----------
    surveys, definitions
        Of the earlier and the later survey.
    districts
        Districts whose borders were redrawn between the surveys -> those to add up with it.
    codes
        Grouping column -> words that one survey holds and the other had no code for, by the
        year of the survey that holds them.
    old_codes
        Abolished county codes that numbers of stands of the earlier survey begin with.
    """

    surveys: tuple[int, int]
    definitions: tuple[str, str]
    districts: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, Mapping[int, tuple[str, ...]]]
    old_codes: tuple[str, ...] = ()

    def touching(self, columns: Collection[str], regions: Collection[str]) -> list[Break]:
        """Say which breaks touch a table that is split by some columns.

        Parameters
        ----------
        columns
            Grouping columns, those of cells within the groups among them.
        regions
            County codes in the table.
        """
        found = []
        if self.definitions[0] != self.definitions[1]:
            found.append(_definition_break(self.surveys, self.definitions))
        moved = sorted(set(regions) & set(self.districts))
        if "region_code" in columns and moved:
            found.append(_district_break(moved, self.districts))
        found += [
            _code_break(column, words)
            for column, words in self.codes.items()
            if column in columns and words
        ]
        return found

    def of_both(self, first: pl.DataFrame, last: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Name both definitions in the rows of both estimates, so that they stand beside."""
        one, two = self.definitions
        if one == two:
            return first, last
        named = pl.lit(f"{one}/{two}").alias("definition")
        return first.with_columns(named), last.with_columns(named)

    def marked(self, rows: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
        """Name in `series_break` the breaks that touch each row, null where none does."""
        parts = []
        if self.definitions[0] != self.definitions[1]:
            parts.append(pl.lit(DEFINITION))
        if "region_code" in columns and self.districts:
            moved = pl.col("region_code").is_in(list(self.districts))
            parts.append(pl.when(moved).then(pl.lit(DISTRICTS)))
        if any(words and column in columns for column, words in self.codes.items()):
            parts.append(pl.lit(CODES))
        if not parts:
            return rows
        listed = pl.concat_str(parts, separator=" ", ignore_nulls=True)
        return rows.with_columns(pl.when(listed != "").then(listed).alias("series_break"))


def series_breaks(first: Counted, last: Counted) -> Breaks:
    """Find where the series of two surveys breaks.

    The definition breaks every figure. Districts that were redrawn break where one survey follows
    the borders before and the other those after. Codes break a split where one survey holds a
    word for which the other was read without a code: such records stand under another word there.
    """
    districts: dict[str, tuple[str, ...]] = {}
    for since, lands in redrawn_districts().items():
        if _before(first, since) and not _before(last, since):
            for land in lands.values():
                districts |= dict.fromkeys(land, land)
    codes = {
        column: _unsaid(column, first, last)
        for column, source in _CODED.items()
        if source in first.words and source in last.words and first.read and last.read
    }
    return Breaks(
        surveys=(first.survey, last.survey),
        definitions=(first.definition, last.definition),
        districts=districts,
        codes={column: words for column, words in codes.items() if words},
        old_codes=tuple(sorted(first.old_codes)),
    )


def border_series(counted: Counted, region_code: str) -> str:
    """Name the borders that the figures of a region follow in a survey.

    Empty for a region whose borders were not redrawn; else before or after the reform.
    """
    for since, lands in redrawn_districts().items():
        if any(region_code in land for land in lands.values()):
            return f"{'before' if _before(counted, since) else 'after'} {since}"
    return ""


def absent_counties(counted: Counted) -> list[str]:
    """Return the counties of today that a survey does not hold.

    Districts that a reform made are not missed in a survey that follows the borders before it.
    """
    rows = load_table("regions").rows
    to_come = {
        code
        for since in redrawn_districts()
        if _before(counted, since)
        for code in rows.filter(pl.col("valid_from") == since)["region_code"]
    }
    return sorted(set(current_counties()) - counted.regions - to_come)


def _before(counted: Counted, since: str) -> bool:
    """Tell whether a survey follows the borders before a reform.

    It does not where it has a district that the reform made; else it does where numbers of stands
    begin with a code that the reform abolished, or where it is older than the reform.
    """
    rows = load_table("regions").rows
    made = set(rows.filter(pl.col("valid_from") == since)["region_code"])
    gone = set(rows.filter(pl.col("valid_to") == since)["region_code"])
    if counted.regions & made:
        return False
    if counted.old_codes & gone:
        return True
    return counted.survey < int(since.partition("-")[0])


def _unsaid(column: str, first: Counted, last: Counted) -> dict[int, tuple[str, ...]]:
    found = {}
    for one, other in ((first, last), (last, first)):
        words = _grouped(column, one.words[_CODED[column]].used) - _sayable(column, other)
        if words:
            found[one.survey] = tuple(sorted(words))
    return found


def _sayable(column: str, counted: Counted) -> frozenset[str]:
    """Return the words that a survey could hold: those of its code sets, and those it does hold."""
    source = _CODED[column]
    recorded = counted.words[source]
    sets = load_table("code_sets").rows
    words = set(recorded.used)
    for name in recorded.code_sets:
        if not name:
            words |= set(_EVERY_WORD[source])
        # codes of a profile's own stand before the name of the set: 421=birch+… + di_lei_3
        for part in name.split(" + "):
            words |= set(sets.filter(pl.col("code_set") == part)["value"].drop_nulls())
            words |= {entry.partition("=")[2] for entry in part.split("+")}
    if column == "vegetation_class" and counted.economic:
        words.add(_ECONOMIC)
    return _grouped(column, words)


def _grouped(column: str, words: Collection[str]) -> frozenset[str]:
    """Turn species into their groups, which is what a table is split by."""
    if column != "species_group":
        return frozenset(words)
    groups = dict(species_groups().select("species", "species_group").iter_rows())
    return frozenset(groups.get(word, word) for word in words if word)


def _definition_break(surveys: tuple[int, int], names: tuple[str, str]) -> Break:
    (one, two), (first, last) = surveys, names
    return Break(
        DEFINITION,
        zh=f"{one} 年为口径 {first},{two} 年为 {last}:口径不同的系列不能相减",
        en=f"survey {one} follows definition {first}, {two} {last}: "
        "figures of different definitions are not subtracted",
    )


def _district_break(moved: list[str], districts: Mapping[str, tuple[str, ...]]) -> Break:
    names = dict(load_table("regions").rows.select("region_code", "name_zh").iter_rows())
    listed = ", ".join(f"{code} {names[code]}" for code in moved)
    lands = sorted({districts[code] for code in moved})
    added_zh = ";".join(" + ".join(names[code] for code in land) for land in lands)
    added_en = "; ".join(" + ".join(land) for land in lands)
    return Break(
        DISTRICTS,
        zh=f"{listed} 的界线在两期之间改划,前期数据没有乡镇界不能拆分:分县之差含划入划出的面积。"
        f"请不用 --by region,或把这些区相加后再比:{added_zh}",
        en=f"the borders of {listed} were redrawn between the surveys, and the earlier records are "
        "not cut along the new ones: differences by county hold land that changed hands. Leave "
        f"--by region out, or add these districts up before you compare: {added_en}",
    )


def _code_break(column: str, words: Mapping[int, tuple[str, ...]]) -> Break:
    zh = ";".join(
        f"{year} 年有 {', '.join(names)},另一期的代码表没有" for year, names in words.items()
    )
    en = "; ".join(
        f"{year} holds {', '.join(names)}, for which the other survey has no code"
        for year, names in words.items()
    )
    return Break(
        CODES,
        zh=f"两期 {column} 的代码表不同:{zh}。按此列分组的变化部分出于改码。"
        "请不按此列分组,或用同样的代码表重新入库",
        en=f"the codes of {column} differ between the surveys: {en}. A change split by it is "
        "partly one of codes. Do not split by it, or load both surveys by the same code set",
    )
