"""Exit codes of the contract, and errors that a person can act on in both languages."""

import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from command_line import content, execute, held, release, run, run_program, succeed
from deliveries import clean, good_row

from sinkcalc.pipeline import estimate as estimation
from sinkcalc.store import loads as store_loads

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# the Chinese units stand in English texts that explain them
UNITS = re.compile("[万亩]")
LANGUAGES = ("zh", "en")

Arguments = Sequence[object]


def _words(arguments: Arguments) -> str:
    return " ".join(map(str, arguments))


def _fails(db: Path, code: int, *arguments: object) -> dict[str, str]:
    """Run a command in both languages; return what it says."""
    said = {}
    for lang in LANGUAGES:
        outcome = run("--db", db, "--lang", lang, *arguments)
        assert outcome.code == code, outcome.talk
        assert outcome.data == b""
        assert "Traceback" not in outcome.talk
        said[lang] = outcome.talk
    assert CHINESE.search(said["zh"])
    assert not CHINESE.search(UNITS.sub("", said["en"]))
    return said


@pytest.fixture
def stands(tmp_path: Path) -> Path:
    path = tmp_path / "stands.csv"
    path.write_bytes(clean([good_row(number) for number in range(8)]))
    return path


# exit 1: the job failed


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", "--survey", 1999),
        ("change", "--from", 1999, "--to", 2020),
        ("change", "--from", 2020, "--to", 2021),
    ],
)
def test_a_survey_that_is_not_loaded(inventory: Path, arguments: Arguments) -> None:
    for said in _fails(inventory, 1, *arguments).values():
        assert "2020, 2023" in said
        assert "sinkcalc load stands" in said


def test_surveys_of_different_definitions_are_not_subtracted(db: Path, stands: Path) -> None:
    succeed("--db", db, "load", "stands", stands, "--survey", 2015, "--definition", "nfi")
    for said in _fails(db, 1, "change", "--from", 2015, "--to", 2020).values():
        assert "nfi" in said
        assert "local" in said


def test_no_row_passes(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(clean([good_row(0) | {"XIAN": "110101"}]))
    arguments = ("load", "stands", path, "--survey", 2020)
    for said in _fails(tmp_path / "new.duckdb", 1, *arguments).values():
        assert "--rejects" in said


def test_an_error_of_the_program_itself(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("first line\nsecond line")

    monkeypatch.setattr(store_loads, "list_surveys", fail)
    outcome = run("--db", inventory, "surveys")
    assert outcome.code == 1
    assert "ZeroDivisionError: first line" in outcome.talk
    assert "second line" not in outcome.talk
    assert "Traceback" not in outcome.talk
    with pytest.raises(ZeroDivisionError):
        run("--db", inventory, "surveys", SINKCALC_DEBUG="1")


def test_a_survey_without_forest_has_no_stocks(tmp_path: Path) -> None:
    """Stands of other land only: an estimate without rows, or a refusal in words."""
    path, db = tmp_path / "bare.csv", tmp_path / "bare.duckdb"
    path.write_bytes(clean([good_row(3) | {"DI_LEI": "030402", "LIN_ZHONG": ""}]))
    succeed("--db", db, "load", "stands", path, "--survey", 2020)
    for arguments in (("--json",), ()):
        outcome = run("--db", db, "estimate", "--survey", 2020, *arguments)
        assert "internal error" not in outcome.talk


# exit 2: usage or configuration


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("estimate", "--survey", 2020, "--by", "regoin"), "regoin"),
        (("surveys", "-o", "result.doc"), "result.doc"),
        (("surveys", "-o", "result"), "result"),
        (("surveys", "-o", "absent/result.csv"), "absent"),
        (("change", "--from", 2023, "--to", 2020), "2023"),
        (("change", "--from", 2020, "--to", 2020), "2020"),
        (("target", "--targets", "absent.csv"), "absent.csv"),
        (("params", "list", "--table", "no_such"), "no_such"),
        (("params", "show", "no.such"), "no.such"),
        (("runs", "show", "0123456789ab"), "0123456789ab"),
        (("load", "stands", "absent.csv", "--survey", 2020), "absent.csv"),
    ],
)
def test_what_an_option_names_is_not_there(
    inventory: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Arguments,
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for said in _fails(inventory, 2, *arguments).values():
        assert named in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", ["result.doc", "absent/result.csv"])
def test_an_output_that_cannot_be_written_stops_the_estimate(
    db: Path, tmp_path: Path, output: str
) -> None:
    """Exit 2 says that the command was wrong, so it has done nothing."""
    before = content(db)
    arguments = ("estimate", "--survey", 2020, "--by", "region", "-o", tmp_path / output)
    _fails(db, 2, *arguments)
    assert content(db) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", "--survey", 2020, "--bogus"),
        ("estimate",),
        ("estimate", "--survey", "this year"),
        ("estimate", "--survey", 2020, "--method", "no-such"),
        ("estimate", "--survey", 2020, "--format", "docx"),
        ("load", "stands", "--survey", 2020),
        ("load", "stands", "x.csv", "--survey", 20),
        ("demo", "--stands", 3),
        ("--wait", "-1", "surveys"),
        ("bogus",),
        (),
    ],
    ids=_words,
)
def test_usage_errors(inventory: Path, arguments: Arguments) -> None:
    outcome = run("--db", inventory, *arguments)
    assert outcome.code == 2
    assert outcome.data == b""
    assert "Error: " in outcome.talk
    assert "Traceback" not in outcome.talk


