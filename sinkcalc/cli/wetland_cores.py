"""What an estimate of wetlands says about the cores behind it."""

import polars as pl

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word
from sinkcalc.vocabulary import CORE_OUTCOMES

# why the soil of a class has no figure where nothing but more cores is missing
_NO_DENSITY = ("no_source", "no_density_at_depth")


def talk_about_cores_used(
    settings: Settings, flags: pl.DataFrame, cores: pl.DataFrame, least: int
) -> None:
    """Count the cores used and left out, and say which classes have too few of them.

    Parameters
    ----------
    flags
        Result of `read_wetland_flags`.
    cores
        `wetland_class`, `outcome`, `usable`, `cores` (count) of the run.
    least
        Wetlands with cores of a class that a mean needs.
    """
    if cores.is_empty():
        return
    used = int(cores.filter("usable")["cores"].sum())
    left = cores.filter(~pl.col("usable")).group_by("outcome").agg(pl.col("cores").sum())
    counts = dict(left.iter_rows())
    told = [f"{word(name, settings)} {counts[name]}" for name in CORE_OUTCOMES if name in counts]
    if told:
        total = int(cores["cores"].sum())
        talk(
            settings,
            f"说明 {total} 个土芯中用到 {used} 个;{';'.join(told)}",
            f"note of {total} cores {used} are used; {'; '.join(told)}",
        )
    usable = cores.filter("usable").group_by("wetland_class").agg(pl.col("cores").sum())
    without = flags.filter(pl.col("flag").is_in(_NO_DENSITY), pl.col("pool") == "soil")
    few = (
        without.select("wetland_class")
        .unique(maintain_order=True)
        .join(usable, on="wetland_class", maintain_order="left")
    )
    for kind, count in few.drop_nulls("cores").iter_rows():
        talk(
            settings,
            f"说明 {word(kind, settings)}:可用的土芯 {count} 个,不足 {least} 处湿地,"
            "均值不用于其他湿地",
            f"note {word(kind, settings)}: usable cores {count}, of fewer than {least} wetlands; "
            "their mean serves no other wetland",
        )
