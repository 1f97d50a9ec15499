"""Kinds of arbor stands: type, origin and age group with their share of area and their volume."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.demo.figures import Figures, table
from sinkcalc.vocabulary import AGE_GROUPS, ORIGINS

# columns with the oldest age of each group but the last, which has no end
_UPPER: Final = [f"{group}_upper" for group in AGE_GROUPS[:-1]]
_COLUMNS: Final = (
    "species_code",
    "species_group",
    "origin",
    "age_group",
    "area",
    "volume_m3_per_ha",
    "growth",
    "age_low",
    "age_high",
    *_UPPER,
)


def stand_kinds(figures: Figures) -> pl.DataFrame:
    """Return the kinds of arbor stands in a fixed order.

    The area of a kind is its carbon stock over its carbon per hectare; its volume per hectare
    inverts the volume-biomass equation, V = (C / carbon fraction - b) / a.

    Returns
    -------
    pl.DataFrame
        One row a kind: `species_code`, `species_group`, `origin`, `age_group` (1 young to 5
        over-mature), `area` (relative), `volume_m3_per_ha`, `growth` (relative, of the species),
        `age_low` and `age_high` of the age group, `..._upper` (oldest age of each age group).
    """
    fractions = table("carbon_fraction").filter(equation_set="fang", vegetation_class="arbor")
    biomass = pl.col("tree_carbon") / float(fractions["value"].item())
    return (
        _classes()
        .join(_equations(), on="species_group")
        .join(_species_codes(figures), on=["species_group", "origin"])
        .join(_age_limits(figures), on=["species_group", "origin"])
        .with_columns(
            area=pl.col("tree_carbon_stock") / pl.col("tree_carbon") * pl.col("species_share"),
            volume_m3_per_ha=((biomass - pl.col("b")) / pl.col("a")).clip(
                lower_bound=figures.one("volume_floor")
            ),
            growth=pl.col("species_group").replace_strict(
                figures.by("relative_growth", "species_group"), return_dtype=pl.Float64
            ),
            age_group=pl.col("age_group").replace_strict(AGE_GROUPS, range(1, 6)),
        )
        .sort("species_group", "species_code", "origin", "age_group", "area")
        .pipe(_with_age_span, figures.one("over_mature_span"))
        .select(_COLUMNS)
    )


def _classes() -> pl.DataFrame:
    """Return carbon stock and density of each type, origin and age group of the province."""
    keys = ["species", "species_group", "origin", "age_group"]
    groups = table("species").select("species", group_of_species="species_group")
    return (
        table("tree_carbon")
        .drop_nulls(["origin", "age_group"])
        .pivot("symbol", index=keys, values="value")
        .drop_nulls("tree_carbon_stock")
        .join(groups, on="species", how="left")
        .with_columns(species_group=pl.coalesce("species_group", "group_of_species"))
        .drop("species", "group_of_species")
    )


def _equations() -> pl.DataFrame:
    """Return a and b of B = a V + b by species group."""
    return (
        table("volume_biomass")
        .filter(pl.col("symbol").is_in(["a", "b"]), equation_set="cbef-zhejiang")
        .drop_nulls("species_group")
        .pivot("symbol", index="species_group", values="value")
    )


def _species_codes(figures: Figures) -> pl.DataFrame:
    """Return the species codes of each type and origin with their shares of its area."""
    # a species may have several codes: the city writes the first one
    codes = table("code_sets").filter(code_set="species_nfi").unique("value", maintain_order=True)
    both = pl.lit(list(ORIGINS))
    return (
        figures.of("species_share")
        .with_columns(
            origin=pl.when(pl.col("origin").is_null())
            .then(both)
            .otherwise(pl.concat_list("origin"))
        )
        .explode("origin")
        .join(codes.select("code", species="value"), on="species")
        .select("species_group", "origin", species_code="code", species_share="value")
    )


def _age_limits(figures: Figures) -> pl.DataFrame:
    """Return the oldest ages of the groups: of the type where given, else the general ones."""
    limits = (
        figures.of("age_upper")
        .with_columns(column=pl.col("age_group") + "_upper")
        .pivot("column", index=["species_group", "origin"], values="value")
    )
    general = limits.filter(pl.col("species_group").is_null()).drop("species_group")
    types = (
        _equations().select("species_group").join(pl.DataFrame({"origin": ORIGINS}), how="cross")
    )
    return (
        types.join(limits, on=["species_group", "origin"], how="left")
        .join(general, on="origin", suffix="_general")
        .select(
            "species_group",
            "origin",
            *(pl.coalesce(name, f"{name}_general").cast(pl.Int64) for name in _UPPER),
        )
    )


def _with_age_span(kinds: pl.DataFrame, over_mature_span: float) -> pl.DataFrame:
    """Add the youngest and the oldest age of each kind's own age group."""
    upper = kinds.select(_UPPER).to_numpy()
    edges = np.column_stack([np.zeros(len(kinds)), upper, upper[:, -1] + over_mature_span])
    rows, group = np.arange(len(kinds)), kinds["age_group"].to_numpy()
    return kinds.with_columns(
        age_low=pl.Series(edges[rows, group - 1] + 1, dtype=pl.Int64),
        age_high=pl.Series(edges[rows, group], dtype=pl.Int64),
    )


def age_group_at(age: pl.Expr) -> pl.Expr:
    """Return the age group, 1 to 5, of stands of this age that carry the limits of their kind."""
    return 1 + pl.sum_horizontal((age > pl.col(name)).cast(pl.Int64) for name in _UPPER)
