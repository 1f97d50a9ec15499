"""What a survey holds instead of the stands that were asked for."""

from sinkcalc.errors import SinkcalcError
from sinkcalc.intake.kinds import KINDS
from sinkcalc.store.connection import Connection
from sinkcalc.store.inventory import get_surveys
from sinkcalc.store.wetlands import get_wetland_surveys


def require_stands(con: Connection, survey: int, zh: str, en: str) -> None:
    """Refuse a survey that holds wetlands or what goes with them, and no stands.

    Parameters
    ----------
    zh, en
        What to do instead.

    Raises
    ------
    SinkcalcError
        With the tables that are loaded.
    """
    other = get_wetland_surveys(con).get(survey)
    if survey in get_surveys(con) or other is None or not other.loads:
        return
    kinds = [KINDS[name] for name in other.loads]
    raise SinkcalcError(
        zh=f"{survey} 年没有小班;已入库的是{'、'.join(kind.noun_zh for kind in kinds)}。{zh}",
        en=f"survey {survey} holds no stands; loaded are {', '.join(k.noun for k in kinds)}. {en}",
    )
