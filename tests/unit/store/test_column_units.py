"""The unit of a column, from its name; the second source is what the schemas of results say."""

import inspect

import dataframely as dy
import pytest

from sinkcalc.schemas import ccer, ccer_ledger, ccer_removals, inventory, lucf, results, wetland
from sinkcalc.store.column_units import column_unit


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("area_ha", "ha"),
        ("volume_m3_per_ha", "m3/ha"),
        ("carbon_t", "t C"),
        ("co2e_t", "t CO2e"),
        ("carbon_t_per_ha_se", "t C/ha"),
        ("biomass_t_per_ha", "t d.m./ha"),
        ("net_t_co2e_per_year", "t CO2e/yr"),
        ("burial_t_c_per_ha_per_year", "t C/ha/yr"),
        ("protected_area_high_ha", "ha"),
        ("protected_fraction_high", "1"),
        ("change_fraction_per_year", "1/yr"),
        ("stems_per_ha", "1/ha"),
        ("share_imputed", "1"),
        ("age_years", "a"),
        ("bulk_density_g_per_cm3", "g/cm3"),
        ("latitude", "degree"),
        ("gas_t_per_year", "t {gas}/yr"),
        ("aic", ""),
    ],
)
def test_the_unit_is_in_the_name(name: str, unit: str) -> None:
    assert column_unit(name, "DOUBLE", [name]) == unit


def test_a_figure_without_a_unit_has_that_of_its_row() -> None:
    columns = ["value", "se", "change_per_year", "share_imputed", "n", "unit"]
    found = {name: column_unit(name, "DOUBLE", columns) for name in columns}
    assert found["value"] == found["se"] == "{unit}"
    assert found["change_per_year"] == "{unit}/yr"
    assert found["share_imputed"] == found["n"] == "1"


def test_texts_and_numbers_of_things_have_no_unit() -> None:
    assert column_unit("area_ha", "VARCHAR", ["area_ha", "unit"]) == ""
    assert column_unit("survey", "INTEGER", ["survey", "unit"]) == ""
    assert column_unit("soil_depth_cm", "INTEGER", ["soil_depth_cm"]) == "cm"


def test_the_schemas_say_the_same() -> None:
    """A unit stands there beside the column, written by hand."""
    said = {}
    for module in (ccer, ccer_ledger, ccer_removals, inventory, lucf, results, wetland):
        for _, schema in inspect.getmembers(module, inspect.isclass):
            if not issubclass(schema, dy.Schema) or schema is dy.Schema:
                continue
            for name, column in schema.columns().items():
                unit = (column.metadata or {}).get("unit", "")
                # these are words or spell the same unit in another way
                if unit and not unit.startswith(("share of", "t of the gas")) and name != "bef":
                    said[name] = "a" if name == "age_years" else unit
    # figures that a command prints in t CO2e and that are no columns of the database
    shown = {"se", "total", "total_low", "total_high", "width", "change_low", "change_high"}
    assert len(said) > 40
    found = {name: column_unit(name, "DOUBLE", [name]) for name in said}
    differing = {name: (found[name], unit) for name, unit in said.items() if found[name] != unit}
    assert {name: units for name, units in differing.items() if name not in shown} == {}
