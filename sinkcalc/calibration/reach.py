"""What a method of calibration can reach, and what is said where it cannot."""

from typing import Final

import numpy as np
import polars as pl

from sinkcalc.calibration.controls import Controls, refused
from sinkcalc.calibration.solve import METHODS, Floats, Method, nearest_totals
from sinkcalc.errors import SinkcalcError

_MOST_LISTED: Final = 5
# relative miss that is the rounding error of the linear programme
_ROUNDING: Final = 1e-7


def weight_limits(method: Method, bounds: tuple[float, float] | None) -> tuple[float, float]:
    """Return the limits of the weights of a method, 0 and infinite without bounds.

    Raises
    ------
    UsageProblem
        If the method is not known, or its bounds are missing, superfluous or not around 1.
    """
    if method not in METHODS:
        raise refused(
            f"没有方法 {method}。可用:{', '.join(METHODS)}",
            f"there is no method {method}. Available: {', '.join(METHODS)}",
        )
    if method != "bounded":
        if bounds is not None:
            raise refused(
                f"{method} 不用权数上下限;请用 bounded",
                f"{method} takes no bounds of the weights; use bounded",
            )
        return 0.0, np.inf
    if bounds is None or not 0 <= bounds[0] < 1 < bounds[1] < np.inf:
        raise refused(
            f"bounded 需要权数的下限(0 到 1 之间)和上限(大于 1);得到 {bounds}",
            "bounded needs a lower bound of the weights between 0 and 1 and an upper bound above "
            f"1; got {bounds}",
        )
    return bounds


def unmet(
    controls: Controls, volume: Floats, method: Method, bounds: tuple[float, float]
) -> SinkcalcError:
    """Say which totals the method cannot meet, and the nearest that it can."""
    reachable = nearest_totals(controls.design, volume, controls.totals, bounds)
    rows = controls.table.with_columns(
        pl.Series("nearest", reachable), pl.Series("before", controls.design.T @ volume)
    ).filter((pl.col("nearest") / pl.col("total_m3") - 1).abs() > _ROUNDING)
    limits = f" [{bounds[0]:g}, {bounds[1]:g}]" if method == "bounded" else ""
    if rows.is_empty():
        return refused(
            f"{method}{limits} 没有收敛:总量只有在权数等于界限(或 0)时才能满足。"
            "请放宽上下限,或合并类别",
            f"{method}{limits} does not settle: the totals can be met only with weights at their "
            "limit (or 0). Widen the bounds, or merge classes",
        )
    listed = "; ".join(
        f"[{margin}] {control}: {before:,.1f} → {total:,.1f} m³ ({nearest:,.1f})"
        for margin, control, before, total, nearest in rows.select(
            "margin", "control", "before", "total_m3", "nearest"
        )
        .head(_MOST_LISTED)
        .iter_rows()
    )
    more = f" … (+{rows.height - _MOST_LISTED})" if rows.height > _MOST_LISTED else ""
    return refused(
        f"{method}{limits} 不能满足这些总量(小班 → 总量,括号内为能达到的最近值):"
        f"{listed}{more}。请放宽上下限、合并类别,或核对总量",
        f"{method}{limits} cannot meet these totals (stands → total, in brackets the nearest "
        f"that can be reached): {listed}{more}. Widen the bounds, merge classes, or check the "
        "totals",
    )
