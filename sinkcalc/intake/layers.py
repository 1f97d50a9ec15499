"""Read a layer of a shapefile, GeoPackage or Esri file geodatabase with its geometry."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sinkcalc.errors import UsageProblem
from sinkcalc.intake.delivery import (
    GEOMETRY,
    GEOMETRY_AREA,
    OWN_COLUMNS,
    ROW,
    Delivery,
    unique_headers,
    unreadable,
)
from sinkcalc.intake.text import codec_of
from sinkcalc.units import M2_PER_HA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

SUFFIXES: Final = (".shp", ".gpkg", ".gdb")
_BATCH: Final = 65_536
# equal-area projection on the ellipsoid of CGCS2000; its centre does not change an area
_EQUAL_AREA: Final = "+proj=laea +lat_0=30 +lon_0=120 +ellps=GRS80"
_DBF_BYTES_LOOKED_AT: Final = 1 << 23


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
    codec = _dbf_codec(path, encoding) if path.suffix.lower() == ".shp" else None
    with _readable(path, pyogrio):
        layer = _choose(path, [str(name) for name, _ in pyogrio.list_layers(path)], layer)
        options = {} if codec is None else {"encoding": "UTF-8" if codec == "utf-8" else "GB18030"}
        with pyogrio.open_arrow(
            path, layer=layer, batch_size=_BATCH, use_pyarrow=True, **options
        ) as (meta, reader):
            headers, crs = _write(reader, meta, target)
    return Delivery(path.name, target, "table", codec, None, headers, numbered=True, crs=crs)


def _write(
    reader: "pa.RecordBatchReader", meta: dict[str, Any], target: Path
) -> tuple[list[str], str | None]:
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
    row = 2
    with pq.ParquetWriter(target, schema) as out:
        for batch in reader:
            columns: list[Any] = [pa.array(range(row, row + len(batch)), pa.int64())]
            columns += [batch.column(name) for name in attributes]
            if with_geometry:
                wkb = batch.column(geometry).cast(pa.binary())
                columns += [wkb, _areas(wkb, crs)]
            out.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            row += len(batch)
    return headers, (crs or "") if with_geometry else None


def _areas(wkb: "pa.Array", crs: str | None) -> "pa.Array":
    """Area in ha; null without coordinate system, 0 where there is no valid surface."""
    import numpy as np
    import pyarrow as pa
    import shapely
    from pyproj import Transformer

    if crs is None:
        return pa.nulls(len(wkb), pa.float64())
    transformer = Transformer.from_crs(crs, _EQUAL_AREA, always_xy=True)

    def project(points: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    flat = shapely.force_2d(shapely.from_wkb(np.array(wkb.to_pylist(), object), "ignore"))
    surface = shapely.area(shapely.transform(flat, project)) / M2_PER_HA
    return pa.array(np.where(shapely.is_valid(flat), np.nan_to_num(surface), 0.0))


def _choose(path: Path, layers: list[str], layer: str | None) -> str:
    if layer is not None and layer in layers:
        return layer
    if layer is None and len(layers) == 1:
        return layers[0]
    raise UsageProblem(
        zh=f"{path.name} 有图层:{', '.join(layers) or '无'};用 --layer 指定一个",
        en=f"{path.name} has the layers {', '.join(layers) or 'none'}; name one with --layer",
    )


def _dbf_codec(path: Path, encoding: str | None) -> str:
    """Return the codec of a shapefile's attribute table.

    Raises
    ------
    UsageProblem
        If the `.cpg` names another encoding than the table is written in.
    """
    if encoding is not None:
        return codec_of(encoding)
    found = _dbf_text_codec(path.with_suffix(".dbf"))
    beside = path.with_suffix(".cpg")
    if not beside.is_file():
        return found or "gb18030"
    named = codec_of(beside.read_text(encoding="ascii", errors="replace"))
    if found is not None and found != named:
        raise UsageProblem(
            zh=f"{beside.name} 写的编码是 {named},而属性表的文字是 {found}。"
            f"改正 {beside.name},或用 --encoding 指定",
            en=f"{beside.name} names the encoding {named}, but the text of the attribute table is "
            f"{found}. Correct {beside.name}, or say it with --encoding",
        )
    return named


def _dbf_text_codec(path: Path) -> str | None:
    """Tell the encoding of a DBF table by its names and values; None if all is ASCII."""
    try:
        with path.open("rb") as file:
            head = file.read(32)
            header_bytes, record_bytes = struct.unpack("<HH", head[8:12])
            fields = file.read(max(header_bytes - len(head), 0))
            body = file.read(_DBF_BYTES_LOOKED_AT)
    except (OSError, struct.error) as error:
        reason = error if isinstance(error, OSError) else OSError(0, "no DBF table")
        raise unreadable(path, reason) from None
    names = [fields[i : i + 11].split(b"\0")[0] for i in range(0, len(fields) - 11, 32)]
    size = max(record_bytes, 1)
    records = [body[i : i + size] for i in range(0, len(body) - size + 1, size)]
    wide = [text for text in (*names, *records) if not text.isascii()]
    if not wide:
        return None
    bad = sum("\ufffd" in text.decode("utf-8", errors="replace") for text in wide)
    return "gb18030" if bad * 2 > len(wide) else "utf-8"


def _pyogrio() -> Any:
    try:
        import pyogrio
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
        reason = str(error).splitlines()[0].split(".;")[0]
        raise UsageProblem(
            zh=f"无法读取图层文件 {path.name}:{reason}。"
            "检查文件是否完整(Shapefile 需 .shp .shx .dbf)",
            en=f"cannot read the layer file {path.name}: {reason}. Check that it is complete "
            "(a shapefile needs .shp, .shx and .dbf)",
        ) from None
