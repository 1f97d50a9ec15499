"""`sinkcalc ccer export`."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    from sinkcalc.ccer.dossier import Dossier

# items that are named on the terminal; all of them stand in the export
_NAMED: Final = 5


@click.command("export", short_help="导出可追溯的项目表 · tables that an auditor can follow")
@click.argument("project", metavar="PROJECT.toml", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="导出的文件夹 · folder to make",
)
@click.option(
    "--include-unknown",
    is_flag=True,
    help="计入未判定的地块(整份加盖草案) · count parcels that a rule could not judge, as a draft",
)
@click.option("--force", is_flag=True, help="替换已有的导出 · replace an export that lies there")
@click.pass_obj
def command(
    settings: Settings, /, project: Path, folder: Path, include_unknown: bool, force: bool
) -> None:
    """把项目写成工作簿(每个算出的格都是公式)、表、JSON、输入副本与清单 · write a project as files.

    A workbook with the tables of the project design document in which every computed cell is a
    formula, tables as CSV and Parquet, JSON with its schema, copies of the inputs, and a manifest
    with hashes. Every page is marked as a draft until each item that the figures rest on is
    verified (sinkcalc params verify). The same project gives the same bytes.

    \b
    例 · examples:
      sinkcalc ccer export our-project.toml --to export
      sinkcalc ccer export our-project.toml --to export --force
      sinkcalc ccer verify-export export
    """
    from sinkcalc.pipeline.ccer_export import export_project

    made = export_project(
        project,
        folder,
        settings.db,
        settings.wait,
        include_unknown=include_unknown,
        force=force,
    )
    talk(
        settings,
        f"已写入 {made.folder}({len(made.files)} 个文件),运行编号 {made.dossier.run_id}",
        f"wrote {made.folder} ({len(made.files)} files), run {made.dossier.run_id}",
    )
    for zh, en in made.dossier.notes:
        talk(settings, zh, en)
    _talk_about_stamps(settings, made.dossier)


def _talk_about_stamps(settings: Settings, dossier: "Dossier") -> None:
    for stamp in dossier.stamps:
        talk(settings, f"【{stamp.zh}】", f"[{stamp.en}]")
    items = dossier.unverified["item_id"].to_list()
    if not items:
        return
    first = ", ".join(items[:_NAMED])
    more = len(items) - _NAMED
    talk(
        settings,
        f"{len(items)} 个条目凭记忆或假定、尚未核对:{first}"
        + (f" 等(另 {more} 个见“未核对”表)" if more > 0 else "")
        + "。核对后用 sinkcalc params verify 记录",
        f"{len(items)} items are recalled or assumed and not verified: {first}"
        + (f" and {more} more, see the sheet “unverified”" if more > 0 else "")
        + ". Check them and record it with sinkcalc params verify",
    )
