"""Standard errors of effects of a change on plots."""

from typing import Any, Final

import numpy as np
import polars as pl

from sinkcalc.accounting.split import PARTS
from sinkcalc.survey import Expansion
from sinkcalc.survey.rows import NO_DEGREES, NO_SPREAD
from sinkcalc.survey.sample import Floats

# spread by that of the widest figure below which plots are all alike: areas of strata are rounded
_ALIKE: Final = 1e-9
# a condition that no keys leave true
_EVERY: Final = (pl.lit(value=True),)


def effect_errors(
    effects: pl.DataFrame,
    slopes: pl.DataFrame,
    plots: pl.DataFrame,
    cells: pl.DataFrame,
    found: Expansion,
    keys: list[str],
) -> pl.DataFrame:
    """Add plots, degrees of freedom and standard errors, or why a figure has none.

    The error of an effect is that of the total of its linearised variable over the design: plots
    measured twice count once, with the covariance of their occasions.

    Parameters
    ----------
    effects, slopes, plots, cells
        Result of `plot_effects` and of `influences`, and what both were made from.
    found
        The sample; its rows are the numbers of the plots.
    keys
        Columns of the groups.

    Returns
    -------
    `effects` with `plots`, `df`, `change_se`, `area_effect_se`, `density_effect_se`,
    `species_effect_se`, `se_reason`. An error is null without degrees of freedom, and where all
    plots are alike; 0 of an effect that is 0 by its definition.
    """
    rows = []
    groups = effects.select("area_from", *keys).iter_rows()
    for group, none in zip(groups, _nothing(effects, cells, keys), strict=True):
        named = zip(keys, group[1:], strict=True)
        of_group = pl.all_horizontal(*_EVERY, *(pl.col(k).eq_missing(pl.lit(v)) for k, v in named))
        # the whole is of every plot, those without forest too
        marks = np.zeros(found.order.size) if keys else np.ones(found.order.size)
        marks[plots.filter(of_group)["plot"].to_numpy()] = 1.0
        chosen = slopes.filter(of_group)
        values = np.zeros((len(PARTS), found.order.size))
        values[:, chosen["plot"].to_numpy()] = chosen.select(PARTS).to_numpy().T
        rows.append({"plots": int(marks.sum()), **_errors_of_group(found, values, marks, none)})
    schema: dict[str, Any] = {"plots": pl.Int64, "df": pl.Int64}
    schema |= {f"{part}_se": pl.Float64 for part in PARTS} | {"se_reason": pl.String}
    return pl.concat([effects, pl.DataFrame(rows, schema=schema)], how="horizontal")


def _errors_of_group(
    found: Expansion, values: Floats, marks: Floats, none: dict[str, bool]
) -> dict[str, Any]:
    """Give the errors of change and effects; `values` are their derivatives by the plots."""
    degrees = found.degrees(marks)
    scale = float((np.abs(values) @ found.weights).max())
    row: dict[str, Any] = {"df": degrees, "se_reason": None if degrees else NO_DEGREES}
    for name, of_plots in zip(PARTS, values, strict=True):
        error = 0.0 if none.get(name) else found.error(of_plots)
        # plots that are all alike tell nothing of the error
        known = none.get(name) or error > _ALIKE * scale
        if not known:
            row["se_reason"] = row["se_reason"] or NO_SPREAD
        row[f"{name}_se"] = error if degrees and known else None
    return row


def _nothing(effects: pl.DataFrame, cells: pl.DataFrame, keys: list[str]) -> list[dict[str, bool]]:
    """Say which effects are 0 by their definition: those of a group with one occasion or cell."""
    there = cells.filter((pl.col("area_from") > 0) | (pl.col("area_to") > 0))
    counted = there.with_columns(pl.lit(0).alias("_all")).group_by("_all", *keys).len("_cells")
    rows = effects.with_columns(pl.lit(0).alias("_all")).join(
        counted, on=["_all", *keys], how="left", nulls_equal=True, maintain_order="left"
    )
    new = (pl.col("area_from") == 0) | (pl.col("area_to") == 0)
    one = pl.col("_cells").fill_null(0) < 2
    return rows.select(new.alias("density_effect"), (new | one).alias("species_effect")).to_dicts()
