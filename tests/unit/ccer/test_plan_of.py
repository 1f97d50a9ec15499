"""Plans of projects: curves, species, pools, discounts, inputs, and what is refused."""

from datetime import date
from math import exp

import numpy as np
import polars as pl
import pytest

from sinkcalc.ccer.plan import Plan, Results
from sinkcalc.ccer.project import OwnParameter, Removal, Vegetation
from sinkcalc.errors import SinkcalcError, UsageProblem
from tests.made_ccer_project import bamboo, curve, curves, planned, project, stratum, trees

PINE = ("chinese_fir.planted", "masson_pine.planted")


def _series(results: Results, level: str, symbol: str, row: int = 0) -> list[float]:
    return [float(value) for value in results[level, symbol][0, row]]


def _parameter(plan: Plan, symbol: str) -> pl.DataFrame:
    return plan.parameters.filter(pl.col("symbol") == symbol)


def test_richards_by_hand() -> None:
    """V = 200·(1 - exp(-0.1 A))^2.

    A = 1: 1 - 0.904837418036 = 0.095162581964; squared 0.009055917006; ·200 = 1.811183401.
    A = 10: 1 - 0.367879441171 = 0.632120558829; squared 0.399576400894; ·200 = 79.915280179.
    Planted 2015, no thinning; at 2015 the age is 0 and the volume 0.
    """
    of_pine = curve("masson_pine.planted", "richards", 200, 0.1, 2)
    made = project(stratum("S1", trees(curve="calibrated", curve_name=None)))
    plan, results = planned(made, curves(of_pine))
    volume = _series(results, "tree", "volume_m3_per_ha")
    assert volume[0] == 0
    assert volume[1] == pytest.approx(1.811183401, abs=1e-8)
    assert volume[10] == pytest.approx(79.915280179, abs=1e-8)
    served = plan.served.row(0, named=True)
    assert (served["curve_name"], served["model_id"]) == ("masson_pine.planted", "M1")
    assert served["curve_fallback"] is False
    # the samples reach from 3 to 18 years; the trees are as old as the year of the period
    assert (served["young_until"], served["old_from"]) == (2, 19)
    assert plan.curve_models == {"masson_pine.planted": of_pine}
    assert _parameter(plan, "curve_a").row(0, named=True) == {
        "symbol": "curve_a",
        "key": "masson_pine.planted",
        "parameter_id": "growth.masson_pine.planted.a",
        "value": 200.0,
        "unit": "m3/ha",
        "se": 20.0,
        "source_id": "SURVEY active_models",
        "locator": "M1: richards V = a (1 − exp(−b A))^c, n = 40",
        "status": "calibrated",
        "evidence": "computed",
        "note": None,
        "stands_for": None,
    }


def test_every_form_of_curve_serves_its_own_rows() -> None:
    """At age 10: 100 exp(-5/10), 100/(1 + 9 exp(-2)), 100 exp(-8·10^-1.2)."""
    made = project(
        stratum("S1", trees(curve="calibrated", curve_name="a.planted")),
        stratum("S2", trees(curve="calibrated", curve_name="b.planted")),
        stratum("S3", trees(curve="calibrated", curve_name="M3")),
        stratum("S4", trees()),
    )
    _, results = planned(
        made,
        curves(
            curve("a.planted", "schumacher", 100, 5),
            curve("b.planted", "logistic", 100, 9, 0.2),
            curve("c.planted", "korf", 100, 8, 1.2),
        ),
    )
    by_hand = [100 * exp(-0.5), 100 / (1 + 9 * exp(-2)), 100 * exp(-8 * 10**-1.2), 60.0]
    assert results["tree", "volume_m3_per_ha"][0, :, 10].tolist() == pytest.approx(by_hand)


def test_the_curve_of_all_planted_stands_serves_for_want_of_the_species_own() -> None:
    made = project(stratum("S1", trees(species="camphor", curve="calibrated", curve_name=None)))
    found = curves(curve(".planted", "schumacher", 100, 5))
    served = planned(made, found)[0].served.row(0, named=True)
    assert (served["curve_name"], served["curve_fallback"]) == (".planted", True)


