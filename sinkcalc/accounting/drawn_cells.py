"""Cells with draws in place of their sums."""

from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinkcalc.calibration.forms import value
from sinkcalc.coefficients.factors import Factors
from sinkcalc.models.curves import with_curves
from sinkcalc.models.trees import with_tree_models
from sinkcalc.vocabulary import AREA_MEASUREMENT, CULM_MEASUREMENT

Floats = NDArray[np.float64]

# what a survey measures
SUMS: Final = ("area_ha", "volume_m3", "culms")
# what single stands gave before they were summed
OWN_SUMS: Final = ("root_t", "crown_t", "stem_t", "curve_t")


def drawn_cells(
    cells: pl.DataFrame, factors: Factors, deviations: dict[str, Floats], part: slice
) -> pl.DataFrame:
    """Put arrays of draws in the place of the sums that models read.

    Parameters
    ----------
    cells
        Rows of `Cell` or `TreeCell` as floats, in the order of `cell_id`.
    factors
        Parameter rows as published.
    deviations
        parameter_id -> deviations from its value, all draws.
    part
        Which of the draws.
    """
    one = np.ones(part.stop - part.start)

    def measured(name: str) -> Floats:
        found = deviations.get(name)
        return one if found is None else 1 + found[part]

    by_area, by_culms = measured(AREA_MEASUREMENT), measured(CULM_MEASUREMENT)
    by_volume = np.array([measured(name) for name in cells["volume_error"]])
    factor = {"area_ha": by_area, "volume_m3": by_volume, "culms": by_culms}
    wide = cells.with_columns(
        _arrays(name, cells[name].to_numpy()[:, np.newaxis] * factor[name]) for name in SUMS
    )
    if factors.form == "tree":
        counts = {True: by_culms, False: by_area}
        return wide.with_columns(_tree_masses(cells, factors, deviations, part, counts))
    if factors.form == "calibrated":
        sizes = by_volume, by_area
        return wide.with_columns(_curve_masses(cells, factors, deviations, part, sizes))
    return wide


def _curve_masses(
    cells: pl.DataFrame,
    factors: Factors,
    deviations: dict[str, Floats],
    part: slice,
    sizes: tuple[Floats, Floats],
) -> pl.Series:
    """Scale the biomass of curves to drawn coefficients, volumes and areas.

    B' = B * A'/A * f'(V'/A')/f(V/A), at the mean volume of the cell's class of volumes.
    """
    limits = [name for name in ("valid_min", "valid_max") if name in cells.columns]
    wide = with_curves(cells.drop(limits).lazy(), factors).sort("cell_id").collect()
    by_volume, by_area = sizes
    out = np.repeat(cells["curve_t"].to_numpy()[:, np.newaxis], len(by_area), axis=1)
    names = ("curve", "form", "volume_m3", "area_ha", "a", "a_id", "b", "b_id")
    for place, (served, form, volume, area, *coefficients) in enumerate(
        wide.select(names).iter_rows()
    ):
        if served:
            values, drawn = _coefficients(coefficients, deviations, part)
            size = np.atleast_1d(volume / area)
            ratio = value(form, drawn, size * by_volume[place] / by_area, None)
            out[place] *= by_area * ratio / value(form, values, size, None)
    return _arrays("curve_t", out)


def _coefficients(
    row: list[Any], deviations: dict[str, Floats], part: slice
) -> tuple[Floats, Floats]:
    """Return the coefficients of a curve, one a row, as fitted and as drawn."""
    given = [(v, name) for v, name in zip(row[::2], row[1::2], strict=True) if v is not None]
    width = part.stop - part.start
    zero = np.zeros(width)
    values = np.array([[v] for v, _ in given])
    drawn = np.array([v + deviations[n][part] if n in deviations else v + zero for v, n in given])
    return values, drawn


def _tree_masses(
    cells: pl.DataFrame,
    factors: Factors,
    deviations: dict[str, Floats],
    part: slice,
    counts: dict[bool, Floats],
) -> list[pl.Series]:
    """Scale root, crown and stem to drawn coefficients and numbers of trees.

    W' = W * N'/N * c'/c; a crown whose length was taken from the crown ratio k also by
    (k'/k)^q.
    """
    symbols = ("root_c", "crown_c", "stem_c", "crown_ratio", "crown_l")
    wide = with_tree_models(cells.lazy(), factors, symbols).sort("cell_id").collect()
    number = np.array([counts[name == "bamboo"] for name in cells["vegetation_class"]])

    def ratio(symbol: str) -> Floats:
        out = np.ones_like(number)
        ids, values = wide[f"{symbol}_id"], wide[symbol]
        for place, (parameter_id, published) in enumerate(zip(ids, values, strict=True)):
            if parameter_id in deviations:
                out[place] += deviations[parameter_id][part] / published
        return out

    q = wide["crown_l"].fill_null(0.0).to_numpy()[:, np.newaxis]
    imputed = wide["crown_imputed"].to_numpy()[:, np.newaxis]
    length = np.where(imputed, ratio("crown_ratio") ** q, 1.0)
    scales = {
        "root_t": ratio("root_c"),
        "crown_t": ratio("crown_c") * length,
        "stem_t": ratio("stem_c"),
    }
    return [
        _arrays(name, cells[name].to_numpy()[:, np.newaxis] * number * scale)
        for name, scale in scales.items()
    ]


def _arrays(name: str, values: Floats) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Array(pl.Float64, values.shape[1]))
