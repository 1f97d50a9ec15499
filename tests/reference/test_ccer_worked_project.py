"""A small AR-CM-001 project computed by hand: two strata, a thinning, shrubs, a fire, DR 6 %."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sinkcalc.ccer.plan import Plan, Results, evaluate
from sinkcalc.ccer.plan_of import make_plan
from sinkcalc.ccer.removals import pool_stocks, stratum_stocks, yearly_removals
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.pipeline.ccer_project import read_project

PROJECT = Path(__file__).parents[1] / "made_project" / "worked.toml"
AREAS = {"S1": 12.5, "S2": 8.0}
EXACT = 1e-9

# year t, project removal, baseline removal, reduction, cumulative (t CO2e), creditable of the year
BY_HAND = (
    (1, 65.403156728696, 4.825333333333, 60.577823395362, 60.577823395362, 60),
    (2, 110.761290062029, 4.825333333333, 105.935956728696, 166.513780124058, 106),
    (3, 110.458480526029, 4.825333333333, 105.633147192696, 272.146927316754, 106),
    (4, 110.761290062029, 4.825333333333, 105.935956728696, 378.082884045450, 106),
    (5, 110.761290062029, 4.825333333333, 105.935956728696, 484.018840774146, 106),
    (6, 195.658551453877, 4.825333333333, 190.833218120544, 674.852058894690, 190),
    (7, 195.658551453877, 4.825333333333, 190.833218120544, 865.685277015234, 191),
    (8, 195.658551453877, 4.825333333333, 190.833218120544, 1056.518495135777, 191),
    (9, -88.002617396986, 4.825333333333, -92.827950730319, 963.690544405459, -93),
    (10, 153.551073239904, 4.825333333333, 148.725739906571, 1112.416284312029, 149),
    (11, 179.584815769869, 0, 179.584815769869, 1292.001100081899, 180),
    (12, 179.584815769869, 0, 179.584815769869, 1471.585915851768, 179),
    (13, 179.584815769869, 0, 179.584815769869, 1651.170731621637, 180),
    (14, 179.584815769869, 0, 179.584815769869, 1830.755547391507, 179),
    (15, 179.584815769869, 0, 179.584815769869, 2010.340363161376, 180),
    (16, 163.794511439629, 0, 163.794511439629, 2174.134874601005, 164),
    (17, 163.794511439629, 0, 163.794511439629, 2337.929386040634, 163),
    (18, 163.794511439629, 0, 163.794511439629, 2501.723897480264, 164),
    (19, 163.794511439629, 0, 163.794511439629, 2665.518408919893, 164),
    (20, 163.794511439629, 0, 163.794511439629, 2829.312920359522, 164),
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    project = read_project(PROJECT)
    return make_plan(project, load_pack(project.methodology), AREAS, None)


@pytest.fixture(scope="module")
def results(plan: Plan) -> Results:
    return evaluate(plan)


def test_every_year_is_as_computed_by_hand(plan: Plan, results: Results) -> None:
    """Years of tests/made_project/worked.toml, step by step.

    Given. Year t = 1 … 20 of the crediting period ends on 31 December 2015 + t; year 0 is 31
    December 2015. All trees are planted in 2015, so their age at the end of year t is t.
    S1: 12.5 ha of masson pine. S2: 8 ha, 0.6 of it Chinese fir, 0.4 schima. Growth tables, m3/ha,
    from 0 at age 0, linear between: pine 20, 60, 110, 150 at 5, 10, 15, 20 years; fir 25, 80, 180
    at 5, 10, 20; schima 40, 100 at 10, 20. Thinning of S1 in 2024: 0.4 of the volume.
                 D (t/m3)   BEF     R      CF
        pine      0.380    1.472  0.187  0.460
        fir       0.307    1.634  0.246  0.520
        schima    0.598    1.894  0.258  0.497

    1. t CO2e per m3: D·BEF·(1+R)·CF·44/12.
       pine    0.380·1.472 = 0.55936 (above ground, t/m3); ·1.187 = 0.66396032;
               ·0.460 = 0.3054217472 t C; ·44/12 = 1.119879739733
       fir     0.307·1.634 = 0.501638; ·1.246 = 0.625040948; ·0.520 = 0.32502129296;
               ·44/12 = 1.191744740853
       schima  0.598·1.894 = 1.132612; ·1.258 = 1.424825896; ·0.497 = 0.708138470312;
               ·44/12 = 2.596507724477
    2. t CO2e per m3/ha of the own trees: times area and share.
       pine    ·12.5        = 13.998496746667
       fir     ·8·0.6 = 4.8 =  5.720374756096
       schima  ·8·0.4 = 3.2 =  8.308824718327
    3. Yearly change of the volume, m3/ha. The thinning of 2024 is in year 9, which begins in 2024:
       from its end on, pine has 0.6 of its table.
       pine    years 1–5 +4; 6–8 +8; 9: 0.6·52 - 44 = -12.8; 10: 0.6·8 = +4.8;
               11–15: 0.6·10 = +6; 16–20: 0.6·8 = +4.8
       fir     years 1–5 +5; 6–10 +11; 11–20 +10
       schima  years 1–10 +4; 11–20 +6
    4. Yearly change of the carbon of trees, t CO2e: steps 2 times 3.
       1–5     55.993986986667 + 28.601873780480 + 33.235298873310 = 117.831159640457
       6–8    111.987973973333 + 62.924122317056 + 33.235298873310 = 208.147395163699
       9     -179.180758357333 + 62.924122317056 + 33.235298873310 = -83.021337166967
       10      67.192784384000 + 62.924122317056 + 33.235298873310 = 163.352205574366
       11–15   83.990980480000 + 57.203747560960 + 49.852948309965 = 191.047676350925
       16–20   67.192784384000 + 57.203747560960 + 49.852948309965 = 174.249480254925
    5. Shrubs of S1 at cover c: 44/12·0.47·(1 + 0.40)·12.5·(0.10·80·c) = 241.266666666667 c t CO2e.
       Baseline: c rises from 0.2 (2015) to 0.4 (2025), 0.02 a year: +4.825333333333 in years 1–10,
       then 0. Project: c falls from 0.2 to 0.04, below the 5 % that count: 241.266666666667·0.2 =
       48.253333333333 less in year 1, then 0.
    6. Change of the project: year 1 117.831159640457 - 48.253333333333 = 69.577826307123; the other
       years step 4.
    7. Discount 6 %: times 0.94 above 0, times 1.06 below.
       1: 65.403156728696    2–5: 110.761290062029    6–8: 195.658551453877
       9: -88.002617396986   10: 153.551073239904   11–15: 179.584815769869
       16–20: 163.794511439629
    8. Fire of 2018, year 3: 0.5 ha of S1, whose trees have 12 m3/ha · 0.55936 = 6.71232 t/ha above
       ground; 0.001·0.5·6.71232·0.45·(4.7·28 + 0.26·265) = 0.001510272·200.5 = 0.302809536 t CO2e.
       Removal of year 3: 110.761290062029 - 0.302809536 = 110.458480526029.
    9. Reduction: step 7 (8) less 4.825333333333 of step 5 in years 1–10; no leakage, no deduction
       for the risk of reversal. Year 1 60.577823395362, year 2 105.935956728696, … `BY_HAND`.
    10. Cumulative: 60.577823395362, 166.513780124058, … 2829.312920359522. Rounded down once:
       2829 t; a year has the difference of the rounded totals: 60, 166 - 60 = 106, 272 - 166 = 106,
       …, year 9 963 - 1056 = -93.
    """
    rows = yearly_removals(plan, results)
    found = rows.select(
        "period",
        "project_removal_t",
        "baseline_removal_t",
        "reduction_t",
        "cumulative_t",
        "creditable_in_year_t",
    ).rows()
    assert np.abs(np.array(found) - np.array(BY_HAND)).max() < EXACT
    assert rows["leakage_t"].to_list() == rows["risk_deduction_t"].to_list() == [0] * 20
    assert rows.row(0)[1:3] == (date(2016, 1, 1), date(2016, 12, 31))
    assert rows.row(19)[1:3] == (date(2035, 1, 1), date(2035, 12, 31))
    assert rows["creditable_in_year_t"].sum() == rows["creditable_t"][-1] == 2829


def test_the_thinned_stratum_by_year(plan: Plan, results: Results) -> None:
    """S1 at the end of 2024: 0.6·52 = 31.2 m3/ha; above ground 31.2·0.55936 = 17.452032 t/ha.

    Below ground 17.452032·0.187 = 3.263529984; carbon (17.452032 + 3.263529984)·0.46·12.5 =
    119.114481408 t C, ·44/12 = 436.753098496 t CO2e; in 2023 44·13.998496746667 =
    615.933856853333, 179.180758357333 more.
    """
    rows = stratum_stocks(plan, results).filter(stratum="S1", period=9)
    assert rows.select("scenario", "component", "species", "age_years", "area_ha").row(0) == (
        "project",
        "masson_pine-2015",
        "masson_pine",
        9.0,
        12.5,
    )
    assert rows.height == 1
    got = rows.row(0, named=True)
    by_hand = {
        "volume_m3_per_ha": 31.2,
        "above_ground_t_per_ha": 17.452032,
        "below_ground_t_per_ha": 3.263529984,
        "carbon_t": 119.114481408,
        "co2e_t": 436.753098496,
        "change_co2e_t": -179.180758357333,
    }
    assert {name: got[name] for name in by_hand} == pytest.approx(by_hand, rel=0, abs=EXACT)


def test_the_pools_add_up(plan: Plan, results: Results) -> None:
    """At the end of year 20: pine 0.6·150 = 90, fir 180, schima 100 m3/ha times step 2; shrubs 0.

    90·13.998496746667 + 180·5.720374756096 + 100·8.308824718327 = 1259.8647072 + 1029.66745609728
    + 830.8824718327 = 3120.41463513 t CO2e. Baseline: shrubs 241.266666666667·0.4 = 96.506666667.
    """
    rows = pool_stocks(plan, results).filter(period=20)
    found = {(row["scenario"], row["pool"]): row["co2e_t"] for row in rows.iter_rows(named=True)}
    assert found["project", "tree"] == pytest.approx(3120.414635130, abs=1e-8)
    assert found["baseline", "shrub"] == pytest.approx(96.506666666667, abs=EXACT)
    assert sum(found.values()) == pytest.approx(3120.414635130 + 96.506666666667, abs=1e-8)
