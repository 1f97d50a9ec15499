"""Equations of the packs against figures from outside the program."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from made_ccer_project import PINE, bamboo, planned, project, stratum, trees

from sinkcalc.ccer.plan import Plan, Results
from sinkcalc.ccer.project import OwnParameter, Project, Removal, Vegetation
from sinkcalc.coefficients.packs import load_pack

CO2 = 44 / 12


def _series(found: tuple[Plan, Results], level: str, symbol: str) -> list[float]:
    """Return a figure of the only row of the project scenario, year by year."""
    plan, results = found
    rows = plan.level(level).rows["scenario"].to_list()
    place = 0 if level == "project" else rows.index("project")
    return [float(value) for value in results[level, symbol][0, place]]


def _under(code: str, *strata: Any, **other: Any) -> Project:
    return project(*strata, **({"methodology": code} | other))


@pytest.mark.parametrize("code", ["AR-CM-001-V01", "CCER-14-001-V01", "AR-CM-002-V01"])
def test_shrub_defaults_are_those_that_the_cdm_tool_prints(code: str) -> None:
    """AR-TOOL14 v04.2: BDR_SF 0.10, R_S 0.40, CF_S 0.47, shrub cover below 5 % counts as 0."""
    rows = load_pack(code).tables["parameters"]
    found = dict(zip(rows["symbol"], rows["value"], strict=True))
    symbols = ("bdr_sf", "shrub_root_shoot", "shrub_carbon_fraction", "shrub_cover_min")
    assert [found[symbol] for symbol in symbols] == [0.10, 0.40, 0.47, 0.05]


@pytest.mark.parametrize("cover", [0.5, 0.05, 0.04])
def test_shrubs_of_the_cdm_tool(cover: float) -> None:
    """AR-TOOL14 (24)-(27): 44/12 CF (1 + R) A BDR b_FOREST CC = 44/12·0.47·1.4·10·0.1·100·CC.

    At CC 0.5: 120.6333 t CO2e; below 5 % nothing.
    """
    forest = OwnParameter("forest_biomass", 100.0, "report", "table 3")
    grown = stratum("S1", shrub_cover=((2015, cover),))
    found = planned(_under("AR-CM-001-V01", grown, parameters=(forest,)))
    expected = 120.633333333 * cover / 0.5 if cover >= 0.05 else 0
    assert _series(found, "stratum", "shrub_stock_t")[-1] == pytest.approx(expected)


@pytest.mark.parametrize(("dbh", "kg"), [(10.0, 13.82), (8.0, 9.19)])
def test_a_culm_of_moso_bamboo(dbh: float, kg: float) -> None:
    """Zhou 2006 at age 2 度: D = 10 cm gives 13.82 kg, D = 8 cm gives 9.19 kg (methods A.6).

    4 000 culms/ha, below ground 0.1577 of it: (1.97 + 2.21 + 3.81)/(14.23 + 17.05 + 19.39) of
    culms of three ages (曹福明等 2017); 50.42 % carbon, ten hectares.
    """
    made = _under("AR-CM-002-V01", stratum("S1", bamboo("old", 2.0, dbh, 4000.0)))
    found = planned(made)
    assert _series(found, "bamboo", "culm_kg")[0] == pytest.approx(kg, abs=0.005)
    ratio = (1.97 + 2.21 + 3.81) / (14.23 + 17.05 + 19.39)
    weight = _series(found, "bamboo", "culm_kg")[0]
    expected = weight * 4 * (1 + ratio) * 0.5042 * 10 * CO2
    assert _series(found, "stratum", "stock_t")[0] == pytest.approx(expected, rel=1e-6)


def test_soil_of_the_cdm_tool_with_its_cap() -> None:
    """AR-TOOL16 (1)-(8): SOC_REF 63 (low activity clay), cropland 0.69 of it = 43.47 t C/ha.

    30 % disturbed: loss 4.347 in the year of preparation; (63 - 39.123)/20 = 1.194 is above the
    cap, so 0.8 a year for 20 years. Ten hectares, crediting period 2016 to 2040 (25 years), site
    prepared in 2017, which is year 2.
    """
    inputs = {
        "soc_reference": 63.0,
        "soc_initial": 43.47,
        "soil_disturbed_fraction": 0.3,
        "soil_preparation_year": 2017.0,
    }
    made = _under(
        "AR-CM-001-V01", stratum("S1", trees(), inputs=inputs), pools={"soil": True},
        crediting_years=25,
    )  # fmt: skip
    found = planned(made)
    per_ha = [0.0, 0.0, -4.347, *[-4.347 + 0.8 * year for year in range(1, 21)]]
    per_ha += [per_ha[-1]] * 3
    soil = _series(found, "stratum", "soil_stock_t")
    assert soil == pytest.approx([value * 10 * CO2 for value in per_ha])


def test_soil_prepared_before_the_crediting_period_gains_its_rest_alone() -> None:
    """Prepared in 2010, counted from 2016 on: years 2016 to 2030 gain (60 - 50)/20 = 0.5 t C/ha."""
    inputs = {
        "soc_reference": 60.0,
        "soc_initial": 50.0,
        "soil_disturbed_fraction": 0.1,
        "soil_preparation_year": 2010.0,
    }
    made = _under("AR-CM-001-V01", stratum("S1", trees(), inputs=inputs), pools={"soil": True})
    soil = _series(planned(made), "stratum", "soil_stock_t")
    assert soil[0] == 0
    assert soil[15] == pytest.approx(15 * 0.5 * 10 * CO2)
    assert soil[20] == soil[15]


def test_soil_prepared_within_a_year_loses_in_the_next_period() -> None:
    """2016.5 lies in no period's first year: the period of 2017 loses 5, and twenty gain 0.75."""
    inputs = {
        "soc_reference": 60.0,
        "soc_initial": 50.0,
        "soil_disturbed_fraction": 0.2,
        "soil_preparation_year": 2016.5,
    }
    made = _under(
        "AR-CM-001-V01", stratum("S1", trees(), inputs=inputs), pools={"soil": True},
        crediting_years=25,
    )  # fmt: skip
    soil = _series(planned(made), "stratum", "soil_stock_t")
    per_ha = [0.0, 0.0, *[-5 + 0.75 * year for year in range(21)]]
    assert soil[:23] == pytest.approx([value * 10 * CO2 for value in per_ha])
    assert soil[25] == soil[22]


