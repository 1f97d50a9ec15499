"""Views of the schema `bureau`: rows and columns of their tables, words, and what is current."""

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from made_wetlands import core, wetland, write_wetlands
from query_city import RUNS, QueryCity
from simulated_city import city_database

from sinkcalc.cli.main import cli
from sinkcalc.store.connection import reading, writing
from sinkcalc.store.published import published_views
from sinkcalc.store.results import list_runs
from sinkcalc.store.views import SCHEMA, refresh_views, view_files, view_titles
from sinkcalc.vocabulary import METHODS

Rows = list[tuple[Any, ...]]

# view -> tables whose rows it shows, one for one
ROWS = {
    "results": ["results"],
    "runs": ["runs"],
    "regions": ["regions"],
    "surveys": ["surveys", "plot_surveys", "wetland_surveys"],
    "loads": ["loads"],
    "load_files": ["load_files"],
    "stands": ["stands"],
    "plots": ["plots"],
    "trees": ["trees"],
    "wetlands": ["wetlands"],
    "cores": ["cores"],
    "protected_areas": ["protected_areas"],
    "farmland": ["farmland"],
    "estimates": ["estimates"],
    "change": ["changes"],
    "change_effects": ["change_effects"],
    "stock_components": ["stock_components"],
    "land_transitions": ["land_transitions"],
    "change_causes": ["stock_components", "land_transitions", "land_transitions"],
    "forecast": ["forecasts"],
    "target": ["targets"],
    "target_shares": ["target_shares"],
    "provincial_inventory": ["provincial_inventory"],
    "stands_and_plots": ["stands_and_plots"],
    "wetland_protection": ["wetland_protection"],
    "wetland_conversions": ["wetland_conversions"],
    "wetland_fluxes": ["run_wetland_fluxes"],
    "core_stocks": ["run_core_stocks"],
    "projects": ["ccer_projects"],
    "project_parcels": ["ccer_parcels"],
    "project_removals": ["ccer_removals"],
    "project_ledger": ["ccer_ledger"],
    "parameters": ["run_parameters"],
    "error_budgets": ["estimate_budgets"],
    "flags": ["estimate_flags", "wetland_flags", "farmland_flags"],
    "rejected_rows": ["rejected_rows"],
}
# twice the words of the longest enum, and some
ROWS_MADE = 60
# one row a group of rows, or some rows of another view
SUMMARIES = {"data_quality", "latest_estimates"}
# what a table holds and its view leaves out: geometry, whole files, what `is_current` is made of
LEFT_OUT = {
    "project_parcels": {"geometry_wkb"},
    "projects": {"project_text"},
    "results": {"loads", "standing"},
}
# titles of rows in two languages, which are no words of a code
IN_TWO_LANGUAGES = {("regions", "name"), ("rejected_rows", "reason"), ("rejected_rows", "remedy")}
PLAIN = re.compile(r"VARCHAR|BOOLEAN|INTEGER|BIGINT|DOUBLE|DATE|TIMESTAMP|DECIMAL\(\d+,\d+\)")


def _columns(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, str]:
    rows = con.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, table],
    ).fetchall()
    return dict(rows)


