"""The simulated stands as rows of the forest-grass-wetland layer LCXZGX."""

import math
import tomllib
from typing import Any, Final

import polars as pl

from sinkcalc.demo.figures import SURVEY_YEARS, Figures, table
from sinkcalc.demo.stands import UNITS_PER_HA
from sinkcalc.resources import parameter_dir
from sinkcalc.vocabulary import FOREST_CLASSES

# codes of the form for what the simulated city contains
_LAND_CLASS: Final = {
    "arbor": "030100",
    "bamboo": "030200",
    "economic": "030301",
    "special_shrub": "030301",
    "other_shrub": "030302",
    "sparse": "030401",
    "unestablished": "030402",
    "non_forest": "030405",
}
_ORIGIN: Final = {"natural": "11", "planted": "21"}
_ORIGIN_OF_CLASS: Final = {
    "bamboo": "11",
    "economic": "21",
    "special_shrub": "11",
    "other_shrub": "11",
    "unestablished": "21",
}
_MOSO_BAMBOO: Final = "660"
# forest use (林种): protection and timber forest, fixed uses of some classes, kinds of economic use
_PROTECTION, _TIMBER = "111", "233"
_USE_OF_CLASS: Final = {"special_shrub": "115", "other_shrub": "112", "unestablished": _TIMBER}
_ECONOMIC_USES: Final = ("251", "252", "253", "254", "255")
_LOCAL_PUBLIC_BENEFIT: Final = "20"

# how serial numbers become numbers of sub-compartment, compartment, village and township
_STANDS_PER_COMPARTMENT, _TOWNSHIPS, _VILLAGES = 50, 20, 10


def to_form(survey: pl.DataFrame, year: int, figures: Figures) -> pl.DataFrame:
    """Return the stands of one survey in the columns, codes and units of the layer.

    Area in m2 with two decimals, stand volume in whole m3, volume per hectare = stand volume over
    area with two decimals; what a class does not have is empty.
    """
    return survey.select(
        *_identity(year),
        XBMJ=(pl.col("area_units") / 100).cast(pl.Decimal(18, 2)),
        DI_LEI=pl.col("vegetation_class").replace_strict(_LAND_CLASS),
        YU_BI_DU=_canopy(figures),
        YOU_SHI_SZ=_species(figures),
        QI_YUAN=pl.coalesce(_mapped("origin", _ORIGIN), _of_class(_ORIGIN_OF_CLASS)),
        PINGJUN_NL=pl.col("age"),
        LING_ZU=pl.col("age_group"),
        PINGJUN_XJ=pl.when(pl.col("volume_m3").ne_missing(0)).then(
            _diameter(figures).cast(pl.Decimal(6, 1))
        ),
        PINGJUN_SG=_size("height", figures).cast(pl.Decimal(6, 1)),
        MEI_GQ_ZS=pl.coalesce(_culms(year, figures), _stems(figures)),
        MEI_GQ_XJ=(pl.col("volume_m3") / (pl.col("area_units") / UNITS_PER_HA)).cast(
            pl.Decimal(12, 2)
        ),
        HUO_LM_XJ=pl.col("volume_m3"),
        **_use(figures),
    )


def layer_profile() -> dict[str, Any]:
    """Return the profile that reads the layer: its stand numbers and its mark of simulation."""
    text = (parameter_dir() / "profiles" / "lcxzgx.toml").read_text("utf-8")
    return tomllib.loads(text)


