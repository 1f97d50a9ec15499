"""Bad inputs: each is refused in one clear line, or its bad rows are told and none is lost.

`python tests/cli/test_bad_inputs.py` prints them as a table.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import xlsxwriter
from command_line import Outcome, content, execute, held, query, run, run_code
from deliveries import COLUMNS, Fields, clean, good_row, line_of

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# a message that helps says what to do
ADVICE = re.compile(
    r"\b(must be a|check|correct|use|save|name|write|rename|remove|keep|fill|free|give|run|close|"
    r"upgrade|update|wait|set|let|needs?|install|point|see|did you mean|search)\b",
    re.IGNORECASE,
)
SURVEY, LOADED = 2023, 2020
GOOD_ROWS = 8
# sets a limit to the size of any file, as a full disk does, then runs the command line
_LIMITED = """
import resource, sys
from sinkcalc.cli.main import main
import sinkcalc.pipeline.load_stands, sinkcalc.intake.readers, sinkcalc.cli.quality
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = ["sinkcalc", *sys.argv[2:]]
main()
"""

Arguments = list[object]
Make = Callable[[Path, Path], Arguments]


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes
    ----------
    make
        Writes the input to a folder, beside a database with a survey; returns the arguments.
    code
        Exit code.
    named
        What the message names, in both languages.
    rows
        Data rows of the file where good ones are stored beside bad ones; None where the whole
        input is refused.
    around
        Holds while the command runs.
    limit
        Largest file that can be written, in bytes.
    rule
        Rule that the bad row breaks, and where it is seen.
    """

    name: str
    make: Make
    code: int
    named: tuple[str, ...] = ()
    rows: int | None = None
    rule: str = ""
    survey: int = SURVEY
    around: Callable[[Path], AbstractContextManager[Any]] = field(
        default=lambda _: nullcontext(), repr=False
    )
    limit: int | None = None


CASES: list[Case] = []


def refused(
    name: str, code: int, *named: str, **options: Any
) -> Callable[[Callable[..., Arguments]], Callable[..., Arguments]]:
    """Register an input that is refused as a whole."""

    def register(make: Callable[..., Arguments]) -> Callable[..., Arguments]:
        CASES.append(Case(name, make, code, named, **options))
        return make

    return register


def _good() -> list[Fields]:
    return [good_row(number) for number in range(GOOD_ROWS)]


def _file(folder: Path, data: bytes | str, name: str = "stands.csv") -> list[object]:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [path]


# whole files


@refused("no such file", 2, "absent.csv")
def _(folder: Path, db: Path) -> Arguments:
    return [folder / "absent.csv"]


@refused("empty file", 2, "stands.csv")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, b"")


@refused("only white space", 2, "stands.csv")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, b"  \n\t\n \n")


@refused("header only", 1, "stands.csv")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean([]))


@refused("a folder", 2, "deliveries")
def _(folder: Path, db: Path) -> Arguments:
    (folder / "deliveries").mkdir()
    return [folder / "deliveries"]


@refused("unknown kind of file", 2, "stands.dbf", ".shp", ".csv")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, b"x", "stands.dbf")


@refused("CSV in UTF-16", 2, "stands.csv", "UTF-16", "UTF-8")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good()).decode().encode("utf-16"))


@refused("workbook named .csv", 2, "stands.csv", ".xlsx")
def _(folder: Path, db: Path) -> Arguments:
    _workbook(folder, [list(COLUMNS), *(list(row.values()) for row in _good())])
    (folder / "stands.xlsx").rename(folder / "stands.csv")
    return [folder / "stands.csv"]


@refused("CSV named .xlsx", 2, "stands.xlsx")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good()), "stands.xlsx")


@refused("lines end with CR alone", 2, "stands.csv", "CR")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good()).replace(b"\n", b"\r"))


@refused("no right to read", 2, "stands.csv")
def _no_right(folder: Path, db: Path) -> Arguments:
    (path,) = _file(folder, clean(_good()))
    Path(str(path)).chmod(0)
    return [path]


