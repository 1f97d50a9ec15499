"""Queries of wetlands and soils beside the commands' rows."""

from collections import Counter
from typing import Any

from agreements_forest_estimates import close
from agreements_progress import same_rows
from query_city import CHANGE, QueryCity
from simulated_city import YEARS

from sinkcalc.vocabulary import NINE_WETLAND_CLASSES

Row = dict[str, Any]
LAST = YEARS[-1]
PARTS = {"value": "", "se": "_se", "ci_low": "_ci_low", "ci_high": "_ci_high"}
WETLAND = ("estimate", "--survey", LAST, "--kind", "wetland", "--by")


def same_figure(row: Row, want: Row | None, name: str) -> None:
    """Compare a figure, its error and its interval with a row of the command, exactly."""
    for part, suffix in PARTS.items():
        found = row[name + suffix]
        given = None if want is None else want[part]
        assert (None if found is None else float(found)) == given, (row, want)
    assert want is None or row["run_id"] == want["run_id"]


def wetlands_by_class_and_protection(city: QueryCity) -> None:
    """Classes by the estimate; those of the nine classes add up to the command's rate.

    The city has no geometries, by which the command would measure overlaps.
    """
    rows = city.query("wetlands_by_class_and_protection")
    areas = {
        row["wetland_class"]: row
        for row in city.command(*WETLAND, "wetland_class")
        if row["quantity"] == "area"
    }
    assert {row["wetland_class"] for row in rows} == areas.keys()
    for row in rows:
        want = areas[row["wetland_class"]]
        assert (float(row["area_ha"]), row["wetlands"]) == (want["value"], want["n"])
        assert close(row["protected_fraction"], float(row["protected_area_ha"] / row["area_ha"]))
    (united,) = [
        row
        for row in city.command("target", "--protection")
        if (row["definition"], row["protection_form"]) == ("nine_classes", "united")
    ]
    nine = [row for row in rows if row["wetland_class"] in NINE_WETLAND_CLASSES]
    for column in (
        *("wetlands", "area_ha", "protected_wetlands", "protected_area_ha"),
        "protected_area_high_ha",
    ):
        assert float(sum(row[column] for row in nine)) == united[column]


def wetland_area_against_target(city: QueryCity) -> None:
    expected = [row for row in city.command("target") if row["indicator"].startswith("wetland_")]
    found = city.query("wetland_area_against_target")
    same_rows(found, expected, ("target_id", "definition"))
    assert {row["definition"] for row in found if row["comparable"]} == {"plan_list"}
    assert {row["status"] for row in found if not row["comparable"]} == {"not_comparable"}


def protected_wetland_by_form_and_county(city: QueryCity) -> None:
    keys = ("definition", "region_code", "protection_form")
    expected = city.command("target", "--protection", "--by", "region")
    same_rows(city.query("protected_wetland_by_form_and_county"), expected, keys)
    of_one = [row for row in expected if row["definition"] == "plan_list"]
    found = city.query("protected_wetland_by_form_and_county", definition="plan_list")
    same_rows(found, of_one, keys)


def reservoirs_by_age_and_gas(city: QueryCity) -> None:
    """CO2 equivalents exactly; masses of the rules add up to the command's mass of methane."""
    expected = {
        (row["quantity"], row["gas"], row["gwp_set"]): row
        for row in city.command(*WETLAND, "wetland_class")
        if row["wetland_class"] == "reservoir" and row["gas"]
    }
    rows = city.query("reservoirs_by_age_and_gas")
    assert {row["rule"] for row in rows} == {"flooded_old", "flooded_young"}
    for row in rows:
        want = expected[row["quantity"], row["gas"], row["gwp_set"]]
        same_figure(row, want, "gas_co2e_t_per_year")
    methane = [row for row in rows if row["gas"] == "CH4"]
    kilograms = expected["emission", "CH4", None]
    assert sum(row["reservoirs"] for row in methane) == kilograms["n"]
    mass = 1000 * sum(row["mass_t_per_year"] for row in methane)
    # figures of cells are rounded before they are added up
    assert abs(mass - kilograms["value"]) < 1e-3
    (area,) = [row for row in _wide(city, "wetland_class") if row["wetland_class"] == "reservoir"]
    assert float(sum(row["area_ha"] for row in methane)) == area["value"]


def _wide(city: QueryCity, by: str, quantity: str = "area") -> list[Row]:
    return [row for row in city.command(*WETLAND, by) if row["quantity"] == quantity]


def wetland_soil_carbon_by_class(city: QueryCity) -> None:
    expected = {
        (row["wetland_class"], row["quantity"], row["pool"]): row
        for row in city.command(*WETLAND, "wetland_class")
    }
    rows = city.query("wetland_soil_carbon_by_class")
    assert [row["wetland_class"] for row in rows] == sorted({key[0] for key in expected})
    for row in rows:
        area = expected[row["wetland_class"], "area", None]
        soil = expected.get((row["wetland_class"], "carbon", "soil"))
        same_figure(row, area, "area_ha")
        same_figure(row, soil, "soil_carbon_t")
        assert row["wetlands"] == area["n"]
        for column, name in (
            ("wetlands_with_soil", "n"),
            ("depth_cm", "depth_cm"),
            ("share_fallback_fraction", "share_fallback"),
            ("se_reason", "se_reason"),
        ):
            assert row[column] == (None if soil is None else soil[name])
    assert any(row["soil_carbon_t_se"] for row in rows)


