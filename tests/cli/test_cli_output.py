"""Formats, files, stdout and stderr, help."""

import csv
import io
import json
import os
import re
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import click
import polars as pl
import pytest
from command_line import Outcome, environment, program, run, run_code, run_program, succeed

from sinkcalc import __version__
from sinkcalc.cli.main import COMMANDS, cli
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import format_number, label, on_lines, table_text

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{2,}")
FORMATS = ("table", "json", "jsonl", "csv", "parquet", "xlsx")
# modules that take long to import; none of them is needed to show the help
HEAVY = ("polars", "duckdb", "statsmodels", "numpy", "sklearn", "scipy", "pyarrow", "rich")

Arguments = Sequence[object]
# rows of plain JSON values
Rows = list[dict[str, Any]]

# every listing command, with a word that its table shows
LISTINGS: dict[str, tuple[Arguments, str]] = {
    "surveys": (("surveys",), "stands_2020.csv"),
    "estimate": (("estimate", "--survey", 2020, "--by", "vegetation_class"), "growing stock"),
    "change": (("change", "--from", 2020, "--to", 2023), "growing stock"),
    "target": (("target",), "growing stock"),
    "target --published": (("target", "--published"), "growing stock"),
    "params list": (("params", "list", "--table", "soil"), "soil."),
    "params show": (("params", "show", "dead-wood.all"), "dead-wood.all"),
    "params check": (("params", "check"), "recalled"),
    "runs list": (("runs", "list"), "cbef-zhejiang"),
    "doctor": (("doctor",), "polars"),
}


@pytest.fixture(scope="module", params=LISTINGS)
def listing(request: pytest.FixtureRequest, inventory: Path) -> tuple[Arguments, str, Rows]:
    """Give a listing command, a word of its table, and its rows."""
    arguments, word = LISTINGS[request.param]
    whole = ("--db", inventory, "--lang", "en", *arguments)
    return whole, word, succeed(*whole, "--format", "json").rows


def _from_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    """Bring a value to what CSV writes for it; numbers stay numbers."""
    known = {True: "true", False: "false", None: ""}
    return {
        key: known[value] if value is None or isinstance(value, bool) else value
        for key, value in row.items()
    }


def _same(one: Rows, other: Rows, convert: Callable[[Any, Any], Any]) -> bool:
    """Compare rows; `convert` brings the second value to the kind of the first."""
    return len(one) == len(other) and all(
        list(a) == list(b) and all(a[key] == convert(a[key], b[key]) for key in a)
        for a, b in zip(one, other, strict=True)
    )


def _like(first: Any, second: Any) -> Any:
    """Read a number from text where the other is a number; times by their ISO text."""
    if isinstance(first, (int, float)) and not isinstance(first, bool):
        return float(second) if second not in ("", None) else None
    return second


def _plain_time(first: Any, second: Any) -> Any:
    return second.isoformat(sep=" ") if hasattr(second, "isoformat") else _like(first, second)


