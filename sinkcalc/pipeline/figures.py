"""The list of stages of an estimate: stands to figures with their errors."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from sinkcalc.accounting.cells import (
    SPLIT_KEY,
    name_cells,
    to_cells,
    whole_cells,
    whole_of_parts,
    with_sampling_errors,
)
from sinkcalc.accounting.flags import estimate_flags, with_fallback
from sinkcalc.accounting.intervals import with_drawn_intervals, with_errors
from sinkcalc.accounting.monte_carlo import drawn_intervals
from sinkcalc.accounting.stock import (
    KEY_OF,
    PoolQuantities,
    in_order,
    measured_rows,
    measured_sensitivities,
    pool_quantities,
    pool_rows,
)
from sinkcalc.accounting.volume_classes import held_classes, volume_classes, with_volume_classes
from sinkcalc.accounting.wholes import Wholes
from sinkcalc.coefficients.factors import Factors
from sinkcalc.coefficients.load import all_parameters
from sinkcalc.models.forest import forest_pools
from sinkcalc.models.trees import exponents_of
from sinkcalc.schemas.stages import VolumeClass, collected
from sinkcalc.uncertainty.draws import Chance
from sinkcalc.uncertainty.errors import (
    Errors,
    assumed_rows,
    published_errors,
    residual_variances,
)
from sinkcalc.uncertainty.propagate import group_gradients, propagate
from sinkcalc.uncertainty.regressions import sample_parameters
from sinkcalc.vocabulary import BY_KEYS, RESIDUAL

PARAMETER_COLUMNS: Final = (
    "parameter_id",
    "symbol",
    "value",
    "unit",
    "status",
    "evidence",
    "source_id",
    "locator",
)


@dataclass(frozen=True)
class Figures:
    """Result of the science, before a run is recorded.

    Attributes
    ----------
    rows
        Keys, `quantity`, `pool`, `value`, `unit`, `se`, interval, `n`, shares.
    budget
        Keys, `quantity`, `pool`, `source`, `variance`.
    gradients
        Keys, `quantity`, `pool`, `parameter_id`, `derivative`.
    residuals
        Keys, `quantity`, `pool`, `source`, `variance`: what stands deviate each on its own.
    loadings
        Errors of the parameters of the gradients, see `Errors.loadings`.
    flags
        Rows of `EstimateFlag`.
    parameters
        Parameter rows used.
    classes
        Rows of `VolumeClass` that the method used; none but for `ipcc-2006`.
    stands
        Number of stands read.
    """

    rows: pl.DataFrame
    budget: pl.DataFrame
    gradients: pl.DataFrame
    residuals: pl.DataFrame
    loadings: pl.DataFrame
    flags: pl.DataFrame
    parameters: pl.DataFrame
    classes: pl.DataFrame
    stands: int


def forest_figures(
    stands: pl.LazyFrame,
    factors: Factors,
    by: tuple[str, ...],
    class_stands: pl.LazyFrame | None = None,
    chance: Chance | None = None,
) -> Figures:
    """Carry out the method.

    Parameters
    ----------
    stands
        One row a stand, see `to_cells`.
    factors
        Parameter rows of the method.
    by
        Keys to group by.
    class_stands
        Stands of the survey that chooses the volume classes of `ipcc-2006`; these if None.
    chance
        Errors, draws and seed; the errors that sources print, without draws, if None.
    """
    chance = chance or Chance(published_errors(factors))
    keys = [KEY_OF[key] for key in BY_KEYS if key in by]
    split = SPLIT_KEY in keys
    cells = _cells(stands, factors, split=split)
    if chance.sampling is not None:
        cells = with_sampling_errors(cells, chance.sampling)
    classes = _classes(cells, class_stands, factors)
    by_class = factors.form == "bcef"
    classed = with_volume_classes(cells, classes.lazy(), factors) if by_class else cells
    # several aggregations read the pools: carry the models out once
    biomass, carbon = map(collected, forest_pools(classed, factors))
    wholes = _wholes(classed, factors) if split else None
    pools = _summed(pool_quantities(biomass, carbon, wholes))
    parameters = pl.concat(
        [
            all_parameters().select(PARAMETER_COLUMNS),
            factors.curves.select(PARAMETER_COLUMNS),
        ]
    )
    marked = with_fallback(classed, factors)
    sums = pl.concat([measured_rows(marked, keys), pool_rows(marked, pools, parameters, keys)])
    groups = [*keys, "quantity", "pool"]
    sensitivities = pl.concat([pools.sensitivities, measured_sensitivities(cells)])
    gradients, residuals = _group_errors(sensitivities, cells, chance.errors, keys)
    found = propagate(gradients, residuals, chance.errors, groups)
    rows = in_order(with_errors(sums, found.rows, keys), keys).collect()
    if chance.draws:
        about = _about_rows(rows, found.rows, residuals, groups)
        drawn = drawn_intervals(classed, factors, chance, gradients, about, keys)
        rows = with_drawn_intervals(rows, drawn, keys)
    used = _used(sensitivities, factors, chance.errors)
    loadings = chance.errors.loadings.join(gradients, on="parameter_id", how="semi")
    return Figures(
        rows=rows,
        budget=found.budget,
        gradients=gradients,
        residuals=residuals,
        loadings=loadings,
        flags=estimate_flags(classed, carbon, parameters, factors).collect(),
        parameters=parameters.join(used, on="parameter_id", how="semi").sort("parameter_id"),
        classes=classes,
        stands=int(cells.select(pl.col("stands").sum()).collect().item()),
    )


def _used(sensitivities: pl.LazyFrame, factors: Factors, errors: Errors) -> pl.DataFrame:
    """Return the parameters that figures or their errors rest on, as `parameter_id`."""
    used = sensitivities.select("parameter_id").unique().collect()
    behind = (
        sample_parameters(used),
        exponents_of(used, factors),
        assumed_rows(errors, used),
    )
    return pl.concat([used, *behind])


def _summed(pools: PoolQuantities) -> PoolQuantities:
    """Carry out the sums of derivatives.

    Inside a longer query the optimiser drops the sort before them, and floats are then summed in
    another order each time.
    """
    return replace(pools, sensitivities=pools.sensitivities.collect().lazy())


def _group_errors(
    sensitivities: pl.LazyFrame, cells: pl.LazyFrame, errors: Errors, keys: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sum sensitivities, and the variances of what stands deviate each on its own, by group."""
    groups = [*keys, "quantity", "pool"]
    names = cells.select("cell_id", *keys)
    single = pl.col("parameter_id").str.starts_with(RESIDUAL)
    shared = sensitivities.filter(~single).join(names, on="cell_id")
    variances = residual_variances(sensitivities.filter(single), cells, errors)
    residuals = (
        variances.join(names, on="cell_id")
        # floats are summed in a fixed order, so that equal input gives equal bytes
        .sort(*groups, "source", "cell_id", "parameter_id")
        .group_by(*groups, "source", maintain_order=True)
        .agg(pl.col("variance").sum())
    )
    return group_gradients(shared, groups), residuals.collect()


