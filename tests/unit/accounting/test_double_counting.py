"""Wooded wetlands beside stands: with what each is counted."""

from decimal import Decimal
from typing import Any

import polars as pl

from sinkcalc.accounting.ledger import double_counting
from sinkcalc.intake.overlay import NO_OVERLAPS

STANDS = pl.DataFrame(
    {
        "stand_id": ["S1", "S2", "S3"],
        "vegetation_class": ["arbor", "special_shrub", "other_shrub"],
        "stand_area_ha": [Decimal("8.0000"), Decimal("20.0000"), Decimal("5.0000")],
    }
)


def _counted(
    stand_of: dict[str, str | None], overlaps: pl.DataFrame = NO_OVERLAPS
) -> list[dict[str, Any]]:
    wetlands = pl.DataFrame(
        {
            "wetland_id": list(stand_of),
            "region_code": "330127",
            "wetland_class": "forest_swamp",
            "area_ha": [Decimal("10.0000")] * len(stand_of),
            "stand_id": pl.Series(list(stand_of.values()), dtype=pl.String),
        }
    )
    return double_counting(wetlands, STANDS, overlaps).to_dicts()


def _overlap(wetland: str, stand: str, area: float, share: float) -> pl.DataFrame:
    return pl.DataFrame([(wetland, stand, area, share)], NO_OVERLAPS.schema, orient="row")


def test_a_wetland_with_its_stand_is_counted_with_the_stands() -> None:
    (row,) = _counted({"W": "S2"})
    assert (row["counted"], row["found_by"]) == ("once_with_stands", "id")
    assert row["area_difference_ha"] == -10
    assert (row["with_stands_ha"], row["with_wetlands_ha"]) == (10, 0)


def test_what_a_stand_cannot_hold_stays_with_the_wetlands() -> None:
    """20 ha of two wetlands in a stand of 8 ha: 4 ha of each; three of 30 ha in one of 20."""
    rows = _counted({"V": "S1", "W": "S1", "X": None, "Y": "S3"})
    assert [(row["counted"], row["with_stands_ha"], row["with_wetlands_ha"]) for row in rows] == [
        ("partly_with_stands", 4, 6),
        ("partly_with_stands", 4, 6),
        ("once_with_wetlands", 0, 10),
        ("once_with_wetlands", 0, 10),
    ]
    thirds = _counted({"V": "S2", "W": "S2", "X": "S2"})
    assert [row["with_stands_ha"] for row in thirds] == [Decimal("6.6667")] * 3


def test_a_wetland_without_a_stand_is_counted_with_the_wetlands() -> None:
    (row,) = _counted({"W": None})
    assert (row["counted"], row["found_by"], row["stand_id"]) == ("once_with_wetlands", None, None)


def test_a_stand_whose_class_is_not_estimated_counts_nothing() -> None:
    (row,) = _counted({"W": "S3"})
    assert (row["counted"], row["vegetation_class"]) == ("once_with_wetlands", "other_shrub")


def test_geometry_finds_what_identifiers_do_not_join() -> None:
    (row,) = _counted({"W": None}, _overlap("W", "S1", 7.5, 0.9375))
    assert (row["counted"], row["found_by"], row["stand_id"]) == ("counted_twice", "geometry", "S1")
    assert row["overlap_ha"] == 7.5


def test_a_sliver_along_the_boundary_is_none() -> None:
    (row,) = _counted({"W": None}, _overlap("W", "S1", 0.2, 0.02))
    assert row["counted"] == "once_with_wetlands"


def test_a_wetland_counted_with_its_stand_may_overlap_a_neighbour() -> None:
    pairs = pl.concat([_overlap("W", "S1", 7.0, 0.9), _overlap("W", "S2", 2.0, 0.2)])
    rows = _counted({"W": "S1"}, pairs)
    assert [(row["stand_id"], row["found_by"], row["counted"]) for row in rows] == [
        ("S1", "id", "partly_with_stands"),
        ("S2", "geometry", "partly_with_stands"),
    ]
    assert rows[0]["overlap_ha"] == 7
