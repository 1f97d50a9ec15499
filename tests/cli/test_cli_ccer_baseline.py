"""`ccer baseline`: a project's years, strata and pools, what is left out, said and refused."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from command_line import run, succeed
from made_growth_city import SURVEYS, city, fill

from sinkcalc.models.growth import volume_at
from sinkcalc.pipeline.growth_curves import growth_curves
from sinkcalc.store.connection import reading

MADE = Path(__file__).parents[1] / "made_project"
# worked by hand in tests/reference/test_ccer_worked_project.py
TOTAL, CREDITABLE = 2829.312920359522, 2829


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the worked project, to be changed."""
    for name in ("worked.toml", "worked-parcels.csv"):
        shutil.copy(MADE / name, tmp_path / name)
    return tmp_path


def _changed(folder: Path, name: str, *pairs: tuple[str, str]) -> Path:
    """Change words of a file of the project, each of which it holds."""
    text = (folder / name).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / "worked.toml"


def test_years_of_the_worked_project(folder: Path) -> None:
    found = succeed("--lang", "en", "ccer", "baseline", folder / "worked.toml", "--json")
    last = found.rows[-1]
    assert len(found.rows) == 20
    assert last["cumulative_t"] == pytest.approx(TOTAL, rel=0, abs=1e-9)
    assert last["creditable_t"] == sum(row["creditable_in_year_t"] for row in found.rows)
    assert last["creditable_t"] == CREDITABLE
    marks = ("methodology", "standing", "gwp_set", "discount", "unknown_parcels", "simulated")
    assert [last[mark] for mark in marks] == ["AR-CM-001-V01", "historic", "AR5", 0.06, 0, False]
    assert last["unverified_items"] > 30
    assert f"{last['unverified_items']} are recalled or assumed" in found.talk
    assert "parcels left out because they fail a rule: 1, 3.0000 ha (W4)" in found.talk
    assert "the land is forest already" in found.talk
    assert "growth curve table pine: [project] S1 / masson_pine-2015" in found.talk
    assert "global warming potentials AR5; discount for uncertainty 6 % of the change" in found.talk


def test_the_table_carries_the_marks(folder: Path) -> None:
    found = succeed("--lang", "zh", "ccer", "baseline", folder / "worked.toml")
    head = found.text.split("\n\n")[0].replace("\n", "")
    assert "草案 · 参数未核对" in head
    assert "历史方法学,仅供研究与地方机制" in head
    assert "20.5000 ha" in head
    assert "可计入 2829 t" in found.talk


def test_strata_and_pools_in_every_format(folder: Path, tmp_path: Path) -> None:
    """Three plantings and shrubs, 21 ends of years."""
    project = folder / "worked.toml"
    rows = succeed("ccer", "baseline", project, "--by", "stratum", "--json").rows
    assert len(rows) == 3 * 21
    felled = next(row for row in rows if row["stratum"] == "S1" and row["period"] == 9)
    assert felled["volume_m3_per_ha"] == pytest.approx(31.2)
    assert (felled["curve"], felled["curve_name"], felled["extrapolated"]) == (
        "table",
        "pine",
        False,
    )
    out = tmp_path / "pools.parquet"
    succeed("ccer", "baseline", project, "--by", "pool", "-o", out)
    pools = pl.read_parquet(out)
    trees = pools.filter(scenario="project", pool="tree", period=20)
    assert trees["co2e_t"].item() == pytest.approx(3120.414635130, abs=1e-8)
    shown = succeed("--lang", "en", "ccer", "baseline", project, "--by", "pool").text
    assert "shrubs" in shown
    assert "dead wood" not in shown


def test_the_same_project_gives_the_same_bytes(folder: Path) -> None:
    words = ("ccer", "baseline", folder / "worked.toml", "--by", "stratum", "--csv")
    assert succeed(*words).data == succeed(*words).data


