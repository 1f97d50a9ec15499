"""The bureau's catalogue of queries: read from `sql/queries/bureau`, run with named parameters."""

import csv
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from sinkcalc.errors import UsageProblem, did_you_mean
from sinkcalc.resources import parameter_path, sql_dir
from sinkcalc.store.query_header import Kind, Parameter, Query, parse_query, with_values

if TYPE_CHECKING:
    import duckdb
    import polars as pl

Value = int | float | str | date | bool | None
# parameter whose value may be the name of a county, and the columns of names
_REGION: Final = "region_code"
_REGION_NAMES: Final = ("region_code", "name_en", "name_zh")
_TRUE: Final = ("true", "yes", "1", "是")
_FALSE: Final = ("false", "no", "0", "否")
# commands that take a method
_BY_METHOD: Final = ("sinkcalc estimate", "sinkcalc change", "sinkcalc forecast")
_TYPES: Final[dict[Kind, tuple[type, ...]]] = {
    "INTEGER": (int,),
    "DOUBLE": (float, int),
    "VARCHAR": (str,),
    "DATE": (date,),
    "BOOLEAN": (bool,),
}


@cache
def shipped_queries() -> dict[str, Query]:
    """Return every query of the catalogue by its name, sorted.

    Raises
    ------
    SinkcalcError
        If a file has no header in the form of the catalogue.
    """
    files = sorted((sql_dir() / "queries" / "bureau").glob("*.sql"))
    return {file.stem: parse_query(file.stem, file.read_text("utf-8")) for file in files}


def shipped_query(name: str) -> Query:
    """Return one query of the catalogue, by its name or its title.

    Raises
    ------
    UsageProblem
        If there is none of that name; says which may be meant.
    """
    queries = shipped_queries()
    if name not in queries:
        titled = [one.name for one in queries.values() if name in (one.title_zh, one.title_en)]
        if titled:
            return queries[titled[0]]
        zh, en = did_you_mean(name, queries)
        if not name.isascii():
            zh, en = f"按词查找:sinkcalc query list {name}", f"find it: sinkcalc query list {name}"
        raise UsageProblem(
            zh=f"没有查询 {name}(全部:sinkcalc query list);{zh}",
            en=f"there is no query {name} (all of them: sinkcalc query list); {en}",
        )
    return queries[name]


def run_query(
    con: "duckdb.DuckDBPyConnection", query: Query, values: Mapping[str, Value]
) -> "pl.DataFrame":
    """Run a query of the catalogue.

    Parameters
    ----------
    values
        By parameter; a text is read as the parameter's type. What is left out is NULL.

    Returns
    -------
    The columns of the header's `returns`, with the units that it says.

    Raises
    ------
    UsageProblem
        If a parameter is unknown, missing or not of its type.
    """
    return con.execute(query.sql, bound(query, values)).pl()


class Held(NamedTuple):
    """What the database holds of something that a query was asked for."""

    zh: str
    en: str
    values: list[str]


def held_of(con: "duckdb.DuckDBPyConnection", values: Mapping[str, Value]) -> list[Held]:
    """Return the surveys, and the methods if one was asked for, that the database holds.

    For somebody who got no rows: a wrong year or method is seen from the list.
    """
    asked = [("调查年度", "surveys", "SELECT DISTINCT survey FROM main.surveys ORDER BY survey")]
    if values.get("method") is not None:
        asked.append(
            ("估算方法", "methods", "SELECT DISTINCT method FROM bureau.estimates ORDER BY method")
        )
    return [
        Held(zh, en, [str(row[0]) for row in con.execute(sql).fetchall()]) for zh, en, sql in asked
    ]


def holds_simulated(con: "duckdb.DuckDBPyConnection") -> bool:
    """Tell whether a survey of the database is simulated."""
    return bool(con.execute("SELECT bool_or(simulated) FROM main.surveys").fetchall()[0][0])


