"""Control totals of one or more margins, checked against the cells they are to govern."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import polars as pl

from sinkcalc.calibration.solve import RANK, Floats
from sinkcalc.errors import UsageProblem

MEASURES: Final = ("stands", "volume_m3", "area_ha")
Reconcile = Literal["refuse", "first"]
_MOST_LISTED: Final = 5


@dataclass(frozen=True)
class Margin:
    """Totals of the sample along some keys.

    Attributes
    ----------
    keys
        Columns of the cells; none for one grand total.
    totals
        The keys, `total_m3` (m3), and `variance` (m3 squared) unless a covariance of all
        controls is given or none is known. Cells without a row stay without this control.
    """

    keys: tuple[str, ...]
    totals: pl.DataFrame


@dataclass(frozen=True)
class Controls:
    """The margins as equations.

    Attributes
    ----------
    table
        One row a control: `margin` (counted from 1), `control` (its keys in words), `given_m3`,
        `total_m3` (as used, after reconciling).
    design
        Cells x controls, 1 where a control governs a cell.
    totals
        `total_m3` of the table.
    covariance
        Covariance of the totals as used; null where no variance is known.
    """

    table: pl.DataFrame
    design: Floats
    totals: Floats
    covariance: Floats | None


def refused(zh: str, en: str) -> UsageProblem:
    """Return the problem with the beginning that all problems of control totals share."""
    return UsageProblem(zh=f"控制总量:{zh}", en=f"control totals: {en}")


def build_controls(
    cells: pl.DataFrame,
    margins: Sequence[Margin],
    *,
    covariance: Floats | None,
    tolerance: float,
    reconcile: Reconcile,
) -> Controls:
    """Turn margins into equations that can be met together.

    Margins of the same cells must have the same sum within the relative `tolerance`, or, with
    `reconcile="first"`, are scaled to the sum of the first of them: T_2j' = T_2j S_1/S_2, with
    the derivatives of that scaling in the covariance. Other contradictions (as a county whose
    species do not add up to it) are refused beyond the tolerance; within it the totals are moved
    to the nearest ones that agree.

    Parameters
    ----------
    cells
        Checked cells (`check_cells`).
    margins
        The controls.
    covariance
        Of all controls, in the order of the margins and of their rows; m3 squared.

    Raises
    ------
    UsageProblem
        With the controls that are not positive, have no volume, or contradict one another.
    """
    tables = [_margin(cells, margin, place) for place, margin in enumerate(margins, 1)]
    if not tables:
        raise refused("没有给出任何总量", "no totals are given")
    table = pl.concat([rows.select("margin", "control", "given_m3") for rows, _ in tables])
    design = np.hstack([columns for _, columns in tables])
    given = table["given_m3"].to_numpy()
    volume = cells["volume_m3"].to_numpy()
    _check_volume(table, design.T @ volume)
    sigma = _covariance([rows for rows, _ in tables], len(given), covariance)
    scaling = _same_sums(table, design[volume > 0], given, tolerance, reconcile)
    totals = _consistent(table, design[volume > 0], scaling.totals, tolerance)
    jacobian = scaling.jacobian
    return Controls(
        table=table.with_columns(pl.Series("total_m3", totals)),
        design=design,
        totals=totals,
        covariance=None if sigma is None else jacobian @ sigma @ jacobian.T,
    )


def check_cells(cells: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the cells sorted by their keys with figures as floats, or say what is wrong."""
    missing = [column for column in (*MEASURES, *keys) if column not in cells.columns]
    if missing:
        raise refused(
            f"小班汇总缺少列:{', '.join(missing)}",
            f"the cells of stands lack columns: {', '.join(missing)}",
        )
    names = [column for column in cells.columns if column not in MEASURES]
    if names and cells.select(pl.struct(names).is_duplicated().any()).item():
        raise refused(
            f"小班汇总中有重复的组合({', '.join(names)})。先按这些列求和",
            f"cells are listed twice ({', '.join(names)}). Sum by these columns first",
        )
    out = cells.with_columns(pl.col(column).cast(pl.Float64) for column in ("volume_m3", "area_ha"))
    volume = pl.col("volume_m3")
    bad = out.filter(volume.is_null() | ~volume.is_finite() | (volume < 0)).height
    if bad:
        raise refused(
            f"{bad} 个组合的蓄积为空或为负。先补齐或改正",
            f"{bad} cells have a missing or negative volume. Fill in or correct first",
        )
    # sums of floats depend on their order
    return out.sort(names, nulls_last=True) if names else out


