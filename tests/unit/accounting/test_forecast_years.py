"""Cohorts carried through years: every measure against a calculation by hand."""

import numpy as np
import pytest
from made_forests import (
    BOUNDS,
    DOUBLING,
    HERE,
    THERE,
    Stand,
    by_lane,
    carried,
    made_cohorts,
    made_curve,
    made_curves,
)

from sinkcalc.accounting.forecast_plan import make_plan
from sinkcalc.accounting.forecast_run import simulate
from sinkcalc.accounting.scenario import Measure
from sinkcalc.accounting.yearly_growth import CurveStocks
from sinkcalc.errors import UsageProblem

near = pytest.approx

FIR: Stand = (HERE, "chinese_fir", "planted", 10, 100.0, 1000.0)
PINE: Stand = (HERE, "masson_pine", "natural", 50, 50.0, 5000.0)
FIR_LANE, PINE_LANE = FIR[:3], PINE[:3]
CURVES = made_curves(chinese_fir__planted=DOUBLING)


def _years(stands: list[Stand], *measures: Measure, years: int = 3, bamboo_ha: float = 0.0):
    cohorts = made_cohorts(stands, measures, years, CURVES, bamboo_ha)
    states = carried(cohorts, measures, years, CURVES)

    def figures(name: str) -> list[dict]:
        return [by_lane(cohorts, state, name) for state in states]

    return figures, states


def test_stands_grow_by_their_curve_and_keep_their_stocking() -> None:
    """10 m3/ha at 10 years, where the curve has 32: 1000 -> 2000 -> * 2^(5/6) -> * 2^(110/156)."""
    figures, _ = _years([FIR, PINE])
    volumes = figures("volume")
    assert [year[FIR_LANE] for year in volumes] == [
        near(2000),
        near(2000 * 2 ** (5 / 6)),
        near(1000 * 2 ** (110 * (1 / 10 - 1 / 13))),
    ]
    assert [year[PINE_LANE] for year in volumes] == [near(5000)] * 3


def test_young_stands_and_stands_without_volume_grow_by_the_curve_itself() -> None:
    """V = A to 10 years and beyond, so f(8) = 8 is below the floor of 10 m3/ha and f(10) is not.

    100 ha of 8 years with 3 m3/ha: 300 + 100 + 100, then (f(10) = 10) * 11/10. Of 30 years with
    nothing: 100 a year, and never a quotient.
    """
    cohorts = made_cohorts(
        [(HERE, "oak", "natural", 8, 100.0, 300.0), (HERE, "oak", "natural", 30, 100.0, 0.0)],
        years=3,
    )
    line = np.append(np.arange(cohorts.oldest + 1, dtype=float), 10.0)[:, np.newaxis]
    stocks = CurveStocks(line, cohorts.oldest + 1, np.ones(1), BOUNDS)
    plan = make_plan(cohorts, (), 2020, 3)
    states = list(simulate(cohorts, (), plan, stocks, np.ones(1), np.ones((0, 1))))
    totals = [state.volume.sum() for state in states]
    assert totals == [
        near(400 + 100),
        near(500 + 200),
        near(500 * 11 / 10 + 300),
    ]


def test_a_dense_stand_grows_by_twice_the_curve_at_most() -> None:
    """320 m3/ha where the curve has 32: + 2 (64 - 32) m3/ha, not ten times 32; then as before.

    The stand that is as dense as 1.9 times the curve keeps that.
    """
    dense, near_it = (*FIR[:5], 32_000.0), (THERE, *FIR[1:5], 6080.0)
    figures, _ = _years([dense, near_it], years=2)
    volumes = figures("volume")
    step = 64 * (2 ** (5 / 6) - 1)
    assert [year[dense[:3]] for year in volumes] == [
        near(32_000 + 6400),
        near(32_000 + 6400 + 200 * step),
    ]
    assert [year[near_it[:3]] for year in volumes] == [
        near(12_160),
        near(12_160 * 2 ** (5 / 6)),
    ]


