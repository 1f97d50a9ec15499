"""`sinkcalc ccer ledger show` and `check`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.errors import EXIT_FAILED

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.ccer_ledger import Book

# counted like names, not like amounts
_NUMBERS = ("entry_no", "version", "corrects", "vintage")
_SHA256 = "^([0-9a-f]{12})[0-9a-f]{52}$"
_WORDS = ("kind", "purpose", "check", "standing")


def readable(frame: "pl.DataFrame", settings: Settings) -> "pl.DataFrame":
    """Show words in the chosen language, numbers of entries as they are, no empty column."""
    import polars as pl

    if "document" in frame.columns:
        # of a project file the hash stands there, of which the beginning is enough to the eye
        frame = frame.with_columns(pl.col("document").str.replace(_SHA256, "$1…"))
    shown = frame.with_columns(
        pl.col(name).cast(pl.String) for name in _NUMBERS if name in frame.columns
    ).with_columns(
        pl.col(name).map_elements(lambda text: word(text, settings), return_dtype=pl.String)
        for name in _WORDS
        if name in frame.columns
    )
    return shown.select(
        name for name in shown.columns if shown.is_empty() or shown[name].null_count() < len(shown)
    )


@click.command("show", short_help="记录与余额 · entries and balances")
@click.option("--project", "project_id", help="只看一个项目 · one project only")
@click.option(
    "--by",
    type=click.Choice(["vintage", "event"]),
    help="改列余额(按项目与产生年度)或活动 · balances by project and vintage, or events, instead",
)
@format_options
@click.pass_obj
def show(
    settings: Settings, project_id: str | None, by: str | None, fmt: str | None, output: Path | None
) -> None:
    """列出账簿的记录与余额 · list the entries of the book and the balances.

    \b
    余额 = 已签发 - 已注销 - 已逆转;没有产生年度的一行是整个项目
    balance = issued - cancelled - reversed; the row without a vintage is the whole project
    """
    from sinkcalc.pipeline.ccer_book import entries_of
    from sinkcalc.pipeline.ccer_ledger import read_book

    book = read_book(settings.db, settings.wait)
    if by == "vintage":
        show_balances(settings, book, project_id, fmt, output)
    elif by == "event":
        show_events(settings, book, project_id, fmt, output)
    else:
        rows = entries_of(book, project_id)
        title = settings.say("账簿的记录", "entries of the book")
        _list(rows, settings, fmt, output, title)
        if fmt is None and output is None:
            show_balances(settings, book, project_id, None, None)


def _list(
    rows: "pl.DataFrame", settings: Settings, fmt: str | None, output: Path | None, title: str
) -> None:
    marked = simulated_mark(bool(rows["simulated"].any()), settings) + title
    emit(
        rows,
        settings,
        fmt,
        output,
        lambda frame: readable(frame.drop("entry_id", "simulated", strict=False), settings),
        marked,
    )


def show_balances(
    settings: Settings, book: "Book", project_id: str | None, fmt: str | None, output: Path | None
) -> None:
    """List the balances, and say where one is below 0."""
    import polars as pl

    from sinkcalc.pipeline.ccer_book import balances_of

    rows = balances_of(book, project_id)
    title = settings.say("余额,t CO2e", "balances, t CO2e")
    _list(rows, settings, fmt, output, title)
    debts = rows.filter(pl.col("debt_t") > 0, pl.col("vintage").is_null())
    for name, debt in debts.select("project_id", "debt_t").iter_rows():
        talk(
            settings,
            f"项目 {name} 欠 {debt:,} t:已注销的减排量,其碳储量已损失。管理办法没有逆转的规定",
            f"project {name} owes {debt:,} t: units that were used and whose stock is lost. The "
            "measures have no rule on reversals",
        )


def show_events(
    settings: Settings, book: "Book", project_id: str | None, fmt: str | None, output: Path | None
) -> None:
    """List what was cancelled for each event beside its emissions."""
    from sinkcalc.pipeline.ccer_book import events_of

    rows = events_of(book, project_id)
    title = settings.say("活动的抵销,t CO2e", "offsets of events, t CO2e")
    _list(rows, settings, fmt, output, title)
    talk(
        settings,
        "活动的排放量由用户给出。《大型活动碳中和实施指南》规定的抵销次序未能读到,没有核对",
        "emissions of events are as given by the user. The order in which the guide to carbon "
        "neutrality of large events prefers offsets could not be read and is not checked",
    )


@click.command("check", short_help="重新核对账簿 · check the book from its first entry")
@format_options
@click.pass_obj
def check(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """重新核对全部登记与记录 · check every registration and entry in the database once more.

    \b
    土地重叠、改动过的记录、规则、编号、余额、签发与预计;有错误时退出码 1
    shared land, changed entries, rules, serial numbers, balances, issues against what was
    expected; exit code 1 if there is an error
    """
    import polars as pl

    from sinkcalc.pipeline.ccer_book import check_ledger

    rows = check_ledger(settings.db, settings.wait)
    other = settings.say("reason_en", "reason_zh")
    own = settings.say("reason_zh", "reason_en")

    def view(frame: "pl.DataFrame") -> "pl.DataFrame":
        return readable(frame.drop(other).rename({own: "ledger_problem"}), settings)

    title = settings.say("账簿的问题", "what is wrong in the book")
    emit(rows, settings, fmt, output, view, title)
    errors = rows.filter(pl.col("severity") == "error").height
    talk(
        settings,
        f"错误 {errors},警告 {rows.height - errors}",
        f"{errors} errors, {rows.height - errors} warnings",
    )
    if errors:
        sys.stdout.flush()
        raise click.exceptions.Exit(EXIT_FAILED)