# workbooks


def _workbook(folder: Path, rows: list[list[Any]], sheet: str = "小班") -> list[object]:
    path = folder / "stands.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(number, column, value)
    return [path]


def _table() -> list[list[Any]]:
    return [list(COLUMNS), *(list(row.values()) for row in _good())]


@refused("workbook cut short", 2, "stands.xlsx")
def _(folder: Path, db: Path) -> Arguments:
    (path,) = _workbook(folder, _table())
    whole = Path(str(path)).read_bytes()
    return _file(folder, whole[: len(whole) // 2], "stands.xlsx")


@refused("empty workbook", 2, "stands.xlsx")
def _(folder: Path, db: Path) -> Arguments:
    return _workbook(folder, [])


@refused("workbook without a known header", 2, "stands.xlsx", "--profile")
def _(folder: Path, db: Path) -> Arguments:
    return _workbook(folder, [["甲", "乙"], ["1", "2"]])


@refused("unknown sheet", 2, "stands.xlsx", "林班", "小班")
def _(folder: Path, db: Path) -> Arguments:
    return [*_workbook(folder, _table()), "--layer", "林班"]


# Parquet and layers


@refused("corrupt Parquet", 2, "stands.parquet")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, b"PAR1 no parquet PAR1", "stands.parquet")


@refused("Parquet cut short", 2, "stands.parquet")
def _(folder: Path, db: Path) -> Arguments:
    path = folder / "stands.parquet"
    pl.DataFrame(_good()).write_parquet(path)
    return _file(folder, path.read_bytes()[:400], "stands.parquet")


@refused("damaged pages of a Parquet file", 2, "stands.parquet")
def _(folder: Path, db: Path) -> Arguments:
    """Leave the list of columns at the end whole, but not the values."""
    path = folder / "stands.parquet"
    pl.DataFrame(_good()).write_parquet(path)
    data = path.read_bytes()
    return _file(folder, data[:4] + b"\xff" * 200 + data[204:], "stands.parquet")


@refused("GeoPackage that is no database", 2, "stands.gpkg")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, b"no sqlite" * 100, "stands.gpkg")


def _layer(
    folder: Path, name: str = "stands.gpkg", layer: str = "stands", **options: Any
) -> list[object]:
    pyogrio = pytest.importorskip("pyogrio")
    import shapely

    rows = _good()
    geometry = [shapely.to_wkb(shapely.box(0, 0, 100, 100)) for _ in rows]
    columns = pl.DataFrame(rows).to_arrow().append_column("geometry", [geometry])
    for place, column in enumerate(columns.column_names[:-1]):
        columns = columns.set_column(place, column, columns[column].cast("string"))
    pyogrio.write_arrow(
        columns,
        folder / name,
        layer=layer,
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:4549",
        **options,
    )
    return [folder / name]


@refused("unknown layer", 2, "stands.gpkg", "linban", "xiaoban")
def _(folder: Path, db: Path) -> Arguments:
    return [*_layer(folder, layer="xiaoban"), "--layer", "linban"]


@refused("several layers, none named", 2, "stands.gpkg", "xiaoban", "linban", "--layer")
def _(folder: Path, db: Path) -> Arguments:
    _layer(folder, layer="xiaoban")
    return _layer(folder, layer="linban", append=False)


@refused("shapefile without .dbf", 2, "stands.dbf")
def _(folder: Path, db: Path) -> Arguments:
    path = _layer(folder, "stands.shp", encoding="UTF-8")
    (folder / "stands.dbf").unlink()
    return path


@refused("shapefile without .shx", 2, "stands.shp", ".shx")
def _(folder: Path, db: Path) -> Arguments:
    path = _layer(folder, "stands.shp", encoding="UTF-8")
    (folder / "stands.shx").unlink()
    return path


@refused(".cpg that contradicts the attribute table", 2, "stands.cpg", "utf-8", "gb18030")
def _(folder: Path, db: Path) -> Arguments:
    # characters that GBK has
    path = _layer(folder, "stands.shp", encoding="UTF-8")
    (folder / "stands.cpg").write_text("GBK", encoding="ascii")
    return path


