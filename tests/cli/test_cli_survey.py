"""`sinkcalc survey` on tables of any form, and on tables that cannot be used."""

from pathlib import Path

import polars as pl
import pytest
from command_line import run, succeed

ROWS = """plot_id,stratum,county,volume,later,one
P1,山地,临安,10.5,12,1
P2,山地,淳安,20.25,23,1
P3,平原,临安,0,0,1
P4,平原,淳安,4,5,1
"""
SIZES = "stratum,size\n山地,1000\n平原,500\n"
STRATIFIED = ("--stratum", "stratum", "--sizes", "sizes.csv")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plots.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "sizes.csv").write_text(SIZES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_any_kind_of_table_gives_the_same(folder: Path) -> None:
    """CSV in UTF-8 with BOM and in GB18030, a workbook, Parquet of texts and of numbers."""
    frame = pl.read_csv(folder / "plots.csv")
    (folder / "bom.csv").write_text(ROWS, encoding="utf-8-sig")
    (folder / "gbk.csv").write_bytes(ROWS.replace("\n", "\r\n").encode("gb18030"))
    frame.write_excel(folder / "plots.xlsx")
    frame.write_parquet(folder / "typed.parquet")
    frame.cast(pl.String).write_parquet(folder / "text.parquet")
    command = ("total", "--y", "volume", "--json", *STRATIFIED)
    first = succeed("survey", command[0], "plots.csv", *command[1:]).text
    for name in ("bom.csv", "gbk.csv", "plots.xlsx", "typed.parquet", "text.parquet"):
        assert succeed("survey", command[0], name, *command[1:]).text == first


def test_rows_have_the_columns_of_the_contract(folder: Path) -> None:
    rows = succeed("survey", "mean", "plots.csv", "--y", "volume", "--json").rows
    assert len(rows) == 1
    needed = {"estimator", "stat", "unit", "domain", "value", "se", "ci_low", "ci_high", "df", "n"}
    assert needed <= rows[0].keys()
    assert rows[0]["value"] == pytest.approx(34.75 / 4)
    assert rows[0]["unit"] is rows[0]["domain"] is None


BAD = {
    "no such column": (("total", "--y", "vol", "--size", "9"), "it has plot_id, stratum"),
    "no size": (("total", "--y", "volume"), "--size N"),
    "sizes missing": (("mean", "--y", "volume", "--stratum", "stratum"), "--sizes FILE"),
    "both sizes": (("mean", "--y", "volume", "--size", "5", *STRATIFIED), "not both"),
    "no number": (("mean", "--y", "county"), "row 2 of plots.csv is no number: 临安"),
    "size of zero": (("mean", "--y", "volume", "--size", "0"), "above 0"),
    "not a total": (("total", "--y", "volume", "--size", "9", "--aux", "later"), "COL=TOTAL"),
    "greg without": (("total", "--y", "volume", "--size", "9", "--estimator", "greg"), "--aux"),
    "fpc without size": (("mean", "--y", "volume", "--fpc"), "number of possible plots"),
    "more plots than size": (("mean", "--y", "volume", "--size", "2", "--fpc"), "more plots"),
    "constant auxiliary": (("total", "--y", "volume", "--size", "9", "--aux", "one=9"), "constant"),
    "post-strata and strata": (
        ("mean", "--y", "volume", "--poststratum", "county", *STRATIFIED),
        "cannot be combined",
    ),
    "stratum without size": (
        ("mean", "--y", "volume", "--stratum", "county", "--sizes", "by_county.csv"),
        "no row for county 淳安",
    ),
    "stratum without plots": (
        ("mean", "--y", "volume", "--stratum", "stratum", "--sizes", "more.csv"),
        "水域 has no plots",
    ),
    "size twice": (
        ("mean", "--y", "volume", "--stratum", "stratum", "--sizes", "twice.csv"),
        "there twice",
    ),
    "no column size": (
        ("mean", "--y", "volume", "--stratum", "stratum", "--sizes", "plots.csv"),
        "no column size",
    ),
    "one plot": (
        ("mean", "--y", "volume", "--stratum", "plot_id", "--sizes", "each.csv"),
        "one plot: P1, P2, P3, P4",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_told(folder: Path, case: str) -> None:
    """What, where, why and what to do; exit code 2; no data."""
    (folder / "by_county.csv").write_text("county,size\n临安,5\n", encoding="utf-8")
    (folder / "more.csv").write_text(SIZES + "水域,7\n", encoding="utf-8")
    (folder / "twice.csv").write_text(SIZES + "山地,7\n", encoding="utf-8")
    each = "plot_id,size\n" + "".join(f"P{i},5\n" for i in range(1, 5))
    (folder / "each.csv").write_text(each, encoding="utf-8")
    (stat, *options), expected = BAD[case]
    done = run("survey", stat, "plots.csv", *options, "--json")
    assert done.code == 2
    assert done.data == b""
    assert expected in done.talk
    assert "Traceback" not in done.talk
    chinese = run("--lang", "zh", "survey", stat, "plots.csv", *options)
    assert chinese.code == 2
    assert chinese.talk.startswith("错误:")


def test_an_empty_cell_is_no_zero(folder: Path) -> None:
    (folder / "gap.csv").write_text(ROWS + "P5,平原,淳安,,5,1\n", encoding="utf-8")
    done = run("survey", "mean", "gap.csv", "--y", "volume")
    assert done.code == 2
    assert "data row 5" in done.talk
    assert "A plot without trees has 0" in done.talk


def test_a_short_line_stops_it(folder: Path) -> None:
    (folder / "short.csv").write_text(ROWS + "P5,平原\n", encoding="utf-8")
    done = run("survey", "mean", "short.csv", "--y", "volume")
    assert done.code == 2
    assert "line 6 of short.csv" in done.talk


def test_joined_strata_are_told(folder: Path) -> None:
    (folder / "more.csv").write_text(SIZES + "水域,7\n", encoding="utf-8")
    options = ("--stratum", "stratum", "--sizes", "more.csv", "--single-plot", "collapse")
    done = succeed("survey", "mean", "plots.csv", "--y", "volume", *options)
    assert "strata joined: 平原+水域" in done.talk


def test_small_skewed_samples_are_told(folder: Path) -> None:
    (folder / "tail.csv").write_text(ROWS + "P5,平原,淳安,400,5,1\n", encoding="utf-8")
    done = succeed("survey", "mean", "tail.csv", "--y", "volume")
    assert "covers less than 95 %" in done.talk
