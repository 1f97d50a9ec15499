"""Draws of parameters: one stream of random numbers for every independent error."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.coefficients.factors import Factors
from sinkcalc.uncertainty.errors import Errors

Floats = NDArray[np.float64]

# frames of `Factors` that hold values of parameters
_FRAMES: Final = (
    "equations",
    "density_bef",
    "ipcc",
    "tree_models",
    "root_shoot",
    "carbon_fraction",
    "tree_carbon",
    "bamboo",
    "plant_biomass",
    "forest_floor",
    "dead_wood",
    "soil",
)


@dataclass(frozen=True)
class Chance:
    """Errors, and how often they are drawn.

    Attributes
    ----------
    draws
        0 for intervals of first order.
    seed
        The same seed gives the same draws of a parameter, whatever else is drawn.
    sampling
        Groups of stands whose volumes have the errors of plots, see `with_sampling_errors`; none
        if None.
    """

    errors: Errors
    draws: int = 0
    seed: int = 0
    sampling: pl.DataFrame | None = None


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator that belongs to a name: another name never shifts its numbers."""
    digest = hashlib.sha256(f"{seed}\n{name}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def draw_deviations(errors: Errors, used: pl.Series, seed: int, draws: int) -> dict[str, Floats]:
    """Draw what parameters deviate from their values.

    deviation_i = sum_k loading_ik * z_k, z_k standard normal, each from a stream of its own.

    Parameters
    ----------
    used
        Ids of the parameters to draw.

    Returns
    -------
    parameter_id -> array of `draws` deviations in the parameter's unit; parameters without an
    error are absent.

    Notes
    -----
    JCGM 101:2008 (GUM supplement 1) 6.4.7 and 6.4.8. That small samples know their own spread
    badly is added where rows are read, see `small_sample_scale`.
    """
    loadings = errors.loadings.filter(pl.col("parameter_id").is_in(used.implode()))
    deviations: dict[str, Floats] = {}
    for (block, factor), rows in loadings.group_by("block", "factor", maintain_order=True):
        z = stream(seed, f"{block}\n{factor}").standard_normal(draws)
        for parameter_id, loading in rows.select("parameter_id", "loading").iter_rows():
            known = deviations.get(parameter_id)
            deviations[parameter_id] = loading * z if known is None else known + loading * z
    return deviations


def small_sample_scale(df: float | None, name: str, seed: int, draws: int) -> Floats | float:
    """Draw how much wider the deviations of a sum are because its spread is estimated.

    1/sqrt(chi2(df)/df): normal deviations times it follow Student's t of the degrees of freedom
    that the first-order interval uses.
    """
    if df is None or not np.isfinite(df):
        return 1.0
    scale: Floats = np.sqrt(df / stream(seed, f"{name}\ndf").chisquare(df, draws))
    return scale


def drawn_factors(factors: Factors, deviations: dict[str, Floats], part: slice) -> Factors:
    """Return the factors with a column `draws` beside the values of every parameter.

    Parameters
    ----------
    deviations
        Result of `draw_deviations`.
    part
        Which of the draws.
    """
    drawn: dict[str, Any] = {
        name: _drawn(getattr(factors, name), deviations, part) for name in _FRAMES
    }
    return replace(factors, **drawn)


def _drawn(rows: pl.DataFrame, deviations: dict[str, Floats], part: slice) -> pl.DataFrame:
    width = part.stop - part.start
    values = np.repeat(rows["value"].to_numpy()[:, np.newaxis], width, axis=1)
    for place, parameter_id in enumerate(rows["parameter_id"]):
        if parameter_id in deviations:
            values[place] += deviations[parameter_id][part]
    return rows.with_columns(pl.Series("draws", values, dtype=pl.Array(pl.Float64, width)))
