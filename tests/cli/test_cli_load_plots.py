"""Permanent plots, trees and strata by command: all or nothing, and what is refused with advice."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import content, query, run, succeed

from sinkcalc.store import loads as store_loads

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLOTS = ["plot_id,plot_area_ha,vegetation_class,dbh_cm,volume_m3"] + [
    f"P{n},0.08,arbor,{10 + n},{4 + n}" for n in range(6)
]
TREES = ["plot_id,tree_id,status,dbh_cm,height_m,volume_m3"] + [
    f"P{n % 6},{n},retained,{8 + n},9.5,0.0612" for n in range(12)
]
STRATA = ["stratum,area_ha", "A,1000", "B,2500.5"]
FILES = {"plots": PLOTS, "trees": TREES, "strata": STRATA}
TABLES = ("plot_surveys", "plots", "trees", "strata")


def _write(folder: Path, name: str, lines: list[str] | bytes) -> Path:
    path = folder / name
    path.write_bytes(lines if isinstance(lines, bytes) else ("\n".join(lines) + "\n").encode())
    return path


def _file(folder: Path, table: str) -> Path:
    return _write(folder, f"{table}.csv", FILES[table])


def _load(db: Path, table: str, *arguments: object, survey: int = 2015) -> str:
    return succeed("--db", db, "--lang", "en", "load", table, *arguments, "--survey", survey).talk


@pytest.fixture
def new_db(tmp_path: Path) -> Path:
    """Return a database that is not there yet."""
    return tmp_path / "sinkcalc.duckdb"


@pytest.fixture
def plots_db(new_db: Path, tmp_path: Path) -> Path:
    """Make a database with plots, trees and strata of 2015."""
    for table in FILES:
        _load(new_db, table, _file(tmp_path, table))
    return new_db


def test_plots_trees_and_strata_are_listed_beside_stands(db: Path, tmp_path: Path) -> None:
    """The year 2020 holds stands and plots; what concerns stands reads stands only."""
    before = succeed("--db", db, "surveys", "--json").rows
    quality = succeed("--db", db, "surveys", "--quality", 2020, "--json").rows
    target = succeed("--db", db, "target", "--json").rows
    for table in FILES:
        _load(db, table, _file(tmp_path, table), survey=2020)
    rows = succeed("--db", db, "surveys", "--json").rows
    told = {row["table_name"]: row for row in rows if row["survey"] == 2020}
    assert {name: row["rows"] for name, row in told.items() if name != "stands"} == {
        "plots": 6,
        "trees": 12,
        "strata": 2,
    }
    assert {row["definition"] for name, row in told.items() if name != "stands"} == {"nfi"}
    assert all(len(row["sha256"]) == 64 for row in rows)
    assert [row for row in rows if row["table_name"] == "stands"] == before
    assert succeed("--db", db, "surveys", "--quality", 2020, "--json").rows == quality
    assert succeed("--db", db, "target", "--json").rows == target


def test_stands_are_loaded_anew_beside_plots(
    db: Path, tmp_path: Path, acceptance_file: Path
) -> None:
    """Another load of stands leaves the plots, and the other way round."""
    for table in FILES:
        _load(db, table, _file(tmp_path, table), survey=2020)
    before = {table: query(db, f"FROM {table} ORDER BY ALL") for table in (*TABLES, "stands")}
    again = succeed("--db", db, "load", "stands", acceptance_file, "--survey", 2020)
    assert "没有变化" in again.talk or "nothing changed" in again.talk
    fewer = _write(tmp_path, "fewer.csv", acceptance_file.read_bytes()[:9000])
    succeed("--db", db, "load", "stands", fewer, "--survey", 2020, "--replace")
    for table in TABLES:
        assert query(db, f"FROM {table} ORDER BY ALL") == before[table]
    stands = query(db, "FROM stands ORDER BY ALL")
    other = _write(tmp_path, "other.csv", [*PLOTS, "P9,0.08,arbor,12,3"])
    _load(db, "plots", other, "--replace", survey=2020)
    assert query(db, "FROM stands ORDER BY ALL") == stands
    assert query(db, "SELECT count(*) FROM trees") == [(12,)]


@pytest.mark.parametrize("table", FILES)
def test_the_same_file_twice_changes_nothing(plots_db: Path, tmp_path: Path, table: str) -> None:
    before = content(plots_db)
    assert "nothing changed" in _load(plots_db, table, _file(tmp_path, table))
    assert content(plots_db) == before


@pytest.mark.parametrize("table", FILES)
def test_another_file_needs_replace(plots_db: Path, tmp_path: Path, table: str) -> None:
    before = content(plots_db)
    last = FILES[table][-1]
    other = _write(tmp_path, "other.csv", [*FILES[table], "Z" + last[1:]])
    refused = run("--db", plots_db, "--lang", "en", "load", table, other, "--survey", 2015)
    assert refused.code == 1
    assert "--replace" in refused.talk
    assert table in refused.talk
    assert content(plots_db) == before


def test_replaced_plots_keep_their_trees_or_are_refused(plots_db: Path, tmp_path: Path) -> None:
    """P5 has trees: without it the whole is refused. One more plot is no harm."""
    before = content(plots_db)
    fewer = _write(tmp_path, "fewer.csv", PLOTS[:-1])
    arguments = ("load", "plots", fewer, "--survey", 2015, "--replace")
    refused = run("--db", plots_db, "--lang", "en", *arguments)
    assert refused.code == 1
    assert "2 stored trees" in refused.talk
    assert "P5" in refused.talk
    assert content(plots_db) == before
    more = _write(tmp_path, "more.csv", [*PLOTS, "P9,0.08,arbor,12,3"])
    _load(plots_db, "plots", more, "--replace")
    assert query(plots_db, "SELECT count(*) FROM plots") == [(7,)]
    assert query(plots_db, "SELECT count(*) FROM trees") == [(12,)]


def test_a_failing_load_leaves_the_former_rows(
    plots_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(plots_db)
    insert = store_loads._insert_files

    def fail_at_the_end(con: Any, table: str, *rest: Any) -> None:
        insert(con, table, *rest)
        if table == "rejected_rows":
            raise RuntimeError("disk full")

    monkeypatch.setattr(store_loads, "_insert_files", fail_at_the_end)
    more = _write(tmp_path, "more.csv", [*PLOTS, "P9,0.08,arbor,12,3"])
    outcome = run("--db", plots_db, "load", "plots", more, "--survey", 2015, "--replace")
    assert outcome.code == 1
    assert content(plots_db) == before


def test_trees_need_their_plots(new_db: Path, tmp_path: Path) -> None:
    trees = _file(tmp_path, "trees")
    for _ in range(2):
        refused = run("--db", new_db, "--lang", "en", "load", "trees", trees, "--survey", 2015)
        assert refused.code == 1
        assert "load plots" in refused.talk
        # the second time with a database that holds strata alone
        _load(new_db, "strata", _file(tmp_path, "strata"))
    assert query(new_db, "SELECT count(*) FROM trees") == [(0,)]


def test_trees_of_unknown_plots_are_rejected_and_told(plots_db: Path, tmp_path: Path) -> None:
    other = _write(tmp_path, "other.csv", [*TREES, "P7,99,retained,12,9,0.05"])
    rejects = tmp_path / "rejects.csv"
    talk = _load(plots_db, "trees", other, "--replace", "--rejects", rejects)
    assert "13 rows read, 12 passed, 1 rejected" in talk
    line = rejects.read_text(encoding="utf-8-sig").splitlines()[1]
    assert "plot_unknown" in line
    assert "other.csv,14,plot_id,P7" in line
    assert "P7,99,retained" in line
    assert query(plots_db, "SELECT rule, source_row FROM rejected_rows") == [("plot_unknown", 14)]


def test_strict_stores_nothing(plots_db: Path, tmp_path: Path) -> None:
    before = content(plots_db)
    other = _write(tmp_path, "other.csv", [*TREES, "P7,99,retained,12,9,0.05"])
    arguments = ("load", "trees", other, "--survey", 2015, "--replace", "--strict")
    assert run("--db", plots_db, *arguments).code == 4
    assert content(plots_db) == before


def test_dry_run_stores_nothing(new_db: Path, tmp_path: Path) -> None:
    talk = _load(new_db, "plots", _file(tmp_path, "plots"), "--dry-run")
    assert "nothing was stored" in talk
    assert not new_db.exists()


def test_explain(new_db: Path, tmp_path: Path) -> None:
    path = _file(tmp_path, "plots")
    arguments = ("load", "plots", path, "--survey", 2015, "--plot-area-ha", 0.0667, "--explain")
    assert run("--db", new_db, "--lang", "en", *arguments).code == 2
    rows = succeed("--db", new_db, *arguments[:-3], "--explain", "--json").rows
    read = {row["column_name"]: row["example"] for row in rows if row["matched_by"] == "header"}
    assert read["plot_id"] == "P0"
    assert read["dbh_cm"] == "10 → 10"
    assert not new_db.exists()


def test_another_definition_in_one_survey_is_refused(plots_db: Path, tmp_path: Path) -> None:
    more = _write(tmp_path, "more.csv", [*STRATA, "C,1"])
    arguments = ("load", "strata", more, "--survey", 2015, "--replace", "--definition", "local")
    refused = run("--db", plots_db, "--lang", "en", *arguments)
    assert refused.code == 1
    assert "--definition nfi" in refused.talk
    replaced = ("--replace", "--definition", "local")
    _load(plots_db, "plots", _file(tmp_path, "plots"), *replaced)
    assert query(plots_db, "SELECT definition FROM plot_surveys") == [("local",)]


def test_the_whole_load_is_refused_where_a_unit_jumps(plots_db: Path, tmp_path: Path) -> None:
    before = content(plots_db)
    rows = [PLOTS[0], *(f"P{n},0.08,arbor,{100 + 10 * n},{4 + n}" for n in range(6))]
    wrong = _write(tmp_path, "wrong.csv", rows)
    arguments = ("load", "plots", wrong, "--survey", 2020)
    for lang, named in (("en", "looks like mm read as cm"), ("zh", "把 mm 当作 cm 读入")):
        refused = run("--db", plots_db, "--lang", lang, *arguments)
        assert refused.code == 1
        assert named in refused.talk
        assert "unit_jump" in refused.talk
        assert content(plots_db) == before
    _load(plots_db, "plots", wrong, "--accept-unit-jump", survey=2020)
    assert query(plots_db, "SELECT count(*) FROM plots WHERE survey = 2020") == [(6,)]


# name -> table, arguments made in a folder, exit code, what is named in both languages
Make = Callable[[Path], list[object]]
REFUSED: dict[str, tuple[str, Make, int, str]] = {
    "no such file": ("plots", lambda f: [f / "absent.csv"], 2, "absent.csv"),
    "empty": ("trees", lambda f: [_write(f, "e.csv", b"")], 2, "e.csv"),
    "header only": ("strata", lambda f: [_write(f, "h.csv", STRATA[:1])], 1, "h.csv"),
    "no plot number": (
        "plots",
        lambda f: [_write(f, "p.csv", ["plot,dbh_cm", "1,2"])],
        2,
        "plot_id",
    ),
    "a profile of stands": (
        "plots",
        lambda f: [_file(f, "plots"), "--profile", "generic"],
        2,
        "generic-plots",
    ),
    "a profile of trees for plots": (
        "plots",
        lambda f: [_file(f, "plots"), "--profile", "cfi-trees"],
        2,
        "generic-plots",
    ),
    "an occasion where there is none": (
        "plots",
        lambda f: [_file(f, "plots"), "--occasion", "3"],
        2,
        "--occasion",
    ),
    "area in the file and by option": (
        "plots",
        lambda f: [_file(f, "plots"), "--plot-area-ha", "0.08"],
        2,
        "plot_area_ha",
    ),
    "no area at all": (
        "plots",
        lambda f: [_file(f, "plots"), "--plot-area-ha", "0"],
        2,
        "--plot-area-ha",
    ),
    "area in square metres": (
        "plots",
        lambda f: [
            _write(f, "p.csv", ["plot_id,volume_m3", "A,3"]),
            "--plot-area-ha",
            "666.7",
        ],
        1,
        "--rejects",
    ),
    "UTF-16": ("trees", lambda f: [_write(f, "u.csv", "plot_id".encode("utf-16"))], 2, "UTF-16"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_inputs_are_refused_in_both_languages(new_db: Path, tmp_path: Path, name: str) -> None:
    table, make, code, named = REFUSED[name]
    if table == "trees":
        _load(new_db, "plots", _file(tmp_path, "plots"))
    before = content(new_db) if new_db.exists() else {}
    arguments = ["load", table, *make(tmp_path), "--survey", 2015]
    for lang in ("zh", "en"):
        refused = run("--db", new_db, "--lang", lang, *arguments)
        assert refused.code == code, refused.talk
        assert named in refused.talk
        assert "internal" not in refused.talk
        if code == 2 and not named.startswith("--plot"):
            assert bool(CHINESE.search(refused.talk.splitlines()[-1])) == (lang == "zh")
    assert (content(new_db) if new_db.exists() else {}) == before


def test_no_row_is_lost_between_good_and_bad_lines(new_db: Path, tmp_path: Path) -> None:
    """A short, a long and a broken line, a bad byte and a bad number between six good rows."""
    lines = [line.encode() for line in PLOTS]
    bad = [b"S1,0.08", b"L1,0.08,arbor,10,4,7", b'Q1,0.08,"arbor,10,4', b"B\xff,0.08,arbor,10,4"]
    path = _write(tmp_path, "p.csv", b"\n".join([*lines, *bad, b"N1,0.08,arbor,ten,4"]) + b"\n")
    talk = _load(new_db, "plots", path)
    assert "11 rows read, 6 passed, 5 rejected" in talk
    rules = query(new_db, "SELECT source_row, rule FROM rejected_rows ORDER BY source_row")
    assert rules == [
        (8, "short_row"),
        (9, "long_row"),
        (10, "unbalanced_quote"),
        (11, "undecodable"),
        (12, "not_a_number"),
    ]


def test_chinese_headers_of_the_continuous_inventory(new_db: Path, tmp_path: Path) -> None:
    """样地号 and the like in GBK; cover in per cent; the occasion is said."""
    plots = ["样地号,地类,起源,优势树种,平均年龄,龄组,平均胸径,平均树高,郁闭度,蓄积"]
    plots += ["0001,111,11,310,22,2,126,98,70,5.12", "0002,163,0,0,0,0,0,0,0,0"]
    path = _write(tmp_path, "样地.csv", ("\n".join(plots) + "\n").encode("gb18030"))
    _load(new_db, "plots", path, "--occasion", 2, "--plot-area-ha", 0.0667)
    rows = query(
        new_db,
        "SELECT plot_id, vegetation_class::VARCHAR, species::VARCHAR, dbh_cm::DOUBLE, "
        "height_m::DOUBLE, canopy_cover_fraction::DOUBLE, volume_m3::DOUBLE, "
        "plot_area_ha::DOUBLE FROM plots ORDER BY plot_id",
    )
    assert rows == [
        ("0001", "arbor", "chinese_fir", 12.6, 9.8, 0.7, 5.12, 0.0667),
        ("0002", "non_forest", None, None, None, None, 0, 0.0667),
    ]
    trees = ["样地号,样木号,检尺类型,树种代码,胸径", "0001,1,11,310,14.2", "0001,2,1,999,5.3"]
    path = _write(tmp_path, "样木.csv", ("\n".join(trees) + "\n").encode("gb18030"))
    talk = _load(new_db, "trees", path, "--occasion", 2)
    for rule in ("code_not_known", "status_not_known"):
        assert talk.count(rule) == 1
    rows = query(
        new_db,
        "SELECT tree_id, status::VARCHAR, species::VARCHAR, species_code, dbh_cm::DOUBLE "
        "FROM trees ORDER BY tree_id",
    )
    assert rows == [("1", "retained", "chinese_fir", "310", 14.2), ("2", None, None, "999", 5.3)]
