"""What a load says about the data: `--explain`, `--warnings`, `--report`, `surveys --quality`."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest
from command_line import content, query, run, succeed
from deliveries import BAD, GOOD, RULES, acceptance, clean, good_row

# 4 of the 8 stands are young enough to be without a diameter, which the layer does not have
SHRUNKEN = {"XBMJ": "600", "HUO_LM_XJ": ""}


@pytest.fixture
def stands(tmp_path: Path) -> Path:
    """Write eight stands; number 0 is small, number 4 has the cover of sparse forest."""
    rows = [good_row(number) for number in range(8)]
    rows[0] |= SHRUNKEN | {"LING_ZU": "1", "PINGJUN_NL": ""}
    rows[4] |= {"YU_BI_DU": "0.1"}
    path = tmp_path / "stands.csv"
    path.write_bytes(clean([*rows, good_row(9) | {"DI_LEI": "039999"}]))
    return path


def _load(db: Path, *arguments: object, lang: str = "en") -> str:
    return succeed("--db", db, "--lang", lang, "load", "stands", *arguments, "--survey", 2020).talk


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _warned(db: Path) -> list[tuple[object, ...]]:
    return query(
        db, "SELECT source_row, stand_id, column_name, value, rule FROM warned_rows ORDER BY ALL"
    )


# explain


def test_explain_tells_every_column_and_stores_nothing(tmp_path: Path, stands: Path) -> None:
    stands.write_bytes(stands.read_bytes().replace(b"XBMJ", b"xbmj").replace(b",BZ", b",beizu"))
    db = tmp_path / "new.duckdb"
    outcome = succeed("--db", db, "load", "stands", stands, "--survey", 2020, "--explain", "--json")
    assert not db.exists()
    rows = {row["column_name"] or row["header"]: row for row in outcome.rows}
    assert rows["area_ha"]["header"] == "xbmj"
    assert rows["area_ha"]["matched_by"] == "spelling"
    assert rows["area_ha"]["unit"] == "m2"
    assert rows["vegetation_class"]["code_set"] == "di_lei_6"
    assert rows["dbh_cm"]["matched_by"] == "absent"
    assert rows["beizu"]["matched_by"] == "not_read"
    headers = stands.read_bytes().split(b"\n")[0].decode().split(",")
    assert {row["header"] for row in outcome.rows} - {None} == set(headers)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_explain_as_a_table(tmp_path: Path, stands: Path, lang: str) -> None:
    outcome = succeed(
        "--db",
        tmp_path / "new.duckdb",
        "--lang",
        lang,
        "load",
        "stands",
        stands,
        "--survey",
        2020,
        "--explain",
    )
    assert "XBMJ" in outcome.text + outcome.talk
    assert "lcxzgx" in outcome.text + outcome.talk


def test_explain_leaves_a_database_alone(db: Path, stands: Path) -> None:
    before = content(db)
    _load(db, stands, "--explain")
    assert content(db) == before


def test_explain_does_not_guess(tmp_path: Path, stands: Path) -> None:
    stands.write_bytes(stands.read_bytes().replace(b"XBMJ", b"MIAN_JI"))
    outcome = run(
        "--db", tmp_path / "n.duckdb", "load", "stands", stands, "--survey", 2020, "--explain"
    )
    assert outcome.code == 2
    assert "--profile" in outcome.talk


# warnings


def test_warned_rows_are_stored_and_written(tmp_path: Path, stands: Path) -> None:
    db, target = tmp_path / "new.duckdb", tmp_path / "warnings.csv"
    talk = _load(db, stands, "--warnings", target)
    assert query(db, "SELECT count(*) FROM stands") == [(8,)]
    written = _rows(target)
    assert sorted(
        (int(row["source_row"]), row["stand_id"], row["column_name"], row["value"], row["rule"])
        for row in written
    ) == _warned(db)
    rules = {(int(row["source_row"]), row["rule"]) for row in written}
    assert {(2, "minimum_area"), (6, "canopy_arbor")} <= rules
    for row in written:
        assert row["source_file"] == "stands.csv"
        for text in ("reason", "remedy"):
            assert row[f"{text}_zh"]
            assert row[f"{text}_en"]
            assert "{" not in row[f"{text}_en"]
    assert "warning" in talk
    assert "stands.csv:" in talk


def test_strict_is_not_about_warnings(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(clean([good_row(0) | {"YU_BI_DU": "0.1"}]))
    _load(tmp_path / "new.duckdb", path, "--strict")
    assert [rule for *_, rule in _warned(tmp_path / "new.duckdb")] == ["canopy_arbor"]


def test_a_repeated_stand_is_not_warned_of(tmp_path: Path) -> None:
    """A row that is set aside is told once, as rejected."""
    path, db = tmp_path / "s.csv", tmp_path / "new.duckdb"
    path.write_bytes(clean([good_row(0), good_row(0) | {"YU_BI_DU": "0.1"}]))
    _load(db, path)
    assert _warned(db) == []
    assert query(db, "SELECT source_row, rule FROM rejected_rows") == [(3, "duplicate_stand")]


def test_warnings_of_a_file_that_is_there(tmp_path: Path, stands: Path) -> None:
    """Loading the same file once more writes the same warnings, from the database."""
    db, first, second = (tmp_path / name for name in ("n.duckdb", "1.csv", "2.csv"))
    _load(db, stands, "--warnings", first)
    assert "nothing changed" in _load(db, stands, "--warnings", second)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("option", ["--warnings", "--report"])
@pytest.mark.parametrize("name", ["out.dat", "absent/out.csv"])
def test_an_output_that_cannot_be_written_stops_the_load(
    tmp_path: Path, stands: Path, option: str, name: str
) -> None:
    """Exit 2 says that the command was wrong, so it has done nothing."""
    db = tmp_path / "new.duckdb"
    outcome = run("--db", db, "load", "stands", stands, "--survey", 2020, option, tmp_path / name)
    assert outcome.code == 2
    assert not db.exists()


# report


def test_the_report_counts_every_rule(inventory: Path) -> None:
    """Ten kinds of faults, five rows each, as the delivery says."""
    rows = succeed("--db", inventory, "surveys", "--quality", 2020, "--json").rows
    errors = {row["rule"]: row["rows"] for row in rows if row["severity"] == "error"}
    assert errors == dict.fromkeys(RULES, 5)
    assert Counter(f.rule for f in acceptance().faults) == errors
    for row in rows:
        if row["severity"] == "error":
            assert row["share"] == pytest.approx(5 / (GOOD + BAD))
            assert row["example"].startswith("stands_2020.csv:")
    warned = query(
        inventory,
        "SELECT rule, count(DISTINCT source_row) FROM warned_rows JOIN loads USING (load_id) "
        "WHERE survey = 2020 GROUP BY 1",
    )
    assert {row["rule"]: row["rows"] for row in rows if row["severity"] == "warn"} == dict(warned)
    filled = {row["column_name"]: row["rows"] for row in rows if row["severity"] == "info"}
    assert filled["area_ha"] == GOOD
    assert filled["volume_m3"] == GOOD // 2
    assert filled["dbh_cm"] == 0


def test_the_report_of_a_load_is_that_of_the_survey(tmp_path: Path, stands: Path) -> None:
    db, loaded, later = (tmp_path / name for name in ("n.duckdb", "1.json", "2.json"))
    _load(db, stands, "--report", loaded)
    succeed("--db", db, "surveys", "--quality", 2020, "--report", later)
    assert json.loads(later.read_text("utf-8")) == json.loads(loaded.read_text("utf-8"))


def test_a_dry_run_reports_without_a_database(tmp_path: Path, stands: Path) -> None:
    db, target = tmp_path / "n.duckdb", tmp_path / "report.json"
    _load(db, stands, "--dry-run", "--report", target)
    assert not db.exists()
    rules = {row["rule"]: row["rows"] for row in json.loads(target.read_text("utf-8"))}
    assert rules["unknown_code"] == 1
    assert rules["canopy_arbor"] == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_holds_the_counts(inventory: Path, tmp_path: Path, lang: str) -> None:
    page = tmp_path / "report.html"
    succeed("--db", inventory, "--lang", lang, "surveys", "--quality", 2020, "--report", page)
    text = page.read_text("utf-8")
    assert f'lang="{lang}"' in text
    for count in (GOOD + BAD, GOOD, BAD):
        assert f"<b>{count:,}</b>" in text
    assert all(f"<code>{rule}</code>" in text for rule in RULES)
    sha = query(inventory, "SELECT sha256 FROM load_files WHERE source_file LIKE '%2020%'")[0][0]
    assert sha in text
    # it needs nothing from elsewhere
    assert not re.search(r"(src|href)=|<script|https?://", text)
    assert "模拟" not in text


def test_values_of_the_file_are_no_markup(tmp_path: Path) -> None:
    path, page = tmp_path / "<b>.csv", tmp_path / "report.html"
    path.write_bytes(clean([good_row(0), good_row(4) | {"DI_LEI": "<script>1</script>"}]))
    _load(tmp_path / "n.duckdb", path, "--report", page)
    text = page.read_text("utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(("remark", "marked"), [("模拟数据 1", True), ("实测", False)])
def test_simulated_data_are_marked(tmp_path: Path, remark: str, marked: bool) -> None:
    path, db = tmp_path / "s.csv", tmp_path / "n.duckdb"
    path.write_bytes(clean([good_row(0), good_row(4) | {"BZ": remark}]))
    for lang, mark in (("zh", "模拟数据"), ("en", "Simulated data")):
        first, second = tmp_path / f"1{lang}.html", tmp_path / f"2{lang}.html"
        succeed(
            "--db", db, "--lang", lang, "load", "stands", path, "--survey", 2020, "--report", first
        )
        succeed("--db", db, "--lang", lang, "surveys", "--quality", 2020, "--report", second)
        for page in (first, second):
            assert (f'class="mark">{mark}' in page.read_text("utf-8")) is marked


def test_quality_of_a_survey_that_is_not_loaded(inventory: Path) -> None:
    for lang in ("zh", "en"):
        outcome = run("--db", inventory, "--lang", lang, "surveys", "--quality", 1999)
        assert outcome.code == 1
        assert "2020, 2023" in outcome.talk


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx", "parquet"])
def test_other_formats_of_the_report(inventory: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"report.{suffix}"
    succeed("--db", inventory, "surveys", "--quality", 2020, "--report", target)
    assert target.stat().st_size > 0


def test_a_report_without_its_year_is_refused(inventory: Path, tmp_path: Path) -> None:
    """`surveys --report` alone would write nothing, or the list instead of a report."""
    target = tmp_path / "report.html"
    outcome = run("--db", inventory, "surveys", "--report", target)
    assert outcome.code == 2
    assert "--quality" in outcome.talk


# several files


def test_findings_name_the_file(tmp_path: Path) -> None:
    for name, number in (("a.csv", 0), ("b.csv", 4)):
        rows = [good_row(number), good_row(number + 8) | {"YU_BI_DU": "0.1"}]
        (tmp_path / name).write_bytes(clean(rows))
    db = tmp_path / "n.duckdb"
    _load(db, tmp_path / "a.csv", tmp_path / "b.csv")
    assert query(
        db,
        "SELECT source_file, source_row FROM warned_rows WHERE rule = 'canopy_arbor' ORDER BY 1",
    ) == [("a.csv", 3), ("b.csv", 3)]
    rows = succeed("--db", db, "surveys", "--quality", 2020, "--json").rows
    assert [row["rows"] for row in rows if row["rule"] == "canopy_arbor"] == [2]
