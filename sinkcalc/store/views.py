"""Views of the schema `bureau`, with the words, sources, units and comments they speak with."""

import csv
import hashlib
import tomllib
from pathlib import Path

import duckdb

from sinkcalc.errors import DatabaseProblem
from sinkcalc.resources import parameter_dir, parameter_path, sql_dir
from sinkcalc.units import CO2E_PER_C, MU_PER_HA
from sinkcalc.vocabulary import DEFAULT_METHOD

SCHEMA = "bureau"
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


def refresh_views(con: duckdb.DuckDBPyConnection) -> bool:
    """Make regions, words, sources, views and comments anew where the program has others.

    Within the caller's transaction.

    Returns
    -------
    Whether anything was made.
    """
    state = _shipped_state()
    if con.execute("SELECT sha256 FROM view_state").fetchall() == [(state,)]:
        return False
    _fill_regions(con)
    _fill_words(con)
    _fill_sources(con)
    con.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    con.execute(f"CREATE SCHEMA {SCHEMA}")
    make_macros(con)
    for path in view_files():
        con.execute(path.read_text(encoding="utf-8"))
    _comment_columns(con)
    con.execute("DELETE FROM view_state")
    con.execute("INSERT INTO view_state VALUES (?)", [state])
    return True


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of the schema `bureau`, which has to exist."""
    for macro in _MACROS:
        con.execute(macro)


def require_views(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a database whose views are not the program's.

    Raises
    ------
    DatabaseProblem
        With the remedy.
    """
    if con.execute("SELECT sha256 FROM view_state").fetchall() != [(_shipped_state(),)]:
        raise DatabaseProblem(
            zh=f"数据库 {path} 的视图由另一版本建立。运行 sinkcalc --db {path} init 更新",
            en=f"the views of database {path} were made by another version. Run "
            f"sinkcalc --db {path} init to make them anew",
        )


def _shipped_state() -> str:
    digest = hashlib.sha256()
    tables = [parameter_path(name) for name in ("regions", "words", "labels")]
    for path in (*view_files(), *tables, parameter_dir() / "sources.toml"):
        digest.update(path.read_bytes())
    digest.update("".join(_MACROS).encode())
    return digest.hexdigest()


def _fill_regions(con: duckdb.DuckDBPyConnection) -> None:
    rows = [[row[c] or None for c in _REGION_COLUMNS] for row in _rows("regions")]
    con.executemany("INSERT OR REPLACE INTO regions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _fill_words(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM words")
    rows = [[row["word"], row["zh"], row["en"]] for row in _rows("words")]
    con.executemany("INSERT INTO words VALUES (?, ?, ?)", rows)


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


def _comment_columns(con: duckdb.DuckDBPyConnection) -> None:
    labels = {row["name"]: f"{row['zh']} · {row['en']}" for row in _rows("labels")}
    columns = con.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        f"WHERE schema_name IN ('main', '{SCHEMA}') AND NOT internal"
    ).fetchall()
    for schema, table, column in columns:
        # a column of one table may mean something else than its name elsewhere
        text = labels.get(f"{table}.{column}", labels.get(column))
        if text is not None:
            text = text.replace("'", "''")
            con.execute(f"COMMENT ON COLUMN {schema}.{table}.\"{column}\" IS '{text}'")
