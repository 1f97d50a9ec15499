"""What of SQL a stranger may ask: one statement that reads, over the database's own tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import duckdb

from sinkcalc.errors import SinkcalcError, UsageProblem, did_you_mean
from sinkcalc.resources import sql_dir
from sinkcalc.store.ask_errors import LIST, refused, said_by_duckdb, too_deep
from sinkcalc.store.syntax import Part, TooDeep, parts, syntax_tree
from sinkcalc.store.views import SCHEMA

# parts of a statement that are no expressions: queries, sources of rows, modifiers, orders, types
_NODES: Final = (
    *("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"),
    *("BASE_TABLE", "TABLE_FUNCTION", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "EMPTY", "PIVOT"),
    "SHOW_REF",
    *("ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"),
    *("ASCENDING", "DESCENDING", "ORDER_DEFAULT"),
    *("UNBOUND_TYPE_INFO", "DECIMAL_TYPE_INFO", "LIST_TYPE_INFO", "STRUCT_TYPE_INFO"),
    *("ENUM_TYPE_INFO", "ARRAY_TYPE_INFO", "GENERIC_TYPE_INFO", "STRING_TYPE_INFO"),
)
_EXPRESSIONS: Final = (
    *("COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CAST", "CASE"),
    *("FUNCTION", "WINDOW", "SUBQUERY", "STAR", "LAMBDA", "LAMBDA_REF", "POSITIONAL_REFERENCE"),
    *("COLLATE", "TYPE"),
)
# lists of tables and columns that show nothing else
_CATALOGUE: Final = {
    "information_schema": ("tables", "columns", "schemata", "views"),
    "": ("duckdb_columns", "duckdb_tables", "duckdb_views", "duckdb_constraints"),
}
_SHOWN: Final = ('"tables"', "__show_tables_expanded")
# no name of a file or a place in a network
_NAME: Final = re.compile(r"\w+")
_SECTION: Final = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True)
class _Known:
    """What the database has: its own name, tables by schema, macros of the views."""

    catalogue: str
    tables: frozenset[tuple[str, str]]
    macros: frozenset[str]


def checked_statement(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return a statement without its semicolon, once it is one that reads and nothing else.

    SELECT, FROM, WITH, VALUES, TABLE, DESCRIBE, SHOW TABLES and SUMMARIZE, over tables and views
    of the database and functions of the shipped list. DuckDB's parser makes the tree that is
    judged, so that spelling, comments, nesting and signs of other scripts hide nothing.

    Raises
    ------
    UsageProblem
        If it is anything else, or no SQL; says what of it is not allowed.
    """
    try:
        tree = syntax_tree(con, text)
    except TooDeep:
        raise too_deep() from None
    except duckdb.Error as error:
        raise said_by_duckdb(error, text) from None
    if tree["error"]:
        raise _not_read(con, tree, text)
    count = len(tree["statements"])
    if count != 1:
        raise (
            refused("没有语句", "there is no statement")
            if count == 0
            else refused(
                f"有 {count} 条语句,一次只运行一条",
                f"there are {count} statements; one at a time is run",
            )
        )
    _check(tree["statements"], _known(con), allowed_functions())
    found = con.extract_statements(text)
    if len(found) != 1 or found[0].type != duckdb.StatementType.SELECT:
        raise refused("它不只是读取", "it does more than read")
    return _without_semicolon(text)


@cache
def allowed_functions() -> dict[str, frozenset[str]]:
    """Return the functions of the shipped list: `functions` anywhere, `tables` after FROM."""
    lists: dict[str, list[str]] = {}
    names: list[str] = []
    for line in (sql_dir() / "functions.txt").read_text(encoding="utf-8").splitlines():
        section = _SECTION.fullmatch(line)
        if section is not None:
            names = lists.setdefault(section[1], [])
        elif not line.startswith("#"):
            names.extend(line.split())
    return {name: frozenset(map(str.lower, listed)) for name, listed in lists.items()}


def _check(tree: object, known: _Known, allowed: dict[str, frozenset[str]]) -> None:
    own = frozenset(_own_names(tree))
    after_from = {
        id(part["function"]) for part in parts(tree) if part.get("type") == "TABLE_FUNCTION"
    }
    for part in parts(tree):
        _check_kind(part)
        name = part.get("function_name")
        if name is not None:
            listed = allowed["tables" if id(part) in after_from else "functions"]
            if not (name.lower() in listed or _is_macro(part, known)):
                raise _function_not_allowed(name)
        elif id(part) in after_from:
            raise _not_allowed(str(part.get("type")).lower())
        if part.get("type") == "BASE_TABLE":
            _check_table(part, known, own)
        elif part.get("type") == "SHOW_REF":
            _check_shown(part)


