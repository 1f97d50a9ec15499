"""Views of the schema `bureau`, with the words, sources, units and comments they speak with."""

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from sinkcalc.errors import DatabaseProblem
from sinkcalc.resources import parameter_dir, parameter_path, sql_dir
from sinkcalc.units import CO2E_PER_C, MU_PER_HA
from sinkcalc.vocabulary import DEFAULT_METHOD

SCHEMA = "bureau"
# tables of codes with their words: values, methods, checks of records, columns as values
_WORD_TABLES = ("words", "methods", "stand_rules", "plot_rules", "wetland_rules", "labels")
# units for people, and what the program takes where nothing is asked: never written in a query
_MACROS = (
    f"CREATE MACRO {SCHEMA}.mu(area_ha) AS area_ha * {MU_PER_HA}",
    f"CREATE MACRO {SCHEMA}.per_mu(per_ha) AS per_ha / {MU_PER_HA}",
    f"CREATE MACRO {SCHEMA}.co2e(carbon_t) AS carbon_t * ({CO2E_PER_C!r})",
    f"CREATE MACRO {SCHEMA}.default_method() AS '{DEFAULT_METHOD}'",
    f"CREATE MACRO {SCHEMA}.zh(code) AS (SELECT w.zh FROM words w WHERE w.word = code::VARCHAR)",
    f"CREATE MACRO {SCHEMA}.en(code) AS (SELECT w.en FROM words w WHERE w.word = code::VARCHAR)",
)


def view_files() -> list[Path]:
    """Return the files of the views in the order in which they are made."""
    return sorted((sql_dir() / "views").glob("[0-9]*.sql"))


def view_titles(text: str) -> tuple[str, str]:
    """Return what a row of a view is, in Chinese and English.

    Parameters
    ----------
    text
        Of the file: comments ``-- zh: …`` and ``-- en: …`` on top, each with further lines.
    """
    head = text.partition("CREATE VIEW")[0]
    lines = " ".join(line.removeprefix("--").strip() for line in head.splitlines())
    zh, _, en = lines.removeprefix("zh:").partition(" en:")
    # no blanks where a Chinese sentence goes on in the next line
    return zh.strip().replace("; ", ";").replace(", ", ","), en.strip()


def refresh_views(con: duckdb.DuckDBPyConnection, *, anew: bool = False) -> bool:
    """Make regions, words, sources, views and comments anew where the program has others.

    Within the caller's transaction.

    Parameters
    ----------
    anew
        Make them in any case: tables have changed.

    Returns
    -------
    Whether anything was made.
    """
    state = _shipped_state()
    if not anew and con.execute("SELECT sha256 FROM view_state").fetchall() == [(state,)]:
        return False
    _fill_regions(con)
    _fill_words(con)
    _fill_sources(con)
    con.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    con.execute(f"CREATE SCHEMA {SCHEMA}")
    make_macros(con)
    texts = {path.stem.partition("_")[2]: path.read_text(encoding="utf-8") for path in view_files()}
    for view, text in texts.items():
        con.execute(text)
        con.execute(_comment(f"VIEW {SCHEMA}.{view}", " · ".join(view_titles(text))))
    _comment_columns(con, texts)
    con.execute("DELETE FROM view_state")
    con.execute("INSERT INTO view_state VALUES (?)", [state])
    return True


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of the schema `bureau`, which has to exist."""
    for macro in _MACROS:
        con.execute(macro)


def has_own_views(con: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the views of a database are those of this program, with its words."""
    return con.execute("SELECT sha256 FROM view_state").fetchall() == [(_shipped_state(),)]


def require_views(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a database whose views are not the program's.

    Raises
    ------
    DatabaseProblem
        With the remedy.
    """
    if not has_own_views(con):
        raise DatabaseProblem(
            zh=f"数据库 {path} 的视图由另一版本建立。运行 sinkcalc --db {path} init 更新",
            en=f"the views of database {path} were made by another version. Run "
            f"sinkcalc --db {path} init to make them anew",
        )


def _shipped_state() -> str:
    digest = hashlib.sha256()
    tables = [parameter_path(name) for name in ("regions", *_WORD_TABLES)]
    for path in (*view_files(), *tables, parameter_dir() / "sources.toml"):
        digest.update(path.read_bytes())
    digest.update("".join(_MACROS).encode())
    return digest.hexdigest()


def _fill_regions(con: duckdb.DuckDBPyConnection) -> None:
    rows = [[row[c] or None for c in _REGION_COLUMNS] for row in _rows("regions")]
    con.executemany("INSERT OR REPLACE INTO regions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _fill_words(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM words")
    found: dict[str, tuple[str, str]] = {}
    for table in _WORD_TABLES:
        for code, zh, en in _words(table):
            # a method or a column may be named as a value is, and then the value has the word
            found.setdefault(code, (zh, en))
    con.executemany("INSERT INTO words VALUES (?, ?, ?)", [[w, *found[w]] for w in found])


def _words(table: str) -> Iterator[tuple[str, str, str]]:
    """Return code, Chinese and English of the rows of a table of parameters."""
    for row in _rows(table):
        if table in ("words", "labels"):
            yield row.get("word") or row["name"], row["zh"], row["en"]
        elif table == "methods":
            yield row["method"], row["title_zh"], row["title_en"]
        else:
            # a rule and a value may have one name; what a row said stands in its own reason
            gap = dict.fromkeys(("header", "unit", "code_set", "encoding"), "…")
            bounds = {"min": row["min"], "max": row["max"]}
            zh, en = (row[name].format(**bounds, **gap) for name in ("reason_zh", "reason_en"))
            yield f"check.{row['rule']}", zh, en


def _fill_sources(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM sources")
    text = (parameter_dir() / "sources.toml").read_text(encoding="utf-8")
    rows = [
        [name, source["title"], source.get("doi"), source.get("url"), source.get("licence")]
        for name, source in tomllib.loads(text).items()
    ]
    con.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", rows)


def _rows(table: str) -> list[dict[str, str]]:
    with parameter_path(table).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


_REGION_COLUMNS = (
    "region_code",
    "name_zh",
    "name_en",
    "kind",
    "successor_code",
    "valid_from",
    "valid_to",
    "note",
)


def _comment_columns(con: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> None:
    """Comment on every column whose name has a label; `views` are name -> text."""
    labels = {row["name"]: (row["zh"], row["en"]) for row in _rows("labels")}
    # a column of a view is what it is in the tables that the view reads
    read = {view: re.findall(r"\bmain\.(\w+)", text) for view, text in views.items()}
    columns = con.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        f"WHERE schema_name IN ('main', '{SCHEMA}') AND NOT internal"
    ).fetchall()
    said = []
    for schema, table, column in columns:
        tables = (table, *(read[table] if schema == SCHEMA else ()))
        found = _label(tables, column, labels)
        if found is not None:
            said.append(_comment(f'COLUMN {schema}.{table}."{column}"', " · ".join(found)))
    con.execute(";".join(said))


def _label(
    tables: Sequence[str], column: str, labels: Mapping[str, tuple[str, str]]
) -> tuple[str, str] | None:
    """Return what a column of the first of the tables that says it means, else of any table."""
    # a column of one table may mean something else than its name elsewhere
    for name in (*(f"{table}.{column}" for table in tables), column):
        if name in labels:
            return labels[name]
    code = column.removesuffix("_zh")
    found = None if code == column else _label(tables, code, labels)
    return None if found is None else (f"{found[0]}(中文)", f"{found[1]} (Chinese)")


def _comment(what: str, text: str) -> str:
    quoted = text.replace("'", "''")
    return f"COMMENT ON {what} IS '{quoted}'"
