"""A pack of a methodology is its folder with those it uses, sealed, its own rows first."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.coefficients import packs
from sinkcalc.coefficients.packs import (
    load_pack,
    load_pdd_tables,
    pack_codes,
    pack_marks,
    pack_parameters,
    read_pack,
)
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir


def _forget() -> None:
    for function in (pack_codes, read_pack, load_pdd_tables):
        function.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put a copy of the packs, free to be changed, in the place of the shipped ones."""
    shutil.copytree(parameter_dir() / "ccer", tmp_path / "ccer")
    monkeypatch.setattr(packs, "_folder", lambda: tmp_path / "ccer")
    _forget()
    yield tmp_path / "ccer"
    monkeypatch.undo()
    _forget()


def test_the_methodologies_and_their_standing() -> None:
    standings = {code: read_pack(code).standing for code in pack_codes()}
    assert standings == {
        "AR-CM-001-V01": "historic",
        "AR-CM-002-V01": "historic",
        "AR-CM-003-V01": "historic",
        "AR-CM-005-V01": "historic",
        "CCER-14-001-V01": "in_force",
        "CCER-14-003-V01": "in_force",
        "ZJ-TANPUHUI": "placeholder",
    }


def test_a_shared_row_belongs_to_each_pack_that_uses_it() -> None:
    """The same line, verified for each methodology by itself."""
    ids = [
        row
        for code in ("AR-CM-001-V01", "CCER-14-001-V01")
        for row in load_pack(code).tables["equations"]["item_id"]
        if row.endswith("tree-carbon.volume")
    ]
    assert ids == ["AR-CM-001-V01.tree-carbon.volume", "CCER-14-001-V01.tree-carbon.volume"]


def test_a_row_of_the_pack_takes_the_place_of_the_shared_one() -> None:
    """In its place, for a later equation uses what it gives."""
    symbols = load_pack("AR-CM-003-V01").tables["equations"]["symbol"].to_list()
    assert symbols.count("stock_t") == 1
    assert symbols.index("litter_stock_t") < symbols.index("stock_t") < symbols.index("change_t")
    rows = load_pack("AR-CM-003-V01").tables["equations"]
    stock = rows.filter(pl.col("symbol") == "stock_t").row(0, named=True)
    assert "hwp_stock_t" in stock["expression"]
    assert stock["source_id"] == "ARCM003"


def test_what_stands_in_for_a_text_says_so() -> None:
    """CCER-14-001 borrows shapes of AR-CM-001; in AR-CM-001 they stand in for nothing."""
    for code, said in (("CCER-14-001-V01", True), ("AR-CM-001-V01", False)):
        notes = load_pack(code).tables["equations"].filter(pl.col("source_id") == "ARCM001")
        assert [
            note is not None and note.startswith("not this methodology's text")
            for note in notes["note"]
        ] == [said] * notes.height


def test_nothing_of_the_salt_marsh_pack_is_a_figure_of_its_own() -> None:
    """Its text was not read: what it computes with is the project's."""
    pack = load_pack("CCER-14-003-V01")
    own = pack.tables["parameters"].filter(pl.col("source_id") == "CCER14003")
    assert own.is_empty()
    asked = pack.tables["inputs"].filter(pl.col("level") == "stratum")["symbol"].to_list()
    assert asked == [
        "plant_removal_t_per_ha",
        "soil_removal_t_per_ha",
        "baseline_removal_t_per_ha",
        "emission_t_per_ha",
    ]


def test_a_placeholder_serves_no_project_and_says_why() -> None:
    assert read_pack("ZJ-TANPUHUI").tables["equations"].is_empty()
    with pytest.raises(UsageProblem) as refused:
        load_pack("ZJ-TANPUHUI")
    assert "no text" in refused.value.en
    assert "没有读到" in refused.value.zh


def test_a_code_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(UsageProblem, match="CCER-14-001-V01"):
        load_pack("CCER-14-002-V01")


def test_a_changed_table_is_refused(folder: Path) -> None:
    """K_RISK 0.10 -> 0.05 with the hash left as it was."""
    path = folder / "CCER-14-001-V01" / "parameters.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count("k_risk,0.10") == 1
    path.write_text(text.replace("k_risk,0.10", "k_risk,0.05"), encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"parameters\.csv.*sha256"):
        load_pack("CCER-14-001-V01")


def test_a_changed_shared_table_is_refused_too(folder: Path) -> None:
    path = folder / "tree-carbon" / "equations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("*bef", ""), encoding="utf-8")
    with pytest.raises(UsageProblem, match="tree-carbon"):
        load_pack("AR-CM-001-V01")


def test_the_same_table_with_other_line_ends_is_read(folder: Path) -> None:
    path = folder / "programme" / "parameters.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    rows = load_pack("CCER-14-001-V01").tables["parameters"]
    assert rows.filter(pl.col("symbol") == "vintage_years")["value"].item() == 5


def test_the_tables_of_the_design_document() -> None:
    """Sections of the design document; the columns of the summary (methods A.3, B.6.4)."""
    rows = load_pdd_tables()
    sections = rows.select("table", "section").unique(maintain_order=True)
    assert sections["section"].to_list() == [
        "A",
        "B.3",
        "B.3",
        "B.6.2",
        "B.6.3",
        "B.6.4",
        "B.7.1",
        "C",
    ]
    summary = rows.filter(pl.col("table") == "summary")
    assert summary["column"].to_list()[1:] == [
        "baseline_removal_t",
        "project_removal_t",
        "leakage_t",
        "risk_deduction_t",
        "reduction_t",
    ]


def test_parameters_and_marks_of_all_packs() -> None:
    rows = pack_parameters()
    assert rows["parameter_id"].is_duplicated().sum() == 0
    assert {f"ccer/{code}" for code in pack_codes()} - {"ccer/ZJ-TANPUHUI"} == set(rows["table"])
    assert pack_marks().height > rows.height
