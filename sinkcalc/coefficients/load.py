"""Read the parameter tables and their versions."""

import hashlib
import tomllib
from functools import cache
from typing import Any, Final

import polars as pl

from sinkcalc.coefficients.table import PARAMETER_COLUMNS, ParameterTable
from sinkcalc.errors import UsageProblem
from sinkcalc.resources import parameter_dir, parameter_path

# tables of coefficients, by what they feed
COEFFICIENT_TABLES: Final = (
    "volume_biomass",
    "wood_density_bef",
    "ipcc_2006",
    "tree_models",
    "stem_volume",
    "root_shoot",
    "carbon_fraction",
    "tree_carbon",
    "bamboo",
    "plant_biomass",
    "forest_floor",
    "dead_wood",
    "soil",
    "wetland_fluxes",
    "soil_carbon_models",
    "wetland_soil",
    "wetland_plants",
)
# errors and evidence behind other rows, areas and limits; no key of a stand selects from these
REFERENCE_TABLES: Final = (
    "assumed_errors",
    "soil_profile",
    "land_area",
    "persistence",
    "stands_against_plots",
    # by soil, use and management of farmland
    "cropland_soil",
    "core_rules",
    "forecast_rules",
    "gwp",
    "wetland_lists",
    # by scenario and measure
    "scenarios",
    "provincial_inventory",
)


@cache
def load_table(name: str) -> ParameterTable:
    """Read `parameters/<name>.csv` with its TOML; missing coefficient columns become null.

    Raises
    ------
    UsageProblem
        If the table does not exist or its CSV differs from the hash in the TOML.
    """
    path = parameter_path(name)
    if not path.is_file():
        raise UsageProblem(zh=f"没有参数表 {name}", en=f"there is no parameter table {name}")
    about = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    # git may check text out with CRLF: the hash is of the lines, not of the line ends
    digest = hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    if digest != about["sha256"]:
        raise UsageProblem(
            zh=f"参数表 {name}.csv 与 {name}.toml 中的 sha256 不符:数值已改而版本未改",
            en=f"{name}.csv differs from the sha256 in {name}.toml: values changed",
        )
    is_parameter = name in COEFFICIENT_TABLES or name in REFERENCE_TABLES
    rows = pl.read_csv(path, infer_schema=False)
    if is_parameter:
        rows = rows.with_columns(
            pl.lit(None, pl.String).alias(column)
            for column in PARAMETER_COLUMNS
            if column not in rows.columns
        ).with_columns(pl.col(c).cast(t) for c, t in PARAMETER_COLUMNS.items())
    return ParameterTable(
        name=name,
        version=about["version"],
        sha256=digest,
        title_zh=about["title_zh"],
        title_en=about["title_en"],
        rows=rows,
    )


def table_names() -> list[str]:
    """Return the names of all shipped tables."""
    return sorted(path.stem for path in parameter_dir().glob("*.csv"))


@cache
def load_sources() -> dict[str, dict[str, Any]]:
    """Return `sources.toml`: source_id -> title, doi, licence."""
    return tomllib.loads((parameter_dir() / "sources.toml").read_text(encoding="utf-8"))


@cache
def all_parameters() -> pl.DataFrame:
    """Return the rows of every coefficient and reference table, with the table's name."""
    columns = list(PARAMETER_COLUMNS)
    return pl.concat(
        load_table(name).rows.select(pl.lit(name).alias("table"), *columns)
        for name in (*COEFFICIENT_TABLES, *REFERENCE_TABLES)
    )
