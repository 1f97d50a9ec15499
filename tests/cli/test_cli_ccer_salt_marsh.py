"""A restored salt marsh from its project file to the monitoring: nothing of it is a tree."""

from pathlib import Path

import pytest
from command_line import Outcome, succeed

from sinkcalc.pipeline.ccer_baseline import project_calculation

PROJECT = """
[project]
name = "marsh"
id = "marsh"
owner = "owner"
methodology = "CCER-14-003-V01"
start = 2024-01-01
crediting_start = 2024-01-01
crediting_years = 20

[parcels]
file = "parcels.csv"
stratum = "M1"

[strata.M1.inputs]
plant_removal_t_per_ha = 1.5
soil_removal_t_per_ha = 3.34
baseline_removal_t_per_ha = 0.1
emission_t_per_ha = 2.5

[parameters]
leakage = { value = 0, source = "report", locator = "p. 1" }
k_risk = { value = 0.1, source = "report", locator = "p. 2" }
"""
PARCELS = """parcel_id,area_ha,tenure_kind,tenure_number,is_tidal_flat,is_occupied,\
vegetation_cover_fraction,in_other_project
A1,10,certificate,1,yes,no,0.01,no
"""
CODE = "CCER-14-003-V01"


@pytest.fixture
def marsh(tmp_path: Path) -> Path:
    (tmp_path / "parcels.csv").write_text(PARCELS, encoding="utf-8")
    path = tmp_path / "marsh.toml"
    path.write_text(PROJECT, encoding="utf-8")
    return path


def _plots(folder: Path, name: str, mean: float) -> Path:
    """Write ten plots about a mean, t C/ha."""
    path = folder / name
    shifts = [0.1 * (place - 4.5) for place in range(10)]
    lines = [f"P{place},M1,{mean + shift!r}" for place, shift in enumerate(shifts)]
    path.write_text("\n".join(["plot_id,stratum,carbon_t_per_ha", *lines, ""]), encoding="utf-8")
    return path


def test_a_year_by_hand_and_every_equation_among_the_items(marsh: Path) -> None:
    """10 ha · (1.5 + 3.34) - 10·2.5 - 10·0.1 = 22.4; less 10 % for the risk 20.16 t CO2e a year.

    The pack writes equations of the strata behind those of the project that sum them: they are
    used all the same, and were not read.
    """
    found = project_calculation(marsh, marsh.parent / "none.duckdb", 0)
    assert found.yearly["reduction_t"].to_list() == pytest.approx([20.16] * 20)
    assert found.plan.idle == {f"{CODE}.fire"}
    made = {f"{CODE}.{name}" for name in ("project_rate", "baseline_rate", "stock", "emission")}
    assert made <= set(found.unverified["item_id"])


def test_the_area_moves_the_reductions(marsh: Path) -> None:
    """Whatever share the area is larger by, the reductions are."""
    found = succeed("ccer", "sensitivity", marsh, "--draws", 200, "--json")
    (area,) = (row for row in found.rows if row["symbol"] == "area_factor")
    assert area["total"] == pytest.approx(20 * 20.16)
    assert area["total_high"] / area["total"] == pytest.approx(area["parameter_high"])


def test_what_plots_do_not_show_is_taken_off_after_the_event_too(marsh: Path) -> None:
    """4 and 10 t C/ha: 10 ha · 6 · 44/12 = 220 t CO2e in four years, emissions 4·25 = 100.

    (220 - 100 - 4·1) · 0.9 = 104.4; the uncertainty of the stock is below 10 %.
    """
    first, last = _plots(marsh.parent, "2023.csv", 4), _plots(marsh.parent, "2027.csv", 10)
    found = succeed(
        "ccer", "monitor", marsh, "--plots", last, "--year", 2027, "--previous", first,
        "--previous-year", 2023, "--application", "2028-03-01", "--json",
    )  # fmt: skip
    figures = _of_project(found)
    assert figures["other_emission"] == pytest.approx(100)
    assert figures["project_removal"] == pytest.approx(120)
    assert figures["reduction"] == pytest.approx(104.4)
    assert figures["creditable_reduction"] == 104


def test_a_loss_of_the_plan_before_the_interval_is_said(marsh: Path) -> None:
    """10 ha · (4.84 - 6 - 0.1) = -12.6 t CO2e a year for four years, before 2028."""
    text = PROJECT.replace("emission_t_per_ha = 2.5", "emission_t_per_ha = 6")
    marsh.write_text(text.replace("value = 0.1,", "value = 0,"), encoding="utf-8")
    first, last = _plots(marsh.parent, "2027.csv", 4), _plots(marsh.parent, "2031.csv", 20)
    found = succeed(
        "--lang", "en", "ccer", "monitor", marsh, "--plots", last, "--year", 2031,
        "--previous", first, "--previous-year", 2027, "--application", "2032-03-01",
    )  # fmt: skip
    assert "before the interval the plan's reductions add up to -50 t CO2e" in found.talk


def _of_project(found: Outcome) -> dict[str, float]:
    return {
        row["quantity"]: row["value"]
        for row in found.rows
        if row["stratum"] is None and row["vintage"] is None
    }
