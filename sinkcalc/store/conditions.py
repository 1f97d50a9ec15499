"""Conditions that a user writes over the columns of one table: nothing else gets into a query."""

from typing import Any, Final

import duckdb

from sinkcalc.errors import UsageProblem
from sinkcalc.store.syntax import TooDeep, parts, syntax_tree

_PARTS: Final = (
    "COLUMN_REF",
    "CONSTANT",
    "COMPARISON",
    "CONJUNCTION",
    "OPERATOR",
    "BETWEEN",
    "CAST",
    "CASE",
    "FUNCTION",
)
_FUNCTIONS: Final = (
    *("+", "-", "*", "/", "//", "%", "||"),
    *("~~", "!~~", "~~*", "!~~*"),
    *("abs", "round", "floor", "ceil", "least", "greatest"),
    *("lower", "upper", "trim", "length", "left", "right", "substring", "substr"),
    *("contains", "starts_with", "prefix", "suffix", "ends_with"),
    *("regexp_matches", "regexp_full_match"),
)
# where a part stands in the text says nothing of what it is
_LOCATION: Final = "query_location"


def forbid_files(con: duckdb.DuckDBPyConnection, *settings: str) -> None:
    """Keep a connection from files, networks and extensions, until it is closed.

    Parameters
    ----------
    settings
        Such as `errors_as_json = true`, made before no setting can be changed any more.
    """
    for setting in ("enable_external_access = false", *settings, "lock_configuration = true"):
        con.execute(f"SET {setting}")


def checked_condition(con: duckdb.DuckDBPyConnection, where: str, table: str) -> str:
    """Return a condition in brackets, once it is one expression over the columns of a table.

    Columns, constants, comparisons, and, or, not, in, between, like, case, casts, arithmetic and
    functions of texts and numbers; no statement, subquery, file, parameter or other function.

    Raises
    ------
    UsageProblem
        If it is anything else, or no SQL.
    """
    found = _parsed(con, where, table)
    plain = _parsed(con, "true", table)
    condition = found.pop("where_clause")
    plain.pop("where_clause")
    if _without_places(found) != _without_places(plain):
        raise _refused(where, "不是单个条件", "it is not one condition")
    for part in parts(condition):
        name = part.get("function_name")
        if part.get("class", _PARTS[0]) not in _PARTS or (
            name is not None and name not in _FUNCTIONS
        ):
            shown = name or str(part["class"]).casefold()
            raise _refused(where, f"其中的 {shown} 不允许使用", f"{shown} in it is not allowed")
    return f"({where}\n)"


def _parsed(con: duckdb.DuckDBPyConnection, where: str, table: str) -> dict[str, Any]:
    statement = f"SELECT 1 FROM {table} WHERE ({where}\n)"
    try:
        parsed = syntax_tree(con, statement)
    except TooDeep:
        raise _refused(where, "嵌套太深", "it is nested too deeply") from None
    if parsed["error"] or len(parsed["statements"]) != 1:
        reason = str(parsed.get("error_message", "more than one statement")).splitlines()[0]
        raise _refused(where, reason, reason)
    node: dict[str, Any] = parsed["statements"][0]["node"]
    if "where_clause" not in node:
        raise _refused(where, "不是单个条件", "it is not one condition")
    return node


def _without_places(part: object) -> object:
    if isinstance(part, dict):
        return {key: _without_places(value) for key, value in part.items() if key != _LOCATION}
    return [_without_places(value) for value in part] if isinstance(part, list) else part


def _refused(where: str, zh: str, en: str) -> UsageProblem:
    return UsageProblem(
        zh=f"条件 {where!r} 不能用:{zh}。只写对列的一个条件,如 "
        "\"vegetation_class = 'non_forest' AND region_code = '330112'\"",
        en=f"the condition {where!r} is not usable: {en}. Write one condition over the columns, as "
        "\"vegetation_class = 'non_forest' AND region_code = '330112'\"",
    )
