"""Standard errors and intervals of a forecast, from its draws."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.accounting.forecast_draws import DrawnFigures
from sinkcalc.accounting.forecast_rows import COVER, NET_POOL
from sinkcalc.accounting.mean_path import POOLS_AHEAD
from sinkcalc.uncertainty.propagate import CONFIDENCE
from sinkcalc.units import CO2E_PER_C, PERCENT

Floats = NDArray[np.float64]

_ENDS: Final = (PERCENT * (1 - CONFIDENCE) / 2, PERCENT * (1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class StartErrors:
    """Relative standard errors at the survey, which all years have in common.

    Attributes
    ----------
    area
        Of the area of each group.
    carbon
        Pool -> of the carbon of each group, without the error of the volumes; NaN where a
        parameter has no error.
    cover
        Of the forest cover of the city.
    """

    area: Floats
    carbon: dict[str, Floats]
    cover: float


def drawn_rows(
    figures: DrawnFigures, shared: dict[str, Floats], errors: StartErrors, cover: Floats | None
) -> pl.DataFrame:
    """Take standard errors and 95 % intervals from the draws.

    Parameters
    ----------
    figures
        Draws by group.
    shared
        Standard normal numbers of `Chances.start`.
    cover
        Forest cover by year and draw without the error of the areas; None without.

    Returns
    -------
    `year`, `group`, `quantity`, `pool`, `se`, `ci_low`, `ci_high`.
    """
    values = figures.values
    area = 1 + errors.area[:, np.newaxis] * shared["area"]
    parts: dict[tuple[str, str | None], tuple[int, Floats]] = {
        ("area", None): (0, values["area"] * area),
        ("growing_stock", None): (0, values["growing_stock"]),
        ("felled", None): (1, values["felled"][1:]),
        ("lost", None): (1, values["lost"][1:]),
        (
            "growth",
            None,
        ): (
            1,
            np.diff(values["growing_stock"], axis=0) + values["felled"][1:] + values["lost"][1:],
        ),
    }
    for pool in POOLS_AHEAD:
        scale = 1 + errors.carbon[pool][:, np.newaxis] * shared["carbon"]
        parts["carbon", pool] = (0, values[pool] * scale)
    removal = np.diff(parts["carbon", NET_POOL][1], axis=0) * CO2E_PER_C
    parts["net_removal", NET_POOL] = (1, removal)
    rows = [
        _intervals(drawn, first, quantity, pool)
        for (quantity, pool), (first, drawn) in parts.items()
    ]
    if cover is not None:
        # no error makes more forest than land; a survey that has more keeps it
        drawn = cover * (1 + errors.cover * shared["area"])
        drawn = np.minimum(drawn, max(1.0, float(cover[0].max())))
        whole = _intervals(drawn[:, np.newaxis, :], 0, COVER, None)
        rows.append(whole.with_columns(pl.lit(None, pl.Int64).alias("group")))
    return pl.concat(rows)


def _intervals(drawn: Floats, first: int, quantity: str, pool: str | None) -> pl.DataFrame:
    years, groups, _ = drawn.shape
    low, high = np.percentile(drawn, _ENDS, axis=2)
    return pl.DataFrame(
        {
            "year": np.repeat(np.arange(first, first + years), groups),
            "group": np.tile(np.arange(groups), years),
            "se": drawn.std(axis=2, ddof=1).ravel(),
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
        }
    ).select(
        "year",
        "group",
        pl.lit(quantity).alias("quantity"),
        pl.lit(pool, pl.String).alias("pool"),
        pl.col("se", "ci_low", "ci_high").fill_nan(None),
    )
