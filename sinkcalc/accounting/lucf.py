"""Lines of the form of the provincial inventory, county by county."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.inventory_form import (
    CONVERTED,
    CONVERTED_CLASSES,
    CONVERTED_MEAN,
    PLANT_CLASSES,
    form_values,
    plant_biomass,
)
from sinkcalc.schemas.lucf import BIOMASS_LINES, CONVERSION_LINES
from sinkcalc.units import CH4_PER_C, N2O_PER_N

# errors of measured volumes and areas, each survey its own
VOLUME_ERROR: Final = "volume"
AREA_ERROR: Final = "area"
_LINE_OF: Final = dict(zip(PLANT_CLASSES, BIOMASS_LINES[2:5], strict=True))
# what names a line
_LINE: Final = ("region_code", "category", "gas")
_STOCK_LINES: Final = (
    # line, stock, rate, sign
    ("arbor_growth", "arbor_m3", "growth_rate", 1.0),
    ("scattered_growth", "other_m3", "growth_rate", 1.0),
    ("living_stock_consumption", "living_m3", "consumption_rate", -1.0),
)


def biomass_lines(counties: pl.DataFrame) -> pl.DataFrame:
    """Give the changes of biomass carbon of one year.

    growth      C = V * GR * SVD * BEF * CF      of arbor; of sparse, scattered and wayside trees
    consumption C = V * CR * SVD * BEF * CF      of all living stock, a loss
    others      C = dA * B * CF                  bamboo, economic forest, shrubs: area alone

    Parameters
    ----------
    counties
        One row a county: `region_code`; `arbor_m3`, `other_m3`, `living_m3` (m3); `growth_rate`,
        `consumption_rate` (1/yr, null where not known) with `_se` and `_source`; `wood_density`
        (t d.m./m3); `bef` (1); `<class>_from_ha`, `<class>_to_ha` (ha) and `years` between them
        (null for one survey).

    Returns
    -------
    Rows of lines: `region_code`, `category`, `gas`, `activity` (m3 or ha/yr), `activity_unit`,
    `rate_per_year`, `rate_se`, `rate_source`, `wood_density`, `bef`, `biomass_t_per_ha`,
    `net_t_c` (t C/yr, a loss below 0, null without input), `gas_t`, `reason`.

    Notes
    -----
    Validity: gross growth and net consumption relative to the living stock; what dies and is not
    taken stays in the sum. Source: GUIDE2011, LUCF chapter (recalled).
    """
    fraction = form_values()["carbon_fraction"]
    stocks = [_stock_line(counties, *line, fraction) for line in _STOCK_LINES]
    biomass = plant_biomass("whole_plant_biomass")
    plants = [_plant_line(counties, name, biomass[name], fraction) for name in PLANT_CLASSES]
    return pl.concat([*stocks, *plants], how="diagonal")


def _stock_line(
    counties: pl.DataFrame, line: str, stock: str, rate: str, sign: float, fraction: float
) -> pl.DataFrame:
    per_stock = pl.col("wood_density") * pl.col("bef") * fraction
    missing = pl.when(pl.col(rate).is_null()).then(pl.lit(f"no_{rate}"))
    return counties.select(
        "region_code",
        pl.lit(line).alias("category"),
        pl.lit("CO2").alias("gas"),
        pl.col(stock).alias("activity"),
        pl.lit("m3").alias("activity_unit"),
        pl.col(rate).alias("rate_per_year"),
        pl.col(f"{rate}_se").alias("rate_se"),
        pl.col(f"{rate}_source").alias("rate_source"),
        "wood_density",
        "bef",
        (sign * pl.col(stock) * pl.col(rate) * per_stock).alias("net_t_c"),
        missing.alias("reason"),
    )


def _plant_line(counties: pl.DataFrame, name: str, biomass: float, fraction: float) -> pl.DataFrame:
    change = (pl.col(f"{name}_to_ha") - pl.col(f"{name}_from_ha")) / pl.col("years")
    return counties.select(
        "region_code",
        pl.lit(_LINE_OF[name]).alias("category"),
        pl.lit("CO2").alias("gas"),
        change.alias("activity"),
        pl.lit("ha/yr").alias("activity_unit"),
        pl.lit(biomass).alias("biomass_t_per_ha"),
        (change * biomass * fraction).alias("net_t_c"),
        pl.when(pl.col("years").is_null()).then(pl.lit("one_survey")).alias("reason"),
    )


def conversion_lines(counties: pl.DataFrame) -> pl.DataFrame:
    """Give what forest loses that becomes other land in one year.

    burned C = A * (B_before - B_after) * f * oxidation * CF      on site, off site
    decay  C = A_10 * (B_before - B_after) * f_decay * CF         A_10: mean area of ten years
    CH4 = C_on_site * 0.012 * 16/12      N2O = C_on_site * N/C * 0.007 * 44/28

    B_before is above ground: of arbor forest V/A * SVD * BEF_above, or the user's; of the other
    classes the guide's.

    Parameters
    ----------
    counties
        As in `biomass_lines`, with `arbor_ha`, `bef_above_ground`, the columns `CONVERTED` and
        `CONVERTED_MEAN` (ha/yr, null where not known), `arbor_biomass_t_per_ha` and
        `biomass_after_t_per_ha` (null for the defaults).

    Returns
    -------
    Rows of lines as in `biomass_lines`. A county that names the area of some classes counts the
    others as 0; one that names none has `no_converted_area`.

    Notes
    -----
    The fractions of the guide do not add up to one: wood that is carried off is not counted.
    Source: GUIDE2011, LUCF chapter (recalled).
    """
    values = form_values()
    above = plant_biomass("above_ground_biomass")
    stock = pl.col("arbor_m3") / pl.when(pl.col("arbor_ha") > 0).then(pl.col("arbor_ha"))
    of_arbor = stock * pl.col("wood_density") * pl.col("bef_above_ground")
    before = {"arbor": pl.coalesce("arbor_biomass_t_per_ha", of_arbor)}
    before |= {name: pl.lit(above[name]) for name in PLANT_CLASSES}
    left = pl.col("biomass_after_t_per_ha").fill_null(values["biomass_after"])
    # land that holds more than the forest had loses nothing
    lost = {name: (before[name] - left).clip(lower_bound=0.0) for name in CONVERTED_CLASSES}
    burned = values["oxidation_fraction"] * values["carbon_fraction"]
    shares = (
        ("burned_on_site", CONVERTED, values["on_site_fraction"] * burned),
        ("burned_off_site", CONVERTED, values["off_site_fraction"] * burned),
        ("decayed", CONVERTED_MEAN, values["decay_fraction"] * values["carbon_fraction"]),
    )
    carbon = [_loss_line(counties, *share, lost) for share in shares]
    on_site = -pl.col("net_t_c")
    gases = {
        "CH4": values["ch4_fraction"] * CH4_PER_C,
        "N2O": values["nitrogen_ratio"] * values["n2o_fraction"] * N2O_PER_N,
    }
    others = [
        carbon[0].with_columns(
            pl.lit(gas).alias("gas"),
            (on_site * factor).alias("gas_t"),
            pl.lit(None, pl.Float64).alias("net_t_c"),
        )
        for gas, factor in gases.items()
    ]
    return pl.concat([*carbon, *others], how="diagonal")


def _loss_line(
    counties: pl.DataFrame,
    line: str,
    columns: tuple[str, ...],
    share: float,
    lost: dict[str, pl.Expr],
) -> pl.DataFrame:
    areas = dict(zip(CONVERTED_CLASSES, columns, strict=True))
    known = pl.any_horizontal(pl.col(column).is_not_null() for column in columns)
    # an area of 0 loses nothing, whatever stood there
    parts = [
        pl.when(pl.col(column).fill_null(0.0) > 0).then(pl.col(column) * lost[name]).otherwise(0.0)
        for name, column in areas.items()
    ]
    whole = pl.sum_horizontal(parts, ignore_nulls=False)
    reason = "no_converted_mean_area" if line == CONVERSION_LINES[2] else "no_converted_area"
    return counties.select(
        "region_code",
        pl.lit(line).alias("category"),
        pl.lit("CO2").alias("gas"),
        pl.when(known).then(pl.sum_horizontal(columns)).alias("activity"),
        pl.lit("ha/yr").alias("activity_unit"),
        pl.when(known).then(0.0 - whole * share).alias("net_t_c"),
        pl.when(~known)
        .then(pl.lit(reason))
        .when(whole.is_null())
        .then(pl.lit("no_arbor_biomass"))
        .alias("reason"),
    )


def error_loadings(
    counties: pl.DataFrame, lines: pl.DataFrame, measured: dict[str, float]
) -> pl.DataFrame:
    """Say how each line moves with every error, one standard error at a time.

    Parameters
    ----------
    counties, lines
        What `biomass_lines` reads and gives; `rates_correlation` of the counties is that of the
        errors of their two rates.
    measured
        Relative standard errors of `VOLUME_ERROR` and `AREA_ERROR`.

    Returns
    -------
    `region_code`, `category`, `gas`, `source`, `loading` (t C/yr, null where the error of the rate
    is not known). A rate that serves several counties is one source, and so are the volumes of a
    survey and its areas. Errors of wood density, expansion and biomass per area are not in it.

    Notes
    -----
    With r the correlation, the error of CR is r of the source of GR and root(1 - r^2) of its own:
    Cov(GR, CR) = r se(GR) se(CR).
    """
    return pl.concat(
        [*_stock_loadings(counties, lines, measured), *_area_loadings(counties, measured)]
    )


def _stock_loadings(
    counties: pl.DataFrame, lines: pl.DataFrame, measured: dict[str, float]
) -> list[pl.DataFrame]:
    """Give what rates and volumes move in the lines of growth and consumption."""
    fraction = form_values()["carbon_fraction"]
    together = counties.select("region_code", "rates_correlation")
    stock = lines.filter(pl.col("activity_unit") == "m3").join(
        together, on="region_code", how="left", maintain_order="left"
    )
    own = pl.concat_str(pl.lit("county:"), "region_code")
    name = pl.when(pl.col("rate_source") == "county").then(own).otherwise(pl.lit("city"))
    sign = pl.when(pl.col("category") == "living_stock_consumption").then(-1.0).otherwise(1.0)
    per_rate = sign * pl.col("activity") * pl.col("wood_density") * pl.col("bef") * fraction
    with_growth = pl.when(sign > 0).then(1.0).otherwise("rates_correlation")
    alone = (1 - with_growth**2).sqrt()
    return [
        *(
            stock.select(
                *_LINE,
                (pl.lit(rate) + name).alias("source"),
                (per_rate * pl.col("rate_se") * share).alias("loading"),
            )
            for rate, share in (("growth:", with_growth), ("consumption:", alone))
        ),
        stock.select(
            *_LINE,
            pl.lit(VOLUME_ERROR).alias("source"),
            (pl.col("net_t_c") * measured[VOLUME_ERROR]).alias("loading"),
        ),
    ]


def _area_loadings(counties: pl.DataFrame, measured: dict[str, float]) -> list[pl.DataFrame]:
    """Give what the areas of both surveys move in the lines of bamboo, economic forest, shrubs."""
    fraction = form_values()["carbon_fraction"]
    parts = []
    biomass = plant_biomass("whole_plant_biomass")
    for plant, line in _LINE_OF.items():
        per_ha = biomass[plant] * fraction * measured[AREA_ERROR] / pl.col("years")
        for end, way in (("from", -1.0), ("to", 1.0)):
            parts.append(
                counties.select(
                    "region_code",
                    pl.lit(line).alias("category"),
                    pl.lit("CO2").alias("gas"),
                    pl.lit(f"{AREA_ERROR}:{end}").alias("source"),
                    (way * pl.col(f"{plant}_{end}_ha") * per_ha).alias("loading"),
                )
            )
    return parts
