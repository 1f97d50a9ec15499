"""Rates and tables that a user gives for the form of the provincial inventory."""

from pathlib import Path

import pytest

from sinkcalc.coefficients.inventory_form import form_values, plant_biomass, read_inputs, read_rate
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem

KNOWN = ["330100", "330106", "330127"]


@pytest.mark.parametrize(
    ("text", "rate"), [("0.05", 0.05), ("5%", 0.05), ("5 \uff05", 0.05), ("0", 0.0), ("50%", 0.5)]
)
def test_a_rate_is_a_fraction_or_has_its_sign(text: str, rate: float) -> None:
    assert read_rate(text, "--growth-rate") == pytest.approx(rate)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        # a percentage without its sign
        ("5", "write 0.05 or 5%"),
        ("0.8", "write 0.008 or 0.8%"),
        ("500%", "write 0.05 or 5%"),
        ("-0.01", "from 0 to 0.5"),
        ("nan", "from 0 to 0.5"),
        ("inf", "from 0 to 0.5"),
        ("5 per cent", "is no number"),
        ("", "is no number"),
    ],
)
def test_other_rates_are_refused_with_the_slip(text: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_rate(text, "--growth-rate")
    assert hint in caught.value.text("en")
    assert "--growth-rate" in caught.value.text("zh")


def _file(folder: Path, text: str) -> Path:
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_inputs_by_county(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "region_code,region_name,growth_rate,growth_rate_se,converted_arbor_ha,bef\n"
        "330100,杭州市,6%,0.004,,\n330127,淳安县,,,12.5,1.9\n",
    )
    rows = read_inputs(path, KNOWN).to_dicts()
    assert [row["region_code"] for row in rows] == ["330100", "330127"]
    assert rows[0]["growth_rate"] == pytest.approx(0.06)
    assert (rows[0]["growth_rate_se"], rows[0]["converted_arbor_ha"]) == (0.004, None)
    assert (rows[1]["growth_rate"], rows[1]["converted_arbor_ha"], rows[1]["bef"]) == (
        None,
        12.5,
        1.9,
    )
    assert rows[1]["consumption_rate"] is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("region,growth_rate\n330127,0.05\n", "no column region_code"),
        ("region_code,growth\n330127,0.05\n", "growth"),
        ("region_code\n330127\n", "use any of"),
        ("region_code,growth_rate\n330999,0.05\n", "row 2"),
        ("region_code,growth_rate\n,0.05\n", "row 2"),
        ("region_code,growth_rate\n330127,0.05\n330127,0.06\n", "row 2, 3"),
        ("region_code,growth_rate\n330106,0.05\n330127,6\n", "row 3, growth_rate 6"),
        ("region_code,converted_arbor_ha\n330127,-1\n", "of at least 0"),
        ("region_code,converted_arbor_ha\n330127,nan\n", "of at least 0"),
        ("region_code,bef\n330127,0\n", "above 0"),
        ("region_code,wood_density\n330127,heavy\n", "wood_density"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        read_inputs(_file(tmp_path, text), KNOWN)
    assert hint in caught.value.text("en")
    assert caught.value.text("zh") != caught.value.text("en")


def test_whole_plants_are_no_sum_of_their_parts() -> None:
    """45.29 + 24.64 is not 68.48: the three are means over different samples."""
    assert plant_biomass("whole_plant_biomass") == {
        "bamboo": 68.48,
        "economic": 35.21,
        "special_shrub": 17.99,
    }
    assert plant_biomass("above_ground_biomass")["bamboo"] == 45.29


def test_no_rate_and_no_recollection_of_low_confidence_is_shipped() -> None:
    """Rates of the province were not found; 0.406 t/m3 was recalled once, with little trust."""
    rows = load_table("provincial_inventory").rows
    assert not {"growth_rate", "consumption_rate"} & set(form_values())
    assert 0.406 not in rows["value"].to_list()
    assert set(rows["evidence"]) == {"recalled"}
