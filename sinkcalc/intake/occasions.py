"""Files that stack several occasions of permanent plots, and plots of several tally areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.column_rules import ColumnRule, parse_rule

# what an occasion may say otherwise; the column is the same
_OWN_KEYS: Final = {"unit", "empty", "code_set", "codes"}


@dataclass(frozen=True)
class Occasions:
    """Which column tells the occasion, and what is written otherwise on some of them.

    Attributes
    ----------
    header
        Column of the delivery; empty where the file lacks it.
    usual
        Rules of the columns that any occasion says otherwise.
    columns
        Occasion -> stored column -> rule.
    """

    header: str
    usual: Mapping[str, ColumnRule]
    columns: Mapping[str, Mapping[str, ColumnRule]]

    def rules(self, occasion: str) -> dict[str, ColumnRule]:
        """Return the rules of an occasion for every column that any of them says otherwise."""
        return {**self.usual, **self.columns.get(occasion, {})}


@dataclass(frozen=True)
class TallyArea:
    """Area on which trees of a diameter and more are tallied, up to the next one."""

    min_dbh_cm: float
    area_ha: float


def parse_occasions(
    entry: dict[str, Any] | None, columns: Mapping[str, Any], path: Path
) -> Occasions | None:
    """Read `[occasions]`.

    Parameters
    ----------
    columns
        Entries of `[columns]`, which those of an occasion go before.

    Raises
    ------
    UsageProblem
        If the header is missing, or a column is not one of `[columns]`.
    """
    if entry is None:
        return None
    own = {name: part for name, part in entry.items() if name != "header"}
    parts = {
        str(name): part["columns"]
        for name, part in own.items()
        if isinstance(part, dict) and set(part) == {"columns"} and isinstance(part["columns"], dict)
    }
    fine = all(
        isinstance(rule, dict) and column in columns and set(rule) <= _OWN_KEYS
        for part in parts.values()
        for column, rule in part.items()
    )
    if not fine or len(parts) < len(own) or not isinstance(entry.get("header"), str):
        keys = ", ".join(sorted(_OWN_KEYS))
        raise UsageProblem(
            zh=f'配置 {path}:[occasions] 需要 header = "列名";'
            f"[occasions.期.columns] 中写 [columns] 里已有的列,只能改 {keys}",
            en=f'profile {path}: [occasions] needs header = "COLUMN"; under '
            f"[occasions.NAME.columns] write columns of [columns], with no keys but {keys}",
        )
    rules = {
        name: {
            column: parse_rule(column, columns[column] | rule, path) for column, rule in p.items()
        }
        for name, p in parts.items()
    }
    said = {column for part in rules.values() for column in part}
    usual = {column: parse_rule(column, columns[column], path) for column in sorted(said)}
    return Occasions(entry["header"], usual, rules)


def parse_tally(entries: list[Any], path: Path) -> tuple[TallyArea, ...]:
    """Read `[[tally]]`, in the order of the diameters.

    Raises
    ------
    UsageProblem
        If an entry is no pair of numbers, an area is not above zero, or a diameter is there twice.
    """
    fields = ("min_dbh_cm", "area_ha")
    fine = all(
        isinstance(entry, dict)
        and set(entry) == set(fields)
        and all(isinstance(entry[f], int | float) and entry[f] >= 0 for f in fields)
        and entry["area_ha"] > 0
        for entry in entries
    )
    if not fine or len({entry["min_dbh_cm"] for entry in entries}) < len(entries):
        raise UsageProblem(
            zh=f"配置 {path}:每个 [[tally]] 须为 min_dbh_cm(不小于 0)与 area_ha(大于 0)两个数,"
            "胸径不得重复",
            en=f"profile {path}: each [[tally]] must be the two numbers min_dbh_cm (0 or more) and "
            "area_ha (above 0), and no diameter may be there twice",
        )
    areas = (TallyArea(float(e["min_dbh_cm"]), float(e["area_ha"])) for e in entries)
    return tuple(sorted(areas, key=lambda area: area.min_dbh_cm))
