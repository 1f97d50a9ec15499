"""Profiles of plots and trees: tables, occasions, tally areas, codes that are not known."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.kinds import KINDS, PLOTS, STANDS, TREES
from sinkcalc.intake.matching import detect_profile, understand
from sinkcalc.intake.profiles import load_profile, profiles_of
from sinkcalc.pipeline.load_plots import load_plots
from sinkcalc.pipeline.load_result import LoadOptions
from sinkcalc.pipeline.load_stands import load_stands
from sinkcalc.store.connection import reading
from sinkcalc.store.plots import plot_frame, tree_frame

BASE = """
table = "plots"
id_columns = ["nr"]

[columns]
dbh_cm = { header = "d", unit = "cm", empty = ["0"] }
height_m = { header = "h", unit = "m" }
species = { header = "sp", code_set = "species_nfi", unknown = "warn" }
species_code = { header = "sp" }

[aliases]
visit = ["period"]

[occasions]
header = "visit"

[occasions.1.columns]
dbh_cm = { unit = "mm" }
"""


def _profile(folder: Path, text: str) -> str:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_profiles_are_of_one_table() -> None:
    names = {kind.name: [profile.name for profile in profiles_of(kind)] for kind in KINDS.values()}
    assert names["plots"] == ["cfi-plots", "generic-plots", "knfi-plots"]
    assert names["trees"] == ["cfi-trees", "generic-trees", "knfi-trees"]
    assert names["strata"] == ["generic-strata"]
    assert "generic" in names["stands"]
    assert detect_profile(["plot_id", "tree_id"], Path("f.csv"), TREES).name == "generic-trees"
    headers = ["样地号", "期次", "地类", "蓄积", "平均胸径", "郁闭度"]
    assert detect_profile(headers, Path("f.csv"), PLOTS).name == "cfi-plots"
    with pytest.raises(UsageProblem):
        detect_profile(["plot_id"], Path("f.csv"), STANDS)


def test_columns_of_an_occasion(tmp_path: Path) -> None:
    declared = load_profile(_profile(tmp_path, BASE))
    resolved = understand(declared, ["nr", "D", "h", "sp", "period"], Path("f.csv")).profile
    assert resolved.occasions is not None
    assert resolved.occasions.header == "period"
    first, second = resolved.on_occasion("1"), resolved.on_occasion("2")
    assert (first.columns["dbh_cm"].unit, second.columns["dbh_cm"].unit) == ("mm", "cm")
    assert first.columns["dbh_cm"].header == "D"
    assert first.columns["dbh_cm"].empty == ("0",)
    # from one occasion to another, what the first says otherwise is undone
    assert first.on_occasion("2").columns["dbh_cm"].unit == "cm"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('table = "plots"', 'table = "plot"', "plots"),
        ('id_columns = ["nr"]', "", "id_columns"),
        ('header = "visit"', "", "header"),
        ('dbh_cm = { unit = "mm" }', 'age_years = { unit = "a" }', "[columns]"),
        ('dbh_cm = { unit = "mm" }', 'dbh_cm = { header = "x" }', "[occasions"),
        ('dbh_cm = { unit = "mm" }', 'dbh_cm = { unit = "dm" }', "dm"),
        ("[occasions.1.columns]", "[occasions.1.column]", "[occasions"),
        ('unknown = "warn"', 'unknown = "guess"', "warn"),
        ("[aliases]", "[[tally]]\nmin_dbh_cm = 0\narea_ha = 0.04\n[aliases]", "tally"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert BASE.count(old) == 1
    with pytest.raises(UsageProblem) as refused:
        load_profile(_profile(tmp_path, BASE.replace(old, new)))
    assert named in refused.value.zh
    assert named in refused.value.en


TALLY = """
table = "trees"
id_columns = ["plot"]

[columns]
dbh_cm = { header = "d", unit = "cm" }
tally_area_ha = { header = "area", unit = "m2" }

[[tally]]
min_dbh_cm = 30
area_ha = 0.08

