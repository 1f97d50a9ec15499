"""Group sums by age, from the database."""

from pathlib import Path

import polars as pl
import pytest

from sinkcalc.store.connection import reading, writing
from sinkcalc.store.growth import pair_reasons, pair_sums, stand_sums, unusable_stands

STANDS = """
INSERT INTO stands (survey, load_id, stand_id, source_file, source_row, region_code,
    vegetation_class, species, origin, age_years, area_ha, volume_m3) VALUES
(2015, 'a', '1', 'f', 1, '330102', 'arbor', 'oak', 'natural', 10, 2, 100),
(2015, 'a', '2', 'f', 2, '330102', 'arbor', 'oak', 'natural', 10, 1, 80),
(2015, 'a', '3', 'f', 3, '330102', 'arbor', 'oak', 'natural', 40, 1, 150),
(2015, 'a', '4', 'f', 4, '330102', 'arbor', 'oak', 'natural', 3, 1, 0),
(2015, 'a', '5', 'f', 5, '330102', 'arbor', 'oak', 'natural', 20, 1, 60),
(2015, 'a', '6', 'f', 6, '330102', 'economic', NULL, 'planted', NULL, 1, NULL),
(2020, 'b', '1', 'f', 1, '330102', 'arbor', 'oak', 'natural', 15, 2, 140),
(2020, 'b', '2', 'f', 2, '330102', 'arbor', 'oak', 'natural', 15, 2, 200),
(2020, 'b', '3', 'f', 3, '330102', 'arbor', 'oak', 'natural', 3, 1, 5),
(2020, 'b', '4', 'f', 4, '330102', 'arbor', 'oak', 'natural', 8, 1, 20),
(2020, 'b', '5', 'f', 5, '330102', 'arbor', 'schima', 'natural', 25, 1, 70),
(2020, 'b', '6', 'f', 6, '330102', 'economic', NULL, 'planted', NULL, 1, NULL),
(2020, 'b', '7', 'f', 7, '330102', 'arbor', 'oak', 'natural', NULL, 1, 70),
(2020, 'b', '8', 'f', 8, '330102', 'arbor', 'oak', 'natural', 30, 1, NULL)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "growth.duckdb"
    with writing(path) as con:
        con.execute(STANDS)
    return path


def test_stands_are_summed_by_age(database: Path) -> None:
    """Age 10 in 2015: 2 ha of 50 and 1 ha of 80 m3/ha; 2 x 2500 + 6400 = 11400."""
    with reading(database) as con:
        rows = stand_sums(con, 2015)
        assert unusable_stands(con, 2020) == {"rows": 7, "without_age": 1, "without_volume": 1}
    assert rows["age"].to_list() == [3, 10, 20, 40]
    ten = rows.row(by_predicate=pl.col("age") == 10, named=True)
    expected = {"n": 2, "area": 3.0, "volume": 180.0, "square": 11400.0}
    assert {name: ten[name] for name in expected} == expected


def test_stands_measured_twice_are_summed_with_the_later_area(database: Path) -> None:
    """Stands 1 and 2: 50 to 70 and 80 to 100 m3/ha, each 2 ha in 2020.

    volume 340, square 2(4900 + 10000) = 29800, volume before 2 x 130 = 260, its square
    2(2500 + 6400) = 17800, cross 2(3500 + 8000) = 23000. 3 was felled and regrown, 4 had no
    volume, 5 is of another species.
    """
    with reading(database) as con:
        rows = pair_sums(con, (2015, 2020))
        reasons = pair_reasons(con, (2015, 2020))
    (row,) = rows.iter_rows(named=True)
    assert (row["species"], row["age_from"], row["age"], row["n"]) == ("oak", 10, 15, 2)
    assert row["area"] == 4
    assert (row["volume"], row["square"]) == (340, 29800)
    assert (row["volume_from"], row["square_from"], row["cross"]) == (260, 17800, 23000)
    assert reasons == {
        "": 2,
        "age_not_moved_on": 1,
        "no_volume_before": 1,
        "species_or_origin_changed": 1,
    }
