"""A GeoPackage of counties, stands and wetlands with their carbon, styled for QGIS."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc import __version__
from sinkcalc.errors import SinkcalcError, UsageProblem, reason_zh
from sinkcalc.pipeline.boundaries import Note
from sinkcalc.pipeline.map_counties import NAME as COUNTIES
from sinkcalc.pipeline.map_counties import county_layer
from sinkcalc.pipeline.map_records import STANDS, WETLANDS, stand_layer, wetland_layer
from sinkcalc.report.geopackage import MapLayer, is_own, write_geopackage
from sinkcalc.report.map_shapes import checked_system, require_gis
from sinkcalc.store.connection import Connection, reading
from sinkcalc.store.inventory import get_surveys
from sinkcalc.store.spatial import StoredRun, drawn_run, estimated_surveys
from sinkcalc.store.wetlands import get_wetland_surveys
from sinkcalc.vocabulary import DEFAULT_METHOD

LAYERS: Final = (COUNTIES, STANDS, WETLANDS)
DEFAULT_SYSTEM: Final = "EPSG:4490"
# of a file that another program has open, and that would be laid over the new one
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")

Made = tuple[MapLayer | None, list[Note]]


@dataclass(frozen=True)
class SpatialOptions:
    """What to draw.

    Attributes
    ----------
    survey
        The last one with current figures by county if None.
    layers
        Of `LAYERS`; all that can be made if empty.
    boundaries
        Layer of county polygons; the union of the stands if None.
    crs
        Coordinate system of the file.
    method
        Of the forest figures.
    force
        Whether to replace a file that this program did not write.
    """

    survey: int | None = None
    layers: tuple[str, ...] = ()
    boundaries: Path | None = None
    crs: str = DEFAULT_SYSTEM
    method: str = DEFAULT_METHOD
    force: bool = False


@dataclass(frozen=True)
class SpatialResult:
    """What was written.

    Attributes
    ----------
    rows
        `layer`, `survey`, `run_id`, `records`, `drawn`, `invalid`, `crs`, `simulated`, `path`.
    notes
        What to know of it, in Chinese and English.
    """

    path: Path
    rows: pl.DataFrame
    notes: list[Note]


def publish_spatial(
    db: Path, path: Path, options: SpatialOptions, wait: float = 0.0
) -> SpatialResult:
    """Write the layers of one survey to a GeoPackage, whole or not at all.

    Raises
    ------
    UsageProblem
        If pyogrio is not installed, an option names nothing, or the file is another program's.
    SinkcalcError
        If a layer that was asked for cannot be made, or none can.
    """
    require_gis()
    crs = checked_system(options.crs)
    _refuse_foreign(path, options)
    with reading(db, wait) as con:
        layers, notes = _layers(con, options, crs)
    if not layers:
        raise SinkcalcError(
            zh="没有可发布的图层:" + ";".join(zh for zh, _ in notes),
            en="no layer can be made: " + "; ".join(en for _, en in notes),
        )
    _replace(path, layers, crs)
    return SpatialResult(path, _summary(layers, crs, path), notes)


def _refuse_foreign(path: Path, options: SpatialOptions) -> None:
    if path.exists() and not options.force and not is_own(path):
        raise UsageProblem(
            zh=f"{path} 已存在,且不是本程序写的 GeoPackage,未覆盖。换一个文件名,或加 --force",
            en=f"{path} exists and is no GeoPackage of this program; it is left as it is. Choose "
            "another name, or add --force",
        )
    held = [f"{path}{end}" for end in _SIDE_FILES if Path(f"{path}{end}").exists()]
    if held:
        raise UsageProblem(
            zh=f"{path} 正在别的程序(如 QGIS)中打开:存在 {held[0]}。关闭图层或 QGIS 后重试",
            en=f"{path} is open in another program (QGIS?): there is {held[0]}. Close the layers "
            "or the program and try again",
        )


def _layers(
    con: Connection, options: SpatialOptions, crs: str
) -> tuple[list[MapLayer], list[Note]]:
    makers, survey = _makers(con, options, crs)
    made: list[MapLayer] = []
    notes: list[Note] = []
    for name in (name for name in LAYERS if name in (options.layers or LAYERS)):
        try:
            layer, told = makers[name]()
        except SinkcalcError as error:
            if options.layers:
                raise
            notes.append((error.zh, error.en))
            continue
        if layer is None:
            told = [_absent(name, survey)]
            if options.layers:
                raise SinkcalcError(zh=told[0][0], en=told[0][1])
        else:
            made.append(layer)
        notes += told
    return made, notes


def _makers(
    con: Connection, options: SpatialOptions, crs: str
) -> tuple[dict[str, Callable[[], Made]], int]:
    """Return what makes each layer, and the survey that is drawn."""
    survey, run = _forest_run(con, options)
    surveys = get_surveys(con)
    wetland_surveys = {
        year: one for year, one in get_wetland_surveys(con).items() if "wetlands" in one.loads
    }

    def counties() -> Made:
        return county_layer(con, _needed(run, options), surveys[survey], options.boundaries, crs)

    def stands() -> Made:
        return stand_layer(con, _needed(run, options), surveys[survey], crs)

    def wetlands() -> Made:
        if survey not in wetland_surveys:
            return None, []
        own = drawn_run(con, "wetland", survey, method=None, by=None)
        return wetland_layer(con, own, wetland_surveys[survey], crs)

    return {COUNTIES: counties, STANDS: stands, WETLANDS: wetlands}, survey


def _forest_run(con: Connection, options: SpatialOptions) -> tuple[int, StoredRun | None]:
    """Return the survey to draw and its figures by county."""
    estimated = estimated_surveys(con)
    known = sorted({*get_surveys(con), *get_wetland_surveys(con)})
    survey = options.survey
    if survey is None:
        every = estimated or known
        if not every:
            raise SinkcalcError(
                zh="库中没有调查。先运行 sinkcalc load stands 和 sinkcalc estimate --by region",
                en="the database holds no survey. Run sinkcalc load stands and "
                "sinkcalc estimate --by region first",
            )
        survey = every[-1]
    if survey not in known:
        listed = ", ".join(map(str, known)) or "–"
        raise SinkcalcError(
            zh=f"没有 {survey} 年的调查;已入库:{listed}",
            en=f"survey {survey} is not loaded; loaded are: {listed}",
        )
    return survey, drawn_run(con, "forest", survey, method=options.method, by="region")


def _needed(run: StoredRun | None, options: SpatialOptions) -> StoredRun:
    if run is not None:
        return run
    year = options.survey if options.survey is not None else "YEAR"
    method = "" if options.method == DEFAULT_METHOD else f" --method {options.method}"
    command = f"sinkcalc estimate --survey {year} --by region{method}"
    raise SinkcalcError(
        zh=f"没有按县的现行估算(方法 {options.method})。先运行 {command}",
        en=f"there is no current estimate by county (method {options.method}). Run {command} first",
    )


def _absent(name: str, survey: int) -> Note:
    return (
        f"图层 {name}:调查 {survey} 没有图形,未写。用 sinkcalc load {name} 读入带图形的文件"
        "(.shp .gpkg .gdb)",
        f"layer {name}: survey {survey} has no geometries, it is not written. Load a file with "
        f"geometries (.shp .gpkg .gdb): sinkcalc load {name}",
    )


def _replace(path: Path, layers: list[MapLayer], crs: str) -> None:
    """Write beside the file and take its place."""
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.gpkg")
    about = f"sinkcalc {__version__}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_geopackage(part, layers, crs, about)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise SinkcalcError(
            zh=f"无法写 {path}:{reason_zh(error)}",
            en=f"cannot write {path}: {error.strerror or error}",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _summary(layers: list[MapLayer], crs: str, path: Path) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "layer": layer.name,
                "survey": layer.rows["survey"][0],
                "run_id": layer.about["run_id"],
                "records": layer.rows.height,
                "drawn": sum(shape is not None for shape in layer.shapes),
                "invalid": int((~layer.rows["geometry_valid"]).sum()),
                "crs": crs,
                "simulated": layer.about["simulated"],
                "path": str(path),
            }
            for layer in layers
        ]
    )