@refused(".cpg that contradicts a CSV", 2, "stands.cpg", "utf-8", "gb18030")
def _(folder: Path, db: Path) -> Arguments:
    (folder / "stands.cpg").write_text("UTF-8", encoding="ascii")
    return _file(folder, clean(_good(), "gb18030"))


@refused("unknown encoding", 2, "latin-1", "gb18030")
def _(folder: Path, db: Path) -> Arguments:
    return [*_file(folder, clean(_good())), "--encoding", "latin-1"]


# headers and profiles


def _with_header(old: str, new: str) -> bytes:
    head, rest = clean(_good()).split(b"\n", 1)
    return head.replace(old.encode(), new.encode()) + b"\n" + rest


@refused("profile of another layer", 2, "stands.csv", "erlei", "MIAN_JI")
def _(folder: Path, db: Path) -> Arguments:
    return [*_file(folder, clean(_good())), "--profile", "erlei"]


@refused("headers that fit several profiles", 2, "stands.csv", "erlei", "erlei-130", "--profile")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, _with_header("XBMJ", "MIAN_JI"))


@refused("needed column under another name", 2, "stands.csv", "XBMJ → XBMJ_M2?")
def _(folder: Path, db: Path) -> Arguments:
    return [*_file(folder, _with_header("XBMJ", "XBMJ_M2")), "--profile", "lcxzgx"]


@refused("needed column twice", 2, "stands.csv", "XBMJ")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, _with_header("YU_BI_DU", "XBMJ"))


OWN = """
name = "own"
id_columns = ["XIAO_BAN"]
[columns]
region_code = { header = "XIAN" }
vegetation_class = { header = "DI_LEI", code_set = "di_lei_6" }
area_ha = { header = "XBMJ", unit = "m2" }
"""


def _own(old: str, new: str) -> Make:
    def make(folder: Path, db: Path) -> Arguments:
        assert OWN.count(old) == 1
        (folder / "own.toml").write_text(OWN.replace(old, new), encoding="utf-8")
        return [*_file(folder, clean(_good())), "--profile", folder / "own.toml"]

    return make


OWN_PROFILES = {
    "own profile: no TOML": ("[columns]", "[columns", ("own.toml",)),
    "own profile: unknown key": ("id_columns", "id_colums", ("own.toml", "id_columns")),
    "own profile: unknown column": ("area_ha", "aera_ha", ("own.toml", "area_ha")),
    "own profile: unknown unit": ('"m2"', '"acre"', ("acre", "area_ha", "hm2")),
    "own profile: unknown code set": ("di_lei_6", "di_lei_9", ("own.toml", "di_lei_9", "di_lei_4")),
    "own profile: extends itself": (
        'name = "own"',
        'extends = "own.toml"',
        ("own.toml", "extends"),
    ),
    "own profile: extends what is not there": (
        'name = "own"',
        'extends = "no_such"',
        ("no_such", "lcxzgx"),
    ),
    "own profile: without area": (
        'area_ha = { header = "XBMJ", unit = "m2" }',
        "",
        ("own.toml", "area_ha"),
    ),
    "own profile: columns is a text": ("[columns]", 'columns = "all"\n[constants]', ("columns",)),
    "own profile: unknown word of a code": (
        'code_set = "di_lei_6"',
        'codes = { "030101" = "forest" }',
        ("own.toml", "forest"),
    ),
}
for _name, (_old, _new, _named) in OWN_PROFILES.items():
    CASES.append(Case(_name, _own(_old, _new), 2, _named))


CASES.append(
    Case(
        "own profile: constant that is no number",
        _own('area_ha = { header = "XBMJ", unit = "m2" }', '[constants]\narea_ha = "one"'),
        1,
        ("area_ha", "one", "--rejects"),
    )
)


@refused("profile that is not there", 2, "no_such", "lcxzgx")
def _(folder: Path, db: Path) -> Arguments:
    return [*_file(folder, clean(_good())), "--profile", "no_such"]


