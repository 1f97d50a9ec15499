"""Stands grown from known curves, and how often the intervals of the fits hold the truth."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import t as student

from sinkcalc.calibration.growth_cells import cells_of
from sinkcalc.calibration.growth_fit import GrowthFit, fit_growth_form, with_level
from sinkcalc.models.growth import GROWTH_SYMBOLS, GrowthForm, volume_at

TRUE: dict[GrowthForm, tuple[float, ...]] = {
    "schumacher": (250.0, 22.0),
    "logistic": (220.0, 25.0, 0.09),
    "korf": (420.0, 22.0, 0.75),
    "richards": (230.0, 0.045, 2.5),
}
REGIONS, STANDS = 13, 15
AGES = np.arange(4, 90, 7.0)
# spread of the stands of an age and of the regions, as fractions of the mean
STAND_CV, REGION_CV = 0.4, 0.08
# years between two surveys of the same stands, and the spread of their growth
YEARS, GROWTH_CV = 5, 0.05


def _mean_one(rng: np.random.Generator, cv: float, size: tuple[int, ...]) -> np.ndarray:
    """Draw lognormal factors with mean 1."""
    sigma = np.sqrt(np.log1p(cv**2))
    return np.exp(rng.normal(-(sigma**2) / 2, sigma, size))


def stands(
    form: GrowthForm, rng: np.random.Generator, *, twice: bool = False, regions: int = REGIONS
) -> pl.DataFrame:
    """Draw stands of every region and age: V = f(A) * region * stand, areas of 1 to 20 ha."""
    shape = (regions, len(AGES), STANDS)
    f = volume_at(form, np.array(TRUE[form]), AGES)[None, :, None]
    volume = f * _mean_one(rng, REGION_CV, (regions, 1, 1)) * _mean_one(rng, STAND_CV, shape)
    area = np.round(rng.uniform(1, 20, shape), 2)
    region, age, _ = np.indices(shape)
    frame = pl.DataFrame(
        {
            "region_code": [f"33{code:02d}" for code in region.ravel()],
            "age": AGES[age.ravel()].astype(int),
            "area": area.ravel(),
            "v": volume.ravel(),
        }
    )
    if twice:
        later = volume_at(form, np.array(TRUE[form]), AGES + YEARS)[None, :, None]
        grown = volume * later / f * _mean_one(rng, GROWTH_CV, shape)
        frame = frame.with_columns(pl.Series("w", grown.ravel()))
    return frame


def sums(frame: pl.DataFrame) -> pl.DataFrame:
    """Sum stands measured once by region and age, as the database does."""
    area, v = pl.col("area"), pl.col("v")
    return frame.group_by("region_code", "age", maintain_order=True).agg(
        pl.len().alias("n"),
        area.sum(),
        (area * v).sum().alias("volume"),
        (area * v**2).sum().alias("square"),
    )


def pair_sums(frame: pl.DataFrame) -> pl.DataFrame:
    """Sum stands measured twice by region and their two ages."""
    area, v, w = pl.col("area"), pl.col("v"), pl.col("w")
    return frame.group_by("region_code", pl.col("age").alias("age_from"), maintain_order=True).agg(
        (pl.col("age") + YEARS).first().alias("age"),
        pl.len().alias("n"),
        area.sum(),
        (area * w).sum().alias("volume"),
        (area * w**2).sum().alias("square"),
        (area * v).sum().alias("volume_from"),
        (area * v**2).sum().alias("square_from"),
        (area * v * w).sum().alias("cross"),
    )


@dataclass(frozen=True)
class Coverage:
    """How estimates of a coefficient lie about the truth.

    Attributes
    ----------
    covered
        Share of the 95 % intervals exp(ln p +- t se(ln p)) that hold the truth.
    bias
        Mean of estimate/truth - 1.
    """

    form: str
    symbol: str
    true: float
    fits: int
    covered: float
    bias: float


def fitted(form: GrowthForm, rng: np.random.Generator, *, twice: bool, regions: int) -> GrowthFit:
    """Fit the form that the stands were grown with."""
    frame = stands(form, rng, twice=twice, regions=regions)
    if not twice:
        return fit_growth_form(form, cells_of(sums(frame)), 2.0)
    later = frame.with_columns(pl.col("age") + YEARS, pl.col("w").alias("v")).drop("w")
    fit = fit_growth_form(form, cells_of(pair_sums(frame)), 2.0)
    return with_level(fit, cells_of(sums(later))) if fit.converged else fit


def coverage(
    repetitions: int, seed: int, *, twice: bool = False, regions: int = REGIONS
) -> list[Coverage]:
    """Grow and fit stands again and again, each form by itself."""
    found = []
    for form, true in TRUE.items():
        rng = np.random.default_rng([seed, list(TRUE).index(form), twice])
        fits = [fitted(form, rng, twice=twice, regions=regions) for _ in range(repetitions)]
        kept = [fit for fit in fits if fit.converged]
        values = np.array([fit.values for fit in kept])
        errors = np.array([np.sqrt(np.diag(fit.log_covariance)) for fit in kept])
        reach = np.array([student.ppf(0.975, fit.df) for fit in kept])[:, None] * errors
        inside = np.abs(np.log(values) - np.log(np.array(true))) <= reach
        for place, symbol in enumerate(GROWTH_SYMBOLS[form]):
            found.append(
                Coverage(
                    form,
                    symbol,
                    true[place],
                    len(kept),
                    float(inside[:, place].mean()),
                    float((values[:, place] / true[place]).mean() - 1),
                )
            )
    return found