[[tally]]
min_dbh_cm = 5
area_ha = 0.04
"""


@pytest.mark.parametrize(
    "wrong",
    ["area_ha = 0", "area_ha = -0.04", 'area_ha = "0.04"', "area = 0.04", "min_dbh_cm = 30"],
)
def test_wrong_tally_areas(tmp_path: Path, wrong: str) -> None:
    """The last one makes two areas from 30 cm on."""
    old = "min_dbh_cm = 5" if "dbh" in wrong else "area_ha = 0.04"
    with pytest.raises(UsageProblem, match="tally"):
        load_profile(_profile(tmp_path, TALLY.replace(old, wrong)))


def test_tally_area_by_diameter(tmp_path: Path) -> None:
    """A tree below every limit and one without diameter have none; what the file says stays."""
    db, file = tmp_path / "d.duckdb", tmp_path / "t.csv"
    (tmp_path / "p.csv").write_text("plot_id\nA\n")
    load_plots(db, [tmp_path / "p.csv"], PLOTS, LoadOptions(2015))
    file.write_text("plot,d,area\nA,4.9,\nA,5,\nA,29.9,\nA,30,\nA,40,1000\nA,,\n")
    options = LoadOptions(2015, profile=_profile(tmp_path, TALLY))
    assert load_plots(db, [file], TREES, options).accepted == 6
    with reading(db) as con:
        areas = tree_frame(con, 2015).collect()["tally_area_ha"].to_list()
    expected = [None, "0.04", "0.04", "0.08", "0.1", None]
    assert areas == [None if area is None else Decimal(area) for area in expected]


def test_unknown_codes_are_kept_and_counted(tmp_path: Path) -> None:
    """410 is oak; 150 and 412 are in no list: the code stays, the word is not guessed."""
    file = tmp_path / "p.csv"
    file.write_text("nr,d,h,sp,visit\n1,10,9,410,2\n2,11,9,150,2\n3,12,9,412,2\n4,13,9,,2\n")
    options = LoadOptions(2015, profile=_profile(tmp_path, BASE))
    result = load_plots(tmp_path / "d.duckdb", [file], PLOTS, options)
    codes = result.warned.filter(pl.col("rule") == "code_not_known")
    assert codes.select("source_row", "column_name", "value", "rule").rows() == [
        (3, "sp", "150", "code_not_known"),
        (4, "sp", "412", "code_not_known"),
    ]
    with reading(tmp_path / "d.duckdb") as con:
        rows = plot_frame(con, 2015).select("species", "species_code").collect().rows()
    assert rows == [("oak", "410"), (None, "150"), (None, "412"), (None, None)]


def test_unknown_codes_of_stands_can_be_kept_too(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    rows = ["A,330102,non_forest,1,20", "B,330102,non_forest,1,99"]
    file.write_text("\n".join(["stand_id,region_code,vegetation_class,area_ha,origin", *rows]))
    text = 'extends = "generic"\n[columns]\norigin = { code_set = "qi_yuan", unknown = "warn" }\n'
    options = LoadOptions(2015, profile=_profile(tmp_path, text), dry_run=True)
    result = load_stands(tmp_path / "d.duckdb", [file], options)
    assert result.accepted == 2
    assert result.warned.select("stand_id", "value", "rule").rows() == [
        ("A", "20", "code_not_known"),
        ("B", "99", "code_not_known"),
    ]


ROWS = ["visit,nr,d,h,sp", "1,A,125,11,410", "1,B,80,7,410", "2,A,14,12,410", ",B,9,8,410"]


def _stacked(folder: Path, rows: list[str] = ROWS) -> Path:
    path = folder / "stacked.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_one_occasion_of_a_stacked_file(tmp_path: Path) -> None:
    """125 mm are 12.5 cm; a row that names no occasion is rejected in every load."""
    profile, file = _profile(tmp_path, BASE), _stacked(tmp_path)
    db = tmp_path / "d.duckdb"
    first = load_plots(db, [file], PLOTS, LoadOptions(2005, profile=profile, occasion="1"))
    assert (first.accepted, first.rejected_count) == (2, 1)
    assert first.rejected.select("source_row", "column_name", "rule").rows() == [
        (5, "visit", "required")
    ]
    assert any("1 rows" in en and "occasion 2" in en for _, en in first.notes)
    second = load_plots(db, [file], PLOTS, LoadOptions(2010, profile=profile, occasion="2"))
    assert second.accepted == 1
    with reading(db) as con:
        assert plot_frame(con, 2005).collect()["dbh_cm"].to_list() == [Decimal("12.5"), 8]
        assert plot_frame(con, 2010).collect()["dbh_cm"].to_list() == [14]


@pytest.mark.parametrize(
    ("rows", "occasion", "named"),
    [
        (ROWS, None, "1 (2), 2 (1)"),
        (ROWS, "3", "1 (2), 2 (1)"),
        (["nr,d", "A,125"], None, "--occasion"),
    ],
)
def test_an_occasion_is_never_guessed(
    tmp_path: Path, rows: list[str], occasion: str | None, named: str
) -> None:
    profile, file = _profile(tmp_path, BASE), _stacked(tmp_path, rows)
    with pytest.raises(UsageProblem) as refused:
        load_plots(
            tmp_path / "d.duckdb",
            [file],
            PLOTS,
            LoadOptions(2005, profile=profile, occasion=occasion),
        )
    assert named in refused.value.en
    assert named in refused.value.zh
    assert not (tmp_path / "d.duckdb").exists()


def test_a_file_without_the_column_is_of_the_named_occasion(tmp_path: Path) -> None:
    profile, file = _profile(tmp_path, BASE), _stacked(tmp_path, ["nr,d", "A,125"])
    db = tmp_path / "d.duckdb"
    load_plots(db, [file], PLOTS, LoadOptions(2005, profile=profile, occasion="1"))
    with reading(db) as con:
        assert plot_frame(con, 2005).collect()["dbh_cm"].to_list() == [Decimal("12.5")]


def test_the_only_occasion_of_a_file_needs_no_name(tmp_path: Path) -> None:
    profile, file = _profile(tmp_path, BASE), _stacked(tmp_path, ROWS[:3])
    result = load_plots(tmp_path / "d.duckdb", [file], PLOTS, LoadOptions(2005, profile=profile))
    assert (result.accepted, result.notes) == (2, [])
    text = result.columns.filter(pl.col("column_name") == "dbh_cm")["unit"].item()
    assert text == "mm"
