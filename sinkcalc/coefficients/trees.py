"""The models that serve single trees: one row a species, or tables of the user's own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from sinkcalc.coefficients.factors import CarbonFractionSet, species_groups
from sinkcalc.coefficients.load import load_table
from sinkcalc.coefficients.own_tables import read_own_factors, read_own_volume
from sinkcalc.coefficients.select import select_parameter
from sinkcalc.errors import UsageProblem

# how a set gets from a tree to its biomass
TreeForm = Literal["organs", "d2h", "general", "volume_bef"]

DEFAULT_TREE_SET: Final = "yuan-2009"
TREE_SETS: Final[dict[str, tuple[TreeForm, CarbonFractionSet]]] = {
    DEFAULT_TREE_SET: ("organs", "fang"),
    "anhui-2016": ("d2h", "fang"),
    "general-2018": ("general", "species"),
    "volume-bef": ("volume_bef", "species"),
}

# wood densities and expansion factors are listed under the stand method that uses them
_DENSITY_SET: Final = "ccer-d-bef"

TWO_WAY: Final = ("two_way_a", "two_way_b", "two_way_c")
ONE_WAY: Final = ("one_way_a", "one_way_b")
ORGANS: Final = tuple(
    f"{part}_{symbol}"
    for part, symbols in (("root", "chd"), ("crown", "cdl"), ("stem", "chd"))
    for symbol in symbols
)
D2H: Final = tuple(
    f"{organ}_{letter}" for organ in ("stem", "branch", "leaf", "root") for letter in "ab"
)
_SYMBOLS: Final[dict[TreeForm, tuple[str, ...]]] = {
    "organs": ORGANS,
    "d2h": D2H,
    "general": ("general_c", "general_d", "wood_density", "root_shoot_ratio"),
    "volume_bef": ("wood_density", "bef", "root_shoot_ratio"),
}
_TABLES: Final[dict[TreeForm, tuple[str, ...]]] = {
    "organs": ("tree_models",),
    "d2h": ("tree_models",),
    "general": ("tree_models", "wood_density_bef", "root_shoot"),
    "volume_bef": ("wood_density_bef", "root_shoot"),
}


@dataclass(frozen=True)
class TreeModels:
    """What serves the trees of each species in one set of models.

    Attributes
    ----------
    set_name
        One of `TREE_SETS`.
    form
        How the set gets from a tree to its biomass.
    volume
        One row a species and one for trees without: `species`, `two_way_a`, `two_way_b`,
        `two_way_c`, `one_way_a`, `one_way_b`, and for either form its `_rows` and `_recalled`.
    biomass
        As `volume`, with the symbols of the form and `carbon_fraction`, `biomass_rows`,
        `biomass_recalled`, `biomass_assumed`, `valid_min`, `valid_max` (dbh, cm).
    by_code
        With own factors the columns of `biomass` by `species_code`, which win over those by
        species; else None.
    tables
        Names of the parameter tables behind it.
    """

    set_name: str
    form: TreeForm
    volume: pl.DataFrame
    biomass: pl.DataFrame
    by_code: pl.DataFrame | None
    tables: tuple[str, ...]


def load_tree_models(
    set_name: str = DEFAULT_TREE_SET,
    own_volume: Path | None = None,
    own_factors: Path | None = None,
) -> TreeModels:
    """Read the rows of one set of tree models.

    Parameters
    ----------
    own_volume
        CSV of stem-volume models that replaces the shipped one (see `read_own_volume`).
    own_factors
        CSV of factors that replaces the shipped ones of `volume-bef` (see `read_own_factors`).

    Raises
    ------
    UsageProblem
        If there is no such set, or an own table cannot be used.
    """
    if set_name not in TREE_SETS:
        known = ", ".join(TREE_SETS)
        raise UsageProblem(
            zh=f"没有名为 {set_name} 的单木模型组;可用:{known}",
            en=f"there is no set of tree models of the name {set_name}; use one of: {known}",
        )
    form, fractions = TREE_SETS[set_name]
    if own_factors is not None and form != "volume_bef":
        raise UsageProblem(
            zh=f"自备系数表 {own_factors} 只用于 volume-bef,不用于 {set_name}:请改用 volume-bef",
            en=f"own factors {own_factors} serve volume-bef, not {set_name}: choose volume-bef",
        )
    own = None if own_factors is None else read_own_factors(own_factors)
    shipped = load_table("stem_volume").rows
    volume = shipped if own_volume is None else read_own_volume(own_volume)
    return TreeModels(
        set_name=set_name,
        form=form,
        volume=_serving(volume, TWO_WAY, "two_way").join(
            _serving(volume, ONE_WAY, "one_way"),
            on="species",
            nulls_equal=True,
            maintain_order="left",
        ),
        biomass=_biomass(set_name, form, fractions) if own is None else _own(own, "species_group"),
        by_code=None if own is None else _own(own, "species_code"),
        tables=(
            *(("stem_volume",) if own_volume is None else ()),
            *(_TABLES[form] if own_factors is None else ()),
            *(("carbon_fraction",) if own_factors is None else ()),
            "species",
        ),
    )


def _biomass(set_name: str, form: TreeForm, fractions: CarbonFractionSet) -> pl.DataFrame:
    """Give the biomass models of each species with its carbon fraction."""
    parts = [load_table(name).rows for name in _TABLES[form]]
    sets = [set_name, _DENSITY_SET]
    own_set = pl.col("equation_set").is_null() | pl.col("equation_set").is_in(sets)
    columns = ["parameter_id", *_KEYS, *_MARKS]
    rows = pl.concat([part.filter(own_set).select(columns) for part in parts])
    fraction = load_table("carbon_fraction").rows.filter(pl.col("equation_set") == fractions)
    models = _serving(rows, _SYMBOLS[form], "biomass").join(
        _serving(fraction, ("carbon_fraction",), "carbon"),
        on="species",
        nulls_equal=True,
        maintain_order="left",
    )
    if form != "organs":
        return models
    ratio = _serving(rows, ("crown_ratio",), "crown_ratio")
    return models.join(ratio, on="species", nulls_equal=True, maintain_order="left")


def _own(factors: pl.DataFrame, key: str) -> pl.DataFrame:
    """Give the user's factors by code, or by the species of their groups."""
    rows = factors.filter(pl.col(key).is_not_null()).select(
        key,
        "wood_density",
        "bef",
        "root_shoot_ratio",
        "carbon_fraction",
        pl.format("own.{}", key).alias("biomass_rows"),
        *(pl.lit(False).alias(flag) for flag in _FLAGS),
        *(pl.lit(None, pl.Float64).alias(limit) for limit in ("valid_min", "valid_max")),
    )
    if key == "species_code":
        return rows
    return species_groups().join(rows, on=key, maintain_order="left").drop(key)


