"""Migrations, and what they make of an empty database."""

import csv
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sinkcalc.errors import EXIT_DATABASE, DatabaseProblem
from sinkcalc.resources import parameter_path, sql_dir
from sinkcalc.store import migrate as migrations
from sinkcalc.store import views
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.migrate import Migration, migrate, shipped_migrations
from sinkcalc.vocabulary import (
    AGE_GROUPS,
    CARBON_KINDS,
    FARMLAND_USES,
    FOREST_CATEGORIES,
    FORMER_USES,
    INPUT_LEVELS,
    NUTRIENT_STATES,
    ORIGINS,
    PROTECTION_FORMS,
    SOIL_CLASSES,
    SOIL_TYPES,
    SPECIES,
    TILLAGES,
    TREE_STATUSES,
    TROPHIC_STATES,
    VEGETATION_CLASSES,
    WETLAND_CLASSES,
    WETLAND_EVENTS,
)

ROOT = Path(__file__).parents[2]
CURRENT = ("district", "county", "county-level city")
ABOLISHED = {
    "330103": "330105",
    "330104": "330102",
    "330181": "330109",
    "330183": "330111",
    "330184": "330110",
    "330185": "330112",
}

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty database; not to be changed."""
    path = tmp_path_factory.mktemp("made") / "sinkcalc.duckdb"
    with writing(path):
        pass
    return path


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """Copy the empty database, to be changed."""
    return Path(shutil.copy(made, tmp_path))


def _query(path: Path, sql: str) -> Rows:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(sql).fetchall()


def _execute(path: Path, sql: str) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute(sql)


def _content(path: Path) -> dict[str, Rows]:
    """Return every row of every table, with views, comments and types."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        found = {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in tables}
        for catalogue, columns in (
            ("duckdb_columns", "schema_name, table_name, column_name, data_type, comment"),
            ("duckdb_views", "schema_name, view_name, comment, sql"),
            ("duckdb_types", "type_name, labels"),
        ):
            sql = f"SELECT {columns} FROM {catalogue}() WHERE NOT internal ORDER BY ALL"
            found[catalogue] = con.execute(sql).fetchall()
    return found


def test_migrations_are_numbered_without_gaps() -> None:
    files = sorted((sql_dir() / "migrations").iterdir())
    assert files
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", path.name) for path in files)
    shipped = shipped_migrations()
    assert [m.version for m in shipped] == list(range(1, len(files) + 1))
    assert [m.name for m in shipped] == [path.stem for path in files]
    for migration, path in zip(shipped, files, strict=True):
        assert migration.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_migrations_apply_to_an_empty_database() -> None:
    with duckdb.connect() as con:
        assert migrate(con) == [m.name for m in shipped_migrations()]
        recorded = con.execute("SELECT version, name, sha256 FROM schema_migrations").fetchall()
        assert recorded == [m[:3] for m in shipped_migrations()]
        assert migrate(con) == []


def test_a_second_init_changes_nothing(db: Path) -> None:
    before = _content(db)
    assert {"stands", "runs", "estimates", "regions", "surveys"} <= before.keys()
    with writing(db) as con:
        assert migrate(con) == []
    assert _content(db) == before


@pytest.mark.parametrize("opening", [reading, writing])
def test_a_changed_migration_is_refused(db: Path, opening: Any) -> None:
    _execute(db, "UPDATE schema_migrations SET sha256 = repeat('0', 64) WHERE version = 1")
    before = _content(db)
    with pytest.raises(DatabaseProblem) as caught, opening(db):
        pass
    assert shipped_migrations()[0].name in caught.value.en
    assert shipped_migrations()[0].name in caught.value.zh
    assert caught.value.exit_code == EXIT_DATABASE == 3
    assert _content(db) == before


@pytest.mark.parametrize("opening", [reading, writing])
def test_a_newer_database_is_refused(db: Path, opening: Any) -> None:
    newer = len(shipped_migrations()) + 1
    _execute(db, f"INSERT INTO schema_migrations VALUES ({newer}, 'x', 'x', now()::TIMESTAMP)")
    before = _content(db)
    with pytest.raises(DatabaseProblem, match=str(newer)), opening(db):
        pass
    assert _content(db) == before


def _with_another(monkeypatch: pytest.MonkeyPatch, sql: str) -> int:
    """Ship one migration more."""
    shipped = shipped_migrations()
    version = len(shipped) + 1
    another = Migration(version, f"{version:04d}_another", "a" * 64, sql)
    monkeypatch.setattr(migrations, "shipped_migrations", lambda: [*shipped, another])
    return version


def test_an_older_database_is_migrated_by_the_writer_only(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = _with_another(monkeypatch, "CREATE TABLE later (region_code VARCHAR);")
    with pytest.raises(DatabaseProblem, match="init"), reading(db):
        pass
    with writing(db):
        pass
    with reading(db) as con:
        assert con.execute("SELECT count(*) FROM later").fetchone() == (0,)
    assert _query(db, "SELECT max(version) FROM schema_migrations") == [(version,)]
    # columns of the new table are explained like all others
    comment = "SELECT comment FROM duckdb_columns() WHERE table_name = 'later'"
    assert _query(db, comment) == [("行政区代码 · region code",)]


def test_a_failing_migration_leaves_no_trace(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _content(db)
    _with_another(
        monkeypatch,
        "CREATE TYPE HALF AS ENUM('done'); CREATE TABLE half_done (i INTEGER); "
        "INSERT INTO half_done VALUES (1); DELETE FROM regions; SELECT no_such FROM half_done;",
    )
    with pytest.raises(duckdb.Error), writing(db):
        pass
    assert _content(db) == before
    monkeypatch.undo()
    with reading(db) as con:
        assert con.execute("SELECT count(*) FROM stands").fetchone() == (0,)


def test_the_first_migration_may_fail_and_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: Path
) -> None:
    new = tmp_path / "new.duckdb"
    broken = [m._replace(sql=f"{m.sql} SELECT no_such;") for m in shipped_migrations()]
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "shipped_migrations", lambda: broken)
        with pytest.raises(duckdb.Error), writing(new):
            pass
    assert _query(new, "SELECT type_name FROM duckdb_types() WHERE NOT internal") == []
    with writing(new):
        pass
    after, whole = _content(new), _content(db)
    for tables in (after, whole):
        tables["schema_migrations"] = [row[:3] for row in tables["schema_migrations"]]
    assert after == whole


