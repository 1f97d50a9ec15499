"""The form of the provincial inventory against arithmetic on paper.

Factors of the guide: carbon fraction 0.5, SVD 0.462 t/m3, BEF 1.787 (whole tree), 1.431 (above
ground), fractions on site 0.15, off site 0.20, decay 0.15, oxidation 0.9, CH4-C 0.012, N/C 0.01,
N2O-N 0.007. GWP of the second report: CH4 21, N2O 310.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from sinkcalc.accounting.cells import name_cells, to_cells
from sinkcalc.accounting.lucf import biomass_lines, conversion_lines, error_loadings
from sinkcalc.accounting.lucf_stocks import Expansion, at_year, county_stocks
from sinkcalc.accounting.lucf_table import in_form_order, with_sums
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.inventory_form import INPUT_COLUMNS

Encode = Callable[..., pl.LazyFrame]

SAR = {"CO2": 1.0, "CH4": 21.0, "N2O": 310.0}
FACTORS = load_factors("ccer-d-bef")
COUNTY = "330127"


def _county(**figures: Any) -> dict[str, Any]:
    """One county of 1,000,000 m3 of arbor forest on 20,000 ha with the guide's mean factors."""
    areas = {
        f"{name}_{end}_ha": 0.0
        for name in ("bamboo", "economic", "special_shrub")
        for end in ("from", "to")
    }
    return {
        "region_code": COUNTY,
        "arbor_m3": 1_000_000.0,
        "other_m3": 0.0,
        "living_m3": 1_000_000.0,
        "arbor_ha": 20_000.0,
        "years": 1,
        **areas,
        **dict.fromkeys(INPUT_COLUMNS, None),
        "wood_density": 0.462,
        "bef": 1.787,
        "bef_above_ground": 1.431,
        "growth_rate_source": "option",
        "consumption_rate_source": "option",
        "rates_correlation": 0.0,
        **figures,
    }


def _frame(*counties: dict[str, Any]) -> pl.DataFrame:
    frame = pl.DataFrame(list(counties), infer_schema_length=None)
    return frame.with_columns(pl.col(pl.Null).cast(pl.Float64))


def _filled(*counties: dict[str, Any]) -> pl.DataFrame:
    frame = _frame(*counties)
    own = biomass_lines(frame)
    lines = pl.concat([own, conversion_lines(frame)], how="diagonal")
    measured = {"volume": 0.059, "area": 0.029}
    return in_form_order(with_sums(lines, error_loadings(frame, own, measured), SAR))


def _line(rows: pl.DataFrame, category: str, gas: str | None = "CO2", region: str = COUNTY) -> Any:
    own = rows.filter(
        pl.col("region_code") == region,
        pl.col("category") == category,
        pl.col("gas").eq_missing(gas),
    )
    return own.row(0, named=True)


def test_growth_and_consumption_of_a_million_cubic_metres() -> None:
    """1,000,000 x 0.05 = 50,000 m3; x 0.462 = 23,100 t stem; x 1.787 = 41,279.7 t; x 0.5.

    Growth 20,639.85 t C = x 44/12 = 75,679.45 t CO2. Consumption at 0.03: three fifths of it,
    12,383.91 t C = 45,407.67 t CO2. Net 8,255.94 t C.
    """
    rows = _filled(_county(growth_rate=0.05, consumption_rate=0.03))
    growth, taken = _line(rows, "arbor_growth"), _line(rows, "living_stock_consumption")
    assert growth["removal_t_c_per_year"] == Decimal("20639.8500")
    assert growth["emission_t_c_per_year"] == 0
    assert growth["removal_t_co2e_per_year"] == Decimal("75679.4500")
    assert taken["removal_t_c_per_year"] == 0
    assert taken["emission_t_c_per_year"] == Decimal("12383.9100")
    assert taken["net_t_co2e_per_year"] == Decimal("-45407.6700")
    net = _line(rows, "biomass_net")
    assert net["net_t_c_per_year"] == Decimal("8255.9400")
    assert net["net_t_co2e_per_year"] == Decimal("30271.7800")


def test_scattered_trees_grow_and_are_consumed_with_the_rest() -> None:
    """10,000 m3 of sparse and scattered trees: growth 1 % of the above, 206.3985 t C."""
    rows = _filled(
        _county(other_m3=10_000.0, living_m3=1_010_000.0, growth_rate=0.05, consumption_rate=0.03)
    )
    assert _line(rows, "scattered_growth")["net_t_c_per_year"] == Decimal("206.3985")
    assert _line(rows, "living_stock_consumption")["net_t_c_per_year"] == Decimal("-12507.7491")