def test_new_forest_grows_whatever_its_curve_says_of_age_0() -> None:
    """Logistic 300/(1 + 9 * 2^-A): 30, 300/5.5 = 54.5, 300/3.25 = 92.3 m3/ha; none at age 0.

    All 50 ha are felled in the first year; a year later they have 54.5 - 30 m3/ha, then 92.3 - 30.
    """
    curves = made_curves(__planted=made_curve("logistic", 300.0, 9.0, np.log(2)))
    felling = Measure(
        "felling",
        "felling",
        area_fraction_per_year=1.0,
        volume_fraction=1.0,
        becomes="regrows",
        last_year=2021,
    )
    cohorts = made_cohorts([PINE], (felling,), 3, curves)
    states = carried(cohorts, (felling,), 3, curves)
    assert [state.volume.sum() for state in states] == [
        0,
        near(50 * (300 / 5.5 - 30)),
        near(50 * (300 / 3.25 - 30)),
    ]


def test_stands_without_a_record_of_volume_have_none_later() -> None:
    figures, _ = _years([(*FIR[:5], None)])
    assert figures("volume") == [{}] * 3
    assert [year[FIR_LANE] for year in figures("area")] == [100] * 3


def test_felling_by_hectares_regrows_from_nothing() -> None:
    """10 ha a year of fir, all ages: a tenth of 100 ha each year, as what is felled comes back.

    Year 1: 2000 grown, 200 felled. Year 2: 1800 * 2^(5/6), a tenth of it felled; the 10 ha of
    year 1 have 2^(16 - 110) m3/ha, which is nothing, and 1 ha of them is felled again.
    """
    felling = Measure(
        "felling",
        "felling",
        area_ha_per_year=10,
        volume_fraction=1.0,
        becomes="regrows",
        species_groups=("chinese_fir",),
    )
    figures, states = _years([FIR, PINE], felling)
    second = 1800 * 2 ** (5 / 6)
    assert [year[FIR_LANE] for year in figures("felled")[:2]] == [
        near(200),
        near(second / 10),
    ]
    assert [year[FIR_LANE] for year in figures("volume")[:2]] == [
        near(1800),
        near(second * 0.9),
    ]
    assert [year[FIR_LANE] for year in figures("area")] == [near(100)] * 3
    # cohorts of 10, 10 - 1 and 100 - 19 ha
    cohorts = sorted(area for area in states[1].area[:, 0] if 0 < area < 40)
    assert cohorts == [near(9), near(10)]


def test_felling_chooses_age_groups_and_years() -> None:
    """Planted fir is middle-aged from 11 to 20 years; felled in 2022 only, of 12 years."""
    felling = Measure(
        "felling",
        "felling",
        area_fraction_per_year=0.5,
        volume_fraction=1.0,
        becomes="regrows",
        age_groups=("middle",),
        first_year=2022,
        last_year=2022,
    )
    figures, _ = _years([FIR, (HERE, "chinese_fir", "planted", 3, 10.0, 20.0)], felling)
    felled = [sum(year.values()) for year in figures("felled")]
    assert felled == [0, near(1000 * 2 ** (110 * (1 / 10 - 1 / 12)) / 2), 0]


def test_thinning_takes_a_part_and_leaves_the_area() -> None:
    """A fifth of the area, a quarter of its volume: 5 % of 5000 a year."""
    thinning = Measure("thinning", "thinning", area_fraction_per_year=0.2, volume_fraction=0.25)
    figures, _ = _years([PINE], thinning)
    assert [year[PINE_LANE] for year in figures("felled")] == [
        near(250),
        near(237.5),
        near(225.625),
    ]
    assert [year[PINE_LANE] for year in figures("volume")] == [
        near(4750),
        near(4512.5),
        near(4286.875),
    ]


def test_tended_area_grows_faster_for_its_years() -> None:
    """All is tended in the first year, +50 % for one year: 1000 -> 2000 -> + 1.5 times growth."""
    tending = Measure(
        "tending",
        "tending",
        area_fraction_per_year=1.0,
        growth_gain_fraction=0.5,
        gain_years=1,
        last_year=2021,
    )
    figures, _ = _years([FIR], tending)
    second = 2000 * (1 + 1.5 * (2 ** (5 / 6) - 1))
    assert [year[FIR_LANE] for year in figures("volume")] == [
        near(2000),
        near(second),
        near(second * 2 ** (110 / (12 * 13))),
    ]


