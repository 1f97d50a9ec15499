"""How many plots more would bring an error down."""

import math

import numpy as np
import polars as pl
from scipy.special import stdtrit

from sinkcalc.ccer.numbers import Floats


def further_plots(
    strata: pl.DataFrame, relative_error: float, confidence: float, found: float | None = None
) -> pl.DataFrame:
    """Compute how many plots have to be added for a relative error, by the spreads found.

    One plot after the other goes where it lowers the variance sum(w² s²/n) most, until
    t(plots - strata) · sqrt(variance) is no more than the relative error of the mean.

    Parameters
    ----------
    strata
        `stratum`, `area_ha` (ha), `mean`, `sd` (any one unit; null where one plot tells none: the
        largest of the others stands in), `plots` measured.
    found
        Relative error of the plots measured, where it was estimated otherwise (plots partly
        replaced, strata collapsed): all spreads are scaled to it, and are as the means where the
        strata tell none. That of `strata` if None.

    Returns
    -------
    `stratum`, `further_plots`, in the order given.

    Notes
    -----
    Validity: the further plots spread like those measured; without a finite population.
    """
    area, mean = (strata[name].to_numpy().astype(np.float64) for name in ("area_ha", "mean"))
    spreads = strata["sd"].cast(pl.Float64)
    most = spreads.max()
    sd = spreads.fill_null(most if isinstance(most, float) else 0.0).to_numpy()
    if found is not None and not sd.any():
        sd = mean
    weights = area / area.sum()
    allowed = relative_error * float((weights * mean).sum())
    measured = strata["plots"].to_numpy().astype(np.float64)
    plots, spread = measured.copy(), (weights * sd) ** 2

    def half(counts: Floats) -> float:
        freedom = max(counts.sum() - counts.size, 1)
        return float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt((spread / counts).sum())

    now = half(measured)
    if found is not None and now > 0:
        # the same as scaling every spread
        allowed *= now / (found * float((weights * mean).sum()))
    while allowed > 0 and half(plots) > allowed:
        plots[np.argmax(spread / (plots * (plots + 1)))] += 1
    more = pl.Series("further_plots", (plots - measured).astype(np.int64))
    return strata.select("stratum", more)
