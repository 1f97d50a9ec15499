"""Areas of stands by land class at two surveys, added up inside the database."""

from collections.abc import Mapping
from typing import Final

import duckdb
import polars as pl

from sinkcalc.schemas.stages import STOCK

_DECIMAL: Final = f"DECIMAL({STOCK[0]}, {STOCK[1]})"
# growing stock is that of arbor forest
_STOCK: Final = (
    "CASE WHEN vegetation_class = 'arbor' THEN coalesce(volume_m3, 0) ELSE 0 END AS stock"
)
_SIDE: Final = f"SELECT stand_id, region_code, vegetation_class, area_ha, {_STOCK} FROM stands"
_SUMS: Final = ", ".join(
    f"coalesce(sum({side}.{column}), 0)::{_DECIMAL} AS {name}"
    for side, column, name in (
        ("one", "area_ha", "area_from"),
        ("two", "area_ha", "area_to"),
        ("one", "stock", "stock_from"),
        ("two", "stock", "stock_to"),
    )
)
_REGION_DIGITS: Final = 6


def classes_of_same_ids(
    con: duckdb.DuckDBPyConnection, first: int, last: int, renamed: Mapping[str, str]
) -> pl.DataFrame:
    """Join the stands of two surveys by number and add up their areas by class before and now.

    Parameters
    ----------
    renamed
        Abolished county code -> the code of today. A stand of the earlier survey that the later
        does not have is looked up by its number with the code of today, wherever a part of the
        number begins with the old one; not where that number is taken.

    Returns
    -------
    `region_from`, `region_to`, `class_from`, `class_to` (null: not in that survey), `stands`,
    `renamed` (stands found under another code), `area_from`, `area_to` (ha), `stock_from`,
    `stock_to` (m3 of arbor forest).
    """
    names = _renamed_numbers(renamed) if renamed else ""
    known = "coalesce(names.new_id, one.stand_id)" if renamed else "one.stand_id"
    extra = "LEFT JOIN names ON one.stand_id = names.stand_id" if renamed else ""
    changed = "names.new_id IS NOT NULL" if renamed else "false"
    return con.execute(
        f"WITH before AS ({_SIDE} WHERE survey = $first), "
        f"two AS ({_SIDE} WHERE survey = $last), {names}"
        f"one AS (SELECT one.*, {known} AS known_as, {changed} AS renamed FROM before AS one "
        f"{extra}) "
        "SELECT one.region_code AS region_from, two.region_code AS region_to, "
        "one.vegetation_class::VARCHAR AS class_from, two.vegetation_class::VARCHAR AS class_to, "
        "count(*)::BIGINT AS stands, "
        "count_if(coalesce(one.renamed, false) AND two.stand_id IS NOT NULL)::BIGINT AS renamed, "
        f"{_SUMS} FROM one FULL JOIN two ON one.known_as = two.stand_id GROUP BY ALL",
        {"first": first, "last": last},
    ).pl()


def _renamed_numbers(renamed: Mapping[str, str]) -> str:
    """Return the parts of a query that give stands the number they would have today."""
    new_id = "stand_id"
    for old, new in renamed.items():
        new_id = rf"regexp_replace({new_id}, '(^|-){old}', '\1{new}', 'g')"
    listed = ", ".join(f"'{old}'" for old in renamed)
    return (
        f"candidates AS (SELECT stand_id, {new_id} AS new_id FROM before "
        f"WHERE left(stand_id, {_REGION_DIGITS}) IN ({listed}) "
        "AND NOT EXISTS (SELECT 1 FROM two WHERE two.stand_id = before.stand_id)), "
        "names AS (SELECT any_value(stand_id) AS stand_id, new_id FROM candidates "
        "WHERE NOT EXISTS (SELECT 1 FROM before WHERE before.stand_id = candidates.new_id) "
        "GROUP BY new_id HAVING count(*) = 1), "
    )


def classes_of_one_survey(con: duckdb.DuckDBPyConnection, survey: int) -> pl.DataFrame:
    """Add up the areas of one survey by the class before that its stands carry and the class now.

    Returns
    -------
    As `classes_of_same_ids`; before and now are of the same land, and no stock before is known. A
    null class before is one that is not recorded.
    """
    area = f"sum(area_ha)::{_DECIMAL}"
    return con.execute(
        "SELECT region_code AS region_from, region_code AS region_to, "
        "previous_vegetation_class::VARCHAR AS class_from, vegetation_class::VARCHAR AS class_to, "
        f"count(*)::BIGINT AS stands, 0::BIGINT AS renamed, {area} AS area_from, "
        f"{area} AS area_to, NULL::{_DECIMAL} AS stock_from, NULL::{_DECIMAL} AS stock_to "
        "FROM stands WHERE survey = ? GROUP BY ALL",
        [survey],
    ).pl()


def carries_classes(con: duckdb.DuckDBPyConnection, survey: int) -> bool:
    """Tell whether any stand of a survey carries its class before."""
    row = con.execute(
        "SELECT 1 FROM stands WHERE survey = ? AND previous_vegetation_class IS NOT NULL LIMIT 1",
        [survey],
    ).fetchone()
    return row is not None
