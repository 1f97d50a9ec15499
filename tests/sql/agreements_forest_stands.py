"""Queries that list or sum stands, beside a second derivation from the files of the city."""

import csv
from collections.abc import Callable
from typing import Any, Final

import polars as pl
from agreements_forest_estimates import close
from query_city import QueryCity
from simulated_city import YEARS

from sinkcalc.resources import parameter_path
from sinkcalc.units import MU_PER_HA

Row = dict[str, Any]
LAST = YEARS[-1]
ARBOR: Final = pl.col("vegetation_class") == "arbor"
NUMBERS = ("age_years", "area_ha", "canopy_cover_fraction", "volume_m3")
WORDS = ("region_code", "township_code", "species", "origin", "age_group")


def _species(kinds: Callable[[Row], bool]) -> set[str]:
    with parameter_path("species").open(encoding="utf-8") as file:
        return {row["species"] for row in csv.DictReader(file) if kinds(row)}


def _single_conifers() -> set[str]:
    with parameter_path("forest_types").open(encoding="utf-8") as file:
        groups = {
            row["species_group"] for row in csv.DictReader(file) if row["forest_type"] == "conifers"
        }
    # one species, which mixed conifers are not
    return _species(lambda row: row["species_group"] in groups and bool(row["latin"]))


def _check_list(rows: list[Row], expected: pl.DataFrame, order: list[str]) -> None:
    """Compare stands one by one, and their order; every county where none was asked for."""
    assert expected.height == len(rows) > 0
    for row, want in zip(rows, expected.sort(order).iter_rows(named=True), strict=True):
        assert row["stand_id"] == want["stand_id"]
        assert all(row[name] == want[name] for name in WORDS if name in row)
        assert all(row[name] == want[name] for name in NUMBERS if name in row)
        assert close(row["area_mu"], float(want["area_ha"]) * MU_PER_HA)
        if "volume_m3_per_ha" in row:
            volume, area = want["volume_m3"], want["area_ha"]
            density = None if volume is None else float(volume) / float(area)
            assert close(row["volume_m3_per_ha"], density)


BY_PLACE: Final = ["region_code", "township_code", "stand_id"]


def young_middle_stands_to_tend(city: QueryCity) -> None:
    stands = city.stands(2020).filter(
        ARBOR,
        pl.col("age_group").is_in(["young", "middle"]),
        pl.col("canopy_cover_fraction") >= 0.7,
    )
    name = "young_middle_stands_to_tend"
    rows = city.query(name, survey=2020, min_canopy_cover_fraction=0.7)
    _check_list(rows, stands, BY_PLACE)
    county = city.query(name, survey=2020, region_code="330122", min_canopy_cover_fraction=0.7)
    _check_list(county, stands.filter(region_code="330122"), BY_PLACE)


def pure_conifer_stands_over_age(city: QueryCity) -> None:
    pines = _species(lambda row: row["latin"].startswith("Pinus"))
    assert pines < _single_conifers()
    for species, alone in ((pines, True), (_single_conifers(), False)):
        rows = city.query("pure_conifer_stands_over_age", min_age_years=30, pines_only=alone)
        stands = city.stands(LAST).filter(
            ARBOR, pl.col("age_years") >= 30, pl.col("species").is_in(list(species))
        )
        _check_list(rows, stands, BY_PLACE)


def stands_without_volume(city: QueryCity) -> None:
    stands = city.stands(LAST).filter(ARBOR, pl.col("volume_m3").fill_null(0) == 0)
    rows = city.query("stands_without_volume")
    _check_list(rows, stands, BY_PLACE)
    assert all(row["is_missing"] == (row["volume_m3"] is None) for row in rows)


def large_stands_missing_data(city: QueryCity) -> None:
    """Diameter and height are read as the form has them."""
    columns = ["species", "origin", "age_group", "age_years", "canopy_cover_fraction"]
    columns += ["dbh_cm", "height_m", "volume_m3"]
    stands = city.stands(LAST).filter(
        ARBOR, pl.col("area_ha") >= 100, pl.any_horizontal(pl.col(columns).is_null())
    )
    rows = city.query("large_stands_missing_data", min_area_ha=100)
    ordered = stands.sort(["area_ha", "region_code", "stand_id"], descending=[True, False, False])
    assert [row["stand_id"] for row in rows] == ordered["stand_id"].to_list() != []
    for row, want in zip(rows, ordered.iter_rows(named=True), strict=True):
        missing = [name for name in columns if want[name] is None]
        assert row["missing"] == ", ".join(missing)
        assert row["missing_columns"] == len(missing)
        assert row["area_ha"] == want["area_ha"]


