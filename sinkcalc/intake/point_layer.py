"""Write points to a GeoPackage whose bytes depend on its content alone."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.errors import UsageProblem

# layers carry the time of their last change; a fixed one keeps equal files equal
_FIXED_TIME: Final = "2000-01-01T00:00:00Z"


def write_points(path: Path, rows: pl.DataFrame, layer: str, crs: str) -> None:
    """Write rows as a layer of points at `longitude` and `latitude`.

    Parameters
    ----------
    rows
        All columns become attributes.
    crs
        Of longitude and latitude, as `EPSG:4490`.

    Raises
    ------
    UsageProblem
        If pyogrio or shapely is not installed, or the file cannot be written.
    """
    try:
        import pyogrio
        import shapely
    except ImportError as error:
        raise UsageProblem(
            zh=f'写 GeoPackage 需要安装 {error.name}:pip install "sinkcalc[gis]"',
            en=f'writing a GeoPackage needs {error.name}: pip install "sinkcalc[gis]"',
        ) from None
    points = shapely.points(rows.select("longitude", "latitude").to_numpy())
    geometry = np.array(list(shapely.to_wkb(points)), dtype=object)
    fields = [
        column.to_numpy() if column.dtype.is_numeric() else np.array(column.to_list(), object)
        for column in rows
    ]
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    try:
        # written whole or not at all: in the same folder, so that it can be moved into place
        with tempfile.TemporaryDirectory(prefix=".sinkcalc-", dir=path.absolute().parent) as folder:
            made = Path(folder) / "points.gpkg"
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_TIME})
            pyogrio.raw.write(
                made,
                geometry,
                fields,
                np.array(rows.columns, dtype=object),
                layer=layer,
                driver="GPKG",
                geometry_type="Point",
                crs=crs,
            )
            made.replace(path)
    except (OSError, pyogrio.errors.DataSourceError) as error:
        raise UsageProblem(
            zh=f"无法写入 {path}:{error}", en=f"cannot write {path}: {error}"
        ) from None
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
