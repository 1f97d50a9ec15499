"""`sinkcalc ccer new`."""

from datetime import date, datetime
from pathlib import Path

import click

from sinkcalc.cli.output import talk, write_bytes
from sinkcalc.cli.settings import Settings


@click.command("new", short_help="写出项目文件模板 · write a template of a project file")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--methodology",
    required=True,
    metavar="CODE",
    help="方法学编号,见 sinkcalc ccer packs · code of the methodology, see sinkcalc ccer packs",
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    help="开工日期,缺省为今年 1 月 1 日 · first day, 1 January of this year if absent",
)
@click.option(
    "--parcels",
    is_flag=True,
    help="同时写出空的地块表 parcels.xlsx · write an empty table of parcels too, parcels.xlsx",
)
@click.option("--force", is_flag=True, help="覆盖已有文件 · replace files that are there")
@click.pass_obj
def command(
    settings: Settings,
    file: Path,
    methodology: str,
    start: datetime | None,
    parcels: bool,
    force: bool,
) -> None:
    """写出带说明的项目文件模板;说明的语言随 --lang · write a project file with comments.

    \b
      sinkcalc ccer new our-project.toml --methodology CCER-14-001-V01 --parcels
    """
    from sinkcalc.pipeline.ccer_new import new_project

    first = date(date.today().year, 1, 1) if start is None else start.date()
    made = new_project(file, methodology, first, settings.lang, parcels=parcels, force=force)
    for path, content in made.files.items():
        write_bytes(path, content, settings)
    talk(
        settings,
        f"填写地块表和碳层后运行:sinkcalc ccer screen {file}",
        f"fill in the parcels and strata, then run: sinkcalc ccer screen {file}",
    )
