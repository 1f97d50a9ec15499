"""`sinkcalc ccer ledger register`: projects from their files, on land of their own."""

import shutil
from pathlib import Path

import pytest
from command_line import Outcome, execute, held, query, run, succeed

from sinkcalc.errors import EXIT_DATABASE, EXIT_FAILED, EXIT_USAGE

MADE = Path(__file__).parents[1] / "made_project"
# worked by hand in tests/reference/test_ccer_worked_project.py
CREDITABLE, AREA = 2829, 20.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the worked project."""
    for name in ("worked.toml", "worked-parcels.csv"):
        shutil.copy(MADE / name, tmp_path / name)
    return tmp_path


def register(folder: Path, name: str, *options: object) -> Outcome:
    words = ("--db", folder / "book.duckdb", "--lang", "en", "ccer", "ledger", "register")
    return run(*words, folder / name, "--date", "2024-01-10", *options)


def changed(folder: Path, new: str, *pairs: tuple[str, str]) -> str:
    """Write another project beside the worked one."""
    text = (folder / "worked.toml").read_text(encoding="utf-8")
    for old, word in pairs:
        assert old in text
        text = text.replace(old, word)
    (folder / new).write_text(text, encoding="utf-8")
    return new


def test_what_is_registered(folder: Path) -> None:
    done = register(folder, "worked.toml")
    assert done.code == 0, done.talk
    assert "3 parcels, 20.5000 ha, 2,829 t CO2e expected" in done.talk
    assert "no national methodology in force" in done.talk
    assert "1 parcels that fail a rule" in done.talk
    db = folder / "book.duckdb"
    (row,) = succeed("--db", db, "ccer", "ledger", "projects", "--json").rows
    assert (row["expected_t"], row["area_ha"], row["parcels"]) == (CREDITABLE, AREA, 3)
    assert (row["draft"], row["simulated"], row["standing"]) == (True, False, "historic")
    assert row["crediting_end"] == "2035-12-31"
    # what baseline prints is what is stored, to the digits of the table
    printed = succeed("ccer", "baseline", folder / "worked.toml", "--json").rows
    stored = query(
        db,
        "SELECT period, cumulative_t::DOUBLE, reduction_t::DOUBLE, creditable_t "
        "FROM ccer_removals ORDER BY period",
    )
    assert len(stored) == len(printed) == 20
    for (period, cumulative, reduction, creditable), year in zip(stored, printed, strict=True):
        assert period == year["period"]
        assert cumulative == pytest.approx(year["cumulative_t"], abs=1e-6)
        assert reduction == pytest.approx(year["reduction_t"], abs=1e-6)
        assert creditable == year["creditable_t"]
    parcels = query(db, "SELECT parcel_id, stratum, area_ha, outcome FROM ccer_parcels ORDER BY 1")
    assert [(name, stratum, float(area), found) for name, stratum, area, found in parcels] == [
        ("W1", "S1", 10, "pass"),
        ("W2", "S1", 2.5, "pass"),
        ("W3", "S2", 8, "pass"),
    ]


def test_the_same_file_twice_changes_nothing(folder: Path) -> None:
    register(folder, "worked.toml")
    before = query(folder / "book.duckdb", "SELECT entry_id FROM ccer_ledger")
    again = register(folder, "worked.toml")
    assert again.code == 0
    assert "unchanged" in again.talk
    assert query(folder / "book.duckdb", "SELECT entry_id FROM ccer_ledger") == before


def test_the_same_entries_have_the_same_hashes(folder: Path) -> None:
    register(folder, "worked.toml")
    first = query(folder / "book.duckdb", "SELECT entry_id FROM ccer_ledger")
    (folder / "book.duckdb").unlink()
    register(folder, "worked.toml")
    assert query(folder / "book.duckdb", "SELECT entry_id FROM ccer_ledger") == first


def test_the_land_of_a_registered_project_is_refused(folder: Path) -> None:
    register(folder, "worked.toml")
    refused = register(folder, changed(folder, "second.toml", ('"worked"', '"second"')))
    assert refused.code == EXIT_FAILED
    for words in ("second", "worked", "W1", "W2", "W3", "the same parcel number"):
        assert words in refused.talk
    # other villages, but the titles are the same
    moved = (folder / "worked-parcels.csv").read_text(encoding="utf-8").replace("村,0", "庄,0")
    (folder / "moved.csv").write_text(moved, encoding="utf-8")
    third = changed(folder, "third.toml", ('"worked"', '"third"'), ("worked-parcels", "moved"))
    refused = register(folder, third)
    assert refused.code == EXIT_FAILED
    assert "the same title" in refused.talk
    # other titles too: other land
    (folder / "moved.csv").write_text(
        moved.replace("示例000", "他例000").replace("浙林证", "杭林证")
    )
    done = register(folder, third)
    assert done.code == 0, done.talk
    assert succeed("--db", folder / "book.duckdb", "ccer", "ledger", "check", "--json").rows == []


def test_a_change_before_and_after_an_issue(folder: Path) -> None:
    register(folder, "worked.toml")
    name = changed(folder, "changed.toml", ("fraction = 0.4", "fraction = 0.3"))
    done = register(folder, name)
    assert "registered anew" in done.talk
    db = folder / "book.duckdb"
    words = ("--vintage", 2022, "--quantity", 50, "--date", "2024-06-30", "--verified-amount", 60,
             "--document", "report", "--batch", "B")  # fmt: skip
    succeed("--db", db, "ccer", "ledger", "issue", "worked", *words)
    refused = register(folder, "worked.toml")
    assert refused.code == EXIT_FAILED
    assert "(50 t now)" in refused.talk
    done = register(folder, "worked.toml", "--amend", "thinned as planned first")
    assert done.code == 0
    assert "version 2" in done.talk
    entries = succeed("--db", db, "ccer", "ledger", "show", "--json").rows
    assert [row["kind"] for row in entries] == ["registered", "registered", "issued", "amended"]
    assert entries[-1]["note"] == "thinned as planned first"
    assert succeed("--db", db, "ccer", "ledger", "check", "--json").rows == []


def test_nothing_is_left_of_a_refused_registration(folder: Path) -> None:
    new = changed(folder, "new.toml", ("worked-parcels.csv", "none.csv"))
    assert register(folder, new).code == EXIT_USAGE
    assert not (folder / "book.duckdb").exists()
    assert register(folder, "worked.toml", "--amend", "why").code == EXIT_USAGE
    assert query(folder / "book.duckdb", "SELECT count(*) FROM ccer_ledger") == [(0,)]


def test_another_writer(folder: Path) -> None:
    register(folder, "worked.toml")
    with held(folder / "book.duckdb"):
        assert (
            register(folder, changed(folder, "n.toml", ('"worked"', '"n"'))).code == EXIT_DATABASE
        )


PROJECT = """
[project]
id = "{name}"
name = "{name}"
owner = "a farm"
methodology = "AR-CM-001-V01"
start = 2015-03-01
crediting_start = 2016-01-01
crediting_years = 20
gwp_set = "AR5"

