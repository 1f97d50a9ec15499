"""The hash of all rows: it knows rows, and not how they are stored."""

from pathlib import Path

import duckdb
import pytest

from sinkcalc.store.fingerprint import Contents, contents


def _held(path: Path, *statements: str) -> Contents:
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
        return contents(con, path.stem)


MADE = "CREATE TABLE t (a VARCHAR, b VARCHAR, c DOUBLE, made_at TIMESTAMP, simulated BOOLEAN)"
ROWS = ("('x', 'y', 0.1, '2024-01-02', false)", "('x', NULL, 0.2, '2024-03-02', false)")


def test_the_order_of_rows_is_nothing(tmp_path: Path) -> None:
    one = _held(tmp_path / "one.duckdb", MADE, f"INSERT INTO t VALUES {ROWS[0]}, {ROWS[1]}")
    two = _held(tmp_path / "two.duckdb", MADE, *(f"INSERT INTO t VALUES {r}" for r in ROWS[::-1]))
    assert one == two
    assert (one.rows, one.simulated, one.latest_event) == (2, False, "2024-03-02 00:00:00")


@pytest.mark.parametrize(
    "other",
    [
        "UPDATE t SET c = 0.1 + 0.2 WHERE b = 'y'",
        "UPDATE t SET b = '-' WHERE b IS NULL",
        "UPDATE t SET b = '' WHERE b IS NULL",
        "UPDATE t SET a = 'x1:', b = NULL WHERE b = 'y'",
        "UPDATE t SET a = 'y', b = 'x' WHERE b = 'y'",
        "INSERT INTO t SELECT * FROM t WHERE b = 'y'",
        "DELETE FROM t WHERE b = 'y'",
        "ALTER TABLE t RENAME COLUMN b TO d",
        "CREATE TABLE u (a INTEGER)",
    ],
)
def test_any_other_content_has_another_hash(tmp_path: Path, other: str) -> None:
    """The third and fourth rows would be one text if lengths were not written before columns."""
    rows = f"INSERT INTO t VALUES {ROWS[0]}, {ROWS[1]}"
    one = _held(tmp_path / "one.duckdb", MADE, rows)
    assert _held(tmp_path / "two.duckdb", MADE, rows, other).sha256 != one.sha256


def test_a_row_twice_is_no_row_less(tmp_path: Path) -> None:
    """Sums do not cancel as exclusive ors would."""
    twice = f"INSERT INTO t VALUES {ROWS[0]}, {ROWS[0]}"
    assert _held(tmp_path / "one.duckdb", MADE, twice).sha256 != (
        _held(tmp_path / "two.duckdb", MADE).sha256
    )


def test_a_simulated_row_is_told(tmp_path: Path) -> None:
    row = "INSERT INTO t VALUES ('x', 'y', 0.1, '2024-01-02', true)"
    assert _held(tmp_path / "one.duckdb", MADE, row).simulated
