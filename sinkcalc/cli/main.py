"""Entry point: global options, the list of commands, errors and exit codes."""

import os
import re
import signal
import sys
from pathlib import Path
from typing import Final

import click

from sinkcalc import __version__
from sinkcalc.cli.lazy import LazyGroup
from sinkcalc.cli.settings import Settings, default_lang
from sinkcalc.cli.visible import visible
from sinkcalc.errors import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE, Lang, SinkcalcError

# command -> module of sinkcalc.cli; a module is imported when its command or the help is asked for
COMMANDS: Final = {
    "demo": "demo",
    "init": "init",
    "load": "load",
    "surveys": "surveys",
    "estimate": "estimate",
    "change": "change",
    "target": "target",
    "forecast": "forecast",
    "survey": "survey",
    "cores": "cores",
    "calibrate": "calibrate",
    "ccer": "ccer",
    "query": "query",
    "params": "params",
    "runs": "runs",
    "publish": "publish",
    "restore": "restore",
    "doctor": "doctor",
}


@click.group(
    cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="sinkcalc")
@click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SINKCALC_DB",
    default=Path("sinkcalc.duckdb"),
    show_default=True,
    help="数据库文件 · database file [$SINKCALC_DB]",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="语言 · language [$SINKCALC_LANG]")
@click.option("--quiet", is_flag=True, help="不输出说明 · no talk on stderr")
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="等待数据库的秒数 · seconds to wait for a locked database",
)
@click.pass_context
def cli(ctx: click.Context, db: Path, lang: str | None, quiet: bool, wait: float) -> None:
    """森林与湿地碳汇估算 · forest and wetland carbon-sink estimator.

    \b
    快速开始 · start here:
      sinkcalc demo
      sinkcalc load stands 小班.csv --survey 2020
      sinkcalc estimate --survey 2020 --by region
      sinkcalc target
    """
    chosen: Lang = default_lang() if lang is None else "zh" if lang == "zh" else "en"
    ctx.obj = Settings(db=db, lang=chosen, quiet=quiet, wait=wait)


def main() -> None:
    """Run the command line and leave with the exit code of the contract."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # a stopped job removes its copies of files, as an interrupted one does
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(_run())


def _run() -> int:
    lang = _asked_lang()
    try:
        code = cli.main(standalone_mode=False, prog_name="sinkcalc")
    except SinkcalcError as error:
        head = "错误:" if lang == "zh" else "error: "
        click.echo(visible(f"{head}{error.text(lang)}"), err=True)
        return error.exit_code
    except click.ClickException as error:
        _show_usage_error(error, lang)
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中断 · interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader of our output has left; nothing is wrong with the job
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except BaseException as error:
        # a panic of a library written in Rust is no Exception
        panic = type(error).__name__ == "PanicException"
        if os.environ.get("SINKCALC_DEBUG") or not (isinstance(error, Exception) or panic):
            raise
        first = visible(str(error).splitlines()[0]) if str(error) else ""
        kind = f"{type(error).__name__}: {first}"
        click.echo(
            f"内部错误 · internal error: {kind}\n"
            "设 SINKCALC_DEBUG=1 重试可得详情 · run again with SINKCALC_DEBUG=1 for the details",
            err=True,
        )
        return EXIT_FAILED
    return code if isinstance(code, int) else 0


def _show_usage_error(error: click.ClickException, lang: Lang) -> None:
    if lang == "en":
        error.show()
        return
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "sinkcalc"
    click.echo(f"命令用法错误:{_usage_zh(error)}", err=True)
    click.echo(f"用 {command} --help 查看用法", err=True)


def _usage_zh(error: click.ClickException) -> str:
    """Say in Chinese what is wrong with a command; what is rare stays in the words of the library.

    Patterns are those of messages of click.
    """
    text = error.format_message()
    for pattern, zh in _USAGE_ZH:
        text = re.sub(pattern, zh, text)
    return text


_USAGE_ZH: Final = (
    (r"No such command ('[^']*')\.?", r"没有命令 \1。"),
    (r"No such option:? ('?\S+?'?)\.?(?=\s|$)", r"没有选项 \1。"),
    (r"Did you mean (.*)\?", r"是否指 \1?"),
    (r"Missing argument ('[^']*')\.?", r"缺少参数 \1"),
    (r"Missing option ('[^']*')\.?", r"缺少选项 \1"),
    (r"Got unexpected extra arguments? \((.*)\)", r"多出参数 \1;路径中有空格时须加引号"),
    (r"Invalid value for ('[^']*'(?: / '[^']*')*): ", r"\1 的值不可用:"),
    (r"(?:File|Directory|Path) ('.*') does not exist\.?", r"没有文件或文件夹 \1,检查路径"),
    (r"('.*') does not match the formats? ('%Y-%m-%d')\.?", r"\1 不是日期,写 2024-03-01"),
    (r"('.*') is not a valid (?:integer|float)(?: range)?\.?", r"\1 不是数字"),
    (r"('.*') is not one of (.*)\.$", r"\1 不在可用的值之内:\2"),
    (r"(\S+) is not in the range (.*)\.$", r"\1 不在范围 \2 之内"),
)


def _asked_lang() -> Lang:
    for i, argument in enumerate(sys.argv):
        if argument == "--lang" and i + 1 < len(sys.argv):
            return "zh" if sys.argv[i + 1] == "zh" else "en"
        if argument.startswith("--lang="):
            return "zh" if argument.endswith("zh") else "en"
    return default_lang()
