"""Standard errors of effects of a change on stands, from the errors of both estimates."""

import polars as pl

from sinkcalc.accounting.change import NO_ERROR
from sinkcalc.accounting.intervals import RESTS_ON
from sinkcalc.accounting.split import CELL_KEYS, PARTS, SIDES, effect_slopes
from sinkcalc.uncertainty.parts import ErrorParts, difference_errors

_STOCK = ("quantity", "pool")


def stand_effect_errors(
    cells: pl.DataFrame, by: list[str], parts: tuple[ErrorParts, ErrorParts]
) -> pl.DataFrame:
    """Propagate the errors of areas, volumes and coefficients to change and effects, first order.

    An effect E of areas a and stocks v of cells has, by a parameter p of an estimate, the
    derivative sum over cells of dE/da da/dp + dE/dv dv/dp. What both surveys share moves both in
    one direction, measurements are each survey's own: see `difference_errors`.

    Parameters
    ----------
    cells
        Quantity, pool, `by`, `CELL_KEYS`, areas and stocks of both surveys, as in `split_change`.
    by
        Key columns of the groups.
    parts
        What the errors of both runs are made of; keys of theirs are those of the cells.

    Returns
    -------
    Quantity, pool, `by`, `change_se`, `area_effect_se`, `density_effect_se`,
    `species_effect_se` (m3, t C), `se_reason`: what the error of the change rests on.

    Notes
    -----
    An area that is measured too large on one occasion is an area effect that is too large and a
    density effect that is too small: their errors are alike, and nearly cancel in the change.
    Source: JCGM 100:2008 (GUM) eq. 13.
    """
    keys = [*_STOCK, *by]
    slopes = effect_slopes(cells, keys)
    found = slopes.select(keys).unique(maintain_order=True)
    for part in PARTS:
        sides = [
            _of_effect(slopes, keys, one, part, side)
            for side, one in zip(SIDES, parts, strict=True)
        ]
        rows = difference_errors(sides[0], sides[1], keys).rows
        told = rows.select(
            *keys, pl.col("se").alias(f"{part}_se"), pl.col("rests_on").alias(f"{part}_rests_on")
        )
        found = found.join(told, on=keys, how="left", nulls_equal=True, maintain_order="left")
    reason = pl.col("change_rests_on").replace_strict(RESTS_ON, return_dtype=pl.String)
    return found.select(*keys, *(f"{part}_se" for part in PARTS), reason.alias("se_reason"))


def _of_effect(
    slopes: pl.DataFrame, keys: list[str], parts: ErrorParts, part: str, side: str
) -> ErrorParts:
    """Turn the derivatives of the cells of one survey into those of an effect of the groups.

    `difference_errors` takes the first survey from the last: its own sign is taken back.
    """
    sign = 1 if side == "to" else -1
    cell = list(dict.fromkeys([*keys, *CELL_KEYS]))
    of_cell = [key for key in cell if key not in _STOCK]
    by_area, by_value = (f"{part}_by_{figure}_{side}" for figure in ("area", "value"))
    areas = parts.gradients.filter(pl.col("quantity") == "area").drop(_STOCK)
    there = slopes.filter(pl.col(f"area_{side}") > 0)
    gradients = pl.concat(
        [
            slopes.join(parts.gradients, on=cell, nulls_equal=True).select(
                *cell, "parameter_id", pl.col("derivative") * pl.col(by_value) * sign
            ),
            there.join(areas, on=of_cell, nulls_equal=True).select(
                *cell, "parameter_id", pl.col("derivative") * pl.col(by_area) * sign
            ),
        ]
    )
    residuals = slopes.join(parts.residuals, on=cell, nulls_equal=True).select(
        *cell, "source", pl.col("variance") * pl.col(by_value) ** 2
    )
    return ErrorParts(
        # floats are summed in a fixed order, so that equal input gives equal bytes
        gradients.sort(*cell, "parameter_id", "derivative")
        .group_by(*keys, "parameter_id", maintain_order=True)
        .agg(pl.col("derivative").sum()),
        residuals.sort(*cell, "source", "variance")
        .group_by(*keys, "source", maintain_order=True)
        .agg(pl.col("variance").sum()),
        parts.errors,
    )


def without_error(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return quantity, pool and `by` of groups of which a cell of a run has no error.

    Parameters
    ----------
    rows
        Rows of `Estimate` of both runs.
    """
    lacking = rows.filter(pl.col("se").is_null() & (pl.col("value") != 0))
    of_stock = lacking.filter(pl.col("quantity") != "area").select(*_STOCK, *by)
    return of_stock.unique().with_columns(pl.lit(NO_ERROR).alias("none"))