@pytest.mark.parametrize(
    ("name", "line", "carbon"),
    [
        # 30 ha more in 3 years: 10 ha a year x t/ha x 0.5
        ("bamboo", "bamboo_change", "342.4000"),
        ("economic", "economic_change", "176.0500"),
        ("special_shrub", "shrub_change", "89.9500"),
    ],
)
def test_only_area_counts_of_bamboo_economic_forest_and_shrubs(
    name: str, line: str, carbon: str
) -> None:
    """Whole plants, 68.48, 35.21, 17.99 t/ha: never the sum of above and below ground."""
    area = {f"{name}_from_ha": 100.0, f"{name}_to_ha": 130.0, "years": 3}
    row = _line(_filled(_county(**area)), line)
    assert row["activity"] == Decimal("10.0000")
    assert row["removal_t_c_per_year"] == Decimal(carbon)
    shrinking = {f"{name}_from_ha": 130.0, f"{name}_to_ha": 100.0, "years": 3}
    lost = _line(_filled(_county(**shrinking)), line)
    assert lost["emission_t_c_per_year"] == Decimal(carbon)
    assert lost["removal_t_c_per_year"] == 0


def test_conversion_of_forest() -> None:
    """100 ha a year, 80 ha as a mean of ten years.

    Before: 1,000,000 / 20,000 = 50 m3/ha x 0.462 x 1.431 = 33.0561 t/ha above ground; 3.0561
    are left: 30 t/ha lost. On site 100 x 30 x 0.15 x 0.9 x 0.5 = 202.5 t C = 742.5 t CO2; off
    site 270 t C = 990 t CO2; decay 80 x 30 x 0.15 x 0.5 = 180 t C = 660 t CO2.
    CH4 202.5 x 0.012 x 16/12 = 3.24 t = 68.04 t CO2e; N2O 202.5 x 0.01 x 0.007 x 44/28 =
    0.022275 t = 6.90525 t CO2e. Together 652.5 t C; 2,392.5 + 74.94525 = 2,467.44525 t CO2e.
    """
    rows = _filled(
        _county(
            converted_arbor_ha=100.0,
            converted_arbor_mean_ha=80.0,
            biomass_after_t_per_ha=3.0561,
            growth_rate=0.05,
            consumption_rate=0.03,
        )
    )
    for line, emission in (
        ("burned_on_site", "742.5000"),
        ("burned_off_site", "990.0000"),
        ("decayed", "660.0000"),
    ):
        assert _line(rows, line)["emission_t_co2e_per_year"] == Decimal(emission)
    methane, nitrous = (_line(rows, "burned_on_site", gas) for gas in ("CH4", "N2O"))
    assert methane["gas_t_per_year"] == Decimal("3.2400")
    assert methane["emission_t_co2e_per_year"] == Decimal("68.0400")
    assert float(nitrous["gas_t_per_year"]) == pytest.approx(0.022275, abs=1e-4)
    assert float(nitrous["emission_t_co2e_per_year"]) == pytest.approx(6.90525, abs=1e-4)
    whole = _line(rows, "conversion_net", None)
    assert whole["emission_t_c_per_year"] == Decimal("652.5000")
    assert float(whole["emission_t_co2e_per_year"]) == pytest.approx(2467.44525, abs=2e-4)
    total = _line(rows, "lucf_total", None)
    assert total["net_t_co2e_per_year"] == (
        _line(rows, "biomass_net")["net_t_co2e_per_year"] + whole["net_t_co2e_per_year"]
    )
    assert total["net_t_c_per_year"] == Decimal("8255.9400") - Decimal("652.5000")


def test_conversion_of_bamboo_has_the_guides_biomass_above_ground() -> None:
    """10 ha x 45.29 t/ha x 0.15 x 0.9 x 0.5 = 30.57075 t C; arbor forest is not asked for."""
    rows = _filled(_county(arbor_m3=0.0, arbor_ha=0.0, converted_bamboo_ha=10.0))
    assert float(_line(rows, "burned_on_site")["emission_t_c_per_year"]) == pytest.approx(
        30.57075, abs=1e-4
    )
    assert _line(rows, "decayed")["reason"] == "no_converted_mean_area"


