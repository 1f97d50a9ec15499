"""The discount for uncertainty of a methodology, by the relative error of the estimate."""

from typing import Any, Final

import polars as pl

from sinkcalc.ccer.own_figures import ONLY_OWN, OWN, STATED
from sinkcalc.ccer.project import Project
from sinkcalc.coefficients.packs import MARKS, Pack
from sinkcalc.coefficients.verified import IN_PLACE
from sinkcalc.errors import SinkcalcError
from sinkcalc.units import PERCENT

OWN_DISCOUNT: Final = f"{OWN}discount"


def discount_classes(pack: Pack) -> pl.DataFrame:
    """Return the pack's classes by rising limit, with limit and discount as numbers."""
    numbers = [pl.col(name).cast(pl.Float64) for name in ("uncertainty_max", "discount")]
    return pack.tables["discounts"].with_columns(numbers).sort("uncertainty_max")


def discount_class(pack: Pack, relative_error: float) -> dict[str, Any]:
    """Return the class of a relative error: the first whose limit it does not exceed.

    Parameters
    ----------
    relative_error
        Half-width of the interval over the mean, a fraction.

    Raises
    ------
    SinkcalcError
        If the pack has no classes, or the error is above the last: more plots are needed.
    """
    classes = discount_classes(pack)
    if classes.is_empty():
        raise SinkcalcError(
            zh=f"方法学包 {pack.code} 没有不确定性扣减表(没有读到原文);"
            "请在项目文件中直接给出 discount",
            en=f"the pack {pack.code} has no table of discounts for uncertainty (its text was not "
            "read): give the discount itself in the project file",
        )
    reached = classes.filter(pl.col("uncertainty_max") >= relative_error)
    if reached.is_empty():
        most = classes["uncertainty_max"][-1]
        given, limit = f"{relative_error * PERCENT:.4g} %", f"{most * PERCENT:g} %"
        raise SinkcalcError(
            zh=f"相对误差 {given} 超过 {pack.code} 的最高等级 {limit}:没有可用的扣减率,须增加样地",
            en=f"the relative error of {given} is above the last class of {pack.code}, {limit}: "
            "there is no discount for it, more plots are needed",
        )
    return reached.row(0, named=True)


def discount_row(project: Project, pack: Pack) -> dict[str, Any]:
    """Return the discount that a project applies ex ante, as a parameter row.

    By the project's relative error and the pack's classes, else the project's own figure with the
    marks of the class that has it. A figure of no class stands in place of the nearest below.

    Raises
    ------
    SinkcalcError
        See `discount_class`.
    """
    if project.relative_error is not None:
        return _of_class(discount_class(pack, project.relative_error))
    classes = discount_classes(pack)
    same = classes.filter(pl.col("discount") == project.discount)
    if not same.is_empty():
        return _of_class(same.row(0, named=True))
    below = classes.filter(pl.col("discount") < project.discount)
    stands_for = (classes.head(1) if below.is_empty() else below.tail(1))["item_id"].to_list()
    return {
        "symbol": "discount",
        "key": "",
        "parameter_id": OWN_DISCOUNT,
        "value": project.discount,
        "unit": "1",
        "se": None,
        "source_id": project.path.name,
        "locator": "discount",
        "status": IN_PLACE if stands_for else ONLY_OWN,
        "evidence": STATED,
        "note": "no class of the methodology has this discount",
        "stands_for": stands_for,
    }


def _of_class(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "symbol": "discount",
        "key": "",
        "parameter_id": row["item_id"],
        "value": row["discount"],
        "unit": "1",
        "se": None,
        **{mark: row[mark] for mark in MARKS},
    }
