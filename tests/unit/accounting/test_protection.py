"""Protected area of wetlands: overlaps counted once, by identifiers and by shares."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.protection import (
    UNITED,
    over_regions,
    protected_wetlands,
    protection_is_known,
    protection_table,
    rates,
)
from sinkcalc.intake.overlay import NO_AREAS, NO_SHARES

Rows = Sequence[Mapping[str, Any]]
AREA = pl.Decimal(14, 4)
WETLAND: dict[str, Any] = {
    "wetland_id": pl.String,
    "region_code": pl.String,
    "wetland_class": pl.String,
    "area_ha": AREA,
    "in_plan_list": pl.Boolean,
    "protection_form": pl.String,
    "protected_area_name": pl.String,
}
PROTECTED: dict[str, Any] = {
    "protected_area_id": pl.String,
    "protection_form": pl.String,
    "wetland_id": pl.String,
    "protected_area_ha": AREA,
}


def wetlands(rows: Rows) -> pl.DataFrame:
    given = [{"region_code": "330106", "wetland_class": "lake", **row} for row in rows]
    return pl.DataFrame(
        [{**row, "area_ha": Decimal(str(row["area_ha"]))} for row in given], schema=WETLAND
    )


def areas(rows: Rows) -> pl.DataFrame:
    def exact(value: object) -> Decimal | None:
        return None if value is None else Decimal(str(value))

    return pl.DataFrame(
        [{**row, "protected_area_ha": exact(row.get("protected_area_ha"))} for row in rows],
        schema=PROTECTED,
    )


def _found(patches: Rows, parks: Rows, shares: pl.DataFrame = NO_SHARES) -> dict[Any, Any]:
    drawn = pl.Series(
        [row["protected_area_id"] for row in parks if row.get("drawn")], dtype=pl.String
    )
    plain = [{key: value for key, value in row.items() if key != "drawn"} for row in parks]
    found = protected_wetlands(
        wetlands(patches), areas(plain), shares, drawn if shares.height else NO_AREAS
    )
    return {(row[0], row[1]): (float(row[2]), float(row[3])) for row in found.iter_rows()}


def test_a_record_that_names_its_protection_is_protected_whole_and_once() -> None:
    """Form and protected areas all over the same 100 ha: 100 ha, not 400."""
    found = _found(
        [{"wetland_id": "W", "area_ha": 100, "protection_form": "wetland_park"}],
        [
            {"protected_area_id": "A", "wetland_id": "W", "protection_form": "scenic_area"},
            {"protected_area_id": "B", "wetland_id": "W", "protection_form": "drinking_water"},
            {"protected_area_id": "C", "wetland_id": "W", "protected_area_ha": 100},
        ],
    )
    assert found["W", UNITED] == (100, 100)
    forms = {form for _, form in found} - {UNITED}
    assert forms == {"wetland_park", "scenic_area", "drinking_water", "unstated"}
    assert all(found["W", form] == (100, 100) for form in forms)


def test_a_name_alone_protects_too() -> None:
    found = _found([{"wetland_id": "W", "area_ha": 7, "protected_area_name": "西溪"}], [])
    assert found == {("W", UNITED): (7, 7), ("W", "unstated"): (7, 7)}


@pytest.mark.parametrize(
    ("parts", "bounds"),
    [
        # three areas of 30, 40 and 20 ha of 100 ha: from all inside the largest to side by side
        ((30, 40, 20), (40, 90)),
        # the sum is more than the wetland
        ((60, 70, 20), (70, 100)),
        # one part alone has no overlap
        ((25,), (25, 25)),
        # more than the wetland holds
        ((130,), (100, 100)),
        # an area without a figure holds all of it
        ((30, None), (100, 100)),
    ],
)
def test_parts_without_geometry_lie_between_two_bounds(
    parts: tuple[int | None, ...], bounds: tuple[int, int]
) -> None:
    parks = [
        {"protected_area_id": str(n), "wetland_id": "W", "protected_area_ha": part}
        for n, part in enumerate(parts)
    ]
    assert _found([{"wetland_id": "W", "area_ha": 100}], parks)["W", UNITED] == bounds


def test_parts_of_one_protected_area_add() -> None:
    parks = [
        {"protected_area_id": "A", "wetland_id": "W", "protected_area_ha": part}
        for part in (10, 20)
    ]
    assert _found([{"wetland_id": "W", "area_ha": 100}], parks)["W", UNITED] == (30, 30)


def test_where_both_are_drawn_the_geometry_decides() -> None:
    """A (drawn) says 90 ha and covers 40 %; B is not drawn and adds 30 ha of unknown overlap."""
    shares = pl.DataFrame(
        {
            "wetland_id": ["W", "W"],
            "protection_form": [UNITED, "scenic_area"],
            "share": [0.4, 0.4],
        }
    )
    found = _found(
        [{"wetland_id": "W", "area_ha": 100}, {"wetland_id": "X", "area_ha": 50}],
        [
            {
                "protected_area_id": "A",
                "wetland_id": "W",
                "protection_form": "scenic_area",
                "protected_area_ha": 90,
                "drawn": True,
            },
            {"protected_area_id": "B", "wetland_id": "W", "protected_area_ha": 30},
            # drawn as well, but this wetland is not
            {"protected_area_id": "A", "wetland_id": "X", "protected_area_ha": 5, "drawn": True},
        ],
        shares,
    )
    assert found["W", UNITED] == (40, 70)
    assert found["W", "scenic_area"] == (40, 40)
    assert found["X", UNITED] == (5, 5)


def test_what_is_not_protected_has_a_row_with_nothing() -> None:
    assert _found([{"wetland_id": "W", "area_ha": 3}], []) == {("W", UNITED): (0, 0)}
    assert not protection_is_known(wetlands([{"wetland_id": "W", "area_ha": 3}]), areas([]))


def _table(patches: Rows, parks: Rows, *, known: bool = True) -> pl.DataFrame:
    records = wetlands(patches)
    found = protected_wetlands(records, areas(parks), NO_SHARES, NO_AREAS)
    return protection_table(records, found, known=known)


def test_no_mark_of_the_list_is_no_row_and_not_zero() -> None:
    table = _table(
        [
            {"wetland_id": "W", "area_ha": 3},
            {"wetland_id": "X", "area_ha": 4, "region_code": "330127", "in_plan_list": False},
        ],
        [],
    )
    listed = table.filter(pl.col("definition") == "plan_list")
    assert listed["region_code"].to_list() == ["330127"]
    assert listed["area_ha"].to_list() == [0]
    # a rate over no area is not 0 either
    assert rates(listed)["protected_fraction"].to_list() == [None]


def test_nothing_known_of_protection_is_null_and_not_zero() -> None:
    table = _table([{"wetland_id": "W", "area_ha": 3}], [], known=False)
    assert table["protected_area_ha"].null_count() == table.height
    assert over_regions(table)["protected_area_ha"].null_count() == table.height
    assert float(over_regions(table)["area_ha"].max() or 0) == 3


def test_counties_add_up_to_the_city() -> None:
    patches = [
        {"wetland_id": str(n), "area_ha": 10 + n, "region_code": region, "in_plan_list": n % 2 == 0}
        for n, region in enumerate(["330106", "330127", "330106", "330122"])
    ]
    parks = [{"protected_area_id": "A", "wetland_id": "2", "protected_area_ha": 5}]
    table = _table(patches, parks)
    city = over_regions(table)
    for definition in ("plan_list", "nine_classes", "second_survey"):
        mine = table.filter(pl.col("definition") == definition, pl.col("protection_form") == UNITED)
        row = city.filter(pl.col("definition") == definition, pl.col("protection_form") == UNITED)
        for column in ("wetlands", "area_ha", "protected_area_ha"):
            assert mine[column].sum() == row[column].item()
