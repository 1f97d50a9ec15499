"""Wetlands and cores written straight into a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sinkcalc.coefficients.wetland_fluxes import gwp_table
from sinkcalc.coefficients.wetlands import load_wetland_factors
from sinkcalc.pipeline.wetland_estimate import shipped_errors
from sinkcalc.pipeline.wetland_figures import WetlandFigures, wetland_figures
from sinkcalc.pipeline.wetland_inputs import CoreParts, WetlandInputs
from sinkcalc.schemas.wetland import Wetland
from sinkcalc.store.connection import writing
from sinkcalc.uncertainty.errors import Errors
from sinkcalc.uncertainty.parts import NO_SPREADS

Record = Mapping[str, Any]


def write_wetlands(
    db: Path,
    survey: int,
    wetlands: Sequence[Record],
    cores: Sequence[Record] = (),
    *,
    definition: str = "land_survey_3",
    name: str = "a",
) -> None:
    """Replace the wetlands and cores of a survey.

    Parameters
    ----------
    wetlands, cores
        Columns of the tables; an absent one is null, but what a file gives has a default.
    name
        Tells loads of one survey apart.
    """
    with writing(db) as con:
        con.execute("DELETE FROM wetland_surveys WHERE survey = ?", [survey])
        con.execute("INSERT INTO wetland_surveys VALUES (?, ?, false)", [survey, definition])
        for table, rows in (("wetlands", wetlands), ("cores", cores)):
            con.execute(f"DELETE FROM {table} WHERE survey = ?", [survey])
            con.execute("DELETE FROM loads WHERE survey = ? AND table_name = ?", [survey, table])
            if rows:
                load = f"{table}-{survey}-{name}"
                _record_load(con, load, survey, table)
                _insert(con, table, survey, load, rows)


def _record_load(con: duckdb.DuckDBPyConnection, load: str, survey: int, table: str) -> None:
    con.execute(
        "INSERT INTO loads VALUES (?, ?, ?, 'made', '', '0', now()::TIMESTAMP, NULL)",
        [load, survey, table],
    )


def _insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    survey: int,
    load: str,
    rows: Sequence[Record],
) -> None:
    for number, row in enumerate(rows, 2):
        whole = {
            "survey": survey,
            "load_id": load,
            "source_file": f"{table}.csv",
            "source_row": number,
            **row,
        }
        marks = ", ".join("?" for _ in whole)
        con.execute(
            f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", list(whole.values())
        )


def wetland(name: str, region: str, kind: str, area: str, **more: Any) -> dict[str, Any]:
    """Return a record of a wetland."""
    return {
        "wetland_id": name,
        "region_code": region,
        "wetland_class": kind,
        "area_ha": area,
        **more,
    }


def core(name: str, density: float, depth: int = 100, **more: Any) -> list[dict[str, Any]]:
    """Return the one interval of a core that holds `density` t C/ha of organic carbon to 100 cm.

    1 g/cm3 times the fraction times 100 cm times 100 = t C/ha.
    """
    return [
        {
            "core_id": name,
            "depth_top_cm": 0,
            "depth_bottom_cm": depth,
            "bulk_density_g_per_cm3": 1,
            "carbon_fraction": density / 10_000,
            "carbon_kind": "organic",
            **more,
        }
    ]


LOADINGS: dict[str, Any] = {
    "parameter_id": pl.String,
    "block": pl.String,
    "factor": pl.Int32,
    "loading": pl.Float64,
    "df": pl.Float64,
    "source": pl.String,
    "basis": pl.String,
}
STOCKS: dict[str, Any] = {
    "core_id": pl.String,
    "wetland_id": pl.String,
    "region_code": pl.String,
    "wetland_class": pl.String,
    "carbon_t_per_ha": pl.Float64,
    "gap_fraction": pl.Float64,
    "extrapolated_fraction": pl.Float64,
    "modelled_fraction": pl.Float64,
}
GRADIENTS: dict[str, Any] = {
    "core_id": pl.String,
    "parameter_id": pl.String,
    "derivative": pl.Float64,
}


def records_frame(wetlands: Sequence[Record]) -> pl.LazyFrame:
    """Return records as `wetland_frame` does."""
    words = [name for name, kind in Wetland.columns().items() if "Enum" in type(kind).__name__]
    schema = {
        **{
            name: pl.String if name in words else kind
            for name, kind in Wetland.create_empty().schema.items()
        },
        "forest_stand_id": pl.String,
        "forest_stand_class": pl.String,
        "forest_stand_ha": pl.Decimal(14, 4),
    }
    text = {
        name: pl.String if isinstance(kind, pl.Decimal) else kind for name, kind in schema.items()
    }
    whole = [{name: row.get(name) for name in schema} for row in wetlands]
    return pl.DataFrame(whole, schema=text).cast(schema).lazy()


def stocks_frame(
    cores: Sequence[tuple[str, str | None, str | None, str, float | None]],
) -> pl.DataFrame:
    """Return stocks of whole cores: core, wetland, region, class, t C/ha."""
    return pl.DataFrame([(*row, 0.0, 0.0, 0.0) for row in cores], schema=STOCKS, orient="row")


def figures_of(
    wetlands: Sequence[Record],
    cores: Sequence[tuple[str, str | None, str | None, str, float | None]] = (),
    by: tuple[str, ...] = (),
    *,
    depth: int = 100,
    gradients: Sequence[tuple[str, str, float]] = (),
    loadings: Sequence[tuple[str, float]] = (),
    survey: int = 2020,
    errors: Path | None = None,
    deep: Sequence[tuple[str, str | None, str | None, str, float | None]] = (),
) -> WetlandFigures:
    """Estimate wetlands without a database.

    Parameters
    ----------
    gradients
        core, coefficient, derivative.
    loadings
        coefficient, standard error.
    errors
        A user's table of errors.
    deep
        Cores to 1 m, where `cores` are to another depth.
    """
    of_models = pl.DataFrame(
        [(name, name, 0, se, None, "coefficients", "published") for name, se in loadings],
        schema=LOADINGS,
        orient="row",
    )
    parts = CoreParts(
        stocks_frame(cores),
        pl.DataFrame(list(gradients), schema=GRADIENTS, orient="row"),
        Errors(of_models, NO_SPREADS),
    )
    gwp = dict(gwp_table("AR6").select("gas", "gwp").iter_rows())
    given = WetlandInputs(
        survey,
        records_frame(wetlands),
        parts,
        shipped_errors(survey, errors),
        "AR6",
        gwp,
        replace(parts, rows=stocks_frame(deep)) if deep else None,
    )
    return wetland_figures(given, load_wetland_factors(depth), by)