def test_replanting_is_a_component_of_its_own() -> None:
    """Felled in 2025 (year 10), replanted in the same year: age 0 then, 5 at the end of 2030.

    Volumes: 60·(9: 52) before; 0 after; the new trees 4 m3/ha a year: 20 in 2030 (year 15).
    """
    made = project(
        stratum(
            "S1",
            trees("first", removals=(Removal(2025, 1.0),)),
            trees("second", planted=2025),
        )
    )
    _, results = planned(made)
    first, second = (_series(results, "tree", "volume_m3_per_ha", row) for row in (0, 1))
    assert first[8:12] == [44, 52, 0, 0]
    assert first[-1] == 0
    assert second[9:16] == [0, 0, 4, 8, 12, 16, 20]


def test_mixed_stands_have_parts_by_share() -> None:
    """Shares 0.7 and 0.3 of one table: 42 and 18 of 60 m3/ha at age 10."""
    made = project(
        stratum("S1", trees("a", share=0.7), trees("b", species="chinese_fir", share=0.3))
    )
    _, results = planned(made)
    found = results["tree", "volume_m3_per_ha"][0, :, 10].tolist()
    assert found == pytest.approx([42, 18], abs=1e-12)


def test_culms_of_bamboo() -> None:
    """M = 747.787 D^2.771 (0.148 A/(0.028 + A))^5.555 + 3.772, A = 2 度.

    D = 10 cm: 13.82 kg, D = 8 cm: 9.19 kg (design, methods A.6; to two decimals). 3000 and 1000
    culms per ha: 41.5 and 9.2 t/ha.
    """
    made = project(
        stratum("B", bamboo("big", 2, 10, 3000), bamboo("small", 2, 8, 1000)),
        methodology="AR-CM-002-V01",
    )
    _, results = planned(made)
    assert results["bamboo", "culm_kg"][0, :, 0].round(2).tolist() == [13.82, 9.19]
    above = results["bamboo", "bamboo_agb_t_per_ha"][0, :, 3]
    assert above.tolist() == pytest.approx([3 * 13.82, 9.19], abs=0.02)


def test_forest_management_counts_trees_on_the_same_land_twice() -> None:
    """Baseline: felled in 2020. Project: not felled. Only the difference is a reduction."""
    without = Vegetation((trees(removals=(Removal(2020, 1.0),)),))
    made = project(stratum("S1", trees(), baseline=without), methodology="AR-CM-003-V01")
    _, results = planned(made)
    rows = results["tree", "volume_m3_per_ha"][0]
    assert rows[0, 4:7].tolist() == [16, 0, 0]
    assert rows[1, 4:7].tolist() == [16, 20, 28]
    reduction = _series(results, "project", "reduction_t")
    assert reduction[1:5] == pytest.approx([0, 0, 0, 0], abs=1e-9)
    # 20 m3/ha are there with the project and not without it: step 1 and 2 of the worked project
    assert reduction[5] == pytest.approx(20 * 1.119879739733333 * 10, abs=1e-8)


def test_wood_products_of_a_felling() -> None:
    """20 m3/ha felled at the end of 2020 in the project, half of it becomes boards for buildings.

    Stem carbon: 20·0.380·0.460·10·44/12 = 128.186666667 t CO2e; ·0.5·(1 - 0.2) = 51.274666667;
    after 50 years, the half-life of buildings, one half: 25.637333333.
    """
    products = dict.fromkeys(
        ("hwp_furniture", "hwp_vehicles", "hwp_pit_props", "hwp_panels", "hwp_sawnwood",
         "hwp_paper", "hwp_fuelwood"), 0.0,
    )  # fmt: skip
    made = project(
        stratum(
            "S1",
            trees(removals=(Removal(2020, 1.0),)),
            inputs=products
            | {"hwp_output_ratio": 0.5, "hwp_waste": 0.2, "hwp_years": 50, "hwp_building": 1},
        ),
        methodology="AR-CM-003-V01",
        pools={"harvested_wood": True},
    )
    plan, results = planned(made)
    row = plan.level("stratum").rows["scenario"].to_list().index("project")
    stock = _series(results, "stratum", "hwp_stock_t", row)
    assert stock[4] == 0
    assert stock[5] == pytest.approx(25.637333333, abs=1e-8)
    assert stock[-1] == stock[5]


