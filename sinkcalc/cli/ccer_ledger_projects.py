"""`sinkcalc ccer ledger register`, `projects` and `withdraw`."""

from datetime import date as day_of
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sinkcalc.cli.ccer_ledger_entries import day_option
from sinkcalc.cli.ccer_ledger_show import readable
from sinkcalc.cli.output import emit, format_options, simulated_mark, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.ccer.calculation import Calculation
    from sinkcalc.pipeline.ccer_register import Registration


@click.command("register", short_help="登记项目 · register a project")
@click.argument("project", metavar="PROJECT.toml", type=click.Path(path_type=Path))
@day_option("--date", "登记日期,默认今天 · day of the registration, today by default")
@click.option(
    "--include-unknown",
    is_flag=True,
    help="也登记不能判定的地块(默认不登记) · register parcels that a rule could not judge as well",
)
@click.option(
    "--amend",
    metavar="REASON",
    help="变更已登记的项目:另立版本,写明原因 · change a registered project: a version of its own, "
    "with the reason",
)
@click.pass_obj
def register(
    settings: Settings,
    /,
    project: Path,
    date: datetime | None,
    include_unknown: bool,
    amend: str | None,
) -> None:
    """登记项目:合格地块与逐年预计减排量 · register a project with its eligible parcels.

    \b
    同一土地只能在一个项目中:同一小班、同村同编号的地块、同一权属证号与地块、图形重叠的拒绝
    a piece of land is in one project only: refused are the same stand, the same parcel number in
    one village, the same title and parcel, overlapping polygons
    \b
    没有签发的项目可以重新登记;签发后的变更用 --amend
    a project without issues may be registered anew; with them, a change takes --amend
    """
    from sinkcalc.pipeline.ccer_registration import register_project

    found, made = register_project(
        project,
        settings.db,
        day_of.today() if date is None else date.date(),
        amend,
        settings.wait,
        include_unknown=include_unknown,
    )
    _talk_about_registration(settings, found, made)


def _talk_about_registration(
    settings: Settings, found: "Registration", made: "Calculation"
) -> None:
    record = found.record
    mark = simulated_mark(record.simulated, settings)
    done = {
        "registered": ("已登记", "registered"),
        "replaced": ("已重新登记", "registered anew"),
        "amended": ("已登记变更", "registered the change of"),
        "dated": ("没有变化,登记日期改为更早的日期", "unchanged, registered on an earlier day"),
        "unchanged": ("已登记过,没有变化", "registered before and unchanged"),
    }[found.done]
    expected = int(made.yearly["creditable_t"][-1])
    talk(
        settings,
        f"{mark}{done[0]}:项目 {record.project_id} 第 {record.version} 版,{record.parcels} 个地块,"
        f"{record.area_ha:,.4f} ha,计入期预计 {expected:,} t CO2e",
        f"{mark}{done[1]}: project {record.project_id}, version {record.version}, "
        f"{record.parcels} parcels, {record.area_ha:,.4f} ha, {expected:,} t CO2e expected over "
        "the crediting period",
    )
    if record.draft:
        talk(
            settings,
            f"草案:{made.unverified.height} 项参数未核对,{made.unknown_parcels} 个地块未能判定",
            f"draft: {made.unverified.height} items are not verified, {made.unknown_parcels} "
            "parcels not decided",
        )
    if record.standing != "in_force":
        talk(
            settings,
            f"{record.methodology} 不是现行的国家方法学:减排量不能在全国登记",
            f"{record.methodology} is no national methodology in force: its units are not "
            "registered nationally",
        )
    if made.excluded.height:
        talk(
            settings,
            f"不登记 {made.excluded.height} 个不合格或不能判定的地块;见 sinkcalc ccer screen",
            f"{made.excluded.height} parcels that fail a rule or could not be judged are not "
            "registered; see sinkcalc ccer screen",
        )
    _talk_about_comparison(settings, found)


def _talk_about_comparison(settings: Settings, found: "Registration") -> None:
    """Say what could not be compared with the land of other projects."""
    if found.unknown:
        talk(
            settings,
            f"{len(found.unknown)} 个地块没有小班、村、权属证号或图形,不能与其他项目比较",
            f"{len(found.unknown)} parcels have no stand, village, title or polygon and cannot be "
            "compared with those of other projects",
        )
    if not found.polygons:
        talk(
            settings,
            '没有安装 shapely、pyproj,图形未与其他项目比较;pip install "sinkcalc[gis]"',
            "shapely and pyproj are not installed, polygons are not compared with those of other "
            'projects; pip install "sinkcalc[gis]"',
        )


@click.command("projects", short_help="登记的项目 · registered projects")
@format_options
@click.pass_obj
def projects(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """列出登记的项目 · list the registered projects in the version that holds now."""
    from sinkcalc.pipeline.ccer_book import registered_projects

    rows = registered_projects(settings.db, settings.wait)
    hidden = ["pack_version", "gwp_set", "run_id", "reason", "simulated", "start_date"]

    def view(frame: "pl.DataFrame") -> "pl.DataFrame":
        return readable(frame.drop(hidden), settings)

    title = settings.say("登记的碳汇项目", "registered carbon projects")
    mark = simulated_mark(bool(rows["simulated"].any()), settings)
    emit(rows, settings, fmt, output, view, mark + title)


@click.command("withdraw", short_help="撤销项目 · take a project out")
@click.argument("project_id")
@day_option("--date", "撤销日期 · day", required=True)
@click.option("--reason", required=True, help="原因 · reason")
@click.pass_obj
def withdraw(settings: Settings, project_id: str, date: datetime, reason: str) -> None:
    """撤销登记的项目,撤销后不能再登记 · take a project out of the register, for good.

    \b
    没有签发过减排量的,其地块可由别的项目登记;签发过的仍归它,余额仍可注销
    without issued units its parcels are free for another project; with them they stay its own,
    and what is left can still be cancelled
    """
    from sinkcalc.pipeline.ccer_ledger import withdraw as enter

    _, entry = enter(settings.db, project_id, date.date(), reason, settings.wait)
    talk(
        settings,
        f"第 {entry.entry_no} 笔:项目 {project_id} 已撤销,不能再登记(管理办法第十六条)",
        f"entry {entry.entry_no}: the project {project_id} is withdrawn and cannot be registered "
        "again (article 16 of the measures)",
    )
