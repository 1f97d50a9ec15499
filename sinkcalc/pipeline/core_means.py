"""Soil cores of a survey as rows to read: one a core, or means of groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from scipy.special import stdtrit

from sinkcalc.errors import SinkcalcError
from sinkcalc.models.soil_core import CoreOptions
from sinkcalc.pipeline.core_stocks import CoreStocks, core_stocks, shared_variance
from sinkcalc.pipeline.soil_models import soil_models
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import region_names
from sinkcalc.store.wetlands import WetlandSurvey, get_wetland_surveys
from sinkcalc.survey.design import CONFIDENCE

KEY_COLUMNS: Final = {"region": "region_code", "wetland_class": "wetland_class"}
_CARBON: Final = "carbon_t_per_ha"


@dataclass(frozen=True)
class CoresOfSurvey:
    """Stocks of the cores of one survey.

    Attributes
    ----------
    rows
        `CoreStocks.rows` with `survey`, `region_name` and `simulated`.
    """

    survey: WetlandSurvey
    stocks: CoreStocks
    rows: pl.DataFrame
    options: CoreOptions


def cores_of_survey(
    db: Path, survey: int, options: CoreOptions, wait: float = 0.0
) -> CoresOfSurvey:
    """Sum the carbon of every core of a survey.

    Raises
    ------
    SinkcalcError
        If the survey has no cores, or depth or mass is not above 0.
    """
    with reading(db, wait) as con:
        found = require_cores(get_wetland_surveys(con), survey)
        stocks = core_stocks(con, survey, options, soil_models(con))
        regions = region_names(con)
    names = regions.select("region_code", "region_name")
    rows = stocks.rows.join(names, on="region_code", how="left", maintain_order="left").select(
        pl.lit(survey, pl.Int32).alias("survey"),
        "core_id",
        "wetland_id",
        "region_code",
        "region_name",
        pl.exclude("core_id", "wetland_id", "region_code", "region_name"),
        pl.lit(found.simulated).alias("simulated"),
    )
    return CoresOfSurvey(found, stocks, rows, options)


def require_cores(surveys: dict[int, WetlandSurvey], survey: int) -> WetlandSurvey:
    """Return a survey that has cores by its year.

    Raises
    ------
    SinkcalcError
        Naming the years there are.
    """
    found = surveys.get(survey)
    if found is None or "cores" not in found.loads:
        there = [str(year) for year, each in surveys.items() if "cores" in each.loads]
        listed = ", ".join(there) or "–"
        raise SinkcalcError(
            zh=f"没有调查 {survey} 的土芯;已入库土芯的年度:{listed}。先运行 sinkcalc load cores",
            en=f"there are no cores of survey {survey}; years with cores: {listed}. Run sinkcalc "
            "load cores first",
        )
    return found


def mean_stocks(cores: CoresOfSurvey, by: Sequence[str]) -> pl.DataFrame:
    """Mean stock of the cores of each group.

    var = s^2/n + g' C g: the spread s of the n cores of the group, which holds what single cores
    deviate from models, and the errors C of the models' coefficients by the mean derivative g,
    which all cores share. The interval is that of t with n - 1 degrees of freedom; cores count
    as independent, so that several cores of one place make it too narrow.

    Parameters
    ----------
    by
        `region`, `wetland_class`.

    Returns
    -------
    `survey`, the keys, `depth_cm` (null where an equivalent mass is asked for),
    `equivalent_mass_t_per_ha` (null without), `stock_depth_cm` (mean depth that the stocks go
    to), `cores` (with a stock), `left_out`, `carbon_t_per_ha`,
    `carbon_t_per_ha_sd`, `carbon_t_per_ha_se`, `ci_low`, `ci_high` (null below two cores),
    `carbon_t_per_ha_median`, `gap_fraction`, `extrapolated_fraction`, `modelled_fraction` (means
    of the cores with a stock), `simulated`.
    """
    keys = [KEY_COLUMNS[key] for key in by]
    names = ["region_name"] if "region_code" in keys else []
    rows = cores.rows.with_columns(pl.struct(keys).rank("dense").alias("group"))
    standing = pl.col(_CARBON).is_not_null()
    n = standing.sum()
    shares = ("gap_fraction", "extrapolated_fraction", "modelled_fraction")
    groups = rows.group_by("group", maintain_order=True).agg(
        pl.col("survey", *keys, *names, "depth_cm", "simulated").first(),
        pl.col("stock_depth_cm").filter(standing).mean(),
        n.alias("cores"),
        (~standing).sum().alias("left_out"),
        pl.col(_CARBON).mean(),
        pl.col(_CARBON).std().alias(f"{_CARBON}_sd"),
        pl.col(_CARBON).median().alias(f"{_CARBON}_median"),
        pl.col(*shares).filter(standing).mean(),
    )
    of_core = rows.filter(standing).select("core_id", "group", pl.len().over("group").alias("n"))
    mean = pl.col("derivative") / pl.col("n")
    gradients = cores.stocks.gradients.join(of_core, on="core_id", maintain_order="left")
    shared = shared_variance(
        gradients.with_columns(mean.alias("derivative")), cores.stocks.errors, "group"
    )
    spread = pl.col(f"{_CARBON}_sd") ** 2 / pl.col("cores")
    variance = spread + pl.col("shared_variance").fill_null(0.0)
    found = groups.join(shared, on="group", how="left").with_columns(
        variance.sqrt().alias(f"{_CARBON}_se")
    )
    degrees = (found["cores"] - 1).clip(1).cast(pl.Float64).to_numpy()
    reach = pl.Series(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * found[f"{_CARBON}_se"]
    mass = cores.options.equivalent_mass_t_per_ha
    return (
        found.with_columns(
            pl.when(mass is None).then("depth_cm").alias("depth_cm"),
            pl.lit(mass, pl.Float64).alias("equivalent_mass_t_per_ha"),
            (found[_CARBON] - reach).alias("ci_low"),
            (found[_CARBON] + reach).alias("ci_high"),
        )
        .sort(*keys, nulls_last=True)
        .select(
            *("survey", *keys, *names, "depth_cm", "equivalent_mass_t_per_ha", "stock_depth_cm"),
            *("cores", "left_out", _CARBON),
            *(f"{_CARBON}_{name}" for name in ("sd", "se")),
            *("ci_low", "ci_high", f"{_CARBON}_median", *shares, "simulated"),
        )
    )
