"""Which density serves a wetland, and what is known of its error."""

from typing import Any

import polars as pl
import pytest
from made_wetlands import GRADIENTS, figures_of, records_frame, stocks_frame, wetland

from sinkcalc.accounting.wetland_cores import CoreMeans, core_means
from sinkcalc.accounting.wetland_density import excavated_densities, with_soil_source
from sinkcalc.coefficients.wetlands import WetlandFactors, load_wetland_factors

MARSH = wetland("w", "330108", "tidal_marsh", "10")
Core = tuple[str, str | None, str | None, str, float | None]


def _means(cores: list[Core], factors: WetlandFactors | None = None) -> CoreMeans:
    none = pl.DataFrame(schema=GRADIENTS)
    return core_means(stocks_frame(cores), none, factors or load_wetland_factors(100))


def _served(record: dict[str, Any], cores: list[Core], depth: int = 100) -> dict[str, Any]:
    factors = load_wetland_factors(depth)
    records = records_frame([record])
    return with_soil_source(records, _means(cores), factors, 2020).collect().row(0, named=True)


def _soil(record: dict[str, Any], cores: list[Core]) -> dict[str, Any]:
    return (
        figures_of([record], cores).rows.filter(quantity="carbon", pool="soil").row(0, named=True)
    )


@pytest.mark.parametrize(
    ("cores", "source", "density"),
    [
        ([("a", "w", "330108", "tidal_marsh", 70.0)], "own_cores", 70),
        # one core has no spread: it serves its own wetland and no other
        ([("a", "x", "330108", "tidal_marsh", 70.0)], "national", 95.60),
        (
            [("a", "x", "330108", "tidal_marsh", 70.0), ("b", None, "330108", "tidal_marsh", 90.0)],
            "county_cores",
            80,
        ),
        (
            [("a", "x", "330108", "tidal_marsh", 70.0), ("b", None, "330109", "tidal_marsh", 90.0)],
            "city_cores",
            80,
        ),
        # cores of another class, without a stock, or of no known place
        (
            [("a", None, "330108", "mangrove", 70.0), ("b", None, "330108", "mangrove", 90.0)],
            "national",
            95.60,
        ),
        (
            [("a", "w", "330108", "tidal_marsh", None), ("b", "w", "330108", "tidal_marsh", None)],
            "national",
            95.60,
        ),
        (
            [("a", None, None, "tidal_marsh", 70.0), ("b", None, None, "tidal_marsh", 90.0)],
            "city_cores",
            80,
        ),
    ],
)
def test_the_most_specific_source_serves(cores: list[Core], source: str, density: float) -> None:
    found = _served(MARSH, cores)
    assert found["soil_source"] == source
    assert found["soil_t_per_ha"] == pytest.approx(density)
    assert found["soil_flag"] is None


@pytest.mark.parametrize(
    ("record", "flag"),
    [
        ({"wetland_class": "reservoir"}, "open_water_no_soil"),
        ({"wetland_class": "coastal_water"}, "open_water_no_soil"),
        ({"wetland_class": "tidal_flat"}, "no_source"),
        ({"wetland_class": "inland_flat"}, "no_source"),
        ({"wetland_class": "salt_pan"}, "no_source"),
        ({"wetland_class": "marsh_meadow"}, "no_density_at_depth"),
        ({"event": "excavated", "event_year": 2019}, "excavated_no_soil"),
        (
            {"wetland_class": "shrub_swamp", "forest_stand_class": "special_shrub"},
            "counted_with_stands",
        ),
    ],
)
def test_a_record_without_density_says_why(record: dict[str, Any], flag: str) -> None:
    found = _served({**MARSH, **record}, [])
    assert found["soil_flag"] == flag
    assert found["soil_t_per_ha"] is None
    assert found["soil_source"] is None


def test_cores_of_one_wetland_serve_no_other() -> None:
    """Five cores of one place say nothing of the spread between places."""
    cores: list[Core] = [(name, "x", "330108", "tidal_marsh", 70.0) for name in "abcde"]
    assert _served(MARSH, cores)["soil_source"] == "national"
    assert _served(MARSH, [*cores, ("f", "y", "330108", "tidal_marsh", 90.0)])["soil_t_per_ha"] == (
        pytest.approx(80)
    )


def test_open_water_has_no_soil_even_with_cores() -> None:
    sediment = [("a", "w", "330108", "lake", 50.0), ("b", "w", "330108", "lake", 60.0)]
    found = _served({**MARSH, "wetland_class": "lake"}, sediment)
    assert found["soil_flag"] == "open_water_no_soil"
    assert found["soil_t_per_ha"] is None


def test_a_stand_that_the_forest_survey_does_not_estimate_counts_no_wetland() -> None:
    """other_shrub is no forest: nobody would count the swamp."""
    swamp = {**MARSH, "wetland_class": "shrub_swamp", "forest_stand_class": "other_shrub"}
    assert _served(swamp, [], depth=30)["soil_source"] == "ipcc"


def test_cores_after_a_digging_serve() -> None:
    """Cores of the wetland tell what is there now; a digging of this year came after them."""
    cores = [("a", "w", "330108", "tidal_marsh", 30.0)]
    before = {**MARSH, "event": "excavated", "event_year": 2010}
    now = {**MARSH, "event": "excavated", "event_year": 2020}
    assert _served(before, cores)["soil_t_per_ha"] == 30
    assert _served(now, cores)["soil_flag"] == "excavated_no_soil"


def test_the_only_core_of_a_class_leaves_the_error_unknown() -> None:
    row = _soil(MARSH, [("a", "w", "330108", "tidal_marsh", 70.0)])
    assert float(row["value"]) == 700
    assert row["se"] is None
    assert row["se_reason"] == "parameters without published error: core-mean.own_cores.w"


def test_equal_cores_leave_the_error_of_the_area() -> None:
    """10 ha of 70 t C/ha: 2.9 % of 700."""
    cores: list[Core] = [(name, "w", "330108", "tidal_marsh", 70.0) for name in "abc"]
    row = _soil(MARSH, cores)
    assert row["se"] == pytest.approx(0.029 * 700)


def test_an_excavation_takes_what_was_there_by_the_order_of_sources() -> None:
    """Own core 70, county 80, survey 100 (of 70, 90 and 140), IPCC 386; a lake has no soil."""
    cores: list[Core] = [
        ("a", "w", "330108", "tidal_marsh", 70.0),
        ("b", None, "330108", "tidal_marsh", 90.0),
        ("c", None, "330109", "tidal_marsh", 140.0),
    ]
    dug = {"event": "excavated", "event_year": 2020}
    records = [
        {**MARSH, **dug},
        wetland("county", "330108", "tidal_marsh", "1", **dug),
        wetland("survey", "330110", "tidal_marsh", "1", **dug),
        wetland("mangrove", "330110", "mangrove", "1", **dug),
        wetland("lake", "330110", "lake", "1", **dug),
        wetland("earlier", "330108", "tidal_marsh", "1", event="excavated", event_year=2019),
        wetland("whole", "330108", "tidal_marsh", "1"),
    ]
    factors = load_wetland_factors(100)
    found = excavated_densities(records_frame(records), _means(cores), factors, 2020)
    densities = dict(found.select("wetland_id", "density").iter_rows())
    assert densities == {"w": 70, "county": 80, "survey": 100, "mangrove": 386}
