"""Stands brought to the totals of the sample, by weights of groups of stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sinkcalc.calibration.controls import (
    Controls,
    Margin,
    Reconcile,
    build_controls,
    check_cells,
    refused,
)
from sinkcalc.calibration.reach import unmet, weight_limits
from sinkcalc.calibration.solve import Floats, Method, Solution, solve

# agreement of sums that were rounded for printing
TOLERANCE: Final = 1e-6
# part of the way between the bounds within which a weight counts as at the bound; the logit
# distance comes near a bound but never reaches it
_AT_BOUND: Final = 1e-3
_ALL: Final = "all"


@dataclass(frozen=True)
class Diagnostics:
    """How the calibration went.

    Attributes
    ----------
    method, iterations
        Method, and Newton steps it took.
    largest_miss
        Largest relative distance of a reached total from the total as given.
    weight_min, weight_max
        Over the cells with volume.
    at_lower, at_upper
        Cells with volume whose weight lies within a thousandth of the bounds' distance from a
        bound; null for the methods without bounds.
    cells_without_control, volume_without_control_m3
        What no margin governs and keeps weight 1.
    """

    method: str
    iterations: int
    largest_miss: float
    weight_min: float
    weight_max: float
    at_lower: int | None
    at_upper: int | None
    cells_without_control: int
    volume_without_control_m3: float


@dataclass(frozen=True)
class Calibration:
    """Calibrated stands.

    Attributes
    ----------
    weights
        One row a cell, sorted by its keys: keys, `stands`, `area_ha`, `volume_before_m3`,
        `weight`, `volume_after_m3`, `volume_after_m3_se`, `variance_contribution` (m3 squared;
        covariance of the cell with the total of all cells, so these add up to its variance).
    controls
        One row a control: `margin`, `control`, `given_m3`, `total_m3` (as used), `before_m3`,
        `after_m3`.
    diagnostics
        How it went.
    derivatives
        d(volume after)/d(control), cells x controls.
    covariance
        Of the controls as used; null where no variance is known, as are then all errors.
    """

    weights: pl.DataFrame
    controls: pl.DataFrame
    diagnostics: Diagnostics
    derivatives: Floats
    covariance: Floats | None

    def effects(self) -> Floats:
        """Return how each cell's volume moves with independent standard errors of the controls.

        E = D A sqrt(L) with Sigma = A L A' (principal axes): var of any sum of cells is the sum
        over columns of (sum of E)^2.

        Returns
        -------
        Cells x controls, m3; without columns where no variance is known.
        """
        if self.covariance is None:
            return np.zeros((len(self.derivatives), 0))
        variances, axes = np.linalg.eigh(self.covariance)
        # an axis has no direction of its own: its largest part points upwards
        largest = axes[np.abs(axes).argmax(axis=0), range(axes.shape[1])]
        errors: Floats = axes * np.sign(largest) * np.sqrt(variances.clip(min=0))
        effects: Floats = self.derivatives @ errors
        return effects

    def by(self, keys: Sequence[str]) -> pl.DataFrame:
        """Return volumes before and after by any keys of the cells, with standard errors.

        var = D Sigma D' with D the derivatives of the group's volume by the controls.

        Returns
        -------
        `keys`, `stands`, `area_ha`, `volume_before_m3`, `volume_after_m3`,
        `volume_after_m3_se` (m3), `ratio`; sorted by the keys, one row without keys.
        """
        rows = self.weights.with_columns(pl.lit(_ALL).alias(_ALL))
        names = list(keys) or [_ALL]
        groups = rows.select(names).unique().sort(names, nulls_last=True).with_row_index("group")
        of_cell = rows.select(names).join(
            groups, on=names, how="left", nulls_equal=True, maintain_order="left"
        )["group"]
        derivatives = np.zeros((groups.height, self.derivatives.shape[1]))
        np.add.at(derivatives, of_cell.to_numpy(), self.derivatives)
        sums = (
            rows.with_columns(of_cell)
            .group_by("group", maintain_order=True)
            .agg(pl.col("stands", "area_ha", "volume_before_m3", "volume_after_m3").sum())
        )
        before = pl.col("volume_before_m3")
        return (
            groups.join(sums, on="group", maintain_order="left")
            .with_columns(
                _standard_error(derivatives, self.covariance),
                pl.when(before > 0).then(pl.col("volume_after_m3") / before).alias("ratio"),
            )
            .select(
                *keys,
                "stands",
                "area_ha",
                "volume_before_m3",
                "volume_after_m3",
                "volume_after_m3_se",
                "ratio",
            )
        )


def calibrate_to_controls(
    cells: pl.DataFrame,
    margins: Sequence[Margin],
    *,
    method: Method,
    bounds: tuple[float, float] | None = None,
    covariance: Floats | None = None,
    tolerance: float = TOLERANCE,
    reconcile: Reconcile = "refuse",
) -> Calibration:
    """Give every group of stands the weight that makes the volumes meet the control totals.

    Weights g_c nearest to 1, in the distance of the method and by volume, with
    sum_c V_c g_c [cell c belongs to control j] = T_j. All stands of a cell share its weight. One
    margin: g = T_h/V_h with every method, and var(V_c g_c) = (V_c/V_h)^2 var(T_h). Several:
    var = D Sigma D', D = d(V_c g_c)/dT from the solved equations (delta method).

    Parameters
    ----------
    cells
        Sums of stands: any key columns, `stands`, `volume_m3` (m3), `area_ha` (ha).
    margins
        One or more, each with the totals of the sample.
    method
        `raking` (weights stay above 0), `linear` (regression), `bounded` (logit).
    bounds
        Lower limit below 1 and upper limit above 1 of the weights, for `bounded`.
    covariance
        Of all controls in the order of the margins and of their rows, m3 squared, where controls
        share plots; without it the variances of the margins count as independent.
    tolerance
        Relative difference up to which margins count as agreeing.
    reconcile
        `first`: a margin whose sum differs is scaled to the first one of the same cells.

    Returns
    -------
    Weights, controls, diagnostics; volumes before and after by any keys.

    Raises
    ------
    UsageProblem
        If cells or controls cannot be used, contradict one another, or cannot be met by the
        method; then with the nearest totals that can.

    Notes
    -----
    Deville & Särndal 1992. The volumes of the stands count as fixed: the error is that of the
    controls alone. Areas are not changed.
    """
    low, high = weight_limits(method, bounds)
    ordered = check_cells(cells, [key for margin in margins for key in margin.keys])
    controls = build_controls(
        ordered, margins, covariance=covariance, tolerance=tolerance, reconcile=reconcile
    )
    volume = ordered["volume_m3"].to_numpy()
    solution = solve(controls.design, volume, controls.totals, method, (low, high))
    if not solution.converged:
        raise unmet(controls, volume, method, (low, high))
    negative = int(((solution.weights < 0) & (volume > 0)).sum())
    if negative:
        raise refused(
            f"linear 使 {negative} 个组合的权数为负。请用 raking 或 bounded",
            f"linear gives {negative} cells a negative weight. Use raking or bounded",
        )
    return _calibration(ordered, controls, solution, method, (low, high))


def _calibration(
    cells: pl.DataFrame,
    controls: Controls,
    solution: Solution,
    method: Method,
    bounds: tuple[float, float],
) -> Calibration:
    volume = cells["volume_m3"].to_numpy()
    weights = solution.weights
    after = volume * weights
    sigma, derivatives = controls.covariance, solution.derivatives
    contribution = None if sigma is None else derivatives @ (sigma @ derivatives.sum(axis=0))
    reached = controls.design.T @ after
    given = controls.table["given_m3"].to_numpy()
    free = ~controls.design.any(axis=1)
    used = weights[volume > 0]
    near = _AT_BOUND * (bounds[1] - bounds[0])
    is_bounded = method == "bounded"
    keys = [c for c in cells.columns if c not in ("stands", "volume_m3", "area_ha")]
    return Calibration(
        weights=cells.select(
            *keys,
            "stands",
            "area_ha",
            pl.col("volume_m3").alias("volume_before_m3"),
            pl.Series("weight", weights),
            pl.Series("volume_after_m3", after),
            _standard_error(derivatives, sigma),
            pl.Series("variance_contribution", contribution, pl.Float64)
            if contribution is not None
            else pl.lit(None, pl.Float64).alias("variance_contribution"),
        ),
        controls=controls.table.with_columns(
            pl.Series("before_m3", controls.design.T @ volume), pl.Series("after_m3", reached)
        ),
        diagnostics=Diagnostics(
            method=method,
            iterations=solution.iterations,
            largest_miss=float(np.max(np.abs(reached / given - 1))),
            weight_min=float(used.min()),
            weight_max=float(used.max()),
            at_lower=int((used < bounds[0] + near).sum()) if is_bounded else None,
            at_upper=int((used > bounds[1] - near).sum()) if is_bounded else None,
            cells_without_control=int(free.sum()),
            volume_without_control_m3=float(volume[free].sum()),
        ),
        derivatives=derivatives,
        covariance=sigma,
    )


def _standard_error(derivatives: Floats, sigma: Floats | None) -> pl.Series:
    if sigma is None:
        values: list[None] | Floats = [None] * len(derivatives)
    else:
        variance = np.einsum("ci,ci->c", derivatives @ sigma, derivatives)
        # rounding alone takes the variance of a fixed volume below zero
        values = np.sqrt(variance.clip(min=0))
    return pl.Series("volume_after_m3_se", values, pl.Float64)