@pytest.mark.parametrize("arguments", [("estimate", "--survey", 2020, "--bogus"), ("bogus",)])
def test_usage_errors_are_in_the_language_asked_for(inventory: Path, arguments: Arguments) -> None:
    for said in _fails(inventory, 2, *arguments).values():
        assert "bogus" in said


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no toml [", "own.toml"),
        ('[columns]\narea_haa = { header = "A" }', "area_ha"),
        ('[columns]\narea_ha = { header = "A", unit = "acre" }', "acre"),
        ('[columns]\narea_ha = { heading = "A", unit = "ha" }', "header"),
        ('[columns]\nspecies = { header = "S", code_set = "no_such" }', "no_such"),
        ('[columns]\narea_ha = { header = "A", unit = "ha" }', "vegetation_class"),
    ],
)
def test_a_bad_profile(tmp_path: Path, stands: Path, text: str, named: str) -> None:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    arguments = ("load", "stands", stands, "--survey", 2020, "--profile", tmp_path / "own.toml")
    for said in _fails(tmp_path / "new.duckdb", 2, *arguments).values():
        assert named in said
    assert not (tmp_path / "new.duckdb").exists()


def test_an_unknown_profile(tmp_path: Path, stands: Path) -> None:
    arguments = ("load", "stands", stands, "--survey", 2020, "--profile", "no_such")
    for said in _fails(tmp_path / "new.duckdb", 2, *arguments).values():
        assert "no_such" in said
        assert "lcxzgx" in said


@pytest.mark.parametrize("profile", [(), ("--profile", "lcxzgx")], ids=["found out", "named"])
def test_an_unknown_header(tmp_path: Path, profile: tuple[str, ...]) -> None:
    """The error names the column that is missing and, where a profile was named, its like."""
    path = tmp_path / "stands.csv"
    path.write_bytes(clean([good_row(0)]).replace(b",XBMJ,", b",XBMJ_M2,"))
    arguments = ("load", "stands", path, "--survey", 2020, *profile)
    for said in _fails(tmp_path / "new.duckdb", 2, *arguments).values():
        assert "XBMJ" in said
        assert "XBMJ_M2" in said
        assert path.name in said


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("stands.xlsx", b"PK\x03\x04"),
        ("stands.csv", b"PK\x03\x04 a workbook under another name"),
        ("stands.csv", "XIAN,XIANG\n".encode("utf-16")),
        ("stands.csv", b""),
        ("stands.parquet", b"no parquet"),
    ],
    ids=["workbook", "renamed workbook", "utf-16", "empty", "no parquet"],
)
def test_files_that_are_not_read(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    arguments = ("load", "stands", path, "--survey", 2020)
    for said in _fails(tmp_path / "new.duckdb", 2, *arguments).values():
        assert name in said


def test_an_unknown_encoding(tmp_path: Path, stands: Path) -> None:
    arguments = ("load", "stands", stands, "--survey", 2020, "--encoding", "latin-1")
    for said in _fails(tmp_path / "new.duckdb", 2, *arguments).values():
        assert "latin-1" in said
        assert "gb18030" in said


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("growing_stock,m3,2025,7790", "万m³"),
        ("growing_stock,ha,2025,77900000", "unit"),
        ("forest_cover,1,2025,66.85", "0"),
        ("no_such,m3,2025,1", "indicator"),
        ("growing_stock,m3,2025,", "target_value"),
    ],
)
def test_a_target_file_with_a_slip(inventory: Path, tmp_path: Path, row: str, named: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"indicator,unit,target_year,target_value\n{row}\n", encoding="utf-8")
    for said in _fails(inventory, 2, "target", "--targets", path).values():
        assert named in said
        assert "own.csv:2" in said


