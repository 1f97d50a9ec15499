"""`sinkcalc publish`: reads the target, refuses options of other targets, hands over."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from sinkcalc.cli import publish_folder, publish_postgres, publish_spatial
from sinkcalc.cli.output import format_options
from sinkcalc.cli.settings import Settings
from sinkcalc.errors import UsageProblem
from sinkcalc.pipeline.postgres_url import is_postgres_url, masked

_FOLDER: Final = "folder"
_GEOPACKAGE: Final = "GeoPackage"
_POSTGRES: Final = "PostgreSQL"
_NAMES_ZH: Final = {_FOLDER: "文件夹", _GEOPACKAGE: _GEOPACKAGE, _POSTGRES: _POSTGRES}

# target -> its options, which are those of a module of its own, and what writes to it
_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    _FOLDER: publish_folder.OPTIONS,
    _GEOPACKAGE: publish_spatial.OPTIONS,
    _POSTGRES: publish_postgres.OPTIONS,
}
_WRITERS: Final[dict[str, Callable[..., None]]] = {
    _FOLDER: publish_folder.publish,
    _POSTGRES: publish_postgres.publish,
    _GEOPACKAGE: publish_spatial.publish,
}


@click.command("publish", short_help="发布:文件、图层、数据库 · hand results over")
@click.option(
    "--to",
    "target",
    required=True,
    metavar="DIR|FILE.gpkg|postgresql://…",
    help="去处:文件夹、GeoPackage 文件或 PostgreSQL 地址 · where to",
)
@click.option(
    "--force",
    is_flag=True,
    help="GeoPackage:覆盖别的程序写的文件;PostgreSQL:数据未变也重写 · GeoPackage: replace a file "
    "of another program; PostgreSQL: write also what has not changed",
)
@publish_folder.options
@publish_postgres.options
@publish_spatial.options
@format_options
@click.pass_context
def command(
    ctx: click.Context, /, target: str, fmt: str | None, output: Path | None, **options: Any
) -> None:
    """发布本数据库 · hand the database over.

    \b
    到文件夹:冻结的 DuckDB 文件、各视图的 Parquet 与 CSV、datapackage.json、说明。
    数据未变则不重复发布;保留最近 N 个状态。
    To a folder: a frozen DuckDB file, Parquet and CSV of every view, datapackage.json, a README.
    The same rows are published once; the last N states are kept.

    \b
    到 GeoPackage:县、小班、湿地图层,带碳储量与 QGIS 样式;--boundaries 给出县界。
    To a GeoPackage: counties, stands and wetlands with their carbon, styled for QGIS.

    \b
    注意:发布的 DuckDB 文件是完整副本,含碳汇项目台账、项目文本和地块图形;
    --views-only 只给出视图的行(其中仍有项目与台账视图),且不能用 restore 恢复。
    Mind: the DuckDB file is a whole copy, with the ledger of carbon projects, their texts and
    the shapes of parcels. --views-only gives the rows of the views alone (those of projects and
    their ledger among them), and restore cannot restore from it.

    \b
    到 PostgreSQL:每个视图一张表,带类型、注释、主键、索引,一次事务;读者总看到整个旧状态或新状态。
    To PostgreSQL: a table a view, with types, comments, keys and indexes, in one transaction;
    readers see all of the old state or all of the new one.

    \b
    例 · examples:
      sinkcalc publish --to /srv/sinkcalc
      sinkcalc publish --to /srv/sinkcalc --keep 12 --pin
      sinkcalc publish --to 给外单位 --views-only
      sinkcalc publish --to 碳汇.gpkg --boundaries 县界.shp
      sinkcalc publish --to postgresql://user@host/database --grant readers
    """
    kind = _kind(target)
    _require_own(ctx, kind)
    settings: Settings = ctx.obj
    own = {name: options[name] for name in _OPTIONS[kind]}
    _WRITERS[kind](settings, target, fmt=fmt, output=output, **own)


def _kind(target: str) -> str:
    if is_postgres_url(target):
        kind = _POSTGRES
    elif Path(target).suffix.lower() == ".gpkg":
        kind = _GEOPACKAGE
    else:
        kind = _FOLDER
    if not target or ("://" in target and kind == _FOLDER) or kind not in _WRITERS:
        raise UsageProblem(
            zh=f"不能发布到 {masked(target)!r}:--to 须为文件夹、.gpkg 文件或 postgresql:// 地址",
            en=f"cannot publish to {masked(target)!r}: --to is a folder, a file .gpkg or an "
            "address postgresql://",
        )
    return kind


def _require_own(ctx: click.Context, kind: str) -> None:
    """Refuse an option that says nothing to this target, rather than pass over it."""
    given = [
        parameter
        for parameter in ctx.command.params
        if parameter.name is not None
        and ctx.get_parameter_source(parameter.name) is click.core.ParameterSource.COMMANDLINE
    ]
    for parameter in given:
        others = [other for other, names in _OPTIONS.items() if parameter.name in names]
        if others and kind not in others:
            flag = max(parameter.opts, key=len)
            targets = " or ".join(others)
            raise UsageProblem(
                zh=f"{flag} 用于发布到{'、'.join(_NAMES_ZH[other] for other in others)},"
                f"不用于{_NAMES_ZH[kind]}",
                en=f"{flag} is for publishing to a {targets}, not to a {kind}",
            )
