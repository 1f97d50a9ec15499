"""Numbered, checksummed, forward-only migrations."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from sinkcalc.errors import DatabaseProblem
from sinkcalc.resources import sql_dir
from sinkcalc.store.views import refresh_views


class Migration(NamedTuple):
    """One file of `sql/migrations`."""

    version: int
    name: str
    sha256: str
    sql: str


def shipped_migrations() -> list[Migration]:
    """Return the migrations in order."""
    out = []
    for path in sorted((sql_dir() / "migrations").glob("[0-9]*.sql")):
        text = path.read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        out.append(Migration(int(path.stem[:4]), path.stem, digest, text))
    return out


def migrate(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply what is missing with its records, views, words and comments, in one transaction.

    Returns
    -------
    Names of the migrations that ran.

    Raises
    ------
    DatabaseProblem
        If an applied migration has another checksum, or the database is newer than the program.
    """
    _refuse_foreign(con)
    con.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, "
        "name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
    )
    applied = _applied(con)
    _check(applied)
    # UTC, as every time that is stored
    applied_at = datetime.now(UTC).replace(tzinfo=None)
    missing = [m for m in shipped_migrations() if m.version not in applied]
    con.begin()
    try:
        for migration in missing:
            con.execute(migration.sql)
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?, ?)",
                [migration.version, migration.name, migration.sha256, applied_at],
            )
        refresh_views(con, anew=bool(missing))
        con.commit()
    except BaseException:
        con.rollback()
        raise
    return [migration.name for migration in missing]


def require_current(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a database whose schema is not exactly the program's.

    Raises
    ------
    DatabaseProblem
        With the remedy: migrate with `sinkcalc init`, or a newer program.
    """
    _refuse_foreign(con)
    try:
        applied = _applied(con)
    except duckdb.CatalogException:
        applied = {}
    _check(applied)
    if len(applied) < len(shipped_migrations()):
        raise DatabaseProblem(
            zh=f"数据库 {path} 的结构版本较旧。运行 sinkcalc --db {path} init 升级",
            en=f"database {path} has an older schema. Run sinkcalc --db {path} init to migrate it",
        )


def _refuse_foreign(con: duckdb.DuckDBPyConnection) -> None:
    names = {
        str(row[0]) for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }
    if names and "schema_migrations" not in names:
        row = con.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchone()
        path = "" if row is None else row[0]
        raise DatabaseProblem(
            zh=f"{path} 是其他程序的 DuckDB 数据库,不作改动;用 --db 指定另一个文件",
            en=f"{path} is another program's DuckDB database and is left alone; "
            "name another file with --db",
        )


def _applied(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    rows = con.execute("SELECT version, sha256 FROM schema_migrations").fetchall()
    return {int(version): str(digest) for version, digest in rows}


def _check(applied: dict[int, str]) -> None:
    shipped = {m.version: m for m in shipped_migrations()}
    for version, digest in applied.items():
        if version not in shipped:
            raise DatabaseProblem(
                zh=f"数据库的结构版本 {version} 比本程序新。请升级 sinkcalc",
                en=f"the database has schema version {version}, newer than this program. "
                "Upgrade sinkcalc",
            )
        if shipped[version].sha256 != digest:
            raise DatabaseProblem(
                zh=f"迁移 {shipped[version].name} 的校验和与数据库记录不符:数据库由另一版本建立",
                en=f"migration {shipped[version].name} differs from the one this database was "
                "made with",
            )
