"""Scores, models and age means of the growth curves of a group."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sinkcalc.calibration.calibrate import CANDIDATE_COLUMNS
from sinkcalc.calibration.growth_cells import Cells
from sinkcalc.calibration.growth_fit import GrowthFit
from sinkcalc.calibration.model import Model
from sinkcalc.calibration.solve import Floats
from sinkcalc.models.growth import GROWTH_SYMBOLS


@dataclass
class Candidate:
    """A form of a group, with what it predicts of regions that had no part in it."""

    fit: GrowthFit
    cv_fitted: Floats
    refused: bool


@dataclass
class GrowthGroup:
    """The cells of a group, those that tell its level, and the forms fitted to them."""

    name: str
    cells: Cells
    levels: Cells
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None


def growth_scores(cells: Cells, fitted: Floats, prefix: str = "") -> dict[str, float | None]:
    """Return weighted bias, RMSE over the stands, and R2 = 1 - RSS/TSS over the stands."""
    weight, y = cells.weight, cells.y
    total = float(weight.sum())
    mean = float((weight * y).sum()) / total
    pure = float(cells.within.sum())
    left = float((weight * (y - fitted) ** 2).sum()) + pure
    spread = float((weight * (y - mean) ** 2).sum()) + pure
    bias = float((weight * (fitted - y)).sum()) / total
    rmse = (left / total) ** (1 / 2)
    found = {
        "bias": bias,
        "rmse": rmse,
        "relative_rmse": rmse / mean,
        "relative_error": bias / mean,
    }
    if not prefix:
        found["r2"] = 1 - left / spread if spread else np.nan
    return {
        f"{prefix}{name}": number if np.isfinite(number) else None for name, number in found.items()
    }


def growth_rows(group: GrowthGroup) -> Iterator[dict[str, object]]:
    """Give the row of each candidate, as `Calibration.candidates`."""
    cells = group.cells
    for candidate in group.candidates:
        fit = candidate.fit
        errors = np.sqrt(np.diag(fit.log_covariance)) * fit.values
        named = zip(GROWTH_SYMBOLS[fit.form], fit.values, errors, strict=True)
        yield {
            **dict.fromkeys(CANDIDATE_COLUMNS),
            "group": group.name,
            "form": fit.form,
            "estimator": "wls",
            "n": cells.stands,
            "sites": cells.sites,
            **{
                name: number
                for symbol, value, se in named
                for name, number in ((symbol, float(value)), (f"{symbol}_se", float(se)))
            },
            "aic": fit.aic if np.isfinite(fit.aic) else None,
            **growth_scores(cells, cells.predicted(fit.form, fit.values)),
            **growth_scores(cells, candidate.cv_fitted, "cv_"),
            "refused": candidate.refused,
            "chosen": candidate is group.chosen,
        }


def growth_model(group: GrowthGroup) -> Model:
    """Return the chosen form as a model; its covariance by the delta method, cov_ij p_i p_j."""
    assert group.chosen is not None
    fit, cells = group.chosen.fit, group.cells
    covariance = fit.log_covariance * np.outer(fit.values, fit.values)
    youngest = cells.age if cells.age_from is None else cells.age_from
    return Model(
        kind="growth",
        form=fit.form,
        group=group.name,
        estimator="wls",
        symbols=GROWTH_SYMBOLS[fit.form],
        values=tuple(fit.values.tolist()),
        covariance=tuple(tuple(row) for row in covariance.tolist()),
        df=fit.df,
        residual_variance=fit.phi,
        residual_power=fit.power,
        residual_base="prediction",
        correction="none",
        correction_factor=1.0,
        n=cells.stands,
        sites=cells.sites,
        x_min=float(youngest.min()),
        x_max=float(cells.age.max()),
    )


def age_means(group: GrowthGroup) -> pl.DataFrame:
    """Return the mean growing stock of each age, with the curve."""
    assert group.chosen is not None
    cells, fit = group.levels, group.chosen.fit
    ages, place = np.unique(cells.age, return_inverse=True)
    weight = np.bincount(place, cells.weight)
    mean = np.bincount(place, cells.weight * cells.y) / weight
    without = np.full(len(ages), np.nan)
    if cells is group.cells:
        without = np.bincount(place, cells.weight * group.chosen.cv_fitted) / weight
    fitted = fit.at(ages)
    none = pl.lit(None, pl.Float64)
    return pl.DataFrame(
        {
            "group": [group.name] * len(ages),
            "x": ages,
            "y": mean,
            "n": np.bincount(place, cells.n).astype(np.int64),
            "fitted": fitted,
            "cv_fitted": without,
            "residual": mean - fitted,
        }
    ).with_columns(
        pl.col("group").alias("model_group"),
        pl.lit(fit.form).alias("form"),
        pl.col("cv_fitted").fill_nan(None),
        none.alias("leverage"),
        none.alias("cook_distance"),
    )