def soil_pool_of_the_land(city: QueryCity) -> None:
    expected = {
        (row["land"] or "sum_of_lands", row["quantity"]): row
        for row in city.command("estimate", "--survey", LAST, "--kind", "soil")
    }
    rows = city.query("soil_pool_of_the_land")
    assert [row["land"] for row in rows] == ["farmland", "forest", "wetland", "sum_of_lands"]
    for row in rows:
        same_figure(row, expected[row["land"], "area"], "area_ha")
        same_figure(row, expected[row["land"], "carbon"], "soil_carbon_t")
        same_figure(row, expected[row["land"], "co2e"], "soil_co2e_t")
        assert row["depth_cm"] == expected[row["land"], "carbon"]["depth_cm"] == 30


def wetland_fluxes_by_gas(city: QueryCity) -> None:
    expected = {
        (row["gas"], row["quantity"], row["gwp_set"]): row
        for row in city.command(*WETLAND, "")
        if row["quantity"] in ("removal", "emission")
    }
    rows = city.query("wetland_fluxes_by_gas")
    assert {row["gas"] for row in rows} == {key[0] for key in expected}
    for row in rows:
        of_gas = [expected.get((row["gas"], name, "AR6")) for name in ("removal", "emission")]
        same_figure(row, of_gas[0], "removal_t_co2e_per_year")
        same_figure(row, of_gas[1], "emission_t_co2e_per_year")
        removal, emission = (0 if one is None else one["value"] for one in of_gas)
        assert abs(float(row["net_emission_t_co2e_per_year"]) - (emission - removal)) < 1e-9
        mass = expected.get((row["gas"], "emission", None))
        found = row["emission_kg_per_year"]
        assert (None if found is None else float(found)) == (mass and mass["value"])
        assert row["emission_kg_per_year_se"] == (mass and mass["se"])
        assert row["gwp_set"] == "AR6"


def wetland_conversions(city: QueryCity) -> None:
    keys = ("region_code", "class_from", "class_to", "event", "soil_id", "loss_reason")
    expected = city.command(*CHANGE, "--kind", "wetland", "--conversions")
    same_rows(city.query("wetland_conversions"), expected, keys)


def wetlands_not_estimated(city: QueryCity) -> None:
    """Compare counts and areas with what the command says below its table."""
    rows = city.query("wetlands_not_estimated")
    (area,) = _wide(city, "")
    for row in rows:
        assert row["run_id"] == area["run_id"]
        assert close(row["share_of_wetland_fraction"], float(row["area_ha"]) / area["value"])
    told = city.talk(*WETLAND, "")
    sums: dict[tuple[str, str | None, str | None], tuple[int, float]] = {}
    for row in rows:
        key = (row["flag_zh"], row["pool_zh"], row["gas"])
        count, total = sums.get(key, (0, 0.0))
        sums[key] = (count + row["wetlands"], total + float(row["area_ha"]))
    notes = [line for line in told.splitlines() if line.startswith("说明 ")]
    lines = [
        f"说明 {flag}{f' [{pool or gas}]' if pool or gas else ''}:{count} 处,{total:,.1f} ha("
        for (flag, pool, gas), (count, total) in sums.items()
    ]
    for line in lines:
        assert any(note.startswith(line) for note in notes), (line, told)
    flagged = [note for note in notes if " 处," in note]
    assert len(flagged) == len(lines), (flagged, lines)


def cores_by_class(city: QueryCity) -> None:
    """Compare with `cores`, core by core."""
    cores = city.command("cores", "--survey", LAST)
    expected = Counter((row["wetland_class"], row["outcome"]) for row in cores)
    rows = city.query("cores_by_class")
    found = {(row["wetland_class"], row["outcome"]): row["cores"] for row in rows}
    assert found == expected
    for row in rows:
        own = [
            core
            for core in cores
            if (core["wetland_class"], core["outcome"]) == (row["wetland_class"], row["outcome"])
        ]
        reached = [core["reached_cm"] for core in own]
        carbon = [core["carbon_t_per_ha"] for core in own if core["carbon_t_per_ha"] is not None]
        assert (row["shallowest_cm"], row["deepest_cm"]) == (min(reached), max(reached))
        assert row["usable"] == bool(carbon)
        assert row["lowest_carbon_t_per_ha"] == min(carbon, default=None)
        assert row["highest_carbon_t_per_ha"] == max(carbon, default=None)
        assert row["cores_with_models"] == sum(core["modelled_fraction"] > 0 for core in own)
        assert {core["depth_cm"] for core in own} == {row["depth_cm"]}


AGREEMENTS = {
    "cores_by_class": cores_by_class,
    "protected_wetland_by_form_and_county": protected_wetland_by_form_and_county,
    "reservoirs_by_age_and_gas": reservoirs_by_age_and_gas,
    "soil_pool_of_the_land": soil_pool_of_the_land,
    "wetland_area_against_target": wetland_area_against_target,
    "wetland_conversions": wetland_conversions,
    "wetland_fluxes_by_gas": wetland_fluxes_by_gas,
    "wetland_soil_carbon_by_class": wetland_soil_carbon_by_class,
    "wetlands_by_class_and_protection": wetlands_by_class_and_protection,
    "wetlands_not_estimated": wetlands_not_estimated,
}
