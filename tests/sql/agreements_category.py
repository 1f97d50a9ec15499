"""Queries of public-benefit and commercial forest beside the rows of `estimate`."""

from collections.abc import Callable
from decimal import Decimal

import polars as pl
from agreements_forest_estimates import LAST, Row, SideBySide, close
from query_city import QueryCity, of_estimates

from sinkcalc.vocabulary import FOREST_CLASSES

PUBLIC = "public_benefit"
BY = "region,forest_category"


def _of_counties(city: QueryCity, quantity: str, pool: str | None) -> dict[str, float]:
    """Return the figures of whole counties: of the run that is not split by category."""
    found = of_estimates(city, LAST, "--by", "region", quantity=quantity, pool=pool)
    return {row["region_code"]: float(row["value"]) for row in found}


def _areas_of_the_file(city: QueryCity) -> dict[tuple[str, str], Decimal]:
    """Add the areas of forest in the raw file, by the codes of the form."""
    forest = city.stands(LAST).filter(pl.col("vegetation_class").is_in(FOREST_CLASSES))
    areas = forest.group_by("region_code", "forest_category").agg(pl.col("area_ha").sum())
    return {(region, category): area for region, category, area in areas.iter_rows()}


def _shares(rows: list[Row], column: str, figure: str, whole: dict[str, float]) -> None:
    for row in rows:
        share = None if row[figure] is None else float(row[figure]) / whole[row["region_code"]]
        assert close(row[column], share), (row, column)


def _public_benefit_forest_carbon(city: QueryCity) -> None:
    SideBySide(
        "public_benefit_forest_carbon",
        BY,
        ("region_code",),
        where=lambda row: row["forest_category"] == PUBLIC,
    )(city)
    rows = city.query("public_benefit_forest_carbon")
    whole = _of_counties(city, "carbon", "vegetation")
    assert {row["region_code"] for row in rows} == whole.keys()
    _shares(rows, "share_of_vegetation_carbon_fraction", "vegetation_carbon_t", whole)


def _public_benefit_area_and_stock(city: QueryCity) -> None:
    SideBySide("public_benefit_area_and_stock", BY, ("region_code", "forest_category"))(city)
    rows = city.query("public_benefit_area_and_stock")
    assert {row["forest_category"] for row in rows} >= {PUBLIC, "commercial"}
    assert {
        (row["region_code"], row["forest_category"]): row["forest_area_ha"] for row in rows
    } == _areas_of_the_file(city)
    _shares(
        rows, "share_of_county_area_fraction", "forest_area_ha", _of_counties(city, "area", None)
    )
    _shares(
        rows,
        "share_of_county_stock_fraction",
        "growing_stock_m3",
        _of_counties(city, "growing_stock", None),
    )


AGREEMENTS: dict[str, Callable[[QueryCity], None]] = {
    "public_benefit_area_and_stock": _public_benefit_area_and_stock,
    "public_benefit_forest_carbon": _public_benefit_forest_carbon,
}
