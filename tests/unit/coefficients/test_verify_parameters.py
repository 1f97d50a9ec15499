"""The check of the shipped parameters, and that it finds what is wrong."""

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from sinkcalc.coefficients import verify
from sinkcalc.coefficients.load import all_parameters, load_table
from sinkcalc.coefficients.table import ParameterTable
from sinkcalc.errors import UsageProblem


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    """Check the shipped parameters."""
    return verify.check_parameters()


def test_no_errors(found: pl.DataFrame) -> None:
    assert found.filter(pl.col("severity") == "error").rows() == []


def test_bulk_densities_that_the_paper_implies(found: pl.DataFrame) -> None:
    """Density x 10/sum(content x thickness), t/m3; unlikely below 0.8 and above 1.5.

    bamboo  71.63 x 10/(287.6 + 144.2 + 99.7 + 7.31 x 20 + 5.60 x 50 = 957.7) = 0.748
    Chinese fir 98.96 x 10/610.1 = 1.622
    schima  81.09 x 10/(167.4 + 107.2 + 88.3 + 109 + 207.5 = 679.4) = 1.194: likely, not listed
    """
    rows = found.filter(pl.col("check") == "bulk_density")
    assert set(rows["severity"]) == {"warning"}
    density = {}
    for parameter, detail in rows.select("parameter_id", "detail").iter_rows():
        (number,) = re.findall(r"\d+\.\d+", detail)
        density[parameter] = float(number)
    assert density["soil.bamboo.0-100"] == 0.75
    assert density["soil.chinese_fir.0-100"] == 1.62
    assert (min(density.values()), max(density.values())) == (0.75, 1.62)
    assert "soil.schima.0-100" not in density


def test_what_is_recalled_or_assumed_is_listed(found: pl.DataFrame) -> None:
    notes = found.filter(pl.col("severity") == "note")
    listed = set(notes["parameter_id"])
    rows = all_parameters()
    unverified = rows.filter((pl.col("evidence") == "recalled") | (pl.col("status") == "assumed"))
    codes = load_table("code_sets").rows.filter(pl.col("evidence") == "recalled")
    groups = load_table("species").rows.filter(pl.col("status") == "assumed")
    ages = load_table("age_groups").rows.filter(pl.col("evidence") == "recalled")
    ages = ages.select("species", "origin")
    rules = {
        f"{table}.{rule}"
        for table in ("stand_rules", "plot_rules", "wetland_rules", "sample_rules", "parcel_rules")
        for rule in load_table(table).rows.filter(pl.col("status") == "assumed")["rule"]
    }
    assert ages.height > 0
    assert rules
    marks = dict(notes.select("parameter_id", "check").iter_rows())
    assert marks["root-shoot.default"] == "recalled, assumed"
    assert marks["root-shoot.oak"] == "recalled"
    assert listed == (
        set(unverified["parameter_id"])
        | {f"{row['code_set']}.{row['code']}" for row in codes.iter_rows(named=True)}
        | {f"species.{name}" for name in groups["species"]}
        | {f"forest_types.{name}" for name in ("conifer_broadleaf_mixed", "bamboo", "not_recorded")}
        | {f"age_groups.{species}.{origin}" for species, origin in ages.iter_rows()}
        | rules
    )
    assert {"species_nfi.310", "species.sweetgum"} <= listed
    assert {"root-shoot.oak", "soil.economic.share-0-30"} <= listed
    assert "soil.oak.0-100" not in listed


def _with_row_changed(parameter: str, **changed: object) -> Callable[[], pl.DataFrame]:
    rows = all_parameters()
    is_it = pl.col("parameter_id") == parameter
    assert rows.filter(is_it).height == 1
    out = rows.with_columns(
        pl.when(is_it).then(pl.lit(value)).otherwise(column).alias(column)
        for column, value in changed.items()
    )
    return lambda: out


@pytest.mark.parametrize(
    ("check", "changed"),
    [
        ("source", {"source_id": "NOWHERE"}),
        ("source", {"source_id": None}),
        ("status", {"status": "guessed"}),
        ("evidence", {"evidence": "dreamt"}),
        ("locator", {"locator": None}),
        ("unique", {"parameter_id": "soil.cypress.0-100"}),
    ],
)
def test_a_row_with_a_bad_mark_is_an_error(
    monkeypatch: pytest.MonkeyPatch, check: str, changed: dict[str, object]
) -> None:
    monkeypatch.setattr(verify, "all_parameters", _with_row_changed("soil.oak.0-100", **changed))
    errors = verify.check_parameters().filter(pl.col("severity") == "error")
    named = changed.get("parameter_id", "soil.oak.0-100")
    assert set(errors.select("check", "parameter_id").iter_rows()) == {(check, named)}


def test_a_derived_share_that_is_not_the_profile_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese fir 0.513850 -> 0.513851: one in the last stored digit."""
    soil = load_table("soil")
    is_it = pl.col("parameter_id") == "soil.chinese_fir.share-0-30"
    value = pl.when(is_it).then(0.513851).otherwise("value").alias("value")
    changed = replace(soil, rows=soil.rows.with_columns(value))

    def read(name: str) -> ParameterTable:
        return changed if name == "soil" else load_table(name)

    monkeypatch.setattr(verify, "load_table", read)
    errors = verify.check_parameters().filter(pl.col("severity") == "error")
    assert errors.select("check", "parameter_id").rows() == [
        ("derived", "soil.chinese_fir.share-0-30")
    ]


def test_a_table_that_is_not_sealed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str) -> ParameterTable:
        if name == "targets":
            raise UsageProblem(zh="不符", en="targets.csv differs")
        return load_table(name)

    monkeypatch.setattr(verify, "load_table", read)
    assert verify.check_parameters().rows() == [
        ("error", "sha256", "targets", "targets.csv differs")
    ]