def test_uses_of_timber_above_the_whole_are_refused() -> None:
    """0.6 + 0.5 = 1.1 in S2, one of them a figure of the whole project; 0.6 + 0.4 in S1."""
    own = (OwnParameter("hwp_building", 0.6, "survey", "p. 6"),)
    made = project(
        stratum("S1", trees(), inputs={"hwp_paper": 0.4}),
        stratum("S2", trees(), inputs={"hwp_paper": 0.5, "hwp_waste": 0.9}),
        methodology="AR-CM-003-V01",
        parameters=own,
    )
    with pytest.raises(UsageProblem) as caught:
        planned(made)
    assert "stratum S2: the uses of timber add up to 1.1, more than 1" in caught.value.en
    assert "hwp_building 0.6 + hwp_paper 0.5" in caught.value.en
    assert "碳层 S2:木材用途的比例之和为 1.1" in caught.value.zh


def test_soil_when_it_is_counted() -> None:
    """SOC_REF 60, SOC_INIT 50, disturbed 0.2 > 0.1: loss 5, gain (60 - 45)/20 = 0.75 t C/ha/yr.

    Prepared in 2016, which is year 1: -5 then, +0.75 in years 2 to 21; 10 ha, 44/12.
    """
    made = project(
        stratum(
            "S1",
            trees(),
            inputs={
                "soc_reference": 60,
                "soc_initial": 50,
                "soil_disturbed_fraction": 0.2,
                "soil_preparation_year": 2016,
            },
        ),
        pools={"soil": True},
    )
    plan, results = planned(made)
    row = plan.level("stratum").rows["scenario"].to_list().index("project")
    stock = _series(results, "stratum", "soil_stock_t", row)
    expected = [0, -5, -4.25, -3.5]
    assert stock[:4] == pytest.approx([value * 10 * 44 / 12 for value in expected])
    assert stock[20] == pytest.approx((-5 + 19 * 0.75) * 10 * 44 / 12)


def test_only_what_enters_is_asked_for() -> None:
    """Without shrubs no forest_biomass, without soil no soil carbon; their equations are idle."""
    plan, _ = planned(project(stratum("S1", trees()), parameters=()))
    symbols = plan.parameters["symbol"].to_list()
    assert "forest_biomass" not in symbols
    assert {"wood_density", "bef", "discount"} <= set(symbols)
    assert any(one.endswith(".shrubs") for one in plan.idle)
    assert any(one.endswith("bamboo-culms.culm") for one in plan.idle)
    assert not any(one.endswith(("tree-carbon.volume", "growth-curves.table")) for one in plan.idle)


def test_species_without_a_row_of_their_own_say_at_which_level_they_are_served() -> None:
    plan, _ = planned(project(stratum("S1", trees(species="camphor"), trees("b", share=0.0))))
    levels = plan.served["wood_density_level"].to_list()
    assert levels == ["group", "species"]


