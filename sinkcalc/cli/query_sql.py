"""`sinkcalc query sql`."""

import sys
from pathlib import Path

import click

from sinkcalc.cli.output import emit, end_at_once, format_options, talk
from sinkcalc.cli.query_options import rows_option
from sinkcalc.cli.query_rows import kept_rows, tell_left_out
from sinkcalc.cli.query_view import marked_title
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import EXIT_FAILED, EXIT_INTERRUPTED, SinkcalcError, UsageProblem, reason_zh

_STDIN = "-"


@click.command("sql", short_help="自己写的只读 SQL · read-only SQL of one's own")
@click.argument("statement", required=False, metavar="SQL")
@click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="从文件读取 SQL · read the SQL from a file",
)
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="S",
    help="最长运行秒数 · seconds until the SQL is stopped",
)
@click.option(
    "--max-memory",
    default="4GB",
    show_default=True,
    metavar="SIZE",
    help="最大内存,如 500MB · memory at most, such as 500MB",
)
@rows_option
@format_options
@click.pass_obj
def command(
    settings: Settings,
    statement: str | None,
    file: Path | None,
    max_seconds: float,
    max_memory: str,
    max_rows: int | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """运行一条只读 SQL;- 从标准输入读取 · run one statement that reads; - takes it from stdin.

    不带模式名的表先在 bureau 的视图中找 · an unqualified name is a view of bureau first.

    \b
      sinkcalc query sql "SHOW TABLES FROM bureau"
      sinkcalc query sql "DESCRIBE estimates"
      sinkcalc query sql "SELECT * FROM latest_estimates WHERE by_keys = ''" --csv
      sinkcalc query sql -f question.sql -o answer.xlsx
    """
    from sinkcalc.store.ask import Limits, ask, memory_bytes
    from sinkcalc.store.connection import reading
    from sinkcalc.store.queries import holds_simulated
    from sinkcalc.store.views import require_views

    try:
        memory_bytes(max_memory)
    except ValueError:
        raise UsageProblem(
            zh=f"--max-memory {max_memory} 不是内存大小,写 500MB、4GB 或 2GiB",
            en=f"--max-memory {max_memory} is no size of memory; write 500MB, 4GB or 2GiB",
        ) from None
    text = _text(statement, file)
    limits = Limits(max_seconds, max_memory, kept_rows(max_rows, fmt, output))
    with reading(settings.db, settings.wait) as con:
        require_views(con, settings.db)
        simulated = holds_simulated(con)
        answer = ask(con, text, limits, lambda error: _leave(error, settings))
    title = marked_title("", answer.frame, simulated, settings)
    emit(answer.frame, settings, fmt, output, title=title.strip() or None, raw=True)
    tell_left_out(settings, answer.left_out)
    if answer.frame.is_empty():
        talk(
            settings,
            "没有符合的行。代码列存的是代码(如 arbor),中文在同名加 _zh 的列;"
            "有哪些值:SELECT DISTINCT 列 FROM 表",
            "there are no such rows. Columns of codes hold codes (such as arbor), Chinese words "
            "stand in the columns ending in _zh; the values: SELECT DISTINCT column FROM table",
        )


def _text(statement: str | None, file: Path | None) -> str:
    if (statement is None) == (file is None):
        raise UsageProblem(
            zh='写一条 SQL,或用 -f 文件,二者取一:sinkcalc query sql "SHOW TABLES FROM bureau"',
            en="write one statement, or name a file with -f: "
            'sinkcalc query sql "SHOW TABLES FROM bureau"',
        )
    try:
        if file is not None:
            return file.read_text(encoding="utf-8-sig")
        if statement == _STDIN:
            return sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as error:
        raise UsageProblem(
            zh=f"无法读取 {file}:{reason_zh(error)}", en=f"cannot read {file}: {error.strerror}"
        ) from None
    except UnicodeDecodeError:
        raise UsageProblem(
            zh=f"{file or 'stdin'} 不是 UTF-8 文本;请另存为 UTF-8",
            en=f"{file or 'stdin'} is no text in UTF-8; save it as UTF-8",
        ) from None
    return str(statement)


def _leave(error: SinkcalcError | None, settings: Settings) -> None:
    """End the program at once: the statement does not stop, and nothing was being written."""
    if error is None:
        end_at_once("已中断 · interrupted", EXIT_INTERRUPTED)
    else:
        head = settings.say("错误:", "error: ")
        end_at_once(f"{head}{error.text(settings.lang)}", EXIT_FAILED)
