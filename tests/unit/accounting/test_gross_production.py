import pytest

from sinkcalc.accounting.gross_production import NOT_NET, is_gross
from sinkcalc.accounting.target import parse_target
from sinkcalc.errors import UsageProblem

GROSS = (
    "npp",
    "NPP_CO2",
    "co2_absorption",
    "CO2 absorption",
    "gross_production",
    "net_primary_production",
    "固碳量",
    "毛固碳",
    "固碳释氧",
    "吸收二氧化碳",
    "二氧化碳吸收量",
    "吸收CO2",
)


@pytest.mark.parametrize("name", GROSS)
def test_gross_production_is_no_target(name: str) -> None:
    row = {"indicator": name, "unit": "万t", "target_year": "2030", "target_value": "1600"}
    with pytest.raises(UsageProblem) as caught:
        parse_target(row, "own.csv:2")
    assert NOT_NET[0] in caught.value.zh
    assert NOT_NET[1] in caught.value.en
    assert name in caught.value.en


@pytest.mark.parametrize(
    "name", ["growing_stock", "forest_cover", "碳汇", "净碳汇", "碳储量", "", "x"]
)
def test_other_names_are_not_taken_for_it(name: str) -> None:
    assert not is_gross(name)