def test_land_that_is_tended_again_counts_once() -> None:
    """60 % a year for three years: 60 %, then all of it."""
    tending = Measure(
        "tending", "tending", area_fraction_per_year=0.6, growth_gain_fraction=1.0, gain_years=3
    )
    figures, _ = _years([FIR], tending)
    second = 2000 * (1 + 1.6 * (2 ** (5 / 6) - 1))
    third = second * (1 + 2.0 * (2 ** (110 / 156) - 1))
    assert [year[FIR_LANE] for year in figures("volume")] == [
        near(2000),
        near(second),
        near(third),
    ]


def test_disturbed_forest_that_regrows_leaves_nothing_behind() -> None:
    """A tenth of 50 ha becomes planted oak; 60 % of its 500 m3 are taken, the rest is lost too."""
    storm = Measure(
        "storm",
        "disturbance",
        area_fraction_per_year=0.1,
        volume_fraction=0.6,
        becomes="regrows",
        regrows_species="oak",
        last_year=2021,
    )
    figures, _ = _years([PINE], storm)
    assert figures("lost")[0] == {PINE_LANE: near(500)}
    assert figures("felled")[0] == {}
    assert figures("area")[0] == {
        PINE_LANE: near(45),
        (HERE, "oak", "planted"): near(5),
    }
    assert figures("volume")[0] == {PINE_LANE: near(4500)}


def test_partly_felled_forest_that_regrows_loses_the_rest() -> None:
    felling = Measure(
        "felling",
        "felling",
        area_fraction_per_year=0.1,
        volume_fraction=0.6,
        becomes="regrows",
        regrows_origin="natural",
    )
    figures, _ = _years([PINE], felling)
    assert figures("felled")[0] == {PINE_LANE: near(300)}
    assert figures("lost")[0] == {PINE_LANE: near(200)}
    assert figures("area")[0] == {PINE_LANE: near(50)}


def test_lost_land_takes_every_kind_of_forest() -> None:
    """50 ha of pine and 150 ha of bamboo: a quarter of 20 ha a year is pine, a tenth of it."""
    road = Measure("road", "land_loss", area_ha_per_year=20, last_year=2021)
    figures, _ = _years([PINE], road, bamboo_ha=150)
    bamboo = (HERE, "moso_bamboo", "natural")
    assert figures("area")[0] == {PINE_LANE: near(45), bamboo: near(135)}
    assert figures("lost")[0] == {PINE_LANE: near(500)}
    assert figures("area")[2] == figures("area")[0]


def test_planted_land_goes_by_arbor_forest_and_planted_species() -> None:
    """100 + 50 ha here, 50 ha there: 3/4 and 1/4 of 40 ha; there no planted forest, so as here."""
    planting = Measure("planting", "afforestation", area_ha_per_year=40)
    stands = [FIR, PINE, (THERE, "oak", "natural", 30, 50.0, 4000.0)]
    figures, _ = _years(stands, planting)
    area = figures("area")
    assert area[0][FIR_LANE] == near(130)
    assert area[0][THERE, "chinese_fir", "planted"] == near(10)
    assert sum(area[2].values()) == near(320)


def test_planting_ends_where_all_land_is_forest() -> None:
    """500 ha of land, 150 of arbor forest and 250 of bamboo: 100 ha are left for 60 ha a year.

    A road of 25 ha in the second year, before the planting, leaves 65 ha for its 60; the third
    year has 5 ha of land.
    """
    road = Measure("road", "land_loss", area_ha_per_year=25, first_year=2022, last_year=2022)
    planting = Measure("planting", "afforestation", area_ha_per_year=60)
    measures = (road, planting)
    cohorts = made_cohorts([FIR, PINE], measures, 4, CURVES, 250)
    states = carried(cohorts, measures, 4, CURVES, land_area_ha=500)
    assert [state.area.sum() for state in states] == [near(460), near(495), near(500), near(500)]
    assert [float(state.undone[1][0]) for state in states] == [0, 0, near(55), near(60)]


def test_planting_counts_the_forest_of_the_city_alone() -> None:
    """100 ha in the city, 100 ha of test stands outside: half of what is planted is the city's."""
    planting = Measure("planting", "afforestation", area_ha_per_year=100, last_year=2021)
    outside: Stand = ("TEST", *FIR[1:])
    cohorts = made_cohorts([FIR, outside], (planting,), 1, CURVES)
    for land, planted in ((130, 60), (90, 0), (None, 100)):
        (state,) = carried(cohorts, (planting,), 1, CURVES, land_area_ha=land)
        assert state.area.sum() == near(200 + planted)
        assert float(state.undone[0][0]) == near(100 - planted)


