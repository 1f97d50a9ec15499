"""`sinkcalc cores`."""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from command_line import run, succeed

from sinkcalc.store.connection import writing

# core, wetland, top, bottom, bulk density, organic matter, carbon, kind
INTERVALS = [
    ("C1", "W1", 0, 50, 1.0, None, 0.02, "organic"),
    ("C1", "W1", 50, 100, 1.2, None, 0.01, "organic"),
    ("C2", "W1", 0, 40, 1.0, None, 0.03, "organic"),
    ("C2", "W1", 50, 100, 1.0, 0.05, None, None),
    ("C3", "W2", 0, 75, 0.9, None, 0.02, "organic"),
    ("C4", "W2", 0, 100, 1.1, None, 0.02, "total"),
    ("C5", None, 0, 100, 1.1, None, None, None),
]


@pytest.fixture(scope="module")
def cores_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database with five cores in two wetlands and in none."""
    db = tmp_path_factory.mktemp("cores") / "sinkcalc.duckdb"
    with writing(db):
        pass
    with duckdb.connect(str(db)) as con:
        con.execute("INSERT INTO wetland_surveys VALUES (2023, 'local', true)")
        for table in ("wetlands", "cores"):
            con.execute(
                "INSERT INTO loads (load_id, survey, table_name, profile, profile_sha256, "
                "program_version, loaded_at) VALUES (?, 2023, ?, '', '', '', now())",
                [f"load {table}", table],
            )
        for name, kind in (("W1", "tidal_marsh"), ("W2", "marsh")):
            con.execute(
                "INSERT INTO wetlands BY NAME SELECT 2023 AS survey, 'load wetlands' AS load_id, "
                "$1 AS wetland_id, 'f' AS source_file, 2 AS source_row, "
                "'330109' AS region_code, $2 AS wetland_class, 10 AS area_ha",
                [name, kind],
            )
        con.executemany(
            "INSERT INTO cores BY NAME SELECT 2023 AS survey, 'load cores' AS load_id, "
            "'f' AS source_file, 2 AS source_row, $1 AS core_id, $2 AS wetland_id, "
            "$3 AS depth_top_cm, $4 AS depth_bottom_cm, $5 AS bulk_density_g_per_cm3, "
            "$6 AS organic_matter_fraction, $7 AS carbon_fraction, $8 AS carbon_kind",
            INTERVALS,
        )
    return db


def test_one_row_a_core(cores_db: Path) -> None:
    outcome = succeed("--db", cores_db, "--lang", "en", "cores", "--survey", 2023, "--json")
    rows = {row["core_id"]: row for row in outcome.rows}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "C1": "complete",
        "C2": "gap_filled",
        "C3": "left_out_short",
        "C4": "left_out_total_carbon",
        "C5": "left_out_unknown",
    }
    first = rows["C1"]
    assert first["carbon_t_per_ha"] == pytest.approx(50 * 2 + 50 * 1.2)
    assert first["carbon_t_per_ha_se"] is None
    assert (first["wetland_class"], first["region_code"]) == ("tidal_marsh", "330109")
    assert first["simulated"]
    second = rows["C2"]
    assert second["carbon_t_per_ha_se"] > 0
    assert second["modelled_fraction"] == pytest.approx(0.55)
    assert rows["C5"]["wetland_class"] is None
    assert "rules: to 100 cm; gaps neighbours" in outcome.talk
    assert "5 cores: complete 1; gap filled 1; left out: too short 1" in outcome.talk
    assert "note: 1 cores have carbon or bulk density by models" in outcome.talk


def test_rules_change_the_outcome(cores_db: Path) -> None:
    options = ("--short", "extrapolate", "--total-carbon", "include", "--gaps", "leave_out")
    outcome = succeed(
        "--db", cores_db, "--lang", "en", "cores", "--survey", 2023, *options, "--json"
    )
    rows = {row["core_id"]: row for row in outcome.rows}
    assert rows["C2"]["outcome"] == "left_out_gap"
    assert rows["C3"]["carbon_t_per_ha"] == pytest.approx(180)
    assert rows["C4"]["carbon_t_per_ha"] == pytest.approx(220)
    assert "count total carbon" in outcome.talk


def test_equivalent_mass_and_depth(cores_db: Path) -> None:
    mass = ("--equivalent-mass", 8000)
    found = succeed("--db", cores_db, "cores", "--survey", 2023, *mass, "--json").rows[0]
    assert found["carbon_t_per_ha"] == pytest.approx(5000 * 0.02 + 3000 * 0.01)
    assert found["stock_depth_cm"] == pytest.approx(75)
    by = ("--by", "wetland_class")
    told = succeed("--db", cores_db, "--lang", "en", "cores", "--survey", 2023, *mass, *by)
    assert "8,000" in told.text
    assert "equivalent" in told.text
    means = succeed("--db", cores_db, "cores", "--survey", 2023, *mass, *by, "--json").rows
    assert {row["depth_cm"] for row in means} == {None}
    assert {row["equivalent_mass_t_per_ha"] for row in means} == {8000}
    plain = succeed("--db", cores_db, "--lang", "en", "cores", "--survey", 2023, *by)
    assert "equivalent" not in plain.text
    found = succeed("--db", cores_db, "cores", "--survey", 2023, "--depth", 30, "--json").rows[0]
    assert found["carbon_t_per_ha"] == pytest.approx(60)


def test_means_of_groups(cores_db: Path) -> None:
    outcome = succeed(
        "--db", cores_db, "cores", "--survey", 2023, "--by", "region,wetland_class", "--json"
    )
    rows = {row["wetland_class"]: row for row in outcome.rows}
    tidal = rows["tidal_marsh"]
    each = [
        row["carbon_t_per_ha"]
        for row in succeed("--db", cores_db, "cores", "--survey", 2023, "--json").rows[:2]
    ]
    assert (tidal["cores"], tidal["left_out"]) == (2, 0)
    assert tidal["carbon_t_per_ha"] == pytest.approx(sum(each) / 2)
    spread = abs(each[0] - each[1]) / 2**0.5
    assert tidal["carbon_t_per_ha_sd"] == pytest.approx(spread)
    # errors of the models come on top of the spread between cores
    assert tidal["carbon_t_per_ha_se"] > spread / 2**0.5
    reach = 12.7062047 * tidal["carbon_t_per_ha_se"]
    assert tidal["ci_high"] - tidal["carbon_t_per_ha"] == pytest.approx(reach)
    assert (rows["marsh"]["cores"], rows["marsh"]["left_out"]) == (0, 2)
    assert rows["marsh"]["carbon_t_per_ha"] is None


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("by", [(), ("--by", "wetland_class")])
def test_table_for_people(cores_db: Path, lang: str, by: tuple[str, ...]) -> None:
    text = succeed("--db", cores_db, "--lang", lang, "cores", "--survey", 2023, *by).text
    assert "SIMULATED" in text or "模拟数据" in text
    assert "tidal marsh" in text or "潮间盐沼" in text


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "jsonl"])
def test_files(cores_db: Path, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"cores.{suffix}"
    succeed("--db", cores_db, "cores", "--survey", 2023, "-o", file)
    if suffix == "parquet":
        assert pl.read_parquet(file).height == 5
    assert file.stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--survey", 2020), 1, "2023"),
        (("--survey", 2023, "--by", "origin"), 2, "wetland_class"),
        (("--survey", 2023, "--depth", 0), 2, "--depth"),
        (("--survey", 2023, "--equivalent-mass", 0), 2, "--equivalent-mass"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_refusals(
    cores_db: Path, lang: str, arguments: tuple[object, ...], code: int, told: str
) -> None:
    outcome = run("--db", cores_db, "--lang", lang, "cores", *arguments)
    assert outcome.code == code
    assert told in outcome.talk
    assert "Traceback" not in outcome.talk
