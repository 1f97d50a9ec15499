"""One survey by every method, and where the figures part."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from sinkcalc.coefficients.load import load_table
from sinkcalc.pipeline.compare import stored_estimate
from sinkcalc.pipeline.estimate import (
    EstimateOptions,
    estimate,
    method_factors,
    require_survey,
)
from sinkcalc.pipeline.figures import forest_figures
from sinkcalc.store.connection import reading
from sinkcalc.store.inventory import get_surveys, stand_codes
from sinkcalc.vocabulary import METHODS, POOLS, VEGETATION_CLASSES

_ARBOR: Final = VEGETATION_CLASSES.index("arbor")


@dataclass(frozen=True)
class SideBySide:
    """Estimates of one survey by every method.

    Attributes
    ----------
    rows
        Rows of `Estimate` of every run, in the order of `METHODS`.
    runs
        Method -> run_id.
    per_volume
        `method`, `biomass_t_per_m3`, `carbon_t_per_m3`: trees of the arbor stands with a volume,
        with roots, over their volume. Stands whose carbon is imputed have no volume to divide by.
    pools
        `pool`, `vegetation_class`, `same`: whether every method has the same carbon.
    """

    rows: pl.DataFrame
    runs: dict[str, str]
    per_volume: pl.DataFrame
    pools: pl.DataFrame


def every_method(db: Path, options: EstimateOptions, wait: float = 0.0) -> SideBySide:
    """Estimate a survey by every method; each is a run of its own.

    Parameters
    ----------
    options
        As for one method; `class_survey` goes to the method that has classes.

    Raises
    ------
    SinkcalcError
        If a survey is not loaded.
    """
    with reading(db, wait) as con:
        surveys = get_surveys(con)
    for year in (options.survey, options.class_survey):
        # before the first run is stored
        if year is not None:
            require_survey(surveys, year)
    chosen = [_of_method(options, method) for method in METHODS]
    runs = [estimate(db, one, wait) for one in chosen]
    by_class = pl.concat(
        stored_estimate(db, replace(one, by=("vegetation_class",)), wait) for one in chosen
    )
    return SideBySide(
        rows=pl.concat([rows for _, rows in runs]),
        runs={one.method: run_id for one, (run_id, _) in zip(chosen, runs, strict=True)},
        per_volume=_per_volume(db, chosen, wait),
        pools=_same_pools(by_class),
    )


def method_notes() -> dict[str, dict[str, str]]:
    """Return what each method consists of: the rows of `methods.csv`, with that of `calibrated`."""
    return {row["method"]: row for row in load_table("methods").rows.iter_rows(named=True)}


def _of_method(options: EstimateOptions, method: str) -> EstimateOptions:
    one = replace(options, method=method)
    return one if method_notes()[method]["form"] == "bcef" else replace(one, class_survey=None)


def _per_volume(db: Path, chosen: list[EstimateOptions], wait: float) -> pl.DataFrame:
    measured = (pl.col("vegetation_class") == _ARBOR) & (pl.col("volume_m3") > 0)
    parts = []
    for one in chosen:
        with reading(db, wait) as con:
            factors = method_factors(one, con)
            by_tree = factors.form == "tree"
            stands = stand_codes(con, one.survey, trees=by_tree).filter(measured)
            # the class of a stand is that of its region and type, of which none has to be left out
            classes = None if one.class_survey is None else stand_codes(con, one.class_survey)
            rows = forest_figures(stands, factors, (), classes).rows
        parts.append(rows.with_columns(pl.lit(one.method).alias("method")))
    arbor = pl.concat(parts)
    value, quantity = pl.col("value").cast(pl.Float64), pl.col("quantity")
    trees = pl.col("pool").is_in(["above_ground", "below_ground"])
    stock = value.filter(quantity == "growing_stock").sum()
    return arbor.group_by("method", maintain_order=True).agg(
        (value.filter((quantity == name) & trees).sum() / stock).alias(f"{name}_t_per_m3")
        for name in ("biomass", "carbon")
    )


def _same_pools(by_class: pl.DataFrame) -> pl.DataFrame:
    order = {pool: place for place, pool in enumerate(POOLS)}
    # one value that every method has, and no method without the pool
    same = (pl.col("value").n_unique() == 1) & (pl.len() == len(METHODS))
    return (
        by_class.filter(pl.col("quantity") == "carbon", pl.col("pool").is_in(POOLS))
        .group_by("pool", "vegetation_class", maintain_order=True)
        .agg(same.alias("same"))
        .sort(pl.col("pool").replace_strict(order, return_dtype=pl.Int8), maintain_order=True)
    )
