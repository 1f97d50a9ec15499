"""Publishing to a folder: what lies there, that it is the database, and what is kept."""

import csv
import hashlib
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from command_line import Outcome, execute, run, succeed
from filled_database import keep_little
from frictionless import Package
from polars.testing import assert_frame_equal

from sinkcalc.store.published import ordered_columns, published_views


def publish(db: Path, to: Path, *words: object) -> Outcome:
    return succeed("--db", db, "--lang", "en", "publish", "--to", to, "--json", *words)


def states(to: Path) -> list[str]:
    index = json.loads((to / "index.json").read_text(encoding="utf-8"))
    assert index["current"] == index["states"][-1]["state"]
    assert sorted(one["state"] for one in index["states"]) == sorted(
        path.name for path in (to / "states").iterdir()
    )
    return [one["state"] for one in index["states"]]


def files(place: Path) -> dict[str, bytes]:
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def place(inventory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the inventory; not to be changed."""
    to = tmp_path_factory.mktemp("published") / "out"
    (row,) = publish(inventory, to).rows
    assert Path(row["path"]).parent.parent == to
    return Path(row["path"])


def test_the_layout(place: Path, inventory: Path) -> None:
    with duckdb.connect(str(inventory), read_only=True) as con:
        names = [view.name for view in published_views(con)]
    expected = {"sinkcalc.duckdb", "datapackage.json", "README.txt", "SHA256SUMS"}
    expected |= {f"{kind}/{name}.{kind}" for name in names for kind in ("csv", "parquet")}
    assert set(files(place)) == expected
    assert {"stands", "estimates", "latest_estimates"} <= set(names)
    for path in expected:
        # nobody writes to a published file by accident
        assert (place / path).stat().st_mode & 0o222 == 0
    readme = (place / "README.txt").read_text(encoding="utf-8")
    assert place.name in readme
    assert "sinkcalc restore" in readme
    assert "台账" in readme


def test_every_hash_holds(place: Path) -> None:
    found = files(place)
    listed = [line.split("  ") for line in found["SHA256SUMS"].decode().splitlines()]
    assert {name for _, name in listed} == found.keys() - {"SHA256SUMS"}
    for digest, name in listed:
        assert hashlib.sha256(found[name]).hexdigest() == digest


def test_the_package_is_valid_by_another_program(place: Path) -> None:
    """The library frictionless reads types, keys, sizes, hashes and numbers of rows."""
    package = Package(str(place / "datapackage.json"))
    report = package.validate()
    assert report.valid, report.flatten(["type", "message"])
    tables = [one for one in package.resources if one.path.endswith(".csv")]
    assert {one.name: one.schema.primary_key for one in tables}["stands"] == ["survey", "stand_id"]
    stands = next(one for one in tables if one.name == "stands")
    units = {field.name: field.custom.get("unit") for field in stands.schema.fields}
    assert (units["area_ha"], units["volume_m3_per_ha"], units["survey"]) == ("ha", "m3/ha", None)
    estimates = next(one for one in tables if one.name == "estimates")
    units = {field.name: field.custom.get("unit") for field in estimates.schema.fields}
    assert (units["value"], units["se"], units["share_imputed"]) == ("{unit}", "{unit}", "1")


def _text(value: Any, kind: str) -> str:
    """Return a value of the database as the CSV writes it; floats by Python's shortest text."""
    if value is None:
        return ""
    if kind == "BOOLEAN":
        return str(value).lower()
    if kind == "TIMESTAMP":
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def test_csv_parquet_and_view_are_the_same(place: Path) -> None:
    """Decimals are compared as texts and floats as the numbers that their texts are read as."""
    seen = 0
    with duckdb.connect(str(place / "sinkcalc.duckdb"), read_only=True) as con:
        for view in published_views(con):
            order = ", ".join(f'"{name}" NULLS LAST' for name in ordered_columns(view))
            sql = f"FROM bureau.{view.name} ORDER BY {order}"
            rows = con.execute(sql).fetchall()
            file = place / "parquet" / f"{view.name}.parquet"
            # the parquet reader of Polars is none of DuckDB's
            assert_frame_equal(pl.read_parquet(file), con.execute(sql).pl(), check_exact=True)
            assert con.execute(f"FROM read_parquet('{file}')").fetchall() == rows
            with (place / "csv" / f"{view.name}.csv").open(encoding="utf-8-sig") as text:
                header, *lines = list(csv.reader(text))
            assert header == [column.name for column in view.columns]
            assert len(lines) == len(rows)
            seen += len(rows)
            for line, row in zip(lines, rows, strict=True):
                for cell, value, column in zip(line, row, view.columns, strict=True):
                    if isinstance(value, float):
                        assert float(cell) == value
                    else:
                        assert cell == _text(value, column.kind)
    assert seen > 2000


def test_excel_is_told_that_the_csv_is_utf_8(place: Path) -> None:
    payload = (place / "csv" / "stands.csv").read_bytes()
    assert payload.startswith(b"\xef\xbb\xbfsurvey,stand_id,")
    assert b"\r\n" not in payload
    assert pl.read_csv(place / "csv" / "stands.csv", n_rows=1).columns[0] == "survey"
    with duckdb.connect() as con:
        found = con.execute(f"FROM read_csv('{place / 'csv' / 'stands.csv'}') LIMIT 1")
        assert found.description[0][0] == "survey"


def test_the_frozen_file_has_everything(place: Path, inventory: Path) -> None:
    texts = []
    for path in (inventory, place / "sinkcalc.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY ALL"
            ).fetchall()
            texts.append(
                {
                    name: con.execute(f"FROM main.{name} ORDER BY ALL").fetchall()
                    for (name,) in tables
                }
                | {
                    sql: con.execute(sql).fetchall()
                    for sql in (
                        "SELECT schema_name, table_name, column_name, data_type, comment, "
                        "is_nullable FROM duckdb_columns() WHERE NOT internal ORDER BY ALL",
                        "SELECT schema_name, view_name, sql, comment FROM duckdb_views() "
                        "WHERE NOT internal ORDER BY ALL",
                        "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
                        "SELECT bureau.mu(2), bureau.zh('oak'), bureau.default_method()",
                    )
                }
            )
    assert texts[0] == texts[1]


def test_the_same_rows_are_published_once(place: Path, inventory: Path) -> None:
    to = place.parent.parent
    before = files(to)
    done = publish(inventory, to)
    assert f"nothing has changed: state {place.name} is published" in done.talk
    after = files(to)
    assert {name for name in before if before[name] != after.get(name)} <= {
        ".sinkcalc-publish.lock"
    }
    assert before.keys() == after.keys()


def test_a_copy_of_the_database_gives_the_same_bytes(
    place: Path, inventory: Path, tmp_path: Path
) -> None:
    """All but the DuckDB file, which begins with a number drawn at random, and its hash."""
    copy = Path(shutil.copy(inventory, tmp_path / "copy.duckdb"))
    (row,) = publish(copy, tmp_path / "out").rows
    one, two = files(place), files(Path(row["path"]))
    assert one.keys() == two.keys()
    differing = {name for name in one if one[name] != two[name]}
    assert differing <= {"sinkcalc.duckdb", "SHA256SUMS"}
    sums = [text["SHA256SUMS"].decode().splitlines() for text in (one, two)]
    assert [line for line in sums[0] if line not in sums[1]] == [
        line for line in sums[0] if line.endswith("sinkcalc.duckdb")
    ]


def test_old_states_are_kept_by_a_rule(db: Path, tmp_path: Path) -> None:
    """Seven states, the second marked, three kept: the second and the last three."""
    # nine publications, of a few views
    keep_little(db, "stands", "regions")
    to, made = tmp_path / "out", []
    for number in range(7):
        execute(db, f"UPDATE main.surveys SET definition = 'definition {number}'")
        done = publish(db, to, "--keep", 3, *(["--pin"] if number == 1 else []))
        made.append(done.rows[-1]["state"])
        assert done.rows[-1]["current_state"]
    assert states(to) == [made[1], *made[4:]]
    assert f"removed old state {made[3]} (the last 3 are kept" in done.talk
    # without the mark it is one of the oldest; the current one is never removed
    done = publish(db, to, "--keep", 1, "--unpin", made[1])
    assert states(to) == [made[6]]
    # an old state that comes back is the current one
    execute(db, "UPDATE main.surveys SET definition = 'definition 5'")
    publish(db, to)
    assert states(to) == [made[6], made[5]]
    refused = run("--db", db, "--lang", "en", "publish", "--to", to, "--pin", "nix")
    assert refused.code == 2
    assert "there is no state nix" in refused.talk
    assert states(to) == [made[6], made[5]]


def test_a_damaged_state_is_published_anew(db: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    (row,) = publish(db, to).rows
    broken = Path(row["path"]) / "csv" / "stands.csv"
    whole = broken.read_bytes()
    broken.chmod(0o644)
    broken.write_bytes(whole[:-1])
    done = publish(db, to)
    assert "files of state" in done.talk
    assert broken.read_bytes() == whole
    assert states(to) == [row["state"]]


def test_views_only(db: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    done = publish(db, to, "--views-only")
    place = Path(done.rows[0]["path"])
    assert "sinkcalc.duckdb" not in files(place)
    assert "ledger" not in done.talk
    with duckdb.connect(str(place / "views.duckdb"), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        # every table is a view, or the words that the macros speak with
        assert {name for schema, name in tables if schema == "main"} == {"words", "sources"}
        assert con.execute("SELECT bureau.zh('oak'), count(*) FROM bureau.stands").fetchone() == (
            "栎类林",
            2000,
        )
        comment = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE table_name = 'stands' "
            "AND column_name = 'survey'"
        ).fetchone()
        assert comment == ("调查年度 · survey year",)
    # a folder for other eyes takes no whole copy
    refused = run("--db", db, "--lang", "en", "publish", "--to", to)
    assert refused.code == 2
    assert "are of views alone and this one is a whole copy" in refused.talk


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--to", "s3://bucket"), 2, "cannot publish to 's3://bucket'"),
        (("--to", "file.txt"), 2, "file.txt is a file and no folder"),
        (("--to", "foreign"), 2, "holds other files, as mine.txt"),
        (("--to", "file.txt/below"), 2, "cannot"),
    ],
)
def test_what_cannot_be_published_to(
    db: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "mine.txt").write_text("mine", encoding="utf-8")
    done = run("--db", db, "--lang", "en", "publish", *words)
    assert (done.code, said in done.talk) == (code, True), done.talk
    assert (tmp_path / "file.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in (tmp_path / "foreign").iterdir()] == ["mine.txt"]


def test_no_database_and_an_index_of_another_program(tmp_path: Path, db: Path) -> None:
    done = run("--db", tmp_path / "none.duckdb", "publish", "--to", tmp_path / "out")
    assert done.code == 3
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.json").write_text("{}", encoding="utf-8")
    done = run("--db", db, "--lang", "en", "publish", "--to", tmp_path / "out")
    assert done.code == 2
    assert "is no list of published states" in done.talk
