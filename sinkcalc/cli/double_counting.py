"""The check for double counting of stands and wetlands on the screen and in files."""

from pathlib import Path
from typing import TYPE_CHECKING

from sinkcalc.cli.output import emit, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl


def show_double_counting(
    settings: Settings, survey: int, fmt: str | None, output: Path | None
) -> None:
    """List the wooded wetlands of a survey and say with what each is counted."""
    from sinkcalc.pipeline.double_counting import wooded_ledger

    rows = wooded_ledger(settings.db, survey, settings.wait)
    title = settings.say(
        f"林木湿地的计算方式 · 调查 {survey}", f"how wooded wetlands are counted · survey {survey}"
    )
    emit(rows, settings, fmt, output, lambda frame: frame.drop("survey"), title)
    if rows.is_empty():
        talk(
            settings,
            f"{survey} 年没有森林沼泽、灌丛沼泽、红树林:没有可能重复计算的土地",
            f"{survey} has no forest swamp, shrub swamp or mangrove: no land could be counted "
            "twice",
        )
        return
    _talk_about(settings, rows)


def _talk_about(settings: Settings, rows: "pl.DataFrame") -> None:
    import polars as pl

    of = {
        kind: rows.filter(pl.col("counted") == kind)["wetland_id"].n_unique()
        for kind in (
            "once_with_stands",
            "once_with_wetlands",
            "partly_with_stands",
            "counted_twice",
        )
    }
    talk(
        settings,
        f"{of['once_with_stands']} 个随小班计一次,{of['once_with_wetlands']} 个随湿地计一次",
        f"{of['once_with_stands']} are counted once with the stands, "
        f"{of['once_with_wetlands']} once with the wetlands",
    )
    if of["partly_with_stands"]:
        parts = rows.filter(pl.col("counted") == "partly_with_stands").unique("wetland_id")
        held, left = (float(parts[name].sum()) for name in ("with_stands_ha", "with_wetlands_ha"))
        talk(
            settings,
            f"{of['partly_with_stands']} 个大于所填小班:{held:,.1f} ha 随小班计,"
            f"其余 {left:,.1f} ha 随湿地计;核对小班编号与面积",
            f"{of['partly_with_stands']} are larger than the stand that they name: {held:,.1f} ha "
            f"are counted with the stands, the other {left:,.1f} ha with the wetlands; check the "
            "stand's id and both areas",
        )
    if of["counted_twice"]:
        talk(
            settings,
            f"{of['counted_twice']} 个重复计算:图形与森林小班重叠而编号未关联。"
            "在湿地记录的小班编号(stand_id)中填写该小班,再入库",
            f"{of['counted_twice']} are counted twice: they overlap a forest stand that they do "
            "not name. Give the stand in their stand_id and load them again",
        )
    else:
        talk(settings, "没有重复计算", "nothing is counted twice")
    talk(
        settings,
        "湿地面积与保护率仍含这些湿地:湿地面积不是森林覆盖;面积差为两份记录之差,不另计",
        "area and protection rate of wetlands keep these wetlands, for area of wetland is not "
        "forest cover; a difference of areas is that of two records and is not counted apart",
    )