[parcels]
survey = 2014
where = "{where}"
stratum = "S1"

[strata.S1]
species = "马尾松"
planted = 2015
density_per_ha = 2500
curve = "table"
curve_name = "pine"

[tables.pine]
points = [[5, 20], [10, 60], [20, 150]]
"""


def test_stands_of_the_database(tmp_path: Path) -> None:
    """Stand 2 in both projects is refused; 1 and 3 are apart."""
    db = tmp_path / "book.duckdb"
    rows = "".join(f"{n},330102,non_forest,{n}\n" for n in (1, 2, 3))
    (tmp_path / "stands.csv").write_text(f"stand_id,region_code,vegetation_class,area_ha\n{rows}")
    succeed("--db", db, "load", "stands", tmp_path / "stands.csv", "--survey", 2014)
    execute(db, "UPDATE surveys SET simulated = true")
    for name, where in (("low", "area_ha <= 2"), ("mid", "area_ha >= 2"), ("high", "area_ha > 2")):
        text = PROJECT.format(name=name, where=where)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    unjudged = register(tmp_path, "low.toml")
    # stands do not tell all that the rules ask for
    assert unjudged.code == EXIT_FAILED
    assert "eligible" in unjudged.talk
    done = register(tmp_path, "low.toml", "--include-unknown")
    assert done.code == 0, done.talk
    assert "[SIMULATED]" in done.talk
    refused = register(tmp_path, "mid.toml", "--include-unknown")
    assert refused.code == EXIT_FAILED
    assert "parcel 2 and parcel 2 of low (the same stand)" in refused.talk
    done = register(tmp_path, "high.toml", "--include-unknown")
    assert done.code == 0, done.talk
    survey = query(db, "SELECT DISTINCT survey, outcome FROM ccer_parcels")
    assert survey == [(2014, "unknown")]
