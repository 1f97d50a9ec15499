"""What is said of stands whose forest category no file tells."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

_KEY: Final = "forest_category"


def talk_about_category(
    rows: "pl.DataFrame", by: tuple[str, ...], survey: int, settings: Settings
) -> None:
    """Say how much forest is of no known category, where a table is split by it.

    Parameters
    ----------
    rows
        Rows of `Estimate`, `Change` or `Effects`.
    survey
        Survey that the rows are of; of a change the later one.
    """
    if _KEY not in by or rows.is_empty():
        return
    unknown = rows[_KEY].is_null()
    if unknown.all():
        talk(
            settings,
            f"调查 {survey} 没有一个小班记有森林类别(公益林、商品林),全部归在空的一组。"
            "用读入森林类别、事权等级或林种的配置重新入库(见 docs/profiles.zh.md)",
            f"no stand of survey {survey} has a forest category (public-benefit or commercial): "
            "all are in the group without one. Load the files again by a profile that reads "
            "森林类别, 事权等级 or 林种 (see docs/profiles.md)",
        )
    elif unknown.any():
        talk(
            settings,
            f"调查 {survey} 有小班没有森林类别,自成一组,不计入公益林或商品林",
            f"stands of survey {survey} without a forest category are a group of their own: they "
            "count neither as public-benefit nor as commercial forest",
        )
