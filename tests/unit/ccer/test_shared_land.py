"""Parcels of two projects on the same land, by every key, and those that only look alike."""

from typing import Any

import polars as pl
import pytest
from made_projects import parcel, parcels

from sinkcalc.ccer.shared_land import shared_land, without_keys

RENAMED = {"330185": "330112"}


def _others(*rows: dict[str, Any]) -> pl.DataFrame:
    return parcels(*rows).with_columns(pl.lit("other").alias("project_id"))


def _found(one: dict[str, Any], two: dict[str, Any]) -> list[str]:
    return shared_land(parcels(one), _others(two), RENAMED)["matched_by"].to_list()


@pytest.mark.parametrize(
    ("one", "two", "by"),
    [
        ({"stand_id": "05"}, {"stand_id": "05"}, ["same_stand"]),
        ({"stand_id": "05"}, {"stand_id": "05", "region_code": "330110"}, []),
        ({"stand_id": "05", "village": "王村"}, {"stand_id": "05", "village": "李村"}, []),
        ({"stand_id": "05", "village": "王村"}, {"stand_id": "05"}, ["same_stand"]),
        # numbers of the database are unique whatever the village is called
        (
            {"stand_id": "05", "village": "王村", "survey": 2020},
            {"stand_id": "05", "village": "李村", "survey": 2023},
            ["same_stand"],
        ),
        # the county was renamed between the two
        (
            {"stand_id": "330185-7", "region_code": "330185"},
            {"stand_id": "330112-7", "region_code": "330112"},
            ["same_stand"],
        ),
        # full width, blanks and capitals
        ({"stand_id": " A05 "}, {"stand_id": "a05"}, ["same_stand"]),
        ({"stand_id": None}, {"stand_id": None}, []),
        ({"stand_id": "5", "region_code": None}, {"stand_id": "5", "region_code": None}, []),
        ({"tenure_number": "林证1"}, {"tenure_number": "林证1"}, ["same_title"]),
        ({"tenure_number": "林证1"}, {"tenure_number": "林证2"}, []),
        ({"village": "王村"}, {"village": "王村"}, ["same_parcel"]),
        ({"village": "王村"}, {"village": "王村", "region_code": "330110"}, []),
        (
            {"village": "王村", "tenure_number": "1", "stand_id": "5"},
            {"village": "王村", "tenure_number": "1", "stand_id": "5"},
            ["same_stand"],
        ),
    ],
)
def test_keys(one: dict[str, Any], two: dict[str, Any], by: list[str]) -> None:
    assert _found(parcel("1", **one), parcel("1", **two)) == by


def test_another_parcel_of_the_same_title_or_village() -> None:
    fields = {"village": "王村", "tenure_number": "林证1"}
    assert _found(parcel("1", **fields), parcel("2", **fields)) == []


def test_polygons_are_measured_by_the_function_given() -> None:
    def measured(one: pl.DataFrame, two: pl.DataFrame) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "parcel_id": [one["parcel_id"][0]],
                "other_project_id": [two["project_id"][0]],
                "other_parcel_id": [two["parcel_id"][0]],
                "overlap_ha": [0.25],
            }
        )

    found = shared_land(
        parcels(parcel("1", stand_id="5")), _others(parcel("9", stand_id="5")), {}, measured
    )
    # found twice, named once, with the area
    assert found.rows() == [("1", "other", "9", "same_stand", 0.25)]
    found = shared_land(parcels(parcel("1")), _others(parcel("9")), {}, measured)
    assert found.rows() == [("1", "other", "9", "same_polygon", 0.25)]


def test_parcels_that_nothing_tells_apart() -> None:
    rows = parcels(
        parcel("stand", stand_id="5"),
        parcel("village", village="王村"),
        parcel("title", tenure_number="1", region_code=None),
        parcel("no county", stand_id="5", region_code=None),
        parcel("polygon", geometry_wkb=b"x"),
        parcel("nothing"),
    )
    assert without_keys(rows, polygons=True)["parcel_id"].to_list() == ["no county", "nothing"]
    assert without_keys(rows, polygons=False).height == 3