def test_an_init_that_was_interrupted_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was committed before the interruption, the next command sees every region."""
    path = tmp_path / "new.duckdb"

    def interrupt(_: str) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(views, "parameter_path", interrupt)
        with pytest.raises(KeyboardInterrupt), writing(path):
            pass
    with writing(path):
        pass
    assert len(_query(path, "FROM regions")) == len(_table("regions"))


ENUMS = {
    "VEGETATION_CLASS": VEGETATION_CLASSES,
    "SPECIES": SPECIES,
    "ORIGIN": ORIGINS,
    "AGE_GROUP": AGE_GROUPS,
    "FOREST_CATEGORY": FOREST_CATEGORIES,
    "TREE_STATUS": TREE_STATUSES,
    "WETLAND_CLASS": WETLAND_CLASSES,
    "PROTECTION_FORM": PROTECTION_FORMS,
    "TROPHIC_STATE": TROPHIC_STATES,
    "SOIL_TYPE": SOIL_TYPES,
    "NUTRIENT_STATUS": NUTRIENT_STATES,
    "WETLAND_EVENT": WETLAND_EVENTS,
    "FORMER_USE": FORMER_USES,
    "CARBON_KIND": CARBON_KINDS,
    "FARMLAND_USE": FARMLAND_USES,
    "SOIL_CLASS": SOIL_CLASSES,
    "TILLAGE": TILLAGES,
    "INPUT_LEVEL": INPUT_LEVELS,
}


@pytest.mark.parametrize(("name", "words"), ENUMS.items())
def test_enums_are_the_vocabulary(made: Path, name: str, words: tuple[str, ...]) -> None:
    """The same words in the same order: estimates read the codes."""
    assert _query(made, f"SELECT enum_range(NULL::{name})") == [(list(words),)]


def test_every_enum_is_checked(made: Path) -> None:
    types = _query(made, "SELECT upper(type_name) FROM duckdb_types() WHERE NOT internal")
    assert {name for (name,) in types} == ENUMS.keys()


def _table(name: str) -> list[dict[str, str]]:
    with parameter_path(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_labelled_columns_have_comments(made: Path) -> None:
    labels = {row["name"]: f"{row['zh']} · {row['en']}" for row in _table("labels")}
    columns = _query(
        made,
        "SELECT table_name, column_name, comment FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND NOT internal",
    )
    for table, column, comment in columns:
        own = labels.get(f"{table}.{column}", labels.get(column))
        assert comment == own, f"{table}.{column}"
    assert labels["runs.stands"] == "记录数 · records"


@pytest.mark.parametrize(
    "table",
    [
        "stands",
        "rejected_rows",
        "surveys",
        "loads",
        "load_files",
        "estimates",
        "runs",
        "plot_surveys",
        "plots",
        "trees",
        "strata",
    ],
)
def test_columns_that_people_query_are_labelled(made: Path, table: str) -> None:
    sql = f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{table}' AND comment IS "
    assert _query(made, f"{sql} NULL") == []
    assert _query(made, f"{sql} NOT NULL") != []


def test_regions(made: Path) -> None:
    """Hangzhou has 13 county-level units since 2021; six codes are no longer used."""
    regions = _query(made, "SELECT region_code, kind, successor_code, valid_to FROM regions")
    current = {code for code, kind, _, _ in regions if kind in CURRENT}
    assert len(current) == 13
    assert all(code.startswith("3301") for code in current)
    assert [code for code, kind, _, _ in regions if kind == "city"] == ["330100"]
    abolished = {code: heir for code, kind, heir, _ in regions if kind == "abolished"}
    assert abolished == ABOLISHED
    assert set(abolished.values()) <= current
    for _, kind, heir, until in regions:
        assert (kind == "abolished") == (heir is not None) == (until is not None)
    names = _query(made, "SELECT count(*) FROM regions WHERE name_zh = '' OR name_en = ''")
    assert names == [(0,)]


def test_decimals_hold_exact_sums(made: Path) -> None:
    """Areas, volumes and culms are decimals in every table."""
    exact = ("area_ha", "volume_m3", "culms", "land_area_ha", "value")
    columns = _query(
        made,
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        f"WHERE schema_name = 'main' AND column_name IN {exact} "
        # coefficients, what files held, and statistics of samples
        "AND table_name NOT IN ('rejected_rows', 'warned_rows', 'run_parameters', "
        "'forecast_parameters', 'stock_components')",
    )
    assert len(columns) >= 6
    assert all(data_type.startswith("DECIMAL") for _, _, data_type in columns), columns


def test_sql_files_pass_the_linter() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "--disable-progress-bar", str(sql_dir())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All Finished" in done.stdout