def test_a_figure_of_the_project_replaces_that_of_the_pack() -> None:
    own = (
        OwnParameter("dead_wood_factor", 0.03, "survey", "p. 4", 0.2),
        OwnParameter("wood_density.masson_pine", 0.4, "survey", "p. 5"),
    )
    made = project(
        stratum("S1", trees(), trees("fir", "chinese_fir", 0.0)),
        parameters=own,
        pools={"dead_wood": True},
    )
    plan, results = planned(made)
    row = _parameter(plan, "dead_wood_factor").row(0, named=True)
    assert (row["value"], row["se"], row["status"]) == (0.03, pytest.approx(0.006), "in_place")
    assert (row["source_id"], row["locator"]) == ("survey", "p. 4")
    assert sorted(_parameter(plan, "wood_density")["value"]) == [0.307, 0.4]
    place = plan.level("stratum").rows["scenario"].to_list().index("project")
    dead, tree = (
        np.array(_series(results, "stratum", symbol, place))
        for symbol in ("dead_wood_stock_t", "tree_stock_t")
    )
    assert np.allclose(dead, 0.03 * tree)


def test_the_discount_by_relative_error() -> None:
    """Classes 0 to 10 %, 6 % to 20 %, 11 % to 30 %."""
    for error, discount in ((0.1, 0), (0.101, 0.06), (0.2, 0.06), (0.3, 0.11)):
        made = project(stratum("S1", trees()), relative_error=error)
        assert _parameter(planned(made)[0], "discount")["value"].to_list() == [discount]
    own = planned(project(stratum("S1", trees()), discount=0.05))[0]
    assert _parameter(own, "discount")["status"].to_list() == ["in_place"]


