"""Marks that figures of a carbon project do not travel without."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.ccer.calculation import Calculation

# items that are named in one line of talk
_NAMED: Final = 8


def marks_of(found: "Calculation", unchecked: int) -> list[tuple[str, str]]:
    """Return the marks in Chinese and English: simulated, draft, parcels not judged, historic.

    Parameters
    ----------
    unchecked
        Number of items that the figures rest on and nobody has checked.
    """
    from sinkcalc.ccer.dossier import DRAFT, HISTORIC

    marks = []
    if found.simulated:
        marks.append(("模拟数据", "SIMULATED"))
    if unchecked:
        marks.append((f"{DRAFT.zh}:{unchecked} 条", f"{DRAFT.en}: {unchecked} ITEMS"))
    if found.unknown_parcels:
        number = found.unknown_parcels
        marks.append(
            (f"含 {number} 个未判定地块", f"WITH {number} PARCELS THAT NO RULE HAS CLEARED")
        )
    if found.pack.standing == HISTORIC.word:
        marks.append((HISTORIC.zh, HISTORIC.en))
    return marks


def project_marks(found: "Calculation", unchecked: int, settings: Settings) -> str:
    """Return the marks as the beginning of a title."""
    return "".join(settings.say(f"【{zh}】", f"[{en}] ") for zh, en in marks_of(found, unchecked))


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