def test_conversion_of_arbor_forest_without_a_stock_is_not_known() -> None:
    rows = _filled(_county(arbor_m3=0.0, arbor_ha=0.0, converted_arbor_ha=1.0))
    assert _line(rows, "burned_on_site")["reason"] == "no_arbor_biomass"
    own = _filled(
        _county(arbor_m3=0.0, arbor_ha=0.0, converted_arbor_ha=1.0, arbor_biomass_t_per_ha=40.0)
    )
    assert _line(own, "burned_on_site")["emission_t_c_per_year"] == Decimal("2.7000")


def test_a_line_without_its_input_has_no_figure_and_says_why() -> None:
    rows = _filled(_county(years=None))
    reasons = {
        "arbor_growth": "no_growth_rate",
        "scattered_growth": "no_growth_rate",
        "living_stock_consumption": "no_consumption_rate",
        "bamboo_change": "one_survey",
        "biomass_net": "parts_without_data",
        "burned_on_site": "no_converted_area",
        "decayed": "no_converted_mean_area",
    }
    for line, reason in reasons.items():
        row = _line(rows, line)
        assert (row["status"], row["reason"], row["net_t_co2e_per_year"]) == (
            "no_data",
            reason,
            None,
        )
    assert _line(rows, "arbor_growth", region="330100")["reason"] == "no_growth_rate"


def test_the_city_is_the_sum_of_its_counties_to_the_last_digit() -> None:
    """Three counties with odd rates; one without a rate leaves the city without a figure."""
    counties = [
        _county(
            region_code=code,
            arbor_m3=volume,
            growth_rate=rate,
            consumption_rate=rate / 3,
            living_m3=volume,
            bamboo_to_ha=area,
        )
        for code, volume, rate, area in (
            ("330102", 123_456.7891, 0.0317, 1.1111),
            ("330106", 98_765.4321, 0.0433, 0.7777),
            (COUNTY, 5_555_555.5555, 0.0511, 3.3333),
        )
    ]
    rows = _filled(*counties)
    for line in ("arbor_growth", "bamboo_change", "living_stock_consumption", "biomass_net"):
        own = rows.filter(pl.col("category") == line)
        inner = own.filter(pl.col("region_code") != "330100")
        for figure in ("removal_t_c_per_year", "emission_t_co2e_per_year", "net_t_co2e_per_year"):
            assert _line(rows, line, region="330100")[figure] == inner[figure].sum()
    lacking = _filled(*counties[:2], {**counties[2], "growth_rate": None})
    city = _line(lacking, "arbor_growth", region="330100")
    assert (city["status"], city["reason"]) == ("no_data", "counties_without_data")
    assert _line(lacking, "arbor_growth", region="330102")["status"] == "estimated"


def test_error_of_the_net_change() -> None:
    """GR 0.05 +- 0.004, CR 0.03 +- 0.003, volumes +- 5.9 %, no bamboo.

    d(net)/dGR = 1,000,000 x 0.462 x 1.787 x 0.5 = 412,797 t C: 1,651.188 of GR, 1,238.391 of CR;
    volume 0.059 x 8,255.94 = 487.10. Root of the squares 2,120.69 t C = 7,775.9 t CO2.
    """
    rates = {"growth_rate": 0.05, "growth_rate_se": 0.004}
    rates |= {"consumption_rate": 0.03, "consumption_rate_se": 0.003}
    rows = _filled(_county(**rates))
    assert _line(rows, "biomass_net")["se_t_co2e_per_year"] == pytest.approx(7775.9, abs=0.5)
    without = _filled(_county(growth_rate=0.05, consumption_rate=0.03))
    row = _line(without, "biomass_net")
    assert (row["se_t_co2e_per_year"], row["se_reason"]) == (None, "rate_without_error")


def test_rates_of_the_same_plots_err_together() -> None:
    """GR and CR as above with a correlation of -0.4.

    Var(net) = 1,651.188^2 + 1,238.391^2 - 2 (-0.4) 1,651.188 x 1,238.391 + 487.10^2
             = 2,726,422 + 1,533,612 + 1,635,853 + 237,266: root 2,476.52 t C = 9,080.6 t CO2.
    Consumption alone does not notice: 1,238.391 and 0.059 x 12,383.91 = 730.65, 5,272.2 t CO2.
    """
    rates = {"growth_rate": 0.05, "growth_rate_se": 0.004}
    rates |= {"consumption_rate": 0.03, "consumption_rate_se": 0.003, "rates_correlation": -0.4}
    rows = _filled(_county(**rates))
    assert _line(rows, "biomass_net")["se_t_co2e_per_year"] == pytest.approx(9080.6, abs=0.5)
    taken = _line(rows, "living_stock_consumption")
    assert taken["se_t_co2e_per_year"] == pytest.approx(5272.2, abs=0.5)