REFUSED = {
    "above the last class": (
        project(stratum("S1", trees()), relative_error=0.31),
        "the relative error of 31 % is above the last class of AR-CM-001-V01, 30 %",
    ),
    "a pool left out": (
        project(stratum("S1", trees()), pools={"harvested_wood": True}),
        "AR-CM-001-V01 leaves the pool harvested_wood out",
    ),
    "a pool that counts": (
        project(stratum("S1", trees()), pools={"above_ground": False}),
        "counts the pool above_ground, it cannot be left out",
    ),
    "no such pool": (
        project(stratum("S1", trees()), pools={"deadwood": True}),
        "has no pool deadwood; did you mean dead_wood?",
    ),
    "no such symbol": (
        project(stratum("S1", trees()), parameters=(OwnParameter("bdr_fs", 1, "s", "l"),)),
        "has no parameter bdr_fs; did you mean bdr_sf?",
    ),
    "not for the project to give": (
        project(stratum("S1", trees()), parameters=(OwnParameter("gwp_ch4", 1, "s", "l"),)),
        "has no parameter gwp_ch4",
    ),
    "shrubs without a forest": (
        project(stratum("S1", trees(), shrub_cover=((2015, 0.3),)), parameters=()),
        "the computation lacks forest_biomass (mean above-ground biomass of the region's forest "
        "(B_FOREST), in t d.m./ha; equation AR-CM-001-V01.plant-pools.shrub_biomass). Please give "
        "value, source and locator of forest_biomass in [parameters]",
    ),
    "soil without its inputs": (
        project(stratum("S1", trees()), pools={"soil": True}),
        "Please give soil_disturbed_fraction, soc_initial, soc_reference, soil_preparation_year "
        "in the inputs of every stratum (S1)",
    ),
    "inputs of one stratum only": (
        project(
            stratum("S1", trees(), inputs={"soil_disturbed_fraction": 0.2, "soc_initial": 50}),
            stratum("S2", trees(), inputs={"soil_disturbed_fraction": 0.2}),
            pools={"soil": True},
        ),
        "give soc_initial in the inputs of the strata S2, as the others do",
    ),
    "an input that nothing reads": (
        project(stratum("S1", trees(), inputs={"soc_inital": 50})),
        "asks for no soc_inital; did you mean soc_initial?",
    ),
    "an input that the engine gives": (
        project(stratum("S1", trees(), inputs={"begin_year": 2020})),
        "asks for no begin_year",
    ),
    "a parameter among the inputs": (
        project(stratum("S1", trees(), inputs={"leakage": 1})),
        "leakage is a parameter of AR-CM-001-V01",
    ),
    "a default curve": (
        project(stratum("S1", trees(curve="default"))),
        "were not read in its text and none is shipped",
    ),
    "no such table": (
        project(stratum("S1", trees(curve_name="pin"))),
        "there is no growth table pin; did you mean pine?",
    ),
    "no database": (
        project(stratum("S1", trees(curve="calibrated"))),
        "needs growth curves of a database",
    ),
    "bamboo as trees": (
        project(stratum("S1", trees(species="moso_bamboo"))),
        "there is no wood_density of moso_bamboo",
    ),
    "more than the stratum": (
        project(stratum("S1", trees("a", share=0.7), trees("b", share=0.4))),
        "the shares of the components add up to 1.1 in 2016",
    ),
    "thinned before planted": (
        project(stratum("S1", trees(removals=(Removal(2015, 0.2),)))),
        "the removal of 2015 is not after the year of planting, 2015",
    ),
    "more than all": (
        project(stratum("S1", trees(removals=(Removal(2020, 1.2),)))),
        "takes a fraction of 1.2",
    ),
    "too short": (
        project(stratum("S1", trees()), crediting_years=19),
        "a crediting period of 19 years is outside the 20–60 years",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    made, said = REFUSED[name]
    with pytest.raises(SinkcalcError) as error:
        planned(made)
    assert said in error.value.en
    assert "made.toml" in error.value.en or "class" in said


def test_areas_have_strata_and_strata_have_areas() -> None:
    made = project(stratum("S1", trees()), stratum("S2", trees()))
    with pytest.raises(SinkcalcError, match="the strata S2 have no area of eligible parcels"):
        planned(made, S2=0.0)


def test_years_need_not_begin_in_january() -> None:
    """From 1 July 2016: year 1 ends in 2017, at age 2; the thinning of 2020 is in year 5."""
    made = project(
        stratum("S1", trees(removals=(Removal(2020, 0.5),))),
        crediting_start=date(2016, 7, 1),
    )
    plan, results = planned(made)
    assert plan.level("tree").inputs["age"][0, :3].tolist() == [1, 2, 3]
    assert _series(results, "tree", "volume_m3_per_ha")[4:6] == [20, 14]


def test_a_salt_marsh_by_the_figures_of_the_project() -> None:
    """10 ha: project 1.5 + 2 - 0.5, baseline 0.25 t CO2e/ha/yr, 0.9 of it after the risk."""
    made = project(
        stratum(
            "M",
            inputs={
                "plant_removal_t_per_ha": 1.5,
                "soil_removal_t_per_ha": 2,
                "baseline_removal_t_per_ha": 0.25,
                "emission_t_per_ha": 0.5,
            },
        ),
        methodology="CCER-14-003-V01",
        parameters=(
            OwnParameter("k_risk", 0.1, "made", "up"),
            OwnParameter("leakage", 0, "made", "up"),
        ),
    )
    plan, results = planned(made)
    reduction = _series(results, "project", "reduction_t")
    assert reduction[1:] == pytest.approx([(1.5 + 2 - 0.5 - 0.25) * 10 * 0.9] * 20)
    assert plan.level("tree").rows.is_empty()


@pytest.mark.parametrize(
    "left_out",
    [
        "plant_removal_t_per_ha",
        "soil_removal_t_per_ha",
        "baseline_removal_t_per_ha",
        "emission_t_per_ha",
    ],
)
def test_a_salt_marsh_does_not_count_a_missing_figure_as_0(left_out: str) -> None:
    given = {
        "plant_removal_t_per_ha": 1.5,
        "soil_removal_t_per_ha": 2.0,
        "baseline_removal_t_per_ha": 0.25,
        "emission_t_per_ha": 0.5,
    }
    given.pop(left_out)
    figures = (OwnParameter("k_risk", 0.1, "made", "up"), OwnParameter("leakage", 0, "made", "up"))
    made = project(stratum("M", inputs=given), methodology="CCER-14-003-V01", parameters=figures)
    with pytest.raises(SinkcalcError, match=left_out):
        planned(made)
