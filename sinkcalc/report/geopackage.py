"""A GeoPackage with its styles, names of columns and metadata, the same bytes each time."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from sinkcalc.report.map_styles import Style, to_qml, to_sld

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# by which the program knows its own files
MARK: Final = "urn:sinkcalc:geopackage"
GEOMETRY: Final = "geom"
# the time at which a file was written is no part of what it says
_WRITTEN: Final = "1980-01-01T00:00:00.000Z"
_SPEC: Final = "http://www.geopackage.org/spec120/"
_TABLES: Final = (
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
    "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
    "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
    "CONSTRAINT gdc_tn UNIQUE (table_name, name))",
    "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
    "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, "
    "max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, "
    "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))",
    "CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, "
    "md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, "
    "mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, "
    "column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL "
    "DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL, "
    "md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) "
    "REFERENCES gpkg_metadata(id), CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) "
    "REFERENCES gpkg_metadata(id))",
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
    "f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), "
    "f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, "
    "useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)",
)
_EXTENSIONS: Final = (
    ("gpkg_data_columns", "gpkg_schema", "#extension_schema"),
    ("gpkg_data_column_constraints", "gpkg_schema", "#extension_schema"),
    ("gpkg_metadata", "gpkg_metadata", "#extension_metadata"),
    ("gpkg_metadata_reference", "gpkg_metadata", "#extension_metadata"),
)


@dataclass(frozen=True)
class MapLayer:
    """A layer as it is written.

    Attributes
    ----------
    rows
        Attributes in the order of writing; decimals become REAL, which holds 15 digits exactly.
    shapes
        A multipolygon or None for each row.
    names
        Column -> Chinese and English.
    styles
        The first is the one that QGIS applies by itself.
    about
        What is kept as metadata: runs, methods, definitions, notes.
    """

    name: str
    title: str
    description: str
    rows: pl.DataFrame
    shapes: "npt.NDArray[np.object_]"
    names: Mapping[str, tuple[str, str]]
    styles: Sequence[Style]
    about: Mapping[str, Any]


def write_geopackage(path: Path, layers: Sequence[MapLayer], crs: str, about: str) -> None:
    """Write layers to a new file.

    Features and the spatial index are written by GDAL, the other tables by SQLite.

    Parameters
    ----------
    crs
        Coordinate system of every layer.
    about
        What the file is.
    """
    import pyogrio

    kept = ("OGR_CURRENT_DATE", "OGR_SQLITE_JOURNAL")
    before = {name: pyogrio.get_gdal_config_option(name) for name in kept}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _WRITTEN, "OGR_SQLITE_JOURNAL": "OFF"})
    try:
        for layer in layers:
            _write_features(path, layer, crs)
    finally:
        pyogrio.set_gdal_config_options(before)
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("PRAGMA journal_mode = OFF")
        _write_tables(con, layers, about)
        # pages in the order of the tables, whatever the history of the file
        con.execute("VACUUM")


def _write_features(path: Path, layer: MapLayer, crs: str) -> None:
    import pyarrow as pa
    import shapely
    from pyogrio.raw import write_arrow

    plain = layer.rows.with_columns(pl.selectors.decimal().cast(pl.Float64))
    table = plain.to_arrow(compat_level=pl.CompatLevel.oldest())
    wkb = pa.array(shapely.to_wkb(layer.shapes, byte_order=1).tolist(), pa.binary())
    write_arrow(
        table.append_column(GEOMETRY, wkb),
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_name=GEOMETRY,
        geometry_type="MultiPolygon",
        crs=crs,
        # the version that QGIS 3.22 knows wholly
        dataset_options={"VERSION": "1.2"},
        layer_options={
            "GEOMETRY_NAME": GEOMETRY,
            "IDENTIFIER": layer.title,
            "DESCRIPTION": layer.description,
        },
    )


def _write_tables(con: sqlite3.Connection, layers: Sequence[MapLayer], about: str) -> None:
    for statement in _TABLES:
        con.execute(statement)
    con.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')",
        [(table, name, _SPEC + anchor) for table, name, anchor in _EXTENSIONS],
    )
    con.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', "
        "'样式(QGIS 打开图层时采用)· styles that QGIS applies to the layers', ?)",
        [_WRITTEN],
    )
    con.execute(
        "INSERT INTO gpkg_ogr_contents VALUES ('layer_styles', ?)",
        [sum(len(layer.styles) for layer in layers)],
    )
    _describe(con, about, None, None)
    for layer in layers:
        text = json.dumps(layer.about, ensure_ascii=False, indent=1)
        _describe(con, text, layer.name, 1)
        con.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            [(layer.name, column, *_named(layer, column)) for column in layer.rows.columns],
        )
        aliases = {column: layer.names[column][0] for column in layer.rows.columns}
        con.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "ui, update_time) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL, ?)",
            [
                (
                    layer.name,
                    GEOMETRY,
                    style.name,
                    to_qml(style, aliases),
                    to_sld(style, layer.name),
                    int(place == 0),
                    style.look.title,
                    _WRITTEN,
                )
                for place, style in enumerate(layer.styles)
            ],
        )


def _named(layer: MapLayer, column: str) -> tuple[str, str, str]:
    """Return name, title and description of a column."""
    zh, en = layer.names[column]
    # names are to be different within a table
    return f"{zh} [{column}]", f"{zh} · {en}", f"{zh} · {en}"


def _describe(con: sqlite3.Connection, text: str, table: str | None, parent: int | None) -> None:
    made = con.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
        "VALUES ('dataset', ?, ?, ?)",
        [MARK, "text/plain" if table is None else "application/json", text],
    )
    con.execute(
        "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, ?)",
        ["geopackage" if table is None else "table", table, _WRITTEN, made.lastrowid, parent],
    )


def is_own(path: Path) -> bool:
    """Tell whether a file is a GeoPackage that this program wrote."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as con:
            found = con.execute(
                "SELECT count(*) FROM gpkg_metadata WHERE md_standard_uri = ?", [MARK]
            ).fetchone()
    except sqlite3.Error:
        return False
    return bool(found[0])