def test_fire_of_the_cdm_tool() -> None:
    """AR-TOOL08 (7): 0.001·A_BURN·b·COMF·(4.7 GWP_CH4 + 0.26 GWP_N2O), COMF 0.45, AR5: 28, 265.

    Pine of age 5 on the table has 20 m3/ha: b = 20·0.380·1.472 t/ha; 2 ha burn in 2020 (year 5,
    which ends in 2020 at age 5).
    """
    made = _under("AR-CM-001-V01", stratum("S1", trees(), burnt=((2020, 2.0),)))
    fire = _series(planned(made), "stratum", "fire_t")
    biomass = 20 * 0.380 * 1.472
    expected = 0.001 * 2 * biomass * 0.45 * (4.7 * 28 + 0.26 * 265)
    assert fire[5] == pytest.approx(expected)
    assert sum(fire) == fire[5]


def test_trees_taken_out_in_the_year_of_a_fire_have_burnt() -> None:
    """A fire of 2020 that is planned as a felling of all trees, too: they stood at its beginning.

    Pine of age 4 on the table, which is linear from 0 to 20 m3/ha at age 5, has 16 m3/ha at the
    end of 2019 and nothing at the end of 2020: b = 16·0.380·1.472 t/ha.
    """
    felled = trees(removals=(Removal(2020, 1.0),))
    made = _under("AR-CM-001-V01", stratum("S1", felled, burnt=((2020, 2.0),)))
    found = planned(made)
    assert _series(found, "tree", "volume_m3_per_ha")[4:6] == pytest.approx([16.0, 0.0])
    biomass = 16 * 0.380 * 1.472
    expected = 0.001 * 2 * biomass * 0.45 * (4.7 * 28 + 0.26 * 265)
    assert _series(found, "stratum", "fire_t")[5] == pytest.approx(expected)


def test_litter_over_the_biomass_above_ground() -> None:
    """C_LI = 44/12·B_TREE_AB·DF_LI·CF_LI·A: 20 m3/ha of pine at age 5, DF_LI 0.05, CF_LI 0.37."""
    own = (
        OwnParameter("litter_factor", 0.05, "report", "table 1"),
        OwnParameter("litter_carbon_fraction", 0.37, "report", "table 2"),
    )
    made = _under("AR-CM-001-V01", stratum("S1", trees()), pools={"litter": True}, parameters=own)
    litter = _series(planned(made), "stratum", "litter_stock_t")
    assert litter[5] == pytest.approx(CO2 * 20 * 0.380 * 1.472 * 0.05 * 0.37 * 10)