def test_a_target_file_of_another_encoding(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    text = "indicator,unit,target_year,target_value,note\ngrowing_stock,m3,2025,7790,目标\n"
    path.write_bytes(text.encode("gb18030"))
    said = _fails(inventory, 2, "target", "--targets", path)
    assert "save it as a CSV in UTF-8" in said["en"]
    assert "另存为 UTF-8" in said["zh"]
    for words in said.values():
        assert "codec" not in words
        assert "own.csv" in words


# exit 3: the database cannot be opened or has another schema version


READERS: list[Arguments] = [
    ("surveys",),
    ("estimate", "--survey", 2020),
    ("change", "--from", 2020, "--to", 2023),
    ("target",),
    ("runs", "list"),
    ("runs", "show", "0123456789ab"),
]


@pytest.mark.parametrize("arguments", READERS, ids=_words)
def test_there_is_no_database(tmp_path: Path, arguments: Arguments) -> None:
    db = tmp_path / "absent.duckdb"
    for said in _fails(db, 3, *arguments).values():
        assert "absent.duckdb" in said
        assert "sinkcalc init" in said
    assert not db.exists()


@pytest.mark.parametrize("name", ["notes.txt", "clock.duckdb"])
@pytest.mark.parametrize(
    ("command", "data"),
    [("init", b"no database\n" * 1_000), ("surveys", b"no database\n" * 1_000), ("surveys", b"")],
    ids=["init text", "surveys text", "surveys empty"],
)
def test_the_file_is_no_database(tmp_path: Path, command: str, name: str, data: bytes) -> None:
    """Whatever it is called, nobody holds it: waiting would not help."""
    path = tmp_path / name
    path.write_bytes(data)
    for said in _fails(path, 3, command).values():
        assert name in said
        assert "--wait" not in said
    assert path.read_bytes() == data


@pytest.mark.parametrize("arguments", [("init",), ("surveys",)], ids=["init", "surveys"])
def test_the_folder_of_the_database_is_a_file(tmp_path: Path, arguments: Arguments) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    _fails(tmp_path / "file" / "x.duckdb", 3, *arguments)


@pytest.fixture(scope="module")
def held_db(
    inventory: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, int]]:
    """Give a database that another process holds, and the number of that process."""
    db = Path(shutil.copy(inventory, tmp_path_factory.mktemp("held") / "sinkcalc.duckdb"))
    with held(db) as holder:
        yield db, holder.pid


@pytest.mark.parametrize(
    "arguments",
    [*READERS, ("init",), ("load", "stands", "stands.csv", "--survey", 2030)],
    ids=_words,
)
def test_another_process_holds_the_database(
    held_db: tuple[Path, int],
    stands: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: Arguments,
) -> None:
    monkeypatch.chdir(stands.parent)
    db, holder = held_db
    for said in _fails(db, 3, *arguments).values():
        assert str(holder) in said
        assert "--wait" in said


