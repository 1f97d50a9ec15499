"""The soil carbon of each land of one survey, from its own estimate."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.farmland_soil import farmland_soil
from sinkcalc.accounting.land_soil import LandPart
from sinkcalc.accounting.wetland_cores import CORE_MEAN
from sinkcalc.accounting.wetland_stands import split_by_stands
from sinkcalc.coefficients.cropland import CROPLAND_TABLES, cropland_rows
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.wetlands import WETLAND_TABLES
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.pipeline.wetland_estimate import stored_wetlands
from sinkcalc.pipeline.wetland_options import WetlandOptions
from sinkcalc.schemas.stages import STOCK
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey
from sinkcalc.store.results import read_error_parts, read_flags, read_wetland_flags
from sinkcalc.store.soil_runs import run_loads
from sinkcalc.store.wetlands import WetlandSurvey, farmland_frame, wetland_frame
from sinkcalc.uncertainty.errors import Errors, all_errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts
from sinkcalc.units import STOCK_DECIMALS
from sinkcalc.vocabulary import (
    NOT_COUNTED_CLASSES,
    OPEN_WATER_CLASSES,
    WETLAND_AREA_MEASUREMENT,
)

# the depth that the lands have in common
COMMON_DEPTH_CM: Final = 30
_COLUMNS: Final = (
    "region_code",
    "quantity",
    "pool",
    "value",
    "n",
    "share_extrapolated",
    "share_imputed",
    "share_recalled",
    "share_fallback",
)
# before the id of a shipped density of wetlands
_DENSITY: Final = "wetland-soil."
# why soil that is there has no figure
_WITHOUT_FIGURE: Final = ("no_source", "no_density_at_depth")


@dataclass(frozen=True)
class SoilOptions:
    """What to put into the table of soil carbon.

    Attributes
    ----------
    by_region
        One row a county; the city if false.
    errors
        A user's table of errors.
    """

    survey: int
    by_region: bool = False
    errors: Path | None = None


@dataclass(frozen=True)
class FoundLand:
    """One land with where it comes from.

    Attributes
    ----------
    run_id
        Run that estimated it; None for farmland, which this run estimates itself.
    definition
        Whose way of counting its survey follows, and what is counted.
    loads
        Table -> load of its rows.
    tables
        Parameter tables that its figures rest on.
    flags
        `flag`, `farmland_use`, `records`, `area_ha` of farmland; None for other lands.
    """

    part: LandPart
    run_id: str | None
    definition: str
    simulated: bool
    loads: dict[str, str]
    tables: tuple[str, ...]
    flags: pl.DataFrame | None = None


def forest_land(db: Path, survey: Survey, options: SoilOptions, wait: float) -> FoundLand | None:
    """Return the soil of forest to 30 cm, of the stored run or a new one; None without forest.

    The method of the trees does not matter: soil goes by area.
    """
    by = ("region",) if options.by_region else ()
    chosen = EstimateOptions(
        survey.survey, by=by, soil_depth_cm=COMMON_DEPTH_CM, errors=options.errors
    )
    rows = stored_estimate(db, chosen, wait)
    if rows.is_empty():
        return None
    run_id = str(rows["run_id"][0])
    with reading(db, wait) as con:
        parts, flags = read_error_parts(con, run_id), read_flags(con, run_id)
    lacking = flags.filter((pl.col("flag") == "pool_not_estimated") & (pl.col("pool") == "soil"))
    return FoundLand(
        LandPart(
            "forest",
            _soil(rows).select(_COLUMNS),
            ErrorParts(_soil(parts.gradients), _soil(parts.residuals), parts.errors),
            lacking.select(pl.lit(None, pl.String).alias("region_code"), "area_ha"),
        ),
        run_id,
        f"{survey.definition}: forest",
        survey.simulated,
        {"stands": survey.load_id},
        ("soil", "species"),
    )


def farmland_land(
    db: Path, survey: WetlandSurvey, options: SoilOptions, wait: float
) -> FoundLand | None:
    """Return the soil of farmland to 30 cm; None where no farmland is loaded."""
    if "farmland" not in survey.loads:
        return None
    with reading(db, wait) as con:
        records = farmland_frame(con, survey.survey).collect().lazy()
    keys = ["region_code"] if options.by_region else []
    found = farmland_soil(records, cropland_rows(), keys)
    errors = all_errors(load_factors(), survey.survey, options.errors)
    used = errors.loadings.join(found.gradients, on="parameter_id", how="semi")
    residuals = pl.DataFrame(
        schema={
            "region_code": pl.String,
            "quantity": pl.String,
            "pool": pl.String,
            "source": pl.String,
            "variance": pl.Float64,
        }
    )
    return FoundLand(
        LandPart(
            "farmland",
            _with_region(found.rows).select(_COLUMNS),
            ErrorParts(_with_region(found.gradients), residuals, Errors(used, NO_SPREADS)),
            _with_region(found.not_estimated).select("region_code", "area_ha"),
        ),
        None,
        f"{survey.definition}: farmland",
        survey.simulated,
        {"farmland": survey.loads["farmland"]},
        CROPLAND_TABLES,
        found.flags,
    )


def wetland_land(
    db: Path, survey: WetlandSurvey, options: SoilOptions, wait: float
) -> FoundLand | None:
    """Return the soil of wetlands to 30 cm, of the stored run or a new one; None without wetlands.

    Wooded wetlands that a forest stand of the survey holds are counted there, as far as the
    stand goes, paddies as farmland; open water has no soil.
    """
    if "wetlands" not in survey.loads:
        return None
    by = ("region",) if options.by_region else ()
    chosen = WetlandOptions(
        survey.survey, by=by, soil_depth_cm=COMMON_DEPTH_CM, errors=options.errors
    )
    rows = stored_wetlands(db, chosen, wait)
    run_id = str(rows["run_id"][0])
    with reading(db, wait) as con:
        parts, flags = read_error_parts(con, run_id), read_wetland_flags(con, run_id)
        records = split_by_stands(wetland_frame(con, survey.survey)).collect()
        loads = {"wetlands": survey.loads["wetlands"]} | run_loads(con, run_id)
    soil = _soil(rows).filter(pl.col("quantity") != "area")
    served = _served_area(parts.gradients)
    area = soil.filter(pl.col("quantity") == "carbon").join(
        served, on="region_code", nulls_equal=True, maintain_order="left"
    )
    gradients = _soil(parts.gradients).filter(pl.col("quantity") != "area")
    of_area = served.select(
        "region_code",
        pl.lit("area").alias("quantity"),
        pl.lit(None, pl.String).alias("pool"),
        pl.lit(WETLAND_AREA_MEASUREMENT).alias("parameter_id"),
        pl.col("served").alias("derivative"),
    )
    return FoundLand(
        LandPart(
            "wetland",
            pl.concat([_as_area(area).select(_COLUMNS), soil.select(_COLUMNS)]),
            ErrorParts(
                pl.concat([gradients.select(of_area.columns), of_area]),
                _soil(parts.residuals),
                parts.errors,
            ),
            _without_figure(records, flags, parts.gradients, by_region=options.by_region),
        ),
        run_id,
        f"{survey.definition}: wetland with soil, what the forest survey counts apart",
        survey.simulated,
        loads,
        WETLAND_TABLES,
    )


def _served_area(gradients: pl.DataFrame) -> pl.DataFrame:
    """Return the area whose soil has a density: what a t C/ha of each density adds.

    Returns
    -------
    `region_code`, `served` (ha).
    """
    density = pl.col("parameter_id").str.contains(f"^(?:{CORE_MEAN}|{_DENSITY})")
    carbon = (pl.col("quantity") == "carbon") & (pl.col("pool") == "soil")
    return (
        gradients.filter(carbon & density)
        .group_by("region_code", maintain_order=True)
        .agg(pl.col("derivative").sum().alias("served"))
    )


def _as_area(rows: pl.DataFrame) -> pl.DataFrame:
    none = pl.lit(0.0)
    return rows.with_columns(
        pl.lit("area").alias("quantity"),
        pl.lit(None, pl.String).alias("pool"),
        pl.col("served").round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK)).alias("value"),
        *(none.alias(name) for name in _COLUMNS if name.startswith("share_")),
    )


def _without_figure(
    records: pl.DataFrame, flags: pl.DataFrame, gradients: pl.DataFrame, *, by_region: bool
) -> pl.DataFrame:
    """Return the area of soil that no density serves, as `region_code`, `area_ha`."""
    lacking = flags.filter(pl.col("flag").is_in(_WITHOUT_FIGURE), pl.col("pool") == "soil")
    area = pl.col("area_ha").sum().cast(pl.Decimal(*STOCK))
    if not by_region:
        whole = lacking.select(pl.lit(None, pl.String).alias("region_code"), "area_ha")
        return whole.group_by("region_code").agg(area)
    # flags have no county: soil of the counties less what a density serves there
    kind = pl.col("wetland_class")
    no_soil = kind.is_in((*OPEN_WATER_CLASSES, *NOT_COUNTED_CLASSES))
    dug = (pl.col("event") == "excavated").fill_null(False)
    soil = records.filter(~no_soil & ~pl.col("handed") & ~dug)
    if lacking.is_empty():
        soil = soil.clear()
    left = pl.col("area_ha").cast(pl.Float64) - pl.col("served").fill_null(0.0)
    return (
        soil.group_by("region_code")
        .agg(area)
        .join(_served_area(gradients), on="region_code", how="left")
        .select("region_code", left.round(STOCK_DECIMALS).cast(pl.Decimal(*STOCK)).alias("area_ha"))
        .filter(pl.col("area_ha") > 0)
        .sort("region_code")
    )


def _soil(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the soil pool and the area."""
    soil = (pl.col("pool") == "soil") & pl.col("quantity").is_in(["carbon", "co2e"])
    return frame.filter(soil | (pl.col("quantity") == "area"))


def _with_region(frame: pl.DataFrame) -> pl.DataFrame:
    if "region_code" in frame.columns:
        return frame
    return frame.with_columns(pl.lit(None, pl.String).alias("region_code"))