def test_one_rate_for_all_is_one_error_and_own_rates_are_several() -> None:
    """Two equal counties: the error of one rate doubles, that of two own rates grows by root 2.

    Of GR alone, 1,651.188 t C each, with volumes 0.059 x 20,639.85 = 1,217.75 t C in common.
    """
    rates = {
        "growth_rate": 0.05,
        "growth_rate_se": 0.004,
        "consumption_rate": 0.0,
        "consumption_rate_se": 0.0,
    }
    for source, together in (("option", 2 * 1651.188), ("county", 2**0.5 * 1651.188)):
        counties = [
            _county(region_code=code, growth_rate_source=source, **rates)
            for code in ("330106", COUNTY)
        ]
        city = _line(_filled(*counties), "arbor_growth", region="330100")
        volume = 2 * 0.059 * 20_639.85
        expected = (together**2 + volume**2) ** 0.5 * 44 / 12
        assert city["se_t_co2e_per_year"] == pytest.approx(expected, rel=1e-9)


def _stocks(encode: Encode, expansion: Expansion) -> pl.DataFrame:
    """Masson pine 60 m3 and oak 40 m3 on 2 ha, bamboo 5 ha, scattered trees, the test region."""
    stands = [
        (COUNTY, "arbor", "1", "masson_pine", "natural", "middle", "60"),
        (COUNTY, "arbor", "1", "oak", "natural", "middle", "40"),
        (COUNTY, "arbor", "7", "oak", "natural", "middle"),
        (COUNTY, "sparse", "3", "oak", "natural", "middle", "5"),
        (COUNTY, "bamboo", "5", "moso_bamboo", "natural", None, None, "9", "2"),
        ("TEST", "arbor", "1", "oak", "natural", "middle", "1000"),
    ]
    cells = name_cells(to_cells(encode(stands), FACTORS).collect(), FACTORS)
    return county_stocks(cells, FACTORS.density_bef, FACTORS.root_shoot, expansion)


@pytest.mark.parametrize(
    ("expansion", "density", "bef"),
    [
        # 0.6 x 0.380 + 0.4 x 0.676; the national BEF
        ("guide", 0.4984, 1.787),
        ("national", 0.462, 1.787),
        # 0.6 x 1.472 x 1.187 + 0.4 x 1.355 x 1.292 = 1.0483584 + 0.700264
        ("species", 0.4984, 1.7486224),
    ],
)
def test_mean_factors_are_weighted_with_volume(
    encode: Encode, expansion: Expansion, density: float, bef: float
) -> None:
    stocks = _stocks(encode, expansion)
    county = at_year(None, stocks, 1.0)
    assert county["region_code"].to_list() == [COUNTY]
    row = county.row(0, named=True)
    assert row["arbor_m3"] == 100.0
    assert row["other_m3"] == 7.0
    assert row["living_m3"] == 107.0
    # the stand without a volume has no stock to spread its area over
    assert row["arbor_ha"] == 2.0
    assert row["bamboo_to_ha"] == 5.0
    assert row["wood_density"] == pytest.approx(density)
    assert row["bef"] == pytest.approx(bef)


def test_stocks_between_two_surveys(encode: Encode) -> None:
    """A third of the way: two thirds of the first and one of the later, here twice the first."""
    last = _stocks(encode, "guide")
    first = last.with_columns(pl.col(pl.Float64) / 2)
    row = at_year(first, last, 1 / 3).row(0, named=True)
    assert row["arbor_m3"] == pytest.approx(100 / 3 + 100 / 3)
    assert (row["bamboo_from_ha"], row["bamboo_to_ha"]) == (2.5, 5.0)
    assert row["wood_density"] == pytest.approx(0.4984)


def test_a_county_of_one_survey_alone_counts_as_nothing_in_the_other(encode: Encode) -> None:
    last = _stocks(encode, "guide")
    moved = last.with_columns(pl.lit("330122").alias("region_code"))
    rows = at_year(moved, last, 1.0)
    assert rows["region_code"].to_list() == ["330122", COUNTY]
    assert rows["bamboo_from_ha"].to_list() == [5.0, 0.0]
    assert rows["bamboo_to_ha"].to_list() == [0.0, 5.0]
