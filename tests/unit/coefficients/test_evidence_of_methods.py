"""Marks, locators and terms of the rows that the methods use."""

import polars as pl
import pytest

from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.coefficients.verify import evidence_counts


def _row(parameter_id: str) -> dict[str, object]:
    return all_parameters().filter(pl.col("parameter_id") == parameter_id).row(0, named=True)


@pytest.mark.parametrize(
    ("parameter_id", "evidence", "where"),
    [
        ("fang-2001.nonmerchantable.r2", "read", "SD2018"),
        ("fang-2001.oak.r2", "read", "LI2016"),
        ("fang-2001.schima_camphor.r2", "read", "LI2016"),
        ("fang-2001.conifer_broadleaf_mixed.r2", "read", "LI2016"),
        ("fang-2001.chinese_fir.r2", "recalled", "web table 1"),
        ("fang-2001.other_pine.b", "read", "33.2378 here and 33.238 in LI2016"),
        ("fang-2001.soft_broadleaf.b", "read", "30.6034 here and 30.603 in LI2016"),
        ("carbon-fraction.ipcc-2006.bamboo", "recalled", "0.47 here"),
        ("carbon-fraction.species.slash_pine", "recalled", "湿地松"),
    ],
)
def test_marks_and_locators(parameter_id: str, evidence: str, where: str) -> None:
    row = _row(parameter_id)
    assert row["evidence"] == evidence
    assert where in str(row["locator"])


def test_crown_ratios_of_other_species_are_assumed_and_have_no_error() -> None:
    rows = load_table("tree_models").rows.filter(pl.col("symbol") == "crown_ratio")
    own = rows.filter(pl.col("status") == "derived")["parameter_id"].to_list()
    assert sorted(own) == ["crown-ratio.cryptomeria", "crown-ratio.oak"]
    assert rows["se"].null_count() == rows.height
    measured = rows.filter(pl.col("source_id") == "BAAD2015")
    assert measured["locator"].str.contains("Japan").all()
    assert measured["note"].str.contains("Quercus|Pinus|Cryptomeria").all()


def test_the_158_kg_are_of_the_pine() -> None:
    rows = load_table("tree_models").rows.filter(pl.col("note").str.contains("158 kg"))
    assert set(rows["species_group"]) == {"masson_pine", "other_pine"}


def test_terms() -> None:
    labels = load_table("labels").rows
    assert "分级所依据的调查年度" in labels.filter(pl.col("name") == "class_survey").row(0)
    assert "生物量转换与扩展因子" in load_table("ipcc_2006").title_zh
    assert "基本木材密度" in load_table("wood_density_bef").title_zh
    assert not any("单株" in str(cell) for row in load_table("methods").rows.rows() for cell in row)


def test_limits_and_rules_are_counted() -> None:
    counts = {row[0]: row[1:] for row in evidence_counts().iter_rows()}
    assert counts["standard"][1] >= load_table("age_groups").rows.height - 2
    rules = pl.concat(
        load_table(name).rows["status"]
        for name in ("stand_rules", "plot_rules", "wetland_rules", "sample_rules", "parcel_rules")
    )
    assert counts["assumed"][2] == (rules == "assumed").sum()