def _identity(year: int) -> list[pl.Expr]:
    """Return the columns that name a stand; the remark says that it is simulated."""
    county = pl.col("region_code").cast(pl.String)
    compartment = pl.col("serial") // _STANDS_PER_COMPARTMENT
    township = county + _digits(compartment % _TOWNSHIPS + 1, 3)
    village = compartment // _TOWNSHIPS
    return [
        (county + _digits(pl.col("serial") + 1, 12)).alias("BSM"),
        pl.lit(year).alias("SJNF"),
        pl.lit(layer_profile()["simulated_mark"]).alias("BZ"),
        county.str.head(2).alias("SHENG"),
        county.alias("XIAN"),
        township.alias("XIANG"),
        (township + _digits(village % _VILLAGES + 1, 3)).alias("CUN"),
        _digits(village // _VILLAGES + 1, 4).alias("LIN_BAN"),
        _digits(pl.col("serial") % _STANDS_PER_COMPARTMENT + 1, 5).alias("XIAO_BAN"),
    ]


def _digits(number: pl.Expr, length: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(length)


def _mapped(column: str, codes: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(codes, default=None, return_dtype=pl.String)


def _of_class(codes: dict[str, str]) -> pl.Expr:
    return _mapped("vegetation_class", codes)


def _is(name: str) -> pl.Expr:
    return pl.col("vegetation_class") == name


def _canopy(figures: Figures) -> pl.Expr:
    """Return canopy cover 0-1 within the limits of the class, empty outside forest."""
    low, high = (
        pl.col("vegetation_class").replace_strict(
            figures.by(symbol, "vegetation_class"), default=None, return_dtype=pl.Float64
        )
        for symbol in ("canopy_low", "canopy_high")
    )
    return (low + pl.col("canopy_position") * (high - low)).cast(pl.Decimal(6, 2))


def _species(figures: Figures) -> pl.Expr:
    """Return the species code, left out on a few arbor stands."""
    unknown = _is("arbor") & (pl.col("species_position") < figures.one("species_missing_share"))
    return (
        pl.when(_is("bamboo"))
        .then(pl.lit(_MOSO_BAMBOO))
        .when(~unknown)
        .then(pl.col("species_code").cast(pl.String))
    )


def _size(name: str, figures: Figures) -> pl.Expr:
    """Return mean diameter or height, s (age / age of maturity)^p."""
    of_age = (pl.col("age") / pl.col("near_mature_upper")) ** figures.one(f"{name}_exponent")
    return figures.one(f"{name}_at_maturity") * of_age * pl.col(f"{name}_factor")


def _diameter(figures: Figures) -> pl.Expr:
    return _size("dbh", figures).clip(lower_bound=figures.one("dbh_min"))


def _stems(figures: Figures) -> pl.Expr:
    """Return stems per hectare of arbor stands with a volume, V/(pi/4 D^2 H f)."""
    per_ha = pl.col("volume_m3").cast(pl.Float64) / (pl.col("area_units") / UNITS_PER_HA)
    basal_area = math.pi / 4 * (_diameter(figures) / 100) ** 2
    stem = basal_area * _size("height", figures) * figures.one("form_factor")
    return pl.when(_is("arbor") & (pl.col("volume_m3") > 0)).then(
        (per_ha / stem).clip(upper_bound=figures.one("stems_max")).round().cast(pl.Int64)
    )


def _culms(year: int, figures: Figures) -> pl.Expr:
    """Return bamboo culms per hectare, left out on some stands."""
    mean = float(table("bamboo").filter(symbol="culms_per_ha")["value"].item())
    mean *= (1 + figures.one("culms_growth")) ** (year - SURVEY_YEARS[0])
    counted = pl.col("unrecorded") >= figures.one("culms_missing_share")
    return pl.when(_is("bamboo") & counted).then(
        (mean * pl.col("culms_factor")).round().cast(pl.Int64)
    )


def _use(figures: Figures) -> dict[str, pl.Expr]:
    """Return forest use, level of public benefit and grade of protection."""
    has_trees = pl.col("vegetation_class").is_in(["arbor", "bamboo", "sparse"])
    public = has_trees & (pl.col("use_position") < figures.one("public_benefit_share"))
    economic = pl.lit(pl.Series(_ECONOMIC_USES)).gather(
        (pl.col("use_position") * len(_ECONOMIC_USES)).cast(pl.UInt32)
    )
    use = (
        pl.when(_is("economic"))
        .then(economic)
        .when(public)
        .then(pl.lit(_PROTECTION))
        .when(has_trees)
        .then(pl.lit(_TIMBER))
        .otherwise(_of_class(_USE_OF_CLASS))
    )
    forest = pl.col("vegetation_class").is_in(FOREST_CLASSES)
    return {
        "LIN_ZHONG": use,
        "SHI_QUAN_D": pl.when(public).then(pl.lit(_LOCAL_PUBLIC_BENEFIT)),
        "BH_DJ": pl.when(public).then(2).when(forest).then(3).otherwise(4),
    }