def bound(query: Query, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return a value of its type for every parameter of a query.

    Raises
    ------
    UsageProblem
        If a parameter is unknown, missing or not of its type; names an example.
    """
    known = {parameter.name for parameter in query.parameters}
    for name in values:
        if name not in known:
            zh, en = did_you_mean(name, sorted(known))
            raise UsageProblem(
                zh=f"查询 {query.name} 没有参数 {name};{zh}",
                en=f"the query {query.name} has no parameter {name}; {en}",
            )
    return {
        parameter.name: _bound(query, parameter, values.get(parameter.name))
        for parameter in query.parameters
    }


def written(query: Query, values: Mapping[str, Value]) -> str:
    """Return the SQL of a query with values written in, to be run anywhere.

    A parameter without a value is NULL if it is optional, else its example.
    """
    filled = {
        p.name: values.get(p.name, None if p.optional else p.example) for p in query.parameters
    }
    of_type = bound(query, {**values, **filled})
    texts = {
        parameter.name: _literal(parameter.kind, of_type[parameter.name])
        for parameter in query.parameters
    }
    return with_values(query.sql, texts)


def command_line(query: Query, values: Mapping[str, Value]) -> str:
    """Return the command that stores the figures of a query; examples where no value is given."""
    filled = {p.name: p.example for p in query.parameters}
    given = {name: str(value) for name, value in values.items() if value is not None}
    command = query.command.format(**{**filled, **given})
    # what is not in the command of the header, but was asked for
    if "method" in given and "--method" not in command and command.startswith(_BY_METHOD):
        command += f" --method {given['method']}"
    if _REGION in given and "--by" not in command and command.startswith("sinkcalc change"):
        command += " --by region"
    return command


def _literal(kind: Kind, value: Value) -> str:
    if value is None:
        return f"CAST(NULL AS {kind})"
    text = str(value).replace("'", "''")
    return (
        f"CAST('{text}' AS {kind})"
        if kind in ("DATE", "DOUBLE")
        else (f"'{text}'" if kind == "VARCHAR" else text.upper())
    )


def _bound(query: Query, parameter: Parameter, value: Value) -> Value:
    if value is None:
        if parameter.optional:
            return None
        raise UsageProblem(
            zh=f"查询 {query.name} 缺少参数 {parameter.name}({parameter.zh});"
            f"例:-p {parameter.name}={parameter.example}",
            en=f"the query {query.name} needs the parameter {parameter.name} ({parameter.en}), "
            f"for example -p {parameter.name}={parameter.example}",
        )
    try:
        read = of_kind(parameter.kind, value)
        return _region(str(read)) if parameter.name == _REGION else read
    except ValueError:
        raise UsageProblem(
            zh=f"查询 {query.name} 的参数 {parameter.name}={value} 不是 {parameter.kind} 类型的值;"
            f"例:-p {parameter.name}={parameter.example}",
            en=f"the parameter {parameter.name}={value} of the query {query.name} is no "
            f"{parameter.kind}; for example -p {parameter.name}={parameter.example}",
        ) from None


def _region(text: str) -> str:
    """Return the code of a county or the city, which may be given by name.

    Raises
    ------
    UsageProblem
        If there is no region of that name.
    """
    plain = text.strip()
    if plain.isdigit():
        return plain
    with parameter_path("regions").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    codes = {row[key].casefold(): row["region_code"] for row in rows for key in _REGION_NAMES}
    if plain.casefold() not in codes:
        zh, en = did_you_mean(plain, [row["name_zh"] for row in rows])
        raise UsageProblem(
            zh=f"没有行政区 {plain};{zh}(或写代码,如 330106)",
            en=f"there is no region {plain}; {en} (or write a code, such as 330106)",
        )
    return codes[plain.casefold()]


def of_kind(kind: Kind, value: Value) -> Value:
    """Return a value of a parameter's type, read from a text if it is one.

    Raises
    ------
    ValueError
        If it is no value of the type.
    """
    read = _read(kind, value) if isinstance(value, str) else value
    whole = isinstance(read, bool) == (kind == "BOOLEAN")
    if not (isinstance(read, _TYPES[kind]) and whole):
        raise ValueError(value)
    if kind == "INTEGER" and not -(2**31) <= int(str(read)) < 2**31:
        raise ValueError(value)
    return read


def _read(kind: Kind, text: str) -> Value:
    if kind == "VARCHAR":
        return text
    plain = text.strip()
    if kind == "INTEGER":
        return int(plain)
    if kind == "DATE":
        return date.fromisoformat(plain)
    if kind == "DOUBLE":
        number = float(plain)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    if plain.casefold() not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return plain.casefold() in _TRUE
