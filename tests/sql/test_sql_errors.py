"""The errors of stored estimates recomputed in SQL from what the database holds of them."""

import math
from pathlib import Path
from typing import Any

import duckdb
import pytest
from simulated_city import CityDatabase, city_database

from sinkcalc.pipeline.compare import change
from sinkcalc.pipeline.estimate import EstimateOptions, estimate
from sinkcalc.vocabulary import METHODS

# covariance of two rows of one or of two runs: what both share; for a row with itself also what
# its stands deviate each on its own
COVARIANCE = """
WITH effects AS (
    SELECT
        g.run_id,
        g.region_code,
        g.quantity,
        g.pool,
        e.block,
        e.factor,
        sum(g.derivative * e.loading) AS effect
    FROM estimate_gradients AS g
    INNER JOIN run_errors AS e USING (run_id, parameter_id)
    GROUP BY ALL
)

SELECT sum(one.effect * two.effect) AS covariance
FROM effects AS one
INNER JOIN effects AS two USING (block, factor)
WHERE
    one.run_id = $run_one
    AND one.region_code IS NOT DISTINCT FROM $region_one
    AND one.quantity = $quantity_one
    AND one.pool IS NOT DISTINCT FROM $pool_one
    AND two.run_id = $run_two
    AND two.region_code IS NOT DISTINCT FROM $region_two
    AND two.quantity = $quantity_two
    AND two.pool IS NOT DISTINCT FROM $pool_two
"""
RESIDUAL = """
SELECT coalesce(sum(variance), 0.0)
FROM estimate_residuals
WHERE
    run_id = $run_one
    AND region_code IS NOT DISTINCT FROM $region_one
    AND quantity = $quantity_one
    AND pool IS NOT DISTINCT FROM $pool_one
"""

Key = tuple[str, str | None, str, str | None]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> CityDatabase:
    return city_database(tmp_path_factory)


@pytest.fixture(scope="module")
def db(city: CityDatabase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the city, with estimates of the city and of its counties."""
    db = tmp_path_factory.mktemp("errors") / "sinkcalc.duckdb"
    db.write_bytes(city.db.read_bytes())
    return db


def _covariance(con: duckdb.DuckDBPyConnection, one: Key, two: Key) -> float:
    names = ("run", "region", "quantity", "pool")
    values = {f"{name}_one": value for name, value in zip(names, one, strict=True)}
    first = {f"{name}_two": value for name, value in zip(names, two, strict=True)}
    (shared,) = con.execute(COVARIANCE, values | first).fetchall()[0]
    own = con.execute(RESIDUAL, values).fetchall()[0][0] if one == two else 0.0
    return float(shared or 0.0) + float(own)


def _rows(con: duckdb.DuckDBPyConnection, run: str) -> list[tuple[Key, float]]:
    rows = con.execute(
        "SELECT run_id, region_code, quantity, pool, se FROM estimates WHERE run_id = ?", [run]
    ).fetchall()
    return [((run, *key), se) for run, *key, se in rows]


@pytest.mark.parametrize("method", METHODS)
def test_variance_of_a_row_in_sql(db: Path, method: str) -> None:
    """Sums of floats in another order: 1e-9."""
    run, _ = estimate(db, EstimateOptions(2020, ("region",), method))
    with duckdb.connect(str(db), read_only=True) as con:
        rows = _rows(con, run)
        # every row of three counties
        counties = sorted({key[1] for key, _ in rows if key[1]})[:3]
        checked = [(key, se) for key, se in rows if key[1] in counties]
        assert len(checked) >= 60
        for key, se in checked:
            assert _covariance(con, key, key) == pytest.approx(se**2, rel=1e-9), key


def test_variance_of_the_city_is_the_sum_of_all_covariances_of_counties(db: Path) -> None:
    """Var(sum) = sum_ij cov(i, j), and so follows from the run by county alone."""
    counties, _ = estimate(db, EstimateOptions(2020, ("region",)))
    city, _ = estimate(db, EstimateOptions(2020))
    with duckdb.connect(str(db), read_only=True) as con:
        for quantity, pool in (("growing_stock", None), ("carbon", "total")):
            keys = [key for key, _ in _rows(con, counties) if key[2:] == (quantity, pool)]
            assert len(keys) > 10
            whole = sum(_covariance(con, one, two) for one in keys for two in keys)
            se = dict(_rows(con, city))[city, None, quantity, pool]
            assert math.sqrt(whole) == pytest.approx(se, rel=1e-9)


def test_error_of_a_change_in_sql(db: Path) -> None:
    """Var(Y2 - Y1) = var1 + var2 - 2 cov(1, 2), from the two stored runs."""
    rows, _ = change(db, 2020, EstimateOptions(2023))
    with duckdb.connect(str(db), read_only=True) as con:
        for row in rows.iter_rows(named=True):
            one: Key = (row["run_id_from"], None, row["quantity"], row["pool"])
            two: Key = (row["run_id_to"], None, row["quantity"], row["pool"])
            var1, var2 = _covariance(con, one, one), _covariance(con, two, two)
            variance = var1 + var2 - 2 * _covariance(con, one, two)
            # the difference of large sums keeps eight digits
            assert math.sqrt(variance) == pytest.approx(row["se"], rel=1e-7)
            independent = math.sqrt(var1 + var2)
            assert row["se_if_independent"] == pytest.approx(independent, rel=1e-9)


def test_the_stored_budget_is_that_of_the_stored_errors(db: Path) -> None:
    """Variance by source in SQL beside `estimate_budgets`."""
    run, _ = estimate(db, EstimateOptions(2020))
    with duckdb.connect(str(db), read_only=True) as con:
        rows: list[tuple[Any, ...]] = con.execute(
            """
            WITH effects AS (
                SELECT g.quantity, g.pool, e.source, e.block, e.factor,
                    sum(g.derivative * e.loading) AS effect
                FROM estimate_gradients AS g
                INNER JOIN run_errors AS e USING (run_id, parameter_id)
                WHERE g.run_id = $run
                GROUP BY ALL
            ),
            variances AS (
                SELECT quantity, pool, source, effect ^ 2 AS variance FROM effects
                UNION ALL
                SELECT quantity, pool, source, variance FROM estimate_residuals
                WHERE run_id = $run
            ),
            summed AS (
                SELECT quantity, pool, source, sum(variance) AS variance FROM variances
                GROUP BY ALL
            )
            SELECT b.quantity, b.pool, b.source, b.se, sqrt(coalesce(s.variance, 0))
            FROM estimate_budgets AS b
            LEFT JOIN summed AS s
                ON
                    b.quantity = s.quantity
                    AND b.pool IS NOT DISTINCT FROM s.pool
                    AND b.source = s.source
            WHERE b.run_id = $run
            """,
            {"run": run},
        ).fetchall()
        assert len(rows) > 100
        for *key, stored, found in rows:
            assert found == pytest.approx(stored, rel=1e-9), key