def test_planting_names_its_species() -> None:
    planting = Measure(
        "planting",
        "afforestation",
        area_fraction_per_year=0.02,
        regrows_species="oak",
        region_codes=(HERE,),
    )
    figures, _ = _years([PINE, (THERE, "oak", "natural", 30, 50.0, 4000.0)], planting, years=2)
    oak = (HERE, "oak", "planted")
    assert [year[oak] for year in figures("area")] == [near(1), near(1 + 1.02)]


def test_planting_without_anything_to_follow_is_refused() -> None:
    planting = Measure("planting", "afforestation", area_ha_per_year=40)
    with pytest.raises(UsageProblem, match="regrows_species"):
        _years([PINE], planting)


def test_a_strange_species_is_refused_with_those_there_are() -> None:
    planting = Measure("planting", "afforestation", area_ha_per_year=1, regrows_species="firtree")
    with pytest.raises(UsageProblem, match="chinese_fir"):
        _years([PINE], planting)


def test_hectares_are_shared_among_counties_and_limited_by_what_is_there() -> None:
    """60 ha a year of 50 + 30 ha: 60 in the first year, then the 20 that are left."""
    road = Measure(
        "road", "felling", area_ha_per_year=60, volume_fraction=1, becomes="leaves_forest"
    )
    stands = [PINE, (THERE, "oak", "natural", 30, 30.0, 3000.0)]
    figures, states = _years(stands, road)
    there = (THERE, "oak", "natural")
    assert figures("area")[0] == {PINE_LANE: near(12.5), there: near(7.5)}
    assert figures("felled")[0] == {PINE_LANE: near(3750), there: near(2250)}
    assert [float(state.undone[0][0]) for state in states] == [
        0,
        near(40),
        near(60),
    ]


def test_measures_are_carried_out_in_their_order() -> None:
    """Half is felled before a tenth of the rest is lost, or a tenth is lost before."""
    felling = Measure(
        "felling", "felling", area_fraction_per_year=0.5, volume_fraction=1, becomes="leaves_forest"
    )
    fire = Measure("fire", "disturbance", area_fraction_per_year=0.1, volume_fraction=1)
    first, _ = _years([PINE], felling, fire)
    second, _ = _years([PINE], fire, felling)
    assert first("lost")[0] == {PINE_LANE: near(250)}
    assert second("lost")[0] == {PINE_LANE: near(500)}
    assert first("volume")[0] == second("volume")[0] == {PINE_LANE: near(2250)}


def test_the_error_of_growth_scales_all_growth_since_the_survey() -> None:
    """Grown by f(13) - f(10) = 32 (2^(...) - 1) m3/ha of a stand as the curve: 1.5 times that."""
    cohorts = made_cohorts([(*FIR[:5], 3200.0)], (), 3, CURVES)
    states = carried(cohorts, (), 3, CURVES, growth=1.5)
    factor = 2 ** (110 * (1 / 10 - 1 / 13))
    assert states[2].volume.sum() == near(3200 * (1 + 1.5 * (factor - 1)))


def test_a_stand_that_was_stripped_grows_again_by_the_curve() -> None:
    """All volume of all 100 ha taken in the first year; the stand stays at its age.

    2000 m3 at 11 years are taken; then 100 (f(12) - f(11)) = 100 (2^(16 - 55/6) - 64), and on
    from there by the curve: V (f(13)/f(12)), f(13) = 2^(16 - 110/13).
    """
    strip = Measure(
        "strip", "thinning", area_ha_per_year=100.0, volume_fraction=1.0, last_year=2021
    )
    figures, states = _years([FIR], strip)
    assert sum(states[0].felled[:, 0]) == near(2000)
    assert [year.get(FIR_LANE, 0.0) for year in figures("volume")] == [
        0.0,
        near(100 * (2 ** (16 - 55 / 6) - 64)),
        near(100 * (2 ** (16 - 55 / 6) - 64) * 2 ** (110 * (1 / 12 - 1 / 13))),
    ]
