"""`sinkcalc publish --to DIR`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.pipeline.publish import FolderOptions, Published

OPTIONS: Final = ("keep", "pin", "unpin", "views_only")
_DEFAULT_KEEP: Final = 5
# a mark without a name is for the state that is published
_THIS: Final = "."


def options(command: Any) -> Any:
    """Add the options of publishing to a folder."""
    for option in (
        click.option(
            "--views-only",
            is_flag=True,
            help="只发布视图的行,不含底层各表 · rows of the views without the tables below them",
        ),
        click.option(
            "--unpin",
            is_flag=False,
            flag_value=_THIS,
            metavar="[STATE]",
            help="去掉长期保留的标记 · take the mark off",
        ),
        click.option(
            "--pin",
            is_flag=False,
            flag_value=_THIS,
            metavar="[STATE]",
            help="标记为长期保留(缺省为本次状态)· mark a state, this one by default, to be kept",
        ),
        click.option(
            "--keep",
            type=click.IntRange(min=1),
            default=_DEFAULT_KEEP,
            show_default=True,
            metavar="N",
            help="文件夹:保留最近 N 个状态 · folder: keep the last N states",
        ),
    ):
        command = option(command)
    return command


def publish(
    settings: Settings,
    target: str,
    *,
    keep: int,
    pin: str | None,
    unpin: str | None,
    views_only: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """Publish to a folder and list its states."""
    import polars as pl

    from sinkcalc.pipeline.publish import FolderOptions, publish_folder

    folder = Path(target)
    wanted = FolderOptions(keep=keep, pin=pin, unpin=unpin, views_only=views_only)
    done = publish_folder(settings.db, folder, wanted, settings.wait)
    _tell(settings, done, folder, wanted)
    rows = [
        {
            "state": one.state,
            "current_state": one is done.entries[-1],
            "pinned": one.pinned,
            "views_only": one.views_only,
            "simulated": one.simulated,
            "latest_event": one.latest_event,
            "rows_sha256": one.rows_sha256,
            "program_version": one.program_version,
            "path": str(folder / "states" / one.state),
        }
        for one in done.entries
    ]
    emit(
        pl.DataFrame(rows),
        settings,
        fmt,
        output,
        view=lambda frame: frame.drop("rows_sha256", "program_version"),
    )


def _tell(settings: Settings, done: "Published", folder: Path, wanted: "FolderOptions") -> None:
    from sinkcalc.pipeline.publish import DAMAGED, NEW

    if done.found == NEW:
        talk(
            settings,
            f"已发布状态 {done.state} 到 {folder}",
            f"published state {done.state} to {folder}",
        )
        if not wanted.views_only:
            talk(
                settings,
                "其中的 DuckDB 文件含全部数据,包括碳汇项目台账",
                "its DuckDB file holds everything, the ledger of carbon projects too",
            )
    elif done.found == DAMAGED:
        talk(
            settings,
            f"状态 {done.state} 的文件已被改动或缺失,已重新发布",
            f"files of state {done.state} had changed or were missing: it was published anew",
        )
    else:
        talk(
            settings,
            f"数据没有变化:状态 {done.state} 已发布,文件未改动",
            f"nothing has changed: state {done.state} is published, its files are as they were",
        )
    for state in done.removed:
        talk(
            settings,
            f"已删除旧状态 {state}(保留最近 {wanted.keep} 个;用 --pin 长期保留)",
            f"removed old state {state} (the last {wanted.keep} are kept, and those marked with "
            "--pin)",
        )