_FLAGS: Final = ("biomass_recalled", "biomass_assumed", "carbon_recalled")
_KEYS: Final = ("vegetation_class", "species", "species_group", "origin", "age_group", "symbol")
_MARKS: Final = ("value", "valid_min", "valid_max", "status", "evidence")


def _serving(rows: pl.DataFrame, symbols: tuple[str, ...], name: str) -> pl.DataFrame:
    """Select the rows of each species; all are null where one symbol is missing.

    Returns
    -------
    `species`, the symbols, `<name>_rows` (ids joined by `; `), `<name>_recalled`,
    `<name>_assumed`; for biomass also the range of the first symbol.
    """
    groups = species_groups()
    bamboo = pl.col("species_group").eq_missing("bamboo")
    cells = pl.concat([groups, groups.clear(1)]).with_columns(
        pl.when(bamboo).then(pl.lit("bamboo")).otherwise(pl.lit("arbor")).alias("vegetation_class"),
        *(pl.lit(None, pl.String).alias(key) for key in ("origin", "age_group")),
    )
    found = cells.lazy()
    for symbol in symbols:
        found = select_parameter(found, rows, symbol)
    ids = [f"{symbol}_id" for symbol in symbols]
    whole = pl.all_horizontal(pl.col(i).is_not_null() for i in ids)
    marks = {
        f"{name}_{mark}": set(rows.filter(pl.col(column) == mark)["parameter_id"])
        for column, mark in (("evidence", "recalled"), ("status", "assumed"))
    }
    chosen = found.collect().with_columns(
        pl.concat_str(ids, separator="; ").alias(f"{name}_rows"),
        *(
            pl.any_horizontal(pl.col(i).is_in(list(marked)) for i in ids).alias(flag)
            for flag, marked in marks.items()
        ),
    )
    if name == "biomass":
        ranges = rows.select("parameter_id", "valid_min", "valid_max")
        chosen = chosen.join(ranges, left_on=ids[0], right_on="parameter_id", how="left")
    keep = [c for c in chosen.columns if c in symbols or c.startswith(("valid", f"{name}_"))]
    keep = [c for c in keep if not c.endswith(("_id", "_level"))]
    served = chosen.select("species", *(pl.when(whole).then(pl.col(c)).alias(c) for c in keep))
    return served.sort("species")
