"""What stands of the database tell of parcels."""

from pathlib import Path
from typing import Any

import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.store.ccer_stands import stands_as_parcels
from sinkcalc.store.connection import reading, writing

STANDS = """
INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, region_code,
    vegetation_class, area_ha) VALUES
(2015, 'a', 'bare ever', 'f', 1, '330102', 'non_forest', 2),
(2020, 'b', 'bare ever', 'f', 1, '330102', 'sparse', 2),
(2023, 'c', 'bare ever', 'f', 1, '330102', 'non_forest', 2),
(2015, 'a', 'forest once', 'f', 2, '330102', 'arbor', 2),
(2020, 'b', 'forest once', 'f', 2, '330102', 'non_forest', 2),
(2023, 'c', 'forest once', 'f', 2, '330102', 'non_forest', 2),
(2015, 'a', 'planted once', 'f', 3, '330102', 'non_forest', 2),
(2020, 'b', 'planted once', 'f', 3, '330102', 'unestablished', 2),
(2023, 'c', 'planted once', 'f', 3, '330102', 'other_shrub', 2),
(2015, 'a', 'left out once', 'f', 4, '330102', 'non_forest', 2),
(2023, 'c', 'left out once', 'f', 4, '330102', 'non_forest', 2),
(2020, 'b', 'redrawn', 'f', 5, '330102', 'non_forest', 3),
(2023, 'c', 'redrawn', 'f', 5, '330102', 'non_forest', 2),
(2023, 'c', 'new', 'f', 6, '330102', 'scattered', 0.0667),
(2015, 'a', 'unestablished', 'f', 7, '330102', 'non_forest', 2),
(2023, 'c', 'unestablished', 'f', 7, '330102', 'unestablished', 2),
(2023, 'c', 'forest', 'f', 8, '330102', 'economic', 2),
(2023, 'c', 'wet', 'f', 9, '330102', 'non_forest', 2),
(2023, 'c', 'part wet', 'f', 10, '330102', 'non_forest', 2),
(2023, 'c', 'field', 'f', 11, '330102', 'non_forest', 2),
(2023, 'c', 'one part', 'f', 12, '330102', 'non_forest', 2),
(2023, 'c', 'two parts', 'f', 13, '330102', 'non_forest', 2)
"""
WETLANDS = """
INSERT INTO wetlands (survey, load_id, wetland_id, source_file, source_row, region_code,
    wetland_class, area_ha, stand_id) VALUES
(2023, 'w', 'W1', 'w', 1, '330102', 'marsh', 2, 'wet'),
(2023, 'w', 'W2', 'w', 2, '330102', 'marsh', 0.5, 'part wet'),
(2023, 'w', 'W3', 'w', 3, '330102', 'paddy', 2, 'field'),
(2020, 'w', 'W4', 'w', 4, '330102', 'marsh', 2, 'new')
"""
GEOMETRIES = """
INSERT INTO stand_geometries (survey, load_id, stand_id, geometry_wkb) VALUES
(2023, 'c', 'one part', '\\x01\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00'::BLOB),
(2023, 'c', 'two parts', '\\x01\\x06\\x00\\x00\\x00\\x02\\x00\\x00\\x00'::BLOB)
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parcels") / "stands.duckdb"
    with writing(path) as con:
        for statement in (STANDS, WETLANDS, GEOMETRIES):
            con.execute(statement)
    return path


@pytest.fixture(scope="module")
def parcels(database: Path) -> dict[str, dict[str, Any]]:
    with reading(database) as con:
        rows = stands_as_parcels(con, 2023).to_dicts()
    return {row["parcel_id"]: row for row in rows}


@pytest.mark.parametrize(
    ("parcel", "years", "at_least"),
    [
        ("bare ever", 8.0, True),
        ("forest once", 3.0, True),
        ("planted once", None, False),
        ("left out once", None, False),
        ("redrawn", None, False),
        ("new", None, False),
        ("unestablished", None, False),
        ("forest", 0.0, False),
    ],
)
def test_years_without_forest(
    parcels: dict[str, dict[str, Any]], parcel: str, years: float | None, at_least: bool
) -> None:
    """2023 - 2015 and 2023 - 2020; every survey between must have the same stand, without forest.

    A stand of 3 ha then and 2 ha now is not the same land. Whether land planted and not yet
    established is forest is not known.
    """
    row = parcels[parcel]
    assert (row["non_forest_years"], row["non_forest_years_at_least"]) == (years, at_least)


def test_wetlands_that_name_the_stand(parcels: dict[str, dict[str, Any]]) -> None:
    """All of it: true; a part of it, a paddy field, another survey or nothing: not known."""
    found = {name: parcels[name]["is_wetland"] for name in ("wet", "part wet", "field", "new")}
    assert found == {"wet": True, "part wet": None, "field": None, "new": None}


def test_a_stand_is_one_piece_unless_its_geometry_says_otherwise(
    parcels: dict[str, dict[str, Any]],
) -> None:
    assert parcels["new"]["contiguous_area_m2"] == 667.0
    assert parcels["one part"]["contiguous_area_m2"] == 20_000.0
    assert parcels["two parts"]["contiguous_area_m2"] is None


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("vegetation_class = 'economic'", 1),
        ("vegetation_class = 'economic' -- why", 1),
        ("stand_id = 'new' OR true", 13),
        ("area_ha > 100", 0),
    ],
)
def test_a_condition_stays_within_the_survey(database: Path, where: str, rows: int) -> None:
    with reading(database) as con:
        assert stands_as_parcels(con, 2023, where).height == rows


@pytest.mark.parametrize(
    "where", ["nothing = 1", "true); DROP TABLE stands; SELECT (1", "true) OR (true", "'"]
)
def test_a_condition_that_is_none_is_refused(database: Path, where: str) -> None:
    with reading(database) as con, pytest.raises(UsageProblem, match="on stands is not usable"):
        stands_as_parcels(con, 2023, where)
