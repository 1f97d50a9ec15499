"""Marks that figures of a carbon project do not travel without."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.ccer.calculation import Calculation

_HISTORIC: Final = "historic"
# items that are named in one line of talk
_NAMED: Final = 8


def project_marks(found: "Calculation", unchecked: int, settings: Settings) -> str:
    """Return the marks of a title: simulated, draft, parcels that are not judged, historic."""
    marks = [simulated_mark(found.simulated, settings)]
    if unchecked:
        marks.append(
            settings.say(
                f"【草案 · 参数未核对:{unchecked} 条】",
                f"[DRAFT · PARAMETERS NOT VERIFIED: {unchecked} ITEMS] ",
            )
        )
    if found.unknown_parcels:
        marks.append(
            settings.say(
                f"【含 {found.unknown_parcels} 个未判定地块】",
                f"[WITH {found.unknown_parcels} PARCELS THAT NO RULE HAS CLEARED] ",
            )
        )
    if found.pack.standing == _HISTORIC:
        marks.append(
            settings.say(
                "【历史方法学,仅供研究与地方机制】",
                "[HISTORIC METHODOLOGY, FOR RESEARCH AND LOCAL SCHEMES ONLY] ",
            )
        )
    return "".join(marks)


def talk_about_unchecked(unchecked: "pl.DataFrame", used: int, settings: Settings) -> None:
    """Name the items that figures rest on and that nobody has checked."""
    if unchecked.is_empty():
        return
    more = " …" if unchecked.height > _NAMED else ""
    listed = ", ".join(unchecked["item_id"].head(_NAMED)) + more
    talk(
        settings,
        f"草案:所用 {used} 条中有 {unchecked.height} 条凭记忆或假定,"
        f"没有对照原文核对:{listed}。核对后用 sinkcalc params verify 记录",
        f"draft: of {used} items used, {unchecked.height} are recalled or assumed and not checked "
        f"against their text: {listed}. Record what was checked with sinkcalc params verify",
    )
