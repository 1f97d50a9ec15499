"""The soil carbon of each land of one survey, from its own estimate."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.accounting.farmland_soil import farmland_soil
from sinkcalc.accounting.land_soil import LandPart
from sinkcalc.coefficients.factors import load_factors
from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import EstimateOptions
from sinkcalc.schemas.stages import STOCK
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import Survey
from sinkcalc.store.results import read_error_parts, read_flags
from sinkcalc.store.wetlands import WetlandSurvey, farmland_frame
from sinkcalc.uncertainty.errors import Errors, all_errors
from sinkcalc.uncertainty.parts import NO_SPREADS, ErrorParts

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
_NOTHING_MISSING: Final = pl.DataFrame(
    schema={"region_code": pl.String, "area_ha": pl.Decimal(*STOCK)}
)


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
    found = farmland_soil(records, load_table("cropland_soil").rows, keys)
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
        ("cropland_soil",),
        found.flags,
    )


def wetland_land(
    db: Path, survey: WetlandSurvey, options: SoilOptions, wait: float
) -> FoundLand | None:
    """Return the soil of wetlands to 30 cm; None where no wetlands are loaded."""
    return None


def _soil(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the soil pool and the area."""
    soil = (pl.col("pool") == "soil") & pl.col("quantity").is_in(["carbon", "co2e"])
    return frame.filter(soil | (pl.col("quantity") == "area"))


def _with_region(frame: pl.DataFrame) -> pl.DataFrame:
    if "region_code" in frame.columns:
        return frame
    return frame.with_columns(pl.lit(None, pl.String).alias("region_code"))
