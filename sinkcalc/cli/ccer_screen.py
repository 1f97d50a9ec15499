"""`sinkcalc ccer screen`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.output import emit, format_options, require_not_read
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem
from sinkcalc.vocabulary import SCREENING_OUTCOMES

if TYPE_CHECKING:
    from sinkcalc.pipeline.ccer_screen import Screened


@click.command("screen", short_help="地块是否合格 · which parcels are eligible")
@click.argument(
    "project", required=False, metavar="[PROJECT.toml]", type=click.Path(path_type=Path)
)
@click.option(
    "--methodology",
    metavar="CODE",
    help="不用项目文件:按此方法学筛查数据库中的小班 · without a project file: judge stands of "
    "the database by this methodology",
)
@click.option("--survey", type=int, help="小班的调查(默认最近一次) · survey of the stands")
@click.option(
    "--where", metavar="SQL", help="只筛查符合条件的小班 · only stands that meet a condition"
)
@click.option(
    "--by",
    type=click.Choice(("rule", "parcel")),
    help="每条款一行,或每地块一行 · one row a rule, or a parcel",
)
@click.option(
    "--only", type=click.Choice(SCREENING_OUTCOMES), help="只列此结果 · only rows of this outcome"
)
@format_options
@click.pass_obj
def command(
    settings: Settings,
    /,
    project: Path | None,
    methodology: str | None,
    survey: int | None,
    where: str | None,
    by: str | None,
    only: str | None,
    fmt: str | None,
    output: Path | None,
) -> None:
    """逐地块逐条款判定:符合、不符合、未知;未知不是符合 · judge each parcel by each rule.

    A parcel fails if it fails one rule; it is not decided if it fails none and one is unknown.
    Tables show one line a rule; JSON, CSV and the others hold every parcel under every rule.

    \b
    例 · examples:
      sinkcalc ccer screen our-project.toml
      sinkcalc ccer screen our-project.toml --by parcel --only unknown
      sinkcalc ccer screen our-project.toml -o 筛查.xlsx
      sinkcalc ccer screen --methodology CCER-14-001-V01 --survey 2023
      sinkcalc ccer screen --methodology CCER-14-001-V01 --where "region_code = '330112'" --json
    """
    from sinkcalc.cli.ccer_screen_view import (
        screen_title,
        shown_rows,
        talk_about_screening,
        talk_about_stands,
        view,
    )

    found = _screened(settings, project, methodology, survey, where)
    require_not_read(output, found.files)
    table = fmt == "table" or (fmt is None and (output is None or output.suffix == ".txt"))
    emit(
        shown_rows(found, by or ("rule" if table else None), only),
        settings,
        fmt,
        output,
        lambda frame: view(frame, found, settings),
        screen_title(found, settings),
    )
    talk_about_screening(found, settings)
    if project is None:
        talk_about_stands(found, settings)


def _screened(
    settings: Settings,
    project: Path | None,
    methodology: str | None,
    survey: int | None,
    where: str | None,
) -> "Screened":
    from sinkcalc.pipeline.ccer_screen import screen_project, screen_stands

    if project is None:
        if methodology is None:
            raise UsageProblem(
                zh="请给出项目文件,或用 --methodology 编号 筛查数据库中的小班。"
                "sinkcalc ccer new 写出项目文件的模板",
                en="give a project file, or --methodology CODE to judge stands of the database. "
                "sinkcalc ccer new writes a template of a project file",
            )
        return screen_stands(settings.db, methodology, survey, where, settings.wait)
    for name, value in (("methodology", methodology), ("survey", survey), ("where", where)):
        if value is not None:
            raise UsageProblem(
                zh=f"项目文件已写明方法学与地块,不与 --{name} 合用;请去掉其一",
                en=f"the project file says methodology and parcels, so it does not go with "
                f"--{name}: leave one of them out",
            )
    return screen_project(project, settings.db, settings.wait)
