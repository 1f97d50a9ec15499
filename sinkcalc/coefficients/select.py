"""Most specific row wins: species, then species group, then vegetation class, then all."""

from typing import Final

import polars as pl

# most specific first; a row belongs to the level whose keys it fills, no more and no fewer
LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "species_origin_age": ("species", "origin", "age_group"),
    "group_origin_age": ("species_group", "origin", "age_group"),
    "class_origin_age": ("origin", "age_group"),
    "species": ("species",),
    "group": ("species_group",),
    "class": (),
}
_KEYS: Final = ("species", "species_group", "origin", "age_group")


def figures(rows: pl.DataFrame) -> pl.Expr:
    """Return what models compute with: the values, or many draws of each in column `draws`."""
    return pl.col("draws" if "draws" in rows.columns else "value")


def select_parameter(
    cells: pl.LazyFrame, rows: pl.DataFrame, symbol: str, alias: str | None = None
) -> pl.LazyFrame:
    """Add to each cell the most specific row of one symbol.

    Parameters
    ----------
    cells
        Frame with `vegetation_class`, `species`, `species_group`, `origin`, `age_group`.
    rows
        Parameter rows; one whose `vegetation_class` is null serves every class.
    symbol
        Which symbol of the rows.
    alias
        Name of the new column; the symbol by default.

    Returns
    -------
    The cells with `<alias>` (value), `<alias>_id` (parameter_id) and `<alias>_level`;
    all three null where no row fits.
    """
    name = alias or symbol
    found = rows.filter(pl.col("symbol") == symbol)
    values: list[str] = []
    ids: list[str] = []
    levels: list[str] = []
    out = cells
    for level, keys in LEVELS.items():
        for by_class in (True, False):
            exact = [pl.col(k).is_not_null() if k in keys else pl.col(k).is_null() for k in _KEYS]
            has_class = pl.col("vegetation_class").is_not_null()
            part = found.filter(*exact, has_class if by_class else ~has_class)
            if part.is_empty():
                continue
            on = [*(["vegetation_class"] if by_class else []), *keys]
            tag = f"_{name}_{len(values)}"
            part = part.select(
                *on, figures(rows).alias(tag), pl.col("parameter_id").alias(f"{tag}_id")
            )
            if on:
                out = out.join(part.lazy(), on=on, how="left")
            else:
                out = out.join(part.lazy(), how="cross")
            values.append(tag)
            ids.append(f"{tag}_id")
            levels.append(level)
    if not values:
        return out.with_columns(
            pl.lit(None, pl.Float64).alias(name),
            pl.lit(None, pl.String).alias(f"{name}_id"),
            pl.lit(None, pl.String).alias(f"{name}_level"),
        )
    which = pl.coalesce(
        pl.when(pl.col(tag).is_not_null()).then(pl.lit(level))
        for tag, level in zip(values, levels, strict=True)
    )
    return out.with_columns(
        pl.coalesce(values).alias(name),
        pl.coalesce(ids).alias(f"{name}_id"),
        which.alias(f"{name}_level"),
    ).drop(*values, *ids)
