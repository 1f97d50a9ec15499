"""Read a layer of a shapefile, GeoPackage or Esri file geodatabase with its geometry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.dbf import read_dbf
from sinkcalc.intake.delivery import (
    GEOMETRY,
    GEOMETRY_AREA,
    OWN_COLUMNS,
    ROW,
    Delivery,
    unique_headers,
)
from sinkcalc.units import M2_PER_HA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

SUFFIXES: Final = (".shp", ".gpkg", ".gdb")
_BATCH: Final = 65_536
# equal-area projection on the ellipsoid of CGCS2000; its centre does not change an area
EQUAL_AREA: Final = "+proj=laea +lat_0=30 +lon_0=120 +ellps=GRS80"
# as under a header line
_FIRST_ROW: Final = 2
_NO_CRS: Final = (
    "文件没有可用的坐标系(.prj),图形面积未与属性比较",
    "the file has no usable coordinate system (.prj): areas of geometries are not compared",
)
_UNFIT_CRS: Final = (
    "部分图形的坐标与坐标系(.prj)不符,其面积未比较;检查 .prj",
    "coordinates of some geometries do not fit the coordinate system (.prj): their areas are not "
    "compared; check the .prj",
)


def read_layer(
    path: Path, target: Path, layer: str | None = None, encoding: str | None = None
) -> Delivery:
    """Write attributes, geometry (WKB) and its area (ha, on the ellipsoid) to Parquet.

    Parameters
    ----------
    layer
        Name of the layer; needed where the file has several.
    encoding
        Of a shapefile's attribute table; that of its `.cpg`, else found out, if None.

    Raises
    ------
    UsageProblem
        If pyogrio is not installed, or the layer cannot be read.
    """
    pyogrio = _pyogrio()
    source, codec = path, None
    if path.suffix.lower() == ".shp":
        table = read_dbf(path, encoding)
        codec = table.codec
        source = table.with_whole_names(path, target.with_name("shapefile"))
    with _readable(path, pyogrio):
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
        layer = _choose(path, layers, layer)
        options = {} if codec is None else {"encoding": "UTF-8" if codec == "utf-8" else "GB18030"}
        with pyogrio.open_arrow(
            source, layer=layer, batch_size=_BATCH, use_pyarrow=True, **options
        ) as (meta, reader):
            delivery = _write(path.name, reader, meta, target)
    several = layer if len(layers) > 1 else None
    return replace(delivery, encoding=codec, layer=several)


def layer_names(path: Path) -> list[str]:
    """Return the names of the layers of a file.

    Raises
    ------
    UsageProblem
        If pyogrio is not installed, or the file cannot be read.
    """
    pyogrio = _pyogrio()
    with _readable(path, pyogrio):
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def _write(
    name: str, reader: "pa.RecordBatchReader", meta: dict[str, Any], target: Path
) -> Delivery:
    import pyarrow as pa
    import pyarrow.parquet as pq

    geometry = meta["geometry_name"] or "wkb_geometry"
    attributes = [name for name in reader.schema.names if name != geometry]
    attributes = [name for name in attributes if name.casefold() not in OWN_COLUMNS]
    headers = unique_headers(attributes)
    crs = meta["crs"]
    with_geometry = geometry in reader.schema.names
    fields = [reader.schema.field(name) for name in attributes]
    schema = pa.schema(
        [
            (ROW, pa.int64()),
            *((h, f.type) for h, f in zip(headers, fields, strict=True)),
            *([(GEOMETRY, pa.binary()), (GEOMETRY_AREA, pa.float64())] if with_geometry else []),
        ]
    )
    row = _FIRST_ROW
    notes: list[tuple[str, str]] = []
    area = _area_of(crs, notes) if with_geometry else None
    with pq.ParquetWriter(target, schema) as out:
        for batch in reader:
            columns: list[Any] = [pa.array(range(row, row + len(batch)), pa.int64())]
            columns += [batch.column(name) for name in attributes]
            if area is not None:
                wkb = batch.column(geometry).cast(pa.binary())
                columns += [wkb, area(wkb)]
            out.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            row += len(batch)
    return Delivery(
        name,
        target,
        "table",
        None,
        None,
        headers,
        numbered=True,
        crs=(crs or "") if with_geometry else None,
        rows=row - _FIRST_ROW,
        notes=notes,
    )


def _area_of(crs: str | None, notes: list[tuple[str, str]]) -> "Callable[[pa.Array], pa.Array]":
    """Return what gives the area of geometries, ha on the ellipsoid.

    It is null where there is no coordinate system or the coordinates do not fit it, and 0 where
    there is no valid surface.
    """
    import numpy as np
    import pyarrow as pa
    import shapely
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        transformer = None if crs is None else Transformer.from_crs(crs, EQUAL_AREA, always_xy=True)
    except ProjError:
        transformer = None
    if transformer is None:
        notes.append(_NO_CRS)
        return lambda wkb: pa.nulls(len(wkb), pa.float64())

    def project(points: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    def area(wkb: "pa.Array") -> "pa.Array":
        flat = shapely.force_2d(shapely.from_wkb(np.array(wkb.to_pylist(), object), "ignore"))
        whole = shapely.is_valid(flat) & ~shapely.is_empty(flat) & ~shapely.is_missing(flat)
        with np.errstate(invalid="ignore"):
            surface = shapely.area(shapely.transform(flat, project)) / M2_PER_HA
        unfit = whole & ~np.isfinite(surface)
        if unfit.any() and _UNFIT_CRS not in notes:
            notes.append(_UNFIT_CRS)
        return pa.array(np.where(whole, surface, 0.0), mask=unfit)

    return area


def _choose(path: Path, layers: list[str], layer: str | None) -> str:
    if layer is not None and layer in layers:
        return layer
    if layer is None and len(layers) == 1:
        return layers[0]
    asked_zh, asked_en = (f"没有图层 {layer};", f"no layer {layer}, but ") if layer else ("", "")
    raise UsageProblem(
        zh=f"{path.name} {asked_zh}有图层:{', '.join(layers) or '无'}。用 --layer 指定一个",
        en=f"{path.name} has {asked_en}the layers {', '.join(layers) or 'none'}; "
        "name one with --layer",
    )


def _pyogrio() -> Any:
    try:
        import pyogrio

        # pyogrio needs both and says so only while it reads
        import pyproj  # noqa: F401
        import shapely  # noqa: F401
    except ImportError as error:
        raise UsageProblem(
            zh=f'读取 Shapefile、GeoPackage、GDB 需要安装 {error.name}:pip install "sinkcalc[gis]"',
            en=f"reading shapefile, GeoPackage and GDB needs {error.name}: "
            'pip install "sinkcalc[gis]"',
        ) from None
    return pyogrio


@contextmanager
def _readable(path: Path, pyogrio: Any) -> Iterator[None]:
    try:
        yield
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        reason = str(error).splitlines()[0].split(".;")[0].split(". Set ")[0].rstrip(".")
        raise UsageProblem(
            zh=f"无法读取图层文件 {path.name}:{reason}。"
            "检查文件是否完整(Shapefile 需 .shp .shx .dbf)",
            en=f"cannot read the layer file {path.name}: {reason}. Check that it is complete "
            "(a shapefile needs .shp, .shx and .dbf)",
        ) from None
