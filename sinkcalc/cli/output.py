"""The only module that prints: data to stdout or a file, talk to stderr."""

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.payload import payload_of
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import table_text
from sinkcalc.errors import SinkcalcError, UsageProblem, reason_zh

if TYPE_CHECKING:
    import polars as pl

FORMATS: Final = ("table", "json", "jsonl", "csv", "parquet", "xlsx")
# options that name a file to write
_OUTPUTS: Final = ("output", "rejects", "warnings", "report", "plot", "layout")


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
        _require_own_files(named)
        return function(*args, **named)

    command: Callable[..., Any] = checked
    for option in reversed(options):
        command = option(command)
    return command


def _require_own_files(named: dict[str, Any]) -> None:
    """Refuse to write over a file that the command reads, or over the database."""
    outputs = [named[key] for key in _OUTPUTS if named.get(key) is not None]
    given = [value for key, value in named.items() if key not in _OUTPUTS]
    paths = [path for value in given for path in (value if isinstance(value, tuple) else (value,))]
    read = [Path(path) for path in paths if isinstance(path, (str, Path)) and _is_file(path)]
    database = click.get_current_context().obj.db
    if len({output.absolute() for output in outputs}) < len(outputs):
        raise UsageProblem(
            zh="两个输出用了同一个文件名;请分别命名",
            en="two outputs have the same file name: give each its own",
        )
    for output in outputs:
        require_not_read(output, read)
        there = output.exists() and database.exists()
        if output.absolute() == database.absolute() or (there and output.samefile(database)):
            raise UsageProblem(
                zh=f"{output} 是数据库文件,不能写到它上面;请换一个文件名",
                en=f"{output} is the database and must not be written over: give the output "
                "another name",
            )


def _is_file(text: str | Path) -> bool:
    # a statement or a list may be longer than a path can be
    with contextlib.suppress(OSError):
        return Path(text).is_file()
    return False


def require_not_read(output: Path | None, read: Iterable[Path]) -> None:
    """Refuse to write over a file that the command reads, as one that a project file names.

    Raises
    ------
    UsageProblem
        If the output is one of the files.
    """
    if output is None or not output.exists():
        return
    if any(path.exists() and path.samefile(output) for path in read):
        raise UsageProblem(
            zh=f"{output} 是本命令读取的文件,不能写到它上面;请换一个文件名",
            en=f"{output} is read by this command and must not be written over: give the "
            "output another name",
        )


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


def end_at_once(text: str, code: int) -> None:
    """Say something on stderr, even if nothing was to be said, and leave without cleaning up."""
    click.echo(text, err=True)
    sys.stdout.flush()
    os._exit(code)


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
    workbook: "Callable[[pl.DataFrame], bytes] | None" = None,
    raw: bool = False,
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
    workbook
        Makes a spreadsheet of a layout of its own; one sheet of the rows if None.
    raw
        Whether a table shows names of columns and codes as they are.
    """
    fmt = fmt or (_by_suffix(output) if output else "table")
    if fmt == "table":
        shown = table_text(view(frame) if view else frame, settings, title, raw)
        if output is None:
            _print(f"{shown}\n".encode())
        else:
            _write_file(output, shown.encode() + b"\n")
            _tell_written(settings, output, frame.height)
        return
    payload = workbook(frame) if workbook and fmt == "xlsx" else payload_of(frame, fmt)
    if output is not None:
        _write_file(output, payload)
        _tell_written(settings, output, frame.height)
        return
    _print(payload)


def print_text(text: str) -> None:
    """Print a text that is data, as it is."""
    _print(text.encode())


def _print(payload: bytes) -> None:
    """Write data to stdout.

    Raises
    ------
    SinkcalcError
        If it cannot be written there, as on a full disk.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(payload)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        with contextlib.suppress(OSError):
            # or what is left in the buffer would fail once more at the end of the program
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SinkcalcError(
            zh=f"无法写到标准输出:{error.strerror}。请腾出空间或换一个去处(如 -o 文件)",
            en=f"cannot write to standard output: {error.strerror}. Make room, or write somewhere "
            "else, as with -o FILE",
        ) from None


def write_text(path: Path, text: str, settings: Settings) -> None:
    """Write a page to a file."""
    _write_file(path, text.encode())
    talk(settings, f"已写入 {path}", f"wrote {path}")


def write_bytes(path: Path, payload: bytes, settings: Settings) -> None:
    """Write a picture to a file."""
    _write_file(path, payload)
    talk(settings, f"已写入 {path}", f"wrote {path}")


def write_payload(path: Path, frame: "pl.DataFrame", settings: Settings) -> None:
    """Write rows to a CSV file."""
    _write_file(path, payload_of(frame, "csv"))
    _tell_written(settings, path, frame.height)


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


def _write_file(path: Path, payload: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
    try:
        if path.exists() and not path.is_file():
            # a device or a pipe is written to; a file in its place would end it
            path.write_bytes(payload)
            return
        try:
            temporary.write_bytes(payload)
            temporary.replace(path)
        except BaseException:
            # an interruption too leaves nothing half-written
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageProblem(
            zh=f"无法写入 {path}:{reason_zh(error)}", en=f"cannot write {path}: {error.strerror}"
        ) from None
