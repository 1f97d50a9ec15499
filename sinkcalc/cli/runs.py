"""`sinkcalc runs`."""

from pathlib import Path

import click

from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem


@click.group("runs", short_help="运行记录 · runs and the parameters they used")
def command() -> None:
    """运行记录 · where a figure came from."""


@command.command("list")
@format_options
@click.pass_obj
def list_(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """列出全部运行 · list every run."""
    from sinkcalc.cli.views import runs_view
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import list_runs

    with reading(settings.db, settings.wait) as con:
        rows = list_runs(con)
    emit(rows, settings, fmt, output, runs_view)


@command.command("show")
@click.argument("run_id")
@click.option(
    "--classes",
    is_flag=True,
    help="ipcc-2006 的蓄积分级 · the mean stocks that chose the factors of ipcc-2006",
)
@format_options
@click.pass_obj
def show(
    settings: Settings, run_id: str, classes: bool, fmt: str | None, output: Path | None
) -> None:
    """某次运行用到的参数 · every parameter a run's figures rest on."""
    from sinkcalc.cli.methods import classes_view
    from sinkcalc.cli.views import parameter_view
    from sinkcalc.store.connection import reading
    from sinkcalc.store.results import has_run, read_volume_classes, run_parameters

    with reading(settings.db, settings.wait) as con:
        known, rows = has_run(con, run_id), run_parameters(con, run_id)
        means = read_volume_classes(con, run_id)
    if not known:
        raise UsageProblem(
            zh=f"没有运行 {run_id};用 sinkcalc runs list 查看",
            en=f"there is no run {run_id}; see sinkcalc runs list",
        )
    if classes:
        emit(means, settings, fmt, output, classes_view)
    else:
        emit(rows, settings, fmt, output, parameter_view)
