"""What became of wetlands between two surveys."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from made_wetlands import records_frame, wetland

from sinkcalc.accounting.conversions import conversions

MARSH = wetland("w", "330109", "tidal_marsh", "30")


def _found(
    before: dict[str, Any] | None, after: dict[str, Any] | None, density: float | None = 100.0
) -> list[dict[str, Any]]:
    flag = None if density is not None else "no_density_at_depth"
    first = records_frame([] if before is None else [before]).with_columns(
        pl.lit(1).alias("counted"),
        pl.lit("d").alias("soil_id"),
        pl.lit(density, pl.Float64).alias("soil_t_per_ha"),
        pl.lit(flag, pl.String).alias("soil_flag"),
    )
    last = records_frame([] if after is None else [after])
    return conversions(first, last, (2020, 2023)).collect().to_dicts()


def test_what_stays_is_not_listed() -> None:
    assert _found(MARSH, {**MARSH, "area_ha": "25"}) == []


def test_a_marsh_under_water_loses_its_stock_at_once() -> None:
    """30 ha * 100 t C/ha; * 44/12."""
    (row,) = _found(MARSH, {**MARSH, "wetland_class": "pond", "area_ha": "28"})
    assert (row["class_from"], row["class_to"], row["wetlands"]) == ("tidal_marsh", "pond", 1)
    assert (row["area_from_ha"], row["area_to_ha"]) == (Decimal(30), Decimal(28))
    assert row["loss_t_c"] == Decimal(3000)
    assert row["loss_t_co2e"] == Decimal(11000)
    assert row["loss_reason"] is None


@pytest.mark.parametrize(("year", "lost"), [(2020, None), (2021, 3000), (2023, 3000), (2024, None)])
def test_an_excavation_counts_between_the_surveys(year: int, lost: int | None) -> None:
    found = _found(MARSH, {**MARSH, "event": "excavated", "event_year": year})
    assert [row["loss_t_c"] for row in found] == ([] if lost is None else [Decimal(lost)])


def test_drained_soil_is_lost_year_by_year() -> None:
    (row,) = _found(MARSH, {**MARSH, "event": "drained", "event_year": 2022})
    assert row["loss_t_c"] is None
    assert row["loss_reason"] == "drained_year_by_year"


@pytest.mark.parametrize("kind", ["marsh", "forest_swamp", "inland_flat", "tidal_flat"])
def test_a_drained_soil_without_a_factor_is_not_among_the_emissions(kind: str) -> None:
    inland = {**MARSH, "wetland_class": kind}
    (row,) = _found(inland, {**inland, "event": "drained", "event_year": 2022})
    assert row["loss_t_c"] is None
    assert row["loss_reason"] == "drained_no_factor"


def test_what_became_of_a_wetland_that_is_gone_is_not_known() -> None:
    (soil,) = _found(MARSH, None)
    assert (soil["loss_t_c"], soil["loss_reason"]) == (None, "not_in_later_survey")
    (water,) = _found({**MARSH, "wetland_class": "pond"}, None)
    assert (water["loss_t_c"], water["loss_reason"]) == (None, None)


def test_a_loss_without_density_says_so() -> None:
    (row,) = _found(
        {**MARSH, "wetland_class": "marsh"}, {**MARSH, "wetland_class": "lake"}, density=None
    )
    assert row["loss_t_c"] is None
    assert row["loss_reason"] == "no_density_at_depth"


def test_land_to_land_loses_nothing_at_once() -> None:
    (row,) = _found(MARSH, {**MARSH, "wetland_class": "tidal_flat"})
    assert row["loss_t_c"] is None
    assert row["loss_reason"] is None


def test_new_and_gone_wetlands_are_listed() -> None:
    (gone,) = _found(MARSH, None)
    assert (gone["class_from"], gone["class_to"]) == ("tidal_marsh", None)
    assert (gone["area_from_ha"], gone["area_to_ha"]) == (Decimal(30), None)
    (new,) = _found(None, MARSH)
    assert (new["class_from"], new["class_to"]) == (None, "tidal_marsh")