def test_json_and_jsonl(listing: tuple[Arguments, str, Rows]) -> None:
    arguments, _, rows = listing
    assert rows
    assert all(list(row) == list(rows[0]) for row in rows)
    assert not any(isinstance(value, (dict, list)) for row in rows for value in row.values())
    lines = succeed(*arguments, "--format", "jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == rows


def test_csv(listing: tuple[Arguments, str, Rows]) -> None:
    arguments, _, rows = listing
    outcome = succeed(*arguments, "--format", "csv")
    # CSV writes a time with six decimals or none; every other value is the same
    times = {key for key in rows[0] if key.endswith("_at")}
    expected = [_as_text({k: v for k, v in row.items() if k not in times}) for row in rows]
    found = [{k: v for k, v in row.items() if k not in times} for row in _from_csv(outcome.data)]
    assert _same(expected, found, _like)


def test_parquet(listing: tuple[Arguments, str, Rows]) -> None:
    arguments, _, rows = listing
    outcome = succeed(*arguments, "--format", "parquet")
    found = pl.read_parquet(io.BytesIO(outcome.data)).to_dicts()
    assert _same(rows, found, _plain_time)


def test_xlsx(listing: tuple[Arguments, str, Rows]) -> None:
    """A workbook keeps 15 digits of a number, and has no empty text."""
    arguments, _, rows = listing
    outcome = succeed(*arguments, "--format", "xlsx")
    frame = pl.read_excel(io.BytesIO(outcome.data), infer_schema_length=None)
    assert frame.columns == list(rows[0])
    assert frame.height == len(rows)
    for row, found in zip(rows, frame.to_dicts(), strict=True):
        for key, value in row.items():
            if key.endswith("_at"):
                assert found[key] is not None
            elif isinstance(value, float):
                assert found[key] == pytest.approx(value, rel=1e-14)
            else:
                assert _excel(value, found[key])


def _excel(value: Any, found: Any) -> bool:
    """Compare by text: the reader of this test takes text of digits for numbers."""
    if value in (None, ""):
        return found in (None, "")
    return str(found) == str(value)


def test_table(listing: tuple[Arguments, str, Rows]) -> None:
    arguments, word, _ = listing
    english, chinese = (
        succeed(*arguments[:2], "--lang", lang, *arguments[4:]).text for lang in ("en", "zh")
    )
    assert word in english
    assert CHINESE.search(chinese)
    assert chinese != english


@pytest.mark.parametrize("fmt", ["json", "csv"])
def test_short_forms(inventory: Path, fmt: str) -> None:
    arguments = ("--db", inventory, "surveys")
    outcome = succeed(*arguments, f"--{fmt}")
    assert outcome.data
    assert outcome.data == succeed(*arguments, "--format", fmt).data


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_file_holds_what_stdout_shows(inventory: Path, tmp_path: Path, fmt: str) -> None:
    """The format follows from the suffix; equal rows give equal bytes."""
    arguments = ("--db", inventory, "change", "--from", 2020, "--to", 2023)
    shown = succeed(*arguments, "--format", fmt)
    path = tmp_path / f"result.{'txt' if fmt == 'table' else fmt.upper()}"
    written = succeed(*arguments, "-o", path)
    assert written.data == b""
    assert path.read_bytes() == shown.data
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    if fmt != "table":
        assert str(path) in written.talk


def test_a_workbook_does_not_say_when_it_was_written(inventory: Path) -> None:
    """Equal rows give equal files on any day."""
    data = succeed("--db", inventory, "surveys", "--format", "xlsx").data
    with zipfile.ZipFile(io.BytesIO(data)) as workbook:
        about = workbook.read("docProps/core.xml").decode("utf-8")
        years = {entry.date_time[0] for entry in workbook.infolist()}
    written = re.findall(r"(\d{4})-\d\d-\d\dT", about)
    assert written
    # the program is younger than these
    assert years | set(map(int, written)) <= set(range(1980, 2020))


def test_a_year_in_a_workbook_is_not_grouped_by_thousands(inventory: Path) -> None:
    """2020 and not 2,020: the cell's format is that of whole numbers."""
    data = succeed("--db", inventory, "surveys", "--format", "xlsx").data
    with zipfile.ZipFile(io.BytesIO(data)) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode("utf-8")
        styles = workbook.read("xl/styles.xml").decode("utf-8")
    found = re.search(r'<c r="A2" s="(\d+)"><v>2020</v>', sheet)
    assert found
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs", 1)[1])
    # 1 is the built-in format 0, ECMA-376 part 1, 18.8.30
    assert formats[int(found[1])] == "1"


def test_format_rules_over_suffix(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "surveys.dat"
    succeed("--db", inventory, "surveys", "--json", "-o", path)
    assert len(json.loads(path.read_text(encoding="utf-8"))) == 2


def test_a_file_is_replaced(inventory: Path, tmp_path: Path) -> None:
    path = tmp_path / "surveys.csv"
    path.write_text("former\n" * 1_000, encoding="utf-8")
    succeed("--db", inventory, "surveys", "-o", path)
    assert len(_from_csv(path.read_bytes())) == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [20, 60, 80, 100, 120, 160])
def test_a_narrow_terminal_clips_nothing(
    monkeypatch: pytest.MonkeyPatch, width: int, lang: Literal["zh", "en"]
) -> None:
    """Figures, names and headings stay whole; a table that is too wide runs over."""
    said = Settings(db=Path("none"), lang=lang, quiet=False, wait=0)
    names = ("depth_cm", "gwp_set", "modelled_fraction", "carbon_t_per_ha_se", "share_recalled")
    figures = [0.1917, 27.6, 12_345_678.9]
    frame = pl.DataFrame(
        {
            "parameter_id": ["assumed-error.flux_organic_methane_poor", "a", "b"],
            "locator": ["a long text of many words that may stand on lines of its own"] * 3,
            **dict.fromkeys(names[:4], figures),
            names[4]: ["27.6 %", "100.0 %", None],
        }
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((width, 24)))
    lines = table_text(frame, said, None).splitlines()
    first = next(line for line in lines if "flux_organic_methane_poor" in line)
    assert first.count("0.1917") == 4
    assert "27.6 %" in first
    assert "assumed-error.flux_organic_methane_poor" in first
    assert sum(line.count("12,345,679") for line in lines) == 4
    rule = next(place for place, line in enumerate(lines) if "──" in line)
    # Chinese breaks between any two signs, so that only its length tells
    heads = "".join("".join(lines[:rule]).split())
    wanted = "".join("".join(label(name, said).split()) for name in frame.columns)
    assert sorted(heads) == sorted(wanted)


@pytest.mark.parametrize("fmt", ["json", "jsonl", "csv", "parquet", "xlsx", "table"])
def test_no_rows(tmp_path: Path, fmt: str) -> None:
    """An empty database has no surveys, in every format."""
    db = tmp_path / "new.duckdb"
    succeed("--db", db, "init")
    outcome = succeed("--db", db, "--quiet", "surveys", "--format", fmt)
    if fmt == "json":
        assert outcome.rows == []
    elif fmt == "jsonl":
        assert [json.loads(line) for line in outcome.text.splitlines()] == []
    elif fmt == "csv":
        assert outcome.text.startswith("survey,")
        assert _from_csv(outcome.data) == []
    elif fmt == "parquet":
        assert pl.read_parquet(io.BytesIO(outcome.data)).height == 0
    elif fmt == "xlsx":
        assert pl.read_excel(io.BytesIO(outcome.data), raise_if_empty=False).height == 0
    else:
        assert "survey" in outcome.text


def test_stdout_is_data_and_stderr_is_talk(inventory: Path) -> None:
    outcome = succeed("--db", inventory, "--lang", "en", "estimate", "--survey", 2020, "--json")
    assert outcome.rows
    assert "parameters used" in outcome.talk
    chinese = succeed("--db", inventory, "--lang", "zh", "estimate", "--survey", 2020, "--json")
    assert chinese.data == outcome.data
    assert "个参数" in chinese.talk


def _commands_of_a_job(db: Path, stands: Path) -> list[Arguments]:
    return [
        ("init",),
        ("load", "stands", stands, "--survey", 2020),
        ("load", "stands", stands, "--survey", 2020),
        ("surveys",),
        ("estimate", "--survey", 2020, "--json"),
        ("change", "--from", 2020, "--to", 2023, "-o", db.with_suffix(".csv")),
        ("target",),
        ("params", "check"),
        ("runs", "list"),
        ("doctor",),
    ]


def test_quiet_commands_say_nothing(
    tmp_path: Path, acceptance_file: Path, later_file: Path
) -> None:
    db = tmp_path / "new.duckdb"
    succeed("--db", db, "load", "stands", later_file, "--survey", 2023)
    for arguments in _commands_of_a_job(db, acceptance_file):
        assert succeed("--db", db, "--quiet", *arguments).talk == ""


def test_quiet_does_not_hide_errors(inventory: Path) -> None:
    outcome = run("--db", inventory, "--quiet", "estimate", "--survey", 1999)
    assert outcome.code == 1
    assert "1999" in outcome.talk


# help


def _walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            found += _walk(inner, (*path, name))
    return found


EVERY = _walk(cli, ())
NAMES = [" ".join(path) or "sinkcalc" for path, _ in EVERY]


def test_the_commands_of_the_contract() -> None:
    assert {path[0] for path, _ in EVERY if path} == set(COMMANDS)
    assert set(NAMES) >= {
        *("demo", "init", "load stands", "surveys", "estimate", "change", "target", "doctor"),
        *("params list", "params show", "params check", "runs list", "runs show"),
    }


@pytest.mark.parametrize(("path", "command"), EVERY, ids=NAMES)
def test_help(path: tuple[str, ...], command: click.Command) -> None:
    outcome = succeed(*path, "--help")
    assert outcome.talk == ""
    assert outcome.data == succeed(*path, "-h").data
    assert outcome.text.startswith("Usage: sinkcalc")
    assert command.help
    for text in filter(None, (command.help, command.short_help)):
        assert CHINESE.search(text)
        assert ENGLISH.search(text)
    # the mark that keeps examples on lines of their own is not for the reader
    assert "\\b" not in outcome.text


@pytest.mark.parametrize(("path", "command"), EVERY, ids=NAMES)
def test_every_option_has_help(path: tuple[str, ...], command: click.Command) -> None:
    undocumented = [
        option.opts[-1]
        for option in command.params
        if isinstance(option, click.Option)
        and option.name != "version"
        and not (CHINESE.search(option.help or "") and ENGLISH.search(option.help or ""))
        # short forms of another option
        and not (option.help or "").startswith("= --format")
    ]
    assert undocumented == []


def test_examples_stand_on_lines_of_their_own() -> None:
    lines = succeed("estimate", "--help").text.splitlines()
    assert "sinkcalc estimate --survey 2020 --by region --json" in map(str.strip, lines)


def test_version() -> None:
    assert __version__ in succeed("--version").text


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
sys.argv = ["sinkcalc", *sys.argv[1:]]
from sinkcalc.cli.main import _run
code = _run()
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""
    plain = ((), ("load", "stands"), ("estimate",), ("target",), ("demo",))
    for arguments in (*plain, ("ccer",), ("ccer", "baseline"), ("ccer", "ledger", "register")):
        outcome = run_code(code, *arguments, "--help", cwd=tmp_path)
        assert outcome.code == 0
        assert "Usage" in outcome.text
        assert outcome.talk.strip() == "[]"


# the same from outside


def test_the_program_writes_bytes_to_a_pipe(inventory: Path, tmp_path: Path) -> None:
    arguments = ("--db", inventory, "surveys", "--format")
    outcomes: dict[str, Outcome] = {
        fmt: run_program(*arguments, fmt, cwd=tmp_path) for fmt in ("json", "parquet")
    }
    assert {outcome.code for outcome in outcomes.values()} == {0}
    assert pl.read_parquet(io.BytesIO(outcomes["parquet"].data))["survey"].to_list() == [2020, 2023]
    assert [row["survey"] for row in outcomes["json"].rows] == [2020, 2023]
    assert outcomes["json"].data == succeed(*arguments, "json").data


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    """`sinkcalc params list --json | head -1`: more data than a pipe holds, and no reader."""
    arguments = ("params", "list", "--json")
    pipe_bytes = 65_536
    assert len(succeed(*arguments).data) > pipe_bytes
    process = subprocess.Popen(
        [program(), *arguments],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    talk = process.stderr.read().decode("utf-8")
    process.stderr.close()
    assert process.wait() == 0
    assert talk == ""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("行政区代码", "行政区\n代码"),
        ("优势树种", "优势树种"),
        ("交叉验证 RMSE(%)", "交叉验证\nRMSE (%)"),
        ("树种 作用", "树种\n作用"),
        ("species effect", "species\neffect"),
        ("cv RMSE (%)", "cv RMSE\n(%)"),
    ],
)
def test_a_narrow_heading_breaks_into_even_lines(text: str, lines: str) -> None:
    """Eight columns hold four Chinese signs; five are three and two."""
    assert on_lines(text, 8) == lines
    assert on_lines(text, 40) == text.replace("(", " (").replace("  ", " ")


def test_numbers_out_of_range_are_in_powers_of_ten() -> None:
    assert format_number(13_464_417_640_000_000_920_387_584.0) == "1.346e+25"
    assert format_number(-77_900_000.0) == "-77,900,000"
    assert format_number(0.00001) == "0"
    settings = Settings(Path("none"), "en", quiet=True, wait=0)
    shown = table_text(pl.DataFrame({"b": [4.769e-16], "change": [4.769e-16]}), settings, None)
    assert shown.split()[-2:] == ["4.769e-16", "0"]
