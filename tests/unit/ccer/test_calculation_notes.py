"""What is said beside the figures of a project."""

from dataclasses import replace

import polars as pl
import pytest
from made_ccer_project import planned, project, stratum, trees

from sinkcalc.ccer.calculation_notes import notes_of
from sinkcalc.ccer.project import OwnParameter, Project, Vegetation
from sinkcalc.coefficients.packs import load_pack
from sinkcalc.errors import UsageProblem


def _notes(made: Project) -> str:
    plan, results = planned(made)
    nobody = pl.DataFrame(
        schema={
            "parcel_id": pl.String,
            "outcome": pl.String,
            "area_ha": pl.Float64,
            "reason_zh": pl.String,
            "reason_en": pl.String,
        }
    )
    notes = notes_of(made, load_pack(made.methodology), plan, results, nobody, nobody)
    return "\n".join(en for _, en in notes)


def test_parcels_of_another_project_are_said() -> None:
    """AR-CM-001 has no rule that refuses them, as CCER-14-001 has."""
    made = project(stratum("S1", trees()))
    plan, results = planned(made)
    parcels = pl.DataFrame(
        {
            "parcel_id": ["A", "B", "C"],
            "outcome": ["pass"] * 3,
            "in_other_project": [True, False, None],
        }
    )
    excluded = pl.DataFrame(schema={"outcome": pl.String})
    notes = notes_of(made, load_pack(made.methodology), plan, results, parcels, excluded)
    assert any("in another project: 1 (A)" in en for _, en in notes)


def test_plants_that_only_the_baseline_has_in_year_0_are_said() -> None:
    """Ten hectares, cover 0.5 - 0.1, 80 t/ha: 44/12·0.47·1.4·10·0.10·80·0.4 = 77.2053 t CO2e."""
    shrubs = Vegetation(shrub_cover=((2015, 0.5),))
    fewer = stratum(
        "S1", trees(planted=2016), shrub_cover=((2015, 0.1), (2016, 0.0)), baseline=shrubs
    )
    assert "77.2053 t CO2e" in _notes(project(fewer))
    assert "(S1)" in _notes(project(fewer))
    told = stratum(
        "S1", trees(planted=2016), shrub_cover=((2015, 0.5), (2016, 0.0)), baseline=shrubs
    )
    assert "no account" not in _notes(project(told))


def test_shrubs_that_the_project_does_not_name_are_lost_in_year_1() -> None:
    """Cover 0.5 of ten hectares: 44/12·0.47·1.4·10·0.10·80·0.5 t CO2e less than without shrubs."""
    shrubs = Vegetation(shrub_cover=((2015, 0.5),))
    silent = stratum("S1", trees(planted=2016), baseline=shrubs)
    told = replace(silent, project=replace(silent.project, shrub_cover=((2015, 0.5), (2016, 0.0))))
    none = stratum("S1", trees(planted=2016))
    first, second, third = (
        float(planned(project(one))[1]["project", "cumulative_t"][0, 0, -1])
        for one in (silent, told, none)
    )
    assert first == second
    assert third - first == pytest.approx(44 / 12 * 0.47 * 1.4 * 10 * 0.10 * 80 * 0.5)
    assert "no account" not in _notes(project(silent))


def test_a_fire_after_the_crediting_period_is_said() -> None:
    """The last period begins in 2035: a fire of 2036 belongs to none."""
    burnt = stratum("S1", trees(), burnt=((2035, 1.0), (2036, 2.0)))
    assert "fires after the crediting period change nothing: S1 2036" in _notes(project(burnt))


def test_more_land_than_a_stratum_has_cannot_burn() -> None:
    """Ten hectares a stratum."""
    planned(project(stratum("S1", trees(), burnt=((2020, 10.0),))))
    with pytest.raises(UsageProblem, match=r"S1.*2020"):
        planned(project(stratum("S1", trees(), burnt=((2020, 10.5),))))


def test_figures_that_cannot_be_are_refused() -> None:
    """A deduction below 0 would add to the reductions; 30 % is 0.3."""
    grown = stratum("S1", trees())
    for symbol, value in (("k_risk", -1.0), ("k_risk", 10.0), ("bdr_sf", -0.1)):
        own = (OwnParameter(symbol, value, "report", "p. 1"),)
        with pytest.raises(UsageProblem, match=symbol):
            planned(project(grown, methodology="CCER-14-001-V01", parameters=own))
    soil = {"soc_reference": 60.0, "soc_initial": 50.0, "soil_preparation_year": 2016.0}
    soil |= {"soil_disturbed_fraction": 30.0}
    with pytest.raises(UsageProblem, match="soil_disturbed_fraction"):
        planned(project(stratum("S1", trees(), inputs=soil), pools={"soil": True}))


def test_figures_in_place_of_the_methodology_s_are_said() -> None:
    """A limit of a rule and a factor of a species; not an input that the pack asks for."""
    own = (
        OwnParameter("disturbed_fraction_max", 0.2, "report", "p. 1"),
        OwnParameter("bef.masson_pine", 1.5, "report", "p. 2"),
        OwnParameter("forest_biomass", 80.0, "report", "p. 3"),
    )
    said = _notes(project(stratum("S1", trees()), parameters=own))
    assert "disturbed_fraction_max = 0.2 (AR-CM-001-V01: 0.1); bef.masson_pine = 1.5" in said
    assert "forest_biomass" not in said