def test_what_is_not_known_is_left_out_unless_it_is_asked_for(folder: Path) -> None:
    """Whether W1 (10 ha of S1) is wetland is not known: 2.5 ha of S1 remain."""
    file = folder / "worked-parcels.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[1].startswith("W1,")
    lines[1] = lines[1].replace("2000-01-01,false,", "2000-01-01,,")
    file.write_text("".join(lines), encoding="utf-8")
    project = folder / "worked.toml"
    without = succeed("--lang", "en", "ccer", "baseline", project, "--by", "stratum", "--json")
    assert {row["area_ha"] for row in without.rows if row["stratum"] == "S1"} == {2.5}
    assert "because a rule could not judge them (unknown is not a pass): 1, 10.0000 ha (W1)" in (
        without.talk
    )
    whole = succeed("--lang", "en", "ccer", "baseline", project, "--include-unknown")
    assert "[WITH 1 PARCELS THAT NO RULE HAS CLEARED]" in whole.text.replace("\n", " ")
    assert "parcels counted although a rule could not judge them: 1" in whole.talk
    assert "creditable 2829 t" in whole.talk


def test_once_every_item_is_verified_it_is_no_draft(folder: Path) -> None:
    project = folder / "worked.toml"
    where = ("--source", "text", "--locator", "p. 1", "--by", "tester")
    file = ("--file", folder / "verified.csv")
    for beginning in ("AR-CM-001-V01", "wood-density", "bef", "root-shoot", "carbon-fraction"):
        succeed("params", "verify", beginning, "--all-of", *where, *file)
    found = succeed("--lang", "en", "ccer", "baseline", project, "--json")
    assert {row["unverified_items"] for row in found.rows} == {0}
    assert "draft" not in found.talk
    assert "DRAFT" not in succeed("--lang", "en", "ccer", "baseline", project).text


def test_calibrated_curves_of_the_database(folder: Path) -> None:
    """Masson pine has no planted curve in this city: that of all planted stands serves."""
    db = folder / "made.duckdb"
    fill(db, city())
    project = _changed(
        folder, "worked.toml", ('curve = "table"\ncurve_name = "pine"', 'curve = "calibrated"')
    )
    found = succeed("--db", db, "ccer", "baseline", project, "--by", "stratum", "--json")
    pine = [row for row in found.rows if row["stratum"] == "S1"]
    assert pine[0]["curve"] == "calibrated"
    assert pine[0]["simulated"] is True
    with reading(db) as con:
        name, model = growth_curves(con, SURVEYS[1]).curve_of("masson_pine", "planted")
    assert pine[0]["curve_name"] == (name or "all")
    assert pine[0]["curve_fallback"] is True
    values, age = pl.Series(model.values).to_numpy(), pl.Series([8.0]).to_numpy()
    by_hand = volume_at(model.form, values, age)  # type: ignore[arg-type]  # a form of growth
    assert pine[8]["volume_m3_per_ha"] == pytest.approx(by_hand[0])
    refused = run("--db", folder / "none.duckdb", "--lang", "en", "ccer", "baseline", project)
    assert refused.code == 3


FAILS = {
    "no parcel is eligible": (
        "worked-parcels.csv",
        (",non_forest,", ",arbor,"),
        "none of its 4 parcels is eligible, there is nothing to compute. 4: the land is forest",
    ),
    "a stratum without parcels": (
        "worked-parcels.csv",
        (",S2,", ",S1,"),
        "the strata S2 have no area of eligible parcels",
    ),
    "a stratum that is not there": (
        "worked-parcels.csv",
        ("W1,S1,", "W1,S3,"),
        "S3",
    ),
    "a short crediting period": (
        "worked.toml",
        ("crediting_years = 20", "crediting_years = 19"),
        "a crediting period of 19 years is outside the 20–60 years of AR-CM-001-V01",
    ),
    "a start before the scheme": (
        "worked.toml",
        (
            'methodology = "AR-CM-001-V01"\nstart = 2015-03-01',
            'methodology = "CCER-14-001-V01"\nstart = 2012-03-01',
        ),
        "the project started on 2012-03-01, and CCER-14-001-V01 accepts those that started after "
        "2012-11-08",
    ),
    "more uncertain than any class": (
        "worked.toml",
        ("dr = 0.06", "relative_error = 0.35"),
        "there is no discount for it, more plots are needed",
    ),
    "no biomass of the forest": (
        "worked.toml",
        ('forest_biomass = { value = 80, source = "示例林场森林资源报告", locator = "表 3" }', ""),
        "the computation lacks forest_biomass",
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_refused(folder: Path, name: str) -> None:
    file, pair, said = FAILS[name]
    found = run("--lang", "en", "ccer", "baseline", _changed(folder, file, pair))
    assert found.code in (1, 2)
    assert said in found.talk
    assert "Traceback" not in found.talk
    assert found.data == b""