def _made_value(kind: str, number: int) -> object:
    """Return a value of a type; texts, words and whole numbers differ from row to row."""
    if kind.startswith("ENUM"):
        words = re.findall(r"'([^']*)'", kind)
        return words[number % len(words)]
    fixed = {"BOOLEAN": True, "DATE": "2024-01-01", "TIMESTAMP": "2024-01-01", "BLOB": b"0"}
    if kind == "VARCHAR":
        return f"made-{number}"
    return fixed.get(kind, number + 1 if kind in ("INTEGER", "BIGINT") else 1)


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: int) -> None:
    """Insert rows of unknown regions, runs and codes; every second with nothing that may miss."""
    about = con.execute(
        "SELECT data_type, is_nullable FROM duckdb_columns() "
        "WHERE schema_name = 'main' AND table_name = ? ORDER BY column_index",
        [table],
    ).fetchall()
    marks = ", ".join("?" for _ in about)
    made = [
        [
            None if nullable and number % 2 else _made_value(kind, number // (1 + nullable))
            for kind, nullable in about
        ]
        for number in range(rows)
    ]
    con.executemany(f"INSERT INTO {table} VALUES ({marks})", made)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table behind a view with made rows."""
    with writing(tmp_path_factory.mktemp("filled") / "made.duckdb") as con:
        for table in sorted({name for tables in ROWS.values() for name in tables}):
            _fill(con, table, ROWS_MADE)
        yield con


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def test_every_view_is_checked(filled: duckdb.DuckDBPyConnection) -> None:
    made = filled.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'bureau'")
    assert {name for (name,) in made.fetchall()} == {*ROWS, *SUMMARIES}
    assert {path.stem.partition("_")[2] for path in view_files()} == {*ROWS, *SUMMARIES}


@pytest.mark.parametrize(("view", "tables"), ROWS.items())
def test_no_row_is_lost_or_doubled(
    filled: duckdb.DuckDBPyConnection, view: str, tables: list[str]
) -> None:
    """Unknown regions and codes, runs and loads that are gone, and everything null that may be.

    `change_causes` has a second row for a transition only where its growing stock is known: in
    every second row.
    """
    expected = sum(_count(filled, f"main.{table}") for table in tables)
    if view == "change_causes":
        expected -= ROWS_MADE // 2
    assert _count(filled, f"bureau.{view}") == expected > 0


@pytest.mark.parametrize("view", [name for name, tables in ROWS.items() if len(tables) == 1])
def test_a_view_has_every_column_of_its_table(filled: duckdb.DuckDBPyConnection, view: str) -> None:
    (table,) = ROWS[view]
    missing = _columns(filled, "main", table).keys() - _columns(filled, SCHEMA, view).keys()
    assert missing == LEFT_OUT.get(view, set())


def test_latest_estimates_have_the_columns_of_estimates(filled: duckdb.DuckDBPyConnection) -> None:
    whole = _columns(filled, SCHEMA, "estimates")
    assert list(_columns(filled, SCHEMA, "latest_estimates")) == [
        name for name in whole if name not in ("is_current", "is_latest")
    ]


def test_types_are_plain(filled: duckdb.DuckDBPyConnection) -> None:
    """No enums, blobs or lists: what any database and file takes."""
    for view in (*ROWS, *SUMMARIES):
        for column, kind in _columns(filled, SCHEMA, view).items():
            assert PLAIN.fullmatch(kind), (view, column, kind)


def test_every_view_and_column_speaks_both_languages(filled: duckdb.DuckDBPyConnection) -> None:
    for view in published_views(filled):
        assert re.search("[\u4e00-\u9fff]", view.zh), view.name
        assert view.en.isascii(), view.name
        assert "row" in view.en
        assert "每行" in view.zh
    silent = filled.execute(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE schema_name = 'bureau' AND (comment IS NULL OR comment NOT LIKE '% · %')"
    ).fetchall()
    assert silent == []


def test_columns_mean_what_they_mean_in_their_table(filled: duckdb.DuckDBPyConnection) -> None:
    """`kind` of the book of units is no kind of run: labels of a table hold in its view."""
    sql = (
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'bureau' "
        "AND table_name = ? AND column_name = ?"
    )
    book = filled.execute(sql, ["project_ledger", "kind"]).fetchone()
    runs = filled.execute(sql, ["runs", "kind_zh"]).fetchone()
    assert book == ("记录类型 · kind of entry",)
    assert runs == ("类型(中文) · kind (Chinese)",)


def test_titles_of_a_view_go_over_lines() -> None:
    text = (
        "-- zh: 一行;\n-- 又一行\n-- en: one row,\n-- and more\nCREATE VIEW bureau.a AS SELECT 1;"
    )
    assert view_titles(text) == ("一行;又一行", "one row, and more")


def _codes(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Give view and column of every code that has a Chinese word beside it."""
    for view in (*ROWS, *SUMMARIES):
        columns = _columns(con, SCHEMA, view)
        for column in columns:
            code = column.removesuffix("_zh")
            if code != column and (view, code) not in IN_TWO_LANGUAGES:
                assert code in columns, (view, column)
                yield view, code


def _without_word(con: duckdb.DuckDBPyConnection, view: str, code: str) -> Rows:
    return con.execute(
        f"SELECT DISTINCT {code} FROM bureau.{view} WHERE {code} IS NOT NULL AND {code}_zh IS NULL"
    ).fetchall()


def test_every_word_of_an_enum_is_shown_in_chinese(filled: duckdb.DuckDBPyConnection) -> None:
    seen = 0
    for view, code in _codes(filled):
        tables = [_columns(filled, "main", table) for table in ROWS.get(view, [])]
        if any(kinds.get(code, "").startswith("ENUM") for kinds in tables):
            shown = filled.execute(f"SELECT count(DISTINCT {code}) FROM bureau.{view}").fetchone()
            kind = next(kinds[code] for kinds in tables if code in kinds)
            assert shown == (len(re.findall(r"'[^']*'", kind)),), (view, code)
            assert _without_word(filled, view, code) == [], (view, code)
            seen += 1
    assert seen > 20


def test_every_enum_has_a_word_beside_it(filled: duckdb.DuckDBPyConnection) -> None:
    for view, tables in ROWS.items():
        if len(tables) == 1:
            shown = _columns(filled, SCHEMA, view)
            for column, kind in _columns(filled, "main", tables[0]).items():
                assert not kind.startswith("ENUM") or f"{column}_zh" in shown, (view, column)


def test_words_are_those_of_the_program(filled: duckdb.DuckDBPyConnection) -> None:
    """Total carbon of a core is no sum of pools, and planted marsh no plantation."""
    sql = "SELECT DISTINCT {0}_zh FROM bureau.{1} WHERE {0} = '{2}'"
    for column, view, code, word in (
        ("species", "stands", "masson_pine", "马尾松林"),
        ("carbon_kind", "cores", "total", "总碳"),
        ("event", "wetlands", "planted", "种植"),
        ("origin", "stands", "planted", "人工"),
        ("tillage", "farmland", "full", "全面翻耕"),
    ):
        assert filled.execute(sql.format(column, view, code)).fetchall() == [(word,)]
    assert filled.execute("SELECT bureau.zh('cbef-zhejiang') LIKE '浙江%'").fetchone() == (True,)
    assert filled.execute("SELECT bureau.en('check.canopy_range')").fetchone() == (
        "canopy cover must lie in 0-1",
    )


def test_views_are_made_anew_only_where_something_changed(tmp_path: Path) -> None:
    with writing(tmp_path / "made.duckdb") as con:
        assert not refresh_views(con)
        con.execute("UPDATE view_state SET sha256 = 'other'")
        con.execute("DROP VIEW bureau.latest_estimates")
        assert refresh_views(con)
        assert _count(con, "bureau.latest_estimates") == 0
        assert refresh_views(con, anew=True)


# runs that stand in a database as commands leave them


def _load(con: duckdb.DuckDBPyConnection, load: str, survey: int, table: str, day: str) -> None:
    con.execute("DELETE FROM loads WHERE survey = ? AND table_name = ?", [survey, table])
    con.execute(
        "INSERT INTO loads VALUES (?, ?, ?, 'made', '', '0', ?, NULL)", [load, survey, table, day]
    )


def _run(con: duckdb.DuckDBPyConnection, run_id: str, **other: object) -> None:
    row = {
        "run_id": run_id,
        "kind": "forest",
        "survey": 2020,
        "load_id": "stands-a",
        "method": "cbef-zhejiang",
        "carbon_fraction_set": "fang",
        "soil_depth_cm": 100,
        "by_keys": "",
        "program_version": "0",
        "stands": 1,
        "run_at": "2024-02-01",
        **other,
    }
    marks = ", ".join("?" for _ in row)
    con.execute(f"INSERT INTO runs ({', '.join(row)}) VALUES ({marks})", list(row.values()))


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database with one load of stands."""
    with writing(tmp_path / "made.duckdb") as made:
        _load(made, "stands-a", 2020, "stands", "2024-01-01")
        yield made


def _standing(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[bool, bool]]:
    """Return run -> (is_current, is_latest), which the list of runs and the estimates share."""
    rows = con.execute("SELECT run_id, is_current, is_latest FROM bureau.runs").fetchall()
    current = list_runs(con).select("run_id", "current").rows()
    assert sorted(current) == sorted((run, is_current) for run, is_current, _ in rows)
    return {run: (is_current, is_latest) for run, is_current, is_latest in rows}


def test_the_last_run_is_the_latest(con: duckdb.DuckDBPyConnection) -> None:
    _run(con, "a")
    _run(con, "b", run_at="2024-02-02")
    _run(con, "c", by_keys="region")
    _run(con, "d", method="fang-2001")
    latest = (True, True)
    assert _standing(con) == {"a": (True, False), "b": latest, "c": latest, "d": latest}


def test_of_runs_of_one_second_one_is_the_latest(con: duckdb.DuckDBPyConnection) -> None:
    for run_id in ("b", "a", "c"):
        _run(con, run_id)
    expected = {"a": (True, True), "b": (True, False), "c": (True, False)}
    assert _standing(con) == expected
    con.execute("UPDATE runs SET stands = 2 WHERE run_id = 'a'")
    assert _standing(con) == expected


def test_runs_of_replaced_stands_are_not_current(con: duckdb.DuckDBPyConnection) -> None:
    """Neither is the last of them the latest; a run on the new stands is both."""
    _run(con, "a")
    _load(con, "stands-b", 2020, "stands", "2024-03-01")
    assert _standing(con) == {"a": (False, False)}
    _run(con, "b", load_id="stands-b", run_at="2024-01-15")
    assert _standing(con) == {"a": (False, False), "b": (True, True)}


def test_a_run_rests_on_every_table_that_it_read(con: duckdb.DuckDBPyConnection) -> None:
    _load(con, "wetlands-a", 2020, "wetlands", "2024-01-01")
    _load(con, "cores-a", 2020, "cores", "2024-01-01")
    _run(con, "a", kind="wetland", load_id="wetlands-a")
    con.execute("INSERT INTO run_loads VALUES ('a', 'cores', 'cores-a')")
    assert _standing(con) == {"a": (True, True)}
    _load(con, "cores-b", 2020, "cores", "2024-03-01")
    assert _standing(con) == {"a": (False, False)}


def test_a_run_rests_on_the_survey_that_chose_its_classes(con: duckdb.DuckDBPyConnection) -> None:
    _load(con, "stands-2015", 2015, "stands", "2024-01-01")
    _run(con, "a", class_survey=2015)
    assert _standing(con) == {"a": (True, True)}
    _load(con, "stands-2015-b", 2015, "stands", "2024-03-01")
    assert _standing(con) == {"a": (False, False)}


def test_a_run_rests_on_the_plots_of_its_control_totals(con: duckdb.DuckDBPyConnection) -> None:
    _load(con, "plots-a", 2020, "plots", "2024-01-01")
    _fill(con, "control_calibrations", 1)
    con.execute("UPDATE control_calibrations SET calibration_id = 'k', plots_load_id = 'plots-a'")
    _run(con, "a", controls_id="k")
    assert _standing(con) == {"a": (True, True)}
    _load(con, "plots-b", 2020, "plots", "2024-03-01")
    assert _standing(con) == {"a": (False, False)}


def test_a_run_to_a_lesser_depth_does_not_take_the_place(con: duckdb.DuckDBPyConnection) -> None:
    """Soil of all lands makes a run of wetlands to 30 cm that nobody asked for."""
    _run(con, "a")
    _run(con, "b", soil_depth_cm=30, run_at="2024-02-02")
    assert _standing(con) == {"a": (True, True), "b": (True, False)}


def test_budgets_tell_gases_classes_and_categories_apart(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Two gases of one class have a row each: without the gas nobody could tell which is which."""
    for gas, se in (("CH4", 1), ("N2O", 2)):
        con.execute(
            "INSERT INTO estimate_budgets (run_id, quantity, wetland_class, land, gas, source, se, "
            "variance_fraction) VALUES ('a', 'emission', 'marsh', 'wetland', ?, 'model', ?, 1)",
            [gas, se],
        )
    con.execute(
        "INSERT INTO estimate_budgets (run_id, quantity, forest_category, source, se, "
        "variance_fraction) VALUES ('a', 'area', 'public_benefit', 'model', 3, 1)"
    )
    found = con.execute(
        "SELECT gas, wetland_class, land, forest_category, se FROM bureau.error_budgets ORDER BY se"
    ).fetchall()
    assert found == [
        ("CH4", "marsh", "wetland", None, 1),
        ("N2O", "marsh", "wetland", None, 2),
        (None, None, None, "public_benefit", 3),
    ]


def test_forecasts_stand_as_long_as_their_run(con: duckdb.DuckDBPyConnection) -> None:
    _run(con, "a")
    _fill(con, "forecasts", 1)
    _fill(con, "forecast_runs", 1)
    con.execute("UPDATE forecast_runs SET run_id = 'a', load_id = 'stands-a'")
    sql = "SELECT is_current, is_latest, run_id FROM bureau.forecast"
    assert con.execute(sql).fetchall() == [(True, True, "a")]
    _load(con, "stands-b", 2020, "stands", "2024-03-01")
    assert con.execute(sql).fetchall() == [(False, False, "a")]


def test_wetlands_run_again_after_new_cores(tmp_path: Path) -> None:
    """By the commands: what was estimated from replaced cores is neither current nor latest."""
    db = tmp_path / "wetlands.duckdb"
    lakes = [wetland("1", "330109", "marsh", "100"), wetland("2", "330112", "marsh", "50")]

    def estimate() -> list[tuple[Any, ...]]:
        words = ("--db", db, "estimate", "--kind", "wetland", "--survey", 2020, "--json")
        cli.main([*map(str, words), "-o", str(tmp_path / "out.json")], standalone_mode=False)
        with reading(db) as con:
            return con.execute(
                "SELECT run_id, is_current, is_latest FROM bureau.runs ORDER BY run_id"
            ).fetchall()

    write_wetlands(db, 2020, lakes, core("k", 80.0, wetland_id="1"))
    ((first, *standing),) = estimate()
    assert standing == [True, True]
    write_wetlands(db, 2020, lakes, core("k", 90.0, wetland_id="1"), name="b")
    after = {run: (current, latest) for run, current, latest in estimate()}
    assert after.pop(first) == (False, False)
    assert list(after.values()) == [(True, True)]


# the simulated city, loaded and estimated by the commands

# a run of each method prints its own rows; side by side they stand in columns
RUNS_OF_ROWS = (
    *(words for words in RUNS if "all" not in words),
    *(("estimate", "--survey", 2023, "--method", method) for method in METHODS),
    ("estimate", "--kind", "wetland", "--survey", 2023),
    ("estimate", "--kind", "wetland", "--survey", 2023, "--by", "region"),
    ("estimate", "--kind", "wetland", "--survey", 2023, "--by", "region,wetland_class"),
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> QueryCity:
    """Make a city with wetlands and cores of 2023, and runs of every kind."""
    made = city_database(tmp_path_factory)
    db = tmp_path_factory.mktemp("city_of_views") / "sinkcalc.duckdb"
    shutil.copy(made.db, db)
    wet = made.city.wetlands
    for table, files in (("wetlands", wet.wetland_files), ("cores", wet.core_files)):
        words = ("--db", db, "load", table, files[2023], "--survey", 2023)
        cli.main(list(map(str, words)), standalone_mode=False)
    found = QueryCity(made, db)
    for run in RUNS_OF_ROWS:
        found.command(*run)
    return found


KEYS = (
    *("region_code", "vegetation_class", "species_group", "origin", "age_group", "wetland_class"),
    *("quantity", "pool", "gas", "unit", "depth_cm"),
)


def test_estimates_are_what_the_commands_print(city: QueryCity) -> None:
    """Every row of every run, value, error and interval, to the last digit."""
    printed = {
        (row["run_id"], *(row.get(key) for key in KEYS)): row
        for rows in city.rows.values()
        for row in rows
    }
    with reading(city.db) as con:
        stored = con.execute("SELECT * FROM bureau.estimates").pl().to_dicts()
        runs = _count(con, "main.runs")
    assert len({row["run_id"] for row in stored}) == runs == len({key[0] for key in printed})
    assert len(stored) == len(printed)
    for row in stored:
        shown = printed[(row["run_id"], *(row[key] for key in KEYS))]
        assert Decimal(str(shown["value"])) == row["value"]
        for name in ("se", "ci_low", "ci_high"):
            assert shown[name] == row[name], (name, row)
        for name in ("method", "definition", "simulated", "se_reason"):
            assert shown[name] == row[name]


def test_every_run_of_the_city_is_the_latest_of_its_question(city: QueryCity) -> None:
    with reading(city.db) as con:
        standing = con.execute("SELECT DISTINCT is_current FROM bureau.runs").fetchall()
        questions = con.execute(
            "SELECT count(DISTINCT (kind, survey, method, by_keys)), "
            "count(*) FILTER (is_latest) FROM bureau.runs"
        ).fetchone()
        assert _count(con, "bureau.latest_estimates") > 0
    assert standing == [(True,)]
    assert questions is not None
    assert questions[0] == questions[1]


def test_codes_of_the_city_have_words(city: QueryCity) -> None:
    with reading(city.db) as con:
        without = {
            (view, code): rows
            for view, code in _codes(con)
            if (rows := _without_word(con, view, code))
        }
    assert without == {}


def test_quality_adds_up_to_the_files(city: QueryCity) -> None:
    with reading(city.db) as con:
        wrong = con.execute(
            """
            WITH files AS (
                SELECT load_id, sum(rows_accepted) AS accepted, sum(rows_rejected) AS rejected,
                    sum(rows_in) AS rows_in
                FROM main.load_files GROUP BY load_id
            ),
            found AS (
                SELECT load_id, sum(row_count) FILTER (outcome = 'accepted') AS accepted,
                    coalesce(sum(findings) FILTER (outcome = 'rejected'), 0) AS rejected,
                    coalesce(sum(findings) FILTER (outcome = 'warned'), 0) AS warned
                FROM bureau.data_quality GROUP BY load_id
            ),
            raw AS (
                SELECT load_id,
                    (SELECT count(*) FROM main.rejected_rows AS r WHERE r.load_id = l.load_id)
                        AS reasons,
                    (SELECT count(DISTINCT (source_file, source_row)) FROM main.rejected_rows AS r
                        WHERE r.load_id = l.load_id) AS rejected,
                    (SELECT count(*) FROM main.warned_rows AS w WHERE w.load_id = l.load_id)
                        AS warned
                FROM main.loads AS l
            )
            SELECT * FROM files FULL JOIN found USING (load_id) FULL JOIN raw USING (load_id)
            JOIN bureau.loads USING (load_id)
            WHERE files.accepted IS DISTINCT FROM found.accepted
                OR files.rejected IS DISTINCT FROM raw.rejected
                OR raw.reasons IS DISTINCT FROM found.rejected
                OR raw.warned IS DISTINCT FROM found.warned
                OR loads.rows_in IS DISTINCT FROM files.rows_in
                OR loads.rows_accepted IS DISTINCT FROM files.accepted
                OR loads.rows_rejected IS DISTINCT FROM files.rejected
                OR loads.rows_in != loads.rows_accepted + loads.rows_rejected
            """
        ).fetchall()
        some = con.execute("SELECT sum(rows_rejected), sum(rows_warned) FROM bureau.loads")
        rejected, warned = some.fetchall()[0]
    assert wrong == []
    assert rejected > 0
    assert warned > 0
