"""Tables of carbon projects: in a new database, in an old one, and by SQL alone."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_projects import parcel, put

from sinkcalc.ccer.entries import SIGNS
from sinkcalc.errors import DatabaseProblem
from sinkcalc.pipeline.ccer_book import check_ledger
from sinkcalc.pipeline.ccer_ledger import cancel, issue, reverse
from sinkcalc.store import migrate as migrations
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.migrate import shipped_migrations

TABLES = ("ccer_projects", "ccer_parcels", "ccer_removals", "ccer_ledger")
BEFORE = 8


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(db), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_an_older_database_gets_the_tables_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "old.duckdb"
    shipped = shipped_migrations()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "shipped_migrations", lambda: shipped[:BEFORE])
        # a program of that age had no views
        patch.setattr(migrations, "refresh_views", lambda con, anew: False)
        with writing(db) as con:
            con.execute("INSERT INTO surveys VALUES (2020, 'local', NULL, NULL, true)")
    with pytest.raises(DatabaseProblem, match="init"), reading(db):
        pass
    put(db, "east", parcel("1", stand_id="5"))
    assert query(db, "SELECT survey FROM surveys") == [(2020,)]
    assert query(db, "SELECT count(*) FROM ccer_ledger") == [(1,)]
    assert check_ledger(db).is_empty()


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_explained(tmp_path: Path, table: str) -> None:
    db = tmp_path / "new.duckdb"
    with writing(db):
        pass
    sql = f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{table}' AND comment IS "
    assert query(db, f"{sql} NULL") == []
    assert query(db, f"{sql} NOT NULL") != []


def test_the_balance_by_sql(tmp_path: Path) -> None:
    """100 issued, 40 cancelled, 30 reversed: 30, as a CASE over the kinds gives it."""
    db = tmp_path / "new.duckdb"
    put(db, "east", parcel("1", stand_id="5"))
    day = date(2024, 6, 30)
    issue(
        db,
        "east",
        2023,
        {"quantity_t": 100, "entry_date": day, "verified_t": Decimal(100), "document": "d",
         "batch": "B"},
    )  # fmt: skip
    given = {"vintage": 2023, "quantity_t": 40, "entry_date": day, "purpose": "event",
             "event_name": "expo", "document": "c"}  # fmt: skip
    cancel(db, "east", given)
    reverse(db, "east", {"quantity_t": 30, "entry_date": day, "note": "fire"})
    cases = " ".join(f"WHEN '{kind}' THEN {sign}" for kind, sign in SIGNS.items())
    sql = f"SELECT sum(quantity_t * CASE kind {cases} END)::BIGINT FROM ccer_ledger"
    assert query(db, sql) == [(30,)]
    kinds = query(db, "SELECT DISTINCT kind FROM ccer_ledger")
    assert {kind for (kind,) in kinds} <= SIGNS.keys()


def test_a_number_is_given_once(tmp_path: Path) -> None:
    db = tmp_path / "new.duckdb"
    put(db, "east", parcel("1", stand_id="5"))
    with duckdb.connect(str(db)) as con, pytest.raises(duckdb.ConstraintException):
        con.execute("INSERT INTO ccer_ledger SELECT * FROM ccer_ledger")