def _about_rows(
    rows: pl.DataFrame, errors: pl.DataFrame, residuals: pl.DataFrame, groups: list[str]
) -> pl.DataFrame:
    """Return value, variance of single stands and degrees of freedom of every row."""
    variances = residuals.group_by(groups, maintain_order=True).agg(pl.col("variance").sum())
    known = errors.select(*groups, "df")
    out = rows.select(*groups, "value")
    for part in (variances, known):
        out = out.join(part, on=groups, how="left", nulls_equal=True, maintain_order="left")
    return out


def _cells(stands: pl.LazyFrame, factors: Factors, *, split: bool = False) -> pl.LazyFrame:
    cells = to_cells(stands, factors, (SPLIT_KEY,) if split else ()).collect(engine="streaming")
    return name_cells(cells, factors).lazy()


def _wholes(parts: pl.LazyFrame, factors: Factors) -> Wholes:
    """Carry out the models on the cells as they are without a split."""
    biomass, carbon = map(collected, forest_pools(whole_cells(parts, factors), factors))
    return Wholes(biomass, carbon, whole_of_parts(parts, factors))


def _classes(
    cells: pl.LazyFrame, class_stands: pl.LazyFrame | None, factors: Factors
) -> pl.DataFrame:
    if factors.form != "bcef":
        return VolumeClass.create_empty()
    if class_stands is None:
        return volume_classes(cells, factors).collect()
    return held_classes(cells, _cells(class_stands, factors), factors).collect()