def test_waiting_for_another_process(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder ends while the command pauses for the first time."""
    with held(db) as holder:
        pauses = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            release(holder)

        monkeypatch.setattr(time, "sleep", pause)
        outcome = run("--db", db, "--wait", 600, "surveys", "--json")
    assert outcome.code == 0, outcome.talk
    assert len(outcome.rows) == 2
    assert len(pauses) == 1


@pytest.mark.parametrize("arguments", [*READERS[:2], ("init",)], ids=_words)
def test_the_schema_is_newer(db: Path, arguments: Arguments) -> None:
    execute(db, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', now()::TIMESTAMP)")
    for said in _fails(db, 3, *arguments).values():
        assert "9999" in said


@pytest.mark.parametrize("arguments", READERS[:2], ids=_words)
def test_the_schema_is_older(db: Path, arguments: Arguments) -> None:
    execute(db, "DELETE FROM schema_migrations")
    for said in _fails(db, 3, *arguments).values():
        assert "init" in said


@pytest.mark.parametrize("arguments", [("init",), ("surveys",)], ids=["init", "surveys"])
def test_a_migration_was_changed(db: Path, arguments: Arguments) -> None:
    execute(db, "UPDATE schema_migrations SET sha256 = 'other'")
    for said in _fails(db, 3, *arguments).values():
        assert "0001" in said


# exit 5: a target is missed


def _city_of_2025(path: Path, stock_m3: int) -> Path:
    """Write 12 economic stands and one of arbor forest, 95 000 ha each: 73 % of the city."""
    stand = {"XBMJ": "950000000"}
    economic = [good_row(4 * number + 3) | stand for number in range(12)]
    path.write_bytes(clean([*economic, good_row(0) | stand | {"HUO_LM_XJ": str(stock_m3)}]))
    return path


@pytest.mark.parametrize(
    ("stock_m3", "code", "status"), [(77_900_000, 0, "met"), (77_890_000, 5, "missed")]
)
def test_a_missed_target(tmp_path: Path, stock_m3: int, code: int, status: str) -> None:
    """A survey of the target year settles it, at the precision of the plan: 7 790 万m3."""
    db, path = tmp_path / "city.duckdb", _city_of_2025(tmp_path / "city.csv", stock_m3)
    succeed("--db", db, "load", "stands", path, "--survey", 2025, "--strict")
    assert run("--db", db, "target", "--json").code == 0
    outcome = run("--db", db, "target", "--json", "--fail-below-target")
    assert outcome.code == code
    found = {row["indicator"]: row["status"] for row in outcome.rows}
    assert found["growing_stock"] == status
    assert found["forest_cover"] == "met"


def test_a_target_that_is_behind(db: Path) -> None:
    """The shipped target of 77.9 million m3 is far above these 1 000 stands."""
    outcome = run("--db", db, "target", "--json", "--fail-below-target")
    assert outcome.code == 5
    found = {row["indicator"]: row["status"] for row in outcome.rows}
    assert found["growing_stock"] == "behind"


def test_targets_without_data_are_not_missed(tmp_path: Path) -> None:
    db = tmp_path / "new.duckdb"
    succeed("--db", db, "init")
    outcome = succeed("--db", db, "target", "--json", "--fail-below-target")
    statuses = {row["definition"]: row["status"] for row in outcome.rows}
    # the published figures of another list are there without any survey
    assert statuses.pop("nine_classes") == "not_comparable"
    assert set(statuses.values()) == {"no_data"}


# exit 130: interrupted


def test_interrupted(inventory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(estimation, "load_factors", interrupt)
    outcome = run("--db", inventory, "estimate", "--survey", 2020)
    assert outcome.code == 130
    assert "Traceback" not in outcome.talk


# the same from outside


def test_exit_codes_of_the_program(inventory: Path, tmp_path: Path, stands: Path) -> None:
    def code(*arguments: object) -> int:
        return run_program(*arguments, cwd=tmp_path).code

    stands.write_bytes(clean([good_row(0), good_row(1) | {"XBMJ": ""}]))
    assert code("--db", inventory, "surveys") == 0
    assert code("estimate", "--bogus") == 2
    assert code("surveys") == 3
    assert code("load", "stands", stands, "--survey", 2020, "--strict") == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stands.csv"]


def test_the_language_comes_from_the_environment(tmp_path: Path) -> None:
    arguments = ("--db", tmp_path / "absent.duckdb")
    for variables, chinese in (
        ({}, False),
        ({"SINKCALC_LANG": "zh"}, True),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "SINKCALC_LANG": "en"}, False),
    ):
        talk = run(*arguments, "surveys", **variables).talk
        assert bool(CHINESE.search(talk)) == chinese
    talk = run(*arguments, "--lang", "en", "surveys", SINKCALC_LANG="zh").talk
    assert not CHINESE.search(talk)


def test_the_database_comes_from_the_environment(
    inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(succeed("surveys", "--json", SINKCALC_DB=str(inventory)).rows) == 2
    assert run("surveys").code == 3
    shutil.copy(inventory, tmp_path / "sinkcalc.duckdb")
    assert len(succeed("surveys", "--json").rows) == 2