# several files, surveys


@refused("the same file twice", 2, "stands.csv")
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good())) * 2


@refused("two files of one name", 2, "stands.csv")
def _(folder: Path, db: Path) -> Arguments:
    return [
        *_file(folder, clean(_good())),
        *_file(folder, clean([good_row(9)]), "more/stands.csv"),
    ]


@refused("other file for a loaded survey", 1, str(LOADED), "--replace", survey=LOADED)
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good()))


# databases


@refused("database in use", 3, "--wait", around=held)
def _(folder: Path, db: Path) -> Arguments:
    return _file(folder, clean(_good()))


@refused("database of a newer schema", 3, "9999")
def _(folder: Path, db: Path) -> Arguments:
    execute(db, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', now()::TIMESTAMP)")
    return _file(folder, clean(_good()))


@refused("database of another program", 3, "sinkcalc.duckdb")
def _(folder: Path, db: Path) -> Arguments:
    db.unlink()
    execute(db, "CREATE TABLE accounts AS SELECT 7 AS number")
    return _file(folder, clean(_good()))


@refused("database that is none", 3, "sinkcalc.duckdb")
def _(folder: Path, db: Path) -> Arguments:
    db.write_bytes(b"no database\n" * 1_000)
    return _file(folder, clean(_good()))


@refused("no room for the copy of the file", 1, tempfile.gettempdir(), "TMPDIR", limit=200_000)
def _(folder: Path, db: Path) -> Arguments:
    rows = [good_row(number % 1_000) | {"XIAO_BAN": f"{number:05d}"} for number in range(4_000)]
    return _file(folder, clean(rows))


@refused("no room in the database", 1, "sinkcalc.duckdb", limit=3_500_000)
def _(folder: Path, db: Path) -> Arguments:
    """Parquet is read in place, and the spool is compressed: only the database is too large."""
    number = pl.int_range(300_000, eager=True).cast(pl.String)
    rows = (
        pl.DataFrame([good_row(0)])
        .drop("XIAO_BAN")
        .join(pl.DataFrame({"XIAO_BAN": number}), how="cross")
    )
    rows.write_parquet(folder / "stands.parquet")
    return [folder / "stands.parquet"]


# rows


def _row_case(
    name: str, rule: str, bad: Callable[[Fields], bytes | str], column: str = "", **options: Any
) -> None:
    """Register a file of good rows with a bad one after the third."""

    def make(folder: Path, db: Path) -> Arguments:
        own = bad(good_row(12))
        lines = [line_of(row).encode() for row in _good()]
        lines.insert(3, own if isinstance(own, bytes) else own.encode())
        return _file(folder, b"\n".join([",".join(COLUMNS).encode(), *lines]) + b"\n")

    named = tuple(filter(None, ("stands.csv:5", column, rule)))
    CASES.append(Case(name, make, 0, named, rows=GOOD_ROWS + 1, rule=rule, **options))


def _with(**values: str) -> Callable[[Fields], str]:
    return lambda fields: line_of(fields | values)


_row_case("quotation mark not closed", "unbalanced_quote", _with(BZ='"open'))
_row_case("row too short", "short_row", lambda fields: line_of(fields).rsplit(",", 4)[0])
_row_case("row too long", "long_row", lambda fields: line_of(fields) + ",7")
_row_case("text in a number", "not_a_number", _with(XBMJ="2.5公顷"), "XBMJ")
_row_case("separator of thousands", "not_a_number", _with(XBMJ='"12,500"'), "XBMJ")
_row_case("area below zero", "area_range", _with(XBMJ="-25000", HUO_LM_XJ=""), "XBMJ")
_row_case("NaN", "not_a_number", _with(HUO_LM_XJ="NaN"), "HUO_LM_XJ")
_row_case("inf", "not_a_number", _with(XBMJ="inf"), "XBMJ")
_row_case("overflow", "not_a_number", _with(XBMJ="1e999"), "XBMJ")
_row_case("empty area", "required", _with(XBMJ=""), "XBMJ")
_row_case("bytes of no encoding", "undecodable", lambda fields: line_of(fields).encode() + b"\xff")
_row_case("CR within a line", "unreadable", _with(BZ="first\rsecond"))
_row_case("unknown code", "unknown_code", _with(DI_LEI="039999"), "DI_LEI")
_row_case("leading zero lost", "unknown_code", _with(DI_LEI="30101"), "DI_LEI")
_row_case("county outside the city", "unknown_region", _with(XIAN="330203"), "XIAN")
_row_case("stand twice", "duplicate_stand", lambda fields: line_of(good_row(0)), "XIAN+XIANG+CUN")
_row_case("canopy as percent", "canopy_range", _with(YU_BI_DU="65"), "YU_BI_DU")
_row_case("hectares read as m2", "volume_range", _with(XBMJ="2.5", HUO_LM_XJ="120"), "HUO_LM_XJ")
_row_case("diameter in mm", "dbh_range", lambda fields: line_of(fields))
CASES.pop()  # the layer of deliveries.py has no diameter; the generic file below has one

GENERIC = "stand_id,region_code,vegetation_class,species,area_ha,volume_m3,volume_m3_per_ha,dbh_cm"
GENERIC_ROWS = {
    "m2 read as ha": ("area_range", "area_ha", "137000,,,"),
    "volume a factor of 10 off": ("volume_far_off", "volume_m3", "2,1000,50,14"),
    "万m3 read as m3/ha": ("volume_range", "volume_m3_per_ha", "2,,500000,14"),
    "diameter in mm": ("dbh_range", "dbh_cm", "2,100,50,445"),
}


def _generic(bad: str) -> Make:
    def make(folder: Path, db: Path) -> Arguments:
        rows = [f"S{number},330102,arbor,oak,2,100,50,14" for number in range(GOOD_ROWS)]
        rows.insert(3, f"S99,330102,arbor,oak,{bad}")
        return _file(folder, "\n".join([GENERIC, *rows]) + "\n")

    return make


for _name, (_rule, _column, _bad) in GENERIC_ROWS.items():
    CASES.append(
        Case(
            _name,
            _generic(_bad),
            0,
            ("stands.csv:5", _column, _rule),
            rows=GOOD_ROWS + 1,
            rule=_rule,
        )
    )


def _cell_in_error(folder: Path, db: Path) -> Arguments:
    path = folder / "stands.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        rows = [*_good(), good_row(12)]
        for number, row in enumerate([list(COLUMNS), *(list(row.values()) for row in rows)]):
            for column, value in enumerate(row):
                page.write_string(number, column, value)
        page.write_formula(4, COLUMNS.index("XBMJ"), "=1/0", None, "#DIV/0!")
    return [path]


CASES.append(
    Case(
        "cell in error",
        _cell_in_error,
        0,
        ("stands.xlsx:5", "error_cell", "#DIV/0!"),
        rows=GOOD_ROWS + 1,
        rule="error_cell",
    )
)


# running them


@dataclass(frozen=True)
class Attempt:
    """What a command said and did to the database."""

    outcome: Outcome
    before: object
    after: object
    stored: int
    rejected: list[tuple[int, str]]

    @property
    def message(self) -> str:
        """The line that matters: of a refusal the last, of a load that of the bad row."""
        lines = [line.strip() for line in self.outcome.talk.splitlines()]
        bad = [line for line in lines if line.startswith(("rejected", "拒收"))]
        own = [line for line in lines if "internal error" in line]
        chosen = own or (bad if self.outcome.code == 0 else []) or lines[-1:] or [""]
        return chosen[0]


@cache
def _base() -> bytes:
    """Return a database with one survey of four stands."""
    with tempfile.TemporaryDirectory() as folder:
        path, db = Path(folder) / "former.csv", Path(folder) / "sinkcalc.duckdb"
        path.write_bytes(clean([good_row(number) for number in range(20, 24)]))
        assert run("--db", db, "load", "stands", path, "--survey", LOADED).code == 0
        return db.read_bytes()


def _state(db: Path) -> object:
    try:
        return content(db)
    except duckdb.Error:
        return db.read_bytes()


def attempt(case: Case, folder: Path, lang: str) -> Attempt:
    """Run one case in a folder of its own."""
    folder.mkdir()
    db = folder / "sinkcalc.duckdb"
    db.write_bytes(_base())
    arguments = ["--db", db, "--lang", lang, "load", "stands", *case.make(folder, db)]
    arguments += ["--survey", case.survey]
    before = _state(db)
    with case.around(db):
        if case.limit is None:
            outcome = run(*arguments)
        else:
            outcome = run_code(_LIMITED, case.limit, *arguments, cwd=folder)
    after = _state(db)
    stored, rejected = 0, []
    if case.rows is not None:
        of_survey = f"load_id IN (SELECT load_id FROM loads WHERE survey = {case.survey})"
        ((stored,),) = query(db, f"SELECT count(*) FROM stands WHERE {of_survey}")
        rejected = query(
            db, f"SELECT DISTINCT source_row, rule FROM rejected_rows WHERE {of_survey} ORDER BY 1"
        )
    return Attempt(outcome, before, after, stored, rejected)


def lost(case: Case, tried: Attempt) -> int | None:
    """Count the rows that are neither stored nor told; None if a refusal changed the database."""
    if case.rows is None:
        return 0 if tried.before == tried.after else None
    return case.rows - tried.stored - len({row for row, _ in tried.rejected})


def _skip(case: Case) -> str:
    if case.make is _no_right and os.geteuid() == 0:
        return "root may read every file"
    if case.limit is not None and sys.platform == "win32":
        return "no such limit on this system"
    return ""


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input(case: Case, tmp_path: Path) -> None:
    if reason := _skip(case):
        pytest.skip(reason)
    said = {}
    for lang in ("en", "zh"):
        tried = attempt(case, tmp_path / lang, lang)
        talk = tried.outcome.talk
        assert "Traceback" not in talk
        assert "internal error" not in talk, talk
        assert tried.outcome.code == case.code, talk
        assert tried.outcome.data == b""
        assert lost(case, tried) == 0
        if case.rows is not None:
            assert tried.rejected == [(5, case.rule)]
            assert tried.stored == GOOD_ROWS
        elif case.code != 1:
            assert len(talk.splitlines()) == 1
        for name in case.named:
            assert name in talk, talk
        said[lang] = tried.message
    assert said["en"] != said["zh"]
    assert CHINESE.search(said["zh"])
    assert ADVICE.search(said["en"]), said["en"]


def test_the_database_of_another_program_is_not_taken_over(tmp_path: Path) -> None:
    """It has no schema of ours: to migrate it would put our tables among those of others."""
    db = tmp_path / "accounts.duckdb"
    execute(db, "CREATE TABLE accounts AS SELECT 7 AS number")
    before = content(db)
    (path,) = _file(tmp_path, clean(_good()))
    for arguments in (("load", "stands", path, "--survey", SURVEY), ("init",)):
        outcome = run("--db", db, "--lang", "en", *arguments)
        assert content(db) == before
        assert outcome.code == 3, outcome.talk
        assert "older schema" not in outcome.talk


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def table() -> Iterator[str]:
    """Yield the cases as rows of a Markdown table."""
    yield "| case | exit code | message (en) | rows lost |"
    yield "|---|---|---|---|"
    for case in CASES:
        if reason := _skip(case):
            yield f"| {case.name} | – | skipped: {reason} | – |"
            continue
        with _folder() as folder:
            tried = attempt(case, folder / "case", "en")
            message = tried.message.replace(str(folder / "case") + "/", "").replace("|", "\\|")
            left = lost(case, tried)
            yield (
                f"| {case.name} | {tried.outcome.code} | {message} | "
                f"{'database changed' if left is None else left} |"
            )


if __name__ == "__main__":
    for _line in table():
        sys.stdout.write(f"{_line}\n")
