"""Area of wetlands and protection rate by definition, counted by hand from one list of records."""

from pathlib import Path

import pytest
import shapely
from wetland_records import put_shapes, put_wetlands

from sinkcalc.accounting.target import TargetRow
from sinkcalc.pipeline.wetland_indicators import observe, protection_rows, wetland_years
from sinkcalc.store.connection import writing

RECORDS = [
    # class, ha, in the plan's list, form of protection
    ("lake", 600, True, "scenic_area"),
    ("reservoir", 300, True, None),
    ("river", 40, None, "drinking_water"),
    ("forest_swamp", 7, True, "wetland_park"),
    ("tidal_flat", 50, False, None),
    ("salt_pan", 3, None, None),
    ("paddy", 1000, True, "other_protection"),
]
# half of the reservoir by two overlapping areas of 150 and 100 ha
PARTS = [
    {
        "protected_area_id": name,
        "protection_form": "wetland_park",
        "wetland_id": "W1",
        "protected_area_ha": part,
    }
    for name, part in (("A", 150), ("B", 100))
]
# definition -> area, protected area, upper bound
BY_HAND = {
    "plan_list": (600 + 300 + 7, 600 + 150 + 7, 600 + 250 + 7),
    "nine_classes": (600 + 300 + 40 + 7, 600 + 150 + 40 + 7, 600 + 250 + 40 + 7),
    "land_survey_wetland": (7 + 50 + 3, 7, 7),
    "second_survey": (600 + 300 + 40 + 50, 600 + 150 + 40, 600 + 250 + 40),
}


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "sinkcalc.duckdb"
    with writing(path):
        pass
    return path


def _records(area: float = 1.0) -> list[dict[str, object]]:
    return [
        {
            "wetland_id": f"W{n}",
            "region_code": "330127",
            "wetland_class": wetland_class,
            "area_ha": ha * area,
            "in_plan_list": listed,
            "protection_form": form,
        }
        for n, (wetland_class, ha, listed, form) in enumerate(RECORDS)
    ]


def _target(definition: str, indicator: str, region: str = "330100") -> TargetRow:
    return TargetRow(indicator, definition, "ha", None, None, None, 2025, 1, 0, region)


@pytest.mark.parametrize("definition", BY_HAND)
def test_areas_and_rates_by_definition(db: Path, definition: str) -> None:
    put_wetlands(db, 2023, _records(), PARTS)
    area, low, high = BY_HAND[definition]
    rows = protection_rows(db).to_dicts()
    (row,) = [
        row for row in rows if (row["definition"], row["protection_form"]) == (definition, "united")
    ]
    assert (row["area_ha"], row["protected_area_ha"], row["protected_area_high_ha"]) == (
        *(area, low, high),
    )
    assert row["protected_fraction"] == pytest.approx(low / area, rel=1e-12)
    years = wetland_years(db)
    for indicator, value in (("wetland_area", area), ("wetland_protection_rate", low / area)):
        (seen,), _ = observe(years, _target(definition, indicator))
        assert seen.value == pytest.approx(value, rel=1e-12)


def test_forms_alone_and_united(db: Path) -> None:
    """In the nine classes: 600 scenic, 40 drinking water, 7 + 150 in wetland parks."""
    put_wetlands(db, 2023, _records(), PARTS)
    forms = {
        row["protection_form"]: float(row["protected_area_ha"])
        for row in protection_rows(db, by_region=True).to_dicts()
        if row["definition"] == "nine_classes"
    }
    assert forms == {
        "scenic_area": 600,
        "drinking_water": 40,
        "wetland_park": 157,
        "united": 797,
    }


def test_the_geometry_settles_the_overlap(db: Path) -> None:
    """Drawn, the two areas cover 0–150 and 50–150 of 300 columns: half the reservoir."""
    put_wetlands(db, 2023, _records(), PARTS)
    east, north = 500_000, 3_300_000

    def columns(first: int, last: int) -> bytes:
        wkb: bytes = shapely.to_wkb(
            shapely.box(east + first * 10, north, east + last * 10, north + 1000)
        )
        return wkb

    put_shapes(db, 2023, "wetland", "EPSG:4549", {"W1": columns(0, 300)})
    parks = {"A": columns(0, 150), "B": columns(50, 150)}
    put_shapes(db, 2023, "protected_area", "EPSG:4549", parks)
    rows = protection_rows(db).to_dicts()
    (row,) = [r for r in rows if (r["definition"], r["protection_form"]) == ("plan_list", "united")]
    assert float(row["protected_area_ha"]) == pytest.approx(757, abs=1e-3)
    assert row["protected_area_high_ha"] == row["protected_area_ha"]


def test_without_marks_or_protection_there_is_no_figure(db: Path) -> None:
    plain = [{**row, "in_plan_list": None, "protection_form": None} for row in _records()]
    put_wetlands(db, 2023, plain)
    years = wetland_years(db)
    assert observe(years, _target("plan_list", "wetland_area")) == ([], "no_list_marks")
    assert observe(years, _target("nine_classes", "wetland_protection_rate")) == (
        *([], "no_protection_records"),
    )
    elsewhere = _target("nine_classes", "wetland_area", "330122")
    assert observe(years, elsewhere) == ([], "no_wetlands_here")
    assert observe([], elsewhere) == ([], "no_survey")


def test_records_of_the_test_region_are_no_part_of_the_city(db: Path) -> None:
    outside = {"wetland_id": "T", "region_code": "TEST", "wetland_class": "lake", "area_ha": 9}
    put_wetlands(db, 2023, [*_records(), outside], PARTS)
    (seen,), _ = observe(wetland_years(db), _target("nine_classes", "wetland_area"))
    assert seen.value == BY_HAND["nine_classes"][0]