def test_the_risk_of_reversal_takes_a_tenth_of_the_net_removals() -> None:
    """CDR = (CDR_PROJ - CDR_BSL - LK)·(1 - 0.10), year by year."""
    baseline = Vegetation(trees=(trees("old", share=0.1, planted=2000),))
    made = _under("CCER-14-001-V01", stratum("S1", trees(), baseline=baseline))
    plan, results = found = planned(made)
    net = np.array(_series(found, "project", "project_removal_t")) - np.array(
        _series(found, "project", "baseline_removal_t")
    )
    assert net[1] > 0
    assert _series(found, "project", "reduction_t") == pytest.approx(list(0.9 * net))
    assert _series(found, "project", "cumulative_t")[-1] == pytest.approx(0.9 * net.sum())
    assert plan.periods[0].t == 0
    assert results["project", "leakage_t"].max() == 0


def test_the_discount_cuts_gains_and_deepens_losses() -> None:
    """6 % of the change: half of the trees felled in 2026 costs 1.06 of the loss."""
    thin = trees(removals=(Removal(2026, 0.5),))
    plain = planned(_under("AR-CM-001-V01", stratum("S1", thin)))
    cut = planned(_under("AR-CM-001-V01", stratum("S1", thin), discount=0.06))
    before = _series(plain, "project", "project_removal_t")
    after = _series(cut, "project", "project_removal_t")
    assert min(before) < 0 < max(before)
    assert after == pytest.approx([one * (0.94 if one > 0 else 1.06) for one in before])


def test_products_of_felled_wood() -> None:
    """AR-CM-003: C_stem·TOR·(1 - WW)·Σ share·exp(-ln2·WT/LT).

    Half of the pine felled in 2025, which is year 10: age 10, 60 m3/ha, 30 of them; D 0.380, CF
    0.460; TOR 0.7, WW 0.2, 30 years; 0.6 buildings (LT 50), 0.4 panels (LT 20). The product falls
    by half in 50 and by half in 20 years: 0.6·2^-0.6 + 0.4·2^-1.5.
    """
    shares = dict.fromkeys(
        ("furniture", "vehicles", "pit_props", "sawnwood", "paper", "fuelwood"), 0.0
    )
    shares |= {"building": 0.6, "panels": 0.4}
    inputs = {"hwp_output_ratio": 0.7, "hwp_waste": 0.2, "hwp_years": 30.0}
    inputs |= {f"hwp_{name}": share for name, share in shares.items()}
    made = _under(
        "AR-CM-003-V01",
        stratum("S1", trees(removals=(Removal(2025, 0.5),)), inputs=inputs),
        pools={"harvested_wood": True},
    )
    found = planned(made)
    stem = 30 * 0.380 * 0.460 * 10 * CO2
    kept = 0.7 * 0.8 * (0.6 * 2**-0.6 + 0.4 * 2**-1.5)
    products = _series(found, "stratum", "hwp_stock_t")
    assert products == pytest.approx([0.0] * 10 + [stem * kept] * 11)
    standing = _series(found, "stratum", "tree_stock_t")
    stock = _series(found, "stratum", "stock_t")
    assert stock == pytest.approx([a + b for a, b in zip(standing, products, strict=True)])


def test_dead_wood_of_managed_forest_is_counted_in_both_scenarios() -> None:
    """The same forest in both: nothing is gained, with dead wood as without."""
    same = Vegetation(trees=(trees(),))
    made = _under(
        "AR-CM-003-V01",
        stratum("S1", trees(), baseline=same),
        pools={"dead_wood": True, "harvested_wood": False},
    )
    found = planned(made)
    assert max(_series(found, "stratum", "dead_wood_stock_t")) > 0
    assert _series(found, "project", "reduction_t") == pytest.approx([0.0] * 21, abs=1e-9)


def test_a_salt_marsh_with_figures_of_the_project() -> None:
    """10 ha: plants 3 and soil 2 t CO2e/ha/yr, baseline 0.5, emissions 1; LK 4 a year, K_RISK 5 %.

    (50 - 10 - 5 - 4)·0.95 = 29.45 t a year; after 20 years 589 t. Year 0 gives nothing.
    """
    inputs = {
        "plant_removal_t_per_ha": 3.0,
        "soil_removal_t_per_ha": 2.0,
        "baseline_removal_t_per_ha": 0.5,
        "emission_t_per_ha": 1.0,
    }
    own = (OwnParameter("leakage", 4.0, "plan", "p. 9"), OwnParameter("k_risk", 0.05, "plan", "9"))
    made = _under(
        "CCER-14-003-V01",
        stratum("S1", inputs=inputs),
        parameters=own,
        crediting_start=date(2026, 1, 1),
        start=date(2026, 1, 1),
    )
    found = planned(replace(made, tables={"pine": PINE}))
    yearly = _series(found, "project", "reduction_t")
    assert yearly == pytest.approx([0.0] + [29.45] * 20)
    assert _series(found, "project", "cumulative_t")[-1] == pytest.approx(589.0)
