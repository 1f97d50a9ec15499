"""Where one stored column comes from, as a profile declares it."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem
from sinkcalc.intake.kinds import TableKind
from sinkcalc.intake.words import WORDS
from sinkcalc.units import NUMERIC_COLUMNS, factor_to_stored
from sinkcalc.vocabulary import VEGETATION_CLASSES, WETLAND_CLASSES

_RULE_KEYS: Final = {
    "header",
    "unit",
    "code_set",
    "codes",
    "classes",
    "unknown",
    "empty",
    "first",
    "with_scattered",
}


@dataclass(frozen=True)
class ColumnRule:
    """Where one stored column comes from.

    Attributes
    ----------
    header
        Column of the delivery.
    unit, factor
        Unit of the delivery and its factor to the stored unit (numbers only).
    code_set
        Name in `code_sets.csv`; None where the delivery writes this program's words.
    codes
        Codes of the delivery's own, code -> word; they go before the code set.
    classes
        Vegetation or wetland classes in which the column is read; empty for all.
    empty
        Texts that mean that nothing is recorded.
    first
        Number of leading characters that are read, as of a code that begins with the county's;
        0 for all.
    unknown
        What an unknown code is: an error if empty; else it reads as empty, and is told (`warn`)
        or not (`ignore`).
    with_scattered
        The volume per hectare holds that of the scattered trees too.
    """

    header: str
    unit: str = ""
    factor: float = 1.0
    code_set: str | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    unknown: str = ""
    first: int = 0
    with_scattered: bool = False


def parse_rule(column: str, entry: dict[str, Any], path: Path) -> ColumnRule:
    """Read one line of `[columns]`.

    Raises
    ------
    UsageProblem
        If a key, unit, code set or word is not known.
    """
    unknown = sorted(set(entry) - set(_RULE_KEYS)) if isinstance(entry, dict) else []
    if unknown:
        near = difflib.get_close_matches(unknown[0], _RULE_KEYS, n=1)
        hint = near[0] if near else ", ".join(sorted(_RULE_KEYS))
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 中不认识的键 {unknown[0]};是否指 {hint}?",
            en=f"profile {path}: column {column} has the key {unknown[0]}, which is not known; "
            f"did you mean {hint}?",
        )
    if (
        not isinstance(entry, dict)
        or "header" not in entry
        or set(entry.get("classes", ())) - {*VEGETATION_CLASSES, *WETLAND_CLASSES}
        or entry.get("unknown", "ignore") not in ("ignore", "warn")
        or not isinstance(entry.get("codes", {}), dict)
        or not isinstance(entry.get("empty", []), list)
        or not isinstance(entry.get("first", 0), int)
        or not isinstance(entry.get("with_scattered", False), bool)
    ):
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 需要 header;"
            'classes 须为植被或湿地类别,codes 为 { 代码 = "词" },empty 为列表,first 为整数,'
            'unknown 只能是 "ignore" 或 "warn"',
            en=f"profile {path}: column {column} needs a header; "
            "classes are vegetation or wetland classes, "
            'codes is { code = "word" }, empty a list, first a whole number, '
            'unknown can only be "ignore" or "warn"',
        )
    codes = {str(k): str(v) for k, v in entry.get("codes", {}).items()}
    code_set = entry.get("code_set")
    _require_words(column, code_set, codes, path)
    numeric = column in NUMERIC_COLUMNS
    return ColumnRule(
        header=str(entry["header"]),
        unit=str(entry.get("unit", "")),
        factor=factor_to_stored(column, str(entry.get("unit", "")), path) if numeric else 1.0,
        code_set=code_set,
        codes=codes,
        classes=tuple(entry.get("classes", ())),
        empty=tuple(map(str, entry.get("empty", ()))),
        unknown=str(entry.get("unknown", "")),
        first=int(entry.get("first", 0)),
        with_scattered=entry.get("with_scattered", False),
    )


def _words(column: str) -> set[str]:
    return set(WORDS.get(column, ())) | {""}


@cache
def _fitting_sets(column: str) -> list[str]:
    """Return the code sets that mean nothing but words of a column, by name."""
    words = _words(column)
    sets = load_table("code_sets").rows.group_by("code_set").agg(pl.col("value").fill_null(""))
    return sorted(name for name, values in sets.iter_rows() if set(values) <= words)


def _require_words(column: str, code_set: str | None, codes: Mapping[str, str], path: Path) -> None:
    """Refuse codes that mean nothing this column can hold."""
    words = _words(column)
    fitting = _fitting_sets(column)
    if code_set is not None and code_set not in fitting:
        listed = ", ".join(map(str, fitting)) or "–"
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 没有代码表 {code_set};可用:{listed}",
            en=f"profile {path}: there is no code set {code_set} for column {column}; use {listed}",
        )
    wrong = [f"{code} = {word}" for code, word in codes.items() if word not in words]
    if wrong:
        listed = ", ".join(sorted(words - {""})) or "–"
        raise UsageProblem(
            zh=f"配置 {path}:列 {column} 的 codes 中 {', '.join(wrong)} 不是可用的词;可用:{listed}",
            en=f"profile {path}: in codes of column {column}, {', '.join(wrong)} is no word of the "
            f"column; use {listed}",
        )


def require_classes(columns: Mapping[str, ColumnRule], kind: TableKind, path: Path) -> None:
    """Refuse `classes` that no row of the table can be of.

    Raises
    ------
    UsageProblem
        With the classes of the table.
    """
    known = WORDS.get(kind.class_column, ())
    for column, rule in columns.items():
        wrong = [name for name in rule.classes if name not in known]
        if wrong:
            listed = ", ".join(known) or "–"
            raise UsageProblem(
                zh=f"配置 {path}:列 {column} 的 classes 中 {wrong[0]} 不是 {kind.name} 的类别;"
                f"可用:{listed}",
                en=f"profile {path}: {wrong[0]} in classes of column {column} is no class of "
                f"{kind.name}; use {listed}",
            )
