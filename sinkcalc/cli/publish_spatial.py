"""`sinkcalc publish --to FILE.gpkg`."""

from pathlib import Path
from typing import Any, Final

import click

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings

OPTIONS: Final = ("survey", "layers", "boundaries", "crs", "method", "force")
_LAYERS: Final = ("counties", "stands", "wetlands")


def options(command: Any) -> Any:
    """Add the options of publishing to a GeoPackage."""
    from sinkcalc.vocabulary import DEFAULT_METHOD

    for option in (
        click.option(
            "--method",
            default=DEFAULT_METHOD,
            show_default=True,
            metavar="NAME",
            help="GeoPackage:森林结果的方法 · method of the forest figures",
        ),
        click.option(
            "--crs",
            default="EPSG:4490",
            show_default=True,
            metavar="CRS",
            help="GeoPackage:坐标系 · coordinate system",
        ),
        click.option(
            "--boundaries",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="GeoPackage:县界面图层,按代码或县名对应;多图层写 文件|layername=名称 · "
            "polygons of counties, matched by code or Chinese name",
        ),
        click.option(
            "--layer",
            "layers",
            type=click.Choice(_LAYERS),
            multiple=True,
            help="GeoPackage:图层(可重复;缺省为能做的全部)· layer, may be repeated",
        ),
        click.option(
            "--survey",
            type=int,
            metavar="YEAR",
            help="GeoPackage:调查年度(缺省为最近一次有分县估算的)· survey, the last by default",
        ),
    ):
        command = option(command)
    return command


def publish(
    settings: Settings,
    target: str,
    *,
    survey: int | None,
    layers: tuple[str, ...],
    boundaries: Path | None,
    crs: str,
    method: str,
    force: bool,
    fmt: str | None,
    output: Path | None,
) -> None:
    """Publish to a GeoPackage and list its layers."""
    from sinkcalc.pipeline.publish_spatial import SpatialOptions, publish_spatial

    wanted = SpatialOptions(survey, layers, boundaries, crs, method, force)
    done = publish_spatial(settings.db, Path(target), wanted, settings.wait)
    talk(
        settings,
        f"已写 {done.path};用 QGIS 打开即有样式",
        f"wrote {done.path}; QGIS opens it with its styles",
    )
    for zh, en in done.notes:
        talk(settings, f"  {zh}", f"  {en}")
    emit(
        done.rows,
        settings,
        fmt,
        output,
        view=lambda frame: frame.drop("path"),
        title=settings.say("图层", "layers"),
    )
