"""Single-tree models on the mean tree of each stand."""

from typing import Final

import polars as pl

from sinkcalc.coefficients.factors import Factors, species_groups
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.models.terms import stack_pools
from sinkcalc.schemas.stages import STOCK, Pools
from sinkcalc.units import STOCK_DECIMALS, T_PER_KG
from sinkcalc.vocabulary import AREA_MEASUREMENT, CULM_MEASUREMENT, SPECIES, VEGETATION_CLASSES

_SYMBOLS: Final = (
    *("root_c", "root_h", "root_d"),
    *("crown_c", "crown_d", "crown_l"),
    *("stem_c", "stem_h", "stem_d"),
    "crown_ratio",
)
_BAMBOO: Final = VEGETATION_CLASSES.index("bamboo")


def with_tree_masses(stands: pl.LazyFrame, factors: Factors) -> pl.LazyFrame:
    """Add root, crown and stem of each stand whose mean tree a model serves.

    W_root = c*H^p*D^q, W_crown = c*D^p*L^q, W_stem = c*H^p*D^q, kg d.m. per tree; D cm, H m,
    L crown length m. A stand has N times that, N = stems per ha * area, or the culms of bamboo.
    Where L is not recorded, or is above H, L = crown ratio * H.

    Parameters
    ----------
    stands
        One row a stand with the ENUM codes, `area_ha`, `volume_m3`, `culms`, `dbh_cm`,
        `height_m`, `stems_per_ha`, `crown_length_m`.
    factors
        Parameter rows of the method.

    Returns
    -------
    The stands with `tree_model`, `crown_imputed` and, rounded once to 1e-4 t, `root_t`,
    `crown_t`, `stem_t`; 0 where no model serves: no model of the species, no measurement of
    the tree, a volume of 0, or a count of culms that is missing or 0. A missing volume is
    no hindrance: the models do not read it.

    Notes
    -----
    The mean of a power is not the power of the mean: with the stems' diameters spread around
    the mean, W ~ D^2 comes out low. Validity: Zhejiang; L is in m although the table of the
    source says cm. Source: YUAN2009 in DAI2017 table 1; crown ratio from BAAD2015.
    """
    dbh, height, stems_per_ha, area, culms, recorded = (
        pl.col(name).cast(pl.Float64)
        for name in ("dbh_cm", "height_m", "stems_per_ha", "area_ha", "culms", "crown_length_m")
    )
    bamboo = pl.col("vegetation_class") == _BAMBOO
    trees = pl.when(bamboo).then(culms).otherwise(stems_per_ha * area)
    imputed = ~((recorded > 0) & (recorded <= height)).fill_null(False)
    crown = pl.when(imputed).then(pl.col("crown_ratio") * height).otherwise(recorded)
    has_stock = bamboo | (pl.col("volume_m3") > 0).fill_null(True)
    served = has_stock & (dbh > 0) & (height > 0) & (trees > 0) & pl.col("root_c").is_not_null()
    per_tree = {
        "root_t": pl.col("root_c") * height ** pl.col("root_h") * dbh ** pl.col("root_d"),
        "crown_t": pl.col("crown_c") * dbh ** pl.col("crown_d") * crown ** pl.col("crown_l"),
        "stem_t": pl.col("stem_c") * height ** pl.col("stem_h") * dbh ** pl.col("stem_d"),
    }
    tree_model = served.fill_null(False)
    return (
        stands.join(_models_by_species(factors), on=["vegetation_class", "species"], how="left")
        .with_columns(
            tree_model.alias("tree_model"),
            (tree_model & imputed).alias("crown_imputed"),
            *(
                pl.when(tree_model)
                .then((mass * trees * T_PER_KG).round(STOCK_DECIMALS))
                .otherwise(0.0)
                .cast(pl.Decimal(*STOCK))
                .alias(name)
                for name, mass in per_tree.items()
            ),
        )
        .drop(_SYMBOLS)
    )


def _models_by_species(factors: Factors) -> pl.LazyFrame:
    """Return the codes of class and species that have a model, and a column a symbol."""
    every = (
        species_groups()
        .lazy()
        .join(pl.LazyFrame({"vegetation_class": ["arbor", "bamboo"]}), how="cross")
    )
    every = with_tree_models(every, factors, _SYMBOLS).drop_nulls(_SYMBOLS)
    words = {"vegetation_class": VEGETATION_CLASSES, "species": SPECIES}
    codes = (
        pl.col(name).replace_strict(list(known), range(len(known)), return_dtype=pl.UInt8)
        for name, known in words.items()
    )
    return every.select(*codes, *_SYMBOLS)


def with_tree_models(
    frame: pl.LazyFrame, factors: Factors, symbols: tuple[str, ...]
) -> pl.LazyFrame:
    """Add parameters of the tree models, which have no rows by origin or age."""
    keyless = [pl.lit(None, pl.String).alias(key) for key in ("origin", "age_group")]
    frame = frame.with_columns(keyless)
    for symbol in symbols:
        frame = select_parameter(frame, factors.tree_models, symbol)
    return frame


def tree_biomass(cells: pl.LazyFrame, factors: Factors) -> Pools:
    """Biomass of the cells that tree models serve: above = crown + stem, below = root, t d.m.

    Parameters
    ----------
    cells
        Rows of `TreeCell` as floats, with `tree_model` true.
    factors
        Parameter rows of the method.

    Notes
    -----
    dW/dc = W/c. The effect of the crown ratio k where it stands in for the crown length is
    q*W_crown/k. Exponents have no error and no derivative here: `exponents_of` lists them.
    """
    cells = with_tree_models(
        cells, factors, ("root_c", "crown_c", "crown_l", "stem_c", "crown_ratio")
    )
    root, crown, stem = (pl.col(f"{part}_t") for part in ("root", "crown", "stem"))
    above = crown + stem
    by_ratio = pl.col("crown_l") * crown / pl.col("crown_ratio")
    bamboo = pl.col("vegetation_class") == "bamboo"

    def counted(mass: pl.Expr) -> dict[str, pl.Expr]:
        # trees are stems per ha times area, or counted culms
        return {
            AREA_MEASUREMENT: pl.when(bamboo).then(0.0).otherwise(mass),
            CULM_MEASUREMENT: pl.when(bamboo).then(mass).otherwise(0.0),
        }

    pools = stack_pools(
        cells,
        {"above_ground": above, "below_ground": root},
        {
            "above_ground": {
                "crown_c_id": crown / pl.col("crown_c"),
                "stem_c_id": stem / pl.col("stem_c"),
                "crown_ratio_id": pl.when("crown_imputed").then(by_ratio).otherwise(0.0),
                **counted(above),
            },
            "below_ground": {"root_c_id": root / pl.col("root_c"), **counted(root)},
        },
    )
    # a recorded crown length rests on no crown ratio
    return Pools(pools.stocks, pools.sensitivities.filter(pl.col("derivative") != 0))


def exponents_of(used: pl.DataFrame, factors: Factors) -> pl.DataFrame:
    """Return the exponents that stand beside the used coefficients c, as `parameter_id`."""
    part = pl.col("parameter_id").str.replace(r"\.[^.]+$", "").alias("part")
    rows = factors.tree_models.select("parameter_id", part)
    models = used.join(rows, on="parameter_id").select("part").unique()
    return (
        rows.join(models, on="part", how="semi")
        .join(used, on="parameter_id", how="anti")
        .select("parameter_id")
    )