def _check_sums(rows: list[Row], stands: pl.DataFrame, keys: list[str]) -> None:
    """Sum in the file by key, and compare counts, areas, volumes and what is divided of them."""
    sums = stands.group_by(keys).agg(
        pl.len().alias("stands"),
        pl.col("area_ha").sum(),
        pl.when(pl.col("volume_m3").count() > 0).then(pl.col("volume_m3").sum()),
        with_volume=pl.col("area_ha").filter(pl.col("volume_m3").is_not_null()).sum(),
    )
    expected = {tuple(row[key] for key in keys): row for row in sums.iter_rows(named=True)}
    assert {tuple(row[key] for key in keys) for row in rows} == expected.keys()
    assert len(rows) == len(expected) > 0
    for row in rows:
        want = expected[tuple(row[key] for key in keys)]
        assert all(row[name] == want[name] for name in ("stands", "area_ha", "volume_m3"))
        assert close(row["area_mu"], float(want["area_ha"]) * MU_PER_HA)
        volume = want["volume_m3"]
        density = None if volume is None else float(volume) / float(want["with_volume"])
        assert close(row["volume_m3_per_ha"], density)


def young_middle_forest_to_tend_by_county(city: QueryCity) -> None:
    stands = city.stands(LAST).filter(
        ARBOR,
        pl.col("age_group").is_in(["young", "middle"]),
        pl.col("canopy_cover_fraction") >= 0.8,
    )
    rows = city.query("young_middle_forest_to_tend_by_county", min_canopy_cover_fraction=0.8)
    _check_sums(rows, stands, ["region_code", "age_group"])


def mature_forest_by_county(city: QueryCity) -> None:
    stands = city.stands(LAST).filter(ARBOR, pl.col("age_group").is_in(["mature", "over_mature"]))
    _check_sums(city.query("mature_forest_by_county"), stands, ["region_code", "age_group"])


def dominant_species(city: QueryCity) -> None:
    stands = city.stands(LAST).filter(ARBOR)
    rows = city.query("dominant_species")
    _check_sums(rows, stands, ["species"])
    areas = [row["area_ha"] for row in rows]
    assert areas == sorted(areas, reverse=True)
    whole = float(stands["area_ha"].sum())
    assert all(close(row["share_of_area_fraction"], float(row["area_ha"]) / whole) for row in rows)


def low_volume_stands_by_township(city: QueryCity) -> None:
    known = city.stands(LAST).filter(
        ARBOR, pl.col("volume_m3").is_not_null(), pl.col("age_years") >= 20
    )
    density = pl.col("volume_m3").cast(pl.Float64) / pl.col("area_ha").cast(pl.Float64)
    keys = ["region_code", "township_code"]
    rows = city.query("low_volume_stands_by_township", max_m3_per_ha=45, min_age_years=20)
    _check_sums(rows, known.filter(density < 45), keys)
    areas = {
        (region, township): area
        for region, township, area in known.group_by(keys).agg(pl.col("area_ha").sum()).iter_rows()
    }
    for row in rows:
        area = areas[row["region_code"], row["township_code"]]
        assert row["arbor_area_ha"] == area
        assert close(row["share_of_arbor_fraction"], float(row["area_ha"]) / float(area))


AGREEMENTS = {
    "young_middle_stands_to_tend": young_middle_stands_to_tend,
    "young_middle_forest_to_tend_by_county": young_middle_forest_to_tend_by_county,
    "pure_conifer_stands_over_age": pure_conifer_stands_over_age,
    "stands_without_volume": stands_without_volume,
    "large_stands_missing_data": large_stands_missing_data,
    "mature_forest_by_county": mature_forest_by_county,
    "dominant_species": dominant_species,
    "low_volume_stands_by_township": low_volume_stands_by_township,
}
