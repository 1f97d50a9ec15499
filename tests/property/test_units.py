"""Units of deliveries to stored units and back."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinkcalc.errors import UsageProblem
from sinkcalc.units import NUMERIC_COLUMNS, factor_to_stored

# 1 of the unit in the stored unit: 1 ha = 15 亩 = 10 000 m2 = 0.01 km2, 万 = 10 000
EXACT = {
    ("area_ha", "ha"): Fraction(1),
    ("area_ha", "hm2"): Fraction(1),
    ("area_ha", "m2"): Fraction(1, 10_000),
    ("area_ha", "mu"): Fraction(1, 15),
    ("area_ha", "km2"): Fraction(100),
    ("volume_m3", "m3"): Fraction(1),
    ("volume_m3", "wan_m3"): Fraction(10_000),
    ("volume_m3_per_ha", "m3/ha"): Fraction(1),
    ("volume_m3_per_ha", "m3/mu"): Fraction(15),
    ("culms", "1"): Fraction(1),
    ("culms", "wan"): Fraction(10_000),
    ("stems_per_ha", "1/ha"): Fraction(1),
    ("stems_per_ha", "1/mu"): Fraction(15),
    ("canopy_cover_fraction", "1"): Fraction(1),
    ("canopy_cover_fraction", "percent"): Fraction(1, 100),
    ("canopy_cover_fraction", "tenths"): Fraction(1, 10),
    ("dbh_cm", "cm"): Fraction(1),
    ("dbh_cm", "mm"): Fraction(1, 10),
    ("height_m", "m"): Fraction(1),
    ("height_m", "dm"): Fraction(1, 10),
    ("height_m", "cm"): Fraction(1, 100),
    ("crown_length_m", "m"): Fraction(1),
    ("crown_length_m", "dm"): Fraction(1, 10),
    ("crown_length_m", "cm"): Fraction(1, 100),
    ("scattered_volume_m3", "m3"): Fraction(1),
    ("scattered_volume_m3", "wan_m3"): Fraction(10_000),
    ("age_years", "a"): Fraction(1),
    ("plot_area_ha", "ha"): Fraction(1),
    ("plot_area_ha", "hm2"): Fraction(1),
    ("plot_area_ha", "m2"): Fraction(1, 10_000),
    ("plot_area_ha", "mu"): Fraction(1, 15),
    ("tally_area_ha", "ha"): Fraction(1),
    ("tally_area_ha", "hm2"): Fraction(1),
    ("tally_area_ha", "m2"): Fraction(1, 10_000),
    ("tally_area_ha", "mu"): Fraction(1, 15),
    ("dead_volume_m3", "m3"): Fraction(1),
    ("cut_volume_m3", "m3"): Fraction(1),
    ("vegetated_area_ha", "ha"): Fraction(1),
    ("vegetated_area_ha", "hm2"): Fraction(1),
    ("vegetated_area_ha", "m2"): Fraction(1, 10_000),
    ("vegetated_area_ha", "mu"): Fraction(1, 15),
    ("protected_area_ha", "ha"): Fraction(1),
    ("protected_area_ha", "hm2"): Fraction(1),
    ("protected_area_ha", "m2"): Fraction(1, 10_000),
    ("protected_area_ha", "mu"): Fraction(1, 15),
    ("vegetation_cover_fraction", "1"): Fraction(1),
    ("vegetation_cover_fraction", "percent"): Fraction(1, 100),
    ("coarse_fraction", "1"): Fraction(1),
    ("coarse_fraction", "percent"): Fraction(1, 100),
    ("organic_matter_fraction", "1"): Fraction(1),
    ("organic_matter_fraction", "percent"): Fraction(1, 100),
    ("organic_matter_fraction", "g/kg"): Fraction(1, 1000),
    ("carbon_fraction", "1"): Fraction(1),
    ("carbon_fraction", "percent"): Fraction(1, 100),
    ("carbon_fraction", "g/kg"): Fraction(1, 1000),
    ("salinity_ppt", "ppt"): Fraction(1),
    ("salinity_ppt", "percent"): Fraction(10),
    ("burial_t_c_per_ha_per_year", "t C/ha/yr"): Fraction(1),
    ("burial_t_c_per_ha_per_year", "g C/m2/yr"): Fraction(10_000, 1_000_000),
    ("burial_t_c_per_ha_per_year", "kg C/m2/yr"): Fraction(10_000, 1000),
    ("longitude", "degree"): Fraction(1),
    ("latitude", "degree"): Fraction(1),
    ("depth_top_cm", "cm"): Fraction(1),
    ("depth_top_cm", "m"): Fraction(100),
    ("depth_top_cm", "mm"): Fraction(1, 10),
    ("depth_bottom_cm", "cm"): Fraction(1),
    ("depth_bottom_cm", "m"): Fraction(100),
    ("depth_bottom_cm", "mm"): Fraction(1, 10),
    ("bulk_density_g_per_cm3", "g/cm3"): Fraction(1),
    ("bulk_density_g_per_cm3", "kg/m3"): Fraction(1000, 1_000_000),
    ("bulk_density_g_per_cm3", "t/m3"): Fraction(1_000_000, 1_000_000),
    ("land_use_factor", "1"): Fraction(1),
    ("management_factor", "1"): Fraction(1),
    ("input_factor", "1"): Fraction(1),
    ("contiguous_area_m2", "m2"): Fraction(1),
    ("contiguous_area_m2", "mu"): Fraction(10_000, 15),
    ("contiguous_area_m2", "ha"): Fraction(10_000),
    ("density_per_ha", "1/ha"): Fraction(1),
    ("density_per_ha", "1/mu"): Fraction(15),
    ("non_forest_years", "a"): Fraction(1),
    ("removed_cover_fraction", "1"): Fraction(1),
    ("removed_cover_fraction", "percent"): Fraction(1, 100),
    ("disturbed_fraction", "1"): Fraction(1),
    ("disturbed_fraction", "percent"): Fraction(1, 100),
    ("tree_cover_fraction", "1"): Fraction(1),
    ("tree_cover_fraction", "percent"): Fraction(1, 100),
    ("mean_height_m", "m"): Fraction(1),
    ("mean_dbh_cm", "cm"): Fraction(1),
}


@pytest.mark.parametrize(("column", "unit"), EXACT)
@given(figure=st.floats(1e-6, 1e9))
def test_there_and_back(column: str, unit: str, figure: float) -> None:
    """Stored by the factor, brought back by the exact fraction: three roundings of a double."""
    stored = figure * factor_to_stored(column, unit)
    back = float(Fraction(stored) / EXACT[column, unit])
    assert math.isclose(back, figure, rel_tol=4e-16)


def test_every_numeric_column_has_a_unit_here() -> None:
    assert {column for column, _ in EXACT} == set(NUMERIC_COLUMNS)


@given(area_mu=st.floats(0.01, 1e6), per_mu=st.floats(0.01, 100))
def test_volume_does_not_depend_on_the_unit_of_area(area_mu: float, per_mu: float) -> None:
    """M3/亩 x 亩 is m3; in hectares the two factors of 15 cancel."""
    area = area_mu * factor_to_stored("area_ha", "mu")
    per_ha = per_mu * factor_to_stored("volume_m3_per_ha", "m3/mu")
    assert math.isclose(area * per_ha, area_mu * per_mu, rel_tol=1e-15)


def test_plan_area_in_mu() -> None:
    """1689 万亩 / 15 = 112.6 万ha."""
    assert 1689e4 * factor_to_stored("area_ha", "mu") == pytest.approx(1_126_000, rel=1e-15)


@pytest.mark.parametrize(
    ("column", "unit"), [("area_ha", "m3"), ("area_ha", ""), ("volume_m3", "万m3"), ("x", "ha")]
)
def test_an_unknown_unit_is_refused(column: str, unit: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        factor_to_stored(column, unit)
    assert repr(unit) in refused.value.en
    assert column in refused.value.zh