def _check_kind(part: Part) -> None:
    kind, place = part.get("class"), part.get("type")
    if kind == "PARAMETER":
        raise refused("其中有参数;请把值写进去", "it has parameters: write the values themselves")
    if kind is not None:
        if kind not in _EXPRESSIONS:
            raise _not_allowed(str(kind).lower())
    elif isinstance(place, str) and place not in _NODES:
        raise _not_allowed(place.lower())


def _own_names(tree: object) -> Iterator[str]:
    """Yield the names that the statement gives to its own queries."""
    for part in parts(tree):
        entries = part["cte_map"]["map"] if isinstance(part.get("cte_map"), dict) else []
        names = [entry["key"] for entry in entries]
        if part.get("type") in ("RECURSIVE_CTE_NODE", "CTE_NODE"):
            names.append(part["cte_name"])
        yield from (name.lower() for name in names if _NAME.fullmatch(name))


def _is_macro(part: Part, known: _Known) -> bool:
    schema = part.get("schema", "")
    return schema.lower() in ("", SCHEMA) and part["function_name"].lower() in known.macros


def _check_table(part: Part, known: _Known, own: frozenset[str]) -> None:
    catalogue, schema, name = (
        part.get(key, "").lower() for key in ("catalog_name", "schema_name", "table_name")
    )
    if catalogue in ("", known.catalogue):
        if not schema and name in own:
            return
        schemas = (schema,) if schema else (SCHEMA, "main")
        if any((one, name) in known.tables for one in schemas):
            return
        if name in _CATALOGUE.get(schema, ()):
            return
    if catalogue or not _NAME.fullmatch(name) or schema not in ("", "main", SCHEMA):
        raise _not_allowed(part["table_name"])
    zh, en = did_you_mean(name, sorted({one for place, one in known.tables if place == SCHEMA}))
    raise UsageProblem(
        zh=f"没有表或视图 {part['table_name']}(列出全部:{LIST});{zh}",
        en=f"there is no table or view {part['table_name']} (list them: {LIST}); {en}",
    )


def _check_shown(part: Part) -> None:
    kind, name = part["show_type"], part.get("table_name", "")
    catalogue = part.get("catalog_name", "")
    listed = kind == "SHOW_FROM" or (kind == "SHOW_UNQUALIFIED" and name in _SHOWN)
    if catalogue or not (listed or (kind in ("DESCRIBE", "SUMMARY") and part["query"])):
        raise _not_allowed("show " + name.strip('"'))


def _known(con: duckdb.DuckDBPyConnection) -> _Known:
    rows = con.execute(
        "SELECT lower(schema_name), lower(table_name) FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT internal UNION ALL "
        "SELECT lower(schema_name), lower(view_name) FROM duckdb_views() "
        "WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    macros = con.execute(
        "SELECT lower(function_name) FROM duckdb_functions() WHERE schema_name = ? "
        "AND database_name = current_database() AND function_type = 'macro'",
        [SCHEMA],
    ).fetchall()
    name = con.execute("SELECT lower(current_database())").fetchone()
    assert name is not None
    return _Known(name[0], frozenset(rows), frozenset(macro for (macro,) in macros))


def _without_semicolon(text: str) -> str:
    signs = text.encode()
    for offset, _ in duckdb.tokenize(text):
        if signs[offset : offset + 1] == b";":
            return signs[:offset].decode()
    return text


def _not_read(con: duckdb.DuckDBPyConnection, tree: Part, text: str) -> SinkcalcError:
    """Say that a text is no SQL, or that it is another statement than one that reads."""
    try:
        found = con.extract_statements(text)
    except duckdb.ParserException as error:
        return said_by_duckdb(error, text)
    except duckdb.Error:
        # one that looks for files while it is read
        return refused(str(tree["error_message"]), str(tree["error_message"]))
    kinds = [statement.type.name for statement in found]
    other = next((kind for kind in kinds if kind != "SELECT"), None)
    if other is None:
        return refused(str(tree["error_message"]), str(tree["error_message"]))
    return _not_allowed(other)


def _not_allowed(what: str) -> UsageProblem:
    return refused(f"其中的 {what} 不允许使用", f"{what} is not allowed in it")


def _function_not_allowed(name: str) -> UsageProblem:
    return refused(
        f"其中的函数 {name}() 不在可用函数之内", f"the function {name}() is not among those allowed"
    )
