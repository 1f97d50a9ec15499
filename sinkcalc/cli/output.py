"""The only module that prints: data to stdout or a file, talk to stderr."""

import contextlib
import csv
import functools
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_path

if TYPE_CHECKING:
    import polars as pl

FORMATS: Final = ("table", "json", "jsonl", "csv", "parquet", "xlsx")
# columns whose values are words of the vocabulary
_WORD_COLUMNS: Final = (
    "quantity",
    "pool",
    "vegetation_class",
    "species_group",
    "origin",
    "age_group",
    "status",
    "evidence",
    "severity",
    "matched_by",
    "estimator",
    "stat",
    "warning",
    "verdict",
    "verdict_reason",
    "se_reason",
)
# width of tables that go to a file or a pipe
_PIPE_WIDTH: Final = 220
# spreadsheets carry a creation time; a fixed one keeps equal exports equal
_FIXED_TIME: Final = datetime(2000, 1, 1)


def format_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --format, --json, --csv and -o to a listing command."""
    options = (
        click.option(
            "--format", "fmt", type=click.Choice(FORMATS), help="输出格式 · output format"
        ),
        click.option("--json", "fmt", flag_value="json", help="= --format json"),
        click.option("--csv", "fmt", flag_value="csv", help="= --format csv"),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            help="写入文件(按扩展名定格式) · write to a file, format by its suffix",
        ),
    )

    @functools.wraps(function)
    def checked(*args: Any, **named: Any) -> Any:
        require_writable(named["fmt"], named["output"])
        return function(*args, **named)

    command: Callable[..., Any] = checked
    for option in reversed(options):
        command = option(command)
    return command


def require_writable(fmt: str | None, output: Path | None) -> None:
    """Refuse an output that cannot be written before the work is done.

    Raises
    ------
    UsageProblem
        If the folder does not exist or the format is not known.
    """
    if output is None:
        return
    if fmt is None:
        _by_suffix(output)
    if not output.absolute().parent.is_dir():
        raise UsageProblem(
            zh=f"无法写入 {output}:文件夹 {output.parent} 不存在",
            en=f"cannot write {output}: there is no folder {output.parent}",
        )


def talk(settings: Settings, zh: str, en: str) -> None:
    """Say something to a person, on stderr."""
    if not settings.quiet:
        click.echo(settings.say(zh, en), err=True)


@functools.cache
def _labels(file: str, key: str, lang: str) -> Mapping[str, str]:
    with parameter_path(file).open(encoding="utf-8") as handle:
        return {row[key]: row[lang] for row in csv.DictReader(handle)}


def label(name: str, settings: Settings) -> str:
    """Return the heading of a column."""
    return _labels("labels", "name", settings.lang).get(name, name)


def word(value: str, settings: Settings) -> str:
    """Return a word of the vocabulary in the chosen language."""
    return _labels("words", "word", settings.lang).get(value, value)


def simulated_mark(simulated: bool, settings: Settings) -> str:
    """Return the mark that simulated figures carry."""
    return settings.say("【模拟数据】", "[SIMULATED] ") if simulated else ""


def emit(
    frame: "pl.DataFrame",
    settings: Settings,
    fmt: str | None,
    output: Path | None,
    view: "Callable[[pl.DataFrame], pl.DataFrame] | None" = None,
    title: str | None = None,
) -> None:
    """Write rows in the format asked for.

    Parameters
    ----------
    frame
        The rows; column names are the keys of JSON and the header of CSV.
    fmt
        One of `FORMATS`; by the suffix of `output`, else a table.
    output
        File; stdout if None.
    view
        Chooses what a table for people shows; other formats always hold every column.
    title
        Line above a table.
    """
    fmt = fmt or (_by_suffix(output) if output else "table")
    if fmt == "table":
        shown = _table_text(view(frame) if view else frame, settings, title)
        if output is None:
            click.echo(shown)
        else:
            _write_file(output, shown.encode() + b"\n")
            _tell_written(settings, output, frame.height)
        return
    payload = _payload(frame, fmt)
    if output is not None:
        _write_file(output, payload)
        _tell_written(settings, output, frame.height)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()


def write_text(path: Path, text: str, settings: Settings) -> None:
    """Write a page to a file."""
    _write_file(path, text.encode())
    talk(settings, f"已写入 {path}", f"wrote {path}")


def _tell_written(settings: Settings, output: Path, rows: int) -> None:
    talk(settings, f"已写入 {output}({rows} 行)", f"wrote {output} ({rows} rows)")


def _by_suffix(path: Path) -> str:
    suffix = path.suffix.lower().lstrip(".")
    if suffix in FORMATS:
        return suffix
    if suffix == "txt":
        return "table"
    raise UsageProblem(
        zh=f"由 {path.name} 的扩展名看不出格式;请用 --format 指定:{', '.join(FORMATS)}",
        en=f"the suffix of {path.name} names no format; say --format with one of "
        f"{', '.join(FORMATS)}",
    )


def _payload(frame: "pl.DataFrame", fmt: str) -> bytes:
    import io

    buffer = io.BytesIO()
    if fmt in ("json", "jsonl"):
        rows = [json.dumps(_plain(row), ensure_ascii=False) for row in frame.iter_rows(named=True)]
        if fmt == "jsonl":
            return "".join(f"{row}\n" for row in rows).encode()
        return ("[" + ",\n ".join(rows) + "]\n").encode()
    if fmt == "csv":
        frame.write_csv(buffer)
    elif fmt == "parquet":
        frame.write_parquet(buffer)
    else:
        _write_workbook(frame, buffer)
    return buffer.getvalue()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if isinstance(item, Decimal):
            return float(item)
        return item.isoformat(sep=" ") if isinstance(item, datetime) else item

    return {key: value(item) for key, item in row.items()}


def _write_workbook(frame: "pl.DataFrame", buffer: Any) -> None:
    import polars as pl
    import xlsxwriter

    workbook = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"created": _FIXED_TIME})
    plain = frame.with_columns(pl.selectors.decimal().cast(pl.Float64))
    plain.write_excel(workbook, worksheet="sinkcalc", autofit=True, freeze_panes=(1, 0))
    workbook.close()


def _write_file(path: Path, payload: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_bytes(payload)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UsageProblem(
            zh=f"无法写入 {path}:{error.strerror}", en=f"cannot write {path}: {error.strerror}"
        ) from None


def _table_text(frame: "pl.DataFrame", settings: Settings, title: str | None) -> str:
    import io
    import shutil

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else _PIPE_WIDTH
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    numeric = {name for name, dtype in frame.schema.items() if dtype.is_numeric()}
    for name in frame.columns:
        table.add_column(
            label(name, settings),
            justify="right" if name in numeric else "left",
            overflow="fold",
            # a number on two lines reads as two
            no_wrap=name in numeric,
        )
    for row in frame.iter_rows(named=True):
        table.add_row(*(_cell(name, value, settings) for name, value in row.items()))
    buffer = io.StringIO()
    Console(file=buffer, width=width, no_color=True, markup=False).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().rstrip("\n").splitlines())


def _cell(name: str, value: Any, settings: Settings) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return settings.say("是" if value else "否", "yes" if value else "no")
    if isinstance(value, int):
        year = name == "survey" or name.endswith(("_year", "_survey")) or name.startswith("survey_")
        return str(value) if year else f"{value:,}"
    if isinstance(value, (float, Decimal)):
        return format_number(float(value))
    return word(str(value), settings) if name in _WORD_COLUMNS else str(value)


def format_number(value: float) -> str:
    """Return a number for people: thousands separated, four digits where it is small."""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:,.2f}"
    return f"{value:.4f}"