def _margin(cells: pl.DataFrame, margin: Margin, place: int) -> tuple[pl.DataFrame, Floats]:
    """Give the controls of a margin and their columns of the design."""
    keys, totals = list(margin.keys), margin.totals
    missing = [c for c in (*keys, "total_m3") if c not in totals.columns]
    if missing or totals.is_empty():
        raise refused(
            f"第 {place} 组总量没有行,或缺少列:{', '.join(missing)}",
            f"margin {place} has no rows, or lacks columns: {', '.join(missing)}",
        )
    repeated = totals.select(pl.struct(keys).is_duplicated().any()).item() if keys else False
    if repeated or (not keys and totals.height > 1):
        raise refused(
            f"第 {place} 组总量中有重复的行({', '.join(keys) or '全部'})",
            f"margin {place} lists a total twice ({', '.join(keys) or 'all'})",
        )
    parts = [pl.format(f"{key}={{}}", pl.col(key).cast(pl.String).fill_null("–")) for key in keys]
    rows = totals.with_columns(
        pl.lit(place).alias("margin"),
        (pl.concat_str(parts, separator=", ") if keys else pl.lit("*")).alias("control"),
        pl.col("total_m3").cast(pl.Float64).alias("given_m3"),
        pl.int_range(pl.len()).alias("column"),
    )
    total = pl.col("given_m3")
    bad = rows.filter(total.is_null() | ~total.is_finite() | (total <= 0))
    if not bad.is_empty():
        raise refused(
            f"总量必须大于 0:{_listed(bad, 'given_m3')}。样地中没有蓄积的类别请合并到相近的类别",
            f"a total has to be above 0: {_listed(bad, 'given_m3')}. Merge a class without volume "
            "on the plots into a similar one",
        )
    design = np.zeros((cells.height, rows.height))
    if not keys:
        return rows, design + 1
    # a code may come as text on one side and as a number or a word list on the other
    texts = [pl.col(key).cast(pl.String) for key in keys]
    column = cells.select(texts).join(
        rows.select(*texts, "column"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )["column"]
    found = column.is_not_null().to_numpy()
    design[np.flatnonzero(found), column.drop_nulls().to_numpy()] = 1
    return rows, design


def _check_volume(table: pl.DataFrame, volumes: Floats) -> None:
    empty = table.filter(pl.Series(volumes <= 0))
    if not empty.is_empty():
        raise refused(
            f"这些总量没有对应的小班蓄积:{_listed(empty, 'given_m3')}。"
            "没有权数能满足;请合并类别,或检查两边的编码",
            f"totals without any volume of stands: {_listed(empty, 'given_m3')}. "
            "No weight can meet them; merge classes, or check the codes on both sides",
        )


def _covariance(
    rows: Sequence[pl.DataFrame], controls: int, covariance: Floats | None
) -> Floats | None:
    with_variance = ["variance" in frame.columns for frame in rows]
    if covariance is None and not any(with_variance):
        return None
    if covariance is None:
        if not all(with_variance):
            raise refused(
                "只有部分总量有方差(variance)。请全部给出,或全部不给",
                "only some margins have a variance. Give it for all or for none",
            )
        values = pl.concat([frame["variance"].cast(pl.Float64) for frame in rows])
        sigma = np.diag(values.fill_null(np.nan).to_numpy())
    else:
        if any(with_variance):
            raise refused(
                "方差列与协方差矩阵只能给出一种",
                "give either columns of variances or a covariance, not both",
            )
        sigma = np.asarray(covariance, dtype=float)
    if (
        sigma.shape != (controls, controls)
        or not np.isfinite(sigma).all()
        or not np.allclose(sigma, sigma.T)
        or np.linalg.eigvalsh(sigma).min() < -RANK * controls * abs(sigma).max()
    ):
        raise refused(
            f"协方差必须是 {controls} × {controls} 的对称非负定矩阵,没有空值(方差不为负)",
            f"the covariance has to be {controls} x {controls}, symmetric, without gaps and "
            "non-negative (no negative variance)",
        )
    return sigma


@dataclass(frozen=True)
class _Scaled:
    totals: Floats
    jacobian: Floats


def _same_sums(
    table: pl.DataFrame, design: Floats, given: Floats, tolerance: float, reconcile: Reconcile
) -> _Scaled:
    """Scale every margin to the sum of the first margin that governs the same cells."""
    margin = table["margin"].to_numpy()
    totals, jacobian = given.copy(), np.eye(len(given))
    first: dict[bytes, Any] = {}
    for place in np.unique(margin):
        own = margin == place
        cells = design[:, own].any(axis=1).tobytes()
        lead = first.setdefault(cells, own)
        sum_lead, sum_own = given[lead].sum(), given[own].sum()
        if abs(sum_own / sum_lead - 1) > tolerance and reconcile == "refuse":
            raise refused(
                f"第 {table['margin'][int(np.argmax(lead))]} 组总量之和 {sum_lead:,.1f} m³ 与第 "
                f"{place} 组之和 {sum_own:,.1f} m³ 不同,相差超过 {tolerance:g}。请改正,"
                "或声明按第一组缩放(reconcile=first)",
                f"margin {table['margin'][int(np.argmax(lead))]} sums to {sum_lead:,.1f} m3 and "
                f"margin {place} to {sum_own:,.1f} m3, more than {tolerance:g} apart. Correct "
                "them, or have the later one scaled to the first (reconcile=first)",
            )
        if lead is not own:
            share = given[own] / sum_own
            totals[own] = share * sum_lead
            # d(T_j S1/S2) = (S1/S2) dT_j + (T_j/S2) dS1 - (T_j S1/S2^2) dS2
            of_own = np.eye(own.sum()) - share[:, None]
            jacobian[np.ix_(own, own)] = sum_lead / sum_own * of_own
            jacobian[np.ix_(own, lead)] = share[:, None]
    return _Scaled(totals, jacobian)


def _consistent(table: pl.DataFrame, design: Floats, totals: Floats, tolerance: float) -> Floats:
    """Project the totals on those that some weights (of any sign) meet."""
    root = np.sqrt(totals)
    _, size, basis = np.linalg.svd(design / root, full_matrices=False)
    basis = basis[size > np.sqrt(RANK) * size.max()]
    reachable = root * (basis.T @ (basis @ root))
    apart = table.with_columns(pl.Series("miss", np.abs(reachable / totals - 1)))
    worst = apart.filter(pl.col("miss") > tolerance).sort("miss", descending=True)
    if not worst.is_empty():
        raise refused(
            f"这些总量相互矛盾,差超过 {tolerance:g}(例如县的总量与其各树种之和不等):"
            f"{_listed(worst, 'given_m3')}",
            f"totals contradict one another by more than {tolerance:g} (as a county and the sum "
            f"of its species): {_listed(worst, 'given_m3')}",
        )
    return np.asarray(reachable)


def _listed(rows: pl.DataFrame, value: str) -> str:
    texts = [
        f"[{margin}] {control} = {total if total is None else format(total, ',.1f')} m³"
        for margin, control, total in rows.select("margin", "control", value).iter_rows()
    ]
    more = len(texts) - _MOST_LISTED
    return "; ".join(texts[:_MOST_LISTED]) + (f" … (+{more})" if more > 0 else "")
